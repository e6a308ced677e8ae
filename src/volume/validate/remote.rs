//! Sources outside the cluster, written into a pod.

use crate::api::{ISCSIVolumeSource, Volume};
use crate::field::{Errors, Path};
use crate::name;
use crate::volume::validate::Iscsi;
use crate::volume::validate::source::{
    aws, azure_disk, csi_driver, fc, flex_options, flocker, gce, nfs, quobyte, required,
};

/// Checks the source of a pod's volume if it is a network or cloud disk, a git repository or a CSI
/// driver (`VOL-10` … `VOL-13`). `at` is the volume; other sources, and a second one, are left alone.
pub fn remote(out: &mut Errors, at: &Path<'_>, volume: &Volume) {
    if let Some(source) = &volume.git_repo {
        let at = at.field("gitRepo");
        required(out, &at.field("repository"), &source.repository);
        let directory = at.field("directory");
        if source.directory.starts_with('/') {
            out.invalid(&directory, &source.directory, "must be a relative path");
        }
        super::no_backsteps(out, &directory, &source.directory);
    } else if let Some(source) = &volume.gce_persistent_disk {
        gce(out, &at.field("persistentDisk"), source); // VOL-6
    } else if let Some(source) = &volume.aws_elastic_block_store {
        aws(out, &at.field("awsElasticBlockStore"), source);
    } else if let Some(source) = &volume.nfs {
        nfs(out, &at.field("nfs"), source);
    } else if let Some(source) = &volume.iscsi {
        iscsi(source).validate(out, &at.field("iscsi"));
    } else {
        networked(out, at, volume);
    }
}

/// Checks that the name of a volume that is an iSCSI disk is not too long, even if it has another
/// source before (`VOL-11`). `at` is the volume.
pub fn iscsi_name(out: &mut Errors, at: &Path<'_>, volume: &Volume) {
    if let Some(source) = &volume.iscsi
        && iscsi(source).is_too_long(&volume.name)
    {
        let detail = "is too long together with iscsi.targetPortal and iscsi.initiatorName";
        out.invalid(&at.field("name"), &volume.name, detail);
    }
}

fn iscsi(source: &ISCSIVolumeSource) -> Iscsi<'_> {
    Iscsi {
        portal: &source.target_portal,
        iqn: &source.iqn,
        lun: source.lun,
        authenticates: source.discovery_chap_auth || source.session_chap_auth,
        secret: source.secret_ref.as_ref().map(|secret| secret.name.as_str()),
        initiator: source.initiator_name.as_deref(),
    }
}

fn networked(out: &mut Errors, at: &Path<'_>, volume: &Volume) {
    if let Some(source) = &volume.glusterfs {
        let at = at.field("glusterfs");
        required(out, &at.field("endpoints"), &source.endpoints_name);
        required(out, &at.field("path"), &source.path);
    } else if let Some(source) = &volume.flocker {
        flocker(out, &at.field("flocker"), source);
    } else if let Some(source) = &volume.rbd {
        let at = at.field("rbd");
        if source.ceph_monitors.is_empty() {
            out.required(&at.field("monitors"), "");
        }
        required(out, &at.field("image"), &source.rbd_image);
    } else if let Some(source) = &volume.cinder {
        let at = at.field("cinder");
        required(out, &at.field("volumeID"), &source.volume_id);
        if let Some(secret) = &source.secret_ref {
            required(out, &at.field("secretRef").field("name"), &secret.name);
        }
    } else if let Some(source) = &volume.cephfs {
        if source.monitors.is_empty() {
            out.required(&at.field("cephfs").field("monitors"), "");
        }
    } else if let Some(source) = &volume.quobyte {
        quobyte(out, &at.field("quobyte"), source);
    } else if let Some(source) = &volume.fc {
        fc(out, &at.field("fc"), source);
    } else if let Some(source) = &volume.flex_volume {
        let at = at.field("flexVolume");
        required(out, &at.field("driver"), &source.driver);
        flex_options(out, &at, &source.options);
    } else {
        clouds(out, at, volume);
    }
}

fn clouds(out: &mut Errors, at: &Path<'_>, volume: &Volume) {
    if let Some(source) = &volume.azure_file {
        let at = at.field("azureFile");
        required(out, &at.field("secretName"), &source.secret_name);
        required(out, &at.field("shareName"), &source.share_name);
    } else if let Some(source) = &volume.vsphere_volume {
        required(out, &at.field("vsphereVolume").field("volumePath"), &source.volume_path);
    } else if let Some(source) = &volume.photon_persistent_disk {
        required(out, &at.field("photonPersistentDisk").field("pdID"), &source.pd_id);
    } else if let Some(source) = &volume.portworx_volume {
        required(out, &at.field("portworxVolume").field("volumeID"), &source.volume_id);
    } else if let Some(source) = &volume.azure_disk {
        azure_disk(out, &at.field("azureDisk"), source);
    } else if let Some(source) = &volume.storageos {
        let at = at.field("storageos");
        storage_os(out, &at, &source.volume_name, &source.volume_namespace);
        if let Some(secret) = &source.secret_ref {
            required(out, &at.field("secretRef").field("name"), &secret.name);
        }
    } else if let Some(source) = &volume.scale_io {
        let at = at.field("scaleIO");
        required(out, &at.field("gateway"), &source.gateway);
        required(out, &at.field("system"), &source.system);
        required(out, &at.field("volumeName"), &source.volume_name);
    } else if let Some(source) = &volume.csi {
        let at = at.field("csi");
        csi_driver(out, &at.field("driver"), &source.driver);
        if let Some(secret) = &source.node_publish_secret_ref {
            if secret.name.is_empty() {
                out.required(&at.field("nodePublishSecretRef").field("name"), "");
            } else {
                name::validate(out, &at.field("name"), &secret.name, name::dns1123_subdomain);
            }
        }
    }
}

/// StorageOS: a label as name, and as namespace if there is one (`VOL-11`).
pub fn storage_os(out: &mut Errors, at: &Path<'_>, volume: &str, namespace: &str) {
    if volume.is_empty() {
        out.required(&at.field("volumeName"), "");
    } else {
        name::validate(out, &at.field("volumeName"), volume, name::dns1123_label);
    }
    if !namespace.is_empty() {
        name::validate(out, &at.field("volumeNamespace"), namespace, name::dns1123_label);
    }
}
