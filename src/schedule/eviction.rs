//! When a pod has to leave a node because of its taints.
//!
//! Source: `pkg/controller/tainteviction`.

use std::time::Duration;

use crate::api::{Taint, TaintEffect, Toleration};
use crate::schedule::taint::{self, Comparison};
use crate::time::Instant;

/// A moment at which a pod is going to be evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plan is made and its moment, and nothing else")]
pub struct Planned {
    /// When it was planned.
    pub since: Instant,
    /// The moment.
    pub due: Instant,
}

/// What the taints of its node mean for a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Eviction {
    /// It stays; an eviction that was planned is off.
    None,
    /// It is evicted at a later moment.
    Later(Planned),
    /// It is evicted now.
    Now,
}

/// What the taints of a node mean for a pod from now on (`TAINT-10` … `TAINT-14`).
///
/// `planned` is the eviction that was planned before, if there was one. It stays as it is while the
/// pod tolerates all taints for a time, whatever that time is now (`TAINT-13`).
///
/// ```
/// use std::time::Duration;
/// use kubernel::api::{Taint, TaintEffect, Toleration, TolerationOperator};
/// use kubernel::schedule::eviction::{Eviction, Planned, eviction};
/// use kubernel::time::Instant;
///
/// let taint = Taint { key: "down".into(), effect: TaintEffect::NoExecute, ..Taint::default() };
/// let toleration = Toleration {
///     operator: TolerationOperator::Exists,
///     toleration_seconds: Some(300),
///     ..Toleration::default()
/// };
/// let since = Instant::START;
/// let due = since + Duration::from_secs(300);
/// let later = Eviction::Later(Planned { since, due });
/// assert_eq!(eviction(None, &[taint.clone()], &[toleration], since), later);
/// assert_eq!(eviction(None, &[taint], &[], since), Eviction::Now);
/// ```
#[must_use]
pub fn eviction(
    planned: Option<Planned>,
    taints: &[Taint],
    tolerations: &[Toleration],
    now: Instant,
) -> Eviction {
    let mut least: Option<i64> = None;
    let taints = taints.iter().filter(|taint| taint.effect == TaintEffect::NoExecute);
    for taint in taints {
        // TAINT-10: the first toleration that matches is the one that counts.
        let mut matching =
            tolerations.iter().filter(|one| taint::tolerates(one, taint, Comparison::Off));
        let Some(used) = matching.next() else { return Eviction::Now };
        if let Some(seconds) = used.toleration_seconds {
            least = Some(least.map_or(seconds, |least| least.min(seconds)));
        }
    }
    let Some(seconds) = least else { return Eviction::None };
    if let Some(planned) = planned.filter(|planned| planned.since < now) {
        return Eviction::Later(planned);
    }
    match u64::try_from(seconds) {
        Ok(0) | Err(_) => Eviction::Now,
        Ok(seconds) => {
            Eviction::Later(Planned { since: now, due: now + Duration::from_secs(seconds) })
        }
    }
}
