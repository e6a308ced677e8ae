//! Gives pods their nodes.

use crate::api::{
    CSINode, ConditionStatus, Key, Kind, Name, Namespace, Node, Object, PersistentVolume,
    PersistentVolumeClaim, Pod, PodCondition, PodConditionType, PodPhase, PreemptionPolicy,
    ReplicaSet, ReplicationController, Resource, Service, StatefulSet, StorageClass,
};
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::labels::Selector;
use crate::schedule::volumes::Binding;
use crate::schedule::{
    NodeInfo, Snapshot, Surroundings, Unfit, Unschedulable, place, queue, resources,
};
use crate::storage::{SELECTED_NODE, binder};
use crate::store::{Change, Revision, Store, Term};

/// The name under which pods ask for this scheduler.
const NAME: &str = "default-scheduler";

/// The kinds, besides pods, whose changes may give a waiting pod a node.
const SHAPES_CHOICE: [Kind; 6] = [
    Kind::Node,
    Kind::PersistentVolume,
    Kind::PersistentVolumeClaim,
    Kind::StorageClass,
    Kind::CSINode,
    Kind::Namespace,
];

/// The scheduler. Its keys are pods.
///
/// It takes one pod at a time, and does not look at the next before it has heard of the last one's
/// place: two pods never get the same room, however late it hears of other things (`SCHED-2`). Of the
/// pods that are ready to be tried the one of highest priority is next, then the one that has been
/// ready for longest, the older one if several become ready at once (`SCHED-1`); one that it has not heard of yet, or that pauses after a failed
/// write, is not ready.
///
/// A pod whose claims have to be bound first is promised its node by `status.nominatedNodeName`, so
/// that no pod of the same or lower priority takes its room meanwhile (`SCHED-33`).
///
/// Pods that found no node are looked at again when a node, a claim, a volume, a class or a namespace
/// changes, and when another pod gives up room, ends, or is placed where that may help.
///
/// It does not preempt.
///
/// Source: `pkg/scheduler`.
#[derive(Debug, Clone, Copy)]
pub struct Scheduler;

impl Controller for Scheduler {
    fn name(&self) -> &'static str {
        "scheduler"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        let kind = &change.key.kind;
        if *kind == Kind::Pod {
            if change.after.as_ref().and_then(Pod::peek).is_some_and(is_mine) {
                queue(change.key.clone());
            }
            match help(change) {
                Help::None => {}
                Help::Company => queue_waiting(view, looks_at_pods, queue),
                Help::Room => queue_waiting(view, |_| true, queue),
            }
        } else if SHAPES_CHOICE.contains(kind) && !is_heartbeat(change) {
            queue_waiting(view, |_| true, queue);
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, pick: &mut dyn FnMut(usize) -> usize) -> Plan {
        let Some(pod) = view.store.get::<Pod>(&key.namespace, &key.name) else {
            return Plan::default();
        };
        if !is_mine(pod) {
            return Plan::default();
        }
        let nodes = view.store.list::<Node>(None).map(|node| info(node, view)).collect();
        let snapshot = Snapshot { nodes, nominated: nominated(view), around: &Lookup { view } };
        match place(pod, &snapshot, pick) {
            Ok(placement) => {
                let plan = Plan {
                    why: placement.rejected.iter().map(rejected).collect(),
                    ..Plan::default()
                };
                let node = placement.node;
                if placement.binding == Binding::default() {
                    return plan.then(Intent::Bind { pod: key.clone(), node });
                }
                let plan = plan.because(Reason::words("the pod's claims are being bound first"));
                reserve(promise(plan, pod, &node), &placement.binding, &node)
            }
            Err(why) => refuse(pod, &why, view),
        }
    }

    fn is_serial(&self) -> bool {
        true
    }

    fn rank(&self, key: &Key, seen: &Store) -> i64 {
        let pod = seen.get::<Pod>(&key.namespace, &key.name);
        -i64::from(pod.map_or(0, queue::priority))
    }
}

fn rejected((node, unfit): &(Name, Unfit)) -> Reason {
    Reason::about(Key::new(Kind::Node, "", node.clone()), unfit)
}

/// Whether a pod waits for this scheduler (`GATE-1`, `GATE-2`, `GATE-3`).
fn is_mine(pod: &Pod) -> bool {
    pod.spec.node_name.is_empty()
        && pod.spec.scheduler_name == NAME
        && pod.spec.scheduling_gates.is_empty()
        && pod.metadata.deletion_timestamp.is_none()
        && !has_ended(pod)
}

fn has_ended(pod: &Pod) -> bool {
    matches!(pod.status.phase, PodPhase::Succeeded | PodPhase::Failed)
}

/// The pods without a node.
fn waiting(view: View<'_>) -> impl Iterator<Item = &Object> {
    let pods = view.store.indexed(&Term::PodOnNode("".into()));
    pods.filter(|object| object.peek::<Pod>().is_some_and(is_mine))
}

/// Queues the pods without a node that `may` gain, by age (`SCHED-1`).
fn queue_waiting(view: View<'_>, may: fn(&Pod) -> bool, queue: &mut dyn FnMut(Key)) {
    let gains = |object: &&Object| object.peek::<Pod>().is_some_and(may);
    let mut pods: Vec<&Object> = waiting(view).filter(gains).collect();
    // Times are in seconds; of the same second, who was written first has waited for longer.
    pods.sort_by_key(|object| (object.meta().creation_timestamp, Revision::of(object)));
    pods.into_iter().map(Object::key).for_each(queue);
}

/// Whether it matters to a pod which pods are where.
fn looks_at_pods(pod: &Pod) -> bool {
    let affinity = pod.spec.affinity.as_ref();
    affinity.is_some_and(|affinity| affinity.pod_affinity.is_some())
        || !pod.spec.topology_spread_constraints.is_empty()
}

/// To whom the change of a pod may be of help.
enum Help {
    /// To nobody.
    None,
    /// To pods that want other pods around.
    Company,
    /// To every pod.
    Room,
}

fn help(change: &Change) -> Help {
    let holds = |pod: &&Pod| {
        let has_place =
            !pod.spec.node_name.is_empty() || !pod.status.nominated_node_name.is_empty();
        has_place && !has_ended(pod)
    };
    let before = change.before.as_ref().and_then(Pod::peek).filter(holds);
    let after = change.after.as_ref().and_then(Pod::peek).filter(holds);
    match (before, after) {
        (None, None) => Help::None,
        (None, Some(_)) => Help::Company,
        (Some(_), None) => Help::Room,
        (Some(before), Some(after)) => {
            let is_leaving = |pod: &Pod| pod.metadata.deletion_timestamp.is_some();
            let is_same = before.metadata.labels == after.metadata.labels
                && before.spec.node_name == after.spec.node_name
                && is_leaving(before) == is_leaving(after)
                && resources::placed(before) == resources::placed(after);
            if is_same { Help::None } else { Help::Room }
        }
    }
}

/// Whether nothing about a node has changed that a choice depends on.
fn is_heartbeat(change: &Change) -> bool {
    let before = change.before.as_ref().and_then(Node::peek);
    let after = change.after.as_ref().and_then(Node::peek);
    before.zip(after).is_some_and(|(before, after)| {
        before.metadata.labels == after.metadata.labels
            && before.spec == after.spec
            && before.status.allocatable == after.status.allocatable
    })
}

fn info<'a>(node: &'a Node, view: View<'a>) -> NodeInfo<'a> {
    let term = Term::PodOnNode(node.metadata.name.as_str().into());
    NodeInfo::new(node, view.store.indexed(&term).filter_map(Object::peek::<Pod>))
}

/// The pods that have been promised a node.
fn nominated(view: View<'_>) -> Vec<&Pod> {
    let pods = waiting(view).filter_map(Object::peek::<Pod>);
    pods.filter(|pod| !pod.status.nominated_node_name.is_empty()).collect()
}

/// Keeps the node for the pod until it is bound.
fn promise(plan: Plan, pod: &Pod, node: &str) -> Plan {
    if pod.status.nominated_node_name == node {
        return plan;
    }
    let mut told = pod.clone();
    told.status.nominated_node_name = node.to_owned();
    plan.then(Intent::UpdateStatus(told.into()))
}

/// What is to be written for claims that waited for the node (`SCHED-6` of storage).
fn reserve(mut plan: Plan, binding: &Binding<'_>, node: &str) -> Plan {
    for (claim, volume) in &binding.matched {
        let (reserved, changed) = binder::reserve(volume, claim);
        if changed {
            plan = plan.then(Intent::Update(reserved.into()));
        }
    }
    for claim in &binding.provision {
        if claim.metadata.annotations.get(SELECTED_NODE).map(String::as_str) != Some(node) {
            let mut asked = PersistentVolumeClaim::clone(claim);
            asked.metadata.annotations.insert(SELECTED_NODE.to_owned(), node.to_owned());
            plan = plan.then(Intent::Update(asked.into()));
        }
    }
    plan
}

/// Says in the pod's conditions why it has no node (`SCHED-30`), and takes back the promise of one
/// (`PREEMPT-16`).
fn refuse(pod: &Pod, why: &Unschedulable, view: View<'_>) -> Plan {
    let (reason, looked_for_victims) = match why {
        Unschedulable::Refused { .. } | Unschedulable::NoFit { .. } => ("Unschedulable", true),
        Unschedulable::NoNodes => ("Unschedulable", false),
        Unschedulable::Failed(_) => ("SchedulerError", false),
    };
    let mut told = pod.clone();
    let never = pod.spec.preemption_policy == Some(PreemptionPolicy::Never);
    if !(never && looked_for_victims) {
        told.status.nominated_node_name = String::new();
    }
    tell(&mut told.status.conditions, reason, why.to_string(), view);
    let plan = Plan::default().because(Reason::of(why));
    if told.status == pod.status { plan } else { plan.then(Intent::UpdateStatus(told.into())) }
}

fn tell(conditions: &mut Vec<PodCondition>, reason: &str, message: String, view: View<'_>) {
    let is_it = |condition: &PodCondition| condition.type_ == PodConditionType::PodScheduled;
    let old = conditions.iter().find(|condition| is_it(condition));
    let is_false = |old: &&PodCondition| old.status == ConditionStatus::False;
    let since = old.filter(is_false).and_then(|old| old.last_transition_time);
    let new = PodCondition {
        type_: PodConditionType::PodScheduled,
        status: ConditionStatus::False,
        reason: reason.to_owned(),
        message,
        last_transition_time: since.or(Some(view.time())),
        ..PodCondition::default()
    };
    match conditions.iter_mut().find(|condition| is_it(condition)) {
        Some(old) if same(old, &new) => {}
        Some(old) => *old = new,
        None => conditions.push(new),
    }
}

/// Whether two conditions say the same.
fn same(a: &PodCondition, b: &PodCondition) -> bool {
    (&a.status, &a.reason, &a.message) == (&b.status, &b.reason, &b.message)
}

/// What the scheduler looks up.
#[derive(Debug)]
struct Lookup<'a> {
    view: View<'a>,
}

impl Surroundings for Lookup<'_> {
    fn claim(&self, namespace: &str, name: &str) -> Option<&PersistentVolumeClaim> {
        self.view.store.get(namespace, name)
    }

    fn volume(&self, name: &str) -> Option<&PersistentVolume> {
        self.view.store.get("", name)
    }

    fn volumes_of(&self, class: &str) -> Vec<&PersistentVolume> {
        let term = Term::VolumeOfClass(class.into());
        self.view.store.indexed(&term).filter_map(Object::peek).collect()
    }

    fn class(&self, name: &str) -> Option<&StorageClass> {
        self.view.store.get("", name)
    }

    fn csi_node(&self, node: &str) -> Option<&CSINode> {
        self.view.store.get("", node)
    }

    fn namespace(&self, name: &str) -> Option<&Namespace> {
        self.view.store.get("", name)
    }

    fn namespaces(&self) -> Vec<&Namespace> {
        self.view.store.list(None).collect()
    }

    fn services_of(&self, pod: &Pod) -> Vec<&Service> {
        self.view.store.services_of(pod).collect()
    }

    fn owner_selector(&self, pod: &Pod) -> Option<Selector> {
        let mut owners = pod.metadata.owner_references.iter();
        let owner = owners.find(|owner| owner.controller == Some(true))?;
        let (store, namespace) = (self.view.store, pod.metadata.namespace.as_str());
        let selector = match (owner.api_version.as_str(), owner.kind.as_str()) {
            ("v1", "ReplicationController") => {
                let owner = store.get::<ReplicationController>(namespace, &owner.name)?;
                return Some(Selector::from_map(&owner.spec.selector));
            }
            ("apps/v1", "ReplicaSet") => {
                &store.get::<ReplicaSet>(namespace, &owner.name)?.spec.selector
            }
            ("apps/v1", "StatefulSet") => {
                &store.get::<StatefulSet>(namespace, &owner.name)?.spec.selector
            }
            (_, _) => return None,
        };
        Selector::compile(selector.as_deref()).ok()
    }
}
