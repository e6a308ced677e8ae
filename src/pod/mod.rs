//! Pods: what they mean, how they are checked, and how they live.
//!
//! Everything here is a pure function or a machine over the objects of [`crate::api`]; nothing
//! needs a store or a cluster. Times are arguments.

pub mod conditions;
pub mod phase;
pub mod restart;
pub mod statuses;
