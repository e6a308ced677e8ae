//! Workloads: what their objects must look like, and what their controllers decide.
//!
//! The decisions are pure: from an object, its children and the time to what is to be made, changed
//! and removed. [`runs`] tells for which kinds there is a controller in this version.

pub mod defaults;
pub mod deployment;
mod job_selector;
mod pods;
pub mod replica_set;
pub mod replication_controller;
mod runs;
mod scale;
pub mod update;
pub mod validate;

pub use job_selector::generate_selector;
pub use runs::{Running, WORKLOADS, runs};
pub use scale::{scale, set_scale, validate_scale};
