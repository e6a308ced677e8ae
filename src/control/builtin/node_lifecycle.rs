//! Says what is known of nodes, and keeps their taints in line with it.

use crate::api::{
    ConditionStatus, Key, Kind, Lease, Node, NodeCondition, Object, Pod, PodCondition,
    PodConditionType, Resource,
};
use crate::control::builtin::disruption;
use crate::control::{Controller, Intent, Plan, Reason, Timer, View};
use crate::pod::conditions;
use crate::schedule::health::{self, Expulsion};
use crate::store::{Change, Term};

/// The namespace of the leases of nodes.
const LEASES: &str = "kube-node-lease";

/// The controller that notices silent nodes, taints nodes by their conditions, and marks the pods of nodes
/// that are not ready. Its keys are nodes.
///
/// A node that is well renews its lease and nothing is written of it. One that has become silent leaves a
/// lease with the time of its last renewal; [`health::GRACE`] after the controller has heard of that,
/// nothing is known of the node (`POD-NODE-1`). A node without a `Ready` condition is left alone.
///
/// Source: `pkg/controller/nodelifecycle`. Taints are set at once, not at upstream's rate of one node in ten seconds.
#[derive(Debug, Clone, Copy)]
pub struct NodeLifecycle;

impl Controller for NodeLifecycle {
    fn name(&self) -> &'static str {
        "node-lifecycle"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        let Key { kind, namespace, name } = &change.key;
        if *kind == Kind::Lease && &**namespace == LEASES {
            queue(Key::new(Kind::Node, "", name.clone()));
        } else if *kind == Kind::Node {
            queue(change.key.clone());
            if status(change.before.as_ref()) != status(change.after.as_ref()) {
                // Whether others that are not ready lose their pods depends on how many are.
                let nodes = view.store.objects(&Kind::Node, None);
                let down = nodes.filter(|node| status(Some(node)).is_some_and(|it| !is_up(it)));
                down.map(Object::key).for_each(queue);
            }
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, pick: &mut dyn FnMut(usize) -> usize) -> Plan {
        self.resume(key, view, None, pick)
    }

    fn resume(
        &self,
        key: &Key,
        view: View<'_>,
        timer: Option<Timer>,
        _: &mut dyn FnMut(usize) -> usize,
    ) -> Plan {
        let Some(node) = view.store.get::<Node>("", &key.name) else { return Plan::default() };
        let Some(ready) = health::ready(node) else { return Plan::default() };
        let mut plan = Plan::default();
        if is_silent(node, view) && ready.status != ConditionStatus::Unknown {
            let due = timer.map_or(view.now + health::GRACE, |timer| timer.due);
            if due <= view.now {
                return lose(node, view);
            }
            plan = plan.look_again(due);
        }
        let taints = health::taints(node, expulsion(node, &ready.status, view), view.time());
        if taints != node.spec.taints {
            let mut next = node.clone();
            next.spec.taints = taints;
            plan = plan
                .then(Intent::Update(next.into()))
                .because(Reason::words("the taints of the node follow its conditions"));
        }
        if is_up(&ready.status) { plan } else { mark_pods(plan, ready, key, view) }
    }
}

fn is_up(ready: &ConditionStatus) -> bool {
    *ready == ConditionStatus::True
}

/// Whether pods are expelled from a node; it does not matter for one that is ready.
fn expulsion(node: &Node, ready: &ConditionStatus, view: View<'_>) -> Expulsion {
    if is_up(ready) {
        return Expulsion::On;
    }
    let zones = Expulsion::of(view.store.list::<Node>(None));
    zones.get(&health::zone(node)).copied().unwrap_or(Expulsion::On)
}

/// How a node says it stands.
fn status(node: Option<&Object>) -> Option<&ConditionStatus> {
    node.and_then(Node::peek).and_then(health::ready).map(|ready| &ready.status)
}

fn is_silent(node: &Node, view: View<'_>) -> bool {
    let lease = view.store.get::<Lease>(LEASES, &node.metadata.name);
    lease.is_some_and(|lease| lease.spec.renew_time.is_some())
}

fn lose(node: &Node, view: View<'_>) -> Plan {
    let mut next = node.clone();
    next.status.conditions = health::silent(node, view.time());
    Plan::default()
        .then(Intent::UpdateStatus(next.into()))
        .because(Reason::words("the node has stopped reporting"))
}

/// POD-NODE-1: the pods that were ready when the node ceased to be so are not ready any more.
///
/// Source: `pkg/controller/util/node/controller_utils.go MarkPodsNotReady`.
fn mark_pods(mut plan: Plan, ready: &NodeCondition, key: &Key, view: View<'_>) -> Plan {
    let is_unknown = ready.status == ConditionStatus::Unknown;
    let pods = view.store.indexed(&Term::PodOnNode(key.name.clone()));
    for pod in pods.filter_map(Object::peek::<Pod>) {
        let mut conditions = pod.status.conditions.iter();
        let condition = conditions.find(|condition| {
            condition.type_ == PodConditionType::Ready
                && condition.status == ConditionStatus::True
                // One that has become ready since was reported by a node that speaks.
                && (is_unknown || condition.last_transition_time < ready.last_transition_time)
        });
        if let Some(condition) = condition {
            let mut next = pod.clone();
            let status = ConditionStatus::False;
            let condition = PodCondition { status, ..condition.clone() };
            conditions::put(&mut next.status.conditions, condition, view.time());
            plan.intents.extend(disruption::report(pod, next));
        }
    }
    plan
}
