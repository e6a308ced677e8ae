//! What is wrong with the source of a volume, in a pod or in a persistent volume, and with the spec of
//! a claim, in a claim or in a template.
//!
//! Source: `pkg/apis/core/validation/validation.go`.

mod claim;
mod iscsi;
mod remote;
mod source;

pub use claim::{ClaimRules, claim_spec, claim_template};
pub use iscsi::Iscsi;
pub use remote::{iscsi_name, remote, storage_os};
pub use source::{
    access_modes, aws, azure_disk, csi_driver, fc, flex_options, flocker, gce, host_path, nfs,
    no_backsteps, quobyte, required,
};

use crate::field::{Errors, Path};

/// Counts the sources that are set; only the first one is checked (`VOL-5`, `PV-5`).
#[derive(Debug)]
pub struct Sources<'p> {
    at: &'p Path<'p>,
    /// Whether one was met already.
    pub found: bool,
}

impl<'p> Sources<'p> {
    /// No source yet, of those whose fields are below `at`.
    #[must_use]
    pub const fn new(at: &'p Path<'p>) -> Self {
        Self { at, found: false }
    }

    /// The source, if it is set and the first one; a later one is `Forbidden` at `field`.
    pub fn first<'s, T>(
        &mut self,
        out: &mut Errors,
        field: &str,
        source: &'s Option<Box<T>>,
    ) -> Option<&'s T> {
        let source = source.as_deref()?;
        if self.found {
            out.forbidden(&self.at.field(field), "may not specify more than 1 volume type");
            return None;
        }
        self.found = true;
        Some(source)
    }
}
