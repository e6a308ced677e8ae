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
//! does: what it started or stopped shows in the status of the next look, which is due at once. While
//! a stop or a postStart hook takes its time, the status follows the probes alone, as upstream's does
//! while a sync goes on. When the pod has to end is decided by [`Ending`].
//!
//! Source: `pkg/kubelet/pod_workers.go`, `pkg/kubelet/kubelet.go` (`SyncPod`, `SyncTerminatingPod`,
//! `SyncTerminatedPod`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use crate::api::{Container, Pod, PodPhase, PodStatus};
use crate::pod::behaviour::Behaviour;
use crate::pod::container::StartFailures;
pub use crate::pod::ending::State;
use crate::pod::ending::{Ending, KillOptions, Turn, UpdateType};
use crate::pod::pass::{Pass, grace_of_pod};
use crate::pod::phase::is_terminal;
use crate::pod::probe::Verdicts;
use crate::pod::probing::{Probing, Scene};
use crate::pod::pull::Availability;
use crate::pod::report::{self, Last};
use crate::pod::runtime::{Instance, Runtime};
use crate::pod::starting::Tries;
use crate::pod::status::deadline;
use crate::pod::stopping::Stops;
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

/// The machine of one pod.
#[derive(Debug, Clone)]
pub struct Worker {
    ending: Ending,
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
    pub(crate) status: Option<PodStatus>,
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
            ending: Ending::ALIVE,
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
        self.ending.state()
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
        !self.ending.has_stopped()
    }

    /// When it wants to look again without being told of a change.
    #[must_use]
    pub const fn wake_at(&self) -> Option<Instant> {
        self.wake
    }

    /// Looks at the pod as the API has it, and goes on living. A look without need changes nothing.
    #[must_use]
    pub fn handle(self, pod: &Pod, world: &mut dyn World) -> Self {
        self.look(pod, None, world)
    }

    /// Looks at the pod and ends it, because its node wants it gone: see
    /// [`Eviction::kill`](crate::pod::eviction::Eviction::kill). A pod that is ending already gets less time if
    /// `kill` grants less.
    #[must_use]
    pub fn kill(self, pod: &Pod, kill: &KillOptions, world: &mut dyn World) -> Self {
        self.look(pod, Some(kill), world)
    }

    fn look(mut self, pod: &Pod, kill: Option<&KillOptions>, world: &mut dyn World) -> Self {
        let now = world.now();
        self.dirty = false;
        self.settle(now);
        if self.status.is_none() && !self.ending.is_requested() {
            self.ending = Ending::of(pod, self.is_running());
        }
        let kind = if kill.is_some() { UpdateType::Kill } else { UpdateType::Sync };
        match self.ending.update(pod, kind, kill) {
            Turn::Began | Turn::Hurried => self.take_up_end(pod, world),
            Turn::Same => {}
        }
        match self.ending.state() {
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
        self.ending.finish();
        self.wake = None;
        self
    }

    /// Takes up the end, perhaps once more: writes what is, as far as the killer does not write something else,
    /// and begins to stop everything.
    // POD-TERM-2, POD-TERM-7, POD-WORK-7
    fn take_up_end(&mut self, pod: &Pod, world: &dyn World) {
        let State::Terminating { grace } = *self.ending.state() else { return };
        let instead = self.ending.take_up().cloned();
        self.write(pod, world, false, instead.as_ref());
        self.pass = None;
        self.waiting = None;
        self.probing.stop_killers(pod); // POD-PROBE-14
        let now = world.now();
        self.stop_all(pod, grace.unwrap_or_else(|| grace_of_pod(pod)), now);
        self.settle(now);
    }

    fn live(&mut self, pod: &Pod, world: &mut dyn World) {
        self.probing.add(pod, world.now());
        if self.pass.is_some() {
            self.watch(pod, world);
            self.go_on(pod, world);
            self.dirty |= self.pass.is_none();
            return;
        }
        self.write(pod, world, false, None);
        if self.status.as_ref().is_some_and(|status| is_terminal(&status.phase)) {
            self.ending.end_by_itself();
            self.take_up_end(pod, world);
            self.dirty = true;
            return;
        }
        self.probe(pod, world);
        self.waiting = nothing_to_run(pod).or_else(|| world.mount(pod).err());
        if self.waiting.is_none() {
            self.act(pod, world);
        }
    }

    fn end(&mut self, pod: &Pod, world: &dyn World) {
        if self.is_running() {
            self.watch(pod, world);
        } else {
            self.stop_sandboxes();
            self.write(pod, world, true, None);
            self.ending.stop();
            self.dirty = true;
        }
    }

    // POD-TERM-8
    fn last_words(&mut self, pod: &Pod, world: &dyn World) {
        self.write(pod, world, true, None);
        let now = world.now().wire(world.epoch());
        if let Ok(status) = report::terminate(pod, self.status.as_ref(), now) {
            self.status = Some(status);
        }
        self.probing.clear();
        self.ending.finish();
    }

    pub(crate) fn stop_sandboxes(&mut self) {
        for sandbox in &mut self.runtime.sandboxes {
            sandbox.ready = false;
        }
    }

    pub(crate) fn probe(&mut self, pod: &Pod, world: &dyn World) {
        let Some(status) = &self.status else { return };
        let (now, epoch) = (world.now(), world.epoch());
        let scene = Scene { pod, status, lives: &self.lives, runtime: &self.runtime };
        self.dirty |= self.probing.run(scene, &mut self.verdicts, now, epoch);
    }

    fn is_running(&self) -> bool {
        self.runtime.containers.iter().any(Instance::is_running)
    }

    /// The names of the running containers.
    pub(crate) fn running(&self) -> BTreeSet<String> {
        let running = self.runtime.containers.iter().filter(|instance| instance.is_running());
        running.map(|instance| instance.name.clone()).collect()
    }

    fn next_wake(&self, pod: &Pod, epoch: Time, now: Instant) -> Option<Instant> {
        let alive = match self.ending.state() {
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
            let scene = Scene { pod, status, lives: &self.lives, runtime: &self.runtime };
            self.probing.wake_at(scene, &self.verdicts)
        });
        let due = status.and_then(|status| deadline(pod, status, epoch));
        let rests = alive && self.pass.is_none();
        let held = self.tries.wake_at().filter(|_| rests);
        let hook = self.pass.as_ref().and_then(Pass::wake_at);
        [self.next_end(), self.stops.wake_at(), hook, probes, due.filter(|_| rests), held]
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(now))
    }
}

/// A pod without regular containers has nothing to do, not even a sandbox.
fn nothing_to_run(pod: &Pod) -> Option<Waiting> {
    pod.spec.containers.is_empty().then(|| Waiting {
        reason: "NoContainers".to_owned(),
        message: "the pod has no containers".to_owned(),
    })
}
