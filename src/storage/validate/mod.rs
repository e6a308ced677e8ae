//! What is wrong with claims, volumes, classes and attachments, and what of them may change.
//!
//! Source: `pkg/apis/core/validation`, `pkg/apis/storage/validation`, `pkg/volume/validation`.

mod affinity;
mod attachment;
mod claim;
mod class;
mod volume;

pub use attachment::{attachment, update_attachment};
pub use claim::{claim, update_claim, update_claim_status};
pub use class::{storage_class, update_storage_class};
pub use volume::{update_volume, update_volume_status, volume};

use crate::field::{Errors, Path};

/// Pushes `Invalid` if a field has changed.
fn fixed<T: PartialEq>(out: &mut Errors, at: &Path<'_>, new: &T, old: &T) {
    if new != old {
        out.invalid(at, "", "field is immutable");
    }
}
