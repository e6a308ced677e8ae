//! What a set reports.
//!
//! Source: `pkg/controller/replicaset/replica_set_utils.go`.

use crate::api::{
    ConditionStatus, ReplicaSet, ReplicaSetCondition, ReplicaSetConditionType, ReplicaSetStatus,
};
use crate::time::Time;
use crate::workload::pods::{self, Available};
use crate::workload::replica_set::{Claimed, Decision, Scale};

/// What was counted before anything is made or removed (RS-12).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    replicas: i32,
    fully_labeled: i32,
    ready: i32,
    available: i32,
    terminating: i32,
    /// In how many seconds the next ready pod becomes available.
    next: Option<i64>,
}

impl Counts {
    /// RS-12
    pub(super) fn of(set: &ReplicaSet, claimed: &Claimed<'_>, now: Time) -> Self {
        let wanted = &set.spec.template.metadata.labels;
        let mut counts = Self { terminating: count(claimed.terminating), ..Self::default() };
        for pod in &claimed.active {
            let labels = &pod.metadata.labels;
            counts.replicas += 1;
            let full = wanted.iter().all(|(key, value)| labels.get(key) == Some(value));
            counts.fully_labeled += i32::from(full);
            match pods::available(pod, set.spec.min_ready_seconds, now) {
                Available::NotReady => {}
                Available::Now => {
                    counts.ready += 1;
                    counts.available += 1;
                }
                Available::In(left) => {
                    counts.ready += 1;
                    counts.next = counts.next.into_iter().chain(left).min();
                }
            }
        }
        counts
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// RS-13: when some pods are ready but not yet available, the earliest moment one becomes so.
pub(super) fn next_look(set: &ReplicaSet, counts: &Counts) -> Option<i64> {
    let waits = set.spec.min_ready_seconds > 0 && counts.ready != counts.available;
    waits.then(|| counts.next.unwrap_or(i64::from(set.spec.min_ready_seconds)))
}

impl Decision<'_> {
    /// The status to write, or `None` if the stored one says the same already (RS-12, RS-14,
    /// CL-9). `failure` is the text of the first creation or deletion that was refused.
    #[must_use]
    pub fn status(
        &self,
        set: &ReplicaSet,
        failure: Option<&str>,
        now: Time,
    ) -> Option<ReplicaSetStatus> {
        let old = &set.status;
        let new = ReplicaSetStatus {
            replicas: self.counts.replicas,
            fully_labeled_replicas: self.counts.fully_labeled,
            ready_replicas: self.counts.ready,
            available_replicas: self.counts.available,
            terminating_replicas: Some(self.counts.terminating),
            observed_generation: set.metadata.generation,
            conditions: self.conditions(old, failure, now),
        };
        (new != *old).then_some(new)
    }

    /// RS-14
    fn conditions(
        &self,
        old: &ReplicaSetStatus,
        failure: Option<&str>,
        now: Time,
    ) -> Vec<ReplicaSetCondition> {
        let mut conditions = old.conditions.clone();
        let is_failure = |condition: &ReplicaSetCondition| {
            condition.type_ == ReplicaSetConditionType::ReplicaFailure
        };
        match failure {
            Some(_) if conditions.iter().any(is_failure) => {}
            Some(message) => conditions.push(ReplicaSetCondition {
                type_: ReplicaSetConditionType::ReplicaFailure,
                status: ConditionStatus::True,
                last_transition_time: Some(now),
                reason: self.failure_reason().to_owned(),
                message: message.to_owned(),
            }),
            None => conditions.retain(|condition| !is_failure(condition)),
        }
        conditions
    }

    fn failure_reason(&self) -> &'static str {
        match self.scale {
            Scale::Create(_) => "FailedCreate",
            Scale::Delete(_) => "FailedDelete",
            Scale::Enough | Scale::Leaving => "",
        }
    }
}
