//! What a Job must look like.
//!
//! Source: `pkg/apis/batch/validation/validation.go ValidateJob`.

use std::collections::BTreeSet;

use crate::api::{
    CompletionMode, ConditionStatus, Job, JobSpec, Kind, PodFailurePolicyAction,
    PodFailurePolicyOnExitCodesOperator, PodFailurePolicyOnExitCodesRequirement,
    PodFailurePolicyOnPodConditionsPattern, PodFailurePolicyRule, PodReplacementPolicy,
    RestartPolicy, SuccessPolicyRule,
};
use crate::field::{Errors, Path};
use crate::labels::{self, Selector};
use crate::name;
use crate::workload::job_selector::{CONTROLLER_UIDS, JOB_NAMES};
use crate::workload::validate::{metadata, mismatch, not_negative, template};

const MANY: i32 = 100_000;
const SOME: i32 = 10_000;
const MAX_RULES: usize = 20;
const MAX_EXIT_CODES: usize = 255;
const MAX_MANAGED_BY: usize = 63;
const MAX_INDEXES: usize = 64 * 1024;

/// Checks a new Job whose selector [has been generated](crate::workload::generate_selector) (JOB-1 to
/// JOB-4).
pub fn job(out: &mut Errors, object: &Job) {
    metadata(out, &object.metadata, &Kind::Job);
    job_object(out, object, true);
}

/// Checks a Job, new or changed, but for its metadata. Jobs made before the labels had prefixes need
/// not have the `prefixed` ones.
pub(in crate::workload) fn job_object(out: &mut Errors, object: &Job, prefixed: bool) {
    generated_selector(out, object, prefixed);
    let (at, spec) = (Path::root("spec"), &object.spec);
    job_spec(out, &at, spec);
    let selector_at = at.field("selector");
    match spec.selector.as_deref() {
        None => out.required(&selector_at, ""),
        Some(selector) => {
            labels::validate(out, &selector_at, selector, &labels::Rules::default());
        }
    }
    if let Ok(selector) = Selector::compile(spec.selector.as_deref())
        && !selector.matches(&spec.template.metadata.labels)
    {
        mismatch(out, &at.field("template"));
    }
    // JOB-4: pods are called after the job and their index.
    let last = spec.completions.filter(|completions| *completions > 0 && is_indexed(spec));
    if let Some(completions) = last {
        let host = format!("{}-{}", object.metadata.name, completions.saturating_sub(1));
        if !name::dns1123_label(&host).is_empty() {
            let detail = format!("pods would get the invalid name `{host}`");
            let metadata = Path::root("metadata");
            out.invalid(&metadata.field("name"), &object.metadata.name, detail);
        }
    }
}

fn is_indexed(spec: &JobSpec) -> bool {
    spec.completion_mode == Some(CompletionMode::Indexed)
}

/// Unless the selector is the user's own, it finds the pods of this job and no others.
fn generated_selector(out: &mut Errors, job: &Job, prefixed: bool) {
    let Some(selector) = job.spec.selector.as_deref() else { return };
    if job.spec.manual_selector == Some(true) {
        return;
    }
    let meta = &job.metadata;
    if meta.uid.is_empty() {
        out.required(&Path::root("metadata.uid"), "");
    }
    let at = Path::root("spec.template.metadata.labels");
    let mut expected = std::collections::BTreeMap::new();
    let [old_uid, uid] = CONTROLLER_UIDS;
    let [old_name, name] = JOB_NAMES;
    let both = [(old_uid, &meta.uid), (old_name, &meta.name), (uid, &meta.uid), (name, &meta.name)];
    for (key, value) in both.into_iter().take(if prefixed { 4 } else { 2 }) {
        let detail = format!("must be `{value}`");
        match job.spec.template.metadata.labels.get(key) {
            None => out.required(&at.key(key), detail),
            Some(own) if own != value => out.invalid(&at.key(key), own, detail),
            Some(_) => {}
        }
        expected.insert(key.to_owned(), value.clone());
    }
    if Selector::compile(Some(selector)).is_ok_and(|selector| !selector.matches(&expected)) {
        out.invalid(&Path::root("spec.selector"), "", "`selector` not auto-generated");
    }
}

/// Checks the spec of a Job, also of one in the template of a CronJob; the selector is left to others.
pub(super) fn job_spec(out: &mut Errors, at: &Path<'_>, spec: &JobSpec) {
    let numbers = [
        ("parallelism", spec.parallelism),
        ("completions", spec.completions),
        ("backoffLimit", spec.backoff_limit),
        ("ttlSecondsAfterFinished", spec.ttl_seconds_after_finished),
        ("backoffLimitPerIndex", spec.backoff_limit_per_index),
        ("maxFailedIndexes", spec.max_failed_indexes),
    ];
    for (field, number) in numbers {
        not_negative(out, &at.field(field), number.unwrap_or_default());
    }
    if let Some(seconds) = spec.active_deadline_seconds.filter(|seconds| *seconds < 0) {
        let at = at.field("activeDeadlineSeconds");
        out.invalid(&at, seconds, "must be greater than or equal to 0");
    }
    if spec.max_failed_indexes.is_some() && spec.backoff_limit_per_index.is_none() {
        out.required(&at.field("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
    if let Some(manager) = &spec.managed_by {
        let at = at.field("managedBy");
        if manager.is_empty() {
            out.required(&at, "");
        } else {
            name::validate(out, &at, manager, name::domain_prefixed_path);
        }
        if manager.len() > MAX_MANAGED_BY {
            out.too_long(&at, MAX_MANAGED_BY);
        }
    }
    completion_mode(out, at, spec);
    policies(out, at, spec);
    let template_at = at.field("template");
    template(out, &template_at, &spec.template);
    restart_policy(out, &template_at, spec);
}

fn completion_mode(out: &mut Errors, at: &Path<'_>, spec: &JobSpec) {
    match &spec.completion_mode {
        Some(CompletionMode::Indexed) => indexed(out, at, spec),
        None | Some(CompletionMode::NonIndexed) => {
            let fields = [
                ("backoffLimitPerIndex", spec.backoff_limit_per_index),
                ("maxFailedIndexes", spec.max_failed_indexes),
            ];
            for (field, number) in fields {
                if let Some(number) = number {
                    out.invalid(&at.field(field), number, "requires indexed completion mode");
                }
            }
        }
        Some(mode @ (CompletionMode::Unset | CompletionMode::Other(_))) => {
            out.not_supported(&at.field("completionMode"), mode.as_str(), CompletionMode::WORDS);
        }
    }
}

/// JOB-4
fn indexed(out: &mut Errors, at: &Path<'_>, spec: &JobSpec) {
    let mut at_most = |field: &str, number: Option<i32>, most: i32| {
        if let Some(number) = number.filter(|number| *number > most) {
            let detail = format!("must be less than or equal to {most}");
            out.invalid(&at.field(field), number, detail);
        }
    };
    at_most("parallelism", spec.parallelism, MANY);
    at_most(
        "maxFailedIndexes",
        spec.max_failed_indexes,
        MANY.min(spec.completions.unwrap_or(MANY)),
    );
    let many = spec.completions.is_some_and(|completions| completions > MANY);
    if many && spec.backoff_limit_per_index.is_some() {
        at_most("parallelism", spec.parallelism, SOME);
        at_most("maxFailedIndexes", spec.max_failed_indexes, SOME);
        if spec.max_failed_indexes.is_none() {
            let detail = "must be specified when completions is above 100000";
            out.required(&at.field("maxFailedIndexes"), detail);
        }
    }
    if spec.completions.is_none() {
        out.required(&at.field("completions"), "when completion mode is Indexed");
    }
}

fn policies(out: &mut Errors, at: &Path<'_>, spec: &JobSpec) {
    if let Some(policy) = spec.pod_failure_policy.as_deref() {
        let policy_at = at.field("podFailurePolicy");
        let rules_at = policy_at.field("rules");
        if policy.rules.len() > MAX_RULES {
            out.too_many(&rules_at, policy.rules.len(), MAX_RULES);
        }
        for (n, rule) in policy.rules.iter().enumerate() {
            failure_rule(out, &rules_at.index(n), rule, spec);
        }
    }
    if let Some(policy) = spec.success_policy.as_deref() {
        let policy_at = at.field("successPolicy");
        let rules_at = policy_at.field("rules");
        if !is_indexed(spec) {
            out.invalid(&policy_at, "", "requires indexed completion mode");
            return replacement(out, at, spec);
        }
        if policy.rules.is_empty() {
            out.required(&rules_at, "at least one rule must be specified");
        }
        if policy.rules.len() > MAX_RULES {
            out.too_many(&rules_at, policy.rules.len(), MAX_RULES);
        }
        for (n, rule) in policy.rules.iter().enumerate() {
            success_rule(out, &rules_at.index(n), rule, spec.completions.unwrap_or_default());
        }
    }
    replacement(out, at, spec);
}

fn replacement(out: &mut Errors, at: &Path<'_>, spec: &JobSpec) {
    let Some(policy) = &spec.pod_replacement_policy else { return };
    let allowed: &[&'static str] = match spec.pod_failure_policy {
        Some(_) => &["Failed"],
        None => PodReplacementPolicy::WORDS,
    };
    if !allowed.contains(&policy.as_str()) {
        out.not_supported(&at.field("podReplacementPolicy"), policy.as_str(), allowed);
    }
}

/// JOB-3
fn failure_rule(out: &mut Errors, at: &Path<'_>, rule: &PodFailurePolicyRule, spec: &JobSpec) {
    let action_at = at.field("action");
    match &rule.action {
        PodFailurePolicyAction::Unset => out.required(&action_at, ""),
        PodFailurePolicyAction::FailIndex if spec.backoff_limit_per_index.is_none() => {
            out.invalid(&action_at, "FailIndex", "requires the backoffLimitPerIndex to be set");
        }
        PodFailurePolicyAction::Other(word) => {
            out.not_supported(&action_at, &**word, PodFailurePolicyAction::WORDS);
        }
        PodFailurePolicyAction::FailJob
        | PodFailurePolicyAction::FailIndex
        | PodFailurePolicyAction::Ignore
        | PodFailurePolicyAction::Count => {}
    }
    let codes = rule.on_exit_codes.as_deref();
    if let Some(codes) = codes {
        exit_codes(out, &at.field("onExitCodes"), codes, spec);
    }
    let patterns_at = at.field("onPodConditions");
    if rule.on_pod_conditions.len() > MAX_RULES {
        out.too_many(&patterns_at, rule.on_pod_conditions.len(), MAX_RULES);
    }
    for (n, pattern) in rule.on_pod_conditions.iter().enumerate() {
        pod_condition(out, &patterns_at.index(n), pattern);
    }
    match (codes.is_some(), !rule.on_pod_conditions.is_empty()) {
        (true, true) => {
            out.invalid(at, "", "specifying both OnExitCodes and OnPodConditions is not supported");
        }
        (false, false) => {
            out.invalid(at, "", "specifying one of OnExitCodes and OnPodConditions is required");
        }
        (true, false) | (false, true) => {}
    }
}

fn exit_codes(
    out: &mut Errors,
    at: &Path<'_>,
    codes: &PodFailurePolicyOnExitCodesRequirement,
    spec: &JobSpec,
) {
    let operator_at = at.field("operator");
    match &codes.operator {
        PodFailurePolicyOnExitCodesOperator::Unset => out.required(&operator_at, ""),
        PodFailurePolicyOnExitCodesOperator::Other(word) => {
            let words = PodFailurePolicyOnExitCodesOperator::WORDS;
            out.not_supported(&operator_at, &**word, words);
        }
        PodFailurePolicyOnExitCodesOperator::In | PodFailurePolicyOnExitCodesOperator::NotIn => {}
    }
    let pod = &spec.template.spec;
    let mut all = pod.containers.iter().chain(&pod.init_containers);
    if let Some(container) = &codes.container_name
        && !all.any(|one| one.name == *container)
    {
        let detail = "must be one of the container or initContainer names in the pod template";
        out.invalid(&at.field("containerName"), container, detail);
    }
    let values_at = at.field("values");
    if codes.values.is_empty() {
        out.invalid(&values_at, "", "at least one value is required");
    } else if codes.values.len() > MAX_EXIT_CODES {
        out.too_many(&values_at, codes.values.len(), MAX_EXIT_CODES);
    }
    let mut seen = BTreeSet::new();
    for (n, value) in codes.values.iter().enumerate() {
        if *value == 0 && codes.operator == PodFailurePolicyOnExitCodesOperator::In {
            out.invalid(&values_at.index(n), *value, "must not be 0 for the In operator");
        }
        if !seen.insert(*value) {
            out.duplicate(&values_at.index(n), *value);
        }
    }
    if !codes.values.is_sorted() {
        out.invalid(&values_at, "", "must be ordered");
    }
}

fn pod_condition(
    out: &mut Errors,
    at: &Path<'_>,
    pattern: &PodFailurePolicyOnPodConditionsPattern,
) {
    name::validate(out, &at.field("type"), pattern.type_.as_str(), name::label_key);
    let status_at = at.field("status");
    if pattern.status.is_unset() {
        out.required(&status_at, "");
    } else if !ConditionStatus::WORDS.contains(&pattern.status.as_str()) {
        out.not_supported(&status_at, pattern.status.as_str(), ConditionStatus::WORDS);
    }
}

fn success_rule(out: &mut Errors, at: &Path<'_>, rule: &SuccessPolicyRule, completions: i32) {
    let indexes = rule.succeeded_indexes.as_deref();
    if rule.succeeded_count.is_none() && indexes.is_none() {
        out.required(at, "at least one of succeededCount or succeededIndexes must be specified");
    }
    let mut named = None;
    if let Some(indexes) = indexes {
        let at = at.field("succeededIndexes");
        if indexes.len() > MAX_INDEXES {
            out.too_long(&at, MAX_INDEXES);
        }
        let count = count_indexes(indexes, completions);
        if count.is_none() {
            let detail = "must be increasing indexes and intervals below completions";
            out.invalid(&at, indexes, detail);
        }
        named = Some(count.unwrap_or_default());
    }
    let Some(count) = rule.succeeded_count else { return };
    let at = at.field("succeededCount");
    not_negative(out, &at, count);
    if count > completions {
        out.invalid(&at, count, "must be less than or equal to the number of completions");
    }
    if named.is_some_and(|named| i64::from(count) > named) {
        out.invalid(&at, count, "must be less than or equal to the number of succeededIndexes");
    }
}

/// How many indexes a text as `1,3-5` names; `None` if it is not well-formed.
fn count_indexes(text: &str, completions: i32) -> Option<i64> {
    let (mut total, mut last) = (0_i64, None);
    if text.is_empty() {
        return Some(0);
    }
    for interval in text.split(',') {
        let index = |text: &str| text.parse().ok().filter(|n: &i64| *n < i64::from(completions));
        let (first, end) = match interval.split_once('-') {
            None => {
                let one = index(interval)?;
                (one, one)
            }
            Some((first, end)) => {
                let (first, end) = (index(first)?, index(end)?);
                if first >= end {
                    return None;
                }
                (first, end)
            }
        };
        if last.is_some_and(|last| last >= first) {
            return None;
        }
        total = total.saturating_add(end.saturating_sub(first).saturating_add(1));
        last = Some(end);
    }
    Some(total)
}

fn restart_policy(out: &mut Errors, at: &Path<'_>, spec: &JobSpec) {
    let spec_at = at.field("spec");
    let at = spec_at.field("restartPolicy");
    match &spec.template.spec.restart_policy {
        RestartPolicy::Unset | RestartPolicy::Always => {
            out.required(&at, "valid values: `OnFailure`, `Never`");
        }
        RestartPolicy::Other(word) => out.not_supported(&at, &**word, &["OnFailure", "Never"]),
        RestartPolicy::OnFailure if spec.pod_failure_policy.is_some() => {
            let detail = "only `Never` is supported when podFailurePolicy is specified"; // JOB-3
            out.invalid(&at, "OnFailure", detail);
        }
        RestartPolicy::OnFailure | RestartPolicy::Never => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Container, SuccessPolicy};
    use crate::workload::{defaults, generate_selector, update};

    fn made(change: impl FnOnce(&mut Job)) -> Job {
        let mut job = Job::default();
        job.metadata.name = "sums".into();
        job.metadata.namespace = "prod".into();
        job.metadata.uid = "u1".into();
        job.metadata.resource_version = "1".into();
        let container =
            Container { name: "sum".into(), image: "sum:1".into(), ..Container::default() };
        job.spec.template.spec.containers.push(container);
        job.spec.template.spec.restart_policy = RestartPolicy::Never;
        change(&mut job);
        defaults::job(&mut job);
        generate_selector(&mut job);
        job
    }

    fn listed(out: &Errors) -> Vec<String> {
        out.iter().map(|error| format!("{} {}", error.field, error.cause.kind())).collect()
    }

    fn check(change: impl FnOnce(&mut Job), expected: &[&str]) {
        let mut out = Errors::new();
        job(&mut out, &made(change));
        assert_eq!(listed(&out), expected);
    }

    fn check_update(suspended: bool, change: impl FnOnce(&mut Job), expected: &[&str]) {
        let old = made(|job| job.spec.suspend = Some(suspended));
        let mut new = old.clone();
        change(&mut new);
        let mut out = Errors::new();
        update::job(&mut out, &new, &old);
        assert_eq!(listed(&out), expected);
    }

    // JOB-1
    #[test]
    fn a_job_needs_pods_that_end() {
        check(|_| {}, &[]);
        check(
            |job| job.spec.template.spec.restart_policy = RestartPolicy::Always,
            &["spec.template.spec.restartPolicy Required"],
        );
        check(|job| job.spec.completions = Some(-1), &["spec.completions Invalid"]);
        check(
            |job| job.spec.template.spec.containers.clear(),
            &["spec.template.spec.containers Required"],
        );
    }

    #[test]
    fn labels_of_other_jobs_are_refused() {
        let foreign = |job: &mut Job| {
            job.spec.template.metadata.labels.insert("job-name".into(), "other".into());
        };
        check(foreign, &["spec.template.metadata.labels[job-name] Invalid"]);
    }

    // JOB-4
    #[test]
    fn indexes() {
        let indexed = |job: &mut Job| job.spec.completion_mode = Some(CompletionMode::Indexed);
        check(
            |job| {
                indexed(job);
                job.spec.parallelism = Some(2);
            },
            &["spec.completions Required"],
        );
        for (text, count) in [("", 0), ("1", 1), ("0,2-4", 4)] {
            assert_eq!(count_indexes(text, 5), Some(count), "{text}");
        }
        for text in ["5", "1,1", "2-1", "1-2-3", "a", "-1", "1,", "3,1-2"] {
            assert_eq!(count_indexes(text, 5), None, "{text}");
        }
        let rule =
            SuccessPolicyRule { succeeded_indexes: Some("0-1".into()), succeeded_count: Some(3) };
        check(
            |job| {
                indexed(job);
                job.spec.completions = Some(4);
                job.spec.success_policy = Some(Box::new(SuccessPolicy { rules: vec![rule] }));
            },
            &["spec.successPolicy.rules[0].succeededCount Invalid"],
        );
    }

    #[test]
    fn a_template_changes_only_while_suspended() {
        let choosy = |job: &mut Job| {
            job.spec.template.spec.node_selector.insert("a".into(), "b".into());
        };
        check_update(true, choosy, &[]);
        check_update(false, choosy, &["spec.template Invalid"]);
        let other = |job: &mut Job| job.spec.template.spec.hostname = "h".into();
        check_update(true, other, &["spec.template.spec Invalid"]);
        check_update(false, |job| job.spec.parallelism = Some(3), &[]);
        check_update(false, |job| job.spec.completions = Some(3), &["spec.completions Invalid"]);
    }
}
