//! What a workload means where it does not say, the pod template included: one function for each
//! kind.
//!
//! Source: `pkg/apis/apps/v1/defaults.go`, `pkg/apis/batch/v1/defaults.go`,
//! `pkg/apis/core/v1/defaults.go`.

use crate::api::{
    CompletionMode, ConcurrencyPolicy, ConditionStatus, CronJob, DaemonSet,
    DaemonSetUpdateStrategyType, Deployment, DeploymentStrategyType, Job, JobSpec,
    PersistentVolumeClaimRetentionPolicyType, PodManagementPolicyType, PodReplacementPolicy,
    ReplicaSet, ReplicationController, StatefulSet, StatefulSetUpdateStrategyType,
};
use crate::pod::defaults::default_spec;

const REVISION_HISTORY_LIMIT: i32 = 10;
const PROGRESS_DEADLINE_SECONDS: i32 = 600;
const SHARE: &str = "25%";
const BACKOFF_LIMIT: i32 = 6;

/// RS-1: one pod; selector and labels are those of the template.
pub fn replication_controller(object: &mut ReplicationController) {
    let spec = &mut object.spec;
    if let Some(template) = &mut spec.template {
        default_spec(&mut template.spec);
    }
    spec.replicas.get_or_insert(1);
    let labels = spec.template.as_ref().map(|template| &template.metadata.labels);
    if let Some(labels) = labels {
        if spec.selector.is_empty() {
            spec.selector.clone_from(labels);
        }
        if object.metadata.labels.is_empty() {
            object.metadata.labels.clone_from(labels);
        }
    }
}

/// RS-1: one pod.
pub fn replica_set(object: &mut ReplicaSet) {
    default_spec(&mut object.spec.template.spec);
    object.spec.replicas.get_or_insert(1);
}

/// DEPLOY-1
pub fn deployment(object: &mut Deployment) {
    let spec = &mut object.spec;
    default_spec(&mut spec.template.spec);
    spec.replicas.get_or_insert(1);
    let strategy = &mut spec.strategy;
    if strategy.type_.is_unset() {
        strategy.type_ = DeploymentStrategyType::RollingUpdate;
    }
    if strategy.type_ == DeploymentStrategyType::RollingUpdate {
        let rolling = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert_with(|| SHARE.into());
        rolling.max_surge.get_or_insert_with(|| SHARE.into());
    }
    spec.revision_history_limit.get_or_insert(REVISION_HISTORY_LIMIT);
    spec.progress_deadline_seconds.get_or_insert(PROGRESS_DEADLINE_SECONDS);
}

/// DS-2
pub fn daemon_set(object: &mut DaemonSet) {
    default_spec(&mut object.spec.template.spec);
    let strategy = &mut object.spec.update_strategy;
    if strategy.type_.is_unset() {
        strategy.type_ = DaemonSetUpdateStrategyType::RollingUpdate;
    }
    if strategy.type_ == DaemonSetUpdateStrategyType::RollingUpdate {
        let rolling = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert_with(|| 1.into());
        rolling.max_surge.get_or_insert_with(|| 0.into());
    }
    object.spec.revision_history_limit.get_or_insert(REVISION_HISTORY_LIMIT);
}

/// STS-2, STS-3, STS-4
pub fn stateful_set(object: &mut StatefulSet) {
    let spec = &mut object.spec;
    default_spec(&mut spec.template.spec);
    if spec.pod_management_policy.is_unset() {
        spec.pod_management_policy = PodManagementPolicyType::OrderedReady;
    }
    let strategy = &mut spec.update_strategy;
    if strategy.type_.is_unset() {
        strategy.type_ = StatefulSetUpdateStrategyType::RollingUpdate;
        strategy.rolling_update.get_or_insert_default();
    }
    if strategy.type_ == StatefulSetUpdateStrategyType::RollingUpdate
        && let Some(rolling) = &mut strategy.rolling_update
    {
        rolling.partition.get_or_insert(0);
    }
    let retention = spec.persistent_volume_claim_retention_policy.get_or_insert_default();
    for policy in [&mut retention.when_deleted, &mut retention.when_scaled] {
        if policy.is_unset() {
            *policy = PersistentVolumeClaimRetentionPolicyType::Retain;
        }
    }
    spec.replicas.get_or_insert(1);
    spec.revision_history_limit.get_or_insert(REVISION_HISTORY_LIMIT);
}

/// JOB-1, JOB-2, JB-12
pub fn job(object: &mut Job) {
    if object.metadata.labels.is_empty() {
        object.metadata.labels.clone_from(&object.spec.template.metadata.labels);
    }
    job_spec(&mut object.spec);
}

fn job_spec(spec: &mut JobSpec) {
    default_spec(&mut spec.template.spec);
    if spec.completions.is_none() && spec.parallelism.is_none() {
        spec.completions = Some(1);
    }
    spec.parallelism.get_or_insert(1);
    let per_index = spec.backoff_limit_per_index.is_some();
    spec.backoff_limit.get_or_insert(if per_index { i32::MAX } else { BACKOFF_LIMIT });
    spec.completion_mode.get_or_insert(CompletionMode::NonIndexed);
    spec.suspend.get_or_insert(false);
    spec.manual_selector.get_or_insert(false);
    spec.pod_replacement_policy.get_or_insert(if spec.pod_failure_policy.is_some() {
        PodReplacementPolicy::Failed
    } else {
        PodReplacementPolicy::TerminatingOrFailed
    });
    pod_failure_patterns(spec);
}

fn pod_failure_patterns(spec: &mut JobSpec) {
    let rules = spec.pod_failure_policy.iter_mut().flat_map(|policy| &mut policy.rules);
    for pattern in rules.flat_map(|rule| &mut rule.on_pod_conditions) {
        if pattern.status.is_unset() {
            pattern.status = ConditionStatus::True;
        }
    }
}

/// CRON-3. The job template keeps what it leaves open until a job is made of it.
pub fn cron_job(object: &mut CronJob) {
    let spec = &mut object.spec;
    if spec.concurrency_policy.is_unset() {
        spec.concurrency_policy = ConcurrencyPolicy::Allow;
    }
    spec.suspend.get_or_insert(false);
    spec.successful_jobs_history_limit.get_or_insert(3);
    spec.failed_jobs_history_limit.get_or_insert(1);
    let job = &mut spec.job_template.spec;
    default_spec(&mut job.template.spec);
    pod_failure_patterns(job);
}
