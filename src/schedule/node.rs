//! A node as the scheduler sees it: the object, and what its pods use.

use std::cell::OnceCell;

use crate::api::{Container, ContainerPort, Name, Node, Pod, PodPhase, Protocol};
use crate::pod::restart::is_sidecar;
use crate::quantity::Quantity;
use crate::schedule::resources::{Amounts, Usage};

/// A node and the pods on it. What they use is summed up when it is first asked for.
#[derive(Debug, Clone)]
pub struct NodeInfo<'a> {
    /// The node.
    pub node: &'a Node,
    pods: Vec<&'a Pod>,
    usage: OnceCell<Usage>,
    allocatable: OnceCell<Amounts>,
}

impl<'a> NodeInfo<'a> {
    /// A node with the pods placed on it; those that have ended do not count (`GATE-3`).
    #[must_use]
    pub fn new(node: &'a Node, pods: impl IntoIterator<Item = &'a Pod>) -> Self {
        let lasts =
            |pod: &&Pod| !matches!(pod.status.phase, PodPhase::Succeeded | PodPhase::Failed);
        let pods = pods.into_iter().filter(lasts).collect();
        Self { node, pods, usage: OnceCell::new(), allocatable: OnceCell::new() }
    }

    /// Adds a pod that is, or is assumed to be, on the node.
    pub fn place(&mut self, pod: &'a Pod) {
        if let Some(usage) = self.usage.get_mut() {
            usage.add(pod);
        }
        self.pods.push(pod);
    }

    /// The name of the node.
    #[must_use]
    pub fn name(&self) -> Name {
        self.node.metadata.name.as_str().into()
    }

    /// The pods on the node.
    #[must_use]
    pub fn pods(&self) -> &[&'a Pod] {
        &self.pods
    }

    /// What the pods use.
    #[must_use]
    pub fn usage(&self) -> &Usage {
        self.usage.get_or_init(|| {
            let mut usage = Usage::default();
            self.pods.iter().for_each(|pod| usage.add(pod));
            usage
        })
    }

    /// What the node has to give (`FIT-11`).
    #[must_use]
    pub fn allocatable(&self) -> &Amounts {
        self.allocatable.get_or_init(|| Amounts::of(&self.node.status.allocatable))
    }

    /// How many pods the node takes; none if it does not say (`FIT-11`).
    #[must_use]
    pub fn most_pods(&self) -> i64 {
        self.node.status.allocatable.get("pods").map_or(0, Quantity::saturating_value)
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
