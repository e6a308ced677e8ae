//! The suites about patches.

use kubernel::api::{Kind, Shape};
use kubernel::patch::{self, Cause, Error};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::support::text;

/// What the suites of patches on texts are given.
#[derive(Deserialize)]
struct Texts<'a> {
    #[serde(borrow)]
    doc: &'a RawValue,
    patch: String,
}

/// The patch stands there as text, which may be no JSON.
pub(crate) fn json_merge_patch(input: &RawValue) -> String {
    let Texts { doc, patch } = serde_json::from_str(input.get()).unwrap();
    match patch::merge_text(doc.get(), &patch) {
        Ok(result) => format!(r#"{{"ok": true, "result": {result}}}"#),
        Err(error) => json!({"ok": false, "error": name(&error)}).to_string(),
    }
}

pub(crate) fn json_patch(input: &RawValue) -> String {
    let Texts { doc, patch } = serde_json::from_str(input.get()).unwrap();
    match patch::json_text(doc.get(), &patch) {
        Ok(result) => format!(r#"{{"ok": true, "result": {result}}}"#),
        Err(error) => {
            let name = if error.cause == Cause::Decode { "Decode" } else { "Apply" };
            json!({"ok": false, "error": name, "http": error.code()}).to_string()
        }
    }
}

pub(crate) fn strategic_merge_patch(input: &Value) -> Value {
    match patch::strategic(shape(input), input["original"].clone(), &input["patch"]) {
        Ok(result) => json!({"ok": true, "result": result}),
        Err(error) => json!({"ok": false, "error": name(&error), "http": error.code()}),
    }
}

pub(crate) fn smp_diff(input: &Value) -> Value {
    let (original, modified) = (&input["original"], &input["modified"]);
    match patch::diff(shape(input), original, modified) {
        Ok(patch) => {
            let reapplied = match patch::strategic(shape(input), original.clone(), &patch) {
                Ok(result) => json!(result == *modified),
                Err(error) => json!(name(&error)),
            };
            json!({"ok": true, "patch": patch, "reapplied": reapplied})
        }
        Err(error) => json!({"ok": false, "error": name(&error), "http": error.code()}),
    }
}

fn shape(input: &Value) -> &'static Shape {
    let kind = text(input, "kind");
    let known = Kind::ALL.iter().find(|known| known.as_str() == kind);
    known.and_then(Kind::shape).expect("a known kind")
}

/// The name of the cause: what stands before its fields.
fn name(error: &Error) -> String {
    let cause = format!("{:?}", error.cause);
    cause.split([' ', '{']).next().unwrap_or_default().to_owned()
}
