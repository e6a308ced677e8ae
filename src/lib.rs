//! Kubernetes' core semantics as an embeddable library.
//!
//! Pure in-memory types and state machines, and on top of them a small, exact, deterministic cluster.
//! The crate performs no I/O, reads no clock, starts no thread and keeps no global state: time and
//! randomness are arguments. The semantics are those of Kubernetes 1.36.
//!
//! # Three ways in
//!
//! **Ask one question.** Every area of semantics stands alone on the wire types in [`api`]: does
//! this selector match ([`labels`]), is this object valid and if not where ([`meta`], [`pod`],
//! [`service`], [`workload`], [`storage`], [`config`]), which volume fits this claim and why not the
//! other ([`storage::fit`]), which node and why not the others ([`schedule`]), which pod gets this
//! connection ([`service::route`]), what is in this volume ([`volume`]).
//!
//! **Run a cluster.** [`Cluster`] is a store, admission, the built-in controllers, nodes with
//! containers whose behaviour you script, and a clock that jumps. It advances by one
//! [`Step`](cluster::Step) at a time; a [`Schedule`](cluster::Schedule) chooses which, so the same
//! seed gives the same run, byte for byte. It can be cloned for nothing, rewound, and asked why.
//!
//! **Test your own controller.** Implement [`Controller`], seat it in a cluster, and run it under a
//! thousand seeds, with stale caches and failing writes. One that speaks HTTP talks to [`wire::handle`],
//! which answers requests as an API server does.
//!
//! ```
//! use kubernel::api::{Strictness, decode_all};
//! use kubernel::labels::Selector;
//!
//! let text = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","labels":{"app":"web"}},
//!                "spec":{"containers":[{"name":"web","image":"web:1"}]}}"#;
//! for object in decode_all(text, Strictness::Strict) {
//!     let object = object?.object;
//!     let selector: Selector = "app in (web,api),!legacy".parse()?;
//!     assert!(selector.matches(&object.meta().labels));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Floors
//!
//! Modules stand on floors and use only what is below them; [`docs::architecture`] has the rules.
//!
//! | floor | what | modules |
//! |---|---|---|
//! | 0 | vocabulary | [`field`] [`name`] [`quantity`] [`time`] [`int_or_string`] |
//! | 1 | nouns | [`api`] |
//! | 2 | verbs | [`meta`] [`labels`] [`patch`] [`volume`] [`config`] [`pod`] [`storage`] [`service`] [`namespace`] [`workload`] [`schedule`] |
//! | 3 | memory and gate | [`store`] [`admission`] [`read`] |
//! | 4 | will | [`control`] |
//! | 5 | world | [`cluster`] |
//! | 6 | around it | [`wire`]; `interop` and `testing`, with the features `k8s-openapi` and `testing` |
//!
//! # Features
//!
//! None is on by default, and none changes what the rest does.
//!
//! - `yaml`: [`api::decode_all`] reads streams of YAML documents.
//! - `testing`: strategies for `proptest`, and a search over seeds.
//! - `k8s-openapi`: conversions to and from the types of the crate of that name.

pub mod admission;
pub mod api;
pub mod cluster;
pub mod config;
pub mod control;
pub mod docs;
pub mod field;
pub mod int_or_string;
#[cfg(feature = "k8s-openapi")]
pub mod interop;
pub mod labels;
pub mod meta;
pub mod name;
pub mod namespace;
pub mod patch;
mod pmap;
pub mod pod;
pub mod quantity;
pub mod read;
pub mod schedule;
pub mod service;
pub mod storage;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
pub mod volume;
pub mod wire;
pub mod workload;

pub use admission::ApiError;
pub use cluster::Cluster;
pub use control::{Controller, Intent, Plan, View};
