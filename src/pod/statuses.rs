//! What is known of a pod's containers, to be looked up by name.

use crate::api::{ConditionStatus, ContainerStatus, PodConditionType, PodStatus};

/// The statuses of init and regular containers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Statuses<'a> {
    /// Of the init containers; `None` when there never was such a list.
    pub init: Option<&'a [ContainerStatus]>,
    /// Of the regular containers.
    pub regular: &'a [ContainerStatus],
}

impl<'a> Statuses<'a> {
    /// The statuses in `status`. An empty init list counts as a list that never was.
    #[must_use]
    pub fn of(status: &'a PodStatus) -> Self {
        let init = status.init_container_statuses.as_slice();
        Self { init: (!init.is_empty()).then_some(init), regular: &status.container_statuses }
    }

    /// Whether there is any list at all.
    // POD-COND-6
    #[must_use]
    pub fn known(&self) -> bool {
        self.init.is_some() || !self.regular.is_empty()
    }

    /// All statuses, those of init containers first.
    pub fn iter(&self) -> impl Iterator<Item = &'a ContainerStatus> + use<'a> {
        self.init.unwrap_or_default().iter().chain(self.regular)
    }

    /// The first status of the container `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'a ContainerStatus> {
        self.iter().find(|status| status.name == name)
    }

    /// Whether `status` says that the pod is ready.
    #[must_use]
    pub fn pod_is_ready(status: &PodStatus) -> bool {
        status.conditions.iter().any(|condition| {
            condition.type_ == PodConditionType::Ready && condition.status == ConditionStatus::True
        })
    }
}
