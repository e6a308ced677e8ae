//! One pass over a volume.

use crate::api::{
    PersistentVolume, PersistentVolumeClaim, PersistentVolumePhase, PersistentVolumeReclaimPolicy,
};
use crate::storage::binder::reclaim::{mend_finalizers, reclaim};
use crate::storage::binder::{Desk, NoteReason, Stopped, Write, about_claim, about_volume};
use crate::storage::{BOUND_BY_CONTROLLER, PROVISIONED_BY, fit};

/// Takes the next steps for a volume: its phase, the end of a binding, reclaiming
/// (`BIND-9` … `BIND-12`, `RECLAIM-1` … `RECLAIM-7`).
///
/// # Errors
/// [`Stopped`] when a write did not go through; the volume has to be looked at again.
pub fn sync_volume(desk: &mut dyn Desk, volume: &PersistentVolume) -> Result<(), Stopped> {
    let volume = mend_finalizers(desk, volume.clone())?;
    let reference = match &volume.spec.claim_ref {
        Some(reference) if !reference.uid.is_empty() => reference,
        // BIND-9: free, or reserved by name only.
        Some(_) | None => return set_phase(desk, volume, PersistentVolumePhase::Available),
    };
    let claim = desk
        .claim(&reference.namespace, &reference.name)
        .filter(|claim| claim.metadata.uid == reference.uid);
    let Some(claim) = claim else {
        return release(desk, volume); // BIND-10
    };
    if claim.spec.volume_name.is_empty() {
        if fit::modes_differ(&claim, &volume.spec) {
            note_mismatch(desk, &volume, &claim);
        }
        return Ok(()); // BIND-11: it is the claim's turn.
    }
    if claim.spec.volume_name == volume.metadata.name {
        return set_phase(desk, volume, PersistentVolumePhase::Bound);
    }
    let made_for_claim = volume.metadata.annotations.contains_key(PROVISIONED_BY)
        && volume.spec.persistent_volume_reclaim_policy == PersistentVolumeReclaimPolicy::Delete;
    if made_for_claim { release(desk, volume) } else { unbind(desk, volume) }
}

fn note_mismatch(desk: &mut dyn Desk, volume: &PersistentVolume, claim: &PersistentVolumeClaim) {
    let reason = NoteReason::VolumeMismatch;
    let to = format!(
        "Cannot bind PersistentVolume to requested PersistentVolumeClaim \"{}\" due to incompatible volumeMode.",
        claim.metadata.name
    );
    desk.note(about_volume(volume, reason, to));
    let from = format!(
        "Cannot bind PersistentVolume \"{}\" to requested PersistentVolumeClaim due to incompatible volumeMode.",
        volume.metadata.name
    );
    desk.note(about_claim(claim, reason, from));
}

/// The claim is gone or went elsewhere: Released, then whatever the policy says.
fn release(desk: &mut dyn Desk, volume: PersistentVolume) -> Result<(), Stopped> {
    let settled = matches!(
        volume.status.phase,
        PersistentVolumePhase::Released | PersistentVolumePhase::Failed
    );
    if !settled {
        set_phase(desk, volume.clone(), PersistentVolumePhase::Released)?;
    }
    let volume = desk.volume(&volume.metadata.name).unwrap_or(volume);
    reclaim(desk, volume)
}

/// Frees a volume: a reservation by a user keeps its name and loses its uid (`BIND-12`).
pub(super) fn unbind(desk: &mut dyn Desk, mut volume: PersistentVolume) -> Result<(), Stopped> {
    if volume.metadata.annotations.remove(BOUND_BY_CONTROLLER).is_some() {
        volume.spec.claim_ref = None;
    } else if let Some(reference) = &mut volume.spec.claim_ref {
        reference.uid.clear();
    }
    desk.write(Write::Volume(Box::new(volume.clone())))?;
    let volume = desk.volume(&volume.metadata.name).unwrap_or(volume);
    set_phase(desk, volume, PersistentVolumePhase::Available)
}

/// Writes the phase of a volume if it differs; the message goes with it (`BIND-14`).
pub(super) fn set_phase(
    desk: &mut dyn Desk,
    mut volume: PersistentVolume,
    phase: PersistentVolumePhase,
) -> Result<(), Stopped> {
    if volume.status.phase == phase {
        return Ok(());
    }
    volume.status.phase = phase;
    volume.status.message.clear();
    desk.write(Write::VolumeStatus(Box::new(volume)))
}
