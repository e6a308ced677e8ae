//! Binds claims to volumes and reclaims volumes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{
    DeleteOptions, Key, Kind, Object, PersistentVolume, PersistentVolumeClaim, Pod, Resource,
    StorageClass,
};
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::storage::binder::{
    About, Deleted, Desk, Note, Plugin, Recycled, Stopped, Write, sync_claim, sync_volume,
};
use crate::storage::class;
use crate::store::{Change, Term};

/// The controller that binds claims and volumes. Its keys are claims and volumes.
///
/// Of the steps of a pass it wants as many as touch different objects; it goes on when it has seen
/// its own writes.
///
/// Source: `pkg/controller/volume/persistentvolume`.
#[derive(Debug, Clone, Copy)]
pub struct VolumeBinder;

impl Controller for VolumeBinder {
    fn name(&self) -> &'static str {
        "volume-binder"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        for object in change.before.iter().chain(&change.after) {
            if let Some(claim) = object.peek::<PersistentVolumeClaim>() {
                queue(change.key.clone());
                queue_volumes_of(claim, view, queue);
            } else if let Some(volume) = object.peek::<PersistentVolume>() {
                queue(change.key.clone());
                queue_claims_of(volume, view, queue);
            } else if let Some(class) = object.peek::<StorageClass>() {
                queue_claims_of_class(class, view, queue);
            } else if let Some(pod) = object.peek::<Pod>() {
                // RECLAIM-3: a volume may have waited for the last pod of its claim.
                for claim in claims_of(pod) {
                    let term = Term::VolumeOfClaim(change.key.namespace.clone(), claim.into());
                    queue_all(view, &term, queue);
                }
            }
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let mut desk = Draft { view, plan: Plan::default(), drafts: BTreeMap::new() };
        let end = if key.kind == Kind::PersistentVolume {
            match desk.volume(&key.name) {
                Some(volume) => sync_volume(&mut desk, &volume),
                None => Ok(()),
            }
        } else {
            match desk.claim(&key.namespace, &key.name) {
                Some(claim) => sync_claim(&mut desk, &claim),
                None => Ok(()),
            }
        };
        let plan = desk.plan;
        match end {
            Ok(()) => plan,
            Err(stopped) => plan.because(Reason::of(&stopped)),
        }
    }
}

fn queue_all(view: View<'_>, term: &Term, queue: &mut dyn FnMut(Key)) {
    view.store.indexed(term).map(Object::key).for_each(queue);
}

/// BIND-16
fn queue_volumes_of(claim: &PersistentVolumeClaim, view: View<'_>, queue: &mut dyn FnMut(Key)) {
    if !claim.spec.volume_name.is_empty() {
        queue(Key::new(Kind::PersistentVolume, "", claim.spec.volume_name.as_str()));
    }
    let meta = &claim.metadata;
    let term = Term::VolumeOfClaim(meta.namespace.as_str().into(), meta.name.as_str().into());
    queue_all(view, &term, queue);
}

/// The claim that has the volume, those that name it, and those that may want it.
fn queue_claims_of(volume: &PersistentVolume, view: View<'_>, queue: &mut dyn FnMut(Key)) {
    queue_all(view, &Term::ClaimOfVolume(volume.metadata.name.as_str().into()), queue);
    if let Some(claim) = &volume.spec.claim_ref {
        let kind = Kind::PersistentVolumeClaim;
        queue(Key::new(kind, claim.namespace.as_str(), claim.name.as_str()));
        return;
    }
    queue_unbound(view, &Term::ClassOfClaim(class::of_volume(volume).into()), queue);
}

fn queue_claims_of_class(class: &StorageClass, view: View<'_>, queue: &mut dyn FnMut(Key)) {
    queue_unbound(view, &Term::ClassOfClaim(class.metadata.name.as_str().into()), queue);
    if class::is_default(class) {
        // CLASS-3
        queue_unbound(view, &Term::ClassOfClaim("".into()), queue);
    }
}

fn queue_unbound(view: View<'_>, term: &Term, queue: &mut dyn FnMut(Key)) {
    view.store
        .indexed(term)
        .filter(|object| {
            PersistentVolumeClaim::peek(object)
                .is_some_and(|claim| claim.spec.volume_name.is_empty())
        })
        .map(Object::key)
        .for_each(queue);
}

fn claims_of(pod: &Pod) -> impl Iterator<Item = &str> {
    pod.spec.volumes.iter().filter_map(|volume| {
        volume.persistent_volume_claim.as_ref().map(|source| source.claim_name.as_str())
    })
}

/// The view with what the pass wants on top of it.
struct Draft<'a> {
    view: View<'a>,
    plan: Plan,
    drafts: BTreeMap<Key, Object>,
}

impl Draft<'_> {
    fn read<R: Resource>(&self, namespace: &str, name: &str) -> Option<R> {
        let key = Key::new(R::KIND, namespace, name);
        match self.drafts.get(&key) {
            Some(draft) => R::peek(draft).cloned(),
            None => self.view.store.get::<R>(namespace, name).cloned(),
        }
    }
}

impl Desk for Draft<'_> {
    fn volume(&self, name: &str) -> Option<PersistentVolume> {
        self.read("", name)
    }

    fn volumes(&self, claim: &PersistentVolumeClaim) -> Vec<&PersistentVolume> {
        let meta = &claim.metadata;
        let kept = Term::VolumeOfClaim(meta.namespace.as_str().into(), meta.name.as_str().into());
        let offered = Term::VolumeOfClass(class::of_claim(claim).into());
        [kept, offered]
            .iter()
            .flat_map(|term| self.view.store.indexed(term))
            .filter_map(Object::peek::<PersistentVolume>)
            .collect()
    }

    fn claim(&self, namespace: &str, name: &str) -> Option<PersistentVolumeClaim> {
        self.read(namespace, name)
    }

    fn class(&self, name: &str) -> Option<StorageClass> {
        self.view.store.get::<StorageClass>("", name).cloned()
    }

    fn classes(&self) -> Vec<StorageClass> {
        self.view.store.list::<StorageClass>(None).cloned().collect()
    }

    fn pods_of(&self, namespace: &str, name: &str) -> Vec<Pod> {
        let term = Term::PodUsesClaim(namespace.into(), name.into());
        self.view.store.indexed(&term).filter_map(Object::peek::<Pod>).cloned().collect()
    }

    /// Of the storage that upstream's controller manager can reclaim itself, directories of a node:
    /// it deletes none but those below `/tmp`.
    fn plugin(&self, volume: &PersistentVolume, provisioner: Option<&str>) -> Plugin {
        match &volume.spec.host_path {
            None => Plugin::None,
            Some(_) if provisioner.is_some_and(|name| name != "kubernetes.io/host-path") => {
                Plugin::None
            }
            Some(source) => {
                let below_tmp = source.path.strip_prefix("/tmp/").is_some_and(|p| !p.is_empty());
                let delete = if below_tmp { Deleted::Done } else { Deleted::Failed };
                Plugin::InTree { recycle: Recycled::Done, delete }
            }
        }
    }

    fn write(&mut self, write: Write) -> Result<(), Stopped> {
        let (object, intent) = match write {
            Write::Claim(claim) => intent(*claim, Intent::Update),
            Write::ClaimStatus(claim) => intent(*claim, Intent::UpdateStatus),
            Write::Volume(volume) => intent(*volume, Intent::Update),
            Write::VolumeStatus(volume) => intent(*volume, Intent::UpdateStatus),
            Write::DeleteVolume(volume) => {
                intent(*volume, |object| Intent::Delete(object.key(), DeleteOptions::default()))
            }
        };
        // The second write of an object needs the version that the first one makes.
        if self.drafts.contains_key(&object.key()) {
            return Err(Stopped("goes on after the writes so far".into()));
        }
        self.drafts.insert(object.key(), object);
        self.plan.intents.push(intent);
        Ok(())
    }

    fn note(&mut self, note: Note) {
        let key = match &note.about {
            About::Claim(namespace, name) => {
                Key::new(Kind::PersistentVolumeClaim, namespace.as_str(), name.as_str())
            }
            About::Volume(name) => Key::new(Kind::PersistentVolume, "", name.as_str()),
        };
        let text = format!("{}: {}", note.reason.as_str(), note.message);
        self.plan.why.push(Reason::about(key, &text));
    }
}

fn intent<R: Resource>(object: R, verb: impl FnOnce(Object) -> Intent) -> (Object, Intent) {
    let object = R::wrap(Arc::new(object));
    (object.clone(), verb(object))
}
