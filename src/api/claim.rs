//! MODDOC claim

use std::collections::BTreeMap;

use crate::api::ResourceList;
use crate::api::meta::{ConditionStatus, LabelSelector, ObjectMeta};
use crate::api::reference::{TypedLocalObjectReference, TypedObjectReference};
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// DOC core PersistentVolumeClaim
    struct PersistentVolumeClaim = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PersistentVolumeClaimSpec = "spec";
        keep status: PersistentVolumeClaimStatus = "status";
    }
}

wire! {
    /// DOC core PersistentVolumeClaimSpec
    struct PersistentVolumeClaimSpec {
        omit access_modes: Vec<PersistentVolumeAccessMode> = "accessModes";
        opt selector: Option<Box<LabelSelector>> = "selector";
        keep resources: VolumeResourceRequirements = "resources";
        omit volume_name: String = "volumeName";
        opt storage_class_name: Option<String> = "storageClassName";
        opt volume_mode: Option<PersistentVolumeMode> = "volumeMode";
        opt data_source: Option<Box<TypedLocalObjectReference>> = "dataSource";
        opt data_source_ref: Option<Box<TypedObjectReference>> = "dataSourceRef";
        opt volume_attributes_class_name: Option<String> = "volumeAttributesClassName";
    }
}

open_enum! {
    /// DOC core PersistentVolumeAccessMode
    PersistentVolumeAccessMode { ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod }
}

wire! {
    /// DOC core VolumeResourceRequirements
    struct VolumeResourceRequirements {
        omit limits: ResourceList = "limits";
        omit requests: ResourceList = "requests";
    }
}

open_enum! {
    /// DOC core PersistentVolumeMode
    PersistentVolumeMode { Block, Filesystem }
}

wire! {
    /// DOC core PersistentVolumeClaimStatus
    struct PersistentVolumeClaimStatus {
        omit phase: PersistentVolumeClaimPhase = "phase";
        omit access_modes: Vec<PersistentVolumeAccessMode> = "accessModes";
        omit capacity: ResourceList = "capacity";
        omit conditions: Vec<PersistentVolumeClaimCondition> = "conditions" [merge "type"];
        omit allocated_resources: ResourceList = "allocatedResources";
        omit allocated_resource_statuses: BTreeMap<String, ClaimResourceStatus> = "allocatedResourceStatuses";
        opt current_volume_attributes_class_name: Option<String> = "currentVolumeAttributesClassName";
        opt modify_volume_status: Option<Box<ModifyVolumeStatus>> = "modifyVolumeStatus";
    }
}

open_enum! {
    /// DOC core PersistentVolumeClaimPhase
    PersistentVolumeClaimPhase { Pending, Bound, Lost }
}

wire! {
    /// DOC core PersistentVolumeClaimCondition
    struct PersistentVolumeClaimCondition {
        keep type_: PersistentVolumeClaimConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_probe_time: Option<Time> = "lastProbeTime";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// DOC core PersistentVolumeClaimConditionType
    PersistentVolumeClaimConditionType { Resizing, FileSystemResizePending, ControllerResizeError, NodeResizeError, ModifyVolumeError, ModifyingVolume, Unused }
}

open_enum! {
    /// DOC core ClaimResourceStatus
    ClaimResourceStatus { ControllerResizeInProgress, ControllerResizeInfeasible, NodeResizePending, NodeResizeInProgress, NodeResizeInfeasible }
}

wire! {
    /// DOC core ModifyVolumeStatus
    struct ModifyVolumeStatus {
        omit target_volume_attributes_class_name: String = "targetVolumeAttributesClassName";
        keep status: PersistentVolumeClaimModifyVolumeStatus = "status";
    }
}

open_enum! {
    /// DOC core PersistentVolumeClaimModifyVolumeStatus
    PersistentVolumeClaimModifyVolumeStatus { Pending, InProgress, Infeasible }
}
