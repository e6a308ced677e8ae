//! What all patches need to know of JSON values.

use serde_json::Value;

use super::error::{Cause, Error};
use crate::field::Path;

/// The members of a JSON object.
pub(super) type Members = serde_json::Map<String, Value>;

/// How deep a document may nest: what `serde_json` reads from text.
pub const MAX_DEPTH: usize = 128;

/// The types that upstream tells apart: whole numbers and others are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Null,
    Bool,
    Whole,
    Fraction,
    Text,
    List,
    Object,
}

impl Type {
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Number(number) if number.is_i64() => Self::Whole,
            Value::Number(_) => Self::Fraction,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Whole => "a whole number",
            Self::Fraction => "a number",
            Self::Text => "text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// The one type of all items of both lists (`PATCH-14`).
pub(super) fn element_type(at: &Path<'_>, lists: [&[Value]; 2]) -> Result<Type, Error> {
    let mut found = None;
    for item in lists.into_iter().flatten() {
        let here = Type::of(item);
        match found {
            None if here == Type::List => return Err(Error::new(at, Cause::NoListOfLists)),
            Some(before) if before != here => return Err(Error::new(at, Cause::MixedElementTypes)),
            None | Some(_) => found = Some(here),
        }
    }
    match found {
        None => Err(Error::new(at, Cause::NoElements)),
        Some(Type::Null) => Err(Error::new(at, Cause::MixedElementTypes)),
        Some(found) => Ok(found),
    }
}

/// How many levels of objects and lists there are; stops counting above `max`.
pub(super) fn depth(value: &Value, max: usize) -> usize {
    let below = |max: usize, items: &mut dyn Iterator<Item = &Value>| {
        1 + items.map(|item| depth(item, max)).max().unwrap_or_default()
    };
    let Some(rest) = max.checked_sub(1) else { return 1 };
    match value {
        Value::Array(items) => below(rest, &mut items.iter()),
        Value::Object(members) => below(rest, &mut members.values()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Refuses what nests too deep, and so bounds every walk.
pub(super) fn shallow(values: &[&Value]) -> Result<(), Error> {
    match values.iter().all(|value| depth(value, MAX_DEPTH + 1) <= MAX_DEPTH) {
        true => Ok(()),
        false => Err(Error::new(&Path::EMPTY, Cause::TooDeep { max: MAX_DEPTH })),
    }
}

/// The members of a document.
pub(super) fn document(value: Value) -> Result<Members, Error> {
    match value {
        Value::Object(members) => Ok(members),
        other => {
            let found = Type::of(&other).name();
            Err(Error::new(&Path::EMPTY, Cause::BadDocument { found }))
        }
    }
}

/// Takes out the null members of objects at every depth; null items of lists stay.
pub(super) fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
