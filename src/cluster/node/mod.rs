//! A node: an actor that runs the pods bound to it and writes their status.
//!
//! It is upstream's kubelet without a machine: containers do what their [`Program`] says, volumes are
//! trees in memory. It writes nothing but the status of pods, the last delete of a pod that was
//! being deleted, and, after a silence, its own node's status and lease.

mod agent;
mod fit;
mod program;
mod script;
mod volumes;
mod wishes;
mod world;

pub(super) use agent::lease_key;
pub use agent::{Capacity, NodeAgent, NotEvicted, Outside, Sync};
pub use program::{ContainerCtx, Program, Programs};
pub use volumes::Shelf;

#[cfg(test)]
mod tests;
