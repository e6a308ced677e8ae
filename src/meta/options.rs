//! The options of a request: is what they ask for possible?

use crate::api::{DeleteOptions, DeletionPropagation};
use crate::field::{Errors, Path};
use crate::meta::validate::validate_manager;

/// The options of a patch request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchOptions {
    /// What to leave out; only `All` is known.
    pub dry_run: Vec<String>,
    /// Whether an apply takes fields from other managers.
    pub force: Option<bool>,
    /// Who the patch is from.
    pub field_manager: String,
    /// What to do about unknown fields: `Ignore`, `Warn`, `Strict`, or empty.
    pub field_validation: String,
}

/// Whether a patch is an apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// A server-side apply.
    Apply,
    /// Any other patch.
    Plain,
}

impl PatchKind {
    /// The sort of patch that a content type stands for.
    #[must_use]
    pub fn of(content_type: &str) -> Self {
        match content_type {
            "application/apply-patch+yaml" | "application/apply-patch+cbor" => Self::Apply,
            _ => Self::Plain,
        }
    }
}

/// Checks the options of a delete.
///
/// Source: `apimachinery/pkg/apis/meta/v1/validation` `ValidateDeleteOptions`.
pub fn validate_delete_options(out: &mut Errors, options: &DeleteOptions) {
    let at = Path::root("propagationPolicy");
    if let Some(policy) = &options.propagation_policy {
        if options.orphan_dependents.is_some() {
            out.invalid(&at, policy.as_str(), "may not be set together with orphanDependents");
        }
        match policy {
            DeletionPropagation::Orphan
            | DeletionPropagation::Background
            | DeletionPropagation::Foreground => {}
            DeletionPropagation::Unset | DeletionPropagation::Other(_) => {
                out.not_supported(&at, policy.as_str(), DeletionPropagation::WORDS);
            }
        }
    }
    validate_dry_run(out, &options.dry_run);
    validate_unreadable(out, options);
}

/// Deleting an object that cannot be read goes with no other option.
fn validate_unreadable(out: &mut Errors, options: &DeleteOptions) {
    if options.ignore_store_read_error_with_cluster_breaking_potential != Some(true) {
        return;
    }
    let at = Path::root("ignoreStoreReadErrorWithClusterBreakingPotential");
    let others = [
        (!options.dry_run.is_empty(), "may not be set together with dryRun"),
        (options.propagation_policy.is_some(), "may not be set together with propagationPolicy"),
        (options.orphan_dependents.is_some(), "may not be set together with orphanDependents"),
        (options.grace_period_seconds.is_some(), "may not be set together with gracePeriodSeconds"),
        (options.preconditions.is_some(), "may not be set together with preconditions"),
    ];
    for (set, detail) in others {
        if set {
            out.invalid(&at, true, detail);
        }
    }
}

/// Checks the options of a patch.
///
/// Source: `apimachinery/pkg/apis/meta/v1/validation` `ValidatePatchOptions`.
pub fn validate_patch_options(out: &mut Errors, options: &PatchOptions, kind: PatchKind) {
    let manager = Path::root("fieldManager");
    match kind {
        PatchKind::Apply if options.field_manager.is_empty() => {
            out.required(&manager, "an apply must say who it is from");
        }
        PatchKind::Apply => {}
        PatchKind::Plain if options.force.is_some() => {
            out.forbidden(&Path::root("force"), "only an apply may be forced");
        }
        PatchKind::Plain => {}
    }
    validate_manager(out, &manager, &options.field_manager); // NAME-19
    validate_dry_run(out, &options.dry_run);
    const WORDS: &[&str] = &["", "Ignore", "Strict", "Warn"];
    if !WORDS.contains(&options.field_validation.as_str()) {
        out.not_supported(&Path::root("fieldValidation"), &options.field_validation, WORDS);
    }
}

fn validate_dry_run(out: &mut Errors, dry_run: &[String]) {
    if dry_run.iter().any(|word| word != "All") {
        out.not_supported(&Path::root("dryRun"), dry_run.join(","), &["All"]);
    }
}
