//! What a kubelet does next for a pod: which containers it kills, removes and starts.
//!
//! Source: `pkg/kubelet/kuberuntime/kuberuntime_manager.go` (`computePodActions`).

use crate::api::{Container, ContainerRestartPolicy, Pod, RestartPolicy};
use crate::pod::init::{InitWalk, walk};
use crate::pod::probe::{Kind, Verdict, Verdicts};
use crate::pod::restart::{restart, restarts_after_kill};
use crate::pod::restart_all::asks_for_all;
use crate::pod::runtime::{Instance, InstanceState, Runtime, SandboxNeed};
use crate::pod::termination::KillReason;

/// The next deeds, to be done in this order: kill the pod or single containers and remove what is
/// to be reset, make the sandbox, start ephemeral, init, regular containers.
// POD-ACT-15
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actions {
    /// Stop everything.
    pub kill_pod: bool,
    /// Make a sandbox.
    pub create_sandbox: bool,
    /// The sandbox to use, or the one that is replaced.
    pub sandbox: String,
    /// The number of the sandbox.
    pub attempt: u32,
    /// Indices into `spec.initContainers`, ascending.
    pub start_init: Vec<usize>,
    /// Indices into `spec.containers`.
    pub start: Vec<usize>,
    /// Indices into `spec.ephemeralContainers`.
    pub start_ephemeral: Vec<usize>,
    /// The instances to kill.
    pub kill: Vec<Kill>,
    /// The instances to remove for a restart of the whole pod.
    pub reset: Vec<Reset>,
}

/// An instance to be killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kill {
    /// Its name in the runtime.
    pub id: String,
    /// The name of the container.
    pub name: String,
    /// Why.
    pub reason: KillReason,
}

/// An instance to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// Its name in the runtime.
    pub id: String,
    /// The name of the container.
    pub name: String,
    /// Whether it has to be killed first.
    pub kill: bool,
}

/// Whether `container` would be started at the next pass.
// POD-RESTART-7
#[must_use]
pub fn would_start(pod: &Pod, container: &Container, runtime: &Runtime) -> bool {
    if pod.metadata.deletion_timestamp.is_some() {
        return false;
    }
    match runtime.newest(&container.name).map(|newest| &newest.state) {
        None | Some(InstanceState::Created | InstanceState::Unknown) => true,
        Some(InstanceState::Running { .. }) => false,
        Some(InstanceState::Exited(exit)) => {
            restart(container, &pod.spec.restart_policy, exit.code).restarts()
        }
    }
}

/// Whether the spec of `container` is another than the one `instance` was started with.
#[must_use]
pub fn is_changed(container: &Container, instance: &Instance) -> bool {
    container.image != instance.spec_image
}

/// Decides what is next for a pod that lives.
///
/// `restart_all` says that the whole pod is being restarted in place.
#[must_use]
pub fn actions(pod: &Pod, runtime: &Runtime, verdicts: &Verdicts, restart_all: bool) -> Actions {
    let mut out = Actions::default();
    let usable = match runtime.sandbox(pod) {
        SandboxNeed::Usable { id, attempt } => {
            (out.sandbox, out.attempt) = (id, attempt);
            true
        }
        SandboxNeed::New { id, attempt, .. } => {
            (out.sandbox, out.attempt) = (id, attempt);
            (out.kill_pod, out.create_sandbox) = (true, true);
            false
        }
    };
    if restart_all {
        out.reset = reset(pod, runtime);
    } else if usable {
        keep_up(pod, runtime, verdicts, &mut out);
    } else {
        begin(pod, runtime, &mut out);
    }
    out
}

/// The pod starts from the beginning, in a new sandbox.
// POD-ACT-2, POD-ACT-3, POD-ACT-4
fn begin(pod: &Pod, runtime: &Runtime, out: &mut Actions) {
    let never = pod.spec.restart_policy == RestartPolicy::Never;
    if never && out.attempt != 0 && !runtime.containers.is_empty() {
        out.create_sandbox = false;
        return;
    }
    let wanted: Vec<usize> = pod
        .spec
        .containers
        .iter()
        .enumerate()
        .filter(|(_, container)| !(runs_once(pod, container) && succeeded(container, runtime)))
        .map(|(n, _)| n)
        .collect();
    if wanted.is_empty() && runtime.any_regular_created(pod) {
        out.create_sandbox = false;
    } else if pod.spec.init_containers.is_empty() {
        out.start = wanted;
    } else {
        out.start_init = vec![0];
    }
}

fn runs_once(pod: &Pod, container: &Container) -> bool {
    match &container.restart_policy {
        Some(own) => *own == ContainerRestartPolicy::OnFailure,
        None => pod.spec.restart_policy == RestartPolicy::OnFailure,
    }
}

fn succeeded(container: &Container, runtime: &Runtime) -> bool {
    let newest = runtime.newest(&container.name).and_then(Instance::exit);
    newest.is_some_and(|exit| exit.code == 0)
}

/// The pod goes on in its sandbox.
fn keep_up(pod: &Pod, runtime: &Runtime, verdicts: &Verdicts, out: &mut Actions) {
    // POD-ACT-5
    for (n, container) in pod.spec.ephemeral_containers.iter().enumerate() {
        if runtime.newest(&container.name).is_none() {
            out.start_ephemeral.push(n);
        }
    }
    match walk(pod, runtime, verdicts, out) {
        InitWalk::Failed => {
            out.kill_pod = true;
            out.start_init.clear();
            return;
        }
        InitWalk::GoesOn => return,
        InitWalk::Done => {}
    }
    let mut kept = 0;
    for (n, container) in pod.spec.containers.iter().enumerate() {
        kept += usize::from(keep_regular(pod, (n, container), runtime, verdicts, out));
    }
    // POD-ACT-14
    if kept == 0 && out.start.is_empty() {
        out.kill_pod = true;
        out.start_init.clear();
    }
}

/// Whether the container is kept as it is.
// POD-ACT-13
fn keep_regular(
    pod: &Pod,
    (n, container): (usize, &Container),
    runtime: &Runtime,
    verdicts: &Verdicts,
    out: &mut Actions,
) -> bool {
    let newest = runtime.newest(&container.name);
    let Some(instance) = newest.filter(|instance| instance.is_running()) else {
        if would_start(pod, container, runtime) {
            out.start.push(n);
            if let Some(instance) = newest
                && instance.state == InstanceState::Unknown
            {
                out.kill.push(Kill::of(instance, KillReason::Unknown));
            }
        }
        return false;
    };
    let failed = |kind| verdicts.of(kind, &instance.id) == Some(Verdict::Failure);
    let again = restarts_after_kill(container, &pod.spec.restart_policy);
    let (reason, again) = if is_changed(container, instance) {
        (KillReason::Changed, true)
    } else if failed(Kind::Liveness) {
        (KillReason::LivenessProbe, again)
    } else if failed(Kind::Startup) {
        (KillReason::StartupProbe, again)
    } else {
        return true;
    };
    if again {
        out.start.push(n);
    }
    out.kill.push(Kill::of(instance, reason));
    false
}

impl Kill {
    pub(crate) fn of(instance: &Instance, reason: KillReason) -> Self {
        Self { id: instance.id.clone(), name: instance.name.clone(), reason }
    }
}

/// What is removed for a restart of the whole pod; those that asked for it come last.
// POD-RESTART-5
fn reset(pod: &Pod, runtime: &Runtime) -> Vec<Reset> {
    let (init_sources, init_targets) = split(&pod.spec.init_containers, runtime);
    let (sources, targets) = split(&pod.spec.containers, runtime);
    [targets, init_targets, sources, init_sources].concat()
}

fn split(containers: &[Container], runtime: &Runtime) -> (Vec<Reset>, Vec<Reset>) {
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    for container in containers {
        for instance in runtime.containers.iter().filter(|one| one.name == container.name) {
            let exit = instance.exit();
            let reset = Reset {
                id: instance.id.clone(),
                name: instance.name.clone(),
                kill: exit.is_none(),
            };
            if exit.is_some_and(|exit| asks_for_all(container, exit.code)) {
                sources.push(reset);
            } else {
                targets.push(reset);
            }
        }
    }
    (sources, targets)
}
