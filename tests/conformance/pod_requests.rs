//! Suites about what requests may do to a pod.

use kubernel::admission::{Answer, ApiError, Gate, Request};
use kubernel::api::{Binding, DeleteOptions, Namespace, Object, Pod};
use kubernel::field::Errors;
use kubernel::meta;
use kubernel::pod::validate::Rules;
use kubernel::pod::{defaults, update};
use kubernel::service::Ranges;
use kubernel::store::{Expect, Store};
use kubernel::time::Time;
use serde_json::{Value, json};

use super::super::support::{errors, text};
use super::part;

pub(super) fn pod_update_validation(input: &Value) -> Value {
    let (mut old, mut new): (Pod, Pod) = (part(input, "old"), part(input, "new"));
    for pod in [&mut old, &mut new] {
        defaults::default(pod);
        defaults::settle(pod);
    }
    let (rules, mut found) = (Rules { privileged: false }, Errors::new());
    meta::carry_over(&mut new.metadata, &old.metadata);
    match text(input, "subresource") {
        "" => {
            new.status = old.status.clone();
            update::update(&mut found, &new, &old, &rules);
        }
        "status" => {
            update::prepare_status(&mut new, &old);
            update::update_status(&mut found, &new, &old);
        }
        "ephemeralcontainers" => {
            update::prepare_ephemeral_containers(&mut new, &old);
            update::update_ephemeral_containers(&mut found, &new, &old, &rules);
        }
        "resize" => {
            update::prepare_resize(&mut new, &old);
            update::update_resize(&mut found, &new, &old, &rules);
        }
        other => panic!("unknown subresource {other}"),
    }
    let mut out = json!({"errors": distinct(&found)});
    if found.is_empty() {
        let grown = i64::from(new.spec != old.spec);
        out["generation"] = json!(old.metadata.generation + grown);
    }
    out
}

/// Errors as a set.
fn distinct(found: &Errors) -> Value {
    let Value::Array(mut all) = errors(found) else { panic!("errors are a list") };
    all.dedup();
    Value::Array(all)
}

/// A store with `pod` at its revision.
fn store_of(pod: &Pod) -> Store {
    let mut store = Store::new();
    let revision: u64 = pod.metadata.resource_version.parse().unwrap_or(1);
    for n in 1..revision {
        let mut filler = Namespace::default();
        filler.metadata.name = format!("filler-{n}");
        let filler = Object::from(filler);
        store.commit(filler.key(), Expect::Any, Some(filler)).expect("a new object");
    }
    let object = Object::from(pod.clone());
    store.commit(object.key(), Expect::Any, Some(object)).expect("a new object");
    store
}

/// What the gate makes of a request about the only pod of a store.
fn admit(pod: &Pod, now: Time, request: Request) -> Result<(usize, Option<Pod>), ApiError> {
    let store = store_of(pod);
    let ranges = Ranges::default();
    let mut draw = || 0;
    let mut gate = Gate { store: &store, now, draw: &mut draw, rules: &[], ranges: &ranges };
    let (writes, answer) = gate.admit(request)?.into_parts();
    let first = writes.first().and_then(|write| write.after.clone());
    let object = match answer {
        Answer::Stored(_) => first,
        Answer::Removed(object) | Answer::Unstored(object) => Some(object),
        _ => None,
    };
    let pod = match object {
        Some(Object::Pod(pod)) => Some((*pod).clone()),
        _ => None,
    };
    Ok((writes.len(), pod))
}

pub(super) fn pod_delete(input: &Value) -> Value {
    let mut pod: Pod = part(input, "pod");
    // Upstream reads a negative stored grace as 1 and answers so; nothing here stores one.
    let grace = &mut pod.metadata.deletion_grace_period_seconds;
    *grace = grace.map(|seconds| if seconds < 0 { 1 } else { seconds });
    let options: DeleteOptions = part(input, "options");
    let now: Time = text(input, "now").parse().expect("a time");
    let given = options.grace_period_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds });
    let request = Request::Delete(Object::from(pod.clone()).key(), options);
    let (writes, after) = match admit(&pod, now, request) {
        Ok(done) => done,
        Err(error) => {
            return json!({
                "error": error.status().reason,
                "graceful": false,
                "pending": false,
            });
        }
    };
    let after = after.unwrap_or_else(|| pod.clone());
    let graceful = after.metadata.deletion_grace_period_seconds
        != pod.metadata.deletion_grace_period_seconds
        || after.metadata.deletion_timestamp != pod.metadata.deletion_timestamp
        || writes > 1;
    let pending = writes == 0;
    let meta = &after.metadata;
    let mut out = json!({
        "graceful": graceful,
        "pending": pending,
        "deletionTimestamp": meta.deletion_timestamp,
        "generation": meta.generation,
    });
    // What upstream leaves in the options.
    let again = pod.metadata.deletion_timestamp.is_some();
    let effective = match (graceful, pending) {
        (true, _) if !again => meta.deletion_grace_period_seconds,
        (true, _) | (false, true) => given.or(meta.deletion_grace_period_seconds),
        (false, false) => given,
    };
    for (name, value) in [
        ("deletionGracePeriodSeconds", meta.deletion_grace_period_seconds),
        ("effectiveGracePeriodSeconds", effective),
    ] {
        if let Some(value) = value {
            out[name] = json!(value);
        }
    }
    out
}

pub(super) fn binding(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let mut binding: Binding = part(input, "binding");
    if binding.metadata.name != pod.metadata.name {
        // A request of the crate names the pod once; only a path can name another one.
        return json!({"error": "BadRequest"});
    }
    binding.metadata.namespace.clone_from(&pod.metadata.namespace);
    let now: Time = "2030-01-01T00:00:00Z".parse().expect("a time");
    match admit(&pod, now, Request::Bind(Box::new(binding))) {
        Ok((_, after)) => {
            let mut shown = serde_json::to_value(after.expect("a pod")).expect("a pod");
            super::fields::trim(&mut shown);
            let map = shown.as_object_mut().expect("an object");
            map.remove("kind");
            map.remove("apiVersion");
            shown["spec"]["securityContext"] = json!({});
            for condition in shown["status"]["conditions"].as_array_mut().into_iter().flatten() {
                if condition["lastTransitionTime"] == json!(now) {
                    condition["lastTransitionTime"] = json!("<now>");
                }
            }
            json!({"pod": shown})
        }
        Err(ApiError::Invalid { errors, .. }) => json!({"errors": distinct(&errors)}),
        Err(error) => json!({"error": error.status().reason}),
    }
}
