//! How the controllers find their children, and the owners of a child.

use std::collections::BTreeMap;

use crate::api::{Key, Kind, Object, ObjectMeta, Pod, Resource};
use crate::control::View;
use crate::labels::Selector;
use crate::meta;
use crate::store::{Change, Term};

/// The object of `kind` that controls `child`, if one does.
pub(super) fn controller(kind: &Kind, child: &ObjectMeta) -> Option<Key> {
    let owner = meta::controller_of(child)?;
    let same = owner.kind == kind.as_str() && owner.api_version == kind.api_version();
    same.then(|| Key::new(kind.clone(), child.namespace.as_str(), owner.name.as_str()))
}

/// The objects of `kind` that controlled or control the object of `change`: none, one, or two.
pub(super) fn controllers(kind: &Kind, change: &Change) -> impl Iterator<Item = Key> {
    let of = |object: &Option<Object>| {
        object.as_ref().and_then(|object| controller(kind, object.meta()))
    };
    let (before, after) = (of(&change.before), of(&change.after));
    let before = before.filter(|before| after.as_ref() != Some(before));
    before.into_iter().chain(after)
}

/// The object after `change`, if it is there, nothing controls it, and this is news: it is new, or
/// its labels or owners have changed.
pub(super) fn orphan(change: &Change) -> Option<&ObjectMeta> {
    let after = change.after.as_ref()?.meta();
    if meta::controller_of(after).is_some() {
        return None;
    }
    let same = |before: &Object| {
        let before = before.meta();
        before.labels == after.labels && before.owner_references == after.owner_references
    };
    (!change.before.as_ref().is_some_and(same)).then_some(after)
}

/// The objects of type `R` that name the object with `uid` as an owner.
pub(super) fn owned<'a, R: Resource + 'a>(
    view: View<'a>,
    uid: &str,
) -> impl Iterator<Item = &'a R> + use<'a, R> {
    view.store.indexed(&Term::OwnedBy(uid.into())).filter_map(R::peek)
}

/// The pods of a namespace that `selector` selects: by an index if it asks for the value of a
/// label, else by looking at all.
pub(super) fn selected<'a>(view: View<'a>, namespace: &str, selector: &Selector) -> Vec<&'a Pod> {
    let exact = selector.requirements().iter().find_map(|one| Some((one.key(), one.exact()?)));
    let matches = |pod: &&Pod| selector.matches(&pod.metadata.labels);
    match exact {
        Some((key, value)) => {
            let term = Term::PodLabel(namespace.into(), key.into(), value.into());
            view.store.indexed(&term).filter_map(Pod::peek).filter(matches).collect()
        }
        None => view.store.list::<Pod>(Some(namespace)).filter(matches).collect(),
    }
}

/// The children of the object with `uid` and the orphans among `others`, by name.
pub(super) fn with_orphans<'a, R: Resource>(
    owned: impl Iterator<Item = &'a R>,
    others: impl IntoIterator<Item = &'a R>,
) -> Vec<&'a R> {
    let orphans = others.into_iter().filter(|one| meta::controller_of(one.meta()).is_none());
    let by_name: BTreeMap<&str, &R> =
        owned.chain(orphans).map(|one| (one.meta().name.as_str(), one)).collect();
    by_name.into_values().collect()
}
