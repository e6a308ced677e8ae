//! Everything that can happen by itself.

use std::fmt;

use thiserror::Error;

use crate::api::{Key, Name};
use crate::store::Revision;
use crate::time::Instant;

/// The seat of an actor in a cluster, in the order in which they were added to the builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatId(pub(super) usize);

impl fmt::Display for SeatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seat {}", self.0)
    }
}

/// What can happen next. Nothing else ever happens by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// An actor hears of changes, perhaps not of all.
    Deliver {
        /// The actor.
        seat: SeatId,
        /// Up to which revision.
        upto: Revision,
    },
    /// A controller looks at a key and plans.
    Reconcile {
        /// The controller.
        seat: SeatId,
        /// The key.
        key: Key,
    },
    /// The agent of a node looks at a pod, or at its own node after a silence, and plans.
    Sync {
        /// The seat of the nodes.
        seat: SeatId,
        /// The node.
        node: Name,
        /// The pod, or the node itself.
        pod: Key,
    },
    /// The next write of a plan is tried.
    Apply {
        /// The actor.
        seat: SeatId,
        /// The node, for an agent of a node.
        node: Option<Name>,
        /// What the plan is about.
        key: Key,
        /// Which write of the plan, from 0.
        intent: usize,
    },
    /// Time jumps to the next wake-up.
    Advance {
        /// When that is.
        to: Instant,
    },
    /// Something goes wrong.
    Fault(Fault),
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A controller stops and starts anew: it forgets its queue, its plans and what it had seen.
    Restart(SeatId),
}

/// A step that is not possible now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the step is not possible now: {0:?}")]
pub struct Disabled(pub(super) Box<Step>);

impl Disabled {
    /// The step.
    #[must_use]
    pub fn step(&self) -> &Step {
        &self.0
    }
}
