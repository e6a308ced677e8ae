//! Hearing of changes.

use serde_json::json;

use crate::admission::ApiError;
use crate::api::{Kind, Object, Status};
use crate::read::list::expired;
use crate::read::options::{Interest, ListOptions, revision};
use crate::store::{Change, Revision, Store};

/// The annotation of the bookmark behind the objects that existed at the start (WATCH-9).
pub const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";

/// What a watch tells.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// An object exists, or has come to match.
    Added(Object),
    /// An object that matched before has changed and still does.
    Modified(Object),
    /// An object is gone, or has ceased to match: its content before that, with the revision of the change
    /// (WATCH-4).
    Deleted(Object),
    /// Everything up to the resource version of this otherwise empty object has been told (WATCH-8).
    Bookmark(Object),
    /// The watch is over, for this reason (WATCH-6).
    Error(Box<Status>),
}

impl Event {
    /// The type on the wire, as `ADDED`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Added(_) => "ADDED",
            Self::Modified(_) => "MODIFIED",
            Self::Deleted(_) => "DELETED",
            Self::Bookmark(_) => "BOOKMARK",
            Self::Error(_) => "ERROR",
        }
    }

    /// The object; none for an error.
    #[must_use]
    pub const fn object(&self) -> Option<&Object> {
        match self {
            Self::Added(object)
            | Self::Modified(object)
            | Self::Deleted(object)
            | Self::Bookmark(object) => Some(object),
            Self::Error(_) => None,
        }
    }

    /// What a change is to someone with this interest (WATCH-3); none if it is of another kind, or neither
    /// state matches.
    ///
    /// ```
    /// use kubernel::api::{Kind, Node, Object};
    /// use kubernel::read::{Event, Interest, ListOptions};
    /// use kubernel::store::{Change, Revision};
    ///
    /// let options = ListOptions { label_selector: "ssd".into(), ..Default::default() };
    /// let interest = Interest::of(&Kind::Node, None, &options)?;
    /// let (plain, mut ssd) = (Object::from(Node::default()), Object::from(Node::default()));
    /// ssd.meta_mut().labels.insert("ssd".into(), String::new());
    /// let (before, after) = (Some(ssd), Some(plain.clone()));
    /// let change = Change { revision: Revision(7), key: plain.key(), before, after };
    /// let event = Event::of(&change, &interest).unwrap();
    /// assert_eq!((event.as_str(), event.object().unwrap().meta().labels.len()), ("DELETED", 1));
    /// # Ok::<(), kubernel::ApiError>(())
    /// ```
    #[must_use]
    pub fn of(change: &Change, interest: &Interest) -> Option<Self> {
        if change.key.kind != interest.kind {
            return None;
        }
        let meant = |object: &&Object| interest.matches(object);
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        match (before.filter(meant), after.filter(meant)) {
            (None, None) => None,
            (None, Some(after)) => Some(Self::Added(after.clone())),
            (Some(_), Some(after)) => Some(Self::Modified(after.clone())),
            (Some(before), None) => {
                let mut last = before.clone();
                last.meta_mut().resource_version = change.revision.to_string();
                Some(Self::Deleted(last))
            }
        }
    }
}

/// A watch: what the caller is interested in, and up to where it has been told.
///
/// It is no channel and holds nothing of the store, so thousands cost nothing until they are polled, and a
/// slow one holds up nobody: it may only find that what it wants to know is forgotten (WATCH-6, WATCH-12).
///
/// ```
/// use kubernel::Cluster;
/// use kubernel::api::{ConfigMap, Kind, ObjectMeta};
/// use kubernel::read::{ListOptions, Watch};
///
/// let mut cluster = Cluster::builder().build();
/// let options = ListOptions { allow_watch_bookmarks: true, ..Default::default() };
/// let mut watch = Watch::open(cluster.store(), &Kind::ConfigMap, Some("default"), &options)?;
/// let metadata = ObjectMeta { name: "a".into(), ..Default::default() };
/// let key = cluster.create(ConfigMap { metadata, ..Default::default() })?;
/// cluster.delete(&key, Default::default())?;
///
/// let events: Vec<_> = watch.poll(cluster.store()).iter().map(|event| event.as_str()).collect();
/// assert_eq!(events, ["ADDED", "DELETED"]);
/// assert!(watch.poll(cluster.store()).is_empty());
/// assert!(watch.bookmark().is_some());
/// # Ok::<(), kubernel::ApiError>(())
/// ```
///
/// Source: `apiserver/pkg/storage/cacher/cache_watcher.go`.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    interest: Interest,
    state: State,
    bookmarks: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// First the objects that exist at this revision, or at a later one if it is forgotten; then a bookmark,
    /// if that is wanted.
    Existing { at: Revision, ends: bool },
    /// The changes after this revision.
    After(Revision),
    /// An error has ended it.
    Over,
}

impl Watch {
    /// Starts to watch `kind`, in one namespace or in all, as `options` ask.
    ///
    /// Without version and with `0` it begins with the objects that exist, as additions (WATCH-2); with a
    /// version, after that, even if it lies ahead (WATCH-7). `send_initial_events` asks for the objects
    /// that exist, and against them, whatever the version (WATCH-9). A namespace need not exist
    /// (WATCH-11).
    ///
    /// # Errors
    /// - [`ApiError::BadRequest`]: a selector is ill-formed or not offered.
    /// - [`ApiError::Invalid`]: the options exclude each other (WATCH-9, WATCH-10).
    /// - [`ApiError::Internal`]: the version is no number.
    pub fn open(
        store: &Store,
        kind: &Kind,
        namespace: Option<&str>,
        options: &ListOptions,
    ) -> Result<Self, ApiError> {
        options.check_watch()?;
        let interest = Interest::of(kind, namespace, options)?;
        let asked = revision(&options.resource_version).ok_or_else(|| ApiError::Internal {
            text: format!("invalid resource version `{}`", options.resource_version).into(),
        })?;
        let newest = store.revision();
        let state = match options.send_initial_events {
            Some(true) => State::Existing { at: asked.max(newest), ends: true },
            None if asked == Revision::ZERO => State::Existing { at: newest, ends: false },
            Some(false) if asked == Revision::ZERO => State::After(newest),
            Some(false) | None => State::After(asked),
        };
        Ok(Self { interest, state, bookmarks: options.allow_watch_bookmarks })
    }

    /// What it is interested in.
    #[must_use]
    pub const fn interest(&self) -> &Interest {
        &self.interest
    }

    /// Up to which revision everything has been told; none before the first poll of a watch that begins with
    /// the objects that exist, and after an error.
    #[must_use]
    pub const fn revision(&self) -> Option<Revision> {
        match self.state {
            State::After(revision) => Some(revision),
            State::Existing { .. } | State::Over => None,
        }
    }

    /// Whether an error has ended it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// What is new since the last poll: every change once, in the order of revisions (WATCH-1).
    ///
    /// If what it wants to know is forgotten, the only event is an error with a status 410, and there will be
    /// no other.
    pub fn poll(&mut self, store: &Store) -> Vec<Event> {
        let mut events = Vec::new();
        if let State::Existing { at, ends } = self.state {
            if at > store.revision() {
                return Vec::new();
            }
            // Any later state will do as well.
            let then = store.at(at).unwrap_or_else(|_| store.clone());
            self.state = State::After(then.revision());
            events.extend(self.interest.select(&then).cloned().map(Event::Added));
            if ends {
                events.extend(self.bookmark().map(ended));
            }
        }
        if let State::After(after) = self.state {
            match store.since(after) {
                Ok(changes) => {
                    events.extend(changes.filter_map(|change| Event::of(change, &self.interest)));
                    self.state = State::After(after.max(store.revision()));
                }
                Err(why) => {
                    self.state = State::Over;
                    events.push(Event::Error(Box::new(expired(why, None).status())));
                }
            }
        }
        events
    }

    /// Tells up to where it has got; none if bookmarks were not asked for, or before the first poll of a
    /// watch that begins with the objects that exist.
    #[must_use]
    pub fn bookmark(&self) -> Option<Event> {
        let revision = self.revision().filter(|_| self.bookmarks)?;
        let kind = &self.interest.kind;
        let metadata =
            json!({ "resourceVersion": revision.to_string(), "creationTimestamp": null });
        let empty = json!({
            "apiVersion": kind.api_version(), "kind": kind.as_str(), "metadata": metadata,
        });
        kind.read(empty).ok().map(Event::Bookmark)
    }
}

fn ended(event: Event) -> Event {
    match event {
        Event::Bookmark(mut object) => {
            let annotations = &mut object.meta_mut().annotations;
            annotations.insert(INITIAL_EVENTS_END.into(), "true".into());
            Event::Bookmark(object)
        }
        other => other,
    }
}
