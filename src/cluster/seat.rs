//! What an actor has: what it has heard, what it still has to look at, and what it is about to write.

use std::sync::Arc;

use crate::api::{Key, Name};
use crate::cluster::fleet::Fleet;
use crate::control::queue::{Cause, Queue, Ring, Work};
use crate::control::{Controller, Intent, Timer, View};
use crate::pmap::PMap;
use crate::store::{Change, Revision, Store};
use crate::time::{Instant, Time};

/// Who sits on a seat.
#[derive(Debug, Clone)]
pub(super) enum Actor {
    Controller(Arc<dyn Controller>),
    Nodes(Fleet),
}

/// A plan that is being carried out.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) intents: Arc<[Intent]>,
    pub(super) next: usize,
    pub(super) again: Option<Instant>,
    /// The entry of the plan.
    pub(super) entry: Cause,
    /// Whether the key was queued again meanwhile, and by what.
    pub(super) dirty: Option<Cause>,
}

#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub(super) name: Name,
    pub(super) actor: Actor,
    pub(super) sees: Store,
    pub(super) queue: Queue,
    pub(super) planned: Ring<Work>,
    pub(super) plans: PMap<Work, Pending>,
    /// The last write of each piece of work that the seat may not have seen yet.
    wrote: PMap<Work, Revision>,
    /// The last write of all.
    last_write: Revision,
    /// The timers that the last plans of a controller have set.
    timers: PMap<Work, Timer>,
    /// Its own writes that it has not heard of yet, for an actor that is not shown them.
    own: PMap<Revision, ()>,
    is_serial: bool,
    reads_own_writes: bool,
}

impl Seat {
    pub(super) fn new(name: Name, actor: Actor, reads_own_writes: bool) -> Self {
        let is_serial = match &actor {
            Actor::Controller(controller) => controller.is_serial(),
            Actor::Nodes(_) => false,
        };
        Self {
            name,
            actor,
            sees: Store::new(),
            queue: if is_serial { Queue::in_turn() } else { Queue::new() },
            planned: Ring::new(),
            plans: PMap::new(),
            wrote: PMap::new(),
            last_write: Revision::ZERO,
            timers: PMap::new(),
            own: PMap::new(),
            is_serial,
            reads_own_writes,
        }
    }

    /// Forgets everything but who sits here. A serial one does not begin anew before it has heard of what it
    /// wrote, as if its first list were no older.
    pub(super) fn restart(&mut self) {
        let last_write = self.last_write;
        *self = Self::new(self.name.clone(), self.actor.clone(), self.reads_own_writes);
        self.last_write = last_write;
    }

    /// Remembers a write that made the revisions behind `before`, up to `last`.
    pub(super) fn wrote(&mut self, work: Work, before: Revision, last: Revision) {
        self.wrote.insert(work, last);
        self.last_write = last;
        if !self.observes_own_writes() {
            for revision in before.next().0..=last.0 {
                self.own.insert(Revision(revision), ());
            }
        }
    }

    fn observes_own_writes(&self) -> bool {
        match &self.actor {
            Actor::Controller(controller) => controller.observes_own_writes(),
            Actor::Nodes(_) => true,
        }
    }

    /// Whether nothing may be looked at now because the actor takes one thing at a time.
    pub(super) fn is_held(&self) -> bool {
        let is_unseen = self.reads_own_writes && self.last_write > self.sees.revision();
        self.is_serial && (is_unseen || self.plans.len() > 0)
    }

    /// The timer that the last plan for `work` has set.
    pub(super) fn timer(&self, work: &Work) -> Option<Timer> {
        self.timers.get(work).copied()
    }

    /// Remembers, for a controller, that a plan wants another look at `due`, or none.
    pub(super) fn set_timer(&mut self, work: &Work, since: Instant, due: Option<Instant>) {
        let Actor::Controller(_) = self.actor else { return };
        match due {
            Some(due) if self.timer(work).is_none_or(|timer| timer.due != due) => {
                self.timers.insert(work.clone(), Timer { since, due });
            }
            Some(_) => {}
            None if self.timers.len() > 0 => self.timers.remove(work),
            None => {}
        }
    }

    /// Drops what the agent of a node was about to write.
    pub(super) fn drop_plans_of(&mut self, node: &str) {
        let of = |work: &Work| work.node.as_deref() == Some(node);
        let planned = (0..self.planned.len()).filter_map(|n| self.planned.nth(n));
        let dropped: Vec<Work> = planned.filter(|work| of(work)).cloned().collect();
        for work in dropped {
            self.planned.remove(&work);
            self.plans.remove(&work);
        }
    }

    fn rank(&self, work: &Work) -> i64 {
        match &self.actor {
            Actor::Controller(controller) if self.is_serial => {
                controller.rank(&work.key, &self.sees)
            }
            Actor::Controller(_) | Actor::Nodes(_) => 0,
        }
    }

    /// Queues `work`: at once, after its plan, or once its own last write has been seen.
    pub(super) fn add(&mut self, work: Work, cause: Cause) {
        if let Some(pending) = self.plans.get_mut(&work) {
            pending.dirty = Some(cause);
            return;
        }
        let unseen = match self.wrote.get(&work).copied() {
            Some(wrote) if wrote > self.sees.revision() && self.reads_own_writes => Some(wrote),
            Some(_) => {
                self.wrote.remove(&work);
                None
            }
            None => None,
        };
        let rank = self.rank(&work);
        self.queue.add(work, unseen, rank, cause);
    }

    /// Queues everything whose timer has run out.
    pub(super) fn wake(&mut self, now: Instant) {
        while let Some((work, cause)) = self.queue.pop_due(now) {
            self.add(work, cause);
        }
    }

    /// Takes in the changes up to the revision of `newer`, and queues what they touch. `cause` answers the
    /// trace entry that made a revision.
    pub(super) fn deliver(
        &mut self,
        newer: Store,
        now: Instant,
        epoch: Time,
        cause: impl Fn(Revision) -> Cause,
    ) {
        let older = std::mem::replace(&mut self.sees, newer.clone());
        let view = View { store: &newer, now, epoch };
        let mut touched: Vec<(Work, Cause)> = Vec::new();
        match newer.since(older.revision()) {
            Ok(changes) => {
                for change in changes.filter(|change| self.own.get(&change.revision).is_none()) {
                    self.observe(change, view, cause(change.revision), &mut touched);
                }
            }
            Err(_) => relist(&older, &newer, |change| {
                self.observe(&change, view, cause(change.revision), &mut touched);
            }),
        }
        while let Some((revision, ())) = self.own.first()
            && *revision <= newer.revision()
        {
            let revision = *revision;
            self.own.remove(&revision);
        }
        self.queue.see(newer.revision());
        for (work, cause) in touched {
            self.add(work, cause);
        }
    }

    fn observe(
        &self,
        change: &Change,
        view: View<'_>,
        cause: Cause,
        touched: &mut Vec<(Work, Cause)>,
    ) {
        match &self.actor {
            Actor::Controller(controller) => controller.observe(change, view, &mut |key: Key| {
                touched.push((Work { node: None, key }, cause));
            }),
            Actor::Nodes(fleet) => {
                fleet.observe(change, view, &mut |work| touched.push((work, cause)));
            }
        }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.queue.next_due()
    }
}

/// The difference of two stores as changes: what an actor sees that lists anew because the changes
/// themselves are forgotten.
fn relist(older: &Store, newer: &Store, mut change: impl FnMut(Change)) {
    for object in newer.kinds().flat_map(|kind| newer.objects(kind, None)) {
        let key = object.key();
        let before = older.object(&key);
        if before != Some(object) {
            let (before, after) = (before.cloned(), Some(object.clone()));
            change(Change { revision: Revision::of(object), key, before, after });
        }
    }
    for object in older.kinds().flat_map(|kind| older.objects(kind, None)) {
        let key = object.key();
        if newer.object(&key).is_none() {
            let before = Some(object.clone());
            change(Change { revision: newer.revision(), key, before, after: None });
        }
    }
}
