//! Controllers of long-running pods: deployments and replica, stateful and daemon sets.

use std::collections::BTreeMap;

use crate::api::claim::PersistentVolumeClaim;
use crate::api::meta::{ConditionStatus, LabelSelector, ObjectMeta};
use crate::api::pod::PodTemplateSpec;
use crate::api::wire::{RawValue, open_enum, wire};
use crate::int_or_string::IntOrString;
use crate::time::Time;

wire! {
    /// The oldest controller that keeps a number of equal pods running; replica sets have replaced
    /// it.
    struct ReplicationController = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ReplicationControllerSpec = "spec";
        keep status: ReplicationControllerStatus = "status";
    }
}

wire! {
    /// How many pods, which ones, and what they look like.
    struct ReplicationControllerSpec {
        opt replicas: Option<i32> = "replicas";
        omit min_ready_seconds: i32 = "minReadySeconds";
        omit selector: BTreeMap<String, String> = "selector";
        opt template: Option<Box<PodTemplateSpec>> = "template";
    }
}

wire! {
    /// How many pods there are and how they are doing.
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
    /// One thing that holds of a replication controller, and since when.
    struct ReplicationControllerCondition {
        keep type_: ReplicationControllerConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// What the conditions of replication controllers are called.
    ReplicationControllerConditionType { ReplicaFailure }
}

wire! {
    /// Keeps equal pods running and changes them step by step, by one replica set for each version.
    struct Deployment = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: DeploymentSpec = "spec";
        keep status: DeploymentStatus = "status";
    }
}

wire! {
    /// How many pods, what they look like, and how a new version takes over.
    struct DeploymentSpec {
        /// How many pods; defaults to 1.
        opt replicas: Option<i32> = "replicas";
        /// Which pods are its own; must match the template's labels and is fixed after creation.
        null selector: Option<Box<LabelSelector>> = "selector";
        /// The pods. A change of it is a new version.
        keep template: PodTemplateSpec = "template";
        keep strategy: DeploymentStrategy = "strategy" [retain];
        /// Seconds that a pod must be ready before it is available; defaults to 0.
        omit min_ready_seconds: i32 = "minReadySeconds";
        /// How many old replica sets are kept; defaults to 10.
        opt revision_history_limit: Option<i32> = "revisionHistoryLimit";
        /// Whether changes of the template wait.
        omit paused: bool = "paused";
        /// Seconds without progress until the change counts as failed; defaults to 600.
        opt progress_deadline_seconds: Option<i32> = "progressDeadlineSeconds";
    }
}

wire! {
    /// How a new version takes over from the old one.
    struct DeploymentStrategy {
        omit type_: DeploymentStrategyType = "type";
        opt rolling_update: Option<Box<RollingUpdateDeployment>> = "rollingUpdate";
    }
}

open_enum! {
    /// Whether old pods go first or old and new overlap; unset means `RollingUpdate`.
    DeploymentStrategyType { Recreate, RollingUpdate }
}

wire! {
    /// How many pods may be missing or in excess during a change: a number or a share.
    struct RollingUpdateDeployment {
        opt max_unavailable: Option<IntOrString> = "maxUnavailable";
        opt max_surge: Option<IntOrString> = "maxSurge";
    }
}

wire! {
    /// How many pods there are, how many are of the newest version, and how they are doing.
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
    /// One thing that holds of a deployment, and since when.
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
    /// What the conditions of deployments are called.
    DeploymentConditionType { Available, Progressing, ReplicaFailure }
}

wire! {
    /// Keeps a number of equal pods running.
    struct ReplicaSet = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ReplicaSetSpec = "spec";
        keep status: ReplicaSetStatus = "status";
    }
}

wire! {
    /// How many pods, which ones, and what they look like.
    struct ReplicaSetSpec {
        opt replicas: Option<i32> = "replicas";
        omit min_ready_seconds: i32 = "minReadySeconds";
        null selector: Option<Box<LabelSelector>> = "selector";
        keep template: PodTemplateSpec = "template";
    }
}

wire! {
    /// How many pods there are and how they are doing.
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
    /// One thing that holds of a replica set, and since when.
    struct ReplicaSetCondition {
        keep type_: ReplicaSetConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// What the conditions of replica sets are called.
    ReplicaSetConditionType { ReplicaFailure }
}

wire! {
    /// Keeps pods with fixed names and their own storage, numbered from a first ordinal.
    struct StatefulSet = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: StatefulSetSpec = "spec";
        keep status: StatefulSetStatus = "status";
    }
}

wire! {
    /// How many pods, what they look like, the claims of each, and in which order they come and go.
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
    /// Whether pods wait for their predecessors; unset means `OrderedReady`.
    PodManagementPolicyType { OrderedReady, Parallel }
}

wire! {
    /// How pods come to a new version.
    struct StatefulSetUpdateStrategy {
        omit type_: StatefulSetUpdateStrategyType = "type";
        opt rolling_update: Option<Box<RollingUpdateStatefulSetStrategy>> = "rollingUpdate";
    }
}

open_enum! {
    /// Whether pods are replaced in order or only when someone deletes them; unset means
    /// `RollingUpdate`.
    StatefulSetUpdateStrategyType { RollingUpdate, OnDelete }
}

wire! {
    /// From which ordinal on pods are replaced, and how many may be missing at once.
    struct RollingUpdateStatefulSetStrategy {
        opt partition: Option<i32> = "partition";
        opt max_unavailable: Option<IntOrString> = "maxUnavailable";
    }
}

wire! {
    /// What becomes of the claims when the set is deleted or scaled down.
    struct StatefulSetPersistentVolumeClaimRetentionPolicy {
        omit when_deleted: PersistentVolumeClaimRetentionPolicyType = "whenDeleted";
        omit when_scaled: PersistentVolumeClaimRetentionPolicyType = "whenScaled";
    }
}

open_enum! {
    /// Whether claims stay or go; unset means `Retain`.
    PersistentVolumeClaimRetentionPolicyType { Retain, Delete }
}

wire! {
    /// The number of the first pod.
    struct StatefulSetOrdinals {
        keep start: i32 = "start";
    }
}

wire! {
    /// How many pods there are, of which version, and how they are doing.
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
    /// One thing that holds of a stateful set, and since when.
    struct StatefulSetCondition {
        keep type_: String = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

wire! {
    /// Keeps one pod on each node that suits it.
    struct DaemonSet = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: DaemonSetSpec = "spec";
        keep status: DaemonSetStatus = "status";
    }
}

wire! {
    /// Which pods, what they look like, and how they come to a new version.
    struct DaemonSetSpec {
        null selector: Option<Box<LabelSelector>> = "selector";
        keep template: PodTemplateSpec = "template";
        keep update_strategy: DaemonSetUpdateStrategy = "updateStrategy";
        omit min_ready_seconds: i32 = "minReadySeconds";
        opt revision_history_limit: Option<i32> = "revisionHistoryLimit";
    }
}

wire! {
    /// How pods come to a new version.
    struct DaemonSetUpdateStrategy {
        omit type_: DaemonSetUpdateStrategyType = "type";
        opt rolling_update: Option<Box<RollingUpdateDaemonSet>> = "rollingUpdate";
    }
}

open_enum! {
    /// Whether pods are replaced by and by or only when someone deletes them; unset means
    /// `RollingUpdate`.
    DaemonSetUpdateStrategyType { RollingUpdate, OnDelete }
}

wire! {
    /// How many nodes may be without a pod or have two during a change: a number or a share.
    struct RollingUpdateDaemonSet {
        opt max_unavailable: Option<IntOrString> = "maxUnavailable";
        opt max_surge: Option<IntOrString> = "maxSurge";
    }
}

wire! {
    /// On how many nodes a pod should run, and on how many one does.
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
    /// One thing that holds of a daemon set, and since when.
    struct DaemonSetCondition {
        keep type_: String = "type";
        keep status: ConditionStatus = "status";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

wire! {
    /// A kept version of a stateful set or a daemon set. Its data never change.
    struct ControllerRevision = "apps/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep data: RawValue = "data";
        keep revision: i64 = "revision";
    }
}

wire! {
    /// The number of replicas of an object, apart from the rest of it.
    struct Scale = "autoscaling/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ScaleSpec = "spec";
        keep status: ScaleStatus = "status";
    }
}

wire! {
    /// How many replicas are wanted.
    struct ScaleSpec {
        omit replicas: i32 = "replicas";
    }
}

wire! {
    /// How many replicas there are, and the labels that find their pods.
    struct ScaleStatus {
        keep replicas: i32 = "replicas";
        omit selector: String = "selector";
    }
}
