//! Why an object is as it is: the links of the trace, followed backwards.

use std::fmt;

use crate::api::Key;
use crate::cluster::Cluster;
use crate::cluster::trace::{Entry, Event};
use crate::control::Reason;
use crate::store::Revision;

/// How many links are followed at most.
const DEPTH: usize = 32;

/// How many entries are searched for what actors last thought of an object.
const THOUGHTS: usize = 10_000;

/// Why an object is as it is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The object.
    pub key: Key,
    /// Its last change, what caused that, and so on back to a call of the user or to an entry that is
    /// forgotten.
    pub chain: Vec<Entry>,
    /// What each actor last decided about the object, if that was after its last change.
    pub thoughts: Vec<Entry>,
}

impl Cluster {
    /// Why an object is as it is, or why it is gone.
    ///
    /// ```
    /// use kubernel::Cluster;
    /// use kubernel::api::{Key, Kind};
    ///
    /// let cluster = Cluster::builder().build();
    /// let why = cluster.explain(&Key::new(Kind::Namespace, "", "default"));
    /// assert_eq!(why.to_string(), "Namespace default rev 1 <- user: create at 0.000s\n");
    /// ```
    #[must_use]
    pub fn explain(&self, key: &Key) -> Explanation {
        let last = self.last_change(key);
        let mut chain = Vec::new();
        let mut next = last.and_then(|revision| self.trace.writer(revision));
        while let Some(entry) = next.filter(|_| chain.len() < DEPTH) {
            chain.push(entry.clone());
            next = entry.cause.and_then(|cause| self.trace.get(cause));
        }
        let after = chain.first().map_or(0, |entry: &Entry| entry.id.0);
        Explanation { key: key.clone(), thoughts: self.thoughts(key, after), chain }
    }

    fn last_change(&self, key: &Key) -> Option<Revision> {
        if let Some(object) = self.store.object(key) {
            return Some(Revision::of(object));
        }
        let changes = self.store.since(self.store.oldest()).ok()?;
        changes.filter(|change| change.key == *key).map(|change| change.revision).last()
    }

    fn thoughts(&self, key: &Key, after: u64) -> Vec<Entry> {
        let mut found: Vec<Entry> = Vec::new();
        for entry in self.trace.iter().rev().take(THOUGHTS).take_while(|it| it.id.0 > after) {
            let Event::Plan { actor, key: about, why, .. } = &entry.event else { continue };
            let known = found.iter().any(|it| actor_of(it) == Some(actor));
            if about == key && !why.is_empty() && !known {
                found.push(entry.clone());
            }
        }
        found.reverse();
        found
    }
}

/// How far a link is moved in; deep ones no further.
fn indent(depth: usize) -> usize {
    depth.min(8) * 2
}

fn actor_of(entry: &Entry) -> Option<&crate::api::Name> {
    match &entry.event {
        Event::Plan { actor, .. } | Event::Write { actor, .. } | Event::Lag { actor, .. } => {
            Some(actor)
        }
        Event::Call { .. } | Event::Evict { .. } | Event::Advance { .. } | Event::Fault { .. } => {
            None
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut depth = 0;
        let mut caused_at = None;
        for (n, entry) in self.chain.iter().enumerate() {
            match &entry.event {
                Event::Call { .. } | Event::Write { .. } => {
                    if n > 0 {
                        depth += 1;
                        write!(f, "\n{:width$}<- ", "", width = indent(depth))?;
                    }
                    show_write(f, entry)?;
                }
                Event::Plan { actor, again, why, .. } => {
                    if again.is_some() && *again == caused_at {
                        depth += 1;
                        let at = entry.at;
                        write!(f, "\n{:width$}<- timer set", "", width = indent(depth))?;
                        write!(f, " by {actor} at {at}")?;
                    } else {
                        write!(f, " <- {actor} planned at {}", entry.at)?;
                    }
                    show_why(f, why)?;
                    caused_at = Some(entry.at);
                }
                Event::Evict { .. } => write!(f, " <- {} at {}", entry.event, entry.at)?,
                Event::Advance { .. } | Event::Lag { .. } | Event::Fault { .. } => {
                    write!(f, " <- {}", entry.event)?;
                }
            }
        }
        if self.chain.is_empty() {
            write!(f, "{}: nothing is known", self.key)?;
        }
        writeln!(f)?;
        for entry in &self.thoughts {
            if let Event::Plan { actor, why, .. } = &entry.event {
                write!(f, "  then {actor} at {}", entry.at)?;
                show_why(f, why)?;
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

fn show_write(f: &mut fmt::Formatter<'_>, entry: &Entry) -> fmt::Result {
    let (Event::Call { verb, key, answer } | Event::Write { verb, key, answer, .. }) = &entry.event
    else {
        return Ok(());
    };
    match answer {
        Ok(Some(revision)) => write!(f, "{key} rev {revision}")?,
        Ok(None) => write!(f, "{verb} {key} (unchanged)")?,
        Err(error) => write!(f, "{verb} {key} refused ({error})")?,
    }
    match entry.event {
        Event::Call { .. } => write!(f, " <- user: {verb} at {}", entry.at),
        _ => Ok(()),
    }
}

fn show_why(f: &mut fmt::Formatter<'_>, why: &[Reason]) -> fmt::Result {
    for (n, reason) in why.iter().enumerate() {
        write!(f, "{}{reason}", if n == 0 { " (" } else { "; " })?;
    }
    f.write_str(if why.is_empty() { "" } else { ")" })
}
