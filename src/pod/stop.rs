//! The stop of one running instance: hook, turn, signal, deadline.
//!
//! Source: `pkg/kubelet/kuberuntime/kuberuntime_container.go` (`killContainer`, `executePreStopHook`),
//! `pkg/kubelet/kuberuntime/kuberuntime_termination_order.go` (`waitForTurn`).

use std::collections::BTreeSet;
use std::time::Duration;

use crate::api::Container;
use crate::pod::behaviour::{Behaviour, OnStop};
use crate::pod::hook;
use crate::pod::termination::MINIMUM_GRACE;
use crate::time::Instant;

/// The exit code of a container that was killed.
const KILLED: i32 = 137;

/// A stop that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    /// When the present stage began.
    since: Instant,
    /// What was left of the grace period then.
    grace: Duration,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// The preStop hook runs.
    Hook { until: Instant, waits: BTreeSet<String> },
    /// Other containers have to end first.
    Turn { waits: BTreeSet<String> },
    /// The container was told to stop.
    Signalled { deadline: Instant },
}

/// How and when an instance ends by its stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) at: Instant,
    pub(crate) code: i32,
}

fn seconds(count: i64) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or(0))
}

impl Stop {
    /// Begins to stop `container`, which first has to wait for the end of `waits`.
    // POD-HOOK-2, POD-HOOK-3
    pub(crate) fn begin(
        container: Option<&Container>,
        behaviour: Option<&Behaviour>,
        grace: i64,
        waits: BTreeSet<String>,
        now: Instant,
    ) -> Self {
        let grace = seconds(grace);
        let hook = container
            .and_then(|container| container.lifecycle.as_deref())
            .and_then(|lifecycle| lifecycle.pre_stop.as_deref())
            .map(|hook| hook::run(hook, behaviour.map(|one| one.pre_stop).unwrap_or_default()))
            .map_or(Duration::ZERO, |run| run.takes);
        let state = State::Hook { until: now + hook.min(grace), waits };
        Self { since: now, grace, state }
    }

    /// Gives the rest of the stop at most `grace` seconds from `now` on.
    pub(crate) fn hurry(&mut self, grace: i64, now: Instant) {
        let end = now + seconds(grace);
        self.grace = self.grace.min(end.since(self.since));
        match &mut self.state {
            State::Hook { until, .. } => *until = (*until).min(end),
            State::Turn { .. } => {}
            State::Signalled { deadline } => {
                *deadline = (*deadline).min(now + seconds(grace.max(MINIMUM_GRACE)));
            }
        }
    }

    /// Takes the whole seconds of the stage that ends at `now` off the grace period.
    fn spend(&mut self, now: Instant) {
        let spent = Duration::from_secs(now.since(self.since).as_secs());
        self.grace = self.grace.saturating_sub(spent);
        self.since = now;
    }

    /// Goes as far as it can at `now`; `running` are the names of the running containers.
    // POD-TERM-4, POD-TERM-5, POD-TERM-6
    #[must_use]
    pub(crate) fn handle(mut self, now: Instant, running: &BTreeSet<String>) -> Self {
        if let State::Hook { until, waits } = &mut self.state
            && now >= *until
        {
            self.state = State::Turn { waits: std::mem::take(waits) };
            self.spend(now);
        }
        if let State::Turn { waits } = &self.state
            && (now >= self.since + self.grace || waits.is_disjoint(running))
        {
            self.spend(now);
            let left = self.grace.max(seconds(MINIMUM_GRACE));
            self.state = State::Signalled { deadline: now + left };
        }
        self
    }

    /// When the instance ends by this stop; `None` while it was not yet told.
    pub(crate) fn end(&self, behaviour: &Behaviour) -> Option<End> {
        let State::Signalled { deadline } = self.state else { return None };
        let killed = End { at: deadline, code: KILLED };
        Some(match behaviour.stop {
            OnStop::Exit { after, code } if self.since + after <= deadline => {
                End { at: self.since + after, code }
            }
            OnStop::Exit { .. } | OnStop::Ignore => killed,
        })
    }

    /// When it goes on by itself, except for the end of the instance.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        match self.state {
            State::Hook { until, .. } => Some(until),
            State::Turn { .. } => Some(self.since + self.grace),
            State::Signalled { .. } => None,
        }
    }
}
