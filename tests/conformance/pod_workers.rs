//! The suite about whose turn it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use kubernel::api::Pod;
use kubernel::pod::ending::{KillOptions, UpdateType};
use kubernel::pod::eviction::StatusOverride;
use kubernel::pod::workers::{Call, Outcome, PodWorkers, RunningPod, Stage, Subject};
use serde_json::{Map, Value, json};

use super::life::{epoch, items};
use super::part;

const NAME: &str = "p";

fn pod(input: &Value) -> Pod {
    let mut pod = Pod::default();
    pod.metadata.uid = part(input, "uid");
    pod.metadata.namespace = "ns".into();
    pod.metadata.name = NAME.into();
    pod.metadata.deletion_timestamp = part::<bool>(input, "deletionTimestamp").then(epoch);
    pod.metadata.deletion_grace_period_seconds = part(input, "deletionGracePeriodSeconds");
    pod.spec.termination_grace_period_seconds = part(input, "terminationGracePeriodSeconds");
    pod.status.phase = part::<String>(input, "phase").as_str().into();
    if part(input, "static") {
        pod.metadata.annotations.insert("kubernetes.io/config.source".into(), "file".into());
    }
    pod
}

fn kill(input: &Value) -> KillOptions {
    let reason: Option<String> = part(input, "statusReason");
    KillOptions {
        evict: part(input, "evict"),
        grace: part(input, "gracePeriodSeconds"),
        status: reason.map(|reason| StatusOverride { reason, ..StatusOverride::default() }),
    }
}

fn update(workers: &mut PodWorkers, event: &Value) {
    let subject = match event.get("runtimeOnly").and_then(Value::as_str) {
        Some(uid) => Subject::Running(RunningPod {
            uid: uid.into(),
            namespace: "ns".into(),
            name: NAME.into(),
        }),
        None => Subject::Pod(Arc::new(pod(&event["pod"]))),
    };
    let kind = match part::<String>(event, "type").as_str() {
        "create" => UpdateType::Create,
        "update" => UpdateType::Update,
        "sync" => UpdateType::Sync,
        _ => UpdateType::Kill,
    };
    let kill = event.get("kill").map(kill);
    let _ = workers.update(subject, kind, kill.as_ref(), part(event, "runtimeStillRunning"));
}

/// Makes the calls of all pods, one pod after the other, until they rest.
fn work(workers: &mut PodWorkers, event: &Value) -> Vec<Value> {
    let mut outcomes = items(event, "outcomes");
    let mut calls = Vec::new();
    loop {
        let ready = workers.ready().next().map(str::to_owned);
        let Some(uid) = ready else { return calls };
        let Some(call) = workers.next(&uid) else { continue };
        let mut shown = json!({"uid": uid, "call": call.name()});
        if let Call::SyncTerminatingPod { grace, status, .. } = call {
            if let Some(grace) = grace {
                shown["grace"] = json!(grace);
            }
            if let Some(status) = status {
                shown["statusReason"] = json!(status.reason);
            }
        }
        calls.push(shown);
        let outcome = outcomes.next().cloned().unwrap_or_default();
        workers.done(
            &uid,
            if part(&outcome, "err") {
                Outcome::Failed
            } else if part(&outcome, "terminal") {
                Outcome::Terminal
            } else {
                Outcome::Done
            },
        );
    }
}

fn answers(workers: &PodWorkers, uid: &str) -> Value {
    let all = [
        ("containersTerminating", workers.should_containers_be_terminating(uid)),
        ("contentShouldBeRemoved", workers.should_content_be_removed(uid)),
        ("couldHaveRunning", workers.could_have_running_containers(uid)),
        ("knownTerminated", workers.is_known_terminated(uid)),
        ("runtimeShouldBeRemoved", workers.should_runtime_be_removed(uid)),
        ("shouldBeFinished", workers.should_be_finished(uid)),
        ("terminationRequested", workers.is_termination_requested(uid)),
    ];
    all.into_iter().filter(|(_, yes)| *yes).map(|(name, _)| json!(name)).collect()
}

pub(super) fn pod_worker(input: &Value) -> Value {
    let mut workers = PodWorkers::default();
    let speaks_of_u2 = items(input, "events").any(|event| {
        let desired: Vec<String> = part(event, "desired");
        event["pod"]["uid"] == "u2"
            || event["runtimeOnly"] == "u2"
            || desired.contains(&"u2".into())
    });
    let events = items(input, "events").map(|event| {
        let mut out = Map::new();
        if event["op"] == "syncKnownPods" {
            let desired: Vec<String> = part(event, "desired");
            let desired: BTreeSet<&str> = desired.iter().map(String::as_str).collect();
            let known = workers.sync_known_pods(&desired).into_iter().map(|(uid, known)| {
                let state = match known.stage {
                    Stage::Sync => "sync",
                    Stage::Terminating => "terminating",
                    Stage::Terminated => "terminated",
                };
                (
                    uid,
                    json!({
                        "state": state, "orphan": known.orphan,
                        "hasConfig": known.has_config, "static": known.is_static,
                    }),
                )
            });
            out.insert("known".into(), Value::Object(known.collect()));
        } else {
            update(&mut workers, event);
        }
        out.insert("calls".into(), work(&mut workers, event).into());
        out.insert("u1".into(), answers(&workers, "u1"));
        if speaks_of_u2 {
            out.insert("u2".into(), answers(&workers, "u2"));
        }
        Value::Object(out)
    });
    json!({"events": events.collect::<Vec<_>>()})
}
