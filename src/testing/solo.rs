//! One pod on one node, without a cluster.

use std::net::{IpAddr, Ipv4Addr};

use crate::api::{Container, Pod, PodStatus};
use crate::pod::behaviour::Behaviour;
use crate::pod::phase::is_terminal;
use crate::pod::pull::Availability;
use crate::pod::report;
use crate::pod::worker::{Life, State, Waiting, Worker, World};
use crate::testing::behaviour::Script;
use crate::time::{Instant, Time};

/// So many looks in a row may find something new without time passing.
const LOOKS: usize = 1_000;

/// A container that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Its name.
    pub container: String,
    /// How many lives it had before.
    pub restarts: i32,
    /// When.
    pub at: Instant,
}

/// A pod that finds something new at every look, without time passing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pod does not come to rest at {at}")]
pub struct Restless {
    /// The time that does not pass.
    pub at: Instant,
}

/// One pod on its node: its machine, its object, and a clock that goes from one event to the next.
///
/// What the machine reports is merged into the object at once, as if nothing lay between a node and its
/// API server. Nothing else changes the object, except [`delete`](Self::delete).
///
/// ```
/// use std::time::Duration;
/// use kubernel::api::{Container, Pod, PodPhase};
/// use kubernel::pod::{behaviour::Behaviour, defaults};
/// use kubernel::testing::{Script, Solo};
/// use kubernel::time::Instant;
///
/// let mut pod = Pod::default();
/// pod.metadata.name = "web".into();
/// pod.metadata.resource_version = "1".into();
/// pod.spec.containers = vec![Container { name: "web".into(), image: "web:1".into(), ..Default::default() }];
/// defaults::default(&mut pod);
/// let crash = Behaviour { runs: Some(Duration::from_secs(1)), exit_code: 1, ..Default::default() };
/// let script = Script { lives: [("web".into(), vec![crash])].into(), ..Default::default() };
///
/// let mut solo = Solo::new(pod, script);
/// solo.run(Instant::from_secs(60))?;
/// assert_eq!(solo.status().phase, PodPhase::Running);
/// let starts: Vec<Instant> = solo.starts().iter().map(|start| start.at).collect();
/// assert_eq!(starts, [0, 1, 12, 33].map(Instant::from_secs)); // at once, then after 10 s, then 20 s
/// # Ok::<(), kubernel::testing::Restless>(())
/// ```
#[derive(Debug, Clone)]
pub struct Solo {
    pod: Pod,
    worker: Worker,
    stage: Stage,
    /// The object is gone, and only the machine is left.
    gone: bool,
    /// The object has changed since the last look.
    told: bool,
}

/// The node.
#[derive(Debug, Clone)]
struct Stage {
    script: Script,
    now: Instant,
    starts: Vec<Started>,
    addresses: u8,
}

const HOST: [IpAddr; 1] = [IpAddr::V4(Ipv4Addr::new(192, 168, 0, 10))];

impl World for Stage {
    fn now(&self) -> Instant {
        self.now
    }

    fn epoch(&self) -> Time {
        Time::EPOCH
    }

    fn host_ips(&self) -> &[IpAddr] {
        &HOST
    }

    fn addresses(&mut self, _: &Pod) -> Vec<String> {
        self.addresses = self.addresses.wrapping_add(1);
        vec![Ipv4Addr::new(10, 244, 0, self.addresses).to_string()]
    }

    fn mount(&mut self, _: &Pod) -> Result<(), Waiting> {
        if self.now >= self.script.mounted {
            return Ok(());
        }
        let (reason, message) = ("FailedMount".to_owned(), "the volumes are late".to_owned());
        Err(Waiting { reason, message })
    }

    fn image(&self, _: &Container) -> Availability {
        Availability { present: false, pullable: self.now >= self.script.pullable }
    }

    fn start(
        &mut self,
        _: &Pod,
        container: &Container,
        life: Life<'_>,
    ) -> Result<Behaviour, Waiting> {
        let before = self.starts.iter().filter(|one| one.container == container.name).count();
        let started =
            Started { container: container.name.clone(), restarts: life.restarts, at: self.now };
        self.starts.push(started);
        Ok(self.script.life(&container.name, i32::try_from(before).unwrap_or(i32::MAX)))
    }
}

impl Solo {
    /// The pod at logical time zero, at which the node has not seen it yet.
    #[must_use]
    pub fn new(pod: Pod, script: Script) -> Self {
        let stage = Stage { script, now: Instant::START, starts: Vec::new(), addresses: 1 };
        Self { pod, worker: Worker::new(), stage, gone: false, told: true }
    }

    /// The object as it is stored, or as it was last.
    #[must_use]
    pub fn pod(&self) -> &Pod {
        &self.pod
    }

    /// The stored status, or once the object is gone what the machine makes of it.
    #[must_use]
    pub fn status(&self) -> &PodStatus {
        self.worker.status().filter(|_| self.gone).unwrap_or(&self.pod.status)
    }

    /// The machine.
    #[must_use]
    pub fn worker(&self) -> &Worker {
        &self.worker
    }

    /// The logical time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.stage.now
    }

    /// The containers that were started, in order.
    #[must_use]
    pub fn starts(&self) -> &[Started] {
        &self.stage.starts
    }

    /// Whether nothing is left to do, for ever.
    #[must_use]
    pub fn is_over(&self) -> bool {
        *self.worker.state() == State::Finished
    }

    /// When the machine looks next: because it wants to, or because something changes for it.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        if self.told {
            return Some(self.now());
        }
        let late = self.worker.waiting().map(|_| self.stage.script.mounted);
        let late = late.filter(|at| *at > self.now());
        [self.worker.wake_at(), late].into_iter().flatten().min()
    }

    /// Looks once, now. Without need this changes nothing.
    pub fn look(&mut self) {
        let worker = std::mem::take(&mut self.worker);
        self.told = false;
        self.worker = worker.handle(&self.pod, &mut self.stage);
        let Some(status) = self.worker.status().filter(|_| !self.gone) else { return };
        let now = self.stage.now.wire(Time::EPOCH);
        let (old, could_run) = (&self.pod.status, self.worker.could_run());
        let status = report::merge(&self.pod, old, status.clone(), could_run, now);
        self.told = status != self.pod.status;
        self.pod.status = status;
    }

    /// Lets time pass until the next look, if there is one up to `until`, and looks. Whether there was
    /// one.
    pub fn step(&mut self, until: Instant) -> bool {
        let Some(at) = self.next().filter(|at| *at <= until) else {
            self.stage.now = self.stage.now.max(until);
            return false;
        };
        self.stage.now = self.stage.now.max(at);
        self.look();
        true
    }

    /// Lives until `until`, that instant included.
    ///
    /// # Errors
    /// If the machine looks 1,000 times without time passing.
    pub fn run(&mut self, until: Instant) -> Result<(), Restless> {
        let (mut at, mut looks) = (self.now(), 0);
        while self.step(until) {
            looks = if self.now() == at { looks + 1 } else { 0 };
            at = self.now();
            if looks == LOOKS {
                return Err(Restless { at });
            }
        }
        Ok(())
    }

    /// Asks for the deletion of the pod with so many seconds of grace, or with its own. With 0 the object
    /// goes at once, and the machine only sees it vanish.
    // POD-DEL-1, POD-DEL-2, POD-DEL-3, POD-DEL-4, POD-DEL-8
    pub fn delete(&mut self, grace: Option<i64>) {
        let now = self.stage.now.wire(Time::EPOCH);
        let meta = &mut self.pod.metadata;
        let old = meta.deletion_timestamp.zip(meta.deletion_grace_period_seconds);
        let own = self.pod.spec.termination_grace_period_seconds;
        let wanted = match old {
            _ if is_terminal(&self.pod.status.phase) => 0,
            Some((_, old)) => grace.map_or(old, |grace| grace.min(old)),
            None => grace.or(own).unwrap_or(0),
        };
        let wanted = if wanted < 0 { 1 } else { wanted };
        if self.gone || old.is_some_and(|(_, old)| old == wanted) {
            return;
        }
        self.told = true;
        if wanted == 0 {
            self.gone = true;
            meta.deletion_timestamp.get_or_insert(now);
            return;
        }
        let due = match old {
            Some((due, old)) => due.as_unix().saturating_sub(old).saturating_add(wanted),
            None => now.as_unix().saturating_add(wanted),
        };
        let in_time = due >= now.as_unix();
        meta.deletion_timestamp = Some(Time::from_unix(due.max(now.as_unix())));
        meta.deletion_grace_period_seconds = Some(if in_time { wanted } else { wanted.min(1) });
        if old.is_none() {
            meta.generation = meta.generation.saturating_add(1);
        }
    }
}
