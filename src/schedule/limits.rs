//! What pods cannot share: claims for one pod only, old disks, and the places for volumes on a node.
//!
//! Source: `pkg/scheduler/framework/plugins/volumerestrictions`, `plugins/nodevolumelimits`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{CSINode, PersistentVolumeAccessMode, PersistentVolumeClaim, Pod, Volume};
use crate::schedule::node::NodeInfo;
use crate::schedule::snapshot::Surroundings;
use crate::schedule::volumes::{ClaimTrouble, VolumeConflict, claim_name};
use crate::storage::class;

/// What of a pod's volumes no other pod may use at the same time (`SCHED-23`).
#[derive(Debug, Clone)]
pub struct Exclusive<'a> {
    pod: &'a Pod,
    has_disks: bool,
    /// The claims for one pod only.
    claims: BTreeSet<&'a str>,
    /// Whether another pod uses one of them.
    is_taken: bool,
}

impl<'a> Exclusive<'a> {
    /// Looks at the claims of the pod, and at the pods of all nodes if one of them is for one pod only.
    ///
    /// # Errors
    /// [`ClaimTrouble::Missing`] for the first claim that does not exist.
    pub fn new(
        pod: &'a Pod,
        nodes: &[NodeInfo<'a>],
        around: &dyn Surroundings,
    ) -> Result<Self, ClaimTrouble> {
        let mut claims = BTreeSet::new();
        for name in claimed(pod) {
            let claim = around.claim(&pod.metadata.namespace, name);
            let claim = claim.ok_or_else(|| ClaimTrouble::Missing(name.to_owned()))?;
            if claim.spec.access_modes.contains(&PersistentVolumeAccessMode::ReadWriteOncePod) {
                claims.insert(name);
            }
        }
        let uses = |other: &&Pod| {
            other.metadata.namespace == pod.metadata.namespace
                && claimed(other).any(|name| claims.contains(name))
        };
        let is_taken = !claims.is_empty()
            && nodes.iter().flat_map(|info| info.pods().iter().copied()).any(|other| uses(&other));
        let has_disks = pod.spec.volumes.iter().any(is_disk);
        Ok(Self { pod, has_disks, claims, is_taken })
    }

    /// Takes a nominated pod into account, as upstream does: without a look at its namespace, and not
    /// at all if there was nothing to ask nodes about.
    pub fn add(&mut self, other: &Pod) {
        if !self.is_idle() && claimed(other).any(|name| self.claims.contains(name)) {
            self.is_taken = true;
        }
    }

    /// Whether there is nothing to ask nodes about.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.has_disks && !self.is_taken
    }

    /// Whether the pod may go to the node.
    ///
    /// # Errors
    /// [`VolumeConflict::Disk`] or [`VolumeConflict::Taken`].
    pub fn check(&self, info: &NodeInfo<'_>) -> Result<(), VolumeConflict> {
        let mut volumes = self.pod.spec.volumes.iter().filter(|volume| is_disk(volume));
        let clashes = |volume: &Volume| {
            let mut held = info.pods().iter().flat_map(|other| &other.spec.volumes);
            held.any(|other| clash(volume, other))
        };
        if self.has_disks && volumes.any(clashes) {
            return Err(VolumeConflict::Disk);
        }
        if self.is_taken { Err(VolumeConflict::Taken) } else { Ok(()) }
    }
}

fn claimed(pod: &Pod) -> impl Iterator<Item = &str> {
    let volumes = pod.spec.volumes.iter();
    volumes.filter_map(|volume| Some(volume.persistent_volume_claim.as_ref()?.claim_name.as_str()))
}

fn is_disk(volume: &Volume) -> bool {
    volume.gce_persistent_disk.is_some()
        || volume.aws_elastic_block_store.is_some()
        || volume.iscsi.is_some()
        || volume.rbd.is_some()
}

/// Whether two inline disks are one, and not both are only read.
fn clash(a: &Volume, b: &Volume) -> bool {
    let gce = a.gce_persistent_disk.as_ref().zip(b.gce_persistent_disk.as_ref());
    let aws = a.aws_elastic_block_store.as_ref().zip(b.aws_elastic_block_store.as_ref());
    let iscsi = a.iscsi.as_ref().zip(b.iscsi.as_ref());
    let rbd = a.rbd.as_ref().zip(b.rbd.as_ref());
    gce.is_some_and(|(a, b)| a.pd_name == b.pd_name && !(a.read_only && b.read_only))
        || aws.is_some_and(|(a, b)| a.volume_id == b.volume_id)
        || iscsi.is_some_and(|(a, b)| a.iqn == b.iqn && !(a.read_only && b.read_only))
        || rbd.is_some_and(|(a, b)| {
            a.ceph_monitors.iter().any(|monitor| b.ceph_monitors.contains(monitor))
                && a.rbd_pool == b.rbd_pool
                && a.rbd_image == b.rbd_image
                && !(a.read_only && b.read_only)
        })
}

/// Whether a node has places left for the volumes of a pod (`SCHED-24`).
///
/// Volumes of drivers that once were part of Kubernetes are not counted, nor are volumes that are
/// attached without a pod.
///
/// # Errors
/// [`VolumeConflict::Limit`] if a driver would have more volumes than its limit.
pub fn check_limits(
    pod: &Pod,
    info: &NodeInfo<'_>,
    around: &dyn Surroundings,
) -> Result<(), VolumeConflict> {
    let limits = around.csi_node(&info.node.metadata.name).map(limits).unwrap_or_default();
    if limits.is_empty() {
        return Ok(());
    }
    let mut wanted = attached(pod, around);
    let held: BTreeSet<Attached> = if wanted.is_empty() {
        BTreeSet::new()
    } else {
        info.pods().iter().flat_map(|other| attached(other, around)).collect()
    };
    wanted.retain(|volume| !held.contains(volume));
    for (driver, limit) in limits {
        let of = |volumes: &BTreeSet<Attached>| {
            volumes.iter().filter(|volume| volume.driver == driver).count()
        };
        let more = of(&wanted);
        if more > 0 && of(&held) + more > limit {
            return Err(VolumeConflict::Limit);
        }
    }
    Ok(())
}

fn limits(node: &CSINode) -> BTreeMap<&str, usize> {
    let limit = |driver: &crate::api::CSINodeDriver| {
        let count = driver.allocatable.as_ref()?.count?;
        Some(usize::try_from(count).unwrap_or_default())
    };
    let drivers = node.spec.drivers.iter();
    drivers.filter_map(|driver| Some((driver.name.as_str(), limit(driver)?))).collect()
}

/// A volume of a driver.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Attached {
    driver: String,
    handle: Handle,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Handle {
    /// What the driver calls the volume.
    Volume(String),
    /// A volume that is still to be made for a claim.
    Claim(String, String),
}

fn attached(pod: &Pod, around: &dyn Surroundings) -> BTreeSet<Attached> {
    let names = pod.spec.volumes.iter().filter_map(|volume| claim_name(pod, volume));
    names
        .filter_map(|(name, _)| around.claim(&pod.metadata.namespace, &name))
        .filter_map(|claim| attachment(claim, around))
        .collect()
}

fn attachment(claim: &PersistentVolumeClaim, around: &dyn Surroundings) -> Option<Attached> {
    let name = claim.spec.volume_name.as_str();
    let volume = if name.is_empty() { None } else { around.volume(name) };
    if let Some(volume) = volume {
        let source = volume.spec.csi.as_ref()?;
        let handle = Handle::Volume(source.volume_handle.clone());
        let is_known = !source.driver.is_empty() && !source.volume_handle.is_empty();
        return is_known.then(|| Attached { driver: source.driver.clone(), handle });
    }
    let driver = around.class(class::of_claim(claim))?.provisioner.clone();
    let meta = &claim.metadata;
    Some(Attached { driver, handle: Handle::Claim(meta.namespace.clone(), meta.name.clone()) })
}
