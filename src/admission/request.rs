//! What is asked, and what is answered.

use std::fmt;

use crate::admission::error::ApiError;
use crate::admission::patch::Patch;
use crate::api::{Binding, CustomKind, DeleteOptions, Key, Kind, Object, Scale, Scope};
use crate::field::Errors;
use crate::meta::{self, PatchKind, PatchOptions};
use crate::store::{Expect, Store};
use crate::workload;

/// A request to write, in the verbs of the API.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// Add an object. A namespaced one without namespace goes to `default`.
    Create(Object),
    /// Replace an object, except its status.
    Update(Object),
    /// Replace the status of an object.
    UpdateStatus(Object),
    /// Replace the number of replicas of the object of this name, and nothing else.
    UpdateScale(Key, Box<Scale>),
    /// Add ephemeral containers to a pod; everything else in it is ignored.
    UpdateEphemeralContainers(Object),
    /// Replace the resources of a pod's containers; everything else in it is ignored.
    Resize(Object),
    /// Replace the finalizers in the spec of a namespace (NS-5).
    Finalize(Object),
    /// Change an object, or its status, by a patch.
    Patch(Box<Patch>),
    /// Delete an object.
    Delete(Key, DeleteOptions),
    /// Give a pod its node: `metadata` names the pod, `target.name` the node.
    Bind(Box<Binding>),
    /// Delete a pod unless a disruption budget forbids it.
    Evict(Key, DeleteOptions),
}

impl Request {
    /// The verb, as it is shown in a trace.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::UpdateStatus(_) => "update status of",
            Self::UpdateScale(..) => "update scale of",
            Self::UpdateEphemeralContainers(_) => "update ephemeral containers of",
            Self::Resize(_) => "resize",
            Self::Finalize(_) => "finalize",
            Self::Patch(_) => "patch",
            Self::Delete(..) => "delete",
            Self::Bind(_) => "bind",
            Self::Evict(..) => "evict",
        }
    }

    /// The object that is written. The name is empty where it is still to be generated.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Create(object)
            | Self::Update(object)
            | Self::UpdateStatus(object)
            | Self::UpdateEphemeralContainers(object)
            | Self::Resize(object)
            | Self::Finalize(object) => object.key(),
            Self::Patch(patch) => patch.key.clone(),
            Self::Delete(key, _) | Self::Evict(key, _) | Self::UpdateScale(key, _) => key.clone(),
            Self::Bind(binding) => {
                let meta = &binding.metadata;
                Key::new(Kind::Pod, meta.namespace.as_str(), meta.name.as_str())
            }
        }
    }
}

impl Request {
    /// Whether these options go together; those of a create and of an update have the same members as those
    /// of a patch.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] about the options, with all that is wrong.
    pub fn check_options(&self, options: &PatchOptions) -> Result<(), ApiError> {
        let (kind, plural) = match self {
            Self::Create(_) | Self::Bind(_) | Self::Evict(..) => ("CreateOptions", "createoptions"),
            Self::Update(_)
            | Self::UpdateStatus(_)
            | Self::UpdateScale(..)
            | Self::UpdateEphemeralContainers(_)
            | Self::Resize(_)
            | Self::Finalize(_) => ("UpdateOptions", "updateoptions"),
            Self::Patch(_) => ("PatchOptions", "patchoptions"),
            Self::Delete(..) => ("DeleteOptions", "deleteoptions"),
        };
        let mut errors = Errors::new();
        meta::validate_patch_options(&mut errors, options, PatchKind::Plain);
        errors.into_result(()).map_err(|errors| {
            let kind = CustomKind::new("meta.k8s.io/v1", kind, plural, Scope::Cluster);
            ApiError::Invalid { key: Key::new(Kind::Custom(kind), "", ""), errors }
        })
    }
}

/// A rule of one's own: changes or refuses what is about to be written.
pub trait Admission: fmt::Debug + Send + Sync {
    /// Looks at `new`, which replaces `old` (none: it is created). Refuses by pushing to `out`; called
    /// after defaulting and before validation.
    fn admit(&self, new: &mut Object, old: Option<&Object>, out: &mut Errors);
}

/// A request that has passed admission: the only thing that may be written to a cluster.
///
/// It cannot be made in any other way:
///
/// ```compile_fail
/// let forged = kubernel::admission::Admitted { writes: Vec::new(), answer: None };
/// ```
///
/// ```compile_fail
/// let forged = kubernel::admission::Admitted::default();
/// ```
#[derive(Debug)]
#[must_use]
pub struct Admitted {
    pub(super) writes: Vec<Write>,
    pub(super) answer: Answer,
}

/// One commit of an admitted request.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Write {
    /// The object.
    pub key: Key,
    /// What it must be now for the write to be made.
    pub expect: Expect,
    /// What it is afterwards; `None` if it is removed.
    pub after: Option<Object>,
}

/// Which object an admitted request is answered with.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// What is stored under this name after the writes.
    Stored(Key),
    /// The [`Scale`] of what is stored under this name after the writes.
    Scale(Key),
    /// This object, which is gone after the writes; with the revision of the last of them.
    Removed(Object),
    /// This object as it is, which is not stored so: it is gone after the writes (DEL-4), or nothing is
    /// written because the request was only a trial (STORE-11).
    Unstored(Object),
}

impl Answer {
    /// The answer if the writes are not made (STORE-11).
    ///
    /// # Errors
    /// [`ApiError::NotFound`] if there is no such object, which admission rules out.
    pub fn without(self, writes: &[Write], store: &Store) -> Result<Object, ApiError> {
        let after = |key: &Key| {
            let written = writes.iter().rev().find(|write| write.key == *key);
            written.map_or_else(|| store.object(key), |write| write.after.as_ref())
        };
        match self {
            Self::Stored(key) => after(&key).cloned().ok_or(ApiError::NotFound { key }),
            Self::Scale(key) => scale_of(after(&key), key.clone()).map(Object::from),
            Self::Removed(object) | Self::Unstored(object) => Ok(object),
        }
    }
}

/// The scale of the object called `key`, if there is one and it has any.
pub(crate) fn scale_of(object: Option<&Object>, key: Key) -> Result<Scale, ApiError> {
    let object = object.ok_or_else(|| ApiError::NotFound { key: key.clone() })?;
    let refused = || ApiError::MethodNotAllowed { kind: key.kind, verb: "scale" };
    workload::scale(object).ok_or_else(refused)
}

impl Admitted {
    pub(super) fn new(writes: Vec<Write>, answer: Answer) -> Self {
        Self { writes, answer }
    }

    /// The commits to make, in order. None: the request changes nothing (STORE-5).
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// The commits and the answer.
    #[must_use]
    pub fn into_parts(self) -> (Vec<Write>, Answer) {
        (self.writes, self.answer)
    }
}
