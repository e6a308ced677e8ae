//! The phase of a pod, computed from its spec and the statuses of its containers.
//!
//! Source: `pkg/kubelet/kubelet_pods.go` (`getPhase`).

use crate::api::{Container, ContainerStateTerminated, Pod, PodPhase};
use crate::pod::restart::{is_sidecar, restart};
use crate::pod::statuses::Statuses;

/// The reason of a termination that is part of a restart of the whole pod.
pub const RESTARTING_ALL_CONTAINERS: &str = "RestartingAllContainers";

/// What the kubelet knows beside the statuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Every container has been stopped and none will be started again.
    pub stopped: bool,
    /// Some regular container exists in the current sandbox.
    pub initialized: bool,
}

/// How a pod fares as a whole; computed from scratch each time.
///
/// ```
/// use kubernel::api::{Container, ContainerStatus, Pod, PodPhase, PodSpec};
/// use kubernel::pod::{phase::{Progress, phase}, statuses::Statuses};
///
/// let mut pod = Pod::default();
/// pod.spec.containers.push(Container { name: "web".into(), ..Default::default() });
/// let mut web = ContainerStatus { name: "web".into(), ..Default::default() };
/// web.state.running = Some(Default::default());
///
/// let seen = Statuses { init: None, regular: &[web] };
/// assert_eq!(phase(&pod, &seen, Progress::default()), PodPhase::Running);
/// assert_eq!(phase(&pod, &Statuses::default(), Progress::default()), PodPhase::Pending);
/// ```
// POD-PHASE-1
#[must_use]
pub fn phase(pod: &Pod, statuses: &Statuses<'_>, progress: Progress) -> PodPhase {
    let init = count_init(pod, statuses);
    let main = count_main(pod, statuses);
    if init.failed_for_good {
        return PodPhase::Failed; // POD-PHASE-7
    }
    // POD-PHASE-8
    if init.pending || (main.sidecar_pending && !progress.initialized) || main.waiting > 0 {
        return PodPhase::Pending;
    }
    if main.unknown > 0 {
        return PodPhase::Pending; // POD-PHASE-12
    }
    if main.running > 0 {
        return PodPhase::Running; // POD-PHASE-9
    }
    if main.stopped == 0 {
        return PodPhase::Pending;
    }
    // POD-PHASE-10, POD-PHASE-11
    let ended = progress.stopped && !is_static(pod);
    if !ended && main.restartable > 0 {
        PodPhase::Running
    } else if main.stopped == main.succeeded {
        PodPhase::Succeeded
    } else {
        PodPhase::Failed
    }
}

/// Whether `pod` came to its node from another place than the API server.
#[must_use]
pub fn is_static(pod: &Pod) -> bool {
    pod.metadata
        .annotations
        .get("kubernetes.io/config.source")
        .is_some_and(|source| source != "api")
}

/// Whether the pod only shows a static one to the API.
#[must_use]
pub fn is_mirror(pod: &Pod) -> bool {
    pod.metadata.annotations.contains_key("kubernetes.io/config.mirror")
}

/// Whether a phase is the last one of a pod.
#[must_use]
pub fn is_terminal(phase: &PodPhase) -> bool {
    match phase {
        PodPhase::Succeeded | PodPhase::Failed => true,
        PodPhase::Unset
        | PodPhase::Pending
        | PodPhase::Running
        | PodPhase::Unknown
        | PodPhase::Other(_) => false,
    }
}

#[derive(Default)]
struct Init {
    pending: bool,
    failed_for_good: bool,
}

#[derive(Default)]
struct Main {
    sidecar_pending: bool,
    unknown: usize,
    running: usize,
    waiting: usize,
    stopped: usize,
    restartable: usize,
    succeeded: usize,
}

/// Whether a container that ended so may come back.
// POD-PHASE-6
fn comes_back(pod: &Pod, container: &Container, end: &ContainerStateTerminated) -> bool {
    end.reason == RESTARTING_ALL_CONTAINERS
        || restart(container, &pod.spec.restart_policy, end.exit_code).restarts()
}

// POD-PHASE-2, POD-PHASE-3
fn count_init(pod: &Pod, statuses: &Statuses<'_>) -> Init {
    let mut count = Init::default();
    for container in pod.spec.init_containers.iter().filter(|container| !is_sidecar(container)) {
        let end = statuses.find(&container.name).and_then(|status| {
            if status.state.running.is_some() {
                None
            } else if status.state.terminated.is_some() {
                status.state.terminated.as_deref()
            } else if status.state.waiting.is_some() {
                status.last_termination_state.terminated.as_deref()
            } else {
                None
            }
        });
        match end {
            None => count.pending = true,
            Some(end) if end.exit_code != 0 && !comes_back(pod, container, end) => {
                count.failed_for_good = true;
            }
            Some(_) => {}
        }
    }
    count
}

fn count_main(pod: &Pod, statuses: &Statuses<'_>) -> Main {
    let mut count = Main::default();
    for container in pod.spec.init_containers.iter().filter(|container| is_sidecar(container)) {
        count_sidecar(&mut count, container, statuses);
    }
    for container in &pod.spec.containers {
        count_regular(&mut count, pod, container, statuses);
    }
    count
}

// POD-PHASE-4
fn count_sidecar(count: &mut Main, container: &Container, statuses: &Statuses<'_>) {
    let Some(status) = statuses.find(&container.name) else {
        count.unknown += 1;
        return;
    };
    if status.state.running.is_some() {
        count.running += 1;
        count.sidecar_pending |= status.started != Some(true);
    } else if status.state.terminated.is_some() {
    } else if status.state.waiting.is_some() {
        if status.last_termination_state.terminated.is_none() {
            count.waiting += 1;
            count.sidecar_pending = true;
        }
    } else {
        count.unknown += 1;
        count.sidecar_pending = true;
    }
}

// POD-PHASE-5
fn count_regular(count: &mut Main, pod: &Pod, container: &Container, statuses: &Statuses<'_>) {
    let Some(status) = statuses.find(&container.name) else {
        count.unknown += 1;
        return;
    };
    if status.state.running.is_some() {
        count.running += 1;
    } else if let Some(end) = status.state.terminated.as_deref() {
        count.stopped += 1;
        count.restartable += usize::from(comes_back(pod, container, end));
        count.succeeded += usize::from(end.exit_code == 0);
    } else if status.state.waiting.is_some() {
        match status.last_termination_state.terminated.as_deref() {
            Some(end) => {
                count.stopped += 1;
                count.restartable += usize::from(comes_back(pod, container, end));
            }
            None => count.waiting += 1,
        }
    } else {
        count.unknown += 1;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::ContainerStatus;

    fn check(policy: &str, states: &[Value], stopped: bool, expected: PodPhase) {
        let containers: Vec<Value> =
            (0..states.len()).map(|n| json!({"name": n.to_string()})).collect();
        let pod = serde_json::from_value(
            json!({"spec": {"restartPolicy": policy, "containers": containers}}),
        )
        .unwrap();
        let regular: Vec<ContainerStatus> = states
            .iter()
            .enumerate()
            .map(|(n, state)| {
                serde_json::from_value(json!({"name": n.to_string(), "state": state})).unwrap()
            })
            .collect();
        let seen = Statuses { init: None, regular: &regular };
        assert_eq!(phase(&pod, &seen, Progress { stopped, initialized: true }), expected);
    }

    #[test]
    fn pod_phase_10_depends_on_policy_and_end() {
        let ok = json!({"terminated": {"exitCode": 0}});
        let bad = json!({"terminated": {"exitCode": 1}});
        check("Always", std::slice::from_ref(&ok), false, PodPhase::Running);
        check("Always", std::slice::from_ref(&ok), true, PodPhase::Succeeded);
        check("Never", &[ok.clone(), bad.clone()], false, PodPhase::Failed);
        check("OnFailure", &[ok, bad], false, PodPhase::Running);
    }
}
