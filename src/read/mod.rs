//! The verbs that read: get, list and watch, with the rules by which an API server answers them.
//!
//! All are functions of a [`Store`](crate::store::Store) and of options in the words of the wire. A [`Watch`] is a
//! value that the caller keeps: it costs nothing until it is asked what is new.
//!
//! ```
//! use kubernel::api::{Kind, Node, Object, ObjectMeta};
//! use kubernel::read::{self, Event, ListOptions, Watch};
//! use kubernel::store::{Expect, Store};
//!
//! let mut store = Store::new();
//! let all = ListOptions::default();
//! let mut watch = Watch::open(&store, &Kind::Node, None, &all)?;
//! for name in ["n1", "n2", "n3"] {
//!     let metadata = ObjectMeta { name: name.into(), ..Default::default() };
//!     let node = Object::from(Node { metadata, ..Default::default() });
//!     store.commit(node.key(), Expect::Absent, Some(node)).unwrap();
//! }
//!
//! let two = ListOptions { limit: 2, ..Default::default() };
//! let first = read::list(&store, &Kind::Node, None, &two)?;
//! assert_eq!((first.items.len(), first.metadata.remaining_item_count), (2, Some(1)));
//! let rest = ListOptions { continue_: first.metadata.continue_, ..two };
//! assert_eq!(read::list(&store, &Kind::Node, None, &rest)?.items.len(), 1);
//!
//! let events = watch.poll(&store);
//! assert_eq!(events.len(), 3);
//! assert!(matches!(&events[0], Event::Added(node) if node.meta().name == "n1"));
//! # Ok::<(), kubernel::ApiError>(())
//! ```
//!
//! Source: `apiserver/pkg/endpoints/handlers/get.go`, `apiserver/pkg/storage`.

mod get;
mod list;
mod options;
mod token;
mod watch;

pub use get::get;
pub use list::{Page, list};
pub(crate) use options::truth;
pub use options::{Interest, ListOptions};
pub use token::{BadToken, Token};
pub use watch::{Event, INITIAL_EVENTS_END, Watch};
