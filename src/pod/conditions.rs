//! The conditions that a kubelet writes into the status of a pod.
//!
//! Source: `pkg/kubelet/status/generate.go`, `pkg/kubelet/types/pod_status.go`,
//! `pkg/kubelet/status/status_manager.go` (`updateLastTransitionTime`).

use std::fmt::Write as _;

use crate::api::{ConditionStatus, Container, Pod, PodCondition, PodConditionType, PodPhase};
use crate::pod::restart::is_sidecar;
use crate::pod::statuses::Statuses;
use crate::time::Time;

/// Whether the kubelet alone writes conditions of this type.
// POD-COND-1
#[must_use]
pub fn is_owned(kind: &PodConditionType) -> bool {
    match kind {
        PodConditionType::PodScheduled
        | PodConditionType::Ready
        | PodConditionType::Initialized
        | PodConditionType::ContainersReady
        | PodConditionType::PodReadyToStartContainers
        | PodConditionType::PodResizePending
        | PodConditionType::PodResizeInProgress
        | PodConditionType::AllContainersRestarting => true,
        PodConditionType::DisruptionTarget
        | PodConditionType::Unset
        | PodConditionType::Other(_) => false,
    }
}

/// Whether the kubelet and others write conditions of this type.
// POD-COND-1
#[must_use]
pub fn is_shared(kind: &PodConditionType) -> bool {
    *kind == PodConditionType::DisruptionTarget
}

/// The first condition of a type.
#[must_use]
pub fn find<'a>(
    conditions: &'a [PodCondition],
    kind: &PodConditionType,
) -> Option<&'a PodCondition> {
    conditions.iter().find(|condition| condition.type_ == *kind)
}

/// Adds a condition, or replaces the one of its type. It is new from `now` on if its status is.
///
/// ```
/// use kubernel::api::{ConditionStatus, PodCondition, PodConditionType};
/// use kubernel::pod::conditions::{find, put};
/// use kubernel::time::Time;
///
/// let ready = |status| PodCondition { type_: PodConditionType::Ready, status, ..Default::default() };
/// let mut conditions = Vec::new();
/// for (status, at) in [(ConditionStatus::False, 10), (ConditionStatus::False, 20)] {
///     put(&mut conditions, ready(status), Time::from_unix(at));
/// }
/// let since = find(&conditions, &PodConditionType::Ready).unwrap().last_transition_time;
/// assert_eq!(since, Some(Time::from_unix(10)));
/// ```
///
/// Source: `pkg/api/v1/pod/util.go UpdatePodCondition`.
pub fn put(conditions: &mut Vec<PodCondition>, mut condition: PodCondition, now: Time) {
    condition.last_transition_time = Some(now);
    match conditions.iter_mut().find(|known| known.type_ == condition.type_) {
        Some(known) => {
            if known.status == condition.status {
                condition.last_transition_time = known.last_transition_time;
            }
            *known = condition;
        }
        None => conditions.push(condition),
    }
}

/// A condition of `pod` as of its present generation, without a time.
// POD-COND-10
#[must_use]
pub fn condition(
    pod: &Pod,
    kind: PodConditionType,
    status: bool,
    reason: &str,
    message: String,
) -> PodCondition {
    PodCondition {
        type_: kind,
        observed_generation: pod.metadata.generation,
        status: if status { ConditionStatus::True } else { ConditionStatus::False },
        reason: reason.to_owned(),
        message,
        ..PodCondition::default()
    }
}

/// Whether the init containers are done; `old` are the conditions so far.
// POD-COND-4, POD-COND-5
#[must_use]
pub fn initialized(
    pod: &Pod,
    old: &[PodCondition],
    statuses: &Statuses<'_>,
    phase: &PodPhase,
) -> PodCondition {
    let kind = PodConditionType::Initialized;
    let containers = &pod.spec.init_containers;
    if !statuses.known() && !containers.is_empty() {
        return condition(pod, kind, false, "UnknownContainerStatuses", String::new());
    }
    let mut unknown = Vec::new();
    let mut incomplete = Vec::new();
    for container in containers {
        match statuses.find(&container.name) {
            None => unknown.push(container.name.as_str()),
            Some(status) => {
                let done =
                    if is_sidecar(container) { status.started == Some(true) } else { status.ready };
                if !done {
                    incomplete.push(container.name.as_str());
                }
            }
        }
    }
    if *phase == PodPhase::Succeeded && unknown.is_empty() {
        return condition(pod, kind, true, "PodCompleted", String::new());
    }
    let was = find(old, &kind).is_some_and(|old| old.status == ConditionStatus::True);
    if any_regular_started(pod, statuses) || (unknown.is_empty() && incomplete.is_empty()) || was {
        return condition(pod, kind, true, "", String::new());
    }
    let message = list(&unknown, &incomplete, "incomplete");
    condition(pod, kind, false, "ContainersNotInitialized", message)
}

/// Whether some regular container runs or has ended.
#[must_use]
pub fn any_regular_started(pod: &Pod, statuses: &Statuses<'_>) -> bool {
    pod.spec.containers.iter().any(|container| {
        statuses.find(&container.name).is_some_and(|status| {
            status.state.running.is_some() || status.state.terminated.is_some()
        })
    })
}

/// Whether all regular containers and sidecars are ready.
// POD-COND-6
#[must_use]
pub fn containers_ready(pod: &Pod, statuses: &Statuses<'_>, phase: &PodPhase) -> PodCondition {
    let kind = PodConditionType::ContainersReady;
    if !statuses.known() {
        return condition(pod, kind, false, "UnknownContainerStatuses", String::new());
    }
    let mut unknown = Vec::new();
    let mut unready = Vec::new();
    for container in serving(pod) {
        match statuses.find(&container.name) {
            None => unknown.push(container.name.as_str()),
            Some(status) if !status.ready => unready.push(container.name.as_str()),
            Some(_) => {}
        }
    }
    if *phase == PodPhase::Succeeded && unknown.is_empty() {
        return condition(pod, kind, false, "PodCompleted", String::new());
    }
    if *phase == PodPhase::Failed {
        return condition(pod, kind, false, "PodFailed", String::new());
    }
    if unknown.is_empty() && unready.is_empty() {
        return condition(pod, kind, true, "", String::new());
    }
    condition(pod, kind, false, "ContainersNotReady", list(&unknown, &unready, "unready"))
}

/// Whether the pod may serve: its containers are ready and all readiness gates are open.
///
/// The gates are looked up in `conditions`.
// POD-COND-7, POD-COND-8
#[must_use]
pub fn ready(
    pod: &Pod,
    conditions: &[PodCondition],
    statuses: &Statuses<'_>,
    phase: &PodPhase,
) -> PodCondition {
    let containers = containers_ready(pod, statuses, phase);
    if containers.status != ConditionStatus::True {
        return PodCondition { type_: PodConditionType::Ready, ..containers };
    }
    let mut closed = Vec::new();
    for gate in &pod.spec.readiness_gates {
        let name = gate.condition_type.as_str();
        match find(conditions, &gate.condition_type) {
            None => closed.push(format!(
                "corresponding condition of pod readiness gate {name:?} does not exist."
            )),
            Some(condition) if condition.status != ConditionStatus::True => closed.push(format!(
                "the status of pod readiness gate {name:?} is not \"True\", but {}",
                condition.status
            )),
            Some(_) => {}
        }
    }
    let reason = if closed.is_empty() { "" } else { "ReadinessGatesNotReady" };
    condition(pod, PodConditionType::Ready, closed.is_empty(), reason, closed.join(", "))
}

/// Sets the transition time of the condition of type `kind`: the old time while its status is the
/// same, else `now`.
// POD-COND-9
pub fn stamp(
    conditions: &mut [PodCondition],
    old: &[PodCondition],
    kind: &PodConditionType,
    now: Time,
) {
    let before = find(old, kind);
    if let Some(condition) = conditions.iter_mut().find(|condition| condition.type_ == *kind) {
        condition.last_transition_time = match before {
            Some(before) if before.status == condition.status => before.last_transition_time,
            Some(_) | None => Some(now),
        };
    }
}

/// The containers whose readiness counts: sidecars and regular ones.
fn serving(pod: &Pod) -> impl Iterator<Item = &Container> {
    let sidecars = pod.spec.init_containers.iter().filter(|container| is_sidecar(container));
    sidecars.chain(&pod.spec.containers)
}

fn list(unknown: &[&str], bad: &[&str], word: &str) -> String {
    let mut out = String::new();
    for (names, word) in [(unknown, "unknown"), (bad, word)] {
        if !names.is_empty() {
            let comma = if out.is_empty() { "" } else { ", " };
            let names = names.join(" ");
            // Writing to a `String` cannot fail.
            let _ = write!(out, "{comma}containers with {word} status: [{names}]");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::ContainerStatus;

    #[test]
    fn pod_cond_7_readiness_gates_hold_back_ready() {
        let pod: Pod = serde_json::from_value(json!({"spec": {
            "containers": [{"name": "a"}], "readinessGates": [{"conditionType": "x.io/g"}]}}))
        .unwrap();
        let a: ContainerStatus =
            serde_json::from_value(json!({"name": "a", "ready": true})).unwrap();
        let seen = Statuses { init: None, regular: &[a] };
        let closed = ready(&pod, &[], &seen, &PodPhase::Running);
        assert_eq!(closed.reason, "ReadinessGatesNotReady");
        let gate = condition(&pod, "x.io/g".into(), true, "", String::new());
        let open = ready(&pod, &[gate], &seen, &PodPhase::Running);
        assert_eq!(open.status, ConditionStatus::True);
    }

    #[test]
    fn pod_cond_6_names_the_unready() {
        let pod: Pod =
            serde_json::from_value(json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}))
                .unwrap();
        let a: ContainerStatus = serde_json::from_value(json!({"name": "a"})).unwrap();
        let seen = Statuses { init: None, regular: &[a] };
        assert_eq!(
            containers_ready(&pod, &seen, &PodPhase::Running).message,
            "containers with unknown status: [b], containers with unready status: [a]"
        );
    }
}
