//! Gives pods their nodes.

use crate::api::{
    CSINode, ConditionStatus, Key, Kind, Namespace, Node, Object, PersistentVolume,
    PersistentVolumeClaim, Pod, PodCondition, PodConditionType, PodPhase, ReplicaSet,
    ReplicationController, Resource, Service, StatefulSet, StorageClass,
};
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::labels::Selector;
use crate::schedule::volumes::Binding;
use crate::schedule::{NodeInfo, Snapshot, Surroundings, Unschedulable, place};
use crate::storage::{SELECTED_NODE, binder};
use crate::store::{Change, Term};

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
/// One pod at a time, each seeing the pods before it as placed (`SCHED-2`): whoever runs it must
/// show it its own writes before the next pod. Pods that found no node are looked at again when a
/// node, another pod's place, a claim, a volume or a class changes.
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
            if frees_room(change) {
                waiting(view).for_each(queue);
            }
        } else if SHAPES_CHOICE.contains(kind) {
            waiting(view).for_each(queue);
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
                let mut plan = Plan::default();
                for (node, unfit) in &placement.rejected {
                    plan =
                        plan.because(Reason::about(Key::new(Kind::Node, "", node.clone()), unfit));
                }
                let plan = reserve(plan, &placement.binding, &placement.node);
                if placement.binding == Binding::default() {
                    let node = placement.node;
                    return plan.then(Intent::Bind { pod: key.clone(), node });
                }
                plan.because(Reason::words("the pod's claims are being bound first"))
            }
            Err(why) => refuse(pod, &why, view),
        }
    }
}

/// Whether a pod waits for this scheduler (`GATE-1`, `GATE-2`, `GATE-3`).
fn is_mine(pod: &Pod) -> bool {
    let ended = matches!(pod.status.phase, PodPhase::Succeeded | PodPhase::Failed);
    pod.spec.node_name.is_empty()
        && pod.spec.scheduler_name == NAME
        && pod.spec.scheduling_gates.is_empty()
        && pod.metadata.deletion_timestamp.is_none()
        && !ended
}

/// The pods without a node.
fn waiting(view: View<'_>) -> impl Iterator<Item = Key> {
    let pods = view.store.indexed(&Term::PodOnNode("".into()));
    pods.filter(|object| object.peek::<Pod>().is_some_and(is_mine)).map(Object::key)
}

/// Whether a pod with a node has gone, ended, or changed its labels.
fn frees_room(change: &Change) -> bool {
    let Some(before) = change.before.as_ref().and_then(Pod::peek) else { return false };
    if before.spec.node_name.is_empty() {
        return false;
    }
    change.after.as_ref().and_then(Pod::peek).is_none_or(|after| {
        let has_ended =
            |pod: &Pod| matches!(pod.status.phase, PodPhase::Succeeded | PodPhase::Failed);
        has_ended(after) && !has_ended(before) || after.metadata.labels != before.metadata.labels
    })
}

fn info<'a>(node: &'a Node, view: View<'a>) -> NodeInfo<'a> {
    let term = Term::PodOnNode(node.metadata.name.as_str().into());
    NodeInfo::new(node, view.store.indexed(&term).filter_map(Object::peek::<Pod>))
}

/// The pods that have been promised a node.
fn nominated(view: View<'_>) -> Vec<&Pod> {
    let pods = view.store.indexed(&Term::PodOnNode("".into()));
    let pods = pods.filter_map(Object::peek::<Pod>);
    pods.filter(|pod| !pod.status.nominated_node_name.is_empty() && is_mine(pod)).collect()
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

/// Says in the pod's conditions why it has no node (`SCHED-30`).
fn refuse(pod: &Pod, why: &Unschedulable, view: View<'_>) -> Plan {
    let reason = match why {
        Unschedulable::NoNodes | Unschedulable::Refused { .. } | Unschedulable::NoFit { .. } => {
            "Unschedulable"
        }
        Unschedulable::Failed(_) => "SchedulerError",
    };
    let plan = Plan::default().because(Reason::of(why));
    let message = why.to_string();
    let conditions = &pod.status.conditions;
    let old = conditions.iter().find(|c| c.type_ == PodConditionType::PodScheduled);
    let is_false = old.is_some_and(|old| old.status == ConditionStatus::False);
    if is_false && old.is_some_and(|old| old.reason == reason && old.message == message) {
        return plan;
    }
    let since = old.filter(|_| is_false).and_then(|old| old.last_transition_time);
    let condition = PodCondition {
        type_: PodConditionType::PodScheduled,
        status: ConditionStatus::False,
        reason: reason.to_owned(),
        message,
        last_transition_time: since.or(Some(view.time())),
        ..PodCondition::default()
    };
    let mut told = pod.clone();
    told.status.conditions.retain(|c| c.type_ != PodConditionType::PodScheduled);
    told.status.conditions.push(condition);
    plan.then(Intent::UpdateStatus(told.into()))
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
