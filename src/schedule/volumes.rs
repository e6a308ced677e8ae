//! The claims of a pod, seen from a node.
//!
//! Source: `pkg/scheduler/framework/plugins/volumebinding`, `volumezone`.

use std::fmt;

use crate::api::{
    Node, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimPhase, Pod, StorageClass,
    Volume,
};
use crate::storage::fit::{self, Wish};
use crate::storage::protect::ephemeral_claim;
use crate::storage::{BIND_COMPLETED, SELECTED_NODE, class};

/// What the scheduler can look up about storage.
pub trait Storage: fmt::Debug {
    /// The claim `name` in the pod's namespace.
    fn claim(&self, name: &str) -> Option<&PersistentVolumeClaim>;
    /// The volume called `name`.
    fn volume(&self, name: &str) -> Option<&PersistentVolume>;
    /// The volumes of a class.
    fn volumes_of(&self, class: &str) -> Vec<&PersistentVolume>;
    /// The storage class called `name`.
    fn class(&self, name: &str) -> Option<&StorageClass>;
}

/// Why a pod cannot be placed anywhere because of its claims (`SCHED-1`, `SCHED-20`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimTrouble {
    /// The claim does not exist.
    #[error("persistentvolumeclaim \"{0}\" not found")]
    Missing(String),
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

/// The claims of a pod that can be placed.
#[derive(Debug, Default)]
pub struct Claims<'a> {
    /// Those that are bound.
    pub bound: Vec<&'a PersistentVolumeClaim>,
    /// Those that wait for the pod's node, by growing request.
    pub delayed: Vec<&'a PersistentVolumeClaim>,
}

/// Sorts the claims of a pod into bound ones and those that wait for its node.
///
/// # Errors
/// The first [`ClaimTrouble`], in the order of the pod's volumes; unbound claims come last.
pub fn claims<'a>(pod: &Pod, storage: &'a dyn Storage) -> Result<Claims<'a>, ClaimTrouble> {
    let mut claims = Claims::default();
    let mut immediate = None;
    for volume in &pod.spec.volumes {
        let Some((name, is_own)) = claim_name(pod, volume) else { continue };
        let Some(claim) = storage.claim(&name) else { return Err(ClaimTrouble::Missing(name)) };
        if claim.status.phase == PersistentVolumeClaimPhase::Lost {
            return Err(ClaimTrouble::Lost(name));
        }
        if claim.metadata.deletion_timestamp.is_some() {
            return Err(ClaimTrouble::Deleting(name));
        }
        let owned = claim
            .metadata
            .owner_references
            .iter()
            .any(|owner| owner.controller == Some(true) && owner.uid == pod.metadata.uid);
        if is_own && !owned {
            return Err(ClaimTrouble::NotOwned(name));
        }
        let class = storage.class(class::of_claim(claim));
        if is_bound(claim) {
            claims.bound.push(claim);
        } else if class::waits_for_consumer(class) && claim.spec.volume_name.is_empty() {
            claims.delayed.push(claim);
        } else {
            immediate.get_or_insert(name);
        }
    }
    if let Some(name) = immediate {
        return Err(ClaimTrouble::Unbound(name));
    }
    claims.delayed.sort_by_key(|claim| fit::request(claim));
    Ok(claims)
}

fn claim_name(pod: &Pod, volume: &Volume) -> Option<(String, bool)> {
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

/// Why a node does not suit the claims of a pod (`SCHED-2`, `SCHED-3`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum VolumeConflict {
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
    storage: &'a dyn Storage,
) -> Result<Binding<'a>, VolumeConflict> {
    for claim in &claims.bound {
        let volume = storage.volume(&claim.spec.volume_name).ok_or(VolumeConflict::Gone)?;
        if !fit::affinity_matches(&volume.spec, &node.metadata.labels) {
            return Err(VolumeConflict::Affinity);
        }
        if !zones_agree(volume, node) {
            return Err(VolumeConflict::Zone);
        }
    }
    let mut binding = Binding::default();
    for claim in &claims.delayed {
        // SCHED-4
        let selected = claim.metadata.annotations.get(SELECTED_NODE);
        if selected.is_some_and(|name| *name != node.metadata.name) {
            return Err(VolumeConflict::Bind);
        }
        let found = if selected.is_some() { None } else { find(claim, node, storage, &binding)? };
        match found {
            Some(volume) => binding.matched.push((claim, volume)),
            None if can_provision(claim, node, storage) => binding.provision.push(claim),
            None => return Err(VolumeConflict::Bind),
        }
    }
    Ok(binding)
}

fn find<'a>(
    claim: &'a PersistentVolumeClaim,
    node: &Node,
    storage: &'a dyn Storage,
    taken: &Binding<'a>,
) -> Result<Option<&'a PersistentVolume>, VolumeConflict> {
    let wish = Wish::new(claim, Some(node), true).map_err(|_| VolumeConflict::Bind)?;
    let is_free = |volume: &&PersistentVolume| {
        !taken.matched.iter().any(|(_, other)| other.metadata.name == volume.metadata.name)
    };
    Ok(wish.best(storage.volumes_of(class::of_claim(claim)).into_iter().filter(is_free)))
}

fn can_provision(claim: &PersistentVolumeClaim, node: &Node, storage: &dyn Storage) -> bool {
    let Some(class) = storage.class(class::of_claim(claim)) else { return false };
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

/// The label that has taken the place of an older one, or the other way round.
fn twin(label: &str) -> &str {
    match label {
        "failure-domain.beta.kubernetes.io/zone" => "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region" => "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone" => "failure-domain.beta.kubernetes.io/zone",
        "topology.kubernetes.io/region" => "failure-domain.beta.kubernetes.io/region",
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
        let has = labels.get(*zone).or_else(|| labels.get(twin(zone)));
        has.is_some_and(|has| wanted.split("__").any(|one| one == has))
    })
}
