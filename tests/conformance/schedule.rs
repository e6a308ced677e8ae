//! The suites of the area `schedule`, one line each.

use kubernel::api::{Node, Pod, Taint, Toleration};
use kubernel::schedule::eviction::{Eviction, Planned, eviction};
use kubernel::schedule::queue::{self, Turn};
use kubernel::schedule::resources::{self, Amounts, Scored};
use kubernel::schedule::taint::{self, Comparison};
use kubernel::schedule::{NodeInfo, affinity, score};
use kubernel::time::{Instant, Time};
use serde_json::{Map, Value, json};

use super::runner::Suites;
use super::support::{decode, text};

#[path = "schedule_cluster.rs"]
mod cluster;

pub(crate) const SUITES: Suites = &[
    ("filter", cluster::filter),
    ("image_locality", image_locality),
    ("node_affinity", node_affinity),
    ("nodes_to_find", nodes_to_find),
    ("pod_affinity", cluster::pod_affinity),
    ("queue_order", queue_order),
    ("resources_fit", resources_fit),
    ("score", cluster::score),
    ("taint_eviction", taint_eviction),
    ("taint_toleration", taint_toleration),
    ("topology_spread", cluster::topology_spread),
];

/// The member `name` of the input as a list of wire types.
pub(super) fn list<T: serde::de::DeserializeOwned + Default>(input: &Value, name: &str) -> Vec<T> {
    input[name].as_array().into_iter().flatten().map(decode).collect()
}

/// A map from the names of nodes to values.
pub(super) fn by_node<'n, V: Into<Value>>(
    nodes: impl IntoIterator<Item = &'n Node>,
    values: impl IntoIterator<Item = V>,
) -> Value {
    let names = nodes.into_iter().map(|node| node.metadata.name.clone());
    names.zip(values.into_iter().map(Into::into)).collect::<Map<String, Value>>().into()
}

fn taint_toleration(input: &Value) -> Value {
    let tolerations: Vec<Toleration> = list(input, "tolerations");
    let taints: Vec<Taint> = list(input, "taints");
    let comparison = match input["comparisonOperators"].as_bool() {
        Some(true) => Comparison::On,
        Some(false) | None => Comparison::Off,
    };
    let row = |toleration: &Toleration| -> Vec<bool> {
        taints.iter().map(|taint| taint::tolerates(toleration, taint, comparison)).collect()
    };
    let first = taint::first_untolerated(&taints, &tolerations, comparison);
    json!({
        "tolerates": tolerations.iter().map(row).collect::<Vec<_>>(),
        "schedulable": first.is_none(),
        "firstUntolerated": first,
        "intolerablePreferNoSchedule":
            taint::intolerable_prefer(&taints, &tolerations, comparison),
    })
}

fn taint_eviction(input: &Value) -> Value {
    let second = |value: &Value| value.as_i64().expect("a second");
    let (mut taints, mut tolerations) = (Vec::<Taint>::new(), Vec::<Toleration>::new());
    let mut planned: Option<Planned> = None;
    for event in input["events"].as_array().expect("events") {
        let now = Instant::from_secs(second(&event["at"]).try_into().expect("a second"));
        if let Some(planned) = planned.filter(|planned| planned.due <= now) {
            return json!({"evictedAt": planned.due.as_micros() / 1_000_000});
        }
        if !event["taints"].is_null() {
            taints = list(event, "taints");
        }
        if !event["tolerations"].is_null() {
            tolerations = list(event, "tolerations");
        }
        planned = match eviction(planned, &taints, &tolerations, now) {
            Eviction::None => None,
            Eviction::Later(planned) => Some(planned),
            Eviction::Now => return json!({"evictedAt": event["at"]}),
            other => panic!("{other:?}"),
        };
    }
    let due = planned.map(|planned| planned.due.as_micros() / 1_000_000);
    let horizon = input["horizon"].as_u64().expect("a second");
    json!({"evictedAt": due.filter(|due| *due <= horizon)})
}

fn node_affinity(input: &Value) -> Value {
    let pod: Pod = decode(&input["pod"]);
    let nodes: Vec<Node> = list(input, "nodes");
    let spec = &input["pod"]["spec"];
    let required =
        &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let names = affinity::narrowed(&pod);
    let conflict = names.as_ref().is_some_and(|names| names.is_empty());
    let pre = match (conflict, required.is_null() && spec["nodeSelector"].is_null()) {
        (true, _) => "conflict",
        (false, true) => "skip",
        (false, false) => "ok",
    };
    let raw: Result<Option<Vec<i64>>, _> =
        nodes.iter().map(|node| affinity::preferred(&pod, node)).collect();
    let score = match raw {
        Err(_) => json!("error"),
        Ok(None) => json!("skip"),
        Ok(Some(raw)) => json!({
            "raw": by_node(&nodes, raw.clone()),
            "normalized": by_node(&nodes, score::scaled(raw)),
        }),
    };
    json!({
        "preFilter": pre,
        "nodeNames": names.filter(|_| !conflict),
        "matches": by_node(&nodes, nodes.iter().map(|node| affinity::matches(&pod, node))),
        "score": score,
    })
}

/// As the vectors write amounts: all but scores tell of local storage and scalars.
fn amounts(amounts: &Amounts) -> Value {
    let mut out = json!({"milliCPU": amounts.milli_cpu, "memory": amounts.memory});
    out["ephemeralStorage"] = amounts.ephemeral_storage.into();
    for (name, amount) in &amounts.scalars {
        out[name.as_str()] = (*amount).into();
    }
    out
}

fn scored(scored: Scored) -> Value {
    json!({"milliCPU": scored.milli_cpu, "memory": scored.memory})
}

fn resources_fit(input: &Value) -> Value {
    let pod: Pod = decode(&input["pod"]);
    let nodes: Vec<Node> = list(input, "nodes");
    let pods: Vec<Pod> = list(input, "pods");
    let mut info = NodeInfo::new(&nodes[0], []);
    pods.iter().for_each(|pod| info.place(pod));
    let short = resources::shortages(&resources::pending(&pod), &info);
    let mut short: Vec<Value> = short
        .iter()
        .map(|short| {
            json!({
                "resource": short.resource,
                "requested": short.requested,
                "used": short.used,
                "capacity": short.capacity,
                "unresolvable": short.is_unresolvable(),
            })
        })
        .collect();
    short.sort_by(|a, b| text(a, "resource").cmp(text(b, "resource")));
    json!({
        "insufficient": short,
        "podRequest": amounts(&resources::placed(&pod)),
        "podNonZero": scored(resources::placed_scored(&pod)),
        "nodeRequested": amounts(&info.usage().used),
        "nodeNonZero": scored(info.usage().scored),
    })
}

fn image_locality(input: &Value) -> Value {
    let pod: Pod = decode(&input["pod"]);
    let nodes: Vec<Node> = list(input, "nodes");
    let infos: Vec<NodeInfo<'_>> = nodes.iter().map(|node| NodeInfo::new(node, [])).collect();
    let images = score::Images::new(&pod, &infos);
    let scores = infos.iter().map(|info| images.score(info));
    json!({"scores": by_node(&nodes, scores)})
}

fn nodes_to_find(input: &Value) -> Value {
    let number = |name: &str| input[name].as_u64().map(|n| usize::try_from(n).expect("a count"));
    let percentage =
        number("profilePercentageOfNodesToScore").or(number("percentageOfNodesToScore"));
    let found =
        queue::nodes_to_find(number("nodes").unwrap_or_default(), percentage.unwrap_or_default());
    json!({"stopAfter": found})
}

fn queue_order(input: &Value) -> Value {
    let mut queue: Vec<&Value> = input["queue"].as_array().expect("a queue").iter().collect();
    queue.sort_by_key(|entry| {
        let priority = i32::try_from(entry["priority"].as_i64().unwrap_or_default());
        let since = Time::from_unix(entry["queuedAt"].as_i64().expect("a time"));
        Turn::new(priority.expect("a priority"), since)
    });
    let order: Vec<&str> = queue.into_iter().map(|entry| text(entry, "name")).collect();
    json!({"order": order})
}
