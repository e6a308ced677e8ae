//! The work queue of an actor: what to look at now, what later, and what only after it has seen more.

use std::time::Duration;

use crate::api::{Key, Name};
use crate::pmap::PMap;
use crate::store::Revision;
use crate::time::Instant;

/// The number of the trace entry that put something into a queue.
pub(crate) type Cause = u64;

/// What an actor looks at: a key, on a node for a node's agent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Work {
    pub(crate) node: Option<Name>,
    pub(crate) key: Key,
}

/// The first pause after a failure; it doubles with each further one (CL-11).
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// The longest pause.
const LAST_PAUSE: Duration = Duration::from_secs(1000);

/// How long to pause after so many failures in a row.
pub(crate) fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(31);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LAST_PAUSE)
}

/// A set in order of arrival that answers its nth member.
///
/// A member that leaves from the middle is replaced by the first one.
#[derive(Debug, Clone)]
pub(crate) struct Ring<K: Ord> {
    slots: PMap<u64, K>,
    places: PMap<K, u64>,
    head: u64,
    tail: u64,
}

impl<K: Ord + Clone> Ring<K> {
    pub(crate) fn new() -> Self {
        Self { slots: PMap::new(), places: PMap::new(), head: 0, tail: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn nth(&self, n: usize) -> Option<&K> {
        self.slots.get(&self.head.saturating_add(u64::try_from(n).ok()?))
    }

    pub(crate) fn contains(&self, member: &K) -> bool {
        self.places.get(member).is_some()
    }

    pub(crate) fn push(&mut self, member: K) {
        if !self.contains(&member) {
            self.slots.insert(self.tail, member.clone());
            self.places.insert(member, self.tail);
            self.tail += 1;
        }
    }

    /// Whether it was a member.
    pub(crate) fn remove(&mut self, member: &K) -> bool {
        let Some(place) = self.places.get(member).copied() else { return false };
        self.places.remove(member);
        if place != self.head
            && let Some(first) = self.slots.get(&self.head).cloned()
        {
            self.slots.insert(place, first.clone());
            self.places.insert(first, place);
        }
        self.slots.remove(&self.head);
        self.head += 1;
        true
    }
}

/// A set by rank, then in order of arrival.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    slots: PMap<(i64, u64), Work>,
    places: PMap<Work, (i64, u64)>,
    arrivals: u64,
}

impl Line {
    fn new() -> Self {
        Self { slots: PMap::new(), places: PMap::new(), arrivals: 0 }
    }

    fn first(&self) -> Option<&Work> {
        self.slots.first().map(|(_, work)| work)
    }

    fn push(&mut self, work: Work, rank: i64) {
        if self.places.get(&work).is_none() {
            let place = (rank, self.arrivals);
            self.arrivals += 1;
            self.slots.insert(place, work.clone());
            self.places.insert(work, place);
        }
    }

    /// Takes out the first one, if it is `work`.
    fn shift(&mut self, work: &Work) -> bool {
        let is_first = self.first() == Some(work);
        if let Some(place) = self.places.get(work).copied().filter(|_| is_first) {
            self.places.remove(work);
            self.slots.remove(&place);
        }
        is_first
    }
}

/// What can be looked at now.
#[derive(Debug, Clone)]
pub(crate) enum Ready {
    /// Any of these, in order of arrival.
    Any(Ring<Work>),
    /// Only the first of these.
    First(Line),
}

impl Ready {
    /// How many pieces of work there are to choose from.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Any(ring) => ring.len(),
            Self::First(line) => usize::from(line.first().is_some()),
        }
    }

    pub(crate) fn nth(&self, n: usize) -> Option<&Work> {
        match self {
            Self::Any(ring) => ring.nth(n),
            Self::First(line) => line.first().filter(|_| n == 0),
        }
    }

    fn push(&mut self, work: Work, rank: i64) {
        match self {
            Self::Any(ring) => ring.push(work),
            Self::First(line) => line.push(work, rank),
        }
    }

    /// Whether it was there to choose.
    fn remove(&mut self, work: &Work) -> bool {
        match self {
            Self::Any(ring) => ring.remove(work),
            Self::First(line) => line.shift(work),
        }
    }
}

/// Where a piece of work is.
#[derive(Debug, Clone, Copy)]
enum Place {
    Ready,
    Until(Instant),
    Unseen,
}

/// The work of one actor. Each piece is in it at most once.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    places: PMap<Work, (Place, Cause)>,
    ready: Ready,
    timed: PMap<(Instant, Work), ()>,
    /// With the ranks.
    unseen: PMap<(Revision, Work), i64>,
    failures: PMap<Work, u32>,
}

impl Queue {
    /// A queue from which anything that is ready can be taken.
    pub(crate) fn new() -> Self {
        Self::of(Ready::Any(Ring::new()))
    }

    /// A queue from which only the first by rank, then by arrival, can be taken.
    pub(crate) fn in_turn() -> Self {
        Self::of(Ready::First(Line::new()))
    }

    fn of(ready: Ready) -> Self {
        Self {
            places: PMap::new(),
            ready,
            timed: PMap::new(),
            unseen: PMap::new(),
            failures: PMap::new(),
        }
    }

    /// What can be looked at now.
    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    /// When the next timer runs out.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.timed.first().map(|((due, _), ())| *due)
    }

    /// Adds `work`, to be looked at once `until` has been seen, or at once. The least `rank` comes first
    /// where the queue goes by rank.
    pub(crate) fn add(&mut self, work: Work, until: Option<Revision>, rank: i64, cause: Cause) {
        match self.places.get(&work).copied() {
            Some((Place::Until(due), _)) => {
                self.timed.remove(&(due, work.clone()));
            }
            Some((place @ (Place::Ready | Place::Unseen), _)) => {
                self.places.insert(work, (place, cause));
                return;
            }
            None => {}
        }
        let place = match until {
            Some(revision) => {
                self.unseen.insert((revision, work.clone()), rank);
                Place::Unseen
            }
            None => {
                self.ready.push(work.clone(), rank);
                Place::Ready
            }
        };
        self.places.insert(work, (place, cause));
    }

    /// Adds `work` for later. It stays as it is if it comes up earlier anyway.
    pub(crate) fn add_at(&mut self, work: Work, due: Instant, cause: Cause) {
        match self.places.get(&work).copied() {
            Some((Place::Until(earlier), _)) if due < earlier => {
                self.timed.remove(&(earlier, work.clone()));
            }
            Some((Place::Until(_) | Place::Ready | Place::Unseen, _)) => return,
            None => {}
        }
        self.timed.insert((due, work.clone()), ());
        self.places.insert(work, (Place::Until(due), cause));
    }

    /// Adds `work` after the pause that its failures in a row ask for.
    pub(crate) fn retry(&mut self, work: Work, now: Instant, cause: Cause) {
        let failures = self.failures.get(&work).copied().unwrap_or(0).saturating_add(1);
        self.failures.insert(work.clone(), failures);
        self.add_at(work, now + pause(failures), cause);
    }

    /// Forgets the failures of `work`.
    pub(crate) fn succeed(&mut self, work: &Work) {
        if self.failures.get(work).is_some() {
            self.failures.remove(work);
        }
    }

    /// Takes `work` out to look at it; `None` if it is not ready.
    pub(crate) fn take(&mut self, work: &Work) -> Option<Cause> {
        if !self.ready.remove(work) {
            return None;
        }
        let cause = self.places.get(work).map(|(_, cause)| *cause);
        self.places.remove(work);
        cause
    }

    /// Takes out the next piece of work whose timer has run out by `now`.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<(Work, Cause)> {
        let work = match self.timed.first() {
            Some(((due, work), ())) if *due <= now => work.clone(),
            Some(_) | None => return None,
        };
        let (place, cause) = self.places.get(&work).copied()?;
        if let Place::Until(due) = place {
            self.timed.remove(&(due, work.clone()));
        }
        self.places.remove(&work);
        Some((work, cause))
    }

    /// Makes ready what waited for a revision up to `seen`.
    pub(crate) fn see(&mut self, seen: Revision) {
        while let Some(((revision, work), rank)) = self.unseen.first() {
            if *revision > seen {
                return;
            }
            let (revision, work, rank) = (*revision, work.clone(), *rank);
            self.unseen.remove(&(revision, work.clone()));
            if let Some((_, cause)) = self.places.get(&work).copied() {
                self.places.insert(work.clone(), (Place::Ready, cause));
                self.ready.push(work, rank);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;

    fn work(name: &str) -> Work {
        Work { node: None, key: Key::new(Kind::Pod, "a", name) }
    }

    #[test]
    fn pauses_double_up_to_a_limit() {
        // CL-11
        let millis = |failures| pause(failures).as_millis();
        assert_eq!((millis(1), millis(2), millis(5)), (5, 10, 80));
        assert_eq!((millis(18), millis(19), millis(99)), (655_360, 1_000_000, 1_000_000));
    }

    #[test]
    fn a_ring_against_a_vector() {
        let (mut ring, mut model) = (Ring::new(), Vec::new());
        let mut bits = 1_u64;
        for _ in 0..2_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let member = (bits >> 40) % 40;
            if (bits >> 33).is_multiple_of(2) {
                ring.push(member);
                if !model.contains(&member) {
                    model.push(member);
                }
            } else if let Some(at) = model.iter().position(|it| *it == member) {
                assert!(ring.remove(&member));
                model.swap(0, at);
                model.remove(0);
            }
            let members: Vec<u64> = (0..ring.len()).filter_map(|n| ring.nth(n).copied()).collect();
            assert_eq!(members, model);
        }
    }

    #[test]
    fn an_event_comes_before_a_timer_and_a_write_must_be_seen_first() {
        let mut queue = Queue::new();
        queue.add_at(work("a"), Instant::from_secs(9), 1);
        queue.add_at(work("a"), Instant::from_secs(5), 2);
        assert_eq!(queue.next_due(), Some(Instant::from_secs(5)));
        queue.add(work("a"), Some(Revision(4)), 0, 3);
        assert_eq!((queue.next_due(), queue.ready().len()), (None, 0));
        queue.see(Revision(3));
        assert_eq!(queue.take(&work("a")), None);
        queue.see(Revision(4));
        assert_eq!(queue.take(&work("a")), Some(3));
        assert_eq!(queue.ready().len(), 0);
    }

    #[test]
    fn in_turn_the_least_rank_comes_first_then_the_first_to_come() {
        let mut queue = Queue::in_turn();
        queue.add(work("late"), Some(Revision(1)), -9, 0);
        for (name, rank) in [("c", 0), ("b", -5), ("a", -5)] {
            queue.add(work(name), None, rank, 0);
        }
        for (n, next) in ["b", "a", "late", "c"].into_iter().enumerate() {
            assert_eq!((queue.ready().len(), queue.ready().nth(0)), (1, Some(&work(next))));
            assert_eq!(queue.take(&work("other")), None);
            assert_eq!(queue.take(&work(next)), Some(0));
            if n == 1 {
                queue.see(Revision(1));
            }
        }
        assert_eq!(queue.ready().len(), 0);
    }

    #[test]
    fn failures_in_a_row_pause_longer() {
        let mut queue = Queue::new();
        let mut now = Instant::START;
        for expected in [5_000, 15_000, 35_000] {
            queue.retry(work("a"), now, 0);
            now = queue.next_due().unwrap();
            assert_eq!(now.as_micros(), expected);
            assert_eq!(queue.pop_due(now), Some((work("a"), 0)));
        }
        queue.succeed(&work("a"));
        queue.retry(work("a"), now, 0);
        assert_eq!(queue.next_due().unwrap().as_micros(), 40_000);
    }
}
