//! Volumes of pods and their sources.

use std::collections::BTreeMap;

use crate::api::claim::PersistentVolumeClaimSpec;
use crate::api::meta::{LabelSelector, ObjectMeta};
use crate::api::reference::LocalObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::quantity::Quantity;

wire! {
    /// A directory that the containers of a pod can mount: its name, and exactly one source.
    struct Volume {
        keep name: String = "name";
        opt host_path: Option<Box<HostPathVolumeSource>> = "hostPath";
        opt empty_dir: Option<Box<EmptyDirVolumeSource>> = "emptyDir";
        opt gce_persistent_disk: Option<Box<GCEPersistentDiskVolumeSource>> = "gcePersistentDisk";
        opt aws_elastic_block_store: Option<Box<AWSElasticBlockStoreVolumeSource>> = "awsElasticBlockStore";
        opt git_repo: Option<Box<GitRepoVolumeSource>> = "gitRepo";
        opt secret: Option<Box<SecretVolumeSource>> = "secret";
        opt nfs: Option<Box<NFSVolumeSource>> = "nfs";
        opt iscsi: Option<Box<ISCSIVolumeSource>> = "iscsi";
        opt glusterfs: Option<Box<GlusterfsVolumeSource>> = "glusterfs";
        opt persistent_volume_claim: Option<Box<PersistentVolumeClaimVolumeSource>> = "persistentVolumeClaim";
        opt rbd: Option<Box<RBDVolumeSource>> = "rbd";
        opt flex_volume: Option<Box<FlexVolumeSource>> = "flexVolume";
        opt cinder: Option<Box<CinderVolumeSource>> = "cinder";
        opt cephfs: Option<Box<CephFSVolumeSource>> = "cephfs";
        opt flocker: Option<Box<FlockerVolumeSource>> = "flocker";
        opt downward_api: Option<Box<DownwardAPIVolumeSource>> = "downwardAPI";
        opt fc: Option<Box<FCVolumeSource>> = "fc";
        opt azure_file: Option<Box<AzureFileVolumeSource>> = "azureFile";
        opt config_map: Option<Box<ConfigMapVolumeSource>> = "configMap";
        opt vsphere_volume: Option<Box<VsphereVirtualDiskVolumeSource>> = "vsphereVolume";
        opt quobyte: Option<Box<QuobyteVolumeSource>> = "quobyte";
        opt azure_disk: Option<Box<AzureDiskVolumeSource>> = "azureDisk";
        opt photon_persistent_disk: Option<Box<PhotonPersistentDiskVolumeSource>> = "photonPersistentDisk";
        opt projected: Option<Box<ProjectedVolumeSource>> = "projected";
        opt portworx_volume: Option<Box<PortworxVolumeSource>> = "portworxVolume";
        opt scale_io: Option<Box<ScaleIOVolumeSource>> = "scaleIO";
        opt storageos: Option<Box<StorageOSVolumeSource>> = "storageos";
        opt csi: Option<Box<CSIVolumeSource>> = "csi";
        opt ephemeral: Option<Box<EphemeralVolumeSource>> = "ephemeral";
        opt image: Option<Box<ImageVolumeSource>> = "image";
    }
}

wire! {
    /// A file or directory of the node itself.
    struct HostPathVolumeSource {
        keep path: String = "path";
        opt type_: Option<HostPathType> = "type";
    }
}

open_enum! {
    /// What must be at the path before the pod starts, or is created there. Unset checks nothing.
    HostPathType { DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice }
}

wire! {
    /// A directory that is empty at first and lives as long as the pod.
    struct EmptyDirVolumeSource {
        omit medium: StorageMedium = "medium";
        opt size_limit: Option<Quantity> = "sizeLimit";
    }
}

open_enum! {
    /// What an empty directory is kept on; unset means the node's disk.
    StorageMedium { Memory, HugePages }
}

wire! {
    /// A Google Cloud disk, now served by a CSI driver.
    struct GCEPersistentDiskVolumeSource {
        keep pd_name: String = "pdName";
        omit fs_type: String = "fsType";
        omit partition: i32 = "partition";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// An AWS disk, now served by a CSI driver.
    struct AWSElasticBlockStoreVolumeSource {
        keep volume_id: String = "volumeID";
        omit fs_type: String = "fsType";
        omit partition: i32 = "partition";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// A clone of a Git repository; switched off by default.
    struct GitRepoVolumeSource {
        keep repository: String = "repository";
        omit revision: String = "revision";
        omit directory: String = "directory";
    }
}

wire! {
    /// The entries of a secret as files.
    struct SecretVolumeSource {
        omit secret_name: String = "secretName";
        omit items: Vec<KeyToPath> = "items";
        opt default_mode: Option<i32> = "defaultMode";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// An entry that becomes a file, its relative path, and its mode.
    struct KeyToPath {
        keep key: String = "key";
        keep path: String = "path";
        opt mode: Option<i32> = "mode";
    }
}

wire! {
    /// A directory of an NFS server.
    struct NFSVolumeSource {
        keep server: String = "server";
        keep path: String = "path";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// An iSCSI disk.
    struct ISCSIVolumeSource {
        keep target_portal: String = "targetPortal";
        keep iqn: String = "iqn";
        keep lun: i32 = "lun";
        omit iscsi_interface: String = "iscsiInterface";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        omit portals: Vec<String> = "portals";
        omit discovery_chap_auth: bool = "chapAuthDiscovery";
        omit session_chap_auth: bool = "chapAuthSession";
        opt secret_ref: Option<Box<LocalObjectReference>> = "secretRef";
        opt initiator_name: Option<String> = "initiatorName";
    }
}

wire! {
    /// A Glusterfs volume; no longer served.
    struct GlusterfsVolumeSource {
        keep endpoints_name: String = "endpoints";
        keep path: String = "path";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// The volume that a claim of the same namespace is bound to.
    struct PersistentVolumeClaimVolumeSource {
        keep claim_name: String = "claimName";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// A Ceph block device image.
    struct RBDVolumeSource {
        keep ceph_monitors: Vec<String> = "monitors";
        keep rbd_image: String = "image";
        omit fs_type: String = "fsType";
        omit rbd_pool: String = "pool";
        omit rados_user: String = "user";
        omit keyring: String = "keyring";
        opt secret_ref: Option<Box<LocalObjectReference>> = "secretRef";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// A volume of an executable driver; CSI has replaced it.
    struct FlexVolumeSource {
        keep driver: String = "driver";
        omit fs_type: String = "fsType";
        opt secret_ref: Option<Box<LocalObjectReference>> = "secretRef";
        omit read_only: bool = "readOnly";
        omit options: BTreeMap<String, String> = "options";
    }
}

wire! {
    /// An OpenStack block volume, now served by a CSI driver.
    struct CinderVolumeSource {
        keep volume_id: String = "volumeID";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        opt secret_ref: Option<Box<LocalObjectReference>> = "secretRef";
    }
}

wire! {
    /// A Ceph file system.
    struct CephFSVolumeSource {
        keep monitors: Vec<String> = "monitors";
        omit path: String = "path";
        omit user: String = "user";
        omit secret_file: String = "secretFile";
        opt secret_ref: Option<Box<LocalObjectReference>> = "secretRef";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// A Flocker volume; no longer served.
    struct FlockerVolumeSource {
        omit dataset_name: String = "datasetName";
        omit dataset_uuid: String = "datasetUUID";
    }
}

wire! {
    /// Fields of the pod as files.
    struct DownwardAPIVolumeSource {
        omit items: Vec<DownwardAPIVolumeFile> = "items";
        opt default_mode: Option<i32> = "defaultMode";
    }
}

wire! {
    /// A field of the pod, or a resource of a container, that becomes a file.
    struct DownwardAPIVolumeFile {
        keep path: String = "path";
        opt field_ref: Option<Box<ObjectFieldSelector>> = "fieldRef";
        opt resource_field_ref: Option<Box<ResourceFieldSelector>> = "resourceFieldRef";
        opt mode: Option<i32> = "mode";
    }
}

wire! {
    /// A field of the pod, as `metadata.name` or `metadata.labels['app']`.
    struct ObjectFieldSelector {
        omit api_version: String = "apiVersion";
        keep field_path: String = "fieldPath";
    }
}

wire! {
    /// A limit or request of a container, divided by a divisor and rounded up.
    struct ResourceFieldSelector {
        omit container_name: String = "containerName";
        keep resource: String = "resource";
        keep divisor: Quantity = "divisor";
    }
}

wire! {
    /// A Fibre Channel disk.
    struct FCVolumeSource {
        omit target_wwns: Vec<String> = "targetWWNs";
        opt lun: Option<i32> = "lun";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        omit ww_ids: Vec<String> = "wwids";
    }
}

wire! {
    /// An Azure file share, now served by a CSI driver.
    struct AzureFileVolumeSource {
        keep secret_name: String = "secretName";
        keep share_name: String = "shareName";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// The entries of a config map as files.
    struct ConfigMapVolumeSource {
        omit name: String = "name";
        omit items: Vec<KeyToPath> = "items";
        opt default_mode: Option<i32> = "defaultMode";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// A vSphere disk, now served by a CSI driver.
    struct VsphereVirtualDiskVolumeSource {
        keep volume_path: String = "volumePath";
        omit fs_type: String = "fsType";
        omit storage_policy_name: String = "storagePolicyName";
        omit storage_policy_id: String = "storagePolicyID";
    }
}

wire! {
    /// A Quobyte volume; no longer served.
    struct QuobyteVolumeSource {
        keep registry: String = "registry";
        keep volume: String = "volume";
        omit read_only: bool = "readOnly";
        omit user: String = "user";
        omit group: String = "group";
        omit tenant: String = "tenant";
    }
}

wire! {
    /// An Azure disk, now served by a CSI driver.
    struct AzureDiskVolumeSource {
        keep disk_name: String = "diskName";
        keep data_disk_uri: String = "diskURI";
        opt caching_mode: Option<AzureDataDiskCachingMode> = "cachingMode";
        opt fs_type: Option<String> = "fsType";
        opt read_only: Option<bool> = "readOnly";
        opt kind: Option<AzureDataDiskKind> = "kind";
    }
}

open_enum! {
    /// How the host caches an Azure disk.
    AzureDataDiskCachingMode { None, ReadOnly, ReadWrite }
}

open_enum! {
    /// How an Azure disk is managed.
    AzureDataDiskKind { Shared, Dedicated, Managed }
}

wire! {
    /// A Photon disk; no longer served.
    struct PhotonPersistentDiskVolumeSource {
        keep pd_id: String = "pdID";
        omit fs_type: String = "fsType";
    }
}

wire! {
    /// Several sources in one directory. Two sources must not write the same path.
    struct ProjectedVolumeSource {
        keep sources: Vec<VolumeProjection> = "sources";
        opt default_mode: Option<i32> = "defaultMode";
    }
}

wire! {
    /// One source of a projected volume; exactly one member may be set.
    struct VolumeProjection {
        opt secret: Option<Box<SecretProjection>> = "secret";
        opt downward_api: Option<Box<DownwardAPIProjection>> = "downwardAPI";
        opt config_map: Option<Box<ConfigMapProjection>> = "configMap";
        opt service_account_token: Option<Box<ServiceAccountTokenProjection>> = "serviceAccountToken";
        opt cluster_trust_bundle: Option<Box<ClusterTrustBundleProjection>> = "clusterTrustBundle";
        opt pod_certificate: Option<Box<PodCertificateProjection>> = "podCertificate";
    }
}

wire! {
    /// Entries of a secret, as a part of a projected volume.
    struct SecretProjection {
        omit name: String = "name";
        omit items: Vec<KeyToPath> = "items";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// Fields of the pod, as a part of a projected volume.
    struct DownwardAPIProjection {
        omit items: Vec<DownwardAPIVolumeFile> = "items";
    }
}

wire! {
    /// Entries of a config map, as a part of a projected volume.
    struct ConfigMapProjection {
        omit name: String = "name";
        omit items: Vec<KeyToPath> = "items";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// A token of the pod's service account, renewed before it expires.
    struct ServiceAccountTokenProjection {
        omit audience: String = "audience";
        opt expiration_seconds: Option<i64> = "expirationSeconds";
        keep path: String = "path";
    }
}

wire! {
    /// Trusted certificates, joined into one file.
    struct ClusterTrustBundleProjection {
        opt name: Option<String> = "name";
        opt signer_name: Option<String> = "signerName";
        opt label_selector: Option<Box<LabelSelector>> = "labelSelector";
        opt optional: Option<bool> = "optional";
        keep path: String = "path";
    }
}

wire! {
    /// A key and a certificate for the pod, renewed before it expires.
    struct PodCertificateProjection {
        omit signer_name: String = "signerName";
        omit key_type: String = "keyType";
        opt max_expiration_seconds: Option<i32> = "maxExpirationSeconds";
        omit credential_bundle_path: String = "credentialBundlePath";
        omit key_path: String = "keyPath";
        omit certificate_chain_path: String = "certificateChainPath";
        omit user_annotations: BTreeMap<String, String> = "userAnnotations";
    }
}

wire! {
    /// A Portworx volume, now served by a CSI driver.
    struct PortworxVolumeSource {
        keep volume_id: String = "volumeID";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
    }
}

wire! {
    /// A ScaleIO volume; no longer served.
    struct ScaleIOVolumeSource {
        keep gateway: String = "gateway";
        keep system: String = "system";
        null secret_ref: Option<Box<LocalObjectReference>> = "secretRef";
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
    /// A StorageOS volume; no longer served.
    struct StorageOSVolumeSource {
        omit volume_name: String = "volumeName";
        omit volume_namespace: String = "volumeNamespace";
        omit fs_type: String = "fsType";
        omit read_only: bool = "readOnly";
        opt secret_ref: Option<Box<LocalObjectReference>> = "secretRef";
    }
}

wire! {
    /// A volume of a CSI driver that lives with the pod.
    struct CSIVolumeSource {
        keep driver: String = "driver";
        opt read_only: Option<bool> = "readOnly";
        opt fs_type: Option<String> = "fsType";
        omit volume_attributes: BTreeMap<String, String> = "volumeAttributes";
        opt node_publish_secret_ref: Option<Box<LocalObjectReference>> = "nodePublishSecretRef";
    }
}

wire! {
    /// A claim that is created for the pod and goes with it.
    struct EphemeralVolumeSource {
        opt volume_claim_template: Option<Box<PersistentVolumeClaimTemplate>> = "volumeClaimTemplate";
    }
}

wire! {
    /// The claim that is created for a pod; only labels and annotations of the metadata are used.
    struct PersistentVolumeClaimTemplate {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PersistentVolumeClaimSpec = "spec";
    }
}

wire! {
    /// The files of a container image, read-only.
    struct ImageVolumeSource {
        omit reference: String = "reference";
        omit pull_policy: PullPolicy = "pullPolicy";
    }
}

open_enum! {
    /// When an image is fetched. Unset means `Always` for the tag `latest` and `IfNotPresent`
    /// otherwise.
    PullPolicy { Always, Never, IfNotPresent }
}
