//! Garbage collection: what becomes of an object because of its owners and its dependents.
//!
//! Source: `pkg/controller/garbagecollector/garbagecollector.go`.

use std::fmt;

use crate::api::{DeletionPropagation, ObjectMeta, OwnerReference};

/// The finalizer of an object whose dependents lose their references to it before it goes.
pub const ORPHAN_FINALIZER: &str = "orphan";

/// The finalizer of an object that waits until the dependents that block it have gone.
pub const FOREGROUND_FINALIZER: &str = "foregroundDeletion";

/// How the owner that a reference names stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a verdict needs exactly these")]
pub enum Standing {
    /// It exists, and it is not waiting for its dependents.
    Solid,
    /// It exists, and it is deleted in the foreground: it waits for its dependents to go.
    Waiting,
    /// There is no such object, or it has another uid (GC-1).
    Absent,
    /// The server does not know the kind, so nothing can be said (GC-2).
    Unknown,
    /// It would have a namespace, and the dependent has none to look in (GC-11).
    OutOfReach,
}

impl Standing {
    /// How an owner of a known kind stands, where `live` is the object that has the kind and the name of
    /// the reference, in the namespace of the dependent or in the cluster (GC-1).
    #[must_use]
    pub fn of(reference: &OwnerReference, live: Option<&ObjectMeta>) -> Self {
        match live {
            Some(owner) if owner.uid != reference.uid => Self::Absent,
            Some(owner) if waits_for_dependents(owner) => Self::Waiting,
            Some(_) => Self::Solid,
            None => Self::Absent,
        }
    }
}

/// What the collector wants for an object.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing.
    Keep(Kept),
    /// To delete it. The delete must name its uid and its resource version (GC-10).
    Collect {
        /// What is to become of its own dependents.
        propagation: DeletionPropagation,
        /// Why it goes.
        why: Collected,
    },
    /// To remove its references to these uids: others of its owners remain (GC-3).
    Disown(Vec<String>),
    /// To make its references non-blocking: owners and dependents wait for each other in a ring (GC-9).
    Unblock,
    /// To remove the references to it from its dependents, and then [`ORPHAN_FINALIZER`] from it
    /// (GC-6).
    Orphan,
    /// To remove [`FOREGROUND_FINALIZER`] from it: no dependent blocks it any more (GC-5).
    LetGo,
}

/// Why an object is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kept {
    /// It names no owner.
    Free,
    /// All its owners exist.
    Owned,
    /// It is being deleted already, not by the collector's rules (GC-10).
    Deleting,
    /// It is being deleted in the foreground, and a dependent blocks it (GC-5).
    Blocked,
    /// The kind of one of its owners is not known (GC-2).
    UnknownKind(Box<OwnerReference>),
    /// It belongs to the cluster, and one of its owners to a namespace (GC-11).
    OutOfReach(Box<OwnerReference>),
}

/// Why an object is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Collected {
    /// None of its owners exists any more.
    OwnersGone,
    /// An owner waits for it, and none other remains.
    OwnerWaits,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep(kept) => kept.fmt(f),
            Self::Collect { why, .. } => why.fmt(f),
            Self::Disown(_) => f.write_str("other owners remain"),
            Self::Unblock => f.write_str("owners and dependents wait for each other"),
            Self::Orphan => f.write_str("its dependents are to stay"),
            Self::LetGo => f.write_str("no dependent blocks it"),
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free => f.write_str("it has no owner"),
            Self::Owned => f.write_str("its owners exist"),
            Self::Deleting => f.write_str("it is being deleted already"),
            Self::Blocked => f.write_str("a dependent blocks it"),
            Self::UnknownKind(owner) => {
                write!(
                    f,
                    "the kind `{}` `{}` of an owner is unknown",
                    owner.api_version, owner.kind
                )
            }
            Self::OutOfReach(owner) => {
                write!(f, "its owner {} `{}` would have a namespace", owner.kind, owner.name)
            }
        }
    }
}

impl fmt::Display for Collected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OwnersGone => "none of its owners exists",
            Self::OwnerWaits => "an owner waits for it to go",
        })
    }
}

/// What becomes of `object`: `standing` answers for each of its references, and `dependents` are the
/// objects of any kind and namespace that have a reference to its uid; they are only looked at where
/// they matter (GC-1 to GC-11). Which of its owners is the controller does not matter (GC-12).
///
/// ```
/// use kubernel::api::{DeletionPropagation, ObjectMeta, OwnerReference};
/// use kubernel::meta::gc::{self, Collected, Kept, Standing, Verdict};
///
/// let owner = OwnerReference { name: "web".into(), uid: "u1".into(), ..Default::default() };
/// let pod = ObjectMeta { owner_references: vec![owner], ..Default::default() };
/// assert_eq!(gc::judge(&pod, |_| Standing::Solid, []), Verdict::Keep(Kept::Owned));
///
/// let gone = Verdict::Collect {
///     propagation: DeletionPropagation::Background,
///     why: Collected::OwnersGone,
/// };
/// assert_eq!(gc::judge(&pod, |_| Standing::Absent, []), gone);
/// ```
#[must_use]
pub fn judge<'a>(
    object: &ObjectMeta,
    mut standing: impl FnMut(&OwnerReference) -> Standing,
    dependents: impl IntoIterator<Item = &'a ObjectMeta>,
) -> Verdict {
    if object.deletion_timestamp.is_some() {
        return finish(object, dependents);
    }
    let (mut solid, mut waiting, mut lost) = (false, false, Vec::new());
    for reference in &object.owner_references {
        match standing(reference) {
            Standing::Solid => solid = true,
            Standing::Waiting => {
                waiting = true;
                lost.push(reference.uid.clone());
            }
            Standing::Absent => lost.push(reference.uid.clone()),
            Standing::Unknown => return Verdict::Keep(Kept::UnknownKind(reference.clone().into())),
            Standing::OutOfReach => {
                return Verdict::Keep(Kept::OutOfReach(reference.clone().into()));
            }
        }
    }
    match (solid, lost.is_empty()) {
        (false, true) => Verdict::Keep(Kept::Free),
        (true, true) => Verdict::Keep(Kept::Owned),
        (true, false) => Verdict::Disown(lost), // GC-3
        (false, false) if waiting => collect_level(object, dependents),
        (false, false) => {
            Verdict::Collect { propagation: own_policy(object), why: Collected::OwnersGone }
        }
    }
}

/// Whether an object is being deleted in the foreground (GC-5).
#[must_use]
pub fn waits_for_dependents(object: &ObjectMeta) -> bool {
    object.deletion_timestamp.is_some() && has(object, FOREGROUND_FINALIZER)
}

/// Whether `dependent` keeps the object with the uid `owner` from going: it has a reference to it with
/// `blockOwnerDeletion`.
#[must_use]
pub fn blocks(dependent: &ObjectMeta, owner: &str) -> bool {
    dependent.owner_references.iter().any(|one| one.uid == owner && is_blocking(one))
}

/// Makes all references of `object` non-blocking (GC-9).
pub fn unblock(object: &mut ObjectMeta) {
    for reference in object.owner_references.iter_mut().filter(|one| is_blocking(one)) {
        reference.block_owner_deletion = Some(false);
    }
}

/// An object that is being deleted (GC-5, GC-6, GC-7). Finalizers of others do not matter.
fn finish<'a>(
    object: &ObjectMeta,
    dependents: impl IntoIterator<Item = &'a ObjectMeta>,
) -> Verdict {
    if has(object, ORPHAN_FINALIZER) {
        return Verdict::Orphan;
    }
    if !has(object, FOREGROUND_FINALIZER) {
        return Verdict::Keep(Kept::Deleting);
    }
    let mut dependents = dependents.into_iter();
    if dependents.any(|dependent| blocks(dependent, &object.uid)) {
        Verdict::Keep(Kept::Blocked)
    } else {
        Verdict::LetGo
    }
}

/// An object with an owner that waits for it. If it has dependents they go first, level by level
/// (GC-5).
fn collect_level<'a>(
    object: &ObjectMeta,
    dependents: impl IntoIterator<Item = &'a ObjectMeta>,
) -> Verdict {
    let mut dependents = dependents.into_iter().peekable();
    let propagation = if dependents.peek().is_none() {
        own_policy(object)
    } else if object.owner_references.iter().any(is_blocking)
        && dependents.any(waits_for_dependents)
    {
        return Verdict::Unblock; // GC-9
    } else {
        DeletionPropagation::Foreground
    };
    Verdict::Collect { propagation, why: Collected::OwnerWaits }
}

/// What an object's own finalizers say about its dependents (GC-4).
fn own_policy(object: &ObjectMeta) -> DeletionPropagation {
    if has(object, ORPHAN_FINALIZER) {
        DeletionPropagation::Orphan
    } else if has(object, FOREGROUND_FINALIZER) {
        DeletionPropagation::Foreground
    } else {
        DeletionPropagation::Background
    }
}

fn has(object: &ObjectMeta, finalizer: &str) -> bool {
    object.finalizers.iter().any(|one| one == finalizer)
}

fn is_blocking(reference: &OwnerReference) -> bool {
    reference.block_owner_deletion == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

    fn object(owners: &[(&str, bool)], finalizers: &[&str], deleting: bool) -> ObjectMeta {
        let reference = |(uid, blocks): &(&str, bool)| OwnerReference {
            uid: (*uid).into(),
            block_owner_deletion: Some(*blocks),
            ..OwnerReference::default()
        };
        ObjectMeta {
            uid: "me".into(),
            owner_references: owners.iter().map(reference).collect(),
            finalizers: finalizers.iter().map(|one| (*one).into()).collect(),
            deletion_timestamp: deleting.then_some(Time::EPOCH),
            ..ObjectMeta::default()
        }
    }

    /// The uid of an owner says how it stands.
    fn check(object: &ObjectMeta, dependents: &[ObjectMeta], expected: Verdict) {
        let standing = |reference: &OwnerReference| match reference.uid.as_str() {
            "solid" => Standing::Solid,
            "waiting" => Standing::Waiting,
            "unknown" => Standing::Unknown,
            "far" => Standing::OutOfReach,
            _ => Standing::Absent,
        };
        assert_eq!(judge(object, standing, dependents), expected);
    }

    fn collected(propagation: DeletionPropagation, why: Collected) -> Verdict {
        Verdict::Collect { propagation, why }
    }

    #[test]
    fn owners_decide() {
        use DeletionPropagation::{Background, Foreground, Orphan};
        let of = |owners| object(owners, &[], false);
        let gone = |propagation| collected(propagation, Collected::OwnersGone);
        check(&of(&[]), &[], Verdict::Keep(Kept::Free));
        check(&of(&[("solid", true)]), &[], Verdict::Keep(Kept::Owned));
        // GC-1, GC-4
        check(&of(&[("a", true), ("b", false)]), &[], gone(Background));
        check(&object(&[("a", true)], &["orphan"], false), &[], gone(Orphan));
        check(&object(&[("a", true)], &["foregroundDeletion"], false), &[], gone(Foreground));
        // GC-3
        let lost = vec!["a".into(), "waiting".into()];
        let mixed = of(&[("a", true), ("solid", true), ("waiting", true)]);
        check(&mixed, &[], Verdict::Disown(lost));
        // GC-10
        check(&object(&[("a", true)], &["k/x"], true), &[], Verdict::Keep(Kept::Deleting));
    }

    // GC-2, GC-11
    #[test]
    fn nothing_is_done_where_an_owner_cannot_be_judged() {
        let unknown = object(&[("a", true), ("unknown", false)], &[], false);
        let reference = unknown.owner_references.last().cloned().unwrap_or_default();
        check(&unknown, &[], Verdict::Keep(Kept::UnknownKind(reference.into())));
        let far = object(&[("far", false)], &[], false);
        let reference = far.owner_references.last().cloned().unwrap_or_default();
        check(&far, &[], Verdict::Keep(Kept::OutOfReach(reference.into())));
    }

    // GC-5
    #[test]
    fn the_foreground_goes_level_by_level() {
        use DeletionPropagation::{Background, Foreground};
        let middle = object(&[("waiting", true)], &[], false);
        let leaf = object(&[("me", true)], &[], false);
        check(&middle, &[], collected(Background, Collected::OwnerWaits));
        let level = collected(Foreground, Collected::OwnerWaits);
        check(&middle, std::slice::from_ref(&leaf), level);
        let waits = object(&[], &["k/x", "foregroundDeletion"], true);
        check(&waits, std::slice::from_ref(&leaf), Verdict::Keep(Kept::Blocked));
        check(&waits, &[object(&[("me", false)], &[], false)], Verdict::LetGo);
        check(&waits, &[], Verdict::LetGo);
    }

    // GC-6
    #[test]
    fn orphans_are_made_while_others_hold_the_owner() {
        check(&object(&[], &["k/x", "orphan"], true), &[], Verdict::Orphan);
    }

    // GC-9
    #[test]
    fn a_ring_is_broken() {
        let mut middle = object(&[("waiting", true)], &[], false);
        let first = object(&[("me", true)], &["foregroundDeletion"], true);
        check(&middle, std::slice::from_ref(&first), Verdict::Unblock);
        unblock(&mut middle);
        let level = collected(DeletionPropagation::Foreground, Collected::OwnerWaits);
        check(&middle, &[first], level);
    }
}
