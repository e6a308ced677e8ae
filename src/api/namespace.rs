//! MODDOC namespace

use crate::api::meta::{ConditionStatus, ObjectMeta};
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// DOC core Namespace
    struct Namespace = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: NamespaceSpec = "spec";
        keep status: NamespaceStatus = "status";
    }
}

wire! {
    /// DOC core NamespaceSpec
    struct NamespaceSpec {
        omit finalizers: Vec<String> = "finalizers";
    }
}

wire! {
    /// DOC core NamespaceStatus
    struct NamespaceStatus {
        omit phase: NamespacePhase = "phase";
        omit conditions: Vec<NamespaceCondition> = "conditions" [merge "type"];
    }
}

open_enum! {
    /// DOC core NamespacePhase
    NamespacePhase { Active, Terminating }
}

wire! {
    /// DOC core NamespaceCondition
    struct NamespaceCondition {
        keep type_: NamespaceConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// DOC core NamespaceConditionType
    NamespaceConditionType { NamespaceDeletionDiscoveryFailure, NamespaceDeletionContentFailure, NamespaceDeletionGroupVersionParsingFailure, NamespaceContentRemaining, NamespaceFinalizersRemaining }
}
