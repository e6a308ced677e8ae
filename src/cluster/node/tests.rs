//! Stories of pods on a node, against a bare store.

mod ends;
mod hooks;

use std::time::Duration;

use serde_json::{Value, json};

use super::{Capacity, NodeAgent, Outside, Programs, Shelf};
use crate::api::{ConfigMap, Key, Kind, ObjectMeta, Pod, Resource};
use crate::control::{Intent, View};
use crate::pod::defaults;
use crate::store::{Expect, Store};
use crate::time::{Instant, Time};

struct Story {
    store: Store,
    agent: NodeAgent,
    programs: Programs,
    shelf: Shelf,
    now: Instant,
    wake: Option<Instant>,
    deleted: bool,
    log: Vec<String>,
}

fn key() -> Key {
    Key::new(Kind::Pod, "d", "p")
}

impl Story {
    fn new(mut pod: Value) -> Self {
        pod["metadata"]["name"] = "p".into();
        pod["metadata"]["namespace"] = "d".into();
        pod["metadata"]["uid"] = "u".into();
        pod["spec"]["nodeName"] = "n".into();
        let mut pod: Pod = serde_json::from_value(pod).unwrap();
        for container in pod.spec.containers.iter_mut().chain(&mut pod.spec.init_containers) {
            container.image = "img:1".into();
        }
        defaults::default(&mut pod);
        pod.status.phase = "Pending".into();
        let mut store = Store::new();
        store.commit(key(), Expect::Any, Some(pod.into())).unwrap();
        Self {
            store,
            agent: NodeAgent::new("n", 0, &Capacity::default()),
            programs: Programs::new(),
            shelf: Shelf::default(),
            now: Instant::START,
            wake: Some(Instant::START),
            deleted: false,
            log: Vec::new(),
        }
    }

    fn put<R: Resource>(&mut self, object: R) {
        let object = R::wrap(object.into());
        let key = object.key();
        self.store.commit(key, Expect::Any, Some(object)).unwrap();
        self.look();
    }

    /// Takes the pod away as a forced deletion does.
    fn remove(&mut self) {
        self.store.commit(key(), Expect::Any, None).unwrap();
        self.look();
    }

    fn look(&mut self) {
        let before = self.store.revision();
        let view = View { store: &self.store, now: self.now, epoch: Time::EPOCH };
        let mut outside = Outside { programs: &self.programs, shelf: &mut self.shelf };
        let sync = self.agent.sync(&key(), view, &mut outside);
        self.wake = sync.wake;
        for intent in sync.intents {
            match intent {
                Intent::UpdateStatus(object) => {
                    self.store.commit(key(), Expect::Any, Some(object)).unwrap();
                }
                Intent::Delete(key, _) => {
                    self.deleted = true;
                    self.store.commit(key, Expect::Any, None).unwrap();
                }
                other => panic!("a node may not {other}"),
            }
        }
        self.note();
        if self.store.revision() != before {
            self.wake = Some(self.now);
        }
    }

    fn note(&mut self) {
        let line = match self.store.get::<Pod>("d", "p") {
            None => "gone".to_owned(),
            Some(pod) => describe(pod),
        };
        if self.log.last().and_then(|last| last.split_once(' ')).map(|(_, old)| old) != Some(&line)
        {
            self.log.push(format!("{} {line}", self.now));
        }
    }

    fn run(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        for _ in 0..1_000 {
            match self.wake {
                Some(at) if at <= end => {
                    self.now = self.now.max(at);
                    self.look();
                }
                _ => {
                    self.now = end;
                    return;
                }
            }
        }
        panic!("never quiet: {:#?}", self.log);
    }

    fn delete(&mut self, grace: i64) {
        let mut pod = self.store.get::<Pod>("d", "p").unwrap().clone();
        pod.metadata.deletion_timestamp = Some(self.now.wire(Time::EPOCH));
        pod.metadata.deletion_grace_period_seconds = Some(grace);
        self.put(pod);
    }
}

fn describe(pod: &Pod) -> String {
    let status = &pod.status;
    let containers = status.init_container_statuses.iter().chain(&status.container_statuses);
    let containers = containers.chain(&status.ephemeral_container_statuses);
    let shown = containers.map(|one| {
        let state = if let Some(waiting) = &one.state.waiting {
            waiting.reason.clone()
        } else if let Some(end) = &one.state.terminated {
            format!("exit{}", end.exit_code)
        } else if one.ready {
            "ready".to_owned()
        } else {
            "running".to_owned()
        };
        format!("{}:{state}/{}", one.name, one.restart_count)
    });
    format!("{} {}", status.phase, shown.collect::<Vec<_>>().join(" "))
}

fn check(story: &Story, expected: &[&str]) {
    assert_eq!(story.log, expected, "\n{:#?}", story.log);
}

fn scripted(containers: &Value, scripts: &[(&str, &str)]) -> Value {
    let mut pod = json!({"metadata": {"annotations": {}}, "spec": {"containers": containers}});
    for (name, script) in scripts {
        pod["metadata"]["annotations"][format!("{}{name}", Programs::ANNOTATION)] =
            (*script).into();
    }
    pod
}

// POD-BACKOFF-1, POD-BACKOFF-5
#[test]
fn a_crash_loop_waits_10_20_40_seconds() {
    let mut story = Story::new(scripted(&json!([{"name": "a"}]), &[("a", "run 4s; exit 1")]));
    story.run(100);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0",
            "0.000s Running a:ready/0",
            "4.000s Running a:exit1/0",
            "4.000s Running a:ready/1",
            "8.000s Running a:exit1/1",
            "8.000s Running a:CrashLoopBackOff/1",
            "18.000s Running a:ready/2",
            "22.000s Running a:exit1/2",
            "22.000s Running a:CrashLoopBackOff/2",
            "42.000s Running a:ready/3",
            "46.000s Running a:exit1/3",
            "46.000s Running a:CrashLoopBackOff/3",
            "86.000s Running a:ready/4",
            "90.000s Running a:exit1/4",
            "90.000s Running a:CrashLoopBackOff/4",
        ],
    );
}

// POD-INIT-1, POD-INIT-2
#[test]
fn init_containers_run_one_after_another() {
    let mut pod = scripted(&json!([{"name": "a"}]), &[("i", "run 2s"), ("j", "run 3s")]);
    pod["spec"]["initContainers"] =
        json!([{"name": "i"}, {"name": "s", "restartPolicy": "Always"}, {"name": "j"}]);
    let mut story = Story::new(pod);
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending i:PodInitializing/0 s:PodInitializing/0 j:PodInitializing/0 a:PodInitializing/0",
            "0.000s Pending i:running/0 s:PodInitializing/0 j:PodInitializing/0 a:PodInitializing/0",
            "2.000s Pending i:exit0/0 s:PodInitializing/0 j:PodInitializing/0 a:PodInitializing/0",
            "2.000s Pending i:exit0/0 s:ready/0 j:PodInitializing/0 a:PodInitializing/0",
            "2.000s Pending i:exit0/0 s:ready/0 j:running/0 a:PodInitializing/0",
            "5.000s Pending i:exit0/0 s:ready/0 j:exit0/0 a:PodInitializing/0",
            "5.000s Running i:exit0/0 s:ready/0 j:exit0/0 a:ready/0",
        ],
    );
}

#[test]
fn readiness_follows_the_probe() {
    let probe = json!({"exec": {"command": ["x"]}, "periodSeconds": 1, "failureThreshold": 2});
    let containers = json!([{"name": "a", "readinessProbe": probe}]);
    let script = [("a", "ready after 2s; unready after 6s")];
    let mut story = Story::new(scripted(&containers, &script));
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0",
            "0.000s Running a:running/0",
            "2.000s Running a:ready/0",
            "7.000s Running a:running/0",
        ],
    );
}

// POD-PROBE-12
#[test]
fn a_dead_container_is_killed_and_started_again() {
    let probe = json!({"exec": {"command": ["x"]}, "periodSeconds": 5, "failureThreshold": 1});
    let containers = json!([{"name": "a", "livenessProbe": probe}]);
    let script = [("a", "live until 8s; stop after 3s; stop exit 0 | run 1h")];
    let mut story = Story::new(scripted(&containers, &script));
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0",
            "0.000s Running a:ready/0",
            "13.000s Running a:ready/1",
        ],
    );
}

// POD-CSTATE-9, POD-PROBE-1, POD-PROBE-6: until the startup prober has seen the new instance, the old one's
// `started` counts.
#[test]
fn a_container_that_is_killed_has_to_start_up_again() {
    let probe =
        |period| json!({"httpGet": {"port": 1}, "periodSeconds": period, "failureThreshold": 9});
    let mut liveness = probe(5);
    liveness["failureThreshold"] = 1.into();
    let container = json!({"name": "a", "startupProbe": probe(4), "livenessProbe": liveness});
    let script = [("a", "started after 3s; live until 9s | started after 6s")];
    let mut story = Story::new(scripted(&json!([container]), &script));
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0",
            "0.000s Running a:running/0",
            "4.000s Running a:ready/0",
            "10.000s Running a:ready/1",
            "12.000s Running a:running/1",
            "16.000s Running a:ready/1",
        ],
    );
}

// POD-TERM-7, POD-TERM-9
#[test]
fn a_deleted_pod_stops_gracefully_and_goes() {
    let mut story = Story::new(scripted(
        &json!([{"name": "a"}, {"name": "b"}]),
        &[("a", "stop after 5s"), ("b", "ignore stop")],
    ));
    story.run(10);
    story.delete(30);
    story.run(60);
    assert!(story.deleted);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0 b:ContainerCreating/0",
            "0.000s Running a:ready/0 b:ready/0",
            "40.000s Failed a:exit143/0 b:exit137/0",
            "40.000s gone",
        ],
    );
}

#[test]
fn a_missing_config_map_holds_a_container_until_it_is_there() {
    let containers = json!([{"name": "a", "envFrom": [{"configMapRef": {"name": "m"}}]}]);
    let mut story = Story::new(scripted(&containers, &[]));
    story.run(5);
    let pod = story.store.get::<Pod>("d", "p").unwrap();
    let waiting = pod.status.container_statuses[0].state.waiting.clone().unwrap();
    assert_eq!(waiting.message, "configmap \"m\" not found");
    let metadata = ObjectMeta { name: "m".into(), namespace: "d".into(), ..Default::default() };
    story.put(ConfigMap { metadata, ..Default::default() });
    story.run(5);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0",
            "0.000s Pending a:CreateContainerConfigError/0",
            "5.000s Running a:ready/0",
        ],
    );
}

// POD-ACT-14, POD-WORK-2
#[test]
fn a_job_pod_ends_and_its_sidecar_with_it() {
    let mut pod = scripted(&json!([{"name": "a"}]), &[("a", "run 3s")]);
    pod["spec"]["restartPolicy"] = "Never".into();
    pod["spec"]["initContainers"] = json!([{"name": "s", "restartPolicy": "Always"}]);
    let mut story = Story::new(pod);
    story.run(60);
    assert_eq!(story.log.last().unwrap(), "3.000s Succeeded s:exit143/0 a:exit0/0");
}
