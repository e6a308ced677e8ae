//! The suites about what a node mounts.

use std::collections::{BTreeMap, BTreeSet};

use kubernel::api::{PersistentVolume, PersistentVolumeClaim, Pod, Volume, VolumeMount};
use kubernel::storage::gate::{self, Waiting};
use kubernel::volume::mounts::{self, Propagation, Volumes};
use kubernel::volume::{Entry, Tree, TreeError, host_path};
use serde_json::{Value, json};

use super::super::support::{decode, text};

/// The permission bits of every volume's root.
const ROOT_MODE: &str = "0750";

struct OnNode<'a> {
    volumes: &'a Value,
    existing: BTreeSet<String>,
    made: Vec<Value>,
}

impl OnNode<'_> {
    fn path(&self, volume: &str, sub_path: &str) -> String {
        let root = text(&self.volumes[volume], "hostPath");
        if sub_path.is_empty() { root.to_owned() } else { format!("{root}/{sub_path}") }
    }

    fn flag(&self, volume: &str, flag: &str) -> bool {
        self.volumes[volume][flag].as_bool().unwrap_or_default()
    }
}

impl Volumes for OnNode<'_> {
    fn is_read_only(&self, volume: &str) -> Option<bool> {
        // A volume without a path is not mounted.
        let mounted = !text(self.volumes.get(volume)?, "hostPath").is_empty();
        mounted.then(|| self.flag(volume, "readOnly"))
    }

    fn ensure(&mut self, volume: &str, sub_path: &str) -> Result<(), TreeError> {
        let path = self.path(volume, sub_path);
        if !self.existing.contains(&path) {
            self.made.push(json!({"dir": path, "mode": ROOT_MODE}));
        }
        Ok(())
    }
}

pub(crate) fn container_mounts(case: &Value) -> Value {
    let wanted: Vec<VolumeMount> = decode(&case["volumeMounts"]);
    let env: BTreeMap<String, String> = decode(&case["env"]);
    let existing = decode(&case["existing"]);
    let mut node = OnNode { volumes: &case["volumes"], existing, made: Vec::new() };
    let lacks = case["runtimeLacksRecursiveReadOnly"].as_bool().unwrap_or_default();
    let value = |name: &str| env.get(name).map(String::as_str);
    let Ok(mounts) = mounts::plan(&wanted, &mut node, &value, !lacks) else {
        return json!({"error": true, "made": node.made});
    };
    let shown: Vec<Value> = mounts
        .iter()
        .map(|mount| {
            json!({
                "name": mount.volume,
                "containerPath": mount.container_path,
                "hostPath": node.path(&mount.volume, &mount.sub_path),
                "readOnly": mount.read_only,
                "recursiveReadOnly": mount.recursive_read_only,
                "propagation": propagation(mount.propagation),
                "relabel": node.flag(&mount.volume, "managed"),
            })
        })
        .collect();
    json!({"mounts": shown, "made": node.made})
}

fn propagation(propagation: Propagation) -> &'static str {
    match propagation {
        Propagation::Private => "PRIVATE",
        Propagation::HostToContainer => "HOST_TO_CONTAINER",
        Propagation::Bidirectional => "BIDIRECTIONAL",
        other => panic!("unknown {other:?}"),
    }
}

pub(crate) fn hostpath_type(case: &Value) -> Value {
    let mut tree = Tree::new(0o755);
    for entry in case["entries"].as_array().into_iter().flatten() {
        let what = match text(entry, "kind") {
            "dir" => Entry::Directory { mode: 0o755 },
            "file" => Entry::File { mode: 0o644, data: [].into() },
            "socket" => Entry::Socket,
            "charDevice" => Entry::CharDevice,
            "blockDevice" => Entry::BlockDevice,
            "fifo" => Entry::Fifo,
            "symlink" => Entry::Symlink { target: text(entry, "target").into() },
            other => panic!("unknown kind {other}"),
        };
        tree.put(text(entry, "path"), what, 0o755).unwrap();
    }
    let before = tree.clone();
    let done = host_path::set_up(&mut tree, text(case, "path"), &text(case, "type").into());
    let old: BTreeMap<&str, &Entry> = before.iter().collect();
    let created: Vec<Value> = tree
        .iter()
        .filter(|(path, _)| !old.contains_key(path))
        .map(|(path, entry)| {
            let (kind, mode) = match entry {
                Entry::Directory { mode } => ("dir", mode),
                Entry::File { mode, .. } => ("file", mode),
                other => panic!("made {other:?}"),
            };
            json!({"kind": kind, "mode": format!("{mode:04o}"), "path": format!("/{path}")})
        })
        .collect();
    json!({"ok": done.is_ok(), "created": created})
}

pub(crate) fn mount_gate(case: &Value) -> Value {
    let mut pod: Pod = decode(&case["pod"]);
    let volume: Volume = decode(&case["volume"]);
    let mut container = kubernel::api::Container::default();
    if case["mounted"] == json!(true) {
        let mount = VolumeMount { name: volume.name.clone(), ..VolumeMount::default() };
        container.volume_mounts.push(mount);
    }
    if case["device"] == json!(true) {
        let name = volume.name.clone();
        let device = kubernel::api::VolumeDevice { name, ..Default::default() };
        container.volume_devices.push(device);
    }
    pod.spec.containers.push(container);
    let claim: Option<PersistentVolumeClaim> = case.get("claim").map(decode);
    let only: Option<PersistentVolume> = case.get("persistentVolume").map(decode);
    let find = |name: &str| only.as_ref().filter(|volume| volume.metadata.name == name);
    match gate::ready(&pod, &volume, claim.as_ref(), find) {
        Ok((found, read_only)) => json!({"volume": found.metadata.name, "readOnly": read_only}),
        Err(why) => json!({"error": word(&why)}),
    }
}

fn word(why: &Waiting) -> &'static str {
    match why {
        Waiting::NoClaim { .. } => "noClaim",
        Waiting::ClaimDeleting { .. } => "claimDeleting",
        Waiting::ClaimNotBound { .. } => "claimNotBound",
        Waiting::ClaimWithoutVolume { .. } => "claimWithoutVolume",
        Waiting::NotOwned { .. } => "notOwned",
        Waiting::NoVolume { .. } => "noVolume",
        Waiting::VolumeUnclaimed { .. } => "volumeUnclaimed",
        Waiting::VolumeOfOtherClaim { .. } => "volumeOfOtherClaim",
        Waiting::NoVolumeMode { .. } => "noVolumeMode",
        Waiting::BlockMounted { .. } => "blockMounted",
        Waiting::FilesystemAsDevice { .. } => "filesystemAsDevice",
        other => panic!("unknown {other:?}"),
    }
}
