//! Makes the claims of generic ephemeral volumes.

use crate::api::{Key, Kind, Object, PersistentVolumeClaim, Pod};
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::storage::ephemeral;
use crate::store::{Change, Term};

/// The controller that makes claims for pods. Its keys are pods.
///
/// Source: `pkg/controller/volume/ephemeral`.
#[derive(Debug, Clone, Copy)]
pub struct EphemeralClaims;

impl Controller for EphemeralClaims {
    fn name(&self) -> &'static str {
        "ephemeral-claims"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        if let Some(pod) = change.after.as_ref().and_then(Object::peek::<Pod>) {
            if pod.spec.volumes.iter().any(|volume| volume.ephemeral.is_some()) {
                queue(change.key.clone());
            }
        } else if change.key.kind == Kind::PersistentVolumeClaim && change.after.is_none() {
            // EPH-2: a claim that is gone is made again, or no longer in the way.
            let key = &change.key;
            let term = Term::PodUsesClaim(key.namespace.clone(), key.name.clone());
            view.store.indexed(&term).map(Object::key).for_each(queue);
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let Some(pod) = view.store.get::<Pod>(&key.namespace, &key.name) else {
            return Plan::default();
        };
        let find = |name: &str| view.store.get::<PersistentVolumeClaim>(&key.namespace, name);
        let (claims, conflict) = ephemeral::missing(pod, find);
        let mut plan = Plan::default();
        for claim in claims {
            plan = plan.then(Intent::Create(claim.into()));
        }
        match conflict {
            Some(conflict) => plan.because(Reason::of(&conflict)),
            None => plan,
        }
    }
}
