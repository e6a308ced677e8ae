//! A conversation with an API server that is a function: what a client sends, and what it is answered.
//!
//! `cargo run --example api_server`

use std::time::Duration;

use kubernel::Cluster;
use kubernel::cluster::node::Capacity;
use kubernel::wire::{Body, Method, Request, Stream, handle};
use serde_json::{Value, json};

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/shop/deployments";
const PODS: &str = "/api/v1/namespaces/shop/pods";

fn main() {
    let mut cluster = Cluster::builder().seed(7).builtin().node("n1", Capacity::default()).build();
    let mut client = Client { cluster: &mut cluster };

    title("What is served");
    client.get("/version", &["/gitVersion"]);
    client.get("/apis/apps/v1", &["/groupVersion", "/resources/0/name", "/resources/0/verbs"]);

    title("A namespace must be there first");
    client.send(Method::Post, DEPLOYMENTS, &deployment(2), &["/reason", "/message"]);
    let namespace = json!({"metadata": {"name": "shop"}});
    client.send(Method::Post, "/api/v1/namespaces", &namespace, &["/status/phase"]);

    title("All mistakes at once, with their fields");
    let bad = json!({"metadata": {"name": "Web"}, "spec": {"replicas": -1, "template": {}}});
    client.send(Method::Post, DEPLOYMENTS, &bad, &["/reason", "/details/causes"]);

    title("A watch is a cursor");
    let mut watch = client.watch(&format!("{PODS}?watch=true&labelSelector=app%3Dweb"));
    client.send(Method::Post, DEPLOYMENTS, &deployment(2), &["/metadata/generation"]);
    client.wait(Duration::from_secs(5), &mut watch);

    title("The scale is a door of its own, and a stale version is a conflict");
    let scale = format!("{DEPLOYMENTS}/web/scale");
    let mut read = client.get(&scale, &["/spec", "/status"]);
    client.patch(&scale, r#"{"spec": {"replicas": 3}}"#, &["/spec"]);
    if let Some(replicas) = read.pointer_mut("/spec/replicas") {
        *replicas = 1.into();
    }
    client.send(Method::Put, &scale, &read, &["/reason", "/message"]);
    client.wait(Duration::from_secs(5), &mut watch);

    title("A page at a time");
    let page = client.get(&format!("{PODS}?limit=2"), &["/metadata/remainingItemCount"]);
    let token = text(&page, "/metadata/continue");
    client.get(&format!("{PODS}?limit=2&continue={token}"), &["/items/0/status/phase"]);

    title("What cannot be served");
    client.get("/apis/acme.io/v1/widgets", &[]);
    client.send(Method::Delete, "/api/v1/pods", &Value::Null, &["/reason", "/message"]);
    client.get(&format!("{PODS}?labelSelector=a%3D%3D%3Db"), &["/reason", "/message"]);

    title("A deletion that waits for its dependents");
    let foreground = json!({"propagationPolicy": "Foreground"});
    let one = format!("{DEPLOYMENTS}/web");
    client.send(Method::Delete, &one, &foreground, &["/metadata/finalizers"]);
    client.wait(Duration::from_secs(60), &mut watch);
    client.get(&one, &["/reason"]);
}

fn title(text: &str) {
    println!("\n== {text}");
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("-")
}

fn deployment(replicas: i32) -> Value {
    json!({"metadata": {"name": "web"}, "spec": {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"terminationGracePeriodSeconds": 5, "containers": [{"name": "web", "image": "web:1"}]},
        },
    }})
}

struct Client<'a> {
    cluster: &'a mut Cluster,
}

impl Client<'_> {
    /// Sends a request and prints it, the code, and these parts of the answer.
    fn ask(&mut self, request: &Request, parts: &[&str]) -> Value {
        let query = if request.query.is_empty() { "" } else { "?" };
        println!("> {} {}{query}{}", request.method, request.path, request.query);
        let response = handle(self.cluster, request);
        let answer = response.value().unwrap_or_default();
        let kind = answer.get("kind").and_then(Value::as_str).unwrap_or(response.content_type);
        println!("< {} {kind}", response.code);
        for part in parts {
            let value = answer.pointer(part).unwrap_or(&Value::Null);
            println!("    {part}: {value}");
        }
        if let Body::Whole(text) = &response.body
            && answer.is_null()
        {
            println!("    {}", String::from_utf8_lossy(text).trim_end());
        }
        answer
    }

    fn get(&mut self, target: &str, parts: &[&str]) -> Value {
        self.ask(&Request::get(target), parts)
    }

    fn send(&mut self, method: Method, target: &str, body: &Value, parts: &[&str]) -> Value {
        let request = Request::new(method, target);
        let request = if body.is_null() { request } else { request.json(body) };
        self.ask(&request, parts)
    }

    fn patch(&mut self, target: &str, body: &str, parts: &[&str]) {
        let request = Request::new(Method::Patch, target);
        self.ask(&request.body("application/merge-patch+json", body), parts);
    }

    fn watch(&mut self, target: &str) -> Option<Stream> {
        println!("> GET {target}");
        let response = handle(self.cluster, &Request::get(target));
        println!("< {} and whatever happens", response.code);
        response.stream()
    }

    /// Lets time pass, and tells what the watch says of it.
    fn wait(&mut self, time: Duration, watch: &mut Option<Stream>) {
        self.cluster.advance(time);
        println!("  … {} s pass", time.as_secs());
        let lines = watch.as_mut().map(|watch| watch.poll(self.cluster)).unwrap_or_default();
        for line in lines.split(|byte| *byte == b'\n') {
            let Ok(event) = serde_json::from_slice::<Value>(line) else { continue };
            println!(
                "    {:<8} {} {} on {}",
                text(&event, "/type"),
                text(&event, "/object/metadata/name"),
                text(&event, "/object/status/phase"),
                text(&event, "/object/spec/nodeName"),
            );
        }
    }
}
