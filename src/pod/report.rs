//! From the status that a node has generated to the one it writes.
//!
//! Source: `pkg/kubelet/status/status_manager.go` (`updateStatusInternal`, `mergePodStatus`,
//! `TerminatePod`).

use crate::api::{
    ConditionStatus, Container, ContainerState, ContainerStateTerminated, ContainerStatus, Pod,
    PodCondition, PodConditionType, PodPhase, PodStatus, RestartPolicy,
};
use crate::pod::conditions::{self, condition, stamp};
use crate::pod::phase::{is_static, is_terminal};
use crate::pod::restart::{all_containers_could_restart, is_sidecar, restart};
use crate::time::Time;

/// All termination messages of a pod together may have this many bytes.
const MESSAGES: usize = 12_288;

/// The status as it was last accepted.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "a status is from the one or the other")]
pub enum Last<'a> {
    /// By this node.
    Cached(&'a PodStatus),
    /// Only the API has one.
    Api(&'a PodStatus),
}

impl<'a> Last<'a> {
    /// The status itself.
    #[must_use]
    pub const fn status(self) -> &'a PodStatus {
        match self {
            Self::Cached(status) | Self::Api(status) => status,
        }
    }
}

/// Why a status is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// A container left its end although nothing lets it.
    #[error("container `{container}` may not leave its terminated state")]
    Resurrection {
        /// The container.
        container: String,
    },
    /// The init statuses do not follow the order of the spec.
    #[error("init status `{container}` is not at the place of its container")]
    Order {
        /// The status that is out of place.
        container: String,
    },
    /// Nothing of what a node owns has changed.
    #[error("the status is the same")]
    Same,
}

/// Takes the generated status `new` of `pod`: sets its times, sorts and trims it.
///
/// # Errors
/// [`Refused::Resurrection`] and [`Refused::Order`] as of rule POD-CSTATE-12, [`Refused::Same`] when
/// it equals the cached one and is not `forced`.
pub fn accept(
    pod: &Pod,
    last: Last<'_>,
    mut new: PodStatus,
    forced: bool,
    now: Time,
) -> Result<PodStatus, Refused> {
    let old = last.status();
    check_transitions(pod, old, &new)?;
    for kind in [
        PodConditionType::ContainersReady,
        PodConditionType::Ready,
        PodConditionType::Initialized,
        PodConditionType::PodReadyToStartContainers,
        PodConditionType::PodScheduled,
        PodConditionType::DisruptionTarget,
        PodConditionType::AllContainersRestarting,
    ] {
        stamp(&mut new.conditions, &old.conditions, &kind, now);
    }
    new.start_time = old.start_time.or(new.start_time).or(Some(now)); // POD-STATUS-2
    new.observed_generation = new.observed_generation.max(old.observed_generation); // POD-COND-11
    normalize(pod, &mut new);
    match last {
        Last::Cached(cached) if !forced && same(cached, &new) => Err(Refused::Same),
        Last::Cached(_) | Last::Api(_) => Ok(new),
    }
}

// POD-CSTATE-12
fn check_transitions(pod: &Pod, old: &PodStatus, new: &PodStatus) -> Result<(), Refused> {
    let spec = &pod.spec;
    if spec.restart_policy == RestartPolicy::Always || all_containers_could_restart(spec) {
        return Ok(());
    }
    for status in &old.container_statuses {
        stays_ended(pod, status, &spec.containers, &new.container_statuses)?;
    }
    for (n, status) in old.init_container_statuses.iter().enumerate() {
        let Some(container) =
            spec.init_containers.get(n).filter(|container| container.name == status.name)
        else {
            return Err(Refused::Order { container: status.name.clone() });
        };
        if !is_sidecar(container) {
            stays_ended(pod, status, &spec.init_containers, &new.init_container_statuses)?;
        }
    }
    Ok(())
}

fn stays_ended(
    pod: &Pod,
    old: &ContainerStatus,
    containers: &[Container],
    new: &[ContainerStatus],
) -> Result<(), Refused> {
    let Some(end) = old.state.terminated.as_deref() else { return Ok(()) };
    let policy = &pod.spec.restart_policy;
    let free = (end.exit_code != 0 && *policy == RestartPolicy::OnFailure)
        || containers.iter().any(|container| {
            container.name == old.name && restart(container, policy, end.exit_code).restarts()
        });
    let risen = || new.iter().any(|new| new.name == old.name && new.state.terminated.is_none());
    if !free && risen() {
        return Err(Refused::Resurrection { container: old.name.clone() });
    }
    Ok(())
}

// POD-STATUS-4, POD-CSTATE-14
fn normalize(pod: &Pod, status: &mut PodStatus) {
    let spec = &pod.spec;
    let containers =
        spec.containers.len() + spec.init_containers.len() + spec.ephemeral_containers.len();
    let room = MESSAGES.checked_div(containers).unwrap_or(MESSAGES);
    for one in status
        .container_statuses
        .iter_mut()
        .chain(&mut status.init_container_statuses)
        .chain(&mut status.ephemeral_container_statuses)
    {
        for state in [&mut one.state, &mut one.last_termination_state] {
            if let Some(end) = state.terminated.as_deref_mut()
                && end.message.len() > room
            {
                let cut = (0..=room).rev().find(|at| end.message.is_char_boundary(*at));
                end.message.truncate(cut.unwrap_or(0));
            }
        }
    }
    status.container_statuses.sort_by(|a, b| a.name.cmp(&b.name));
    status.ephemeral_container_statuses.sort_by(|a, b| a.name.cmp(&b.name));
    let place = |name: &str| spec.init_containers.iter().position(|one| one.name == name);
    status.init_container_statuses.sort_by_key(|status| place(&status.name));
}

// POD-STATUS-3
fn same(old: &PodStatus, new: &PodStatus) -> bool {
    same_conditions(old, new) && same_apart_from_conditions(old, new)
}

/// Whether the conditions of owned and shared types say the same, in whatever order.
fn same_conditions(old: &PodStatus, new: &PodStatus) -> bool {
    fn ours(status: &PodStatus) -> impl Iterator<Item = [&str; 4]> {
        let told = status.conditions.iter();
        let told = told
            .filter(|one| conditions::is_owned(&one.type_) || conditions::is_shared(&one.type_));
        told.map(|one| [one.type_.as_str(), one.status.as_str(), &one.reason, &one.message])
    }
    if ours(old).eq(ours(new)) {
        return true;
    }
    let sorted = |status| {
        let mut all: Vec<_> = ours(status).collect();
        all.sort_unstable();
        all
    };
    sorted(old) == sorted(new)
}

/// Every field is named, so that a new one has to be decided about.
fn same_apart_from_conditions(old: &PodStatus, new: &PodStatus) -> bool {
    let PodStatus {
        observed_generation,
        phase,
        conditions: _,
        message,
        reason,
        nominated_node_name,
        host_ip,
        host_ips,
        pod_ip,
        pod_ips,
        start_time,
        init_container_statuses,
        container_statuses,
        qos_class,
        ephemeral_container_statuses,
        resize,
        resource_claim_statuses: _,
        extended_resource_claim_status: _,
        allocated_resources,
        resources,
        node_allocatable_resource_claim_statuses: _,
    } = old;
    *observed_generation == new.observed_generation
        && *phase == new.phase
        && *message == new.message
        && *reason == new.reason
        && *nominated_node_name == new.nominated_node_name
        && *host_ip == new.host_ip
        && *host_ips == new.host_ips
        && *pod_ip == new.pod_ip
        && *pod_ips == new.pod_ips
        && *start_time == new.start_time
        && *init_container_statuses == new.init_container_statuses
        && *container_statuses == new.container_statuses
        && *qos_class == new.qos_class
        && *ephemeral_container_statuses == new.ephemeral_container_statuses
        && *resize == new.resize
        && *allocated_resources == new.allocated_resources
        && *resources == new.resources
}

/// The status to send: what the node says, and of the API's status what is not the node's.
///
/// `could_run` says that containers may still be running.
// POD-STATUS-5, POD-STATUS-6, POD-STATUS-7, POD-STATUS-8
#[must_use]
pub fn merge(
    pod: &Pod,
    old: &PodStatus,
    mut new: PodStatus,
    could_run: bool,
    now: Time,
) -> PodStatus {
    let foreign = old.conditions.iter().filter(|one| !conditions::is_owned(&one.type_));
    let mut merged: Vec<PodCondition> = foreign.cloned().collect();
    let ends = !is_terminal(&old.phase) && is_terminal(&new.phase);
    for one in std::mem::take(&mut new.conditions) {
        if conditions::is_owned(&one.type_) {
            merged.push(one);
        } else if conditions::is_shared(&one.type_) && ends && !could_run {
            let mut one = [one];
            stamp(&mut one, &old.conditions, &PodConditionType::DisruptionTarget, now);
            let [one] = one;
            replace(&mut merged, one);
        }
    }
    new.conditions = merged;
    new.resource_claim_statuses.clone_from(&old.resource_claim_statuses);
    new.extended_resource_claim_status.clone_from(&old.extended_resource_claim_status);
    new.node_allocatable_resource_claim_statuses
        .clone_from(&old.node_allocatable_resource_claim_statuses);
    if ends && could_run {
        new.phase.clone_from(&old.phase);
        new.reason.clone_from(&old.reason);
        new.message.clone_from(&old.message);
    }
    if is_terminal(&new.phase) {
        unready(pod, &mut new, now);
    }
    new
}

fn replace(conditions: &mut Vec<PodCondition>, one: PodCondition) {
    match conditions.iter_mut().find(|old| old.type_ == one.type_) {
        Some(place) => *place = one,
        None => conditions.push(one),
    }
}

/// A pod that has ended is not ready.
// POD-COND-15
fn unready(pod: &Pod, status: &mut PodStatus, now: Time) {
    let kinds = [PodConditionType::ContainersReady, PodConditionType::Ready];
    let is_true = |kind| {
        conditions::find(&status.conditions, kind)
            .is_some_and(|one| one.status == ConditionStatus::True)
    };
    if !kinds.iter().any(is_true) {
        return;
    }
    let reason = match status.phase {
        PodPhase::Failed => "PodFailed",
        PodPhase::Succeeded => "PodCompleted",
        PodPhase::Unset
        | PodPhase::Pending
        | PodPhase::Running
        | PodPhase::Unknown
        | PodPhase::Other(_) => "",
    };
    for kind in kinds {
        let mut one = [condition(pod, kind.clone(), false, reason, String::new())];
        stamp(&mut one, &status.conditions, &kind, now);
        let [one] = one;
        replace(&mut status.conditions, one);
    }
}

/// The last status of a pod whose containers are all gone; `cached` is the node's own last one.
///
/// # Errors
/// As [`accept`].
// POD-TERM-8
pub fn terminate(pod: &Pod, cached: Option<&PodStatus>, now: Time) -> Result<PodStatus, Refused> {
    let last = cached.map_or(Last::Api(&pod.status), Last::Cached);
    let mut status = last.status().clone();
    let lost = || ContainerState {
        terminated: Some(Box::new(ContainerStateTerminated {
            exit_code: 137,
            reason: "ContainerStatusUnknown".to_owned(),
            message: "The container could not be located when the pod was terminated".to_owned(),
            ..ContainerStateTerminated::default()
        })),
        ..ContainerState::default()
    };
    if was_initialized(pod) {
        for one in &mut status.container_statuses {
            if one.state.terminated.is_none() {
                one.state = lost();
            }
        }
    }
    let begun = status.init_container_statuses.iter().rposition(|one| {
        one.state.waiting.is_none() || one.last_termination_state.terminated.is_some()
    });
    for one in status.init_container_statuses.iter_mut().take(begun.map_or(1, |n| n + 1)) {
        if one.state.terminated.is_none() {
            one.state = lost();
        }
    }
    if !is_static(pod) && !is_terminal(&status.phase) {
        status.phase = PodPhase::Failed;
    }
    accept(pod, last, status, true, now)
}

fn was_initialized(pod: &Pod) -> bool {
    let (spec, status) = (&pod.spec, &pod.status);
    let begun = |one: &ContainerStatus| {
        one.last_termination_state.terminated.is_some() || one.state.waiting.is_none()
    };
    if spec.init_containers.is_empty() || status.container_statuses.iter().any(begun) {
        return true;
    }
    let Some(last) = status.init_container_statuses.last() else { return false };
    let at = status.init_container_statuses.len().saturating_sub(1);
    let Some(container) = spec.init_containers.get(at).filter(|one| one.name == last.name) else {
        return false;
    };
    if is_sidecar(container) {
        return last.state.running.is_some() && last.started == Some(true);
    }
    let succeeded =
        |state: &ContainerState| state.terminated.as_deref().is_some_and(|end| end.exit_code == 0);
    succeeded(&last.last_termination_state) || succeeded(&last.state)
}
