//! JSON merge patch: RFC 7396 with upstream's deviations (`PATCH-1`).
//!
//! Source: `gopkg.in/evanphx/json-patch.v4` `MergePatch`, `CreateMergePatch`.

use serde_json::Value;

use super::error::{Cause, Error};
use super::value::{Members, Type, document, drop_nulls, shallow};
use crate::field::Path;

/// Applies a JSON merge patch.
///
/// `null` removes a key, objects merge, everything else replaces. In a value that is new, null members
/// are dropped at every depth; null items of lists stay. Where a list replaces an object, its null
/// members stay too. A patch that is a list replaces the whole document; an API server answers 400
/// to that, since the result is no object.
///
/// ```
/// use kubernel::patch;
/// use serde_json::json;
///
/// let pod = json!({"metadata": {"labels": {"app": "web", "tier": "front"}}});
/// let patch = json!({"metadata": {"labels": {"tier": null, "canary": "yes"}}});
/// let patched = patch::merge(pod, &patch)?;
/// assert_eq!(patched, json!({"metadata": {"labels": {"app": "web", "canary": "yes"}}}));
/// # Ok::<(), patch::Error>(())
/// ```
///
/// # Errors
/// [`Cause::BadPatch`] when the patch is neither object nor list, [`Cause::BadDocument`] when the
/// document is `null`, [`Cause::TooDeep`].
pub fn merge(document: Value, patch: &Value) -> Result<Value, Error> {
    shallow(&[&document, patch])?;
    let fail = |cause| Err(Error::new(&Path::EMPTY, cause));
    let mut patch = patch.clone();
    match (document, patch) {
        (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            fail(Cause::BadPatch { found: "null or a scalar" })
        }
        (Value::Null, _) => fail(Cause::BadDocument { found: Type::Null.name() }),
        (Value::Object(mut members), Value::Object(changes)) => {
            merge_members(&mut members, changes);
            Ok(Value::Object(members))
        }
        (_, other) => {
            patch = other;
            drop_nulls(&mut patch);
            Ok(patch)
        }
    }
}

fn merge_members(members: &mut Members, changes: Members) {
    for (name, mut change) in changes {
        if change.is_null() {
            members.remove(&name);
            continue;
        }
        match (members.get_mut(&name), change) {
            (Some(Value::Object(old)), Value::Object(new)) => merge_members(old, new),
            (Some(old @ Value::Object(_)), new) => *old = new,
            (_, new) => {
                change = new;
                drop_nulls(&mut change);
                members.insert(name, change);
            }
        }
    }
}

/// Makes the JSON merge patch that turns `original` into `modified`.
///
/// Keys that are gone become `null`; lists and scalars that differ are taken over whole. Members of
/// `modified` that are null cannot be expressed and are lost.
///
/// ```
/// use kubernel::patch;
/// use serde_json::json;
///
/// let (old, new) = (json!({"a": 1, "b": {"c": [1]}}), json!({"b": {"c": [1, 2]}}));
/// assert_eq!(patch::merge_diff(&old, &new)?, json!({"a": null, "b": {"c": [1, 2]}}));
/// # Ok::<(), patch::Error>(())
/// ```
///
/// # Errors
/// [`Cause::BadDocument`] when one of the two is not an object, [`Cause::TooDeep`].
pub fn merge_diff(original: &Value, modified: &Value) -> Result<Value, Error> {
    shallow(&[original, modified])?;
    let (original, modified) = (document(original.clone())?, document(modified.clone())?);
    Ok(Value::Object(diff_members(&original, modified)))
}

fn diff_members(original: &Members, modified: Members) -> Members {
    let gone = original.keys().filter(|name| !modified.contains_key(*name));
    let mut patch: Members = gone.map(|name| (name.clone(), Value::Null)).collect();
    for (name, new) in modified {
        match (original.get(&name), new) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                let below = diff_members(old, new);
                if !below.is_empty() {
                    patch.insert(name, Value::Object(below));
                }
            }
            (Some(old), new) if *old == new => {}
            (_, new) => {
                patch.insert(name, new);
            }
        }
    }
    patch
}
