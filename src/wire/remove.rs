//! The requests that delete.

use crate::admission::Strategy;
use crate::api::{DeleteOptions, Status, StatusDetails};
use crate::cluster::Cluster;
use crate::read::ListOptions;
use crate::wire::failure::Failure;
use crate::wire::message::Response;
use crate::wire::{Call, encode};

impl Call<'_> {
    /// Source: `endpoints/handlers/delete.go DeleteResource`.
    pub(super) fn delete(self, cluster: &mut Cluster) -> Result<Response, Failure> {
        let options = self.delete_options()?;
        let key = self.target.key();
        let background = options.orphan_dependents == Some(false);
        let uid = cluster.store().object(&key).map(|object| object.meta().uid.clone());
        let (object, gone) = if options.dry_run.is_empty() {
            let object = cluster.delete(&key, options)?;
            (object, cluster.store().object(&key).is_none())
        } else {
            // A trial is answered as what it is not.
            let object = cluster.delete(&key, options.clone())?;
            let mut fork = cluster.fork();
            let tried = fork.delete(&key, DeleteOptions { dry_run: Vec::new(), ..options });
            (object, tried.is_ok() && fork.store().object(&key).is_none())
        };
        // DEL-2
        if gone && !Strategy::of(&key.kind).answers_deleted {
            let details = StatusDetails {
                name: key.name.to_string(),
                group: key.kind.group().into(),
                kind: key.kind.plural().into(),
                uid: uid.unwrap_or_default(),
                ..StatusDetails::default()
            };
            let status = Status {
                status: "Success".into(),
                details: Some(Box::new(details)),
                ..Status::default()
            };
            return encode::value(200, &status, self.accept);
        }
        // DEL-11
        encode::object(if background && !gone { 202 } else { 200 }, &object, self.accept)
    }

    /// Source: `endpoints/handlers/delete.go DeleteCollection`.
    pub(super) fn delete_collection(self, cluster: &mut Cluster) -> Result<Response, Failure> {
        let list = ListOptions::from_query(self.query.pairs())?;
        let options = self.delete_options()?;
        let (kind, namespace) = (&self.target.kind, self.target.namespace.as_deref());
        let page = cluster.delete_collection(kind, namespace, &list, &options)?;
        encode::page(kind, &page, self.accept)
    }
}
