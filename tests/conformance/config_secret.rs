//! The suites about secrets and config maps.

use std::collections::BTreeSet;

use kubernel::api::Secret;
use kubernel::config;
use kubernel::field::Errors;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(crate) fn secret_validation(case: &Value) -> Value {
    let Some(secret) = read_secret(&filled(&case["secret"], &case["fill"], &["data"])) else {
        return json!({"decode_error": true});
    };
    let mut out = Errors::new();
    config::validate_secret(&mut out, &secret);
    if !out.is_empty() {
        return json!({"errors": error_set(&out)});
    }
    let size: usize = secret.data.values().map(|value| value.len()).sum();
    let mut answer = json!({"errors": [], "size": size, "type": secret.type_.as_str()});
    if size < 2000 {
        answer["data"] = serde_json::to_value(&secret.data).unwrap();
        // Upstream shows an entry written as null as null; it is empty.
        for (key, value) in answer["data"].as_object_mut().unwrap() {
            let given = case["secret"]["data"].get(key);
            let merged = case["secret"]["stringData"].get(key).is_some();
            if given == Some(&Value::Null) && !merged {
                *value = Value::Null;
            }
        }
    }
    answer
}

fn read_secret(value: &Value) -> Option<Secret> {
    let mut secret = Secret::deserialize(value).ok()?;
    config::default_secret(&mut secret);
    Some(secret)
}

/// The object with the large values that the case only describes.
fn filled(object: &Value, fill: &Value, bytes: &[&str]) -> Value {
    let mut object = object.clone();
    for one in fill.as_array().into_iter().flatten() {
        let field = one["field"].as_str().unwrap();
        let len = usize::try_from(one["len"].as_u64().unwrap()).unwrap();
        let key = one["key"].as_str().unwrap();
        let value = if bytes.contains(&field) {
            serde_json::to_value(kubernel::api::ByteString(vec![b'x'; len])).unwrap()
        } else {
            Value::from("x".repeat(len))
        };
        let map = object.as_object_mut().unwrap();
        let entries = map.entry(field).or_insert_with(|| Value::Object(Map::new()));
        entries.as_object_mut().unwrap().insert(key.to_owned(), value);
    }
    object
}

fn error_set(out: &Errors) -> Value {
    let all: BTreeSet<(&str, &str)> =
        out.iter().map(|error| (&*error.field, error.cause.kind())).collect();
    all.into_iter().map(|(field, kind)| json!({"field": field, "kind": kind})).collect()
}
