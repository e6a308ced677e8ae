//! Kubernetes' core semantics as an embeddable library.
//!
//! Pure in-memory types and state machines, and on top of them a small, exact, deterministic cluster.
//! The crate performs no I/O, reads no clock, starts no thread and keeps no global state:
//! time and randomness are arguments.

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
mod pmap;
pub mod pod;
pub mod quantity;
pub mod schedule;
pub mod service;
pub mod storage;
pub mod store;
pub mod time;
pub mod volume;
pub mod workload;

pub use admission::ApiError;
pub use cluster::Cluster;
pub use control::{Controller, Intent, Plan, View};
