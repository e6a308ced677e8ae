//! Tables in the manner of kubectl.

use std::time::Duration;

use kubernel::Cluster;
use kubernel::api::{
    Deployment, Key, Kind, Node, PersistentVolume, PersistentVolumeClaim, Pod, PodConditionType,
    ReplicaSet, ReplicationController, Resource, Service, StatefulSet,
};
use kubernel::time::Time;

use crate::out::say;

/// Prints a table for every kind that has objects.
pub(crate) fn print(cluster: &Cluster) {
    nodes(cluster);
    pods(cluster);
    replicas(cluster);
    services(cluster);
    claims(cluster);
}

pub(crate) fn key_of<R: Resource>(object: &R) -> Key {
    let meta = object.meta();
    Key::new(R::KIND, meta.namespace.as_str(), meta.name.as_str())
}

/// The object that `kind` and `[namespace/]name` mean; kinds as in kubectl, short names too.
pub(crate) fn find(cluster: &Cluster, kind: &str, name: &str) -> Option<Key> {
    let kind = kind.to_lowercase();
    let short = match kind.as_str() {
        "po" => "pod",
        "svc" => "service",
        "deploy" => "deployment",
        "rs" => "replicaset",
        "rc" => "replicationcontroller",
        "pvc" => "persistentvolumeclaim",
        "pv" => "persistentvolume",
        "ns" => "namespace",
        "cm" => "configmap",
        "no" => "node",
        other => other,
    };
    let wanted =
        Kind::ALL.iter().find(|k| k.as_str().to_lowercase() == short || k.plural() == short)?;
    let (namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, name),
    };
    let found = cluster.store().objects(wanted, namespace).find(|object| {
        // A generated name may be cut off: `pod/web` finds the first of `web-…`.
        object.meta().name == name
    });
    let found = found.or_else(|| {
        let prefix = format!("{name}-");
        cluster.store().objects(wanted, namespace).find(|o| o.meta().name.starts_with(&prefix))
    });
    found.map(|object| object.key())
}

/// `90s`, `10m0s`, `2h0m` as kubectl shows ages.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..120 => format!("{seconds}s"),
        120..600 if !seconds.is_multiple_of(60) => format!("{}m{}s", seconds / 60, seconds % 60),
        120..10_800 => format!("{}m", seconds / 60),
        10_800..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

fn age(cluster: &Cluster, created: Option<Time>) -> String {
    let seconds = created.map_or(0, |created| cluster.time().seconds_since(created));
    span(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// Prints rows below headings, each column as wide as its widest cell.
fn table(title: &str, headings: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    say!("\n{title}\n");
    let width = |column: usize| -> usize {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(headings.get(column).map(|heading| heading.len())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}", width = *width))
            .collect();
        say!("  {}", padded.join("   ").trim_end());
    };
    line(headings.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text.to_owned() }
}

fn nodes(cluster: &Cluster) {
    let rows: Vec<Vec<String>> = cluster
        .list::<Node>(None)
        .map(|node| {
            let amount = |name: &str| {
                node.status.allocatable.get(name).map_or_else(String::new, ToString::to_string)
            };
            let address = node.status.addresses.first().map_or("", |a| a.address.as_str());
            let pods = cluster
                .list::<Pod>(None)
                .filter(|pod| pod.spec.node_name == node.metadata.name)
                .count();
            vec![
                node.metadata.name.clone(),
                address.to_owned(),
                amount("cpu"),
                amount("memory"),
                pods.to_string(),
            ]
        })
        .collect();
    table("Nodes", &["NAME", "ADDRESS", "CPU", "MEMORY", "PODS"], &rows);
}

fn pods(cluster: &Cluster) {
    let rows: Vec<Vec<String>> = cluster
        .list::<Pod>(None)
        .map(|pod| {
            let statuses = &pod.status.container_statuses;
            let ready = statuses.iter().filter(|status| status.ready).count();
            let restarts: i32 = statuses.iter().map(|status| status.restart_count).sum();
            vec![
                pod.metadata.namespace.clone(),
                pod.metadata.name.clone(),
                format!("{ready}/{}", pod.spec.containers.len()),
                status(pod),
                restarts.to_string(),
                age(cluster, pod.metadata.creation_timestamp),
                or_none(&pod.status.pod_ip),
                or_none(&pod.spec.node_name),
            ]
        })
        .collect();
    let headings = ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"];
    table("Pods", &headings, &rows);
    for pod in cluster.list::<Pod>(None) {
        if let Some(why) = pending_because(pod) {
            say!("  {}: {why}", key_of(pod));
        }
    }
}

/// The column STATUS of kubectl: the most telling reason, else the phase.
fn status(pod: &Pod) -> String {
    if pod.metadata.deletion_timestamp.is_some() {
        return "Terminating".to_owned();
    }
    if !pod.status.reason.is_empty() {
        return pod.status.reason.clone();
    }
    let mut told = pod.status.phase.to_string();
    for container in pod.status.container_statuses.iter().rev() {
        if let Some(waiting) = container.state.waiting.as_ref().filter(|w| !w.reason.is_empty()) {
            told.clone_from(&waiting.reason);
        } else if let Some(ended) = &container.state.terminated {
            told.clone_from(&ended.reason);
        }
    }
    told
}

/// Why a pod has no node, or what its containers wait for.
fn pending_because(pod: &Pod) -> Option<String> {
    let scheduled =
        pod.status.conditions.iter().find(|c| c.type_ == PodConditionType::PodScheduled);
    if let Some(condition) = scheduled.filter(|c| c.status.as_str() == "False") {
        return Some(condition.message.clone());
    }
    pod.status
        .init_container_statuses
        .iter()
        .chain(&pod.status.container_statuses)
        .filter_map(|status| status.state.waiting.as_ref())
        .map(|waiting| waiting.message.clone())
        .find(|message| !message.is_empty())
}

fn replicas(cluster: &Cluster) {
    let mut rows = Vec::new();
    let mut row = |kind: &str, object: &kubernel::api::ObjectMeta, counts: [i32; 3]| {
        let [wanted, ready, current] = counts;
        rows.push(vec![
            object.namespace.clone(),
            format!("{kind}/{}", object.name),
            format!("{ready}/{wanted}"),
            current.to_string(),
            age(cluster, object.creation_timestamp),
        ]);
    };
    for it in cluster.list::<Deployment>(None) {
        let wanted = it.spec.replicas.unwrap_or(1);
        let counts = [wanted, it.status.ready_replicas, it.status.updated_replicas];
        row("deployment", &it.metadata, counts);
    }
    for it in cluster.list::<ReplicaSet>(None) {
        let wanted = it.spec.replicas.unwrap_or(1);
        row("replicaset", &it.metadata, [wanted, it.status.ready_replicas, it.status.replicas]);
    }
    for it in cluster.list::<ReplicationController>(None) {
        let wanted = it.spec.replicas.unwrap_or(1);
        let counts = [wanted, it.status.ready_replicas, it.status.replicas];
        row("replicationcontroller", &it.metadata, counts);
    }
    for it in cluster.list::<StatefulSet>(None) {
        let wanted = it.spec.replicas.unwrap_or(1);
        row("statefulset", &it.metadata, [wanted, it.status.ready_replicas, it.status.replicas]);
    }
    table("Workloads", &["NAMESPACE", "NAME", "READY", "CURRENT", "AGE"], &rows);
}

fn services(cluster: &Cluster) {
    let rows: Vec<Vec<String>> = cluster
        .list::<Service>(None)
        .map(|service| {
            let ports: Vec<String> = service
                .spec
                .ports
                .iter()
                .map(|port| match port.node_port {
                    0 => format!("{}/{}", port.port, port.protocol),
                    node => format!("{}:{node}/{}", port.port, port.protocol),
                })
                .collect();
            vec![
                service.metadata.namespace.clone(),
                service.metadata.name.clone(),
                service.spec.type_.to_string(),
                or_none(&service.spec.cluster_ip),
                or_none(&ports.join(",")),
            ]
        })
        .collect();
    table("Services", &["NAMESPACE", "NAME", "TYPE", "CLUSTER-IP", "PORT(S)"], &rows);
}

fn claims(cluster: &Cluster) {
    let amount = |list: &kubernel::api::ResourceList| {
        list.get("storage").map_or_else(String::new, ToString::to_string)
    };
    let rows: Vec<Vec<String>> = cluster
        .list::<PersistentVolumeClaim>(None)
        .map(|claim| {
            vec![
                claim.metadata.namespace.clone(),
                claim.metadata.name.clone(),
                claim.status.phase.to_string(),
                or_none(&claim.spec.volume_name),
                amount(&claim.spec.resources.requests),
                amount(&claim.status.capacity),
                claim.spec.storage_class_name.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let headings = ["NAMESPACE", "NAME", "STATUS", "VOLUME", "REQUEST", "CAPACITY", "CLASS"];
    table("Claims", &headings, &rows);
    let rows: Vec<Vec<String>> = cluster
        .list::<PersistentVolume>(None)
        .map(|volume| {
            let claim =
                volume.spec.claim_ref.as_ref().map_or_else(String::new, |claim| {
                    format!("{}/{}", claim.namespace, claim.name)
                });
            vec![
                volume.metadata.name.clone(),
                amount(&volume.spec.capacity),
                volume.spec.persistent_volume_reclaim_policy.to_string(),
                volume.status.phase.to_string(),
                or_none(&claim),
            ]
        })
        .collect();
    table("Volumes", &["NAME", "CAPACITY", "RECLAIM", "STATUS", "CLAIM"], &rows);
}
