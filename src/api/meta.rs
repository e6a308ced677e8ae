//! What all objects share: metadata, selectors, statuses, conditions.

use std::collections::BTreeMap;

use crate::api::wire::{RawValue, open_enum, wire};
use crate::time::Time;

wire! {
    /// What every object has: its identity, its versions, its labels and its owners.
    struct ObjectMeta {
        /// Unique among objects of its kind in the namespace, or in the cluster. Fixed after
        /// creation.
        omit name: String = "name";
        /// A prefix. If `name` is empty, the server appends five random characters to make one.
        omit generate_name: String = "generateName";
        /// The namespace; empty for objects of the cluster, and `default` if a client leaves it
        /// out.
        omit namespace: String = "namespace";
        /// No longer set.
        omit self_link: String = "selfLink";
        /// Unique over space and time; a new object of the same name has another one.
        omit uid: String = "uid";
        /// Opaque version of the object. A write that names an older one is refused as a conflict.
        omit resource_version: String = "resourceVersion";
        /// Counts changes of the specification; status writes leave it alone.
        omit generation: i64 = "generation";
        /// When the server created the object.
        opt creation_timestamp: Option<Time> = "creationTimestamp";
        /// Set once deletion is asked for: the time after which the object may go. Never taken
        /// back.
        opt deletion_timestamp: Option<Time> = "deletionTimestamp";
        /// Seconds of grace before the object may go. Can only get shorter.
        opt deletion_grace_period_seconds: Option<i64> = "deletionGracePeriodSeconds";
        /// Identifying pairs that selectors look at. Keys are qualified names, values have at most
        /// 63 characters.
        omit labels: BTreeMap<String, String> = "labels";
        /// Pairs that no selector looks at; at most 256 KiB in all.
        omit annotations: BTreeMap<String, String> = "annotations";
        /// The objects that this one depends on. At most one is its controller.
        omit owner_references: Vec<OwnerReference> = "ownerReferences" [merge "uid"];
        /// While this is not empty the object stays, even when deleted.
        omit finalizers: Vec<String> = "finalizers" [set];
        /// Who has set which fields; the record of server-side apply.
        omit managed_fields: Vec<ManagedFieldsEntry> = "managedFields";
    }
}

wire! {
    /// An object that this one depends on, in the same namespace or in the cluster. Without owners
    /// it is collected.
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
    /// Which fields of the object one manager has set, and how.
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
    /// Whether the fields were set by an apply or by another write.
    ManagedFieldsOperationType { Apply, Update }
}

wire! {
    /// The revision of a list, and where its next page begins.
    struct ListMeta {
        omit self_link: String = "selfLink";
        omit resource_version: String = "resourceVersion";
        omit continue_: String = "continue";
        opt remaining_item_count: Option<i64> = "remainingItemCount";
        opt shard_info: Option<Box<ShardInfo>> = "shardInfo";
    }
}

wire! {
    /// Which part of a sharded list this is.
    struct ShardInfo {
        keep selector: String = "selector";
    }
}

wire! {
    /// What a server answers when there is no object to answer with, mostly a failure.
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
    /// Why a request failed, in a word that programs can act on.
    StatusReason { Unauthorized, Forbidden, NotFound, AlreadyExists, Conflict, Gone, Invalid, ServerTimeout, StorageReadError, Timeout, TooManyRequests, BadRequest, MethodNotAllowed, NotAcceptable, RequestEntityTooLarge, UnsupportedMediaType, InternalError, Expired, ServiceUnavailable }
}

wire! {
    /// What a failure is about, and its causes.
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
    /// One cause of a failure, mostly a field.
    struct StatusCause {
        omit type_: CauseType = "reason";
        omit message: String = "message";
        omit field: String = "field";
    }
}

open_enum! {
    /// What is wrong with a field.
    CauseType { FieldValueNotFound, FieldValueRequired, FieldValueDuplicate, FieldValueInvalid, FieldValueNotSupported, FieldValueForbidden, FieldValueTooLong, FieldValueTooMany, InternalError, FieldValueTypeInvalid, UnexpectedServerResponse, FieldManagerConflict, ResourceVersionTooLarge }
}

wire! {
    /// How an object is deleted: after which time, if which preconditions hold, and what becomes of
    /// its dependents.
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
    /// What must hold of the object, or the request is refused with a conflict.
    struct Preconditions {
        opt uid: Option<String> = "uid";
        opt resource_version: Option<String> = "resourceVersion";
    }
}

open_enum! {
    /// What becomes of dependents: they stay, or are deleted after or before their owner.
    DeletionPropagation { Orphan, Background, Foreground }
}

wire! {
    /// A condition on labels of which all parts must hold. An empty one holds for everything.
    struct LabelSelector {
        omit match_labels: BTreeMap<String, String> = "matchLabels";
        omit match_expressions: Vec<LabelSelectorRequirement> = "matchExpressions";
    }
}

wire! {
    /// One condition on one label.
    struct LabelSelectorRequirement {
        keep key: String = "key";
        keep operator: LabelSelectorOperator = "operator";
        omit values: Vec<String> = "values";
    }
}

open_enum! {
    /// How a label is compared with values. `NotIn` and `DoesNotExist` hold if the label is absent.
    LabelSelectorOperator { In, NotIn, Exists, DoesNotExist }
}

wire! {
    /// One thing that holds of an object, and since when.
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
    /// Whether a condition holds; `Unknown` if nobody can tell.
    ConditionStatus { True, False, Unknown }
}
