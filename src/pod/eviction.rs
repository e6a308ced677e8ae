//! Pods that their node ends: under pressure, over a limit, to make room, or because it shuts down.
//!
//! Which pod is chosen is for who calls; what becomes of it is decided here.
//!
//! Source: `pkg/kubelet/eviction/eviction_manager.go`, `pkg/kubelet/preemption/preemption.go`,
//! `pkg/kubelet/nodeshutdown/nodeshutdown_manager.go`, `pkg/kubelet/types/pod_update.go`
//! (`IsCriticalPod`).

use std::fmt;

use thiserror::Error;

use crate::api::{Pod, PodConditionType, PodPhase, PodStatus};
use crate::pod::conditions::condition;
use crate::pod::ending::KillOptions;
use crate::pod::phase::{is_mirror, is_static};

/// The priority from which on a pod is critical.
pub const CRITICAL_PRIORITY: i32 = 2_000_000_000;

/// The seconds that a pod gets when there is no time to lose.
const AT_ONCE: i64 = 1;

/// Why a node ends a pod.
///
/// ```
/// use kubernel::api::{Pod, PodPhase, PodStatus};
/// use kubernel::pod::eviction::{Eviction, Exempt};
///
/// let mut pod = Pod::default();
/// pod.spec.termination_grace_period_seconds = Some(30);
/// let soft = Eviction::NodePressure { resource: "memory".into(), soft: Some(20) };
/// let kill = soft.kill(&pod)?;
/// assert_eq!(kill.grace, Some(20));
///
/// let mut status = PodStatus::default();
/// kill.status.as_ref().unwrap().apply(&pod, &mut status);
/// assert_eq!((status.phase, status.reason.as_str()), (PodPhase::Failed, "Evicted"));
///
/// pod.spec.priority = Some(2_000_001_000);
/// assert_eq!(soft.kill(&pod), Err(Exempt::Critical));
/// # Ok::<(), Exempt>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Eviction {
    /// The node runs out of something.
    NodePressure {
        /// What is scarce, as `memory`, `ephemeral-storage`, `inodes` or `pids`.
        resource: String,
        /// The most seconds that a soft threshold grants; `None` for a hard one, which grants 1.
        soft: Option<i64>,
    },
    /// The pod, a container or an `emptyDir` uses more local storage than it may.
    LocalStorage(StorageLimit),
    /// A critical pod needs the room.
    Preemption,
    /// The node shuts down.
    NodeShutdown {
        /// The seconds that pods of this priority get at most.
        seconds: i64,
    },
}

/// Which limit of local storage a pod has broken. Limits are written as quantities, as `1Gi`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageLimit {
    /// The size limit of an `emptyDir`.
    EmptyDir {
        /// The volume.
        volume: String,
        /// Its limit.
        limit: String,
    },
    /// The limits of all containers together.
    Pod {
        /// Their sum.
        limit: String,
    },
    /// The limit of one container.
    Container {
        /// The container.
        container: String,
        /// Its limit.
        limit: String,
    },
}

/// Why a pod is not evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Exempt {
    /// It is static.
    #[error("static pods are not evicted")]
    Static,
    /// It mirrors a static pod.
    #[error("mirror pods are not evicted")]
    Mirror,
    /// Its priority is [`CRITICAL_PRIORITY`] or above.
    #[error("critical pods are not evicted")]
    Critical,
}

/// What a kill writes instead of what the containers say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a killer may write anything of this")]
pub struct StatusOverride {
    /// The reason; the phase is `Failed`.
    pub reason: String,
    /// A text for humans.
    pub message: String,
    /// Whether a pod that has succeeded stays `Succeeded`.
    pub keeps_success: bool,
    /// The text of a `DisruptionTarget` condition with the reason `TerminationByKubelet`; `None` for no such
    /// condition.
    pub disruption: Option<String>,
}

/// Why no eviction ends `pod`.
///
/// # Errors
/// [`Exempt`] if it is static, a mirror, or critical.
// POD-EVICT-1
pub fn check(pod: &Pod) -> Result<(), Exempt> {
    if is_static(pod) {
        return Err(Exempt::Static);
    }
    if is_mirror(pod) {
        return Err(Exempt::Mirror);
    }
    if pod.spec.priority.is_some_and(|priority| priority >= CRITICAL_PRIORITY) {
        return Err(Exempt::Critical);
    }
    Ok(())
}

impl Eviction {
    /// How it ends `pod`.
    ///
    /// # Errors
    /// [`Exempt`] as [`check`]; but a node that shuts down ends every pod.
    // POD-EVICT-1, POD-EVICT-2, POD-COND-13
    pub fn kill(&self, pod: &Pod) -> Result<KillOptions, Exempt> {
        let own = pod.spec.termination_grace_period_seconds;
        let at_most = |seconds: i64| own.map_or(seconds, |own| own.min(seconds));
        let (evict, grace) = match self {
            Self::NodePressure { soft, .. } => (true, Some(soft.map_or(AT_ONCE, at_most))),
            Self::LocalStorage(_) => (true, Some(AT_ONCE)),
            Self::Preemption => (true, None),
            Self::NodeShutdown { seconds } => (false, Some(at_most(*seconds))),
        };
        if evict {
            check(pod)?;
        }
        Ok(KillOptions { evict, grace, status: Some(self.status()) })
    }

    fn status(&self) -> StatusOverride {
        let message = self.to_string();
        let (reason, disruption) = match self {
            Self::NodePressure { .. } => ("Evicted", Some(message.clone())),
            Self::LocalStorage(_) => ("Evicted", None),
            Self::Preemption => {
                let text = "Pod was preempted by Kubelet to accommodate a critical pod.";
                ("Preempting", Some(text.to_owned()))
            }
            Self::NodeShutdown { .. } => ("Terminated", Some(message.clone())),
        };
        let keeps_success = match self {
            Self::NodeShutdown { .. } => true,
            Self::NodePressure { .. } | Self::LocalStorage(_) | Self::Preemption => false,
        };
        StatusOverride { reason: reason.to_owned(), message, keeps_success, disruption }
    }
}

/// The message of the pod's status.
impl fmt::Display for Eviction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NodePressure { resource, .. } => {
                write!(f, "The node was low on resource: {resource}. ")
            }
            Self::LocalStorage(StorageLimit::EmptyDir { volume, limit }) => {
                write!(f, "Usage of EmptyDir volume {volume:?} exceeds the limit {limit:?}. ")
            }
            Self::LocalStorage(StorageLimit::Pod { limit }) => write!(
                f,
                "Pod ephemeral local storage usage exceeds the total limit of containers {limit}. "
            ),
            Self::LocalStorage(StorageLimit::Container { container, limit }) => write!(
                f,
                "Container {container} exceeded its local ephemeral storage limit {limit:?}. "
            ),
            Self::Preemption => f.write_str("Preempted in order to admit critical pod"),
            Self::NodeShutdown { .. } => {
                f.write_str("Pod was terminated in response to imminent node shutdown.")
            }
        }
    }
}

impl fmt::Display for StatusOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.message.trim_end())
    }
}

impl StatusOverride {
    /// Writes over the status that was generated for `pod`. The time of a condition is not set.
    // POD-TERM-7
    pub fn apply(&self, pod: &Pod, status: &mut PodStatus) {
        if !self.keeps_success || status.phase != PodPhase::Succeeded {
            status.phase = PodPhase::Failed;
        }
        status.reason.clone_from(&self.reason);
        status.message.clone_from(&self.message);
        let Some(message) = &self.disruption else { return };
        let kind = PodConditionType::DisruptionTarget;
        let new = condition(pod, kind, true, "TerminationByKubelet", message.clone());
        match status.conditions.iter_mut().find(|one| one.type_ == new.type_) {
            Some(old) => *old = new,
            None => status.conditions.push(new),
        }
    }
}
