//! What goes into the machine of a node's pods and what comes out of it.

use std::sync::Arc;

use crate::api::Pod;
use crate::pod::ending::{State, UpdateType};
use crate::pod::eviction::StatusOverride;

/// Namespace and name.
pub(super) type FullName = (String, String);

/// A pod that the runtime knows, and perhaps nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "all that a runtime knows")]
pub struct RunningPod {
    /// Its uid.
    pub uid: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// What an update is about.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a pod has an object or it has none")]
pub enum Subject {
    /// A pod with an object.
    Pod(Arc<Pod>),
    /// A pod that only the runtime knows.
    Running(RunningPod),
}

impl Subject {
    pub(super) fn uid(&self) -> &str {
        match self {
            Self::Pod(pod) => &pod.metadata.uid,
            Self::Running(running) => &running.uid,
        }
    }

    pub(super) fn full_name(&self) -> FullName {
        match self {
            Self::Pod(pod) => (pod.metadata.namespace.clone(), pod.metadata.name.clone()),
            Self::Running(running) => (running.namespace.clone(), running.name.clone()),
        }
    }

    pub(super) fn pod(&self) -> Option<&Arc<Pod>> {
        match self {
            Self::Pod(pod) => Some(pod),
            Self::Running(_) => None,
        }
    }
}

/// What to do for a pod.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Call {
    /// Start and restart its containers.
    SyncPod {
        /// The pod.
        pod: Arc<Pod>,
        /// What the update was about.
        kind: UpdateType,
    },
    /// Stop its containers.
    SyncTerminatingPod {
        /// The pod.
        pod: Arc<Pod>,
        /// The seconds that all containers get; `None` for the grace periods of their own.
        grace: Option<i64>,
        /// What to write over the status.
        status: Option<StatusOverride>,
    },
    /// Stop the containers of a pod without an object, with a grace period of 1 s. No status is written.
    SyncTerminatingRuntimePod(RunningPod),
    /// Write its last status and tidy up.
    SyncTerminatedPod {
        /// The pod.
        pod: Arc<Pod>,
    },
}

impl Call {
    /// Upstream's name of it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SyncPod { .. } => "SyncPod",
            Self::SyncTerminatingPod { .. } => "SyncTerminatingPod",
            Self::SyncTerminatingRuntimePod(_) => "SyncTerminatingRuntimePod",
            Self::SyncTerminatedPod { .. } => "SyncTerminatedPod",
        }
    }
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a call ends in one of these ways")]
pub enum Outcome {
    /// It did what it had to.
    Done,
    /// As `Done`; and the pod has come to its end by itself. Only `SyncPod` can tell that.
    Terminal,
    /// It failed. The next update tries again.
    // POD-WORK-4
    Failed,
}

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Taken {
    /// It changes nothing.
    Ignored,
    /// It waits for the pod's turn.
    Queued,
    /// As `Queued`; and the call under way, if there is one, should be given up for it.
    Urgent,
}

/// What a round of housekeeping learns of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Known {
    /// Which call comes next.
    pub stage: Stage,
    /// Nobody wants the pod any more.
    pub orphan: bool,
    /// It has an object.
    pub has_config: bool,
    /// It is static.
    pub is_static: bool,
}

/// Which call a pod gets next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth call")]
pub enum Stage {
    /// `SyncPod`.
    Sync,
    /// `SyncTerminatingPod` or `SyncTerminatingRuntimePod`.
    Terminating,
    /// `SyncTerminatedPod`, or none any more.
    Terminated,
}

pub(super) fn stage_of(state: &State) -> Stage {
    match state {
        State::Alive => Stage::Sync,
        State::Terminating { .. } => Stage::Terminating,
        State::Terminated | State::Finished => Stage::Terminated,
    }
}
