//! What is completed and what is refused when it is created.

use kubernel::admission::{ApiError, Request};
use kubernel::api::{ConfigMap, Kind, Pod, PodPhase, RestartPolicy, Secret};
use serde_json::json;

use crate::{key, map, meta, object, pod, server};

/// The fields that an error of the code 422 names.
fn wrong(refused: &ApiError) -> Vec<String> {
    assert_eq!(refused.code(), 422, "{refused}");
    let causes = refused.status().details.map(|details| details.causes).unwrap_or_default();
    causes.into_iter().map(|cause| cause.field).collect()
}

#[test]
fn a_bad_name_is_refused() {
    for name in ["Web", "web_1", "-web", "web."] {
        let refused = server().create(map(name, json!({}))).unwrap_err();
        assert_eq!(wrong(&refused), ["metadata.name"], "{name}");
    }
}

#[test]
fn a_pod_without_containers_is_refused() {
    let value = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": []}});
    assert_eq!(wrong(&server().create(object(value)).unwrap_err()), ["spec.containers"]);
}

#[test]
fn a_bad_label_key_is_refused() {
    for label in ["a/b/c", "-a", "a b"] {
        let refused = server().create(map("a", json!({"labels": {label: "1"}}))).unwrap_err();
        assert_eq!(wrong(&refused), ["metadata.labels"], "{label}");
    }
}

#[test]
fn defaults_are_set() {
    let mut cluster = server();
    cluster.create(pod("a", json!({}))).unwrap();
    let spec = &cluster.get::<Pod>("default", "a").unwrap().spec;
    assert_eq!(spec.restart_policy, RestartPolicy::Always);
    assert_eq!(spec.dns_policy.as_str(), "ClusterFirst");
    assert_eq!(spec.termination_grace_period_seconds, Some(30));
    assert_eq!(spec.containers[0].image_pull_policy.as_str(), "IfNotPresent");
    assert_eq!(spec.containers[0].termination_message_path, "/dev/termination-log");
}

#[test]
fn a_new_object_has_a_uid_and_a_time_of_creation() {
    let mut cluster = server();
    let (a, b) = (map("a", json!({})), map("b", json!({})));
    let (a, b) = (cluster.create(a).unwrap(), cluster.create(b).unwrap());
    let (a, b) = (meta(&cluster, &a), meta(&cluster, &b));
    assert_eq!(a.uid.len(), 36);
    assert_ne!(a.uid, b.uid);
    assert_eq!(a.creation_timestamp, Some(cluster.time()));
}

#[test]
fn the_status_of_a_new_pod_is_dropped_and_it_is_pending() {
    let mut new = pod("a", json!({}));
    if let kubernel::api::Object::Pod(pod) = &mut new {
        let status = &mut std::sync::Arc::make_mut(pod).status;
        (status.phase, status.pod_ip) = (PodPhase::Running, "10.0.0.1".into());
    }
    let mut cluster = server();
    cluster.create(new).unwrap();
    let status = &cluster.get::<Pod>("default", "a").unwrap().status;
    assert_eq!((&status.phase, status.pod_ip.as_str()), (&PodPhase::Pending, ""));
}

#[test]
fn a_name_can_be_generated() {
    let mut cluster = server();
    let new = || map("", json!({"generateName": "web-"}));
    let (one, two) = (cluster.create(new()).unwrap(), cluster.create(new()).unwrap());
    assert_ne!(one.name, two.name);
    for key in [one, two] {
        assert!(key.name.starts_with("web-") && key.name.len() == 9, "{key}");
        assert!(cluster.store().object(&key).is_some());
    }
}

#[test]
fn a_dry_run_answers_and_keeps_nothing() {
    let cluster = server();
    let answer = cluster.dry_run(Request::Create(map("a", json!({})))).unwrap();
    assert!(!answer.meta().uid.is_empty());
    assert!(cluster.get::<ConfigMap>("default", "a").is_none());
    let refused = cluster.dry_run(Request::Create(map("A", json!({})))).unwrap_err();
    assert_eq!(refused.code(), 422);
}

#[test]
fn there_is_a_namespace_called_default() {
    let namespace = kubernel::api::Key::new(Kind::Namespace, "", "default");
    assert_eq!(server().read(&namespace, "").unwrap().meta().name, "default");
}

#[test]
fn a_namespace_can_be_created_and_used() {
    let mut cluster = server();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod"}});
    cluster.create(object(namespace)).unwrap();
    let inside = cluster.create(map("a", json!({"namespace": "prod"}))).unwrap();
    assert_eq!(&*inside.namespace, "prod");
}

#[test]
fn nothing_can_be_created_in_a_namespace_that_is_not_there() {
    let refused = server().create(map("a", json!({"namespace": "prod"}))).unwrap_err();
    assert_eq!((refused.code(), refused.reason().as_str()), (404, "NotFound"));
    assert!(refused.to_string().contains("prod"), "{refused}");
}

#[test]
fn the_text_of_a_secret_is_folded_into_its_data() {
    let mut cluster = server();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"},
        "data": {"a": "b2xk", "b": "b2xk"}, "stringData": {"a": "new"}});
    cluster.create(object(secret)).unwrap();
    let stored = cluster.store().object(&key(Kind::Secret, "a")).unwrap();
    let value = stored.to_value().unwrap();
    assert_eq!(value["data"], json!({"a": "bmV3", "b": "b2xk"}));
    assert_eq!(value.get("stringData"), None);
    assert_eq!(stored.peek::<Secret>().unwrap().type_.as_str(), "Opaque");
}

#[test]
fn the_same_seed_gives_the_same_uids() {
    let uids = || {
        let mut cluster = kubernel::Cluster::builder().seed(3).build();
        let keys = ["a", "b"].map(|name| cluster.create(map(name, json!({}))).unwrap());
        keys.map(|key| meta(&cluster, &key).uid.clone())
    };
    assert_eq!(uids(), uids());
    assert_eq!(uids(), uids());
}
