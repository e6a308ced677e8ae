//! The HTTP face: what a client is answered, refusals included.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::time::Duration;

use expect_test::expect;
use kubernel::Cluster;
use kubernel::api::{Kind, Object, PodDisruptionBudget};
use kubernel::cluster::node::Capacity;
use kubernel::wire::{Body, Method, Request, Response, handle};
use serde_json::{Value, json};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const PODS: &str = "/api/v1/namespaces/default/pods";

fn ask(cluster: &mut Cluster, method: Method, target: &str, body: &Value) -> Response {
    let request = Request::new(method, target);
    handle(cluster, &if body.is_null() { request } else { request.json(body) })
}

fn get(cluster: &mut Cluster, target: &str) -> Value {
    ask(cluster, Method::Get, target, &Value::Null).value().unwrap()
}

/// Code, reason and message of a refusal.
fn refusal(response: &Response) -> String {
    let status = response.value().unwrap();
    assert_eq!((&status["kind"], &status["apiVersion"]), (&json!("Status"), &json!("v1")));
    assert_eq!(status["code"], response.code);
    assert_eq!(status["status"], "Failure");
    let text = |name: &str| status[name].as_str().unwrap_or("-").to_owned();
    format!("{} {}: {}", response.code, text("reason"), text("message"))
}

fn check(response: &Response, wanted: &str) {
    assert_eq!(refusal(response), wanted);
}

fn map(name: &str) -> Value {
    json!({"metadata": {"name": name}, "data": {"k": "v"}})
}

fn pod(name: &str) -> Value {
    json!({"metadata": {"name": name, "labels": {"app": "web"}},
           "spec": {"containers": [{"name": "a", "image": "a"}]}})
}

fn with_maps(names: &[&str]) -> Cluster {
    let mut cluster = Cluster::default();
    for name in names {
        assert_eq!(ask(&mut cluster, Method::Post, MAPS, &map(name)).code, 201);
    }
    cluster
}

#[test]
fn an_object_lives_from_post_to_delete() {
    let mut cluster = Cluster::default();
    let made = ask(&mut cluster, Method::Post, MAPS, &map("a"));
    assert_eq!((made.code, made.content_type), (201, "application/json"));
    let mut object = made.value().unwrap();
    assert_eq!((&object["kind"], &object["apiVersion"]), (&json!("ConfigMap"), &json!("v1")));
    let one = format!("{MAPS}/a");
    assert_eq!(get(&mut cluster, &one), object);

    object["data"]["k"] = "w".into();
    let put = ask(&mut cluster, Method::Put, &one, &object);
    assert_eq!((put.code, &put.value().unwrap()["data"]["k"]), (200, &json!("w")));
    let stale = ask(&mut cluster, Method::Put, &one, &object);
    assert_eq!((stale.code, &stale.value().unwrap()["reason"]), (409, &json!("Conflict")));

    let patch = Request::new(Method::Patch, &one).body(
        "application/json-patch+json; charset=utf-8",
        r#"[{"op": "remove", "path": "/data"}]"#,
    );
    let patched = handle(&mut cluster, &patch);
    assert_eq!((patched.code, patched.value().unwrap().get("data")), (200, None));

    let gone = ask(&mut cluster, Method::Delete, &one, &Value::Null);
    let status = gone.value().unwrap();
    assert_eq!((gone.code, &status["status"]), (200, &json!("Success")));
    assert_eq!(status["details"]["kind"], "configmaps");
    assert_eq!(status["details"]["uid"], object["metadata"]["uid"]);
    check(
        &ask(&mut cluster, Method::Get, &one, &Value::Null),
        r#"404 NotFound: configmaps "a" not found"#,
    );
}

#[test]
fn a_put_may_create_and_a_service_is_answered_when_deleted() {
    // STORE-6, DEL-2
    let mut cluster = Cluster::default();
    let one = "/api/v1/namespaces/default/services/web";
    let service = json!({"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}});
    assert_eq!(ask(&mut cluster, Method::Put, one, &service).code, 201);
    assert_eq!(ask(&mut cluster, Method::Put, one, &service).code, 200);
    let gone = ask(&mut cluster, Method::Delete, one, &Value::Null);
    assert_eq!((gone.code, &gone.value().unwrap()["kind"]), (200, &json!("Service")));
}

#[test]
fn lists_have_bare_items_pages_and_selectors() {
    // LIST-2
    let mut cluster = with_maps(&["a", "b", "c"]);
    let first = get(&mut cluster, &format!("{MAPS}?limit=2"));
    assert_eq!((&first["kind"], &first["apiVersion"]), (&json!("ConfigMapList"), &json!("v1")));
    assert_eq!(first["items"][1]["metadata"]["name"], "b");
    assert_eq!(first["items"][1].get("kind"), None);
    assert_eq!(first["metadata"]["remainingItemCount"], 1);
    let token = first["metadata"]["continue"].as_str().unwrap();
    let rest = get(&mut cluster, &format!("{MAPS}?limit=2&continue={token}"));
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    let some = get(&mut cluster, "/api/v1/configmaps?fieldSelector=metadata.name!%3Da&pretty=true");
    assert_eq!(some["items"].as_array().unwrap().len(), 2);
    let none = get(&mut cluster, &format!("{MAPS}?labelSelector=x+in+(y)"));
    assert_eq!(none["items"], json!([]));
}

#[test]
fn what_is_no_path_or_no_method_here() {
    let mut cluster = Cluster::default();
    for path in
        ["/", "/foo", "/api/v2", "/api/v2/pods", "/apis/acme.io/v1/widgets", "/apis/acme.io"]
    {
        let response = ask(&mut cluster, Method::Get, path, &Value::Null);
        assert_eq!(response.content_type, "text/plain; charset=utf-8");
        assert_eq!(
            (response.code, response.body),
            (404, Body::Whole(b"404 page not found\n".into()))
        );
    }
    for path in [
        "/api/v1/gadgets",
        "/api/v1/namespaces/default/nodes",
        "/api/v1/pods/web",
        "/api/v1/namespaces/default/configmaps/a/status",
        "/api/v1/namespaces/default/pods/web/log",
        "/api/v1/namespaces/default/pods/web/status/more",
        "/api/v1/namespaces//pods",
        "/apis/apps/v1/namespaces/default/deployments/web/eviction",
        "/api/v1/watch",
        "/apis/policy/v1/namespaces/default/evictions",
    ] {
        check(
            &ask(&mut cluster, Method::Get, path, &Value::Null),
            "404 NotFound: the server could not find the requested resource",
        );
    }
    let refused = |cluster: &mut Cluster, method: &str, path: &str, allow: &str| {
        let response = ask(cluster, method.into(), path, &Value::Null);
        let wanted =
            "405 MethodNotAllowed: the server does not allow this method on the requested resource";
        check(&response, wanted);
        assert_eq!(response.headers()[1], ("allow", allow.to_owned()), "{method} {path}");
    };
    refused(&mut cluster, "POST", "/api/v1/pods", "GET");
    refused(&mut cluster, "DELETE", "/api/v1/configmaps", "GET");
    refused(&mut cluster, "DELETE", "/api/v1/namespaces", "GET, POST");
    refused(&mut cluster, "PUT", PODS, "GET, POST, DELETE");
    refused(&mut cluster, "OPTIONS", "/api/v1/nodes/n1", "GET, PUT, PATCH, DELETE");
    refused(&mut cluster, "GET", "/api/v1/namespaces/default/pods/web/binding", "POST");
    refused(&mut cluster, "GET", "/api/v1/namespaces/default/finalize", "PUT");
    refused(&mut cluster, "DELETE", "/api/v1/namespaces/default/status", "GET, PUT, PATCH");
    refused(&mut cluster, "POST", "/apis", "GET");
}

#[test]
fn bodies_that_are_none_are_refused_with_their_cause() {
    // META-3, PATCH-15
    let mut cluster = with_maps(&["a"]);
    let post = |body: &str| Request::new(Method::Post, MAPS).body("application/json", body);
    let mut check = |request: &Request, wanted: &str| {
        let before = cluster.store().revision();
        check(&handle(&mut cluster, request), wanted);
        assert_eq!(cluster.store().revision(), before);
    };
    check(
        &post("{\"metadata\""),
        "400 BadRequest: the object provided is unrecognized (must be of type ConfigMap): couldn't get \
         version/kind; json parse error: EOF while parsing an object at line 1 column 11 ({\"metadata\")",
    );
    check(
        &post(""),
        "400 BadRequest: the object provided is unrecognized (must be of type ConfigMap): couldn't get \
         version/kind; json parse error: no object in the text (<empty>)",
    );
    check(
        &post("apiVersion: v1"),
        "400 BadRequest: the object provided is unrecognized (must be of type ConfigMap): couldn't get \
         version/kind; json parse error: expected value at line 1 column 1 (61706956657273696f6e3a207631)",
    );
    check(
        &post(r#"{"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "b"}}"#),
        "400 BadRequest: Secret in version \"v1\" cannot be handled as a ConfigMap: unknown conversion",
    );
    check(
        &post(r#"{"kind": "Widget", "apiVersion": "acme.io/v1"}"#),
        "400 BadRequest: Widget in version \"v1\" cannot be handled as a ConfigMap: no kind \"Widget\" is \
         registered for version \"acme.io/v1\"",
    );
    check(
        &post(r#"{"metadata": {"name": 7}}"#),
        "400 BadRequest: ConfigMap in version \"v1\" cannot be handled as a ConfigMap: `metadata.name`: \
         expected a string, found a number",
    );
    check(
        &post(r#"{"metadata": {"name": "b", "namespace": "other"}}"#),
        "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request",
    );
    let put = Request::new(Method::Put, &format!("{MAPS}/a"));
    check(
        &put.json(&map("b")),
        "400 BadRequest: the name of the object (b) does not match the name on the URL (a)",
    );
    let strict = Request::new(Method::Post, &format!("{MAPS}?fieldValidation=Strict"));
    check(
        &strict.json(&json!({"metadata": {"name": "b"}, "dat": {}})),
        "400 BadRequest: ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding \
         error: unknown field \"dat\"",
    );
    let huge = Request::new(Method::Post, MAPS).body("", vec![b' '; 3 * 1024 * 1024 + 1]);
    check(&huge, "413 RequestEntityTooLarge: Request entity too large: limit is 3145728");
    let patch = |text: &str| {
        Request::new(Method::Patch, &format!("{MAPS}/a")).body("application/merge-patch+json", text)
    };
    check(
        &patch("{"),
        "400 BadRequest: error decoding patch: EOF while parsing an object at line 1 column 1",
    );
    let delete = Request::new(Method::Delete, &format!("{MAPS}/a"));
    check(
        &delete.json(&json!({"kind": "ConfigMap", "apiVersion": "v1"})),
        "400 BadRequest: decoded object cannot be converted to DeleteOptions",
    );
}

#[test]
fn media_types_are_negotiated() {
    let mut cluster = with_maps(&["a"]);
    let one = format!("{MAPS}/a");
    let mut check = |request: Request, wanted: &str| check(&handle(&mut cluster, &request), wanted);
    check(
        Request::get(&one).accept("application/yaml"),
        "406 NotAcceptable: only the following media types are accepted: application/json",
    );
    let unknown = "415 UnsupportedMediaType: the body of the request was in an unknown format - accepted \
                   media types include: ";
    check(
        Request::new(Method::Post, MAPS).body("application/yaml", "metadata: {name: b}"),
        &format!("{unknown}application/json"),
    );
    let patches = "application/json-patch+json, application/merge-patch+json, \
                   application/strategic-merge-patch+json";
    let patch = Request::new(Method::Patch, &one);
    check(patch.clone(), &format!("{unknown}{patches}"));
    check(patch.body("application/apply-patch+yaml", "{}"), &format!("{unknown}{patches}"));
    let partial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    let request = Request::get(&one).accept(partial);
    let only = handle(&mut cluster, &request).value().unwrap();
    assert_eq!((&only["kind"], only.get("data")), (&json!("PartialObjectMetadata"), None));
    assert_eq!(only["metadata"]["name"], "a");
    let request = Request::get(MAPS).accept(partial);
    let list = handle(&mut cluster, &request).value().unwrap();
    assert_eq!(list["kind"], "PartialObjectMetadataList");
    assert_eq!(list["items"][0]["kind"], "PartialObjectMetadata");
}

#[test]
fn unknown_fields_are_warned_of() {
    let mut cluster = Cluster::default();
    let body = r#"{"metadata": {"name": "a"}, "dat": {}, "data": {}, "data": {"k": "v"}}"#;
    let post = |target: &str| Request::new(Method::Post, target).body("application/json", body);
    let warned = handle(&mut cluster, &post(&format!("{MAPS}?dryRun=All")));
    assert_eq!(warned.code, 201);
    assert_eq!(warned.warnings, ["unknown field \"dat\"", "duplicate field \"data\""]);
    let silent = handle(&mut cluster, &post(&format!("{MAPS}?fieldValidation=Ignore")));
    assert_eq!((silent.code, silent.warnings.len()), (201, 0));
}

#[test]
fn queries_are_checked() {
    let mut cluster = with_maps(&["a"]);
    let mut check = |method: Method, target: &str, wanted: &str| {
        let body = if method == Method::Post { map("b") } else { Value::Null };
        let text = refusal(&ask(&mut cluster, method, target, &body));
        assert!(text.starts_with(wanted), "{text}");
    };
    check(Method::Get, &format!("{MAPS}?limit=many"), "400 BadRequest: ");
    check(Method::Get, &format!("{MAPS}?labelSelector=%3D%3D"), "400 BadRequest: ");
    check(Method::Get, &format!("{MAPS}?fieldSelector=spec.x%3D1"), "400 BadRequest: ");
    check(Method::Get, &format!("{MAPS}?continue=xyz"), "400 BadRequest: ");
    check(Method::Get, &format!("{MAPS}?resourceVersionMatch=Exact"), "422 Invalid: ");
    check(Method::Get, &format!("{MAPS}?watch=1&resourceVersion=x"), "500 -: ");
    check(Method::Get, &format!("{MAPS}?resourceVersion=1000000"), "504 Timeout: ");
    check(Method::Post, &format!("{MAPS}?dryRun=Some"), "422 Invalid: CreateOptions.meta.k8s.io");
    check(
        Method::Post,
        &format!("{MAPS}?fieldValidation=No"),
        "422 Invalid: CreateOptions.meta.k8s.io",
    );
    check(Method::Delete, &format!("{MAPS}/a?gracePeriodSeconds=x"), "400 BadRequest: ");
    check(
        Method::Delete,
        &format!("{MAPS}/a?propagationPolicy=x"),
        "422 Invalid: DeleteOptions.meta.k8s.io",
    );
    check(
        Method::Get,
        "/api/v1/watch/namespaces/default/configmaps/a?fieldSelector=x%3Dy",
        "400 BadRequest: ",
    );
}

#[test]
fn delete_options_stand_in_the_query_or_in_the_body_but_the_body_wins() {
    // DEL-11
    let mut cluster = with_maps(&["a", "b"]);
    let target = |name: &str| format!("{MAPS}/{name}?orphanDependents=true");
    let held = ask(&mut cluster, Method::Delete, &target("a"), &Value::Null).value().unwrap();
    assert_eq!(held["metadata"]["finalizers"], json!(["orphan"]));
    let body = json!({"propagationPolicy": "Foreground"});
    let held = ask(&mut cluster, Method::Delete, &target("b"), &body).value().unwrap();
    assert_eq!(held["metadata"]["finalizers"], json!(["foregroundDeletion"]));
    let body = json!({"kind": "DeleteOptions", "apiVersion": "v1", "orphanDependents": false});
    // The first delete waits for the collector, which is not there.
    let again = ask(&mut cluster, Method::Delete, &target("b"), &body);
    assert_eq!((again.code, &again.value().unwrap()["status"]), (200, &json!("Success")));

    let mut object = map("c");
    object["metadata"]["finalizers"] = json!(["acme.io/hold"]);
    ask(&mut cluster, Method::Post, MAPS, &object);
    let waits = ask(&mut cluster, Method::Delete, &target("c"), &body);
    assert_eq!((waits.code, &waits.value().unwrap()["kind"]), (202, &json!("ConfigMap")));
}

#[test]
fn a_trial_changes_nothing() {
    // STORE-11
    let mut cluster = with_maps(&["a"]);
    let before = cluster.store().revision();
    let tried = ask(&mut cluster, Method::Post, &format!("{MAPS}?dryRun=All"), &map("b"));
    assert_eq!(
        (tried.code, tried.value().unwrap()["metadata"].get("resourceVersion")),
        (201, None)
    );
    let tried = ask(&mut cluster, Method::Delete, &format!("{MAPS}/a?dryRun=All"), &Value::Null);
    assert_eq!((tried.code, &tried.value().unwrap()["status"]), (200, &json!("Success")));
    assert_eq!(cluster.store().revision(), before);
}

#[test]
fn many_are_deleted_by_selector() {
    // DEL-10
    let mut cluster = with_maps(&["a", "b", "c"]);
    let target = format!("{MAPS}?fieldSelector=metadata.name!%3Db");
    let gone = ask(&mut cluster, Method::Delete, &target, &Value::Null).value().unwrap();
    assert_eq!(
        (&gone["kind"], gone["items"].as_array().unwrap().len()),
        (&json!("ConfigMapList"), 2)
    );
    assert_eq!(get(&mut cluster, MAPS)["items"][0]["metadata"]["name"], "b");
}

#[test]
fn a_watch_is_a_cursor_that_ends_when_its_time_is_over() {
    // WATCH-3, WATCH-8
    let mut cluster = with_maps(&["a"]);
    let now = get(&mut cluster, MAPS)["metadata"]["resourceVersion"].clone();
    let target = format!(
        "{MAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion={}",
        now.as_str().unwrap()
    );
    let response = handle(&mut cluster, &Request::get(&target));
    assert_eq!((response.code, response.value()), (200, None));
    let mut stream = response.stream().unwrap();
    assert!(stream.poll(&cluster).is_empty());
    ask(&mut cluster, Method::Post, MAPS, &map("b"));
    ask(&mut cluster, Method::Delete, &format!("{MAPS}/b"), &Value::Null);
    let types = |lines: Vec<u8>| -> Vec<String> {
        let lines = String::from_utf8(lines).unwrap();
        let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        events.map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(types(stream.poll(&cluster)), ["ADDED", "DELETED"]);
    cluster.advance(Duration::from_secs(60));
    assert_eq!(types(stream.poll(&cluster)), ["BOOKMARK"]);
    assert!(stream.poll(&cluster).is_empty() && !stream.is_over(&cluster));
    cluster.advance(Duration::from_secs(30));
    assert!(stream.is_over(&cluster));

    let older = "/api/v1/watch/namespaces/default/configmaps/a";
    let request =
        Request::get(older).accept("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
    let line = handle(&mut cluster, &request).stream().unwrap().poll(&cluster);
    let event: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(event["object"]["kind"], "PartialObjectMetadata");
}

#[test]
fn who_watches_the_last_finalizer_go_sees_the_object_before_that() {
    // WATCH-5, DEL-4
    let mut cluster = Cluster::default();
    let mut object = map("a");
    object["metadata"]["finalizers"] = json!(["acme.io/hold"]);
    ask(&mut cluster, Method::Post, MAPS, &object);
    let one = format!("{MAPS}/a");
    ask(&mut cluster, Method::Delete, &one, &Value::Null);
    let now = get(&mut cluster, &one)["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let watch = Request::get(&format!("{MAPS}?watch=true&resourceVersion={now}"));
    let mut stream = handle(&mut cluster, &watch).stream().unwrap();
    let last = Request::new(Method::Patch, &one).body(
        "application/merge-patch+json",
        r#"{"metadata": {"finalizers": null, "labels": {"late": "yes"}}}"#,
    );
    assert_eq!(handle(&mut cluster, &last).value().unwrap()["metadata"]["labels"]["late"], "yes");
    let event: Value = serde_json::from_slice(&stream.poll(&cluster)).unwrap();
    assert_eq!(event["type"], "DELETED");
    let meta = &event["object"]["metadata"];
    assert_eq!((&meta["finalizers"], meta.get("labels")), (&json!(["acme.io/hold"]), None));
}

#[test]
fn a_list_of_nothing_is_a_list() {
    // LIST-6
    let mut cluster = with_maps(&["a"]);
    let list = get(&mut cluster, "/api/v1/namespaces/nowhere/configmaps");
    assert_eq!((&list["kind"], &list["items"]), (&json!("ConfigMapList"), &json!([])));
    let selector = "fieldSelector=metadata.name%3Da,metadata.name%3Db";
    assert_eq!(get(&mut cluster, &format!("{MAPS}?{selector}"))["items"], json!([]));
}

#[test]
fn a_watch_from_what_is_forgotten_ends_with_its_status() {
    // WATCH-6
    let mut cluster = with_maps(&["a"]);
    cluster.compact(cluster.store().revision());
    let request = Request::get(&format!("{MAPS}?watch=1&resourceVersion=1"));
    let mut stream = handle(&mut cluster, &request).stream().unwrap();
    let event: Value = serde_json::from_slice(&stream.poll(&cluster)).unwrap();
    assert_eq!((&event["type"], &event["object"]["reason"]), (&json!("ERROR"), &json!("Expired")));
    assert!(stream.is_over(&cluster));
}

#[test]
fn pods_are_bound_evicted_debugged_and_resized_at_their_own_paths() {
    // DEL-12, PDB-10, POD-UPD-8, POD-UPD-10
    let mut cluster = Cluster::builder().node("n1", Capacity::default()).build();
    ask(&mut cluster, Method::Post, PODS, &pod("web"));
    let one = format!("{PODS}/web");
    let binding = json!({"metadata": {"name": "web"}, "target": {"kind": "Node", "name": "n1"}});
    let wrong = json!({"metadata": {"name": "other"}, "target": {"kind": "Node", "name": "n1"}});
    check(
        &ask(&mut cluster, Method::Post, &format!("{one}/binding"), &wrong),
        "400 BadRequest: name in URL does not match name in Binding object",
    );
    let bound = ask(&mut cluster, Method::Post, &format!("{one}/binding"), &binding);
    assert_eq!((bound.code, &bound.value().unwrap()["status"]), (201, &json!("Success")));
    let again = ask(&mut cluster, Method::Post, "/api/v1/namespaces/default/bindings", &binding);
    assert_eq!(again.code, 409);
    cluster.advance(Duration::from_secs(5));

    let mut debugged = get(&mut cluster, &one);
    debugged["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": "sh"}]);
    let put = ask(&mut cluster, Method::Put, &format!("{one}/ephemeralcontainers"), &debugged);
    assert_eq!(put.value().unwrap()["spec"]["ephemeralContainers"][0]["name"], "debug");
    let resize = Request::new(Method::Patch, &format!("{one}/resize")).body(
        "application/strategic-merge-patch+json",
        r#"{"spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}]}}"#,
    );
    assert_eq!(handle(&mut cluster, &resize).code, 422, "the QoS class may not change");

    let budget = json!({"metadata": {"name": "keep"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}});
    ask(
        &mut cluster,
        Method::Post,
        "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
        &budget,
    );
    let eviction = json!({"metadata": {"name": "web"}});
    let refused = ask(&mut cluster, Method::Post, &format!("{one}/eviction"), &eviction);
    assert_eq!(refused.code, 429);
    let stored = cluster.get::<PodDisruptionBudget>("default", "keep").unwrap().clone();
    cluster.delete(&Object::from(stored).key(), Default::default()).unwrap();
    assert_eq!(ask(&mut cluster, Method::Post, &format!("{one}/eviction"), &eviction).code, 201);
    assert!(!get(&mut cluster, &one)["metadata"]["deletionTimestamp"].is_null());
}

#[test]
fn the_scale_is_read_replaced_and_patched() {
    let mut cluster = Cluster::default();
    let all = "/apis/apps/v1/namespaces/default/deployments";
    let mut template = pod("web");
    template["metadata"] = json!({"labels": {"app": "web"}});
    let body = json!({"metadata": {"name": "web"}, "spec": {
        "selector": {"matchLabels": {"app": "web"}}, "template": template}});
    ask(&mut cluster, Method::Post, all, &body);
    let at = format!("{all}/web/scale");
    let mut scale = get(&mut cluster, &at);
    assert_eq!((&scale["kind"], &scale["apiVersion"]), (&json!("Scale"), &json!("autoscaling/v1")));
    assert_eq!(
        (&scale["spec"], &scale["status"]["selector"]),
        (&json!({"replicas": 1}), &json!("app=web"))
    );
    scale["spec"]["replicas"] = 3.into();
    let put = ask(&mut cluster, Method::Put, &at, &scale);
    assert_eq!((put.code, &put.value().unwrap()["spec"]), (200, &json!({"replicas": 3})));
    let patch = Request::new(Method::Patch, &at)
        .body("application/merge-patch+json", r#"{"spec": {"replicas": 5}}"#);
    assert_eq!(handle(&mut cluster, &patch).value().unwrap()["spec"], json!({"replicas": 5}));
    assert_eq!(get(&mut cluster, &format!("{all}/web"))["spec"]["replicas"], 5);
    let wrong = json!({"kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": "web"}});
    let wrong = ask(&mut cluster, Method::Put, &at, &wrong);
    let text = "400 BadRequest: Deployment in version \"v1\" cannot be handled as a Scale: unknown conversion";
    check(&wrong, text);
}

#[test]
fn a_namespace_is_finalized_at_its_own_path() {
    // NS-5
    let mut cluster = Cluster::default();
    ask(&mut cluster, Method::Post, "/api/v1/namespaces", &json!({"metadata": {"name": "prod"}}));
    let one = "/api/v1/namespaces/prod";
    let dying = ask(&mut cluster, Method::Delete, one, &Value::Null).value().unwrap();
    assert_eq!(dying["status"]["phase"], "Terminating");
    let mut last = dying;
    last["spec"]["finalizers"] = json!([]);
    assert_eq!(ask(&mut cluster, Method::Put, &format!("{one}/finalize"), &last).code, 200);
    assert_eq!(ask(&mut cluster, Method::Get, one, &Value::Null).code, 404);
}

#[test]
fn custom_kinds_have_paths_once_they_are_known() {
    let all = "/apis/acme.io/v1/namespaces/default/widgets";
    let mut cluster = Cluster::default();
    assert_eq!(ask(&mut cluster, Method::Get, all, &Value::Null).code, 404);
    let mut cluster = Cluster::builder().custom_kind("acme.io/v1", "Widget").build();
    assert_eq!(get(&mut cluster, all)["kind"], "WidgetList");
    let widget = json!({"metadata": {"name": "w"}, "spec": {"size": 3}});
    let made = ask(&mut cluster, Method::Post, all, &widget).value().unwrap();
    assert_eq!((&made["kind"], &made["spec"]["size"]), (&json!("Widget"), &json!(3)));
    assert_eq!(get(&mut cluster, "/apis/acme.io/v1/widgets")["items"][0]["kind"], "Widget");
    let strategic = Request::new(Method::Patch, &format!("{all}/w"))
        .body("application/strategic-merge-patch+json", "{}");
    assert_eq!(handle(&mut cluster, &strategic).code, 415);
    let resources = get(&mut cluster, "/apis/acme.io/v1");
    assert_eq!(resources["resources"][0]["name"], "widgets");
}

#[test]
fn a_server_tells_what_it_serves() {
    let mut cluster = Cluster::default();
    assert_eq!(get(&mut cluster, "/api")["versions"], json!(["v1"]));
    assert_eq!(get(&mut cluster, "/version")["minor"], "36");
    assert_eq!(handle(&mut cluster, &Request::get("/readyz")).body, Body::Whole(b"ok".into()));
    assert_eq!(get(&mut cluster, "/apis/apps")["preferredVersion"]["groupVersion"], "apps/v1");
    let groups = get(&mut cluster, "/apis")["groups"].clone();
    let mut told = String::new();
    for version in
        std::iter::once("v1".to_owned()).chain(
            groups.as_array().unwrap().iter().map(|group| {
                group["preferredVersion"]["groupVersion"].as_str().unwrap().to_owned()
            }),
        )
    {
        let prefix = if version == "v1" { "/api" } else { "/apis" };
        let list = get(&mut cluster, &format!("{prefix}/{version}"));
        assert_eq!(list["groupVersion"], version);
        told += &format!("{version}\n");
        for resource in list["resources"].as_array().unwrap() {
            let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
            let namespaced = if resource["namespaced"] == true { "namespaced" } else { "cluster" };
            let verbs: Vec<&str> = resource["verbs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_str().unwrap())
                .collect();
            let letters: String =
                verbs
                    .iter()
                    .map(|verb| {
                        if *verb == "deletecollection" { 'D' } else { verb.chars().next().unwrap() }
                    })
                    .collect();
            let short = resource["shortNames"][0].as_str().unwrap_or("-").to_owned();
            told +=
                &format!("  {} {} {namespaced} {letters} {short}\n", text("name"), text("kind"));
        }
    }
    expect![[r#"
        v1
          bindings Binding namespaced c -
          configmaps ConfigMap namespaced cdDglpuw cm
          endpoints Endpoints namespaced cdDglpuw ep
          events Event namespaced cdDglpuw ev
          limitranges LimitRange namespaced cdDglpuw limits
          namespaces Namespace cluster cdglpuw ns
          namespaces/finalize Namespace cluster u -
          namespaces/status Namespace cluster gpu -
          nodes Node cluster cdDglpuw no
          nodes/status Node cluster gpu -
          persistentvolumeclaims PersistentVolumeClaim namespaced cdDglpuw pvc
          persistentvolumeclaims/status PersistentVolumeClaim namespaced gpu -
          persistentvolumes PersistentVolume cluster cdDglpuw pv
          persistentvolumes/status PersistentVolume cluster gpu -
          pods Pod namespaced cdDglpuw po
          pods/binding Binding namespaced c -
          pods/ephemeralcontainers Pod namespaced gpu -
          pods/eviction Eviction namespaced c -
          pods/resize Pod namespaced gpu -
          pods/status Pod namespaced gpu -
          podtemplates PodTemplate namespaced cdDglpuw -
          replicationcontrollers ReplicationController namespaced cdDglpuw rc
          replicationcontrollers/scale Scale namespaced gpu -
          replicationcontrollers/status ReplicationController namespaced gpu -
          resourcequotas ResourceQuota namespaced cdDglpuw quota
          resourcequotas/status ResourceQuota namespaced gpu -
          secrets Secret namespaced cdDglpuw -
          serviceaccounts ServiceAccount namespaced cdDglpuw sa
          services Service namespaced cdDglpuw svc
          services/status Service namespaced gpu -
        apps/v1
          controllerrevisions ControllerRevision namespaced cdDglpuw -
          daemonsets DaemonSet namespaced cdDglpuw ds
          daemonsets/status DaemonSet namespaced gpu -
          deployments Deployment namespaced cdDglpuw deploy
          deployments/scale Scale namespaced gpu -
          deployments/status Deployment namespaced gpu -
          replicasets ReplicaSet namespaced cdDglpuw rs
          replicasets/scale Scale namespaced gpu -
          replicasets/status ReplicaSet namespaced gpu -
          statefulsets StatefulSet namespaced cdDglpuw sts
          statefulsets/scale Scale namespaced gpu -
          statefulsets/status StatefulSet namespaced gpu -
        batch/v1
          cronjobs CronJob namespaced cdDglpuw cj
          cronjobs/status CronJob namespaced gpu -
          jobs Job namespaced cdDglpuw -
          jobs/status Job namespaced gpu -
        networking.k8s.io/v1
          ingressclasses IngressClass cluster cdDglpuw -
          ingresses Ingress namespaced cdDglpuw ing
          ingresses/status Ingress namespaced gpu -
          ipaddresses IPAddress cluster cdDglpuw ip
          networkpolicies NetworkPolicy namespaced cdDglpuw netpol
          servicecidrs ServiceCIDR cluster cdDglpuw -
          servicecidrs/status ServiceCIDR cluster gpu -
        policy/v1
          poddisruptionbudgets PodDisruptionBudget namespaced cdDglpuw pdb
          poddisruptionbudgets/status PodDisruptionBudget namespaced gpu -
        rbac.authorization.k8s.io/v1
          clusterrolebindings ClusterRoleBinding cluster cdDglpuw -
          clusterroles ClusterRole cluster cdDglpuw -
          rolebindings RoleBinding namespaced cdDglpuw -
          roles Role namespaced cdDglpuw -
        storage.k8s.io/v1
          csidrivers CSIDriver cluster cdDglpuw -
          csinodes CSINode cluster cdDglpuw -
          csistoragecapacities CSIStorageCapacity namespaced cdDglpuw -
          storageclasses StorageClass cluster cdDglpuw sc
          volumeattachments VolumeAttachment cluster cdDglpuw -
          volumeattachments/status VolumeAttachment cluster gpu -
          volumeattributesclasses VolumeAttributesClass cluster cdDglpuw vac
        scheduling.k8s.io/v1
          priorityclasses PriorityClass cluster cdDglpuw pc
        coordination.k8s.io/v1
          leases Lease namespaced cdDglpuw -
        discovery.k8s.io/v1
          endpointslices EndpointSlice namespaced cdDglpuw -
    "#]]
    .assert_eq(&told);
}

#[test]
fn every_kind_that_is_stored_is_served() {
    let mut cluster = Cluster::default();
    for kind in Kind::ALL {
        if [Kind::Binding, Kind::Eviction, Kind::Scale].contains(kind) {
            continue;
        }
        let prefix = if kind.group().is_empty() { "/api" } else { "/apis" };
        let list = get(&mut cluster, &format!("{prefix}/{}/{}", kind.api_version(), kind.plural()));
        assert_eq!(list["kind"], format!("{kind}List"));
    }
}
