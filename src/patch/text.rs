//! Patches on JSON as text, which leave every scalar as it is written.
//!
//! A scalar is carried through a patch as its text. The rules do not look into scalars, so they are the same
//! for values and for texts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use serde_json::value::RawValue;

use super::error::{Cause, Error};
use super::json::apply;
use super::merge::merge;
use super::value::{MAX_DEPTH, Members};
use crate::field::Path;

/// Applies a JSON merge patch to a document; both are JSON texts. As [`merge`], but numbers and texts come
/// out as they are written: `1.0` stays `1.0`, and numbers of any size and precision are carried.
///
/// Blanks are left out, the members of objects are sorted, and of equal names the last one counts.
///
/// ```
/// use kubernel::patch;
///
/// let patched = patch::merge_text(r#"{"a": 12345678901234567890.0}"#, r#"{"b": 1e400}"#)?;
/// assert_eq!(patched, r#"{"a":12345678901234567890.0,"b":1e400}"#);
/// # Ok::<(), patch::Error>(())
/// ```
///
/// # Errors
/// As [`merge`]; also [`Cause::BadDocument`] and [`Cause::BadPatch`] when one of the two is not JSON.
pub fn merge_text(document: &str, patch: &str) -> Result<String, Error> {
    let document = read(document, Cause::BadDocument { found: NO_JSON })?;
    let patch = read(patch, Cause::BadPatch { found: NO_JSON })?;
    merge(document, &patch).map(|patched| text(&patched))
}

/// Applies a JSON patch to a document; both are JSON texts. As [`json`](super::json()), but scalars come out as
/// they are written, and `test` compares them so: `1`, `1.0` and `1.00` are three (PATCH-2).
///
/// ```
/// use kubernel::patch;
///
/// let test = |value: &str| format!(r#"[{{"op": "test", "path": "/a", "value": {value}}}]"#);
/// assert_eq!(patch::json_text(r#"{"a": 1.0}"#, &test("1.0"))?, r#"{"a":1.0}"#);
/// assert_eq!(patch::json_text(r#"{"a": 1.0}"#, &test("1.00")).unwrap_err().code(), 422);
/// # Ok::<(), patch::Error>(())
/// ```
///
/// # Errors
/// As [`json`](super::json()); also [`Cause::BadDocument`] and [`Cause::Decode`] when one of the two is not JSON.
pub fn json_text(document: &str, operations: &str) -> Result<String, Error> {
    let whole = |cause| Error::new(&Path::EMPTY, cause);
    let document = read(document, Cause::BadDocument { found: NO_JSON })?;
    if document.is_string() {
        return Err(whole(Cause::BadDocument { found: "a scalar" }));
    }
    let found: Option<Vec<Option<BTreeMap<String, &RawValue>>>> =
        serde_json::from_str(operations).map_err(|_| whole(Cause::Decode))?;
    let mut operations = Vec::new();
    for operation in found.into_iter().flatten() {
        let mut members = Members::new();
        for (name, raw) in operation.into_iter().flatten() {
            let value = match name.as_str() {
                "value" => read(raw.get(), Cause::Decode)?,
                // A number that no value holds is not the text that is wanted here.
                _ => serde_json::from_str(raw.get()).unwrap_or_default(),
            };
            members.insert(name, value);
        }
        operations.push(Value::Object(members));
    }
    let size = |value: &Value| text(value).len();
    apply(document, &Value::Array(operations), &size).map(|patched| text(&patched))
}

const NO_JSON: &str = "what is not JSON";

fn read(text: &str, not_json: Cause) -> Result<Value, Error> {
    parse(text, MAX_DEPTH).map_err(|unread| {
        let cause = match unread {
            Unread::NotJson => not_json,
            Unread::TooDeep => Cause::TooDeep { max: MAX_DEPTH },
        };
        Error::new(&Path::EMPTY, cause)
    })
}

enum Unread {
    NotJson,
    TooDeep,
}

impl From<serde_json::Error> for Unread {
    fn from(_: serde_json::Error) -> Self {
        Self::NotJson
    }
}

/// The value that `text` stands for, with the text of each scalar but `null` in its place.
fn parse(text: &str, levels: usize) -> Result<Value, Unread> {
    let raw: &RawValue = serde_json::from_str(text)?;
    parse_raw(raw, levels)
}

fn parse_raw(raw: &RawValue, levels: usize) -> Result<Value, Unread> {
    let text = raw.get();
    let below = levels.checked_sub(1).ok_or(Unread::TooDeep);
    match text.chars().next() {
        Some('{') => {
            let (members, below): (BTreeMap<String, &RawValue>, _) =
                (serde_json::from_str(text)?, below?);
            let members = members.into_iter();
            let read = members.map(|(name, raw)| Ok((name, parse_raw(raw, below)?)));
            read.collect::<Result<Members, Unread>>().map(Value::Object)
        }
        Some('[') => {
            let (items, below): (Vec<&RawValue>, _) = (serde_json::from_str(text)?, below?);
            let read = items.into_iter().map(|raw| parse_raw(raw, below));
            read.collect::<Result<Vec<Value>, Unread>>().map(Value::Array)
        }
        Some('n') => Ok(Value::Null),
        Some(_) | None => Ok(Value::from(text)),
    }
}

/// The text that was [`parse`]d.
fn text(value: &Value) -> String {
    let mut out = String::new();
    write_to(&mut out, value);
    out
}

fn write_to(out: &mut String, value: &Value) {
    match value {
        Value::Object(members) => {
            out.push('{');
            for (n, (name, member)) in members.iter().enumerate() {
                let comma = if n == 0 { "" } else { "," };
                let _ = write!(out, "{comma}{}:", Value::from(name.as_str()));
                write_to(out, member);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                write_to(out, item);
            }
            out.push(']');
        }
        Value::String(scalar) => out.push_str(scalar),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = write!(out, "{value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(document: &str, patch: &str) -> String {
        merge_text(document, patch).unwrap_or_else(|error| format!("{:?}", error.cause))
    }

    // PATCH-1
    #[test]
    fn a_merge_leaves_scalars_as_they_are_written() {
        for number in
            ["1.0", "-0", "1E+5", "1e400", "0.1000000000000000055511151231257827021181583"]
        {
            let document = format!(r#"{{"a": {{"b": {number}}}, "c": 1}}"#);
            let patch = format!(r#"{{"c": null, "d": [{number}, null]}}"#);
            let expected = format!(r#"{{"a":{{"b":{number}}},"d":[{number},null]}}"#);
            assert_eq!(merged(&document, &patch), expected);
        }
        assert_eq!(merged(r#"{"a":"\u0041\ud800"}"#, "{}"), r#"{"a":"\u0041\ud800"}"#);
        assert_eq!(merged(" {\"b\" : { } , \"a\\n\" : [ ] } ", "{}"), r#"{"a\n":[],"b":{}}"#);
    }

    #[test]
    fn what_is_not_json_is_told() {
        let patch = "BadPatch { found: \"what is not JSON\" }";
        for text in ["", "{", "{\"a\":1}{}", "01", "{a:1}", "nul"] {
            assert_eq!(merged("{}", text), patch);
        }
        assert_eq!(merged("[", "{}"), patch.replace("Patch", "Document"));
        assert_eq!(merged("{}", "1"), "BadPatch { found: \"null or a scalar\" }");
        assert_eq!(merged("null", "{}"), "BadDocument { found: \"null\" }");
        assert_eq!(merged("1", "{\"a\":null,\"b\":2.0}"), "{\"b\":2.0}");
    }

    #[test]
    fn what_nests_too_deep_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(merged("{}", &nested(MAX_DEPTH)), nested(MAX_DEPTH));
        for depth in [MAX_DEPTH + 1, 20_000] {
            assert_eq!(merged("{}", &nested(depth)), "TooDeep { max: 128 }");
        }
    }

    // PATCH-2
    #[test]
    fn operations_move_scalars_as_they_are_written() {
        let operations = r#"[
            {"op": "copy", "from": "/a", "path": "/b"},
            {"op": "add", "path": "/l/-", "value": 1e400},
            {"op": "test", "path": "/l", "value": [ 1.50, 1e400 ]}]"#;
        let patched = json_text(r#"{"a": 12345678901234567890123, "l": [1.50]}"#, operations);
        let big = "12345678901234567890123";
        assert_eq!(patched.unwrap(), format!(r#"{{"a":{big},"b":{big},"l":[1.50,1e400]}}"#));
        let other = r#"[{"op": "test", "path": "/l/0", "value": 1.5}]"#;
        assert_eq!(json_text(r#"{"l": [1.50]}"#, other).unwrap_err().code(), 422);
    }

    #[test]
    fn operations_that_are_none_are_told() {
        for operations in ["", "{}", "[1]", "[", "[{\"op\":\"add\",\"value\":}]", "\"a\""] {
            assert_eq!(json_text("{}", operations).unwrap_err().cause, Cause::Decode);
        }
        assert_eq!(json_text("{}", "null").unwrap(), "{}");
        let cause = json_text("1e400", "[]").unwrap_err().cause;
        assert_eq!(cause, Cause::BadDocument { found: "a scalar" });
        let number = r#"[{"op": "remove", "path": 1e400}]"#;
        let cause = json_text("{}", number).unwrap_err().cause;
        assert_eq!(cause, Cause::BadPointer { member: "path" });
    }
}
