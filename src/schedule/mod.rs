//! Which node a pod gets, and why not the others.
//!
//! [`place`] is the whole decision: filters in upstream's order, then scores. It sees the pod, the
//! nodes with their pods ([`NodeInfo`]) and what else it can look up ([`Surroundings`]), and says of
//! every node that does not fit why ([`Unfit`]).
//!
//! Source: `pkg/scheduler`.

pub mod affinity;
pub mod eviction;
pub mod health;
pub mod limits;
mod node;
mod place;
mod plugin;
pub mod pod_affinity;
pub mod queue;
pub mod resources;
pub mod score;
mod snapshot;
pub mod spread;
pub mod taint;
mod unfit;
pub mod volumes;

pub use node::{NodeInfo, collide, host_ports};
pub use place::{Cycle, Placement, place};
pub use plugin::Plugin;
pub use snapshot::{Snapshot, Surroundings};
pub use unfit::{Failure, Refusal, Unfit, Unschedulable};
