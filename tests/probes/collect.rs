//! What becomes of dependents.

use kubernel::Cluster;
use kubernel::api::{DeleteOptions, DeletionPropagation, Key, Kind};
use serde_json::{Value, json};

use crate::{key, map, meta};

/// A cluster with the owners `o1` and `o2`, and what refers to them.
fn cluster() -> (Cluster, Value, Value) {
    let mut cluster = Cluster::builder().builtin().build();
    let mut owner = |name: &str| {
        let owner = cluster.create(map(name, json!({}))).unwrap();
        let uid = meta(&cluster, &owner).uid.clone();
        json!({"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": uid})
    };
    let (one, two) = (owner("o1"), owner("o2"));
    (cluster, one, two)
}

fn delete(cluster: &mut Cluster, owner: &str, policy: DeletionPropagation) {
    let options = DeleteOptions { propagation_policy: Some(policy), ..DeleteOptions::default() };
    cluster.delete(&key(Kind::ConfigMap, owner), options).unwrap();
    cluster.settle().unwrap();
}

fn dependent(cluster: &mut Cluster, metadata: Value) -> Key {
    let key = cluster.create(map("d", metadata)).unwrap();
    cluster.settle().unwrap();
    key
}

#[test]
fn the_collector_removes_a_dependent_with_its_only_owner() {
    let (mut cluster, one, _) = cluster();
    let d = dependent(&mut cluster, json!({"ownerReferences": [one]}));
    assert!(cluster.store().object(&d).is_some());
    delete(&mut cluster, "o1", DeletionPropagation::Background);
    assert!(cluster.store().object(&d).is_none());
}

#[test]
fn the_collector_keeps_a_dependent_with_another_owner() {
    let (mut cluster, one, two) = cluster();
    let d = dependent(&mut cluster, json!({"ownerReferences": [one, two]}));
    delete(&mut cluster, "o1", DeletionPropagation::Background);
    let owners: Vec<_> =
        meta(&cluster, &d).owner_references.iter().map(|owner| owner.name.as_str()).collect();
    assert_eq!(owners, ["o2"]);
}

#[test]
fn the_collector_leaves_a_dependent_to_its_finalizers() {
    let (mut cluster, one, _) = cluster();
    let metadata = json!({"ownerReferences": [one], "finalizers": ["acme.io/wait"]});
    let d = dependent(&mut cluster, metadata);
    delete(&mut cluster, "o1", DeletionPropagation::Background);
    assert!(meta(&cluster, &d).deletion_timestamp.is_some());
}

#[test]
fn an_orphan_loses_its_reference_to_its_owner() {
    let (mut cluster, one, _) = cluster();
    let d = dependent(&mut cluster, json!({"ownerReferences": [one]}));
    delete(&mut cluster, "o1", DeletionPropagation::Orphan);
    assert!(cluster.store().object(&key(Kind::ConfigMap, "o1")).is_none());
    assert_eq!(meta(&cluster, &d).owner_references, []);
}
