//! Suites about how a pod lives on its node.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kubernel::api::{Container, Pod, PodPhase, PodSpec, PodStatus, Probe, RestartPolicy};
use kubernel::pod::actions::{self, Actions};
use kubernel::pod::backoff::{Backoff, Limits};
use kubernel::pod::probe::{self, Answer, Kind, Prober, Scene, Turn, Verdict, Verdicts};
use kubernel::pod::pull::{Availability, Pulls};
use kubernel::pod::runtime::{Exit, Instance, InstanceState, Runtime, Sandbox};
use kubernel::pod::termination;
use kubernel::pod::termination::{KillReason, effective_grace as grace, waits_for};
use kubernel::time::{Instant, Time};
use serde_json::{Map, Value, json};

use super::part;

/// The wire time that is logical time zero in these suites.
pub(super) fn epoch() -> Time {
    "2024-03-01T00:00:00Z".parse().expect("a time")
}

fn at(value: &Value, name: &str) -> Option<Instant> {
    let time: Option<Time> = part(value, name);
    time.map(|time| Instant::at_wire(time, epoch()))
}

pub(super) fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

pub(super) fn runtime(pod: &Pod, input: &Value) -> Runtime {
    let sandboxes = items(input, "sandboxes").map(|one| Sandbox {
        id: part(one, "id"),
        attempt: part(one, "attempt"),
        ready: part(one, "ready"),
        ip: part(one, "ip"),
        host_network: part(one, "hostNetwork"),
    });
    let containers = items(input, "containers").map(|one| {
        let name: String = part(one, "name");
        let spec = pod.spec.init_containers.iter().chain(&pod.spec.containers);
        let spec = spec.clone().find(|container| container.name == name);
        let image = spec.map(|container| container.image.clone()).unwrap_or_default();
        let changed: bool = part(one, "specChanged");
        Instance {
            id: part(one, "id"),
            name,
            sandbox: part(one, "sandbox"),
            spec_image: if changed { format!("{image}-of-old") } else { image },
            image: part(one, "image"),
            image_id: part(one, "imageID"),
            restart_count: part(one, "restartCount"),
            created_at: at(one, "createdAt").unwrap_or_default(),
            state: match part::<String>(one, "state").as_str() {
                "created" => InstanceState::Created,
                "running" => {
                    InstanceState::Running { since: at(one, "startedAt").unwrap_or_default() }
                }
                "exited" => InstanceState::Exited(Exit {
                    since: at(one, "startedAt"),
                    at: at(one, "finishedAt"),
                    code: part(one, "exitCode"),
                    reason: part(one, "reason"),
                    message: part(one, "message"),
                }),
                _ => InstanceState::Unknown,
            },
        }
    });
    Runtime {
        sandboxes: sandboxes.collect(),
        containers: containers.collect(),
        ips: part(input, "ips"),
    }
}

fn verdict(word: &str) -> Verdict {
    match word {
        "Success" => Verdict::Success,
        "Failure" => Verdict::Failure,
        _ => Verdict::Unknown,
    }
}

pub(super) fn verdicts(input: &Value) -> Verdicts {
    let mut out = Verdicts::default();
    for kind in Kind::ALL {
        let known: BTreeMap<String, String> = part(input, kind_name(kind));
        for (id, word) in known {
            out.set(kind, &id, verdict(&word));
        }
    }
    out
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Startup => "startup",
        Kind::Liveness => "liveness",
        _ => "readiness",
    }
}

pub(super) fn actions(input: &Value) -> Value {
    let pod: Pod = part(input, "pod");
    let runtime = runtime(&pod, &input["runtime"]);
    let all: bool = part(input, "restartAllContainers");
    let Actions {
        kill_pod,
        create_sandbox,
        sandbox,
        attempt,
        start_init,
        start,
        start_ephemeral,
        mut kill,
        reset,
    } = actions::actions(&pod, &runtime, &verdicts(input), all);
    kill.sort_by(|a, b| a.id.cmp(&b.id));
    json!({
        "killPod": kill_pod,
        "createSandbox": create_sandbox,
        "sandboxID": sandbox,
        "attempt": attempt,
        "initContainersToStart": start_init,
        "containersToStart": start,
        "ephemeralContainersToStart": start_ephemeral,
        "containersToKill": kill.iter().map(|kill| {
            json!({"id": kill.id, "name": kill.name, "reason": kill.reason.as_str()})
        }).collect::<Value>(),
        "containersToReset": reset.iter().map(|reset| {
            json!({"id": reset.id, "name": reset.name, "kill": reset.kill})
        }).collect::<Value>(),
    })
}

pub(super) fn backoff_attempts(input: &Value) -> Value {
    let limits = Limits::default();
    let mut known: BTreeMap<(String, String), Backoff> = BTreeMap::new();
    let results: Vec<Value> = items(input, "attempts")
        .map(|attempt| {
            let backoff =
                known.entry((part(attempt, "container"), part(attempt, "image"))).or_default();
            let instant = |seconds: i64| Instant::from_secs(seconds.saturating_add(1_000) as u64);
            let now = instant(part(attempt, "at"));
            let ended: Option<i64> = part(attempt, "finishedAt");
            let ended = ended.map(instant);
            let until = ended.and_then(|ended| backoff.held_until(ended, &limits));
            let held = until.is_some_and(|until| now < until);
            if let Some(ended) = ended.filter(|_| !held) {
                backoff.next(ended, now, &limits);
            }
            json!({"held": held, "backoffSeconds": backoff.delay().as_secs()})
        })
        .collect();
    json!({"results": results})
}

pub(super) fn image_pull(input: &Value) -> Value {
    let mut pulls = Pulls::default();
    let results: Vec<Value> = items(input, "attempts")
        .map(|attempt| {
            let image = Availability {
                present: part(attempt, "present"),
                pullable: !part::<bool>(attempt, "fails"),
            };
            let policy = part::<String>(attempt, "policy").as_str().into();
            let now = Instant::from_secs(part::<u64>(attempt, "at"));
            let name: String = part(attempt, "image");
            let pull = pulls.ensure(&name, &policy, image, now);
            let mut out = json!({"pulled": pull.asked()});
            if let Some(reason) = pull.reason() {
                out["reason"] = json!(reason);
            }
            out
        })
        .collect();
    json!({"results": results})
}

pub(super) fn restart_backoff(input: &Value) -> Value {
    let max: Option<u64> = part(input, "maxSeconds");
    let limits = Limits::crash_loop(Duration::from_secs(max.unwrap_or(300)));
    let noticed = Duration::from_secs(part(input, "noticedAfterSeconds"));
    let mut backoff = Backoff::default();
    let mut now = Instant::from_secs(1_000_000);
    let (mut delays, mut counters) = (Vec::new(), Vec::new());
    for run in part::<Vec<u64>>(input, "runSeconds") {
        let ended = now + Duration::from_secs(run);
        let noticed = ended + noticed;
        let until = backoff.held_until(ended, &limits).unwrap_or(ended);
        now = until.max(noticed);
        backoff.next(ended, now, &limits);
        delays.push(now.since(ended).as_secs());
        counters.push(backoff.delay().as_secs());
    }
    json!({"delaySeconds": delays, "backoffSeconds": counters})
}

pub(super) fn effective_grace(input: &Value) -> Value {
    let mut pod = Pod::default();
    pod.metadata.deletion_grace_period_seconds = part(input, "deletionGracePeriodSeconds");
    pod.spec.termination_grace_period_seconds = part(input, "terminationGracePeriodSeconds");
    let current: i64 = part(input, "current");
    let seconds = grace(&pod, current, part(input, "override"));
    json!({"seconds": seconds, "changed": current != 0 && current != seconds})
}

pub(super) fn kill_grace(input: &Value) -> Value {
    let mut pod = Pod::default();
    pod.metadata.deletion_grace_period_seconds = part(input, "deletionGracePeriodSeconds");
    pod.spec.termination_grace_period_seconds = part(input, "terminationGracePeriodSeconds");
    let probe = |name| {
        let seconds: Option<i64> = part(input, name);
        seconds.map(|seconds| {
            Box::new(Probe { termination_grace_period_seconds: Some(seconds), ..Probe::default() })
        })
    };
    let container = Container {
        startup_probe: probe("startupProbeGrace"),
        liveness_probe: probe("livenessProbeGrace"),
        ..Container::default()
    };
    let reason = match part::<String>(input, "reason").as_str() {
        "LivenessProbe" => KillReason::LivenessProbe,
        "StartupProbe" => KillReason::StartupProbe,
        "FailedPostStartHook" => KillReason::FailedPostStartHook,
        "RestartAllContainers" => KillReason::RestartAllContainers,
        "Unknown" => KillReason::Unknown,
        _ => KillReason::Changed,
    };
    json!({"seconds": termination::kill_grace(&pod, &container, reason)})
}

pub(super) fn termination_order(input: &Value) -> Value {
    let spec: PodSpec = part(input, "spec");
    let running: Vec<String> = part(input, "running");
    let names: BTreeSet<&str> = running.iter().map(String::as_str).collect();
    let waits: BTreeMap<&str, _> =
        names.iter().map(|name| (*name, waits_for(&spec, name, &names))).collect();
    json!({"waitsFor": waits})
}

/// One container with its probers, as a kubelet would drive them.
struct Bench {
    pod: Pod,
    container: Container,
    sidecar: bool,
    status: PodStatus,
    verdicts: Verdicts,
    probers: BTreeMap<Kind, Prober>,
    limit: Option<Time>,
}

impl Bench {
    fn new(input: &Value) -> Self {
        let container: Container = part(input, "container");
        let sidecar: bool = part(input, "sidecar");
        let mut pod = Pod::default();
        pod.spec.restart_policy = part::<RestartPolicy>(input, "restartPolicy");
        let mut named = container.clone();
        if sidecar {
            named.restart_policy = Some("Always".into());
            pod.spec.init_containers.push(named.clone());
        } else {
            pod.spec.containers.push(named.clone());
        }
        let mut status = PodStatus { phase: PodPhase::Running, ..PodStatus::default() };
        let mut seen = json!({"name": container.name, "containerID": "containerd://c1"});
        seen["state"] =
            json!({"running": {"startedAt": epoch().plus(Duration::from_secs(100_000))}});
        if part::<bool>(input, "containerWasStarted") {
            seen["started"] = json!(true);
        }
        let seen = serde_json::from_value(seen).expect("a status");
        if sidecar {
            status.init_container_statuses.push(seen);
        } else {
            status.container_statuses.push(seen);
        }
        if part::<bool>(input, "podWasReady") {
            pod.status.conditions =
                serde_json::from_value(json!([{"type": "Ready", "status": "True"}])).expect("one");
        }
        let probers = Kind::ALL
            .into_iter()
            .filter(|kind| kind.of(&container).is_some())
            .map(|kind| (kind, Prober::new(kind, Instant::START)))
            .collect();
        let restarted: bool = part(input, "kubeletRestartedAfterContainerStart");
        let limit = restarted.then(|| epoch().plus(Duration::from_secs(100_500)));
        Self {
            pod,
            container: named,
            sidecar,
            status,
            verdicts: Verdicts::default(),
            probers,
            limit,
        }
    }

    fn seen(&mut self) -> &mut kubernel::api::ContainerStatus {
        let list = if self.sidecar {
            &mut self.status.init_container_statuses
        } else {
            &mut self.status.container_statuses
        };
        list.first_mut().expect("a status")
    }

    fn refresh(&mut self) {
        let probers = &self.probers;
        let probed = |_: &str, kind: Kind| probers.contains_key(&kind);
        let (pod, verdicts) = (&self.pod, &self.verdicts);
        let _ = probe::apply(pod, &mut self.status, verdicts, &probed, self.limit);
    }

    fn event(&mut self, event: &str, lives: &mut usize) {
        let end = |code: i32| json!({"terminated": {"exitCode": code}});
        let state = match event {
            "restart" => {
                *lives += 1;
                let id = format!("containerd://c{lives}");
                let began = json!({"running": {"startedAt":
                    epoch().plus(Duration::from_secs(100_000))}});
                self.limit = None;
                self.seen().container_id = id;
                self.seen().started = None;
                self.seen().ready = false;
                began
            }
            "exit0" => end(0),
            "exit1" => end(1),
            "waiting" => json!({"waiting": {}}),
            "podFailed" => {
                self.status.phase = PodPhase::Failed;
                return;
            }
            "deletePod" => {
                self.pod.metadata.deletion_timestamp = Some(epoch());
                return;
            }
            other => panic!("what is {other}?"),
        };
        self.seen().state = serde_json::from_value(state).expect("a state");
    }
}

pub(super) fn probe_worker(input: &Value) -> Value {
    let mut bench = Bench::new(input);
    let mut lives = 1;
    let mut ended: BTreeSet<Kind> = BTreeSet::new();
    let steps: Vec<Value> = items(input, "steps")
        .map(|step| {
            if let Some(event) = step.get("event").and_then(Value::as_str) {
                bench.event(event, &mut lives);
            }
            bench.refresh();
            let kind = match part::<String>(step, "probe").as_str() {
                "startup" => Kind::Startup,
                "liveness" => Kind::Liveness,
                _ => Kind::Readiness,
            };
            let seconds = 100_000 + part::<u64>(step, "at");
            if !ended.contains(&kind) && act(&mut bench, kind, step, seconds) {
                ended.insert(kind);
            }
            bench.refresh();
            report(&mut bench, kind, &ended)
        })
        .collect();
    json!({"steps": steps})
}

/// Lets one prober act; whether it ended.
fn act(bench: &mut Bench, kind: Kind, step: &Value, seconds: u64) -> bool {
    let Some(mut prober) = bench.probers.remove(&kind) else { return true };
    let scene = Scene {
        pod: &bench.pod,
        container: &bench.container,
        status: &bench.status,
        now: epoch().plus(Duration::from_secs(seconds)),
    };
    let turn = prober.turn(&scene, &mut bench.verdicts, bench.limit);
    if turn == Turn::Ask {
        let answer = match part::<String>(step, "answer").as_str() {
            "success" => Answer::Success,
            "failure" => Answer::Failure,
            "warning" => Answer::Warning,
            "unknown" => Answer::Unknown,
            _ => Answer::Error,
        };
        let probe = kind.of(&bench.container).expect("a probe").clone();
        prober.answer(&probe, answer, &mut bench.verdicts);
    }
    bench.probers.insert(kind, prober);
    turn == Turn::End
}

fn report(bench: &mut Bench, kind: Kind, ended: &BTreeSet<Kind>) -> Value {
    let mut out = Map::new();
    out.insert("keepGoing".into(), json!(!ended.contains(&kind)));
    let seen = bench.seen();
    out.insert("started".into(), json!(seen.started.unwrap_or(false)));
    out.insert("ready".into(), json!(seen.ready));
    let id = probe::bare_id(&seen.container_id).to_owned();
    for kind in Kind::ALL {
        if let Some(verdict) = bench.verdicts.of(kind, &id) {
            out.insert(kind_name(kind).into(), json!(format!("{verdict:?}")));
        }
    }
    if bench.probers.get(&kind).is_some_and(Prober::is_on_hold) {
        out.insert("onHold".into(), json!(true));
    }
    Value::Object(out)
}
