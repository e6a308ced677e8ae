//! Conversions to and from the types of `k8s-openapi`, through the wire form.
//!
//! The functions need only `serde`, so they work with every version of `k8s-openapi` and with every
//! other crate whose types read and write the same JSON; this crate does not choose one.
//!
//! ```
//! use k8s_openapi::api::core::v1 as k8s;
//! use kubernel::api::{Container, Pod, PodSpec};
//! use kubernel::interop::{from_k8s, to_k8s};
//!
//! let containers = vec![Container { name: "web".into(), ..Default::default() }];
//! let pod = Pod { spec: PodSpec { containers, ..Default::default() }, ..Default::default() };
//! let theirs: k8s::Pod = to_k8s(&pod)?;
//! assert_eq!(theirs.spec.as_ref().map(|spec| spec.containers[0].name.as_str()), Some("web"));
//! assert_eq!(from_k8s::<Pod>(&theirs)?, pod);
//! # Ok::<(), kubernel::interop::Misfit>(())
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::{DecodeError, Kind, Resource, Strictness, decode_value};

/// Why an object does not fit into a type of the other side.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// It is of another kind.
    #[error("expected a {expected}, found a {found}")]
    Kind {
        /// The kind that was asked for.
        expected: Kind,
        /// The kind that the object is of.
        found: Kind,
    },
    /// It says no kind, or a field of it cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The other side cannot write it, or cannot read what we write.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// The object as a type of `k8s-openapi`. Fields that `T` does not have are dropped.
///
/// # Errors
/// When `T` is of another kind, or refuses a value: `k8s-openapi` does not read a `null` time, which
/// is how the zero time of a condition is written.
pub fn to_k8s<T: DeserializeOwned>(object: &impl Resource) -> Result<T, Misfit> {
    Ok(serde_json::from_value(serde_json::to_value(object)?)?)
}

/// The object of a type of `k8s-openapi` as one of ours. Fields that `R` does not have are dropped.
///
/// # Errors
/// When the object is of another kind, or a value does not fit its field.
pub fn from_k8s<R: Resource>(object: &impl Serialize) -> Result<R, Misfit> {
    let decoded = decode_value(serde_json::to_value(object)?, Strictness::Ignore)?;
    match decoded.object.peek::<R>() {
        Some(object) => Ok(object.clone()),
        None => Err(Misfit::Kind { expected: R::KIND, found: decoded.object.kind() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Node, Pod, Service};
    use k8s_openapi::api::core::v1 as k8s;

    #[test]
    fn kinds_must_agree() {
        let pod = k8s::Pod::default();
        let error = from_k8s::<Node>(&pod).unwrap_err();
        assert_eq!(error.to_string(), "expected a Node, found a Pod");
        assert!(to_k8s::<k8s::Node>(&Pod::default()).is_err());
        assert!(from_k8s::<Pod>(&k8s::PodSpec::default()).is_err());
    }

    #[test]
    fn there_and_back() {
        let service = k8s::Service::default();
        let ours: Service = from_k8s(&service).unwrap();
        let theirs: k8s::Service = to_k8s(&ours).unwrap();
        assert_eq!(theirs.metadata, service.metadata);
        assert_eq!(from_k8s::<Service>(&theirs).unwrap(), ours);
    }
}
