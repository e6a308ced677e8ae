//! Letting a cluster go on by itself.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::api::Key;
use crate::cluster::schedule::{First, Schedule};
use crate::cluster::{Cluster, EntryId};
use crate::time::Instant;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// How many steps were made.
    pub steps: u64,
    /// Why it ended.
    pub stopped: Stopped,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// Nothing will happen any more by itself.
    Quiet,
    /// The time was reached, and nothing was left to do up to it.
    Until,
    /// The step limit was reached.
    Limit,
}

/// A cluster in which nothing has changed for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settled {
    /// How many steps were made.
    pub steps: u64,
    /// The time of the last change.
    pub since: Instant,
}

/// A cluster that does not come to rest.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub struct Unsettled {
    /// How many steps were made.
    pub steps: u64,
    /// The time at which it was given up.
    pub at: Instant,
    /// The objects that keep being written, and how often, the busiest first.
    pub busy: Vec<(Key, usize)>,
}

impl fmt::Display for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not settled after {} steps at {}", self.steps, self.at)?;
        for (n, (key, writes)) in self.busy.iter().take(5).enumerate() {
            f.write_str(if n == 0 { ", keeps writing " } else { ", " })?;
            write!(f, "{key} ({writes} times)")?;
        }
        Ok(())
    }
}

/// How many of the last entries of the trace are searched for the objects that keep being written.
const RECENT: u64 = 10_000;

impl Cluster {
    /// Lets the schedule choose steps until nothing is left to do up to the time `until`.
    pub fn run(&mut self, schedule: &mut dyn Schedule, until: Instant) -> Outcome {
        for steps in 0..self.limits.steps {
            let quiet = self.enabled().is_quiet();
            match self.next_wake() {
                None if quiet => {
                    self.now = self.now.max(until);
                    return Outcome { steps, stopped: Stopped::Quiet };
                }
                Some(due) if quiet && due > until => {
                    self.now = self.now.max(until);
                    return Outcome { steps, stopped: Stopped::Until };
                }
                Some(_) | None => self.choose(schedule),
            }
        }
        Outcome { steps: self.limits.steps, stopped: Stopped::Limit }
    }

    /// Lets logical time pass, with everything that happens meanwhile in a quiet cluster.
    pub fn advance(&mut self, by: Duration) -> Outcome {
        self.run(&mut First, self.now + by)
    }

    /// Lets everything happen, in the order of a quiet cluster, until nothing has changed for a while
    /// (see [`Builder::calm`](crate::cluster::Builder::calm)) (CL-1).
    ///
    /// # Errors
    /// If it does not come to rest within the builder's step limit and patience.
    pub fn settle(&mut self) -> Result<Settled, Unsettled> {
        self.settle_by(&mut First)
    }

    /// As [`settle`](Self::settle), in the order of another schedule.
    ///
    /// # Errors
    /// If it does not come to rest within the builder's step limit and patience.
    pub fn settle_by(&mut self, schedule: &mut dyn Schedule) -> Result<Settled, Unsettled> {
        let (start, mut since, mut revision) = (self.now, self.now, self.store.revision());
        let give_up = start + self.limits.patience;
        for steps in 0..self.limits.steps {
            if self.enabled().is_quiet() {
                match self.next_wake() {
                    Some(due) if due > give_up => return Err(self.unsettled(steps)),
                    Some(due) if due <= since + self.limits.calm => {}
                    Some(_) | None => return Ok(Settled { steps, since }),
                }
            }
            self.choose(schedule);
            if self.store.revision() != revision {
                (since, revision) = (self.now, self.store.revision());
            }
        }
        Err(self.unsettled(self.limits.steps))
    }

    fn choose(&mut self, schedule: &mut dyn Schedule) {
        let enabled = self.enabled();
        let choice = schedule.choose(&enabled).checked_rem(enabled.len()).unwrap_or(0);
        if let Some(step) = enabled.get(choice) {
            let mut pick = |n: usize| schedule.pick(n).checked_rem(n).unwrap_or(0);
            // What is enabled can be done.
            let done = self.step_with(&step, &mut pick);
            debug_assert!(done.is_ok(), "{done:?}");
        }
    }

    fn unsettled(&self, steps: u64) -> Unsettled {
        let last = self.trace.last().map_or(0, |entry| entry.id.0);
        let mut busy: BTreeMap<&Key, usize> = BTreeMap::new();
        for entry in self.trace.after(EntryId(last.saturating_sub(RECENT))) {
            if let Some((key, _)) = entry.event.written() {
                *busy.entry(key).or_default() += 1;
            }
        }
        let mut busy: Vec<(Key, usize)> =
            busy.into_iter().filter(|(_, n)| *n > 1).map(|(key, n)| (key.clone(), n)).collect();
        busy.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Unsettled { steps, at: self.now, busy }
    }
}
