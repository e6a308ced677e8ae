//! The nodes of a cluster: one seat for all of them, so that a change costs a look at those it touches
//! and not at every node.

use std::sync::Arc;

use crate::api::{Key, Kind, Name, Object, PersistentVolume, Pod, Resource};
use crate::cluster::node::{NodeAgent, NotEvicted, Outside, Programs, Shelf};
use crate::control::queue::Work;
use crate::control::{Plan, View};
use crate::pmap::PMap;
use crate::pod::eviction::Eviction;
use crate::store::{Change, Term};
use crate::volume::{Tree, TreeError};

/// The agents of all nodes, by name.
#[derive(Debug, Clone)]
pub(super) struct Fleet {
    agents: PMap<Name, NodeAgent>,
    programs: Arc<Programs>,
    shelf: Shelf,
}

impl Fleet {
    pub(super) fn new(agents: Vec<NodeAgent>, programs: Programs) -> Self {
        let mut fleet =
            Self { agents: PMap::new(), programs: Arc::new(programs), shelf: Shelf::default() };
        for agent in agents {
            fleet.agents.insert(agent.name().clone(), agent);
        }
        fleet
    }

    /// Calls `queue` for every pod on every node that `change` touches.
    pub(super) fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Work)) {
        let mut told: Vec<Name> = Vec::new();
        let mut tell = |node: &str| {
            let Some((name, agent)) = self.agents.entry(node) else { return };
            if told.contains(name) {
                return;
            }
            told.push(name.clone());
            let node = Some(name.clone());
            agent.observe(change, &mut |key| queue(Work { node: node.clone(), key }));
        };
        if change.key.kind == Kind::Pod {
            for pod in [&change.before, &change.after].into_iter().flatten() {
                if let Some(pod) = Pod::peek(pod) {
                    tell(&pod.spec.node_name);
                }
            }
        } else {
            for term in users(change) {
                for pod in view.store.indexed(&term).filter_map(Object::peek::<Pod>) {
                    tell(&pod.spec.node_name);
                }
            }
        }
    }

    pub(super) fn sync(&mut self, work: &Work, view: View<'_>) -> Plan {
        let agent = work.node.as_ref().and_then(|node| self.agents.get_mut(node));
        let Some(agent) = agent else { return Plan::default() };
        let mut outside = Outside { programs: &self.programs, shelf: &mut self.shelf };
        let sync = agent.sync(&work.key, view, &mut outside);
        Plan { intents: sync.intents, again: sync.wake, why: sync.why }
    }
}

impl Fleet {
    /// Ends a pod on its node, for the node's own reasons.
    pub(super) fn evict(&mut self, pod: &Pod, eviction: &Eviction) -> Result<(), NotEvicted> {
        let agent = self.agents.get_mut(&*pod.spec.node_name).ok_or(NotEvicted::NotThere)?;
        let meta = &pod.metadata;
        let key = Key::new(Kind::Pod, meta.namespace.as_str(), meta.name.as_str());
        agent.evict(&key, &meta.uid, eviction)
    }

    /// The tree that a path in a container of a pod on a node lies in, and the path there.
    pub(super) fn files(
        &self,
        node: &str,
        pod: &Key,
        container: &str,
        path: &str,
    ) -> Result<(&Tree, String), TreeError> {
        let agent = self.agents.get(node).ok_or(TreeError::NotMounted)?;
        agent.files(pod, container, path, &self.shelf)
    }
}

/// Which pods use the object that has changed.
fn users(change: &Change) -> Vec<Term> {
    let Key { kind, namespace, name } = &change.key;
    if *kind == Kind::Secret {
        return vec![Term::PodUsesSecret(namespace.clone(), name.clone())];
    }
    if *kind == Kind::ConfigMap {
        return vec![Term::PodUsesConfigMap(namespace.clone(), name.clone())];
    }
    if *kind == Kind::PersistentVolumeClaim {
        return vec![Term::PodUsesClaim(namespace.clone(), name.clone())];
    }
    let objects = [&change.before, &change.after].into_iter().flatten();
    let volumes = objects.filter_map(PersistentVolume::peek);
    let claims = volumes.filter_map(|volume| volume.spec.claim_ref.as_ref());
    claims
        .map(|claim| {
            Term::PodUsesClaim(claim.namespace.as_str().into(), claim.name.as_str().into())
        })
        .collect()
}
