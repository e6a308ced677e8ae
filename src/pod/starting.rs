//! What a pass does to the runtime: sandboxes and starts.
//!
//! Source: `pkg/kubelet/kuberuntime/kuberuntime_manager.go` (`doBackOff`),
//! `pkg/kubelet/kuberuntime/kuberuntime_container.go` (`startContainer`).

use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::{Container, Pod};
use crate::pod::backoff::{Backoff, Limits};
use crate::pod::container::StartFailure;
use crate::pod::pull::{Pull, Pulls};
use crate::pod::runtime::{Instance, InstanceState, Sandbox};
use crate::pod::worker::{Life, Waiting, Worker, World};
use crate::time::Instant;

/// How long a start that failed without a back-off of its own is left alone.
// POD-PULL-5
pub(crate) const RETRY: Duration = Duration::from_secs(10);

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

    /// Forgets when to try again; who still cannot be started will say so.
    pub(crate) fn forget_retries(&mut self) {
        self.retry.clear();
    }

    /// When the next held start may be tried again.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.retry.values().min().copied()
    }
}

impl Worker {
    /// Makes a sandbox; whether there was an address for it.
    // POD-NET-3
    pub(crate) fn create_sandbox(
        &mut self,
        pod: &Pod,
        attempt: u32,
        world: &mut dyn World,
    ) -> bool {
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

    /// Tries to start a container. Answers its new life, or notes why there is none.
    pub(crate) fn try_start(
        &mut self,
        pod: &Pod,
        container: &Container,
        ended: Option<Instant>,
        world: &mut dyn World,
    ) -> Option<String> {
        match self.start(pod, container, ended, world) {
            Ok(id) => {
                self.dirty = true;
                Some(id)
            }
            Err((why, retry)) => {
                self.note_failure(&container.name, why, retry);
                None
            }
        }
    }

    /// Notes that a container could not be started, and when to try again.
    pub(crate) fn note_failure(&mut self, name: &str, why: Waiting, retry: Instant) {
        self.tries.retry.insert(name.to_owned(), retry);
        let failure = StartFailure { reason: why.reason, message: why.message };
        if self.failures.get(name) != Some(&failure) {
            self.failures.insert(name.to_owned(), failure);
            self.dirty = true;
        }
    }

    /// Starts a container and answers the name of its new life.
    fn start(
        &mut self,
        pod: &Pod,
        container: &Container,
        ended: Option<Instant>,
        world: &mut dyn World,
    ) -> Result<String, (Waiting, Instant)> {
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
        self.run(container, id.clone(), restarts, now);
        self.lives.insert(id.clone(), behaviour);
        Ok(id)
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
