//! Nodes that end pods in a cluster: what follows, and that it is told and repeatable.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use kubernel::Cluster;
use kubernel::admission::Request;
use kubernel::api::{DeleteOptions, Key, Kind, Pod, PodPhase};
use kubernel::cluster::node::{Capacity, NotEvicted};
use kubernel::cluster::{Event, Recorded, Replay, Seeded};
use kubernel::pod::eviction::Eviction;
use serde_json::json;

fn cluster() -> Cluster {
    let mut cluster = Cluster::builder()
        .seed(3)
        .builtin()
        .node("n1", Capacity::default())
        .node("n2", Capacity::default())
        .build();
    let labels = json!({"app": "web"});
    let template = json!({
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
    });
    let object = json!({
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
    });
    let kind = Kind::known("apps/v1", "ReplicaSet").unwrap();
    cluster.put(kind.read(object).unwrap()).unwrap();
    cluster
}

fn first(cluster: &Cluster) -> Key {
    let pod = cluster.list::<Pod>(None).next().unwrap();
    Key::new(Kind::Pod, pod.metadata.namespace.as_str(), pod.metadata.name.as_str())
}

fn pressure() -> Eviction {
    Eviction::NodePressure { resource: "memory".into(), soft: None }
}

// POD-EVICT-1, POD-PHASE-13
#[test]
fn an_evicted_pod_stays_and_another_takes_its_place() {
    let mut cluster = cluster();
    cluster.settle().unwrap();
    let key = first(&cluster);
    cluster.evict_from_node(&key, &pressure()).unwrap();
    cluster.settle().unwrap();
    let pod = cluster.get::<Pod>(&key.namespace, &key.name).unwrap();
    assert_eq!((&pod.status.phase, pod.status.reason.as_str()), (&PodPhase::Failed, "Evicted"));
    assert!(pod.metadata.deletion_timestamp.is_none());
    let running = cluster.list::<Pod>(None).filter(|pod| pod.status.phase == PodPhase::Running);
    assert_eq!(running.count(), 2);
    let why = cluster.explain(&key).to_string();
    assert!(why.contains("Evicted: The node was low on resource: memory."), "{why}");
    assert!(why.contains(&format!("ends {key}")), "{why}");
    let told = cluster.trace().iter().filter(|entry| matches!(entry.event, Event::Evict { .. }));
    assert_eq!(told.count(), 1);
}

#[test]
fn what_cannot_be_evicted_is_refused_and_changes_nothing() {
    let mut cluster = cluster();
    let nobody = Key::new(Kind::Pod, "default", "nobody");
    assert_eq!(cluster.evict_from_node(&nobody, &pressure()), Err(NotEvicted::NotThere));
    cluster.settle().unwrap();
    let key = first(&cluster);
    cluster.evict_from_node(&key, &pressure()).unwrap();
    cluster.settle().unwrap();
    let entries = cluster.trace().len();
    assert_eq!(cluster.evict_from_node(&key, &pressure()), Err(NotEvicted::Ended));
    assert_eq!(cluster.trace().len(), entries);
    assert!(cluster.enabled().is_quiet());
}

// CL-1: with the same calls and the same choices the same happens.
#[test]
fn an_eviction_can_be_replayed() {
    let run = |schedule: &mut dyn kubernel::cluster::Schedule| {
        let mut cluster = cluster();
        cluster.settle_by(schedule).unwrap();
        let key = first(&cluster);
        cluster.evict_from_node(&key, &Eviction::NodeShutdown { seconds: 5 }).unwrap();
        cluster.settle_by(schedule).unwrap();
        let reason = cluster.get::<Pod>(&key.namespace, &key.name).unwrap().status.reason.clone();
        (cluster.trace().to_string(), reason)
    };
    let mut recorded = Recorded::new(Seeded::new(11));
    let first = run(&mut recorded);
    assert_eq!(first.1, "Terminated");
    assert_eq!(run(&mut Replay::new(recorded.choices().to_vec())), first);
}

/// A pod of the same labels that gets a node or waits for one, and budgets that allow nothing.
fn guarded(budgets: usize, pod: &serde_json::Value) -> (Cluster, Key) {
    let mut cluster = Cluster::builder().builtin().node("n1", Capacity::default()).build();
    let mut put = |version, kind, object| {
        let object = Kind::known(version, kind).unwrap().read(object).unwrap();
        cluster.put(object).unwrap();
    };
    for n in 0..budgets {
        let selector = json!({"matchLabels": {"app": "web"}});
        let object = json!({"metadata": {"name": format!("b{n}")}, "spec": {"selector": selector}});
        put("policy/v1", "PodDisruptionBudget", object);
    }
    let mut object = json!({
        "metadata": {"name": "p", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
    });
    object["metadata"]["annotations"] = pod["annotations"].clone();
    object["spec"]["nodeSelector"] = pod["nodeSelector"].clone();
    object["spec"]["restartPolicy"] = json!("Never");
    put("v1", "Pod", object);
    cluster.settle().unwrap();
    (cluster, Key::new(Kind::Pod, "default", "p"))
}

fn evict(cluster: &mut Cluster, key: &Key) -> Result<(), u16> {
    let request = Request::Evict(key.clone(), DeleteOptions::default());
    cluster.request(request).map(drop).map_err(|error| error.code())
}

// POD-EVICT-3, POD-COND-13
#[test]
fn an_eviction_through_the_api_asks_the_budget() {
    let running = json!({});
    for (budgets, answer) in [(0, Ok(())), (1, Err(429)), (2, Err(500))] {
        let (mut cluster, key) = guarded(budgets, &running);
        assert_eq!(evict(&mut cluster, &key), answer, "{budgets} budgets");
        let pod = cluster.get::<Pod>("default", "p").unwrap();
        assert_eq!(pod.metadata.deletion_timestamp.is_some(), answer.is_ok());
        let mut reasons = pod.status.conditions.iter().map(|one| one.reason.as_str());
        assert_eq!(reasons.any(|reason| reason == "EvictionByEvictionAPI"), answer.is_ok());
    }
}

// POD-EVICT-3
#[test]
fn a_pod_that_has_ended_waits_or_is_deleted_is_evicted_without_budgets() {
    let pending = json!({"nodeSelector": {"disk": "none"}});
    let ended = json!({"annotations": {"kubernel.dev/program.web": "run 1s"}});
    for (pod, phase) in [(pending, PodPhase::Pending), (ended, PodPhase::Succeeded)] {
        let (mut cluster, key) = guarded(2, &pod);
        assert_eq!(cluster.get::<Pod>("default", "p").unwrap().status.phase, phase);
        assert_eq!(evict(&mut cluster, &key), Ok(()), "{phase}");
        cluster.settle().unwrap();
        assert!(cluster.get::<Pod>("default", "p").is_none(), "{phase}");
    }
    let (mut cluster, key) = guarded(2, &json!({}));
    cluster.delete(&key, DeleteOptions::default()).unwrap();
    assert_eq!(evict(&mut cluster, &key), Ok(()));
}
