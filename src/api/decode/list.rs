//! Lists of objects, item by item.

use serde_json::Value;

use super::error::DecodeError;
use super::tree::Tree;
use super::{Decoded, Strictness, finish, kind_of};

/// Whether a document is a list of objects: its kind ends in `List` and it has a list of items.
pub(super) fn is_list(value: &Value) -> bool {
    value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"))
        && matches!(value.get("items"), Some(Value::Array(_) | Value::Null))
}

/// Decodes a document: its items if it is a list, else the object that it is.
pub(super) fn decode(
    mut tree: Tree,
    strictness: Strictness,
    out: &mut Vec<Result<Decoded, DecodeError>>,
) {
    if !is_list(&tree.value) {
        let decoded = kind_of(&tree.value, None).and_then(|kind| finish(tree, &kind, strictness));
        out.push(decoded);
        return;
    }
    let items = tree.value.get_mut("items").map(Value::take);
    let word = |name: &str| tree.value.get(name).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (word("apiVersion"), word("kind"));
    let assumed = kind
        .strip_suffix("List")
        .filter(|kind| !kind.is_empty() && !version.is_empty())
        .map(|kind| (version, kind));
    let Some(Value::Array(items)) = items else { return };
    let mut duplicate = tree.duplicate;
    for (index, mut value) in items.into_iter().enumerate() {
        let decoded = kind_of(&value, assumed).and_then(|kind| {
            if let (Value::Object(fields), true) = (&mut value, assumed.is_some()) {
                fields.insert("apiVersion".into(), kind.api_version().into());
                fields.insert("kind".into(), kind.as_str().into());
            }
            let duplicate = split_off(&mut duplicate, index);
            finish(Tree { value, duplicate }, &kind, strictness)
        });
        out.push(decoded.map_err(|error| error.in_item(index)));
    }
}

/// Takes the paths that lie in an item; the first item gets those of the list itself, too.
fn split_off(duplicate: &mut Vec<Box<str>>, index: usize) -> Vec<Box<str>> {
    let prefix = format!("items[{index}].");
    let mut taken = Vec::new();
    duplicate.retain(|path| match path.strip_prefix(prefix.as_str()) {
        Some(rest) => {
            taken.push(rest.into());
            false
        }
        None if index == 0 && !path.starts_with("items[") => {
            taken.push(path.clone());
            false
        }
        None => true,
    });
    taken
}
