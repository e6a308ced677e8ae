//! What an update of a Job may change.
//!
//! Source: `pkg/apis/batch/validation/validation.go ValidateJobUpdate`,
//! `pkg/registry/batch/job/strategy.go`.

use crate::api::{
    Affinity, CompletionMode, ConditionStatus, Container, Job, JobConditionType, JobSpec, PodSpec,
    PodTemplateSpec,
};
use crate::field::{Errors, Path};
use crate::workload::job_selector::{CONTROLLER_UIDS, JOB_NAMES};
use crate::workload::update::metadata;
use crate::workload::validate::job_object;

const IMMUTABLE: &str = "field is immutable";

/// Checks an update of a Job. Its template changes only while it is suspended and has no pods, and then
/// only in where its pods go and what resources they have.
pub fn job(out: &mut Errors, new: &Job, old: &Job) {
    metadata(out, &new.metadata, &old.metadata);
    let labels = &old.spec.template.metadata.labels;
    let prefixed = [CONTROLLER_UIDS, JOB_NAMES].iter().all(|[_, key]| labels.contains_key(*key));
    job_object(out, new, prefixed);
    let at = Path::root("spec");
    completions(out, &at.field("completions"), &new.spec, &old.spec);
    template(out, &at.field("template"), &new.spec.template, old);
    let (new, old) = (&new.spec, &old.spec);
    let fixed = [
        ("selector", new.selector == old.selector),
        ("completionMode", new.completion_mode == old.completion_mode),
        ("podFailurePolicy", new.pod_failure_policy == old.pod_failure_policy),
        ("backoffLimitPerIndex", new.backoff_limit_per_index == old.backoff_limit_per_index),
        ("managedBy", new.managed_by == old.managed_by),
        ("successPolicy", new.success_policy == old.success_policy),
    ];
    for (field, _) in fixed.into_iter().filter(|(_, same)| !same) {
        out.invalid(&at.field(field), "", IMMUTABLE);
    }
}

/// JOB-4: an indexed job grows and shrinks by both numbers together.
fn completions(out: &mut Errors, at: &Path<'_>, new: &JobSpec, old: &JobSpec) {
    if new.completions == old.completions {
        return;
    }
    let shown = new.completions.map(|number| number.to_string()).unwrap_or_default();
    if new.completion_mode != Some(CompletionMode::Indexed) {
        out.invalid(at, shown, IMMUTABLE);
    } else if new.completions.is_some() && new.completions != new.parallelism {
        out.invalid(at, shown, "can only be modified in tandem with spec.parallelism");
    }
}

fn template(out: &mut Errors, at: &Path<'_>, new: &PodTemplateSpec, old: &Job) {
    let mut allowed = old.spec.template.clone();
    if !is_open(old) {
        if *new != allowed {
            out.invalid(at, "", IMMUTABLE);
        }
        return;
    }
    let spec = &mut allowed.spec;
    node_affinity(spec, &new.spec);
    spec.node_selector.clone_from(&new.spec.node_selector);
    spec.tolerations.clone_from(&new.spec.tolerations);
    spec.scheduling_gates.clone_from(&new.spec.scheduling_gates);
    resources(&mut spec.containers, &new.spec.containers);
    resources(&mut spec.init_containers, &new.spec.init_containers);
    if new.spec != *spec {
        out.invalid(&at.field("spec"), "", IMMUTABLE);
    }
}

/// Whether the job is suspended and without pods.
fn is_open(job: &Job) -> bool {
    let stopped = job.status.conditions.iter().any(|condition| {
        condition.type_ == JobConditionType::Suspended && condition.status == ConditionStatus::True
    });
    let idle = job.status.start_time.is_none() || stopped;
    job.spec.suspend == Some(true) && idle && job.status.active == 0
}

/// Lets the node affinity be that of the new template.
fn node_affinity(allowed: &mut PodSpec, new: &PodSpec) {
    let wanted = new.affinity.as_deref().and_then(|affinity| affinity.node_affinity.clone());
    let affinity = allowed.affinity.get_or_insert_default();
    affinity.node_affinity = wanted;
    if new.affinity.is_none() && **affinity == Affinity::default() {
        allowed.affinity = None;
    }
}

/// Lets the resources of containers that are still the same be the new ones.
fn resources(allowed: &mut [Container], new: &[Container]) {
    if allowed.len() != new.len() {
        return;
    }
    for (allowed, new) in allowed.iter_mut().zip(new).filter(|(old, new)| old.name == new.name) {
        allowed.resources.clone_from(&new.resources);
    }
}
