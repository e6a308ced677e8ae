//! ReplicaSet and ReplicationController: as many pods as asked for.
//!
//! Source: `pkg/controller/replicaset/replica_set.go`.

mod order;
mod status;

use std::collections::BTreeSet;
use std::fmt;

use crate::api::{Kind, ObjectMeta, Pod, ReplicaSet};
use crate::labels::Selector;
use crate::meta::{self, Claim, NameRule};
use crate::time::Time;
use crate::workload::pods;
use crate::workload::replica_set::status::Counts;

pub use order::{Victim, order, rank};

/// How many pods one sync makes or removes at most (RS-8, RS-9).
pub const BURST: usize = 500;

/// What a sync looks at besides the set.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The pods of the namespace that the set owns or may adopt, in the order of their names.
    /// Others do no harm.
    pub pods: &'a [&'a Pod],
    /// The pods of all sets with the same controller, see [`related`].
    pub related: &'a [&'a Pod],
    /// The time.
    pub now: Time,
    /// How many pods to make or remove at most; [`BURST`] upstream.
    pub burst: usize,
}

/// What to do about the number of pods.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale<'a> {
    /// There are as many as wanted.
    Enough,
    /// The set is being deleted, so its pods are left to the garbage collector (RS-10).
    Leaving,
    /// Make so many (RS-8), see [`batches`].
    Create(usize),
    /// Remove these, in this order (RS-9).
    Delete(Vec<&'a Pod>),
}

impl fmt::Display for Scale<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enough => f.write_str("there are as many pods as wanted"),
            Self::Leaving => f.write_str("is being deleted, so its pods are left alone"),
            Self::Create(count) => write!(f, "there are {count} pods too few"),
            Self::Delete(victims) => {
                write!(f, "there are {} pods too many: removes", victims.len())?;
                victims.iter().try_for_each(|pod| write!(f, " `{}`", pod.metadata.name))
            }
        }
    }
}

/// What a set wants to be done, and what it has counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<'a> {
    /// The orphans to take (RS-5).
    pub adopt: Vec<&'a Pod>,
    /// The pods to let go (RS-5).
    pub release: Vec<&'a Pod>,
    /// How many pods to make, or which to remove.
    pub scale: Scale<'a>,
    /// In how many seconds to look again, because a ready pod becomes available then (RS-13).
    pub again: Option<i64>,
    counts: Counts,
}

/// Decides what `set` wants done about its pods. `selector` is the set's own.
///
/// ```
/// use kubernel::api::{ReplicaSet, ReplicaSetSpec};
/// use kubernel::labels::Selector;
/// use kubernel::time::Time;
/// use kubernel::workload::replica_set::{self, Inputs, Scale};
///
/// let set = ReplicaSet {
///     spec: ReplicaSetSpec { replicas: Some(3), ..Default::default() },
///     ..Default::default()
/// };
/// let selector = Selector::everything();
/// let inputs = Inputs { pods: &[], related: &[], now: Time::EPOCH, burst: replica_set::BURST };
/// let decision = replica_set::sync(&set, &selector, inputs);
/// assert_eq!(decision.scale, Scale::Create(3));
/// ```
#[must_use]
pub fn sync<'a>(set: &ReplicaSet, selector: &Selector, inputs: Inputs<'a>) -> Decision<'a> {
    let mut claimed = Claimed::default();
    let (mut adopt, mut release) = (Vec::new(), Vec::new());
    let namespace = &set.metadata.namespace;
    for &pod in inputs.pods.iter().filter(|pod| pod.metadata.namespace == *namespace) {
        let matches = selector.matches(&pod.metadata.labels);
        if !pods::is_active(pod) {
            let owned = meta::is_controlled_by(&pod.metadata, &set.metadata.uid);
            claimed.terminating += usize::from(owned && matches && pods::is_terminating(pod));
            continue; // RS-7
        }
        match meta::claim(&set.metadata, matches, &pod.metadata) {
            Claim::Ours => claimed.active.push(pod),
            Claim::Adopt => {
                adopt.push(pod);
                claimed.active.push(pod);
            }
            Claim::Release => release.push(pod),
            Claim::Ignore => {}
        }
    }
    let counts = Counts::of(set, &claimed, inputs.now);
    let again = status::next_look(set, &counts);
    Decision { adopt, release, scale: scale(set, claimed.active, inputs), again, counts }
}

/// The pods of a set.
#[derive(Debug, Default)]
struct Claimed<'a> {
    active: Vec<&'a Pod>,
    terminating: usize,
}

fn scale<'a>(set: &ReplicaSet, active: Vec<&'a Pod>, inputs: Inputs<'a>) -> Scale<'a> {
    if set.metadata.deletion_timestamp.is_some() {
        return Scale::Leaving; // RS-10
    }
    let wanted = usize::try_from(set.spec.replicas.unwrap_or(1)).unwrap_or_default();
    if active.len() < wanted {
        return Scale::Create((wanted - active.len()).min(inputs.burst)); // RS-8
    }
    let surplus = (active.len() - wanted).min(inputs.burst); // RS-9
    if surplus == 0 {
        return Scale::Enough;
    }
    if surplus == active.len() {
        return Scale::Delete(active); // RS-ORDER-1
    }
    let ordered = order(rank(&active, inputs.related, inputs.now));
    Scale::Delete(ordered.into_iter().take(surplus).map(|victim| victim.pod).collect())
}

/// The pods that make a node crowded for `set`: those which the selectors of all sets with the same
/// controller select (RS-ORDER-3). None if nothing controls the set.
#[must_use]
pub fn related<'a>(set: &ReplicaSet, sets: &[&ReplicaSet], pods: &[&'a Pod]) -> Vec<&'a Pod> {
    let Some(owner) = meta::controller_of(&set.metadata) else { return Vec::new() };
    let selectors: Vec<Selector> = sets
        .iter()
        .filter(|other| meta::is_controlled_by(&other.metadata, &owner.uid))
        .filter_map(|other| Selector::compile(other.spec.selector.as_deref()).ok())
        .collect();
    let mut seen = BTreeSet::new();
    pods.iter()
        .filter(|pod| selectors.iter().any(|one| one.matches(&pod.metadata.labels)))
        .filter(|pod| seen.insert((&pod.metadata.namespace, &pod.metadata.name)))
        .copied()
        .collect()
}

/// The sizes of the batches in which `count` pods are made: 1, 2, 4, and so on. A batch with a
/// failure is the last one (RS-8).
///
/// ```
/// use kubernel::workload::replica_set::batches;
///
/// assert!(batches(10).eq([1, 2, 4, 3]));
/// ```
pub fn batches(count: usize) -> impl Iterator<Item = usize> {
    let mut left = count;
    let mut size = 1;
    std::iter::from_fn(move || {
        let batch = left.min(size);
        left -= batch;
        size = batch * 2;
        (batch > 0).then_some(batch)
    })
}

/// The pod that a set called `set` of the given kind makes (RS-11). Its name is still to be
/// generated.
#[must_use]
pub fn new_pod(kind: &Kind, set: &ReplicaSet) -> Pod {
    let mut prefix = format!("{}-", set.metadata.name);
    if !NameRule::Subdomain.check_prefix(&prefix).is_empty() {
        prefix.pop();
    }
    let template = &set.spec.template;
    Pod {
        metadata: ObjectMeta {
            generate_name: prefix,
            namespace: set.metadata.namespace.clone(),
            labels: template.metadata.labels.clone(),
            annotations: template.metadata.annotations.clone(),
            finalizers: template.metadata.finalizers.clone(),
            owner_references: vec![meta::controller_ref(kind, &set.metadata)],
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        ..Pod::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{PodPhase, ReplicaSetSpec};

    fn set(replicas: i32) -> ReplicaSet {
        ReplicaSet {
            metadata: ObjectMeta { name: "web".into(), uid: "u1".into(), ..ObjectMeta::default() },
            spec: ReplicaSetSpec { replicas: Some(replicas), ..ReplicaSetSpec::default() },
            ..ReplicaSet::default()
        }
    }

    fn pod(name: &str, phase: PodPhase) -> Pod {
        let mut pod = Pod::default();
        pod.metadata.name = name.into();
        pod.status.phase = phase;
        meta::adopt(&mut pod.metadata, meta::controller_ref(&Kind::ReplicaSet, &set(0).metadata));
        pod
    }

    fn check(set: &ReplicaSet, pods: &[Pod], expected: &str) {
        let pods: Vec<&Pod> = pods.iter().collect();
        let inputs = Inputs { pods: &pods, related: &[], now: Time::EPOCH, burst: 4 };
        let decision = sync(set, &Selector::everything(), inputs);
        assert_eq!(decision.scale.to_string(), expected);
    }

    // RS-7, CL-6
    #[test]
    fn a_pod_that_has_failed_is_replaced() {
        let pods = [pod("web-1", PodPhase::Failed), pod("web-2", PodPhase::Running)];
        check(&set(2), &pods, "there are 1 pods too few");
    }

    // RS-8
    #[test]
    fn a_sync_makes_no_more_than_a_burst() {
        check(&set(9), &[], "there are 4 pods too few");
    }

    // RS-ORDER-1
    #[test]
    fn a_pod_that_does_not_run_yet_goes_first() {
        let mut running = pod("web-1", PodPhase::Running);
        running.spec.node_name = "n1".into();
        let pods = [running, pod("web-2", PodPhase::Pending)];
        check(&set(1), &pods, "there are 1 pods too many: removes `web-2`");
    }

    // RS-10
    #[test]
    fn a_set_that_goes_leaves_its_pods() {
        let mut leaving = set(3);
        leaving.metadata.deletion_timestamp = Some(Time::EPOCH);
        check(&leaving, &[], "is being deleted, so its pods are left alone");
    }

    // RS-14
    #[test]
    fn a_refused_pod_is_reported_once() {
        let inputs = Inputs { pods: &[], related: &[], now: Time::EPOCH, burst: BURST };
        let mut set = set(1);
        let decision = sync(&set, &Selector::everything(), inputs);
        let status = decision.status(&set, Some("exceeded quota"), Time::EPOCH).unwrap();
        assert_eq!(status.conditions.first().unwrap().reason, "FailedCreate");
        set.status = status;
        assert_eq!(decision.status(&set, Some("exceeded quota again"), Time::EPOCH), None);
        let status = decision.status(&set, None, Time::EPOCH).unwrap();
        assert!(status.conditions.is_empty());
    }

    // RS-11
    #[test]
    fn the_dash_is_left_out_of_a_long_name() {
        let mut long = set(1);
        long.metadata.name = "a".repeat(254);
        assert_eq!(new_pod(&Kind::ReplicaSet, &long).metadata.generate_name.len(), 254);
        assert_eq!(new_pod(&Kind::ReplicaSet, &set(1)).metadata.generate_name, "web-");
    }
}
