//! What an API server answers when it refuses.

use thiserror::Error;

use crate::api::{Key, Kind, Name, StatusReason};
use crate::field;
use crate::patch;
use crate::store::Revision;

/// A request that was refused. Nothing was written.
///
/// ```
/// use kubernel::admission::ApiError;
/// use kubernel::api::{Key, Kind, StatusReason};
///
/// let error = ApiError::NotFound { key: Key::new(Kind::Deployment, "prod", "web") };
/// let status = error.status();
/// assert_eq!((status.code, &status.reason), (404, &StatusReason::NotFound));
/// assert_eq!(status.message, r#"deployments.apps "web" not found"#);
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The object, or the namespace it should be made in, does not exist.
    #[error("{key} not found")]
    NotFound {
        /// What was looked for.
        key: Key,
    },
    /// The name is taken, perhaps by an object that is being deleted (STORE-2).
    #[error("{key} already exists")]
    AlreadyExists {
        /// The name.
        key: Key,
    },
    /// The object is not what the request took it for.
    #[error("{key} is in conflict: {cause}")]
    Conflict {
        /// The object.
        key: Key,
        /// In what way.
        cause: Conflict,
    },
    /// The object breaks rules.
    #[error("{key} is invalid: {errors}")]
    Invalid {
        /// The object.
        key: Key,
        /// All the rules it breaks, in upstream's order.
        errors: field::Errors,
    },
    /// The object is fine but may not be written here and now.
    #[error("{key} is forbidden: {reason}")]
    Forbidden {
        /// The object.
        key: Key,
        /// Why.
        reason: Forbidden,
    },
    /// The request makes no sense.
    #[error("bad request: {text}")]
    BadRequest {
        /// What is wrong with it.
        text: Box<str>,
    },
    /// The kind does not have this verb.
    #[error("{verb} is not allowed on {kind}")]
    MethodNotAllowed {
        /// The kind.
        kind: Kind,
        /// The verb.
        verb: &'static str,
    },
    /// A disruption budget does not allow an eviction now.
    #[error("{key} may not be evicted now: {reason}")]
    TooManyRequests {
        /// The pod.
        key: Key,
        /// Why.
        reason: Disruption,
    },
    /// The history at that point has been forgotten.
    #[error("revision {asked} is too old, oldest is {oldest}")]
    Expired {
        /// The revision asked for.
        asked: Revision,
        /// The oldest one that is still known.
        oldest: Revision,
        /// A token with which a list that went on from page to page can go on at the newest revision,
        /// though then its pages are not of one state (LIST-4).
        again: Option<Box<str>>,
    },
    /// The point in history has not been reached yet (STORE-10).
    #[error("revision {asked} is in the future, newest is {newest}")]
    TooLarge {
        /// The revision asked for.
        asked: Revision,
        /// The newest one.
        newest: Revision,
    },
    /// The patch is none, or cannot be applied to the object; [`patch::Error::code`] is the code.
    #[error("bad patch: {0}")]
    Patch(patch::Error),
    /// What the patch makes is no object of the kind (PATCH-15).
    #[error("bad result of the patch: {text}")]
    Unpatched {
        /// What is wrong with it.
        text: Box<str>,
    },
    /// The kind is not in the table and has no strategic merge patches.
    #[error("{kind} has no strategic merge patches")]
    UnsupportedMediaType {
        /// The kind.
        kind: Kind,
    },
    /// What upstream answers with code 500.
    #[error("internal error: {text}")]
    Internal {
        /// What went wrong.
        text: Box<str>,
    },
}

/// In what way an object is not what a request took it for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Conflict {
    /// It was changed since it was read (STORE-3).
    #[error("it was changed: have `{have}`, got `{got}`")]
    Changed {
        /// The stored `resourceVersion`.
        have: Revision,
        /// The one in the request.
        got: Revision,
    },
    /// It is another object of the same name (STORE-8).
    #[error("it is another object: have uid `{have}`, got `{got}`")]
    Replaced {
        /// The stored uid; empty if there is no object.
        have: Box<str>,
        /// The one in the request.
        got: Box<str>,
    },
    /// A precondition of a delete does not hold (DEL-1).
    #[error("the {field} in the precondition is `{got}`, the object has `{have}`")]
    Precondition {
        /// `UID` or `ResourceVersion`.
        field: &'static str,
        /// The stored value.
        have: Box<str>,
        /// The one in the request.
        got: Box<str>,
    },
    /// The pod has a node already (DEL-12).
    #[error("pod is already assigned to node `{node}`")]
    Bound {
        /// Its node.
        node: Name,
    },
    /// The pod is being deleted and gets no node any more (DEL-12).
    #[error("pod is being deleted, cannot be assigned to a host")]
    Deleting,
    /// The pod still has scheduling gates.
    #[error("pod has non-empty .spec.schedulingGates")]
    Gated,
}

/// Why an object may not be written here and now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// Its namespace is being deleted (NS-4).
    #[error("unable to create new content in namespace {namespace} because it is being terminated")]
    NamespaceTerminating {
        /// The namespace.
        namespace: Name,
    },
    /// The namespace belongs to the system (NS-3).
    #[error("this namespace may not be deleted")]
    SystemNamespace,
    /// Any other rule: a quota, a limit range, a policy.
    #[error("{0}")]
    Policy(Box<str>),
}

/// Why a pod may not be evicted now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Disruption {
    /// The budget's status is older than its spec (PDB-10).
    #[error("The disruption budget {budget} is still being processed by the server.")]
    Stale {
        /// The budget.
        budget: Name,
    },
    /// The budget is used up (PDB-10).
    #[error("The disruption budget {budget} {}", exhausted(*needed, *healthy))]
    Exhausted {
        /// The budget.
        budget: Name,
        /// How many pods must stay healthy.
        needed: i32,
        /// How many are healthy.
        healthy: i32,
    },
}

impl ApiError {
    /// The HTTP status code.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Self::Patch(error) => error.code(),
            Self::BadRequest { .. } => 400,
            Self::Forbidden { .. } => 403,
            Self::NotFound { .. } => 404,
            Self::MethodNotAllowed { .. } => 405,
            Self::AlreadyExists { .. } | Self::Conflict { .. } => 409,
            Self::Expired { .. } => 410,
            Self::UnsupportedMediaType { .. } => 415,
            Self::Invalid { .. } | Self::Unpatched { .. } => 422,
            Self::TooManyRequests { .. } => 429,
            Self::Internal { .. } => 500,
            Self::TooLarge { .. } => 504,
        }
    }

    /// The reason on the wire; unset for most answers with code 500.
    #[must_use]
    pub fn reason(&self) -> StatusReason {
        match self {
            Self::Patch(error) => match error.code() {
                400 => StatusReason::BadRequest,
                409 => StatusReason::Conflict,
                413 => StatusReason::RequestEntityTooLarge,
                422 => StatusReason::Invalid,
                _ => StatusReason::Unset,
            },
            Self::BadRequest { .. } => StatusReason::BadRequest,
            Self::Forbidden { .. } => StatusReason::Forbidden,
            Self::NotFound { .. } => StatusReason::NotFound,
            Self::MethodNotAllowed { .. } => StatusReason::MethodNotAllowed,
            Self::AlreadyExists { .. } => StatusReason::AlreadyExists,
            Self::Conflict { .. } => StatusReason::Conflict,
            Self::Expired { .. } => StatusReason::Expired,
            Self::Invalid { .. } | Self::Unpatched { .. } => StatusReason::Invalid,
            Self::UnsupportedMediaType { .. } => StatusReason::UnsupportedMediaType,
            Self::TooManyRequests { .. } => StatusReason::TooManyRequests,
            Self::Internal { .. } => StatusReason::Unset,
            Self::TooLarge { .. } => StatusReason::Timeout,
        }
    }
}

fn exhausted(needed: i32, healthy: i32) -> String {
    if healthy <= needed {
        format!("needs {needed} healthy pods and has {healthy} currently")
    } else {
        "does not allow evicting pods currently".into()
    }
}
