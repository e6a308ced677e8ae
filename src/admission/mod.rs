//! The gate: default, mutate, validate, allocate. What passes is [`Admitted`], and nothing else may be
//! written to a cluster.
//!
//! ```
//! use kubernel::admission::{Gate, Request};
//! use kubernel::api::{ConfigMap, Namespace, ObjectMeta};
//! use kubernel::service::Ranges;
//! use kubernel::store::Store;
//! use kubernel::time::Time;
//!
//! let store = Store::new();
//! let mut draw = || 7;
//! let ranges = Ranges::default();
//! let mut gate =
//!     Gate { store: &store, now: Time::EPOCH, draw: &mut draw, rules: &[], ranges: &ranges };
//!
//! let meta = ObjectMeta { name: "prod".into(), ..Default::default() };
//! let admitted = gate.admit(Request::Create(Namespace { metadata: meta, ..Default::default() }.into()))?;
//! assert_eq!(admitted.writes().len(), 1);
//!
//! let lost = ObjectMeta { name: "a".into(), namespace: "prod".into(), ..Default::default() };
//! let refused = gate.admit(Request::Create(ConfigMap { metadata: lost, ..Default::default() }.into()));
//! assert_eq!(refused.unwrap_err().to_string(), "Namespace prod not found");
//! # Ok::<(), kubernel::admission::ApiError>(())
//! ```

mod allocate;
mod areas;
mod bind;
mod delete;
mod error;
mod evict;
mod kinds;
mod metadata;
mod mutate;
mod namespace;
mod patch;
mod request;
mod scale;
mod status;
mod storage;
mod subresource;
mod update;

use std::fmt;
use std::sync::Arc;

pub(crate) use delete::check_delete_options;
pub(crate) use request::scale_of;

pub use areas::{default, validate, validate_update};
pub use error::{ApiError, Conflict, Disruption, Forbidden};
pub use kinds::{Dependents, Strategy};
pub use namespace::DEFAULT_NAMESPACES;
pub use patch::{Change, Patch};
pub use request::{Admission, Admitted, Answer, Request, Write};
pub use subresource::Subresource;

use crate::api::{DeleteOptions, Key, Kind, Object};
use crate::field::Errors;
use crate::service::Ranges;
use crate::store::{Expect, Store};
use crate::time::Time;

/// How often a name is drawn before a collision is answered (NAME-16).
const NAME_ATTEMPTS: usize = 8;

/// What requests are judged by: what is stored, the time, and where uids and names are drawn from.
pub struct Gate<'a> {
    /// What is stored now.
    pub store: &'a Store,
    /// The time to write into objects.
    pub now: Time,
    /// Answers the next random bits.
    pub draw: &'a mut dyn FnMut() -> u64,
    /// Rules of the user's own, in order.
    pub rules: &'a [Arc<dyn Admission>],
    /// The addresses and ports that services are given.
    pub ranges: &'a Ranges,
}

impl fmt::Debug for Gate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("now", &self.now).field("rules", &self.rules).finish()
    }
}

impl Gate<'_> {
    /// Judges a request.
    ///
    /// # Errors
    /// - [`ApiError::NotFound`]: the object or the namespace does not exist.
    /// - [`ApiError::AlreadyExists`]: the name of a new object is taken.
    /// - [`ApiError::Conflict`]: a resource version, a uid or a precondition does not hold; a pod
    ///   cannot be bound any more.
    /// - [`ApiError::Invalid`]: the object breaks rules.
    /// - [`ApiError::Forbidden`]: the namespace is being deleted, or belongs to the system.
    /// - [`ApiError::TooManyRequests`]: a disruption budget refuses an eviction.
    /// - [`ApiError::BadRequest`]: the name of an updated object is missing.
    /// - [`ApiError::MethodNotAllowed`]: the kind does not have the verb.
    /// - For a patch also as [`Patch::apply`].
    /// - [`ApiError::Internal`]: a resource version is no number, or set on a new object.
    pub fn admit(&mut self, request: Request) -> Result<Admitted, ApiError> {
        match request {
            Request::Create(object) => self.create(object),
            Request::Update(object) => self.update(object),
            Request::UpdateStatus(object) => self.update_part(object, Subresource::Status),
            Request::UpdateScale(key, scale) => self.update_scale(&key, &scale),
            Request::UpdateEphemeralContainers(object) => {
                self.update_part(object, Subresource::EphemeralContainers)
            }
            Request::Resize(object) => self.update_part(object, Subresource::Resize),
            Request::Finalize(object) => self.finalize(object),
            Request::Patch(patch) => self.patch(&patch),
            Request::Delete(key, options) => self.delete(&key, options),
            Request::Bind(binding) => self.bind(&binding),
            Request::Evict(key, options) => self.evict(&key, options),
        }
    }

    fn create(&mut self, mut object: Object) -> Result<Admitted, ApiError> {
        match object {
            Object::Binding(binding) => return self.bind(&binding),
            Object::Eviction(eviction) => {
                let meta = &eviction.metadata;
                let key = Key::new(Kind::Pod, meta.namespace.as_str(), meta.name.as_str());
                let options = eviction.delete_options.as_deref().cloned();
                return self.evict(&key, options.unwrap_or_default());
            }
            ref other => must_be_stored(other, "create")?,
        }
        place(&mut object);
        // META-2
        match object.meta().resource_version.parse::<u64>() {
            Ok(version) if version != 0 => {
                let text = "resourceVersion should not be set on objects to be created".into();
                return Err(ApiError::Internal { text });
            }
            Ok(_) | Err(_) => {}
        }
        namespace::may_create(self.store, &object.key())?;
        metadata::fill(object.meta_mut(), self.now, self.draw);
        if !object.meta().owner_references.is_empty() {
            metadata::distinct_owners(&mut object.meta_mut().owner_references);
        }
        default(&mut object);
        mutate::complete(&mut object, None, self.store)?;
        let mut errors = self.mutate(&mut object, None);
        kinds::prepare_create(&mut object, self.now);
        refuse(&object.key(), self.allocate(&mut object, None))?;
        storage::create(&mut object, self.store, self.now);
        let generated = self.name(&mut object);
        kinds::prepare_named(&mut object);
        namespace::label(&mut object);
        validate(&mut errors, &object);
        let key = object.key();
        refuse(&key, errors)?;
        if generated == Name::Exhausted || self.store.object(&key).is_some() {
            return Err(ApiError::AlreadyExists { key }); // STORE-2
        }
        let write = Write { key: key.clone(), expect: Expect::Absent, after: Some(object) };
        Ok(Admitted::new(vec![write], Answer::Stored(key)))
    }

    /// NAME-15, NAME-16
    fn name(&mut self, object: &mut Object) -> Name {
        if !object.meta().name.is_empty() || object.meta().generate_name.is_empty() {
            return Name::Given;
        }
        for _ in 0..NAME_ATTEMPTS {
            let name = metadata::generated(&object.meta().generate_name, self.draw);
            object.meta_mut().name = name;
            if self.store.object(&object.key()).is_none() {
                return Name::Given;
            }
        }
        Name::Exhausted
    }

    fn mutate(&self, new: &mut Object, old: Option<&Object>) -> Errors {
        let mut errors = Errors::new();
        for rule in self.rules {
            rule.admit(new, old, &mut errors);
        }
        errors
    }

    fn stored(&self, key: &Key) -> Result<&Object, ApiError> {
        self.store.object(key).ok_or_else(|| ApiError::NotFound { key: key.clone() })
    }

    fn delete(&mut self, key: &Key, options: DeleteOptions) -> Result<Admitted, ApiError> {
        let object = self.stored(key)?;
        namespace::may_delete(key)?;
        let trial = delete::is_trial(&options);
        let end = delete::end(object, options, self.now)?;
        Ok(if trial { end.tried(key, object) } else { end.admitted(key, object) })
    }
}

#[derive(PartialEq, Eq)]
enum Name {
    Given,
    Exhausted,
}

/// Objects of the cluster have no namespace; others without one are in `default` (META-3).
fn place(object: &mut Object) {
    let namespaced = object.kind().is_namespaced();
    if namespaced && object.meta().namespace.is_empty() {
        object.meta_mut().namespace = "default".into();
    } else if !namespaced && !object.meta().namespace.is_empty() {
        object.meta_mut().namespace.clear();
    }
}

fn must_be_stored(object: &Object, verb: &'static str) -> Result<(), ApiError> {
    let kind = object.kind();
    if Strategy::of(&kind).stored { Ok(()) } else { Err(ApiError::MethodNotAllowed { kind, verb }) }
}

fn refuse(key: &Key, errors: Errors) -> Result<(), ApiError> {
    errors.into_result(()).map_err(|errors| ApiError::Invalid { key: key.clone(), errors })
}

#[cfg(test)]
mod tests;
