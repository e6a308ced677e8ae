//! What a strategic merge patch has to know of a field (`PATCH-5`).
//!
//! Source: `apimachinery/pkg/util/strategicpatch/meta.go`,
//! `third_party/forked/golang/json/fields.go`.

use serde_json::Value;

use super::error::{Cause, Error};
use crate::api::{PatchStrategy, Shape};
use crate::field::Path;

/// A place in the document: where, and of which form.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) at: &'a Path<'a>,
    pub(super) shape: &'static Shape,
}

/// What becomes of the value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// Objects merge, lists are replaced.
    Plain,
    /// Objects merge, lists merge too.
    Merge,
    /// Everything is replaced.
    Replace,
}

/// What the table says of a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// The form of the value; for a list that of its items.
    pub(super) shape: &'static Shape,
    pub(super) strategy: Strategy,
    /// By which field items are matched; empty for lists of scalars and for what is not merged.
    pub(super) key: &'static str,
    /// Whether a diff lists the keys that are kept.
    pub(super) retain: bool,
}

impl<'a> Here<'a> {
    pub(super) fn fail(self, cause: Cause) -> Error {
        Error::new(self.at, cause)
    }

    /// What holds for the field `name` when two objects meet in it.
    pub(super) fn object(self, name: &str) -> Result<Rule, Error> {
        let at = self.at.field(name);
        let shape = match self.shape {
            Shape::Struct(shape) => shape,
            Shape::Quantity | Shape::IntOrString | Shape::Time | Shape::MicroTime | Shape::Any => {
                return Err(Error::new(&at, Cause::UnknownField));
            }
            Shape::Bool
            | Shape::Int32
            | Shape::Int64
            | Shape::Text
            | Shape::Bytes
            | Shape::List(_)
            | Shape::Map(_) => return Err(Error::new(&at, Cause::NotAStruct)),
        };
        let folded = || shape.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        let Some(field) = shape.field(name).or_else(folded) else {
            if shape.version.is_some() && matches!(name, "kind" | "apiVersion") {
                return Ok(Rule::of(&Shape::Text, PatchStrategy::Plain));
            }
            return Err(Error::new(&at, Cause::UnknownField));
        };
        Ok(Rule::of(field.shape, field.patch))
    }

    /// What holds for the field `name` when two lists meet in it.
    pub(super) fn list(self, name: &str) -> Result<Rule, Error> {
        let rule = self.object(name)?;
        match rule.shape {
            Shape::List(item) => Ok(Rule { shape: item, ..rule }),
            Shape::Bytes => Ok(rule),
            Shape::Bool
            | Shape::Int32
            | Shape::Int64
            | Shape::Text
            | Shape::Quantity
            | Shape::IntOrString
            | Shape::Time
            | Shape::MicroTime
            | Shape::Any
            | Shape::Map(_)
            | Shape::Struct(_) => Err(Error::new(&self.at.field(name), Cause::NotAList)),
        }
    }
}

impl Rule {
    fn of(shape: &'static Shape, patch: PatchStrategy) -> Self {
        let (strategy, key, retain) = match patch {
            PatchStrategy::Plain => (Strategy::Plain, "", false),
            PatchStrategy::MergeBy(key) => (Strategy::Merge, key, false),
            PatchStrategy::MergeByRetainKeys(key) => (Strategy::Merge, key, true),
            PatchStrategy::MergeSet => (Strategy::Merge, "", false),
            PatchStrategy::Replace => (Strategy::Replace, "", false),
            PatchStrategy::RetainKeys => (Strategy::Plain, "", true),
        };
        Self { shape, strategy, key, retain }
    }

    /// By what an item is told from others: the value of its key, or itself.
    pub(super) fn identity<'v>(&self, item: &'v Value) -> Option<&'v Value> {
        if self.key.is_empty() { Some(item) } else { item.get(self.key) }
    }
}
