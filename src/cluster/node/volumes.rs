//! The volumes of one pod on its node.
//!
//! An `emptyDir` lives as long as the pod, a `hostPath` as long as the node; files of ConfigMaps,
//! Secrets and the like are written anew at each look.

use std::collections::BTreeMap;

use crate::api::{
    ConfigMap, PersistentVolume, PersistentVolumeClaim, Pod, ResourceList, Secret,
    ServiceAccountTokenProjection, Volume,
};
use crate::control::View;
use crate::pod::env;
use crate::pod::worker::Waiting;
use crate::storage::gate;
use crate::storage::protect::ephemeral_claim;
use crate::volume::mounts::{Mount, Volumes, locate};
use crate::volume::payload::{self, Payload};
use crate::volume::projected::{self, Ownership};
use crate::volume::{Tree, TreeError, downward, host_path};

/// Where the files of a mounted volume are.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In a tree of its own.
    Own { tree: Tree, read_only: bool },
    /// In the tree of the node, below this path.
    Host { path: String, read_only: bool },
    /// In the tree that the node keeps for this persistent volume.
    Persistent { volume: String, read_only: bool },
}

/// The trees that live as long as the node.
#[derive(Debug, Clone)]
pub(super) struct Disks {
    pub(super) host: Tree,
    pub(super) persistent: BTreeMap<String, Tree>,
}

impl Default for Disks {
    fn default() -> Self {
        Self { host: Tree::new(0o755), persistent: BTreeMap::new() }
    }
}

/// The mounted volumes of a pod.
#[derive(Debug, Clone, Default)]
pub(super) struct PodVolumes(BTreeMap<String, Place>);

/// The objects of a pod's namespace, as a view has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Objects<'a> {
    pub(super) view: View<'a>,
    pub(super) namespace: &'a str,
    pub(super) allocatable: &'a ResourceList,
}

impl env::Sources for Objects<'_> {
    fn config_map(&self, name: &str) -> Option<&ConfigMap> {
        self.view.store.get(self.namespace, name)
    }
    fn secret(&self, name: &str) -> Option<&Secret> {
        self.view.store.get(self.namespace, name)
    }
}

impl projected::Sources for Objects<'_> {
    fn config_map(&self, name: &str) -> Option<&ConfigMap> {
        self.view.store.get(self.namespace, name)
    }
    fn secret(&self, name: &str) -> Option<&Secret> {
        self.view.store.get(self.namespace, name)
    }
    fn token(&self, pod: &Pod, request: &ServiceAccountTokenProjection) -> Option<String> {
        let account = &pod.spec.service_account_name;
        Some(format!("token:{}:{account}:{}", self.namespace, request.audience))
    }
    fn allocatable(&self) -> &ResourceList {
        self.allocatable
    }
}

impl PodVolumes {
    /// Mounts what is not mounted yet and brings files up to date.
    // ENV-21, ATTACH-4
    pub(super) fn mount(
        &mut self,
        pod: &Pod,
        objects: Objects<'_>,
        disks: &mut Disks,
    ) -> Result<(), Waiting> {
        for volume in &pod.spec.volumes {
            let mounted = self.0.contains_key(&volume.name);
            match self.mount_one(pod, volume, objects, disks) {
                Ok(()) => {}
                Err(_) if mounted => {}
                Err(why) => {
                    let message =
                        format!("MountVolume.SetUp failed for volume {:?} : {why}", volume.name);
                    return Err(Waiting { reason: "FailedMount".to_owned(), message });
                }
            }
        }
        Ok(())
    }

    fn mount_one(
        &mut self,
        pod: &Pod,
        volume: &Volume,
        objects: Objects<'_>,
        disks: &mut Disks,
    ) -> Result<(), String> {
        let name = volume.name.clone();
        if let Some(source) = volume.host_path.as_deref() {
            let kind = source.type_.clone().unwrap_or_default();
            host_path::set_up(&mut disks.host, &source.path, &kind).map_err(|e| e.to_string())?;
            let place = Place::Host { path: source.path.clone(), read_only: false };
            self.0.entry(name).or_insert(place);
        } else if volume.persistent_volume_claim.is_some() || volume.ephemeral.is_some() {
            let place = claimed(pod, volume, objects, disks)?;
            self.0.entry(name).or_insert(place);
        } else if let Some(files) = files(pod, volume, objects) {
            let own = Place::Own { tree: Tree::new(0o777), read_only: true };
            let files = files.map_err(|error| error.to_string())?;
            if let Place::Own { tree, .. } = self.0.entry(name).or_insert(own) {
                let next = payload::update(Some(tree), &files).map_err(|e| e.to_string())?;
                if let Some(next) = next {
                    *tree = next;
                }
            }
        } else {
            let own = Place::Own { tree: Tree::new(0o777), read_only: false };
            self.0.entry(name).or_insert(own);
        }
        Ok(())
    }

    /// The content of the file at `path` in a container with these mounts.
    pub(super) fn read(&self, mounts: &[Mount], path: &str, disks: &Disks) -> Option<Vec<u8>> {
        let (mount, rest) = locate(mounts, path).ok()?;
        let (tree, base) = self.tree(&mount.volume, disks)?;
        let file = join(&[base, &rest]);
        tree.read(&file).ok().map(<[u8]>::to_vec)
    }

    /// Writes a file; paths outside of writable mounts are lost with the container.
    pub(super) fn write(&mut self, mounts: &[Mount], path: &str, data: &[u8], disks: &mut Disks) {
        let Ok((mount, rest)) = locate(mounts, path) else { return };
        if mount.read_only {
            return;
        }
        if let Some((tree, base)) = self.tree_mut(&mount.volume.clone(), disks) {
            let file = join(&[&base, &rest]);
            if let Some((parent, _)) = file.rsplit_once('/') {
                // A parent that is no directory makes the write fail, too.
                let _ = tree.make_directory(parent, 0o755);
            }
            // A write that fails is the container's loss.
            let _ = tree.write(&file, data);
        }
    }

    fn tree<'a>(&'a self, volume: &str, disks: &'a Disks) -> Option<(&'a Tree, &'a str)> {
        match self.0.get(volume)? {
            Place::Own { tree, .. } => Some((tree, "")),
            Place::Host { path, .. } => Some((&disks.host, path.as_str())),
            Place::Persistent { volume, .. } => Some((disks.persistent.get(volume)?, "")),
        }
    }

    fn tree_mut<'a>(
        &'a mut self,
        volume: &str,
        disks: &'a mut Disks,
    ) -> Option<(&'a mut Tree, String)> {
        match self.0.get_mut(volume)? {
            Place::Own { tree, .. } => Some((tree, String::new())),
            Place::Host { path, .. } => Some((&mut disks.host, path.clone())),
            Place::Persistent { volume, .. } => {
                Some((disks.persistent.get_mut(volume)?, String::new()))
            }
        }
    }
}

fn join(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| part.trim_matches('/')).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("/")
}

/// The volumes of a pod while its mounts are planned.
pub(super) struct Planning<'a> {
    pub(super) volumes: &'a mut PodVolumes,
    pub(super) disks: &'a mut Disks,
}

impl Volumes for Planning<'_> {
    fn is_read_only(&self, volume: &str) -> Option<bool> {
        Some(match self.volumes.0.get(volume)? {
            Place::Own { read_only, .. }
            | Place::Host { read_only, .. }
            | Place::Persistent { read_only, .. } => *read_only,
        })
    }

    fn ensure(&mut self, volume: &str, sub_path: &str) -> Result<(), TreeError> {
        let Some((tree, base)) = self.volumes.tree_mut(volume, self.disks) else { return Ok(()) };
        let path = join(&[&base, sub_path]);
        if tree.entry(&path).is_ok() {
            return Ok(());
        }
        tree.make_directory(&path, tree.mode())
    }
}

/// The files of a volume that is made of objects; `None` for other volumes.
fn files(
    pod: &Pod,
    volume: &Volume,
    objects: Objects<'_>,
) -> Option<Result<Payload, payload::PayloadError>> {
    if let Some(source) = volume.config_map.as_deref() {
        let map = env::Sources::config_map(&objects, &source.name);
        let optional = source.optional.unwrap_or(false);
        let (items, mode) = (&source.items, source.default_mode);
        return Some(payload::config_map(&source.name, map, items, mode, optional));
    }
    if let Some(source) = volume.secret.as_deref() {
        let secret = env::Sources::secret(&objects, &source.secret_name);
        let optional = source.optional.unwrap_or(false);
        let (items, mode) = (&source.items, source.default_mode);
        return Some(payload::secret(&source.secret_name, secret, items, mode, optional));
    }
    if let Some(source) = volume.downward_api.as_deref() {
        let (items, mode) = (&source.items, source.default_mode);
        return Some(downward::payload(pod, items, mode, objects.allocatable));
    }
    let source = volume.projected.as_deref()?;
    Some(projected::payload(pod, source, &objects, Ownership::default()))
}

fn claimed(
    pod: &Pod,
    volume: &Volume,
    objects: Objects<'_>,
    disks: &mut Disks,
) -> Result<Place, String> {
    let store = objects.view.store;
    let name = match volume.persistent_volume_claim.as_deref() {
        Some(source) => source.claim_name.clone(),
        None => ephemeral_claim(pod, volume),
    };
    let claim = store.get::<PersistentVolumeClaim>(objects.namespace, &name);
    let find = |name: &str| store.get::<PersistentVolume>("", name);
    let (found, read_only) = gate::ready(pod, volume, claim, find).map_err(|e| e.to_string())?;
    if let Some(source) = found.spec.host_path.as_deref() {
        let kind = source.type_.clone().unwrap_or_default();
        host_path::set_up(&mut disks.host, &source.path, &kind).map_err(|e| e.to_string())?;
        return Ok(Place::Host { path: source.path.clone(), read_only });
    }
    let volume = found.metadata.name.clone();
    disks.persistent.entry(volume.clone()).or_insert_with(|| Tree::new(0o777));
    Ok(Place::Persistent { volume, read_only })
}
