//! What is mounted in each container.

use kubernel::Cluster;
use kubernel::api::{PersistentVolumeClaim, Pod, Volume, VolumeSource};

use crate::out::say;
use crate::tables::key_of;

/// Prints for each container its mounts: where, from which volume, and what that is.
pub(crate) fn print(cluster: &Cluster) {
    let pods: Vec<&Pod> = cluster
        .list::<Pod>(None)
        .filter(|pod| pod.spec.containers.iter().any(|c| !c.volume_mounts.is_empty()))
        .collect();
    if pods.is_empty() {
        return;
    }
    say!("\nWhat is mounted");
    for pod in pods {
        say!("\n  {}", key_of(pod));
        let containers = pod.spec.init_containers.iter().chain(&pod.spec.containers);
        for container in containers {
            for mount in &container.volume_mounts {
                let volume = pod.spec.volumes.iter().find(|volume| volume.name == mount.name);
                let what =
                    volume.map_or_else(|| "no such volume".to_owned(), |v| source(cluster, pod, v));
                let mode = if mount.read_only { " (read-only)" } else { "" };
                say!("    {}: {} is {what}{mode}", container.name, mount.mount_path);
                contents(cluster, pod, &container.name, &mount.mount_path);
            }
        }
    }
}

/// What stands behind a volume.
fn source(cluster: &Cluster, pod: &Pod, volume: &Volume) -> String {
    match volume.source() {
        Ok(VolumeSource::EmptyDir(_)) => "an empty directory that lives with the pod".to_owned(),
        Ok(VolumeSource::HostPath(path)) => {
            format!("{} of node {}", path.path, pod.spec.node_name)
        }
        Ok(VolumeSource::ConfigMap(map)) => format!("config map {}", map.name),
        Ok(VolumeSource::Secret(secret)) => format!("secret {}", secret.secret_name),
        Ok(VolumeSource::Claim(claim)) => {
            let name = &claim.claim_name;
            let found = cluster.get::<PersistentVolumeClaim>(&pod.metadata.namespace, name);
            let volume = found.map_or("", |claim| claim.spec.volume_name.as_str());
            if volume.is_empty() {
                format!("claim {name}, which is not bound")
            } else {
                format!("claim {name}, volume {volume}")
            }
        }
        Ok(_) => format!("volume {}", volume.name),
        Err(why) => why.to_string(),
    }
}

/// The files that the container sees there, with their sizes: their content may be secret.
fn contents(cluster: &Cluster, pod: &Pod, container: &str, path: &str) {
    let key = key_of(pod);
    let Ok(files) = cluster.files(&key, container, path) else { return };
    for (name, size) in files {
        say!("        {name}, {size} bytes");
    }
}
