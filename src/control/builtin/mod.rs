//! The controllers of upstream's controller manager and scheduler, as thin adapters: they gather
//! inputs from indices, call the decision, and turn it into intents.

mod children;
mod deployment;
mod disruption;
mod endpoint_slice;
mod ephemeral_claims;
mod garbage_collector;
mod namespace;
mod node_lifecycle;
mod pod_gc;
mod provisioner;
mod replica_set;
mod replication_controller;
mod scheduler;
mod storage_protection;
mod taint_eviction;
mod volume_binder;

use std::sync::Arc;

use crate::control::Controller;

pub use deployment::Deployments;
pub use endpoint_slice::EndpointSlices;
pub use ephemeral_claims::EphemeralClaims;
pub use garbage_collector::GarbageCollector;
pub use namespace::Namespaces;
pub use node_lifecycle::NodeLifecycle;
pub use pod_gc::PodGc;
pub use provisioner::Provisioner;
pub use replica_set::ReplicaSets;
pub use replication_controller::ReplicationControllers;
pub use scheduler::Scheduler;
pub use storage_protection::StorageProtection;
pub use taint_eviction::TaintEviction;
pub use volume_binder::VolumeBinder;

/// All built-in controllers, in a fixed order.
#[must_use]
pub fn all() -> Vec<Arc<dyn Controller>> {
    vec![
        // One line a controller.
        Arc::new(Deployments),
        Arc::new(ReplicaSets),
        Arc::new(ReplicationControllers),
        Arc::new(Namespaces),
        Arc::new(Scheduler),
        Arc::new(EndpointSlices),
        Arc::new(EphemeralClaims),
        Arc::new(VolumeBinder),
        Arc::new(Provisioner),
        Arc::new(StorageProtection),
        Arc::new(GarbageCollector),
        Arc::new(NodeLifecycle),
        Arc::new(TaintEviction),
        Arc::new(PodGc),
    ]
}
