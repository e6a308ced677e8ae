//! What has happened, and because of what.

use std::fmt;
use std::sync::Arc;

use crate::admission::ApiError;
use crate::api::{Key, Name};
use crate::control::Reason;
use crate::pmap::PMap;
use crate::store::Revision;
use crate::time::Instant;

/// The number of an entry of a trace: the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub(super) u64);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// When it happened.
    pub at: Instant,
    /// The entry without which it would not have happened; none for the user's calls and for time.
    pub cause: Option<EntryId>,
    /// What happened.
    pub event: Event,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The user made a request.
    Call {
        /// The verb.
        verb: &'static str,
        /// The object.
        key: Key,
        /// The last revision it made, none if it changed nothing; or why it was refused.
        answer: Result<Option<Revision>, Arc<ApiError>>,
    },
    /// An actor looked at a key and decided.
    Plan {
        /// The actor.
        actor: Name,
        /// What it looked at.
        key: Key,
        /// The revision up to which it had heard of changes.
        saw: Revision,
        /// How many writes it wants.
        writes: usize,
        /// When it wants to look again.
        again: Option<Instant>,
        /// Why.
        why: Vec<Reason>,
    },
    /// A write that an actor wanted was tried.
    Write {
        /// The actor.
        actor: Name,
        /// What it had looked at.
        about: Key,
        /// The verb.
        verb: &'static str,
        /// The object that was written.
        key: Key,
        /// The last revision it made, none if it changed nothing; or why it was refused.
        answer: Result<Option<Revision>, Arc<ApiError>>,
    },
    /// The user let a node end a pod.
    Evict {
        /// The node.
        node: Name,
        /// The pod.
        key: Key,
        /// Why, as the pod's status will say it.
        why: Box<str>,
    },
    /// Time passed.
    Advance {
        /// Until when.
        to: Instant,
    },
    /// An actor has heard of changes, but not of all.
    Lag {
        /// The actor.
        actor: Name,
        /// Up to which revision.
        upto: Revision,
    },
    /// Something went wrong on purpose.
    Fault {
        /// What.
        text: Box<str>,
    },
}

impl Event {
    /// The object that was written, and the revision that this made.
    #[must_use]
    pub fn written(&self) -> Option<(&Key, Revision)> {
        match self {
            Self::Call { key, answer, .. } | Self::Write { key, answer, .. } => match answer {
                Ok(Some(revision)) => Some((key, *revision)),
                Ok(None) | Err(_) => None,
            },
            Self::Plan { .. }
            | Self::Evict { .. }
            | Self::Advance { .. }
            | Self::Lag { .. }
            | Self::Fault { .. } => None,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.at, self.id, self.event)?;
        match self.cause {
            Some(cause) => write!(f, " <- {cause}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call { verb, key, answer } => {
                write!(f, "user: {verb} {key}")?;
                show_answer(f, answer)
            }
            Self::Plan { actor, key, saw, writes, again, why } => {
                write!(f, "{actor}: look at {key} (saw rev {saw}): {writes} to write")?;
                if let Some(again) = again {
                    write!(f, ", again at {again}")?;
                }
                for (n, reason) in why.iter().enumerate() {
                    f.write_str(if n == 0 { " because " } else { "; " })?;
                    reason.fmt(f)?;
                }
                Ok(())
            }
            Self::Write { actor, about, verb, key, answer } => {
                write!(f, "{actor} for {about}: {verb} {key}")?;
                show_answer(f, answer)
            }
            Self::Evict { node, key, why } => write!(f, "user: {node} ends {key}: {why}"),
            Self::Advance { to } => write!(f, "time passes until {to}"),
            Self::Lag { actor, upto } => write!(f, "{actor}: hears of changes up to rev {upto}"),
            Self::Fault { text } => write!(f, "fault: {text}"),
        }
    }
}

fn show_answer(
    f: &mut fmt::Formatter<'_>,
    answer: &Result<Option<Revision>, Arc<ApiError>>,
) -> fmt::Result {
    match answer {
        Ok(Some(revision)) => write!(f, " -> rev {revision}"),
        Ok(None) => f.write_str(" -> unchanged"),
        Err(error) => write!(f, " -> refused: {error}"),
    }
}

/// The entries in order, the oldest forgotten beyond a limit. A clone is cheap.
///
/// Its text, one line an entry, is the same byte for byte whenever the same things happen.
#[derive(Clone)]
pub struct Trace {
    entries: PMap<u64, Arc<Entry>>,
    writers: PMap<Revision, u64>,
    next: u64,
    limit: usize,
}

impl Trace {
    pub(super) fn new(limit: usize) -> Self {
        Self { entries: PMap::new(), writers: PMap::new(), next: 1, limit }
    }

    /// The number that the next entry will have.
    pub(super) fn next_id(&self) -> EntryId {
        EntryId(self.next)
    }

    /// Adds an entry. `from` is the revision before it.
    pub(super) fn push(
        &mut self,
        at: Instant,
        cause: Option<EntryId>,
        event: Event,
        revisions: (Revision, Revision),
    ) -> EntryId {
        let id = self.next_id();
        for revision in revisions.0.0..revisions.1.0 {
            self.writers.insert(Revision(revision + 1), id.0);
        }
        self.entries.insert(id.0, Arc::new(Entry { id, at, cause, event }));
        self.next += 1;
        if self.entries.len() > self.limit {
            self.forget_first();
        }
        id
    }

    fn forget_first(&mut self) {
        let Some((&first, _)) = self.entries.first() else { return };
        self.entries.remove(&first);
        while let Some((&revision, &writer)) = self.writers.first() {
            if writer > first {
                return;
            }
            self.writers.remove(&revision);
        }
    }

    /// The entry that made a revision, if it is not forgotten.
    #[must_use]
    pub fn writer(&self, revision: Revision) -> Option<&Entry> {
        self.writers.get(&revision).and_then(|id| self.get(EntryId(*id)))
    }

    /// An entry, if it is not forgotten.
    #[must_use]
    pub fn get(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(&id.0).map(|entry| &**entry)
    }

    /// The entries, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().map(|(_, entry)| &**entry)
    }

    /// The entries after `id`, oldest first.
    pub fn after(&self, id: EntryId) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.range(id.0.saturating_add(1)..).map(|(_, entry)| &**entry)
    }

    /// The last entry.
    #[must_use]
    pub fn last(&self) -> Option<&Entry> {
        self.entries.iter().next_back().map(|(_, entry)| &**entry)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in self.iter() {
            writeln!(f, "{entry}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("entries", &self.len()).finish_non_exhaustive()
    }
}
