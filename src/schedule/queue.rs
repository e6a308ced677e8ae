//! Which pod is tried first, and how many nodes are looked at for it.
//!
//! Source: `pkg/scheduler/framework/plugins/queuesort`, `pkg/scheduler/schedule_one.go`.

use std::cmp::Reverse;

use crate::api::Pod;
use crate::time::Time;

/// How important a pod is: `spec.priority`, 0 if missing.
#[must_use]
pub fn priority(pod: &Pod) -> i32 {
    pod.spec.priority.unwrap_or_default()
}

/// The place of a pod in the queue. The least is tried first: of the highest priority, then waiting
/// for longest (`SCHED-1`).
///
/// ```
/// use kubernel::schedule::queue::Turn;
/// use kubernel::time::Time;
///
/// let at = Time::from_unix;
/// assert!(Turn::new(5, at(9)) < Turn::new(0, at(1)));
/// assert!(Turn::new(5, at(1)) < Turn::new(5, at(9)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn(Reverse<i32>, Time);

impl Turn {
    /// The place of a pod of this priority that has been in the queue since `since`.
    #[must_use]
    pub const fn new(priority: i32, since: Time) -> Self {
        Self(Reverse(priority), since)
    }
}

/// Fewer nodes than this are all looked at.
const FEW_NODES: usize = 100;
/// The least share of the nodes that is looked at, in percent.
const LEAST_PERCENTAGE: usize = 5;

/// After how many fitting nodes upstream stops to look for more (`SCHED-12`). `percentage` is the
/// share to look for, that of the profile before the global one; 0 lets it shrink with the cluster.
///
/// [`place`](crate::schedule::place) looks at all nodes (`SCHED-13`).
#[must_use]
pub fn nodes_to_find(nodes: usize, percentage: usize) -> usize {
    if nodes < FEW_NODES {
        return nodes;
    }
    let share = match percentage {
        0 => 50_usize.saturating_sub(nodes / 125).max(LEAST_PERCENTAGE),
        given => given,
    };
    (nodes.saturating_mul(share) / 100).max(FEW_NODES)
}
