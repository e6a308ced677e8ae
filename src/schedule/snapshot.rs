//! What a decision sees.

use std::fmt;

use crate::api::{
    CSINode, Namespace, PersistentVolume, PersistentVolumeClaim, Pod, Service, StorageClass,
};
use crate::labels::Selector;
use crate::schedule::NodeInfo;

/// What the scheduler can look up besides nodes and pods; by default there is nothing to be found.
pub trait Surroundings: fmt::Debug {
    /// The claim of this namespace and name.
    fn claim(&self, _: &str, _: &str) -> Option<&PersistentVolumeClaim> {
        None
    }

    /// The volume of this name.
    fn volume(&self, _: &str) -> Option<&PersistentVolume> {
        None
    }

    /// The volumes of the class of this name.
    fn volumes_of(&self, _: &str) -> Vec<&PersistentVolume> {
        Vec::new()
    }

    /// The storage class of this name.
    fn class(&self, _: &str) -> Option<&StorageClass> {
        None
    }

    /// What the node of this name says of its storage drivers.
    fn csi_node(&self, _: &str) -> Option<&CSINode> {
        None
    }

    /// The namespace of this name.
    fn namespace(&self, _: &str) -> Option<&Namespace> {
        None
    }

    /// All namespaces.
    fn namespaces(&self) -> Vec<&Namespace> {
        Vec::new()
    }

    /// The services of the pod's namespace that select the pod.
    fn services_of(&self, _: &Pod) -> Vec<&Service> {
        Vec::new()
    }

    /// The selector of the replication controller, replica set or stateful set that controls the pod.
    fn owner_selector(&self, _: &Pod) -> Option<Selector> {
        None
    }
}

/// Nothing besides nodes and pods.
impl Surroundings for () {}

/// The state of a cluster at which one pod is looked at.
#[derive(Debug)]
pub struct Snapshot<'a> {
    /// The nodes and their pods.
    pub nodes: Vec<NodeInfo<'a>>,
    /// Pods without a node that have been promised one by their `status.nominatedNodeName`.
    pub nominated: Vec<&'a Pod>,
    /// Everything else.
    pub around: &'a dyn Surroundings,
}
