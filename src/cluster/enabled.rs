//! What can happen next, counted and looked up but never listed.

use crate::cluster::Cluster;
use crate::cluster::seat::Seat;
use crate::cluster::step::{Fault, SeatId, Step};
use crate::control::queue::Work;
use crate::store::Revision;

/// The steps that are possible now: first the writes of plans, then deliveries, then what can be looked at, then
/// the passing of time, then faults.
///
/// Time can only pass when nothing else is left to do, and faults only while the builder's budget lasts.
/// `len` and `get` cost a look at each seat, however many steps there are.
#[derive(Debug, Clone, Copy)]
pub struct Enabled<'a> {
    cluster: &'a Cluster,
}

impl<'a> Enabled<'a> {
    pub(super) fn new(cluster: &'a Cluster) -> Self {
        Self { cluster }
    }

    /// How many steps are possible.
    #[must_use]
    pub fn len(&self) -> usize {
        let busy = self.busy();
        let time = usize::from(busy == 0 && self.cluster.next_wake().is_some());
        if busy + time == 0 { 0 } else { busy + time + self.faults() }
    }

    /// Whether nothing will ever happen again by itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether nothing is left to do at this moment.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.busy() == 0
    }

    /// The step number `n`, from 0; `None` from [`len`](Self::len) on.
    #[must_use]
    pub fn get(&self, n: usize) -> Option<Step> {
        let mut left = n;
        for (part, step) in [
            (planned as fn(&Cluster, &Seat) -> usize, apply as fn(&Cluster, SeatId, usize) -> _),
            (deliveries, deliver),
            (ready, look),
        ] {
            for (id, seat) in self.cluster.seats() {
                let here = part(self.cluster, seat);
                if left < here {
                    return step(self.cluster, id, left);
                }
                left -= here;
            }
        }
        if self.busy() == 0 {
            let to = self.cluster.next_wake()?;
            if left == 0 {
                return Some(Step::Advance { to });
            }
            left -= 1;
        }
        (left < self.faults()).then_some(Step::Fault(Fault::Restart(SeatId(left))))
    }

    /// The seat of the step number `n`, if it has one.
    #[must_use]
    pub fn seat(&self, n: usize) -> Option<SeatId> {
        match self.get(n)? {
            Step::Deliver { seat, .. }
            | Step::Reconcile { seat, .. }
            | Step::Sync { seat, .. }
            | Step::Apply { seat, .. }
            | Step::Fault(Fault::Restart(seat)) => Some(seat),
            Step::Advance { .. } => None,
        }
    }

    fn busy(&self) -> usize {
        let cluster = self.cluster;
        let of = |(_, seat): (SeatId, &Seat)| {
            planned(cluster, seat) + deliveries(cluster, seat) + ready(cluster, seat)
        };
        cluster.seats().map(of).sum()
    }

    fn faults(&self) -> usize {
        if self.cluster.faults_left() > 0 { self.cluster.seats().count() } else { 0 }
    }
}

fn planned(_: &Cluster, seat: &Seat) -> usize {
    seat.planned.len()
}

fn ready(_: &Cluster, seat: &Seat) -> usize {
    if seat.is_held() { 0 } else { seat.queue.ready().len() }
}

/// To the newest revision, or only to the next one.
fn deliveries(cluster: &Cluster, seat: &Seat) -> usize {
    let behind = cluster.store().revision().0.saturating_sub(seat.sees.revision().0);
    usize::try_from(behind.min(2)).unwrap_or(2)
}

fn apply(cluster: &Cluster, id: SeatId, n: usize) -> Option<Step> {
    let seat = cluster.seat(id)?;
    let Work { node, key } = seat.planned.nth(n)?.clone();
    let intent = seat.plans.get(seat.planned.nth(n)?)?.next;
    Some(Step::Apply { seat: id, node, key, intent })
}

fn deliver(cluster: &Cluster, id: SeatId, n: usize) -> Option<Step> {
    let newest = cluster.store().revision();
    let next = Revision(cluster.seat(id)?.sees.revision().0.saturating_add(1));
    Some(Step::Deliver { seat: id, upto: if n == 0 { newest } else { next } })
}

fn look(cluster: &Cluster, id: SeatId, n: usize) -> Option<Step> {
    let Work { node, key } = cluster.seat(id)?.queue.ready().nth(n)?.clone();
    Some(match node {
        None => Step::Reconcile { seat: id, key },
        Some(node) => Step::Sync { seat: id, node, pod: key },
    })
}
