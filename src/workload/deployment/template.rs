//! Which set has the deployment's template, and what a set with it is called.
//!
//! Source: `pkg/controller/deployment/util/deployment_util.go`, `pkg/controller/controller_utils.go`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::api::{
    Deployment, Kind, LabelSelector, ObjectMeta, PodTemplateSpec, ReplicaSet, ReplicaSetSpec,
};
use crate::meta;
use crate::workload::deployment::hash::template_hash;

/// The label by which the pods of the sets of one deployment differ.
pub const POD_TEMPLATE_HASH: &str = "pod-template-hash";

const NAME_MAX_BYTES: usize = 253;

/// Whether two templates are the same but for the hash label (DEPLOY-4).
#[must_use]
pub fn same_template(one: &PodTemplateSpec, other: &PodTemplateSpec) -> bool {
    one.spec == other.spec && without_hash(one) == without_hash(other)
}

fn without_hash(template: &PodTemplateSpec) -> Cow<'_, ObjectMeta> {
    if !template.metadata.labels.contains_key(POD_TEMPLATE_HASH) {
        return Cow::Borrowed(&template.metadata);
    }
    let mut metadata = template.metadata.clone();
    metadata.labels.remove(POD_TEMPLATE_HASH);
    Cow::Owned(metadata)
}

/// The set that a deployment makes for its template, without pods (DEPLOY-5).
pub(super) fn new_set(deployment: &Deployment) -> ReplicaSet {
    let hash = template_hash(&deployment.spec.template, deployment.status.collision_count);
    let label = |labels: &mut BTreeMap<String, String>| {
        labels.insert(POD_TEMPLATE_HASH.to_owned(), hash.clone());
    };
    let mut template = deployment.spec.template.clone();
    label(&mut template.metadata.labels);
    let mut selector: LabelSelector =
        deployment.spec.selector.as_deref().cloned().unwrap_or_default();
    label(&mut selector.match_labels);
    ReplicaSet {
        metadata: ObjectMeta {
            name: set_name(&deployment.metadata.name, &hash),
            namespace: deployment.metadata.namespace.clone(),
            labels: template.metadata.labels.clone(),
            owner_references: vec![meta::controller_ref(&Kind::Deployment, &deployment.metadata)],
            ..ObjectMeta::default()
        },
        spec: ReplicaSetSpec {
            replicas: Some(0),
            min_ready_seconds: deployment.spec.min_ready_seconds,
            selector: Some(Box::new(selector)),
            template,
        },
        ..ReplicaSet::default()
    }
}

/// DEPLOY-5: the deployment's name is cut so that the result fits.
fn set_name(deployment: &str, hash: &str) -> String {
    let mut end = deployment.len().min(NAME_MAX_BYTES.saturating_sub(hash.len() + 1));
    while !deployment.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{hash}", deployment.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    // DEPLOY-4
    #[test]
    fn the_hash_label_makes_no_difference() {
        let plain = PodTemplateSpec::default();
        let mut hashed = plain.clone();
        hashed.metadata.labels.insert(POD_TEMPLATE_HASH.into(), "x".into());
        assert!(same_template(&plain, &hashed));
        hashed.metadata.labels.insert("app".into(), "web".into());
        assert!(!same_template(&plain, &hashed));
    }

    // DEPLOY-5
    #[test]
    fn a_long_name_is_cut() {
        let name = set_name(&"d".repeat(253), "abcde");
        assert_eq!(name.len(), NAME_MAX_BYTES);
        assert!(name.ends_with("d-abcde"));
        assert_eq!(set_name("web", "abcde"), "web-abcde");
    }
}
