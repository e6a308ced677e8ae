//! Whole clusters with everything built in.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use kubernel::api::{
    ConditionStatus, Deployment, EndpointSlice, Kind, Node, Object, Pod, PodConditionType,
    PodPhase, Service,
};
use kubernel::cluster::node::Capacity;
use kubernel::cluster::{Event, First, Schedule, Seeded};
use kubernel::field::Errors;
use kubernel::{Cluster, admission};
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

#[test]
fn nodes_write_only_status_and_last_deletes_arch_4() {
    let cluster = rollout(&mut First);
    let nodes = ["n1", "n2"];
    let mut writes = 0;
    for entry in cluster.trace().iter() {
        if let Event::Write { actor, verb, .. } = &entry.event
            && nodes.contains(&&**actor)
        {
            assert!(["update status of", "delete"].contains(verb), "{entry}");
            writes += 1;
        }
    }
    assert!(writes > 7);
}

#[test]
fn one_function_commits_to_the_store_arch_5() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if commits(&fs::read_to_string(&path).unwrap()) {
                found.push(path);
            }
        }
    }
    found.retain(|path| !path.components().any(|part| part.as_os_str() == "store"));
    found.retain(|path| !path.ends_with("tests.rs"));
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert!(only.ends_with("cluster/write.rs"));
}

/// Whether the part before the unit tests calls the store's only door.
fn commits(source: &str) -> bool {
    let code = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(".commit("))
}

#[test]
fn one_change_takes_as_many_steps_in_a_large_cluster_arch_8() {
    let steps = |others: usize| {
        let mut cluster = cluster();
        put(&mut cluster, "apps/v1", "Deployment", web(2, "web:1"));
        put(&mut cluster, "v1", "Service", front());
        for number in 0..others {
            let meta = json!({"name": format!("other-{number}"), "labels": {"app": "other"}});
            let spec =
                json!({"nodeName": "elsewhere", "containers": [{"name": "c", "image": "i"}]});
            put(&mut cluster, "v1", "Pod", json!({"metadata": meta, "spec": spec}));
        }
        cluster.settle().unwrap();
        let pod = cluster.list::<Pod>(None).find(|pod| is_ready(pod)).unwrap().clone();
        cluster.delete(&Object::from(pod).key(), Default::default()).unwrap();
        cluster.settle().unwrap().steps
    };
    assert_eq!(steps(5), steps(200));
}

#[test]
fn admission_decides_about_every_kind_arch_9() {
    for kind in Kind::ALL {
        let mut object = kind.read(json!({"metadata": {}})).unwrap();
        admission::default(&mut object);
        let once = object.clone();
        admission::default(&mut object);
        assert_eq!(object, once, "{kind}");
        let mut errors = Errors::new();
        admission::validate(&mut errors, &object);
        assert!(errors.iter().any(|error| &*error.field == "metadata.name"), "{kind}: {errors}");
    }
}
