//! Keeps claims and volumes that are in use from going away.

use crate::api::{Key, Kind, Object, PersistentVolume, PersistentVolumeClaim, Pod, Resource};
use crate::control::{Controller, Intent, Plan, View};
use crate::storage::protect::{self, CLAIM_FINALIZER, Protection, VOLUME_FINALIZER};
use crate::store::{Change, Term};

/// The controller that adds and removes the protection finalizers. Its keys are claims and volumes.
///
/// Source: `pkg/controller/volume/pvcprotection`, `pvprotection`.
#[derive(Debug, Clone, Copy)]
pub struct StorageProtection;

impl Controller for StorageProtection {
    fn name(&self) -> &'static str {
        "storage-protection"
    }

    fn observe(&self, change: &Change, _: View<'_>, queue: &mut dyn FnMut(Key)) {
        if matches!(change.key.kind, Kind::PersistentVolume | Kind::PersistentVolumeClaim)
            && change.after.is_some()
        {
            queue(change.key.clone());
            return;
        }
        for pod in change.before.iter().chain(&change.after).filter_map(Object::peek::<Pod>) {
            for volume in &pod.spec.volumes {
                if let Some(claim) = protect::claim_name(pod, volume) {
                    let namespace = pod.metadata.namespace.as_str();
                    queue(Key::new(Kind::PersistentVolumeClaim, namespace, claim));
                }
            }
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        if key.kind == Kind::PersistentVolume {
            let Some(volume) = view.store.get::<PersistentVolume>("", &key.name) else {
                return Plan::default();
            };
            return plan(volume, protect::volume(volume), VOLUME_FINALIZER);
        }
        let Some(claim) = view.store.get::<PersistentVolumeClaim>(&key.namespace, &key.name) else {
            return Plan::default();
        };
        let term = Term::PodUsesClaim(key.namespace.clone(), key.name.clone());
        let pods = view.store.indexed(&term).filter_map(Object::peek::<Pod>);
        plan(claim, protect::claim(claim, pods), CLAIM_FINALIZER)
    }
}

fn plan<R: Resource>(object: &R, protection: Protection, finalizer: &str) -> Plan {
    if protection == Protection::Keep {
        return Plan::default();
    }
    let mut next = object.clone();
    protect::apply(protection, next.meta_mut(), finalizer);
    Plan::default().then(Intent::Update(R::wrap(next.into())))
}
