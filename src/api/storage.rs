//! Persistent volumes, storage classes and CSI objects.

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
    /// A piece of storage of the cluster, which a claim can bind.
    struct PersistentVolume = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PersistentVolumeSpec = "spec";
        keep status: PersistentVolumeStatus = "status";
    }
}

wire! {
    /// Where the storage is, how large it is, who may use it, and what becomes of it. Exactly one
    /// source is set.
    struct PersistentVolumeSpec {
        /// How much there is; only `storage` counts.
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
        /// All ways in which the volume can be mounted.
        omit access_modes: Vec<PersistentVolumeAccessMode> = "accessModes";
        /// The claim that has the volume, or for which it is kept.
        opt claim_ref: Option<Box<ObjectReference>> = "claimRef";
        /// What becomes of the volume without its claim; defaults to `Retain`.
        omit persistent_volume_reclaim_policy: PersistentVolumeReclaimPolicy = "persistentVolumeReclaimPolicy";
        /// Only claims of the same class can bind the volume; empty for none.
        omit storage_class_name: String = "storageClassName";
        /// Options of the mount, not checked.
        omit mount_options: Vec<String> = "mountOptions";
        /// Defaults to `Filesystem`.
        opt volume_mode: Option<PersistentVolumeMode> = "volumeMode";
        /// Which nodes can reach the volume.
        opt node_affinity: Option<Box<VolumeNodeAffinity>> = "nodeAffinity";
        opt volume_attributes_class_name: Option<String> = "volumeAttributesClassName";
    }
}

wire! {
    /// A Glusterfs volume; no longer served.
    struct GlusterfsPersistentVolumeSource {
        keep endpoints_name: String = "endpoints";
        keep path: String = "path";
        omit read_only: bool = "readOnly";
        opt endpoints_namespace: Option<String> = "endpointsNamespace";
    }
}

wire! {
    /// A Ceph block device image.
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
    /// An iSCSI disk.
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
    /// An OpenStack block volume, now served by a CSI driver.
    struct CinderPersistentVolumeSource {
        keep volume_id: String = "volumeID";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        opt secret_ref: Option<Box<SecretReference>> = "secretRef";
    }
}

wire! {
    /// A Ceph file system.
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
    /// A volume of an executable driver; CSI has replaced it.
    struct FlexPersistentVolumeSource {
        keep driver: String = "driver";
        omit fs_type: String = "fsType";
        opt secret_ref: Option<Box<SecretReference>> = "secretRef";
        omit read_only: bool = "readOnly";
        omit options: BTreeMap<String, String> = "options";
    }
}

wire! {
    /// An Azure file share, now served by a CSI driver.
    struct AzureFilePersistentVolumeSource {
        keep secret_name: String = "secretName";
        keep share_name: String = "shareName";
        omit read_only: bool = "readOnly";
        null secret_namespace: Option<String> = "secretNamespace";
    }
}

wire! {
    /// A ScaleIO volume; no longer served.
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
    /// A disk, partition or directory of one node. The volume must say by affinity which.
    struct LocalVolumeSource {
        keep path: String = "path";
        opt fs_type: Option<String> = "fsType";
    }
}

wire! {
    /// A StorageOS volume; no longer served.
    struct StorageOSPersistentVolumeSource {
        omit volume_name: String = "volumeName";
        omit volume_namespace: String = "volumeNamespace";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        opt secret_ref: Option<Box<ObjectReference>> = "secretRef";
    }
}

wire! {
    /// A volume of a CSI driver, by driver name and the driver's own handle.
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
    /// What becomes of a volume whose claim is gone.
    PersistentVolumeReclaimPolicy { Recycle, Delete, Retain }
}

wire! {
    /// Which nodes a volume can be reached from.
    struct VolumeNodeAffinity {
        opt required: Option<Box<NodeSelector>> = "required";
    }
}

wire! {
    /// Whether a volume is free, bound or released.
    struct PersistentVolumeStatus {
        omit phase: PersistentVolumePhase = "phase";
        omit message: String = "message";
        omit reason: String = "reason";
        opt last_phase_transition_time: Option<Time> = "lastPhaseTransitionTime";
    }
}

open_enum! {
    /// Whether a volume is free, bound or released.
    PersistentVolumePhase { Pending, Available, Bound, Released, Failed }
}

wire! {
    /// A sort of storage: who provides it, and with which parameters. Most of it is fixed after
    /// creation.
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
    /// Whether a claim is bound at once or when a pod that uses it is scheduled.
    VolumeBindingMode { Immediate, WaitForFirstConsumer }
}

wire! {
    /// Asks that a volume be attached to a node.
    struct VolumeAttachment = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: VolumeAttachmentSpec = "spec";
        keep status: VolumeAttachmentStatus = "status";
    }
}

wire! {
    /// Which volume, which node, and whose work it is.
    struct VolumeAttachmentSpec {
        keep attacher: String = "attacher";
        keep source: VolumeAttachmentSource = "source";
        keep node_name: String = "nodeName";
    }
}

wire! {
    /// The volume to attach: by name, or as an inline specification.
    struct VolumeAttachmentSource {
        opt persistent_volume_name: Option<String> = "persistentVolumeName";
        opt inline_volume_spec: Option<Box<PersistentVolumeSpec>> = "inlineVolumeSpec";
    }
}

wire! {
    /// Whether the volume is attached, and the last errors.
    struct VolumeAttachmentStatus {
        keep attached: bool = "attached";
        omit attachment_metadata: BTreeMap<String, String> = "attachmentMetadata";
        opt attach_error: Option<Box<VolumeError>> = "attachError";
        opt detach_error: Option<Box<VolumeError>> = "detachError";
    }
}

wire! {
    /// The last error of an attach or a detach.
    struct VolumeError {
        null time: Option<Time> = "time";
        omit message: String = "message";
        opt error_code: Option<i32> = "errorCode";
    }
}

wire! {
    /// What the cluster has to know of a CSI driver; its name is the driver's.
    struct CSIDriver = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: CSIDriverSpec = "spec";
    }
}

wire! {
    /// What a CSI driver needs and can do.
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
    /// Whether a driver's volumes live on their own or with a pod.
    VolumeLifecycleMode { Persistent, Ephemeral }
}

open_enum! {
    /// Whether a driver's volumes take the file system group of a pod.
    FSGroupPolicy { ReadWriteOnceWithFSType, File, None }
}

wire! {
    /// A service account token that a driver is given for each pod.
    struct TokenRequest {
        keep audience: String = "audience";
        opt expiration_seconds: Option<i64> = "expirationSeconds";
    }
}

wire! {
    /// The CSI drivers that a node has; its name is the node's.
    struct CSINode = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: CSINodeSpec = "spec";
    }
}

wire! {
    /// The CSI drivers that a node has.
    struct CSINodeSpec {
        keep drivers: Vec<CSINodeDriver> = "drivers" [merge "name"];
    }
}

wire! {
    /// A driver on a node: what it calls the node, and its topology keys.
    struct CSINodeDriver {
        keep name: String = "name";
        keep node_id: String = "nodeID";
        keep topology_keys: Vec<String> = "topologyKeys";
        opt allocatable: Option<Box<VolumeNodeResources>> = "allocatable";
    }
}

wire! {
    /// How many volumes of a driver a node can have; absent means no bound.
    struct VolumeNodeResources {
        opt count: Option<i32> = "count";
    }
}

wire! {
    /// How much a driver can still provide in one place for one class.
    struct CSIStorageCapacity = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        opt node_topology: Option<Box<LabelSelector>> = "nodeTopology";
        keep storage_class_name: String = "storageClassName";
        opt capacity: Option<Quantity> = "capacity";
        opt maximum_volume_size: Option<Quantity> = "maximumVolumeSize";
    }
}

wire! {
    /// Changeable attributes of volumes: parameters that a driver can apply to an existing volume.
    struct VolumeAttributesClass = "storage.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep driver_name: String = "driverName";
        omit parameters: BTreeMap<String, String> = "parameters";
    }
}
