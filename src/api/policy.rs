//! MODDOC policy

use std::collections::BTreeMap;

use crate::api::meta::{Condition, DeleteOptions, LabelSelector, ObjectMeta};
use crate::api::pod::PreemptionPolicy;
use crate::api::wire::{open_enum, wire};
use crate::int_or_string::IntOrString;
use crate::time::Time;

wire! {
    /// DOC policy PodDisruptionBudget
    struct PodDisruptionBudget = "policy/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PodDisruptionBudgetSpec = "spec";
        keep status: PodDisruptionBudgetStatus = "status";
    }
}

wire! {
    /// DOC policy PodDisruptionBudgetSpec
    struct PodDisruptionBudgetSpec {
        opt min_available: Option<IntOrString> = "minAvailable";
        opt selector: Option<Box<LabelSelector>> = "selector" [replace];
        opt max_unavailable: Option<IntOrString> = "maxUnavailable";
        opt unhealthy_pod_eviction_policy: Option<UnhealthyPodEvictionPolicyType> = "unhealthyPodEvictionPolicy";
    }
}

open_enum! {
    /// DOC policy UnhealthyPodEvictionPolicyType
    UnhealthyPodEvictionPolicyType { IfHealthyBudget, AlwaysAllow }
}

wire! {
    /// DOC policy PodDisruptionBudgetStatus
    struct PodDisruptionBudgetStatus {
        omit observed_generation: i64 = "observedGeneration";
        omit disrupted_pods: BTreeMap<String, Option<Time>> = "disruptedPods";
        keep disruptions_allowed: i32 = "disruptionsAllowed";
        keep current_healthy: i32 = "currentHealthy";
        keep desired_healthy: i32 = "desiredHealthy";
        keep expected_pods: i32 = "expectedPods";
        omit conditions: Vec<Condition> = "conditions" [merge "type"];
    }
}

wire! {
    /// DOC policy Eviction
    struct Eviction = "policy/v1" {
        keep metadata: ObjectMeta = "metadata";
        opt delete_options: Option<Box<DeleteOptions>> = "deleteOptions";
    }
}

wire! {
    /// DOC scheduling PriorityClass
    struct PriorityClass = "scheduling.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep value: i32 = "value";
        omit global_default: bool = "globalDefault";
        omit description: String = "description";
        opt preemption_policy: Option<PreemptionPolicy> = "preemptionPolicy";
    }
}
