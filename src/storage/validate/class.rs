//! Storage classes.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{
    Kind, PersistentVolumeReclaimPolicy, StorageClass, TopologySelectorTerm, VolumeBindingMode,
};
use crate::field::{Errors, Path};
use crate::storage::validate::fixed;
use crate::{meta, name};

const MAX_PARAMETERS: usize = 512;
const MAX_PARAMETER_BYTES: usize = 256 * 1024;

/// Checks a storage class (`SC-1` … `SC-3`).
pub fn storage_class(out: &mut Errors, class: &StorageClass) {
    let rules = meta::Rules::of(&Kind::StorageClass);
    meta::validate_builtin(out, &Path::root("metadata"), &class.metadata, &rules);
    let at = Path::root("provisioner");
    if class.provisioner.is_empty() {
        out.required(&at, "");
    } else {
        name::validate(out, &at, &class.provisioner.to_lowercase(), name::label_key);
    }
    parameters(out, &class.parameters);
    let at = Path::root("reclaimPolicy");
    match &class.reclaim_policy {
        None
        | Some(
            PersistentVolumeReclaimPolicy::Unset
            | PersistentVolumeReclaimPolicy::Delete
            | PersistentVolumeReclaimPolicy::Retain,
        ) => {}
        Some(
            other @ (PersistentVolumeReclaimPolicy::Recycle
            | PersistentVolumeReclaimPolicy::Other(_)),
        ) => out.not_supported(&at, other.as_str(), &["Delete", "Retain"]),
    }
    let at = Path::root("volumeBindingMode");
    match &class.volume_binding_mode {
        None => out.required(&at, ""),
        Some(VolumeBindingMode::Immediate | VolumeBindingMode::WaitForFirstConsumer) => {}
        Some(other @ (VolumeBindingMode::Unset | VolumeBindingMode::Other(_))) => {
            out.not_supported(&at, other.as_str(), VolumeBindingMode::WORDS);
        }
    }
    topologies(out, &class.allowed_topologies);
}

/// SC-2
fn parameters(out: &mut Errors, parameters: &BTreeMap<String, String>) {
    let at = Path::root("parameters");
    if parameters.len() > MAX_PARAMETERS {
        out.too_long(&at, MAX_PARAMETERS);
        return;
    }
    if parameters.contains_key("") {
        out.invalid(&at, "", "field can not be empty.");
    }
    let bytes: usize = parameters.iter().map(|(key, value)| key.len() + value.len()).sum();
    if bytes > MAX_PARAMETER_BYTES {
        out.too_long(&at, MAX_PARAMETER_BYTES);
    }
}

/// SC-3
fn topologies(out: &mut Errors, topologies: &[TopologySelectorTerm]) {
    let list = Path::root("allowedTopologies");
    // Upstream compares with as many terms without expressions, too.
    let mut seen = vec![BTreeMap::new()];
    for (n, one) in topologies.iter().enumerate() {
        let at = list.index(n);
        let expressions = at.field("matchLabelExpressions");
        let mut keys: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (n, requirement) in one.match_label_expressions.iter().enumerate() {
            let at = expressions.index(n);
            let values = at.field("values");
            if requirement.values.is_empty() {
                out.required(&values, "");
            }
            let mut set = BTreeSet::new();
            for (n, value) in requirement.values.iter().enumerate() {
                if !set.insert(value.as_str()) {
                    out.duplicate(&values.index(n), value);
                }
            }
            name::validate(out, &at.field("key"), &requirement.key, name::label_key);
            if keys.insert(&requirement.key, set).is_some() {
                out.duplicate(&at.field("key"), &requirement.key);
            }
        }
        if seen.contains(&keys) {
            out.duplicate(&expressions, "");
        }
        seen.push(keys);
    }
}

/// Checks that `new` may replace `old` (`SC-4`).
pub fn update_storage_class(out: &mut Errors, new: &StorageClass, old: &StorageClass) {
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
    fixed(out, &Path::root("parameters"), &new.parameters, &old.parameters);
    fixed(out, &Path::root("provisioner"), &new.provisioner, &old.provisioner);
    fixed(out, &Path::root("reclaimPolicy"), &new.reclaim_policy, &old.reclaim_policy);
    let at = Path::root("volumeBindingMode");
    fixed(out, &at, &new.volume_binding_mode, &old.volume_binding_mode);
}
