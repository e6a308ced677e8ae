//! MODDOC meta

use std::collections::BTreeMap;

use crate::api::wire::{RawValue, open_enum, wire};
use crate::time::Time;

wire! {
    /// DOC meta ObjectMeta
    struct ObjectMeta {
        omit name: String = "name";
        omit generate_name: String = "generateName";
        omit namespace: String = "namespace";
        omit self_link: String = "selfLink";
        omit uid: String = "uid";
        omit resource_version: String = "resourceVersion";
        omit generation: i64 = "generation";
        opt creation_timestamp: Option<Time> = "creationTimestamp";
        opt deletion_timestamp: Option<Time> = "deletionTimestamp";
        opt deletion_grace_period_seconds: Option<i64> = "deletionGracePeriodSeconds";
        omit labels: BTreeMap<String, String> = "labels";
        omit annotations: BTreeMap<String, String> = "annotations";
        omit owner_references: Vec<OwnerReference> = "ownerReferences" [merge "uid"];
        omit finalizers: Vec<String> = "finalizers" [set];
        omit managed_fields: Vec<ManagedFieldsEntry> = "managedFields";
    }
}

wire! {
    /// DOC meta OwnerReference
    struct OwnerReference {
        keep api_version: String = "apiVersion";
        keep kind: String = "kind";
        keep name: String = "name";
        keep uid: String = "uid";
        opt controller: Option<bool> = "controller";
        opt block_owner_deletion: Option<bool> = "blockOwnerDeletion";
    }
}

wire! {
    /// DOC meta ManagedFieldsEntry
    struct ManagedFieldsEntry {
        omit manager: String = "manager";
        omit operation: ManagedFieldsOperationType = "operation";
        omit api_version: String = "apiVersion";
        opt time: Option<Time> = "time";
        omit fields_type: String = "fieldsType";
        opt fields_v1: Option<RawValue> = "fieldsV1";
        omit subresource: String = "subresource";
    }
}

open_enum! {
    /// DOC meta ManagedFieldsOperationType
    ManagedFieldsOperationType { Apply, Update }
}

wire! {
    /// DOC meta ListMeta
    struct ListMeta {
        omit self_link: String = "selfLink";
        omit resource_version: String = "resourceVersion";
        omit continue_: String = "continue";
        opt remaining_item_count: Option<i64> = "remainingItemCount";
        opt shard_info: Option<Box<ShardInfo>> = "shardInfo";
    }
}

wire! {
    /// DOC meta ShardInfo
    struct ShardInfo {
        keep selector: String = "selector";
    }
}

wire! {
    /// DOC meta Status
    struct Status = "v1" {
        keep metadata: ListMeta = "metadata";
        omit status: String = "status";
        omit message: String = "message";
        omit reason: StatusReason = "reason";
        opt details: Option<Box<StatusDetails>> = "details";
        omit code: i32 = "code";
    }
}

open_enum! {
    /// DOC meta StatusReason
    StatusReason { Unauthorized, Forbidden, NotFound, AlreadyExists, Conflict, Gone, Invalid, ServerTimeout, StorageReadError, Timeout, TooManyRequests, BadRequest, MethodNotAllowed, NotAcceptable, RequestEntityTooLarge, UnsupportedMediaType, InternalError, Expired, ServiceUnavailable }
}

wire! {
    /// DOC meta StatusDetails
    struct StatusDetails {
        omit name: String = "name";
        omit group: String = "group";
        omit kind: String = "kind";
        omit uid: String = "uid";
        omit causes: Vec<StatusCause> = "causes";
        omit retry_after_seconds: i32 = "retryAfterSeconds";
    }
}

wire! {
    /// DOC meta StatusCause
    struct StatusCause {
        omit type_: CauseType = "reason";
        omit message: String = "message";
        omit field: String = "field";
    }
}

open_enum! {
    /// DOC meta CauseType
    CauseType { FieldValueNotFound, FieldValueRequired, FieldValueDuplicate, FieldValueInvalid, FieldValueNotSupported, FieldValueForbidden, FieldValueTooLong, FieldValueTooMany, InternalError, FieldValueTypeInvalid, UnexpectedServerResponse, FieldManagerConflict, ResourceVersionTooLarge }
}

wire! {
    /// DOC meta DeleteOptions
    struct DeleteOptions = "v1" {
        opt grace_period_seconds: Option<i64> = "gracePeriodSeconds";
        opt preconditions: Option<Box<Preconditions>> = "preconditions";
        opt orphan_dependents: Option<bool> = "orphanDependents";
        opt propagation_policy: Option<DeletionPropagation> = "propagationPolicy";
        omit dry_run: Vec<String> = "dryRun";
        opt ignore_store_read_error_with_cluster_breaking_potential: Option<bool> = "ignoreStoreReadErrorWithClusterBreakingPotential";
    }
}

wire! {
    /// DOC meta Preconditions
    struct Preconditions {
        opt uid: Option<String> = "uid";
        opt resource_version: Option<String> = "resourceVersion";
    }
}

open_enum! {
    /// DOC meta DeletionPropagation
    DeletionPropagation { Orphan, Background, Foreground }
}

wire! {
    /// DOC meta LabelSelector
    struct LabelSelector {
        omit match_labels: BTreeMap<String, String> = "matchLabels";
        omit match_expressions: Vec<LabelSelectorRequirement> = "matchExpressions";
    }
}

wire! {
    /// DOC meta LabelSelectorRequirement
    struct LabelSelectorRequirement {
        keep key: String = "key";
        keep operator: LabelSelectorOperator = "operator";
        omit values: Vec<String> = "values";
    }
}

open_enum! {
    /// DOC meta LabelSelectorOperator
    LabelSelectorOperator { In, NotIn, Exists, DoesNotExist }
}

wire! {
    /// DOC meta Condition
    struct Condition {
        keep type_: String = "type";
        keep status: ConditionStatus = "status";
        omit observed_generation: i64 = "observedGeneration";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        keep reason: String = "reason";
        keep message: String = "message";
    }
}

open_enum! {
    /// DOC core ConditionStatus
    ConditionStatus { True, False, Unknown }
}
