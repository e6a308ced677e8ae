//! Requests of the HTTP API by a client that knows the words and not the rules.

use std::time::Duration;

use kubernel::Cluster;
use kubernel::api::Object;
use kubernel::cluster::node::Capacity;
use kubernel::wire::{Body, Method, Request, Stream, handle};
use serde_json::{Value, json};

use crate::tape::{Tape, WORDS};

const METHODS: &[&str] = &["GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", ""];

const ROOTS: &[&str] =
    &["/api/v1", "/apis/apps/v1", "/apis/policy/v1", "/apis", "/api", "", "/apis/acme.io/v1"];

const SEGMENTS: &[&str] = &[
    "namespaces",
    "default",
    "pods",
    "web",
    "configmaps",
    "deployments",
    "replicasets",
    "nodes",
    "n1",
    "services",
    "status",
    "scale",
    "binding",
    "bindings",
    "eviction",
    "evictions",
    "finalize",
    "resize",
    "ephemeralcontainers",
    "watch",
    "widgets",
    "poddisruptionbudgets",
    "events",
    "%2F",
    "%zz",
    "..",
    "",
];

const QUERIES: &[&str] = &[
    "watch=true",
    "watch=0",
    "limit=1",
    "limit=-1",
    "limit=x",
    "labelSelector=app%3Dweb",
    "labelSelector=%3D",
    "fieldSelector=metadata.name%3Dweb",
    "fieldSelector=spec.nodeName!%3Dn1",
    "fieldSelector=x",
    "continue=x",
    "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0",
    "resourceVersion=0",
    "resourceVersion=3",
    "resourceVersion=99999999999999999999",
    "resourceVersionMatch=Exact",
    "resourceVersionMatch=NotOlderThan",
    "sendInitialEvents=true",
    "allowWatchBookmarks=true",
    "timeoutSeconds=3",
    "timeoutSeconds=-9223372036854775808",
    "timeoutSeconds=9223372036854775807",
    "dryRun=All",
    "dryRun=x",
    "fieldValidation=Strict",
    "fieldValidation=x",
    "fieldManager=%00",
    "force=true",
    "gracePeriodSeconds=0",
    "gracePeriodSeconds=9223372036854775807",
    "propagationPolicy=Foreground",
    "propagationPolicy=x",
    "orphanDependents=true",
    "orphanDependents=false",
    "pretty=true",
    "%3D%3D",
    "+",
];

const MEDIA: &[&str] = &[
    "application/json",
    "application/json; charset=utf-8",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/yaml",
    "application/apply-patch+yaml",
    "",
    ";",
];

const ACCEPTS: &[&str] = &[
    "*/*",
    "application/json",
    "application/yaml",
    "application/json;as=Table;g=meta.k8s.io;v=v1",
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    ";;,=,q=",
    "application/json;q=nan",
];

/// A body of any sort.
fn body(tape: &mut Tape<'_>) -> Vec<u8> {
    let value = match tape.below(5) {
        0 => return (0..tape.below(30)).map(|_| tape.byte() as u8).collect(),
        1 => json!([{"op": tape.of(&["add", "remove", "test", "move"]),
            "path": format!("/metadata/{}", tape.text()), "from": "/spec", "value": tape.number()}]),
        2 => json!({"metadata": {"name": "web"}, "target": {"kind": "Node", "name": "n1"}}),
        3 => json!({"gracePeriodSeconds": tape.number(), "propagationPolicy": tape.of(WORDS),
            "preconditions": {"uid": tape.text()}}),
        _ => tape.invented().and_then(|object| object.to_value().ok()).unwrap_or_default(),
    };
    value.to_string().into_bytes()
}

/// A request that may well be served: about an object, at its own path.
fn sensible(tape: &mut Tape<'_>, bases: &[Object]) -> Request {
    let base = &bases[tape.below(bases.len())];
    let mutated = if tape.one_in(3) { tape.mutated(base) } else { None };
    let object = mutated.as_ref().unwrap_or(base).to_value().unwrap();
    let kind = base.kind();
    let prefix = if kind.group().is_empty() { "/api" } else { "/apis" };
    let namespace = if kind.is_namespaced() { "/namespaces/default" } else { "" };
    let all = format!("{prefix}/{}{namespace}/{}", kind.api_version(), kind.plural());
    let one = format!("{all}/{}", base.meta().name);
    let part = format!("{one}/{}", tape.of(SEGMENTS));
    let labels =
        json!({"metadata": {"labels": {"app": tape.text()}}, "spec": {"replicas": tape.below(4)}});
    let patch = |target: &str, media: &str| {
        Request::new(Method::Patch, target).body(media, labels.to_string())
    };
    match tape.below(12) {
        0..=3 => Request::new(Method::Post, &all).json(&object),
        4 => Request::new(Method::Put, &one).json(&object),
        5 => patch(&one, "application/merge-patch+json"),
        6 => patch(&one, "application/strategic-merge-patch+json"),
        7 => Request::new(Method::Delete, &one),
        8 => Request::new(Method::Delete, &all),
        9 => Request::get(&part),
        10 => patch(&part, "application/merge-patch+json"),
        _ => Request::get(&all),
    }
}

fn path(tape: &mut Tape<'_>) -> String {
    let segments: Vec<&str> = (0..tape.below(6)).map(|_| tape.of(SEGMENTS)).collect();
    format!("{}/{}", tape.of(ROOTS), segments.join("/"))
}

fn request(tape: &mut Tape<'_>, bases: &[Object]) -> Request {
    let mut request = sensible(tape, bases);
    let queries: Vec<&str> = (0..tape.below(4)).map(|_| tape.of(QUERIES)).collect();
    request.query = queries.join("&");
    match tape.below(16) {
        15 => request.path = path(tape),
        14 => request.method = Method::from(tape.of(METHODS)),
        13 => request.content_type = Some(tape.of(MEDIA).into()),
        12 => request.accept = Some(tape.of(ACCEPTS).into()),
        11 => request.body = body(tape),
        _ => {}
    }
    request
}

/// What holds of every answer, and of what a refused request leaves behind.
fn check(cluster: &mut Cluster, request: &Request, streams: &mut Vec<Stream>) {
    let before = cluster.store().revision();
    let response = handle(cluster, request);
    assert!((200..=504).contains(&response.code), "{request:?}");
    let many = request.method == Method::Delete;
    if response.code >= 400 && !many {
        assert_eq!(cluster.store().revision(), before, "{request:?}");
    }
    for (name, value) in response.headers() {
        assert!(!name.is_empty() && !value.contains(['\r', '\n']), "{request:?}: {value}");
    }
    match &response.body {
        Body::Whole(text) if response.content_type == "application/json" => {
            let value: Value = serde_json::from_slice(text).unwrap();
            let is_failure = value["kind"] == "Status" && value["status"] == "Failure";
            assert_eq!(is_failure, response.code >= 400, "{request:?}: {value}");
            assert!(!is_failure || value["code"] == response.code, "{request:?}: {value}");
        }
        Body::Whole(text) => assert!(!text.is_empty()),
        Body::Stream(_) => streams.extend(response.stream()),
    }
}

pub(crate) fn talk(tape: &[u8], bases: &[Object]) {
    let mut tape = Tape::new(tape);
    let mut cluster = Cluster::builder()
        .builtin()
        .node("n1", Capacity::default())
        .custom_kind("acme.io/v1", "Widget")
        .build();
    let mut streams = Vec::new();
    while !tape.is_over() {
        if tape.one_in(6) {
            cluster.advance(Duration::from_secs(tape.below(100) as u64));
            continue;
        }
        let request = request(&mut tape, bases);
        check(&mut cluster, &request, &mut streams);
    }
    for mut stream in streams {
        let lines = stream.poll(&cluster);
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let event: Value = serde_json::from_slice(line).unwrap();
            assert!(event["type"].is_string() && event["object"].is_object());
        }
    }
}
