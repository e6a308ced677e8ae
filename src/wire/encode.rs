//! Writing answers as JSON.

use serde::Serialize;
use serde::ser::{SerializeSeq, SerializeStruct, Serializer};

use crate::admission::ApiError;
use crate::api::{Kind, Object, ObjectMeta, Status};
use crate::read::{Event, Page};
use crate::wire::accept::{Accept, Form};
use crate::wire::failure::Failure;
use crate::wire::message::{Body, Response};

const JSON: &str = "application/json";

/// Answers with a value as it is.
pub(super) fn value(
    code: u16,
    value: &impl Serialize,
    accept: Accept,
) -> Result<Response, Failure> {
    let text =
        if accept.pretty { serde_json::to_vec_pretty(value) } else { serde_json::to_vec(value) };
    let mut text = text.map_err(|error| ApiError::Internal { text: error.to_string().into() })?;
    text.push(b'\n');
    Ok(Response::new(code, JSON, Body::Whole(text)))
}

/// Answers with a status, whatever the client takes.
pub(super) fn status(status: &Status) -> Response {
    let code = u16::try_from(status.code).unwrap_or(500);
    // A status has no member that cannot be written.
    let text = serde_json::to_vec(status).unwrap_or_default();
    Response::new(code, JSON, Body::Whole(text))
}

/// Answers with an object in the form that the client wants.
pub(super) fn object(code: u16, object: &Object, accept: Accept) -> Result<Response, Failure> {
    match accept.form {
        Form::Whole => value(code, object, accept),
        Form::Metadata => value(code, &Metadata(object.meta()), accept),
    }
}

/// Answers with a page of a list in the form that the client wants.
pub(super) fn page(kind: &Kind, page: &Page, accept: Accept) -> Result<Response, Failure> {
    value(200, &Listed { kind, page, form: accept.form }, accept)
}

/// An event of a watch as a line.
pub(super) fn line(event: &Event, form: Form) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(&Line { event, form })?;
    line.push(b'\n');
    Ok(line)
}

/// An object of which only the metadata are told.
///
/// Source: `endpoints/handlers/response.go asPartialObjectMetadata`.
struct Metadata<'a>(&'a ObjectMeta);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = to.serialize_struct("PartialObjectMetadata", 3)?;
        to.serialize_field("kind", "PartialObjectMetadata")?;
        to.serialize_field("apiVersion", "meta.k8s.io/v1")?;
        to.serialize_field("metadata", self.0)?;
        to.end()
    }
}

struct Listed<'a> {
    kind: &'a Kind,
    page: &'a Page,
    form: Form,
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = to.serialize_struct("List", 4)?;
        match self.form {
            Form::Whole => {
                to.serialize_field("kind", &format_args!("{}List", self.kind))?;
                to.serialize_field("apiVersion", self.kind.api_version())?;
            }
            Form::Metadata => {
                to.serialize_field("kind", "PartialObjectMetadataList")?;
                to.serialize_field("apiVersion", "meta.k8s.io/v1")?;
            }
        }
        to.serialize_field("metadata", &self.page.metadata)?;
        to.serialize_field("items", &Items { items: &self.page.items, form: self.form })?;
        to.end()
    }
}

struct Items<'a> {
    items: &'a [Object],
    form: Form,
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = to.serialize_seq(Some(self.items.len()))?;
        for item in self.items {
            match self.form {
                Form::Whole => to.serialize_element(&item.listed())?,
                Form::Metadata => to.serialize_element(&Metadata(item.meta()))?,
            }
        }
        to.end()
    }
}

struct Line<'a> {
    event: &'a Event,
    form: Form,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = to.serialize_struct("WatchEvent", 2)?;
        to.serialize_field("type", self.event.as_str())?;
        match (self.event, self.form) {
            (Event::Error(status), _) => to.serialize_field("object", status)?,
            (
                Event::Added(object)
                | Event::Modified(object)
                | Event::Deleted(object)
                | Event::Bookmark(object),
                form,
            ) => match form {
                Form::Whole => to.serialize_field("object", object)?,
                Form::Metadata => to.serialize_field("object", &Metadata(object.meta()))?,
            },
        }
        to.end()
    }
}
