//! The requests that read.

use std::time::Duration;

use crate::admission::{Subresource, scale_of};
use crate::cluster::Cluster;
use crate::read::ListOptions;
use crate::wire::failure::Failure;
use crate::wire::message::{Body, Response};
use crate::wire::route::Part;
use crate::wire::stream::Stream;
use crate::wire::{Call, encode};

impl Call<'_> {
    pub(super) fn get(self, cluster: &Cluster) -> Result<Response, Failure> {
        let version = self.query.text("resourceVersion").unwrap_or_default();
        let key = self.target.key();
        let object = cluster.read(&key, version)?;
        match self.target.part {
            Part::Of(Subresource::Scale) => {
                encode::object(200, &scale_of(Some(object), key)?.into(), self.accept)
            }
            Part::Whole | Part::Of(_) | Part::Binding | Part::Eviction | Part::Finalize => {
                encode::object(200, object, self.accept)
            }
        }
    }

    pub(super) fn list_or_watch(self, cluster: &Cluster) -> Result<Response, Failure> {
        let mut options = ListOptions::from_query(self.query.pairs())?;
        if let Some(name) = &self.target.name {
            name_only(&mut options, name)?;
        }
        let (kind, namespace) = (&self.target.kind, self.target.namespace.as_deref());
        if self.target.watch || self.query.truth("watch") == Some(true) {
            let watch = cluster.watch(kind, namespace, &options)?;
            let timeout =
                self.query.number("timeoutSeconds")?.and_then(|it| u64::try_from(it).ok());
            let timeout = timeout.filter(|seconds| *seconds > 0).map(Duration::from_secs);
            let stream = Stream::new(watch, self.accept.form, cluster.now(), timeout);
            return Ok(Response::new(200, "application/json", Body::Stream(Box::new(stream))));
        }
        let page = cluster.page(kind, namespace, &options)?;
        encode::page(kind, &page, self.accept)
    }
}

/// Source: `endpoints/handlers/get.go listOpts`.
fn name_only(options: &mut ListOptions, name: &str) -> Result<(), Failure> {
    let wanted = format!("metadata.name={name}");
    if options.field_selector.is_empty() {
        options.field_selector = wanted;
    } else if options.field_selector != wanted {
        return Err(Failure::bad("fieldSelector metadata.name doesn't match requested name"));
    }
    Ok(())
}
