//! From the instances that a runtime knows to the statuses of containers.
//!
//! Source: `pkg/kubelet/kubelet_pods.go` (`convertToAPIContainerStatuses`).

use std::collections::BTreeMap;

use crate::api::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated,
    ContainerStateWaiting, ContainerStatus, EphemeralContainer, Pod, RecursiveReadOnlyMode,
    VolumeMount, VolumeMountStatus,
};
use crate::pod::actions::would_start;
use crate::pod::phase::RESTARTING_ALL_CONTAINERS;
use crate::pod::restart::is_sidecar;
use crate::pod::runtime::{Exit, Instance, InstanceState, Runtime};
use crate::time::Time;

/// The exit code of a container that was lost.
const LOST: i32 = 137;
const STATUS_UNKNOWN: &str = "ContainerStatusUnknown";
const REMOVED: &str = "The container is removed because RestartAllContainers in place";

/// Why the last try to start a container failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartFailure {
    /// The reason that is shown, as `CrashLoopBackOff`.
    pub reason: String,
    /// A text for humans.
    pub message: String,
}

/// The failures of the last tries to start, by container.
pub type StartFailures = BTreeMap<String, StartFailure>;

/// What the statuses of the containers of one pod are made from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// What the runtime knows.
    pub runtime: &'a Runtime,
    /// The failures of the last tries to start.
    pub failures: &'a StartFailures,
    /// Whether the whole pod is being restarted in place.
    pub restarting: bool,
    /// The wire time of logical time zero.
    pub epoch: Time,
}

/// Which of the three lists of a spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    Init,
    Other,
}

/// The statuses of `containers`, in their order in `list` or by name; `old` are the last ones.
// POD-CSTATE-7
pub(crate) fn statuses(
    facts: &Facts<'_>,
    containers: &[&Container],
    old: &[ContainerStatus],
    list: List,
) -> Vec<ContainerStatus> {
    let mut out: Vec<ContainerStatus> =
        containers.iter().map(|container| status(facts, container, old, list)).collect();
    match list {
        List::Init => {}
        List::Other => out.sort_by(|a, b| a.name.cmp(&b.name)),
    }
    out
}

fn status(
    facts: &Facts<'_>,
    container: &Container,
    old: &[ContainerStatus],
    list: List,
) -> ContainerStatus {
    let old = old.iter().rev().find(|status| status.name == container.name);
    let mut instances: Vec<&Instance> =
        facts.runtime.containers.iter().filter(|one| one.name == container.name).collect();
    instances.sort_by_key(|instance| std::cmp::Reverse(instance.created_at));
    let mut out = match instances.split_first() {
        None => missing(facts, container, old),
        Some((newest, rest)) => {
            let mut out = convert(facts, container, newest, old);
            // POD-CSTATE-4
            if let Some(second) = rest.first() {
                out.last_termination_state = convert(facts, container, second, old).state;
            }
            out
        }
    };
    if list == List::Init && is_settled(facts, container, &mut out) {
        return out;
    }
    // POD-CSTATE-5
    if would_start(facts.pod, container, facts.runtime)
        && let Some(failure) = facts.failures.get(&container.name)
    {
        if out.state.terminated.is_some() {
            out.last_termination_state = std::mem::take(&mut out.state);
        }
        out.state = waiting(&failure.reason, &failure.message);
    }
    out
}

/// Whether a plain init container needs no look at failed starts: it has succeeded, or must have.
// POD-CSTATE-6
fn is_settled(facts: &Facts<'_>, container: &Container, out: &mut ContainerStatus) -> bool {
    match facts.runtime.newest(&container.name) {
        Some(newest) => newest.exit().is_some_and(|exit| exit.code == 0),
        None => {
            let settled = facts.runtime.any_regular_created(facts.pod)
                && !is_sidecar(container)
                && out.state.waiting.is_some();
            if settled {
                let message = "Unable to get init container status from container runtime and \
                    pod has been initialized, treat it as exited normally";
                out.state = terminated(0, "Completed", message);
            }
            settled
        }
    }
}

/// The status of a container without any instance.
// POD-CSTATE-2, POD-CSTATE-3
fn missing(
    facts: &Facts<'_>,
    container: &Container,
    old: Option<&ContainerStatus>,
) -> ContainerStatus {
    let mut out = ContainerStatus {
        name: container.name.clone(),
        image: container.image.clone(),
        state: waiting(waiting_reason(facts.pod), ""),
        volume_mounts: mounts(container),
        ..ContainerStatus::default()
    };
    let Some(old) = old else { return out };
    if old.state.terminated.is_some() {
        out = old.clone();
    } else {
        out.restart_count = old.restart_count;
        out.last_termination_state = old.last_termination_state.clone();
    }
    // POD-RESTART-6
    if facts.restarting && old.state.waiting.is_none() {
        out.state =
            ContainerState { terminated: None, ..waiting(RESTARTING_ALL_CONTAINERS, REMOVED) };
        out.last_termination_state.terminated =
            terminated(LOST, RESTARTING_ALL_CONTAINERS, REMOVED).terminated;
        out.restart_count = old.restart_count.saturating_add(1);
        return out;
    }
    if old.state.terminated.is_none()
        && old.state.running.is_some()
        && out.last_termination_state.terminated.is_none()
    {
        let message = "The container could not be located when the pod was deleted.  The container \
            used to be Running";
        out.last_termination_state.terminated =
            terminated(LOST, STATUS_UNKNOWN, message).terminated;
        if facts.pod.metadata.deletion_timestamp.is_none() {
            out.restart_count = out.restart_count.saturating_add(1);
        }
    }
    out
}

/// The word for a container that was never made.
#[must_use]
pub(crate) fn waiting_reason(pod: &Pod) -> &'static str {
    if pod.spec.init_containers.is_empty() { "ContainerCreating" } else { "PodInitializing" }
}

/// The status of one instance.
// POD-CSTATE-1, POD-CSTATE-8
fn convert(
    facts: &Facts<'_>,
    container: &Container,
    instance: &Instance,
    old: Option<&ContainerStatus>,
) -> ContainerStatus {
    let id = format!("containerd://{}", instance.id);
    let mut out = ContainerStatus {
        name: instance.name.clone(),
        restart_count: instance.restart_count,
        image: instance.image.clone(),
        image_id: instance.image_id.clone(),
        container_id: id.clone(),
        allocated_resources: container.resources.requests.clone(),
        resources: Some(Box::new(container.resources.clone())),
        ..ContainerStatus::default()
    };
    if let Some(old) = old {
        out.volume_mounts.clone_from(&old.volume_mounts);
        out.restart_count = out.restart_count.max(old.restart_count);
        if old.container_id != id && old.state.terminated.is_some() {
            out.last_termination_state.terminated.clone_from(&old.state.terminated);
        } else {
            let last = &old.last_termination_state.terminated;
            out.last_termination_state.terminated.clone_from(last);
        }
    }
    match &instance.state {
        InstanceState::Running { since } => {
            out.state.running =
                Some(Box::new(ContainerStateRunning { started_at: Some(since.wire(facts.epoch)) }));
            if let Some(old) = old {
                out.started = old.started;
                if old.state.terminated.is_some() && old.restart_count >= instance.restart_count {
                    out.restart_count = old.restart_count.saturating_add(1);
                }
            }
        }
        InstanceState::Created => out.state = waiting("", ""),
        InstanceState::Exited(exit) => out.state.terminated = Some(ended(exit, id, facts.epoch)),
        InstanceState::Unknown => match old.filter(|old| old.state.running.is_some()) {
            Some(old) => {
                let reason =
                    if facts.restarting { RESTARTING_ALL_CONTAINERS } else { STATUS_UNKNOWN };
                let message = "The container could not be located when the pod was terminated";
                out.state = terminated(LOST, reason, message);
                out.restart_count = old.restart_count.saturating_add(1);
            }
            None => out.state = waiting("", ""),
        },
    }
    out
}

fn ended(exit: &Exit, id: String, epoch: Time) -> Box<ContainerStateTerminated> {
    Box::new(ContainerStateTerminated {
        exit_code: exit.code,
        reason: exit.reason.clone(),
        message: exit.message.clone(),
        started_at: exit.since.map(|since| since.wire(epoch)),
        finished_at: exit.at.map(|at| at.wire(epoch)),
        container_id: id,
        ..ContainerStateTerminated::default()
    })
}

fn waiting(reason: &str, message: &str) -> ContainerState {
    let state = ContainerStateWaiting { reason: reason.to_owned(), message: message.to_owned() };
    ContainerState { waiting: Some(Box::new(state)), ..ContainerState::default() }
}

fn terminated(exit_code: i32, reason: &str, message: &str) -> ContainerState {
    let end = ContainerStateTerminated {
        exit_code,
        reason: reason.to_owned(),
        message: message.to_owned(),
        ..ContainerStateTerminated::default()
    };
    ContainerState { terminated: Some(Box::new(end)), ..ContainerState::default() }
}

fn mounts(container: &Container) -> Vec<VolumeMountStatus> {
    let mount = |mount: &VolumeMount| VolumeMountStatus {
        name: mount.name.clone(),
        mount_path: mount.mount_path.clone(),
        read_only: mount.read_only,
        recursive_read_only: mount.read_only.then_some(RecursiveReadOnlyMode::Disabled),
        ..VolumeMountStatus::default()
    };
    container.volume_mounts.iter().map(mount).collect()
}

/// An ephemeral container as another one: the fields that both have and that matter.
pub(crate) fn of_ephemeral(container: &EphemeralContainer) -> Container {
    Container {
        name: container.name.clone(),
        image: container.image.clone(),
        ports: container.ports.clone(),
        env_from: container.env_from.clone(),
        env: container.env.clone(),
        resources: container.resources.clone(),
        resize_policy: container.resize_policy.clone(),
        volume_mounts: container.volume_mounts.clone(),
        volume_devices: container.volume_devices.clone(),
        termination_message_policy: container.termination_message_policy.clone(),
        image_pull_policy: container.image_pull_policy.clone(),
        security_context: container.security_context.clone(),
        ..Container::default()
    }
}
