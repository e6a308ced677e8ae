//! What was, and how far back it is known.

use std::ops::Bound;

use super::state::State;
use super::{Expired, Revision, Store, place};
use crate::api::{Key, Object};
use crate::pmap::PMap;

/// Every so many revisions the whole state is kept, so that a look back undoes at most as many changes.
const STRIDE: u64 = 16;

/// One write: what was there before, and what is there after.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a change is before and after")]
pub struct Change {
    /// The revision the write made.
    pub revision: Revision,
    /// Which object.
    pub key: Key,
    /// What was there; `None` for a creation.
    pub before: Option<Object>,
    /// What is there; `None` for a deletion.
    pub after: Option<Object>,
}

/// The changes in `oldest + 1 ..`, and the state at some of the revisions from `oldest` on.
///
/// A store that looks back shares the history of the store it came from, so changes after its own
/// revision may be in here: they are not looked at, and are replaced one by one as it is written to.
#[derive(Clone, Debug)]
pub(super) struct History {
    changes: PMap<Revision, Change>,
    marks: PMap<Revision, State>,
    oldest: Revision,
    retention: u64,
}

impl History {
    pub(super) fn new(retention: u64) -> Self {
        Self { changes: PMap::new(), marks: PMap::new(), oldest: Revision::ZERO, retention }
    }

    pub(super) fn oldest(&self) -> Revision {
        self.oldest
    }

    /// Adds the change that led to `state`; forgets what has become too old.
    pub(super) fn push(&mut self, change: Change, state: &State) {
        let revision = change.revision;
        self.changes.insert(revision, change);
        if revision.0.is_multiple_of(STRIDE) {
            self.marks.insert(revision, state.clone());
        }
        self.compact(Revision(revision.0.saturating_sub(self.retention)));
    }

    /// Forgets how `upto` came about.
    fn compact(&mut self, upto: Revision) {
        if upto <= self.oldest {
            return;
        }
        self.oldest = upto;
        while let Some(first) = self.changes.first().map(|(at, _)| *at).filter(|at| *at <= upto) {
            self.changes.remove(&first);
        }
        while let Some(first) = self.marks.first().map(|(at, _)| *at).filter(|at| *at < upto) {
            self.marks.remove(&first);
        }
    }

    /// The changes after `after`, up to and including `upto`.
    fn between(&self, after: Revision, upto: Revision) -> impl DoubleEndedIterator<Item = &Change> {
        // An empty range must still be a range.
        let range = (Bound::Excluded(after.min(upto)), Bound::Included(upto));
        self.changes.range::<Revision, _>(range).map(|(_, change)| change)
    }

    fn reach(&self, asked: Revision) -> Result<(), Expired> {
        if asked < self.oldest { Err(Expired { asked, oldest: self.oldest }) } else { Ok(()) }
    }
}

impl Store {
    /// The changes after the revision `after`, in order, without gaps: a watch. // WATCH-1
    ///
    /// A watch is a [`Revision`] that the caller keeps. One that lies ahead yields nothing. // WATCH-7
    ///
    /// # Errors
    /// If `after` is older than [`oldest`](Self::oldest): what followed it is no longer known. // WATCH-6
    ///
    /// ```
    /// use kubernel::store::{Revision, Store};
    ///
    /// assert_eq!(Store::new().since(Revision::ZERO)?.count(), 0);
    /// # Ok::<(), kubernel::store::Expired>(())
    /// ```
    pub fn since(
        &self,
        after: Revision,
    ) -> Result<impl Iterator<Item = &Change> + use<'_>, Expired> {
        self.history.reach(after)?;
        Ok(self.history.between(after, self.revision))
    }

    /// The store as it was at `revision`; as it is if `revision` lies ahead. // LIST-5
    ///
    /// Costs at most a few undone changes, however far back it looks. The result is a store of its own
    /// and can be written to: it then goes on from there.
    ///
    /// # Errors
    /// If `revision` is older than [`oldest`](Self::oldest).
    ///
    /// ```
    /// use kubernel::api::{Node, Object, ObjectMeta};
    /// use kubernel::store::{Expect, Revision, Store};
    ///
    /// let mut store = Store::new();
    /// for name in ["n1", "n2"] {
    ///     let node = Object::from(Node { metadata: ObjectMeta { name: name.into(), ..Default::default() }, ..Default::default() });
    ///     store.commit(node.key(), Expect::Absent, Some(node))?;
    /// }
    /// assert_eq!(store.at(Revision(1))?.list::<Node>(None).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(&self, revision: Revision) -> Result<Self, Expired> {
        self.history.reach(revision)?;
        if revision >= self.revision {
            return Ok(self.clone());
        }
        let marks = self.history.marks.range::<Revision, _>(revision..self.revision);
        let (from, mut state) = match { marks }.next() {
            Some((at, state)) => (*at, state.clone()),
            None => (self.revision, self.state.clone()),
        };
        for change in self.history.between(revision, from).rev() {
            let (place, now) = state.find(&place::at(&change.key));
            state.replace(place, &change.key.kind, now.as_ref(), change.before.as_ref());
        }
        Ok(Self { revision, state, history: self.history.clone() })
    }

    /// Forgets what was before `upto`: older revisions are [`Expired`] from now on.
    ///
    /// The newest revision is never forgotten: a later `upto` means that one.
    ///
    /// ```
    /// use kubernel::api::{Node, Object, ObjectMeta};
    /// use kubernel::store::{Expect, Expired, Revision, Store};
    ///
    /// let mut store = Store::new();
    /// let node = Object::from(Node { metadata: ObjectMeta { name: "n1".into(), ..Default::default() }, ..Default::default() });
    /// store.commit(node.key(), Expect::Absent, Some(node))?;
    /// store.compact(Revision(1));
    /// assert_eq!(store.since(Revision::ZERO).err(), Some(Expired { asked: Revision::ZERO, oldest: Revision(1) }));
    /// assert!(store.since(Revision(1)).is_ok());
    /// # Ok::<(), kubernel::store::Rejected>(())
    /// ```
    pub fn compact(&mut self, upto: Revision) {
        self.history.compact(upto.min(self.revision));
    }
}
