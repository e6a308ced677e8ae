//! Selectors over labels and fields.

use std::collections::BTreeMap;

use kubernel::api::LabelSelector;
use kubernel::field::{Errors, Path};
use kubernel::labels::{self, FieldSelector, Requirement, Rules, Selector};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::support::{errors, object, text};

pub(crate) fn selector_parse(case: &Value) -> Value {
    let Ok(selector) = text(case, "selector").parse::<Selector>() else {
        return json!({"ok": false});
    };
    assert_eq!(selector.to_string().parse::<Selector>().as_ref(), Ok(&selector));
    json!({
        "ok": true,
        "canonical": selector.to_string(),
        "empty": selector.is_everything(),
        "requirements": requirements(&selector),
        "labelSelector": selector.to_label_selector().ok(),
    })
}

pub(crate) fn selector_match(case: &Value) -> Value {
    let given = &case["selector"];
    let selector = match text(case, "form") {
        "string" => given.as_str().unwrap().parse::<Selector>().ok(),
        "struct" => Selector::compile(structured(given).as_ref()).ok(),
        "map" => Some(Selector::from_map(&map(given))),
        other => panic!("no form `{other}`"),
    };
    let Some(selector) = selector else { return json!({"ok": false}) };
    let labels = map(&case["labels"]);
    let matches = selector.matches(&labels);
    assert_eq!(selector.explain(&labels).is_ok(), matches);
    json!({"ok": true, "match": matches})
}

pub(crate) fn label_selector(case: &Value) -> Value {
    let selector = structured(&case["selector"]);
    let mut found = Errors::new();
    if let Some(selector) = &selector {
        labels::validate(&mut found, &Path::root("selector"), selector, &Rules::default());
    }
    let compiled = Selector::compile(selector.as_ref()).ok().map(|compiled| {
        json!({
            "canonical": compiled.to_string(),
            "empty": compiled.is_everything(),
            "selectable": !compiled.is_nothing(),
            "requirements": requirements(&compiled),
        })
    });
    let as_map = match labels::as_map(selector.as_ref()) {
        Ok(map) => json!({"ok": true, "map": map}),
        Err(_) => json!({"ok": false}),
    };
    json!({
        "errors": errors(&found),
        "asSelector": compiled,
        "asMap": as_map,
        "formatted": labels::format(selector.as_ref()),
    })
}

pub(crate) fn selector_requirement(case: &Value) -> Value {
    let values: Vec<&str> = case["values"].as_array().map_or_else(Vec::new, |values| {
        values.iter().map(|value| value.as_str().unwrap()).collect()
    });
    match Requirement::from_words(text(case, "key"), text(case, "op"), &values) {
        Ok(requirement) => json!({
            "ok": true,
            "string": requirement.to_string(),
            "values": requirement.values().collect::<Vec<_>>(),
        }),
        Err(found) => json!({"ok": false, "errors": errors(&found)}),
    }
}

pub(crate) fn field_selector_parse(case: &Value) -> Value {
    let Ok(selector) = text(case, "selector").parse::<FieldSelector>() else {
        return json!({"ok": false});
    };
    let requirement = |term: &labels::FieldRequirement| json!({"field": term.field, "op": term.operator.as_str(), "value": term.value});
    json!({
        "ok": true,
        "canonical": selector.to_string(),
        "empty": selector.is_everything(),
        "requirements": selector.requirements().iter().map(requirement).collect::<Value>(),
    })
}

pub(crate) fn field_selector_match(case: &Value) -> Value {
    let object = object(&case["object"]);
    let selector = text(case, "selector").parse::<FieldSelector>().ok();
    match selector.and_then(|selector| selector.select(&object).ok()) {
        Some(matches) => json!({"ok": true, "match": matches}),
        None => json!({"ok": false}),
    }
}

fn requirements(selector: &Selector) -> Value {
    let requirement = |requirement: &Requirement| {
        json!({
            "key": requirement.key(),
            "op": requirement.operator().as_str(),
            "values": requirement.values().collect::<Vec<_>>(),
        })
    };
    selector.requirements().iter().map(requirement).collect()
}

fn structured(value: &Value) -> Option<LabelSelector> {
    Option::deserialize(value).unwrap()
}

fn map(value: &Value) -> BTreeMap<String, String> {
    Option::deserialize(value).unwrap().unwrap_or_default()
}
