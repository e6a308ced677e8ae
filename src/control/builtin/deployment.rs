//! Rolls Deployments out.

use crate::api::{
    DeleteOptions, Deployment, DeploymentStrategyType, Key, Kind, Object, ObjectMeta, Pod,
    ReplicaSet,
};
use crate::control::builtin::children::{controller, controllers, orphan, owned};
use crate::control::builtin::replica_set::after;
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::labels::Selector;
use crate::meta;
use crate::store::Change;
use crate::workload::deployment::{self, Action, Inputs, Outcome};

/// Makes and resizes the ReplicaSets of Deployments, and reports on them ([`deployment::sync`]).
#[derive(Debug, Clone, Copy, Default)]
pub struct Deployments;

impl Controller for Deployments {
    fn name(&self) -> &'static str {
        "deployment"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::Deployment {
            queue(change.key.clone());
        } else if change.key.kind == Kind::ReplicaSet {
            controllers(&Kind::Deployment, change).for_each(&mut *queue);
            if let Some(set) = orphan(change) {
                adopters(set, view).for_each(queue);
            }
        } else if change.key.kind == Kind::Pod && change.after.is_none() {
            // A deployment that recreates waits for its last old pod (DEPLOY-19).
            let pod = change.before.as_ref().map(Object::meta);
            let set = pod.and_then(|pod| controller(&Kind::ReplicaSet, pod));
            let set = set.and_then(|key| view.store.object(&key));
            set.and_then(|set| controller(&Kind::Deployment, set.meta()))
                .into_iter()
                .for_each(queue);
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let Some(deployment) = view.store.get::<Deployment>(&key.namespace, &key.name) else {
            return Plan::default();
        };
        let sets: Vec<&ReplicaSet> = view.store.list(Some(&key.namespace)).collect();
        let pods = old_pods(deployment, &sets, view);
        let inputs = Inputs { sets: &sets, pods: &pods, now: view.time() };
        plan(deployment::sync(deployment, inputs), view)
    }
}

/// The deployments that may adopt a set.
fn adopters<'a>(set: &'a ObjectMeta, view: View<'a>) -> impl Iterator<Item = Key> + use<'a> {
    let deployments = view.store.list::<Deployment>(Some(&set.namespace));
    deployments
        .filter(|one| {
            let selector = Selector::compile(one.spec.selector.as_deref());
            selector.is_ok_and(|selector| selector.matches(&set.labels))
        })
        .map(|one| Key::new(Kind::Deployment, &*one.metadata.namespace, one.metadata.name.as_str()))
}

/// The pods of the sets, where they matter (DEPLOY-19).
fn old_pods<'a>(deployment: &Deployment, sets: &[&'a ReplicaSet], view: View<'a>) -> Vec<&'a Pod> {
    if deployment.spec.strategy.type_ != DeploymentStrategyType::Recreate {
        return Vec::new();
    }
    sets.iter()
        .filter(|set| meta::is_controlled_by(&set.metadata, &deployment.metadata.uid))
        .flat_map(|set| owned::<Pod>(view, &set.metadata.uid))
        .collect()
}

fn plan(outcome: Outcome, view: View<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut went_back = false;
    for action in outcome.actions {
        plan.why.push(Reason::of(&action));
        match action {
            Action::Create(set) => {
                let set = Object::from(*set);
                // A name that is taken has been dealt with already (DEPLOY-7).
                if view.store.object(&set.key()).is_none() {
                    plan.intents.push(Intent::Create(set));
                }
            }
            Action::Adopt(set) | Action::Release(set) | Action::Update(set) => {
                put(&mut plan.intents, (*set).into());
            }
            Action::Delete(key) => {
                plan.intents.push(Intent::Delete(key, DeleteOptions::default()));
            }
            Action::GoBack(deployment) => {
                went_back = true;
                plan.intents.push(Intent::Update((*deployment).into()));
            }
        }
    }
    plan.why.extend(outcome.stop.as_ref().map(Reason::of));
    // After the deployment itself has changed, the status belongs to the next look.
    if let Some(deployment) = outcome.status.filter(|_| !went_back) {
        plan.intents.push(Intent::UpdateStatus((*deployment).into()));
    }
    match outcome.again {
        Some(seconds) => plan.look_again(after(view, seconds)),
        None => plan,
    }
}

/// Wants `object` to be written: one write for each object, with the last state. A second one would
/// meet the version that the first has made.
fn put(intents: &mut Vec<Intent>, object: Object) {
    let key = object.key();
    for intent in &mut *intents {
        if let Intent::Create(known) | Intent::Update(known) = intent
            && known.key() == key
        {
            *known = object;
            return;
        }
    }
    intents.push(Intent::Update(object));
}
