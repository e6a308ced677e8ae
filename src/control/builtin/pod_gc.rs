//! Removes pods that nobody will end any more.

use std::time::Duration;

use crate::api::{
    ConditionStatus, Key, Kind, Node, NodeConditionType, Object, Pod, PodPhase, Resource,
};
use crate::control::builtin::disruption;
use crate::control::{Controller, Plan, Reason, Timer, View};
use crate::pod::phase::is_terminal;
use crate::store::{Change, Term};

/// How long a node must have been away before its pods are taken for lost.
const QUARANTINE: Duration = Duration::from_secs(40);

/// The taint by which a user says that a node is off and stays off.
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// The controller that removes pods of nodes that do not exist, terminating pods without a node, and
/// terminating pods of nodes that are out of service (`POD-NODE-3`). Its keys are pods.
///
/// Source: `pkg/controller/podgc`.
#[derive(Debug, Clone, Copy)]
pub struct PodGc;

impl Controller for PodGc {
    fn name(&self) -> &'static str {
        "pod-gc"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::Pod {
            let pod = change.after.as_ref().and_then(Pod::peek);
            if pod.is_some_and(|pod| Lost::of(pod, view).is_some()) {
                queue(change.key.clone());
            }
        } else if change.key.kind == Kind::Node {
            let state = |object: &Option<Object>| object.as_ref().and_then(Node::peek).map(is_off);
            if state(&change.before) != state(&change.after) {
                let pods = view.store.indexed(&Term::PodOnNode(change.key.name.clone()));
                pods.map(Object::key).for_each(queue);
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
        let Some(pod) = view.store.get::<Pod>(&key.namespace, &key.name) else {
            return Plan::default();
        };
        let Some(lost) = Lost::of(pod, view) else { return Plan::default() };
        match (lost, timer) {
            (Lost::WithItsNode, None) => Plan::default().look_again(view.now + QUARANTINE),
            (Lost::WithItsNode, Some(Timer { due, .. })) if due > view.now => {
                Plan::default().look_again(due)
            }
            (Lost::WithItsNode | Lost::WithoutNode | Lost::OutOfService, _) => end(pod, lost, view),
        }
    }
}

/// Why nobody will end a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    /// Its node does not exist.
    WithItsNode,
    /// It is to end and never had a node.
    WithoutNode,
    /// It is to end, and its node is out of service.
    OutOfService,
}

impl Lost {
    fn of(pod: &Pod, view: View<'_>) -> Option<Self> {
        let is_ending = pod.metadata.deletion_timestamp.is_some();
        if pod.spec.node_name.is_empty() {
            return is_ending.then_some(Self::WithoutNode);
        }
        match view.store.get::<Node>("", &pod.spec.node_name) {
            None => Some(Self::WithItsNode),
            Some(node) => (is_ending && is_off(node)).then_some(Self::OutOfService),
        }
    }
}

/// Whether a node is not ready and is said to stay so.
fn is_off(node: &Node) -> bool {
    let ready = node.status.conditions.iter().find(|it| it.type_ == NodeConditionType::Ready);
    ready.is_none_or(|ready| ready.status != ConditionStatus::True)
        && node.spec.taints.iter().any(|taint| taint.key == OUT_OF_SERVICE)
}

fn end(pod: &Pod, lost: Lost, view: View<'_>) -> Plan {
    let mut next = pod.clone();
    // A pod that has ended already is not written, only removed.
    if !is_terminal(&pod.status.phase) {
        next.status.phase = PodPhase::Failed;
        next.status.observed_generation = pod.metadata.generation;
        if lost == Lost::WithItsNode {
            let message = "PodGC: node no longer exists";
            disruption::disrupt(&mut next, "DeletionByPodGC", message, view.time());
        }
    }
    let why = match lost {
        Lost::WithItsNode => "the node of the pod does not exist",
        Lost::WithoutNode => "the pod is to end and has no node",
        Lost::OutOfService => "the pod is to end and its node is out of service",
    };
    let intents =
        disruption::report(pod, next).into_iter().chain([disruption::delete(pod, Some(0))]);
    Plan { intents: intents.collect(), ..Plan::default() }.because(Reason::words(why))
}
