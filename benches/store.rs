//! The store at the size of a large cluster: 100,000 pods and 10,000 services.

use std::cell::LazyCell;
use std::hint::black_box;

use criterion::{BatchSize, Bencher, Criterion};
use kubernel::api::{
    Container, EnvVar, Key, Kind, Object, ObjectMeta, OwnerReference, Pod, PodPhase, Service,
};
use kubernel::labels::Selector;
use kubernel::store::{Expect, Revision, Store, Term};

use crate::scaled;

fn pods() -> usize {
    scaled(100_000)
}

fn services() -> usize {
    scaled(10_000)
}

/// Pods of the small namespace, which is listed by label.
fn small() -> usize {
    scaled(2_000)
}

fn metadata(namespace: &str, name: String) -> ObjectMeta {
    ObjectMeta { namespace: namespace.into(), name, ..Default::default() }
}

/// Labels as a chart sets them: one that all have, one that tells services apart, one of the replica set.
fn labels(app: usize) -> Vec<(String, String)> {
    vec![
        ("app".into(), format!("web-{app}")),
        ("app.kubernetes.io/managed-by".into(), "Helm".into()),
        ("pod-template-hash".into(), format!("{:x}", app * 7919)),
    ]
}

fn pod(namespace: &str, number: usize, apps: usize) -> Pod {
    let app = number % apps;
    let mut pod =
        Pod { metadata: metadata(namespace, format!("web-{app}-{number}")), ..Default::default() };
    pod.metadata.labels = labels(app).into_iter().collect();
    pod.metadata.owner_references =
        vec![OwnerReference { uid: format!("uid-of-{app}"), ..Default::default() }];
    pod.spec.node_name = format!("node-{}", number % 1_000);
    pod.spec.service_account_name = "default".into();
    let env = |number: usize| EnvVar { name: format!("VARIABLE_{number}"), ..Default::default() };
    pod.spec.containers = vec![Container {
        name: "main".into(),
        image: "registry/app:1".into(),
        env: (0..8).map(env).collect(),
        ..Default::default()
    }];
    pod
}

fn service(namespace: &str, app: usize) -> Service {
    let mut service =
        Service { metadata: metadata(namespace, format!("web-{app}")), ..Default::default() };
    service.spec.selector = labels(app).into_iter().take(2).collect();
    service.spec.cluster_ip = format!("10.96.{}.{}", app / 256, app % 256);
    service
}

fn put(store: &mut Store, object: impl Into<Object>) {
    let object = object.into();
    store.commit(object.key(), Expect::Any, Some(object)).expect("nothing is expected");
}

fn filled(count: usize) -> Store {
    let mut store = Store::new();
    for number in 0..count {
        put(&mut store, pod("prod", number, services()));
    }
    store
}

fn cluster() -> Store {
    let mut store = filled(pods());
    for app in 0..services() {
        put(&mut store, service("prod", app));
    }
    for number in 0..small() {
        put(&mut store, pod("small", number, small() / 10));
    }
    store
}

fn flipped(store: &Store, turn: usize) -> Pod {
    let number = turn * 7919 % pods();
    let mut pod = store
        .get::<Pod>("prod", &format!("web-{}-{number}", number % services()))
        .expect("it was put there")
        .clone();
    pod.status.phase =
        if pod.status.phase == PodPhase::Running { PodPhase::Pending } else { PodPhase::Running };
    pod
}

fn writes(c: &mut Criterion, cluster: &Loaded) {
    // A closure is called once a sample: what is written to lives outside.
    let (mut turn, mut store) = (0, None);
    c.bench_function("store/commit/100k", |b| {
        let store = store.get_or_insert_with(|| Store::clone(cluster));
        b.iter_batched(
            || {
                turn += 1;
                flipped(cluster, turn)
            },
            |pod| put(store, pod),
            BatchSize::SmallInput,
        );
    });
    let mut store = None;
    c.bench_function("store/commit_beside_snapshot/100k", |b| {
        let store = store.get_or_insert_with(|| Store::clone(cluster));
        b.iter_batched(
            || {
                turn += 1;
                flipped(cluster, turn)
            },
            |pod| {
                let seen = store.clone();
                put(store, pod);
                seen
            },
            BatchSize::SmallInput,
        );
    });
    c.bench_function("store/load/10k", |b| b.iter(|| filled(scaled(10_000))));
    bench(c, "store/clone/100k", cluster, |b, store| b.iter(|| store.clone()));
}

/// Has the store loaded before the clock runs.
fn bench(
    c: &mut Criterion,
    id: &str,
    store: &Loaded,
    mut run: impl FnMut(&mut Bencher<'_>, &Store),
) {
    c.bench_function(id, |b| run(b, store));
}

fn reads(c: &mut Criterion, store: &Loaded) {
    let mut turn = 0;
    let keys: Vec<String> = (0..1_000)
        .map(|turn| turn * 7919 % pods())
        .map(|number| format!("web-{}-{number}", number % services()))
        .collect();
    bench(c, "store/get/100k", store, |b, store| {
        b.iter(|| {
            turn += 1;
            store.get::<Pod>("prod", keys.get(turn % keys.len()).expect("in range")).is_some()
        });
    });
    bench(c, "store/object/100k", store, |b, store| {
        let key = Key::new(Kind::Pod, "prod", "web-77-77");
        b.iter(|| store.object(black_box(&key)).is_some());
    });
    bench(c, "store/services_of/10k", store, |b, store| {
        let pods: Vec<Pod> =
            (0..1_000).map(|turn| pod("prod", turn * 7919 % pods(), services())).collect();
        b.iter(|| {
            turn += 1;
            store.services_of(pods.get(turn % pods.len()).expect("in range")).count()
        });
    });
    bench(c, "store/indexed_owner/10", store, |b, store| {
        let term = Term::OwnedBy("uid-of-4711".into());
        b.iter(|| store.indexed(black_box(&term)).count());
    });
    bench(c, "store/at_5000_ago/100k", store, |b, store| {
        b.iter(|| store.at(Revision(store.revision().0 - small() as u64 * 5 / 2)).is_ok());
    });
    bench(c, "store/since_100_ago/100k", store, |b, store| {
        b.iter(|| store.since(Revision(store.revision().0 - 100)).map(Iterator::count));
    });
}

fn lists(c: &mut Criterion, store: &Loaded) {
    for (id, text) in [
        ("store/list_by_label_indexed_10/2k", "app=web-7"),
        ("store/list_by_label_indexed_all/2k", "app.kubernetes.io/managed-by=Helm"),
    ] {
        let selector: Selector = text.parse().expect("a selector");
        bench(c, id, store, |b, store| b.iter(|| store.select::<Pod>("small", &selector).count()));
    }
    bench(c, "store/list_by_label_unindexed_10/2k", store, |b, store| {
        let selector: Selector = "app=web-7".parse().expect("a selector");
        let meets = |pod: &&Pod| selector.matches(&pod.metadata.labels);
        b.iter(|| store.list::<Pod>(Some("small")).filter(meets).count());
    });
    bench(c, "store/list/2k", store, |b, store| {
        b.iter(|| store.list::<Pod>(Some("small")).count())
    });
    bench(c, "store/select_10_of_all/100k", store, |b, store| {
        let selector: Selector =
            "app=web-4711,app.kubernetes.io/managed-by=Helm".parse().expect("a selector");
        b.iter(|| store.select::<Pod>("prod", &selector).count());
    });
}

/// Loaded when the first benchmark that is asked for wants it.
type Loaded = LazyCell<Store>;

/// Everything that is measured here.
pub(crate) fn define(c: &mut Criterion) {
    let store = LazyCell::new(cluster as fn() -> Store);
    reads(c, &store);
    lists(c, &store);
    writes(c, &store);
}
