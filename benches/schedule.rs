//! One decision of the scheduler in a cluster of 100 nodes with 30 pods each.

use std::hint::black_box;

use criterion::Criterion;
use kubernel::api::{
    Affinity, Container, Key, Kind, LabelSelector, Node, Object, ObjectMeta, Pod, PodAffinityTerm,
    PodAntiAffinity, TopologySpreadConstraint, UnsatisfiableConstraintAction,
};
use kubernel::control::builtin::Scheduler;
use kubernel::store::{Expect, Store};
use kubernel::time::{Instant, Time};
use kubernel::{Controller, View};

const NODES: usize = 100;
const PODS: usize = 30;

fn metadata(namespace: &str, name: String, labels: &[(&str, String)]) -> ObjectMeta {
    let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    ObjectMeta { namespace: namespace.into(), name, labels, ..ObjectMeta::default() }
}

fn put(store: &mut Store, object: impl Into<Object>) {
    let object = object.into();
    store.commit(object.key(), Expect::Any, Some(object)).unwrap();
}

fn node(number: usize) -> Node {
    let labels = [
        ("kubernetes.io/hostname", format!("n{number}")),
        ("topology.kubernetes.io/zone", format!("z{}", number % 3)),
    ];
    let mut node =
        Node { metadata: metadata("", format!("n{number}"), &labels), ..Node::default() };
    for (name, amount) in [("cpu", "8"), ("memory", "32Gi"), ("pods", "110")] {
        node.status.allocatable.insert(name.into(), amount.parse().unwrap());
    }
    node
}

fn pod(name: String, app: usize, node: &str) -> Pod {
    let labels = [("app", format!("web-{app}"))];
    let mut pod = Pod { metadata: metadata("prod", name, &labels), ..Pod::default() };
    let mut container =
        Container { name: "main".into(), image: "registry/app:1".into(), ..Container::default() };
    for (name, amount) in [("cpu", "100m"), ("memory", "128Mi")] {
        container.resources.requests.insert(name.into(), amount.parse().unwrap());
    }
    pod.spec.containers = vec![container];
    pod.spec.node_name = node.into();
    pod.spec.scheduler_name = "default-scheduler".into();
    pod
}

fn world() -> Store {
    let mut store = Store::new();
    for number in 0..NODES {
        put(&mut store, node(number));
        for n in 0..PODS {
            put(&mut store, pod(format!("p{number}-{n}"), n % 10, &format!("n{number}")));
        }
    }
    put(&mut store, pod("plain".into(), 0, ""));

    let selector = LabelSelector {
        match_labels: [("app".to_owned(), "web-1".to_owned())].into(),
        ..LabelSelector::default()
    };
    let mut spread = pod("spread".into(), 1, "");
    spread.spec.topology_spread_constraints = vec![TopologySpreadConstraint {
        max_skew: 100,
        topology_key: "topology.kubernetes.io/zone".into(),
        when_unsatisfiable: UnsatisfiableConstraintAction::DoNotSchedule,
        label_selector: Some(Box::new(selector)),
        ..TopologySpreadConstraint::default()
    }];
    let others = LabelSelector {
        match_labels: [("app".to_owned(), "other".to_owned())].into(),
        ..LabelSelector::default()
    };
    let term = PodAffinityTerm {
        label_selector: Some(Box::new(others)),
        topology_key: "kubernetes.io/hostname".into(),
        ..PodAffinityTerm::default()
    };
    spread.spec.affinity = Some(Box::new(Affinity {
        pod_anti_affinity: Some(Box::new(PodAntiAffinity {
            required_during_scheduling_ignored_during_execution: vec![term],
            ..PodAntiAffinity::default()
        })),
        ..Affinity::default()
    }));
    put(&mut store, spread);

    let mut picky = pod("picky".into(), 0, "");
    picky.spec.node_selector = [("kubernetes.io/hostname".to_owned(), "n7".to_owned())].into();
    put(&mut store, picky);
    store
}

pub(crate) fn define(criterion: &mut Criterion) {
    let store = world();
    let view = View { store: &store, now: Instant::START, epoch: Time::EPOCH };
    let mut group = criterion.benchmark_group("schedule/place");
    for name in ["plain", "spread", "picky"] {
        let key = Key::new(Kind::Pod, "prod", name);
        let plan = Scheduler.reconcile(&key, view, &mut |_| 0);
        assert_eq!(plan.intents.iter().map(|intent| intent.verb()).collect::<Vec<_>>(), ["bind"]);
        group.bench_function(format!("{name}/{NODES}x{PODS}"), |bencher| {
            bencher.iter(|| Scheduler.reconcile(black_box(&key), view, &mut |_| 0));
        });
    }
    group.finish();
}
