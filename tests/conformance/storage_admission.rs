//! The suites about what happens to storage objects on their way in, and to their finalizers.

use std::collections::BTreeSet;

use kubernel::api::{
    ConfigMap, ObjectMeta, PersistentVolume, PersistentVolumeClaim, Pod, Secret, StorageClass,
};
use kubernel::field::Errors;
use kubernel::storage::defaults::{self, ResizeRefused};
use kubernel::storage::{class, ephemeral, protect};
use kubernel::time::Time;
use kubernel::{config, pod};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::support::{decode, text};

pub(crate) fn pv_pvc_defaults(case: &Value) -> Value {
    let object = &case["object"];
    let answer = match text(case, "kind") {
        "PersistentVolume" => defaulted(object, defaults::volume),
        "PersistentVolumeClaim" => defaulted(object, defaults::claim),
        "StorageClass" => defaulted(object, defaults::storage_class),
        "Secret" => defaulted(object, config::default_secret),
        "ConfigMap" => defaulted(object, |_: &mut ConfigMap| {}),
        "Volume" => {
            let mut pod = Pod::default();
            pod.spec.volumes.push(decode(object));
            pod::defaults::default(&mut pod);
            serde_json::to_value(&pod.spec.volumes[0]).unwrap()
        }
        other => panic!("unknown kind {other}"),
    };
    json!({"object": plain(answer)})
}

fn defaulted<T>(value: &Value, default: impl Fn(&mut T)) -> Value
where
    T: serde::de::DeserializeOwned + Default + Serialize,
{
    let mut object: T = decode(value);
    default(&mut object);
    serde_json::to_value(object).unwrap()
}

/// The value as the recorded form has it: without kind, nulls, and structs that nobody wrote.
fn plain(mut value: Value) -> Value {
    let object = value.as_object_mut().unwrap();
    object.remove("apiVersion");
    object.remove("kind");
    object.retain(|name, inner| name != "metadata" || *inner != json!({}));
    prune(&mut value);
    value
}

fn prune(value: &mut Value) {
    if let Some(object) = value.as_object_mut() {
        object.values_mut().for_each(prune);
        object.retain(|name, inner| {
            let never_written = ["spec", "status", "resources"].contains(&name.as_str());
            !(inner.is_null() || never_written && *inner == json!({}))
        });
    } else if let Some(list) = value.as_array_mut() {
        list.iter_mut().for_each(prune);
    }
}

/// A source as the recorded form has it; null for none.
fn source<T: Serialize>(source: &Option<T>) -> Value {
    let mut value = json!(source);
    prune(&mut value);
    value
}

/// The instant at which everything happens.
fn now() -> Time {
    decode::<Option<Time>>(&json!("2030-01-01T00:00:00Z")).unwrap()
}

fn transition(volume: &PersistentVolume) -> Value {
    match volume.status.last_phase_transition_time {
        None => json!("none"),
        Some(time) if time == now() => json!("now"),
        Some(time) => json!(time),
    }
}

pub(crate) fn storage_admission(case: &Value) -> Value {
    let classes: Vec<StorageClass> = decode(&case["classes"]);
    match text(case, "op") {
        "defaultClass" => {
            json!({"class": class::default_of(&classes).map(|class| &class.metadata.name)})
        }
        "createClaim" => {
            let mut claim: PersistentVolumeClaim = decode(&case["claim"]);
            defaults::claim(&mut claim);
            defaults::admit_claim(&mut claim, class::default_of(&classes));
            json!({
                "storageClassName": claim.spec.storage_class_name,
                "finalizers": claim.metadata.finalizers,
                "dataSource": source(&claim.spec.data_source),
                "dataSourceRef": source(&claim.spec.data_source_ref),
                "volumeMode": claim.spec.volume_mode,
                // Handed to storage as it is before defaults; read back it is Pending.
                "phase": if claim.status.phase.as_str() == "Pending" { "" } else { "?" },
            })
        }
        "updateClaim" => {
            let (mut old, mut new): (PersistentVolumeClaim, PersistentVolumeClaim) =
                (decode(&case["old"]), decode(&case["new"]));
            defaults::claim(&mut old);
            defaults::claim(&mut new);
            new.status.clone_from(&old.status);
            defaults::data_sources(&mut new.spec, Some(&old.spec));
            json!({
                "dataSource": source(&new.spec.data_source),
                "dataSourceRef": source(&new.spec.data_source_ref),
                "phase": new.status.phase,
            })
        }
        "createVolume" => {
            let mut volume: PersistentVolume = decode(&case["volume"]);
            defaults::volume(&mut volume);
            defaults::admit_volume(&mut volume, now());
            json!({
                "finalizers": volume.metadata.finalizers,
                "message": volume.status.message,
                "phase": volume.status.phase,
                "reclaimPolicy": volume.spec.persistent_volume_reclaim_policy,
                "transition": transition(&volume),
            })
        }
        "volumeStatus" => {
            let (mut old, mut new): (PersistentVolume, PersistentVolume) =
                (decode(&case["old"]), decode(&case["new"]));
            defaults::volume(&mut old);
            defaults::volume(&mut new);
            new.spec.clone_from(&old.spec);
            defaults::stamp_phase(&mut new, &old, now());
            json!({
                "phase": new.status.phase,
                "capacity": new.spec.capacity.get("storage"),
                "transition": transition(&new),
            })
        }
        "resizeClaim" => {
            let find =
                |name: &str| classes.iter().find(|class| class.metadata.name == name).cloned();
            match defaults::resize(&decode(&case["new"]), &decode(&case["old"]), find) {
                Ok(()) => json!({"allowed": true}),
                Err(ResizeRefused::Unbound) => json!({"allowed": false, "why": "unbound"}),
                Err(ResizeRefused::Class) => json!({"allowed": false, "why": "class"}),
                Err(other) => panic!("unknown {other:?}"),
            }
        }
        other => panic!("unknown op {other}"),
    }
}

pub(crate) fn protection(case: &Value) -> Value {
    let mut meta: ObjectMeta;
    match case.get("volume") {
        Some(volume) => {
            let volume: PersistentVolume = decode(volume);
            meta = volume.metadata.clone();
            protect::apply(protect::volume(&volume), &mut meta, protect::VOLUME_FINALIZER);
        }
        None => {
            let claim: PersistentVolumeClaim = decode(&case["claim"]);
            let pods: Vec<Pod> = decode(&case["pods"]);
            meta = claim.metadata.clone();
            protect::apply(protect::claim(&claim, &pods), &mut meta, protect::CLAIM_FINALIZER);
        }
    }
    json!({"finalizers": meta.finalizers})
}

pub(crate) fn ephemeral_claims(case: &Value) -> Value {
    let pod: Pod = decode(&case["pod"]);
    let claims: Vec<PersistentVolumeClaim> = decode(&case["claims"]);
    let find = |name: &str| {
        claims.iter().find(|claim| {
            claim.metadata.name == name && claim.metadata.namespace == pod.metadata.namespace
        })
    };
    let (made, conflict) = ephemeral::missing(&pod, find);
    let mut created = Map::new();
    for claim in made {
        let meta = claim.metadata;
        let shown = json!({
            "labels": meta.labels,
            "annotations": meta.annotations,
            "ownerReferences": meta.owner_references,
        });
        created.insert(meta.name, shown);
    }
    json!({"created": created, "conflict": conflict.is_some()})
}

pub(crate) fn secret_configmap_validation(case: &Value) -> Value {
    let mut new = case["new"].clone();
    let secret = text(case, "kind") == "secret";
    if let Some(inflate) = case.get("inflate") {
        let size = usize::try_from(inflate["size"].as_u64().unwrap()).unwrap();
        let value = if secret {
            json!(kubernel::api::ByteString(vec![b'v'; size]))
        } else {
            json!("v".repeat(size))
        };
        let mut data = Map::new();
        data.insert(text(inflate, "key").to_owned(), value);
        new["data"] = Value::Object(data);
    }
    let mut out = Errors::new();
    let old = case.get("old");
    if secret {
        let read = |value: &Value| {
            let mut secret: Secret = decode(value);
            config::default_secret(&mut secret);
            secret
        };
        match old {
            None => config::validate_secret(&mut out, &read(&new)),
            Some(old) => config::update_secret(&mut out, &read(&new), &read(old)),
        }
    } else {
        match old {
            None => config::validate_config_map(&mut out, &decode(&new)),
            Some(old) => config::update_config_map(&mut out, &decode(&new), &decode(old)),
        }
    }
    json!({"errs": error_set(&out)})
}

/// Errors in the form of this area: pairs, sorted, without repeats.
pub(super) fn error_set(out: &Errors) -> Value {
    let all: BTreeSet<(&str, &str)> =
        out.iter().map(|error| (&*error.field, error.cause.kind())).collect();
    json!(all)
}
