//! What a container runtime knows of one pod: its sandboxes and its container instances.

use crate::api::Pod;
use crate::time::Instant;

/// The sandboxes and containers of a pod, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runtime {
    /// The sandboxes, newest first.
    pub sandboxes: Vec<Sandbox>,
    /// The container instances, newest first.
    pub containers: Vec<Instance>,
    /// The addresses of the pod.
    pub ips: Vec<String>,
}

/// What the containers of a pod share: one network, one life.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Its name.
    pub id: String,
    /// How many there were before it.
    pub attempt: u32,
    /// Whether it can hold containers.
    pub ready: bool,
    /// Its address; `None` when the runtime tells nothing about the network.
    pub ip: Option<String>,
    /// Whether it uses the network of its node.
    pub host_network: bool,
}

/// One life of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its name in the runtime, without a scheme.
    pub id: String,
    /// The name of the container in the spec.
    pub name: String,
    /// The sandbox it lives in.
    pub sandbox: String,
    /// The image as the spec had it at its start.
    pub spec_image: String,
    /// The image as the runtime calls it.
    pub image: String,
    /// The identity of the image.
    pub image_id: String,
    /// How many instances there were before it.
    pub restart_count: i32,
    /// When it was made.
    pub created_at: Instant,
    /// How it fares.
    pub state: InstanceState,
}

/// How an instance fares.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstanceState {
    /// Made, not started.
    Created,
    /// It runs.
    Running {
        /// Since when.
        since: Instant,
    },
    /// It has ended.
    Exited(Exit),
    /// The runtime cannot say.
    Unknown,
}

/// The end of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// When it had started; `None` if it never ran.
    pub since: Option<Instant>,
    /// When it ended; `None` if the runtime does not know.
    pub at: Option<Instant>,
    /// With which code.
    pub code: i32,
    /// The runtime's word for it, as `Completed`, `Error`, `OOMKilled`.
    pub reason: String,
    /// A text for humans.
    pub message: String,
}

impl Instance {
    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.state, InstanceState::Running { .. })
    }

    /// Its end, if it has ended.
    #[must_use]
    pub fn exit(&self) -> Option<&Exit> {
        match &self.state {
            InstanceState::Exited(exit) => Some(exit),
            InstanceState::Created | InstanceState::Running { .. } | InstanceState::Unknown => None,
        }
    }
}

/// Whether a pod needs a sandbox.
// POD-ACT-1
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SandboxNeed {
    /// The newest one serves.
    Usable {
        /// Its name.
        id: String,
        /// Its number.
        attempt: u32,
    },
    /// A new one has to be made.
    New {
        /// Why.
        because: NoSandbox,
        /// The one it replaces, if it is to be named.
        id: String,
        /// The number of the new one.
        attempt: u32,
    },
}

/// Why no sandbox of a pod serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoSandbox {
    /// There is none.
    Absent,
    /// More than one is ready.
    Several,
    /// The newest is not ready.
    NotReady,
    /// The newest has another network than the pod wants.
    OtherNetwork,
    /// The newest has no address.
    NoAddress,
}

impl Runtime {
    /// The newest instance of the container `name`.
    #[must_use]
    pub fn newest(&self, name: &str) -> Option<&Instance> {
        self.containers.iter().find(|instance| instance.name == name)
    }

    /// Whether `pod` can use its newest sandbox.
    // POD-ACT-1
    #[must_use]
    pub fn sandbox(&self, pod: &Pod) -> SandboxNeed {
        let Some(newest) = self.sandboxes.first() else {
            return SandboxNeed::New { because: NoSandbox::Absent, id: String::new(), attempt: 0 };
        };
        let because = if self.sandboxes.iter().filter(|sandbox| sandbox.ready).count() > 1 {
            NoSandbox::Several
        } else if !newest.ready {
            NoSandbox::NotReady
        } else if newest.host_network != pod.spec.host_network {
            NoSandbox::OtherNetwork
        } else if !pod.spec.host_network && newest.ip.as_deref() == Some("") {
            NoSandbox::NoAddress
        } else {
            return SandboxNeed::Usable { id: newest.id.clone(), attempt: newest.attempt };
        };
        let id = match because {
            NoSandbox::OtherNetwork | NoSandbox::Absent => String::new(),
            NoSandbox::Several | NoSandbox::NotReady | NoSandbox::NoAddress => newest.id.clone(),
        };
        SandboxNeed::New { because, id, attempt: newest.attempt.saturating_add(1) }
    }

    /// Whether some regular container of `pod` was ever made and is still known.
    #[must_use]
    pub fn any_regular_created(&self, pod: &Pod) -> bool {
        pod.spec.containers.iter().any(|container| {
            self.newest(&container.name).is_some_and(|instance| match instance.state {
                InstanceState::Created
                | InstanceState::Running { .. }
                | InstanceState::Exited(_) => true,
                InstanceState::Unknown => false,
            })
        })
    }

    /// Whether some regular container of `pod` exists in the newest sandbox.
    #[must_use]
    pub fn any_regular_active(&self, pod: &Pod) -> bool {
        let Some(sandbox) = self.sandboxes.first().filter(|sandbox| sandbox.ready) else {
            return false;
        };
        self.containers.iter().any(|instance| {
            instance.sandbox == sandbox.id
                && pod.spec.containers.iter().any(|container| container.name == instance.name)
        })
    }
}
