//! The world: objects, actors, and time, advancing one [`Step`] at a time.
//!
//! Actors see the objects with a delay of their own and write through admission, one write a step. A
//! [`Schedule`] chooses among the steps that are possible; with the same builder, the same calls and
//! the same schedule the [`Trace`] is the same byte for byte.
//!
//! ```
//! use kubernel::Cluster;
//! use kubernel::api::{ConfigMap, Key, Kind, ObjectMeta};
//!
//! let mut cluster = Cluster::builder().build();
//! let metadata = ObjectMeta { name: "a".into(), namespace: "default".into(), ..Default::default() };
//! let key = cluster.create(ConfigMap { metadata, ..Default::default() })?;
//! assert_eq!(key, Key::new(Kind::ConfigMap, "default", "a"));
//!
//! let mut fork = cluster.fork();
//! fork.delete(&key, Default::default())?;
//! assert!(cluster.get::<ConfigMap>("default", "a").is_some());
//! assert!(fork.get::<ConfigMap>("default", "a").is_none());
//! # Ok::<(), kubernel::ApiError>(())
//! ```

mod builder;
mod enabled;
mod evict;
mod explain;
mod files;
mod fleet;
mod network;
pub mod node;
mod outage;
mod read;
mod run;
mod schedule;
mod seat;
mod step;
mod trace;
mod write;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rand_pcg::Pcg64Mcg;

pub use builder::Builder;
pub use enabled::Enabled;
pub use explain::Explanation;
pub use network::{CLUSTER_DOMAIN, Connection, NotConnected, Unresolved};
pub use run::{Outcome, Settled, Stopped, Unsettled};
pub use schedule::{First, Recorded, Replay, Schedule, Seeded};
pub use step::{Disabled, Fault, SeatId, Step};
pub use trace::{Entry, EntryId, Event, Trace};

use crate::admission::Admission;
use crate::api::{CustomKind, Kind, Name, Object, Resource};
use crate::control::queue::{Cause, Work};
use crate::control::{Plan, View};
use crate::service::Ranges;
use crate::store::Store;
use crate::time::{Instant, Time};
use seat::{Actor, Pending, Seat};

/// A cluster in memory. A clone costs a few reference counts an actor, however many objects there are.
#[derive(Clone)]
pub struct Cluster {
    store: Store,
    now: Instant,
    epoch: Time,
    bits: Pcg64Mcg,
    rules: Arc<[Arc<dyn Admission>]>,
    ranges: Arc<Ranges>,
    customs: Arc<[CustomKind]>,
    seats: Vec<Seat>,
    trace: Trace,
    faults: usize,
    limits: Limits,
}

/// How long a cluster goes on by itself.
#[derive(Debug, Clone, Copy)]
struct Limits {
    calm: Duration,
    patience: Duration,
    steps: u64,
}

impl Cluster {
    /// A cluster to be described.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// What is stored now.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The logical time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The time as it is written into objects now.
    #[must_use]
    pub fn time(&self) -> Time {
        self.now.wire(self.epoch)
    }

    /// What has happened.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The object of this type and name; the namespace is empty for kinds of the cluster.
    #[must_use]
    pub fn get<R: Resource>(&self, namespace: &str, name: &str) -> Option<&R> {
        self.store.get(namespace, name)
    }

    /// The objects of this type, of one namespace or of all, by `namespace/name`.
    pub fn list<R: Resource>(&self, namespace: Option<&str>) -> impl Iterator<Item = &R> {
        self.store.list(namespace)
    }

    /// The custom kinds that it knows of: those it was built with, and those of which there are objects.
    pub fn custom_kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        let built = self.customs.iter().cloned().map(Kind::Custom);
        let known = |kind: &Kind| self.customs.iter().any(|it| Kind::Custom(it.clone()) == *kind);
        let stored = self.store.kinds();
        let stored = stored.filter(move |kind| matches!(kind, Kind::Custom(_)) && !known(kind));
        built.chain(stored.cloned())
    }

    /// Another cluster that goes on from here by itself: a clone, named for the reader.
    #[must_use]
    pub fn fork(&self) -> Self {
        self.clone()
    }

    /// What can happen next.
    #[must_use]
    pub fn enabled(&self) -> Enabled<'_> {
        Enabled::new(self)
    }

    /// The name of the actor on a seat.
    #[must_use]
    pub fn actor(&self, seat: SeatId) -> Option<&Name> {
        self.seats.get(seat.0).map(|seat| &seat.name)
    }

    /// What an actor has heard of so far.
    #[must_use]
    pub fn seen_by(&self, seat: SeatId) -> Option<&Store> {
        self.seats.get(seat.0).map(|seat| &seat.sees)
    }

    /// The seats and who sits on them.
    pub fn actors(&self) -> impl Iterator<Item = (SeatId, &Name)> {
        self.seats().map(|(id, seat)| (id, &seat.name))
    }

    fn seats(&self) -> impl Iterator<Item = (SeatId, &Seat)> {
        self.seats.iter().enumerate().map(|(n, seat)| (SeatId(n), seat))
    }

    fn seat(&self, id: SeatId) -> Option<&Seat> {
        self.seats.get(id.0)
    }

    fn next_wake(&self) -> Option<Instant> {
        self.seats.iter().filter_map(Seat::next_due).min()
    }

    fn faults_left(&self) -> usize {
        self.faults
    }

    /// Lets one thing happen. Free choices of controllers are answered with the first one.
    ///
    /// # Errors
    /// If the step is not possible now; nothing has happened then.
    pub fn step(&mut self, step: &Step) -> Result<(), Disabled> {
        self.step_with(step, &mut |_| 0)
    }

    fn step_with(
        &mut self,
        step: &Step,
        pick: &mut dyn FnMut(usize) -> usize,
    ) -> Result<(), Disabled> {
        let done = match step {
            Step::Deliver { seat, upto } => self.deliver(*seat, *upto),
            Step::Reconcile { seat, key } => {
                self.look(*seat, &Work { node: None, key: key.clone() }, pick)
            }
            Step::Sync { seat, node, pod } => {
                let work = Work { node: Some(node.clone()), key: pod.clone() };
                self.look(*seat, &work, pick)
            }
            Step::Apply { seat, node, key, intent } => {
                let work = Work { node: node.clone(), key: key.clone() };
                self.apply_next(*seat, &work, *intent)
            }
            Step::Advance { to } => self.pass(*to),
            Step::Fault(fault) => self.fail(fault),
        };
        done.ok_or_else(|| Disabled(Box::new(step.clone())))
    }

    fn deliver(&mut self, id: SeatId, upto: crate::store::Revision) -> Option<()> {
        let seat = self.seats.get_mut(id.0)?;
        if upto <= seat.sees.revision() || upto > self.store.revision() {
            return None;
        }
        let newest = upto == self.store.revision();
        // A revision that is forgotten cannot be shown any more; the actor lists anew.
        let newer = self.store.at(upto).unwrap_or_else(|_| self.store.clone());
        let trace = &self.trace;
        let cause = |revision| trace.writer(revision).map_or(0, |entry| entry.id.0);
        seat.deliver(newer, self.now, self.epoch, cause);
        if !newest {
            let event = Event::Lag { actor: seat.name.clone(), upto };
            self.record(0, event);
        }
        Some(())
    }

    fn look(
        &mut self,
        id: SeatId,
        work: &Work,
        pick: &mut dyn FnMut(usize) -> usize,
    ) -> Option<()> {
        let (now, epoch) = (self.now, self.epoch);
        let seat = self.seats.get_mut(id.0).filter(|seat| !seat.is_held())?;
        let cause = seat.queue.take(work)?;
        let timer = seat.timer(work);
        let view = View { store: &seat.sees, now, epoch };
        let plan = match &mut seat.actor {
            Actor::Controller(controller) => controller.resume(&work.key, view, timer, pick),
            Actor::Nodes(fleet) => fleet.sync(work, view),
        };
        self.adopt(id, work, cause, plan);
        Some(())
    }

    /// Records a plan and makes it the one that is carried out.
    fn adopt(&mut self, id: SeatId, work: &Work, cause: Cause, plan: Plan) {
        let Some(seat) = self.seats.get(id.0) else { return };
        let Plan { intents, again, why } = plan;
        let idle = intents.is_empty() && again.is_none() && why.is_empty();
        let event = Event::Plan {
            actor: work.node.clone().unwrap_or_else(|| seat.name.clone()),
            key: work.key.clone(),
            saw: seat.sees.revision(),
            writes: intents.len(),
            again,
            why,
        };
        let entry = if idle { cause } else { self.record(cause, event).0 };
        let pending = Pending { intents: intents.into(), next: 0, again, entry, dirty: None };
        if pending.intents.is_empty() {
            self.finish(id, work, pending);
        } else if let Some(seat) = self.seats.get_mut(id.0) {
            seat.plans.insert(work.clone(), pending);
            seat.planned.push(work.clone());
        }
    }

    /// A plan has been carried out.
    fn finish(&mut self, id: SeatId, work: &Work, pending: Pending) {
        let now = self.now;
        let Some(seat) = self.seats.get_mut(id.0) else { return };
        seat.queue.succeed(work);
        seat.set_timer(work, now, pending.again);
        match (pending.dirty, pending.again) {
            (Some(cause), _) => seat.add(work.clone(), cause),
            (None, Some(due)) if due <= now => seat.add(work.clone(), pending.entry),
            (None, Some(due)) => seat.queue.add_at(work.clone(), due, pending.entry),
            (None, None) => {}
        }
    }

    fn pass(&mut self, to: Instant) -> Option<()> {
        if !self.enabled().is_quiet() || Some(to) != self.next_wake() {
            return None;
        }
        self.record(0, Event::Advance { to });
        self.now = self.now.max(to);
        for seat in &mut self.seats {
            seat.wake(self.now);
        }
        Some(())
    }

    fn fail(&mut self, fault: &Fault) -> Option<()> {
        let Fault::Restart(id) = fault;
        self.faults = self.faults.checked_sub(1)?;
        let seat = self.seats.get_mut(id.0)?;
        seat.restart();
        let text = format!("{} restarts", seat.name).into();
        self.record(0, Event::Fault { text });
        Some(())
    }

    fn record(&mut self, cause: Cause, event: Event) -> EntryId {
        let revision = self.store.revision();
        self.trace.push(self.now, some(cause), event, (revision, revision))
    }
}

/// Entry 0 stands for none.
fn some(cause: Cause) -> Option<EntryId> {
    (cause != 0).then_some(EntryId(cause))
}

impl Default for Cluster {
    /// A cluster without actors.
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("now", &self.now)
            .field("revision", &self.store.revision())
            .field("actors", &self.seats.iter().map(|seat| &seat.name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Every object of the cluster, by kind and then by `namespace/name`.
impl<'a> IntoIterator for &'a Cluster {
    type Item = &'a Object;
    type IntoIter = Box<dyn Iterator<Item = &'a Object> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        let store = &self.store;
        Box::new(store.kinds().flat_map(move |kind| store.objects(kind, None)))
    }
}
