//! What a deployment reports, and its conditions.
//!
//! Source: `pkg/controller/deployment/progress.go`, `sync.go`, `util/deployment_util.go`.

use std::borrow::Cow;

use crate::api::{
    ConditionStatus, Deployment, DeploymentCondition, DeploymentConditionType, DeploymentStatus,
    ReplicaSet, ReplicaSetConditionType,
};
use crate::time::Time;
use crate::workload::deployment::fenceposts::{lenient, replicas};
use crate::workload::deployment::{Sides, size, total};

/// Why a rollout goes on, or does not (DEPLOY-18, DEPLOY-23, DEPLOY-26).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The new set was made.
    Created,
    /// There was a new set already.
    Found,
    /// Pods have come or gone as they should.
    Updated,
    /// Everything is as wanted.
    Available,
    /// Nothing has moved for longer than the deadline.
    TimedOut,
    /// It is told to wait.
    Paused,
    /// It is told to go on.
    Resumed,
    /// The new set was refused.
    CreateFailed,
}

impl Progress {
    /// The reason of the condition.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Created => "NewReplicaSetCreated",
            Self::Found => "FoundNewReplicaSet",
            Self::Updated => "ReplicaSetUpdated",
            Self::Available => "NewReplicaSetAvailable",
            Self::TimedOut => "ProgressDeadlineExceeded",
            Self::Paused => "DeploymentPaused",
            Self::Resumed => "DeploymentResumed",
            Self::CreateFailed => "ReplicaSetCreateError",
        }
    }

    const fn status(self) -> ConditionStatus {
        match self {
            Self::Created | Self::Found | Self::Updated | Self::Available => ConditionStatus::True,
            Self::TimedOut | Self::CreateFailed => ConditionStatus::False,
            Self::Paused | Self::Resumed => ConditionStatus::Unknown,
        }
    }

    /// The condition `Progressing` that says this.
    pub(super) fn condition(self, message: String, now: Time) -> DeploymentCondition {
        DeploymentCondition {
            type_: DeploymentConditionType::Progressing,
            status: self.status(),
            last_update_time: Some(now),
            last_transition_time: Some(now),
            reason: self.reason().to_owned(),
            message,
        }
    }
}

/// The condition of this type, if there is one.
pub(super) fn find(
    status: &DeploymentStatus,
    type_: DeploymentConditionType,
) -> Option<&DeploymentCondition> {
    status.conditions.iter().find(|condition| condition.type_ == type_)
}

/// The condition about the rollout, if there is one.
pub(super) fn progressing(status: &DeploymentStatus) -> Option<&DeploymentCondition> {
    find(status, DeploymentConditionType::Progressing)
}

/// Sets a condition: one with the same status and reason stays as it is, else it moves to the end;
/// the transition time moves only with the status (DEPLOY-25).
pub(super) fn set(status: &mut DeploymentStatus, mut condition: DeploymentCondition) {
    if let Some(known) = find(status, condition.type_.clone())
        && known.status == condition.status
    {
        if known.reason == condition.reason {
            return;
        }
        condition.last_transition_time = known.last_transition_time;
    }
    remove(status, &condition.type_);
    status.conditions.push(condition);
}

pub(super) fn remove(status: &mut DeploymentStatus, type_: &DeploymentConditionType) {
    status.conditions.retain(|condition| condition.type_ != *type_);
}

/// Whether there is a deadline for progress (DEPLOY-23).
pub(super) fn has_deadline(deployment: &Deployment) -> bool {
    deployment.spec.progress_deadline_seconds.is_some_and(|seconds| seconds != i32::MAX)
}

/// Whether everything is as wanted, going by `status`.
pub(super) fn is_complete(deployment: &Deployment, status: &DeploymentStatus) -> bool {
    let wanted = replicas(deployment);
    status.updated_replicas == wanted
        && status.replicas == wanted
        && status.available_replicas == wanted
        && status.observed_generation >= deployment.metadata.generation
}

/// Counts (DEPLOY-21) and judges availability (DEPLOY-22).
pub(super) fn calculate(deployment: &Deployment, sides: &Sides<'_>, now: Time) -> DeploymentStatus {
    let sum = |count: fn(&ReplicaSet) -> i32| total(sides.all(), count);
    let available = sum(|set| set.status.available_replicas);
    let updated = sides.new.as_deref().map_or(0, |set| set.status.replicas);
    let mut status = DeploymentStatus {
        observed_generation: deployment.metadata.generation,
        replicas: sum(|set| set.status.replicas),
        updated_replicas: updated,
        ready_replicas: sum(|set| set.status.ready_replicas),
        available_replicas: available,
        unavailable_replicas: sum(size).saturating_sub(available).max(0),
        terminating_replicas: terminating(sides),
        conditions: deployment.status.conditions.clone(),
        collision_count: deployment.status.collision_count,
    };
    let enough =
        available >= replicas(deployment).saturating_sub(lenient(deployment).max_unavailable);
    set(&mut status, availability(enough, now));
    status
}

/// Absent when a set that was looked at does not say (DEPLOY-21).
fn terminating(sides: &Sides<'_>) -> Option<i32> {
    sides.all().try_fold(0, |sum, set| match set.status.terminating_replicas {
        Some(count) => Some(i32::saturating_add(sum, count)),
        None if set.status.observed_generation == 0 => Some(sum),
        None => None,
    })
}

fn availability(enough: bool, now: Time) -> DeploymentCondition {
    let (status, reason, message) = if enough {
        let message = "Deployment has minimum availability.";
        (ConditionStatus::True, "MinimumReplicasAvailable", message)
    } else {
        let message = "Deployment does not have minimum availability.";
        (ConditionStatus::False, "MinimumReplicasUnavailable", message)
    };
    DeploymentCondition {
        type_: DeploymentConditionType::Available,
        status,
        last_update_time: Some(now),
        last_transition_time: Some(now),
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}

/// Judges a rollout on top of [`calculate`] (DEPLOY-23, DEPLOY-27).
pub(super) fn judge(deployment: &Deployment, sides: &Sides<'_>, now: Time) -> DeploymentStatus {
    let mut status = calculate(deployment, sides, now);
    let known = progressing(&deployment.status);
    if !has_deadline(deployment) {
        remove(&mut status, &DeploymentConditionType::Progressing);
    }
    let was_complete = status.replicas == status.updated_replicas
        && known.is_some_and(|known| known.reason == Progress::Available.reason());
    if has_deadline(deployment)
        && !was_complete
        && let Some(progress) = progress(deployment, &status, now)
    {
        let condition = progress.condition(message(deployment, sides, progress), now);
        advance(&mut status, condition, known, progress);
    }
    match replica_failure(sides) {
        Some(condition) => set(&mut status, condition),
        None => remove(&mut status, &DeploymentConditionType::ReplicaFailure),
    }
    status
}

/// What has come of the rollout since the stored status; `None` if nothing new is to be said.
fn progress(deployment: &Deployment, new: &DeploymentStatus, now: Time) -> Option<Progress> {
    let old = &deployment.status;
    let moved = new.updated_replicas > old.updated_replicas
        || old_pods(new) < old_pods(old)
        || new.ready_replicas > old.ready_replicas
        || new.available_replicas > old.available_replicas;
    if is_complete(deployment, new) {
        Some(Progress::Available)
    } else if moved {
        Some(Progress::Updated)
    } else if has_timed_out(deployment, new, now) {
        Some(Progress::TimedOut)
    } else {
        None
    }
}

fn old_pods(status: &DeploymentStatus) -> i32 {
    status.replicas.saturating_sub(status.updated_replicas)
}

/// DEPLOY-24
fn has_timed_out(deployment: &Deployment, status: &DeploymentStatus, now: Time) -> bool {
    let Some(known) = progressing(status) else { return false };
    if known.reason == Progress::Available.reason() {
        return false;
    }
    if known.reason == Progress::TimedOut.reason() {
        return true;
    }
    let deadline = i64::from(deployment.spec.progress_deadline_seconds.unwrap_or(i32::MAX));
    known.last_update_time.is_none_or(|since| now.seconds_since(since) > deadline)
}

/// Writes the condition; going on as before refreshes its update time (DEPLOY-25).
fn advance(
    status: &mut DeploymentStatus,
    mut condition: DeploymentCondition,
    known: Option<&DeploymentCondition>,
    progress: Progress,
) {
    if progress == Progress::Updated
        && let Some(known) = known
    {
        if known.status == ConditionStatus::True {
            condition.last_transition_time = known.last_transition_time;
        }
        remove(status, &DeploymentConditionType::Progressing);
    }
    set(status, condition);
}

fn message(deployment: &Deployment, sides: &Sides<'_>, progress: Progress) -> String {
    let what = sides.new.as_deref().map_or_else(
        || format!("Deployment {:?}", deployment.metadata.name),
        |set| format!("ReplicaSet {:?}", set.metadata.name),
    );
    match progress {
        Progress::Updated => format!("{what} is progressing."),
        Progress::TimedOut => format!("{what} has timed out progressing."),
        Progress::Available
        | Progress::Created
        | Progress::Found
        | Progress::Paused
        | Progress::Resumed
        | Progress::CreateFailed => format!("{what} has successfully progressed."),
    }
}

/// The failure of the new set, else of the first old one that has one (DEPLOY-27).
fn replica_failure(sides: &Sides<'_>) -> Option<DeploymentCondition> {
    let sets = sides.new.as_deref().into_iter().chain(sides.old.iter().map(Cow::as_ref));
    let failure = sets
        .flat_map(|set| &set.status.conditions)
        .find(|condition| condition.type_ == ReplicaSetConditionType::ReplicaFailure)?;
    Some(DeploymentCondition {
        type_: DeploymentConditionType::ReplicaFailure,
        status: failure.status.clone(),
        last_update_time: failure.last_transition_time,
        last_transition_time: failure.last_transition_time,
        reason: failure.reason.clone(),
        message: failure.message.clone(),
    })
}

/// In how many seconds to look again for the deadline, when nothing was written (DEPLOY-30).
pub(super) fn next_look(deployment: &Deployment, new: &DeploymentStatus, now: Time) -> Option<i64> {
    let known = progressing(&deployment.status).filter(|_| has_deadline(deployment))?;
    if is_complete(deployment, new) || known.reason == Progress::TimedOut.reason() {
        return None;
    }
    let deadline = i64::from(deployment.spec.progress_deadline_seconds?);
    let left = deadline - now.seconds_since(known.last_update_time?);
    Some(if left < 1 { 0 } else { left + 1 })
}
