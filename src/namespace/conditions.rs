//! How far the deletion of a namespace has come, as conditions (NS-12).
//!
//! Source: `pkg/controller/namespace/deletion/status_condition_utils.go`.

use std::collections::BTreeMap;

use crate::api::{
    ConditionStatus, NamespaceCondition, NamespaceConditionType, NamespacePhase, NamespaceStatus,
};
use crate::time::Time;

/// What keeps a namespace, as it is reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Content that could not be deleted.
    pub(super) failures: Vec<String>,
    /// How many objects remain, by `plural.group`.
    pub(super) remaining: BTreeMap<String, usize>,
    /// How many objects each finalizer holds.
    pub(super) finalizers: BTreeMap<String, usize>,
}

/// What a condition says: its status, reason and message.
type Says = (bool, &'static str, String);

impl Report {
    /// NS-12, in the order in which they are added.
    fn says(&self) -> [(NamespaceConditionType, Says); 5] {
        let found = (false, "ResourcesDiscovered", "All resources successfully discovered".into());
        let parsed =
            (false, "ParsedGroupVersions", "All legacy kube types successfully parsed".into());
        [
            (NamespaceConditionType::NamespaceDeletionDiscoveryFailure, found),
            (NamespaceConditionType::NamespaceDeletionGroupVersionParsingFailure, parsed),
            (NamespaceConditionType::NamespaceDeletionContentFailure, self.failure()),
            (NamespaceConditionType::NamespaceContentRemaining, self.content()),
            (NamespaceConditionType::NamespaceFinalizersRemaining, self.holders()),
        ]
    }

    fn failure(&self) -> Says {
        if self.failures.is_empty() {
            let message = "All content successfully deleted, may be waiting on finalization";
            return (false, "ContentDeleted", message.into());
        }
        let (count, text) = (self.failures.len(), self.failures.join(", "));
        let message = format!("Failed to delete all resource types, {count} remaining: {text}");
        (true, "ContentDeletionFailed", message)
    }

    fn content(&self) -> Says {
        if self.remaining.is_empty() {
            return (false, "ContentRemoved", "All content successfully removed".into());
        }
        let one = |(kind, count)| format!("{kind} has {count} resource instances");
        let text = self.remaining.iter().map(one).collect::<Vec<_>>().join(", ");
        (true, "SomeResourcesRemain", format!("Some resources are remaining: {text}"))
    }

    fn holders(&self) -> Says {
        if self.finalizers.is_empty() {
            let message = "All content-preserving finalizers finished";
            return (false, "ContentHasNoFinalizers", message.into());
        }
        let one = |(finalizer, count)| format!("{finalizer} in {count} resource instances");
        let text = self.finalizers.iter().map(one).collect::<Vec<_>>().join(", ");
        let message = format!("Some content in the namespace has finalizers remaining: {text}");
        (true, "SomeFinalizersRemain", message)
    }

    /// The status to write; `None` if `old` says the same. The time of a condition moves only with
    /// its status.
    pub(super) fn status(&self, old: &NamespaceStatus, now: Time) -> Option<NamespaceStatus> {
        let mut status = old.clone();
        status.phase = NamespacePhase::Terminating;
        for (type_, (holds, reason, message)) in self.says() {
            let holds = if holds { ConditionStatus::True } else { ConditionStatus::False };
            let condition = NamespaceCondition {
                type_,
                status: holds,
                last_transition_time: Some(now),
                reason: reason.to_owned(),
                message,
            };
            put(&mut status.conditions, condition);
        }
        (status != *old).then_some(status)
    }
}

fn put(conditions: &mut Vec<NamespaceCondition>, mut condition: NamespaceCondition) {
    match conditions.iter_mut().find(|known| known.type_ == condition.type_) {
        Some(known) => {
            if known.status == condition.status {
                condition.last_transition_time = known.last_transition_time;
            }
            *known = condition;
        }
        None => conditions.push(condition),
    }
}
