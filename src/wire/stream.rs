//! The events of a watch, line by line.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::read::{Event, Watch};
use crate::time::Instant;
use crate::wire::accept::Form;
use crate::wire::encode;

/// How long a watch that wants bookmarks goes without one (WATCH-8).
const BOOKMARKS: Duration = Duration::from_secs(60);

/// The answer to a watch: a cursor that the caller polls, for as long as its client listens.
///
/// It holds nothing of the cluster and costs nothing until it is polled. With `timeoutSeconds` in the
/// request it ends when that much logical time has passed; without, when an error has ended it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    watch: Watch,
    form: Form,
    until: Option<Instant>,
    /// When the next bookmark is due.
    bookmark: Instant,
}

impl Stream {
    pub(super) fn new(watch: Watch, form: Form, now: Instant, timeout: Option<Duration>) -> Self {
        let until = timeout.map(|timeout| now + timeout);
        Self { watch, form, until, bookmark: now + BOOKMARKS }
    }

    /// What is new since the last poll: no, one or more lines, each of them the JSON of one event.
    pub fn poll(&mut self, cluster: &Cluster) -> Vec<u8> {
        let mut events = self.watch.poll(cluster.store());
        if cluster.now() >= self.bookmark {
            self.bookmark = cluster.now() + BOOKMARKS;
            events.extend(self.watch.bookmark());
        }
        let lines = events.iter().filter_map(|event: &Event| encode::line(event, self.form).ok());
        lines.flatten().collect()
    }

    /// Whether the server ends it now: after what the last poll gave, nothing will come.
    #[must_use]
    pub fn is_over(&self, cluster: &Cluster) -> bool {
        self.watch.is_over() || self.until.is_some_and(|until| cluster.now() >= until)
    }

    /// The watch that it tells of.
    #[must_use]
    pub const fn watch(&self) -> &Watch {
        &self.watch
    }
}
