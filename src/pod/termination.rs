//! How long containers get to stop, and which waits for which.
//!
//! Source: `pkg/kubelet/pod_workers.go` (`calculateEffectiveGracePeriod`),
//! `pkg/kubelet/kuberuntime/kuberuntime_container.go` (`setTerminationGracePeriod`),
//! `pkg/kubelet/kuberuntime/kuberuntime_termination_order.go`.

use std::collections::BTreeSet;

use crate::api::{Container, Pod, PodSpec, Probe};
use crate::pod::restart::is_sidecar;

/// The least time a stop is given, in seconds.
// POD-TERM-6
pub const MINIMUM_GRACE: i64 = 2;

/// Why a single container is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KillReason {
    /// Its liveness probe failed.
    LivenessProbe,
    /// Its startup probe failed.
    StartupProbe,
    /// Its state is not known.
    Unknown,
    /// Its name or image in the spec was changed.
    Changed,
    /// Its postStart hook failed.
    FailedPostStartHook,
    /// The whole pod restarts.
    RestartAllContainers,
}

impl KillReason {
    /// Upstream's word; empty for a changed spec.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LivenessProbe => "LivenessProbe",
            Self::StartupProbe => "StartupProbe",
            Self::Unknown => "Unknown",
            Self::Changed => "",
            Self::FailedPostStartHook => "FailedPostStartHook",
            Self::RestartAllContainers => "RestartAllContainers",
        }
    }
}

/// The grace period of a whole pod in seconds: never longer than `decided` before (0 = nothing
/// decided), and at least 1.
// POD-TERM-3
#[must_use]
pub fn effective_grace(pod: &Pod, decided: i64, asked: Option<i64>) -> i64 {
    let mut grace = decided;
    let mut overridden = false;
    for wish in [pod.metadata.deletion_grace_period_seconds, asked].into_iter().flatten() {
        if grace == 0 || wish < grace {
            grace = wish;
            overridden = true;
        }
    }
    if !overridden && grace == 0 {
        grace = pod.spec.termination_grace_period_seconds.unwrap_or(0);
    }
    grace.max(1)
}

/// The grace period in seconds of one container that is killed for `reason`.
// POD-TERM-1
#[must_use]
pub fn kill_grace(pod: &Pod, container: &Container, reason: KillReason) -> i64 {
    if let Some(grace) = pod.metadata.deletion_grace_period_seconds {
        return grace;
    }
    let Some(grace) = pod.spec.termination_grace_period_seconds else {
        return MINIMUM_GRACE;
    };
    let own = |probe: &Option<Box<Probe>>| {
        probe.as_deref().and_then(|probe| probe.termination_grace_period_seconds)
    };
    let special = match reason {
        KillReason::StartupProbe => own(&container.startup_probe),
        KillReason::LivenessProbe => own(&container.liveness_probe),
        KillReason::Unknown
        | KillReason::Changed
        | KillReason::FailedPostStartHook
        | KillReason::RestartAllContainers => None,
    };
    special.unwrap_or(grace)
}

/// The running containers that the container `name` waits for before it gets its stop signal.
///
/// Only sidecars wait: for all regular containers, and for the next later sidecar if it runs.
// POD-TERM-4
#[must_use]
pub fn waits_for<'a>(spec: &'a PodSpec, name: &str, running: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    let mut later = spec.init_containers.iter().skip_while(|container| container.name != name);
    if !later.next().is_some_and(is_sidecar) {
        return BTreeSet::new();
    }
    let next = later.find(|container| is_sidecar(container));
    let all = spec.containers.iter().chain(next);
    all.map(|container| container.name.as_str()).filter(|name| running.contains(name)).collect()
}
