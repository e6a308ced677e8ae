//! How often the slice controller looks at a service.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use kubernel::Cluster;
use kubernel::admission::Patch;
use kubernel::api::{EndpointSlice, Key, Kind, Strictness, decode_value};
use kubernel::cluster::{Fault, Step};
use kubernel::control::builtin::EndpointSlices;
use serde_json::{Value, json};

fn put(cluster: &mut Cluster, value: Value) -> Key {
    cluster.create(decode_value(value, Strictness::Strict).unwrap().object).unwrap()
}

/// Lets everything happen, and tells how often a key was looked at.
fn looks(cluster: &mut Cluster) -> usize {
    let mut looks = 0;
    while let Some(step) = cluster.enabled().get(0) {
        looks += usize::from(matches!(step, Step::Reconcile { .. }));
        cluster.step(&step).unwrap();
    }
    looks
}

fn ready(cluster: &Cluster) -> Vec<Option<bool>> {
    let slices = cluster.list::<EndpointSlice>(None);
    slices.flat_map(|slice| &slice.endpoints).map(|endpoint| endpoint.conditions.ready).collect()
}

fn cluster() -> (Cluster, Key) {
    let mut cluster = Cluster::builder().controller(EndpointSlices).faults(1).build();
    put(&mut cluster, json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}}));
    put(
        &mut cluster,
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
    );
    let containers = json!([{"name": "c", "image": "i:1"}]);
    let pod = put(
        &mut cluster,
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"app": "web"}},
            "spec": {"nodeName": "n1", "containers": containers}}),
    );
    looks(&mut cluster);
    (cluster, pod)
}

fn report(cluster: &mut Cluster, pod: &Key, ready: &str) {
    let status = json!({"phase": "Running", "podIP": "10.244.0.2", "podIPs": [{"ip": "10.244.0.2"}],
        "conditions": [{"type": "Ready", "status": ready}]});
    let patch = Patch::merge(pod.clone(), json!({"status": status}));
    cluster.patch(patch.of_status()).unwrap();
}

#[test]
fn its_own_writes_do_not_bring_a_service_back() {
    let (mut cluster, pod) = cluster();
    for (word, expected) in [("True", true), ("False", false), ("True", true)] {
        report(&mut cluster, &pod, word);
        assert_eq!(looks(&mut cluster), 1);
        assert_eq!(ready(&cluster), [Some(expected)]);
    }
}

#[test]
fn the_writes_of_others_bring_a_service_back() {
    let (mut cluster, pod) = cluster();
    report(&mut cluster, &pod, "True");
    looks(&mut cluster);
    let slice = cluster.store().objects(&Kind::EndpointSlice, None).next().unwrap().key();
    cluster.patch(Patch::merge(slice.clone(), json!({"endpoints": []}))).unwrap();
    assert_eq!(looks(&mut cluster), 1);
    assert_eq!(ready(&cluster), [Some(true)]);
    cluster.delete(&slice, Default::default()).unwrap();
    assert_eq!(looks(&mut cluster), 1);
    assert_eq!(ready(&cluster), [Some(true)]);
}

#[test]
fn one_that_restarts_does_not_know_which_writes_are_its_own() {
    let (mut cluster, pod) = cluster();
    report(&mut cluster, &pod, "True");
    // The slice is written, and the writer has not heard of it.
    while ready(&cluster).is_empty() {
        let step = cluster.enabled().get(0).unwrap();
        cluster.step(&step).unwrap();
    }
    let (seat, _) = cluster.actors().next().unwrap();
    cluster.step(&Step::Fault(Fault::Restart(seat))).unwrap();
    let before = cluster.store().revision();
    assert_eq!(looks(&mut cluster), 1);
    assert_eq!(cluster.store().revision(), before, "all is well already");
}
