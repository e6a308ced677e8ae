//! Disruption budgets, evictions and priorities.

use std::collections::BTreeMap;

use crate::api::meta::{Condition, DeleteOptions, LabelSelector, ObjectMeta};
use crate::api::pod::PreemptionPolicy;
use crate::api::wire::{open_enum, wire};
use crate::int_or_string::IntOrString;
use crate::time::Time;

wire! {
    /// How many of some pods must stay when pods are evicted on purpose.
    struct PodDisruptionBudget = "policy/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PodDisruptionBudgetSpec = "spec";
        keep status: PodDisruptionBudgetStatus = "status";
    }
}

wire! {
    /// Which pods, and how many must be available or may be missing: a number or a share.
    struct PodDisruptionBudgetSpec {
        opt min_available: Option<IntOrString> = "minAvailable";
        opt selector: Option<Box<LabelSelector>> = "selector" [replace];
        opt max_unavailable: Option<IntOrString> = "maxUnavailable";
        opt unhealthy_pod_eviction_policy: Option<UnhealthyPodEvictionPolicyType> = "unhealthyPodEvictionPolicy";
    }
}

open_enum! {
    /// Whether running pods that are not ready may be evicted without regard to the budget.
    UnhealthyPodEvictionPolicyType { IfHealthyBudget, AlwaysAllow }
}

wire! {
    /// How many pods are healthy, and how many evictions are allowed now.
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
    /// Asks for the end of a pod, if its budget allows; it is written to a pod and never stored.
    struct Eviction = "policy/v1" {
        keep metadata: ObjectMeta = "metadata";
        opt delete_options: Option<Box<DeleteOptions>> = "deleteOptions";
    }
}

wire! {
    /// A name for a pod priority. Higher numbers are scheduled first and can push out lower ones.
    struct PriorityClass = "scheduling.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep value: i32 = "value";
        omit global_default: bool = "globalDefault";
        omit description: String = "description";
        opt preemption_policy: Option<PreemptionPolicy> = "preemptionPolicy";
    }
}
