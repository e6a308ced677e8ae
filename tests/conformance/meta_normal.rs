//! The normal form of answers of an API server: what differs from run to run is taken out.

use std::collections::BTreeMap;

use kubernel::api::{Object, Status};
use kubernel::time::Time;
use serde_json::{Map, Value, json};

use super::trace::NAMESPACE;

/// What has been met on the way.
pub(super) struct Normal {
    now: Time,
    uids: BTreeMap<String, String>,
}

impl Normal {
    pub(super) fn new(now: Time) -> Self {
        Self { now, uids: BTreeMap::new() }
    }

    fn uid(&mut self, uid: &str) {
        let next = format!("uid{}", self.uids.len() + 1);
        self.uids.entry(uid.to_owned()).or_insert(next);
    }

    pub(super) fn status(&mut self, status: &Status) -> Value {
        let mut out = json!({ "status": status.status, "reason": status.reason.as_str() });
        let Some(details) = &status.details else { return out };
        if !details.kind.is_empty() {
            out["kind"] = details.kind.as_str().into();
        }
        if !details.name.is_empty() {
            out["name"] = details.name.as_str().into();
        }
        if !details.uid.is_empty() {
            self.uid(&details.uid);
            out["uid"] = details.uid.as_str().into();
        }
        let mut causes: Vec<_> = details
            .causes
            .iter()
            .map(|cause| (cause.field.as_str(), cause.type_.as_str()))
            .collect();
        causes.sort_unstable();
        causes.dedup();
        if !causes.is_empty() {
            let cause = |(field, reason)| json!({ "field": field, "reason": reason });
            out["causes"] = causes.into_iter().map(cause).collect();
        }
        out
    }

    pub(super) fn object(&mut self, object: &Object) -> Value {
        let whole = object.to_value().unwrap();
        let mut out = json!({ "kind": whole["kind"], "metadata": self.metadata(object, &whole) });
        let take = |out: &mut Value, part: &str, names: &[&str]| {
            let from = &whole[part];
            let kept = names
                .iter()
                .filter_map(|name| from.get(name).map(|it| ((*name).into(), it.clone())));
            out[part] = Value::Object(kept.collect());
        };
        let members: &[&str] = match text(&whole["kind"]) {
            "ConfigMap" | "Secret" => &["data", "immutable", "type"],
            "Pod" => {
                let spec = [
                    "nodeName",
                    "terminationGracePeriodSeconds",
                    "activeDeadlineSeconds",
                    "restartPolicy",
                ];
                take(&mut out, "spec", &spec);
                let containers = whole["spec"]["containers"].as_array().unwrap();
                out["spec"]["images"] = containers.iter().map(|it| it["image"].clone()).collect();
                take(&mut out, "status", &["phase", "podIP", "reason"]);
                &[]
            }
            "Deployment" | "ReplicaSet" | "ReplicationController" => {
                take(&mut out, "spec", &["replicas", "paused", "minReadySeconds"]);
                take(&mut out, "status", &["replicas", "observedGeneration", "readyReplicas"]);
                &[]
            }
            "Namespace" => {
                take(&mut out, "spec", &["finalizers"]);
                take(&mut out, "status", &["phase"]);
                &[]
            }
            "Service" => {
                take(&mut out, "spec", &["type", "selector"]);
                &[]
            }
            _ => &[],
        };
        for name in members {
            if let Some(value) = whole.get(name) {
                out[*name] = value.clone();
            }
        }
        out
    }

    fn metadata(&mut self, object: &Object, whole: &Value) -> Value {
        let meta = object.meta();
        self.uid(&meta.uid);
        let mut out: Map<String, Value> = whole["metadata"].as_object().unwrap().clone();
        out.remove("managedFields");
        out.insert("name".into(), marked(&meta.name, &meta.generate_name).into());
        if meta.namespace == NAMESPACE {
            out.remove("namespace");
        }
        match meta.creation_timestamp {
            Some(_) => out.remove("creationTimestamp"),
            None => out.insert("creationTimestamp".into(), Value::Null),
        };
        if let Some(due) = meta.deletion_timestamp {
            let seconds = (due.as_unix() - self.now.as_unix() + 2).div_euclid(5) * 5;
            out.insert("deletionTimestamp".into(), format!("T+{seconds}").into());
        }
        out.into()
    }

    /// Puts ranks for versions, numbers for uids, and marks for names that were drawn.
    pub(super) fn finish(self, mut out: Value) -> Value {
        let mut versions = Vec::new();
        each_metadata(&mut out, &mut |meta| {
            versions.extend(meta.get("resourceVersion").map(|it| text(it).parse::<u64>().unwrap()));
        });
        versions.sort_unstable();
        versions.dedup();
        each_metadata(&mut out, &mut |meta| {
            if let Some(version) = meta.get_mut("resourceVersion") {
                let at = versions.binary_search(&text(version).parse().unwrap()).unwrap();
                *version = (at + 1).into();
            }
        });
        self.texts(&mut out);
        out
    }

    fn texts(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(uid) = self.uids.get(text) {
                    text.clone_from(uid);
                }
                *text = text.replace(NAMESPACE, "@ns");
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.texts(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.texts(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The name, or the prefix and a mark if the rest of it was drawn.
pub(super) fn marked(name: &str, prefix: &str) -> String {
    let cut = &prefix[..prefix.len().min(58)];
    let drawn = !cut.is_empty() && name.strip_prefix(cut).is_some_and(|rest| rest.len() == 5);
    if drawn { format!("{cut}?????") } else { name.into() }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Calls `look` with the metadata of every object.
fn each_metadata(value: &mut Value, look: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_metadata(item, look)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Object(meta) if name == "metadata" => look(meta),
                    other => each_metadata(other, look),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
