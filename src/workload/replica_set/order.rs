//! Which pods go first when a set has too many (RS-ORDER).
//!
//! Source: `pkg/controller/controller_utils.go ActivePodsWithRanks`.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use crate::api::{ContainerRestartPolicy, Pod, PodPhase};
use crate::time::Time;
use crate::workload::pods;

const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// Up to so many pods upstream's sort is an insertion sort of the input order (RS-ORDER-7).
const INSERTION_SORT: usize = 12;

/// A pod with all that the comparison of victims looks at.
#[derive(Debug, Clone)]
pub struct Victim<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// What decides first, in this order: unassigned, phase, not ready, cost, crowded node.
    first: (bool, u8, bool, i32, Reverse<usize>),
    /// Since when it is ready; `None` if it is not or does not say.
    ready: Option<Time>,
    /// The most restarts of a container, and of a sidecar.
    restarts: (i32, i32),
    now: Time,
}

impl<'a> Victim<'a> {
    fn new(pod: &'a Pod, crowd: &BTreeMap<&str, usize>, now: Time) -> Self {
        let node = pod.spec.node_name.as_str();
        let condition = pods::ready(pod);
        Self {
            pod,
            first: (
                !node.is_empty(),
                phase_rank(&pod.status.phase),
                condition.is_some(),
                deletion_cost(pod),
                Reverse(crowd.get(node).copied().unwrap_or_default()),
            ),
            ready: condition.and_then(|condition| condition.last_transition_time),
            restarts: max_restarts(pod),
            now,
        }
    }

    /// Whether this pod goes before `other` (RS-ORDER-1). Not transitive: see RS-ORDER-6.
    #[must_use]
    pub fn goes_before(&self, other: &Self) -> bool {
        self.compare(other).is_lt()
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.first
            .cmp(&other.first)
            .then_with(|| self.younger(other, self.ready, other.ready))
            .then_with(|| other.restarts.cmp(&self.restarts)) // RS-ORDER-5
            .then_with(|| {
                let (own, others) = (&self.pod.metadata, &other.pod.metadata);
                self.younger(other, own.creation_timestamp, others.creation_timestamp)
            })
    }

    /// The one that is younger on a logarithmic scale goes first; within one step of the scale the
    /// smaller uid decides; a missing time is the youngest (RS-ORDER-4).
    fn younger(&self, other: &Self, own: Option<Time>, others: Option<Time>) -> Ordering {
        match (own, others) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(own), Some(others)) if own == others => Ordering::Equal,
            (Some(own), Some(others)) => age_rank(self.now, own)
                .cmp(&age_rank(self.now, others))
                .then_with(|| match self.pod.metadata.uid.cmp(&other.pod.metadata.uid) {
                    Ordering::Less => Ordering::Less,
                    Ordering::Equal | Ordering::Greater => Ordering::Greater,
                }),
        }
    }
}

/// The pods with what is needed to compare them. `related` are the pods of all sets with the same
/// controller: the active ones among them make a node crowded (RS-ORDER-3).
#[must_use]
pub fn rank<'a>(pods: &[&'a Pod], related: &[&Pod], now: Time) -> Vec<Victim<'a>> {
    let mut crowd = BTreeMap::new();
    for pod in related.iter().filter(|pod| pods::is_active(pod)) {
        *crowd.entry(pod.spec.node_name.as_str()).or_default() += 1;
    }
    pods.iter().map(|pod| Victim::new(pod, &crowd, now)).collect()
}

/// The pods in the order in which they go.
///
/// The comparison is no order in the strict sense (RS-ORDER-6), so this is an insertion sort, as
/// upstream's is for few pods; for more than twelve the place is found by bisection.
#[must_use]
pub fn order<'a>(victims: Vec<Victim<'a>>) -> Vec<Victim<'a>> {
    let few = victims.len() <= INSERTION_SORT;
    let mut sorted: Vec<Victim<'a>> = Vec::with_capacity(victims.len());
    for victim in victims {
        let place = if few {
            let after = sorted.iter().rev().take_while(|known| victim.goes_before(known)).count();
            sorted.len() - after
        } else {
            sorted.partition_point(|known| !victim.goes_before(known))
        };
        sorted.insert(place, victim);
    }
    sorted
}

/// RS-ORDER-1 (2)
fn phase_rank(phase: &PodPhase) -> u8 {
    match phase {
        PodPhase::Unset
        | PodPhase::Pending
        | PodPhase::Succeeded
        | PodPhase::Failed
        | PodPhase::Other(_) => 0,
        PodPhase::Unknown => 1,
        PodPhase::Running => 2,
    }
}

/// RS-ORDER-2: a plain decimal number, without leading zeros or a plus sign.
fn deletion_cost(pod: &Pod) -> i32 {
    let Some(text) = pod.metadata.annotations.get(DELETION_COST) else { return 0 };
    match text.as_bytes() {
        [b'0'] | [b'-' | b'1'..=b'9', ..] => text.parse().unwrap_or_default(),
        _ => 0,
    }
}

/// RS-ORDER-5
fn max_restarts(pod: &Pod) -> (i32, i32) {
    let is_sidecar = |name: &str| {
        pod.spec.init_containers.iter().any(|container| {
            container.name == name
                && container.restart_policy == Some(ContainerRestartPolicy::Always)
        })
    };
    let regular = pod.status.container_statuses.iter();
    let sidecars = pod.status.init_container_statuses.iter();
    (
        regular.map(|status| status.restart_count).max().unwrap_or_default().max(0),
        sidecars
            .filter(|status| is_sidecar(&status.name))
            .map(|status| status.restart_count)
            .max()
            .unwrap_or_default()
            .max(0),
    )
}

/// RS-ORDER-4: the binary logarithm of the age in nanoseconds, -1 for what is not in the past.
fn age_rank(now: Time, then: Time) -> i32 {
    let nanos = i128::from(now.seconds_since(then)) * 1_000_000_000;
    nanos.checked_ilog2().map_or(-1, |log| i32::try_from(log).unwrap_or(i32::MAX))
}
