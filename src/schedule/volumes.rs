//! The claims of a pod, seen from a node.
//!
//! Source: `pkg/scheduler/framework/plugins/volumebinding`, `volumezone`.

use crate::api::{
    Node, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimPhase, Pod, Volume,
};
use crate::schedule::plugin::Plugin;
use crate::schedule::snapshot::Surroundings;
use crate::storage::fit::{self, Wish};
use crate::storage::protect::ephemeral_claim;
use crate::storage::{BIND_COMPLETED, SELECTED_NODE, class};

/// Why a pod cannot be placed anywhere because of its claims (`SCHED-1`, `SCHED-20`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimTrouble {
    /// The claim does not exist.
    #[error("persistentvolumeclaim \"{0}\" not found")]
    Missing(String),
    /// The claim of an ephemeral volume does not exist yet.
    #[error("waiting for ephemeral volume controller to create the persistentvolumeclaim \"{0}\"")]
    NotCreated(String),
    /// The volume that a claim is bound to does not exist.
    #[error("persistentvolume \"{0}\" not found")]
    VolumeMissing(String),
    /// The claim has lost its volume.
    #[error("persistentvolumeclaim \"{0}\" bound to non-existent persistentvolume")]
    Lost(String),
    /// The claim is being deleted.
    #[error("persistentvolumeclaim \"{0}\" is being deleted")]
    Deleting(String),
    /// The claim of an ephemeral volume belongs to somebody else.
    #[error("PVC \"{0}\" was not created for this pod")]
    NotOwned(String),
    /// The claim is to be bound at once, and is not.
    #[error("pod has unbound immediate PersistentVolumeClaims")]
    Unbound(String),
}

impl ClaimTrouble {
    /// The step that refuses the pod.
    #[must_use]
    pub const fn plugin(&self) -> Plugin {
        match self {
            Self::Missing(_) => Plugin::VolumeRestrictions,
            Self::VolumeMissing(_) => Plugin::VolumeZone,
            Self::NotCreated(_)
            | Self::Lost(_)
            | Self::Deleting(_)
            | Self::NotOwned(_)
            | Self::Unbound(_) => Plugin::VolumeBinding,
        }
    }
}

/// The claims of a pod that can be placed.
#[derive(Debug, Default)]
pub struct Claims<'a> {
    /// Those that are bound.
    pub bound: Vec<&'a PersistentVolumeClaim>,
    /// The volumes of those that are bound and are not the pod's own.
    pub zoned: Vec<&'a PersistentVolume>,
    /// Those that wait for the pod's node, by growing request.
    pub delayed: Vec<&'a PersistentVolumeClaim>,
}

/// Sorts the claims of a pod into bound ones and those that wait for its node.
///
/// # Errors
/// The first [`ClaimTrouble`], in the order of the pod's volumes; unbound claims come after the
/// others, and bound ones without a volume last.
pub fn claims<'a>(pod: &Pod, around: &'a dyn Surroundings) -> Result<Claims<'a>, ClaimTrouble> {
    let mut claims = Claims::default();
    let (mut immediate, mut gone) = (None, None);
    for volume in &pod.spec.volumes {
        let Some((name, is_own)) = claim_name(pod, volume) else { continue };
        let claim = usable(pod, name, is_own, around)?;
        let class = around.class(class::of_claim(claim));
        if is_bound(claim) {
            claims.bound.push(claim);
            if !is_own {
                match around.volume(&claim.spec.volume_name) {
                    Some(volume) => claims.zoned.push(volume),
                    None => gone = gone.or(Some(claim)),
                }
            }
        } else if class::waits_for_consumer(class) && claim.spec.volume_name.is_empty() {
            claims.delayed.push(claim);
        } else {
            immediate = immediate.or(Some(claim));
        }
    }
    if let Some(claim) = immediate {
        return Err(ClaimTrouble::Unbound(claim.metadata.name.clone()));
    }
    if let Some(claim) = gone {
        return Err(ClaimTrouble::VolumeMissing(claim.spec.volume_name.clone()));
    }
    claims.delayed.sort_by_key(|claim| fit::request(claim));
    Ok(claims)
}

/// SCHED-20
fn usable<'a>(
    pod: &Pod,
    name: String,
    is_own: bool,
    around: &'a dyn Surroundings,
) -> Result<&'a PersistentVolumeClaim, ClaimTrouble> {
    let Some(claim) = around.claim(&pod.metadata.namespace, &name) else {
        let trouble = if is_own { ClaimTrouble::NotCreated } else { ClaimTrouble::Missing };
        return Err(trouble(name));
    };
    if claim.status.phase == PersistentVolumeClaimPhase::Lost {
        return Err(ClaimTrouble::Lost(name));
    }
    if claim.metadata.deletion_timestamp.is_some() {
        return Err(ClaimTrouble::Deleting(name));
    }
    let mut owners = claim.metadata.owner_references.iter();
    let owned = owners.any(|owner| owner.controller == Some(true) && owner.uid == pod.metadata.uid);
    if is_own && !owned { Err(ClaimTrouble::NotOwned(name)) } else { Ok(claim) }
}

/// The claim of a volume, and whether it is one of the pod's own making.
pub(crate) fn claim_name(pod: &Pod, volume: &Volume) -> Option<(String, bool)> {
    if let Some(source) = &volume.persistent_volume_claim {
        return Some((source.claim_name.clone(), false));
    }
    volume.ephemeral.as_ref().map(|_| (ephemeral_claim(pod, volume), true))
}

/// Whether the scheduler takes a claim as bound (`SCHED-2`).
#[must_use]
pub fn is_bound(claim: &PersistentVolumeClaim) -> bool {
    !claim.spec.volume_name.is_empty() && claim.metadata.annotations.contains_key(BIND_COMPLETED)
}

/// Why a node does not suit the volumes of a pod (`SCHED-2`, `SCHED-3`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum VolumeConflict {
    /// A disk is used by a pod of the node (`SCHED-23`).
    #[error("node(s) had no available disk")]
    Disk,
    /// A claim for one pod only is used by another pod (`SCHED-23`).
    #[error(
        "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode \
         already in-use by another pod"
    )]
    Taken,
    /// The node cannot attach that many volumes (`SCHED-24`).
    #[error("node(s) exceed max volume count")]
    Limit,
    /// A bound volume does not exist.
    #[error("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)")]
    Gone,
    /// A bound volume cannot be reached from the node.
    #[error("node(s) didn't match PersistentVolume's node affinity")]
    Affinity,
    /// No volume can be found or made for a claim that waits.
    #[error("node(s) didn't find available persistent volumes to bind")]
    Bind,
    /// A bound volume is in another zone or region (`SCHED-9`).
    #[error("node(s) had no available volume zone")]
    Zone,
}

impl VolumeConflict {
    /// The filter that refuses.
    #[must_use]
    pub const fn plugin(self) -> Plugin {
        match self {
            Self::Disk | Self::Taken => Plugin::VolumeRestrictions,
            Self::Limit => Plugin::NodeVolumeLimits,
            Self::Gone | Self::Affinity | Self::Bind => Plugin::VolumeBinding,
            Self::Zone => Plugin::VolumeZone,
        }
    }

    /// Whether removing pods from the node could not help.
    #[must_use]
    pub const fn is_unresolvable(self) -> bool {
        match self {
            Self::Disk | Self::Taken | Self::Limit => false,
            Self::Gone | Self::Affinity | Self::Bind | Self::Zone => true,
        }
    }
}

/// What a node means for the claims that wait.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Binding<'a> {
    /// Claims and the volumes found for them.
    pub matched: Vec<(&'a PersistentVolumeClaim, &'a PersistentVolume)>,
    /// Claims for which a volume is to be made.
    pub provision: Vec<&'a PersistentVolumeClaim>,
}

/// Whether a node suits the claims, and what is to be done about those that wait.
///
/// # Errors
/// The first [`VolumeConflict`].
pub fn check<'a>(
    claims: &Claims<'a>,
    node: &Node,
    around: &'a dyn Surroundings,
) -> Result<Binding<'a>, VolumeConflict> {
    for claim in &claims.bound {
        let volume = around.volume(&claim.spec.volume_name).ok_or(VolumeConflict::Gone)?;
        if !fit::affinity_matches(&volume.spec, &node.metadata.labels) {
            return Err(VolumeConflict::Affinity);
        }
    }
    let mut binding = Binding::default();
    for claim in &claims.delayed {
        // SCHED-4
        let selected = claim.metadata.annotations.get(SELECTED_NODE);
        if selected.is_some_and(|name| *name != node.metadata.name) {
            return Err(VolumeConflict::Bind);
        }
        let found = if selected.is_some() { None } else { find(claim, node, around, &binding)? };
        match found {
            Some(volume) => binding.matched.push((claim, volume)),
            None if can_provision(claim, node, around) => binding.provision.push(claim),
            None => return Err(VolumeConflict::Bind),
        }
    }
    if !claims.zoned.iter().all(|volume| zones_agree(volume, node)) {
        return Err(VolumeConflict::Zone);
    }
    Ok(binding)
}

fn find<'a>(
    claim: &'a PersistentVolumeClaim,
    node: &Node,
    around: &'a dyn Surroundings,
    taken: &Binding<'a>,
) -> Result<Option<&'a PersistentVolume>, VolumeConflict> {
    let wish = Wish::new(claim, Some(node), true).map_err(|_| VolumeConflict::Bind)?;
    let is_free = |volume: &&PersistentVolume| {
        !taken.matched.iter().any(|(_, other)| other.metadata.name == volume.metadata.name)
    };
    Ok(wish.best(around.volumes_of(class::of_claim(claim)).into_iter().filter(is_free)))
}

fn can_provision(claim: &PersistentVolumeClaim, node: &Node, around: &dyn Surroundings) -> bool {
    let Some(class) = around.class(class::of_claim(claim)) else { return false };
    if matches!(class.provisioner.as_str(), "" | "kubernetes.io/no-provisioner") {
        return false;
    }
    class.allowed_topologies.is_empty()
        || class.allowed_topologies.iter().any(|term| {
            !term.match_label_expressions.is_empty()
                && term.match_label_expressions.iter().all(|expression| {
                    node.metadata
                        .labels
                        .get(&expression.key)
                        .is_some_and(|value| expression.values.contains(value))
                })
        })
}

const ZONES: [&str; 4] = [
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
];

/// The label that has taken the place of an older one.
fn newer(label: &str) -> &str {
    match label {
        "failure-domain.beta.kubernetes.io/zone" => "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region" => "topology.kubernetes.io/region",
        other => other,
    }
}

/// Whether the zone labels of a volume include those of a node (`SCHED-9`, `SCHED-22`).
fn zones_agree(volume: &PersistentVolume, node: &Node) -> bool {
    let labels = &node.metadata.labels;
    if !ZONES.iter().any(|zone| labels.contains_key(*zone)) {
        return true;
    }
    ZONES.iter().all(|zone| {
        let Some(wanted) = volume.metadata.labels.get(*zone) else { return true };
        if wanted.split("__").any(str::is_empty) {
            return true; // A list that cannot be read is passed over.
        }
        let has = labels.get(*zone).or_else(|| labels.get(newer(zone)));
        has.is_some_and(|has| wanted.split("__").any(|one| one == has))
    })
}
