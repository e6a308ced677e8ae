//! What the metadata of a new object must look like.

use std::collections::BTreeMap;

use crate::api::{
    Kind, ManagedFieldsEntry, ManagedFieldsOperationType, ObjectMeta, OwnerReference,
};
use crate::field::{Errors, Path};
use crate::name::{self, Flaw, Problem};

/// How many bytes the keys and values of all annotations may have together (NAME-7).
pub const ANNOTATIONS_MAX_BYTES: usize = 256 * 1024;

const SUBRESOURCE_MAX_BYTES: usize = 256;

/// What the name of an object must look like. Every name is at least a [`NameRule::PathSegment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// A DNS label (NAME-1).
    Label,
    /// A DNS label that starts with a letter (NAME-3).
    LetterLabel,
    /// A DNS name (NAME-2).
    Subdomain,
    /// A segment of a path (NAME-12).
    PathSegment,
}

impl NameRule {
    /// What is wrong with `name`.
    #[must_use]
    pub fn check(self, name: &str) -> Vec<Problem> {
        match self {
            Self::Label => name::dns1123_label(name),
            Self::LetterLabel => name::dns1035_label(name),
            Self::Subdomain => name::dns1123_subdomain(name),
            Self::PathSegment => name::path_segment_name(name),
        }
    }

    /// What is wrong with `prefix`, to which a generated end will be added (NAME-14).
    #[must_use]
    pub fn check_prefix(self, prefix: &str) -> Vec<Problem> {
        match self {
            Self::Label => name::generate_name(prefix, name::dns1123_label),
            Self::LetterLabel => name::generate_name(prefix, name::dns1035_label),
            Self::Subdomain => name::generate_name(prefix, name::dns1123_subdomain),
            Self::PathSegment => name::path_segment_prefix(prefix),
        }
    }
}

/// What differs from kind to kind in the check of metadata.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// What a name must look like.
    pub name: NameRule,
    /// Whether the object lives in a namespace.
    pub namespaced: bool,
}

impl Rules {
    /// The rules of a kind (NAME-13).
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        Self { name: name_rule(kind), namespaced: kind.is_namespaced() }
    }
}

/// NAME-13. Kinds whose own validation leaves the name alone have the check that runs for all.
fn name_rule(kind: &Kind) -> NameRule {
    match kind {
        Kind::Namespace | Kind::StatefulSet | Kind::Service => NameRule::Label,
        Kind::Pod
        | Kind::PodTemplate
        | Kind::Endpoints
        | Kind::PersistentVolume
        | Kind::PersistentVolumeClaim
        | Kind::Secret
        | Kind::ConfigMap
        | Kind::Node
        | Kind::ReplicationController
        | Kind::ResourceQuota
        | Kind::LimitRange
        | Kind::ServiceAccount
        | Kind::Deployment
        | Kind::ReplicaSet
        | Kind::DaemonSet
        | Kind::ControllerRevision
        | Kind::Job
        | Kind::CronJob
        | Kind::EndpointSlice
        | Kind::NetworkPolicy
        | Kind::Ingress
        | Kind::IngressClass
        | Kind::ServiceCIDR
        | Kind::StorageClass
        | Kind::VolumeAttachment
        | Kind::CSIDriver
        | Kind::CSINode
        | Kind::CSIStorageCapacity
        | Kind::VolumeAttributesClass
        | Kind::PriorityClass
        | Kind::Lease
        | Kind::Custom(_) => NameRule::Subdomain,
        Kind::Event
        | Kind::Binding
        | Kind::IPAddress
        | Kind::Role
        | Kind::ClusterRole
        | Kind::RoleBinding
        | Kind::ClusterRoleBinding
        | Kind::PodDisruptionBudget
        | Kind::Eviction
        | Kind::Scale => NameRule::PathSegment,
    }
}

/// Checks the metadata of a new object of any kind (META-4, META-5, NAME-6, NAME-7, NAME-13,
/// NAME-14, NAME-18). A name has been generated before.
///
/// Source: `apimachinery/pkg/api/validation/objectmeta.go ValidateObjectMetaAccessor`.
///
/// ```
/// use kubernel::api::{Kind, ObjectMeta};
/// use kubernel::field::{Errors, Path};
/// use kubernel::meta::{self, Rules};
///
/// let web = ObjectMeta { name: "web_1".into(), ..Default::default() };
/// let mut out = Errors::new();
/// meta::validate(&mut out, &Path::root("metadata"), &web, &Rules::of(&Kind::Pod));
/// let found: Vec<&str> = out.iter().map(|error| &*error.field).collect();
/// assert_eq!(found, ["metadata.name", "metadata.namespace"]);
/// ```
pub fn validate(out: &mut Errors, at: &Path<'_>, meta: &ObjectMeta, rules: &Rules) {
    if !meta.generate_name.is_empty() {
        for problem in rules.name.check_prefix(&meta.generate_name) {
            out.invalid(&at.field("generateName"), &meta.generate_name, problem.to_string());
        }
    }
    let own_name = at.field("name");
    if meta.name.is_empty() {
        out.required(&own_name, "name or generateName is required");
    } else {
        for problem in rules.name.check(&meta.name) {
            out.invalid(&own_name, &meta.name, problem.to_string());
        }
    }
    validate_namespace(out, &at.field("namespace"), &meta.namespace, rules);
    if meta.generation < 0 {
        let detail = "must be greater than or equal to 0";
        out.invalid(&at.field("generation"), meta.generation, detail);
    }
    validate_labels(out, &at.field("labels"), &meta.labels);
    validate_annotations(out, &at.field("annotations"), &meta.annotations);
    validate_owner_references(out, &at.field("ownerReferences"), &meta.owner_references);
    validate_finalizers(out, &at.field("finalizers"), &meta.finalizers);
    validate_managed_fields(out, &at.field("managedFields"), &meta.managed_fields);
}

/// As [`validate`], and finalizers without a domain must be Kubernetes' own (NAME-18). For the
/// kinds of the table.
///
/// Source: `pkg/apis/core/validation ValidateObjectMeta`.
pub fn validate_builtin(out: &mut Errors, at: &Path<'_>, meta: &ObjectMeta, rules: &Rules) {
    validate(out, at, meta, rules);
    validate_builtin_finalizers(out, &at.field("finalizers"), &meta.finalizers);
}

/// META-4
fn validate_namespace(out: &mut Errors, at: &Path<'_>, namespace: &str, rules: &Rules) {
    match (rules.namespaced, namespace.is_empty()) {
        (true, true) => out.required(at, ""),
        (true, false) => name::validate(out, at, namespace, name::dns1123_label),
        (false, true) => {}
        (false, false) => out.forbidden(at, "not allowed on this type"),
    }
}

/// Checks label keys and values (NAME-4, NAME-5). All errors are at `at` itself.
pub fn validate_labels(out: &mut Errors, at: &Path<'_>, labels: &BTreeMap<String, String>) {
    for (key, value) in labels {
        name::validate(out, at, key, name::label_key);
        name::validate(out, at, value, name::label_value);
    }
}

/// Checks annotation keys and the size of all together (NAME-6, NAME-7).
pub fn validate_annotations(
    out: &mut Errors,
    at: &Path<'_>,
    annotations: &BTreeMap<String, String>,
) {
    for key in annotations.keys() {
        name::validate(out, at, key, name::annotation_key);
    }
    let bytes: usize = annotations.iter().map(|(key, value)| key.len() + value.len()).sum();
    if bytes > ANNOTATIONS_MAX_BYTES {
        out.too_long(at, ANNOTATIONS_MAX_BYTES);
    }
}

/// META-5
pub(super) fn validate_owner_references(
    out: &mut Errors,
    at: &Path<'_>,
    owners: &[OwnerReference],
) {
    let mut has_controller = false;
    for owner in owners {
        validate_owner(out, at, owner);
        if owner.controller == Some(true) {
            if has_controller {
                out.invalid(at, &owner.name, "only one reference may have controller set to true");
            }
            has_controller = true;
        }
    }
}

fn validate_owner(out: &mut Errors, at: &Path<'_>, owner: &OwnerReference) {
    if !has_version(&owner.api_version) {
        out.invalid(&at.field("apiVersion"), &owner.api_version, "version must not be empty");
    }
    for (field, text) in [("kind", &owner.kind), ("name", &owner.name), ("uid", &owner.uid)] {
        if text.is_empty() {
            out.invalid(&at.field(field), text, "must not be empty");
        }
    }
    if matches!(owner.api_version.as_str(), "v1" | "/v1") && owner.kind == "Event" {
        out.invalid(at, &owner.name, "v1 Event is disallowed from being an owner");
    }
}

/// Whether `version` or `group/version` names a version. More than one slash is unreadable.
fn has_version(api_version: &str) -> bool {
    match api_version.split_once('/') {
        Some((_, version)) => !version.is_empty() && !version.contains('/'),
        None => !api_version.is_empty(),
    }
}

/// NAME-18
fn validate_finalizers(out: &mut Errors, at: &Path<'_>, finalizers: &[String]) {
    for finalizer in finalizers {
        name::validate(out, at, finalizer, name::label_key);
    }
    let has = |word| finalizers.iter().any(|finalizer| finalizer == word);
    if has("orphan") && has("foregroundDeletion") {
        let detail = "orphan and foregroundDeletion may not both be set";
        out.invalid(at, finalizers.join(", "), detail);
    }
}

/// NAME-18
pub(super) fn validate_builtin_finalizers(out: &mut Errors, at: &Path<'_>, finalizers: &[String]) {
    for (n, finalizer) in finalizers.iter().enumerate() {
        let known = matches!(finalizer.as_str(), "kubernetes" | "orphan" | "foregroundDeletion");
        if !known && !finalizer.contains('/') {
            let detail = "must be a standard finalizer name or have a domain";
            out.invalid(&at.index(n), finalizer, detail);
        }
    }
}

pub(super) fn validate_managed_fields(
    out: &mut Errors,
    at: &Path<'_>,
    entries: &[ManagedFieldsEntry],
) {
    for (n, entry) in entries.iter().enumerate() {
        let at = at.index(n);
        match &entry.operation {
            ManagedFieldsOperationType::Apply | ManagedFieldsOperationType::Update => {}
            other @ (ManagedFieldsOperationType::Unset | ManagedFieldsOperationType::Other(_)) => {
                out.invalid(&at.field("operation"), other.as_str(), "must be Apply or Update");
            }
        }
        if !matches!(entry.fields_type.as_str(), "" | "FieldsV1") {
            out.invalid(&at.field("fieldsType"), &entry.fields_type, "must be FieldsV1");
        }
        validate_manager(out, &at.field("manager"), &entry.manager);
        if entry.subresource.len() > SUBRESOURCE_MAX_BYTES {
            out.too_long(&at.field("subresource"), SUBRESOURCE_MAX_BYTES);
        }
    }
}

/// NAME-19
pub(super) fn validate_manager(out: &mut Errors, at: &Path<'_>, manager: &str) {
    for problem in name::field_manager(manager) {
        if let Flaw::TooLong { max } = problem.flaw {
            out.too_long(at, max);
        } else {
            out.invalid(at, manager, problem.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &Kind, meta: &ObjectMeta, expected: &[&str]) {
        let mut out = Errors::new();
        validate_builtin(&mut out, &Path::root("metadata"), meta, &Rules::of(kind));
        let found: Vec<String> =
            out.iter().map(|error| format!("{} {}", error.field, error.cause.kind())).collect();
        assert_eq!(found, expected);
    }

    fn named(name: &str) -> ObjectMeta {
        ObjectMeta { name: name.into(), namespace: "prod".into(), ..ObjectMeta::default() }
    }

    // NAME-13, META-4
    #[test]
    fn names_and_namespaces_follow_the_kind() {
        check(&Kind::Pod, &named("a.b"), &[]);
        check(&Kind::Service, &named("a.b"), &["metadata.name Invalid"]);
        check(&Kind::Role, &named("system:a"), &[]);
        check(&Kind::Node, &named("n1"), &["metadata.namespace Forbidden"]);
        let nowhere = ObjectMeta::default();
        check(&Kind::Pod, &nowhere, &["metadata.name Required", "metadata.namespace Required"]);
    }

    // NAME-6, NAME-7
    #[test]
    fn annotation_keys_may_be_upper_case_but_not_large() {
        let mut meta = named("web");
        meta.annotations.insert("Upper.IO/K".into(), "v".repeat(ANNOTATIONS_MAX_BYTES - 10));
        check(&Kind::Pod, &meta, &[]);
        meta.annotations.insert("a".into(), String::new());
        check(&Kind::Pod, &meta, &["metadata.annotations TooLong"]);
    }

    // META-5
    #[test]
    fn there_is_one_controller() {
        let owner = |uid: &str| OwnerReference {
            api_version: "apps/v1".into(),
            kind: "ReplicaSet".into(),
            name: "web".into(),
            uid: uid.into(),
            controller: Some(true),
            block_owner_deletion: None,
        };
        let mut meta = named("web");
        meta.owner_references = vec![owner("u1"), OwnerReference { controller: None, ..owner("") }];
        check(&Kind::Pod, &meta, &["metadata.ownerReferences.uid Invalid"]);
        meta.owner_references = vec![owner("u1"), owner("u2"), owner("u3")];
        let twice = "metadata.ownerReferences Invalid";
        check(&Kind::Pod, &meta, &[twice, twice]);
    }

    // NAME-18
    #[test]
    fn finalizers_do_not_contradict_each_other() {
        let mut meta = named("web");
        meta.finalizers = vec!["orphan".into(), "foregroundDeletion".into()];
        check(&Kind::Pod, &meta, &["metadata.finalizers Invalid"]);
        meta.finalizers = vec!["mine".into()];
        check(&Kind::Pod, &meta, &["metadata.finalizers[0] Invalid"]);
    }
}
