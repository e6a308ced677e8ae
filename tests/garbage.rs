//! Stories of owners and dependents in whole clusters.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use kubernel::Cluster;
use kubernel::admission::Patch;
use kubernel::api::{
    ConfigMap, DeleteOptions, DeletionPropagation, Deployment, EndpointSlice, Key, Kind, Namespace,
    Object, Pod, ReplicaSet,
};
use kubernel::cluster::node::Capacity;
use kubernel::cluster::{First, Schedule, Seeded};
use kubernel::control::builtin::GarbageCollector;
use kubernel::store::Revision;
use serde_json::{Value, json};

fn cluster() -> Cluster {
    Cluster::builder().builtin().node("n1", Capacity::default()).build()
}

fn put(cluster: &mut Cluster, version: &str, kind: &str, mut object: Value) -> Object {
    object["apiVersion"] = version.into();
    object["kind"] = kind.into();
    cluster.put(Kind::of(version, kind).read(object).unwrap()).unwrap()
}

fn web(namespace: &str) -> Value {
    json!({"metadata": {"name": "web", "namespace": namespace}, "spec": {"replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "image": "web:1"}]}}}})
}

fn by(policy: DeletionPropagation) -> DeleteOptions {
    DeleteOptions { propagation_policy: Some(policy), ..DeleteOptions::default() }
}

fn owner(object: &Object, blocks: bool) -> Value {
    let kind = object.kind();
    json!({"apiVersion": kind.api_version(), "kind": kind.as_str(), "name": object.meta().name,
        "uid": object.meta().uid, "blockOwnerDeletion": blocks})
}

fn map(cluster: &mut Cluster, name: &str, owners: &[Value]) -> Object {
    put(cluster, "v1", "ConfigMap", json!({"metadata": {"name": name, "ownerReferences": owners}}))
}

fn counts(cluster: &Cluster) -> (usize, usize, usize) {
    (
        cluster.list::<Deployment>(None).count(),
        cluster.list::<ReplicaSet>(None).count(),
        cluster.list::<Pod>(None).count(),
    )
}

/// The kinds of the objects that have gone after a revision, in their order.
fn gone(cluster: &Cluster, after: Revision) -> Vec<Kind> {
    let changes = cluster.store().since(after).unwrap();
    changes.filter(|change| change.after.is_none()).map(|change| change.key.kind.clone()).collect()
}

/// Deletes a deployment with two pods; answers what has gone.
fn delete_web(policy: DeletionPropagation, schedule: &mut dyn Schedule) -> (Cluster, Vec<Kind>) {
    let mut cluster = cluster();
    let key = put(&mut cluster, "apps/v1", "Deployment", web("default")).key();
    cluster.settle_by(schedule).unwrap();
    assert_eq!(counts(&cluster), (1, 1, 2));
    let before = cluster.store().revision();
    cluster.delete(&key, by(policy)).unwrap();
    cluster.settle_by(schedule).unwrap();
    let gone = gone(&cluster, before);
    (cluster, gone)
}

// GC-4
#[test]
fn a_deployment_goes_before_what_it_made_in_the_background() {
    let (cluster, gone) = delete_web(DeletionPropagation::Background, &mut First);
    assert_eq!(counts(&cluster), (0, 0, 0));
    assert_eq!(gone, [Kind::Deployment, Kind::ReplicaSet, Kind::Pod, Kind::Pod]);
}

// GC-5
#[test]
fn a_deployment_goes_after_what_it_made_in_the_foreground() {
    let (cluster, gone) = delete_web(DeletionPropagation::Foreground, &mut First);
    assert_eq!(counts(&cluster), (0, 0, 0));
    assert_eq!(gone, [Kind::Pod, Kind::Pod, Kind::ReplicaSet, Kind::Deployment]);
}

// GC-6
#[test]
fn an_orphaned_replica_set_goes_on() {
    let (mut cluster, gone) = delete_web(DeletionPropagation::Orphan, &mut First);
    assert_eq!(counts(&cluster), (0, 1, 2));
    assert_eq!(gone, [Kind::Deployment]);
    let set = cluster.list::<ReplicaSet>(None).next().unwrap();
    assert!(set.metadata.owner_references.is_empty());
    let pod = Object::from(cluster.list::<Pod>(None).next().unwrap().clone());
    cluster.delete(&pod.key(), DeleteOptions::default()).unwrap();
    cluster.settle().unwrap();
    assert_eq!(counts(&cluster), (0, 1, 2));
}

#[test]
fn every_order_ends_alike() {
    // CL-1
    for seed in 0..10 {
        for (policy, expected) in [
            (DeletionPropagation::Background, (0, 0, 0)),
            (DeletionPropagation::Foreground, (0, 0, 0)),
            (DeletionPropagation::Orphan, (0, 1, 2)),
        ] {
            let (cluster, _) = delete_web(policy.clone(), &mut Seeded::new(seed));
            assert_eq!(counts(&cluster), expected, "{policy:?} seed {seed}");
        }
    }
}

#[test]
fn a_service_takes_its_slices_with_it() {
    let mut cluster = cluster();
    put(&mut cluster, "apps/v1", "Deployment", web("default"));
    let service = put(
        &mut cluster,
        "v1",
        "Service",
        json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
    );
    cluster.settle().unwrap();
    assert_eq!(cluster.list::<EndpointSlice>(None).count(), 1);
    cluster.delete(&service.key(), DeleteOptions::default()).unwrap();
    cluster.settle().unwrap();
    assert_eq!(cluster.list::<EndpointSlice>(None).count(), 0);
    assert_eq!(counts(&cluster), (1, 1, 2));
}

#[test]
fn a_namespace_goes_with_all_that_is_in_it() {
    let mut cluster = cluster();
    let prod = put(&mut cluster, "v1", "Namespace", json!({"metadata": {"name": "prod"}}));
    put(&mut cluster, "apps/v1", "Deployment", web("prod"));
    put(&mut cluster, "apps/v1", "Deployment", web("default"));
    cluster.settle().unwrap();
    assert_eq!(counts(&cluster), (2, 2, 4));
    cluster.delete(&prod.key(), DeleteOptions::default()).unwrap();
    cluster.advance(Duration::from_secs(120));
    assert!(cluster.get::<Namespace>("", "prod").is_none());
    let inside = |object: &Object| object.meta().namespace == "prod";
    assert!(!(&cluster).into_iter().any(inside));
    assert_eq!(counts(&cluster), (1, 1, 2));
}

#[test]
fn a_deletion_takes_as_many_steps_in_a_large_cluster_arch_8() {
    let steps = |others: usize| {
        let mut cluster = cluster();
        let key = put(&mut cluster, "apps/v1", "Deployment", web("default")).key();
        let other = map(&mut cluster, "other", &[]);
        for number in 0..others {
            map(&mut cluster, &format!("part-{number}"), &[owner(&other, true)]);
        }
        cluster.settle().unwrap();
        cluster.delete(&key, by(DeletionPropagation::Foreground)).unwrap();
        cluster.settle().unwrap().steps
    };
    assert_eq!(steps(5), steps(200));
}

// GC-9: also when the collector forgets everything on the way.
#[test]
fn a_ring_that_blocks_itself_goes_in_every_order() {
    for seed in 0..40 {
        let mut cluster = Cluster::builder().controller(GarbageCollector).faults(seed % 4).build();
        let first = map(&mut cluster, "a", &[]);
        let second = map(&mut cluster, "b", &[owner(&first, true)]);
        let third = map(&mut cluster, "c", &[owner(&second, true)]);
        map(&mut cluster, "a", &[owner(&third, true)]);
        cluster.delete(&first.key(), by(DeletionPropagation::Foreground)).unwrap();
        cluster.settle_by(&mut Seeded::new(seed as u64)).unwrap();
        assert_eq!(cluster.list::<ConfigMap>(None).count(), 0, "seed {seed}");
    }
}

// GC-2
#[test]
fn a_custom_owner_counts_once_its_kind_has_been_stored() {
    let mut cluster = cluster();
    let ghost = json!({"apiVersion": "acme.io/v1", "kind": "Ghost", "name": "g", "uid": "u1"});
    map(&mut cluster, "haunted", &[ghost]);
    let widget = put(&mut cluster, "acme.io/v1", "Widget", json!({"metadata": {"name": "w"}}));
    map(&mut cluster, "part", &[owner(&widget, true)]);
    cluster.settle().unwrap();
    assert!(cluster.get::<ConfigMap>("default", "part").is_some());
    cluster.delete(&widget.key(), DeleteOptions::default()).unwrap();
    cluster.settle().unwrap();
    assert!(cluster.get::<ConfigMap>("default", "part").is_none());
    assert!(cluster.get::<ConfigMap>("default", "haunted").is_some());
}

// GC-11
#[test]
fn objects_of_the_cluster_outlive_owners_in_a_namespace() {
    let mut cluster = cluster();
    let config = map(&mut cluster, "a", &[]);
    let meta = json!({"name": "prod", "ownerReferences": [owner(&config, true)]});
    put(&mut cluster, "v1", "Namespace", json!({"metadata": meta}));
    cluster.delete(&config.key(), DeleteOptions::default()).unwrap();
    cluster.settle().unwrap();
    assert!(cluster.get::<Namespace>("", "prod").is_some());
}

// GC-1: the reference has the right uid and a wrong name, so the dependent goes, but while it is there it
// blocks.
#[test]
fn a_dependent_with_a_wrong_name_for_its_owner_blocks_it() {
    let mut cluster = cluster();
    let first = map(&mut cluster, "a", &[]);
    let mut wrong = owner(&first, true);
    wrong["name"] = "other".into();
    let meta = json!({"name": "b", "finalizers": ["acme.io/hold"], "ownerReferences": [wrong]});
    let held = put(&mut cluster, "v1", "ConfigMap", json!({"metadata": meta}));
    cluster.settle().unwrap();
    cluster.delete(&first.key(), by(DeletionPropagation::Foreground)).unwrap();
    cluster.settle().unwrap();
    assert!(cluster.get::<ConfigMap>("default", "a").is_some());
    let mut free = cluster.get::<ConfigMap>("default", "b").unwrap().clone();
    assert!(free.metadata.deletion_timestamp.is_some());
    free.metadata.finalizers.clear();
    cluster.update(free).unwrap();
    cluster.settle().unwrap();
    assert!(cluster.store().object(&held.key()).is_none());
    assert_eq!(cluster.list::<ConfigMap>(None).count(), 0);
}

// GC-10
#[test]
fn a_stale_collector_does_not_delete_what_has_found_another_owner() {
    let mut cluster = Cluster::builder().controller(GarbageCollector).build();
    let (old, new) = (map(&mut cluster, "old", &[]), map(&mut cluster, "new", &[]));
    let part = map(&mut cluster, "part", &[owner(&old, true)]);
    cluster.settle().unwrap();
    cluster.delete(&old.key(), DeleteOptions::default()).unwrap();
    let wants_it_gone = |cluster: &Cluster| {
        let enabled = cluster.enabled();
        enabled.get(0).is_some_and(|step| matches!(step, kubernel::cluster::Step::Apply { .. }))
    };
    while !wants_it_gone(&cluster) {
        let step = cluster.enabled().get(0).unwrap();
        cluster.step(&step).unwrap();
    }
    map(&mut cluster, "part", &[owner(&new, true)]);
    cluster.settle().unwrap();
    assert_eq!(cluster.store().object(&part.key()).unwrap().meta().uid, part.meta().uid);
    let key = Key::new(Kind::ConfigMap, "default", "new");
    cluster.delete(&key, DeleteOptions::default()).unwrap();
    cluster.settle().unwrap();
    assert!(cluster.store().object(&part.key()).is_none());
}

// GC-8
#[test]
fn a_dependent_that_blocks_no_more_lets_its_owner_go() {
    for release in [json!([{"blockOwnerDeletion": false}]), json!([])] {
        let mut cluster = cluster();
        let top = map(&mut cluster, "top", &[]);
        let held = json!({"metadata": {"name": "held", "finalizers": ["acme.io/hold"],
            "ownerReferences": [owner(&top, true)]}});
        let held = put(&mut cluster, "v1", "ConfigMap", held);
        cluster.delete(&top.key(), by(DeletionPropagation::Foreground)).unwrap();
        cluster.settle().unwrap();
        assert!(cluster.get::<ConfigMap>("default", "top").is_some(), "it waits for the held one");

        let mut owners = release;
        if let Some(reference) = owners.get_mut(0) {
            *reference = owner(&top, false);
        }
        let patch = json!({"metadata": {"ownerReferences": owners}});
        cluster.patch(Patch::merge(held.key(), patch)).unwrap();
        cluster.settle().unwrap();
        assert!(cluster.get::<ConfigMap>("default", "top").is_none());
        assert!(cluster.get::<ConfigMap>("default", "held").is_some());
    }
}
