//! Whether a node may use a claim of a pod now, and if not what it waits for.
//!
//! Source: `pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go`.

use crate::api::{
    PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimPhase, PersistentVolumeMode, Pod,
    Volume,
};
use crate::meta::is_controlled_by;
use crate::storage::protect::CLAIM_FINALIZER;

/// Why a volume of a pod is not ready (`ATTACH-4`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Waiting {
    /// The claim does not exist.
    #[error("claim `{claim}` does not exist")]
    NoClaim {
        /// The claim.
        claim: String,
    },
    /// The claim is being deleted and nothing protects it any more.
    #[error("claim `{claim}` is being deleted")]
    ClaimDeleting {
        /// The claim.
        claim: String,
    },
    /// The claim is not bound.
    #[error("claim `{claim}` is not bound")]
    ClaimNotBound {
        /// The claim.
        claim: String,
    },
    /// The claim is bound and names no volume.
    #[error("claim `{claim}` names no volume")]
    ClaimWithoutVolume {
        /// The claim.
        claim: String,
    },
    /// The claim of an ephemeral volume belongs to somebody else.
    #[error("claim `{claim}` was not made for this pod")]
    NotOwned {
        /// The claim.
        claim: String,
    },
    /// The volume does not exist.
    #[error("volume `{volume}` does not exist")]
    NoVolume {
        /// The volume.
        volume: String,
    },
    /// The volume is not claimed.
    #[error("volume `{volume}` is not claimed")]
    VolumeUnclaimed {
        /// The volume.
        volume: String,
    },
    /// The volume is claimed by another claim.
    #[error("volume `{volume}` belongs to another claim")]
    VolumeOfOtherClaim {
        /// The volume.
        volume: String,
    },
    /// The volume has no mode.
    #[error("volume `{volume}` has no volume mode")]
    NoVolumeMode {
        /// The volume.
        volume: String,
    },
    /// A block device is to be mounted (`MOUNT-18`).
    #[error("block volume `{volume}` cannot be mounted")]
    BlockMounted {
        /// The volume.
        volume: String,
    },
    /// A file system is to be used as a device (`MOUNT-18`).
    #[error("file system volume `{volume}` is no device")]
    FilesystemAsDevice {
        /// The volume.
        volume: String,
    },
}

/// How the containers of a pod use a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Use {
    /// Some container mounts it.
    pub mounted: bool,
    /// Some container uses it as a device.
    pub device: bool,
}

/// The use that the containers of `pod` make of its volume `name`.
#[must_use]
pub fn use_of(pod: &Pod, name: &str) -> Use {
    let containers = pod.spec.init_containers.iter().chain(&pod.spec.containers);
    let mut seen = Use::default();
    for container in containers {
        seen.mounted |= container.volume_mounts.iter().any(|mount| mount.name == name);
        seen.device |= container.volume_devices.iter().any(|device| device.name == name);
    }
    seen
}

/// The persistent volume behind a claim of a pod, and whether it is mounted read-only.
///
/// `volume` is the pod's volume that names the claim, directly or as an ephemeral one; `find` gets
/// a persistent volume by name.
///
/// # Errors
/// The first [`Waiting`] in upstream's order (`ATTACH-4`).
pub fn ready<'v>(
    pod: &Pod,
    volume: &Volume,
    claim: Option<&PersistentVolumeClaim>,
    find: impl FnOnce(&str) -> Option<&'v PersistentVolume>,
) -> Result<(&'v PersistentVolume, bool), Waiting> {
    let ephemeral = volume.ephemeral.is_some();
    let (name, read_only) = match &volume.persistent_volume_claim {
        Some(source) => (source.claim_name.clone(), source.read_only),
        None => (crate::storage::protect::ephemeral_claim(pod, volume), false),
    };
    let Some(claim) = claim else { return Err(Waiting::NoClaim { claim: name }) };
    let meta = &claim.metadata;
    let protected = meta.finalizers.iter().any(|finalizer| finalizer == CLAIM_FINALIZER);
    if meta.deletion_timestamp.is_some() && !protected {
        return Err(Waiting::ClaimDeleting { claim: name });
    }
    if claim.status.phase != PersistentVolumeClaimPhase::Bound {
        return Err(Waiting::ClaimNotBound { claim: name });
    }
    if claim.spec.volume_name.is_empty() {
        return Err(Waiting::ClaimWithoutVolume { claim: name });
    }
    if ephemeral && !is_controlled_by(meta, &pod.metadata.uid) {
        return Err(Waiting::NotOwned { claim: name });
    }
    let bound = claim.spec.volume_name.clone();
    let Some(found) = find(&bound) else { return Err(Waiting::NoVolume { volume: bound }) };
    let Some(reference) = &found.spec.claim_ref else {
        return Err(Waiting::VolumeUnclaimed { volume: bound });
    };
    if reference.uid != meta.uid {
        return Err(Waiting::VolumeOfOtherClaim { volume: bound });
    }
    check_mode(use_of(pod, &volume.name), found)?;
    Ok((found, read_only))
}

fn check_mode(seen: Use, found: &PersistentVolume) -> Result<(), Waiting> {
    let volume = found.metadata.name.clone();
    let Some(mode) = &found.spec.volume_mode else { return Err(Waiting::NoVolumeMode { volume }) };
    if seen.mounted && *mode != PersistentVolumeMode::Filesystem {
        return Err(Waiting::BlockMounted { volume });
    }
    if seen.device && *mode != PersistentVolumeMode::Block {
        return Err(Waiting::FilesystemAsDevice { volume });
    }
    Ok(())
}
