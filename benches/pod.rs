//! One pod: how it fares, what is done next, what its status says, what a server thinks of it.
//!
//! `pod/operation/i_r`: a pod of i init containers, of which every second one is a sidecar, and r
//! regular ones. The plain init containers have exited with 0, everything else runs and is ready.

use std::hint::black_box;

use criterion::Criterion;
use kubernel::api::{Pod, PodStatus};
use kubernel::field::{Errors, Path};
use kubernel::pod::actions::actions;
use kubernel::pod::container::StartFailures;
use kubernel::pod::defaults;
use kubernel::pod::phase::{Progress, phase};
use kubernel::pod::probe::{Kind, Verdict, Verdicts};
use kubernel::pod::restart::is_sidecar;
use kubernel::pod::restart_all::restarts_all;
use kubernel::pod::runtime::{Exit, Instance, InstanceState, Runtime, Sandbox};
use kubernel::pod::status::{Known, generate};
use kubernel::pod::statuses::Statuses;
use kubernel::pod::validate::{Rules, validate};
use kubernel::pod::{qos, resources};
use kubernel::time::{Instant, Time};
use serde_json::{Value, json};

const SIZES: [(usize, usize); 3] = [(0, 1), (2, 3), (10, 20)];

/// Each container has an image, requests and limits, two variables and a mount.
fn container(name: &str) -> Value {
    json!({
        "name": name,
        "image": "registry.example.com/team/app:1.2.3",
        "env": [{"name": "MODE", "value": "production"}, {"name": "LEVEL", "value": "info"}],
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "200m", "memory": "256Mi"},
        },
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    })
}

/// Regular ones also have a port, a liveness probe and a readiness probe.
#[expect(clippy::indexing_slicing, reason = "the objects are made here")]
fn regular(n: usize) -> Value {
    let mut out = container(&format!("main-{n}"));
    out["ports"] = json!([{"name": "http", "containerPort": 8080}]);
    out["livenessProbe"] = json!({"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 10});
    out["readinessProbe"] = json!({"httpGet": {"path": "/ready", "port": 8080}});
    out
}

#[expect(clippy::indexing_slicing, reason = "the objects are made here")]
fn init(n: usize) -> Value {
    let mut out = container(&format!("init-{n}"));
    if n % 2 == 1 {
        out["restartPolicy"] = "Always".into();
    }
    out
}

/// The pod as a client sends it.
fn manifest(inits: usize, regulars: usize) -> Pod {
    let pod = json!({
        "metadata": {"name": "web-5d8f", "namespace": "default", "labels": {"app": "web"}},
        "spec": {
            "initContainers": (0..inits).map(init).collect::<Value>(),
            "containers": (0..regulars).map(regular).collect::<Value>(),
            "volumes": [{"name": "data", "emptyDir": {}}],
        },
    });
    serde_json::from_value(pod).unwrap()
}

/// A pod with what its node knows of it.
struct Scene {
    pod: Pod,
    runtime: Runtime,
    verdicts: Verdicts,
    failures: StartFailures,
}

impl Scene {
    fn new(inits: usize, regulars: usize) -> Self {
        let mut pod = manifest(inits, regulars);
        pod.metadata.uid = "0b7c2f6e-6f0e-4c1e-8a55-2f6d6f7a9b10".into();
        defaults::default(&mut pod);
        let mut verdicts = Verdicts::default();
        let spec = &pod.spec;
        let plain = spec.init_containers.iter().filter(|one| !is_sidecar(one));
        let plain: Vec<&str> = plain.map(|one| one.name.as_str()).collect();
        let all = spec.containers.iter().chain(&spec.init_containers);
        let containers = all.enumerate().map(|(n, container)| {
            let id = format!("{n:064x}");
            for kind in Kind::ALL.into_iter().filter(|kind| kind.of(container).is_some()) {
                verdicts.set(kind, &id, Verdict::Success);
            }
            let since = Instant::from_secs(10);
            let state = if plain.contains(&container.name.as_str()) {
                let (since, at) = (Some(since), Some(Instant::from_secs(20)));
                let reason = "Completed".to_owned();
                InstanceState::Exited(Exit { since, at, code: 0, reason, message: String::new() })
            } else {
                InstanceState::Running { since }
            };
            Instance {
                id,
                name: container.name.clone(),
                sandbox: "sandbox".into(),
                spec_image: container.image.clone(),
                image: container.image.clone(),
                image_id: format!("sha256:{:064x}", 7),
                restart_count: 0,
                created_at: since,
                state,
            }
        });
        let containers = containers.collect();
        let sandbox = Sandbox {
            id: "sandbox".into(),
            ready: true,
            ip: Some("10.244.0.7".into()),
            ..Default::default()
        };
        let ips = vec!["10.244.0.7".into()];
        let runtime = Runtime { sandboxes: vec![sandbox], containers, ips };
        Self { pod, runtime, verdicts, failures: StartFailures::new() }
    }

    fn next(&self) -> usize {
        let (pod, runtime) = (black_box(&self.pod), black_box(&self.runtime));
        let all = restarts_all(pod, Some(runtime), None);
        let next = actions(pod, runtime, &self.verdicts, all);
        next.start.len() + next.start_init.len() + next.kill.len()
    }

    fn status(&self, old: &PodStatus) -> PodStatus {
        let probed = |name: &str, kind| {
            kind != Kind::Startup && self.pod.spec.containers.iter().any(|one| one.name == name)
        };
        let known = Known {
            runtime: black_box(&self.runtime),
            verdicts: &self.verdicts,
            probed: &probed,
            failures: &self.failures,
            stopped: false,
            primary_v6: false,
            host_ips: &[],
            now: Instant::from_secs(100),
            epoch: Time::EPOCH,
            started_before: None,
        };
        generate(black_box(&self.pod), old, &known).status
    }
}

fn check(pod: &Pod) -> Errors {
    let mut out = Errors::new();
    validate(&mut out, &Path::EMPTY, black_box(pod), &Rules::default());
    out
}

pub(crate) fn define(criterion: &mut Criterion) {
    for (inits, regulars) in SIZES {
        let size = format!("{inits}_{regulars}");
        let mut bench = |operation: &str, run: &mut dyn FnMut()| {
            criterion.bench_function(&format!("pod/{operation}/{size}"), |bencher| {
                bencher.iter(&mut *run);
            });
        };
        let scene = Scene::new(inits, regulars);
        let (pod, empty) = (&scene.pod, PodStatus::default());
        let status = scene.status(&empty);
        assert_eq!(status.phase.as_str(), "Running");
        assert_eq!(
            (scene.next(), check(pod).len()),
            (0, 0),
            "the pod stays as it is, and is valid"
        );
        let seen = Statuses::of(&status);
        let progress = Progress { stopped: false, initialized: true };
        bench("phase", &mut || {
            black_box(phase(black_box(pod), black_box(&seen), progress));
        });
        bench("actions", &mut || {
            black_box(scene.next());
        });
        bench("status", &mut || {
            black_box(scene.status(&empty));
        });
        bench("status_again", &mut || {
            black_box(scene.status(&status));
        });
        bench("requests", &mut || {
            black_box(resources::requests(black_box(pod)));
        });
        bench("qos", &mut || {
            black_box(qos::class(black_box(pod)));
        });
        bench("validate", &mut || {
            black_box(check(pod));
        });
        let sent = manifest(inits, regulars);
        bench("clone", &mut || {
            black_box(black_box(&sent).clone());
        });
        bench("clone_and_default", &mut || {
            let mut pod = black_box(&sent).clone();
            defaults::default(&mut pod);
            black_box(pod);
        });
    }
}
