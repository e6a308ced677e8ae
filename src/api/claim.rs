//! Persistent volume claims.

use std::collections::BTreeMap;

use crate::api::ResourceList;
use crate::api::meta::{ConditionStatus, LabelSelector, ObjectMeta};
use crate::api::reference::{TypedLocalObjectReference, TypedObjectReference};
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// A request for storage in a namespace, which a persistent volume answers.
    struct PersistentVolumeClaim = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PersistentVolumeClaimSpec = "spec";
        keep status: PersistentVolumeClaimStatus = "status";
    }
}

wire! {
    /// What storage is asked for. Apart from sizes and class attributes it is fixed after creation.
    struct PersistentVolumeClaimSpec {
        /// What the volume must be able to do.
        omit access_modes: Vec<PersistentVolumeAccessMode> = "accessModes";
        /// Labels that the volume must have.
        opt selector: Option<Box<LabelSelector>> = "selector";
        /// The least size; may grow later if the class allows it.
        keep resources: VolumeResourceRequirements = "resources";
        /// The bound volume; given by a user it asks for this one only.
        omit volume_name: String = "volumeName";
        /// The class. Absent asks for the default one, the empty text for none.
        opt storage_class_name: Option<String> = "storageClassName";
        /// Defaults to `Filesystem`.
        opt volume_mode: Option<PersistentVolumeMode> = "volumeMode";
        /// What the new volume is filled from: a snapshot or a claim.
        opt data_source: Option<Box<TypedLocalObjectReference>> = "dataSource";
        /// As `data_source`, for any kind and with a namespace.
        opt data_source_ref: Option<Box<TypedObjectReference>> = "dataSourceRef";
        opt volume_attributes_class_name: Option<String> = "volumeAttributesClassName";
    }
}

open_enum! {
    /// How many nodes or pods may mount a volume, and whether they may write.
    PersistentVolumeAccessMode { ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod }
}

wire! {
    /// How much storage is asked for; only `storage` counts.
    struct VolumeResourceRequirements {
        omit limits: ResourceList = "limits";
        omit requests: ResourceList = "requests";
    }
}

open_enum! {
    /// Whether a volume is mounted as a file system or handed over as a device; unset means file
    /// system.
    PersistentVolumeMode { Block, Filesystem }
}

wire! {
    /// What a claim has got: its phase, its real size and modes, and the state of a resize.
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
    /// Whether a claim waits, has a volume, or has lost it.
    PersistentVolumeClaimPhase { Pending, Bound, Lost }
}

wire! {
    /// One thing that holds of a claim, mostly about a resize.
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
    /// What the conditions of claims are called.
    PersistentVolumeClaimConditionType { Resizing, FileSystemResizePending, ControllerResizeError, NodeResizeError, ModifyVolumeError, ModifyingVolume, Unused }
}

open_enum! {
    /// How far the resize of a claim has come, on the controller's side and on the node's.
    ClaimResourceStatus { ControllerResizeInProgress, ControllerResizeInfeasible, NodeResizePending, NodeResizeInProgress, NodeResizeInfeasible }
}

wire! {
    /// The attributes class that a volume is being changed to, and how far that has come.
    struct ModifyVolumeStatus {
        omit target_volume_attributes_class_name: String = "targetVolumeAttributesClassName";
        keep status: PersistentVolumeClaimModifyVolumeStatus = "status";
    }
}

open_enum! {
    /// How far the change of a volume's attributes has come.
    PersistentVolumeClaimModifyVolumeStatus { Pending, InProgress, Infeasible }
}
