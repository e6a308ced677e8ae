//! How an object ends.

use std::sync::Arc;
use std::time::Duration;

use crate::admission::error::{ApiError, Conflict};
use crate::admission::kinds::{Dependents, Strategy};
use crate::admission::request::{Admitted, Answer, Write};
use crate::api::{
    CustomKind, DeleteOptions, DeletionPropagation, Key, Kind, NamespacePhase, Object, ObjectMeta,
    Pod, PodPhase, Scope,
};
use crate::field::Errors;
use crate::meta;
use crate::store::{Expect, Revision};
use crate::time::Time;

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

/// What a delete does to an object.
pub(super) enum End {
    /// Nothing: it is being deleted already.
    Unchanged,
    /// It is marked and waits.
    Marked(Object),
    /// It goes.
    Removed,
    /// It is marked and then goes: two revisions (DEL-8).
    MarkedAndRemoved(Object),
}

impl End {
    /// The answer without the writes.
    pub(super) fn tried(self, key: &Key, stored: &Object) -> Admitted {
        let answer = match self {
            Self::Unchanged => Answer::Stored(key.clone()),
            Self::Marked(object) | Self::MarkedAndRemoved(object) => Answer::Unstored(object),
            Self::Removed => Answer::Unstored(stored.clone()),
        };
        Admitted::new(Vec::new(), answer)
    }

    pub(super) fn admitted(self, key: &Key, stored: &Object) -> Admitted {
        self.admitted_after(Vec::new(), key, stored)
    }

    /// As [`admitted`](Self::admitted), after other writes, the last of which made `stored` if there
    /// are any.
    pub(super) fn admitted_after(
        self,
        mut writes: Vec<Write>,
        key: &Key,
        stored: &Object,
    ) -> Admitted {
        let first =
            if writes.is_empty() { Expect::Revision(Revision::of(stored)) } else { Expect::Any };
        let write = |expect, after| Write { key: key.clone(), expect, after };
        let answer = match self {
            Self::Unchanged => Answer::Stored(key.clone()),
            Self::Marked(object) => {
                writes.push(write(first, Some(object)));
                Answer::Stored(key.clone())
            }
            Self::Removed => {
                writes.push(write(first, None));
                Answer::Removed(stored.clone())
            }
            Self::MarkedAndRemoved(object) => {
                writes.push(write(first, Some(object.clone())));
                writes.push(write(Expect::Any, None));
                Answer::Removed(object)
            }
        };
        Admitted::new(writes, answer)
    }
}

/// Whether the request is only a trial (STORE-11).
pub(super) fn is_trial(options: &DeleteOptions) -> bool {
    !options.dry_run.is_empty()
}

/// What a delete with `options` does to `object`.
///
/// Source: `apiserver/pkg/registry/generic/registry/store.go Delete`, `rest/delete.go BeforeDelete`.
pub(super) fn end(object: &Object, options: DeleteOptions, now: Time) -> Result<End, ApiError> {
    check_delete_options(&options)?;
    check_preconditions(object, &options)?;
    if let Object::Namespace(namespace) = object {
        if namespace.metadata.deletion_timestamp.is_none() {
            return Ok(End::Marked(terminating(object, &options, now)));
        }
        if !namespace.spec.finalizers.is_empty() {
            return Ok(End::Unchanged); // NS-3
        }
    }
    let mut marked = object.clone();
    let grace = match object {
        Object::Pod(pod) => pod_grace(pod, marked.meta_mut(), &options, now),
        _other => Grace::None,
    };
    if grace == Grace::Pending {
        return Ok(End::Unchanged); // DEL-9
    }
    set_collector_finalizers(&mut marked, &options);
    let held = !marked.meta().finalizers.is_empty();
    Ok(match (grace, held) {
        (Grace::Period(0), false) => End::MarkedAndRemoved(marked), // POD-DEL-3
        (Grace::Period(_), _) => changed(marked, object),
        (Grace::None | Grace::Pending, false) => End::Removed, // DEL-2
        (Grace::None | Grace::Pending, true) => {
            mark(marked.meta_mut(), now); // DEL-3
            changed(marked, object)
        }
    })
}

/// Whether the options of a delete go together (DEL-5).
pub(crate) fn check_delete_options(options: &DeleteOptions) -> Result<(), ApiError> {
    let mut errors = Errors::new();
    meta::validate_delete_options(&mut errors, options);
    errors.into_result(()).map_err(|errors| ApiError::Invalid { key: options_key(), errors })
}

/// What is wrong are the options, not the object.
fn options_key() -> Key {
    let kind = CustomKind::new("meta.k8s.io/v1", "DeleteOptions", "deleteoptions", Scope::Cluster);
    Key::new(Kind::Custom(kind), "", "")
}

fn changed(marked: Object, object: &Object) -> End {
    if marked == *object { End::Unchanged } else { End::Marked(marked) }
}

/// DEL-1, POD-DEL-6
pub(super) fn check_preconditions(
    object: &Object,
    options: &DeleteOptions,
) -> Result<(), ApiError> {
    let Some(asked) = options.preconditions.as_deref() else { return Ok(()) };
    let have = object.meta();
    let pairs = [
        ("UID", &asked.uid, &have.uid),
        ("ResourceVersion", &asked.resource_version, &have.resource_version),
    ];
    for (field, got, have) in pairs {
        if let Some(got) = got.as_ref().filter(|got| *got != have) {
            let (have, got) = (have.as_str().into(), got.as_str().into());
            let cause = Conflict::Precondition { field, have, got };
            return Err(ApiError::Conflict { key: object.key(), cause });
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grace {
    /// The kind has no grace, or it is over.
    None,
    /// A graceful deletion is under way, and the request does not shorten it.
    Pending,
    /// The metadata has been set for this many seconds of grace.
    Period(i64),
}

/// DEL-8, DEL-9, POD-DEL-1, POD-DEL-2, POD-DEL-4, POD-DEL-5
fn pod_grace(pod: &Pod, meta: &mut ObjectMeta, options: &DeleteOptions, now: Time) -> Grace {
    let asked = options.grace_period_seconds.map(|asked| if asked < 0 { 1 } else { asked });
    if let Some(due) = pod.metadata.deletion_timestamp {
        let left = pod.metadata.deletion_grace_period_seconds.map_or(0, |left| left.max(-1));
        let left = if left < 0 { 1 } else { left };
        return match asked {
            _ if left == 0 => Grace::None,
            Some(asked) if asked < left => shorten(meta, due, asked, now),
            Some(_) | None => Grace::Pending,
        };
    }
    let done = [PodPhase::Succeeded, PodPhase::Failed].contains(&pod.status.phase);
    let period = if pod.spec.node_name.is_empty() || done {
        0
    } else {
        let period = asked.or(pod.spec.termination_grace_period_seconds).unwrap_or(0);
        if period < 0 { 1 } else { period }
    };
    meta.deletion_timestamp = Some(later(now, period));
    meta.deletion_grace_period_seconds = Some(period);
    grow(meta);
    Grace::Period(period)
}

/// Moves the end of the grace back, but not into the past (DEL-9).
fn shorten(meta: &mut ObjectMeta, due: Time, asked: i64, now: Time) -> Grace {
    let left = meta.deletion_grace_period_seconds.unwrap_or(0);
    let moved = Time::from_unix(due.as_unix().saturating_sub(left).saturating_add(asked));
    let (due, period) = if moved < now { (now, asked.min(1)) } else { (moved, asked) };
    meta.deletion_timestamp = Some(due);
    meta.deletion_grace_period_seconds = Some(period);
    Grace::Period(period)
}

fn later(now: Time, seconds: i64) -> Time {
    now.plus(Duration::from_secs(seconds.unsigned_abs()))
}

/// META-11
fn grow(meta: &mut ObjectMeta) {
    if meta.generation > 0 {
        meta.generation = meta.generation.saturating_add(1);
    }
}

fn mark(meta: &mut ObjectMeta, now: Time) {
    if meta.deletion_timestamp.is_none() {
        grow(meta);
    }
    meta.deletion_timestamp = Some(meta.deletion_timestamp.map_or(now, |due| due.min(now)));
    meta.deletion_grace_period_seconds = Some(0);
}

/// DEL-6, DEL-7
fn set_collector_finalizers(object: &mut Object, options: &DeleteOptions) {
    let policy = policy(object.meta(), &object.kind(), options);
    let meta = object.meta_mut();
    let wanted = match policy {
        DeletionPropagation::Orphan => Some(ORPHAN),
        DeletionPropagation::Foreground => Some(FOREGROUND),
        DeletionPropagation::Background
        | DeletionPropagation::Unset
        | DeletionPropagation::Other(_) => None,
    };
    let ours = |finalizer: &str| finalizer == ORPHAN || finalizer == FOREGROUND;
    let present: Vec<&str> =
        meta.finalizers.iter().map(String::as_str).filter(|it| ours(it)).collect();
    let right = match wanted {
        Some(wanted) => !present.is_empty() && present.iter().all(|it| *it == wanted),
        None => present.is_empty(),
    };
    if !right {
        meta.finalizers.retain(|finalizer| !ours(finalizer));
        meta.finalizers.extend(wanted.map(String::from));
    }
}

/// The effective policy (DEL-6).
fn policy(meta: &ObjectMeta, kind: &Kind, options: &DeleteOptions) -> DeletionPropagation {
    let default = match Strategy::of(kind).dependents {
        Dependents::Untouched => return DeletionPropagation::Background,
        Dependents::Orphaned => DeletionPropagation::Orphan,
        Dependents::Collected => DeletionPropagation::Background,
    };
    match options.orphan_dependents {
        Some(true) => return DeletionPropagation::Orphan,
        Some(false) => return DeletionPropagation::Background,
        None => {}
    }
    if let Some(policy) = &options.propagation_policy {
        return policy.clone();
    }
    let own = meta.finalizers.iter().find_map(|finalizer| match finalizer.as_str() {
        ORPHAN => Some(DeletionPropagation::Orphan),
        FOREGROUND => Some(DeletionPropagation::Foreground),
        _ => None,
    });
    own.unwrap_or(default)
}

/// The namespace after the first delete (NS-3).
fn terminating(object: &Object, options: &DeleteOptions, now: Time) -> Object {
    let mut object = object.clone();
    if let Object::Namespace(namespace) = &mut object {
        let namespace = Arc::make_mut(namespace);
        namespace.metadata.deletion_timestamp = Some(now);
        namespace.status.phase = NamespacePhase::Terminating;
        let wanted = match (options.orphan_dependents, &options.propagation_policy) {
            (Some(true), _) | (None, Some(DeletionPropagation::Orphan)) => Some(Some(ORPHAN)),
            (Some(false), _) | (None, Some(DeletionPropagation::Foreground)) => {
                Some(Some(FOREGROUND))
            }
            (None, Some(_)) => Some(None),
            (None, None) => None,
        };
        if let Some(wanted) = wanted {
            let finalizers = &mut namespace.metadata.finalizers;
            finalizers.retain(|it| (it != ORPHAN && it != FOREGROUND) || Some(&**it) == wanted);
            if let Some(wanted) = wanted.filter(|wanted| !finalizers.iter().any(|it| it == wanted))
            {
                finalizers.push(wanted.into());
            }
        }
    }
    object
}
