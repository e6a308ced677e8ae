//! Object metadata: its validation, what an update may change, who owns whom, and what is collected.
//!
//! Source: `apimachinery/pkg/api/validation/objectmeta.go`, `apiserver/pkg/registry/rest`,
//! `pkg/controller/controller_ref_manager.go`, `pkg/controller/garbagecollector`.

mod options;
mod owner;
mod update;
mod validate;

pub mod gc;
pub mod resource_version;

pub use options::{PatchKind, PatchOptions, validate_delete_options, validate_patch_options};
pub use owner::{Claim, adopt, claim, controller_of, controller_ref, is_controlled_by, release};
pub use update::{carry_over, update, update_builtin};
pub use validate::{
    ANNOTATIONS_MAX_BYTES, NameRule, Rules, validate, validate_annotations, validate_builtin,
    validate_labels,
};
