//! The requests that create and change.

use serde_json::Value;

use crate::admission::{Patch, Request, Subresource};
use crate::api::{Key, Kind, Object, Status};
use crate::cluster::Cluster;
use crate::wire::body::Sent;
use crate::wire::failure::Failure;
use crate::wire::message::Response;
use crate::wire::route::Part;
use crate::wire::{Call, encode};

/// The forms of a patch, by media type.
const PATCHES: &[&str] = &[
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
];

impl Call<'_> {
    /// Source: `endpoints/handlers/create.go`.
    pub(super) fn create(self, cluster: &mut Cluster) -> Result<Response, Failure> {
        let options = self.query.write_options();
        let Sent { object, warnings } = self.sent(&options)?;
        if self.target.part != Part::Whole && object.meta().name != *self.target.key().name {
            return Err(Failure::bad(format_args!(
                "name in URL does not match name in {} object",
                object.kind()
            )));
        }
        let (request, is_sent) = match object {
            Object::Binding(it) => (Request::Bind(Box::new(it.as_ref().clone())), true),
            Object::Eviction(it) => {
                let options = it.delete_options.as_deref().cloned().unwrap_or_default();
                let key = Key { kind: Kind::Pod, ..self.target.key() };
                (Request::Evict(key, options), true)
            }
            object => (Request::Create(object), false),
        };
        let made = cluster.request_with(request, &options)?;
        let mut response = if is_sent {
            let status = Status { status: "Success".into(), code: 201, ..Status::default() };
            encode::status(&status)
        } else {
            encode::object(201, &made, self.accept)?
        };
        response.warnings = warnings;
        Ok(response)
    }

    /// Source: `endpoints/handlers/update.go`.
    pub(super) fn update(self, cluster: &mut Cluster) -> Result<Response, Failure> {
        let options = self.query.write_options();
        let Sent { object, warnings } = self.sent(&options)?;
        self.must_be_named(&object)?;
        let key = self.target.key();
        let is_new = cluster.store().object(&key).is_none();
        let request = match (self.target.part, object) {
            (Part::Of(Subresource::Scale), Object::Scale(scale)) => {
                Request::UpdateScale(key, Box::new(scale.as_ref().clone()))
            }
            (Part::Of(Subresource::Status), object) => Request::UpdateStatus(object),
            (Part::Of(Subresource::Resize), object) => Request::Resize(object),
            (Part::Of(Subresource::EphemeralContainers), object) => {
                Request::UpdateEphemeralContainers(object)
            }
            (Part::Finalize, object) => Request::Finalize(object),
            (
                Part::Whole | Part::Binding | Part::Eviction | Part::Of(Subresource::Scale),
                object,
            ) => Request::Update(object),
        };
        let object = cluster.request_with(request, &options)?;
        let mut response = encode::object(if is_new { 201 } else { 200 }, &object, self.accept)?;
        response.warnings = warnings;
        Ok(response)
    }

    /// Source: `endpoints/handlers/patch.go`.
    pub(super) fn patch(self, cluster: &mut Cluster) -> Result<Response, Failure> {
        let key = self.target.key();
        let make = match self.media_type() {
            Some("application/json-patch+json") => Patch::json,
            Some("application/merge-patch+json") => Patch::merge,
            Some("application/strategic-merge-patch+json") => Patch::strategic,
            _ => return Err(Failure::Media { accepted: PATCHES }),
        };
        self.must_be_small()?;
        let options = self.query.write_options();
        let unread = |why| Failure::bad(format_args!("error decoding patch: {why}"));
        let body: Value = serde_json::from_slice(&self.request.body).map_err(unread)?;
        let mut patch = make(key, body);
        if let Part::Of(part) = self.target.part {
            patch = patch.of(part);
        }
        let object = cluster.request_with(Request::Patch(Box::new(patch)), &options)?;
        encode::object(200, &object, self.accept)
    }
}
