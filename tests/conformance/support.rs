//! What the suites of several areas need.

use kubernel::api::{Kind, Object};
use kubernel::field::Errors;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads `value` as a wire type; `null` and an absent member are the empty object.
///
/// # Panics
/// When it does not decode; the runner counts that as a failure of the case.
pub(crate) fn decode<T: DeserializeOwned + Default>(value: &Value) -> T {
    if value.is_null() {
        return T::default();
    }
    T::deserialize(value).unwrap_or_else(|error| panic!("input does not decode: {error}"))
}

/// Reads `value` as an object of the kind that it names.
///
/// # Panics
/// When the kind is not in the table, or the value does not decode.
pub(crate) fn object(value: &Value) -> Object {
    let kind = Kind::known(text(value, "apiVersion"), text(value, "kind")).expect("a known kind");
    kind.read(value.clone()).unwrap_or_else(|error| panic!("input does not decode: {error}"))
}

/// The text member `name` of `value`; the empty text when there is none.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Validation errors in the form of the vectors: field and kind, sorted.
pub(crate) fn errors(found: &Errors) -> Value {
    let mut all: Vec<(&str, &str)> =
        found.iter().map(|error| (&*error.field, error.cause.kind())).collect();
    all.sort_unstable();
    all.into_iter().map(|(field, kind)| json!({"field": field, "kind": kind})).collect()
}
