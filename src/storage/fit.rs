//! Whether a volume fits a claim, with the reason, and which of several fits best.
//!
//! Source: `component-helpers/storage/volume/pv_helpers.go`, `pv_controller.go checkVolumeSatisfyClaim`,
//! `index.go findBestMatchForClaim`.

use std::collections::BTreeMap;

use crate::api::{
    Node, PersistentVolume, PersistentVolumeClaim, PersistentVolumeMode, PersistentVolumePhase,
    PersistentVolumeSpec,
};
use crate::labels::{Selector, node_term_matches};
use crate::quantity::Quantity;
use crate::storage::{STORAGE, access, class};

/// Why a volume does not fit a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// Another claim has it.
    #[error("it is claimed by another claim")]
    Claimed,
    /// Its capacity is below the request.
    #[error("it is too small")]
    Size,
    /// One is a block device, the other a file system.
    #[error("its volume mode differs")]
    VolumeMode,
    /// The attributes classes differ.
    #[error("its attributes class differs")]
    AttributesClass,
    /// It is being deleted.
    #[error("it is being deleted")]
    Deleting,
    /// The claim waits for its first pod, and the volume is not reserved for it.
    #[error("the claim waits for its first consumer")]
    Delayed,
    /// It is not in phase Available.
    #[error("it is not available")]
    Phase,
    /// The claim's selector does not match its labels.
    #[error("its labels do not match the selector")]
    Selector,
    /// The storage classes differ.
    #[error("its storage class differs")]
    Class,
    /// It cannot be reached from the node.
    #[error("its node affinity does not match the node")]
    NodeAffinity,
    /// It lacks an access mode that is asked for.
    #[error("it lacks an access mode")]
    AccessModes,
}

/// A claim's selector cannot be used (`MATCH-7`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the selector of the claim is invalid: {0}")]
pub struct BadSelector(Box<str>);

/// What a claim asks for, taken apart once for many volumes.
#[derive(Debug)]
pub struct Wish<'a> {
    claim: &'a PersistentVolumeClaim,
    selector: Option<Selector>,
    node: Option<&'a Node>,
    delayed: bool,
}

impl<'a> Wish<'a> {
    /// The wish of `claim`, seen from `node` if there is one. `delayed`: its class waits for the
    /// first consumer.
    ///
    /// # Errors
    /// [`BadSelector`] if the claim's selector is invalid (`MATCH-7`).
    pub fn new(
        claim: &'a PersistentVolumeClaim,
        node: Option<&'a Node>,
        delayed: bool,
    ) -> Result<Self, BadSelector> {
        let selector = match &claim.spec.selector {
            Some(selector) => Some(
                Selector::compile(Some(selector))
                    .map_err(|error| BadSelector(error.to_string().into()))?,
            ),
            None => None,
        };
        Ok(Self { claim, selector, node, delayed })
    }

    /// Whether `volume` is one that the wish can have, and if not, the first reason.
    ///
    /// A volume reserved for the claim needs only the first checks, whatever its phase, labels,
    /// class, access modes or size beyond the request (`MATCH-1`, `MATCH-3`).
    ///
    /// # Errors
    /// The first [`Misfit`], in upstream's order.
    pub fn check(&self, volume: &PersistentVolume) -> Result<(), Misfit> {
        let reserved = is_bound_to(volume, self.claim);
        if volume.spec.claim_ref.is_some() && !reserved {
            return Err(Misfit::Claimed);
        }
        self.check_hard(volume)?;
        let reachable =
            self.node.is_none_or(|node| affinity_matches(&volume.spec, &node.metadata.labels));
        if reserved {
            return if reachable { Ok(()) } else { Err(Misfit::NodeAffinity) };
        }
        if self.node.is_none() && self.delayed {
            return Err(Misfit::Delayed); // MATCH-6
        }
        if volume.status.phase != PersistentVolumePhase::Available {
            return Err(Misfit::Phase);
        }
        if !self.selector.as_ref().is_none_or(|s| s.matches(&volume.metadata.labels)) {
            return Err(Misfit::Selector);
        }
        if class::of_volume(volume) != class::of_claim(self.claim) {
            return Err(Misfit::Class);
        }
        if !reachable {
            return Err(Misfit::NodeAffinity);
        }
        // Without a node the caller has grouped the volumes by access modes already.
        if self.node.is_some()
            && !access::contains(&volume.spec.access_modes, &self.claim.spec.access_modes)
        {
            return Err(Misfit::AccessModes);
        }
        Ok(())
    }

    /// What a reserved volume has to fulfil too.
    fn check_hard(&self, volume: &PersistentVolume) -> Result<(), Misfit> {
        if capacity(volume) < request(self.claim) {
            return Err(Misfit::Size);
        }
        if modes_differ(self.claim, &volume.spec) {
            return Err(Misfit::VolumeMode);
        }
        if attributes_differ(self.claim, &volume.spec) {
            return Err(Misfit::AttributesClass);
        }
        if volume.metadata.deletion_timestamp.is_some() {
            return Err(Misfit::Deleting);
        }
        Ok(())
    }

    /// The best of `volumes`: one reserved for the claim, else the smallest that fits, else the
    /// first of equals (`MATCH-2`, `MATCH-3`). A reserved one that the node cannot reach ends the
    /// search with none (`MATCH-4`).
    #[must_use]
    pub fn best<'v>(
        &self,
        volumes: impl IntoIterator<Item = &'v PersistentVolume>,
    ) -> Option<&'v PersistentVolume> {
        let mut smallest: Option<&PersistentVolume> = None;
        for volume in volumes {
            let reserved = is_bound_to(volume, self.claim);
            match self.check(volume) {
                Ok(()) if reserved => return Some(volume),
                Ok(()) => {
                    if smallest.is_none_or(|best| capacity(volume) < capacity(best)) {
                        smallest = Some(volume);
                    }
                }
                Err(Misfit::NodeAffinity) if reserved => return None,
                Err(_) => {}
            }
        }
        smallest
    }
}

/// The controller's own search for an Immediate claim, or a `delayed` one: volumes are grouped by
/// their access modes; the groups that contain all wanted modes are tried from the fewest modes to
/// the most (`MATCH-8`).
///
/// # Errors
/// [`BadSelector`] if a group is tried and the claim's selector is invalid (`MATCH-7`).
pub fn search<'v>(
    claim: &PersistentVolumeClaim,
    volumes: impl IntoIterator<Item = &'v PersistentVolume>,
    delayed: bool,
) -> Result<Option<&'v PersistentVolume>, BadSelector> {
    let wanted = &claim.spec.access_modes;
    let mut groups: BTreeMap<(usize, String), Vec<&PersistentVolume>> = BTreeMap::new();
    for volume in volumes {
        let modes = &volume.spec.access_modes;
        if access::group_contains(modes, wanted) {
            let key = (access::count(modes), access::group_key(modes));
            groups.entry(key).or_default().push(volume);
        }
    }
    if groups.is_empty() {
        return Ok(None);
    }
    let wish = Wish::new(claim, None, delayed)?;
    Ok(groups.into_values().find_map(|group| wish.best(group)))
}

/// Whether a volume that nobody claims satisfies a claim that names it; selector and node affinity
/// are not asked (`MATCH-10`).
///
/// # Errors
/// The first failing check: deleting, size, class, attributes class, volume mode, access modes.
pub fn satisfies(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> Result<(), Misfit> {
    if volume.metadata.deletion_timestamp.is_some() {
        return Err(Misfit::Deleting);
    }
    // Both sides in whole bytes, rounded up: 900m fits 1.
    if whole(&capacity(volume)) < whole(&request(claim)) {
        return Err(Misfit::Size);
    }
    if class::of_volume(volume) != class::of_claim(claim) {
        return Err(Misfit::Class);
    }
    if attributes_differ(claim, &volume.spec) {
        return Err(Misfit::AttributesClass);
    }
    if modes_differ(claim, &volume.spec) {
        return Err(Misfit::VolumeMode);
    }
    if !access::contains(&volume.spec.access_modes, &claim.spec.access_modes) {
        return Err(Misfit::AccessModes);
    }
    Ok(())
}

/// Whether a volume's claim reference names this claim, with an empty or equal uid.
#[must_use]
pub fn is_bound_to(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    volume.spec.claim_ref.as_ref().is_some_and(|reference| {
        reference.name == claim.metadata.name
            && reference.namespace == claim.metadata.namespace
            && (reference.uid.is_empty() || reference.uid == claim.metadata.uid)
    })
}

/// Whether one side is a block device and the other a file system; unset is a file system.
#[must_use]
pub fn modes_differ(claim: &PersistentVolumeClaim, volume: &PersistentVolumeSpec) -> bool {
    let filesystem = PersistentVolumeMode::Filesystem;
    claim.spec.volume_mode.as_ref().unwrap_or(&filesystem)
        != volume.volume_mode.as_ref().unwrap_or(&filesystem)
}

fn attributes_differ(claim: &PersistentVolumeClaim, volume: &PersistentVolumeSpec) -> bool {
    claim.spec.volume_attributes_class_name.as_deref().unwrap_or_default()
        != volume.volume_attributes_class_name.as_deref().unwrap_or_default()
}

/// The size of a volume; nothing is 0.
#[must_use]
pub fn capacity(volume: &PersistentVolume) -> Quantity {
    volume.spec.capacity.get(STORAGE).cloned().unwrap_or_default()
}

/// The size that a claim asks for; nothing is 0.
#[must_use]
pub fn request(claim: &PersistentVolumeClaim) -> Quantity {
    claim.spec.resources.requests.get(STORAGE).cloned().unwrap_or_default()
}

fn whole(size: &Quantity) -> Quantity {
    let mut size = size.clone();
    size.round_up(0);
    size
}

/// Whether a volume can be reached from a node with these labels (`MATCH-4`).
///
/// No affinity, or one without `required`, fits every node. Terms are ORed, their expressions
/// ANDed; `matchFields` are not asked, because only labels are known here.
#[must_use]
pub fn affinity_matches(spec: &PersistentVolumeSpec, labels: &BTreeMap<String, String>) -> bool {
    let Some(required) = spec.node_affinity.as_ref().and_then(|a| a.required.as_ref()) else {
        return true;
    };
    required.node_selector_terms.iter().any(|term| node_term_matches(term, labels))
}
