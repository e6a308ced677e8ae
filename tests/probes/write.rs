//! Changes and deletions.

use kubernel::Cluster;
use kubernel::admission::{Patch, Request};
use kubernel::api::{ConfigMap, DeleteOptions, Key, Kind, Object, Pod, Preconditions};
use serde_json::{Value, json};

use crate::{key, map, meta, object, pod, server};

/// A deployment, whose spec has generations.
fn deployment() -> Object {
    object(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}))
}

fn merge(cluster: &mut Cluster, key: &Key, patch: Value) -> Object {
    cluster.patch(Patch::merge(key.clone(), patch)).unwrap()
}

#[test]
fn delete_keeps_an_object_that_has_finalizers_and_sets_its_deletion_timestamp() {
    let mut cluster = server();
    let a = cluster.create(map("a", json!({"finalizers": ["acme.io/wait"]}))).unwrap();
    cluster.delete(&a, DeleteOptions::default()).unwrap();
    assert_eq!(meta(&cluster, &a).deletion_timestamp, Some(cluster.time()));
    merge(&mut cluster, &a, json!({"metadata": {"finalizers": null}}));
    assert!(cluster.store().object(&a).is_none());
}

#[test]
fn a_change_of_the_spec_makes_another_generation() {
    let mut cluster = server();
    let web = cluster.create(deployment()).unwrap();
    assert_eq!(meta(&cluster, &web).generation, 1);
    let changed = merge(&mut cluster, &web, json!({"spec": {"replicas": 2}}));
    assert_eq!(changed.meta().generation, 2);
}

#[test]
fn a_change_of_labels_makes_no_other_generation() {
    let mut cluster = server();
    let web = cluster.create(deployment()).unwrap();
    let changed = merge(&mut cluster, &web, json!({"metadata": {"labels": {"a": "1"}}}));
    assert_eq!((changed.meta().generation, changed.meta().labels["a"].as_str()), (1, "1"));
}

#[test]
fn a_write_that_changes_nothing_makes_no_other_version() {
    let mut cluster = server();
    let web = cluster.create(deployment()).unwrap();
    let stored = cluster.store().object(&web).unwrap().clone();
    let version = stored.meta().resource_version.clone();
    assert_eq!(cluster.update(stored).unwrap().meta().resource_version, version);
    let patched = merge(&mut cluster, &web, json!({"spec": {"replicas": 1}}));
    assert_eq!(patched.meta().resource_version, version);
}

#[test]
fn a_strategic_merge_merges_containers_and_variables_by_name() {
    let mut cluster = server();
    let spec = json!({"containers": [
        {"name": "c", "image": "i:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
        {"name": "d", "image": "j:1"}]});
    let mut value = deployment().to_value().unwrap();
    value["spec"]["template"]["spec"] = spec;
    let web = cluster.create(object(value)).unwrap();
    let change = json!([{"name": "c", "env": [{"name": "B", "value": "3"}]}]);
    let patch = json!({"spec": {"template": {"spec": {"containers": change}}}});
    let patched = cluster.patch(Patch::strategic(web, patch)).unwrap().to_value().unwrap();
    let containers = &patched["spec"]["template"]["spec"]["containers"];
    assert_eq!(containers.as_array().map(Vec::len), Some(2));
    let env = json!([{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]);
    assert_eq!((&containers[0]["env"], &containers[0]["image"]), (&env, &json!("i:1")));
}

#[test]
fn a_stale_resource_version_is_a_conflict() {
    let mut cluster = server();
    let a = cluster.create(map("a", json!({}))).unwrap();
    let stale = cluster.store().object(&a).unwrap().clone();
    merge(&mut cluster, &a, json!({"data": {"k": "1"}}));
    let refused = cluster.update(stale).unwrap_err();
    assert_eq!((refused.code(), refused.reason().as_str()), (409, "Conflict"));
    assert_eq!(cluster.get::<ConfigMap>("default", "a").unwrap().data["k"], "1");
}

#[test]
fn a_delete_that_names_another_uid_is_a_conflict() {
    let mut cluster = server();
    let a = cluster.create(map("a", json!({}))).unwrap();
    let of = |uid: &str| DeleteOptions {
        preconditions: Some(Box::new(Preconditions {
            uid: Some(uid.into()),
            ..Preconditions::default()
        })),
        ..DeleteOptions::default()
    };
    let uid = meta(&cluster, &a).uid.clone();
    let refused = cluster.delete(&a, of("00000000-0000-0000-0000-000000000000")).unwrap_err();
    assert_eq!(refused.code(), 409);
    assert!(cluster.store().object(&a).is_some());
    cluster.delete(&a, of(&uid)).unwrap();
    assert!(cluster.store().object(&a).is_none());
}

#[test]
fn an_immutable_secret_keeps_its_data() {
    let mut cluster = server();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"},
        "immutable": true, "data": {"k": "b2xk"}});
    let a = cluster.create(object(secret)).unwrap();
    let refused = cluster.patch(Patch::merge(a.clone(), json!({"data": {"k": "bmV3"}})));
    assert_eq!(refused.unwrap_err().code(), 422);
    let stored = cluster.store().object(&a).unwrap().to_value().unwrap();
    assert_eq!(stored["data"]["k"], "b2xk");
}

#[test]
fn the_spec_of_a_pod_cannot_be_changed_except_its_images() {
    let mut cluster = server();
    let a = cluster.create(pod("a", json!({}))).unwrap();
    for change in [json!({"restartPolicy": "Never"}), json!({"nodeName": "n1"})] {
        let refused = cluster.patch(Patch::strategic(a.clone(), json!({"spec": change})));
        assert_eq!(refused.unwrap_err().code(), 422);
    }
    let image = json!({"spec": {"containers": [{"name": "c", "image": "i:2"}]}});
    cluster.patch(Patch::strategic(a, image)).unwrap();
    assert_eq!(cluster.get::<Pod>("default", "a").unwrap().spec.containers[0].image, "i:2");
}

#[test]
fn an_eviction_deletes_a_pod_unless_its_budget_forbids_it() {
    let mut cluster = server();
    for name in ["free", "kept"] {
        cluster.create(pod(name, json!({"labels": {"app": name}}))).unwrap();
    }
    let budget = json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
        "metadata": {"name": "b"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "kept"}}}});
    cluster.create(object(budget)).unwrap();
    let status = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
    let running = Patch::merge(key(Kind::Pod, "kept"), json!({"status": status})).of_status();
    cluster.patch(running).unwrap();

    let evict = |name| Request::Evict(key(Kind::Pod, name), DeleteOptions::default());
    cluster.request(evict("free")).unwrap();
    assert!(cluster.get::<Pod>("default", "free").is_none());
    let refused = cluster.request(evict("kept")).unwrap_err();
    assert_eq!((refused.code(), refused.reason().as_str()), (429, "TooManyRequests"));
    assert!(cluster.get::<Pod>("default", "kept").is_some());
}
