//! Deletes pods that do not tolerate the taints of their nodes.

use crate::api::{Key, Kind, Node, Object, Pod, Resource, Taint, TaintEffect};
use crate::control::builtin::disruption;
use crate::control::{Controller, Plan, Reason, Timer, View};
use crate::schedule::eviction::{Eviction, Planned, eviction};
use crate::store::{Change, Term};

/// The controller that deletes pods because of `NoExecute` taints, at once or after the time that they
/// tolerate them for. Its keys are pods.
///
/// Source: `pkg/controller/tainteviction`.
#[derive(Debug, Clone, Copy)]
pub struct TaintEviction;

impl Controller for TaintEviction {
    fn name(&self) -> &'static str {
        "taint-eviction"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::Pod {
            let pod = change.after.as_ref().and_then(Pod::peek);
            let node = pod.and_then(|pod| view.store.get::<Node>("", &pod.spec.node_name));
            if node.is_some_and(|node| expels(node).next().is_some()) {
                queue(change.key.clone());
            }
        } else if change.key.kind == Kind::Node {
            let taints = |object: &Option<Object>| -> Vec<Taint> {
                let node = object.as_ref().and_then(Node::peek);
                node.into_iter().flat_map(expels).cloned().collect()
            };
            if taints(&change.before) != taints(&change.after) {
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
        if pod.metadata.deletion_timestamp.is_some() {
            return Plan::default();
        }
        let node = view.store.get::<Node>("", &pod.spec.node_name);
        let taints: Vec<Taint> = node.into_iter().flat_map(expels).cloned().collect();
        let planned = timer.map(|Timer { since, due }| Planned { since, due });
        match eviction(planned, &taints, &pod.spec.tolerations, view.now) {
            Eviction::None => Plan::default(),
            Eviction::Later(planned) if planned.due > view.now => {
                Plan::default().look_again(planned.due)
            }
            Eviction::Later(_) | Eviction::Now => evict(pod, view),
        }
    }
}

fn expels(node: &Node) -> impl Iterator<Item = &Taint> {
    node.spec.taints.iter().filter(|taint| taint.effect == TaintEffect::NoExecute)
}

/// TAINT-15
fn evict(pod: &Pod, view: View<'_>) -> Plan {
    let mut next = pod.clone();
    let message = "Taint manager: deleting due to NoExecute taint";
    disruption::disrupt(&mut next, "DeletionByTaintManager", message, view.time());
    let intents = disruption::report(pod, next).into_iter().chain([disruption::delete(pod, None)]);
    let plan = Plan { intents: intents.collect(), ..Plan::default() };
    plan.because(Reason::words("the pod does not tolerate a taint of its node"))
}
