//! From text to a tree of JSON values that remembers which keys stood twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::error::{DecodeCause, DecodeError};

/// A document, and the paths of the keys that stood more than once in it.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) value: Value,
    pub(super) duplicate: Vec<Box<str>>,
}

/// What a repeated key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// The later value is laid over the earlier one, as in a struct.
    Merge,
    /// The later value stands alone, as in a map.
    Replace,
}

/// Reads a text that is one JSON value.
pub(super) fn read(text: &[u8], repeat: Repeat) -> Result<Tree, DecodeError> {
    let mut from = serde_json::Deserializer::from_slice(text);
    let mut tree = Tree::default();
    tree.value =
        Node { repeat, duplicate: &mut tree.duplicate }.deserialize(&mut from).map_err(syntax)?;
    from.end().map_err(syntax)?;
    Ok(tree)
}

/// Reads a text of JSON values after each other. The first broken one ends it.
pub(super) fn read_stream(text: &[u8]) -> Vec<Result<Tree, DecodeError>> {
    let mut out = Vec::new();
    let mut from = serde_json::Deserializer::from_slice(text);
    while !text.trim_ascii().is_empty() {
        let mut tree = Tree::default();
        let node = Node { repeat: Repeat::Merge, duplicate: &mut tree.duplicate };
        match node.deserialize(&mut from) {
            Ok(value) => {
                tree.value = value;
                out.push(Ok(tree));
            }
            Err(error) => {
                out.push(Err(syntax(error)));
                break;
            }
        }
        if from.end().is_ok() {
            break;
        }
    }
    out
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn syntax(error: serde_json::Error) -> DecodeError {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let message =
        message.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&message);
    DecodeError::new(DecodeCause::Syntax { line, column, message: message.into() })
}

/// Reads any value into a tree.
pub(super) struct Node<'a> {
    pub(super) repeat: Repeat,
    /// Paths so far. A node pushes paths that begin at itself; its parent puts its own name in front.
    pub(super) duplicate: &'a mut Vec<Box<str>>,
}

impl Node<'_> {
    fn child(&mut self) -> Node<'_> {
        Node { repeat: self.repeat, duplicate: self.duplicate }
    }

    /// Puts `parent` in front of the paths that a child has pushed.
    fn prefix(&mut self, from: usize, parent: impl fmt::Display) {
        for path in self.duplicate.iter_mut().skip(from) {
            let dot = if path.starts_with('[') { "" } else { "." };
            *path = format!("{parent}{dot}{path}").into();
        }
    }

    fn insert(&mut self, map: &mut Map<String, Value>, key: String, value: Value) {
        match map.get_mut(&key) {
            None => {
                map.insert(key, value);
            }
            Some(earlier) => {
                match self.repeat {
                    Repeat::Merge => merge(earlier, value),
                    Repeat::Replace => *earlier = value,
                }
                let key = key.into_boxed_str();
                if !self.duplicate.contains(&key) {
                    self.duplicate.push(key);
                }
            }
        }
    }
}

fn merge(earlier: &mut Value, later: Value) {
    match (earlier, later) {
        (Value::Object(earlier), Value::Object(later)) => {
            for (key, value) in later {
                match earlier.get_mut(&key) {
                    Some(old) => merge(old, value),
                    None => {
                        earlier.insert(key, value);
                    }
                }
            }
        }
        (earlier, later) => *earlier = later,
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        self.deserialize(from)
    }
    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }
    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let from = self.duplicate.len();
            let Some(item) = list.next_element_seed(self.child())? else { break };
            self.prefix(from, format_args!("[{}]", items.len()));
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key_seed(MapKey)? {
            let from = self.duplicate.len();
            let value = entries.next_value_seed(self.child())?;
            self.prefix(from, &key);
            self.insert(&mut map, key, value);
        }
        Ok(Value::Object(map))
    }
}

/// Reads a key as text. YAML has keys of other types, which are written out.
struct MapKey;

impl<'de> DeserializeSeed<'de> for MapKey {
    type Value = String;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        from.deserialize_any(self)
    }
}

impl Visitor<'_> for MapKey {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<String, E> {
        Ok(key.to_owned())
    }
    fn visit_string<E>(self, key: String) -> Result<String, E> {
        Ok(key)
    }
    fn visit_bool<E>(self, key: bool) -> Result<String, E> {
        Ok(key.to_string())
    }
    fn visit_i64<E>(self, key: i64) -> Result<String, E> {
        Ok(key.to_string())
    }
    fn visit_u64<E>(self, key: u64) -> Result<String, E> {
        Ok(key.to_string())
    }
    fn visit_f64<E>(self, key: f64) -> Result<String, E> {
        Ok(key.to_string())
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<String, E> {
        Err(E::custom("a key is null"))
    }
}
