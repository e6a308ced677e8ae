//! The spec of a claim, in a claim or in a template.

use crate::api::{
    ObjectMeta, PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate, PersistentVolumeMode,
    TypedLocalObjectReference, TypedObjectReference,
};
use crate::field::{Errors, Path};
use crate::volume::validate::access_modes;
use crate::{labels, meta, name};

/// What a claim's spec may have because the stored one has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClaimRules {
    /// Values of the selector that are no label values.
    pub invalid_values: bool,
    /// API groups of data sources that are no DNS names.
    pub invalid_groups: bool,
}

impl ClaimRules {
    /// What may stay in an update because `old` has it.
    #[must_use]
    pub fn keeping(old: &PersistentVolumeClaimSpec) -> Self {
        let mut found = Errors::new();
        if let Some(selector) = &old.selector {
            labels::validate(&mut found, &Path::EMPTY, selector, &labels::Rules::default());
        }
        let group = old.data_source.as_ref().and_then(|source| source.api_group.as_deref());
        let other = old.data_source_ref.as_ref().and_then(|source| source.api_group.as_deref());
        let is_bad = |group: &str| !group.is_empty() && !name::dns1123_subdomain(group).is_empty();
        Self {
            invalid_values: !found.is_empty(),
            invalid_groups: group.is_some_and(is_bad) || other.is_some_and(is_bad),
        }
    }
}

/// Checks the spec of a claim (`PVC-1` … `PVC-4`).
pub fn claim_spec(
    out: &mut Errors,
    at: &Path<'_>,
    spec: &PersistentVolumeClaimSpec,
    rules: ClaimRules,
) {
    access_modes(out, &at.field("accessModes"), &spec.access_modes);
    if let Some(selector) = &spec.selector {
        let rules =
            labels::Rules { invalid_values: rules.invalid_values, ..labels::Rules::default() };
        labels::validate(out, &at.field("selector"), selector, &rules); // PVC-3
    }
    let resources = at.field("resources");
    let storage = resources.key("storage");
    match spec.resources.requests.get("storage") {
        None => out.required(&storage, ""),
        Some(size) if size.signum() <= 0 => {
            out.invalid(&storage, size.to_string(), "must be greater than zero");
        }
        Some(_) => {}
    }
    for (field, class) in [
        ("storageClassName", &spec.storage_class_name),
        ("volumeAttributesClassName", &spec.volume_attributes_class_name),
    ] {
        if let Some(class) = class.as_ref().filter(|class| !class.is_empty()) {
            name::validate(out, &at.field(field), class, name::dns1123_subdomain);
        }
    }
    if let Some(mode) = &spec.volume_mode
        && !PersistentVolumeMode::WORDS.contains(&mode.as_str())
    {
        out.not_supported(&at.field("volumeMode"), mode.as_str(), PersistentVolumeMode::WORDS);
    }
    sources(out, at, spec, rules);
}

/// PVC-4
fn sources(out: &mut Errors, at: &Path<'_>, spec: &PersistentVolumeClaimSpec, rules: ClaimRules) {
    if let Some(TypedLocalObjectReference { api_group, kind, name }) = spec.data_source.as_deref() {
        let from = Reference { group: api_group.as_deref().unwrap_or_default(), kind, name };
        from.validate(out, &at.field("dataSource"), rules);
    }
    let mut foreign = false;
    if let Some(TypedObjectReference { api_group, kind, name, namespace }) =
        spec.data_source_ref.as_deref()
    {
        let at = at.field("dataSourceRef");
        let from = Reference { group: api_group.as_deref().unwrap_or_default(), kind, name };
        from.validate(out, &at, rules);
        if let Some(namespace) = namespace.as_ref().filter(|name| !name.is_empty()) {
            foreign = true;
            name::validate(out, &at.field("namespace"), namespace, name::dns1123_label);
        }
    }
    let Some(source) = &spec.data_source else { return };
    if foreign {
        let detail = "may not be specified when dataSourceRef.namespace is specified";
        out.invalid(at, "dataSource", detail);
    } else if let Some(other) = &spec.data_source_ref
        && (&source.api_group, &source.kind, &source.name)
            != (&other.api_group, &other.kind, &other.name)
    {
        out.invalid(at, "dataSource", "must match dataSourceRef");
    }
}

struct Reference<'a> {
    group: &'a str,
    kind: &'a str,
    name: &'a str,
}

impl Reference<'_> {
    fn validate(&self, out: &mut Errors, at: &Path<'_>, rules: ClaimRules) {
        super::required(out, &at.field("name"), self.name);
        super::required(out, &at.field("kind"), self.kind);
        if self.group.is_empty() {
            if self.kind != "PersistentVolumeClaim" {
                let detail =
                    "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
                out.invalid(at, self.kind, detail);
            }
        } else if !rules.invalid_groups {
            name::validate(out, &at.field("apiGroup"), self.group, name::dns1123_subdomain);
        }
    }
}

/// Checks the template of an ephemeral volume's claim: labels, annotations and a spec (`EPH-1`).
pub fn claim_template(out: &mut Errors, at: &Path<'_>, template: &PersistentVolumeClaimTemplate) {
    let metadata = at.field("metadata");
    let found = &template.metadata;
    meta::validate_annotations(out, &metadata.field("annotations"), &found.annotations);
    meta::validate_labels(out, &metadata.field("labels"), &found.labels);
    for (field, is_set) in other_fields(found) {
        if is_set {
            out.forbidden(&metadata.field(field), "cannot be set");
        }
    }
    claim_spec(out, &at.field("spec"), &template.spec, ClaimRules::default());
}

/// The members of metadata that a template may not have.
fn other_fields(meta: &ObjectMeta) -> [(&'static str, bool); 13] {
    [
        ("name", !meta.name.is_empty()),
        ("generateName", !meta.generate_name.is_empty()),
        ("namespace", !meta.namespace.is_empty()),
        ("selfLink", !meta.self_link.is_empty()),
        ("uid", !meta.uid.is_empty()),
        ("resourceVersion", !meta.resource_version.is_empty()),
        ("generation", meta.generation != 0),
        ("creationTimestamp", meta.creation_timestamp.is_some()),
        ("deletionTimestamp", meta.deletion_timestamp.is_some()),
        ("deletionGracePeriodSeconds", meta.deletion_grace_period_seconds.is_some()),
        ("ownerReferences", !meta.owner_references.is_empty()),
        ("finalizers", !meta.finalizers.is_empty()),
        ("managedFields", !meta.managed_fields.is_empty()),
    ]
}
