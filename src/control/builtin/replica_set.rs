//! Keeps the pods of ReplicaSets.

use std::sync::Arc;

use crate::api::{DeleteOptions, Key, Kind, Object, Pod, ReplicaSet, Resource};
use crate::control::builtin::children::{controllers, orphan, owned, selected, with_orphans};
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::labels::Selector;
use crate::meta;
use crate::store::Change;
use crate::time::Instant;
use crate::workload::replica_set::{self, BURST, Decision, Inputs, Scale};

/// Makes, takes, lets go and removes the pods of ReplicaSets, and reports on them
/// ([`replica_set::sync`]).
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplicaSets;

impl Controller for ReplicaSets {
    fn name(&self) -> &'static str {
        "replica-set"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::ReplicaSet {
            queue(change.key.clone());
        } else if change.key.kind == Kind::Pod {
            controllers(&Kind::ReplicaSet, change).for_each(&mut *queue);
            let Some(pod) = orphan(change) else { return };
            let matches = |one: &&ReplicaSet| {
                Selector::compile(one.spec.selector.as_deref())
                    .is_ok_and(|selector| selector.matches(&pod.labels))
            };
            for one in view.store.list(Some(&pod.namespace)).filter(matches) {
                let namespace = one.metadata.namespace.as_str();
                queue(Key::new(Kind::ReplicaSet, namespace, one.metadata.name.as_str()));
            }
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let Some(set) = view.store.get::<ReplicaSet>(&key.namespace, &key.name) else {
            return Plan::default();
        };
        plan(&Kind::ReplicaSet, set, view, |decision| {
            let status = decision.status(set, None, view.time())?;
            Some(ReplicaSet { status, ..set.clone() }.into())
        })
    }
}

/// The plan for a set, which may stand for an object of another kind. `report` makes the object
/// whose status is to be written.
pub(super) fn plan(
    kind: &Kind,
    set: &ReplicaSet,
    view: View<'_>,
    report: impl FnOnce(&Decision<'_>) -> Option<Object>,
) -> Plan {
    let Ok(selector) = Selector::compile(set.spec.selector.as_deref()) else {
        return Plan::default().because(Reason::words("the selector is invalid"));
    };
    let orphans = selected(view, &set.metadata.namespace, &selector);
    let pods = with_orphans(owned(view, &set.metadata.uid), orphans);
    let related = related(set, view);
    let inputs = Inputs { pods: &pods, related: &related, now: view.time(), burst: BURST };
    let decision = replica_set::sync(set, &selector, inputs);

    let mut plan = Plan::default().because(Reason::of(&decision.scale));
    for &pod in &decision.adopt {
        let mut pod = pod.clone();
        meta::adopt(&mut pod.metadata, meta::controller_ref(kind, &set.metadata));
        plan = plan.then(Intent::Update(pod.into()));
    }
    for &pod in &decision.release {
        let mut pod = pod.clone();
        meta::release(&mut pod.metadata, &set.metadata.uid);
        plan = plan.then(Intent::Update(pod.into()));
    }
    plan.intents.extend(scale(kind, set, &decision.scale));
    plan.intents.extend(report(&decision).map(Intent::UpdateStatus));
    match decision.again {
        Some(seconds) => plan.look_again(after(view, seconds)),
        None => plan,
    }
}

/// The pods of the sets with the same controller (RS-ORDER-3).
fn related<'a>(set: &ReplicaSet, view: View<'a>) -> Vec<&'a Pod> {
    let Some(owner) = meta::controller_of(&set.metadata) else { return Vec::new() };
    let sets: Vec<&ReplicaSet> = owned(view, &owner.uid).collect();
    let pods: Vec<&Pod> = sets
        .iter()
        .filter_map(|set| Selector::compile(set.spec.selector.as_deref()).ok())
        .flat_map(|selector| selected(view, &set.metadata.namespace, &selector))
        .collect();
    replica_set::related(set, &sets, &pods)
}

fn scale(kind: &Kind, set: &ReplicaSet, scale: &Scale<'_>) -> Vec<Intent> {
    match scale {
        Scale::Enough | Scale::Leaving => Vec::new(),
        Scale::Create(count) => {
            let pod = Pod::wrap(Arc::new(replica_set::new_pod(kind, set)));
            std::iter::repeat_n(Intent::Create(pod), *count).collect()
        }
        Scale::Delete(victims) => victims
            .iter()
            .map(|pod| {
                let (namespace, name) = (&*pod.metadata.namespace, &*pod.metadata.name);
                Intent::Delete(Key::new(Kind::Pod, namespace, name), DeleteOptions::default())
            })
            .collect(),
    }
}

/// The moment at which the wire time is so many seconds later than now, at least one.
pub(super) fn after(view: View<'_>, seconds: i64) -> Instant {
    let seconds = u64::try_from(seconds).unwrap_or_default().max(1);
    Instant::at_wire(view.time().plus(std::time::Duration::from_secs(seconds)), view.epoch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{LabelSelector, ObjectMeta, PodTemplateSpec, ReplicaSetSpec};
    use crate::store::{Expect, Store};
    use crate::time::Time;

    fn labels() -> std::collections::BTreeMap<String, String> {
        [("app".to_owned(), "web".to_owned())].into()
    }

    fn set(replicas: i32) -> ReplicaSet {
        ReplicaSet {
            metadata: ObjectMeta {
                name: "web".into(),
                namespace: "prod".into(),
                uid: "u1".into(),
                ..ObjectMeta::default()
            },
            spec: ReplicaSetSpec {
                replicas: Some(replicas),
                selector: Some(Box::new(LabelSelector {
                    match_labels: labels(),
                    ..LabelSelector::default()
                })),
                template: PodTemplateSpec {
                    metadata: ObjectMeta { labels: labels(), ..ObjectMeta::default() },
                    ..PodTemplateSpec::default()
                },
                ..ReplicaSetSpec::default()
            },
            ..ReplicaSet::default()
        }
    }

    fn pod(name: &str) -> Pod {
        let metadata = ObjectMeta {
            name: name.into(),
            namespace: "prod".into(),
            labels: labels(),
            ..ObjectMeta::default()
        };
        Pod { metadata, ..Pod::default() }
    }

    fn check(objects: Vec<Object>, expected: &[&str]) {
        let mut store = Store::new();
        for object in objects {
            store.commit(object.key(), Expect::Absent, Some(object)).unwrap();
        }
        let view = View { store: &store, now: Instant::START, epoch: Time::EPOCH };
        let key = Key::new(Kind::ReplicaSet, "prod", "web");
        let plan = ReplicaSets.reconcile(&key, view, &mut |_| 0);
        let found: Vec<String> = plan.intents.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_set_takes_an_orphan_and_makes_the_rest() {
        check(
            vec![set(2).into(), pod("stray").into()],
            &[
                "update Pod prod/stray",
                "create Pod prod/web-?",
                "update status of ReplicaSet prod/web",
            ],
        );
    }

    #[test]
    fn a_set_that_is_gone_wants_nothing() {
        check(vec![pod("stray").into()], &[]);
    }

    #[test]
    fn a_pod_that_is_too_many_goes() {
        let mut own = pod("web-1");
        let reference = meta::controller_ref(&Kind::ReplicaSet, &set(0).metadata);
        meta::adopt(&mut own.metadata, reference);
        check(
            vec![set(0).into(), own.into()],
            &["delete Pod prod/web-1", "update status of ReplicaSet prod/web"],
        );
    }
}
