//! Claims.

use crate::api::{
    ClaimResourceStatus, Kind, PersistentVolumeClaim, PersistentVolumeClaimPhase, ResourceList,
};
use crate::field::{Errors, Path};
use crate::storage::class::BETA_CLASS;
use crate::storage::validate::fixed;
use crate::storage::{STORAGE, fit};
use crate::volume::validate::{ClaimRules, claim_spec};
use crate::{meta, name};

/// Checks a claim (`PVC-1` … `PVC-4`).
pub fn claim(out: &mut Errors, claim: &PersistentVolumeClaim) {
    create(out, claim, ClaimRules::default());
}

fn create(out: &mut Errors, claim: &PersistentVolumeClaim, rules: ClaimRules) {
    let kind = meta::Rules::of(&Kind::PersistentVolumeClaim);
    meta::validate_builtin(out, &Path::root("metadata"), &claim.metadata, &kind);
    claim_spec(out, &Path::root("spec"), &claim.spec, rules);
}

/// Checks that `new` may replace `old`; the status of `new` is the old one (`PVC-5` … `PVC-7`, `PVC-9`).
pub fn update_claim(out: &mut Errors, new: &PersistentVolumeClaim, old: &PersistentVolumeClaim) {
    let metadata = Path::root("metadata");
    meta::update_builtin(out, &metadata, &new.metadata, &old.metadata);
    create(out, new, ClaimRules::keeping(&old.spec));
    let spec = Path::root("spec");
    if !is_unchanged(out, new, old) {
        let detail = "spec is immutable after creation except resources.requests and \
                      volumeAttributesClassName for bound claims";
        out.forbidden(&spec, detail);
    }
    // PVC-6
    let size = fit::request(new);
    let has = old.status.capacity.get(STORAGE).cloned().unwrap_or_default();
    if size < fit::request(old) && size <= has {
        let at = Path::root("spec.resources.requests.storage");
        out.forbidden(&at, "field can not be less than status.capacity");
    }
    // PVC-7
    fixed(out, &Path::root("volumeMode"), &new.spec.volume_mode, &old.spec.volume_mode);
    let class = &new.spec.volume_attributes_class_name;
    if *class != old.spec.volume_attributes_class_name
        && old.status.current_volume_attributes_class_name.is_some()
        && class.as_ref().is_none_or(String::is_empty)
    {
        let detail = "may not be removed when status.currentVolumeAttributesClassName is set";
        out.forbidden(&spec.field("volumeAttributesClassName"), detail);
    }
}

/// PVC-5. Also pushes the mistake of a changed class annotation.
fn is_unchanged(
    out: &mut Errors,
    new: &PersistentVolumeClaim,
    old: &PersistentVolumeClaim,
) -> bool {
    let (mut next, mut last) = (new.spec.clone(), old.spec.clone());
    if last.volume_name.is_empty() {
        last.volume_name.clone_from(&next.volume_name);
    }
    let beta = |claim: &PersistentVolumeClaim| claim.metadata.annotations.get(BETA_CLASS).cloned();
    let (now, was) = (beta(new), beta(old));
    let given = next.storage_class_name.clone().filter(|_| last.storage_class_name.is_none());
    let moved = given.is_some() && was.is_some() && given == was && (now.is_none() || now == was);
    if moved {
        next.storage_class_name = None;
    } else {
        if now.unwrap_or_default() != was.clone().unwrap_or_default() {
            let annotations = Path::root("metadata.annotations");
            out.invalid(&annotations.field(BETA_CLASS), "", "field is immutable");
        }
        if given.is_some() && (was.is_none() || given == was) {
            next.storage_class_name = None;
        }
    }
    if new.status.phase == PersistentVolumeClaimPhase::Bound {
        if let Some(size) = last.resources.requests.get(STORAGE) {
            next.resources.requests.insert(STORAGE.to_owned(), size.clone());
        }
        next.volume_attributes_class_name.clone_from(&last.volume_attributes_class_name);
    }
    next == last
}

/// Checks that a status may replace the one of `old` (`PVC-8`).
pub fn update_claim_status(
    out: &mut Errors,
    new: &PersistentVolumeClaim,
    old: &PersistentVolumeClaim,
) {
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
    if new.metadata.resource_version.is_empty() {
        out.required(&Path::root("resourceVersion"), "");
    }
    if new.spec.access_modes.is_empty() {
        out.required(&Path::root("Spec.accessModes"), "");
    }
    let status = Path::root("status");
    not_negative(out, &status.field("capacity"), &new.status.capacity, false);
    let at = status.field("allocatedResourceStatuses");
    for (key, word) in &new.status.allocated_resource_statuses {
        resource_key(out, &at, key);
        if matches!(word, ClaimResourceStatus::Unset | ClaimResourceStatus::Other(_)) {
            out.not_supported(&at, word.as_str(), ClaimResourceStatus::WORDS);
        }
    }
    not_negative(out, &status.field("allocatedResources"), &new.status.allocated_resources, true);
}

fn not_negative(out: &mut Errors, at: &Path<'_>, list: &ResourceList, keyed: bool) {
    for (key, size) in list {
        if keyed && !resource_key(out, at, key) {
            continue;
        }
        if size.saturating_value() < 0 {
            out.invalid(&at.key(key), size.to_string(), "must be a valid resource quantity");
        }
    }
}

/// Whether a key may stand in the resources of a claim's status; of those without a foreign domain
/// only `storage`.
fn resource_key(out: &mut Errors, at: &Path<'_>, key: &str) -> bool {
    let before = out.len();
    name::validate(out, at, key, name::label_key);
    let native = !key.contains('/') || key.contains("kubernetes.io/");
    if out.len() == before && native && key != STORAGE {
        out.not_supported(at, key, &[STORAGE]);
    }
    out.len() == before
}
