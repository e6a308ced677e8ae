//! How a started container behaves, as its program says.

use std::time::Duration;

use crate::pod::probe::{Answer, Kind};

/// What a container does from its start on. The default runs for ever, answers every probe and every hook
/// with success, and ends at once with code 143 when it is told to stop.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Behaviour {
    /// How long it runs; `None` for ever.
    pub runs: Option<Duration>,
    /// With which code it ends by itself.
    pub exit_code: i32,
    /// How it answers startup probes.
    pub startup: Answers,
    /// How it answers liveness probes.
    pub liveness: Answers,
    /// How it answers readiness probes.
    pub readiness: Answers,
    /// How its postStart hook goes, if it is a command or a request.
    pub post_start: Hook,
    /// How its preStop hook goes, if it is a command or a request.
    pub pre_stop: Hook,
    /// What it does when it is told to stop.
    pub stop: OnStop,
    /// The files it writes at its start: absolute path and content.
    pub writes: Vec<(String, Vec<u8>)>,
}

/// When a container answers with success, counted from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    /// From when on.
    pub from: Duration,
    /// Until when; `None` for ever.
    pub until: Option<Duration>,
}

/// How a lifecycle hook goes that a container carries out: `exec` and `httpGet`. The default succeeds at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hook {
    /// How long it takes.
    pub takes: Duration,
    /// Whether it fails in the end. A preStop hook that fails changes nothing.
    pub fails: bool,
}

/// What a container does when it is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnStop {
    /// It ends.
    Exit {
        /// After this time.
        after: Duration,
        /// With this code.
        code: i32,
    },
    /// It goes on until it is killed, which gives code 137.
    Ignore,
}

impl Default for OnStop {
    fn default() -> Self {
        Self::Exit { after: Duration::ZERO, code: 143 }
    }
}

impl Answers {
    /// The answer of a container that has run for `age`.
    #[must_use]
    pub fn at(&self, age: Duration) -> Answer {
        if age >= self.from && self.until.is_none_or(|until| age < until) {
            Answer::Success
        } else {
            Answer::Failure
        }
    }

    /// The age after `age` at which the answer changes next.
    #[must_use]
    pub fn next_change(&self, age: Duration) -> Option<Duration> {
        let changes = [Some(self.from), self.until.map(|until| until.max(self.from))];
        changes.into_iter().flatten().filter(|change| *change > age).min()
    }
}

impl Behaviour {
    /// How it answers probes of one kind.
    #[must_use]
    pub const fn answers(&self, kind: Kind) -> &Answers {
        match kind {
            Kind::Startup => &self.startup,
            Kind::Liveness => &self.liveness,
            Kind::Readiness => &self.readiness,
        }
    }
}
