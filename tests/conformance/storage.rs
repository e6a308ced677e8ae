//! The suites of the area `storage`, one line each.

#[path = "storage_admission.rs"]
mod admission;
#[path = "storage_bind.rs"]
mod bind;
#[path = "storage_fit.rs"]
mod fit;
#[path = "storage_mount.rs"]
mod mount;
#[path = "storage_validate.rs"]
mod validate;
#[path = "storage_volume.rs"]
mod volume;

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[
    ("access_modes", fit::access_modes),
    ("atomic_write", volume::atomic_write),
    ("bind_helpers", fit::bind_helpers),
    ("configmap_payload", volume::configmap_payload),
    ("container_mounts", mount::container_mounts),
    ("downward_field", volume::downward_field),
    ("downward_payload", volume::downward_payload),
    ("downward_resource", volume::downward_resource),
    ("emptydir", volume::emptydir),
    ("ephemeral_claims", admission::ephemeral_claims),
    ("hostpath_type", mount::hostpath_type),
    ("mount_gate", mount::mount_gate),
    ("projected_payload", volume::projected_payload),
    ("protection", admission::protection),
    ("pv_index", fit::pv_index),
    ("pv_match", fit::pv_match),
    ("pv_pvc_defaults", admission::pv_pvc_defaults),
    ("pv_satisfies_claim", fit::pv_satisfies_claim),
    ("pv_sync_script", bind::pv_sync),
    ("pv_sync_settle", bind::pv_sync),
    ("pv_sync_step", bind::pv_sync_step),
    ("pv_update_validation", validate::pv_update_validation),
    ("pv_validation", validate::pv_validation),
    ("pvc_update_validation", validate::pvc_update_validation),
    ("pvc_validation", validate::pvc_validation),
    ("secret_configmap_validation", admission::secret_configmap_validation),
    ("secret_payload", volume::secret_payload),
    ("storage_admission", admission::storage_admission),
    ("storageclass_validation", validate::storageclass_validation),
    ("volume_validation", validate::volume_validation),
    ("volumeattachment_validation", validate::volumeattachment_validation),
];
