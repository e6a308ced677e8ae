//! Whether two strategic merge patches change the same thing in different ways.
//!
//! Source: `apimachinery/pkg/util/strategicpatch/patch.go` `MergingMapsHaveConflicts`.

use serde_json::Value;

use super::diff::shown;
use super::error::{Cause, Error};
use super::list::close_gaps;
use super::order::insertion_sorted;
use super::schema::{Here, Rule, Strategy};
use super::strategic::{DIRECTIVE, RETAIN_KEYS};
use super::value::{Members, Type, element_type};
use crate::api::Shape;
use crate::field::Path;

/// Fails with [`Cause::Conflict`] at the first member that both change and that they change
/// differently.
pub(super) fn members(here: Here<'_>, left: &Members, right: &Members) -> Result<(), Error> {
    for (name, value) in left {
        let Some(other) = right.get(name) else { continue };
        if name == DIRECTIVE || name == RETAIN_KEYS {
            continue;
        }
        let at = here.at.field(name);
        let rule = match value {
            Value::Array(_) => Some(here.list(name)?),
            Value::Object(_) => Some(here.object(name)?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        let rule = rule.unwrap_or(UNKNOWN);
        values(&at, rule, value, other)?;
    }
    Ok(())
}

/// For what the table says nothing of.
const UNKNOWN: Rule =
    Rule { shape: &Shape::Any, strategy: Strategy::Plain, key: "", retain: false };

fn values(at: &Path<'_>, rule: Rule, left: &Value, right: &Value) -> Result<(), Error> {
    let conflict = || Err(Error::new(at, Cause::Conflict));
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            if left.get(DIRECTIVE) != right.get(DIRECTIVE) {
                return conflict();
            }
            match rule.strategy {
                Strategy::Replace => Ok(()),
                Strategy::Plain | Strategy::Merge => {
                    members(Here { at, shape: rule.shape }, left, right)
                }
            }
        }
        (Value::Array(left), Value::Array(right)) => lists(at, rule, left, right),
        (left, right) if left == right => Ok(()),
        _ => conflict(),
    }
}

fn lists(at: &Path<'_>, rule: Rule, left: &[Value], right: &[Value]) -> Result<(), Error> {
    let kind = element_type(at, [left, right])?;
    if rule.strategy == Strategy::Merge {
        return if kind == Type::Object { keyed(at, rule, left, right) } else { Ok(()) };
    }
    let items = Rule { strategy: Strategy::Plain, key: "", ..rule };
    let (left, right) = match kind {
        _ if left.len() != right.len() => return Err(Error::new(at, Cause::Conflict)),
        Type::Object => (left.to_vec(), right.to_vec()),
        Type::Null | Type::Bool | Type::Whole | Type::Fraction | Type::Text | Type::List => {
            (distinct(left), distinct(right))
        }
    };
    if left.len() != right.len() {
        return Err(Error::new(at, Cause::Conflict));
    }
    for (number, (left, right)) in left.iter().zip(&right).enumerate() {
        values(&at.index(number), items, left, right)?;
    }
    Ok(())
}

fn distinct(values: &[Value]) -> Vec<Value> {
    let mut values = values.to_vec();
    let left = close_gaps(&mut values);
    values.truncate(left);
    insertion_sorted(values, |a, b| shown(a) <= shown(b))
}

/// Items of lists that merge by key are compared with those of the same key.
fn keyed(at: &Path<'_>, rule: Rule, left: &[Value], right: &[Value]) -> Result<(), Error> {
    let missing = || Error::new(at, Cause::MissingMergeKey { key: rule.key });
    let key = |item: &Value| item.get(rule.key).map(shown).ok_or_else(missing);
    let of = |items: &[Value]| items.iter().map(key).collect::<Result<Vec<_>, _>>();
    let (left_keys, right_keys) = (of(left)?, of(right)?);
    for (number, (key, item)) in left_keys.iter().zip(left).enumerate() {
        // The last item with a key stands for all of them.
        if left_keys.iter().skip(number + 1).any(|later| later == key) {
            continue;
        }
        let place = right_keys.iter().rposition(|other| other == key);
        if let Some(other) = place.and_then(|place| right.get(place)) {
            let items = Rule { strategy: Strategy::Plain, key: "", ..rule };
            values(&at.key(key), items, item, other)?;
        }
    }
    Ok(())
}
