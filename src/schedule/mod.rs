//! Which node a pod gets, and why not the others.
//!
//! [`place`] is the whole decision: filters in upstream's order, then scores. It sees the pod, the
//! nodes with their pods ([`NodeInfo`]) and what is known of storage, and says of every node that
//! does not fit why ([`Unfit`]).
//!
//! Source: `pkg/scheduler`.

pub mod affinity;
mod node;
mod place;
pub mod resources;
pub mod score;
pub mod taint;
pub mod volumes;

pub use node::{NodeInfo, collide, host_ports};
pub use place::{Placement, Unfit, Unschedulable, fits, place};
