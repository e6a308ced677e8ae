//! Empties Namespaces that are being deleted.

use std::time::Duration;

use crate::api::{DeleteOptions, DeletionPropagation, Key, Kind, Namespace, NamespaceSpec, Object};
use crate::control::builtin::replica_set::after;
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::namespace::{self, FIRST_PASS_SECONDS, Pass};
use crate::store::Change;
use crate::time::Instant;

/// Deletes what is in a Namespace that is being deleted, and lets it go when nothing is left
/// ([`namespace::pass`]).
///
/// It looks at the namespace only, not at what is in it: it notices that a pod has gone when it
/// looks again (CL-11).
#[derive(Debug, Clone, Copy, Default)]
pub struct Namespaces;

impl Controller for Namespaces {
    fn name(&self) -> &'static str {
        "namespace"
    }

    fn observe(&self, change: &Change, _: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::Namespace {
            queue(change.key.clone());
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let Some(found) = view.store.get::<Namespace>("", &key.name) else {
            return Plan::default();
        };
        let Some(since) = found.metadata.deletion_timestamp else { return Plan::default() };
        if view.time().seconds_since(since) < FIRST_PASS_SECONDS {
            let first = since.plus(Duration::from_secs(FIRST_PASS_SECONDS.unsigned_abs()));
            return Plan::default().look_again(Instant::at_wire(first, view.epoch));
        }
        let content = content(&key.name, view);
        let pass = namespace::pass(found, &content, view.time());
        let plan = Plan::default().because(Reason::of(&pass));
        match pass {
            Pass::Nothing => Plan::default(),
            Pass::Delete(keys) => {
                keys.into_iter().map(delete).fold(plan, Plan::then).look_again(view.now)
            }
            Pass::Wait { again, status } => {
                let status = status.map(|status| Namespace { status, ..found.clone() });
                let intent = status.map(|namespace| Intent::UpdateStatus(namespace.into()));
                intent.into_iter().fold(plan, Plan::then).look_again(after(view, again))
            }
            Pass::Report(status) => {
                let reported = Namespace { status, ..found.clone() };
                plan.then(Intent::UpdateStatus(reported.into()))
            }
            Pass::Finalize(finalizers) => {
                let spec = NamespaceSpec { finalizers };
                plan.then(Intent::Finalize(Namespace { spec, ..found.clone() }.into()))
            }
        }
    }
}

/// Everything in a namespace.
fn content<'a>(name: &str, view: View<'a>) -> Vec<&'a Object> {
    let kinds = view.store.kinds().filter(|kind| kind.is_namespaced());
    kinds.flat_map(|kind| view.store.objects(kind, Some(name))).collect()
}

fn delete(key: Key) -> Intent {
    let options = DeleteOptions {
        propagation_policy: Some(DeletionPropagation::Background),
        ..DeleteOptions::default()
    };
    Intent::Delete(key, options)
}
