//! The nodes of a cluster: one seat for all of them, so that a change costs a look at those it touches
//! and not at every node.

use std::sync::Arc;

use crate::api::{ConditionStatus, Key, Kind, Name, Node, Object, PersistentVolume, Pod, Resource};
use crate::cluster::node::{NodeAgent, NotEvicted, Outside, Programs, Shelf};
use crate::control::queue::Work;
use crate::control::{Plan, View};
use crate::pmap::PMap;
use crate::pod::eviction::Eviction;
use crate::schedule::health;
use crate::store::{Change, Store, Term};
use crate::volume::{Tree, TreeError};

/// The agents of all nodes, by name.
#[derive(Debug, Clone)]
pub(super) struct Fleet {
    agents: PMap<Name, NodeAgent>,
    /// The agents that neither hear nor do anything.
    stopped: PMap<Name, ()>,
    programs: Arc<Programs>,
    shelf: Shelf,
}

impl Fleet {
    pub(super) fn new(agents: Vec<NodeAgent>, programs: Programs) -> Self {
        let mut fleet = Self {
            agents: PMap::new(),
            stopped: PMap::new(),
            programs: Arc::new(programs),
            shelf: Shelf::default(),
        };
        for agent in agents {
            fleet.agents.insert(agent.name().clone(), agent);
        }
        fleet
    }

    /// Calls `queue` for every pod on every node that `change` touches.
    pub(super) fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Work)) {
        if change.key.kind == Kind::Node {
            return self.observe_node(change, queue);
        }
        let mut told: Vec<Name> = Vec::new();
        let mut tell = |node: &str| {
            let Some((name, agent)) = self.agents.entry(node) else { return };
            if told.contains(name) || self.stopped.get(name).is_some() {
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

    /// An agent that runs does not leave it at that when nothing is known of its node.
    fn observe_node(&self, change: &Change, queue: &mut dyn FnMut(Work)) {
        let ready = change.after.as_ref().and_then(Node::peek).and_then(health::ready);
        let is_unknown = ready.is_some_and(|ready| ready.status == ConditionStatus::Unknown);
        if is_unknown && self.runs(&change.key.name) == Some(true) {
            let node = Some(change.key.name.clone());
            queue(Work { node, key: change.key.clone() });
        }
    }

    /// Whether there is an agent of this name, and it is not stopped.
    pub(super) fn runs(&self, node: &str) -> Option<bool> {
        let (name, _) = self.agents.entry(node)?;
        Some(self.stopped.get(name).is_none())
    }

    /// Stops the agent of this name.
    pub(super) fn stop(&mut self, node: &str) {
        if let Some((name, _)) = self.agents.entry(node) {
            self.stopped.insert(name.clone(), ());
        }
    }

    /// Lets the agent of this name go on. Answers what it has to look at: itself, the pods that it knows, and
    /// those that it should know.
    pub(super) fn start(&mut self, node: &str, store: &Store) -> Vec<Work> {
        self.stopped.remove(node);
        let Some((name, agent)) = self.agents.entry(node) else { return Vec::new() };
        let mut keys: Vec<Key> = agent.pods().cloned().collect();
        keys.extend(store.indexed(&Term::PodOnNode(name.clone())).map(Object::key));
        keys.sort();
        keys.dedup();
        let own = Key::new(Kind::Node, "", name.clone());
        let keys = std::iter::once(own).chain(keys);
        keys.map(|key| Work { node: Some(name.clone()), key }).collect()
    }

    pub(super) fn sync(&mut self, work: &Work, view: View<'_>) -> Plan {
        let node = work.node.as_ref().filter(|node| self.stopped.get(*node).is_none());
        let agent = node.and_then(|node| self.agents.get_mut(node));
        let Some(agent) = agent else { return Plan::default() };
        if work.key.kind == Kind::Node {
            let intents = agent.report_itself(view);
            return Plan { intents, ..Plan::default() };
        }
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
