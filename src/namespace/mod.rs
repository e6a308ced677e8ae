//! Namespaces: what they must look like, and how one is emptied and goes.
//!
//! Source: `pkg/registry/core/namespace`, `pkg/controller/namespace/deletion`.

mod conditions;
mod deletion;
mod prepare;
mod validate;

pub use deletion::{FIRST_PASS_SECONDS, Pass, pass};
pub use prepare::{
    NAME_LABEL, default, label, prepare, prepare_finalize, prepare_status, prepare_update,
};
pub use validate::{update, update_finalizers, update_status, validate};

/// The finalizer in the spec of a namespace that stands for its content.
pub const CONTENT_FINALIZER: &str = "kubernetes";
