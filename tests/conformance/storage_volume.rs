//! The suites about the files of volumes.

use std::collections::BTreeMap;

use kubernel::api::{
    ByteString, ConfigMap, KeyToPath, ObjectMeta, Pod, ResourceFieldSelector, ResourceList, Secret,
    ServiceAccountTokenProjection,
};
use kubernel::quantity::Quantity;
use kubernel::volume::payload::{self, Payload, PayloadError, PayloadFile};
use kubernel::volume::projected::{self, Ownership, Sources};
use kubernel::volume::{Entry, Tree, downward, empty_dir};
use serde_json::{Value, json};

use super::super::support::{decode, text};

fn files(payload: Result<Payload, PayloadError>) -> Value {
    let Ok(payload) = payload else { return json!({"error": true}) };
    let shown = |(path, file): (String, PayloadFile)| {
        let mut out = json!({"mode": file.mode, "data": ByteString(file.data)});
        if let Some(user) = file.fs_user {
            out["fsUser"] = json!(user);
        }
        (path, out)
    };
    json!({"files": payload.into_iter().map(shown).collect::<BTreeMap<_, _>>()})
}

fn mode(case: &Value) -> Option<i32> {
    case["defaultMode"].as_i64().map(|mode| i32::try_from(mode).unwrap())
}

pub(crate) fn secret_payload(case: &Value) -> Value {
    let secret: Secret = decode(&case["secret"]);
    let items: Vec<KeyToPath> = decode(&case["items"]);
    let optional = case["optional"].as_bool().unwrap_or_default();
    files(payload::secret(&secret.metadata.name, Some(&secret), &items, mode(case), optional))
}

pub(crate) fn configmap_payload(case: &Value) -> Value {
    let map: ConfigMap = decode(&case["configMap"]);
    let items: Vec<KeyToPath> = decode(&case["items"]);
    let optional = case["optional"].as_bool().unwrap_or_default();
    files(payload::config_map(&map.metadata.name, Some(&map), &items, mode(case), optional))
}

pub(crate) fn downward_payload(case: &Value) -> Value {
    let items = decode::<Vec<_>>(&case["items"]);
    let allocatable: ResourceList = decode(&case["nodeAllocatable"]);
    files(downward::payload(&decode(&case["pod"]), &items, mode(case), &allocatable))
}

#[derive(Debug)]
struct Objects {
    secrets: Vec<Secret>,
    maps: Vec<ConfigMap>,
    namespace: String,
    allocatable: ResourceList,
}

impl Sources for Objects {
    fn secret(&self, name: &str) -> Option<&Secret> {
        let mine = |meta: &ObjectMeta| meta.name == name && meta.namespace == self.namespace;
        self.secrets.iter().find(|secret| mine(&secret.metadata))
    }

    fn config_map(&self, name: &str) -> Option<&ConfigMap> {
        let mine = |meta: &ObjectMeta| meta.name == name && meta.namespace == self.namespace;
        self.maps.iter().find(|map| mine(&map.metadata))
    }

    fn token(&self, pod: &Pod, request: &ServiceAccountTokenProjection) -> Option<String> {
        let meta = &pod.metadata;
        Some(format!(
            "tok:{}/{}:{}:{}:{}/{}",
            meta.namespace,
            pod.spec.service_account_name,
            request.audience,
            request.expiration_seconds.unwrap_or_default(),
            meta.name,
            meta.uid
        ))
    }

    fn allocatable(&self) -> &ResourceList {
        &self.allocatable
    }
}

pub(crate) fn projected_payload(case: &Value) -> Value {
    let objects = Objects {
        secrets: decode(&case["secrets"]),
        maps: decode(&case["configMaps"]),
        namespace: text(&case["pod"]["metadata"], "namespace").to_owned(),
        allocatable: decode(&case["nodeAllocatable"]),
    };
    let owner = Ownership { fs_user: case["fsUser"].as_i64(), fs_group: case["fsGroup"].as_i64() };
    let (pod, volume) = (decode(&case["pod"]), decode(&case["projected"]));
    files(projected::payload(&pod, &volume, &objects, owner))
}

pub(crate) fn downward_field(case: &Value) -> Value {
    let pod: Pod = decode(&case["pod"]);
    match downward::field(&pod.metadata, text(case, "fieldPath")) {
        Ok(value) => json!({"value": value}),
        Err(_) => json!({"error": true}),
    }
}

pub(crate) fn downward_resource(case: &Value) -> Value {
    let selector = ResourceFieldSelector {
        container_name: text(case, "containerName").to_owned(),
        resource: text(case, "resource").to_owned(),
        divisor: decode(&case["divisor"]),
    };
    let allocatable: Option<ResourceList> = case.get("nodeAllocatable").map(decode);
    let pod: Pod = decode(&case["pod"]);
    match downward::resource(&pod, &selector.container_name, &selector, allocatable.as_ref()) {
        Ok(value) => json!({"value": value}),
        Err(_) => json!({"error": true}),
    }
}

pub(crate) fn atomic_write(case: &Value) -> Value {
    let mut tree: Option<Tree> = None;
    let mut steps = Vec::new();
    for written in case["payloads"].as_array().unwrap() {
        let files = written.as_object().unwrap().iter().map(|(path, file)| {
            let mode = i32::try_from(file["mode"].as_i64().unwrap()).unwrap();
            let data = text(file, "data").as_bytes().to_vec();
            (path.clone(), PayloadFile { mode, data, fs_user: None })
        });
        let mut step = match payload::update(tree.as_ref(), &files.collect()) {
            Err(_) => json!({"error": true, "wrote": false}),
            Ok(next) => {
                let wrote = next.is_some();
                tree = next.or(tree);
                json!({"wrote": wrote})
            }
        };
        let shown = tree.clone().unwrap_or_default();
        step["visible"] = json!(shown.list("/").unwrap());
        step["files"] = tree_files(&shown);
        steps.push(step);
    }
    json!({"steps": steps})
}

fn tree_files(tree: &Tree) -> Value {
    let file = |(path, entry): (&str, &Entry)| match entry {
        Entry::File { mode, data } => {
            let data = String::from_utf8_lossy(data).into_owned();
            Some((path.to_owned(), json!({"mode": mode, "data": data})))
        }
        _ => None,
    };
    json!(tree.iter().filter_map(file).collect::<BTreeMap<_, _>>())
}

pub(crate) fn emptydir(case: &Value) -> Value {
    let pod: Pod = decode(&case["pod"]);
    match text(case, "op") {
        "tmpfsSize" => {
            let limit: Option<Quantity> = case["emptyDir"].get("sizeLimit").map(decode);
            let node: Quantity = decode(&case["nodeAllocatableMemory"]);
            json!({"bytes": empty_dir::memory_size(&pod, limit.as_ref(), &node).value()})
        }
        "hugePages" => match empty_dir::page_size(&pod, &text(case, "medium").into()) {
            Ok(size) => json!({"option": format!("pagesize={}", size.canonical())}),
            Err(_) => json!({"error": true}),
        },
        "evict" => {
            let used = |volume: &str| {
                case["usedBytes"].get(volume).map(|bytes| Quantity::from(bytes.as_i64().unwrap()))
            };
            json!({"evicted": empty_dir::too_full(&pod, used).is_some()})
        }
        other => panic!("unknown op {other}"),
    }
}
