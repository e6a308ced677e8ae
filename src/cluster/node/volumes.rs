//! The volumes of one pod on its node.
//!
//! An `emptyDir` lives as long as the pod, a `hostPath` as long as the node, and storage on the network
//! as long as the cluster; files of ConfigMaps, Secrets and the like are written anew at each look.

use std::collections::BTreeMap;

use crate::api::{
    ConfigMap, PersistentVolume, PersistentVolumeClaim, Pod, ResourceList, Secret,
    ServiceAccountTokenProjection, Volume,
};
use crate::control::View;
use crate::pmap::PMap;
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
    /// In the tree that stands for this storage on the network.
    Shared { storage: String, read_only: bool },
}

/// Storage that is on no node: each tree is what one driver and handle, or one server and path, hold.
/// A clone costs one count.
#[derive(Debug, Clone, Default)]
pub struct Shelf(PMap<String, Tree>);

/// The trees that a pod's volumes may lie in, besides its own.
#[derive(Debug)]
pub(super) struct Disks<'a> {
    pub(super) host: &'a mut Tree,
    pub(super) shelf: &'a mut Shelf,
}

/// The mounted volumes of a pod, and what its containers have mounted of them.
#[derive(Debug, Clone, Default)]
pub(super) struct PodVolumes {
    places: BTreeMap<String, Place>,
    containers: BTreeMap<String, Mounted>,
}

/// What a container has mounted since its last start.
#[derive(Debug, Clone, Default)]
struct Mounted {
    mounts: Vec<Mount>,
    /// Volumes made of objects, as they were at the start: a sub path of one does not follow updates.
    frozen: BTreeMap<String, Tree>,
}

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
        disks: &mut Disks<'_>,
    ) -> Result<(), Waiting> {
        for volume in &pod.spec.volumes {
            let mounted = self.places.contains_key(&volume.name);
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
        disks: &mut Disks<'_>,
    ) -> Result<(), String> {
        let name = volume.name.clone();
        if let Some(source) = volume.host_path.as_deref() {
            let kind = source.type_.clone().unwrap_or_default();
            host_path::set_up(disks.host, &source.path, &kind).map_err(|e| e.to_string())?;
            let place = Place::Host { path: source.path.clone(), read_only: false };
            self.places.entry(name).or_insert(place);
        } else if volume.persistent_volume_claim.is_some() || volume.ephemeral.is_some() {
            let place = claimed(pod, volume, objects, disks)?;
            self.places.entry(name).or_insert(place);
        } else if let Some(files) = files(pod, volume, objects) {
            let own = Place::Own { tree: Tree::new(0o777), read_only: true };
            let files = files.map_err(|error| error.to_string())?;
            if let Place::Own { tree, .. } = self.places.entry(name).or_insert(own) {
                let next = payload::update(Some(tree), &files).map_err(|e| e.to_string())?;
                if let Some(next) = next {
                    *tree = next;
                }
            }
        } else if let Some(source) = volume.nfs.as_deref() {
            let storage = format!("nfs {}:{}", source.server, source.path);
            disks.shelf.provide(&storage);
            let place = Place::Shared { storage, read_only: source.read_only };
            self.places.entry(name).or_insert(place);
        } else if volume.empty_dir.is_some() {
            let own = Place::Own { tree: Tree::new(0o777), read_only: false };
            self.places.entry(name).or_insert(own);
        } else {
            return Err("no volume plugin matched".to_owned());
        }
        Ok(())
    }

    /// Takes note of what a container that starts has mounted.
    // MOUNT-13
    pub(super) fn start(&mut self, container: &str, mounts: Vec<Mount>) {
        let frozen = mounts
            .iter()
            .filter(|mount| !mount.sub_path.is_empty())
            .filter_map(|mount| match self.places.get(&mount.volume)? {
                Place::Own { tree, read_only: true } => Some((mount.volume.clone(), tree.clone())),
                Place::Own { .. } | Place::Host { .. } | Place::Shared { .. } => None,
            })
            .collect();
        self.containers.insert(container.to_owned(), Mounted { mounts, frozen });
    }

    /// The tree that a path in a container lies in, and the path there.
    pub(super) fn look<'a>(
        &'a self,
        container: &str,
        path: &str,
        host: &'a Tree,
        shelf: &'a Shelf,
    ) -> Result<(&'a Tree, String), TreeError> {
        let mounted = self.containers.get(container).ok_or(TreeError::NotMounted)?;
        let (mount, rest) = locate(&mounted.mounts, path)?;
        if !mount.sub_path.is_empty()
            && let Some(tree) = mounted.frozen.get(&mount.volume)
        {
            return Ok((tree, rest));
        }
        match self.places.get(&mount.volume).ok_or(TreeError::NotMounted)? {
            Place::Own { tree, .. } => Ok((tree, rest)),
            Place::Host { path, .. } => Ok((host, join(&[path, &rest]))),
            Place::Shared { storage, .. } => {
                Ok((shelf.0.get(storage).ok_or(TreeError::NotMounted)?, rest))
            }
        }
    }

    /// The content of the file at `path` in a container.
    pub(super) fn read(&self, container: &str, path: &str, disks: &Disks<'_>) -> Option<Vec<u8>> {
        let (tree, file) = self.look(container, path, disks.host, disks.shelf).ok()?;
        tree.read(&file).ok().map(<[u8]>::to_vec)
    }

    /// Writes a file; paths outside of writable mounts are lost with the container.
    pub(super) fn write(
        &mut self,
        container: &str,
        path: &str,
        data: &[u8],
        disks: &mut Disks<'_>,
    ) {
        let Some(mounted) = self.containers.get(container) else { return };
        let Ok((mount, rest)) = locate(&mounted.mounts, path) else { return };
        if mount.read_only {
            return;
        }
        let volume = mount.volume.clone();
        if let Some((tree, base)) = self.tree_mut(&volume, disks) {
            let file = join(&[&base, &rest]);
            if let Some((parent, _)) = file.rsplit_once('/') {
                // A parent that is no directory makes the write fail, too.
                let _ = tree.make_directory(parent, 0o755);
            }
            // A write that fails is the container's loss.
            let _ = tree.write(&file, data);
        }
    }

    fn tree_mut<'a>(
        &'a mut self,
        volume: &str,
        disks: &'a mut Disks<'_>,
    ) -> Option<(&'a mut Tree, String)> {
        match self.places.get_mut(volume)? {
            Place::Own { tree, .. } => Some((tree, String::new())),
            Place::Host { path, .. } => Some((disks.host, path.clone())),
            Place::Shared { storage, .. } => {
                Some((disks.shelf.0.get_mut(storage.as_str())?, String::new()))
            }
        }
    }
}

impl Shelf {
    /// Makes sure that there is a tree for a storage.
    fn provide(&mut self, storage: &str) {
        if self.0.get(storage).is_none() {
            self.0.insert(storage.to_owned(), Tree::new(0o777));
        }
    }
}

fn join(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| part.trim_matches('/')).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("/")
}

/// The volumes of a pod while its mounts are planned.
pub(super) struct Planning<'a, 'd> {
    pub(super) volumes: &'a mut PodVolumes,
    pub(super) disks: &'a mut Disks<'d>,
}

impl Volumes for Planning<'_, '_> {
    fn is_read_only(&self, volume: &str) -> Option<bool> {
        Some(match self.volumes.places.get(volume)? {
            Place::Own { read_only, .. }
            | Place::Host { read_only, .. }
            | Place::Shared { read_only, .. } => *read_only,
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
    disks: &mut Disks<'_>,
) -> Result<Place, String> {
    let store = objects.view.store;
    let name = match volume.persistent_volume_claim.as_deref() {
        Some(source) => source.claim_name.clone(),
        None => ephemeral_claim(pod, volume),
    };
    let claim = store.get::<PersistentVolumeClaim>(objects.namespace, &name);
    let find = |name: &str| store.get::<PersistentVolume>("", name);
    let (found, read_only) = gate::ready(pod, volume, claim, find).map_err(|e| e.to_string())?;
    let spec = &found.spec;
    if let Some(source) = spec.host_path.as_deref() {
        let kind = source.type_.clone().unwrap_or_default();
        host_path::set_up(disks.host, &source.path, &kind).map_err(|e| e.to_string())?;
        return Ok(Place::Host { path: source.path.clone(), read_only });
    }
    if let Some(source) = spec.local.as_deref() {
        return Ok(Place::Host { path: source.path.clone(), read_only });
    }
    let storage = if let Some(source) = spec.csi.as_deref() {
        format!("csi {}:{}", source.driver, source.volume_handle)
    } else if let Some(source) = spec.nfs.as_deref() {
        format!("nfs {}:{}", source.server, source.path)
    } else {
        format!("volume {}:{}", found.metadata.name, found.metadata.uid)
    };
    disks.shelf.provide(&storage);
    Ok(Place::Shared { storage, read_only })
}
