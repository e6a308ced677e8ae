//! The suites of the area `pod`, one line each.

use kubernel::api::{Container, ContainerStatus, Pod, PodCondition, PodPhase};
use kubernel::pod::conditions;
use kubernel::pod::phase::{Progress, phase};
use kubernel::pod::restart;
use kubernel::pod::statuses::Statuses;
use serde_json::{Map, Value, json};

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[
    ("actions", life::actions),
    ("api_status", status::api_status),
    ("backoff_attempts", life::backoff_attempts),
    ("binding", requests::binding),
    ("conditions", conditions_suite),
    ("effective_grace", life::effective_grace),
    ("image_pull", life::image_pull),
    ("kill_grace", life::kill_grace),
    ("phase", phase_suite),
    ("pod_defaults", fields::pod_defaults),
    ("pod_delete", requests::pod_delete),
    ("pod_update_validation", requests::pod_update_validation),
    ("pod_validation", fields::pod_validation),
    ("pod_worker", workers::pod_worker),
    ("probe_worker", life::probe_worker),
    ("status_merge", status::merge),
    ("status_update", status::update),
    ("terminate_pod", status::terminate),
    ("qos", fields::qos),
    ("requests", fields::requests),
    ("restart_backoff", life::restart_backoff),
    ("restart_decision", restart_suite),
    ("termination_order", life::termination_order),
];

#[path = "pod_fields.rs"]
mod fields;
#[path = "pod_life.rs"]
mod life;
#[path = "pod_requests.rs"]
mod requests;
#[path = "pod_status.rs"]
mod status;
#[path = "pod_workers.rs"]
mod workers;

/// Reads a member of the input; one that is absent is the type's zero value.
fn part<T: serde::de::DeserializeOwned + Default>(input: &Value, name: &str) -> T {
    match input.get(name) {
        None | Some(Value::Null) => T::default(),
        Some(value) => serde_json::from_value(value.clone()).expect("a part of the input"),
    }
}

fn phase_suite(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let regular: Vec<ContainerStatus> = part(input, "statuses");
    let progress = Progress {
        stopped: part(input, "podIsTerminal"),
        initialized: part(input, "podHasInitialized"),
    };
    let seen = Statuses { init: None, regular: &regular };
    json!({"phase": phase(&pod, &seen, progress)})
}

fn restart_suite(input: &Value) -> Value {
    let container: Container = part(input, "container");
    let policy = part::<String>(input, "podRestartPolicy").as_str().into();
    let exit_code: i32 = part(input, "exitCode");
    let action = restart::matching_rule(&container, exit_code).map(|rule| rule.action.as_str());
    let mut pod = Pod::default();
    pod.spec.containers.push(container.clone());
    json!({
        "restart": restart::restart(&container, &policy, exit_code).restarts(),
        "matchedAction": action.unwrap_or_default(),
        "restartable": restart::restartable(&container, &policy),
        "allContainersCouldRestart": restart::all_containers_could_restart(&pod.spec),
    })
}

fn conditions_suite(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let init: Option<Vec<ContainerStatus>> = part(input, "initContainerStatuses");
    let regular: Vec<ContainerStatus> = part(input, "containerStatuses");
    let old: Vec<PodCondition> = part(input, "conditions");
    let phase: PodPhase = part(input, "phase");
    let seen = Statuses { init: init.as_deref(), regular: &regular };
    let mut out = Map::new();
    for condition in [
        conditions::initialized(&pod, &old, &seen, &phase),
        conditions::containers_ready(&pod, &seen, &phase),
        conditions::ready(&pod, &old, &seen, &phase),
    ] {
        let mut shown = json!({"status": condition.status, "reason": condition.reason});
        if condition.observed_generation != 0 {
            shown["observedGeneration"] = json!(condition.observed_generation);
        }
        out.insert(condition.type_.to_string(), shown);
    }
    Value::Object(out)
}
