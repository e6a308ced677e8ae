//! The first questions that somebody asks of a stand-in for an API server, each with a server's answer.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

#[path = "probes/collect.rs"]
mod collect;
#[path = "probes/control.rs"]
mod control;
#[path = "probes/judge.rs"]
mod judge;
#[path = "probes/read.rs"]
mod read;
#[path = "probes/write.rs"]
mod write;

use kubernel::Cluster;
use kubernel::api::{Key, Kind, Object, ObjectMeta, Strictness, decode_value};
use kubernel::read::{Event, ListOptions, Page};
use serde_json::{Value, json};

/// Without controllers and nodes: what it answers is the API server's doing alone.
fn server() -> Cluster {
    Cluster::builder().build()
}

fn object(value: Value) -> Object {
    decode_value(value, Strictness::Strict).unwrap().object
}

fn key(kind: Kind, name: &str) -> Key {
    Key::new(kind, "default", name)
}

fn meta<'a>(cluster: &'a Cluster, key: &Key) -> &'a ObjectMeta {
    cluster.store().object(key).unwrap_or_else(|| panic!("there is no {key}")).meta()
}

/// A ConfigMap of the namespace `default`; `more` are further members of its metadata.
fn map(name: &str, more: Value) -> Object {
    let mut value = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": more});
    value["metadata"]["name"] = name.into();
    object(value)
}

/// A pod of one container and no node.
fn pod(name: &str, more: Value) -> Object {
    let containers = json!([{"name": "c", "image": "i:1"}]);
    let mut value = json!({"apiVersion": "v1", "kind": "Pod", "metadata": more, "spec": {"containers": containers}});
    value["metadata"]["name"] = name.into();
    object(value)
}

fn by_labels(selector: &str) -> ListOptions {
    ListOptions { label_selector: selector.into(), ..ListOptions::default() }
}

fn by_fields(selector: &str) -> ListOptions {
    ListOptions { field_selector: selector.into(), ..ListOptions::default() }
}

fn names(page: &Page) -> Vec<&str> {
    page.items.iter().map(|object| object.meta().name.as_str()).collect()
}

/// Types and names.
fn told(events: &[Event]) -> Vec<(&str, &str)> {
    let objects = events.iter().filter_map(|event| Some((event.as_str(), event.object()?)));
    objects.map(|(word, object)| (word, object.meta().name.as_str())).collect()
}
