//! What containers do, and what their node does for them.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::api::Pod;
use crate::pod::behaviour::{Answers, Behaviour, OnStop};
use crate::pod::defaults;
use crate::testing::pod::full_pods;
use crate::time::Instant;

/// Spans up to `limit` seconds in quarters of a second; half of them are whole seconds.
fn spans(limit: u64) -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0..=limit).prop_map(Duration::from_secs),
        (0..=limit * 4).prop_map(|quarters| Duration::from_millis(quarters * 250)),
    ]
}

/// When a probe is answered with success: mostly soon, and mostly for ever.
fn answers() -> impl Strategy<Value = Answers> {
    let from = prop_oneof![2 => Just(Duration::ZERO), 1 => spans(20)];
    (from, option::weighted(0.3, spans(90))).prop_map(|(from, until)| Answers { from, until })
}

fn stops() -> impl Strategy<Value = OnStop> {
    let exit = (spans(20), select(&[0, 1, 143][..]))
        .prop_map(|(after, code)| OnStop::Exit { after, code });
    prop_oneof![2 => Just(OnStop::default()), 3 => exit, 1 => Just(OnStop::Ignore)]
}

/// How one life of a container goes: how long it runs, how it ends, when its probes are answered, and
/// what it does when it is told to stop. It runs for at least a quarter of a second.
///
/// ```
/// # use proptest::prelude::*;
/// use std::time::Duration;
/// use kubernel::testing::behaviours;
///
/// # proptest!(|(behaviour in behaviours())| {
/// assert!(behaviour.runs.is_none_or(|runs| runs >= Duration::from_millis(250)));
/// # });
/// ```
pub fn behaviours() -> impl Strategy<Value = Behaviour> {
    let runs =
        option::weighted(0.7, spans(120).prop_map(|runs| runs.max(Duration::from_millis(250))));
    let code = prop_oneof![2 => Just(0), 2 => Just(1), 1 => select(&[2, 42, 137, 255][..])];
    (runs, code, (answers(), answers(), answers()), stops()).prop_map(
        |(runs, exit_code, (startup, liveness, readiness), stop)| Behaviour {
            runs,
            exit_code,
            startup,
            liveness,
            readiness,
            stop,
            ..Behaviour::default()
        },
    )
}

/// What one pod finds on its node. The default has everything at once, and containers that run for ever.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Script {
    /// The lives of containers, by name: the first, the second and so on; the last one repeats.
    pub lives: BTreeMap<String, Vec<Behaviour>>,
    /// When the volumes are there.
    pub mounted: Instant,
    /// From when on images can be pulled.
    pub pullable: Instant,
}

impl Script {
    /// How the container `name` behaves after so many lives.
    #[must_use]
    pub fn life(&self, name: &str, restarts: i32) -> Behaviour {
        let lives = self.lives.get(name).map(Vec::as_slice).unwrap_or_default();
        let n = usize::try_from(restarts).unwrap_or(0);
        lives.get(n).or(lives.last()).cloned().unwrap_or_default()
    }
}

/// Scripts for the containers with these names: up to three lives each, volumes and images that may be
/// late.
///
/// ```
/// # use proptest::prelude::*;
/// use kubernel::testing::scripts;
///
/// # proptest!(|(script in scripts(vec!["web".to_owned()]))| {
/// assert!((1..=3).contains(&script.lives["web"].len()));
/// # });
/// ```
pub fn scripts(containers: Vec<String>) -> impl Strategy<Value = Script> {
    let late = || prop_oneof![3 => Just(Duration::ZERO), 1 => spans(40)];
    let lives = vec(vec(behaviours(), 1..=3), containers.len());
    (lives, late(), late()).prop_map(move |(lives, mounted, pullable)| Script {
        lives: containers.iter().cloned().zip(lives).collect(),
        mounted: Instant::START + mounted,
        pullable: Instant::START + pullable,
    })
}

/// Pods with a script for all their containers. They have their defaults, a uid and the node `node`, and
/// are as an API server has just stored them.
///
/// ```
/// # use proptest::prelude::*;
/// use kubernel::testing::{Solo, scripted_pods};
/// use kubernel::time::Instant;
///
/// # proptest!(ProptestConfig::with_cases(8), |((pod, script) in scripted_pods())| {
/// let mut solo = Solo::new(pod, script);
/// solo.run(Instant::from_secs(60))?;
/// assert!(!solo.status().phase.is_unset());
/// # });
/// ```
pub fn scripted_pods() -> impl Strategy<Value = (Pod, Script)> {
    full_pods().prop_flat_map(|mut pod| {
        defaults::default(&mut pod);
        "4c1e8a55-2f6d-4f7a-9b10-0b7c2f6e6f0e".clone_into(&mut pod.metadata.uid);
        "1".clone_into(&mut pod.metadata.resource_version);
        pod.metadata.generation = 1;
        "node".clone_into(&mut pod.spec.node_name);
        pod.spec.scheduling_gates.clear();
        pod.status.phase = crate::api::PodPhase::Pending;
        pod.status.qos_class = crate::pod::qos::class(&pod);
        let all = pod.spec.init_containers.iter().chain(&pod.spec.containers);
        let names = all.map(|container| container.name.clone()).collect();
        (Just(pod), scripts(names))
    })
}
