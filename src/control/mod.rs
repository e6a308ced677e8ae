//! Will: a controller is a pure function from a key and a view to a plan.
//!
//! A controller cannot write. It says what it wants as [`Intent`]s, when it wants to look
//! again, and why; who runs it (see the cluster) applies the intents one by one, through admission,
//! and brings the key back with back-off when one of them is refused.

pub mod builtin;
pub(crate) mod queue;

use std::borrow::Cow;
use std::fmt;

use crate::api::{DeleteOptions, Event, Key, Name, Object};
use crate::store::{Change, Store};
use crate::time::{Instant, Time};

/// What an actor sees: a store, which may be an old one as a stale cache is, and the time.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The objects, as far as the actor has heard of them.
    pub store: &'a Store,
    /// The logical time; all actors share it.
    pub now: Instant,
    /// The wire time of logical time zero.
    pub epoch: Time,
}

impl View<'_> {
    /// The time now as it is written into objects: whole seconds.
    #[must_use]
    pub fn time(&self) -> Time {
        self.now.wire(self.epoch)
    }
}

/// One write that an actor wants, in the verbs of the API.
///
/// An update carries the `resourceVersion` that was read from the view, so that a stale one is
/// refused with a conflict. A created object may leave its name to `generateName`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Intent {
    /// Add an object.
    Create(Object),
    /// Replace an object, except its status.
    Update(Object),
    /// Replace the status of an object.
    UpdateStatus(Object),
    /// Replace the finalizers in the spec of a namespace (NS-5).
    Finalize(Object),
    /// Delete an object.
    Delete(Key, DeleteOptions),
    /// Give a pod its node.
    Bind {
        /// The pod.
        pod: Key,
        /// The node.
        node: Name,
    },
    /// Delete a pod unless a disruption budget forbids it.
    Evict(Key),
    /// Tell the user something.
    Record(Box<Event>),
}

impl Intent {
    /// The verb, as it is shown in a trace.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::UpdateStatus(_) => "update status of",
            Self::Finalize(_) => "finalize",
            Self::Delete(..) => "delete",
            Self::Bind { .. } => "bind",
            Self::Evict(_) => "evict",
            Self::Record(_) => "record",
        }
    }

    /// The object that is written. The name is empty where it is still to be generated.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Create(object)
            | Self::Update(object)
            | Self::UpdateStatus(object)
            | Self::Finalize(object) => object.key(),
            Self::Delete(key, _) | Self::Bind { pod: key, .. } | Self::Evict(key) => key.clone(),
            Self::Record(event) => Key::new(
                crate::api::Kind::Event,
                event.metadata.namespace.as_str(),
                event.metadata.name.as_str(),
            ),
        }
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb(), self.key())?;
        match self {
            Self::Bind { node, .. } => write!(f, " to node {node}"),
            Self::Create(object) if object.meta().name.is_empty() => {
                write!(f, "{}?", object.meta().generate_name)
            }
            Self::Create(_)
            | Self::Update(_)
            | Self::UpdateStatus(_)
            | Self::Finalize(_)
            | Self::Delete(..)
            | Self::Evict(_)
            | Self::Record(_) => Ok(()),
        }
    }
}

/// Why an actor wants what it wants: the text of a decision's reason, and the object it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The object the reason speaks of, if it is another than the one being looked at.
    pub object: Option<Key>,
    /// The reason as text.
    pub text: Cow<'static, str>,
}

impl Reason {
    /// A reason about the object that is being looked at.
    #[must_use]
    pub fn of(why: &impl fmt::Display) -> Self {
        Self { object: None, text: Cow::Owned(why.to_string()) }
    }

    /// A reason about another object.
    #[must_use]
    pub fn about(object: Key, why: &impl fmt::Display) -> Self {
        Self { object: Some(object), text: Cow::Owned(why.to_string()) }
    }

    /// A reason that is always the same words, about the object that is being looked at.
    #[must_use]
    pub const fn words(text: &'static str) -> Self {
        Self { object: None, text: Cow::Borrowed(text) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.object {
            Some(key) => write!(f, "{key}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// What an actor wants after it has looked at a key. The default wants nothing.
///
/// ```
/// use kubernel::api::{Key, Kind};
/// use kubernel::control::{Intent, Plan, Reason};
///
/// let plan = Plan::default()
///     .then(Intent::Evict(Key::new(Kind::Pod, "prod", "web-0")))
///     .because(Reason::words("node is being drained"));
/// assert_eq!(plan.intents.first().unwrap().to_string(), "evict Pod prod/web-0");
/// assert_eq!(plan.again, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The writes, in order. Each is applied as a step of its own; a refusal drops the rest.
    pub intents: Vec<Intent>,
    /// When to look at the key again although nothing has changed.
    pub again: Option<Instant>,
    /// Why.
    pub why: Vec<Reason>,
}

impl Plan {
    /// The same plan with one more write.
    #[must_use]
    pub fn then(mut self, intent: Intent) -> Self {
        self.intents.push(intent);
        self
    }

    /// The same plan with one more reason.
    #[must_use]
    pub fn because(mut self, why: Reason) -> Self {
        self.why.push(why);
        self
    }

    /// The same plan that also looks again at `at`, or earlier if it did already.
    #[must_use]
    pub fn look_again(mut self, at: Instant) -> Self {
        self.again = Some(self.again.map_or(at, |earlier| earlier.min(at)));
        self
    }
}

/// A moment for which a look at a key was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a timer is set and runs out, and nothing else")]
pub struct Timer {
    /// When it was set.
    pub since: Instant,
    /// When it runs out.
    pub due: Instant,
}

/// A controller: which keys a change touches, and what to want for a key.
///
/// It has no state (`&self`); interior mutability would break determinism. Upstream's work queues,
/// back-off and expectations belong to who runs it.
pub trait Controller: fmt::Debug + Send + Sync {
    /// The name, as it is shown in a trace. Unique in a cluster.
    fn name(&self) -> &'static str;

    /// Calls `queue` for every key to look at again because of `change`. `view` already has the
    /// change.
    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key));

    /// What to want for `key`. Where several choices are equally good, `pick(n)` answers one of
    /// `0..n`.
    fn reconcile(&self, key: &Key, view: View<'_>, pick: &mut dyn FnMut(usize) -> usize) -> Plan;

    /// As [`reconcile`](Self::reconcile), for a controller that has to know for how long it has waited: `timer` is
    /// what the last plan for the key asked for with [`Plan::again`], if it did. It stays while the plans
    /// ask for the same moment, and does not outlive a restart.
    fn resume(
        &self,
        key: &Key,
        view: View<'_>,
        _timer: Option<Timer>,
        pick: &mut dyn FnMut(usize) -> usize,
    ) -> Plan {
        self.reconcile(key, view, pick)
    }

    /// Whether it takes one key at a time: none is looked at before the plan of the one before is done
    /// and the controller has heard of its own last write, whatever it was about.
    ///
    /// By default keys have nothing to do with each other, and only a key's own writes hold it back.
    fn is_serial(&self) -> bool {
        false
    }

    /// Whether it is shown the changes that it has made itself. It is by default; one whose plan makes all that
    /// a key needs would look at the key again for nothing.
    fn observes_own_writes(&self) -> bool {
        true
    }

    /// Where a key stands among those that are ready: the least comes first, of equals the one that has
    /// been ready for longest. Only a serial controller is asked, when the key is queued, with what it
    /// sees then.
    fn rank(&self, _: &Key, _: &Store) -> i64 {
        0
    }
}
