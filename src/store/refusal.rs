//! Why a commit or a look into the past is refused.

use thiserror::Error;

use super::Revision;
use crate::api::{Key, Name};

/// Why a commit was not performed. Nothing has changed, and no revision was used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Rejected {
    /// [`Expect::Absent`](super::Expect::Absent), but there is such an object, perhaps one that is being deleted.
    #[error("`{key}` already exists")]
    AlreadyExists {
        /// The object that is there.
        key: Key,
    },
    /// A revision or uid was expected, or something was to be deleted, but there is no such object.
    #[error("`{key}` not found")]
    NotFound {
        /// The object that is not there.
        key: Key,
    },
    /// The object was written after the revision that was expected.
    #[error("`{key}` was changed: it is at revision {have}, expected was {expected}")]
    Changed {
        /// The object.
        key: Key,
        /// The revision of its last write.
        have: Revision,
        /// The revision that was expected.
        expected: Revision,
    },
    /// Another object has taken the name.
    #[error("`{key}` is another object: its uid is `{have}`, expected was `{expected}`")]
    Replaced {
        /// The name.
        key: Key,
        /// The uid of the object that is there.
        have: Name,
        /// The uid that was expected.
        expected: Name,
    },
    /// The object to store is called otherwise than the key it was to be stored under.
    #[error("`{found}` cannot be stored as `{key}`")]
    Misnamed {
        /// Where it was to be stored.
        key: Key,
        /// What the object says it is.
        found: Key,
    },
}

/// A revision lies before the history that is kept, as upstream's `410 Gone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("revision {asked} is too old, the oldest is {oldest}")]
#[expect(clippy::exhaustive_structs, reason = "both numbers are all there is to say")]
pub struct Expired {
    /// The revision that was asked for.
    pub asked: Revision,
    /// The oldest revision that can be asked for.
    pub oldest: Revision,
}
