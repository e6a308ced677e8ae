//! Pods: what they mean, how they are checked, and how they live.
//!
//! Everything here is a pure function or a machine over the objects of [`crate::api`]; nothing
//! needs a store or a cluster. Times are arguments.

pub mod actions;
pub mod backoff;
pub mod conditions;
mod init;
pub mod phase;
pub mod probe;
pub mod restart;
pub mod restart_all;
pub mod runtime;
pub mod statuses;
pub mod termination;
