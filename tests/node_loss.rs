//! Nodes that are lost, and what becomes of their pods.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use kubernel::Cluster;
use kubernel::admission::Patch;
use kubernel::api::{
    ConditionStatus, DeleteOptions, EndpointSlice, Key, Kind, Lease, Node, NodeConditionType, Pod,
    PodCondition, PodConditionType, PodPhase, Strictness, decode_value,
};
use kubernel::cluster::node::Capacity;
use kubernel::cluster::{Event, Seeded};
use kubernel::store::Revision;
use serde_json::{Value, json};

const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const NOT_READY: &str = "node.kubernetes.io/not-ready";

fn cluster(nodes: usize) -> Cluster {
    let builder = Cluster::builder().builtin();
    let names = (1..=nodes).map(|n| format!("n{n}"));
    names.fold(builder, |builder, name| builder.node(&name, Capacity::default())).build()
}

fn put(cluster: &mut Cluster, value: Value) -> Key {
    cluster.put(decode_value(value, Strictness::Strict).unwrap().object).unwrap().key()
}

/// A pod that was given its node by hand; `more` are further members of its spec.
fn pod(cluster: &mut Cluster, name: &str, node: &str, more: Value) -> Key {
    let mut spec = json!({"nodeName": node, "containers": [{"name": "c", "image": "i:1"}]});
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let metadata = json!({"name": name, "namespace": "default", "labels": {"app": "web"}});
    put(cluster, json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}))
}

fn web(cluster: &mut Cluster, replicas: i32) {
    put(
        cluster,
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}),
    );
}

fn after(cluster: &mut Cluster, seconds: u64) {
    cluster.advance(Duration::from_secs(seconds));
}

fn get<'a>(cluster: &'a Cluster, key: &Key) -> &'a Pod {
    find(cluster, key).unwrap_or_else(|| panic!("there is no {key}"))
}

fn find<'a>(cluster: &'a Cluster, key: &Key) -> Option<&'a Pod> {
    cluster.get::<Pod>(&key.namespace, &key.name)
}

fn node<'a>(cluster: &'a Cluster, name: &str) -> &'a Node {
    cluster.get::<Node>("", name).unwrap()
}

/// Keys and effects.
fn taints(cluster: &Cluster, name: &str) -> Vec<(String, String)> {
    let taints = node(cluster, name).spec.taints.iter();
    taints.map(|taint| (taint.key.clone(), taint.effect.as_str().to_owned())).collect()
}

fn both(key: &str) -> Vec<(String, String)> {
    ["NoSchedule", "NoExecute"].map(|effect| (key.to_owned(), effect.to_owned())).into()
}

fn ready(cluster: &Cluster, name: &str) -> ConditionStatus {
    let mut conditions = node(cluster, name).status.conditions.iter();
    conditions.find(|it| it.type_ == NodeConditionType::Ready).unwrap().status.clone()
}

fn condition<'a>(pod: &'a Pod, type_: &PodConditionType) -> Option<&'a PodCondition> {
    pod.status.conditions.iter().find(|it| it.type_ == *type_)
}

fn is_ready(pod: &Pod) -> bool {
    condition(pod, &PodConditionType::Ready).is_some_and(|it| it.status == ConditionStatus::True)
}

fn disrupted(pod: &Pod) -> Option<&str> {
    let condition = condition(pod, &PodConditionType::DisruptionTarget)?;
    // POD-COND-10: before the deletion, whose mark counts as a change, the pod was of the first generation.
    assert_eq!(condition.observed_generation, 1);
    Some(condition.reason.as_str())
}

/// The reason of its disruption with which a pod was last there after a revision.
fn ended(cluster: &Cluster, pod: &Key, after: Revision) -> (PodPhase, Option<String>) {
    assert!(find(cluster, pod).is_none(), "{pod} is still there");
    let changes = cluster.store().since(after).unwrap().filter(|change| change.key == *pod);
    let last = changes.filter_map(|change| change.after.as_ref()?.peek::<Pod>()).last().unwrap();
    (last.status.phase.clone(), disrupted(last).map(str::to_owned))
}

fn say_ready(cluster: &mut Cluster, name: &str, status: &str) {
    let mut conditions = node(cluster, name).status.conditions.clone();
    let now = cluster.time();
    for condition in &mut conditions {
        if condition.type_ == NodeConditionType::Ready {
            condition.status = status.into();
            condition.last_transition_time = Some(now);
        }
    }
    let patch = json!({"status": {"conditions": conditions}});
    let key = Key::new(Kind::Node, "", name);
    cluster.patch(Patch::merge(key, patch).of_status()).unwrap();
}

// POD-NODE-1
#[test]
fn nothing_is_known_of_a_node_that_has_been_silent_for_50_seconds() {
    let mut cluster = cluster(2);
    let pod = pod(&mut cluster, "a", "n1", json!({}));
    after(&mut cluster, 10);
    assert!(is_ready(get(&cluster, &pod)));
    cluster.stop_node("n1").unwrap();
    after(&mut cluster, 49);
    assert_eq!((ready(&cluster, "n1"), taints(&cluster, "n1")), (ConditionStatus::True, vec![]));
    after(&mut cluster, 1);
    assert_eq!(ready(&cluster, "n1"), ConditionStatus::Unknown);
    assert_eq!(taints(&cluster, "n1"), both(UNREACHABLE));
    let unknown = node(&cluster, "n1").status.conditions.iter();
    assert!(unknown.clone().all(|it| it.status == ConditionStatus::Unknown));
    assert!(unknown.clone().all(|it| it.reason == "NodeStatusUnknown"));

    // Phase and containers stay as they were reported last.
    let status = &get(&cluster, &pod).status;
    let ready = condition(get(&cluster, &pod), &PodConditionType::Ready).unwrap();
    assert_eq!(ready.status, ConditionStatus::False);
    assert_eq!(ready.last_transition_time, Some(cluster.time()));
    assert_eq!(status.phase, PodPhase::Running);
    assert!(status.container_statuses[0].ready);
    assert_eq!(
        (self::ready(&cluster, "n2"), taints(&cluster, "n2")),
        (ConditionStatus::True, vec![])
    );
}

#[test]
fn a_service_does_not_lead_to_a_node_that_is_lost() {
    let mut cluster = cluster(2);
    for (name, node) in [("a", "n1"), ("b", "n2")] {
        pod(&mut cluster, name, node, json!({}));
    }
    put(
        &mut cluster,
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
    );
    after(&mut cluster, 10);
    let ready = |cluster: &Cluster| -> usize {
        let slices = cluster.list::<EndpointSlice>(None).flat_map(|slice| &slice.endpoints);
        slices.filter(|endpoint| endpoint.conditions.ready == Some(true)).count()
    };
    assert_eq!(ready(&cluster), 2);
    cluster.stop_node("n1").unwrap();
    after(&mut cluster, 50);
    assert_eq!(ready(&cluster), 1);
    cluster.start_node("n1").unwrap();
    after(&mut cluster, 1);
    assert_eq!(ready(&cluster), 2);
}

// POD-NODE-2
#[test]
fn pods_leave_a_lost_node_after_the_time_they_tolerate_it_for() {
    let mut cluster = cluster(2);
    web(&mut cluster, 4);
    after(&mut cluster, 10);
    cluster.stop_node("n1").unwrap();
    let on_n1 = |cluster: &Cluster| -> Vec<Pod> {
        let pods = cluster.list::<Pod>(None).filter(|pod| pod.spec.node_name == "n1");
        pods.cloned().collect()
    };
    let lost = on_n1(&cluster).len();
    assert!(lost > 0);
    after(&mut cluster, 50 + 299);
    assert!(on_n1(&cluster).iter().all(|pod| pod.metadata.deletion_timestamp.is_none()));
    after(&mut cluster, 2);
    for pod in on_n1(&cluster) {
        assert!(pod.metadata.deletion_timestamp.is_some(), "with its grace, and nobody confirms");
        assert_eq!(disrupted(&pod), Some("DeletionByTaintManager"));
        assert_eq!(pod.status.phase, PodPhase::Running);
    }
    after(&mut cluster, 10);
    let elsewhere: Vec<_> = cluster
        .list::<Pod>(None)
        .filter(|pod| pod.spec.node_name == "n2" && is_ready(pod))
        .collect();
    assert_eq!(elsewhere.len(), 4);
    assert_eq!(on_n1(&cluster).len(), lost);

    cluster.start_node("n1").unwrap();
    after(&mut cluster, 60);
    assert_eq!(on_n1(&cluster), []);
    assert_eq!((ready(&cluster, "n1"), taints(&cluster, "n1")), (ConditionStatus::True, vec![]));
}

// POD-NODE-2, TAINT-10, TAINT-11
#[test]
fn how_long_a_pod_stays_is_its_own_to_say() {
    let mut cluster = cluster(2);
    let tolerates = |more: Value| {
        let mut toleration =
            json!({"key": UNREACHABLE, "operator": "Exists", "effect": "NoExecute"});
        toleration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"tolerations": [toleration]})
    };
    let for_ever = pod(&mut cluster, "for-ever", "n1", tolerates(json!({})));
    let briefly = pod(&mut cluster, "briefly", "n1", tolerates(json!({"tolerationSeconds": 7})));
    let not = pod(&mut cluster, "not", "n1", tolerates(json!({"tolerationSeconds": 0})));
    after(&mut cluster, 10);
    cluster.stop_node("n1").unwrap();
    let leaves = |cluster: &Cluster| {
        [&for_ever, &briefly, &not]
            .map(|key| get(cluster, key).metadata.deletion_timestamp.is_some())
    };
    after(&mut cluster, 50);
    assert_eq!(leaves(&cluster), [false, false, true]);
    after(&mut cluster, 6);
    assert_eq!(leaves(&cluster), [false, false, true]);
    after(&mut cluster, 1);
    assert_eq!(leaves(&cluster), [false, true, true]);
    after(&mut cluster, 3600);
    assert_eq!(leaves(&cluster), [false, true, true]);
}

// TAINT-12, TAINT-14
#[test]
fn a_node_that_comes_back_in_time_keeps_its_pods() {
    let mut cluster = cluster(2);
    let pod = pod(&mut cluster, "a", "n1", json!({}));
    after(&mut cluster, 10);
    for _ in 0..2 {
        cluster.stop_node("n1").unwrap();
        after(&mut cluster, 200);
        assert!(!is_ready(get(&cluster, &pod)));
        cluster.start_node("n1").unwrap();
        after(&mut cluster, 200);
        // The second silence starts a new full period.
        assert!(is_ready(get(&cluster, &pod)));
        assert_eq!(taints(&cluster, "n1"), vec![]);
        assert_eq!(get(&cluster, &pod).status.container_statuses[0].restart_count, 0);
    }
    assert_eq!(get(&cluster, &pod).metadata.deletion_timestamp, None);
    assert!(cluster.get::<Lease>("kube-node-lease", "n1").is_none());
}

// TAINT-10, TAINT-15
#[test]
fn a_taint_of_the_users_expels_pods_at_once() {
    let mut cluster = cluster(1);
    let tolerations = json!({"tolerations": [{"key": "gpu", "operator": "Exists"}]});
    let stays = pod(&mut cluster, "stays", "n1", tolerations);
    let goes = pod(&mut cluster, "goes", "n1", json!({}));
    after(&mut cluster, 10);
    let taint = json!({"spec": {"taints": [{"key": "gpu", "effect": "NoExecute"}]}});
    cluster.patch(Patch::merge(Key::new(Kind::Node, "", "n1"), taint)).unwrap();
    let before = cluster.store().revision();
    after(&mut cluster, 40);
    let reason = Some("DeletionByTaintManager".to_owned());
    assert_eq!(ended(&cluster, &goes, before).1, reason, "its node ends it");
    assert!(is_ready(get(&cluster, &stays)));
    let late = pod(&mut cluster, "late", "n1", json!({}));
    after(&mut cluster, 40);
    assert!(find(&cluster, &late).is_none());
}

#[test]
fn a_node_that_says_it_is_not_ready_loses_its_pods_too() {
    let mut cluster = cluster(2);
    let pod = pod(&mut cluster, "a", "n1", json!({}));
    after(&mut cluster, 10);
    say_ready(&mut cluster, "n1", "False");
    after(&mut cluster, 1);
    assert_eq!(taints(&cluster, "n1"), both(NOT_READY));
    let before = cluster.store().revision();
    after(&mut cluster, 298);
    assert!(find(&cluster, &pod).is_some());
    after(&mut cluster, 40);
    let reason = Some("DeletionByTaintManager".to_owned());
    assert_eq!(ended(&cluster, &pod, before).1, reason);
    say_ready(&mut cluster, "n1", "True");
    after(&mut cluster, 1);
    assert_eq!(taints(&cluster, "n1"), vec![]);
}

#[test]
fn when_no_node_is_ready_no_pod_has_to_leave() {
    let mut cluster = cluster(2);
    let pods = ["n1", "n2"].map(|node| pod(&mut cluster, node, node, json!({})));
    after(&mut cluster, 10);
    cluster.stop_node("n1").unwrap();
    after(&mut cluster, 100);
    cluster.stop_node("n2").unwrap();
    after(&mut cluster, 1000);
    for (node, pod) in ["n1", "n2"].into_iter().zip(&pods) {
        assert_eq!(taints(&cluster, node), both(UNREACHABLE)[..1]);
        assert_eq!(get(&cluster, pod).metadata.deletion_timestamp, None);
    }
    cluster.start_node("n2").unwrap();
    after(&mut cluster, 301);
    assert!(get(&cluster, &pods[0]).metadata.deletion_timestamp.is_some());
    assert!(is_ready(get(&cluster, &pods[1])));
}

#[test]
fn a_cordoned_node_is_tainted() {
    let mut cluster = cluster(1);
    let key = Key::new(Kind::Node, "", "n1");
    let cordon = |cluster: &mut Cluster, yes: bool| {
        let patch = json!({"spec": {"unschedulable": yes}});
        cluster.patch(Patch::merge(key.clone(), patch)).unwrap();
        after(cluster, 1);
        taints(cluster, "n1")
    };
    let expected = ("node.kubernetes.io/unschedulable".to_owned(), "NoSchedule".to_owned());
    assert_eq!(cordon(&mut cluster, true), [expected]);
    assert_eq!(cordon(&mut cluster, false), []);
}

// POD-NODE-3
#[test]
fn pods_of_a_node_that_is_gone_are_removed_after_a_quarantine() {
    let mut cluster = cluster(2);
    let pod = pod(&mut cluster, "a", "n1", json!({}));
    after(&mut cluster, 10);
    cluster.stop_node("n1").unwrap();
    let node = Key::new(Kind::Node, "", "n1");
    cluster.delete(&node, DeleteOptions::default()).unwrap();
    after(&mut cluster, 39);
    assert_eq!(get(&cluster, &pod).status.phase, PodPhase::Running);
    let before = cluster.store().revision();
    after(&mut cluster, 1);
    let reason = Some("DeletionByPodGC".to_owned());
    assert_eq!(ended(&cluster, &pod, before), (PodPhase::Failed, reason));

    // The agent registers its node anew.
    cluster.start_node("n1").unwrap();
    after(&mut cluster, 1);
    assert_eq!(ready(&cluster, "n1"), ConditionStatus::True);
}

#[test]
fn a_node_that_is_back_within_the_quarantine_keeps_its_pods() {
    let mut cluster = cluster(2);
    let pod = pod(&mut cluster, "a", "n3", json!({}));
    after(&mut cluster, 30);
    let n3 = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n3"}});
    let node = put(&mut cluster, n3.clone());
    after(&mut cluster, 30);
    assert!(find(&cluster, &pod).is_some());
    cluster.delete(&node, DeleteOptions::default()).unwrap();
    after(&mut cluster, 39);
    assert!(find(&cluster, &pod).is_some(), "the quarantine begins anew");
    after(&mut cluster, 1);
    assert!(find(&cluster, &pod).is_none());
}

// POD-NODE-3
#[test]
fn pods_that_are_to_end_on_a_node_out_of_service_are_removed() {
    let mut cluster = cluster(2);
    let pod = pod(&mut cluster, "a", "n1", json!({}));
    after(&mut cluster, 10);
    cluster.stop_node("n1").unwrap();
    after(&mut cluster, 50);
    cluster.delete(&pod, DeleteOptions::default()).unwrap();
    after(&mut cluster, 100);
    assert!(find(&cluster, &pod).is_some());
    let mut taints = node(&cluster, "n1").spec.taints.clone();
    taints.push(kubernel::api::Taint {
        key: "node.kubernetes.io/out-of-service".into(),
        effect: "NoExecute".into(),
        ..Default::default()
    });
    let patch = json!({"spec": {"taints": taints}});
    cluster.patch(Patch::merge(Key::new(Kind::Node, "", "n1"), patch)).unwrap();
    after(&mut cluster, 1);
    assert!(find(&cluster, &pod).is_none());
}

// POD-NODE-3
#[test]
fn a_pod_without_a_node_that_is_to_end_is_failed() {
    let mut cluster = cluster(1);
    let metadata = json!({"name": "a", "namespace": "default", "finalizers": ["acme.io/wait"]});
    let gate = json!([{"name": "acme.io/gate"}]);
    let spec = json!({"schedulingGates": gate, "containers": [{"name": "c", "image": "i:1"}]});
    let pod = put(
        &mut cluster,
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}),
    );
    cluster.delete(&pod, DeleteOptions::default()).unwrap();
    cluster.settle().unwrap();
    assert_eq!(get(&cluster, &pod).status.phase, PodPhase::Failed);
    assert_eq!(disrupted(get(&cluster, &pod)), None);
}

#[test]
fn what_a_node_was_about_to_write_is_lost_with_it() {
    let mut cluster = cluster(2);
    let pod = pod(&mut cluster, "a", "n1", json!({}));
    cluster.stop_node("n1").unwrap();
    let revision = cluster.store().revision();
    after(&mut cluster, 40);
    let changes: Vec<_> = cluster.store().since(revision).unwrap().map(|it| &it.key).collect();
    assert!(!changes.contains(&&pod), "{changes:?}");
    cluster.start_node("n1").unwrap();
    after(&mut cluster, 10);
    assert!(is_ready(get(&cluster, &pod)));
}

#[test]
fn a_node_that_is_back_writes_of_itself_and_its_pods_alone_arch_4() {
    let mut cluster = cluster(2);
    pod(&mut cluster, "a", "n1", json!({}));
    after(&mut cluster, 10);
    cluster.stop_node("n1").unwrap();
    after(&mut cluster, 60);
    cluster.start_node("n1").unwrap();
    let back = cluster.trace().last().unwrap().id;
    after(&mut cluster, 10);
    let mut writes = Vec::new();
    for entry in cluster.trace().after(back) {
        if let Event::Write { actor, verb, key, .. } = &entry.event
            && &**actor == "n1"
        {
            writes.push(format!("{verb} {key}"));
        }
    }
    let expected = [
        "delete Lease kube-node-lease/n1",
        "update status of Node n1",
        "update status of Pod default/a",
    ];
    assert_eq!(writes, expected);
}

#[test]
fn only_nodes_of_the_builder_can_be_lost_and_twice_is_once() {
    let mut cluster = cluster(1);
    put(&mut cluster, json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n9"}}));
    for name in ["n9", "n2", ""] {
        assert_eq!(cluster.stop_node(name).unwrap_err().code(), 404);
        assert_eq!(cluster.start_node(name).unwrap_err().code(), 404);
    }
    cluster.start_node("n1").unwrap();
    cluster.stop_node("n1").unwrap();
    after(&mut cluster, 20);
    cluster.stop_node("n1").unwrap();
    after(&mut cluster, 30);
    assert_eq!(ready(&cluster, "n1"), ConditionStatus::Unknown);
}

#[test]
fn time_does_not_crawl_while_nodes_are_well() {
    let mut cluster = cluster(20);
    after(&mut cluster, 60);
    let revision = cluster.store().revision();
    let outcome = cluster.advance(Duration::from_secs(24 * 3600));
    assert_eq!((outcome.steps, cluster.store().revision()), (0, revision));
}

#[test]
fn in_whatever_order_things_happen_a_lost_node_is_left_and_comes_back() {
    for seed in 0..12 {
        let mut cluster = cluster(3);
        web(&mut cluster, 6);
        let mut schedule = Seeded::new(seed);
        let mut run = |cluster: &mut Cluster, seconds: u64| {
            let until = cluster.now() + Duration::from_secs(seconds);
            cluster.run(&mut schedule, until);
        };
        run(&mut cluster, 30);
        cluster.stop_node("n2").unwrap();
        run(&mut cluster, 400);
        let pods = || cluster.list::<Pod>(None).filter(|pod| is_ready(pod));
        assert!(pods().all(|pod| pod.spec.node_name != "n2"), "seed {seed}");
        assert_eq!(pods().count(), 6, "seed {seed}");
        cluster.start_node("n2").unwrap();
        run(&mut cluster, 100);
        assert_eq!(cluster.list::<Pod>(None).count(), 6, "seed {seed}");
        assert_eq!(ready(&cluster, "n2"), ConditionStatus::True, "seed {seed}");
        assert_eq!(taints(&cluster, "n2"), vec![], "seed {seed}");
    }
}
