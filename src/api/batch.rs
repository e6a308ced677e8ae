//! Jobs and cron jobs.

use crate::api::meta::{ConditionStatus, LabelSelector, ObjectMeta};
use crate::api::pod::{PodConditionType, PodTemplateSpec};
use crate::api::reference::ObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// Runs pods until enough of them have succeeded.
    struct Job = "batch/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: JobSpec = "spec";
        keep status: JobStatus = "status";
    }
}

wire! {
    /// What a job runs, how often, how many at a time, and when it gives up.
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
    /// Rules about failed pods, tried in order; the first that matches decides.
    struct PodFailurePolicy {
        keep rules: Vec<PodFailurePolicyRule> = "rules";
    }
}

wire! {
    /// One condition on a failed pod, by exit codes or by pod conditions, and what then happens.
    struct PodFailurePolicyRule {
        keep action: PodFailurePolicyAction = "action";
        opt on_exit_codes: Option<Box<PodFailurePolicyOnExitCodesRequirement>> = "onExitCodes";
        omit on_pod_conditions: Vec<PodFailurePolicyOnPodConditionsPattern> = "onPodConditions";
    }
}

open_enum! {
    /// What a failed pod means: the job or its index fails, or it is ignored or counted.
    PodFailurePolicyAction { FailJob, FailIndex, Ignore, Count }
}

wire! {
    /// A condition on the exit codes of a failed pod's containers; code 0 never counts.
    struct PodFailurePolicyOnExitCodesRequirement {
        opt container_name: Option<String> = "containerName";
        keep operator: PodFailurePolicyOnExitCodesOperator = "operator";
        keep values: Vec<i32> = "values";
    }
}

open_enum! {
    /// Whether an exit code must be one of the values or none of them.
    PodFailurePolicyOnExitCodesOperator { In, NotIn }
}

wire! {
    /// A pod condition that a failed pod must have; the status defaults to `True`.
    struct PodFailurePolicyOnPodConditionsPattern {
        keep type_: PodConditionType = "type";
        keep status: ConditionStatus = "status";
    }
}

wire! {
    /// Rules by which a job succeeds before all its indexes have; the first that holds decides.
    struct SuccessPolicy {
        keep rules: Vec<SuccessPolicyRule> = "rules";
    }
}

wire! {
    /// Which indexes, or how many of them, are enough.
    struct SuccessPolicyRule {
        opt succeeded_indexes: Option<String> = "succeededIndexes";
        opt succeeded_count: Option<i32> = "succeededCount";
    }
}

open_enum! {
    /// Whether any success counts or each index needs its own.
    CompletionMode { NonIndexed, Indexed }
}

open_enum! {
    /// Whether a pod is replaced when it begins to terminate or only when it has failed.
    PodReplacementPolicy { TerminatingOrFailed, Failed }
}

wire! {
    /// How many pods of a job are active, done and failed, and since when.
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
    /// One thing that holds of a job, and since when.
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
    /// What the conditions of jobs are called; `Complete` and `Failed` are final.
    JobConditionType { Suspended, Complete, Failed, FailureTarget, SuccessCriteriaMet }
}

wire! {
    /// Uids of pods that have ended and are not yet in the counts of a job's status.
    struct UncountedTerminatedPods {
        omit succeeded: Vec<String> = "succeeded";
        omit failed: Vec<String> = "failed";
    }
}

wire! {
    /// Creates jobs at the times of a schedule.
    struct CronJob = "batch/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: CronJobSpec = "spec";
        keep status: CronJobStatus = "status";
    }
}

wire! {
    /// When jobs are created, from what template, and what happens when they overlap.
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
    /// What happens to a new job while an earlier one runs: allowed, skipped, or it takes the
    /// place.
    ConcurrencyPolicy { Allow, Forbid, Replace }
}

wire! {
    /// The jobs that a cron job creates.
    struct JobTemplateSpec {
        keep metadata: ObjectMeta = "metadata";
        keep spec: JobSpec = "spec";
    }
}

wire! {
    /// The jobs that run now, and the last times of start and success.
    struct CronJobStatus {
        omit active: Vec<ObjectReference> = "active";
        opt last_schedule_time: Option<Time> = "lastScheduleTime";
        opt last_successful_time: Option<Time> = "lastSuccessfulTime";
    }
}
