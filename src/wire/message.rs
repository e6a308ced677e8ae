//! Requests and responses.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::wire::stream::Stream;

/// The method of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Get, list or watch.
    #[default]
    Get,
    /// Create.
    Post,
    /// Update.
    Put,
    /// Patch.
    Patch,
    /// Delete, one or many.
    Delete,
    /// Any other; nothing answers it but a refusal.
    Other(Box<str>),
}

impl From<&str> for Method {
    /// Reads the method of a request line; they are written in capitals.
    fn from(text: &str) -> Self {
        match text {
            "GET" => Self::Get,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            other => Self::Other(other.into()),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Other(name) => name,
        })
    }
}

/// What a client asks.
///
/// ```
/// use kubernel::wire::{Method, Request};
///
/// let request = Request::new(Method::Patch, "/api/v1/nodes/n1?dryRun=All")
///     .body("application/merge-patch+json", r#"{"spec": {"unschedulable": true}}"#);
/// assert_eq!((request.path.as_str(), request.query.as_str()), ("/api/v1/nodes/n1", "dryRun=All"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path as it stands in the request line, still percent-encoded.
    pub path: String,
    /// What stands behind the `?`, still encoded.
    pub query: String,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The header `Accept`.
    pub accept: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body; `target` is a path with or without a query.
    #[must_use]
    pub fn new(method: Method, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { method, path: path.into(), query: query.into(), ..Self::default() }
    }

    /// A request to read.
    #[must_use]
    pub fn get(target: &str) -> Self {
        Self::new(Method::Get, target)
    }

    /// The same with this body.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { content_type: Some(content_type.into()), body: body.into(), ..self }
    }

    /// The same with this value as a body of `application/json`. A value that cannot be written as JSON, for
    /// the keys of a map that are not text, leaves the body empty.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        self.body("application/json", serde_json::to_vec(body).unwrap_or_default())
    }

    /// The same for a client that takes only these media types.
    #[must_use]
    pub fn accept(self, media_types: &str) -> Self {
        Self { accept: Some(media_types.into()), ..self }
    }
}

/// What a client is answered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status code.
    pub code: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// What the client is warned of, each to be sent as a header of its own.
    pub warnings: Vec<String>,
    /// The methods that are allowed, where another one is refused.
    pub allow: Vec<Method>,
    /// The body.
    pub body: Body,
}

/// The body of a response.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a front has to serve both, and there is no third")]
pub enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// The events of a watch, one JSON object a line.
    Stream(Box<Stream>),
}

impl Response {
    pub(super) fn new(code: u16, content_type: &'static str, body: Body) -> Self {
        Self { code, content_type, warnings: Vec::new(), allow: Vec::new(), body }
    }

    pub(super) fn text(code: u16, text: &str) -> Self {
        Self::new(code, "text/plain; charset=utf-8", Body::Whole(text.into()))
    }

    /// The headers to send, except for those about how the body is transferred.
    ///
    /// ```
    /// use kubernel::Cluster;
    /// use kubernel::wire::{Method, Request, handle};
    ///
    /// let body = serde_json::json!({"metadata": {"name": "a"}, "dat": {}});
    /// let request = Request::new(Method::Post, "/api/v1/namespaces/default/configmaps").json(&body);
    /// let response = handle(&mut Cluster::default(), &request);
    /// let warning = r#"299 - "unknown field \"dat\"""#.to_owned();
    /// assert_eq!(response.headers()[1], ("warning", warning));
    /// ```
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("content-type", self.content_type.to_owned())];
        let quoted = |text: &str| text.replace('\\', r"\\").replace('"', "\\\"");
        let warning = |text: &String| ("warning", format!("299 - \"{}\"", quoted(text)));
        headers.extend(self.warnings.iter().map(warning));
        if !self.allow.is_empty() {
            let allow: Vec<String> = self.allow.iter().map(ToString::to_string).collect();
            headers.push(("allow", allow.join(", ")));
        }
        headers
    }

    /// The body as a JSON value; `None` if it is a stream or no JSON.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        match &self.body {
            Body::Whole(bytes) => serde_json::from_slice(bytes).ok(),
            Body::Stream(_) => None,
        }
    }

    /// The stream of a watch; `None` if it is something else.
    #[must_use]
    pub fn stream(self) -> Option<Stream> {
        match self.body {
            Body::Whole(_) => None,
            Body::Stream(stream) => Some(*stream),
        }
    }
}
