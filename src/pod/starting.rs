//! The deeds of one look: sandboxes, kills, starts.
//!
//! Source: `pkg/kubelet/kuberuntime/kuberuntime_manager.go` (`SyncPod`, `doBackOff`).

use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::{Container, Pod};
use crate::pod::actions::{Actions, actions};
use crate::pod::backoff::{Backoff, Limits};
use crate::pod::container::StartFailure;
use crate::pod::pull::{Pull, Pulls};
use crate::pod::restart::is_sidecar;
use crate::pod::restart_all::restarts_all;
use crate::pod::runtime::{Instance, InstanceState, Runtime, Sandbox};
use crate::pod::stopping::spec_of;
use crate::pod::termination::{KillReason, MINIMUM_GRACE, kill_grace};
use crate::pod::worker::{Life, Waiting, Worker, World};
use crate::time::Instant;

/// How long a start that failed without a back-off of its own is left alone.
// POD-PULL-5
const RETRY: Duration = Duration::from_secs(10);

/// The rest of a look that waits for kills.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    actions: Actions,
    /// When the newest instance of each container had ended, as the look saw it.
    ended: BTreeMap<String, Instant>,
    /// What there was when the kills began: the status goes on to tell that until they are done.
    pub(crate) seen: Option<Box<Runtime>>,
}

/// What is remembered of starts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tries {
    backoffs: BTreeMap<(String, String), Backoff>,
    pulls: Pulls,
    retry: BTreeMap<String, Instant>,
    made: u32,
}

impl Tries {
    pub(crate) const EMPTY: Self =
        Self { backoffs: BTreeMap::new(), pulls: Pulls::EMPTY, retry: BTreeMap::new(), made: 0 };

    /// When the next held start may be tried again.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.retry.values().min().copied()
    }
}

impl Worker {
    /// Decides what is next and begins to do it.
    pub(crate) fn act(&mut self, pod: &Pod, world: &mut dyn World) {
        let all = restarts_all(pod, Some(&self.runtime), self.status());
        let actions = actions(pod, &self.runtime, &self.verdicts, all);
        let ended = self
            .runtime
            .containers
            .iter()
            .rev()
            .filter_map(|instance| Some((instance.name.clone(), instance.exit()?.at?)));
        let ended = ended.collect();
        self.begin_kills(pod, &actions, world.now());
        let seen = (!self.stops.is_empty()).then(|| Box::new(self.runtime.clone()));
        self.pass = Some(Pass { actions, ended, seen });
        self.settle(world.now());
        if self.stops.is_empty() {
            self.finish_pass(pod, world);
        }
    }

    fn begin_kills(&mut self, pod: &Pod, actions: &Actions, now: Instant) {
        if actions.kill_pod {
            let grace = grace_of_pod(pod);
            self.stops.stop_all(pod, &self.runtime, grace, now);
        }
        for kill in &actions.kill {
            if let Some(instance) = self.runtime.containers.iter().find(|one| one.id == kill.id) {
                let container = spec_of(pod, &kill.name);
                let grace =
                    container.map_or(MINIMUM_GRACE, |one| kill_grace(pod, one, kill.reason));
                self.stops.stop(pod, instance, grace, now);
            }
        }
        for reset in actions.reset.iter().filter(|reset| reset.kill) {
            if let Some(instance) = self.runtime.containers.iter().find(|one| one.id == reset.id) {
                self.stops.stop(pod, instance, 0, now);
            }
        }
    }

    /// Goes on after all kills of the look: removals, the sandbox, starts.
    // POD-ACT-15
    pub(crate) fn finish_pass(&mut self, pod: &Pod, world: &mut dyn World) {
        let Some(Pass { actions, ended, seen: _ }) = self.pass.take() else { return };
        if !actions.reset.is_empty() {
            let gone = |id: &str| actions.reset.iter().any(|reset| reset.id == id);
            self.runtime.containers.retain(|instance| !gone(&instance.id));
            self.dirty = true;
            return;
        }
        if actions.kill_pod {
            self.stop_sandboxes();
        }
        if actions.create_sandbox && !self.create_sandbox(pod, actions.attempt, world) {
            return;
        }
        self.tries.retry.clear();
        let spec = &pod.spec;
        for n in &actions.start_ephemeral {
            if let Some(ephemeral) = spec.ephemeral_containers.get(*n) {
                let container = Container {
                    name: ephemeral.name.clone(),
                    image: ephemeral.image.clone(),
                    image_pull_policy: ephemeral.image_pull_policy.clone(),
                    env: ephemeral.env.clone(),
                    env_from: ephemeral.env_from.clone(),
                    ..Container::default()
                };
                self.try_start(pod, &container, &ended, world);
            }
        }
        for container in actions.start_init.iter().filter_map(|n| spec.init_containers.get(*n)) {
            if !self.try_start(pod, container, &ended, world) && !is_sidecar(container) {
                return;
            }
        }
        for container in actions.start.iter().filter_map(|n| spec.containers.get(*n)) {
            self.try_start(pod, container, &ended, world);
        }
    }

    /// Makes a sandbox; whether there was an address for it.
    // POD-NET-3
    fn create_sandbox(&mut self, pod: &Pod, attempt: u32, world: &mut dyn World) -> bool {
        let host_network = pod.spec.host_network;
        let ips = if host_network { Vec::new() } else { world.addresses(pod) };
        if ips.is_empty() && !host_network {
            self.waiting = Some(Waiting {
                reason: "FailedCreatePodSandBox".to_owned(),
                message: "no address is free".to_owned(),
            });
            self.tries.retry.insert(String::new(), world.now() + RETRY);
            return false;
        }
        let sandbox = Sandbox {
            id: identity(&[&pod.metadata.uid, "sandbox", &attempt.to_string()]),
            attempt,
            ready: true,
            ip: ips.first().cloned(),
            host_network,
        };
        self.runtime.ips = ips;
        self.runtime.sandboxes.insert(0, sandbox);
        self.dirty = true;
        true
    }

    /// Tries to start a container; whether it runs.
    fn try_start(
        &mut self,
        pod: &Pod,
        container: &Container,
        ended: &BTreeMap<String, Instant>,
        world: &mut dyn World,
    ) -> bool {
        let name = &container.name;
        let result = self.start(pod, container, ended.get(name).copied(), world);
        let (failure, retry) = match result {
            Ok(()) => {
                self.dirty = true;
                self.failures.remove(name);
                return true;
            }
            Err(refusal) => refusal,
        };
        self.tries.retry.insert(name.clone(), retry);
        let failure = StartFailure { reason: failure.reason, message: failure.message };
        if self.failures.get(name) != Some(&failure) {
            self.failures.insert(name.clone(), failure);
            self.dirty = true;
        }
        false
    }

    fn start(
        &mut self,
        pod: &Pod,
        container: &Container,
        ended: Option<Instant>,
        world: &mut dyn World,
    ) -> Result<(), (Waiting, Instant)> {
        let now = world.now();
        let retry = now + RETRY;
        self.back_off(pod, container, ended, now)?;
        let pull = self.tries.pulls.ensure(
            &container.image,
            &container.image_pull_policy,
            world.image(container),
            now,
        );
        if let Some(reason) = pull.reason() {
            let at = match pull {
                Pull::BackOff { until } => until,
                Pull::Present
                | Pull::Pulled
                | Pull::InvalidName
                | Pull::NeverPull
                | Pull::Failed => retry,
            };
            return Err((image_trouble(container, reason), at));
        }
        let newest = self.runtime.newest(&container.name);
        let restarts = newest.map_or(0, |newest| newest.restart_count.saturating_add(1));
        let made = self.tries.made.to_string();
        let id = identity(&[&pod.metadata.uid, &container.name, &made]);
        let life = Life { id: &id, restarts, ips: &self.runtime.ips };
        let behaviour = world.start(pod, container, life).map_err(|why| (why, retry))?;
        self.tries.made = self.tries.made.saturating_add(1);
        self.run(container, id, restarts, now);
        let newest = self.runtime.containers.first().map(|newest| newest.id.clone());
        self.lives.extend(newest.map(|id| (id, behaviour)));
        Ok(())
    }

    // POD-BACKOFF-1, POD-BACKOFF-5
    fn back_off(
        &mut self,
        pod: &Pod,
        container: &Container,
        ended: Option<Instant>,
        now: Instant,
    ) -> Result<(), (Waiting, Instant)> {
        let Some(ended) = ended else { return Ok(()) };
        let limits = Limits::default();
        let key = (container.name.clone(), container.image.clone());
        let backoff = self.tries.backoffs.entry(key).or_default();
        if let Some(until) = backoff.held_until(ended, &limits).filter(|until| now < *until) {
            let message = format!(
                "back-off {} restarting failed container={} pod={}_{}({})",
                go_duration(backoff.delay()),
                container.name,
                pod.metadata.name,
                pod.metadata.namespace,
                pod.metadata.uid,
            );
            return Err((Waiting { reason: "CrashLoopBackOff".to_owned(), message }, until));
        }
        backoff.next(ended, now, &limits);
        Ok(())
    }

    /// Notes a new running instance and forgets all but the one before it.
    // POD-ACT-16, POD-ACT-17
    fn run(&mut self, container: &Container, id: String, restart_count: i32, now: Instant) {
        let sandbox = self.runtime.sandboxes.first().map(|sandbox| sandbox.id.clone());
        let instance = Instance {
            id,
            name: container.name.clone(),
            sandbox: sandbox.unwrap_or_default(),
            spec_image: container.image.clone(),
            image: container.image.clone(),
            image_id: format!("sha256:{}", identity(&["image", &container.image])),
            restart_count,
            created_at: now,
            state: InstanceState::Running { since: now },
        };
        self.runtime.containers.insert(0, instance);
        let mut known = 0;
        self.runtime.containers.retain(|one| {
            known += usize::from(one.name == container.name);
            one.name != container.name || known <= 2
        });
    }
}

fn image_trouble(container: &Container, reason: &str) -> Waiting {
    let image = &container.image;
    let message = match reason {
        "ImagePullBackOff" => format!("Back-off pulling image \"{image}\""),
        "ErrImageNeverPull" => {
            format!("Container image \"{image}\" is not present with pull policy of Never")
        }
        "InvalidImageName" => format!("Failed to apply default image tag \"{image}\""),
        _ => format!("failed to pull image \"{image}\": not found"),
    };
    Waiting { reason: reason.to_owned(), message }
}

/// The grace period in seconds of a kill of the whole pod without a special reason.
fn grace_of_pod(pod: &Pod) -> i64 {
    kill_grace(pod, &Container::default(), KillReason::Unknown)
}

/// A span as Go writes it: `10s`, `1m20s`, `5m0s`.
fn go_duration(span: Duration) -> String {
    let seconds = span.as_secs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}h{minutes}m{rest}s")
    } else if minutes > 0 {
        format!("{minutes}m{rest}s")
    } else {
        format!("{rest}s")
    }
}

/// A name of 64 hexadecimal digits that depends on `parts` alone (FNV-1a, four times over).
fn identity(parts: &[&str]) -> String {
    let digits = (0..4u8).map(|lane| {
        let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
        let hash =
            std::iter::once(lane).chain(bytes).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        format!("{hash:016x}")
    });
    digits.collect()
}
