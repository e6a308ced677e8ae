//! Patches: JSON patch, JSON merge patch, strategic merge patch, and what a client-side apply does
//! with them.
//!
//! | way | applied by | made by |
//! |---|---|---|
//! | JSON patch (RFC 6902): a list of operations | [`json`] | |
//! | JSON merge patch (RFC 7396): the members to change | [`merge`] | [`merge_diff`] |
//! | strategic merge patch: the same, with lists that merge by key | [`strategic`] | [`diff`] |
//!
//! [`apply`] is a client-side apply: a [`three_way`] merge with what was applied last.
//!
//! All work on JSON values and answer a JSON value; [`merge_text`] and [`json_text`] work on texts and leave
//! numbers as they are written, which values do not. What an API server does around that, decoding the
//! result into the kind and checking it as an update, is the caller's.
//!
//! No patch recurses deeper than [`MAX_DEPTH`] levels; what is deeper is refused.
//!
//! Source: `apimachinery/pkg/util/strategicpatch`, `apimachinery/pkg/util/jsonmergepatch`,
//! `gopkg.in/evanphx/json-patch.v4`. Rules `PATCH-1` to `PATCH-17`.

mod apply;
mod conflict;
mod diff;
mod error;
mod json;
mod list;
mod merge;
mod order;
mod schema;
mod strategic;
mod text;
mod value;

pub use apply::{
    Applied, Conflicts, LAST_APPLIED, Sides, apply, last_applied, three_way, with_last_applied,
};
pub use diff::diff;
pub use error::{Cause, Error};
pub use json::{MAX_COPIED, MAX_OPERATIONS, json};
pub use merge::{merge, merge_diff};
pub use strategic::strategic;
pub use text::{json_text, merge_text};
pub use value::MAX_DEPTH;
