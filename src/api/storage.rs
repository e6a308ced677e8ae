//! MODDOC storage

use std::collections::BTreeMap;

use crate::api::ResourceList;
use crate::api::affinity::{NodeSelector, TopologySelectorTerm};
use crate::api::claim::{PersistentVolumeAccessMode, PersistentVolumeMode};
use crate::api::meta::{LabelSelector, ObjectMeta};
use crate::api::reference::{ObjectReference, SecretReference};
use crate::api::volume::{
    AWSElasticBlockStoreVolumeSource, AzureDiskVolumeSource, FCVolumeSource, FlockerVolumeSource,
    GCEPersistentDiskVolumeSource, HostPathVolumeSource, NFSVolumeSource,
    PhotonPersistentDiskVolumeSource, PortworxVolumeSource, QuobyteVolumeSource,
    VsphereVirtualDiskVolumeSource,
};
use crate::api::wire::{open_enum, wire};
use crate::quantity::Quantity;
use crate::time::Time;

wire! {
    /// DOC core PersistentVolume
    struct PersistentVolume = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PersistentVolumeSpec = "spec";
        keep status: PersistentVolumeStatus = "status";
    }
}

wire! {
    /// DOC core PersistentVolumeSpec
    struct PersistentVolumeSpec {
        omit capacity: ResourceList = "capacity";
        opt gce_persistent_disk: Option<Box<GCEPersistentDiskVolumeSource>> = "gcePersistentDisk";
        opt aws_elastic_block_store: Option<Box<AWSElasticBlockStoreVolumeSource>> = "awsElasticBlockStore";
        opt host_path: Option<Box<HostPathVolumeSource>> = "hostPath";
        opt glusterfs: Option<Box<GlusterfsPersistentVolumeSource>> = "glusterfs";
        opt nfs: Option<Box<NFSVolumeSource>> = "nfs";
        opt rbd: Option<Box<RBDPersistentVolumeSource>> = "rbd";
        opt iscsi: Option<Box<ISCSIPersistentVolumeSource>> = "iscsi";
        opt cinder: Option<Box<CinderPersistentVolumeSource>> = "cinder";
        opt cephfs: Option<Box<CephFSPersistentVolumeSource>> = "cephfs";
        opt fc: Option<Box<FCVolumeSource>> = "fc";
        opt flocker: Option<Box<FlockerVolumeSource>> = "flocker";
        opt flex_volume: Option<Box<FlexPersistentVolumeSource>> = "flexVolume";
        opt azure_file: Option<Box<AzureFilePersistentVolumeSource>> = "azureFile";
        opt vsphere_volume: Option<Box<VsphereVirtualDiskVolumeSource>> = "vsphereVolume";
        opt quobyte: Option<Box<QuobyteVolumeSource>> = "quobyte";
        opt azure_disk: Option<Box<AzureDiskVolumeSource>> = "azureDisk";
        opt photon_persistent_disk: Option<Box<PhotonPersistentDiskVolumeSource>> = "photonPersistentDisk";
        opt portworx_volume: Option<Box<PortworxVolumeSource>> = "portworxVolume";
        opt scale_io: Option<Box<ScaleIOPersistentVolumeSource>> = "scaleIO";
        opt local: Option<Box<LocalVolumeSource>> = "local";
        opt storageos: Option<Box<StorageOSPersistentVolumeSource>> = "storageos";
        opt csi: Option<Box<CSIPersistentVolumeSource>> = "csi";
        omit access_modes: Vec<PersistentVolumeAccessMode> = "accessModes";
        opt claim_ref: Option<Box<ObjectReference>> = "claimRef";
        omit persistent_volume_reclaim_policy: PersistentVolumeReclaimPolicy = "persistentVolumeReclaimPolicy";
        omit storage_class_name: String = "storageClassName";
        omit mount_options: Vec<String> = "mountOptions";
        opt volume_mode: Option<PersistentVolumeMode> = "volumeMode";
        opt node_affinity: Option<Box<VolumeNodeAffinity>> = "nodeAffinity";
        opt volume_attributes_class_name: Option<String> = "volumeAttributesClassName";
    }
}

wire! {
    /// DOC core GlusterfsPersistentVolumeSource
    struct GlusterfsPersistentVolumeSource {
        keep endpoints_name: String = "endpoints";
        keep path: String = "path";
        omit read_only: bool = "readOnly";
        opt endpoints_namespace: Option<String> = "endpointsNamespace";
    }
}

wire! {
    /// DOC core RBDPersistentVolumeSource
    struct RBDPersistentVolumeSource {
        keep ceph_monitors: Vec<String> = "monitors";
        keep rbd_image: String = "image";
        omit fs_type: String = "fsType";
        omit rbd_pool: String = "pool";
        omit rados_user: String = "user";
        omit keyring: String = "keyring";
        opt secret_ref: Option<Box<SecretReference>> = "secretRef";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// DOC core ISCSIPersistentVolumeSource
    struct ISCSIPersistentVolumeSource {
        keep target_portal: String = "targetPortal";
        keep iqn: String = "iqn";
        keep lun: i32 = "lun";
        omit iscsi_interface: String = "iscsiInterface";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        omit portals: Vec<String> = "portals";
        omit discovery_chap_auth: bool = "chapAuthDiscovery";
        omit session_chap_auth: bool = "chapAuthSession";
        opt secret_ref: Option<Box<SecretReference>> = "secretRef";
        opt initiator_name: Option<String> = "initiatorName";
    }
}

wire! {
    /// DOC core CinderPersistentVolumeSource
    struct CinderPersistentVolumeSource {
        keep volume_id: String = "volumeID";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        opt secret_ref: Option<Box<SecretReference>> = "secretRef";
    }
}

wire! {
    /// DOC core CephFSPersistentVolumeSource
    struct CephFSPersistentVolumeSource {
        keep monitors: Vec<String> = "monitors";
        omit path: String = "path";
        omit user: String = "user";
        omit secret_file: String = "secretFile";
        opt secret_ref: Option<Box<SecretReference>> = "secretRef";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// DOC core FlexPersistentVolumeSource
    struct FlexPersistentVolumeSource {
        keep driver: String = "driver";
        omit fs_type: String = "fsType";
        opt secret_ref: Option<Box<SecretReference>> = "secretRef";
        omit read_only: bool = "readOnly";
        omit options: BTreeMap<String, String> = "options";
    }
}

wire! {
    /// DOC core AzureFilePersistentVolumeSource
    struct AzureFilePersistentVolumeSource {
        keep secret_name: String = "secretName";
        keep share_name: String = "shareName";
        omit read_only: bool = "readOnly";
        null secret_namespace: Option<String> = "secretNamespace";
    }
}

wire! {
    /// DOC core ScaleIOPersistentVolumeSource
    struct ScaleIOPersistentVolumeSource {
        keep gateway: String = "gateway";
        keep system: String = "system";
        null secret_ref: Option<Box<SecretReference>> = "secretRef";
        omit ssl_enabled: bool = "sslEnabled";
        omit protection_domain: String = "protectionDomain";
        omit storage_pool: String = "storagePool";
        omit storage_mode: String = "storageMode";
        omit volume_name: String = "volumeName";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// DOC core LocalVolumeSource
    struct LocalVolumeSource {
        keep path: String = "path";
        opt fs_type: Option<String> = "fsType";
    }
}

wire! {
    /// DOC core StorageOSPersistentVolumeSource
    struct StorageOSPersistentVolumeSource {
        omit volume_name: String = "volumeName";
        omit volume_namespace: String = "volumeNamespace";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        opt secret_ref: Option<Box<ObjectReference>> = "secretRef";
    }
}

wire! {
    /// DOC core CSIPersistentVolumeSource
    struct CSIPersistentVolumeSource {
        keep driver: String = "driver";
        keep volume_handle: String = "volumeHandle";
        omit read_only: bool = "readOnly";
        omit fs_type: String = "fsType";
        omit volume_attributes: BTreeMap<String, String> = "volumeAttributes";
        opt controller_publish_secret_ref: Option<Box<SecretReference>> = "controllerPublishSecretRef";
        opt node_stage_secret_ref: Option<Box<SecretReference>> = "nodeStageSecretRef";
        opt node_publish_secret_ref: Option<Box<SecretReference>> = "nodePublishSecretRef";
        opt controller_expand_secret_ref: Option<Box<SecretReference>> = "controllerExpandSecretRef";
        opt node_expand_secret_ref: Option<Box<SecretReference>> = "nodeExpandSecretRef";
    }
}

open_enum! {
    /// DOC core PersistentVolumeReclaimPolicy
    PersistentVolumeReclaimPolicy { Recycle, Delete, Retain }
}

wire! {
    /// DOC core VolumeNodeAffinity
    struct VolumeNodeAffinity {
        opt required: Option<Box<NodeSelector>> = "required";
    }
}

wire! {
    /// DOC core PersistentVolumeStatus
    struct PersistentVolumeStatus {
        omit phase: PersistentVolumePhase = "phase";
        omit message: String = "message";
        omit reason: String = "reason";
        opt last_phase_transition_time: Option<Time> = "lastPhaseTransitionTime";
    }
}

open_enum! {
    /// DOC core PersistentVolumePhase
    PersistentVolumePhase { Pending, Available, Bound, Released, Failed }
}

wire! {
    /// DOC storage StorageClass
    struct StorageClass = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep provisioner: String = "provisioner";
        omit parameters: BTreeMap<String, String> = "parameters";
        opt reclaim_policy: Option<PersistentVolumeReclaimPolicy> = "reclaimPolicy";
        omit mount_options: Vec<String> = "mountOptions";
        opt allow_volume_expansion: Option<bool> = "allowVolumeExpansion";
        opt volume_binding_mode: Option<VolumeBindingMode> = "volumeBindingMode";
        omit allowed_topologies: Vec<TopologySelectorTerm> = "allowedTopologies";
    }
}

open_enum! {
    /// DOC storage VolumeBindingMode
    VolumeBindingMode { Immediate, WaitForFirstConsumer }
}

wire! {
    /// DOC storage VolumeAttachment
    struct VolumeAttachment = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: VolumeAttachmentSpec = "spec";
        keep status: VolumeAttachmentStatus = "status";
    }
}

wire! {
    /// DOC storage VolumeAttachmentSpec
    struct VolumeAttachmentSpec {
        keep attacher: String = "attacher";
        keep source: VolumeAttachmentSource = "source";
        keep node_name: String = "nodeName";
    }
}

wire! {
    /// DOC storage VolumeAttachmentSource
    struct VolumeAttachmentSource {
        opt persistent_volume_name: Option<String> = "persistentVolumeName";
        opt inline_volume_spec: Option<Box<PersistentVolumeSpec>> = "inlineVolumeSpec";
    }
}

wire! {
    /// DOC storage VolumeAttachmentStatus
    struct VolumeAttachmentStatus {
        keep attached: bool = "attached";
        omit attachment_metadata: BTreeMap<String, String> = "attachmentMetadata";
        opt attach_error: Option<Box<VolumeError>> = "attachError";
        opt detach_error: Option<Box<VolumeError>> = "detachError";
    }
}

wire! {
    /// DOC storage VolumeError
    struct VolumeError {
        null time: Option<Time> = "time";
        omit message: String = "message";
        opt error_code: Option<i32> = "errorCode";
    }
}

wire! {
    /// DOC storage CSIDriver
    struct CSIDriver = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: CSIDriverSpec = "spec";
    }
}

wire! {
    /// DOC storage CSIDriverSpec
    struct CSIDriverSpec {
        opt attach_required: Option<bool> = "attachRequired";
        opt pod_info_on_mount: Option<bool> = "podInfoOnMount";
        omit volume_lifecycle_modes: Vec<VolumeLifecycleMode> = "volumeLifecycleModes";
        opt storage_capacity: Option<bool> = "storageCapacity";
        opt fs_group_policy: Option<FSGroupPolicy> = "fsGroupPolicy";
        omit token_requests: Vec<TokenRequest> = "tokenRequests";
        opt requires_republish: Option<bool> = "requiresRepublish";
        opt se_linux_mount: Option<bool> = "seLinuxMount";
        opt node_allocatable_update_period_seconds: Option<i64> = "nodeAllocatableUpdatePeriodSeconds";
        opt service_account_token_in_secrets: Option<bool> = "serviceAccountTokenInSecrets";
        opt prevent_pod_scheduling_if_missing: Option<bool> = "preventPodSchedulingIfMissing";
    }
}

open_enum! {
    /// DOC storage VolumeLifecycleMode
    VolumeLifecycleMode { Persistent, Ephemeral }
}

open_enum! {
    /// DOC storage FSGroupPolicy
    FSGroupPolicy { ReadWriteOnceWithFSType, File, None }
}

wire! {
    /// DOC storage TokenRequest
    struct TokenRequest {
        keep audience: String = "audience";
        opt expiration_seconds: Option<i64> = "expirationSeconds";
    }
}

wire! {
    /// DOC storage CSINode
    struct CSINode = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: CSINodeSpec = "spec";
    }
}

wire! {
    /// DOC storage CSINodeSpec
    struct CSINodeSpec {
        keep drivers: Vec<CSINodeDriver> = "drivers" [merge "name"];
    }
}

wire! {
    /// DOC storage CSINodeDriver
    struct CSINodeDriver {
        keep name: String = "name";
        keep node_id: String = "nodeID";
        keep topology_keys: Vec<String> = "topologyKeys";
        opt allocatable: Option<Box<VolumeNodeResources>> = "allocatable";
    }
}

wire! {
    /// DOC storage VolumeNodeResources
    struct VolumeNodeResources {
        opt count: Option<i32> = "count";
    }
}

wire! {
    /// DOC storage CSIStorageCapacity
    struct CSIStorageCapacity = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        opt node_topology: Option<Box<LabelSelector>> = "nodeTopology";
        keep storage_class_name: String = "storageClassName";
        opt capacity: Option<Quantity> = "capacity";
        opt maximum_volume_size: Option<Quantity> = "maximumVolumeSize";
    }
}

wire! {
    /// DOC storage VolumeAttributesClass
    struct VolumeAttributesClass = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep driver_name: String = "driverName";
        omit parameters: BTreeMap<String, String> = "parameters";
    }
}
