//! Who chooses what happens next. This choice is the only freedom there is.

use std::fmt;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::cluster::enabled::Enabled;

/// Chooses among what is possible.
pub trait Schedule: fmt::Debug {
    /// The number of the next step, below `enabled.len()`, which is not zero. A larger number is
    /// taken modulo the length.
    fn choose(&mut self, enabled: &Enabled<'_>) -> usize;

    /// A number below `n`, for a controller that has several equally good choices.
    fn pick(&mut self, n: usize) -> usize {
        let _ = n;
        0
    }
}

/// The quiet cluster: always the first step. Everybody hears of everything at once, and work is done in
/// order of arrival.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to hold")]
pub struct First;

impl Schedule for First {
    fn choose(&mut self, _: &Enabled<'_>) -> usize {
        0
    }
}

/// Any step, drawn from a seed. The same seed draws the same steps on every platform and in every release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeded(Pcg64Mcg);

impl Seeded {
    /// The schedule of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }
}

impl Schedule for Seeded {
    fn choose(&mut self, enabled: &Enabled<'_>) -> usize {
        below(&mut self.0, enabled.len())
    }

    fn pick(&mut self, n: usize) -> usize {
        below(&mut self.0, n)
    }
}

/// The given choices one after the other, then always the first step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    choices: Vec<usize>,
    next: usize,
}

impl Replay {
    /// Choices as they were [recorded](Recorded::choices).
    #[must_use]
    pub fn new(choices: impl Into<Vec<usize>>) -> Self {
        Self { choices: choices.into(), next: 0 }
    }

    fn next(&mut self) -> usize {
        let choice = self.choices.get(self.next).copied().unwrap_or(0);
        self.next = self.next.saturating_add(1);
        choice
    }
}

impl Schedule for Replay {
    fn choose(&mut self, _: &Enabled<'_>) -> usize {
        self.next()
    }

    fn pick(&mut self, _: usize) -> usize {
        self.next()
    }
}

/// Another schedule whose choices are written down, to be replayed.
///
/// ```
/// use kubernel::Cluster;
/// use kubernel::cluster::{Recorded, Replay, Seeded};
/// use kubernel::time::Instant;
///
/// let mut recorded = Recorded::new(Seeded::new(7));
/// let (mut one, mut two) = (Cluster::builder().build(), Cluster::builder().build());
/// one.run(&mut recorded, Instant::from_secs(60));
/// two.run(&mut Replay::new(recorded.choices()), Instant::from_secs(60));
/// assert_eq!(one.trace().to_string(), two.trace().to_string());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<S> {
    inner: S,
    choices: Vec<usize>,
}

impl<S> Recorded<S> {
    /// Writes down what `inner` chooses.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self { inner, choices: Vec::new() }
    }

    /// The choices so far.
    #[must_use]
    pub fn choices(&self) -> &[usize] {
        &self.choices
    }
}

impl<S: Schedule> Schedule for Recorded<S> {
    fn choose(&mut self, enabled: &Enabled<'_>) -> usize {
        let choice = self.inner.choose(enabled);
        self.choices.push(choice);
        choice
    }

    fn pick(&mut self, n: usize) -> usize {
        let choice = self.inner.pick(n);
        self.choices.push(choice);
        choice
    }
}

/// A draw below `n`; zero if that is zero.
fn below(bits: &mut Pcg64Mcg, n: usize) -> usize {
    let scaled = (u128::from(bits.next_u64()) * n as u128) >> 64;
    usize::try_from(scaled).unwrap_or(0)
}
