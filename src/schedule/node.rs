//! A node as the scheduler sees it: the object, and what its pods use.

use crate::api::{Container, ContainerPort, Node, Pod, PodPhase, Protocol};
use crate::pod::restart::is_sidecar;
use crate::schedule::resources::{self, Amounts, Room};

/// A node and the sums over its pods.
#[derive(Debug, Clone)]
pub struct NodeInfo<'a> {
    /// The node.
    pub node: &'a Node,
    /// The pods placed on it that have not ended.
    pub pods: Vec<&'a Pod>,
    /// What they use.
    pub used: Amounts,
    /// What they count as in scores.
    pub non_zero: Amounts,
}

impl<'a> NodeInfo<'a> {
    /// A node with the pods placed on it; those that have ended do not count (`GATE-3`).
    #[must_use]
    pub fn new(node: &'a Node, pods: impl IntoIterator<Item = &'a Pod>) -> Self {
        let mut info =
            Self { node, pods: Vec::new(), used: Amounts::default(), non_zero: Amounts::default() };
        for pod in pods {
            if !matches!(pod.status.phase, PodPhase::Succeeded | PodPhase::Failed) {
                info.place(pod);
            }
        }
        info
    }

    /// Adds a pod that is, or is assumed to be, on the node.
    pub fn place(&mut self, pod: &'a Pod) {
        self.used.add(&resources::placed(pod));
        self.non_zero.add(&resources::placed_non_zero(pod));
        self.pods.push(pod);
    }

    /// What the node has to give (`FIT-11`).
    #[must_use]
    pub fn room(&self) -> Room {
        let allocatable = &self.node.status.allocatable;
        Room {
            allocatable: Amounts::of(allocatable),
            pods: allocatable.get("pods").map_or(0, |pods| pods.saturating_value()),
            placed: i64::try_from(self.pods.len()).unwrap_or(i64::MAX),
        }
    }
}

/// The host ports that a pod takes: of its containers and sidecars (`FIT-3`).
pub fn host_ports(pod: &Pod) -> impl Iterator<Item = &ContainerPort> {
    let lasting = pod.spec.init_containers.iter().filter(|container| is_sidecar(container));
    lasting.chain(&pod.spec.containers).flat_map(ports)
}

fn ports(container: &Container) -> impl Iterator<Item = &ContainerPort> {
    container.ports.iter().filter(|port| port.host_port > 0)
}

/// Whether two host ports cannot be had on one node (`FIT-4`, `FIT-5`).
#[must_use]
pub fn collide(a: &ContainerPort, b: &ContainerPort) -> bool {
    let protocol = |port: &ContainerPort| match &port.protocol {
        Protocol::Unset => Protocol::TCP,
        named => named.clone(),
    };
    let is_any = |port: &ContainerPort| matches!(port.host_ip.as_str(), "" | "0.0.0.0");
    a.host_port == b.host_port
        && protocol(a) == protocol(b)
        && (is_any(a) || is_any(b) || a.host_ip == b.host_ip)
}
