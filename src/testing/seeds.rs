//! A search over schedules.

use std::fmt;

use crate::cluster::{Cluster, Entry, Seeded};

/// How many entries of the trace a failure shows.
const TAIL: usize = 20;

/// The first seed under which something went wrong. [`Seeded::new`] with the seed shows it again.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The seed of the schedule.
    pub seed: u64,
    /// What the scene answered.
    pub why: String,
    /// The last 20 entries of the trace.
    pub tail: Vec<Entry>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}: {}", self.seed, self.why)?;
        for entry in &self.tail {
            write!(f, "\n  {entry}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Plays a scene under one schedule a seed, each time on a fork of `start`, until one fails.
///
/// ```
/// use kubernel::Cluster;
/// use kubernel::cluster::Unsettled;
/// use kubernel::testing::seeds;
///
/// let start = Cluster::builder().builtin().build();
/// seeds(0..100, &start, |cluster, schedule| cluster.settle_by(schedule).map(|_| ()))?;
///
/// let failure = seeds(3..9, &start, |_, _| Err("there are no pods")).unwrap_err();
/// assert_eq!((failure.seed, failure.why.as_str()), (3, "there are no pods"));
/// # Ok::<(), kubernel::testing::Failure>(())
/// ```
///
/// # Errors
/// The first seed under which the scene fails, with what it answered.
pub fn seeds<E: fmt::Display>(
    seeds: impl IntoIterator<Item = u64>,
    start: &Cluster,
    mut scene: impl FnMut(&mut Cluster, &mut Seeded) -> Result<(), E>,
) -> Result<(), Failure> {
    for seed in seeds {
        let mut cluster = start.fork();
        if let Err(why) = scene(&mut cluster, &mut Seeded::new(seed)) {
            let mut tail: Vec<Entry> = cluster.trace().iter().rev().take(TAIL).cloned().collect();
            tail.reverse();
            return Err(Failure { seed, why: why.to_string(), tail });
        }
    }
    Ok(())
}
