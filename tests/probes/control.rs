//! What controllers make of what is asked.

use kubernel::Cluster;
use kubernel::api::{Kind, Pod, PodPhase, ReplicaSet};
use kubernel::cluster::node::Capacity;
use serde_json::{Value, json};

use crate::{key, object};

fn replica_set(replicas: i32) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "image": "i:1"}]}}}})
}

fn cluster() -> Cluster {
    let mut cluster = Cluster::builder().builtin().node("n1", Capacity::default()).build();
    cluster.create(object(replica_set(2))).unwrap();
    cluster.settle().unwrap();
    cluster
}

#[test]
fn a_replica_set_makes_its_pods() {
    let cluster = cluster();
    let pods: Vec<&Pod> = cluster.list(Some("default")).collect();
    assert_eq!(pods.len(), 2);
    for pod in pods {
        let owner = &pod.metadata.owner_references[0];
        assert_eq!((owner.kind.as_str(), owner.name.as_str()), ("ReplicaSet", "web"));
        assert_eq!(pod.status.phase, PodPhase::Running);
    }
    let status = &cluster.get::<ReplicaSet>("default", "web").unwrap().status;
    assert_eq!((status.replicas, status.ready_replicas), (2, 2));
}

#[test]
fn the_scale_subresource_tells_and_changes_the_number_of_replicas() {
    let mut cluster = cluster();
    let web = key(Kind::ReplicaSet, "web");
    let mut scale = cluster.scale(&web).unwrap();
    assert_eq!((scale.spec.replicas, scale.status.replicas), (2, 2));
    assert_eq!(scale.status.selector, "app=web");
    scale.spec.replicas = 5;
    cluster.update_scale(&web, scale.clone()).unwrap();
    cluster.settle().unwrap();
    assert_eq!(cluster.list::<Pod>(Some("default")).count(), 5);
    assert_eq!(cluster.scale(&web).unwrap().status.replicas, 5);
    // It carries the version that it was read at.
    assert_eq!(cluster.update_scale(&web, scale).unwrap_err().code(), 409);
}
