//! The suite about requests: each step through the verbs of a cluster, and its answer in the normal form of
//! the suite.

use std::collections::BTreeMap;

use kubernel::Cluster;
use kubernel::admission::{ApiError, Patch, Request, Strategy};
use kubernel::api::{Binding, DeleteOptions, Key, Kind, Object, Status, Strictness, decode_value};
use kubernel::meta::PatchOptions;
use kubernel::read::{Event, ListOptions, Page, Watch};
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
        let answer = trace.answer(&step);
        let answer = answer.unwrap_or_else(|error| step.refused(error.status()));
        if step.word("op") == "watch" {
            trace.watched.push(trace.answers.len() + 1);
        }
        trace.answers.push(answer);
    }
    trace.normal()
}

/// What came of a step.
struct Answer {
    code: i32,
    body: Body,
}

enum Body {
    Object(Object),
    List(Kind, Page),
    Status(Status),
    Watch,
}

impl Answer {
    fn object(code: i32, object: Object) -> Self {
        Self { code, body: Body::Object(object) }
    }

    fn success(code: i32) -> Self {
        let status = Status { status: "Success".into(), ..Status::default() };
        Self { code, body: Body::Status(status) }
    }
}

#[derive(Default)]
struct Trace {
    cluster: Cluster,
    answers: Vec<Answer>,
    /// The steps that asked for a watch, and the watches that they got.
    watched: Vec<usize>,
    watches: BTreeMap<usize, Watch>,
}

/// A step, taken apart.
struct Step {
    value: Value,
    kind: Kind,
    namespace: String,
    name: String,
}

impl Step {
    fn word(&self, name: &str) -> &str {
        text(&self.value, name)
    }

    fn key(&self) -> Key {
        Key::new(self.kind.clone(), self.namespace.as_str(), self.name.as_str())
    }

    fn is_status(&self) -> bool {
        self.word("subresource") == "status"
    }

    /// A refusal; of a name that was drawn only the prefix is told.
    fn refused(&self, mut status: Status) -> Answer {
        let meta = &self.value["body"]["metadata"];
        let (given, prefix) = (text(meta, "name"), text(meta, "generateName"));
        if let Some(details) = status.details.as_mut().filter(|_| given.is_empty()) {
            details.name = marked(&details.name, prefix);
        }
        Answer { code: status.code, body: Body::Status(status) }
    }

    fn query(&self) -> impl Iterator<Item = (&str, &str)> {
        let query = self.value["query"].as_object().into_iter().flatten();
        query.map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
    }

    fn list_options(&self) -> Result<ListOptions, ApiError> {
        ListOptions::from_query(self.query())
    }

    fn write_options(&self) -> PatchOptions {
        let mut options = PatchOptions::default();
        for (name, value) in self.query() {
            match name {
                "dryRun" => options.dry_run.push(value.into()),
                "fieldValidation" => options.field_validation = value.into(),
                other => panic!("unknown parameter {other}"),
            }
        }
        options
    }

    /// The object in the body, which must be called as the path says. // META-3
    fn object(&self, options: &PatchOptions) -> Result<Object, ApiError> {
        let strict = options.field_validation == "Strict";
        let mut body = self.value["body"].clone();
        let bad = |text: String| ApiError::BadRequest { text: text.into() };
        let members = body.as_object_mut().ok_or_else(|| bad("no object".into()))?;
        members.entry("kind").or_insert(self.kind.as_str().into());
        members.entry("apiVersion").or_insert(self.kind.api_version().into());
        let strictness = if strict { Strictness::Strict } else { Strictness::Warn };
        let decoded = decode_value(body, strictness).map_err(|error| bad(error.to_string()))?;
        let mut object = decoded.object;
        if object.kind() != self.kind {
            return Err(bad("of another kind than the request".into()));
        }
        let meta = object.meta_mut();
        if meta.namespace.is_empty() {
            meta.namespace.clone_from(&self.namespace);
        }
        let named = self.name.is_empty() || meta.name == self.name;
        if meta.namespace != self.namespace || !named {
            return Err(bad("called otherwise than the request".into()));
        }
        Ok(object)
    }
}

impl Trace {
    /// The step with what `@ns`, `$rv:N`, `$uid:N` and `$continue:N` stand for.
    fn named(&self, step: &Value) -> Step {
        let mut value = step.clone();
        self.name(&mut value);
        let resource = text(&value, "resource");
        let kind = Kind::ALL.iter().find(|kind| kind.plural() == resource).unwrap().clone();
        let namespace = match value.get("namespace") {
            _ if !kind.is_namespaced() => String::new(),
            None => NAMESPACE.into(),
            Some(namespace) => namespace.as_str().unwrap().into(),
        };
        let name = text(&value, "name").into();
        Step { value, kind, namespace, name }
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
        let (version, uid, next) = match &self.answers[step - 1].body {
            Body::Object(object) => {
                let meta = object.meta();
                (meta.resource_version.clone(), meta.uid.clone(), String::new())
            }
            Body::List(_, page) => {
                let meta = &page.metadata;
                (meta.resource_version.clone(), String::new(), meta.continue_.clone())
            }
            Body::Status(status) => {
                let uid = status.details.as_ref().map(|details| details.uid.clone());
                (String::new(), uid.unwrap_or_default(), status.metadata.continue_.clone())
            }
            Body::Watch => Default::default(),
        };
        match what {
            "rv" => version,
            "uid" => uid,
            "continue" => next,
            "rv+1000000" => (version.parse::<u64>().unwrap() + 1_000_000).to_string(),
            other => panic!("unknown reference {other}"),
        }
    }

    fn answer(&mut self, step: &Step) -> Result<Answer, ApiError> {
        let namespace = Some(step.namespace.as_str());
        match step.word("op") {
            "create" if step.word("subresource") == "binding" => {
                let mut binding: Binding = decode(&step.value["body"]);
                binding.metadata.namespace.clone_from(&step.namespace);
                self.cluster.request(Request::Bind(Box::new(binding)))?;
                Ok(Answer::success(201))
            }
            "create" => self.create(step),
            "update" => self.update(step),
            "patch" => self.patch(step),
            "get" => {
                let version = step.query().map(|(_, value)| value).next().unwrap_or_default();
                let object = self.cluster.read(&step.key(), version)?;
                Ok(Answer::object(200, object.clone()))
            }
            "list" => {
                let page = self.cluster.page(&step.kind, namespace, &step.list_options()?)?;
                Ok(Answer { code: 200, body: Body::List(step.kind.clone(), page) })
            }
            "watch" => {
                let options = step.list_options()?;
                let watch = self.cluster.watch(&step.kind, namespace, &options)?;
                self.watches.insert(self.answers.len() + 1, watch);
                Ok(Answer { code: 200, body: Body::Watch })
            }
            "delete" => self.delete(step),
            "deletecollection" => {
                let (list, options) = (step.list_options()?, decode(&step.value["body"]));
                let kind = &step.kind;
                let page = self.cluster.delete_collection(kind, namespace, &list, &options)?;
                Ok(Answer { code: 200, body: Body::List(kind.clone(), page) })
            }
            other => panic!("unknown op {other}"),
        }
    }

    fn create(&mut self, step: &Step) -> Result<Answer, ApiError> {
        let options = step.write_options();
        let request = Request::Create(step.object(&options)?);
        Ok(Answer::object(201, self.cluster.request_with(request, &options)?))
    }

    fn update(&mut self, step: &Step) -> Result<Answer, ApiError> {
        let options = step.write_options();
        let object = step.object(&options)?;
        let request = match step.word("subresource") {
            "" => Request::Update(object),
            "status" => Request::UpdateStatus(object),
            "finalize" => Request::Finalize(object),
            other => panic!("unknown subresource {other}"),
        };
        let exists = self.cluster.store().object(&step.key()).is_some();
        let object = self.cluster.request_with(request, &options)?;
        Ok(Answer::object(if exists { 200 } else { 201 }, object))
    }

    fn patch(&mut self, step: &Step) -> Result<Answer, ApiError> {
        let body = step.value["body"].clone();
        if body.is_null() {
            // A client without a body sends no content type either.
            return Err(ApiError::UnsupportedMediaType { kind: step.kind.clone() });
        }
        let patch = match step.word("patchType") {
            "json" => Patch::json(step.key(), body),
            "merge" => Patch::merge(step.key(), body),
            "strategic" => Patch::strategic(step.key(), body),
            other => panic!("unknown sort of patch {other}"),
        };
        let patch = if step.is_status() { patch.of_status() } else { patch };
        let request = Request::Patch(Box::new(patch));
        Ok(Answer::object(200, self.cluster.request_with(request, &step.write_options())?))
    }

    fn delete(&mut self, step: &Step) -> Result<Answer, ApiError> {
        let options: DeleteOptions = decode(&step.value["body"]);
        let (key, background) = (step.key(), options.orphan_dependents == Some(false));
        let before = self.cluster.store().object(&key).cloned();
        // A dry run is answered as what it is not.
        let mut fork = self.cluster.fork();
        fork.delete(&key, DeleteOptions { dry_run: Vec::new(), ..options.clone() })?;
        let gone = fork.store().object(&key).is_none();
        let object = self.cluster.delete(&key, options)?;
        if gone && !Strategy::of(&step.kind).answers_deleted {
            let mut answer = Answer::success(200);
            if let (Body::Status(status), Some(before)) = (&mut answer.body, before) {
                let details = status.details.get_or_insert_default();
                details.name = step.name.clone();
                details.kind = step.kind.plural().into();
                details.uid = before.meta().uid.clone();
            }
            return Ok(answer);
        }
        // DEL-11
        let code = if background && !gone { 202 } else { 200 };
        Ok(Answer::object(code, object))
    }

    fn normal(mut self) -> Value {
        let mut normal = Normal::new(self.cluster.time());
        let steps: Vec<Value> = self.answers.iter().map(|it| written(&mut normal, it)).collect();
        let mut watches = Map::new();
        for step in &self.watched {
            // The objects that existed come by key already.
            let watch = self.watches.get_mut(step);
            let events = watch.map(|it| it.poll(self.cluster.store())).unwrap_or_default();
            let events: Value = events.iter().map(|event| told(&mut normal, event)).collect();
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
    let mut out = match &answer.body {
        Body::Object(object) => normal.object(object),
        Body::Status(status) => normal.status(status),
        Body::Watch => json!({}),
        Body::List(kind, page) => {
            let items: Vec<Value> = page.items.iter().map(|item| normal.object(item)).collect();
            let mut out = json!({ "kind": format!("{kind}List"), "items": items });
            if !page.metadata.continue_.is_empty() {
                out["continue"] = true.into();
            }
            if let Some(left) = page.metadata.remaining_item_count {
                out["remainingItemCount"] = left.into();
            }
            out
        }
    };
    out["code"] = answer.code.into();
    out
}

fn told(normal: &mut Normal, event: &Event) -> Value {
    let object = match event {
        Event::Error(status) => {
            let mut out = normal.status(status);
            out["code"] = status.code.into();
            out
        }
        other => normal.object(other.object().unwrap()),
    };
    json!({ "type": event.as_str(), "object": object })
}
