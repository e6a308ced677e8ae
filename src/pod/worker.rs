//! The life of one pod on its node, from the first look to the last.
//!
//! | state | what happens |
//! |---|---|
//! | `Alive` | statuses are written, probes run, containers are started and killed |
//! | `Terminating` | everything is being stopped |
//! | `Terminated` | everything has stopped; the last status is due |
//! | `Finished` | nothing is left to do; the object may go |
//!
//! A look at the pod ([`Worker::handle`]) first writes down what is, then acts, as upstream's sync
//! does: what it started or stopped shows in the status of the next look, which is due at once.
//!
//! Source: `pkg/kubelet/pod_workers.go`, `pkg/kubelet/kubelet.go` (`SyncPod`, `SyncTerminatingPod`,
//! `SyncTerminatedPod`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use crate::api::{Container, Pod, PodPhase, PodStatus};
use crate::pod::behaviour::Behaviour;
use crate::pod::container::StartFailures;
use crate::pod::phase::is_terminal;
use crate::pod::probe::Verdicts;
use crate::pod::probing::Probing;
use crate::pod::pull::Availability;
use crate::pod::report::{self, Last};
use crate::pod::runtime::Runtime;
use crate::pod::starting::{Pass, Tries};
use crate::pod::status::{Generated, Known, deadline, generate};
use crate::pod::stopping::Stops;
use crate::pod::termination::effective_grace;
use crate::time::{Instant, Time};

/// Everything outside the pod that its life depends on: the seam to the node.
pub trait World {
    /// The logical time.
    fn now(&self) -> Instant;
    /// The wire time of logical time zero.
    fn epoch(&self) -> Time;
    /// The addresses of the node, primary first.
    fn host_ips(&self) -> &[IpAddr];
    /// The addresses for a new sandbox of `pod`; empty when none is free.
    fn addresses(&mut self, pod: &Pod) -> Vec<String>;
    /// Whether the volumes of `pod` are there.
    ///
    /// # Errors
    /// What the pod waits for.
    fn mount(&mut self, pod: &Pod) -> Result<(), Waiting>;
    /// What is known of the image of `container`.
    fn image(&self, container: &Container) -> Availability;
    /// Starts `container`.
    ///
    /// # Errors
    /// Why it cannot be made or run, in upstream's words.
    fn start(
        &mut self,
        pod: &Pod,
        container: &Container,
        life: Life<'_>,
    ) -> Result<Behaviour, Waiting>;
}

/// Which life of a container begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life<'a> {
    /// The name of the instance in the runtime.
    pub id: &'a str,
    /// How many lives there were before.
    pub restarts: i32,
    /// The addresses of the pod.
    pub ips: &'a [String],
}

/// Why something is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The reason as it is shown, as `CreateContainerConfigError`.
    pub reason: String,
    /// A text for humans.
    pub message: String,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.message)
    }
}

/// How far the life of a pod has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It lives.
    Alive,
    /// It is being stopped.
    Terminating {
        /// The seconds that were granted.
        grace: i64,
    },
    /// It has stopped.
    Terminated,
    /// There is nothing left to do.
    Finished,
}

/// The machine of one pod.
#[derive(Debug, Clone)]
pub struct Worker {
    pub(crate) state: State,
    pub(crate) runtime: Runtime,
    pub(crate) lives: BTreeMap<String, Behaviour>,
    pub(crate) verdicts: Verdicts,
    pub(crate) probing: Probing,
    pub(crate) failures: StartFailures,
    pub(crate) tries: Tries,
    pub(crate) stops: Stops,
    pub(crate) pass: Option<Pass>,
    /// What the pod waits for before anything can be started.
    pub(crate) waiting: Option<Waiting>,
    status: Option<PodStatus>,
    /// Something changed that the next look has to see.
    pub(crate) dirty: bool,
    pub(crate) wake: Option<Instant>,
}

impl Default for Worker {
    fn default() -> Self {
        Self::new()
    }
}

impl Worker {
    /// The machine of a pod that nothing is known of.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: State::Alive,
            runtime: Runtime { sandboxes: Vec::new(), containers: Vec::new(), ips: Vec::new() },
            lives: BTreeMap::new(),
            verdicts: Verdicts::EMPTY,
            probing: Probing::EMPTY,
            failures: StartFailures::new(),
            tries: Tries::EMPTY,
            stops: Stops::EMPTY,
            pass: None,
            waiting: None,
            status: None,
            dirty: false,
            wake: None,
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What runs, or has run.
    #[must_use]
    pub const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// What the pod waits for before anything can be started.
    #[must_use]
    pub const fn waiting(&self) -> Option<&Waiting> {
        self.waiting.as_ref()
    }

    /// The node's own view of the status; `None` before the first look.
    #[must_use]
    pub const fn status(&self) -> Option<&PodStatus> {
        self.status.as_ref()
    }

    /// Whether containers may still be running.
    #[must_use]
    pub const fn could_run(&self) -> bool {
        match self.state {
            State::Alive | State::Terminating { .. } => true,
            State::Terminated | State::Finished => false,
        }
    }

    /// When it wants to look again without being told of a change.
    #[must_use]
    pub const fn wake_at(&self) -> Option<Instant> {
        self.wake
    }

    /// Looks at the pod as the API has it, and goes on living. A look without need changes nothing.
    #[must_use]
    pub fn handle(mut self, pod: &Pod, world: &mut dyn World) -> Self {
        let now = world.now();
        self.dirty = false;
        self.settle(now);
        self.request_end(pod, now);
        match self.state {
            State::Alive => self.live(pod, world),
            State::Terminating { .. } => self.end(pod, world),
            State::Terminated => self.last_words(pod, world),
            State::Finished => {}
        }
        self.wake = self.next_wake(pod, world.epoch(), now);
        self
    }

    /// Refuses the pod: nothing of it is started, and it fails with this reason.
    // POD-ADMIT-1
    #[must_use]
    pub fn reject(mut self, pod: &Pod, why: &Waiting, world: &dyn World) -> Self {
        let status = PodStatus {
            phase: PodPhase::Failed,
            reason: why.reason.clone(),
            message: why.message.clone(),
            qos_class: crate::pod::qos::effective(pod),
            observed_generation: pod.metadata.generation,
            ..PodStatus::default()
        };
        let now = world.now().wire(world.epoch());
        self.status = report::accept(pod, Last::Api(&pod.status), status, true, now).ok();
        self.state = State::Finished;
        self.wake = None;
        self
    }

    // POD-WORK-1, POD-WORK-3, POD-WORK-6
    fn request_end(&mut self, pod: &Pod, now: Instant) {
        let decided = match self.state {
            State::Alive => {
                let asked =
                    pod.metadata.deletion_timestamp.is_some() || is_terminal(&pod.status.phase);
                if !asked {
                    return;
                }
                0
            }
            State::Terminating { grace } => grace,
            State::Terminated | State::Finished => return,
        };
        let grace = effective_grace(pod, decided, None);
        if decided == 0 {
            self.begin_end(pod, grace, now);
        } else if grace < decided {
            self.stops.hurry(grace, now);
            self.state = State::Terminating { grace };
        }
    }

    /// Begins to stop everything.
    fn begin_end(&mut self, pod: &Pod, grace: i64, now: Instant) {
        self.state = State::Terminating { grace };
        self.pass = None;
        self.waiting = None;
        self.stops.stop_all(pod, &self.runtime, grace, now);
        self.probing.stop_killers(pod); // POD-PROBE-14
        self.settle(now);
    }

    fn live(&mut self, pod: &Pod, world: &mut dyn World) {
        let now = world.now();
        self.probing.add(pod, now);
        self.write(pod, world, false);
        if self.status.as_ref().is_some_and(|status| is_terminal(&status.phase)) {
            // POD-WORK-2
            self.begin_end(pod, effective_grace(pod, 0, None), now);
            self.dirty = true;
            return;
        }
        self.probe(pod, world);
        if self.pass.is_some() {
            if self.stops.is_empty() {
                self.finish_pass(pod, world);
            }
            return;
        }
        self.waiting = world.mount(pod).err();
        if self.waiting.is_none() {
            self.act(pod, world);
        }
    }

    fn end(&mut self, pod: &Pod, world: &dyn World) {
        let running = self.runtime.containers.iter().any(super::runtime::Instance::is_running);
        self.write(pod, world, !running);
        if running {
            self.probe(pod, world);
        } else {
            self.stop_sandboxes();
            self.state = State::Terminated;
            self.dirty = true;
        }
    }

    // POD-TERM-7, POD-TERM-8
    fn last_words(&mut self, pod: &Pod, world: &dyn World) {
        self.write(pod, world, true);
        let now = world.now().wire(world.epoch());
        if let Ok(status) = report::terminate(pod, self.status.as_ref(), now) {
            self.status = Some(status);
        }
        self.probing.clear();
        self.state = State::Finished;
    }

    pub(crate) fn stop_sandboxes(&mut self) {
        for sandbox in &mut self.runtime.sandboxes {
            sandbox.ready = false;
        }
    }

    /// Generates the status and takes it over.
    fn write(&mut self, pod: &Pod, world: &dyn World, stopped: bool) {
        let old = self.status.as_ref().unwrap_or(&pod.status);
        let probing = &self.probing;
        // Kills and the starts after them are one sync: the end of an instance between them is not told,
        // or the container could not be told to run again (POD-CSTATE-12).
        let seen = self.pass.as_ref().and_then(|pass| pass.seen.as_deref());
        let known = Known {
            runtime: seen.unwrap_or(&self.runtime),
            verdicts: &self.verdicts,
            probed: &|name, kind| probing.works(name, kind),
            failures: &self.failures,
            stopped,
            primary_v6: world.host_ips().first().is_some_and(IpAddr::is_ipv6),
            host_ips: world.host_ips(),
            now: world.now(),
            epoch: world.epoch(),
            started_before: None,
        };
        let Generated { mut status, probe_now } = generate(pod, old, &known);
        status.observed_generation = pod.metadata.generation;
        let last = self.status.as_ref().map_or(Last::Api(&pod.status), Last::Cached);
        let forced = pod.metadata.deletion_timestamp.is_some();
        let now = world.now().wire(world.epoch());
        let Ok(status) = report::accept(pod, last, status, forced, now) else { return };
        // Upstream probes out of turn at every sync, but syncs only when something has happened.
        if self.status.as_ref() != Some(&status) {
            for name in probe_now {
                self.probing.trigger(&name, world.now());
            }
        }
        self.status = Some(status);
    }

    fn probe(&mut self, pod: &Pod, world: &dyn World) {
        let Some(status) = &self.status else { return };
        let (now, epoch) = (world.now(), world.epoch());
        let scene =
            super::probing::Scene { pod, status, lives: &self.lives, runtime: &self.runtime };
        self.dirty |= self.probing.run(scene, &mut self.verdicts, now, epoch);
    }

    /// The names of the running containers.
    pub(crate) fn running(&self) -> BTreeSet<String> {
        let running = self.runtime.containers.iter().filter(|instance| instance.is_running());
        running.map(|instance| instance.name.clone()).collect()
    }

    fn next_wake(&self, pod: &Pod, epoch: Time, now: Instant) -> Option<Instant> {
        let alive = match self.state {
            State::Finished => return None,
            State::Terminated => return Some(now),
            State::Alive => true,
            State::Terminating { .. } => false,
        };
        if self.dirty {
            return Some(now);
        }
        let status = self.status.as_ref();
        let probes = status.and_then(|status| {
            let scene =
                super::probing::Scene { pod, status, lives: &self.lives, runtime: &self.runtime };
            self.probing.wake_at(scene, &self.verdicts)
        });
        // The deadline also passes while everything is being stopped, and the status tells it.
        let due = status.filter(|status| alive || !is_terminal(&status.phase));
        let due = due.and_then(|status| deadline(pod, status, epoch));
        let held = self.tries.wake_at().filter(|_| alive && self.pass.is_none());
        [self.next_end(), self.stops.wake_at(), probes, due, held]
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(now))
    }
}
