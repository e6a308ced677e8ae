//! A ReplicationController is decided about as a ReplicaSet (RC-1).
//!
//! Source: `pkg/controller/replication/conversion.go`.

use crate::api::{
    LabelSelector, ReplicaSet, ReplicaSetCondition, ReplicaSetConditionType, ReplicaSetSpec,
    ReplicaSetStatus, ReplicationController, ReplicationControllerCondition,
    ReplicationControllerConditionType, ReplicationControllerStatus,
};

/// The ReplicaSet that stands for `controller`: the same metadata, and the selector as labels.
#[must_use]
pub fn as_set(controller: &ReplicationController) -> ReplicaSet {
    let (spec, status) = (&controller.spec, &controller.status);
    ReplicaSet {
        metadata: controller.metadata.clone(),
        spec: ReplicaSetSpec {
            replicas: spec.replicas,
            min_ready_seconds: spec.min_ready_seconds,
            selector: Some(Box::new(LabelSelector {
                match_labels: spec.selector.clone(),
                ..LabelSelector::default()
            })),
            template: spec.template.as_deref().cloned().unwrap_or_default(),
        },
        status: ReplicaSetStatus {
            replicas: status.replicas,
            fully_labeled_replicas: status.fully_labeled_replicas,
            ready_replicas: status.ready_replicas,
            available_replicas: status.available_replicas,
            terminating_replicas: None,
            observed_generation: status.observed_generation,
            conditions: status.conditions.iter().map(set_condition).collect(),
        },
    }
}

/// The status of a ReplicaSet as that of a ReplicationController: without the pods that are being
/// deleted (CL-7).
#[must_use]
pub fn status_of(set: ReplicaSetStatus) -> ReplicationControllerStatus {
    ReplicationControllerStatus {
        replicas: set.replicas,
        fully_labeled_replicas: set.fully_labeled_replicas,
        ready_replicas: set.ready_replicas,
        available_replicas: set.available_replicas,
        observed_generation: set.observed_generation,
        conditions: set.conditions.into_iter().map(own_condition).collect(),
    }
}

fn set_condition(condition: &ReplicationControllerCondition) -> ReplicaSetCondition {
    ReplicaSetCondition {
        type_: ReplicaSetConditionType::from(condition.type_.as_str()),
        status: condition.status.clone(),
        last_transition_time: condition.last_transition_time,
        reason: condition.reason.clone(),
        message: condition.message.clone(),
    }
}

fn own_condition(condition: ReplicaSetCondition) -> ReplicationControllerCondition {
    ReplicationControllerCondition {
        type_: ReplicationControllerConditionType::from(condition.type_.as_str()),
        status: condition.status,
        last_transition_time: condition.last_transition_time,
        reason: condition.reason,
        message: condition.message,
    }
}
