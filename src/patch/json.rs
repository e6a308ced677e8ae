//! JSON patch: RFC 6902 with upstream's deviations (`PATCH-2` to `PATCH-4`).
//!
//! Source: `gopkg.in/evanphx/json-patch.v4` `DecodePatch`, `Apply`.

use std::borrow::Cow;

use serde_json::Value;

use super::error::{Cause, Error};
use super::value::{MAX_DEPTH, Members, Type, depth, shallow};
use crate::field::Path;

/// How many operations a JSON patch may have.
pub const MAX_OPERATIONS: usize = 10_000;

/// How many bytes of JSON text the `copy` operations of one patch may add.
pub const MAX_COPIED: usize = 3 * 1024 * 1024;

/// Applies a JSON patch: the operations in order, all or none.
///
/// What differs from RFC 6902, as upstream has it:
/// - `replace` of an absent member adds it, `copy` of one writes `null`, and `test` of one passes
///   against `null` or no value;
/// - negative indices count from the end: `add` at `-1` appends; `01` and `+1` are indices too;
/// - `add`, `remove`, `move` and `copy` do not work on the whole document, and `replace` of it needs
///   an object or a list;
/// - a pointer without leading slash loses its first part: `x/b` is `/b`;
/// - an absent `value` is `null`.
///
/// ```
/// use kubernel::patch;
/// use serde_json::json;
///
/// let pod = json!({"metadata": {"finalizers": ["a"]}});
/// let patch = json!([
///     {"op": "test", "path": "/metadata/finalizers/0", "value": "a"},
///     {"op": "add", "path": "/metadata/finalizers/-", "value": "b"},
/// ]);
/// assert_eq!(patch::json(pod, &patch)?, json!({"metadata": {"finalizers": ["a", "b"]}}));
///
/// let missing = patch::json(json!({}), &json!([{"op": "remove", "path": "/a"}])).unwrap_err();
/// assert_eq!((missing.code(), missing.to_string().as_str()), (422, "[0]: there is nothing at `/a`"));
/// # Ok::<(), patch::Error>(())
/// ```
///
/// # Errors
/// [`Cause::Decode`] (400) when `operations` is neither `null` nor a list of objects and nulls,
/// [`Cause::TooManyOperations`] (413), [`Cause::TooDeep`] (400), and when an operation cannot be applied
/// one of the causes with the code 422.
pub fn json(document: Value, operations: &Value) -> Result<Value, Error> {
    apply(document, operations, &|value| value.to_string().len())
}

/// As [`json`]; `size` answers how many bytes a value has as text.
pub(super) fn apply(
    mut document: Value,
    operations: &Value,
    size: &dyn Fn(&Value) -> usize,
) -> Result<Value, Error> {
    shallow(&[&document, operations])?;
    let whole = |cause| Error::new(&Path::EMPTY, cause);
    let operations = match operations {
        Value::Array(operations) => operations.as_slice(),
        Value::Null => &[],
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Err(whole(Cause::Decode));
        }
    };
    if !operations.iter().all(|operation| operation.is_object() || operation.is_null()) {
        return Err(whole(Cause::Decode));
    }
    if operations.len() > MAX_OPERATIONS {
        let found = operations.len();
        return Err(whole(Cause::TooManyOperations { max: MAX_OPERATIONS, found }));
    }
    if !(document.is_object() || document.is_array()) {
        return Err(whole(Cause::BadDocument { found: Type::of(&document).name() }));
    }
    let (mut copies, nothing) = (Copies { size, total: 0 }, Members::new());
    for (number, operation) in operations.iter().enumerate() {
        let operation = Operation(operation.as_object().unwrap_or(&nothing));
        operation
            .apply(&mut document, &mut copies)
            .map_err(|cause| Error::new(&Path::EMPTY.index(number), cause))?;
    }
    Ok(document)
}

/// How much has been copied.
struct Copies<'a> {
    size: &'a dyn Fn(&Value) -> usize,
    total: usize,
}

impl Copies<'_> {
    fn count(&mut self, copy: Option<&Value>) -> Result<(), Cause> {
        self.total += copy.map_or(0, self.size);
        if self.total > MAX_COPIED {
            return Err(Cause::TooMuchCopied { max: MAX_COPIED });
        }
        Ok(())
    }
}

/// The members of one operation, read as it is applied.
#[derive(Clone, Copy)]
struct Operation<'a>(&'a Members);

impl<'a> Operation<'a> {
    fn pointer(self, member: &'static str) -> Result<&'a str, Cause> {
        self.0.get(member).and_then(Value::as_str).ok_or(Cause::BadPointer { member })
    }

    fn value(self) -> Value {
        self.0.get("value").cloned().unwrap_or_default()
    }

    fn apply(self, document: &mut Value, copies: &mut Copies<'_>) -> Result<(), Cause> {
        match self.0.get("op").and_then(Value::as_str) {
            Some("add") => place(document, self.pointer("path")?)?.add(self.value()),
            Some("remove") => place(document, self.pointer("path")?)?.remove().map(drop),
            Some("replace") => self.replace(document),
            Some("move") => {
                let taken = place(document, self.pointer("from")?)?.remove()?;
                place(document, self.pointer("path")?)?.add(taken)
            }
            Some("copy") => {
                let copy = place(document, self.pointer("from")?)?.read()?.cloned();
                let to = place(document, self.pointer("path")?)?;
                copies.count(copy.as_ref())?;
                to.add(copy.unwrap_or_default())
            }
            Some("test") => self.test(document),
            Some(_) | None => Err(Cause::UnknownOperation),
        }
    }

    fn replace(self, document: &mut Value) -> Result<(), Cause> {
        let pointer = self.pointer("path")?;
        let value = self.value();
        if !pointer.is_empty() {
            return place(document, pointer)?.replace(value);
        }
        if !(value.is_object() || value.is_array()) {
            return Err(Cause::BadRoot);
        }
        *document = value;
        Ok(())
    }

    fn test(self, document: &mut Value) -> Result<(), Cause> {
        let pointer = self.pointer("path")?;
        let expected = self.0.get("value").unwrap_or(&Value::Null);
        let found = match pointer {
            "" => Some(&*document),
            _ => place(document, pointer)?.read()?,
        };
        if found.unwrap_or(&Value::Null) == expected {
            return Ok(());
        }
        Err(Cause::TestFailed { pointer: pointer.into() })
    }
}

/// A member of an object or an item of a list, there or not.
struct Place<'a> {
    pointer: &'a str,
    /// How many levels are above what stands here.
    level: usize,
    inside: Inside<'a>,
    last: Cow<'a, str>,
}

enum Inside<'a> {
    Object(&'a mut Members),
    List(&'a mut Vec<Value>),
}

/// Finds the place that `pointer` names. What is before the first slash is ignored.
fn place<'a>(document: &'a mut Value, pointer: &'a str) -> Result<Place<'a>, Cause> {
    let nowhere = || Cause::NoPlace { pointer: pointer.into() };
    let (_, parts) = pointer.split_once('/').ok_or_else(nowhere)?;
    let (above, last) = match parts.rsplit_once('/') {
        Some((above, last)) => (Some(above), last),
        None => (None, parts),
    };
    let (mut here, mut level) = (document, 1);
    for part in above.into_iter().flat_map(|above| above.split('/')) {
        let part = unescape(part);
        level += 1;
        here = match here {
            Value::Object(members) => members.get_mut(part.as_ref()),
            Value::Array(items) => {
                let index = index(&part, items.len());
                index.and_then(|index| items.get_mut(index))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
        .ok_or_else(nowhere)?;
    }
    let inside = match here {
        Value::Object(members) => Inside::Object(members),
        Value::Array(items) => Inside::List(items),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(nowhere()),
    };
    Ok(Place { pointer, level, inside, last: unescape(last) })
}

/// `~1` is a slash and `~0` a tilde.
fn unescape(part: &str) -> Cow<'_, str> {
    if !part.contains('~') {
        return Cow::Borrowed(part);
    }
    let mut pieces = part.split('~');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (sign, rest) = match piece.split_at_checked(1) {
            Some(("1", rest)) => ('/', rest),
            Some(("0", rest)) => ('~', rest),
            Some(_) | None => ('~', piece),
        };
        text.push(sign);
        text.push_str(rest);
    }
    Cow::Owned(text)
}

/// The index that `part` names among `size`, from the front or, when negative, from the end
/// (`PATCH-3`).
fn index(part: &str, size: usize) -> Option<usize> {
    let index: i64 = part.parse().ok()?;
    let index = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => size.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
    };
    (index < size).then_some(index)
}

impl<'a> Place<'a> {
    fn bad_index(&self) -> Cause {
        Cause::BadIndex { pointer: self.pointer.into() }
    }

    fn fits(&self, value: &Value) -> Result<(), Cause> {
        let deep = self.level + depth(value, MAX_DEPTH + 1) > MAX_DEPTH;
        if deep { Err(Cause::TooDeep { max: MAX_DEPTH }) } else { Ok(()) }
    }

    /// What stands here; an absent member is `None`, an absent item an error.
    fn read(self) -> Result<Option<&'a Value>, Cause> {
        let cause = self.bad_index();
        match self.inside {
            Inside::Object(members) => Ok(members.get(self.last.as_ref())),
            Inside::List(items) => {
                index(&self.last, items.len()).and_then(|at| items.get(at)).ok_or(cause).map(Some)
            }
        }
    }

    fn add(self, value: Value) -> Result<(), Cause> {
        let cause = self.bad_index();
        self.fits(&value)?;
        match self.inside {
            Inside::Object(members) => {
                members.insert(self.last.into_owned(), value);
            }
            Inside::List(items) if self.last == "-" => items.push(value),
            Inside::List(items) => {
                let at = index(&self.last, items.len() + 1).ok_or(cause)?;
                items.insert(at, value);
            }
        }
        Ok(())
    }

    fn replace(self, value: Value) -> Result<(), Cause> {
        let cause = self.bad_index();
        self.fits(&value)?;
        match self.inside {
            Inside::List(items) => {
                let found = index(&self.last, items.len()).and_then(|at| items.get_mut(at));
                *found.ok_or(cause)? = value;
                Ok(())
            }
            Inside::Object(_) => self.add(value),
        }
    }

    fn remove(self) -> Result<Value, Cause> {
        let cause = self.bad_index();
        match self.inside {
            Inside::Object(members) => members
                .remove(self.last.as_ref())
                .ok_or_else(|| Cause::Missing { pointer: self.pointer.into() }),
            Inside::List(items) => {
                let at = index(&self.last, items.len()).ok_or(cause)?;
                Ok(items.remove(at))
            }
        }
    }
}
