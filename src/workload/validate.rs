//! What a workload must look like: one check for each kind, of the whole object.
//!
//! Paths start at the object, so errors are at `metadata.name` or `spec.selector`.
//!
//! Source: `pkg/apis/apps/validation/validation.go`, `pkg/apis/core/validation/validation.go`.

use crate::api::{
    DaemonSet, DaemonSetUpdateStrategy, DaemonSetUpdateStrategyType, Deployment,
    DeploymentStrategy, DeploymentStrategyType, Kind, LabelSelector, ObjectMeta, PodTemplate,
    PodTemplateSpec, ReplicaSet, ReplicationController, RestartPolicy, RollingUpdateDaemonSet,
    RollingUpdateDeployment,
};
use crate::field::{Errors, Path};
use crate::int_or_string::IntOrString;
use crate::labels::{self, Selector};
use crate::meta::{self, Rules};
use crate::{name, pod};

mod cron_job;
mod job;
mod stateful_set;

pub use cron_job::cron_job;
pub(super) use cron_job::cron_job_spec;
pub use job::job;
pub(super) use job::job_object;
pub use stateful_set::{stateful_set, stateful_set_spec};

/// Checks a new ReplicationController (RS-2).
pub fn replication_controller(out: &mut Errors, object: &ReplicationController) {
    metadata(out, &object.metadata, &Kind::ReplicationController);
    replication_controller_spec(out, &Path::root("spec"), object);
}

pub(super) fn replication_controller_spec(
    out: &mut Errors,
    at: &Path<'_>,
    object: &ReplicationController,
) {
    let spec = &object.spec;
    not_negative(out, &at.field("minReadySeconds"), spec.min_ready_seconds);
    if spec.selector.is_empty() {
        out.required(&at.field("selector"), "");
    }
    match spec.replicas {
        Some(replicas) => not_negative(out, &at.field("replicas"), replicas),
        None => out.required(&at.field("replicas"), ""),
    }
    let at = at.field("template");
    match spec.template.as_deref() {
        Some(template) => {
            running_template(out, &at, template, &Selector::from_map(&spec.selector));
        }
        None => out.required(&at, ""),
    }
}

/// Checks a new ReplicaSet (RS-2).
pub fn replica_set(out: &mut Errors, object: &ReplicaSet) {
    metadata(out, &object.metadata, &Kind::ReplicaSet);
    replica_set_spec(out, &Path::root("spec"), object);
}

pub(super) fn replica_set_spec(out: &mut Errors, at: &Path<'_>, object: &ReplicaSet) {
    let spec = &object.spec;
    not_negative(out, &at.field("replicas"), spec.replicas.unwrap_or_default());
    not_negative(out, &at.field("minReadySeconds"), spec.min_ready_seconds);
    if let Some(selector) = own_selector(out, &at.field("selector"), spec.selector.as_deref()) {
        running_template(out, &at.field("template"), &spec.template, &selector);
    }
}

/// Checks a new Deployment (RS-2, DEPLOY-1, DEPLOY-2).
///
/// ```
/// use kubernel::api::Deployment;
/// use kubernel::field::Errors;
/// use kubernel::workload::validate;
///
/// let mut out = Errors::new();
/// validate::deployment(&mut out, &Deployment::default());
/// assert!(out.iter().any(|error| error.to_string() == "spec.selector: Required value"));
/// ```
pub fn deployment(out: &mut Errors, object: &Deployment) {
    metadata(out, &object.metadata, &Kind::Deployment);
    deployment_spec(out, &Path::root("spec"), object);
}

pub(super) fn deployment_spec(out: &mut Errors, at: &Path<'_>, object: &Deployment) {
    let spec = &object.spec;
    not_negative(out, &at.field("replicas"), spec.replicas.unwrap_or_default());
    if let Some(selector) = own_selector(out, &at.field("selector"), spec.selector.as_deref()) {
        running_template(out, &at.field("template"), &spec.template, &selector);
    }
    strategy(out, &at.field("strategy"), &spec.strategy);
    not_negative(out, &at.field("minReadySeconds"), spec.min_ready_seconds);
    if let Some(limit) = spec.revision_history_limit {
        not_negative(out, &at.field("revisionHistoryLimit"), limit);
    }
    if let Some(deadline) = spec.progress_deadline_seconds {
        let at = at.field("progressDeadlineSeconds");
        not_negative(out, &at, deadline);
        if deadline <= spec.min_ready_seconds {
            out.invalid(&at, deadline, "must be greater than minReadySeconds"); // DEPLOY-2
        }
    }
}

/// DEPLOY-1
fn strategy(out: &mut Errors, at: &Path<'_>, strategy: &DeploymentStrategy) {
    let rolling = at.field("rollingUpdate");
    match (&strategy.type_, strategy.rolling_update.as_deref()) {
        (DeploymentStrategyType::Recreate, None) => {}
        (DeploymentStrategyType::Recreate, Some(_)) => {
            out.forbidden(&rolling, "may not be given when the type is `Recreate`");
        }
        (DeploymentStrategyType::RollingUpdate, None) => out.required(&rolling, ""),
        (DeploymentStrategyType::RollingUpdate, Some(update)) => {
            rolling_update(out, &rolling, update);
        }
        (type_ @ (DeploymentStrategyType::Unset | DeploymentStrategyType::Other(_)), _) => {
            out.not_supported(at, type_.as_str(), DeploymentStrategyType::WORDS);
        }
    }
}

/// DEPLOY-2
fn rolling_update(out: &mut Errors, at: &Path<'_>, update: &RollingUpdateDeployment) {
    let (unavailable_at, surge_at) = (at.field("maxUnavailable"), at.field("maxSurge"));
    let zero = IntOrString::default();
    let unavailable = update.max_unavailable.as_ref().unwrap_or(&zero);
    let surge = update.max_surge.as_ref().unwrap_or(&zero);
    number_or_percent(out, &unavailable_at, unavailable);
    number_or_percent(out, &surge_at, surge);
    if figure(unavailable) == 0 && figure(surge) == 0 {
        let detail = "may not be 0 when maxSurge is 0";
        out.invalid(&unavailable_at, unavailable.to_string(), detail);
    }
    at_most_all(out, &unavailable_at, unavailable);
}

/// Checks a new DaemonSet (DS-2).
pub fn daemon_set(out: &mut Errors, object: &DaemonSet) {
    metadata(out, &object.metadata, &Kind::DaemonSet);
    daemon_set_spec(out, &Path::root("spec"), object);
}

pub(super) fn daemon_set_spec(out: &mut Errors, at: &Path<'_>, object: &DaemonSet) {
    let spec = &object.spec;
    let (selector_at, template_at) = (at.field("selector"), at.field("template"));
    if let Some(selector) = spec.selector.as_deref() {
        labels::validate(out, &selector_at, selector, &labels::Rules::default());
        if is_empty(selector) {
            out.invalid(&selector_at, "{}", "the empty selector is not allowed");
        }
    }
    if let Ok(selector) = Selector::compile(spec.selector.as_deref())
        && !selector.matches(&spec.template.metadata.labels)
    {
        mismatch(out, &template_at);
    }
    template(out, &template_at, &spec.template);
    endless(out, &template_at, &spec.template);
    not_negative(out, &at.field("minReadySeconds"), spec.min_ready_seconds);
    daemon_strategy(out, &at.field("updateStrategy"), &spec.update_strategy);
    if let Some(limit) = spec.revision_history_limit {
        not_negative(out, &at.field("revisionHistoryLimit"), limit);
    }
}

fn daemon_strategy(out: &mut Errors, at: &Path<'_>, strategy: &DaemonSetUpdateStrategy) {
    match &strategy.type_ {
        DaemonSetUpdateStrategyType::OnDelete => {}
        DaemonSetUpdateStrategyType::RollingUpdate => {
            let at = at.field("rollingUpdate");
            match strategy.rolling_update.as_deref() {
                Some(update) => daemon_update(out, &at, update),
                None => out.required(&at, ""),
            }
        }
        type_ @ (DaemonSetUpdateStrategyType::Unset | DaemonSetUpdateStrategyType::Other(_)) => {
            out.not_supported(at, type_.as_str(), DaemonSetUpdateStrategyType::WORDS);
        }
    }
}

fn daemon_update(out: &mut Errors, at: &Path<'_>, update: &RollingUpdateDaemonSet) {
    let (unavailable_at, surge_at) = (at.field("maxUnavailable"), at.field("maxSurge"));
    let zero = IntOrString::default();
    let unavailable = update.max_unavailable.as_ref().unwrap_or(&zero);
    let surge = update.max_surge.as_ref().unwrap_or(&zero);
    number_or_percent(out, &unavailable_at, unavailable);
    number_or_percent(out, &surge_at, surge);
    at_most_all(out, &unavailable_at, unavailable);
    at_most_all(out, &surge_at, surge);
    match (figure(unavailable) != 0, figure(surge) != 0) {
        (true, true) => {
            let detail = "may not be given when maxUnavailable is not 0";
            out.invalid(&surge_at, surge.to_string(), detail);
        }
        (false, false) => out.required(&unavailable_at, "may not be 0 when maxSurge is 0"),
        (true, false) | (false, true) => {}
    }
}

fn metadata(out: &mut Errors, meta: &ObjectMeta, kind: &Kind) {
    meta::validate_builtin(out, &Path::root("metadata"), meta, &Rules::of(kind));
}

/// Checks the selector of a set; `None` if it cannot be used (RS-2).
fn own_selector(
    out: &mut Errors,
    at: &Path<'_>,
    selector: Option<&LabelSelector>,
) -> Option<Selector> {
    match selector {
        None => out.required(at, ""),
        Some(selector) => {
            labels::validate(out, at, selector, &labels::Rules::default());
            if is_empty(selector) {
                out.invalid(at, "{}", "the empty selector is not allowed");
            }
        }
    }
    let compiled = Selector::compile(selector);
    if compiled.is_err() {
        out.invalid(at, "", "invalid label selector");
    }
    compiled.ok()
}

fn is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.is_empty() && selector.match_expressions.is_empty()
}

/// Checks the template of pods that run for ever and are found by a selector (RS-2).
fn running_template(out: &mut Errors, at: &Path<'_>, of: &PodTemplateSpec, selector: &Selector) {
    if !selector.is_everything() && !selector.matches(&of.metadata.labels) {
        mismatch(out, at);
    }
    template(out, at, of);
    endless(out, at, of);
}

fn mismatch(out: &mut Errors, at: &Path<'_>) {
    let metadata = at.field("metadata");
    out.invalid(&metadata.field("labels"), "", "the selector does not match the template's labels");
}

/// Checks a new PodTemplate.
pub fn pod_template(out: &mut Errors, object: &PodTemplate) {
    metadata(out, &object.metadata, &Kind::PodTemplate);
    template(out, &Path::root("template"), &object.template);
}

/// Checks a pod template as such.
pub(super) fn template(out: &mut Errors, at: &Path<'_>, template: &PodTemplateSpec) {
    pod::validate::validate_template(out, at, template, &pod::validate::Rules::default());
}

/// RS-2: the pods of a set are started again and have no deadline.
fn endless(out: &mut Errors, at: &Path<'_>, template: &PodTemplateSpec) {
    let at = at.field("spec");
    if template.spec.restart_policy != RestartPolicy::Always {
        let policy = template.spec.restart_policy.as_str();
        out.not_supported(&at.field("restartPolicy"), policy, &["Always"]);
    }
    if template.spec.active_deadline_seconds.is_some() {
        out.forbidden(&at.field("activeDeadlineSeconds"), "not supported for pods of a set");
    }
}

fn not_negative(out: &mut Errors, at: &Path<'_>, number: i32) {
    if number < 0 {
        out.invalid(at, number, "must be greater than or equal to 0");
    }
}

fn number_or_percent(out: &mut Errors, at: &Path<'_>, value: &IntOrString) {
    match value {
        IntOrString::Int(number) => not_negative(out, at, *number),
        IntOrString::String(text) => name::validate(out, at, text, name::percent),
    }
}

/// The percentage, if it is a well-formed one.
fn percentage(value: &IntOrString) -> Option<i64> {
    match value {
        IntOrString::String(text) if name::percent(text).is_empty() => {
            let digits = text.strip_suffix('%').unwrap_or(text);
            Some(digits.parse().unwrap_or(i64::MAX))
        }
        IntOrString::String(_) | IntOrString::Int(_) => None,
    }
}

/// The number, or the percentage as a number.
fn figure(value: &IntOrString) -> i64 {
    percentage(value).unwrap_or_else(|| value.int_value())
}

fn at_most_all(out: &mut Errors, at: &Path<'_>, value: &IntOrString) {
    if percentage(value).is_some_and(|percent| percent > 100) {
        out.invalid(at, value.to_string(), "must not be greater than 100%");
    }
}
