//! The suite about requests: each step as a client sends it, and what it is answered in the normal form of the
//! suite.

use std::collections::BTreeMap;

use kubernel::Cluster;
use kubernel::api::{Kind, Object, Status, Strictness, decode_all, decode_value};
use kubernel::wire::{Body, Method, Request, Stream, handle};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::super::support::{decode, text};
use super::normal::{Normal, marked};

/// What `@ns` stands for here.
pub(super) const NAMESPACE: &str = "the-namespace-of-the-trace";

pub(crate) fn api_trace(input: &Value) -> Value {
    let mut trace = Trace::default();
    // Upstream's memory begins after its own first writes.
    let start = trace.cluster.store().revision();
    trace.cluster.compact(start);
    for step in input["steps"].as_array().unwrap() {
        let step = trace.named(step);
        let response = handle(&mut trace.cluster, &request(&step));
        if text(&step, "op") == "watch" {
            trace.watched.push(trace.answers.len() + 1);
        }
        let body = match response.body {
            Body::Whole(text) => serde_json::from_slice(&text).unwrap(),
            Body::Stream(stream) => {
                trace.watches.insert(trace.answers.len() + 1, *stream);
                Value::Null
            }
        };
        trace.answers.push(Answer { code: response.code, body, prefix: prefix(&step) });
    }
    trace.normal()
}

/// What came of a step.
struct Answer {
    code: u16,
    body: Value,
    /// The `generateName` of an object that was sent without a name.
    prefix: Option<String>,
}

#[derive(Default)]
struct Trace {
    cluster: Cluster,
    answers: Vec<Answer>,
    /// The steps that asked for a watch, and the watches that they got.
    watched: Vec<usize>,
    watches: BTreeMap<usize, Stream>,
}

fn prefix(step: &Value) -> Option<String> {
    let meta = &step["body"]["metadata"];
    text(meta, "name").is_empty().then(|| text(meta, "generateName").to_owned())
}

/// The request of a step.
fn request(step: &Value) -> Request {
    let method = match text(step, "op") {
        "create" => Method::Post,
        "update" => Method::Put,
        "patch" => Method::Patch,
        "get" | "list" | "watch" => Method::Get,
        "delete" | "deletecollection" => Method::Delete,
        other => panic!("unknown op {other}"),
    };
    let request = Request::new(method, &(path(step) + &query(step)));
    let body = &step["body"];
    if body.is_null() {
        return request; // A client without a body sends no content type either.
    }
    let media_type = match text(step, "patchType") {
        "json" => "application/json-patch+json",
        "merge" => "application/merge-patch+json",
        "strategic" => "application/strategic-merge-patch+json",
        _ => "application/json",
    };
    request.body(media_type, body.to_string())
}

fn path(step: &Value) -> String {
    let plural = text(step, "resource");
    let kind = Kind::ALL.iter().find(|kind| kind.plural() == plural).unwrap();
    let prefix = if kind.group().is_empty() { "/api" } else { "/apis" };
    let mut path = format!("{prefix}/{}", kind.api_version());
    let mut add = |segment: &str| path = format!("{path}/{}", encoded(segment));
    let namespace = step.get("namespace").map_or(NAMESPACE, |name| name.as_str().unwrap());
    if kind.is_namespaced() && !namespace.is_empty() {
        add("namespaces");
        add(namespace);
    }
    add(plural);
    for segment in [text(step, "name"), text(step, "subresource")] {
        if !segment.is_empty() {
            add(segment);
        }
    }
    path
}

fn query(step: &Value) -> String {
    let pairs = step.get("query").and_then(Value::as_object).into_iter().flatten();
    let pair =
        |(name, value): (&String, &Value)| format!("{name}={}", encoded(value.as_str().unwrap()));
    let mut pairs: Vec<String> = pairs.map(pair).collect();
    if text(step, "op") == "watch" {
        pairs.push("watch=true".into());
    }
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Trace {
    /// The step with what `@ns`, `$rv:N`, `$uid:N` and `$continue:N` stand for.
    fn named(&self, step: &Value) -> Value {
        let mut step = step.clone();
        self.name(&mut step);
        step
    }

    fn name(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let with = text.replace("@ns", NAMESPACE);
                *text = match with.strip_prefix('$').and_then(|text| text.split_once(':')) {
                    Some((what, step)) => self.earlier(what, step.parse().unwrap()),
                    None => with,
                };
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.name(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.name(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn earlier(&self, what: &str, step: usize) -> String {
        let body = &self.answers[step - 1].body;
        let meta = &body["metadata"];
        let version = text(meta, "resourceVersion");
        match what {
            "rv" => version.into(),
            "uid" if meta["uid"].is_null() => text(&body["details"], "uid").into(),
            "uid" => text(meta, "uid").into(),
            "continue" => text(meta, "continue").into(),
            "rv+1000000" => (version.parse::<u64>().unwrap() + 1_000_000).to_string(),
            other => panic!("unknown reference {other}"),
        }
    }

    fn normal(mut self) -> Value {
        let mut normal = Normal::new(self.cluster.time());
        let steps: Vec<Value> = self.answers.iter().map(|it| written(&mut normal, it)).collect();
        let mut watches = Map::new();
        for step in &self.watched {
            // The objects that existed come by key already.
            let lines = self.watches.get_mut(step).map(|it| it.poll(&self.cluster));
            let lines = String::from_utf8(lines.unwrap_or_default()).unwrap();
            let events: Value = lines.lines().map(|line| told(&mut normal, line)).collect();
            watches.insert(step.to_string(), events);
        }
        let mut out = json!({ "steps": steps });
        if !watches.is_empty() {
            out["watches"] = watches.into();
        }
        normal.finish(out)
    }
}

fn written(normal: &mut Normal, answer: &Answer) -> Value {
    let body = &answer.body;
    let mut out = match text(body, "kind") {
        "" => json!({}),
        "Status" => {
            let mut status: Status = decode(body);
            // Of a name that was drawn only the prefix is told.
            if let (Some(details), Some(prefix)) = (status.details.as_mut(), &answer.prefix) {
                details.name = marked(&details.name, prefix);
            }
            normal.status(&status)
        }
        kind if kind.ends_with("List") => listed(normal, body),
        _ => normal.object(&object(body)),
    };
    out["code"] = answer.code.into();
    out
}

fn object(value: &Value) -> Object {
    decode_value(value.clone(), Strictness::Strict).unwrap().object
}

fn listed(normal: &mut Normal, list: &Value) -> Value {
    let items = decode_all(list.to_string(), Strictness::Strict);
    let items: Vec<Value> =
        items.iter().map(|it| normal.object(&it.as_ref().unwrap().object)).collect();
    let mut out = json!({ "kind": list["kind"], "items": items });
    if list["metadata"].get("continue").is_some() {
        out["continue"] = true.into();
    }
    if let Some(left) = list["metadata"].get("remainingItemCount") {
        out["remainingItemCount"] = left.clone();
    }
    out
}

fn told(normal: &mut Normal, line: &str) -> Value {
    let event: Value = serde_json::from_str(line).unwrap();
    let object = match text(&event, "type") {
        "ERROR" => {
            let status: Status = decode(&event["object"]);
            let mut out = normal.status(&status);
            out["code"] = status.code.into();
            out
        }
        _ => normal.object(&object(&event["object"])),
    };
    json!({ "type": event["type"], "object": object })
}
