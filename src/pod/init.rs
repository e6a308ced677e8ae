//! The walk over the init containers: which one is next, and which sidecars are kept up.
//!
//! Source: `pkg/kubelet/kuberuntime/kuberuntime_container.go` (`computeInitContainerActions`).

use crate::api::{Container, Pod};
use crate::pod::actions::{Actions, Kill, is_changed, would_start};
use crate::pod::probe::{Kind, Verdict, Verdicts};
use crate::pod::restart::{is_sidecar, restarts_after_kill};
use crate::pod::runtime::{Exit, Instance, InstanceState, Runtime};
use crate::pod::termination::KillReason;

/// How far the init containers have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InitWalk {
    /// The regular containers may be looked at.
    Done,
    /// Something is still running or to be started.
    GoesOn,
    /// One has failed for good.
    Failed,
}

/// What the look at one init container says about the walk.
enum Step {
    /// Nothing new.
    Stay,
    /// The container at this place is done.
    Passed,
    /// The pod has failed.
    Failed,
}

/// Walks backwards through the init containers and notes what is to be done in `out`.
// POD-ACT-6, POD-ACT-7, POD-ACT-12
pub(crate) fn walk(
    pod: &Pod,
    runtime: &Runtime,
    verdicts: &Verdicts,
    out: &mut Actions,
) -> InitWalk {
    let containers = &pod.spec.init_containers;
    let Some(last) = containers.len().checked_sub(1) else { return InitWalk::Done };
    let mut done = any_regular_alive(pod, runtime);
    let mut passed_before = done;
    for (n, container) in containers.iter().enumerate().rev() {
        let sidecar = is_sidecar(container);
        let Some(instance) = runtime.newest(&container.name) else {
            if passed_before && sidecar {
                out.start_init.push(n);
            }
            continue;
        };
        if passed_before && !sidecar {
            continue; // POD-ACT-11
        }
        let step = if sidecar {
            look_at_sidecar(n, (container, instance), verdicts, out)
        } else {
            look_at_plain(pod, n, (container, instance), runtime, out)
        };
        match step {
            Step::Failed => return InitWalk::Failed,
            Step::Passed if n == last => done = true,
            Step::Passed if !passed_before => insert_next(out, n),
            Step::Passed | Step::Stay => {}
        }
        passed_before = true;
    }
    if !passed_before {
        out.start_init.push(0);
    }
    out.start_init.sort_unstable();
    if done { InitWalk::Done } else { InitWalk::GoesOn }
}

fn insert_next(out: &mut Actions, n: usize) {
    out.start_init.push(n.saturating_add(1));
}

fn any_regular_alive(pod: &Pod, runtime: &Runtime) -> bool {
    pod.spec.containers.iter().any(|container| {
        runtime.newest(&container.name).is_some_and(|instance| match instance.state {
            InstanceState::Created | InstanceState::Running { .. } => true,
            InstanceState::Exited(_) | InstanceState::Unknown => false,
        })
    })
}

// POD-ACT-8
fn look_at_plain(
    pod: &Pod,
    n: usize,
    (container, instance): (&Container, &Instance),
    runtime: &Runtime,
    out: &mut Actions,
) -> Step {
    match &instance.state {
        InstanceState::Running { .. } => Step::Stay,
        InstanceState::Created => {
            out.start_init.push(n);
            Step::Stay
        }
        InstanceState::Exited(exit) if !is_failure(exit) => Step::Passed,
        InstanceState::Exited(_) => {
            if !would_start(pod, container, runtime) {
                return Step::Failed;
            }
            out.start_init.push(n);
            Step::Stay
        }
        InstanceState::Unknown => {
            if !restarts_after_kill(container, &pod.spec.restart_policy) {
                return Step::Failed;
            }
            out.kill.push(Kill::of(instance, KillReason::Unknown));
            out.start_init.push(n);
            Step::Stay
        }
    }
}

// POD-ACT-9
fn is_failure(exit: &Exit) -> bool {
    exit.code != 0 || exit.reason == "OOMKilled"
}

// POD-ACT-10, POD-ACT-11
fn look_at_sidecar(
    n: usize,
    (container, instance): (&Container, &Instance),
    verdicts: &Verdicts,
    out: &mut Actions,
) -> Step {
    let mut replace = |reason: Option<KillReason>| {
        out.kill.extend(reason.map(|reason| Kill::of(instance, reason)));
        out.start_init.push(n);
    };
    match instance.state {
        InstanceState::Created | InstanceState::Exited(_) => {
            replace(None);
            return Step::Stay;
        }
        InstanceState::Unknown => {
            replace(Some(KillReason::Unknown));
            return Step::Stay;
        }
        InstanceState::Running { .. } => {}
    }
    if container.startup_probe.is_some() {
        match verdicts.of(Kind::Startup, &instance.id) {
            Some(Verdict::Success) => {}
            Some(Verdict::Failure) => {
                replace(Some(KillReason::StartupProbe));
                return Step::Stay;
            }
            Some(Verdict::Unknown) | None => return Step::Stay,
        }
    }
    let dead = container.liveness_probe.is_some()
        && verdicts.of(Kind::Liveness, &instance.id) == Some(Verdict::Failure);
    if is_changed(container, instance) {
        replace(Some(KillReason::Changed));
    } else if dead {
        replace(Some(KillReason::LivenessProbe));
    }
    Step::Passed
}
