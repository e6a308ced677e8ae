//! What the controllers ask about a single pod.

use crate::api::{ConditionStatus, Pod, PodCondition, PodConditionType, PodPhase};
use crate::time::Time;

/// Whether the pod has come to its end: Succeeded or Failed.
pub(crate) fn is_terminal(pod: &Pod) -> bool {
    match pod.status.phase {
        PodPhase::Succeeded | PodPhase::Failed => true,
        PodPhase::Unset
        | PodPhase::Pending
        | PodPhase::Running
        | PodPhase::Unknown
        | PodPhase::Other(_) => false,
    }
}

/// Whether the pod counts: neither at its end nor being deleted (RS-7).
pub(crate) fn is_active(pod: &Pod) -> bool {
    !is_terminal(pod) && pod.metadata.deletion_timestamp.is_none()
}

/// Whether the pod is on its way out: being deleted and not at its end (CL-7).
pub(crate) fn is_terminating(pod: &Pod) -> bool {
    !is_terminal(pod) && pod.metadata.deletion_timestamp.is_some()
}

/// The Ready condition, if it is there and True.
pub(crate) fn ready(pod: &Pod) -> Option<&PodCondition> {
    pod.status
        .conditions
        .iter()
        .find(|condition| condition.type_ == PodConditionType::Ready)
        .filter(|condition| condition.status == ConditionStatus::True)
}

/// How long a pod has still to stay ready until it is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Available {
    /// It is not ready.
    NotReady,
    /// It is ready, but not for long enough; in so many seconds it is. `None`: never, because it
    /// does not say since when it is ready (RS-13).
    In(Option<i64>),
    /// It is available.
    Now,
}

/// Whether the pod is available: ready for at least `min_ready_seconds` (RS-12).
pub(crate) fn available(pod: &Pod, min_ready_seconds: i32, now: Time) -> Available {
    let Some(condition) = ready(pod) else { return Available::NotReady };
    if min_ready_seconds == 0 {
        return Available::Now;
    }
    let Some(since) = condition.last_transition_time else { return Available::In(None) };
    let left = i64::from(min_ready_seconds) - now.seconds_since(since);
    if left <= 0 { Available::Now } else { Available::In(Some(left)) }
}
