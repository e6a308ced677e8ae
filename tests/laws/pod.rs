//! Pods as an API server sees them: defaults, and what is wrong with them.

use std::collections::BTreeSet;

use kubernel::admission;
use kubernel::api::{Object, Pod};
use kubernel::field::{Errors, Path};
use kubernel::pod::defaults;
use kubernel::pod::restart::is_sidecar;
use kubernel::pod::validate::{Rules, validate};
use kubernel::testing::{Script, broken_pods, defects, full_pods, scripted_pods};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::config;

fn errors(pod: &Pod) -> Errors {
    let mut out = Errors::new();
    validate(&mut out, &Path::EMPTY, pod, &Rules::default());
    out
}

proptest! {
    #![proptest_config(config(64))]

    /// POD-DEF-1
    #[test]
    fn defaulting_twice_is_defaulting_once(pod in full_pods()) {
        let mut once = pod;
        defaults::default(&mut once);
        let mut twice = once.clone();
        defaults::default(&mut twice);
        prop_assert_eq!(&twice, &once);
        let mut object = Object::from(once.clone());
        admission::default(&mut object);
        let mut again = object.clone();
        admission::default(&mut again);
        prop_assert_eq!(again, object);
    }

    /// A pod that is valid as it was written is valid with its defaults, and then for ever.
    #[test]
    fn defaults_keep_a_pod_valid(pod in full_pods()) {
        let mut pod = pod;
        defaults::default(&mut pod);
        let found = errors(&pod);
        prop_assert!(found.is_empty(), "{}", found);
        let wire = serde_json::to_value(&pod)?;
        prop_assert_eq!(serde_json::from_value::<Pod>(wire)?, pod);
    }

    /// POD-SPEC-28
    #[test]
    fn one_defect_gives_one_error((pod, defect) in broken_pods()) {
        let mut pod = pod;
        defaults::default(&mut pod);
        let found = errors(&pod);
        let told: Vec<(&str, &str)> =
            found.iter().map(|error| (&*error.field, error.cause.kind())).collect();
        prop_assert_eq!(told, [(&*defect.field, defect.cause)], "{}: {}", defect.name, found);
    }
}

/// The first so many values of a strategy, always the same.
#[expect(clippy::unwrap_used, reason = "a test may panic")]
fn samples<T: std::fmt::Debug>(
    count: usize,
    strategy: &impl Strategy<Value = T>,
) -> impl Iterator<Item = T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(move |_| strategy.new_tree(&mut runner).unwrap().current())
}

#[test]
fn every_defect_is_made_and_found() {
    let mut made = BTreeSet::new();
    for (mut pod, defect) in samples(1_000, &broken_pods()) {
        defaults::default(&mut pod);
        let found = errors(&pod);
        let told: Vec<(&str, &str)> =
            found.iter().map(|error| (&*error.field, error.cause.kind())).collect();
        assert_eq!(told, [(&*defect.field, defect.cause)], "{}: {found}", defect.name);
        made.insert(defect.name);
    }
    let all: Vec<&str> = defects().collect();
    let names: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), names.len(), "no name is used twice");
    assert_eq!(made, names);
}

/// Something that some value of a strategy must have, so that the laws say something.
type Wish<T> = (&'static str, fn(&T) -> bool);

/// The wishes that no value grants.
fn missing<T>(mut wishes: Vec<Wish<T>>, values: impl Iterator<Item = T>) -> Vec<&'static str> {
    for value in values {
        wishes.retain(|(_, grants)| !grants(&value));
    }
    wishes.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn full_pods_have_everything() {
    let wishes: Vec<Wish<Pod>> = vec![
        ("a plain init container", |pod| pod.spec.init_containers.iter().any(|c| !is_sidecar(c))),
        ("a sidecar", |pod| pod.spec.init_containers.iter().any(is_sidecar)),
        ("a sidecar with a probe", |pod| {
            pod.spec.init_containers.iter().any(|c| c.startup_probe.is_some())
        }),
        ("a liveness probe", |pod| pod.spec.containers.iter().any(|c| c.liveness_probe.is_some())),
        ("a readiness probe", |pod| {
            pod.spec.containers.iter().any(|c| c.readiness_probe.is_some())
        }),
        ("a preStop hook", |pod| {
            let mut hooks = pod.spec.containers.iter().filter_map(|c| c.lifecycle.as_deref());
            hooks.any(|lifecycle| lifecycle.pre_stop.is_some())
        }),
        ("a postStart hook", |pod| {
            let mut hooks = pod.spec.containers.iter().filter_map(|c| c.lifecycle.as_deref());
            hooks.any(|lifecycle| lifecycle.post_start.is_some())
        }),
        ("a container with rules", |pod| {
            pod.spec.containers.iter().any(|c| !c.restart_policy_rules.is_empty())
        }),
        ("a rule that restarts all", |pod| {
            kubernel::pod::restart::all_containers_could_restart(&pod.spec)
        }),
        ("a mount", |pod| pod.spec.containers.iter().any(|c| !c.volume_mounts.is_empty())),
        ("a claim", |pod| pod.spec.volumes.iter().any(|v| v.persistent_volume_claim.is_some())),
        ("resources of the pod", |pod| pod.spec.resources.is_some()),
        ("limits", |pod| pod.spec.containers.iter().any(|c| !c.resources.limits.is_empty())),
        ("a deadline", |pod| pod.spec.active_deadline_seconds.is_some()),
        ("the network of the node", |pod| pod.spec.host_network),
        ("a scheduling gate", |pod| !pod.spec.scheduling_gates.is_empty()),
        ("a readiness gate", |pod| !pod.spec.readiness_gates.is_empty()),
    ];
    assert_eq!(missing(wishes, samples(256, &full_pods())), [""; 0]);
}

#[test]
fn scripts_are_of_many_sorts() {
    let wishes: Vec<Wish<Script>> = vec![
        ("late volumes", |script| script.mounted.as_micros() > 0),
        ("late images", |script| script.pullable.as_micros() > 0),
        ("a failure", |script| script.lives.values().flatten().any(|life| life.exit_code != 0)),
        ("a life without end", |script| script.lives.values().flatten().any(|l| l.runs.is_none())),
        ("a probe that fails later", |script| {
            script.lives.values().flatten().any(|life| life.liveness.until.is_some())
        }),
        ("a container that ignores its stop", |script| {
            let ignore = kubernel::pod::behaviour::OnStop::Ignore;
            script.lives.values().flatten().any(|life| life.stop == ignore)
        }),
    ];
    let pods = scripted_pods();
    let scripts = samples(64, &pods).map(|(_, script)| script);
    assert_eq!(missing(wishes, scripts), [""; 0]);
}
