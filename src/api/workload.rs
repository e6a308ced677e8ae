//! MODDOC workload

use std::collections::BTreeMap;

use crate::api::claim::PersistentVolumeClaim;
use crate::api::meta::{ConditionStatus, LabelSelector, ObjectMeta};
use crate::api::pod::PodTemplateSpec;
use crate::api::wire::{RawValue, open_enum, wire};
use crate::int_or_string::IntOrString;
use crate::time::Time;

wire! {
    /// DOC core ReplicationController
    struct ReplicationController = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ReplicationControllerSpec = "spec";
        keep status: ReplicationControllerStatus = "status";
    }
}

wire! {
    /// DOC core ReplicationControllerSpec
    struct ReplicationControllerSpec {
        opt replicas: Option<i32> = "replicas";
        omit min_ready_seconds: i32 = "minReadySeconds";
        omit selector: BTreeMap<String, String> = "selector";
        opt template: Option<Box<PodTemplateSpec>> = "template";
    }
}

wire! {
    /// DOC core ReplicationControllerStatus
    struct ReplicationControllerStatus {
        keep replicas: i32 = "replicas";
        omit fully_labeled_replicas: i32 = "fullyLabeledReplicas";
        omit ready_replicas: i32 = "readyReplicas";
        omit available_replicas: i32 = "availableReplicas";
        omit observed_generation: i64 = "observedGeneration";
        omit conditions: Vec<ReplicationControllerCondition> = "conditions" [merge "type"];
    }
}

wire! {
    /// DOC core ReplicationControllerCondition
    struct ReplicationControllerCondition {
        keep type_: ReplicationControllerConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// DOC core ReplicationControllerConditionType
    ReplicationControllerConditionType { ReplicaFailure }
}

wire! {
    /// DOC apps Deployment
    struct Deployment = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: DeploymentSpec = "spec";
        keep status: DeploymentStatus = "status";
    }
}

wire! {
    /// DOC apps DeploymentSpec
    struct DeploymentSpec {
        opt replicas: Option<i32> = "replicas";
        null selector: Option<Box<LabelSelector>> = "selector";
        keep template: PodTemplateSpec = "template";
        keep strategy: DeploymentStrategy = "strategy" [retain];
        omit min_ready_seconds: i32 = "minReadySeconds";
        opt revision_history_limit: Option<i32> = "revisionHistoryLimit";
        omit paused: bool = "paused";
        opt progress_deadline_seconds: Option<i32> = "progressDeadlineSeconds";
    }
}

wire! {
    /// DOC apps DeploymentStrategy
    struct DeploymentStrategy {
        omit type_: DeploymentStrategyType = "type";
        opt rolling_update: Option<Box<RollingUpdateDeployment>> = "rollingUpdate";
    }
}

open_enum! {
    /// DOC apps DeploymentStrategyType
    DeploymentStrategyType { Recreate, RollingUpdate }
}

wire! {
    /// DOC apps RollingUpdateDeployment
    struct RollingUpdateDeployment {
        opt max_unavailable: Option<IntOrString> = "maxUnavailable";
        opt max_surge: Option<IntOrString> = "maxSurge";
    }
}

wire! {
    /// DOC apps DeploymentStatus
    struct DeploymentStatus {
        omit observed_generation: i64 = "observedGeneration";
        omit replicas: i32 = "replicas";
        omit updated_replicas: i32 = "updatedReplicas";
        omit ready_replicas: i32 = "readyReplicas";
        omit available_replicas: i32 = "availableReplicas";
        omit unavailable_replicas: i32 = "unavailableReplicas";
        opt terminating_replicas: Option<i32> = "terminatingReplicas";
        omit conditions: Vec<DeploymentCondition> = "conditions" [merge "type"];
        opt collision_count: Option<i32> = "collisionCount";
    }
}

wire! {
    /// DOC apps DeploymentCondition
    struct DeploymentCondition {
        keep type_: DeploymentConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_update_time: Option<Time> = "lastUpdateTime";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// DOC apps DeploymentConditionType
    DeploymentConditionType { Available, Progressing, ReplicaFailure }
}

wire! {
    /// DOC apps ReplicaSet
    struct ReplicaSet = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ReplicaSetSpec = "spec";
        keep status: ReplicaSetStatus = "status";
    }
}

wire! {
    /// DOC apps ReplicaSetSpec
    struct ReplicaSetSpec {
        opt replicas: Option<i32> = "replicas";
        omit min_ready_seconds: i32 = "minReadySeconds";
        null selector: Option<Box<LabelSelector>> = "selector";
        keep template: PodTemplateSpec = "template";
    }
}

wire! {
    /// DOC apps ReplicaSetStatus
    struct ReplicaSetStatus {
        keep replicas: i32 = "replicas";
        omit fully_labeled_replicas: i32 = "fullyLabeledReplicas";
        omit ready_replicas: i32 = "readyReplicas";
        omit available_replicas: i32 = "availableReplicas";
        opt terminating_replicas: Option<i32> = "terminatingReplicas";
        omit observed_generation: i64 = "observedGeneration";
        omit conditions: Vec<ReplicaSetCondition> = "conditions" [merge "type"];
    }
}

wire! {
    /// DOC apps ReplicaSetCondition
    struct ReplicaSetCondition {
        keep type_: ReplicaSetConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// DOC apps ReplicaSetConditionType
    ReplicaSetConditionType { ReplicaFailure }
}

wire! {
    /// DOC apps StatefulSet
    struct StatefulSet = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: StatefulSetSpec = "spec";
        keep status: StatefulSetStatus = "status";
    }
}

wire! {
    /// DOC apps StatefulSetSpec
    struct StatefulSetSpec {
        opt replicas: Option<i32> = "replicas";
        null selector: Option<Box<LabelSelector>> = "selector";
        keep template: PodTemplateSpec = "template";
        omit volume_claim_templates: Vec<PersistentVolumeClaim> = "volumeClaimTemplates";
        keep service_name: String = "serviceName";
        omit pod_management_policy: PodManagementPolicyType = "podManagementPolicy";
        keep update_strategy: StatefulSetUpdateStrategy = "updateStrategy";
        opt revision_history_limit: Option<i32> = "revisionHistoryLimit";
        omit min_ready_seconds: i32 = "minReadySeconds";
        opt persistent_volume_claim_retention_policy: Option<Box<StatefulSetPersistentVolumeClaimRetentionPolicy>> = "persistentVolumeClaimRetentionPolicy";
        opt ordinals: Option<Box<StatefulSetOrdinals>> = "ordinals";
    }
}

open_enum! {
    /// DOC apps PodManagementPolicyType
    PodManagementPolicyType { OrderedReady, Parallel }
}

wire! {
    /// DOC apps StatefulSetUpdateStrategy
    struct StatefulSetUpdateStrategy {
        omit type_: StatefulSetUpdateStrategyType = "type";
        opt rolling_update: Option<Box<RollingUpdateStatefulSetStrategy>> = "rollingUpdate";
    }
}

open_enum! {
    /// DOC apps StatefulSetUpdateStrategyType
    StatefulSetUpdateStrategyType { RollingUpdate, OnDelete }
}

wire! {
    /// DOC apps RollingUpdateStatefulSetStrategy
    struct RollingUpdateStatefulSetStrategy {
        opt partition: Option<i32> = "partition";
        opt max_unavailable: Option<IntOrString> = "maxUnavailable";
    }
}

wire! {
    /// DOC apps StatefulSetPersistentVolumeClaimRetentionPolicy
    struct StatefulSetPersistentVolumeClaimRetentionPolicy {
        omit when_deleted: PersistentVolumeClaimRetentionPolicyType = "whenDeleted";
        omit when_scaled: PersistentVolumeClaimRetentionPolicyType = "whenScaled";
    }
}

open_enum! {
    /// DOC apps PersistentVolumeClaimRetentionPolicyType
    PersistentVolumeClaimRetentionPolicyType { Retain, Delete }
}

wire! {
    /// DOC apps StatefulSetOrdinals
    struct StatefulSetOrdinals {
        keep start: i32 = "start";
    }
}

wire! {
    /// DOC apps StatefulSetStatus
    struct StatefulSetStatus {
        omit observed_generation: i64 = "observedGeneration";
        keep replicas: i32 = "replicas";
        omit ready_replicas: i32 = "readyReplicas";
        omit current_replicas: i32 = "currentReplicas";
        omit updated_replicas: i32 = "updatedReplicas";
        omit current_revision: String = "currentRevision";
        omit update_revision: String = "updateRevision";
        opt collision_count: Option<i32> = "collisionCount";
        omit conditions: Vec<StatefulSetCondition> = "conditions" [merge "type"];
        keep available_replicas: i32 = "availableReplicas";
    }
}

wire! {
    /// DOC apps StatefulSetCondition
    struct StatefulSetCondition {
        keep type_: String = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

wire! {
    /// DOC apps DaemonSet
    struct DaemonSet = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: DaemonSetSpec = "spec";
        keep status: DaemonSetStatus = "status";
    }
}

wire! {
    /// DOC apps DaemonSetSpec
    struct DaemonSetSpec {
        null selector: Option<Box<LabelSelector>> = "selector";
        keep template: PodTemplateSpec = "template";
        keep update_strategy: DaemonSetUpdateStrategy = "updateStrategy";
        omit min_ready_seconds: i32 = "minReadySeconds";
        opt revision_history_limit: Option<i32> = "revisionHistoryLimit";
    }
}

wire! {
    /// DOC apps DaemonSetUpdateStrategy
    struct DaemonSetUpdateStrategy {
        omit type_: DaemonSetUpdateStrategyType = "type";
        opt rolling_update: Option<Box<RollingUpdateDaemonSet>> = "rollingUpdate";
    }
}

open_enum! {
    /// DOC apps DaemonSetUpdateStrategyType
    DaemonSetUpdateStrategyType { RollingUpdate, OnDelete }
}

wire! {
    /// DOC apps RollingUpdateDaemonSet
    struct RollingUpdateDaemonSet {
        opt max_unavailable: Option<IntOrString> = "maxUnavailable";
        opt max_surge: Option<IntOrString> = "maxSurge";
    }
}

wire! {
    /// DOC apps DaemonSetStatus
    struct DaemonSetStatus {
        keep current_number_scheduled: i32 = "currentNumberScheduled";
        keep number_misscheduled: i32 = "numberMisscheduled";
        keep desired_number_scheduled: i32 = "desiredNumberScheduled";
        keep number_ready: i32 = "numberReady";
        omit observed_generation: i64 = "observedGeneration";
        omit updated_number_scheduled: i32 = "updatedNumberScheduled";
        omit number_available: i32 = "numberAvailable";
        omit number_unavailable: i32 = "numberUnavailable";
        opt collision_count: Option<i32> = "collisionCount";
        omit conditions: Vec<DaemonSetCondition> = "conditions" [merge "type"];
    }
}

wire! {
    /// DOC apps DaemonSetCondition
    struct DaemonSetCondition {
        keep type_: String = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

wire! {
    /// DOC apps ControllerRevision
    struct ControllerRevision = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep data: RawValue = "data";
        keep revision: i64 = "revision";
    }
}

wire! {
    /// DOC autoscaling Scale
    struct Scale = "autoscaling/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ScaleSpec = "spec";
        keep status: ScaleStatus = "status";
    }
}

wire! {
    /// DOC autoscaling ScaleSpec
    struct ScaleSpec {
        omit replicas: i32 = "replicas";
    }
}

wire! {
    /// DOC autoscaling ScaleStatus
    struct ScaleStatus {
        keep replicas: i32 = "replicas";
        omit selector: String = "selector";
    }
}
