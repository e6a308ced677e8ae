//! Whole clusters with everything built in.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use kubernel::Cluster;
use kubernel::api::{
    ConditionStatus, Deployment, EndpointSlice, Kind, Node, Object, Pod, PodConditionType,
    PodPhase, Service,
};
use kubernel::cluster::node::Capacity;
use kubernel::cluster::{First, Schedule, Seeded};
use serde_json::{Value, json};

fn cluster() -> Cluster {
    Cluster::builder()
        .seed(1)
        .builtin()
        .node("n1", Capacity::default())
        .node("n2", Capacity::default())
        .build()
}

fn put(cluster: &mut Cluster, version: &str, kind: &str, object: Value) {
    let object = Kind::of(version, kind).read(object).unwrap();
    cluster.put(object).unwrap();
}

fn web(replicas: i32, image: &str) -> Value {
    json!({"metadata": {"name": "web"}, "spec": {"replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "image": image}]}}}})
}

fn front() -> Value {
    json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})
}

fn is_ready(pod: &Pod) -> bool {
    pod.status.phase == PodPhase::Running
        && pod.status.conditions.iter().any(|condition| {
            condition.type_ == PodConditionType::Ready && condition.status == ConditionStatus::True
        })
}

/// Ready pods of an image, ready endpoints, and the deployment's own count.
fn figures(cluster: &Cluster, image: &str) -> (usize, usize, i32) {
    let of_image = |pod: &&Pod| pod.spec.containers.iter().all(|it| it.image == image);
    let pods = cluster.list::<Pod>(None).filter(of_image).filter(|pod| is_ready(pod)).count();
    let endpoints = cluster
        .list::<EndpointSlice>(None)
        .flat_map(|slice| &slice.endpoints)
        .filter(|endpoint| endpoint.conditions.ready == Some(true))
        .count();
    let deployment = cluster.get::<Deployment>("default", "web").unwrap();
    (pods, endpoints, deployment.status.available_replicas)
}

fn rollout(schedule: &mut dyn Schedule) -> Cluster {
    let mut cluster = cluster();
    put(&mut cluster, "apps/v1", "Deployment", web(3, "web:1"));
    put(&mut cluster, "v1", "Service", front());
    cluster.settle_by(schedule).unwrap();
    assert_eq!(figures(&cluster, "web:1"), (3, 3, 3), "{}", cluster.trace());
    put(&mut cluster, "apps/v1", "Deployment", web(4, "web:2"));
    cluster.settle_by(schedule).unwrap();
    cluster
}

#[test]
fn a_deployment_behind_a_service_rolls_out() {
    let cluster = rollout(&mut First);
    assert_eq!(figures(&cluster, "web:2"), (4, 4, 4), "{}", cluster.trace());
    assert_eq!(cluster.list::<Node>(None).count(), 2);
    assert!(
        cluster.get::<Service>("default", "web").unwrap().spec.cluster_ip.starts_with("10.96.")
    );
}

#[test]
fn every_order_rolls_out() {
    // CL-1
    for seed in 0..20 {
        let cluster = rollout(&mut Seeded::new(seed));
        assert_eq!(figures(&cluster, "web:2"), (4, 4, 4), "seed {seed}");
    }
}

#[test]
fn a_deleted_pod_is_replaced_and_its_endpoint_with_it() {
    let mut cluster = cluster();
    put(&mut cluster, "apps/v1", "Deployment", web(2, "web:1"));
    put(&mut cluster, "v1", "Service", front());
    cluster.settle().unwrap();
    let pod = cluster.list::<Pod>(None).next().unwrap().clone();
    let key = Object::from(pod.clone()).key();
    cluster.delete(&key, Default::default()).unwrap();
    cluster.settle().unwrap();
    assert!(cluster.list::<Pod>(None).all(|other| other.metadata.uid != pod.metadata.uid));
    assert_eq!(figures(&cluster, "web:1"), (2, 2, 2));
}
