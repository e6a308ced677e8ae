//! The files that a container sees.

use crate::api::{Key, Pod};
use crate::cluster::Cluster;
use crate::cluster::seat::Actor;
use crate::volume::{Entry, Tree, TreeError};

impl Cluster {
    /// The content of a file as a container of a pod sees it.
    ///
    /// ```
    /// use kubernel::Cluster;
    /// use kubernel::api::{Key, Kind, Strictness, decode_all};
    /// use kubernel::cluster::node::Capacity;
    ///
    /// let manifests = r#"
    /// {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf"}, "data": {"level": "info"}}
    /// {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {
    ///   "containers": [{"name": "web", "image": "web:1",
    ///                   "volumeMounts": [{"name": "conf", "mountPath": "/etc/web"}]}],
    ///   "volumes": [{"name": "conf", "configMap": {"name": "conf"}}]}}
    /// "#;
    /// let mut cluster = Cluster::builder().builtin().node("n1", Capacity::default()).build();
    /// for manifest in decode_all(manifests, Strictness::Strict) {
    ///     cluster.put(manifest?.object)?;
    /// }
    /// cluster.settle()?;
    /// let pod = Key::new(Kind::Pod, "default", "web");
    /// assert_eq!(cluster.read_file(&pod, "web", "/etc/web/level")?, b"info");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TreeError::NotMounted`] if the pod has no node, the container was never started, or no volume
    /// is mounted there; otherwise as [`Tree::read`].
    pub fn read_file(&self, pod: &Key, container: &str, path: &str) -> Result<&[u8], TreeError> {
        let (tree, path) = self.locate(pod, container, path)?;
        tree.read(&path)
    }

    /// The files at or below a path in a container, with their sizes in bytes, by path.
    ///
    /// # Errors
    /// As [`read_file`](Self::read_file); a path that is not there gives none.
    pub fn files(
        &self,
        pod: &Key,
        container: &str,
        path: &str,
    ) -> Result<Vec<(&str, usize)>, TreeError> {
        let (tree, path) = self.locate(pod, container, path)?;
        let below = if path.is_empty() { String::new() } else { format!("{path}/") };
        let files = tree.iter().filter_map(|(name, entry)| match entry {
            Entry::File { data, .. } if name == path => Some((name, data.len())),
            Entry::File { data, .. } => Some((name.strip_prefix(&below)?, data.len())),
            Entry::Directory { .. }
            | Entry::Symlink { .. }
            | Entry::Socket
            | Entry::CharDevice
            | Entry::BlockDevice
            | Entry::Fifo => None,
        });
        Ok(files.collect())
    }

    fn locate(&self, pod: &Key, container: &str, path: &str) -> Result<(&Tree, String), TreeError> {
        let found = self.get::<Pod>(&pod.namespace, &pod.name).ok_or(TreeError::NotMounted)?;
        let mut fleets = self.seats.iter().filter_map(|seat| match &seat.actor {
            Actor::Nodes(fleet) => Some(fleet),
            Actor::Controller(_) => None,
        });
        let fleet = fleets.next().ok_or(TreeError::NotMounted)?;
        fleet.files(&found.spec.node_name, pod, container, path)
    }
}
