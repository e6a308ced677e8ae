//! The values of fields that a volume of a pod leaves open.

use crate::api::{
    AzureDataDiskCachingMode, AzureDataDiskKind, AzureDiskVolumeSource, DownwardAPIVolumeFile,
    HostPathType, PersistentVolumeMode, ProjectedVolumeSource, RBDVolumeSource, Volume,
};
use crate::pod::defaults::{default_field, default_pull, round};

/// Files are readable by all and writable by their owner.
const MODE: i32 = 0o644;

// POD-DEF-8
pub(crate) fn default(volume: &mut Volume) {
    let name = std::mem::take(&mut volume.name);
    if *volume == Volume::default() {
        volume.empty_dir.get_or_insert_default();
    }
    volume.name = name;
    if let Some(image) = volume.image.as_deref_mut() {
        default_pull(&image.reference, &mut image.pull_policy);
    }
    if let Some(path) = volume.host_path.as_deref_mut() {
        path.type_.get_or_insert(HostPathType::Unset);
    }
    if let Some(secret) = volume.secret.as_deref_mut() {
        secret.default_mode.get_or_insert(MODE);
    }
    if let Some(map) = volume.config_map.as_deref_mut() {
        map.default_mode.get_or_insert(MODE);
    }
    if let Some(downward) = volume.downward_api.as_deref_mut() {
        downward.default_mode.get_or_insert(MODE);
        default_files(&mut downward.items);
    }
    if let Some(projected) = volume.projected.as_deref_mut() {
        default_projected(projected);
    }
    if let Some(template) =
        volume.ephemeral.as_deref_mut().and_then(|own| own.volume_claim_template.as_deref_mut())
    {
        template.spec.volume_mode.get_or_insert(PersistentVolumeMode::Filesystem);
        round(&mut template.spec.resources.limits);
        round(&mut template.spec.resources.requests);
    }
    default_legacy(volume);
}

fn default_files(files: &mut [DownwardAPIVolumeFile]) {
    files.iter_mut().filter_map(|file| file.field_ref.as_deref_mut()).for_each(default_field);
}

fn default_projected(projected: &mut ProjectedVolumeSource) {
    projected.default_mode.get_or_insert(MODE);
    for source in &mut projected.sources {
        if let Some(downward) = source.downward_api.as_deref_mut() {
            default_files(&mut downward.items);
        }
        if let Some(token) = source.service_account_token.as_deref_mut() {
            token.expiration_seconds.get_or_insert(3600);
        }
    }
}

fn default_legacy(volume: &mut Volume) {
    if let Some(iscsi) = volume.iscsi.as_deref_mut() {
        or(&mut iscsi.iscsi_interface, "default");
    }
    if let Some(RBDVolumeSource { rbd_pool, rados_user, keyring, .. }) = volume.rbd.as_deref_mut() {
        or(rbd_pool, "rbd");
        or(rados_user, "admin");
        or(keyring, "/etc/ceph/keyring");
    }
    if let Some(scale_io) = volume.scale_io.as_deref_mut() {
        or(&mut scale_io.storage_mode, "ThinProvisioned");
        or(&mut scale_io.fs_type, "xfs");
    }
    if let Some(AzureDiskVolumeSource { caching_mode, fs_type, read_only, kind, .. }) =
        volume.azure_disk.as_deref_mut()
    {
        caching_mode.get_or_insert(AzureDataDiskCachingMode::ReadWrite);
        fs_type.get_or_insert_with(|| "ext4".to_owned());
        read_only.get_or_insert(false);
        kind.get_or_insert(AzureDataDiskKind::Shared);
    }
}

fn or(text: &mut String, default: &str) {
    if text.is_empty() {
        default.clone_into(text);
    }
}
