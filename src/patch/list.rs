//! Strategic merge patch: what becomes of lists that merge (`PATCH-7`, `PATCH-8`, `PATCH-10`).
//!
//! Source: `apimachinery/pkg/util/strategicpatch/patch.go`.

use serde_json::Value;

use super::error::{Cause, Error};
use super::order::arrange;
use super::schema::{Here, Rule};
use super::strategic::{DIRECTIVE, Mode, unknown_directive};
use super::value::{Type, element_type};
use crate::field::Path;

/// The list that stood there, and the list of the patch.
pub(super) type Lists = (Vec<Value>, Vec<Value>);

/// A merged list.
pub(super) struct Merged {
    pub(super) items: Vec<Value>,
    /// The identities of the items that count as having stood there before, in their order.
    pub(super) stood: Vec<Value>,
}

/// Merges two lists by the key of `rule`, or as sets.
pub(super) fn merge(
    mode: Mode,
    at: &Path<'_>,
    rule: Rule,
    lists: Lists,
) -> Result<Vec<Value>, Error> {
    merged(mode, at, rule, lists).map(|merged| merged.items)
}

/// As [`merge`]; `stood` is what `$setElementOrder` has to go by.
pub(super) fn merged(
    mode: Mode,
    at: &Path<'_>,
    rule: Rule,
    (old, new): Lists,
) -> Result<Merged, Error> {
    if old.is_empty() && new.is_empty() {
        return Ok(Merged { items: old, stood: Vec::new() });
    }
    match element_type(at, [&old, &new])? {
        Type::Object => objects(mode, at, rule, (old, new)),
        Type::Bool | Type::Whole | Type::Fraction | Type::Text | Type::List | Type::Null => {
            scalars(at, rule, (old, new))
        }
    }
}

/// Takes the values of the second list out of the first; lists of objects are merged instead.
pub(super) fn remove(
    mode: Mode,
    at: &Path<'_>,
    rule: Rule,
    (mut old, gone): Lists,
) -> Result<Vec<Value>, Error> {
    if old.is_empty() && gone.is_empty() {
        return Ok(old);
    }
    if element_type(at, [&old, &gone])? == Type::Object {
        return objects(mode, at, rule, (old, gone)).map(|merged| merged.items);
    }
    old.retain(|value| !gone.contains(value));
    Ok(old)
}

/// The union of two sets (`PATCH-10`).
fn scalars(at: &Path<'_>, rule: Rule, (old, new): Lists) -> Result<Merged, Error> {
    if !rule.key.is_empty() {
        let found = "a scalar";
        return Err(Error::new(at, Cause::BadType { expected: Type::Object.name(), found }));
    }
    let (count, fits) = (old.len(), old.len() + new.len() <= room(old.len()));
    let before = old.clone();
    let mut both = old;
    both.extend_from_slice(&new);
    let left = close_gaps(&mut both);
    let stood = if fits { both.iter().take(count).cloned().collect() } else { before };
    both.truncate(left);
    let items = arrange(at, rule, both, (&new, &stood))?;
    Ok(Merged { items, stood })
}

/// How many items a list that was read from JSON has room for: it doubled as it grew. Upstream
/// works in the same memory as long as there is room.
fn room(count: usize) -> usize {
    if count == 0 { 0 } else { count.next_power_of_two() }
}

/// Closes the gap of each value that was there before with the last one; answers how many are left.
/// What is behind them stays as it is.
pub(super) fn close_gaps(values: &mut [Value]) -> usize {
    let (mut left, mut first) = (values.len(), 0);
    while first < left {
        let mut at = first + 1;
        while at < left {
            if values.get(at) != values.get(first) {
                at += 1;
                continue;
            }
            left -= 1;
            let last = values.get(left).cloned();
            if let (Some(gap), Some(last)) = (values.get_mut(at), last) {
                *gap = last;
            }
        }
        first += 1;
    }
    left
}

/// `PATCH-7`
fn objects(mode: Mode, at: &Path<'_>, rule: Rule, lists: Lists) -> Result<Merged, Error> {
    let (mut items, patch) = lists;
    if rule.key.is_empty() {
        return Err(Error::new(at, Cause::MissingMergeKey { key: rule.key }));
    }
    let before = items.len();
    let (patch, replace) = without_special(at, rule, &mut items, patch)?;
    let gone = before - items.len();
    if replace {
        let stood = identities(rule, &patch);
        let replaced = arrange(at, rule, patch, (&[], &stood))?;
        return Ok(Merged { items: replaced, stood: identities(rule, &items) });
    }
    let left = items.len();
    let mut order = Vec::with_capacity(patch.len());
    for (number, change) in patch.into_iter().enumerate() {
        let place = at.index(number);
        let here = Here { at: &place, shape: rule.shape };
        let missing = || here.fail(Cause::MissingMergeKey { key: rule.key });
        let key = change.get(rule.key).cloned().ok_or_else(missing)?;
        let same = items.iter_mut().find(|item| item.get(rule.key) == Some(&key));
        match (same, change) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                *old = mode.members(here, std::mem::take(old), new)?;
            }
            (_, change) => items.push(change),
        }
        order.push(key);
    }
    // PATCH-13: upstream reuses the memory of what was deleted for the first items that are added.
    let stood = identities(rule, items.get(..items.len().min(left + gone)).unwrap_or_default());
    let seen = stood.get(..left).unwrap_or(&stood);
    let items = arrange(at, rule, items, (&order, seen))?;
    Ok(Merged { items, stood })
}

/// By what each of the items is told from others.
pub(super) fn identities(rule: Rule, items: &[Value]) -> Vec<Value> {
    items.iter().map(|item| rule.identity(item).cloned().unwrap_or_default()).collect()
}

/// Applies the items that hold `$patch` (`PATCH-8`): deletes from `items`, and answers the rest of the
/// patch and whether it replaces the list.
fn without_special(
    at: &Path<'_>,
    rule: Rule,
    items: &mut Vec<Value>,
    patch: Vec<Value>,
) -> Result<(Vec<Value>, bool), Error> {
    let (mut rest, mut replace) = (Vec::with_capacity(patch.len()), false);
    for (number, change) in patch.into_iter().enumerate() {
        let place = at.index(number);
        let here = Here { at: &place, shape: rule.shape };
        let Some(directive) = change.get(DIRECTIVE) else {
            rest.push(change);
            continue;
        };
        match directive.as_str() {
            Some("delete") => {
                let missing = || here.fail(Cause::MissingMergeKey { key: rule.key });
                let key = change.get(rule.key).ok_or_else(missing)?;
                items.retain(|item| item.get(rule.key) != Some(key));
            }
            Some("replace") => replace = true,
            Some("merge") => return Err(here.fail(Cause::MergeDirectiveInList)),
            Some(_) | None => return Err(unknown_directive(here, directive)),
        }
    }
    Ok((rest, replace))
}
