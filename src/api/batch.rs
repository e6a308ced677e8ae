//! MODDOC batch

use crate::api::meta::{ConditionStatus, LabelSelector, ObjectMeta};
use crate::api::pod::{PodConditionType, PodTemplateSpec};
use crate::api::reference::ObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// DOC batch Job
    struct Job = "batch/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: JobSpec = "spec";
        keep status: JobStatus = "status";
    }
}

wire! {
    /// DOC batch JobSpec
    struct JobSpec {
        opt parallelism: Option<i32> = "parallelism";
        opt completions: Option<i32> = "completions";
        opt active_deadline_seconds: Option<i64> = "activeDeadlineSeconds";
        opt pod_failure_policy: Option<Box<PodFailurePolicy>> = "podFailurePolicy";
        opt success_policy: Option<Box<SuccessPolicy>> = "successPolicy";
        opt backoff_limit: Option<i32> = "backoffLimit";
        opt backoff_limit_per_index: Option<i32> = "backoffLimitPerIndex";
        opt max_failed_indexes: Option<i32> = "maxFailedIndexes";
        opt selector: Option<Box<LabelSelector>> = "selector";
        opt manual_selector: Option<bool> = "manualSelector";
        keep template: PodTemplateSpec = "template";
        opt ttl_seconds_after_finished: Option<i32> = "ttlSecondsAfterFinished";
        opt completion_mode: Option<CompletionMode> = "completionMode";
        opt suspend: Option<bool> = "suspend";
        opt pod_replacement_policy: Option<PodReplacementPolicy> = "podReplacementPolicy";
        opt managed_by: Option<String> = "managedBy";
    }
}

wire! {
    /// DOC batch PodFailurePolicy
    struct PodFailurePolicy {
        keep rules: Vec<PodFailurePolicyRule> = "rules";
    }
}

wire! {
    /// DOC batch PodFailurePolicyRule
    struct PodFailurePolicyRule {
        keep action: PodFailurePolicyAction = "action";
        opt on_exit_codes: Option<Box<PodFailurePolicyOnExitCodesRequirement>> = "onExitCodes";
        omit on_pod_conditions: Vec<PodFailurePolicyOnPodConditionsPattern> = "onPodConditions";
    }
}

open_enum! {
    /// DOC batch PodFailurePolicyAction
    PodFailurePolicyAction { FailJob, FailIndex, Ignore, Count }
}

wire! {
    /// DOC batch PodFailurePolicyOnExitCodesRequirement
    struct PodFailurePolicyOnExitCodesRequirement {
        opt container_name: Option<String> = "containerName";
        keep operator: PodFailurePolicyOnExitCodesOperator = "operator";
        keep values: Vec<i32> = "values";
    }
}

open_enum! {
    /// DOC batch PodFailurePolicyOnExitCodesOperator
    PodFailurePolicyOnExitCodesOperator { In, NotIn }
}

wire! {
    /// DOC batch PodFailurePolicyOnPodConditionsPattern
    struct PodFailurePolicyOnPodConditionsPattern {
        keep type_: PodConditionType = "type";
        keep status: ConditionStatus = "status";
    }
}

wire! {
    /// DOC batch SuccessPolicy
    struct SuccessPolicy {
        keep rules: Vec<SuccessPolicyRule> = "rules";
    }
}

wire! {
    /// DOC batch SuccessPolicyRule
    struct SuccessPolicyRule {
        opt succeeded_indexes: Option<String> = "succeededIndexes";
        opt succeeded_count: Option<i32> = "succeededCount";
    }
}

open_enum! {
    /// DOC batch CompletionMode
    CompletionMode { NonIndexed, Indexed }
}

open_enum! {
    /// DOC batch PodReplacementPolicy
    PodReplacementPolicy { TerminatingOrFailed, Failed }
}

wire! {
    /// DOC batch JobStatus
    struct JobStatus {
        omit conditions: Vec<JobCondition> = "conditions" [merge "type"];
        opt start_time: Option<Time> = "startTime";
        opt completion_time: Option<Time> = "completionTime";
        omit active: i32 = "active";
        omit succeeded: i32 = "succeeded";
        omit failed: i32 = "failed";
        opt terminating: Option<i32> = "terminating";
        omit completed_indexes: String = "completedIndexes";
        opt failed_indexes: Option<String> = "failedIndexes";
        opt uncounted_terminated_pods: Option<Box<UncountedTerminatedPods>> = "uncountedTerminatedPods";
        opt ready: Option<i32> = "ready";
    }
}

wire! {
    /// DOC batch JobCondition
    struct JobCondition {
        keep type_: JobConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_probe_time: Option<Time> = "lastProbeTime";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// DOC batch JobConditionType
    JobConditionType { Suspended, Complete, Failed, FailureTarget, SuccessCriteriaMet }
}

wire! {
    /// DOC batch UncountedTerminatedPods
    struct UncountedTerminatedPods {
        omit succeeded: Vec<String> = "succeeded";
        omit failed: Vec<String> = "failed";
    }
}

wire! {
    /// DOC batch CronJob
    struct CronJob = "batch/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: CronJobSpec = "spec";
        keep status: CronJobStatus = "status";
    }
}

wire! {
    /// DOC batch CronJobSpec
    struct CronJobSpec {
        keep schedule: String = "schedule";
        opt time_zone: Option<String> = "timeZone";
        opt starting_deadline_seconds: Option<i64> = "startingDeadlineSeconds";
        omit concurrency_policy: ConcurrencyPolicy = "concurrencyPolicy";
        opt suspend: Option<bool> = "suspend";
        keep job_template: JobTemplateSpec = "jobTemplate";
        opt successful_jobs_history_limit: Option<i32> = "successfulJobsHistoryLimit";
        opt failed_jobs_history_limit: Option<i32> = "failedJobsHistoryLimit";
    }
}

open_enum! {
    /// DOC batch ConcurrencyPolicy
    ConcurrencyPolicy { Allow, Forbid, Replace }
}

wire! {
    /// DOC batch JobTemplateSpec
    struct JobTemplateSpec {
        keep metadata: ObjectMeta = "metadata";
        keep spec: JobSpec = "spec";
    }
}

wire! {
    /// DOC batch CronJobStatus
    struct CronJobStatus {
        omit active: Vec<ObjectReference> = "active";
        opt last_schedule_time: Option<Time> = "lastScheduleTime";
        opt last_successful_time: Option<Time> = "lastSuccessfulTime";
    }
}
