//! The binding controller's decisions: one pass over a claim or a volume.
//!
//! A pass reads and writes through a [`Desk`]. It may be stopped after any write; a later pass goes
//! on from what is stored (`BIND-4`). So a caller may let one write through and come back.
//!
//! Source: `pkg/controller/volume/persistentvolume/pv_controller.go`.

mod claim;
mod reclaim;
mod volume;

pub use claim::{reference, reserve, sync_claim};
pub use volume::sync_volume;

use std::borrow::Cow;

use crate::api::{PersistentVolume, PersistentVolumeClaim, Pod, StorageClass};

/// What a pass sees, and where it writes.
///
/// Reads answer with the newest state, own writes included.
pub trait Desk {
    /// The volume called `name`.
    fn volume(&self, name: &str) -> Option<PersistentVolume>;
    /// At least the volumes of the class of `claim` and those reserved for it; the order decides
    /// between equals.
    fn volumes(&self, claim: &PersistentVolumeClaim) -> Vec<&PersistentVolume>;
    /// The claim `namespace/name`.
    fn claim(&self, namespace: &str, name: &str) -> Option<PersistentVolumeClaim>;
    /// The storage class called `name`.
    fn class(&self, name: &str) -> Option<StorageClass>;
    /// Every storage class.
    fn classes(&self) -> Vec<StorageClass>;
    /// The pods that name the claim `namespace/name`.
    fn pods_of(&self, namespace: &str, name: &str) -> Vec<Pod>;
    /// What the cluster itself can do with the storage behind `volume`. With a `provisioner`, its
    /// plugin is asked for, whatever the source.
    fn plugin(&self, volume: &PersistentVolume, provisioner: Option<&str>) -> Plugin;
    /// Carries out one write.
    ///
    /// # Errors
    /// [`Stopped`] if it did not go through; the pass ends there.
    fn write(&mut self, write: Write) -> Result<(), Stopped>;
    /// Takes note of a remark.
    fn note(&mut self, note: Note);
}

/// A write did not go through, or the pass met what upstream treats as an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Stopped(pub Cow<'static, str>);

/// One write of a pass.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Write {
    /// Metadata and spec of a claim.
    Claim(Box<PersistentVolumeClaim>),
    /// The status of a claim.
    ClaimStatus(Box<PersistentVolumeClaim>),
    /// Metadata and spec of a volume.
    Volume(Box<PersistentVolume>),
    /// The status of a volume.
    VolumeStatus(Box<PersistentVolume>),
    /// The removal of a volume.
    DeleteVolume(Box<PersistentVolume>),
}

/// Storage that the cluster itself can reclaim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Plugin {
    /// Nothing here knows this kind of storage.
    None,
    /// It can be wiped and deleted, with these outcomes.
    InTree {
        /// What wiping it for reuse comes to.
        recycle: Recycled,
        /// What deleting it comes to.
        delete: Deleted,
    },
}

/// The outcome of wiping storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recycled {
    /// It is empty now.
    Done,
    /// It failed.
    Failed,
}

/// The outcome of deleting storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deleted {
    /// It is gone.
    Done,
    /// It is still attached somewhere.
    InUse,
    /// It failed.
    Failed,
}

/// A remark about a claim or a volume, as upstream's events have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub about: About,
    /// Why.
    pub reason: NoteReason,
    /// The text.
    pub message: Cow<'static, str>,
}

/// The object of a [`Note`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// A claim: namespace and name.
    Claim(String, String),
    /// A volume: its name.
    Volume(String),
}

/// The reason of a [`Note`]; the words are those of upstream's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteReason {
    /// No volume fits and no class is named; `taken` if the named volume belongs to another claim.
    FailedBinding {
        /// Whether the claim names a volume that another claim has.
        taken: bool,
    },
    /// The claim waits for a pod.
    WaitForFirstConsumer,
    /// The claim's pod waits for its node.
    WaitForPodScheduled,
    /// The named volume does not satisfy the claim.
    VolumeMismatch,
    /// The bound volume is gone.
    ClaimLost,
    /// The volume belongs to another claim.
    ClaimMisbound,
    /// Somebody outside is to make the volume.
    ExternalProvisioning,
    /// Nobody can make the volume.
    ProvisioningFailed,
    /// The storage was wiped.
    VolumeRecycled,
    /// The storage could not be wiped; `used` if pods still name it.
    VolumeFailedRecycle {
        /// Whether it is only put off because pods still use it.
        used: bool,
    },
    /// Deleting is put off.
    VolumeDelete,
    /// The storage could not be deleted.
    VolumeFailedDelete,
    /// The reclaim policy is not one that is known.
    VolumeUnknownReclaimPolicy,
}

impl NoteReason {
    /// The word of upstream's event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FailedBinding { .. } => "FailedBinding",
            Self::WaitForFirstConsumer => "WaitForFirstConsumer",
            Self::WaitForPodScheduled => "WaitForPodScheduled",
            Self::VolumeMismatch => "VolumeMismatch",
            Self::ClaimLost => "ClaimLost",
            Self::ClaimMisbound => "ClaimMisbound",
            Self::ExternalProvisioning => "ExternalProvisioning",
            Self::ProvisioningFailed => "ProvisioningFailed",
            Self::VolumeRecycled => "VolumeRecycled",
            Self::VolumeFailedRecycle { .. } => "VolumeFailedRecycle",
            Self::VolumeDelete => "VolumeDelete",
            Self::VolumeFailedDelete => "VolumeFailedDelete",
            Self::VolumeUnknownReclaimPolicy => "VolumeUnknownReclaimPolicy",
        }
    }

    /// Whether upstream's event is of type Warning.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        match self {
            Self::FailedBinding { taken: true }
            | Self::VolumeMismatch
            | Self::ClaimLost
            | Self::ClaimMisbound
            | Self::ProvisioningFailed
            | Self::VolumeFailedRecycle { used: false }
            | Self::VolumeFailedDelete
            | Self::VolumeUnknownReclaimPolicy => true,
            Self::FailedBinding { taken: false }
            | Self::WaitForFirstConsumer
            | Self::WaitForPodScheduled
            | Self::ExternalProvisioning
            | Self::VolumeRecycled
            | Self::VolumeFailedRecycle { used: true }
            | Self::VolumeDelete => false,
        }
    }
}

/// The remark `reason` about a claim.
fn about_claim(
    claim: &PersistentVolumeClaim,
    reason: NoteReason,
    message: impl Into<Cow<'static, str>>,
) -> Note {
    let meta = &claim.metadata;
    let about = About::Claim(meta.namespace.clone(), meta.name.clone());
    Note { about, reason, message: message.into() }
}

/// The remark `reason` about a volume.
fn about_volume(
    volume: &PersistentVolume,
    reason: NoteReason,
    message: impl Into<Cow<'static, str>>,
) -> Note {
    let about = About::Volume(volume.metadata.name.clone());
    Note { about, reason, message: message.into() }
}
