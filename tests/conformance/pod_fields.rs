//! Suites about what the fields of a pod mean.

use std::collections::BTreeMap;

use kubernel::api::{Pod, ResourceList};
use kubernel::field::{Errors, Path};
use kubernel::pod::resources::{self, Options};
use kubernel::pod::validate::{Rules, validate};
use kubernel::pod::{defaults, qos};
use serde_json::{Value, json};

use super::super::support::errors;
use super::part;

pub(super) fn qos(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    json!({"computed": qos::class(&pod), "effective": qos::effective(&pod)})
}

pub(super) fn requests(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let none = json!({});
    let given = input.get("options").unwrap_or(&none);
    let options = Options {
        exclude_overhead: part(given, "excludeOverhead"),
        skip_pod_level: part(given, "skipPodLevelResources"),
        non_missing: part(given, "nonMissingContainerRequests"),
        use_status: part(given, "useStatusResources"),
        use_pod_status: part(given, "inPlacePodLevelResources"),
    };
    let shown = |list: ResourceList| -> BTreeMap<String, String> {
        list.into_iter().map(|(name, amount)| (name, amount.canonical())).collect()
    };
    json!({
        "requests": shown(resources::requests_with(&pod, &options)),
        "limits": shown(resources::limits_with(&pod, &options)),
        "aggregatedContainerRequests": shown(resources::container_requests(&pod, &options)),
    })
}

pub(super) fn pod_defaults(input: &Value) -> Value {
    let mut pod: Pod = part(input, "pod");
    defaults::default(&mut pod);
    let mut out = serde_json::to_value(&pod).expect("a pod");
    trim(&mut out);
    let map = out.as_object_mut().expect("an object");
    map.retain(|name, value| {
        name != "kind" && name != "apiVersion" && !(name == "status" && *value == json!({}))
    });
    json!({"pod": out})
}

pub(super) fn pod_validation(input: &Value) -> Value {
    let mut pod: Pod = part(input, "pod");
    defaults::default(&mut pod);
    let mut found = Errors::new();
    validate(&mut found, &Path::EMPTY, &pod, &Rules { privileged: false });
    let mut all: Vec<Value> = match errors(&found) {
        Value::Array(all) => all,
        _ => Vec::new(),
    };
    all.dedup();
    json!({"errors": all})
}

pub(super) fn trim(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(trim);
        }
        Value::Array(list) => list.iter_mut().for_each(trim),
        _ => {}
    }
}
