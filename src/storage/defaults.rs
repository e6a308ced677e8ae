//! What the API server fills in: claims, volumes and classes.
//!
//! Source: `pkg/apis/core/v1/defaults.go`, `pkg/apis/storage/v1/defaults.go`,
//! `pkg/registry/core/persistentvolume*/strategy.go`, `pkg/api/persistentvolumeclaim/util.go`,
//! `plugin/pkg/admission/storage`.

use crate::api::{
    CSIDriver, FSGroupPolicy, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimPhase,
    PersistentVolumeClaimSpec, PersistentVolumeMode, PersistentVolumePhase,
    PersistentVolumeReclaimPolicy, StorageClass, TypedLocalObjectReference, TypedObjectReference,
    VolumeBindingMode, VolumeLifecycleMode,
};
use crate::storage::class;
use crate::storage::protect::{CLAIM_FINALIZER, VOLUME_FINALIZER};
use crate::time::Time;

/// Defaults of a claim (`DEF-3`).
pub fn claim(claim: &mut PersistentVolumeClaim) {
    if claim.status.phase.is_unset() {
        claim.status.phase = PersistentVolumeClaimPhase::Pending;
    }
    claim_spec(&mut claim.spec);
}

/// Defaults of a claim's spec, in a claim or in a template.
pub fn claim_spec(spec: &mut PersistentVolumeClaimSpec) {
    spec.volume_mode.get_or_insert(PersistentVolumeMode::Filesystem);
}

/// Defaults of a volume (`DEF-2`, `DEF-3`).
pub fn volume(volume: &mut PersistentVolume) {
    if volume.status.phase.is_unset() {
        volume.status.phase = PersistentVolumePhase::Pending;
    }
    let spec = &mut volume.spec;
    if spec.persistent_volume_reclaim_policy.is_unset() {
        spec.persistent_volume_reclaim_policy = PersistentVolumeReclaimPolicy::Retain;
    }
    spec.volume_mode.get_or_insert(PersistentVolumeMode::Filesystem);
    if let Some(source) = &mut spec.host_path {
        source.type_.get_or_insert_default();
    }
    if let Some(source) = &mut spec.iscsi {
        fill(&mut source.iscsi_interface, "default");
    }
    if let Some(source) = &mut spec.rbd {
        fill(&mut source.rbd_pool, "rbd");
        fill(&mut source.rados_user, "admin");
        fill(&mut source.keyring, "/etc/ceph/keyring");
    }
    if let Some(source) = &mut spec.scale_io {
        fill(&mut source.storage_mode, "ThinProvisioned");
        fill(&mut source.fs_type, "xfs");
    }
    if let Some(source) = &mut spec.azure_disk {
        source.caching_mode.get_or_insert(crate::api::AzureDataDiskCachingMode::ReadWrite);
        source.kind.get_or_insert(crate::api::AzureDataDiskKind::Shared);
        source.fs_type.get_or_insert_with(|| "ext4".to_owned());
        source.read_only.get_or_insert(false);
    }
}

fn fill(text: &mut String, default: &str) {
    if text.is_empty() {
        default.clone_into(text);
    }
}

/// Defaults of a storage class (`DEF-3`).
pub fn storage_class(class: &mut StorageClass) {
    class.reclaim_policy.get_or_insert(PersistentVolumeReclaimPolicy::Delete);
    class.volume_binding_mode.get_or_insert(VolumeBindingMode::Immediate);
}

/// Defaults of a CSI driver (`DEF-3`).
pub fn csi_driver(driver: &mut CSIDriver) {
    let spec = &mut driver.spec;
    spec.attach_required.get_or_insert(true);
    spec.pod_info_on_mount.get_or_insert(false);
    spec.storage_capacity.get_or_insert(false);
    spec.fs_group_policy.get_or_insert(FSGroupPolicy::ReadWriteOnceWithFSType);
    spec.requires_republish.get_or_insert(false);
    spec.se_linux_mount.get_or_insert(false);
    if spec.volume_lifecycle_modes.is_empty() {
        spec.volume_lifecycle_modes.push(VolumeLifecycleMode::Persistent);
    }
}

/// What happens to a new claim on its way in: the default class, the protection finalizer, data
/// sources, an empty status (`CLASS-3`, `DEF-4`, `DEF-6`, `DEF-7`).
pub fn admit_claim(claim: &mut PersistentVolumeClaim, default_class: Option<&StorageClass>) {
    claim.status = Default::default();
    claim.status.phase = PersistentVolumeClaimPhase::Pending;
    if !class::is_named(claim) {
        claim.spec.storage_class_name = default_class.map(|class| class.metadata.name.clone());
    }
    protect(&mut claim.metadata.finalizers, CLAIM_FINALIZER);
    data_sources(&mut claim.spec, None);
}

/// What happens to a new volume on its way in: the protection finalizer and a fresh status
/// (`DEF-4`, `DEF-6`).
pub fn admit_volume(volume: &mut PersistentVolume, now: Time) {
    volume.status = Default::default();
    volume.status.phase = PersistentVolumePhase::Pending;
    volume.status.last_phase_transition_time = Some(now);
    protect(&mut volume.metadata.finalizers, VOLUME_FINALIZER);
}

/// Stamps the time of a phase change into a new status of a volume (`DEF-5`).
pub fn stamp_phase(new: &mut PersistentVolume, old: &PersistentVolume, now: Time) {
    let given = new.status.last_phase_transition_time;
    let kept = old.status.last_phase_transition_time;
    if new.status.phase == old.status.phase {
        if given.is_none() {
            new.status.last_phase_transition_time = kept;
        }
    } else if given.is_none() || given == kept {
        new.status.last_phase_transition_time = Some(now);
    }
}

fn protect(finalizers: &mut Vec<String>, finalizer: &str) {
    if !finalizers.iter().any(|name| name == finalizer) {
        finalizers.push(finalizer.to_owned());
    }
}

/// Drops data sources that nobody serves and copies the two fields to each other (`DEF-7`).
///
/// What an old claim had is not dropped.
pub fn data_sources(spec: &mut PersistentVolumeClaimSpec, old: Option<&PersistentVolumeClaimSpec>) {
    let is_foreign = |source: &TypedObjectReference| {
        source.namespace.as_ref().is_some_and(|namespace| !namespace.is_empty())
    };
    if spec.data_source_ref.as_deref().is_some_and(is_foreign)
        && old.is_none_or(|old| old.data_source_ref.is_none())
    {
        spec.data_source_ref = None;
    }
    if old.is_none_or(|old| old.data_source.is_none() && old.data_source_ref.is_none())
        && spec.data_source_ref.is_none()
        && spec.data_source.as_deref().is_some_and(|source| !is_served(source))
    {
        spec.data_source = None;
    }
    match (&spec.data_source, &spec.data_source_ref) {
        (Some(source), None) => {
            spec.data_source_ref = Some(Box::new(TypedObjectReference {
                api_group: source.api_group.clone(),
                kind: source.kind.clone(),
                name: source.name.clone(),
                namespace: None,
            }));
        }
        (None, Some(source)) if !is_foreign(source) => {
            spec.data_source = Some(Box::new(TypedLocalObjectReference {
                api_group: source.api_group.clone(),
                kind: source.kind.clone(),
                name: source.name.clone(),
            }));
        }
        (Some(_), Some(_)) | (None, Some(_) | None) => {}
    }
}

/// A claim of the core group, or a snapshot.
fn is_served(source: &TypedLocalObjectReference) -> bool {
    match source.api_group.as_deref().unwrap_or_default() {
        "" => source.kind == "PersistentVolumeClaim",
        "snapshot.storage.k8s.io" => source.kind == "VolumeSnapshot",
        _ => false,
    }
}

/// Why a claim may not grow (`RESIZE-1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResizeRefused {
    /// It is not bound.
    #[error("only bound persistent volume claims can be expanded")]
    Unbound,
    /// Its class does not allow it.
    #[error("only dynamically provisioned claims whose class allows it can be resized")]
    Class,
}

/// Whether a claim's request may change this way. Not growing passes (`RESIZE-1`).
///
/// # Errors
/// [`ResizeRefused`].
pub fn resize(
    new: &PersistentVolumeClaim,
    old: &PersistentVolumeClaim,
    class_of: impl FnOnce(&str) -> Option<StorageClass>,
) -> Result<(), ResizeRefused> {
    if crate::storage::fit::request(new) <= crate::storage::fit::request(old) {
        return Ok(());
    }
    if old.status.phase != PersistentVolumeClaimPhase::Bound {
        return Err(ResizeRefused::Unbound);
    }
    let (was, is) = (class::of_claim(old), class::of_claim(new));
    let allowed = !is.is_empty()
        && was == is
        && class_of(is).is_some_and(|class| class.allow_volume_expansion == Some(true));
    if allowed { Ok(()) } else { Err(ResizeRefused::Class) }
}
