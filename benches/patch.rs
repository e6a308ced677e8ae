//! Patches to a pod of 750 bytes: each way once, from owned JSON to owned JSON.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use kubernel::api::Kind;
use kubernel::patch;
use serde_json::{Value, json};

/// About 750 bytes as JSON text.
pub(crate) fn pod() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web-5d4f8c7b9-x2x7p",
            "namespace": "shop",
            "labels": {"app": "web", "tier": "frontend", "pod-template-hash": "5d4f8c7b9"},
            "finalizers": ["example.com/drain"],
        },
        "spec": {
            "restartPolicy": "Always",
            "containers": [
                {
                    "name": "web",
                    "image": "registry.example.com/web:1.4.2",
                    "ports": [{"containerPort": 8080, "protocol": "TCP", "name": "http"}],
                    "env": [{"name": "LEVEL", "value": "info"}, {"name": "PORT", "value": "8080"}],
                    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
                    "volumeMounts": [{"name": "data", "mountPath": "/var/data"}],
                },
                {"name": "sidecar", "image": "registry.example.com/sidecar:2.0.0"},
            ],
            "volumes": [{"name": "data", "emptyDir": {}}],
        },
    })
}

pub(crate) fn define(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch");
    let shape = Kind::Pod.shape().unwrap();
    let strategic = json!({
        "metadata": {"labels": {"tier": null, "canary": "yes"}},
        "spec": {"containers": [
            {"name": "web", "image": "registry.example.com/web:1.5.0", "env": [{"name": "LEVEL", "value": "debug"}]},
        ]},
    });
    let merge = json!({"metadata": {"labels": {"tier": null, "canary": "yes"}}, "spec": {"nodeName": "n1"}});
    let operations = json!([
        {"op": "test", "path": "/metadata/labels/app", "value": "web"},
        {"op": "replace", "path": "/spec/containers/0/image", "value": "registry.example.com/web:1.5.0"},
        {"op": "add", "path": "/metadata/finalizers/-", "value": "example.com/audit"},
        {"op": "remove", "path": "/metadata/labels/tier"},
    ]);
    let modified = patch::strategic(shape, pod(), &strategic).unwrap();

    group.bench_function("strategic/750B", |bench| {
        let apply = |pod| patch::strategic(shape, pod, black_box(&strategic)).unwrap();
        bench.iter_batched(pod, apply, BatchSize::SmallInput);
    });
    group.bench_function("merge/750B", |bench| {
        let apply = |pod| patch::merge(pod, black_box(&merge)).unwrap();
        bench.iter_batched(pod, apply, BatchSize::SmallInput);
    });
    group.bench_function("json/750B", |bench| {
        let apply = |pod| patch::json(pod, black_box(&operations)).unwrap();
        bench.iter_batched(pod, apply, BatchSize::SmallInput);
    });
    group.bench_function("diff/750B", |bench| {
        let original = pod();
        bench.iter(|| patch::diff(shape, black_box(&original), black_box(&modified)).unwrap());
    });
    group.finish();
}
