//! One pod of 2.8 KB, as a cluster has it: through our types and through k8s-openapi's.

use std::hint::black_box;

use criterion::Criterion;
use k8s_openapi::api::core::v1 as k8s;
use kubernel::api::{Pod, Strictness, decode};

const POD: &str = include_str!("pod.json");

pub(crate) fn define(c: &mut Criterion) {
    let ours: Pod = serde_json::from_str(POD).expect("the pod is well formed");
    let theirs: k8s::Pod = serde_json::from_str(POD).expect("the pod is well formed");

    c.bench_function("api/decode/pod", |b| {
        b.iter(|| serde_json::from_str::<Pod>(black_box(POD)));
    });
    c.bench_function("api/decode-checked/pod", |b| {
        b.iter(|| decode(black_box(POD), Strictness::Strict));
    });
    c.bench_function("api/decode/k8s-openapi", |b| {
        b.iter(|| serde_json::from_str::<k8s::Pod>(black_box(POD)));
    });
    c.bench_function("api/encode/pod", |b| {
        b.iter(|| serde_json::to_vec(black_box(&ours)));
    });
    c.bench_function("api/encode/k8s-openapi", |b| {
        b.iter(|| serde_json::to_vec(black_box(&theirs)));
    });
    c.bench_function("api/clone/pod", |b| b.iter(|| black_box(&ours).clone()));
    c.bench_function("api/clone/k8s-openapi", |b| b.iter(|| black_box(&theirs).clone()));
}
