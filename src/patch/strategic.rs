//! Strategic merge patch: what becomes of objects (`PATCH-6`, `PATCH-8`, `PATCH-9`, `PATCH-11`).
//!
//! Source: `apimachinery/pkg/util/strategicpatch/patch.go`.

use std::mem;

use serde_json::Value;

use super::error::{Cause, Error};
use super::list;
use super::order;
use super::schema::{Here, Strategy};
use super::value::{Members, Type, document, drop_nulls, shallow};
use crate::api::Shape;
use crate::field::Path;

pub(super) const DIRECTIVE: &str = "$patch";
pub(super) const RETAIN_KEYS: &str = "$retainKeys";
pub(super) const DELETE_FROM: &str = "$deleteFromPrimitiveList";
pub(super) const ELEMENT_ORDER: &str = "$setElementOrder";

/// Applies a strategic merge patch to an object of the form `shape`.
///
/// Objects merge, `null` removes a key, lists are replaced unless the table beside the fields (see
/// [`PatchStrategy`](crate::api::PatchStrategy)) says that they merge: by a key, as the containers of
/// a pod by `name`, or as a set. Directives of the patch:
///
/// | directive | effect |
/// |---|---|
/// | `$patch: delete` in an item | removes the items with its key |
/// | `$patch: delete` in an object | empties it |
/// | `$patch: replace` | the object, or the whole list around the item, becomes exactly the rest |
/// | `$retainKeys: [..]` | other keys of the object are removed |
/// | `$deleteFromPrimitiveList/f: [..]` | removes values from the set `f` |
/// | `$setElementOrder/f: [..]` | the order of the items of `f` |
///
/// The result is raw: it is for the caller to decode it into the kind, which drops unknown fields.
///
/// ```
/// use kubernel::api::{Pod, Wire};
/// use kubernel::patch;
/// use serde_json::json;
///
/// let pod = json!({"spec": {"containers": [{"name": "web", "image": "web:1"}, {"name": "log"}]}});
/// let patch = json!({"spec": {"containers": [{"name": "web", "image": "web:2"}]}});
/// let patched = patch::strategic(Pod::SHAPE, pod, &patch)?;
/// assert_eq!(patched["spec"]["containers"][0], json!({"name": "web", "image": "web:2"}));
/// assert_eq!(patched["spec"]["containers"][1], json!({"name": "log"}));
/// # Ok::<(), patch::Error>(())
/// ```
///
/// # Errors
/// [`Cause::BadDocument`] and [`Cause::BadPatch`] when one of the two is not an object,
/// [`Cause::TooDeep`], and every cause with the code 400, 422 or 500 that names a directive, an item
/// or a field; see there.
pub fn strategic(shape: &'static Shape, document: Value, patch: &Value) -> Result<Value, Error> {
    shallow(&[&document, patch])?;
    let Value::Object(changes) = patch.clone() else {
        let found = Type::of(patch).name();
        return Err(Error::new(&Path::EMPTY, Cause::BadPatch { found }));
    };
    let members = self::document(document)?;
    let here = Here { at: &Path::EMPTY, shape };
    Mode::Apply.members(here, members, changes).map(Value::Object)
}

/// What the left side of a merge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A document: directives take effect, nulls of new values are dropped.
    Apply,
    /// Another patch: directives and nulls are kept.
    Combine,
}

impl Mode {
    /// Merges the members `new` into the members `old`.
    pub(super) fn members(
        self,
        here: Here<'_>,
        mut old: Members,
        mut new: Members,
    ) -> Result<Members, Error> {
        if let Some(directive) = new.remove(DIRECTIVE) {
            // PATCH-8
            return match directive.as_str() {
                Some("replace") => Ok(new),
                Some("delete") => Ok(Members::new()),
                Some(_) | None => Err(unknown_directive(here, &directive)),
            };
        }
        self.retain_keys(here, &mut old, &mut new)?;
        for name in names_with(&new, ELEMENT_ORDER) {
            order::set(self, here, (&mut old, &mut new), &name)?;
        }
        for name in names_with(&new, DELETE_FROM) {
            let gone = new.remove(&name).unwrap_or_default();
            self.delete_from(here, &mut old, &name, gone)?;
        }
        for (name, value) in new {
            self.member(here, &mut old, name, value)?;
        }
        Ok(old)
    }

    /// Merges one member.
    fn member(
        self,
        here: Here<'_>,
        members: &mut Members,
        name: String,
        value: Value,
    ) -> Result<(), Error> {
        if value.is_null() {
            // PATCH-6
            match self {
                Self::Apply => members.remove(&name),
                Self::Combine => members.insert(name, Value::Null),
            };
            return Ok(());
        }
        match members.get_mut(&name) {
            Some(old) => {
                if !self.value(here, &name, old, value)? {
                    members.remove(&name);
                }
            }
            None => {
                if let Some(value) = self.fresh(value) {
                    members.insert(name, value);
                }
            }
        }
        Ok(())
    }

    /// Merges a value into the one that stands in the field `name`; `false` when nothing is left.
    fn value(self, here: Here<'_>, name: &str, old: &mut Value, new: Value) -> Result<bool, Error> {
        let at = here.at.field(name);
        match (&mut *old, new) {
            (Value::Object(members), Value::Object(changes)) => {
                let rule = here.object(name)?;
                *members = match rule.strategy {
                    Strategy::Replace => changes,
                    Strategy::Plain | Strategy::Merge => {
                        let below = Here { at: &at, shape: rule.shape };
                        self.members(below, mem::take(members), changes)?
                    }
                };
            }
            (Value::Array(items), Value::Array(changes)) => {
                let rule = here.list(name)?;
                *items = match rule.strategy {
                    Strategy::Merge => list::merge(self, &at, rule, (mem::take(items), changes))?,
                    Strategy::Plain | Strategy::Replace => changes,
                };
            }
            (_, new) => match self.fresh(new) {
                Some(new) => *old = new,
                None => return Ok(false),
            },
        }
        Ok(true)
    }

    /// A value as it is taken over where there was none, or one of another type (`PATCH-6`,
    /// `PATCH-9`).
    fn fresh(self, mut value: Value) -> Option<Value> {
        if self == Self::Apply {
            drop_nulls(&mut value);
        }
        without_directives(&mut value).then_some(value)
    }

    /// `PATCH-11`
    fn retain_keys(
        self,
        here: Here<'_>,
        old: &mut Members,
        new: &mut Members,
    ) -> Result<(), Error> {
        let Some(kept) = new.remove(RETAIN_KEYS) else { return Ok(()) };
        if self == Self::Combine {
            let before = old.entry(RETAIN_KEYS).or_insert_with(|| kept.clone());
            return if *before == kept { Ok(()) } else { Err(here.fail(Cause::RetainKeysDiffer)) };
        }
        let bad = || here.fail(Cause::BadRetainKeysFormat);
        let kept = kept.as_array().ok_or_else(bad)?;
        let listed = |name: &str| kept.iter().any(|key| key.as_str() == Some(name));
        let stray = new.iter().any(|(name, value)| {
            let directive = name.starts_with(DELETE_FROM) || name.starts_with(ELEMENT_ORDER);
            !value.is_null() && !directive && !listed(name)
        });
        if stray {
            return Err(bad());
        }
        old.retain(|name, _| listed(name));
        Ok(())
    }

    /// `$deleteFromPrimitiveList` (`PATCH-10`): `gone` leaves the list that `directive` names.
    fn delete_from(
        self,
        here: Here<'_>,
        members: &mut Members,
        directive: &str,
        gone: Value,
    ) -> Result<(), Error> {
        if self == Self::Combine {
            members.insert(directive.to_owned(), gone);
            return Ok(());
        }
        let name = field_of(directive, DELETE_FROM)
            .ok_or_else(|| here.fail(Cause::BadPrimitiveListFormat))?;
        if gone.is_null() {
            members.remove(name);
            return Ok(());
        }
        let Some(old) = members.get_mut(name) else { return Ok(()) };
        match (&mut *old, gone) {
            (Value::Array(items), Value::Array(gone)) => {
                let (rule, at) = (here.list(name)?, here.at.field(name));
                *items = list::remove(self, &at, rule, (mem::take(items), gone))?;
            }
            (old, gone) => {
                let other = Type::of(old) != Type::of(&gone);
                if !(other || self.value(here, name, old, gone)?) {
                    members.remove(name);
                }
            }
        }
        Ok(())
    }
}

pub(super) fn unknown_directive(here: Here<'_>, directive: &Value) -> Error {
    let found = directive.as_str().map_or_else(|| directive.to_string(), str::to_owned);
    here.fail(Cause::UnknownDirective { found: found.into() })
}

/// The field that a directive such as `$setElementOrder/containers` is about.
pub(super) fn field_of<'a>(directive: &'a str, prefix: &str) -> Option<&'a str> {
    directive.strip_prefix(prefix)?.strip_prefix('/')
}

fn names_with(members: &Members, prefix: &str) -> Vec<String> {
    members.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
}

/// Takes out, at every depth, the objects that hold `$patch`; `false` when the value is one.
pub(super) fn without_directives(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            if members.contains_key(DIRECTIVE) {
                return false;
            }
            members.retain(|_, member| without_directives(member));
        }
        Value::Array(items) => items.retain_mut(without_directives),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    true
}
