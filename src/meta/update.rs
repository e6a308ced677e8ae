//! What an update may change in the metadata, and what it takes over silently.

use std::collections::BTreeSet;

use crate::api::ObjectMeta;
use crate::field::{Errors, Path};
use crate::meta::validate::{
    validate_annotations, validate_builtin_finalizers, validate_labels, validate_managed_fields,
    validate_owner_references,
};

/// Takes over into `new` what a client cannot change or may leave out (META-7): generation and,
/// where the stored object has them, creation and deletion time; uid and grace period if `new` has
/// none.
///
/// Source: `apiserver/pkg/registry/rest/update.go BeforeUpdate`.
pub fn carry_over(new: &mut ObjectMeta, old: &ObjectMeta) {
    new.generation = old.generation;
    if new.uid.is_empty() {
        new.uid.clone_from(&old.uid);
    }
    if old.creation_timestamp.is_some() {
        new.creation_timestamp = old.creation_timestamp;
    }
    if old.deletion_timestamp.is_some() {
        new.deletion_timestamp = old.deletion_timestamp;
    }
    if new.deletion_grace_period_seconds.is_none() {
        new.deletion_grace_period_seconds = old.deletion_grace_period_seconds;
    }
}

/// Checks the metadata of an update of any kind against the stored one (META-7, META-8).
///
/// Source: `apimachinery/pkg/api/validation/objectmeta.go ValidateObjectMetaAccessorUpdate`.
///
/// ```
/// use kubernel::api::ObjectMeta;
/// use kubernel::field::{Errors, Path};
/// use kubernel::meta;
///
/// let old = ObjectMeta { name: "web".into(), resource_version: "7".into(), ..Default::default() };
/// let new = ObjectMeta { name: "www".into(), ..old.clone() };
/// let mut out = Errors::new();
/// meta::update(&mut out, &Path::root("metadata"), &new, &old);
/// assert_eq!(out.iter().next().unwrap().to_string(),
///     "metadata.name: Invalid value: \"www\": field is immutable");
/// ```
pub fn update(out: &mut Errors, at: &Path<'_>, new: &ObjectMeta, old: &ObjectMeta) {
    if old.deletion_timestamp.is_some() {
        validate_no_new_finalizers(out, &at.field("finalizers"), new, old); // META-8
    }
    if new.resource_version.is_empty() {
        out.invalid(&at.field("resourceVersion"), "", "must be specified for an update");
    }
    if new.generation < old.generation {
        out.invalid(&at.field("generation"), new.generation, "must not be decremented");
    }
    validate_unchanged(out, at, new, old);
    validate_labels(out, &at.field("labels"), &new.labels);
    validate_annotations(out, &at.field("annotations"), &new.annotations);
    validate_owner_references(out, &at.field("ownerReferences"), &new.owner_references);
    validate_managed_fields(out, &at.field("managedFields"), &new.managed_fields);
}

/// As [`update`], and finalizers without a domain must be Kubernetes' own (NAME-18). For the
/// kinds of the table.
///
/// Source: `pkg/apis/core/validation ValidateObjectMetaUpdate`.
pub fn update_builtin(out: &mut Errors, at: &Path<'_>, new: &ObjectMeta, old: &ObjectMeta) {
    update(out, at, new, old);
    validate_builtin_finalizers(out, &at.field("finalizers"), &new.finalizers);
}

/// META-8: compared as sets.
fn validate_no_new_finalizers(out: &mut Errors, at: &Path<'_>, new: &ObjectMeta, old: &ObjectMeta) {
    let known: BTreeSet<&String> = old.finalizers.iter().collect();
    let added: BTreeSet<&str> = new
        .finalizers
        .iter()
        .filter(|finalizer| !known.contains(finalizer))
        .map(String::as_str)
        .collect();
    if !added.is_empty() {
        let added = added.into_iter().collect::<Vec<_>>().join(", ");
        out.forbidden(at, format!("no finalizer may be added to an object being deleted: {added}"));
    }
}

/// META-7
fn validate_unchanged(out: &mut Errors, at: &Path<'_>, new: &ObjectMeta, old: &ObjectMeta) {
    const IMMUTABLE: &str = "field is immutable";
    let texts = [
        ("name", &new.name, &old.name),
        ("namespace", &new.namespace, &old.namespace),
        ("uid", &new.uid, &old.uid),
    ];
    for (field, new, old) in texts {
        if new != old {
            out.invalid(&at.field(field), new, IMMUTABLE);
        }
    }
    let times = [
        ("creationTimestamp", new.creation_timestamp, old.creation_timestamp),
        ("deletionTimestamp", new.deletion_timestamp, old.deletion_timestamp),
    ];
    for (field, new, old) in times {
        if new != old {
            let shown = new.map(|time| time.to_string()).unwrap_or_default();
            out.invalid(&at.field(field), shown, IMMUTABLE);
        }
    }
    let (new, old) = (new.deletion_grace_period_seconds, old.deletion_grace_period_seconds);
    if new != old {
        out.invalid(&at.field("deletionGracePeriodSeconds"), new.unwrap_or_default(), IMMUTABLE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(new: &ObjectMeta, old: &ObjectMeta, expected: &[&str]) {
        let mut out = Errors::new();
        update_builtin(&mut out, &Path::root("metadata"), new, old);
        let found: Vec<String> =
            out.iter().map(|error| format!("{} {}", error.field, error.cause.kind())).collect();
        assert_eq!(found, expected);
    }

    fn stored() -> ObjectMeta {
        ObjectMeta {
            name: "web".into(),
            uid: "u1".into(),
            resource_version: "7".into(),
            generation: 3,
            finalizers: vec!["example.com/a".into()],
            ..ObjectMeta::default()
        }
    }

    // META-7
    #[test]
    fn a_client_that_leaves_things_out_changes_nothing() {
        let mut new = ObjectMeta {
            name: "web".into(),
            resource_version: "7".into(),
            generation: 99,
            ..ObjectMeta::default()
        };
        let old = stored();
        carry_over(&mut new, &old);
        assert_eq!((new.uid.as_str(), new.generation), ("u1", 3));
        check(&new, &old, &[]);
    }

    #[test]
    fn names_and_uids_do_not_change() {
        let new = ObjectMeta { name: "www".into(), uid: "u2".into(), ..stored() };
        check(&new, &stored(), &["metadata.name Invalid", "metadata.uid Invalid"]);
    }

    #[test]
    fn an_update_says_what_it_has_seen() {
        let new = ObjectMeta { resource_version: String::new(), generation: 2, ..stored() };
        check(
            &new,
            &stored(),
            &["metadata.resourceVersion Invalid", "metadata.generation Invalid"],
        );
    }

    // NAME-18
    #[test]
    fn short_finalizers_are_kubernetes_own() {
        let new = ObjectMeta { finalizers: vec!["orphan".into(), "mine".into()], ..stored() };
        check(&new, &stored(), &["metadata.finalizers[1] Invalid"]);
    }
}
