//! The agent of a node.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::api::{
    ConditionStatus, DeleteOptions, Key, Kind, Name, Node, NodeAddress, NodeAddressType,
    NodeCondition, NodeConditionType, NodeSystemInfo, Object, ObjectMeta, Pod, Preconditions,
    Resource, ResourceList,
};
use crate::cluster::node::fit::{Room, admit};
use crate::cluster::node::program::Programs;
use crate::cluster::node::volumes::{Disks, PodVolumes, Shelf};
use crate::cluster::node::wishes::wishes;
use crate::cluster::node::world::Surroundings;
use crate::control::{Intent, Reason, View};
use crate::pmap::PMap;
use crate::pod::ending::KillOptions;
use crate::pod::eviction::{Eviction, Exempt};
use crate::pod::happened::happened;
use crate::pod::phase::{is_mirror, is_terminal};
use crate::pod::report;
use crate::pod::worker::{State, Worker};
use crate::quantity::{Format, Quantity};
use crate::store::Change;
use crate::time::{Instant, Time};
use crate::volume::{Tree, TreeError};

/// What a node has, and how it is labelled beside the labels every node has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// Cores.
    pub cpu: Quantity,
    /// Bytes of memory.
    pub memory: Quantity,
    /// How many pods.
    pub pods: Quantity,
    /// Bytes of local storage.
    pub ephemeral_storage: Quantity,
    /// Further labels.
    pub labels: BTreeMap<String, String>,
}

impl Default for Capacity {
    /// 4 cores, 8 Gi of memory, 110 pods, 100 Gi of storage, no labels.
    fn default() -> Self {
        const GI: i64 = 1 << 30;
        Self {
            cpu: Quantity::from(4),
            memory: Quantity::new(8 * GI, Format::BinarySi),
            pods: Quantity::from(110),
            ephemeral_storage: Quantity::new(100 * GI, Format::BinarySi),
            labels: BTreeMap::new(),
        }
    }
}

impl Capacity {
    fn resources(&self) -> ResourceList {
        [
            ("cpu", &self.cpu),
            ("memory", &self.memory),
            ("pods", &self.pods),
            ("ephemeral-storage", &self.ephemeral_storage),
        ]
        .into_iter()
        .map(|(name, amount)| (name.to_owned(), amount.clone()))
        .collect()
    }
}

/// What an agent wants after a look at a pod.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sync {
    /// The writes.
    pub intents: Vec<Intent>,
    /// When to look again although nothing has changed.
    pub wake: Option<Instant>,
    /// Why.
    pub why: Vec<Reason>,
}

/// Why a node does not end a pod.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotEvicted {
    /// No node has the pod.
    #[error("no node has the pod")]
    NotThere,
    /// Its containers have all stopped.
    #[error("the containers of the pod have stopped already")]
    Ended,
    /// Such a pod is not evicted.
    #[error(transparent)]
    Exempt(#[from] Exempt),
}

/// What all nodes share.
#[derive(Debug)]
pub struct Outside<'a> {
    /// What containers do.
    pub programs: &'a Programs,
    /// Storage on the network.
    pub shelf: &'a mut Shelf,
}

/// One pod that is, or was, on the node.
#[derive(Debug, Clone)]
struct Slot {
    pod: Arc<Pod>,
    worker: Worker,
    volumes: PodVolumes,
    /// The node wants it gone, which its worker has not heard yet.
    kill: Option<KillOptions>,
}

/// The kubelet of one node. A clone costs a few reference counts.
#[derive(Debug, Clone)]
pub struct NodeAgent {
    name: Name,
    index: u16,
    labels: Arc<BTreeMap<String, String>>,
    allocatable: Arc<ResourceList>,
    host_ips: [IpAddr; 1],
    slots: PMap<Key, Arc<Vec<Slot>>>,
    /// Which pods want to know of which objects: the object, then the pod.
    interests: PMap<(Key, Key), ()>,
    host: Tree,
    last_address: u8,
}

impl NodeAgent {
    /// The agent of the `index`-th node: its pods get addresses of 10.244.`index`.0/24, itself has
    /// 192.168.0.(10 + `index`).
    #[must_use]
    pub fn new(name: impl Into<Name>, index: u16, capacity: &Capacity) -> Self {
        let name = name.into();
        let mut labels = capacity.labels.clone();
        for (key, value) in [
            ("kubernetes.io/hostname", &*name),
            ("kubernetes.io/os", "linux"),
            ("kubernetes.io/arch", "amd64"),
        ] {
            labels.entry(key.to_owned()).or_insert_with(|| value.to_owned());
        }
        let host = u32::from(Ipv4Addr::new(192, 168, 0, 10)).saturating_add(u32::from(index));
        Self {
            name,
            index,
            labels: Arc::new(labels),
            allocatable: Arc::new(capacity.resources()),
            host_ips: [IpAddr::V4(host.into())],
            slots: PMap::new(),
            interests: PMap::new(),
            host: Tree::new(0o755),
            last_address: 1,
        }
    }

    /// The name of the node.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The address of the pod range with this last byte.
    fn address(&self, last: u8) -> Ipv4Addr {
        let net =
            u32::from(Ipv4Addr::new(10, 244, 0, 0)).saturating_add(u32::from(self.index) << 8);
        Ipv4Addr::from(net | u32::from(last))
    }

    /// The object to register, ready from `epoch` on.
    #[must_use]
    pub fn object(&self, epoch: Time) -> Node {
        let address = |kind, address: String| NodeAddress { type_: kind, address };
        let cidr = format!("{}/24", self.address(0));
        let mut node = Node {
            metadata: ObjectMeta {
                name: self.name.to_string(),
                labels: self.labels.as_ref().clone(),
                ..ObjectMeta::default()
            },
            ..Node::default()
        };
        node.spec.pod_cidr.clone_from(&cidr);
        node.spec.pod_cidrs = vec![cidr];
        node.status.capacity = self.allocatable.as_ref().clone();
        node.status.allocatable = self.allocatable.as_ref().clone();
        node.status.conditions = healthy(epoch);
        node.status.addresses = self
            .host_ips
            .iter()
            .map(|ip| address(NodeAddressType::InternalIP, ip.to_string()))
            .chain([address(NodeAddressType::Hostname, self.name.to_string())])
            .collect();
        node.status.node_info = NodeSystemInfo {
            kubelet_version: "v1.36.2".to_owned(),
            operating_system: "linux".to_owned(),
            architecture: "amd64".to_owned(),
            ..NodeSystemInfo::default()
        };
        node
    }

    /// The pods that it has to do with.
    pub(crate) fn pods(&self) -> impl Iterator<Item = &Key> {
        self.slots.iter().map(|(key, _)| key)
    }

    /// What it writes when it has been silent and is heard again: that its lease is renewed, which leaves no
    /// trace, and that it lacks nothing. A node that was removed meanwhile is registered anew.
    pub(crate) fn report_itself(&self, view: View<'_>) -> Vec<Intent> {
        let now = view.time();
        let renewal = Intent::Delete(lease_key(&self.name), DeleteOptions::default());
        let Some(node) = view.store.get::<Node>("", &self.name) else {
            return vec![renewal, Intent::Create(self.object(now).into())];
        };
        let mut next = node.clone();
        for mut condition in healthy(now) {
            let conditions = &mut next.status.conditions;
            match conditions.iter_mut().find(|known| known.type_ == condition.type_) {
                Some(known) => {
                    if known.status == condition.status {
                        condition.last_transition_time = known.last_transition_time;
                    }
                    *known = condition;
                }
                None => conditions.push(condition),
            }
        }
        vec![renewal, Intent::UpdateStatus(next.into())]
    }

    /// Calls `queue` for every pod of this node to look at again because of `change`.
    pub fn observe(&self, change: &Change, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::Pod {
            let here = |object: &Option<Object>| {
                let pod = object.as_ref().and_then(Pod::peek);
                pod.is_some_and(|pod| *pod.spec.node_name == *self.name)
            };
            if here(&change.before) || here(&change.after) {
                queue(change.key.clone());
            }
            return;
        }
        let first = (change.key.clone(), Key::new(Kind::Pod, "", ""));
        for ((object, pod), ()) in self.interests.range(first..) {
            if *object != change.key {
                return;
            }
            queue(pod.clone());
        }
    }

    /// Looks at one pod.
    pub fn sync(&mut self, key: &Key, view: View<'_>, outside: &mut Outside<'_>) -> Sync {
        let wanted = view
            .store
            .object(key)
            .and_then(Pod::peek_arc)
            .filter(|pod| *pod.spec.node_name == *self.name);
        let mut slots = self.take(key, wanted.map(|pod| pod.metadata.uid.as_str()));
        let wished = wishes(pods(&slots));
        let mut out = Sync::default();
        if let Some(pod) = wanted
            && !slots.iter().any(|slot| slot.pod.metadata.uid == pod.metadata.uid)
        {
            let (pod, worker) = (Arc::clone(pod), Worker::new());
            slots.push(Slot { pod, worker, volumes: PodVolumes::default(), kill: None });
        }
        for slot in &mut slots {
            match wanted.filter(|pod| pod.metadata.uid == slot.pod.metadata.uid) {
                Some(pod) => slot.pod = Arc::clone(pod),
                None => orphan(slot), // POD-DEL-8
            }
            self.look(slot, view, outside, &mut out);
        }
        let uid = wanted.map(|pod| pod.metadata.uid.clone());
        slots.retain(|slot| {
            let is_wanted = Some(&slot.pod.metadata.uid) == uid.as_ref();
            is_wanted || *slot.worker.state() != State::Finished
        });
        self.keep(key, slots, &wished);
        out
    }

    /// The slots of `key`. A slot alone is taken out, so that its machine is not copied unless a fork of
    /// the cluster has it too; beside another pod of its name it still counts as one of the node.
    fn take(&mut self, key: &Key, uid: Option<&str>) -> Vec<Slot> {
        let Some(slots) = self.slots.get_mut(key) else { return Vec::new() };
        match slots.as_slice() {
            [one] if uid.is_none_or(|uid| uid == one.pod.metadata.uid) => {
                Arc::unwrap_or_clone(std::mem::take(slots))
            }
            several => several.to_vec(),
        }
    }

    /// One look of one worker.
    fn look(&mut self, slot: &mut Slot, view: View<'_>, outside: &mut Outside<'_>, out: &mut Sync) {
        let is_new = slot.worker.status().is_none() && slot.worker.wake_at().is_none();
        let refusal = if is_new { self.refusal(&slot.pod) } else { None };
        let mut host = self.host.clone();
        let mut disks = Disks { host: &mut host, shelf: outside.shelf };
        let mut last = self.last_address;
        let own = slot.worker.runtime().ips.clone();
        let mut next = || {
            let mut used = self.used_addresses();
            used.extend(own.iter().cloned());
            let free = (0..253u8)
                .map(|n| wrap(last, n))
                .find(|byte| !used.contains(&self.address(*byte).to_string()))?;
            last = free;
            Some(self.address(free).to_string())
        };
        let mut world = Surroundings {
            view,
            programs: outside.programs,
            allocatable: &self.allocatable,
            host_ips: &self.host_ips,
            volumes: &mut slot.volumes,
            disks: &mut disks,
            next_address: &mut next,
        };
        let worker = std::mem::take(&mut slot.worker);
        slot.worker = match refusal {
            Some(why) => {
                out.why.push(Reason::of(&why));
                worker.reject(&slot.pod, &why, &world)
            }
            None => match slot.kill.take() {
                Some(kill) => {
                    out.why.extend(kill.status.as_ref().map(Reason::of));
                    worker.kill(&slot.pod, &kill, &mut world)
                }
                None => worker.handle(&slot.pod, &mut world),
            },
        };
        self.last_address = last;
        self.host = host;
        if let Some(why) = slot.worker.waiting() {
            out.why.push(Reason::of(why));
        }
        report(slot, view, out);
    }

    /// Why the node does not take a pod that it sees for the first time.
    fn refusal(&self, pod: &Pod) -> Option<crate::pod::worker::Waiting> {
        if is_terminal(&pod.status.phase) || pod.metadata.deletion_timestamp.is_some() {
            return None;
        }
        let slots = self.slots.iter().flat_map(|(_, slots)| slots.iter());
        let active = slots.filter(|slot| slot.worker.could_run());
        let others = active.map(|slot| slot.pod.as_ref());
        let others = others.filter(|other| other.metadata.uid != pod.metadata.uid);
        let room = Room {
            name: &self.name,
            labels: &self.labels,
            allocatable: &self.allocatable,
            others: others.collect(),
        };
        admit(pod, &room).err()
    }

    fn used_addresses(&self) -> BTreeSet<String> {
        let slots = self.slots.iter().flat_map(|(_, slots)| slots.iter());
        let active = slots.filter(|slot| slot.worker.could_run());
        active.flat_map(|slot| slot.worker.runtime().ips.iter().cloned()).collect()
    }

    /// Ends the pod of this name and uid at the next look at it, for the node's own reasons.
    ///
    /// # Errors
    /// [`NotEvicted::NotThere`] if the agent has not seen the pod yet, [`NotEvicted::Ended`] if the pod's
    /// containers have all stopped, [`NotEvicted::Exempt`] as [`Eviction::kill`].
    pub fn evict(&mut self, pod: &Key, uid: &str, eviction: &Eviction) -> Result<(), NotEvicted> {
        let mut slots = self.slots.get(pod).ok_or(NotEvicted::NotThere)?.as_ref().clone();
        let slot = slots.iter_mut().find(|slot| slot.pod.metadata.uid == uid);
        let slot = slot.ok_or(NotEvicted::NotThere)?;
        if !slot.worker.could_run() {
            return Err(NotEvicted::Ended);
        }
        slot.kill = Some(eviction.kill(&slot.pod).map_err(NotEvicted::Exempt)?);
        self.slots.insert(pod.clone(), Arc::new(slots));
        Ok(())
    }

    /// The tree that a path in a container of a pod lies in, and the path there.
    ///
    /// # Errors
    /// [`TreeError::NotMounted`] if the container was never started here or has no volume there;
    /// [`TreeError::Backstep`] if the path leads upwards.
    pub fn files<'a>(
        &'a self,
        pod: &Key,
        container: &str,
        path: &str,
        shelf: &'a Shelf,
    ) -> Result<(&'a Tree, String), TreeError> {
        let slots = self.slots.get(pod).ok_or(TreeError::NotMounted)?;
        let slot = slots.last().ok_or(TreeError::NotMounted)?;
        slot.volumes.look(container, path, &self.host, shelf)
    }

    fn keep(&mut self, key: &Key, slots: Vec<Slot>, old: &BTreeSet<Key>) {
        let new = wishes(pods(&slots));
        for gone in old.difference(&new) {
            self.interests.remove(&(gone.clone(), key.clone()));
        }
        for come in new.difference(old) {
            self.interests.insert((come.clone(), key.clone()), ());
        }
        if slots.is_empty() {
            self.slots.remove(key);
        } else {
            self.slots.insert(key.clone(), Arc::new(slots));
        }
    }
}

/// What the lease of a node is called.
pub(crate) fn lease_key(node: &str) -> Key {
    Key::new(Kind::Lease, "kube-node-lease", node)
}

fn pods(slots: &[Slot]) -> impl Iterator<Item = &Pod> {
    slots.iter().map(|slot| &*slot.pod)
}

/// The conditions of a node that lacks nothing.
fn healthy(epoch: Time) -> Vec<NodeCondition> {
    let condition = |kind, status, reason: &str, message: &str| NodeCondition {
        type_: kind,
        status,
        last_heartbeat_time: Some(epoch),
        last_transition_time: Some(epoch),
        reason: reason.to_owned(),
        message: message.to_owned(),
    };
    let fine = |kind, reason, message| condition(kind, ConditionStatus::False, reason, message);
    vec![
        fine(
            NodeConditionType::MemoryPressure,
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
        ),
        fine(
            NodeConditionType::DiskPressure,
            "KubeletHasNoDiskPressure",
            "kubelet has no disk pressure",
        ),
        fine(
            NodeConditionType::PIDPressure,
            "KubeletHasSufficientPID",
            "kubelet has sufficient PID available",
        ),
        condition(
            NodeConditionType::Ready,
            ConditionStatus::True,
            "KubeletReady",
            "kubelet is posting ready status",
        ),
    ]
}

/// The n-th last byte after `last`, in 2..=254.
fn wrap(last: u8, n: u8) -> u8 {
    let place = (u16::from(last).saturating_sub(1) + u16::from(n)) % 253;
    u8::try_from(place + 2).unwrap_or(2)
}

/// The object of the pod is gone, or another has its name: it ends with the grace period that was last known.
fn orphan(slot: &mut Slot) {
    slot.kill.get_or_insert_default();
    Arc::make_mut(&mut slot.pod).metadata.resource_version.clear();
}

/// Turns what a worker says into writes.
fn report(slot: &Slot, view: View<'_>, out: &mut Sync) {
    if let Some(at) = slot.worker.wake_at() {
        out.wake = Some(out.wake.map_or(at, |wake| wake.min(at)));
    }
    let pod = &slot.pod;
    if pod.metadata.resource_version.is_empty() {
        return; // There is no object to write to.
    }
    let Some(status) = slot.worker.status() else { return };
    let now = view.now.wire(view.epoch);
    let status = report::merge(pod, &pod.status, status.clone(), slot.worker.could_run(), now);
    if status != pod.status {
        out.why.extend(happened(&pod.status, &status).iter().map(Reason::of));
        let (metadata, spec) = (pod.metadata.clone(), pod.spec.clone());
        out.intents.push(Intent::UpdateStatus(Pod { metadata, spec, status }.into()));
        return;
    }
    // POD-TERM-9
    let done = *slot.worker.state() == State::Finished
        && pod.metadata.deletion_timestamp.is_some()
        && is_terminal(&pod.status.phase)
        && !is_mirror(pod);
    if done {
        let key = Key::new(Kind::Pod, &*pod.metadata.namespace, &*pod.metadata.name);
        let preconditions =
            Preconditions { uid: Some(pod.metadata.uid.clone()), ..Preconditions::default() };
        let options = DeleteOptions {
            grace_period_seconds: Some(0),
            preconditions: Some(Box::new(preconditions)),
            ..DeleteOptions::default()
        };
        out.intents.push(Intent::Delete(key, options));
    }
}
