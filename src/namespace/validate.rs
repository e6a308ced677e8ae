//! What a namespace must look like.
//!
//! Source: `pkg/apis/core/validation/validation.go ValidateNamespace`.

use crate::api::{Kind, Namespace, NamespacePhase};
use crate::field::{Errors, Path};
use crate::meta::{self, Rules};
use crate::name;
use crate::namespace::CONTENT_FINALIZER;

/// Checks a new namespace (NS-1, NS-3).
pub fn validate(out: &mut Errors, namespace: &Namespace) {
    let rules = Rules::of(&Kind::Namespace);
    meta::validate_builtin(out, &Path::root("metadata"), &namespace.metadata, &rules);
    for finalizer in &namespace.spec.finalizers {
        validate_finalizer(out, &Path::root("spec.finalizers"), finalizer);
    }
}

/// Checks a plain update (NS-4): as a new one, and as an update.
pub fn update(out: &mut Errors, new: &Namespace, old: &Namespace) {
    validate(out, new);
    update_meta(out, new, old);
}

/// Checks an update of the status: the phase follows the deletion (NS-4).
pub fn update_status(out: &mut Errors, new: &Namespace, old: &Namespace) {
    update_meta(out, new, old);
    let (phase, detail) = if new.metadata.deletion_timestamp.is_none() {
        (NamespacePhase::Active, "may only be `Active` while it is not being deleted")
    } else {
        (NamespacePhase::Terminating, "may only be `Terminating` while it is being deleted")
    };
    if new.status.phase != phase {
        out.invalid(&Path::root("status.Phase"), new.status.phase.as_str(), detail);
    }
}

/// Checks an update of the finalizers in the spec (NS-3, NS-5).
pub fn update_finalizers(out: &mut Errors, new: &Namespace, old: &Namespace) {
    update_meta(out, new, old);
    let at = Path::root("spec.finalizers");
    for (n, finalizer) in new.spec.finalizers.iter().enumerate() {
        validate_finalizer(out, &at.index(n), finalizer);
    }
}

fn update_meta(out: &mut Errors, new: &Namespace, old: &Namespace) {
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
}

/// NS-3
fn validate_finalizer(out: &mut Errors, at: &Path<'_>, finalizer: &str) {
    name::validate(out, at, finalizer, name::label_key);
    let known = [CONTENT_FINALIZER, "orphan", "foregroundDeletion"];
    if !known.contains(&finalizer) && !finalizer.contains('/') {
        out.invalid(at, finalizer, "must be a standard finalizer name or have a domain");
    }
}
