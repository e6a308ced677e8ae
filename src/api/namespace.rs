//! Namespaces and their life.

use crate::api::meta::{ConditionStatus, ObjectMeta};
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// A space of names for objects. Deleting it deletes all that is in it.
    struct Namespace = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: NamespaceSpec = "spec";
        keep status: NamespaceStatus = "status";
    }
}

wire! {
    /// What keeps a namespace from going away once it is deleted.
    struct NamespaceSpec {
        omit finalizers: Vec<String> = "finalizers";
    }
}

wire! {
    /// How far the life of a namespace has come.
    struct NamespaceStatus {
        omit phase: NamespacePhase = "phase";
        omit conditions: Vec<NamespaceCondition> = "conditions" [merge "type"];
    }
}

open_enum! {
    /// Whether a namespace is in use or on its way out; a terminating one takes no new objects.
    NamespacePhase { Active, Terminating }
}

wire! {
    /// One thing that holds up the end of a namespace.
    struct NamespaceCondition {
        keep type_: NamespaceConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// What the conditions of namespaces are called.
    NamespaceConditionType { NamespaceDeletionDiscoveryFailure, NamespaceDeletionContentFailure, NamespaceDeletionGroupVersionParsingFailure, NamespaceContentRemaining, NamespaceFinalizersRemaining }
}
