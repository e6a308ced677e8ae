//! The suites about the binding controller: a stand-in for the API server that can stop a pass after
//! some writes.

use std::collections::{BTreeMap, BTreeSet};

use kubernel::api::{PersistentVolume, PersistentVolumeClaim, Pod, StorageClass};
use kubernel::storage::binder::{
    About, Deleted, Desk, Note, Plugin, Recycled, Stopped, Write, sync_claim, sync_volume,
};
use serde_json::{Value, json};

use super::super::support::{decode, text};

#[derive(Default)]
struct World {
    volumes: BTreeMap<String, PersistentVolume>,
    claims: BTreeMap<String, PersistentVolumeClaim>,
    classes: BTreeMap<String, StorageClass>,
    pods: Vec<Pod>,
    plugin: Option<(Recycled, Deleted)>,
    left: Option<usize>,
    writes: Vec<String>,
    events: BTreeSet<String>,
}

fn key(claim: &PersistentVolumeClaim) -> String {
    format!("{}/{}", claim.metadata.namespace, claim.metadata.name)
}

impl Desk for World {
    fn volume(&self, name: &str) -> Option<PersistentVolume> {
        self.volumes.get(name).cloned()
    }

    fn volumes(&self, _: &PersistentVolumeClaim) -> Vec<&PersistentVolume> {
        self.volumes.values().collect()
    }

    fn claim(&self, namespace: &str, name: &str) -> Option<PersistentVolumeClaim> {
        self.claims.get(&format!("{namespace}/{name}")).cloned()
    }

    fn class(&self, name: &str) -> Option<StorageClass> {
        self.classes.get(name).cloned()
    }

    fn classes(&self) -> Vec<StorageClass> {
        self.classes.values().cloned().collect()
    }

    fn pods_of(&self, namespace: &str, name: &str) -> Vec<Pod> {
        let uses = |pod: &&Pod| {
            pod.metadata.namespace == namespace
                && pod.spec.volumes.iter().any(|volume| {
                    volume.persistent_volume_claim.as_ref().is_some_and(|c| c.claim_name == name)
                })
        };
        self.pods.iter().filter(uses).cloned().collect()
    }

    fn plugin(&self, volume: &PersistentVolume, provisioner: Option<&str>) -> Plugin {
        let fits = match provisioner {
            Some(name) => name == "kubernetes.io/host-path",
            None => volume.spec.host_path.is_some(),
        };
        match self.plugin {
            Some((recycle, delete)) if fits => Plugin::InTree { recycle, delete },
            Some(_) | None => Plugin::None,
        }
    }

    fn write(&mut self, write: Write) -> Result<(), Stopped> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1).ok_or(Stopped("crashed".into()))?;
        }
        match write {
            Write::Claim(claim) => {
                self.writes.push(format!("update claim {}", key(&claim)));
                let stored = self.claims.get_mut(&key(&claim)).unwrap();
                (stored.metadata, stored.spec) = (claim.metadata, claim.spec);
            }
            Write::ClaimStatus(claim) => {
                self.writes.push(format!("updateStatus claim {}", key(&claim)));
                let stored = self.claims.get_mut(&key(&claim)).unwrap();
                stored.status = claim.status;
            }
            Write::Volume(volume) => {
                self.writes.push(format!("update volume {}", volume.metadata.name));
                let name = volume.metadata.name.clone();
                let stored = self.volumes.get_mut(&name).unwrap();
                (stored.metadata, stored.spec) = (volume.metadata, volume.spec);
                self.drop_if_free(&name);
            }
            Write::VolumeStatus(volume) => {
                self.writes.push(format!("updateStatus volume {}", volume.metadata.name));
                self.volumes.get_mut(&volume.metadata.name).unwrap().status = volume.status;
            }
            Write::DeleteVolume(volume) => {
                let name = volume.metadata.name;
                self.writes.push(format!("delete volume {name}"));
                let stored = self.volumes.get_mut(&name).unwrap();
                stored.metadata.deletion_timestamp = Some(kubernel::time::Time::EPOCH);
                self.drop_if_free(&name);
            }
            other => panic!("unknown write {other:?}"),
        }
        Ok(())
    }

    fn note(&mut self, note: Note) {
        let about = match note.about {
            About::Claim(namespace, name) => format!("claim {namespace}/{name}"),
            About::Volume(name) => format!("volume {name}"),
            other => panic!("unknown object {other:?}"),
        };
        let type_ = if note.reason.is_warning() { "Warning" } else { "Normal" };
        self.events.insert(format!("{about} {type_} {}", note.reason.as_str()));
    }
}

impl World {
    fn read(case: &Value) -> Self {
        let mut world = Self::default();
        for volume in decode::<Vec<Value>>(&case["volumes"]) {
            world.put_volume(&volume);
        }
        for claim in decode::<Vec<Value>>(&case["claims"]) {
            world.put_claim(&claim);
        }
        for class in decode::<Vec<Value>>(&case["classes"]) {
            world.put_class(&class);
        }
        world.pods = decode(&case["pods"]);
        world.plugin = case.get("plugin").map(|plugin| {
            let recycle = match text(plugin, "recycle") {
                "fail" => Recycled::Failed,
                _ => Recycled::Done,
            };
            let delete = match text(plugin, "delete") {
                "fail" => Deleted::Failed,
                "inUse" => Deleted::InUse,
                _ => Deleted::Done,
            };
            (recycle, delete)
        });
        world
    }

    fn put_volume(&mut self, value: &Value) {
        let volume: PersistentVolume = decode(value);
        self.volumes.insert(volume.metadata.name.clone(), volume);
    }

    fn put_claim(&mut self, value: &Value) {
        let claim: PersistentVolumeClaim = decode(value);
        self.claims.insert(key(&claim), claim);
    }

    fn put_class(&mut self, value: &Value) {
        let class: StorageClass = decode(value);
        self.classes.insert(class.metadata.name.clone(), class);
    }

    /// An object that is being deleted goes with its last finalizer.
    fn drop_if_free(&mut self, name: &str) {
        let meta = &self.volumes[name].metadata;
        if meta.deletion_timestamp.is_some() && meta.finalizers.is_empty() {
            self.volumes.remove(name);
        }
    }

    fn op(&mut self, op: &Value) -> Result<(), Stopped> {
        let (name, argument) = match op {
            op if op.get("sync").is_some() => ("sync", &op["sync"]),
            op => {
                let (name, argument) = op.as_object().unwrap().iter().next().unwrap();
                (name.as_str(), argument)
            }
        };
        let word = argument.as_str().unwrap_or_default();
        match name {
            "sync" => {
                self.left = op["crash"].as_u64().map(|n| usize::try_from(n).unwrap());
                let end = self.sync(word);
                self.left = None;
                return end;
            }
            "settle" => self.settle(),
            "removeClaim" => drop(self.claims.remove(word)),
            "removeVolume" => drop(self.volumes.remove(word)),
            "putClaim" => self.put_claim(argument),
            "putVolume" => self.put_volume(argument),
            "putClass" => self.put_class(argument),
            "removePods" => self.pods.clear(),
            other => panic!("unknown op {other}"),
        }
        Ok(())
    }

    fn sync(&mut self, what: &str) -> Result<(), Stopped> {
        match what.split_once(' ').unwrap() {
            ("volume", name) => match self.volumes.get(name).cloned() {
                Some(volume) => sync_volume(self, &volume),
                None => Ok(()),
            },
            ("claim", name) => match self.claims.get(name).cloned() {
                Some(claim) => sync_claim(self, &claim),
                None => Ok(()),
            },
            other => panic!("unknown object {other:?}"),
        }
    }

    fn settle(&mut self) {
        loop {
            let before = self.writes.len();
            let volumes = self.volumes.keys().map(|name| format!("volume {name}"));
            let all: Vec<String> =
                volumes.chain(self.claims.keys().map(|name| format!("claim {name}"))).collect();
            for one in all {
                let _ = self.sync(&one);
            }
            if self.writes.len() == before {
                return;
            }
        }
    }

    fn state(&self) -> Value {
        let volumes: BTreeMap<_, _> =
            self.volumes.iter().map(|(name, volume)| (name, volume_state(volume))).collect();
        let claims: BTreeMap<_, _> =
            self.claims.iter().map(|(name, claim)| (name, claim_state(claim))).collect();
        json!({"volumes": volumes, "claims": claims, "events": self.events})
    }
}

fn volume_state(volume: &PersistentVolume) -> Value {
    let meta = &volume.metadata;
    let claim =
        volume.spec.claim_ref.as_ref().map(
            |claim| json!({"namespace": claim.namespace, "name": claim.name, "uid": claim.uid}),
        );
    let mut out = json!({
        "phase": volume.status.phase.as_str(),
        "claimRef": claim,
        "annotations": meta.annotations,
    });
    if !meta.finalizers.is_empty() {
        out["finalizers"] = json!(meta.finalizers);
    }
    if meta.deletion_timestamp.is_some() {
        out["deleting"] = json!(true);
    }
    out
}

fn claim_state(claim: &PersistentVolumeClaim) -> Value {
    let status = &claim.status;
    let mut out = json!({
        "phase": status.phase.as_str(),
        "volumeName": claim.spec.volume_name,
        "annotations": claim.metadata.annotations,
    });
    if let Some(class) = &claim.spec.storage_class_name {
        out["storageClassName"] = json!(class);
    }
    if !status.access_modes.is_empty() {
        out["accessModes"] = json!(status.access_modes);
    }
    if !status.capacity.is_empty() {
        out["capacity"] = json!(status.capacity);
    }
    if let Some(class) = &status.current_volume_attributes_class_name {
        out["currentVolumeAttributesClassName"] = json!(class);
    }
    out
}

pub(crate) fn pv_sync(case: &Value) -> Value {
    let mut world = World::read(case);
    for op in case["ops"].as_array().unwrap() {
        let _ = world.op(op);
    }
    world.state()
}

pub(crate) fn pv_sync_step(case: &Value) -> Value {
    let mut world = World::read(case);
    let end = world.op(&case["ops"][0]);
    let mut state = world.state();
    state["writes"] = json!(world.writes);
    state["error"] = json!(end.is_err());
    state
}
