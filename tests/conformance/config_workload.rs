//! The suites about the decisions of workload controllers.

use std::cell::Cell;

use kubernel::api::{Deployment, Pod, ReplicaSet};
use kubernel::labels::Selector;
use kubernel::time::Time;
use kubernel::workload::defaults;
use kubernel::workload::deployment::{self, Action};
use kubernel::workload::replica_set::{self, BURST, Scale};
use serde_json::{Value, json};

use super::super::support::{decode, text};

fn now(input: &Value) -> Time {
    text(input, "now").parse().unwrap()
}

fn many<T: serde::de::DeserializeOwned + Default>(list: &Value) -> Vec<T> {
    list.as_array().into_iter().flatten().map(decode).collect()
}

fn refs<T>(list: &[T]) -> Vec<&T> {
    list.iter().collect()
}

pub(crate) fn rs_scale_down_order(input: &Value) -> Value {
    let (pods, others): (Vec<Pod>, Vec<Pod>) = (many(&input["pods"]), many(&input["related"]));
    let related: Vec<&Pod> = pods.iter().chain(&others).collect();
    let victims = replica_set::rank(&refs(&pods), &related, now(input));
    let less: Vec<Vec<bool>> = victims
        .iter()
        .map(|one| victims.iter().map(|other| one.goes_before(other)).collect())
        .collect();
    let total = is_total(&less);
    let less: Vec<String> =
        less.iter().map(|row| row.iter().map(|&is| if is { '1' } else { '0' }).collect()).collect();
    let order: Vec<&str> =
        replica_set::order(victims).iter().map(|one| one.pod.metadata.name.as_str()).collect();
    json!({ "less": less, "total": total, "order": order })
}

/// Whether the relation is a strict total order.
fn is_total(less: &[Vec<bool>]) -> bool {
    let n = less.len();
    let is = |i: usize, j: usize| less[i][j];
    (0..n).all(|i| {
        !is(i, i)
            && (0..n).all(|j| i == j || is(i, j) != is(j, i))
            && (0..n).all(|j| (0..n).all(|k| !(is(i, j) && is(j, k)) || is(i, k)))
    })
}

pub(crate) fn rs_sync(input: &Value) -> Value {
    let set: ReplicaSet = decode(&input["replicaSet"]);
    let others: Vec<ReplicaSet> = many(&input["others"]);
    let pods: Vec<Pod> = many(&input["pods"]);
    let pods = refs(&pods);
    let sets: Vec<&ReplicaSet> = [&set].into_iter().chain(&others).collect();
    let related = replica_set::related(&set, &sets, &pods);
    let burst = input["burst"].as_u64().map_or(BURST, |burst| usize::try_from(burst).unwrap());
    let inputs = replica_set::Inputs { pods: &pods, related: &related, now: now(input), burst };
    let Ok(selector) = Selector::compile(set.spec.selector.as_deref()) else {
        return json!({});
    };
    let decision = replica_set::sync(&set, &selector, inputs);

    let limit = input["createFails"].as_u64().filter(|_| input["failCreates"] == true);
    let (mut calls, creates, mut failed) = (0, Cell::new(0), false);
    let mut deletes = Vec::new();
    match &decision.scale {
        Scale::Create(count) => {
            for batch in replica_set::batches(*count) {
                calls += batch;
                for _ in 0..batch {
                    if limit.is_some_and(|limit| creates.get() >= limit) {
                        failed = true;
                    } else {
                        creates.set(creates.get() + 1);
                    }
                }
                if failed {
                    break;
                }
            }
        }
        Scale::Delete(victims) => {
            deletes = victims.iter().map(|pod| pod.metadata.name.as_str()).collect();
            deletes.sort_unstable();
        }
        Scale::Enough | Scale::Leaving => {}
    }
    let status = decision.status(&set, failed.then_some("refused"), now(input));
    json!({
        "error": failed,
        "creates": creates.get(),
        "createCalls": calls,
        "deletes": deletes,
        "adoptions": decision.adopt.len(),
        "releases": decision.release.len(),
        "status": status.map(|status| json!({
            "replicas": status.replicas,
            "fullyLabeledReplicas": status.fully_labeled_replicas,
            "readyReplicas": status.ready_replicas,
            "availableReplicas": status.available_replicas,
            "terminatingReplicas": status.terminating_replicas,
            "observedGeneration": status.observed_generation,
            "conditions": status.conditions.iter().map(|condition| json!({
                "type": condition.type_, "status": condition.status, "reason": condition.reason,
            })).collect::<Vec<_>>(),
        })),
    })
}

pub(crate) fn deployment_fenceposts(input: &Value) -> Value {
    match deployment::fenceposts(&decode(&input["deployment"])) {
        Ok(found) => json!({
            "maxSurge": found.max_surge,
            "maxUnavailable": found.max_unavailable,
            "minAvailable": found.min_available,
        }),
        Err(_) => json!({ "error": true }),
    }
}

pub(crate) fn deployment_sync(input: &Value) -> Value {
    let mut unmasked: Deployment = decode(&input["deployment"]);
    defaults::deployment(&mut unmasked);
    let count = unmasked.status.collision_count;
    let hash = deployment::template_hash(&unmasked.spec.template, count);
    let named: Value = serde_json::from_str(&input.to_string().replace("@HASH@", &hash)).unwrap();
    let mut found: Deployment = decode(&named["deployment"]);
    defaults::deployment(&mut found);
    let (mut sets, pods): (Vec<ReplicaSet>, Vec<Pod>) =
        (many(&named["replicaSets"]), many(&named["pods"]));
    sets.iter_mut().for_each(defaults::replica_set);
    sets.sort_by(|one, other| one.metadata.name.cmp(&other.metadata.name));
    let (sets, pods) = (refs(&sets), refs(&pods));
    let inputs = deployment::Inputs { sets: &sets, pods: &pods, now: now(input) };
    let outcome = deployment::sync(&found, inputs);

    let mut out = json!({
        "actions": outcome.actions.iter().map(action).collect::<Vec<_>>(),
        "error": outcome.stop.is_some(),
    });
    let back = outcome.actions.iter().find_map(|action| match action {
        Action::GoBack(deployment) => Some(&**deployment),
        _ => None,
    });
    let after = back.or(outcome.status.as_deref()).unwrap_or(&found);
    if let Some(written) = outcome.status.as_deref() {
        out["status"] = status(&found, written, now(input));
    }
    if outcome.status.is_some()
        && let Some(revision) = after.metadata.annotations.get(deployment::REVISION)
    {
        out["revision"] = json!(revision);
    }
    serde_json::from_str(&out.to_string().replace(&hash, "@HASH@")).unwrap()
}

fn action(action: &Action) -> Value {
    match action {
        Action::Adopt(set) => bare("adopt", &set.metadata.name),
        Action::Release(set) => bare("release", &set.metadata.name),
        Action::Delete(key) => bare("delete", &key.name),
        Action::Update(set) => resized("update", set),
        Action::Create(set) => {
            let mut out = resized("create", set);
            out["labels"] = json!(set.metadata.labels);
            out["owner"] = json!(set.metadata.owner_references[0]);
            out["selector"] = json!(set.spec.selector);
            out["templateLabels"] = json!(set.spec.template.metadata.labels);
            out
        }
        Action::GoBack(deployment) => {
            let containers = &deployment.spec.template.spec.containers;
            json!({
                "resource": "deployments",
                "verb": "update",
                "annotations": deployment.metadata.annotations,
                "images": containers.iter().map(|one| one.image.as_str()).collect::<Vec<_>>(),
                "templateLabels": deployment.spec.template.metadata.labels,
            })
        }
    }
}

fn bare(verb: &str, name: &str) -> Value {
    json!({ "resource": "replicasets", "verb": verb, "name": name })
}

fn resized(verb: &str, set: &ReplicaSet) -> Value {
    let mut out = bare(verb, &set.metadata.name);
    out["annotations"] = json!(set.metadata.annotations);
    out["minReadySeconds"] = json!(set.spec.min_ready_seconds);
    out["replicas"] = json!(set.spec.replicas);
    out
}

fn status(old: &Deployment, new: &Deployment, now: Time) -> Value {
    let status = &new.status;
    let conditions: Vec<Value> = status
        .conditions
        .iter()
        .map(|condition| {
            let known = old.status.conditions.iter().find(|one| one.type_ == condition.type_);
            let time = |new: Option<Time>, old: Option<Option<Time>>| {
                if condition.type_.as_str() == "ReplicaFailure" {
                    json!("copied")
                } else if new == Some(now) && old != Some(new) {
                    json!("new")
                } else {
                    json!("kept")
                }
            };
            json!({
                "type": condition.type_,
                "status": condition.status,
                "reason": condition.reason,
                "lastUpdateTime":
                    time(condition.last_update_time, known.map(|one| one.last_update_time)),
                "lastTransitionTime":
                    time(condition.last_transition_time, known.map(|one| one.last_transition_time)),
            })
        })
        .collect();
    json!({
        "observedGeneration": status.observed_generation,
        "replicas": status.replicas,
        "updatedReplicas": status.updated_replicas,
        "readyReplicas": status.ready_replicas,
        "availableReplicas": status.available_replicas,
        "unavailableReplicas": status.unavailable_replicas,
        "terminatingReplicas": status.terminating_replicas,
        "collisionCount": status.collision_count,
        "conditions": conditions,
    })
}
