//! What the controllers that end pods write into their statuses.

use crate::api::{
    ConditionStatus, DeleteOptions, Key, Kind, Pod, PodCondition, PodConditionType, Preconditions,
};
use crate::control::Intent;
use crate::pod::conditions;
use crate::time::Time;

/// Says that a pod is ended from outside, and why.
pub(super) fn disrupt(pod: &mut Pod, reason: &str, message: &str, now: Time) {
    let condition = PodCondition {
        type_: PodConditionType::DisruptionTarget,
        status: ConditionStatus::True,
        observed_generation: pod.metadata.generation,
        reason: reason.into(),
        message: message.into(),
        ..PodCondition::default()
    };
    conditions::put(&mut pod.status.conditions, condition, now);
}

/// A write of the status, if `next` has another than `pod`.
pub(super) fn report(pod: &Pod, next: Pod) -> Option<Intent> {
    (next.status != pod.status).then(|| Intent::UpdateStatus(next.into()))
}

/// Deletes just this pod, with this grace or its own.
pub(super) fn delete(pod: &Pod, grace_period_seconds: Option<i64>) -> Intent {
    let meta = &pod.metadata;
    let uid = Preconditions { uid: Some(meta.uid.clone()), ..Preconditions::default() };
    let options = DeleteOptions {
        grace_period_seconds,
        preconditions: Some(Box::new(uid)),
        ..DeleteOptions::default()
    };
    Intent::Delete(Key::new(Kind::Pod, meta.namespace.as_str(), meta.name.as_str()), options)
}
