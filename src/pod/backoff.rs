//! How long a container that keeps failing, or an image that cannot be pulled, has to wait.
//!
//! Source: `client-go/util/flowcontrol/backoff.go`, set up as in `pkg/kubelet/kubelet.go`
//! (`newCrashLoopBackOff`) and `pkg/kubelet/images/image_manager.go`.

use std::time::Duration;

use crate::time::Instant;

/// The bounds of a back-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The first delay.
    pub initial: Duration,
    /// The largest delay.
    pub max: Duration,
    /// After a longer quiet time the delay starts afresh.
    pub reset: Duration,
}

impl Limits {
    /// Of restarts, with the largest delay that a node allows: 10 s doubling, reset after 600 s.
    // POD-BACKOFF-4
    #[must_use]
    pub fn crash_loop(max: Duration) -> Self {
        let initial = Duration::from_secs(10).min(max);
        Self { initial, max, reset: Duration::from_secs(600) }
    }

    /// Of image pulls: 10 s doubling to 300 s, reset after 600 s.
    // POD-PULL-2
    pub const IMAGE: Self = Self {
        initial: Duration::from_secs(10),
        max: Duration::from_secs(300),
        reset: Duration::from_secs(600),
    };
}

impl Default for Limits {
    /// Of restarts on a node that was not told otherwise: at most 300 s.
    fn default() -> Self {
        Self::crash_loop(Duration::from_secs(300))
    }
}

/// The memory of one thing that is tried again and again.
///
/// ```
/// use std::time::Duration;
/// use kubernel::pod::backoff::{Backoff, Limits};
/// use kubernel::time::Instant;
///
/// let limits = Limits::default();
/// let at = |seconds| Instant::START + Duration::from_secs(seconds);
/// let mut backoff = Backoff::default();
/// assert_eq!(backoff.held_until(at(4), &limits), None); // the first restart is immediate
/// backoff.next(at(4), at(4), &limits);
/// assert_eq!(backoff.held_until(at(8), &limits), Some(at(18)));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoff(Option<Entry>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    delay: Duration,
    updated: Instant,
}

impl Backoff {
    /// The present delay; zero before the first try.
    #[must_use]
    pub fn delay(&self) -> Duration {
        self.0.map_or(Duration::ZERO, |entry| entry.delay)
    }

    /// When something that ended at `ended` may be tried again; `None` for at once.
    ///
    /// At that instant it may; before it, not.
    // POD-BACKOFF-2, POD-BACKOFF-3
    #[must_use]
    pub fn held_until(&self, ended: Instant, limits: &Limits) -> Option<Instant> {
        let entry = self.0?;
        (!entry.expired(ended, limits)).then(|| ended + entry.delay)
    }

    /// Notes that what ended at `ended` is tried again `now`: the delay doubles, or starts afresh.
    // POD-BACKOFF-1, POD-BACKOFF-3
    pub fn next(&mut self, ended: Instant, now: Instant, limits: &Limits) {
        let delay = match self.0 {
            Some(entry) if !entry.expired(ended, limits) => {
                entry.delay.saturating_mul(2).min(limits.max)
            }
            Some(_) | None => limits.initial,
        };
        self.0 = Some(Entry { delay, updated: now });
    }

    /// Whether another failure at `now` is too early after the last one.
    // POD-PULL-2
    #[must_use]
    pub fn holds_since_update(&self, now: Instant, limits: &Limits) -> Option<Instant> {
        let entry = self.0?;
        let until = entry.updated + entry.delay;
        (!entry.expired(now, limits) && now < until).then_some(until)
    }

    /// Whether the memory is so old that it can be dropped.
    // POD-PULL-3
    #[must_use]
    pub fn is_stale(&self, now: Instant, limits: &Limits) -> bool {
        self.0.is_some_and(|entry| entry.expired(now, limits))
    }
}

impl Entry {
    fn expired(&self, at: Instant, limits: &Limits) -> bool {
        at > self.updated + limits.reset
    }
}
