//! Strategic merge patch: how one is made (`PATCH-17`).
//!
//! Source: `apimachinery/pkg/util/strategicpatch/patch.go`.

use serde_json::Value;

use super::error::{Cause, Error};
use super::list::close_gaps;
use super::order::insertion_sorted;
use super::schema::{Here, Rule, Strategy};
use super::strategic::{DELETE_FROM, DIRECTIVE, ELEMENT_ORDER, RETAIN_KEYS};
use super::value::{Members, Type, document, element_type, shallow};
use crate::api::Shape;
use crate::field::Path;

/// Makes the strategic merge patch that turns `original` into `modified`, two objects of the form
/// `shape`.
///
/// Absent keys become `null`; lists that merge give the items that changed, `$patch: delete` for those
/// that are gone and `$setElementOrder`; sets give `$deleteFromPrimitiveList`; fields that retain keys
/// give `$retainKeys`. As upstream's, it does not restore the modified object in all cases: not
/// duplicates in merged lists, and not members that are null.
///
/// ```
/// use kubernel::api::{Pod, Wire};
/// use kubernel::patch;
/// use serde_json::json;
///
/// let old = json!({"spec": {"containers": [{"name": "web", "image": "web:1"}, {"name": "log"}]}});
/// let new = json!({"spec": {"containers": [{"name": "web", "image": "web:2"}]}});
/// let patch = patch::diff(Pod::SHAPE, &old, &new)?;
/// assert_eq!(patch["spec"]["containers"], json!([
///     {"name": "web", "image": "web:2"},
///     {"name": "log", "$patch": "delete"},
/// ]));
/// assert_eq!(patch::strategic(Pod::SHAPE, old, &patch)?, new);
/// # Ok::<(), patch::Error>(())
/// ```
///
/// # Errors
/// [`Cause::BadDocument`] when one of the two is not an object, [`Cause::TooDeep`],
/// [`Cause::UnknownField`], [`Cause::NotAStruct`] and [`Cause::NotAList`] when objects or lists differ in
/// a field that the kind does not have, and [`Cause::MissingMergeKey`], [`Cause::MixedElementTypes`]
/// and [`Cause::NoListOfLists`] for lists that cannot be merged.
pub fn diff(shape: &'static Shape, original: &Value, modified: &Value) -> Result<Value, Error> {
    shallow(&[original, modified])?;
    let (original, modified) = (document(original.clone())?, document(modified.clone())?);
    let here = Here { at: &Path::EMPTY, shape };
    Wanted::ALL.members(here, &original, &modified).map(Value::Object)
}

/// What is to go into a patch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Members and items that are new or another.
    pub(super) changes: bool,
    /// Members and items that are gone.
    pub(super) deletions: bool,
    /// `$setElementOrder`.
    pub(super) order: bool,
    /// `$retainKeys`; holds for one object.
    pub(super) retain: bool,
}

/// What is to be done to a list.
#[derive(Debug, Default)]
struct ListPatch {
    items: Vec<Value>,
    gone: Vec<Value>,
    order: Vec<Value>,
}

impl Wanted {
    pub(super) const ALL: Self =
        Self { changes: true, deletions: true, order: true, retain: false };

    /// The patch from the members `old` to the members `new`.
    pub(super) fn members(
        self,
        here: Here<'_>,
        old: &Members,
        new: &Members,
    ) -> Result<Members, Error> {
        let mut patch = Members::new();
        for (name, to) in new {
            match old.get(name) {
                Some(from) if name == DIRECTIVE => {
                    if !(from.is_string() && to.is_string()) {
                        let found = to.to_string().into();
                        return Err(here.fail(Cause::UnknownDirective { found }));
                    }
                    if from != to {
                        patch.insert(name.clone(), to.clone());
                    }
                }
                Some(from) => self.member(here, &mut patch, name, (from, to))?,
                None if self.changes => {
                    patch.insert(name.clone(), to.clone());
                }
                None => {}
            }
        }
        let gone: Vec<&String> = old.keys().filter(|name| !new.contains_key(*name)).collect();
        if self.deletions {
            patch.extend(gone.iter().map(|name| ((*name).clone(), Value::Null)));
        }
        let mut kept: Vec<&String> =
            new.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name).collect();
        let cleared = gone.iter().any(|name| old.get(*name).is_some_and(|value| !value.is_null()));
        if self.retain && !kept.is_empty() && (!patch.is_empty() || cleared) {
            kept.sort();
            patch.insert(RETAIN_KEYS.to_owned(), kept.into_iter().cloned().collect());
        }
        Ok(patch)
    }

    /// Adds what is to be done to the field `name`, which is in both.
    fn member(
        self,
        here: Here<'_>,
        patch: &mut Members,
        name: &str,
        (from, to): (&Value, &Value),
    ) -> Result<(), Error> {
        match (from, to) {
            (Value::Object(old), Value::Object(new)) => {
                let Some(rule) = known(here.object(name), from == to)? else { return Ok(()) };
                if rule.strategy == Strategy::Replace {
                    self.replace(patch, name, to);
                    return Ok(());
                }
                let at = here.at.field(name);
                let below = Here { at: &at, shape: rule.shape };
                let changes = Self { retain: rule.retain, ..self }.members(below, old, new)?;
                if !changes.is_empty() {
                    patch.insert(name.to_owned(), Value::Object(changes));
                }
            }
            (Value::Array(old), Value::Array(new)) => {
                let Some(rule) = known(here.list(name), from == to)? else { return Ok(()) };
                if rule.strategy == Strategy::Merge {
                    let at = here.at.field(name);
                    let below = Here { at: &at, shape: rule.shape };
                    let wanted = Self { retain: rule.retain, ..self };
                    wanted.list(below, rule, (old, new))?.write(patch, name);
                } else if from != to {
                    self.replace(patch, name, to);
                }
            }
            _ if from != to => self.replace(patch, name, to),
            _ => {}
        }
        Ok(())
    }

    fn replace(self, patch: &mut Members, name: &str, to: &Value) {
        if self.changes {
            patch.insert(name.to_owned(), to.clone());
        }
    }

    fn list(
        self,
        here: Here<'_>,
        rule: Rule,
        (old, new): (&[Value], &[Value]),
    ) -> Result<ListPatch, Error> {
        if old.is_empty() {
            let items = if self.changes { new.to_vec() } else { Vec::new() };
            return Ok(ListPatch { items, ..ListPatch::default() });
        }
        match element_type(here.at, [old, new])? {
            Type::Object => self.objects(here, rule, (old, new)),
            Type::Null | Type::Bool | Type::Whole | Type::Fraction | Type::Text | Type::List => {
                Ok(self.scalars(old, new))
            }
        }
    }

    fn objects(
        self,
        here: Here<'_>,
        rule: Rule,
        (old, new): (&[Value], &[Value]),
    ) -> Result<ListPatch, Error> {
        let (mut items, mut gone) = (Vec::new(), Vec::new());
        let mut from = keyed(here, rule, old)?.into_iter().peekable();
        let mut to = keyed(here, rule, new)?.into_iter().peekable();
        loop {
            let side = match (from.peek(), to.peek()) {
                (None, None) => break,
                (Some(from), Some(to)) => from.text.cmp(&to.text),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
            };
            let left = if side.is_le() { from.next() } else { None };
            let right = if side.is_ge() { to.next() } else { None };
            match (left, right) {
                (Some(left), Some(right)) => {
                    let at = here.at.key(&right.text);
                    let below = Here { at: &at, ..here };
                    let mut changes = self.members(below, left.members, right.members)?;
                    if !changes.is_empty() {
                        changes.insert(rule.key.to_owned(), right.key.clone());
                        items.push(Value::Object(changes));
                    }
                }
                (Some(left), None) if self.deletions => gone.push(deletion(rule, left.key)),
                (None, Some(right)) if self.changes => {
                    items.push(Value::Object(right.members.clone()));
                }
                (Some(_), None) | (None, Some(_) | None) => {}
            }
        }
        items.sort_by_key(|item| {
            new.iter().position(|other| other.get(rule.key) == item.get(rule.key))
        });
        let keys = |items: &[Value]| -> Vec<Option<Value>> {
            items.iter().map(|item| item.get(rule.key).cloned()).collect()
        };
        let moved = keys(old) != keys(new);
        items.extend(gone);
        let changed = !items.is_empty();
        let ordered =
            self.order && (self.changes && (changed || moved) || self.deletions && changed);
        let order = if ordered {
            new.iter().map(|item| only_key(rule, item)).collect()
        } else {
            Vec::new()
        };
        Ok(ListPatch { items, order, gone: Vec::new() })
    }

    fn scalars(self, old: &[Value], new: &[Value]) -> ListPatch {
        let (from, to) = (sorted(old), sorted(new));
        let (mut items, mut gone) = (Vec::new(), Vec::new());
        let mut left = from.iter().peekable();
        let mut right = to.iter().peekable();
        loop {
            let side = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(left), Some(right)) => shown(left).cmp(&shown(right)),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
            };
            let (left, right) = (
                if side.is_le() { left.next() } else { None },
                if side.is_ge() { right.next() } else { None },
            );
            match (left, right) {
                (Some(value), None) if self.deletions => gone.push(value.clone()),
                (None, Some(value)) if self.changes => items.push(value.clone()),
                (Some(_), _) | (None, _) => {}
            }
        }
        let left = close_gaps(&mut gone);
        gone.truncate(left);
        items.sort_by_key(|item| new.iter().position(|other| other == item));
        // Upstream compares with the sorted list, so that an order that is not sorted counts as new.
        let changed = self.changes && from != new;
        let ordered = self.order && (self.deletions && !gone.is_empty() || changed);
        ListPatch { items, gone, order: if ordered { new.to_vec() } else { Vec::new() } }
    }
}

impl ListPatch {
    fn write(self, patch: &mut Members, name: &str) {
        let lists = [
            (name.to_owned(), self.items),
            (format!("{DELETE_FROM}/{name}"), self.gone),
            (format!("{ELEMENT_ORDER}/{name}"), self.order),
        ];
        let given = lists.into_iter().filter(|(_, items)| !items.is_empty());
        patch.extend(given.map(|(name, items)| (name, Value::Array(items))));
    }
}

/// A field that is not known does no harm as long as nothing changes in it.
fn known(rule: Result<Rule, Error>, same: bool) -> Result<Option<Rule>, Error> {
    match rule {
        Ok(rule) => Ok(Some(rule)),
        Err(_) if same => Ok(None),
        Err(error) => Err(error),
    }
}

/// An item of a list that merges by key.
struct Keyed<'v> {
    members: &'v Members,
    key: &'v Value,
    text: String,
}

/// The items sorted by the text of their key; those with the same key in reverse, as upstream's sort
/// leaves them.
fn keyed<'v>(here: Here<'_>, rule: Rule, items: &'v [Value]) -> Result<Vec<Keyed<'v>>, Error> {
    let mut found = Vec::with_capacity(items.len());
    for (number, item) in items.iter().enumerate() {
        let fail = |cause| Error::new(&here.at.index(number), cause);
        let missing = || fail(Cause::MissingMergeKey { key: rule.key });
        let (expected, other) = (Type::Object.name(), Type::of(item).name());
        let members =
            item.as_object().ok_or_else(|| fail(Cause::BadType { expected, found: other }))?;
        let key = members.get(rule.key).ok_or_else(missing)?;
        found.push(Keyed { members, key, text: shown(key) });
    }
    Ok(insertion_sorted(found, |a, b| a.text <= b.text))
}

fn sorted(values: &[Value]) -> Vec<Value> {
    insertion_sorted(values.to_vec(), |a, b| shown(a) <= shown(b))
}

/// A value as text, to compare by: text itself, and numbers without a needless fraction.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if !number.is_i64() => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        other => other.to_string(),
    }
}

fn deletion(rule: Rule, key: &Value) -> Value {
    let members = [(rule.key, key.clone()), (DIRECTIVE, Value::from("delete"))];
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn only_key(rule: Rule, item: &Value) -> Value {
    let key = item.get(rule.key).cloned().unwrap_or_default();
    Value::Object([(rule.key.to_owned(), key)].into_iter().collect())
}
