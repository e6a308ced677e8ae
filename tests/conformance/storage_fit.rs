//! The suites about which volume fits a claim.

use std::collections::BTreeMap;

use kubernel::api::{
    Node, PersistentVolume, PersistentVolumeAccessMode, PersistentVolumeClaim, StorageClass, Volume,
};
use kubernel::storage::fit::{self, Misfit, Wish};
use kubernel::storage::{access, binder, class};
use serde_json::{Value, json};

use super::super::support::{decode, text};

pub(crate) fn pv_match(case: &Value) -> Value {
    let claim: PersistentVolumeClaim = decode(&case["claim"]);
    let volumes: Vec<PersistentVolume> = decode(&case["volumes"]);
    let node: Option<Node> = case.get("node").map(decode);
    let excluded: Vec<String> = decode(&case["excluded"]);
    let delayed = case["delayBinding"].as_bool().unwrap_or_default();
    let Ok(wish) = Wish::new(&claim, node.as_ref(), delayed) else {
        return json!({"error": true});
    };
    let offered = volumes.iter().filter(|volume| !excluded.contains(&volume.metadata.name));
    json!({"pv": wish.best(offered).map(|volume| &volume.metadata.name)})
}

pub(crate) fn pv_index(case: &Value) -> Value {
    let claim: PersistentVolumeClaim = decode(&case["claim"]);
    let volumes: Vec<PersistentVolume> = decode(&case["volumes"]);
    let delayed = case["delayBinding"].as_bool().unwrap_or_default();
    let Ok(best) = fit::search(&claim, &volumes, delayed) else { return json!({"error": true}) };
    let best: Vec<&String> = best.map(|volume| &volume.metadata.name).into_iter().collect();
    json!({"anyOf": best})
}

pub(crate) fn pv_satisfies_claim(case: &Value) -> Value {
    match fit::satisfies(&decode(&case["volume"]), &decode(&case["claim"])) {
        Ok(()) => json!({"ok": true}),
        Err(why) => json!({"fail": word(why)}),
    }
}

fn word(why: Misfit) -> &'static str {
    match why {
        Misfit::Deleting => "deleting",
        Misfit::Size => "size",
        Misfit::Class => "class",
        Misfit::AttributesClass => "attributesClass",
        Misfit::VolumeMode => "volumeMode",
        Misfit::AccessModes => "accessModes",
        other => panic!("unexpected {other:?}"),
    }
}

type Modes = Vec<PersistentVolumeAccessMode>;

pub(crate) fn access_modes(case: &Value) -> Value {
    match text(case, "op") {
        "key" => {
            let key = access::group_key(&decode::<Modes>(&case["modes"]));
            let modes: Vec<&str> = key.split(',').filter_map(long).collect();
            json!({"key": key, "modes": modes})
        }
        "lookup" => {
            let request: Modes = decode(&case["request"]);
            let mut groups: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            for modes in decode::<Vec<Modes>>(&case["volumes"]) {
                let group = groups.entry(access::count(&modes)).or_default();
                let key = access::group_key(&modes);
                if access::group_contains(&modes, &request) && !group.contains(&key) {
                    group.push(key);
                    group.sort();
                }
            }
            groups.retain(|_, group| !group.is_empty());
            json!({"groups": groups.into_values().collect::<Vec<_>>()})
        }
        "multiAttach" => {
            let allowed = match case.get("persistentVolume") {
                Some(volume) => access::is_multi_attach(&decode(volume)),
                None => access::is_inline_multi_attach(&decode::<Volume>(&case["volume"])),
            };
            json!({"allowed": allowed})
        }
        other => panic!("unknown op {other}"),
    }
}

fn long(short: &str) -> Option<&'static str> {
    match short {
        "RWO" => Some("ReadWriteOnce"),
        "ROX" => Some("ReadOnlyMany"),
        "RWX" => Some("ReadWriteMany"),
        "RWOP" => Some("ReadWriteOncePod"),
        _ => None,
    }
}

pub(crate) fn bind_helpers(case: &Value) -> Value {
    let claim: PersistentVolumeClaim = decode(&case["claim"]);
    let volume: PersistentVolume = decode(&case["volume"]);
    let classes: Vec<StorageClass> = decode(&case["classes"]);
    let name = class::of_claim(&claim);
    let own = classes.iter().find(|class| class.metadata.name == name);
    let delay = match own {
        Some(class) if class.volume_binding_mode.is_none() => json!("error"),
        own => json!(class::waits_for_consumer(own)),
    };
    let (bound, dirty) = binder::reserve(&volume, &claim);
    json!({
        "isBound": fit::is_bound_to(&volume, &claim),
        "claimClass": name,
        "claimHas": class::is_named(&claim),
        "volumeClass": class::of_volume(&volume),
        "modeMismatch": fit::modes_differ(&claim, &volume.spec),
        "accessModesOk": access::contains(&volume.spec.access_modes, &claim.spec.access_modes),
        "delayProvisioning": class::has_selected_node(&claim),
        "delayBinding": delay,
        "bindDirty": dirty,
        "claimRef": bound.spec.claim_ref,
        "annotations": bound.metadata.annotations,
    })
}
