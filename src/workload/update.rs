//! What an update of a workload may change: one check for each kind, of the whole object.
//!
//! Source: `pkg/apis/apps/validation/validation.go`, `pkg/apis/core/validation/validation.go`.

use crate::api::{
    CronJob, DaemonSet, Deployment, LabelSelector, ObjectMeta, PodTemplate, ReplicaSet,
    ReplicationController, StatefulSet,
};
mod job;

use crate::field::{Errors, Path};
use crate::meta;
use crate::workload::validate::{
    cron_job_spec, daemon_set_spec, deployment_spec, replica_set_spec, replication_controller_spec,
    stateful_set_spec, template,
};

/// Checks an update of a ReplicationController. The selector may change (RS-3).
pub fn replication_controller(
    out: &mut Errors,
    new: &ReplicationController,
    old: &ReplicationController,
) {
    metadata(out, &new.metadata, &old.metadata);
    replication_controller_spec(out, &Path::root("spec"), new);
}

/// Checks an update of a ReplicaSet (RS-3).
pub fn replica_set(out: &mut Errors, new: &ReplicaSet, old: &ReplicaSet) {
    metadata(out, &new.metadata, &old.metadata);
    replica_set_spec(out, &Path::root("spec"), new);
    selector(out, new.spec.selector.as_deref(), old.spec.selector.as_deref());
}

/// Checks an update of a Deployment (RS-3).
pub fn deployment(out: &mut Errors, new: &Deployment, old: &Deployment) {
    metadata(out, &new.metadata, &old.metadata);
    deployment_spec(out, &Path::root("spec"), new);
    selector(out, new.spec.selector.as_deref(), old.spec.selector.as_deref());
}

/// Checks an update of a DaemonSet.
pub fn daemon_set(out: &mut Errors, new: &DaemonSet, old: &DaemonSet) {
    metadata(out, &new.metadata, &old.metadata);
    selector(out, new.spec.selector.as_deref(), old.spec.selector.as_deref());
    daemon_set_spec(out, &Path::root("spec"), new);
}

pub use job::job;

/// Checks an update of a CronJob.
pub fn cron_job(out: &mut Errors, new: &CronJob, old: &CronJob) {
    metadata(out, &new.metadata, &old.metadata);
    cron_job_spec(out, &Path::root("spec"), &new.spec, Some(&old.spec));
}

/// Checks an update of a PodTemplate.
pub fn pod_template(out: &mut Errors, new: &PodTemplate, old: &PodTemplate) {
    metadata(out, &new.metadata, &old.metadata);
    template(out, &Path::root("template"), &new.template);
}

/// Checks an update of a StatefulSet (STS-4).
pub fn stateful_set(out: &mut Errors, new: &StatefulSet, old: &StatefulSet) {
    metadata(out, &new.metadata, &old.metadata);
    let at = Path::root("spec");
    stateful_set_spec(out, &at, &new.spec);
    let (new, old) = (&new.spec, &old.spec);
    let same = new.selector == old.selector
        && new.volume_claim_templates == old.volume_claim_templates
        && new.service_name == old.service_name
        && new.pod_management_policy == old.pod_management_policy;
    if !same {
        let detail = "only replicas, ordinals, template, updateStrategy, revisionHistoryLimit, \
                      persistentVolumeClaimRetentionPolicy and minReadySeconds may change";
        out.forbidden(&at, detail);
    }
}

fn metadata(out: &mut Errors, new: &ObjectMeta, old: &ObjectMeta) {
    meta::update_builtin(out, &Path::root("metadata"), new, old);
}

/// RS-3
fn selector(out: &mut Errors, new: Option<&LabelSelector>, old: Option<&LabelSelector>) {
    if new != old {
        out.invalid(&Path::root("spec.selector"), "", "field is immutable");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ReplicaSetSpec;

    fn set(label: &str) -> ReplicaSet {
        let mut set = ReplicaSet {
            metadata: ObjectMeta {
                name: "web".into(),
                namespace: "prod".into(),
                resource_version: "7".into(),
                ..ObjectMeta::default()
            },
            spec: ReplicaSetSpec {
                selector: Some(Box::new(LabelSelector {
                    match_labels: [("app".into(), label.into())].into(),
                    ..LabelSelector::default()
                })),
                ..ReplicaSetSpec::default()
            },
            ..ReplicaSet::default()
        };
        set.spec.template.metadata.labels.insert("app".into(), label.into());
        crate::workload::defaults::replica_set(&mut set);
        set
    }

    // RS-3
    #[test]
    fn a_set_keeps_the_selector_it_was_made_with() {
        let mut out = Errors::new();
        replica_set(&mut out, &set("www"), &set("web"));
        assert!(out.iter().any(|error| {
            error.to_string() == "spec.selector: Invalid value: \"\": field is immutable"
        }));
    }
}
