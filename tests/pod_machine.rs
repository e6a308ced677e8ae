//! What holds in every life of a pod, whatever its containers do and whoever ends it.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::net::IpAddr;
use std::time::Duration;

use kubernel::api::{Container, Pod, PodPhase};
use kubernel::pod::behaviour::{Answers, Behaviour, Hook, OnStop};
use kubernel::pod::defaults;
use kubernel::pod::eviction::Eviction;
use kubernel::pod::pull::Availability;
use kubernel::pod::report;
use kubernel::pod::worker::{Life, State, Waiting, Worker, World};
use kubernel::time::{Instant, Time};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;

/// A node whose containers behave as they come out of a hat.
struct Node {
    now: Instant,
    host_ips: [IpAddr; 1],
    hat: Vec<Behaviour>,
    /// How many containers were started.
    starts: usize,
    fails: bool,
}

impl World for Node {
    fn now(&self) -> Instant {
        self.now
    }

    fn epoch(&self) -> Time {
        Time::EPOCH
    }

    fn host_ips(&self) -> &[IpAddr] {
        &self.host_ips
    }

    fn addresses(&mut self, _: &Pod) -> Vec<String> {
        vec!["10.0.0.1".to_owned()]
    }

    fn mount(&mut self, _: &Pod) -> Result<(), Waiting> {
        Ok(())
    }

    fn image(&self, _: &Container) -> Availability {
        Availability { present: false, pullable: !self.fails || self.starts % 5 != 3 }
    }

    fn start(&mut self, _: &Pod, _: &Container, _: Life<'_>) -> Result<Behaviour, Waiting> {
        self.starts += 1;
        Ok(self.hat.get(self.starts % self.hat.len()).cloned().unwrap_or_default())
    }
}

#[derive(Debug, Clone)]
enum Deed {
    Wait(u64),
    Delete(i64),
    End(Eviction),
}

fn span() -> impl Strategy<Value = Duration> {
    (0..40_u64).prop_map(|halves| Duration::from_millis(halves * 500))
}

fn behaviour() -> impl Strategy<Value = Behaviour> {
    let hook =
        || (span(), prop::bool::weighted(0.3)).prop_map(|(takes, fails)| Hook { takes, fails });
    let answers = || {
        let until = prop::option::weighted(0.4, span());
        (span(), until).prop_map(|(from, until)| Answers { from, until })
    };
    let stop = prop_oneof![
        1 => Just(OnStop::Ignore),
        3 => (span(), 0..3).prop_map(|(after, code)| OnStop::Exit { after, code }),
    ];
    let runs = prop::option::weighted(0.6, span());
    (runs, 0..3, answers(), answers(), answers(), (hook(), hook()), stop).prop_map(
        |(runs, exit_code, startup, liveness, readiness, (post_start, pre_stop), stop)| Behaviour {
            runs,
            exit_code,
            startup,
            liveness,
            readiness,
            post_start,
            pre_stop,
            stop,
            ..Behaviour::default()
        },
    )
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..90_u64).prop_map(Deed::Wait),
        1 => (1..40_i64).prop_map(Deed::Delete),
        1 => prop_oneof![
            Just(Eviction::Preemption),
            (0..30_i64).prop_map(|seconds| Eviction::NodeShutdown { seconds }),
            prop::option::of(0..30_i64).prop_map(|soft| Eviction::NodePressure {
                resource: "memory".into(),
                soft,
            }),
        ].prop_map(Deed::End),
    ]
}

fn pod(shape: u8) -> Pod {
    let probe = json!({"httpGet": {"port": 80}, "periodSeconds": 2, "failureThreshold": 2});
    let hooks =
        json!({"postStart": {"exec": {"command": ["a"]}}, "preStop": {"exec": {"command": ["a"]}}});
    let with = |bit: u8, value: &serde_json::Value| {
        if shape & bit == 0 { serde_json::Value::Null } else { value.clone() }
    };
    let container = |name: &str| {
        json!({"name": name, "image": "i:1", "lifecycle": with(1, &hooks),
            "livenessProbe": with(2, &probe), "readinessProbe": with(4, &probe),
            "startupProbe": with(8, &probe)})
    };
    let mut sidecar = container("s");
    sidecar["restartPolicy"] = "Always".into();
    let init = json!([{"name": "i", "image": "i:1"}, sidecar]);
    let policy = ["Always", "OnFailure", "Never", "Always"][usize::from(shape >> 6)];
    let spec = json!({"restartPolicy": policy, "containers": [container("a"), container("b")],
        "initContainers": with(16, &init), "terminationGracePeriodSeconds": 20,
        "activeDeadlineSeconds": with(32, &json!(200))});
    let meta = json!({"name": "p", "namespace": "d", "uid": "u", "generation": 1});
    let mut pod = serde_json::from_value(json!({"metadata": meta, "spec": spec})).expect("a pod");
    defaults::default(&mut pod);
    pod
}

/// A pod, its machine and its node.
struct Scene {
    node: Node,
    pod: Pod,
    worker: Worker,
}

fn rank(state: &State) -> (u8, i64) {
    match state {
        State::Alive => (0, 0),
        State::Terminating { grace: None } => (1, 0),
        State::Terminating { grace: Some(grace) } => (2, -grace),
        State::Terminated => (3, 0),
        _ => (4, 0),
    }
}

impl Scene {
    fn look(&mut self, eviction: Option<&Eviction>) {
        let (before, starts) = (rank(self.worker.state()), self.node.starts);
        let worker = std::mem::take(&mut self.worker);
        let kill = eviction.map(|eviction| eviction.kill(&self.pod).expect("no exempt pod"));
        self.worker = match kill {
            Some(kill) => worker.kill(&self.pod, &kill, &mut self.node),
            None => worker.handle(&self.pod, &mut self.node),
        };
        let after = rank(self.worker.state());
        assert!(before <= after, "POD-WORK: {before:?} was followed by {after:?}");
        if after.0 > 0 {
            assert_eq!(starts, self.node.starts, "POD-WORK-3: something was started");
        }
        if after.0 > 2 {
            let mut all = self.worker.runtime().containers.iter();
            assert!(!all.any(|one| one.is_running()), "POD-WORK-2: something still runs");
        }
        let Some(status) = self.worker.status().cloned() else { return };
        let now = self.node.now.wire(Time::EPOCH);
        let old = &self.pod.status;
        let new = report::merge(&self.pod, old, status, self.worker.could_run(), now);
        if matches!(old.phase, PodPhase::Failed | PodPhase::Succeeded) {
            assert_eq!(new.phase, old.phase, "POD-PHASE-13");
        }
        for one in &new.container_statuses {
            let known = old.container_statuses.iter().find(|known| known.name == one.name);
            let least = known.map_or(0, |known| known.restart_count);
            assert!(one.restart_count >= least, "POD-CSTATE-8");
        }
        self.pod.status = new;
    }

    /// Lets `seconds` pass; how often the machine looked.
    fn wait(&mut self, seconds: u64) {
        let end = self.node.now + Duration::from_secs(seconds);
        let mut looks = 0;
        while let Some(at) = self.worker.wake_at().filter(|at| *at <= end) {
            assert!(at >= self.node.now, "the time goes on");
            self.node.now = at;
            self.look(None);
            looks += 1;
            assert!(looks < 100 + 50 * seconds, "it looks all the time");
        }
        self.node.now = end;
    }

    fn act(&mut self, deed: &Deed) {
        match deed {
            Deed::Wait(seconds) => self.wait(*seconds),
            Deed::Delete(grace) => {
                let meta = &mut self.pod.metadata;
                let now = self.node.now.wire(Time::EPOCH);
                meta.deletion_timestamp.get_or_insert(now);
                let known = meta.deletion_grace_period_seconds.unwrap_or(i64::MAX);
                meta.deletion_grace_period_seconds = Some(known.min(*grace));
                self.look(None);
            }
            Deed::End(eviction) => self.look(Some(eviction)),
        }
    }
}

/// The same cases each time; others, and as many as are asked for, if `PROPTEST_CASES` says how many.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let rng_seed = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => RngSeed::Random,
        None => RngSeed::Fixed(1),
    };
    ProptestConfig { rng_seed, failure_persistence: None, ..usual }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_pod_ends_once_and_for_good(
        shape in any::<u8>(),
        hat in prop::collection::vec(behaviour(), 1..6),
        deeds in prop::collection::vec(deed(), 1..12),
        fails in any::<bool>(),
    ) {
        let host_ips = [IpAddr::from([192, 168, 0, 1])];
        let node = Node { now: Instant::START, host_ips, hat, starts: 0, fails };
        let mut scene = Scene { node, pod: pod(shape), worker: Worker::new() };
        scene.look(None);
        for deed in &deeds {
            scene.act(deed);
        }
        scene.act(&Deed::Delete(20));
        scene.wait(200);
        prop_assert_eq!(scene.worker.state(), &State::Finished);
        prop_assert!(matches!(scene.pod.status.phase, PodPhase::Failed | PodPhase::Succeeded));
    }
}
