//! What a provisioner outside the cluster does: make the volume that a claim asks for, and delete it
//! when it is released.
//!
//! Source: `pv_controller.go provisionClaimOperation`, and what the binder asks of provisioners outside.

use crate::api::{
    CSIPersistentVolumeSource, ObjectMeta, PersistentVolume, PersistentVolumeClaim,
    PersistentVolumePhase, PersistentVolumeReclaimPolicy, PersistentVolumeSpec, StorageClass,
};
use crate::storage::{
    BETA_STORAGE_PROVISIONER, BIND_COMPLETED, PROVISIONED_BY, STORAGE, STORAGE_PROVISIONER, binder,
    class, fit,
};

/// Why no volume is made for a claim now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Declined {
    /// The binder has not asked for one.
    #[error("no provisioner was asked")]
    NotAsked,
    /// The claim names a volume already.
    #[error("the claim has a volume")]
    HasVolume,
    /// The class does not exist.
    #[error("storage class `{class}` does not exist")]
    NoClass {
        /// The class.
        class: String,
    },
    /// The scheduler has not chosen a node yet (`PROV-3`).
    #[error("the claim waits for its first consumer")]
    WaitsForNode,
}

/// The name of the volume that is made for a claim (`PROV-2`). It makes provisioning idempotent.
#[must_use]
pub fn volume_name(claim: &PersistentVolumeClaim) -> String {
    format!("pvc-{}", claim.metadata.uid)
}

/// The provisioner that the binder asked for a claim's volume, if it asked one.
#[must_use]
pub fn asked(claim: &PersistentVolumeClaim) -> Option<&str> {
    let annotations = &claim.metadata.annotations;
    annotations
        .get(STORAGE_PROVISIONER)
        .or_else(|| annotations.get(BETA_STORAGE_PROVISIONER))
        .map(String::as_str)
}

/// The volume that the provisioner makes for `claim`; `find` gets a storage class by name
/// (`PROV-2`, `PROV-3`).
///
/// Its source is a CSI volume of a driver called like the provisioner.
///
/// # Errors
/// [`Declined`] if none is to be made now.
pub fn volume<'c>(
    claim: &PersistentVolumeClaim,
    find: impl FnOnce(&str) -> Option<&'c StorageClass>,
) -> Result<PersistentVolume, Declined> {
    if !claim.spec.volume_name.is_empty() || claim.metadata.annotations.contains_key(BIND_COMPLETED)
    {
        return Err(Declined::HasVolume);
    }
    let provisioner = asked(claim).ok_or(Declined::NotAsked)?;
    let wanted = class::of_claim(claim);
    let Some(class) = find(wanted) else {
        return Err(Declined::NoClass { class: wanted.to_owned() });
    };
    if class::waits_for_consumer(Some(class)) && !class::has_selected_node(claim) {
        return Err(Declined::WaitsForNode);
    }
    let name = volume_name(claim);
    let mut metadata = ObjectMeta { name: name.clone(), ..ObjectMeta::default() };
    metadata.annotations.insert(PROVISIONED_BY.to_owned(), provisioner.to_owned());
    let mut spec = spec(claim, class);
    spec.csi = Some(Box::new(CSIPersistentVolumeSource {
        driver: provisioner.to_owned(),
        volume_handle: name,
        volume_attributes: class.parameters.clone(),
        ..CSIPersistentVolumeSource::default()
    }));
    Ok(PersistentVolume { metadata, spec, ..PersistentVolume::default() })
}

/// What a provisioned volume takes over from its claim and its class.
fn spec(claim: &PersistentVolumeClaim, class: &StorageClass) -> PersistentVolumeSpec {
    let policy = class.reclaim_policy.clone().unwrap_or(PersistentVolumeReclaimPolicy::Delete);
    PersistentVolumeSpec {
        capacity: [(STORAGE.to_owned(), fit::request(claim))].into(),
        access_modes: claim.spec.access_modes.clone(),
        claim_ref: Some(Box::new(binder::reference(claim))),
        persistent_volume_reclaim_policy: policy,
        storage_class_name: class.metadata.name.clone(),
        mount_options: class.mount_options.clone(),
        volume_mode: claim.spec.volume_mode.clone(),
        volume_attributes_class_name: claim.spec.volume_attributes_class_name.clone(),
        ..PersistentVolumeSpec::default()
    }
}

/// Whether the provisioner outside that made `volume` deletes it now (`RECLAIM-2`).
#[must_use]
pub fn is_over(volume: &PersistentVolume) -> bool {
    let provisioner = volume.metadata.annotations.get(PROVISIONED_BY);
    volume.metadata.deletion_timestamp.is_none()
        && volume.status.phase == PersistentVolumePhase::Released
        && volume.spec.persistent_volume_reclaim_policy == PersistentVolumeReclaimPolicy::Delete
        && provisioner.is_some_and(|name| !name.is_empty() && !name.starts_with("kubernetes.io/"))
}
