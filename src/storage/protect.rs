//! Protection: a claim or a volume that is in use does not go away when it is deleted.
//!
//! Source: `pkg/controller/volume/pvcprotection`, `pvprotection`.

use crate::api::{
    ObjectMeta, PersistentVolume, PersistentVolumeClaim, PersistentVolumePhase, Pod, Volume,
};
use crate::meta;

/// The finalizer of claims.
pub const CLAIM_FINALIZER: &str = "kubernetes.io/pvc-protection";
/// The finalizer of volumes.
pub const VOLUME_FINALIZER: &str = "kubernetes.io/pv-protection";

/// What is to be done about a protection finalizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protection {
    /// Nothing.
    Keep,
    /// Append it: the object lives and lacks it.
    Add,
    /// Remove it: the object is being deleted and nothing uses it.
    Remove,
}

/// What is to be done for a claim, given the pods of its namespace (`PROT-1`, `PROT-2`, `PROT-4`).
pub fn claim<'a>(
    claim: &PersistentVolumeClaim,
    pods: impl IntoIterator<Item = &'a Pod>,
) -> Protection {
    decide(&claim.metadata, CLAIM_FINALIZER, || pods.into_iter().any(|pod| is_user(pod, claim)))
}

/// What is to be done for a volume (`PROT-3`, `PROT-4`).
#[must_use]
pub fn volume(volume: &PersistentVolume) -> Protection {
    decide(&volume.metadata, VOLUME_FINALIZER, || {
        volume.status.phase == PersistentVolumePhase::Bound
    })
}

fn decide(meta: &ObjectMeta, finalizer: &str, in_use: impl FnOnce() -> bool) -> Protection {
    let has = meta.finalizers.iter().any(|name| name == finalizer);
    match (meta.deletion_timestamp.is_some(), has) {
        (true, true) if !in_use() => Protection::Remove,
        (false, false) => Protection::Add,
        (true, _) | (false, true) => Protection::Keep,
    }
}

/// Carries out a [`Protection`]; other finalizers are not touched.
pub fn apply(protection: Protection, meta: &mut ObjectMeta, finalizer: &str) {
    match protection {
        Protection::Keep => {}
        Protection::Add => meta.finalizers.push(finalizer.to_owned()),
        Protection::Remove => meta.finalizers.retain(|name| name != finalizer),
    }
}

/// Whether a pod keeps a claim: it has a node and names the claim, in whatever phase (`PROT-1`).
fn is_user(pod: &Pod, claim: &PersistentVolumeClaim) -> bool {
    if pod.metadata.namespace != claim.metadata.namespace || pod.spec.node_name.is_empty() {
        return false;
    }
    pod.spec.volumes.iter().any(|volume| names(pod, volume, claim))
}

fn names(pod: &Pod, volume: &Volume, claim: &PersistentVolumeClaim) -> bool {
    if let Some(source) = &volume.persistent_volume_claim {
        return source.claim_name == claim.metadata.name;
    }
    // PROT-2
    let is_down = pod.metadata.deletion_timestamp.is_some()
        && pod.metadata.deletion_grace_period_seconds == Some(0);
    volume.ephemeral.is_some()
        && ephemeral_claim(pod, volume) == claim.metadata.name
        && meta::is_controlled_by(&claim.metadata, &pod.metadata.uid)
        && !is_down
}

/// The claim that a volume of a pod stands for: the one it names, or the one made for it.
#[must_use]
pub fn claim_name(pod: &Pod, volume: &Volume) -> Option<String> {
    match &volume.persistent_volume_claim {
        Some(source) => Some(source.claim_name.clone()),
        None => volume.ephemeral.as_ref().map(|_| ephemeral_claim(pod, volume)),
    }
}

/// The name of the claim that a generic ephemeral volume of a pod has (`EPH-1`).
#[must_use]
pub fn ephemeral_claim(pod: &Pod, volume: &Volume) -> String {
    format!("{}-{}", pod.metadata.name, volume.name)
}
