//! Makes volumes for claims, in memory, and deletes them again.

use crate::api::{
    DeleteOptions, Key, Kind, Object, PersistentVolume, PersistentVolumeClaim, Preconditions,
    StorageClass,
};
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::storage::provision::{self, Declined};
use crate::store::{Change, Term};

/// Plays the provisioner outside the cluster for every class: it makes the volumes that the binder
/// asks for, and deletes those that are released. Its keys are claims and volumes.
///
/// Classes whose provisioner begins with `kubernetes.io/` have none, unless a CSI driver took over.
#[derive(Debug, Clone, Copy)]
pub struct Provisioner;

impl Controller for Provisioner {
    fn name(&self) -> &'static str {
        "provisioner"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        let Some(object) = &change.after else { return };
        if let Some(claim) = object.peek::<PersistentVolumeClaim>() {
            if provision::asked(claim).is_some() && claim.spec.volume_name.is_empty() {
                queue(change.key.clone());
            }
        } else if let Some(volume) = object.peek::<PersistentVolume>() {
            if provision::is_over(volume) {
                queue(change.key.clone());
            }
        } else if change.key.kind == Kind::StorageClass {
            let term = Term::ClassOfClaim(change.key.name.clone());
            view.store.indexed(&term).map(Object::key).for_each(queue);
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        if key.kind == Kind::PersistentVolume {
            let volume = view.store.get::<PersistentVolume>("", &key.name);
            return volume
                .filter(|volume| provision::is_over(volume))
                .map(delete)
                .unwrap_or_default();
        }
        let Some(claim) = view.store.get::<PersistentVolumeClaim>(&key.namespace, &key.name) else {
            return Plan::default();
        };
        if view.store.get::<PersistentVolume>("", &provision::volume_name(claim)).is_some() {
            return Plan::default();
        }
        match provision::volume(claim, |class| view.store.get::<StorageClass>("", class)) {
            Ok(volume) => Plan::default().then(Intent::Create(volume.into())),
            Err(Declined::NotAsked | Declined::HasVolume) => Plan::default(),
            Err(why @ (Declined::NoClass { .. } | Declined::WaitsForNode)) => {
                Plan::default().because(Reason::of(&why))
            }
        }
    }
}

fn delete(volume: &PersistentVolume) -> Plan {
    let meta = &volume.metadata;
    let only = Preconditions { uid: Some(meta.uid.clone()), ..Preconditions::default() };
    let options = DeleteOptions { preconditions: Some(Box::new(only)), ..DeleteOptions::default() };
    let key = Key::new(Kind::PersistentVolume, "", meta.name.as_str());
    Plan::default().then(Intent::Delete(key, options))
}
