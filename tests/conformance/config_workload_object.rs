//! The suites about the objects of workloads: defaults and validation.

use kubernel::api::{Deployment, Namespace, ReplicaSet, ReplicationController};
use kubernel::field::Errors;
use kubernel::namespace;
use kubernel::workload::{defaults, update, validate};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::support::{decode, errors, text};

pub(crate) fn workload_defaults(input: &Value) -> Value {
    let object = &input["object"];
    match text(input, "kind") {
        "Deployment" => filled(object, defaults::deployment),
        "ReplicaSet" => filled(object, defaults::replica_set),
        "ReplicationController" => filled(object, defaults::replication_controller),
        "StatefulSet" => filled(object, defaults::stateful_set),
        "DaemonSet" => filled(object, defaults::daemon_set),
        other => panic!("unknown kind {other}"),
    }
}

fn filled<T: DeserializeOwned + Default + Serialize>(object: &Value, fill: fn(&mut T)) -> Value {
    let mut object: T = decode(object);
    fill(&mut object);
    let mut object = json!(object);
    let template = object["spec"].as_object_mut().unwrap().remove("template");
    let mut out = json!({ "labels": object["metadata"]["labels"], "spec": object["spec"] });
    if let Some(template) = template {
        out["templateSpec"] = template["spec"].clone();
    }
    out
}

pub(crate) fn workload_validation(input: &Value) -> Value {
    match text(input, "kind") {
        "Deployment" => found::<Deployment>(
            input,
            defaults::deployment,
            validate::deployment,
            update::deployment,
        ),
        "ReplicaSet" => found::<ReplicaSet>(
            input,
            defaults::replica_set,
            validate::replica_set,
            update::replica_set,
        ),
        "ReplicationController" => found::<ReplicationController>(
            input,
            defaults::replication_controller,
            validate::replication_controller,
            update::replication_controller,
        ),
        other => panic!("unknown kind {other}"),
    }
}

fn found<T: DeserializeOwned + Default>(
    input: &Value,
    fill: fn(&mut T),
    check: fn(&mut Errors, &T),
    check_update: fn(&mut Errors, &T, &T),
) -> Value {
    let read = |value: &Value| {
        T::deserialize(value).map(|mut object| {
            fill(&mut object);
            object
        })
    };
    let Ok(new) = read(&input["new"]) else { return json!({ "decode_error": true }) };
    let mut out = Errors::new();
    if input["old"].is_null() {
        check(&mut out, &new);
    } else {
        let Ok(old) = read(&input["old"]) else { return json!({ "decode_error": true }) };
        check_update(&mut out, &new, &old);
    }
    json!({ "errors": distinct(&out) })
}

/// Errors as a set.
pub(crate) fn distinct(found: &Errors) -> Value {
    let Value::Array(mut all) = errors(found) else { panic!("errors are a list") };
    all.dedup();
    Value::Array(all)
}

pub(crate) fn namespace_validation(input: &Value) -> Value {
    let mut new: Namespace = decode(&input["new"]);
    let mut old: Namespace = decode(&input["old"]);
    namespace::default(&mut new);
    namespace::default(&mut old);
    let mut out = Errors::new();
    match text(input, "op") {
        "create" => {
            namespace::prepare(&mut new);
            namespace::validate(&mut out, &new);
        }
        "update" => {
            namespace::prepare_update(&mut new, &old);
            namespace::update(&mut out, &new, &old);
        }
        "status" => {
            namespace::prepare_status(&mut new, &old);
            namespace::update_status(&mut out, &new, &old);
        }
        "finalize" => {
            namespace::prepare_finalize(&mut new, &old);
            namespace::update_finalizers(&mut out, &new, &old);
        }
        other => panic!("unknown op {other}"),
    }
    namespace::label(&mut new);
    if out.is_empty() {
        json!({
            "errors": [],
            "finalizers": new.spec.finalizers,
            "phase": new.status.phase,
            "labels": new.metadata.labels,
        })
    } else {
        json!({ "errors": distinct(&out) })
    }
}
