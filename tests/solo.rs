//! What one pod does on its node, second by second.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use kubernel::api::{Pod, PodPhase};
use kubernel::pod::behaviour::{Answers, Behaviour, OnStop};
use kubernel::pod::defaults;
use kubernel::testing::{Script, Solo};
use kubernel::time::Instant;
use serde_json::{Value, json};

fn solo(spec: Value, lives: &[(&str, Behaviour)]) -> Solo {
    let metadata = json!({"name": "web", "namespace": "default", "resourceVersion": "1"});
    let mut pod: Pod = serde_json::from_value(json!({"metadata": metadata, "spec": spec})).unwrap();
    defaults::default(&mut pod);
    let lives = lives.iter().map(|(name, life)| ((*name).to_owned(), vec![life.clone()]));
    Solo::new(pod, Script { lives: lives.collect(), ..Script::default() })
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// The status that the container has at `at`: how it fares, and its restarts.
fn fares(solo: &mut Solo, at: u64) -> (String, i32) {
    solo.run(Instant::from_secs(at)).unwrap();
    let one = solo.status().container_statuses.first().unwrap();
    let how = match (&one.state.waiting, &one.state.running, &one.state.terminated) {
        (Some(waiting), _, _) => waiting.reason.clone(),
        (_, Some(_), _) => "runs".to_owned(),
        (_, _, Some(end)) => format!("ended with {}", end.exit_code),
        _ => "nothing".to_owned(),
    };
    (how, one.restart_count)
}

/// A container that is killed by its liveness probe is started again whatever its exit code. That it had
/// ended in between is not told, or the status that it runs again would be refused.
#[test]
fn pod_cstate_12_a_kill_and_the_start_after_it_are_one() {
    let probe = json!({"httpGet": {"port": 80}, "periodSeconds": 1, "failureThreshold": 1});
    let container = json!({"name": "web", "image": "web:1", "livenessProbe": probe});
    let life = Behaviour {
        liveness: Answers { until: Some(seconds(5)), ..Answers::default() },
        stop: OnStop::Exit { after: seconds(4), code: 0 },
        ..Behaviour::default()
    };
    let spec = json!({"restartPolicy": "OnFailure", "containers": [container]});
    let mut solo = solo(spec, &[("web", life)]);
    assert_eq!(fares(&mut solo, 4), ("runs".into(), 0));
    assert_eq!(fares(&mut solo, 7), ("runs".into(), 0), "it is being stopped");
    assert_eq!(fares(&mut solo, 10), ("runs".into(), 1), "it exited with 0 and was started again");
    assert_eq!(solo.status().phase, PodPhase::Running);
}

/// A container that never gets ready is asked in its period, however often its pod is looked at.
#[test]
fn looks_do_not_make_probes_come_sooner() {
    let probe = json!({"httpGet": {"port": 80}, "periodSeconds": 10, "failureThreshold": 1});
    let container = json!({"name": "web", "image": "web:1", "readinessProbe": probe});
    let life =
        Behaviour { readiness: Answers { from: seconds(12), until: None }, ..Behaviour::default() };
    let mut solo = solo(json!({"containers": [container]}), &[("web", life)]);
    for at in 0..20 {
        solo.run(Instant::from_secs(at)).unwrap();
        solo.look();
    }
    assert!(!solo.status().container_statuses.first().unwrap().ready);
    solo.run(Instant::from_secs(20)).unwrap();
    assert!(solo.status().container_statuses.first().unwrap().ready);
}

/// A container that was killed and started again in one sync keeps `started` until its startup prober
/// meets the new instance, at the prober's next turn.
#[test]
fn pod_cstate_9_started_is_kept_until_the_next_turn_of_the_prober() {
    let probe = |period: u8| json!({"httpGet": {"port": 80}, "periodSeconds": period});
    let mut live = probe(1);
    live["failureThreshold"] = 1.into();
    let container = json!({
        "name": "web", "image": "web:1", "livenessProbe": live, "startupProbe": probe(10),
    });
    let life = Behaviour {
        liveness: Answers { until: Some(seconds(15)), ..Answers::default() },
        ..Behaviour::default()
    };
    let mut solo = solo(json!({"containers": [container]}), &[("web", life)]);
    let mut started_at = |at| {
        solo.run(Instant::from_secs(at)).unwrap();
        let one = solo.status().container_statuses.first().unwrap();
        (one.restart_count, one.started)
    };
    assert_eq!(started_at(14), (0, Some(true)));
    assert_eq!(started_at(19), (1, Some(true)));
    assert_eq!(started_at(20), (1, Some(false)));
    assert_eq!(started_at(30), (1, Some(true)));
}

/// A deadline that passes while the pod is being stopped is told when the stop is over, whoever looks before.
#[test]
fn pod_deadline_1_passes_while_a_pod_is_being_stopped() {
    let life =
        Behaviour { stop: OnStop::Exit { after: seconds(10), code: 0 }, ..Behaviour::default() };
    let containers = json!([{"name": "web", "image": "web:1"}]);
    let spec = json!({"activeDeadlineSeconds": 5, "containers": containers});
    let mut solo = solo(spec, &[("web", life)]);
    solo.run(Instant::from_secs(2)).unwrap();
    solo.delete(None);
    let mut reason_at = |at| {
        solo.run(Instant::from_secs(at)).unwrap();
        solo.worker().status().unwrap().reason.clone()
    };
    assert_eq!(reason_at(4), "");
    assert_eq!(reason_at(11), "");
    assert_eq!(reason_at(12), "DeadlineExceeded");
}
