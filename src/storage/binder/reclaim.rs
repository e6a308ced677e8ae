//! What becomes of a volume whose claim is gone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::api::{
    PersistentVolume, PersistentVolumePhase, PersistentVolumeReclaimPolicy, PodPhase,
};
use crate::storage::binder::volume::unbind;
use crate::storage::binder::{
    Deleted, Desk, NoteReason, Plugin, Recycled, Stopped, Write, about_volume,
};
use crate::storage::{IN_TREE_FINALIZER, MIGRATED_TO, PROVISIONED_BY};

/// The finalizer of provisioners outside the cluster.
const EXTERNAL_FINALIZER: &str = "external-provisioner.volume.kubernetes.io/finalizer";

/// In-tree provisioners whose volumes are served by CSI drivers now, and those drivers.
const MIGRATED: [(&str, &str); 7] = [
    ("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    ("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    ("kubernetes.io/azure-file", "file.csi.azure.com"),
    ("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    ("kubernetes.io/portworx-volume", "pxd.portworx.com"),
    ("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"),
];

/// The CSI driver that took over an in-tree provisioner.
pub(super) fn migrated_to(provisioner: &str) -> Option<&'static str> {
    MIGRATED.iter().find(|(name, _)| *name == provisioner).map(|(_, driver)| *driver)
}

/// Carries out the reclaim policy of a released volume (`RECLAIM-1` … `RECLAIM-4`).
pub(super) fn reclaim(desk: &mut dyn Desk, volume: PersistentVolume) -> Result<(), Stopped> {
    if volume.metadata.annotations.get(MIGRATED_TO).is_some_and(|driver| !driver.is_empty()) {
        return Ok(());
    }
    match volume.spec.persistent_volume_reclaim_policy {
        PersistentVolumeReclaimPolicy::Retain => Ok(()),
        PersistentVolumeReclaimPolicy::Recycle => recycle(desk, volume),
        PersistentVolumeReclaimPolicy::Delete => delete(desk, volume),
        PersistentVolumeReclaimPolicy::Unset | PersistentVolumeReclaimPolicy::Other(_) => fail(
            desk,
            volume,
            NoteReason::VolumeUnknownReclaimPolicy,
            "Volume has unrecognized PersistentVolumeReclaimPolicy",
        ),
    }
}

fn recycle(desk: &mut dyn Desk, volume: PersistentVolume) -> Result<(), Stopped> {
    if !is_released(desk, &volume) {
        return Ok(());
    }
    let users = users(desk, &volume);
    if !users.is_empty() && !claim_exists(desk, &volume) {
        let text = format!("Volume is used by pods: {}", users.join(","));
        desk.note(about_volume(&volume, NoteReason::VolumeFailedRecycle { used: true }, text));
        return Ok(());
    }
    let failed = NoteReason::VolumeFailedRecycle { used: false };
    match desk.plugin(&volume, None) {
        Plugin::None => fail(desk, volume, failed, "No recycler plugin found for the volume!"),
        Plugin::InTree { recycle: Recycled::Failed, .. } => {
            fail(desk, volume, failed, "Recycle failed")
        }
        Plugin::InTree { recycle: Recycled::Done, .. } => {
            desk.note(about_volume(&volume, NoteReason::VolumeRecycled, "Volume recycled"));
            unbind(desk, volume)
        }
    }
}

fn delete(desk: &mut dyn Desk, volume: PersistentVolume) -> Result<(), Stopped> {
    let annotations = &volume.metadata.annotations;
    let provisioner = annotations.get(PROVISIONED_BY).filter(|name| !name.is_empty());
    let outside = provisioner.is_some_and(|name| !name.starts_with("kubernetes.io/"))
        || provisioner.is_none()
            && (annotations.contains_key(MIGRATED_TO) || volume.spec.csi.is_some());
    if outside {
        return Ok(());
    }
    let failed = NoteReason::VolumeFailedDelete;
    let delete = match desk.plugin(&volume, provisioner.map(String::as_str)) {
        Plugin::None => return fail(desk, volume, failed, "no deletable volume plugin matched"),
        Plugin::InTree { delete, .. } => delete,
    };
    if !is_released(desk, &volume) {
        return Ok(()); // RECLAIM-5
    }
    match delete {
        Deleted::Done => {
            let volume = drop_finalizer(desk, volume)?;
            desk.write(Write::DeleteVolume(Box::new(volume)))
        }
        Deleted::InUse => {
            desk.note(about_volume(&volume, NoteReason::VolumeDelete, "Volume is in use"));
            Ok(())
        }
        Deleted::Failed => fail(desk, volume, failed, "Delete failed"),
    }
}

fn drop_finalizer(
    desk: &mut dyn Desk,
    mut volume: PersistentVolume,
) -> Result<PersistentVolume, Stopped> {
    let before = volume.metadata.finalizers.len();
    volume.metadata.finalizers.retain(|name| name != IN_TREE_FINALIZER);
    if volume.metadata.finalizers.len() != before {
        desk.write(Write::Volume(Box::new(volume.clone())))?;
    }
    Ok(desk.volume(&volume.metadata.name).unwrap_or(volume))
}

/// Phase Failed with a message; the remark only when the phase changes (`BIND-14`).
fn fail(
    desk: &mut dyn Desk,
    volume: PersistentVolume,
    reason: NoteReason,
    text: impl Into<Cow<'static, str>>,
) -> Result<(), Stopped> {
    if volume.status.phase == PersistentVolumePhase::Failed {
        return Ok(());
    }
    let text = text.into();
    let mut failed = volume;
    failed.status.phase = PersistentVolumePhase::Failed;
    failed.status.message = text.clone().into_owned();
    desk.write(Write::VolumeStatus(Box::new(failed.clone())))?;
    desk.note(about_volume(&failed, reason, text));
    Ok(())
}

/// Whether the claim of a volume is really gone, or bound elsewhere (`RECLAIM-5`).
fn is_released(desk: &dyn Desk, volume: &PersistentVolume) -> bool {
    let Some(reference) = volume.spec.claim_ref.as_ref().filter(|r| !r.uid.is_empty()) else {
        return false;
    };
    match desk.claim(&reference.namespace, &reference.name) {
        Some(claim) if claim.metadata.uid == reference.uid => {
            !claim.spec.volume_name.is_empty() && claim.spec.volume_name != volume.metadata.name
        }
        Some(_) | None => true,
    }
}

fn claim_exists(desk: &dyn Desk, volume: &PersistentVolume) -> bool {
    volume
        .spec
        .claim_ref
        .as_ref()
        .is_some_and(|reference| desk.claim(&reference.namespace, &reference.name).is_some())
}

/// The unfinished pods that still name the claim of a volume.
fn users(desk: &dyn Desk, volume: &PersistentVolume) -> Vec<String> {
    let Some(reference) = &volume.spec.claim_ref else { return Vec::new() };
    let mut pods: Vec<String> = desk
        .pods_of(&reference.namespace, &reference.name)
        .into_iter()
        .filter(|pod| !matches!(pod.status.phase, PodPhase::Failed | PodPhase::Succeeded))
        .map(|pod| format!("{}/{}", pod.metadata.namespace, pod.metadata.name))
        .collect();
    pods.sort();
    pods
}

/// Keeps the finalizer of in-tree provisioned volumes as their policy wants it (`RECLAIM-6`).
pub(super) fn mend_finalizers(
    desk: &mut dyn Desk,
    volume: PersistentVolume,
) -> Result<PersistentVolume, Stopped> {
    let Some(provisioner) = volume.metadata.annotations.get(PROVISIONED_BY) else {
        return Ok(volume);
    };
    let mut next = volume.clone();
    mark_migrated(&mut next.metadata.annotations, provisioner);
    let finalizers = &mut next.metadata.finalizers;
    if migrated_to(provisioner).is_some() {
        finalizers.retain(|name| name != IN_TREE_FINALIZER);
    } else if provisioner.starts_with("kubernetes.io/") {
        match volume.spec.persistent_volume_reclaim_policy {
            PersistentVolumeReclaimPolicy::Delete => {
                if !finalizers.iter().any(|name| name == IN_TREE_FINALIZER) {
                    finalizers.push(IN_TREE_FINALIZER.to_owned());
                }
            }
            PersistentVolumeReclaimPolicy::Retain | PersistentVolumeReclaimPolicy::Recycle => {
                finalizers.retain(|name| name != IN_TREE_FINALIZER);
            }
            PersistentVolumeReclaimPolicy::Unset | PersistentVolumeReclaimPolicy::Other(_) => {}
        }
        finalizers.retain(|name| name != EXTERNAL_FINALIZER);
    }
    if next == volume {
        return Ok(volume);
    }
    desk.write(Write::Volume(Box::new(next.clone())))?;
    Ok(desk.volume(&next.metadata.name).unwrap_or(next))
}

/// Says in the annotations which CSI driver took over `provisioner`, if one did.
pub(super) fn mark_migrated(annotations: &mut BTreeMap<String, String>, provisioner: &str) {
    match migrated_to(provisioner) {
        Some(driver) => {
            annotations.insert(MIGRATED_TO.to_owned(), driver.to_owned());
        }
        None if annotations.get(MIGRATED_TO).is_some_and(|driver| !driver.is_empty()) => {
            annotations.remove(MIGRATED_TO);
        }
        None => {}
    }
}
