//! How the life of one pod turns to its end, and never back.
//!
//! | state | left when |
//! |---|---|
//! | `Alive` | the end is asked for, or the pod has ended by itself |
//! | `Terminating` | every container has stopped |
//! | `Terminated` | the last status is written |
//! | `Finished` | never |
//!
//! Both the machine that lives a pod ([`worker`](crate::pod::worker)) and the one that only says whose
//! turn it is ([`workers`](crate::pod::workers)) decide by this.
//!
//! Source: `pkg/kubelet/pod_workers.go` (`podSyncStatus`, `UpdatePod`).

use crate::api::Pod;
use crate::pod::eviction::StatusOverride;
use crate::pod::phase::is_terminal;
use crate::pod::termination::effective_grace;

/// How far the life of a pod has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It lives.
    #[default]
    Alive,
    /// It is being stopped.
    Terminating {
        /// The seconds that were granted, at least 1; `None` for a pod that has ended by itself, whose
        /// containers get the grace periods of their own.
        grace: Option<i64>,
    },
    /// It has stopped.
    Terminated,
    /// There is nothing left to do.
    Finished,
}

/// What an update of a pod is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateType {
    /// The pod is new.
    Create,
    /// Its object has changed.
    Update,
    /// Nothing has changed; a look is due.
    Sync,
    /// The node wants it gone.
    Kill,
}

/// How a node ends a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "upstream's KillPodOptions")]
pub struct KillOptions {
    /// Whether what the pod wrote is to go as soon as it can, without waiting for the object.
    pub evict: bool,
    /// Seconds instead of the pod's own grace period.
    // POD-TERM-2
    pub grace: Option<i64>,
    /// What to write instead of what the containers say.
    pub status: Option<StatusOverride>,
}

/// What an update did to the end of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turn {
    /// Nothing.
    Same,
    /// The end began.
    Began,
    /// The pod, which was ending, gets less time.
    Hurried,
}

/// The end of one pod, as far as it is decided.
///
/// ```
/// use kubernel::api::Pod;
/// use kubernel::pod::ending::{Ending, KillOptions, State, Turn, UpdateType};
///
/// let mut pod = Pod::default();
/// pod.spec.termination_grace_period_seconds = Some(30);
/// let mut ending = Ending::of(&pod, true);
/// assert_eq!(ending.update(&pod, UpdateType::Sync, None), Turn::Same);
///
/// let kill = KillOptions { grace: Some(20), ..KillOptions::default() };
/// assert_eq!(ending.update(&pod, UpdateType::Kill, Some(&kill)), Turn::Began);
/// pod.metadata.deletion_grace_period_seconds = Some(5);
/// assert_eq!(ending.update(&pod, UpdateType::Update, None), Turn::Hurried);
/// assert_eq!(*ending.state(), State::Terminating { grace: Some(5) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    state: State,
    taken_up: bool,
    deleted: bool,
    evicted: bool,
    overrides: Vec<StatusOverride>,
}

impl Ending {
    /// Of a pod that lives.
    pub const ALIVE: Self = Self {
        state: State::Alive,
        taken_up: false,
        deleted: false,
        evicted: false,
        overrides: Vec::new(),
    };

    /// Of a pod that is seen for the first time; `runs` says that the runtime has something of it.
    // POD-WORK-6
    #[must_use]
    pub fn of(pod: &Pod, runs: bool) -> Self {
        if is_terminal(&pod.status.phase) && !runs {
            Self { state: State::Terminated, taken_up: true, ..Self::ALIVE }
        } else {
            Self::ALIVE
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Whether the end was asked for, or is over.
    #[must_use]
    pub const fn is_requested(&self) -> bool {
        match self.state {
            State::Alive => false,
            State::Terminating { .. } | State::Terminated | State::Finished => true,
        }
    }

    /// Whether who carries it out has begun, so that no container will be started any more.
    #[must_use]
    pub const fn is_taken_up(&self) -> bool {
        self.taken_up
    }

    /// Whether no container can be running any more.
    #[must_use]
    pub const fn has_stopped(&self) -> bool {
        match self.state {
            State::Alive | State::Terminating { .. } => false,
            State::Terminated | State::Finished => true,
        }
    }

    /// Whether everything is done.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        match self.state {
            State::Finished => true,
            State::Alive | State::Terminating { .. } | State::Terminated => false,
        }
    }

    /// Whether what the pod wrote is to go: it was evicted, or it was deleted and has stopped.
    // POD-WORK-9
    #[must_use]
    pub const fn drops_content(&self) -> bool {
        self.evicted || (self.deleted && self.has_stopped())
    }

    /// Takes in what is known of the pod now. The end is asked for by a deletion, by a terminal phase, or by
    /// a kill; once it is, every update is a kill, and the grace period only shrinks.
    // POD-WORK-1, POD-WORK-3, POD-WORK-7
    pub fn update(&mut self, pod: &Pod, kind: UpdateType, kill: Option<&KillOptions>) -> Turn {
        let was_alive = !self.is_requested();
        if was_alive {
            if pod.metadata.deletion_timestamp.is_some() {
                self.deleted = true;
            } else if !is_terminal(&pod.status.phase) {
                if kind != UpdateType::Kill {
                    return Turn::Same;
                }
                self.evicted = kill.is_some_and(|kill| kill.evict);
            }
            self.state = State::Terminating { grace: None };
        }
        self.grant(pod, kill, was_alive)
    }

    /// As [`update`](Self::update) for a pod of which only the runtime knows; `pod` is the last spec, or an
    /// empty one.
    // POD-WORK-1, POD-TERM-10
    pub fn orphaned(&mut self, pod: &Pod, kill: Option<&KillOptions>) -> Turn {
        let was_alive = !self.is_requested();
        if was_alive {
            self.deleted = true;
            self.state = State::Terminating { grace: None };
        }
        self.grant(pod, kill, was_alive)
    }

    /// Grants the time that is left to a pod that is ending.
    fn grant(&mut self, pod: &Pod, kill: Option<&KillOptions>, began: bool) -> Turn {
        let State::Terminating { grace } = &mut self.state else { return Turn::Same };
        self.overrides.extend(kill.and_then(|kill| kill.status.clone()));
        let decided = grace.unwrap_or(0);
        let new = effective_grace(pod, decided, kill.and_then(|kill| kill.grace));
        *grace = Some(new);
        if began {
            Turn::Began
        } else if decided != 0 && new != decided {
            Turn::Hurried
        } else {
            Turn::Same
        }
    }

    /// The pod is not wanted any more, and nobody will say so: it counts as deleted, and ends with the grace
    /// period of its spec, 1 without one.
    // POD-WORK-8
    pub fn abandon(&mut self, pod: Option<&Pod>) {
        self.deleted = true;
        if !self.is_requested() {
            let grace = pod.map_or(1, |pod| effective_grace(pod, 0, None));
            self.state = State::Terminating { grace: Some(grace) };
        }
    }

    /// The containers of a living pod have ended and none will be started again.
    // POD-WORK-2
    pub fn end_by_itself(&mut self) {
        if !self.is_requested() {
            self.state = State::Terminating { grace: None };
        }
        self.taken_up = true;
    }

    /// The end is taken up once more. Answers what the newest kill wants to be written.
    // POD-WORK-7
    pub fn take_up(&mut self) -> Option<&StatusOverride> {
        self.taken_up |= self.is_requested();
        self.overrides.last()
    }

    /// All containers have stopped.
    pub fn stop(&mut self) {
        if !self.has_stopped() {
            self.state = State::Terminated;
        }
        self.taken_up = true;
        self.overrides.clear();
    }

    /// Nothing is left to do.
    pub fn finish(&mut self) {
        self.state = State::Finished;
        self.overrides.clear();
    }
}
