//! Collects objects whose owners have gone.

use crate::admission::Strategy;
use crate::api::{
    DeleteOptions, DeletionPropagation, Key, Kind, Object, ObjectMeta, OwnerReference,
    Preconditions,
};
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::meta::gc::{self, Kept, Standing, Verdict};
use crate::meta::release;
use crate::store::{Change, Term};

/// Deletes what has lost all its owners, and sees deletions in the foreground and orphaning deletions to
/// their end ([`gc::judge`]). Its keys are objects of all kinds.
///
/// Owners and dependents find each other by index (ARCH-8). Events are left alone. A custom kind counts
/// as known once an object of it has been stored; what waited for its kind to become known is looked at
/// again when one of its other owners changes.
///
/// A delete that is refused because the object has changed is tried again with back-off, after another
/// look at its owners; upstream repeats it at once if the owners are the same (GC-10).
///
/// Source: `pkg/controller/garbagecollector`.
#[derive(Debug, Clone, Copy, Default)]
pub struct GarbageCollector;

impl Controller for GarbageCollector {
    fn name(&self) -> &'static str {
        "garbage-collector"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        if is_ignored(&change.key.kind) {
            return;
        }
        let before = change.before.as_ref().map(Object::meta);
        let after = change.after.as_ref().map(Object::meta);
        let same = before.zip(after).is_some_and(|(before, after)| before.uid == after.uid);
        if let Some(gone) = before.filter(|_| !same) {
            dependents(view, &gone.uid).map(Object::key).for_each(&mut *queue);
            release_owners(view, gone, None, queue);
        }
        let (Some(object), Some(after)) = (&change.after, after) else { return };
        let before = before.filter(|_| same);
        let owners_changed = before.is_none_or(|it| it.owner_references != after.owner_references);
        if let Some(before) = before.filter(|_| owners_changed) {
            release_owners(view, before, Some(after), queue);
        }
        let starts = |finalizer| starts(before, after, finalizer);
        let foreground = starts(gc::FOREGROUND_FINALIZER);
        if foreground {
            dependents(view, &after.uid).map(Object::key).for_each(&mut *queue);
        }
        let is_lost = || after.owner_references.iter().any(|it| !is_solid(it, after, view));
        if foreground || starts(gc::ORPHAN_FINALIZER) || owners_changed && is_lost() {
            queue(object.key());
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let Some(object) = view.store.object(key) else { return Plan::default() };
        let meta = object.meta();
        let others = dependents(view, &meta.uid).map(Object::meta);
        let verdict = gc::judge(meta, |reference| standing(reference, meta, view), others);
        let plan = Plan::default();
        let plan = match &verdict {
            Verdict::Keep(Kept::Free | Kept::Owned | Kept::Deleting) => return plan,
            Verdict::Keep(_) => plan,
            Verdict::Collect { propagation, .. } => plan.then(delete(key, meta, propagation)),
            Verdict::Disown(owners) => plan.then(with(object, |meta| {
                owners.iter().for_each(|owner| release(meta, owner));
            })),
            Verdict::Unblock => plan.then(with(object, gc::unblock)),
            Verdict::Orphan => {
                let orphaned = |one| with(one, |it| release(it, &meta.uid));
                let all = dependents(view, &meta.uid).filter(|one| one.key() != *key);
                let plan = all.map(orphaned).fold(plan, Plan::then);
                plan.then(with(object, |it| {
                    release(it, &meta.uid);
                    drop_finalizer(it, gc::ORPHAN_FINALIZER);
                }))
            }
            Verdict::LetGo => {
                plan.then(with(object, |it| drop_finalizer(it, gc::FOREGROUND_FINALIZER)))
            }
        };
        plan.because(Reason::of(&verdict))
    }
}

/// Events are neither collected nor do they hold anything.
fn is_ignored(kind: &Kind) -> bool {
    *kind == Kind::Event
}

/// The objects that name the object with `uid` as an owner.
fn dependents<'a>(view: View<'a>, uid: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
    let all = view.store.indexed(&Term::OwnedBy(uid.into()));
    all.filter(|object| !is_ignored(&object.kind()))
}

/// Queues the owners in the foreground that `before` kept from going and `after` does not.
fn release_owners(
    view: View<'_>,
    before: &ObjectMeta,
    after: Option<&ObjectMeta>,
    queue: &mut dyn FnMut(Key),
) {
    for owner in before.owner_references.iter().map(|reference| reference.uid.as_str()) {
        if gc::blocks(before, owner) && !after.is_some_and(|after| gc::blocks(after, owner)) {
            let waiting = view.store.indexed(&Term::WaitsForDependents(owner.into()));
            waiting.map(Object::key).for_each(&mut *queue);
        }
    }
}

/// Whether a deletion with `finalizer` has begun.
fn starts(before: Option<&ObjectMeta>, after: &ObjectMeta, finalizer: &str) -> bool {
    let held = |meta: &ObjectMeta| {
        meta.deletion_timestamp.is_some() && meta.finalizers.iter().any(|it| it == finalizer)
    };
    held(after) && !before.is_some_and(held)
}

fn is_solid(reference: &OwnerReference, object: &ObjectMeta, view: View<'_>) -> bool {
    standing(reference, object, view) == Standing::Solid
}

/// How an owner of `object` stands. GC-1, GC-2, GC-11
fn standing(reference: &OwnerReference, object: &ObjectMeta, view: View<'_>) -> Standing {
    let kind = Kind::of(&reference.api_version, &reference.kind);
    if !Strategy::of(&kind).stored || !view.store.knows(&kind) {
        return Standing::Unknown;
    }
    let namespace = if kind.is_namespaced() { object.namespace.as_str() } else { "" };
    if kind.is_namespaced() && namespace.is_empty() {
        return Standing::OutOfReach;
    }
    let live = view.store.object(&Key::new(kind, namespace, reference.name.as_str()));
    Standing::of(reference, live.map(Object::meta))
}

/// GC-10
fn delete(key: &Key, meta: &ObjectMeta, propagation: &DeletionPropagation) -> Intent {
    let preconditions = Preconditions {
        uid: Some(meta.uid.clone()),
        resource_version: Some(meta.resource_version.clone()),
    };
    let options = DeleteOptions {
        preconditions: Some(Box::new(preconditions)),
        propagation_policy: Some(propagation.clone()),
        ..DeleteOptions::default()
    };
    Intent::Delete(key.clone(), options)
}

fn with(object: &Object, change: impl FnOnce(&mut ObjectMeta)) -> Intent {
    let mut object = object.clone();
    change(object.meta_mut());
    Intent::Update(object)
}

fn drop_finalizer(meta: &mut ObjectMeta, finalizer: &str) {
    meta.finalizers.retain(|one| one != finalizer);
}
