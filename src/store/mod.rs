//! Memory: objects at a revision.

use crate::api::{Key, Object};

/// A point in the history of a store: every write takes the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// One write: the object before and after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The revision the write made.
    pub revision: Revision,
    /// Which object.
    pub key: Key,
    /// The object before; `None` if it was created.
    pub before: Option<Object>,
    /// The object after; `None` if it was removed.
    pub after: Option<Object>,
}

/// Objects at a revision.
#[derive(Debug, Clone, Default)]
pub struct Store {}
