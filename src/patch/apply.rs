//! Client-side apply: the three-way merge of what was applied last, what is to be applied, and what
//! is there.
//!
//! Source: `apimachinery/pkg/util/strategicpatch` `CreateThreeWayMergePatch`,
//! `apimachinery/pkg/util/jsonmergepatch`, and what `kubectl apply` does with them.

use serde_json::Value;

use super::conflict;
use super::diff::Wanted;
use super::error::{Cause, Error};
use super::merge::{merge, merge_diff};
use super::schema::Here;
use super::strategic::{Mode, strategic};
use super::value::{Members, Type, document, shallow};
use crate::api::Shape;
use crate::field::Path;

/// The annotation in which a client-side apply keeps what it applied, as JSON text.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What to do about fields that were changed in the cluster and that are now to be changed otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflicts {
    /// The new configuration wins; what `kubectl apply` does unless told otherwise.
    Overwrite,
    /// They are an error.
    Fail,
}

/// The three states of an object that a three-way merge looks at.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// What was applied last: `None` when nothing was. Only what is in here can be deleted.
    pub original: Option<&'a Value>,
    /// What is to be applied.
    pub modified: &'a Value,
    /// What is there.
    pub current: &'a Value,
}

/// What an apply comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The patch: strategic if the kind has a shape, a JSON merge patch otherwise. An empty object when
    /// nothing changes.
    pub patch: Value,
    /// The object after the patch.
    pub result: Value,
}

/// Applies the configuration `modified` to the object `current`, as `kubectl apply` does.
///
/// What was applied last is read from the annotation [`LAST_APPLIED`] of `current`, and `modified` is
/// written into it. Fields that were applied last and are not in `modified` are removed, fields in
/// `modified` are set, all others stay. `shape` is that of the kind, see
/// [`Kind::shape`](crate::api::Kind::shape); `None`, for custom kinds, merges by JSON merge patch, where
/// lists are replaced and `apiVersion`, `kind` and `metadata.name` must not change.
///
/// ```
/// use kubernel::api::Kind;
/// use kubernel::patch::{self, Conflicts};
/// use serde_json::json;
///
/// let config = |data| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data});
/// let shape = Kind::ConfigMap.shape();
/// let created = patch::with_last_applied(config(json!({"a": "1", "b": "2"})))?;
///
/// // Somebody adds a key; then a configuration without `b` is applied.
/// let live = patch::merge(created, &json!({"data": {"c": "3"}}))?;
/// let applied = patch::apply(shape, &config(json!({"a": "1"})), &live, Conflicts::Overwrite)?;
/// assert_eq!(applied.patch["data"], json!({"b": null}));
/// assert_eq!(applied.result["data"], json!({"a": "1", "c": "3"}));
/// # Ok::<(), patch::Error>(())
/// ```
///
/// # Errors
/// [`Cause::BadLastApplied`] when the annotation is no JSON object, and those of [`three_way`].
pub fn apply(
    shape: Option<&'static Shape>,
    modified: &Value,
    current: &Value,
    conflicts: Conflicts,
) -> Result<Applied, Error> {
    shallow(&[modified, current])?;
    let original = last_applied(current)?;
    let modified = with_last_applied(modified.clone())?;
    let sides = Sides { original: original.as_ref(), modified: &modified, current };
    let patch = three_way(shape, sides, conflicts)?;
    let result = match shape {
        Some(shape) => strategic(shape, current.clone(), &patch)?,
        None => merge(current.clone(), &patch)?,
    };
    Ok(Applied { patch, result })
}

/// The configuration that was applied last, from the annotation [`LAST_APPLIED`]; `None` without it.
///
/// # Errors
/// [`Cause::BadLastApplied`] when the annotation is no JSON object.
pub fn last_applied(object: &Value) -> Result<Option<Value>, Error> {
    let annotations = object.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let Some(text) = annotations.and_then(|annotations| annotations.get(LAST_APPLIED)) else {
        return Ok(None);
    };
    let metadata = Path::root("metadata.annotations");
    let bad = || Error::new(&metadata.key(LAST_APPLIED), Cause::BadLastApplied);
    match text.as_str() {
        Some("") => Ok(None),
        Some(text) => match serde_json::from_str(text) {
            Ok(Value::Object(members)) => Ok(Some(Value::Object(members))),
            Ok(_) | Err(_) => Err(bad()),
        },
        None => Err(bad()),
    }
}

/// Writes a configuration into its own annotation [`LAST_APPLIED`], as JSON text with a line break at
/// the end; a former value of the annotation is left out of the text.
///
/// # Errors
/// [`Cause::BadDocument`] when the configuration, its `metadata` or its annotations are not objects,
/// [`Cause::TooDeep`].
pub fn with_last_applied(configuration: Value) -> Result<Value, Error> {
    shallow(&[&configuration])?;
    let mut members = document(configuration)?;
    annotations(&mut members)?.remove(LAST_APPLIED);
    let text = escaped(&Value::Object(members.clone()).to_string()) + "\n";
    annotations(&mut members)?.insert(LAST_APPLIED.to_owned(), Value::String(text));
    Ok(Value::Object(members))
}

/// JSON text with the escapes that Go's encoder writes; all of these stand in strings only.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The annotations, made where there are none.
fn annotations(object: &mut Members) -> Result<&mut Members, Error> {
    let mut here = object;
    let metadata = Path::root("metadata");
    for (at, name) in [(metadata, "metadata"), (metadata.field("annotations"), "annotations")] {
        let below = here.entry(name).or_insert(Value::Null);
        if below.is_null() {
            *below = Value::Object(Members::new());
        }
        let found = Type::of(below).name();
        here = below.as_object_mut().ok_or(Error::new(&at, Cause::BadDocument { found }))?;
    }
    Ok(here)
}

/// Makes the patch of a three-way merge: what differs between `current` and `modified`, without
/// deletions, and the deletions between `original` and `modified`.
///
/// `shape` is as for [`apply`].
///
/// ```
/// use kubernel::api::Kind;
/// use kubernel::patch::{Cause, Conflicts, Sides, three_way};
/// use serde_json::json;
///
/// let original = json!({"spec": {"replicas": 1}});
/// let (modified, current) = (json!({"spec": {"replicas": 3}}), json!({"spec": {"replicas": 2}}));
/// let sides = Sides { original: Some(&original), modified: &modified, current: &current };
/// let shape = Kind::Deployment.shape();
/// assert_eq!(three_way(shape, sides, Conflicts::Overwrite).unwrap(), modified);
///
/// let error = three_way(shape, sides, Conflicts::Fail).unwrap_err();
/// assert_eq!((&*error.at, error.cause), ("spec.replicas", Cause::Conflict));
/// ```
///
/// # Errors
/// [`Cause::BadDocument`], [`Cause::TooDeep`], those of [`diff`](super::diff()); under
/// [`Conflicts::Fail`] [`Cause::Conflict`] at the first field that is changed differently from
/// `original` to `current` than by the patch. Without a shape [`Cause::Conflict`] also under
/// [`Conflicts::Overwrite`] when additions and deletions meet, and [`Cause::Unchangeable`].
pub fn three_way(
    shape: Option<&'static Shape>,
    sides: Sides<'_>,
    conflicts: Conflicts,
) -> Result<Value, Error> {
    let nothing = Value::Object(Members::new());
    let Sides { original, modified, current } = sides;
    let original = original.unwrap_or(&nothing);
    shallow(&[original, modified, current])?;
    match shape {
        Some(shape) => {
            let here = Here { at: &Path::EMPTY, shape };
            let sides = [original, modified, current].map(Value::clone).map(document);
            let [original, modified, current] = sides;
            strategic_way(here, [&original?, &modified?, &current?], conflicts)
        }
        None => json_way(original, modified, current),
    }
}

fn strategic_way(
    here: Here<'_>,
    [original, modified, current]: [&Members; 3],
    conflicts: Conflicts,
) -> Result<Value, Error> {
    let delta = Wanted { deletions: false, ..Wanted::ALL }.members(here, current, modified)?;
    let deletions = Wanted { changes: false, ..Wanted::ALL }.members(here, original, modified)?;
    let patch = Mode::Combine.members(here, deletions, delta)?;
    if conflicts == Conflicts::Fail {
        let changed = Wanted { order: false, ..Wanted::ALL }.members(here, original, current)?;
        conflict::members(here, &patch, &changed)?;
    }
    Ok(Value::Object(patch))
}

fn json_way(original: &Value, modified: &Value, current: &Value) -> Result<Value, Error> {
    let delta = document(merge_diff(current, modified)?)?;
    let (delta, deletions) = (sieve(delta, false), document(merge_diff(original, modified)?)?);
    let deletions = sieve(deletions, true);
    meet(&Path::EMPTY, &delta, &deletions)?;
    let patch = merge(Value::Object(deletions), &Value::Object(delta))?;
    let metadata = patch.get("metadata").and_then(|metadata| metadata.get("name"));
    let fixed = [
        ("apiVersion", patch.get("apiVersion")),
        ("kind", patch.get("kind")),
        ("metadata.name", metadata),
    ];
    match fixed.iter().find(|(_, change)| change.is_some()) {
        Some((name, _)) => Err(Error::new(&Path::root(name), Cause::Unchangeable)),
        None => Ok(patch),
    }
}

/// Keeps only the nulls of a JSON merge patch, or only the rest; objects that end up empty go.
fn sieve(patch: Members, nulls: bool) -> Members {
    let mut kept = Members::new();
    for (name, value) in patch {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let below = sieve(members, nulls);
                if !below.is_empty() {
                    kept.insert(name, Value::Object(below));
                }
            }
            value if value.is_null() == nulls => {
                kept.insert(name, value);
            }
            _ => {}
        }
    }
    kept
}

/// Fails where both patches say something of the same member, and not the same.
fn meet(at: &Path<'_>, left: &Members, right: &Members) -> Result<(), Error> {
    for (name, value) in left {
        let here = at.field(name);
        match (value, right.get(name)) {
            (_, None) => {}
            (Value::Object(left), Some(Value::Object(right))) => meet(&here, left, right)?,
            (left, Some(right)) if left == right => {}
            (_, Some(_)) => return Err(Error::new(&here, Cause::Conflict)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::Kind;

    /// The patch, or where and why there is none.
    fn check(sides: [Value; 3], conflicts: Conflicts, expected: Result<Value, (&str, Cause)>) {
        let [original, modified, current] = &sides;
        let sides = Sides { original: Some(original), modified, current };
        let found = three_way(Kind::Pod.shape(), sides, conflicts);
        let expected = expected.map_err(|(at, cause)| Error { at: at.into(), cause });
        assert_eq!(found, expected, "{sides:?}");
    }

    fn containers(items: Value) -> Value {
        json!({"spec": {"containers": items}})
    }

    #[test]
    fn what_others_added_stays() {
        check(
            [
                containers(json!([{"name": "a", "image": "a:1"}, {"name": "b"}])),
                containers(json!([{"name": "a", "image": "a:2"}])),
                containers(
                    json!([{"name": "a", "image": "a:1", "tty": true}, {"name": "b"}, {"name": "c"}]),
                ),
            ],
            Conflicts::Fail,
            Ok(json!({"spec": {
                "containers": [{"name": "a", "image": "a:2"}, {"name": "b", "$patch": "delete"}],
                "$setElementOrder/containers": [{"name": "a"}],
            }})),
        );
    }

    #[test]
    fn sets_and_maps() {
        let metadata = |labels: Value, finalizers: Value| json!({"metadata": {"labels": labels, "finalizers": finalizers}});
        check(
            [
                metadata(json!({"a": "1", "b": "1"}), json!(["x", "y"])),
                metadata(json!({"a": "1"}), json!(["x", "z"])),
                metadata(json!({"a": "1", "b": "1", "c": "1"}), json!(["w", "x", "y"])),
            ],
            Conflicts::Overwrite,
            Ok(json!({"metadata": {
                "labels": {"b": null},
                "finalizers": ["z"],
                "$deleteFromPrimitiveList/finalizers": ["y"],
                "$setElementOrder/finalizers": ["x", "z"],
            }})),
        );
    }

    #[test]
    fn conflicts_have_a_place() {
        let image = |image: &str| containers(json!([{"name": "a", "image": image}]));
        let at = "spec.containers[a].image";
        check([image("1"), image("2"), image("3")], Conflicts::Fail, Err((at, Cause::Conflict)));
        check([image("1"), image("2"), image("2")], Conflicts::Fail, Ok(json!({})));
        let host = |host: Value| json!({"spec": {"hostname": host}});
        check(
            [host(json!("a")), json!({"spec": {}}), host(json!("b"))],
            Conflicts::Fail,
            Err(("spec.hostname", Cause::Conflict)),
        );
        check(
            [host(json!("a")), json!({"spec": {}}), host(json!("b"))],
            Conflicts::Overwrite,
            Ok(json!({"spec": {"hostname": null}})),
        );
    }

    #[test]
    fn custom_kinds_merge_as_json() {
        let object = |name: &str, spec: Value| json!({"metadata": {"name": name}, "spec": spec});
        let apply =
            |modified: &Value, current: &Value| apply(None, modified, current, Conflicts::Fail);
        let live = with_last_applied(object("a", json!({"size": 1, "tags": ["x"]}))).unwrap();
        let live = merge(live, &json!({"spec": {"tags": ["x", "y"], "more": true}})).unwrap();

        let applied = apply(&object("a", json!({"tags": ["z"]})), &live).unwrap();
        assert_eq!(applied.result["spec"], json!({"tags": ["z"], "more": true}));
        let again = apply(&object("a", json!({"tags": ["z"]})), &applied.result).unwrap();
        assert_eq!(again.patch, json!({}));
        let renamed = apply(&object("b", json!({})), &live).unwrap_err();
        assert_eq!((&*renamed.at, renamed.code()), ("metadata.name", 409));
    }

    #[test]
    fn the_annotation_is_what_kubectl_writes() {
        let object = json!({"metadata": {"name": "a", "annotations": {LAST_APPLIED: "old"}}, "data": {"k": "<&>"}});
        let object = with_last_applied(object).unwrap();
        let text = "{\"data\":{\"k\":\"\\u003c\\u0026\\u003e\"},\"metadata\":{\"annotations\":{},\"name\":\"a\"}}\n";
        assert_eq!(object["metadata"]["annotations"], json!({LAST_APPLIED: text}));
        let read = last_applied(&object).unwrap().unwrap();
        assert_eq!(
            read,
            json!({"data": {"k": "<&>"}, "metadata": {"annotations": {}, "name": "a"}})
        );
        let bad = last_applied(&json!({"metadata": {"annotations": {LAST_APPLIED: "[]"}}}));
        assert_eq!(bad.unwrap_err().cause, Cause::BadLastApplied);
    }
}
