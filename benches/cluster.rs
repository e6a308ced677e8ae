//! The cluster: requests, steps, forks, and what one change costs among many objects.

use std::cell::LazyCell;
use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use kubernel::admission::Patch;
use kubernel::api::{
    ConditionStatus, ConfigMap, Container, Key, Kind, Node, ObjectMeta, Pod, PodCondition,
    PodConditionType, PodIP, PodPhase, PodSpec, Service, ServicePort,
};
use kubernel::cluster::{First, Step};
use kubernel::control::builtin::EndpointSlices;
use kubernel::read::{ListOptions, Watch};
use kubernel::time::Instant;
use kubernel::{Cluster, Controller, Plan, View};
use serde_json::json;

use crate::scaled;

fn pods() -> usize {
    scaled(100_000)
}

fn services() -> usize {
    scaled(10_000)
}

fn metadata(name: String) -> ObjectMeta {
    ObjectMeta { namespace: "default".into(), name, ..Default::default() }
}

fn labels(app: usize) -> [(String, String); 2] {
    [("app".into(), format!("web-{app}")), ("tier".into(), "front".into())]
}

fn pod(number: usize) -> Pod {
    let containers =
        vec![Container { name: "main".into(), image: "app:1".into(), ..Default::default() }];
    let mut metadata = metadata(format!("web-{number}"));
    metadata.labels = labels(number % services()).into();
    let node_name = format!("node-{}", number % 100);
    Pod {
        metadata,
        spec: PodSpec { containers, node_name, ..Default::default() },
        ..Default::default()
    }
}

fn service(app: usize) -> Service {
    let mut service = Service { metadata: metadata(format!("web-{app}")), ..Default::default() };
    service.spec.selector = labels(app).into_iter().take(1).collect();
    service.spec.ports = vec![ServicePort { port: 80, ..Default::default() }];
    service
}

/// The pod as its node reports it.
fn running(number: usize, ready: bool) -> Pod {
    let mut pod = pod(number);
    pod.status.phase = PodPhase::Running;
    let ip = format!("10.{}.{}.{}", 128 + number / 65_536, number / 256 % 256, number % 256);
    pod.status.pod_ip.clone_from(&ip);
    pod.status.pod_ips = vec![PodIP { ip }];
    let status = if ready { ConditionStatus::True } else { ConditionStatus::False };
    pod.status.conditions =
        vec![PodCondition { type_: PodConditionType::Ready, status, ..Default::default() }];
    pod
}

fn large() -> Cluster {
    let mut cluster = Cluster::builder().controller(EndpointSlices).trace_limit(1_000).build();
    for number in 0..100 {
        let metadata = ObjectMeta { name: format!("node-{number}"), ..Default::default() };
        cluster.create(Node { metadata, ..Default::default() }).unwrap();
    }
    for number in 0..pods() {
        cluster.create(pod(number)).unwrap();
        cluster.update_status(running(number, true)).unwrap();
    }
    for app in 0..services() {
        cluster.create(service(app)).unwrap();
    }
    cluster
}

/// Looks at every config map and wants nothing.
#[derive(Debug)]
struct Idle;

impl Controller for Idle {
    fn name(&self) -> &'static str {
        "idle"
    }

    fn observe(&self, change: &kubernel::store::Change, _: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::ConfigMap {
            queue(change.key.clone());
        }
    }

    fn reconcile(&self, _: &Key, _: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        Plan::default()
    }
}

fn small(maps: usize) -> Cluster {
    let mut cluster = Cluster::builder().controller(Idle).build();
    for number in 0..maps {
        let metadata = metadata(format!("m-{number}"));
        cluster.create(ConfigMap { metadata, ..Default::default() }).unwrap();
    }
    cluster
}

/// Lets everything happen and counts the steps.
fn drain(mut cluster: Cluster) -> usize {
    let mut steps = 0;
    while let Some(step) = cluster.enabled().get(0).filter(|it| !matches!(it, Step::Advance { .. }))
    {
        cluster.step(&step).unwrap();
        steps += 1;
    }
    steps
}

pub(crate) fn define(criterion: &mut Criterion) {
    let base = small(1_000);
    criterion.bench_function("cluster/idle_steps/1000", |bencher| {
        bencher.iter_batched(
            || base.fork(),
            |cluster| black_box(drain(cluster)),
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("cluster/create_pod/1", |bencher| {
        let mut cluster = Cluster::builder().trace_limit(1_000).build();
        let mut number = 0;
        bencher.iter(|| {
            number += 1;
            cluster.create(pod(number)).unwrap()
        });
    });
    criterion.bench_function("cluster/create_config_map/1", |bencher| {
        let mut cluster = Cluster::builder().trace_limit(1_000).build();
        let mut number = 0;
        bencher.iter_batched(
            || {
                number += 1;
                let data = [("key".into(), "value".into())].into();
                ConfigMap { metadata: metadata(format!("m-{number}")), data, ..Default::default() }
            },
            |map| cluster.create(map).unwrap(),
            BatchSize::SmallInput,
        );
    });
    watches(criterion);
    at_scale(criterion);
}

/// What a change costs beside watches that nobody has read yet.
fn watches(criterion: &mut Criterion) {
    for open in [0, 1_000] {
        criterion.bench_function(&format!("cluster/update_beside_watches/{open}"), |bencher| {
            let mut cluster = small(1);
            let all = ListOptions::default();
            let watch = |_| cluster.watch(&Kind::ConfigMap, Some("default"), &all).unwrap();
            let watches: Vec<Watch> = (0..open).map(watch).collect();
            let key = Key::new(Kind::ConfigMap, "default", "m-0");
            let mut number = 0;
            bencher.iter(|| {
                number += 1;
                let labels = json!({"metadata": {"labels": {"n": number.to_string()}}});
                cluster.patch(Patch::merge(key.clone(), labels)).unwrap()
            });
            black_box(watches);
        });
    }
    criterion.bench_function("cluster/page_by_label_10/2k", |bencher| {
        let mut cluster = Cluster::builder().build();
        for number in 0..scaled(2_000) {
            let mut pod = pod(number);
            pod.metadata.labels = [("app".into(), format!("web-{}", number % scaled(200)))].into();
            cluster.create(pod).unwrap();
        }
        let options = ListOptions { label_selector: "app=web-1".into(), ..Default::default() };
        bencher.iter(|| cluster.page(&Kind::Pod, Some("default"), &options).unwrap());
    });
}

fn at_scale(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cluster");
    group.sample_size(10);
    let loaded = LazyCell::new(large);
    group.bench_function("fork/110000", |bencher| {
        let loaded: &Cluster = &loaded;
        bencher.iter(|| black_box(loaded.fork()));
    });
    group.bench_function("first_settle/10000_services", |bencher| {
        bencher.iter_batched(
            || loaded.fork(),
            |mut cluster| {
                cluster.run(&mut First, Instant::START);
                cluster
            },
            BatchSize::LargeInput,
        );
    });
    drop(loaded);
    group.sample_size(50);
    // The closure is called once a sample, and no pod is to be met twice soon.
    let (mut settled, mut flips) = (None, 0_usize);
    group.bench_function("pod_flips/100000_pods", |bencher| {
        let cluster = settled.get_or_insert_with(settled_large);
        bencher.iter_batched(
            || {
                flips += 1;
                running(flips * 7_919 % pods(), (flips / pods()) % 2 == 1)
            },
            |pod| {
                cluster.update_status(pod).unwrap();
                cluster.run(&mut First, Instant::START)
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn settled_large() -> Cluster {
    let mut cluster = large();
    cluster.run(&mut First, Instant::START);
    cluster
}
