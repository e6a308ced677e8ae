//! What a decision sees.

use std::fmt;

use crate::api::{
    CSINode, Namespace, PersistentVolume, PersistentVolumeClaim, Pod, Service, StorageClass,
};
use crate::labels::Selector;
use crate::schedule::NodeInfo;

/// What the scheduler can look up besides nodes and pods.
pub trait Surroundings: fmt::Debug {
    /// A claim.
    fn claim(&self, namespace: &str, name: &str) -> Option<&PersistentVolumeClaim>;
    /// The volume called `name`.
    fn volume(&self, name: &str) -> Option<&PersistentVolume>;
    /// The volumes of a class.
    fn volumes_of(&self, class: &str) -> Vec<&PersistentVolume>;
    /// The storage class called `name`.
    fn class(&self, name: &str) -> Option<&StorageClass>;
    /// What a node says of its storage drivers.
    fn csi_node(&self, node: &str) -> Option<&CSINode>;
    /// A namespace.
    fn namespace(&self, name: &str) -> Option<&Namespace>;
    /// All namespaces.
    fn namespaces(&self) -> Vec<&Namespace>;
    /// The services of the pod's namespace that select the pod.
    fn services_of(&self, pod: &Pod) -> Vec<&Service>;
    /// The selector of the replication controller, replica set or stateful set that controls the pod.
    fn owner_selector(&self, pod: &Pod) -> Option<Selector>;
}

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
