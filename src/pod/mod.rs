//! Pods: what they mean, how they are checked, and how they live.
//!
//! Everything here is a pure function or a machine over the objects of [`crate::api`]; nothing
//! needs a store or a cluster. Times are arguments.

pub mod actions;
pub mod backoff;
pub mod behaviour;
pub mod conditions;
pub mod container;
pub mod defaults;
pub mod ending;
pub mod env;
pub mod eviction;
pub mod happened;
mod hook;
pub mod image;
mod init;
mod pass;
pub mod phase;
pub mod probe;
mod probing;
pub mod pull;
pub mod qos;
pub mod report;
pub mod resources;
pub mod restart;
pub mod restart_all;
pub mod runtime;
mod starting;
pub mod status;
pub mod statuses;
mod stop;
mod stopping;
pub mod termination;
pub mod update;
pub mod validate;
mod volume_defaults;
pub mod worker;
pub mod workers;
mod writing;
