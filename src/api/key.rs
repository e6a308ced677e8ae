//! The identity of an object in a cluster.

use std::fmt;
use std::sync::Arc;

use crate::api::kinds::Kind;

/// A shared text: the name of an object or of a namespace.
pub type Name = Arc<str>;

/// Kind, namespace and name: what an object is called. Orders by kind, namespace, name.
///
/// The namespace is empty for kinds of the cluster.
///
/// ```
/// use kubernel::api::{Key, Kind};
///
/// let key = Key::new(Kind::Pod, "prod", "web-0");
/// assert_eq!(key.to_string(), "Pod prod/web-0");
/// assert_eq!(Key::new(Kind::Node, "", "n1").to_string(), "Node n1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The kind.
    pub kind: Kind,
    /// The namespace; empty for kinds of the cluster.
    pub namespace: Name,
    /// The name.
    pub name: Name,
}

impl Key {
    /// The key of an object of `kind` called `name` in `namespace`.
    #[must_use]
    pub fn new(kind: Kind, namespace: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}
