//! How pods end: deleted, evicted, refused, overdue.

use serde_json::{Value, json};

use super::{Story, check, key, scripted};
use crate::api::{ConditionStatus, ConfigMap, ObjectMeta, Pod, PodPhase, PodStatus};
use crate::cluster::node::NotEvicted;
use crate::pod::conditions;
use crate::pod::eviction::{Eviction, Exempt, StorageLimit};
use crate::time::Time;

impl Story {
    fn status(&self) -> &PodStatus {
        &self.store.get::<Pod>("d", "p").unwrap().status
    }

    fn evict(&mut self, eviction: &Eviction) -> Result<(), NotEvicted> {
        self.agent.evict(&key(), "u", eviction)?;
        self.look();
        Ok(())
    }

    /// The phase, the reason, and the reason of `DisruptionTarget`.
    fn ended(&self) -> (&str, &str, Option<&str>) {
        let status = self.status();
        let disruption = conditions::find(&status.conditions, &"DisruptionTarget".into());
        (status.phase.as_str(), &status.reason, disruption.map(|one| one.reason.as_str()))
    }
}

fn is_ready(status: &PodStatus) -> bool {
    conditions::find(&status.conditions, &"Ready".into())
        .is_some_and(|one| one.status == ConditionStatus::True)
}

fn pressure(soft: Option<i64>) -> Eviction {
    Eviction::NodePressure { resource: "memory".into(), soft }
}

fn stubborn() -> Story {
    let mut story = Story::new(scripted(&json!([{"name": "a"}]), &[("a", "ignore stop")]));
    story.run(10);
    story
}

// POD-EVICT-1, POD-EVICT-2, POD-TERM-2: seconds from the eviction to the end.
#[test]
fn a_node_ends_a_pod_with_a_reason_and_a_grace_period_of_its_own() {
    let limit = || StorageLimit::Pod { limit: "1Gi".into() };
    let by_kubelet = Some("TerminationByKubelet");
    for (eviction, seconds, reason, disruption) in [
        (pressure(None), 2, "Evicted", by_kubelet),
        (pressure(Some(5)), 5, "Evicted", by_kubelet),
        (pressure(Some(90)), 30, "Evicted", by_kubelet),
        (Eviction::LocalStorage(limit()), 2, "Evicted", None),
        (Eviction::Preemption, 30, "Preempting", by_kubelet),
        (Eviction::NodeShutdown { seconds: 7 }, 7, "Terminated", by_kubelet),
        (Eviction::NodeShutdown { seconds: 70 }, 30, "Terminated", by_kubelet),
    ] {
        let mut story = stubborn();
        story.evict(&eviction).unwrap();
        // POD-STATUS-6, POD-STATUS-7: nothing of it is told while something runs.
        assert_eq!(story.ended(), ("Running", "", None), "{eviction:?}");
        assert!(is_ready(story.status()), "{eviction:?}");
        story.run(100);
        assert_eq!(story.ended(), ("Failed", reason, disruption), "{eviction:?}");
        assert_eq!(story.status().message, eviction.to_string());
        assert!(!is_ready(story.status()), "{eviction:?}");
        let end = format!("{}.000s Failed a:exit137/0", 10 + seconds);
        assert_eq!(story.log.last().unwrap(), &end, "{eviction:?}");
        assert!(!story.deleted);
        assert_eq!(story.evict(&eviction), Err(NotEvicted::Ended));
    }
}

// POD-EVICT-1, POD-EVICT-2
#[test]
fn some_pods_are_not_evicted_but_a_shutdown_ends_them_all() {
    let annotated = |name: &str, value: &str| {
        let mut pod = scripted(&json!([{"name": "a"}]), &[]);
        pod["metadata"]["annotations"][name] = value.into();
        pod
    };
    let mut critical = annotated("x", "");
    critical["spec"]["priority"] = 2_000_000_000.into();
    for (pod, exempt) in [
        (annotated("kubernetes.io/config.source", "file"), Exempt::Static),
        (annotated("kubernetes.io/config.mirror", "x"), Exempt::Mirror),
        (critical, Exempt::Critical),
    ] {
        let mut story = Story::new(pod);
        story.run(10);
        let before = story.log.clone();
        for eviction in [pressure(None), Eviction::Preemption] {
            assert_eq!(story.evict(&eviction), Err(NotEvicted::Exempt(exempt)));
        }
        story.run(10);
        assert_eq!(story.log, before);
        story.evict(&Eviction::NodeShutdown { seconds: 9 }).unwrap();
        story.run(10);
        assert_eq!(story.ended().1, "Terminated");
    }
    assert_eq!(
        Story::new(annotated("x", "")).evict(&Eviction::Preemption),
        Err(NotEvicted::NotThere)
    );
}

// POD-WORK-7: of several kills the newest attempt's words count; the grace period only shrinks.
#[test]
fn a_second_kill_hurries_and_overrides() {
    let mut story = stubborn();
    story.evict(&Eviction::NodeShutdown { seconds: 20 }).unwrap();
    story.run(1);
    story.evict(&pressure(Some(5))).unwrap();
    story.run(60);
    assert_eq!(story.ended().1, "Evicted");
    assert_eq!(story.log.last().unwrap(), "16.000s Failed a:exit137/0");
}

// POD-WORK-3, POD-TERM-3
#[test]
fn a_second_deletion_can_only_shorten_the_grace_period() {
    for (second, end) in [(5, "17.000s"), (50, "40.000s")] {
        let mut story = stubborn();
        story.delete(30);
        story.run(2);
        story.delete(second);
        story.run(60);
        assert_eq!(story.log.last().unwrap(), &format!("{end} gone"));
    }
}

// POD-PROBE-4, POD-PROBE-7, POD-PROBE-12: readiness goes on until everything has stopped, and shows at once.
#[test]
fn a_container_that_has_ended_does_not_stay_ready_while_another_stops() {
    for (handler, lost) in [("httpGet", true), ("exec", false)] {
        let action = json!({"port": 80, "command": ["x"]});
        let probe = json!({handler: action, "periodSeconds": 4, "failureThreshold": 2});
        let containers = json!([{"name": "a", "readinessProbe": probe}, {"name": "b"}]);
        let mut story = Story::new(scripted(&containers, &[("b", "ignore stop")]));
        story.run(9);
        story.delete(30);
        story.run(60);
        let unready = "16.000s Running a:running/0 b:ready/0".to_owned();
        assert_eq!(story.log.contains(&unready), lost, "{handler}: {:#?}", story.log);
    }
}

// POD-DEL-8
#[test]
fn a_pod_whose_object_is_gone_ends_with_the_grace_period_of_its_spec() {
    let mut story = stubborn();
    story.remove();
    let runs = |story: &Story| story.agent.clone().evict(&key(), "u", &pressure(None)).is_ok();
    story.run(29);
    assert!(runs(&story));
    story.run(1);
    assert!(!runs(&story));
}

// POD-WORK-6, POD-TERM-8
#[test]
fn a_pod_that_had_ended_before_is_only_tidied_up() {
    let mut story = Story::new(scripted(&json!([{"name": "a"}]), &[]));
    let mut pod = story.store.get::<Pod>("d", "p").unwrap().clone();
    pod.status.phase = PodPhase::Succeeded;
    story.put(pod);
    story.run(60);
    let status = story.status();
    assert_eq!(status.phase, PodPhase::Succeeded);
    let end = status.container_statuses[0].state.terminated.as_deref().unwrap();
    assert_eq!((end.exit_code, end.reason.as_str()), (137, "ContainerStatusUnknown"));
}

// POD-TERM-7, POD-TERM-9, POD-NET-3
#[test]
fn a_pod_that_has_stopped_keeps_its_address() {
    let mut story = stubborn();
    let ip = story.status().pod_ip.clone();
    story.evict(&pressure(None)).unwrap();
    story.run(60);
    assert!(!ip.is_empty() && story.status().pod_ip == ip);
    assert!(!story.deleted, "nobody has deleted it");
    story.delete(0);
    story.run(1);
    assert!(story.deleted);
}

// POD-TERM-9
#[test]
fn a_node_never_takes_a_mirror_pod_away() {
    let mut pod = scripted(&json!([{"name": "a"}]), &[]);
    pod["metadata"]["annotations"]["kubernetes.io/config.mirror"] = "x".into();
    let mut story = Story::new(pod);
    story.run(10);
    story.delete(30);
    story.run(60);
    assert_eq!(story.log.last().unwrap(), "10.000s Failed a:exit143/0");
    assert!(!story.deleted);
}

// POD-DEADLINE-1
#[test]
fn a_pod_fails_at_its_deadline_whatever_its_containers_do() {
    let mut pod = scripted(&json!([{"name": "a"}]), &[("a", "stop after 3s; stop exit 0")]);
    pod["spec"]["activeDeadlineSeconds"] = 20.into();
    let mut story = Story::new(pod);
    story.run(60);
    assert_eq!(story.ended(), ("Failed", "DeadlineExceeded", None));
    assert_eq!(story.log.last().unwrap(), "23.000s Failed a:exit0/0");
}

// POD-ADMIT-1
#[test]
fn a_pod_that_does_not_fit_fails_without_containers() {
    let asks = json!([{"name": "a", "resources": {"requests": {"cpu": "100"}}}]);
    let mut story = Story::new(scripted(&asks, &[]));
    story.run(60);
    let status = story.status();
    assert_eq!(story.ended(), ("Failed", "OutOfcpu", None));
    assert!(status.container_statuses.is_empty() && status.conditions.is_empty());
    assert!(status.start_time.is_some() && !status.qos_class.as_str().is_empty());
    // A pod that is being deleted is not asked.
    let mut story = Story::new(scripted(&asks, &[]));
    story.delete(30);
    story.run(60);
    assert!(story.deleted && story.log.iter().all(|line| !line.contains("OutOfcpu")));
}

// POD-TERM-4, POD-TERM-5: sidecars end in reverse order after the rest, on what is left of the time.
#[test]
fn sidecars_are_stopped_last_and_in_reverse_order() {
    let script =
        [("a", "stop after 4500ms"), ("s", "stop after 2s"), ("t", "ignore stop"), ("p", "run 1s")];
    let mut pod = scripted(&json!([{"name": "a"}]), &script);
    let sidecar = |name: &str| json!({"name": name, "restartPolicy": "Always"});
    pod["spec"]["initContainers"] = json!([sidecar("s"), {"name": "p"}, sidecar("t")]);
    let mut story = Story::new(pod);
    story.run(10);
    story.evict(&Eviction::NodeShutdown { seconds: 30 }).unwrap();
    story.run(60);
    let status = story.status();
    let all = status.init_container_statuses.iter().chain(&status.container_statuses);
    let ends = all.map(|one| {
        let end = one.state.terminated.as_deref().unwrap();
        let seconds = end.finished_at.unwrap().seconds_since(Time::EPOCH);
        (one.name.as_str(), seconds, end.exit_code)
    });
    // `t` is told at 14.5 s with 26 s left; `s` is told at 40 s, when its time is over.
    let ends: Vec<_> = ends.collect();
    assert_eq!(ends, [("s", 42, 143), ("p", 1, 0), ("t", 40, 137), ("a", 14, 143)]);
}

// POD-ACT-5, POD-CSTATE-7
#[test]
fn an_ephemeral_container_is_started_once() {
    let mut story = Story::new(scripted(&json!([{"name": "a"}]), &[("e", "run 3s; exit 1")]));
    story.run(10);
    let mut pod = story.store.get::<Pod>("d", "p").unwrap().clone();
    let ephemeral: Value = json!({"name": "e", "image": "img:1"});
    pod.spec.ephemeral_containers.push(serde_json::from_value(ephemeral).unwrap());
    story.put(pod);
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0",
            "0.000s Running a:ready/0",
            "10.000s Running a:ready/0 e:ContainerCreating/0",
            "10.000s Running a:ready/0 e:running/0",
            "13.000s Running a:ready/0 e:exit1/0",
        ],
    );
}

// POD-ACT-5, POD-PULL-4
#[test]
fn an_ephemeral_container_waits_for_what_it_names() {
    let mut story = Story::new(scripted(&json!([{"name": "a"}]), &[]));
    story.run(10);
    let mut pod = story.store.get::<Pod>("d", "p").unwrap().clone();
    let source = json!([{"configMapRef": {"name": "m"}}]);
    let ephemeral: Value = json!({"name": "e", "image": "img:1", "envFrom": source});
    pod.spec.ephemeral_containers.push(serde_json::from_value(ephemeral).unwrap());
    story.put(pod);
    story.run(5);
    let waits = "10.000s Running a:ready/0 e:CreateContainerConfigError/0";
    assert_eq!(story.log.last().unwrap(), waits);
    let before = story.store.revision();
    let metadata = ObjectMeta { name: "m".into(), namespace: "d".into(), ..Default::default() };
    story.put(ConfigMap { metadata, ..Default::default() });
    let change = story.store.since(before).unwrap().next().unwrap();
    let mut told = Vec::new();
    story.agent.observe(change, &mut |pod| told.push(pod));
    assert_eq!(told, [key()]);
    story.run(5);
    assert_eq!(story.log.last().unwrap(), "15.000s Running a:ready/0 e:running/0");
}

// POD-PHASE-12
#[test]
fn a_pod_without_containers_rests() {
    let mut pod = scripted(&json!([{"name": "a"}]), &[]);
    pod["spec"]["containers"] = json!([]);
    let mut story = Story::new(pod);
    story.run(1);
    let revision = story.store.revision();
    story.run(3600);
    assert_eq!(story.store.revision(), revision);
    check(&story, &["0.000s Pending "]);
    story.delete(30);
    story.run(60);
    assert!(story.deleted);
}
