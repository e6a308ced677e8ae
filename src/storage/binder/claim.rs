//! One pass over a claim.

use crate::api::{
    ObjectReference, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimPhase,
    PersistentVolumePhase, PodPhase, StorageClass,
};
use crate::quantity::Quantity;
use crate::storage::binder::reclaim::{mark_migrated, migrated_to};
use crate::storage::binder::volume::set_phase;
use crate::storage::binder::{Desk, NoteReason, Stopped, Write, about_claim};
use crate::storage::{
    BETA_STORAGE_PROVISIONER, BIND_COMPLETED, BOUND_BY_CONTROLLER, STORAGE, STORAGE_PROVISIONER,
    class, fit,
};

/// Overrides the size that a claim reports while its volume grows.
const PRE_RESIZE_CAPACITY: &str = "volume.alpha.kubernetes.io/pre-resize-capacity";

/// Takes the next steps for a claim: find a volume, bind, provision, or say why not
/// (`BIND-1` … `BIND-7`, `PROV-1`).
///
/// # Errors
/// [`Stopped`] when a write did not go through, or where upstream returns an error; the claim has to
/// be looked at again.
pub fn sync_claim(desk: &mut dyn Desk, claim: &PersistentVolumeClaim) -> Result<(), Stopped> {
    let claim = &mend_annotations(desk, claim.clone())?;
    if claim.metadata.annotations.contains_key(BIND_COMPLETED) {
        sync_bound(desk, claim)
    } else if claim.spec.volume_name.is_empty() {
        sync_searching(desk, claim)
    } else {
        sync_naming(desk, claim)
    }
}

/// Names the CSI driver that took over the claim's provisioner, if one did.
fn mend_annotations(
    desk: &mut dyn Desk,
    claim: PersistentVolumeClaim,
) -> Result<PersistentVolumeClaim, Stopped> {
    let annotations = &claim.metadata.annotations;
    let provisioner =
        annotations.get(STORAGE_PROVISIONER).or_else(|| annotations.get(BETA_STORAGE_PROVISIONER));
    let Some(provisioner) = provisioner else { return Ok(claim) };
    let mut next = claim.clone();
    mark_migrated(&mut next.metadata.annotations, provisioner);
    if next == claim {
        return Ok(claim);
    }
    desk.write(Write::Claim(Box::new(next.clone())))?;
    let meta = &next.metadata;
    Ok(desk.claim(&meta.namespace, &meta.name).unwrap_or(next))
}

/// A claim that names no volume yet (`BIND-5`).
fn sync_searching(desk: &mut dyn Desk, claim: &PersistentVolumeClaim) -> Result<(), Stopped> {
    let wanted = class::of_claim(claim);
    let own_class = if wanted.is_empty() { None } else { desk.class(wanted) };
    let delayed = class::waits_for_consumer(own_class.as_ref());
    let found = fit::search(claim, desk.volumes(claim), delayed);
    if let Some(volume) = found.map_err(|why| Stopped(why.to_string().into()))?.cloned() {
        return bind(desk, volume, claim.clone());
    }
    if !class::is_named(claim)
        && let Some(default) = class::default_of(&desk.classes())
    {
        // CLASS-3: the default class comes late; the next pass goes on with it.
        let mut claim = claim.clone();
        claim.spec.storage_class_name = Some(default.metadata.name.clone());
        return desk.write(Write::Claim(Box::new(claim)));
    }
    if delayed && !class::has_selected_node(claim) {
        note_waiting(desk, claim);
    } else if !wanted.is_empty() {
        return provision(desk, claim, own_class.as_ref());
    } else {
        let text = "no persistent volumes available for this claim and no storage class is set";
        desk.note(about_claim(claim, NoteReason::FailedBinding { taken: false }, text));
    }
    set_status(desk, claim.clone(), PersistentVolumeClaimPhase::Pending, None)
}

fn note_waiting(desk: &mut dyn Desk, claim: &PersistentVolumeClaim) {
    let pods: Vec<String> = desk
        .pods_of(&claim.metadata.namespace, &claim.metadata.name)
        .into_iter()
        .filter(|pod| pod.spec.node_name.is_empty())
        .filter(|pod| !matches!(pod.status.phase, PodPhase::Failed | PodPhase::Succeeded))
        .map(|pod| pod.metadata.name)
        .collect();
    let note = match pods.as_slice() {
        [] => about_claim(
            claim,
            NoteReason::WaitForFirstConsumer,
            "waiting for first consumer to be created before binding",
        ),
        [pod] => about_claim(
            claim,
            NoteReason::WaitForPodScheduled,
            format!("waiting for pod {pod} to be scheduled"),
        ),
        many => about_claim(
            claim,
            NoteReason::WaitForPodScheduled,
            format!("waiting for pods {} to be scheduled", many.join(",")),
        ),
    };
    desk.note(note);
}

/// Asks whoever provisions for the class to make a volume (`PROV-1`). The phase is not written.
fn provision(
    desk: &mut dyn Desk,
    claim: &PersistentVolumeClaim,
    class: Option<&StorageClass>,
) -> Result<(), Stopped> {
    let Some(class) = class else {
        let text = format!("storageclass.storage.k8s.io \"{}\" not found", class::of_claim(claim));
        desk.note(about_claim(claim, NoteReason::ProvisioningFailed, text));
        return Ok(());
    };
    let Some(provisioner) = external_provisioner(&class.provisioner) else {
        let text = "no volume plugin matched name: ".to_owned() + &class.provisioner;
        desk.note(about_claim(claim, NoteReason::ProvisioningFailed, text));
        return Ok(());
    };
    let mut asked = claim.clone();
    for name in [STORAGE_PROVISIONER, BETA_STORAGE_PROVISIONER] {
        asked.metadata.annotations.insert(name.to_owned(), provisioner.to_owned());
    }
    if asked.metadata.annotations != claim.metadata.annotations
        && let Err(stopped) = desk.write(Write::Claim(Box::new(asked)))
    {
        let text = format!("Error saving claim: {stopped}");
        desk.note(about_claim(claim, NoteReason::ProvisioningFailed, text));
        return Ok(());
    }
    let text = format!(
        "Waiting for a volume to be created either by the external provisioner '{provisioner}' \
         or manually by the system administrator. If volume creation is delayed, please verify \
         that the provisioner is running and correctly registered."
    );
    desk.note(about_claim(claim, NoteReason::ExternalProvisioning, text));
    Ok(())
}

/// The provisioner outside the cluster for a class: its own name, or the CSI driver that took over
/// an in-tree one. `None` for other in-tree names.
fn external_provisioner(name: &str) -> Option<&str> {
    migrated_to(name).or_else(|| (!name.starts_with("kubernetes.io/")).then_some(name))
}

/// A claim that names a volume and is not bound to it yet (`BIND-6`).
fn sync_naming(desk: &mut dyn Desk, claim: &PersistentVolumeClaim) -> Result<(), Stopped> {
    let pending = PersistentVolumeClaimPhase::Pending;
    let Some(volume) = desk.volume(&claim.spec.volume_name) else {
        return set_status(desk, claim.clone(), pending, None);
    };
    if volume.spec.claim_ref.is_none() {
        if let Err(why) = fit::satisfies(&volume, claim) {
            let text =
                format!("Cannot bind to requested volume \"{}\": {why}", volume.metadata.name);
            desk.note(about_claim(claim, NoteReason::VolumeMismatch, text));
            return set_status(desk, claim.clone(), pending, None);
        }
        return bind(desk, volume, claim.clone());
    }
    if fit::is_bound_to(&volume, claim) {
        return bind(desk, volume, claim.clone());
    }
    let text = format!("volume \"{}\" already bound to a different claim.", volume.metadata.name);
    desk.note(about_claim(claim, NoteReason::FailedBinding { taken: true }, text.clone()));
    if claim.metadata.annotations.contains_key(BOUND_BY_CONTROLLER) {
        return Err(Stopped(text.into()));
    }
    set_status(desk, claim.clone(), pending, None)
}

/// A claim whose binding was complete once (`BIND-7`, `BIND-8`).
fn sync_bound(desk: &mut dyn Desk, claim: &PersistentVolumeClaim) -> Result<(), Stopped> {
    let name = &claim.spec.volume_name;
    let volume = if name.is_empty() { None } else { desk.volume(name) };
    let Some(volume) = volume else {
        let lost =
            if name.is_empty() { "reference to PersistentVolume" } else { "PersistentVolume" };
        let text = format!("Bound claim has lost its {lost}. Data on the volume is lost!");
        return lose(desk, claim, NoteReason::ClaimLost, text);
    };
    match &volume.spec.claim_ref {
        None => bind(desk, volume, claim.clone()),
        Some(reference) if reference.uid == claim.metadata.uid => bind(desk, volume, claim.clone()),
        Some(_) => {
            let text = "Two claims are bound to the same volume, this one is bound incorrectly";
            lose(desk, claim, NoteReason::ClaimMisbound, text.to_owned())
        }
    }
}

fn lose(
    desk: &mut dyn Desk,
    claim: &PersistentVolumeClaim,
    reason: NoteReason,
    text: String,
) -> Result<(), Stopped> {
    if claim.status.phase == PersistentVolumeClaimPhase::Lost {
        return Ok(()); // BIND-14
    }
    set_status(desk, claim.clone(), PersistentVolumeClaimPhase::Lost, None)?;
    desk.note(about_claim(claim, reason, text));
    Ok(())
}

/// The four writes of a binding, each left out if it changes nothing (`BIND-2`).
fn bind(
    desk: &mut dyn Desk,
    volume: PersistentVolume,
    claim: PersistentVolumeClaim,
) -> Result<(), Stopped> {
    let (bound, changed) = reserve(&volume, &claim);
    if changed {
        desk.write(Write::Volume(Box::new(bound.clone())))?;
    }
    let bound = desk.volume(&bound.metadata.name).unwrap_or(bound);
    set_phase(desk, bound.clone(), PersistentVolumePhase::Bound)?;
    let mut named = claim.clone();
    if named.spec.volume_name != bound.metadata.name {
        named.spec.volume_name.clone_from(&bound.metadata.name);
        annotate(&mut named.metadata.annotations, BOUND_BY_CONTROLLER);
    }
    annotate(&mut named.metadata.annotations, BIND_COMPLETED);
    if named != claim {
        desk.write(Write::Claim(Box::new(named.clone())))?;
    }
    let meta = &named.metadata;
    let named = desk.claim(&meta.namespace, &meta.name).unwrap_or(named);
    set_status(desk, named, PersistentVolumeClaimPhase::Bound, Some(&bound))
}

/// `volume` as it is reserved for `claim`, and whether that changes anything.
#[must_use]
pub fn reserve(
    volume: &PersistentVolume,
    claim: &PersistentVolumeClaim,
) -> (PersistentVolume, bool) {
    let mut bound = volume.clone();
    let exact = volume.spec.claim_ref.as_ref().is_some_and(|reference| {
        reference.name == claim.metadata.name
            && reference.namespace == claim.metadata.namespace
            && reference.uid == claim.metadata.uid
    });
    if !exact {
        bound.spec.claim_ref = Some(Box::new(reference(claim)));
    }
    if !fit::is_bound_to(volume, claim) {
        annotate(&mut bound.metadata.annotations, BOUND_BY_CONTROLLER);
    }
    let changed = bound != *volume;
    (bound, changed)
}

/// The reference of a volume to its claim.
#[must_use]
pub fn reference(claim: &PersistentVolumeClaim) -> ObjectReference {
    ObjectReference {
        kind: "PersistentVolumeClaim".to_owned(),
        api_version: "v1".to_owned(),
        namespace: claim.metadata.namespace.clone(),
        name: claim.metadata.name.clone(),
        uid: claim.metadata.uid.clone(),
        resource_version: claim.metadata.resource_version.clone(),
        ..ObjectReference::default()
    }
}

/// Sets an annotation of which only the presence counts, unless it is there.
fn annotate(annotations: &mut std::collections::BTreeMap<String, String>, name: &str) {
    annotations.entry(name.to_owned()).or_insert_with(|| "yes".to_owned());
}

/// Writes the status of a claim if it changes (`BIND-3`). Without a volume what came from one is cleared.
fn set_status(
    desk: &mut dyn Desk,
    claim: PersistentVolumeClaim,
    phase: PersistentVolumeClaimPhase,
    volume: Option<&PersistentVolume>,
) -> Result<(), Stopped> {
    let mut next = claim.clone();
    match volume {
        Some(volume) => take_over(&mut next, &phase, volume)?,
        None => {
            next.status.access_modes.clear();
            next.status.capacity.clear();
            next.status.current_volume_attributes_class_name = None;
        }
    }
    next.status.phase = phase;
    if next == claim { Ok(()) } else { desk.write(Write::ClaimStatus(Box::new(next))) }
}

fn take_over(
    next: &mut PersistentVolumeClaim,
    phase: &PersistentVolumeClaimPhase,
    volume: &PersistentVolume,
) -> Result<(), Stopped> {
    let status = &mut next.status;
    status.access_modes.clone_from(&volume.spec.access_modes);
    if status.phase == *phase {
        return Ok(());
    }
    let Some(size) = volume.spec.capacity.get(STORAGE) else {
        let text = format!("volume `{}` has no storage capacity", volume.metadata.name);
        return Err(Stopped(text.into()));
    };
    if let Some(text) = volume.metadata.annotations.get(PRE_RESIZE_CAPACITY) {
        let size = text.parse::<Quantity>().unwrap_or_else(|_| size.clone());
        status.capacity.insert(STORAGE.to_owned(), size);
    } else if status.capacity.get(STORAGE).is_none_or(|have| have != size) {
        status.capacity.clone_from(&volume.spec.capacity);
    }
    if status.phase == PersistentVolumeClaimPhase::Pending {
        status
            .current_volume_attributes_class_name
            .clone_from(&volume.spec.volume_attributes_class_name);
    }
    Ok(())
}
