//! What is damaged: manifests, and objects of the kinds that a cluster acts on.

use kubernel::api::{Kind, Object, Strictness, decode_all};
use serde_json::json;

pub(crate) const MANIFESTS: [&str; 4] = [
    include_str!("../../examples/manifests/quickstart.yaml"),
    include_str!("../../examples/manifests/wordpress.yaml"),
    include_str!("../../examples/manifests/guestbook.yaml"),
    include_str!("../../examples/manifests/statefulset.yaml"),
];

/// One valid object or more of every kind that a cluster acts on.
pub(crate) fn bases() -> Vec<Object> {
    let pod = json!({"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80, "name": "http"}],
        "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "1Gi"}},
        "env": [{"name": "A", "value": "$(B)"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        "readinessProbe": {"httpGet": {"port": "http"}, "periodSeconds": 1},
        "volumeMounts": [{"name": "v", "mountPath": "/v"}]}],
        "initContainers": [{"name": "i", "image": "i"}],
        "tolerations": [{"operator": "Exists"}], "terminationGracePeriodSeconds": 5,
        "volumes": [{"name": "v", "emptyDir": {}}, {"name": "d", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "p", "projected": {"sources": [{"downwardAPI": {"items": [{"path": "l", "fieldRef": {"fieldPath": "metadata.labels"}}]}}]}}],
        "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}}],
        "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1,
            "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname", "labelSelector": {}}}]}}});
    let pod_template = json!({"metadata": {"labels": {"app": "web"}}, "spec": pod});
    let selector = json!({"matchLabels": {"app": "web"}});
    let mut once = pod_template["spec"].clone();
    once["restartPolicy"] = json!("Never");
    let meta = json!({"name": "web", "namespace": "default", "labels": {"app": "web"},
        "annotations": {"kubernel.dev/program.c": "run 4s; exit 1 | ready after 2s"}});
    let hooks =
        json!({"postStart": {"exec": {"command": ["a"]}}, "preStop": {"httpGet": {"port": 80}}});
    let probe = json!({"httpGet": {"port": 80}, "periodSeconds": 1, "failureThreshold": 1});
    let hooked = json!({"nodeName": "n1", "terminationGracePeriodSeconds": 5,
        "initContainers": [{"name": "s", "image": "i", "restartPolicy": "Always", "lifecycle": hooks}],
        "containers": [{"name": "c", "image": "i", "lifecycle": hooks, "livenessProbe": probe,
            "startupProbe": probe, "readinessProbe": probe}, {"name": "d", "image": "i"}]});
    let slow = json!({"kubernel.dev/program.s": "postStart takes 2s; preStop takes 3s; stop after 2s",
        "kubernel.dev/program.c": "postStart takes 3s; run 9s; exit 1 | postStart fails | live until 4s",
        "kubernel.dev/program.d": "ignore stop"});
    let own = [
        ("v1", "Pod", json!({"metadata": {"name": "hooked", "annotations": slow}, "spec": hooked})),
        ("v1", "Pod", json!({"metadata": meta, "spec": pod})),
        ("v1", "Pod", json!({"metadata": meta, "spec": once})),
        (
            "apps/v1",
            "ReplicaSet",
            json!({"metadata": meta,
            "spec": {"replicas": 2, "selector": selector, "template": pod_template}}),
        ),
        (
            "apps/v1",
            "Deployment",
            json!({"metadata": meta,
            "spec": {"replicas": 2, "selector": selector, "template": pod_template,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}}}}),
        ),
        (
            "v1",
            "Service",
            json!({"metadata": meta, "spec": {"selector": {"app": "web"},
            "sessionAffinity": "None", "ports": [{"port": 80, "targetPort": "http"}]}}),
        ),
        (
            "v1",
            "PersistentVolume",
            json!({"metadata": {"name": "a"}, "spec": {"capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/a"}, "storageClassName": "slow",
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions":
                [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["n1"]}]}]}}}}),
        ),
        (
            "v1",
            "PersistentVolumeClaim",
            json!({"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
            "storageClassName": "slow", "resources": {"requests": {"storage": "1Gi"}}}}),
        ),
        (
            "storage.k8s.io/v1",
            "StorageClass",
            json!({"metadata": {"name": "slow"},
            "provisioner": "example.com/x", "volumeBindingMode": "WaitForFirstConsumer"}),
        ),
        ("v1", "Namespace", json!({"metadata": {"name": "shop"}})),
        (
            "v1",
            "Node",
            json!({"metadata": {"name": "n3"}, "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}}),
        ),
        (
            "policy/v1",
            "PodDisruptionBudget",
            json!({"metadata": meta, "spec": {"minAvailable": 1, "selector": selector}}),
        ),
        (
            "v1",
            "Endpoints",
            json!({"metadata": meta, "subsets": [{"addresses": [{"ip": "1.2.3.4"}], "ports": [{"port": 1}]}]}),
        ),
        (
            "discovery.k8s.io/v1",
            "EndpointSlice",
            json!({"metadata": meta, "addressType": "IPv4",
            "endpoints": [{"addresses": ["1.2.3.4"]}], "ports": [{"port": 1}]}),
        ),
        ("v1", "ResourceQuota", json!({"metadata": meta, "spec": {"hard": {"pods": "3"}}})),
        (
            "v1",
            "LimitRange",
            json!({"metadata": meta, "spec": {"limits": [{"type": "Container", "max": {"cpu": "1"}}]}}),
        ),
        (
            "batch/v1",
            "Job",
            json!({"metadata": meta, "spec": {"template": {"metadata": {}, "spec": once}}}),
        ),
        (
            "apps/v1",
            "DaemonSet",
            json!({"metadata": meta, "spec": {"selector": selector, "template": pod_template}}),
        ),
    ];
    let mut bases: Vec<Object> = own
        .into_iter()
        .map(|(version, kind, value)| Kind::of(version, kind).read(value).unwrap())
        .collect();
    for text in MANIFESTS {
        bases.extend(
            decode_all(text, Strictness::Strict).into_iter().map(|one| one.unwrap().object),
        );
    }
    bases
}
