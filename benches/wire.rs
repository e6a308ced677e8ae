//! Requests of the HTTP API, from the bytes of a body to the bytes of the answer.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use kubernel::Cluster;
use kubernel::wire::{Body, Method, Request, handle};
use serde_json::{Value, json};

use crate::{patch, scaled};

const PODS: &str = "/api/v1/namespaces/default/pods";

fn pod(name: &str, app: usize) -> Value {
    let mut pod = patch::pod();
    pod["metadata"] = json!({"name": name, "labels": {"app": format!("web-{app}")}});
    pod
}

fn with(pods: usize) -> Cluster {
    let mut cluster = Cluster::default();
    for number in 0..pods {
        let body = pod(&format!("web-{number}"), number % 200);
        let response = handle(&mut cluster, &Request::new(Method::Post, PODS).json(&body));
        assert_eq!(response.code, 201);
    }
    cluster
}

pub(crate) fn define(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wire");
    let pods = scaled(2_000);

    group.bench_function("create_pod/750B", |bench| {
        let cluster = with(1);
        let request = Request::new(Method::Post, PODS).json(&pod("new", 1));
        let create = |mut cluster| handle(&mut cluster, black_box(&request));
        bench.iter_batched(|| cluster.fork(), create, BatchSize::SmallInput);
    });
    group.bench_function("get/pod", |bench| {
        let mut cluster = with(pods);
        let request = Request::get(&format!("{PODS}/web-7"));
        bench.iter(|| handle(&mut cluster, black_box(&request)));
    });
    group.bench_function("list_by_label/2000", |bench| {
        let mut cluster = with(pods);
        let request = Request::get(&format!("{PODS}?labelSelector=app%3Dweb-7"));
        bench.iter(|| handle(&mut cluster, black_box(&request)));
    });
    group.bench_function("watch_one_change/2000", |bench| {
        let mut cluster = with(pods);
        let watch = Request::get(
            "/api/v1/pods?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan",
        );
        let Body::Stream(stream) = handle(&mut cluster, &watch).body else { return };
        let change = Request::new(Method::Post, PODS).json(&pod("new", 1));
        assert_eq!(handle(&mut cluster, &change).code, 201);
        let poll = |mut stream: Box<kubernel::wire::Stream>| stream.poll(&cluster);
        bench.iter_batched(|| stream.clone(), poll, BatchSize::SmallInput);
    });
    group.finish();
}
