//! Memory: objects at a revision, their history, and indices over them.
//!
//! A [`Store`] knows identity and versions and nothing else of Kubernetes: it defaults, validates and
//! allocates nothing, and whatever is committed is kept. A clone costs a few reference counts and shares
//! everything, so a stale cache, a snapshot and a what-if are each a [`Store`] value.
//!
//! ```
//! use kubernel::api::{Key, Kind, Object, ObjectMeta, Pod};
//! use kubernel::store::{Expect, Store};
//!
//! let pod = Pod {
//!     metadata: ObjectMeta { namespace: "prod".into(), name: "web-0".into(), ..Default::default() },
//!     ..Default::default()
//! };
//! let key = Key::new(Kind::Pod, "prod", "web-0");
//!
//! let mut store = Store::new();
//! let first = store.commit(key.clone(), Expect::Absent, Some(pod.into()))?;
//! let before = store.clone();
//! let second = store.commit(key, Expect::Revision(first), None)?;
//!
//! assert_eq!(before.get::<Pod>("prod", "web-0").unwrap().metadata.resource_version, "1");
//! assert_eq!(store.get::<Pod>("prod", "web-0"), None);
//! assert_eq!(store.since(first)?.map(|change| change.revision).collect::<Vec<_>>(), [second]);
//! assert_eq!(store.at(first)?.list::<Pod>(None).count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod anchors;
mod commit;
mod history;
mod index;
mod place;
mod postings;
mod refusal;
mod select;
mod state;
mod term;

use std::fmt;

pub use history::Change;
pub use refusal::{Expired, Rejected};
pub use term::Term;

use crate::api::{Key, Kind, Name, Object, Resource};
use history::History;
use state::State;

/// How many revisions a store keeps if not told otherwise.
pub const RETENTION: u64 = 10_000;

/// A point in the history of a store: the number of writes so far. // STORE-1
///
/// Revisions of one store are comparable across all kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[expect(clippy::exhaustive_structs, reason = "a revision is a number")]
pub struct Revision(pub u64);

impl Revision {
    /// Before the first write.
    pub const ZERO: Self = Self(0);

    /// The revision after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The revision of the last write of `object`: its `metadata.resourceVersion`; zero if that is not a number.
    ///
    /// ```
    /// use kubernel::api::{Object, ObjectMeta, Pod};
    /// use kubernel::store::Revision;
    ///
    /// let mut pod = Pod::default();
    /// assert_eq!(Revision::of(&pod.clone().into()), Revision::ZERO);
    /// pod.metadata.resource_version = "42".into();
    /// assert_eq!(Revision::of(&pod.into()), Revision(42));
    /// ```
    #[must_use]
    pub fn of(object: &Object) -> Self {
        Self(object.meta().resource_version.parse().unwrap_or(0))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What must be true for a commit to be performed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expect {
    /// Nothing: create or replace.
    Any,
    /// There is no object of this name: create. // STORE-2
    Absent,
    /// There is one, and this revision was its last write. // STORE-3
    Revision(Revision),
    /// There is one, and it has this uid. // STORE-9
    Uid(Name),
}

/// Objects at a revision, with the history that led there and indices over them.
///
/// A clone is `O(1)` and independent: commits to one are never seen by the other.
#[derive(Clone)]
pub struct Store {
    revision: Revision,
    state: State,
    history: History,
}

impl Store {
    /// The store without objects at [`Revision::ZERO`]. It keeps the last [`RETENTION`] revisions.
    ///
    /// ```
    /// use kubernel::store::{Revision, Store};
    ///
    /// assert_eq!(Store::new().revision(), Revision::ZERO);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_retention(RETENTION)
    }

    /// As [`new`](Self::new), but it keeps the last `revisions` revisions; with `u64::MAX` it never forgets.
    ///
    /// ```
    /// use kubernel::store::Store;
    ///
    /// let store = Store::with_retention(u64::MAX);
    /// assert_eq!(store.oldest(), store.revision());
    /// ```
    #[must_use]
    pub fn with_retention(revisions: u64) -> Self {
        Self { revision: Revision::ZERO, state: State::default(), history: History::new(revisions) }
    }

    /// The revision of the last commit.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The oldest revision that [`since`](Self::since) and [`at`](Self::at) answer for.
    #[must_use]
    pub fn oldest(&self) -> Revision {
        self.history.oldest()
    }

    /// The object of type `R` called `name` in `namespace`, which is empty for kinds of the cluster.
    ///
    /// ```
    /// use kubernel::api::Node;
    /// use kubernel::store::Store;
    ///
    /// assert_eq!(Store::new().get::<Node>("", "n1"), None);
    /// ```
    #[must_use]
    pub fn get<R: Resource>(&self, namespace: &str, name: &str) -> Option<&R> {
        R::peek(self.state.object(&place::of(&R::KIND, namespace, name))?)
    }

    /// The object called `key`.
    ///
    /// ```
    /// use kubernel::api::{Key, Kind};
    /// use kubernel::store::Store;
    ///
    /// assert_eq!(Store::new().object(&Key::new(Kind::Node, "", "n1")), None);
    /// ```
    #[must_use]
    pub fn object(&self, key: &Key) -> Option<&Object> {
        self.state.object(&place::at(key))
    }

    /// The objects of type `R`, of one namespace or of all, by the text `namespace/name`, bytewise. // LIST-1
    ///
    /// So across namespaces `x-1/b` comes before `x/a`, since `-` sorts before `/`.
    ///
    /// ```
    /// use kubernel::api::{Object, ObjectMeta, Pod};
    /// use kubernel::store::{Expect, Store};
    ///
    /// let mut store = Store::new();
    /// for (namespace, name) in [("x", "a"), ("x-1", "b")] {
    ///     let metadata = ObjectMeta { namespace: namespace.into(), name: name.into(), ..Default::default() };
    ///     let pod = Object::from(Pod { metadata, ..Default::default() });
    ///     store.commit(pod.key(), Expect::Absent, Some(pod))?;
    /// }
    /// let names = |namespace| store.list::<Pod>(namespace).map(|pod| pod.metadata.name.as_str()).collect::<Vec<_>>();
    /// assert_eq!(names(None), ["b", "a"]);
    /// assert_eq!(names(Some("x")), ["a"]);
    /// # Ok::<(), kubernel::store::Rejected>(())
    /// ```
    pub fn list<R: Resource>(
        &self,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &R> + use<'_, R> {
        self.state.under(place::all(&R::KIND, namespace)).filter_map(R::peek)
    }

    /// The objects of a kind, of one namespace or of all, in the order of [`list`](Self::list).
    ///
    /// ```
    /// use kubernel::api::Kind;
    /// use kubernel::store::Store;
    ///
    /// assert_eq!(Store::new().objects(&Kind::Pod, Some("prod")).count(), 0);
    /// ```
    pub fn objects(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &Object> + use<'_> {
        self.state.under(place::all(kind, namespace))
    }

    /// The kinds of which there is an object, in the order of the table of kinds.
    ///
    /// ```
    /// use kubernel::store::Store;
    ///
    /// assert_eq!(Store::new().kinds().count(), 0);
    /// ```
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> + use<'_> {
        self.state.kinds()
    }

    /// Whether a kind is one of the table, or a custom one of which an object has been stored, be it gone
    /// or not.
    ///
    /// ```
    /// use kubernel::api::Kind;
    /// use kubernel::store::Store;
    ///
    /// assert!(Store::new().knows(&Kind::Pod));
    /// assert!(!Store::new().knows(&Kind::of("acme.io/v1", "Widget")));
    /// ```
    #[must_use]
    pub fn knows(&self, kind: &Kind) -> bool {
        self.state.knows(kind)
    }

    /// The objects that `term` says something about, sorted as the store sorts: by kind, then as [`list`](Self::list).
    ///
    /// ```
    /// use kubernel::api::{Object, ObjectMeta, Pod, PodSpec};
    /// use kubernel::store::{Expect, Store, Term};
    ///
    /// let mut pod = Pod { metadata: ObjectMeta { namespace: "prod".into(), name: "web".into(), ..Default::default() }, ..Default::default() };
    /// pod.spec.node_name = "n1".into();
    /// let pod = Object::from(pod);
    ///
    /// let mut store = Store::new();
    /// store.commit(pod.key(), Expect::Absent, Some(pod))?;
    /// assert_eq!(store.indexed(&Term::PodOnNode("n1".into())).count(), 1);
    /// assert_eq!(store.indexed(&Term::PodOnNode("n2".into())).count(), 0);
    /// # Ok::<(), kubernel::store::Rejected>(())
    /// ```
    pub fn indexed<'a>(&'a self, term: &Term) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.state.posted(&term.text())
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Store {
    /// Only the figures: the objects would be too many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("revision", &self.revision)
            .field("oldest", &self.oldest())
            .field("objects", &self.state.len())
            .finish_non_exhaustive()
    }
}
