//! Strategic merge patch: the order of a merged list (`PATCH-12`, `PATCH-13`).
//!
//! Source: `apimachinery/pkg/util/strategicpatch/patch.go`.

use std::cmp::Ordering;
use std::mem;

use serde_json::Value;

use super::error::{Cause, Error};
use super::list::{Merged, identities, merged};
use super::schema::{Here, Rule, Strategy};
use super::strategic::{DIRECTIVE, ELEMENT_ORDER, Mode, field_of, without_directives};
use super::value::{Members, Type, element_type};
use crate::field::Path;

/// Applies `$setElementOrder`: `directive` is its whole name. Merges the list that it is about.
pub(super) fn set(
    mode: Mode,
    here: Here<'_>,
    (old, new): (&mut Members, &mut Members),
    directive: &str,
) -> Result<(), Error> {
    let order = new.remove(directive).unwrap_or_default();
    let bad = || here.fail(Cause::BadSetElementOrderFormat);
    if mode == Mode::Combine {
        let before = old.entry(directive).or_insert_with(|| order.clone());
        if *before != order {
            return Err(bad());
        }
    }
    let at_directive = here.at.field(directive);
    let order = array(&at_directive, &order)?;
    let name = field_of(directive, ELEMENT_ORDER).ok_or_else(bad)?;
    let at = here.at.field(name);
    let before = old.get(name).map(|list| array(&at, list)).transpose()?.map(Vec::as_slice);
    let patch = new.get(name).map(|list| array(&at, list)).transpose()?.map(Vec::as_slice);
    let rule = here.list(name)?;
    check_order(&at, rule, patch.unwrap_or_default(), order)?;
    if before.is_none() && patch.is_none() {
        return Ok(());
    }
    let kind = element_type(&at, [before.unwrap_or_default(), patch.unwrap_or_default()]);
    let take = |members: &mut Members| match members.get_mut(name).map(mem::take) {
        Some(Value::Array(items)) => Some(items),
        _ => None,
    };
    let taken = (take(old), take(new));
    new.remove(name);
    let Merged { items, stood } = both(mode, &at, rule, taken)?;
    check_items(&at, rule, &items, order)?;
    if kind? == Type::Object {
        has_keys(&at, rule, order)?;
    }
    let wanted = identities(rule, order);
    let items = arrange(&at, rule, items, (&wanted, &stood))?;
    old.insert(name.to_owned(), Value::Array(items));
    Ok(())
}

fn array<'v>(at: &Path<'_>, value: &'v Value) -> Result<&'v Vec<Value>, Error> {
    value.as_array().ok_or_else(|| {
        let (expected, found) = (Type::List.name(), Type::of(value).name());
        Error::new(at, Cause::BadType { expected, found })
    })
}

/// The list that is to be ordered, of the one that stood there and the one of the patch.
fn both(
    mode: Mode,
    at: &Path<'_>,
    rule: Rule,
    lists: (Option<Vec<Value>>, Option<Vec<Value>>),
) -> Result<Merged, Error> {
    match lists {
        (Some(old), Some(new)) if rule.strategy == Strategy::Merge => {
            merged(mode, at, rule, (old, new))
        }
        (Some(old), Some(new)) => Ok(Merged { stood: identities(rule, &old), items: new }),
        (Some(old), None) => Ok(Merged { stood: identities(rule, &old), items: old }),
        (None, new) => {
            let mut items = new.unwrap_or_default();
            items.retain_mut(without_directives);
            Ok(Merged { items, stood: Vec::new() })
        }
    }
}

/// The items of the patch must stand in `order` and in that order; those with a directive are passed
/// over where upstream does so.
fn check_order(at: &Path<'_>, rule: Rule, patch: &[Value], order: &[Value]) -> Result<(), Error> {
    if patch.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut left = Vec::with_capacity(patch.len());
    for item in patch {
        if !rule.key.is_empty() && !item.is_object() {
            return Err(not_an_object(at, item));
        }
        if rule.key.is_empty() || item.get(DIRECTIVE).and_then(Value::as_str) != Some("delete") {
            left.push(item);
        }
    }
    let (mut left, mut order) = (left.into_iter().peekable(), order.iter());
    while let Some(item) = left.peek() {
        if order.len() > 0 && item.get(DIRECTIVE).is_some() {
            left.next();
            continue;
        }
        let Some(next) = order.next() else { return Err(Error::new(at, Cause::OrderMismatch)) };
        if identity_of(at, rule, item)? == identity_of(at, rule, next)? {
            left.next();
        }
    }
    Ok(())
}

/// What tells an item from others; it must be there.
fn identity_of<'v>(at: &Path<'_>, rule: Rule, item: &'v Value) -> Result<&'v Value, Error> {
    if !rule.key.is_empty() && !item.is_object() {
        return Err(not_an_object(at, item));
    }
    let missing = || Error::new(at, Cause::MissingMergeKey { key: rule.key });
    rule.identity(item).ok_or_else(missing)
}

fn not_an_object(at: &Path<'_>, item: &Value) -> Error {
    let (expected, found) = (Type::Object.name(), Type::of(item).name());
    Error::new(at, Cause::BadType { expected, found })
}

/// Items that are merged by key must have it, and what they are looked up in must hold objects.
fn check_items(at: &Path<'_>, rule: Rule, items: &[Value], order: &[Value]) -> Result<(), Error> {
    for item in items {
        let key = identity_of(at, rule, item)?;
        if rule.key.is_empty() {
            if item.is_object() || item.is_array() {
                let (expected, found) = ("a scalar", Type::of(item).name());
                return Err(Error::new(at, Cause::BadType { expected, found }));
            }
            continue;
        }
        for other in order {
            if !other.is_object() {
                return Err(Error::new(at, Cause::ElementNotAMap));
            }
            if rule.identity(other) == Some(key) {
                break;
            }
        }
    }
    Ok(())
}

fn has_keys(at: &Path<'_>, rule: Rule, items: &[Value]) -> Result<(), Error> {
    items.iter().try_for_each(|item| identity_of(at, rule, item).map(drop))
}

/// An item with its places in the two orders.
struct Ranked {
    item: Value,
    wanted: Option<usize>,
    stood: Option<usize>,
}

/// Puts `items` in order: those that `wanted` names as it says, the others as they `stood`; then the
/// two are interleaved (`PATCH-12`). Both are lists of identities.
pub(super) fn arrange(
    at: &Path<'_>,
    rule: Rule,
    items: Vec<Value>,
    (wanted, stood): (&[Value], &[Value]),
) -> Result<Vec<Value>, Error> {
    let mut ranked = Vec::with_capacity(items.len());
    for item in items {
        let key = identity_of(at, rule, &item)?;
        let place = |list: &[Value]| list.iter().position(|other| other == key);
        let (wanted, stood) = (place(wanted), place(stood));
        ranked.push(Ranked { item, wanted, stood });
    }
    let (named, others): (Vec<_>, Vec<_>) =
        ranked.into_iter().partition(|item| item.wanted.is_some());
    let named = sorted(named, |item| item.wanted);
    let others = sorted(others, |item| item.stood);
    Ok(interleave(others, named))
}

/// Sorts by rank. An item without one goes before all that are in front of it, which is what
/// upstream's comparison comes to.
fn sorted(mut items: Vec<Ranked>, rank: fn(&Ranked) -> Option<usize>) -> Vec<Ranked> {
    let deletion =
        |item: &Ranked| item.item.get(DIRECTIVE).and_then(Value::as_str) == Some("delete");
    let gone: Vec<Ranked> = items.extract_if(.., |item| deletion(item)).collect();
    if items.iter().all(|item| rank(item).is_some()) {
        items.sort_by_key(rank);
    } else {
        items = insertion_sorted(items, |a, b| match (rank(a), rank(b)) {
            (Some(a), Some(b)) => a < b,
            (None, _) | (_, None) => true,
        });
    }
    items.extend(gone);
    items
}

/// An insertion sort by `less`, which may be inconsistent: what upstream's sorts do to short lists.
pub(super) fn insertion_sorted<T>(items: Vec<T>, less: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut sorted: Vec<T> = Vec::with_capacity(items.len());
    for item in items {
        let before = sorted.iter().rposition(|other| !less(&item, other));
        sorted.insert(before.map_or(0, |before| before + 1), item);
    }
    sorted
}

/// Takes the next server item first only if both stood there and it stood earlier.
fn interleave(others: Vec<Ranked>, named: Vec<Ranked>) -> Vec<Value> {
    let mut all = Vec::with_capacity(others.len() + named.len());
    let (mut others, mut named) = (others.into_iter().peekable(), named.into_iter().peekable());
    while let (Some(other), Some(name)) = (others.peek(), named.peek()) {
        let earlier = match (other.stood, name.stood) {
            (Some(other), Some(name)) => other.cmp(&name) == Ordering::Less,
            (None, _) | (_, None) => false,
        };
        let next = if earlier { others.next() } else { named.next() };
        all.extend(next.map(|next| next.item));
    }
    all.extend(named.chain(others).map(|next| next.item));
    all
}
