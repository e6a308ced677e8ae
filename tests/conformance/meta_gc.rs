//! The suite about garbage collection: objects with owners, in a cluster with the collector.

use std::collections::BTreeMap;
use std::time::Duration;

use kubernel::Cluster;
use kubernel::api::{ConfigMap, DeleteOptions, Key, Kind, Namespace, ObjectMeta};
use kubernel::cluster::{Enabled, Schedule, Step};
use kubernel::control::builtin::{GarbageCollector, Namespaces};
use serde_json::{Map, Value, json};

use super::super::support::{decode, text};

/// The objects by name, and the uid that each was given.
type Known = BTreeMap<String, (Key, String)>;

pub(crate) fn gc_trace(input: &Value) -> Value {
    let builder = Cluster::builder().controller(Namespaces).controller(GarbageCollector);
    let mut cluster = builder.calm(Duration::from_secs(10)).build();
    let metadata = ObjectMeta { name: "ns2".into(), ..ObjectMeta::default() };
    cluster.create(Namespace { metadata, ..Namespace::default() }).unwrap();

    let mut known = Known::new();
    for object in input["objects"].as_array().unwrap() {
        let mut metadata: ObjectMeta = decode(&with_uids(&object["metadata"], &known));
        metadata.namespace = match text(object, "namespace") {
            "" => "default".into(),
            namespace => namespace.into(),
        };
        let name = metadata.name.clone();
        let key = cluster.create(ConfigMap { metadata, ..ConfigMap::default() }).unwrap();
        let uid = cluster.store().object(&key).unwrap().meta().uid.clone();
        known.insert(name, (key, uid));
    }
    let mut states = vec![state(&mut cluster, &known)];
    for phase in input["phases"].as_array().unwrap() {
        for operation in phase.as_array().unwrap() {
            perform(&mut cluster, operation, &known);
            hear(&mut cluster);
        }
        states.push(state(&mut cluster, &known));
    }
    json!({ "states": states })
}

/// Upstream's collector works on many objects at once: all look before any writes, and all write before
/// any hears of it.
#[derive(Debug)]
struct Rounds;

impl Schedule for Rounds {
    fn choose(&mut self, enabled: &Enabled<'_>) -> usize {
        let first = |wanted: fn(&Step) -> bool| {
            (0..enabled.len()).find(|n| enabled.get(*n).is_some_and(|step| wanted(&step)))
        };
        let look = first(|step| matches!(step, Step::Reconcile { .. }));
        look.or_else(|| first(|step| matches!(step, Step::Apply { .. }))).unwrap_or(0)
    }
}

/// Requests come one after the other, so the collector hears of each before the next. Upstream's then
/// orphans by what it has heard, but asks what is there now before it deletes.
fn hear(cluster: &mut Cluster) {
    let next = |cluster: &Cluster| {
        let enabled = cluster.enabled();
        (0..enabled.len()).filter_map(|n| enabled.get(n)).find(|step| match step {
            Step::Deliver { .. } => true,
            Step::Reconcile { key, .. } => is_orphaning(cluster, key),
            _ => false,
        })
    };
    while let Some(step) = next(cluster) {
        cluster.step(&step).unwrap();
    }
}

fn is_orphaning(cluster: &Cluster, key: &Key) -> bool {
    cluster.store().object(key).is_some_and(|object| {
        let meta = object.meta();
        meta.deletion_timestamp.is_some() && meta.finalizers.iter().any(|it| it == "orphan")
    })
}

/// A request that is refused changes nothing, and the trace goes on.
fn perform(cluster: &mut Cluster, operation: &Value, known: &Known) {
    let (key, _) = &known[text(operation, "name")];
    match text(operation, "op") {
        "delete" => {
            let options: DeleteOptions = decode(&json!({
                "propagationPolicy": operation["propagationPolicy"],
                "orphanDependents": operation["orphanDependents"],
            }));
            let _ = cluster.delete(key, options);
        }
        "patch" => {
            let Some(stored) = cluster.store().object(key) else { return };
            let mut value = stored.to_value().unwrap();
            merge(&mut value["metadata"], &with_uids(&operation["metadata"], known));
            let _ = cluster.update(Kind::ConfigMap.read(value).unwrap());
        }
        other => panic!("unknown op {other}"),
    }
}

/// A JSON merge patch.
fn merge(into: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    let members = into.as_object_mut().unwrap();
    for (name, change) in patch {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), change);
        }
    }
}

/// The same value with uids in place of what stands for them; who was never there has none.
fn with_uids(value: &Value, known: &Known) -> Value {
    let mut text = value.to_string();
    for (name, (_, uid)) in known {
        text = text.replace(&format!("\"$uid:{name}\""), &format!("\"{uid}\""));
    }
    serde_json::from_str(&text).unwrap()
}

/// What has become of the objects when nothing changes any more.
fn state(cluster: &mut Cluster, known: &Known) -> Value {
    cluster.settle_by(&mut Rounds).unwrap();
    let of = |key: &Key| match cluster.store().object(key) {
        Some(object) => brief(object.meta(), known),
        None => Value::Null,
    };
    known.iter().map(|(name, (key, _))| (name.clone(), of(key))).collect::<Map<_, _>>().into()
}

fn brief(meta: &ObjectMeta, known: &Known) -> Value {
    let mut out = json!({ "deleting": meta.deletion_timestamp.is_some() });
    if !meta.finalizers.is_empty() {
        out["finalizers"] = json!(meta.finalizers);
    }
    if !meta.owner_references.is_empty() {
        let mut owners = serde_json::to_value(&meta.owner_references).unwrap();
        for owner in owners.as_array_mut().unwrap() {
            let named = known.iter().find(|(_, (_, uid))| owner["uid"] == **uid);
            if let Some((name, _)) = named {
                owner["uid"] = json!(format!("$uid:{name}"));
            }
        }
        out["ownerReferences"] = owners;
    }
    out
}
