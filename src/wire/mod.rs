//! The API server's HTTP face as a function: a request in, a response out.
//!
//! [`handle`] understands the paths, methods, headers, queries and JSON bodies of the Kubernetes API and
//! answers as an API server does, refusals included. It performs no I/O: any HTTP front, in any process,
//! fills in a [`Request`], sends the [`Response`] back, and polls the [`Stream`] of a watch for as long as
//! its client listens.
//!
//! ```
//! use kubernel::Cluster;
//! use kubernel::wire::{Method, Request, handle};
//! use serde_json::json;
//!
//! let mut cluster = Cluster::default();
//! let map = json!({"metadata": {"name": "settings"}, "data": {"colour": "blue"}});
//! let create = Request::new(Method::Post, "/api/v1/namespaces/default/configmaps").json(&map);
//! let created = handle(&mut cluster, &create);
//! assert_eq!((created.code, created.value().unwrap()["kind"].as_str()), (201, Some("ConfigMap")));
//!
//! let watch = Request::get("/api/v1/configmaps?watch=true&fieldSelector=metadata.name%3Dsettings");
//! let mut events = handle(&mut cluster, &watch).stream().unwrap();
//! let line = String::from_utf8(events.poll(&cluster)).unwrap();
//! assert!(line.starts_with(r#"{"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":"#));
//!
//! let missing = handle(&mut cluster, &Request::get("/api/v1/namespaces/default/configmaps/other"));
//! assert_eq!((missing.code, missing.value().unwrap()["reason"].as_str()), (404, Some("NotFound")));
//! ```
//!
//! What an HTTP front has to do with a response:
//!
//! ```
//! use std::io::{self, Write};
//! use kubernel::Cluster;
//! use kubernel::wire::{Body, Request, handle};
//!
//! fn serve(cluster: &mut Cluster, request: &Request, to: &mut impl Write) -> io::Result<()> {
//!     let response = handle(cluster, request);
//!     write!(to, "HTTP/1.1 {} \r\n", response.code)?;
//!     for (name, value) in response.headers() {
//!         write!(to, "{name}: {value}\r\n")?;
//!     }
//!     match response.body {
//!         Body::Whole(bytes) => {
//!             write!(to, "content-length: {}\r\n\r\n", bytes.len())?;
//!             to.write_all(&bytes)
//!         }
//!         Body::Stream(mut stream) => {
//!             write!(to, "\r\n")?;
//!             to.write_all(&stream.poll(cluster)) // and again whenever the cluster has moved
//!         }
//!     }
//! }
//! # let mut out = Vec::new();
//! # serve(&mut Cluster::default(), &Request::get("/version"), &mut out)?;
//! # assert!(out.starts_with(b"HTTP/1.1 200 \r\ncontent-type: application/json\r\ncontent-length: "));
//! # Ok::<(), io::Error>(())
//! ```
//!
//! | path | methods |
//! |---|---|
//! | `/api`, `/apis`, `/apis/GROUP`, `/api/v1`, `/apis/GROUP/VERSION`, `/version`, `/healthz`, `/livez`, `/readyz` | GET |
//! | `…/RESOURCE`, in one namespace or of the cluster | GET (list, watch), POST, DELETE |
//! | `…/RESOURCE` of all namespaces | GET (list, watch) |
//! | `…/RESOURCE/NAME` | GET, PUT, PATCH, DELETE |
//! | `…/RESOURCE/NAME/status`, `scale`, and of pods `ephemeralcontainers`, `resize` | GET, PUT, PATCH |
//! | `…/pods/NAME/binding`, `…/pods/NAME/eviction`, `…/bindings` | POST |
//! | `/api/v1/namespaces/NAME/finalize` | PUT |
//! | `…/watch/…`, the older form of a watch | GET |
//!
//! Bodies and answers are JSON only; other media types are refused as a server that has none but JSON would.
//! Patches that apply, tables, the aggregated form of discovery and OpenAPI are not understood. There is no
//! authentication: every request is allowed.
//!
//! Source: `apiserver/pkg/endpoints` (`installer.go`, `handlers`, `request/requestinfo.go`), go-restful's
//! router, `apiserver/pkg/server`.

mod accept;
mod body;
mod change;
mod discovery;
mod encode;
mod failure;
mod message;
mod names;
mod query;
mod remove;
mod route;
mod show;
mod stream;

pub use message::{Body, Method, Request, Response};
pub use stream::Stream;

use crate::cluster::Cluster;
use accept::Accept;
use discovery::{Group, Groups, Resources};
use failure::Failure;
use query::Query;
use route::{Route, Target};

/// Answers a request as an API server does. A watch is answered at once, with a [`Stream`] to poll.
///
/// Every request has an answer; one that cannot be understood or is refused has a code of 400 or more and
/// mostly a `Status` as its body, and has changed nothing. Writes stand in the cluster's trace as the
/// user's.
#[must_use]
pub fn handle(cluster: &mut Cluster, request: &Request) -> Response {
    answer(cluster, request).unwrap_or_else(Failure::into_response)
}

fn answer(cluster: &mut Cluster, request: &Request) -> Result<Response, Failure> {
    let query = Query::of(&request.query);
    let route = Route::of(&request.path, cluster)?;
    let allowed = route.methods();
    if !allowed.contains(&request.method) {
        return Err(Failure::Method { allowed });
    }
    let accept = Accept::of(request.accept.as_deref())?.pretty(&query);
    match route {
        Route::Health => Ok(Response::text(200, "ok")),
        Route::Version => encode::value(200, &discovery::version(), accept),
        Route::Versions => encode::value(200, &discovery::versions(), accept),
        Route::Groups => encode::value(200, &Groups::of(cluster), accept),
        Route::Group(name) => encode::value(200, &Group::of(name, cluster), accept),
        Route::Resources(version) => encode::value(200, &Resources::of(version, cluster), accept),
        Route::Resource(target) => {
            let call = Call { request, query, accept, target };
            call.answer(cluster)
        }
    }
}

/// A request about a resource, taken apart.
struct Call<'a> {
    request: &'a Request,
    query: Query,
    accept: Accept,
    target: Target,
}

impl Call<'_> {
    fn answer(self, cluster: &mut Cluster) -> Result<Response, Failure> {
        match (&self.request.method, self.target.is_item()) {
            (Method::Get, false) => self.list_or_watch(cluster),
            (Method::Get, true) => self.get(cluster),
            (Method::Post, _) => self.create(cluster),
            (Method::Put, _) => self.update(cluster),
            (Method::Patch, _) => self.patch(cluster),
            (Method::Delete, true) => self.delete(cluster),
            (Method::Delete, false) => self.delete_collection(cluster),
            (Method::Other(_), _) => Err(Failure::Method { allowed: self.target.methods() }),
        }
    }
}
