//! Suites about the status of a pod.

use std::net::IpAddr;

use kubernel::api::{Pod, PodStatus};
use kubernel::pod::container::{StartFailure, StartFailures};
use kubernel::pod::probe::Kind;
use kubernel::pod::report::{self, Last};
use kubernel::pod::status::{Known, generate};
use kubernel::time::{Instant, Time};
use serde_json::{Value, json};

use super::life::{epoch, runtime, verdicts};
use super::part;

pub(super) fn api_status(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let cached: Option<PodStatus> = part(input, "cachedStatus");
    let old = cached.unwrap_or_else(|| pod.status.clone());
    let failures: StartFailures =
        part::<std::collections::BTreeMap<String, (String, String)>>(input, "startFailures")
            .into_iter()
            .map(|(name, (reason, message))| (name, StartFailure { reason, message }))
            .collect();
    let hosts: Vec<String> = part(input, "hostIPs");
    let hosts: Vec<IpAddr> = hosts.iter().map(|ip| ip.parse().expect("an address")).collect();
    let nodes: Vec<String> = part(input, "nodeIPs");
    let primary_v6 = nodes.first().is_some_and(|first| first.contains(':'));
    let probed = |name: &str, kind: Kind| {
        pod.spec
            .init_containers
            .iter()
            .chain(&pod.spec.containers)
            .any(|container| container.name == name && kind.of(container).is_some())
    };
    let now: Option<Time> = part(input, "now");
    let known = Known {
        runtime: &runtime(&pod, &input["runtime"]),
        verdicts: &verdicts(input),
        probed: &probed,
        failures: &failures,
        stopped: part(input, "podIsTerminal"),
        primary_v6,
        host_ips: &hosts,
        now: now.map(|now| Instant::at_wire(now, epoch())).unwrap_or_default(),
        epoch: epoch(),
        started_before: None,
    };
    let status = generate(&pod, &old, &known).status;
    let mut out = serde_json::to_value(status).expect("a status");
    trim(&mut out);
    out
}

fn now() -> Time {
    Time::from_unix(4_000_000_000)
}

/// Writes a status as the suites do: "<now>" for the present, nothing for `null`.
fn shown(status: PodStatus) -> Value {
    let mut out = serde_json::to_value(status).expect("a status");
    mark(&mut out);
    out
}

fn mark(out: &mut Value) {
    let present = now().to_string();
    match out {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            if map.get("message").and_then(Value::as_str).is_some_and(is_prose) {
                map.remove("message");
            }
            map.values_mut().for_each(mark);
        }
        Value::Array(list) => list.iter_mut().for_each(mark),
        Value::String(text) if *text == present => "<now>".clone_into(text),
        _ => {}
    }
}

fn is_prose(text: &str) -> bool {
    PROSE.iter().any(|start| text.starts_with(start))
}

pub(super) fn merge(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let old: PodStatus = part(input, "old");
    let could_run: bool = part(input, "couldHaveRunningContainers");
    shown(report::merge(&pod, &old, part(input, "new"), could_run, now()))
}

pub(super) fn update(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let old: PodStatus = part(input, "old");
    let last = if part(input, "oldIsCached") { Last::Cached(&old) } else { Last::Api(&old) };
    match report::accept(&pod, last, part(input, "new"), part(input, "force"), now()) {
        Ok(status) => json!({"accepted": true, "status": shown(status)}),
        Err(_) => json!({"accepted": false}),
    }
}

pub(super) fn terminate(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let cached: Option<PodStatus> = part(input, "cached");
    let status = report::terminate(&pod, cached.as_ref(), now());
    json!({"status": status.ok().or(cached).map(shown).unwrap_or_default()})
}

const PROSE: &[&str] = &[
    "The container",
    "Unable to get",
    "container exited",
    "Pod was active",
    "containers with",
    "corresponding condition",
    "the status of",
];

/// Removes what the kubelet words itself, and resources.
fn trim(out: &mut Value) {
    match out {
        Value::Object(map) => {
            map.remove("resources");
            map.remove("allocatedResources");
            let prose = map.get("message").and_then(Value::as_str).is_some_and(is_prose);
            if prose {
                map.remove("message");
            }
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(trim);
        }
        Value::Array(list) => list.iter_mut().for_each(trim),
        _ => {}
    }
}
