use serde_json::{Value, json};

use super::*;
use crate::api::Kind;
use crate::store::Revision;

/// A store, the time, and a stream of bits: a server without anything that acts by itself.
struct Server {
    store: Store,
    now: Time,
    bits: u64,
}

impl Server {
    fn new() -> Self {
        let mut server = Self { store: Store::new(), now: Time::EPOCH, bits: 0 };
        server.create("v1", "Namespace", json!({"metadata": {"name": "default"}})).unwrap();
        server
    }

    fn send(&mut self, request: Request) -> Result<Object, ApiError> {
        let bits = &mut self.bits;
        let mut draw = || {
            *bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
            *bits
        };
        let (store, now, ranges) = (&self.store, self.now, &Ranges::default());
        let admitted = Gate { store, now, draw: &mut draw, rules: &[], ranges }.admit(request)?;
        let (writes, answer) = admitted.into_parts();
        for write in writes {
            self.store.commit(write.key, write.expect, write.after).unwrap();
        }
        Ok(match answer {
            Answer::Stored(key) => self.store.object(&key).unwrap().clone(),
            Answer::Scale(key) => scale_of(self.store.object(&key), key.clone()).unwrap().into(),
            Answer::Removed(object) | Answer::Unstored(object) => object,
        })
    }

    fn create(&mut self, version: &str, kind: &str, object: Value) -> Result<Object, ApiError> {
        self.send(Request::Create(Kind::of(version, kind).read(object).unwrap()))
    }

    fn delete(&mut self, key: &Key, options: Value) -> Result<Object, ApiError> {
        self.send(Request::Delete(key.clone(), serde_json::from_value(options).unwrap()))
    }
}

fn pod(name: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {"nodeName": "n1",
        "terminationGracePeriodSeconds": 30, "containers": [{"name": "a", "image": "a"}]}})
}

fn key(kind: Kind, name: &str) -> Key {
    let namespace = if kind.is_namespaced() { "default" } else { "" };
    Key::new(kind, namespace, name)
}

/// A pod with something to run.
fn runnable(mut pod: Value) -> Value {
    pod["spec"]["containers"] = json!([{"name": "a", "image": "a"}]);
    pod
}

// POD-COND-12, POD-BIND-5
#[test]
fn a_pod_with_gates_says_that_it_is_not_scheduled_for_them() {
    let mut server = Server::new();
    let mut gated = runnable(json!({"metadata": {"name": "a"}}));
    gated["spec"]["schedulingGates"] = json!([{"name": "g"}]);
    let scheduled = |object: &Object| {
        let Object::Pod(pod) = object else { panic!("{object:?}") };
        let all = pod.status.conditions.iter();
        all.map(|one| (one.type_.as_str().to_owned(), one.reason.clone())).collect::<Vec<_>>()
    };
    let pod = server.create("v1", "Pod", gated).unwrap();
    assert_eq!(scheduled(&pod), [("PodScheduled".to_owned(), "SchedulingGated".to_owned())]);
    let pod = server.create("v1", "Pod", runnable(json!({"metadata": {"name": "b"}}))).unwrap();
    assert_eq!(scheduled(&pod), []);
}

#[test]
fn the_server_sets_what_is_its_own() {
    // META-1, META-9
    let mut server = Server::new();
    let sent = json!({"metadata": {"name": "a", "uid": "mine", "generation": 9,
        "deletionTimestamp": "2026-01-01T00:00:00Z", "selfLink": "/x"}});
    let pod = server.create("v1", "Pod", runnable(sent)).unwrap();
    let meta = pod.meta();
    assert_eq!((meta.namespace.as_str(), meta.generation), ("default", 1));
    assert_eq!((meta.uid.len(), meta.deletion_timestamp), (36, None));
    assert_eq!(meta.creation_timestamp, Some(Time::EPOCH));
}

#[test]
fn a_missing_or_dying_namespace_takes_nothing() {
    // NS-1, NS-3, NS-4
    let mut server = Server::new();
    let object = json!({"metadata": {"name": "a", "namespace": "prod"}});
    let missing = server.create("v1", "ConfigMap", object.clone()).unwrap_err();
    assert_eq!(missing.status().details.unwrap().kind, "namespaces");
    server.create("v1", "Namespace", json!({"metadata": {"name": "prod"}})).unwrap();
    server.create("v1", "ConfigMap", object).unwrap();
    server.delete(&Key::new(Kind::Namespace, "", "prod"), json!({})).unwrap();
    let object = json!({"metadata": {"name": "b", "namespace": "prod"}});
    let dying = server.create("v1", "ConfigMap", object).unwrap_err().status();
    let cause = dying.details.unwrap().causes.remove(0);
    assert_eq!((dying.code, cause.type_.as_str()), (403, "NamespaceTerminating"));
    let default = key(Kind::Namespace, "default");
    assert_eq!(server.delete(&default, json!({})).unwrap_err().code(), 403);
}

#[test]
fn a_namespace_goes_when_both_lists_are_empty() {
    // NS-2, NS-5
    let mut server = Server::new();
    let made = server.create("v1", "Namespace", json!({"metadata": {"name": "prod"}})).unwrap();
    assert_eq!(made.meta().labels["kubernetes.io/metadata.name"], "prod");
    let key = made.key();
    server.delete(&key, json!({})).unwrap();
    server.delete(&key, json!({})).unwrap();
    assert_eq!(server.store.revision(), Revision(3));
    let bare = json!({"metadata": {"name": "prod"}, "spec": {}});
    server.send(Request::Finalize(Kind::Namespace.read(bare).unwrap())).unwrap();
    assert_eq!(server.store.object(&key), None);
}

#[test]
fn names_are_generated_or_refused() {
    // NAME-15, NAME-17
    let mut server = Server::new();
    let made =
        server.create("v1", "Pod", runnable(json!({"metadata": {"generateName": "a-"}}))).unwrap();
    assert_eq!((made.meta().name.len(), made.meta().name.starts_with("a-")), (7, true));
    let ApiError::Invalid { errors, .. } = server.create("v1", "Pod", json!({})).unwrap_err()
    else {
        panic!("not invalid")
    };
    assert_eq!(&*errors.iter().next().unwrap().field, "metadata.name");
    let again =
        server.create("v1", "Pod", runnable(json!({"metadata": {"name": made.meta().name}})));
    assert_eq!(again.unwrap_err().code(), 409);
}

#[test]
fn updates_are_versioned() {
    // STORE-3, STORE-4, STORE-5, STORE-6, STORE-8
    let mut server = Server::new();
    let map = json!({"metadata": {"name": "a"}, "data": {"k": "1"}});
    server.create("v1", "ConfigMap", map).unwrap();
    let mut code = |meta: Value, value: &str| {
        let object = json!({"metadata": meta, "data": {"k": value}});
        let request = Request::Update(Kind::ConfigMap.read(object).unwrap());
        match server.send(request) {
            Ok(object) => format!("rv {}", object.meta().resource_version),
            Err(error) => error.code().to_string(),
        }
    };
    assert_eq!(code(json!({"name": "a"}), "2"), "rv 3");
    assert_eq!(code(json!({"name": "a"}), "2"), "rv 3");
    assert_eq!(code(json!({"name": "a", "resourceVersion": "2"}), "3"), "409");
    assert_eq!(code(json!({"name": "a", "resourceVersion": "3"}), "3"), "rv 4");
    assert_eq!(code(json!({"name": "a", "resourceVersion": "x"}), "4"), "500");
    assert_eq!(code(json!({"name": "a", "uid": "other"}), "4"), "409");
    assert_eq!(code(json!({"name": "b"}), "4"), "404");
    let lease = |version: &str| {
        let object = json!({"metadata": {"name": "l", "resourceVersion": version}});
        Request::Update(Kind::Lease.read(object).unwrap())
    };
    assert_eq!(server.send(lease("7")).unwrap().meta().resource_version, "5");
    assert_eq!(server.send(lease("")).unwrap_err().code(), 422);
}

#[test]
fn status_and_spec_have_their_own_doors() {
    // META-9, META-12
    let mut server = Server::new();
    let read = |replicas: i32, seen: i64, label: &str| {
        let object = json!({"metadata": {"name": "d", "labels": {"l": label}},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"a": "b"}},
                "template": {"metadata": {"labels": {"a": "b"}},
                    "spec": {"containers": [{"name": "c", "image": "i"}]}}},
            "status": {"observedGeneration": seen}});
        Kind::Deployment.read(object).unwrap()
    };
    let show = |object: Object| match object {
        Object::Deployment(it) => format!(
            "{:?} {} {} {}",
            it.spec.replicas,
            it.status.observed_generation,
            it.metadata.generation,
            it.metadata.labels["l"]
        ),
        _ => panic!("not a deployment"),
    };
    assert_eq!(show(server.send(Request::Create(read(1, 7, "x"))).unwrap()), "Some(1) 0 1 x");
    assert_eq!(show(server.send(Request::UpdateStatus(read(2, 1, "y"))).unwrap()), "Some(1) 1 1 x");
    assert_eq!(show(server.send(Request::Update(read(2, 9, "y"))).unwrap()), "Some(2) 1 2 y");
    assert_eq!(show(server.send(Request::Update(read(2, 9, "z"))).unwrap()), "Some(2) 1 2 z");
}

#[test]
fn a_bound_pod_is_given_grace() {
    // DEL-8, DEL-9, META-11
    let mut server = Server::new();
    let key = server.create("v1", "Pod", pod("a")).unwrap().key();
    let marked = server.delete(&key, json!({})).unwrap();
    let show = |object: &Object| {
        let meta = object.meta();
        let due = meta.deletion_timestamp.unwrap().seconds_since(Time::EPOCH);
        (due, meta.deletion_grace_period_seconds, meta.generation)
    };
    assert_eq!(show(&marked), (30, Some(30), 2));
    let same = server.delete(&key, json!({"gracePeriodSeconds": 60})).unwrap();
    assert_eq!(same.meta().resource_version, marked.meta().resource_version);
    let shorter = server.delete(&key, json!({"gracePeriodSeconds": 10})).unwrap();
    assert_eq!(show(&shorter), (10, Some(10), 2));
    server.now = Time::from_unix(Time::EPOCH.as_unix() + 20);
    let late = server.delete(&key, json!({"gracePeriodSeconds": 5})).unwrap();
    assert_eq!(show(&late), (20, Some(1), 2));
    let before = server.store.revision();
    server.delete(&key, json!({"gracePeriodSeconds": 0})).unwrap();
    assert_eq!((server.store.object(&key), server.store.revision().0 - before.0), (None, 2));
}

#[test]
fn finalizers_hold_and_let_go() {
    // DEL-3, DEL-4, DEL-6, DEL-7
    let mut server = Server::new();
    let map = json!({"metadata": {"name": "a", "finalizers": ["x.io/y"]}});
    let key = server.create("v1", "ConfigMap", map).unwrap().key();
    let waits = server.delete(&key, json!({"propagationPolicy": "Foreground"})).unwrap();
    assert_eq!(waits.meta().finalizers, ["x.io/y", "foregroundDeletion"]);
    assert_eq!(waits.meta().deletion_grace_period_seconds, Some(0));
    let swapped = server.delete(&key, json!({"propagationPolicy": "Orphan"})).unwrap();
    assert_eq!(swapped.meta().finalizers, ["x.io/y", "orphan"]);
    let sent = Kind::ConfigMap.read(json!({"metadata": {"name": "a"}})).unwrap();
    let emptied = server.send(Request::Update(sent)).unwrap();
    assert_eq!(emptied.meta().resource_version, swapped.meta().resource_version);
    assert_eq!(server.store.object(&key), None);
}

#[test]
fn preconditions_and_policies_are_checked() {
    // DEL-1, DEL-5
    let mut server = Server::new();
    let map = json!({"metadata": {"name": "a"}});
    let key = server.create("v1", "ConfigMap", map).unwrap().key();
    let mut code = |options| server.delete(&key, options).unwrap_err().code();
    assert_eq!(code(json!({"preconditions": {"uid": "other"}})), 409);
    assert_eq!(code(json!({"preconditions": {"resourceVersion": "1"}})), 409);
    assert_eq!(code(json!({"propagationPolicy": "Sideways"})), 422);
    let both = json!({"propagationPolicy": "Orphan", "orphanDependents": true});
    assert_eq!(code(both), 422);
}

#[test]
fn a_pod_is_bound_once() {
    // DEL-12
    let mut server = Server::new();
    let key =
        server.create("v1", "Pod", runnable(json!({"metadata": {"name": "a"}}))).unwrap().key();
    let bind = json!({"metadata": {"name": "a"}, "target": {"name": "n1"}});
    let bound = server.create("v1", "Binding", bind.clone()).unwrap();
    let Object::Pod(bound) = bound else { panic!("not a pod") };
    assert_eq!((bound.spec.node_name.as_str(), bound.status.conditions.len()), ("n1", 1));
    assert_eq!(server.create("v1", "Binding", bind.clone()).unwrap_err().code(), 409);
    server.delete(&key, json!({"gracePeriodSeconds": 5})).unwrap();
    let dying = server.create("v1", "Binding", bind).unwrap_err();
    assert!(matches!(dying, ApiError::Conflict { cause: Conflict::Deleting, .. }));
}

#[test]
fn services_are_given_addresses_and_keep_them() {
    // ALLOC-2
    let mut server = Server::new();
    let service = |name: &str, type_: &str| json!({"metadata": {"name": name}, "spec": {"type": type_, "ports": [{"port": 80}]}});
    let given = |object: Object| match object {
        Object::Service(it) => (it.spec.cluster_ip.clone(), it.spec.ports[0].node_port),
        _ => panic!("not a service"),
    };
    let a = given(server.create("v1", "Service", service("a", "NodePort")).unwrap());
    let b = given(server.create("v1", "Service", service("b", "ClusterIP")).unwrap());
    assert!(a.0.starts_with("10.96.") && a.0 != b.0 && (30000..=32767).contains(&a.1));
    let taken = json!({"metadata": {"name": "c"},
        "spec": {"clusterIP": a.0, "ports": [{"port": 80}]}});
    assert_eq!(server.create("v1", "Service", taken).unwrap_err().code(), 422);
    let same = Kind::Service.read(service("a", "NodePort")).unwrap();
    assert_eq!(given(server.send(Request::Update(same)).unwrap()), a);
    assert_eq!(b.1, 0);
}

// JOB-1
#[test]
fn a_job_finds_its_pods_by_its_uid() {
    let mut server = Server::new();
    let template = json!({"spec": {"restartPolicy": "Never",
        "containers": [{"name": "a", "image": "a"}]}});
    let sent = json!({"metadata": {"generateName": "sum-"}, "spec": {"template": template}});
    let Object::Job(job) = server.create("batch/v1", "Job", sent).unwrap() else {
        panic!("not a job")
    };
    let labels = &job.spec.template.metadata.labels;
    assert_eq!(labels["batch.kubernetes.io/job-name"], job.metadata.name);
    let selector = job.spec.selector.as_ref().unwrap();
    let uid = "batch.kubernetes.io/controller-uid";
    assert_eq!(selector.match_labels[uid], job.metadata.uid);
    assert_eq!(labels[uid], job.metadata.uid);
    // As it is stored it may be written again.
    server.send(Request::Update(Object::Job(job))).unwrap();
}

// POD-UPD-1, POD-UPD-7
#[test]
fn a_pod_keeps_what_it_was_made_as() {
    let mut server = Server::new();
    let Object::Pod(made) = server.create("v1", "Pod", pod("a")).unwrap() else {
        panic!("not a pod")
    };
    let mut other = made.clone();
    Arc::make_mut(&mut other).spec.hostname = "other".into();
    let refused = server.send(Request::Update(Object::Pod(other))).unwrap_err();
    assert!(refused.to_string().contains("spec: Forbidden"), "{refused}");
    let mut image = made.clone();
    Arc::make_mut(&mut image).spec.containers[0].image = "b".into();
    let updated = server.send(Request::Update(Object::Pod(image))).unwrap();
    assert_eq!(updated.meta().generation, 2);
    let mut status = made;
    let pod = Arc::make_mut(&mut status);
    pod.metadata.resource_version.clear();
    pod.status.qos_class = crate::api::PodQOSClass::Guaranteed;
    let refused = server.send(Request::UpdateStatus(Object::Pod(status))).unwrap_err();
    assert!(refused.to_string().contains("status.qosClass"), "{refused}");
}

#[test]
fn the_kinds_with_a_status_are_those_that_keep_their_spec() {
    // META-12
    for kind in Kind::ALL {
        let mut object = kind.read(json!({})).unwrap();
        let old = object.clone();
        let has = Subresource::of(kind).contains(&Subresource::Status);
        assert_eq!(kinds::keep_spec(&mut object, &old), has, "{kind}");
    }
}

fn deployment() -> Value {
    json!({"metadata": {"name": "web"}, "spec": {"selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "a", "image": "a"}]}}}})
}

#[test]
fn the_scale_is_a_door_to_the_replicas_alone() {
    let mut server = Server::new();
    let made = server.create("apps/v1", "Deployment", deployment()).unwrap();
    let key = key(Kind::Deployment, "web");
    let ask = |replicas: i32, version: &str| {
        let scale = json!({"metadata": {"name": "web", "namespace": "default",
            "resourceVersion": version}, "spec": {"replicas": replicas}});
        Request::UpdateScale(key.clone(), Box::new(serde_json::from_value(scale).unwrap()))
    };
    let scale = server.send(ask(3, "")).unwrap();
    let version = scale.meta().resource_version.clone();
    assert_eq!(scale.peek::<crate::api::Scale>().unwrap().spec.replicas, 3);
    assert_eq!(scale.meta().uid, made.meta().uid);
    let stored = server.store.object(&key).unwrap();
    assert_eq!((stored.meta().generation, &stored.meta().resource_version), (2, &version));

    let stale = server.send(ask(4, &made.meta().resource_version)).unwrap_err();
    assert_eq!(stale.status().details.unwrap().kind, "deployments");
    let negative = server.send(ask(-1, "")).unwrap_err().status().details.unwrap();
    assert_eq!((negative.kind.as_str(), &*negative.causes[0].field), ("Scale", "spec.replicas"));

    let patch = Patch::merge(key.clone(), json!({"spec": {"replicas": 5}}));
    let patched = server.send(Request::Patch(Box::new(patch.of(Subresource::Scale)))).unwrap();
    assert_eq!(patched.peek::<crate::api::Scale>().unwrap().spec.replicas, 5);
    let map = Patch::merge(super::tests::key(Kind::ConfigMap, "a"), json!({}));
    server.create("v1", "ConfigMap", json!({"metadata": {"name": "a"}})).unwrap();
    let refused = server.send(Request::Patch(Box::new(map.of(Subresource::Scale)))).unwrap_err();
    assert_eq!(refused.code(), 405);
}

#[test]
fn ephemeral_containers_and_resources_have_doors_of_their_own() {
    // POD-UPD-8, POD-UPD-9, POD-UPD-10
    let mut server = Server::new();
    let mut pod = pod("web");
    pod["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "1"}});
    let made = server.create("v1", "Pod", pod).unwrap().to_value().unwrap();
    let read = |value: &Value| Kind::Pod.read(value.clone()).unwrap();

    let mut more = made.clone();
    more["metadata"]["labels"] = json!({"ignored": "yes"});
    more["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": "sh"}]);
    let debugged = server.send(Request::UpdateEphemeralContainers(read(&more))).unwrap();
    assert!(debugged.meta().labels.is_empty());
    assert_eq!(debugged.meta().generation, 2);
    let debugged = debugged.peek::<crate::api::Pod>().unwrap();
    assert_eq!(
        debugged.spec.ephemeral_containers[0].termination_message_path,
        "/dev/termination-log"
    );
    let mut fewer = made.clone();
    fewer["metadata"]["resourceVersion"] = "".into();
    let refused = server.send(Request::UpdateEphemeralContainers(read(&fewer))).unwrap_err();
    assert_eq!(refused.code(), 422);

    let mut bigger = made;
    bigger["metadata"]["resourceVersion"] = "".into();
    bigger["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "2"}});
    let update = server.send(Request::Update(read(&bigger))).unwrap_err();
    assert_eq!(update.code(), 422);
    let resized = server.send(Request::Resize(read(&bigger))).unwrap();
    let resized = resized.peek::<crate::api::Pod>().unwrap();
    assert_eq!(resized.spec.containers[0].resources.requests["cpu"].to_string(), "2");
    assert_eq!(resized.spec.ephemeral_containers.len(), 1);
}

#[test]
fn a_status_may_say_anything_of_the_phase_but_nothing_new_of_the_class() {
    // POD-STATUS-9, POD-PHASE-14, POD-QOS-4
    let mut server = Server::new();
    let made = server.create("v1", "Pod", pod("a")).unwrap().to_value().unwrap();
    assert_eq!(made["status"]["qosClass"], "BestEffort");
    let mut ask = |phase: &str, class: &str| {
        let mut pod = made.clone();
        pod["metadata"]["resourceVersion"] = "".into();
        pod["status"]["phase"] = phase.into();
        pod["status"]["qosClass"] = class.into();
        let sent = server.send(Request::UpdateStatus(Kind::Pod.read(pod).unwrap()))?;
        Ok::<_, ApiError>(sent.to_value().unwrap()["status"].clone())
    };
    for phase in ["Failed", "Running", "Unknown", "Dancing"] {
        let status = ask(phase, "").unwrap();
        assert_eq!((&status["phase"], &status["qosClass"]), (&json!(phase), &json!("BestEffort")));
    }
    let details = ask("Running", "Guaranteed").unwrap_err().status().details.unwrap();
    assert_eq!(&*details.causes[0].field, "status.qosClass");
}
