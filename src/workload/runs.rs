//! What this version does with each kind of workload.

use crate::api::Kind;

/// What a cluster does with the objects of a kind of workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Running {
    /// A controller acts on them: pods come, go and are replaced.
    Runs,
    /// They are completed, checked and kept; nothing acts on them.
    StoredOnly,
}

/// Every kind of workload, and what this version does with it.
pub const WORKLOADS: [(Kind, Running); 7] = [
    (Kind::Deployment, Running::Runs),
    (Kind::ReplicaSet, Running::Runs),
    (Kind::ReplicationController, Running::Runs),
    (Kind::StatefulSet, Running::StoredOnly),
    (Kind::DaemonSet, Running::StoredOnly),
    (Kind::Job, Running::StoredOnly),
    (Kind::CronJob, Running::StoredOnly),
];

/// What this version does with objects of `kind`; `None` if it is no kind of workload.
///
/// ```
/// use kubernel::api::Kind;
/// use kubernel::workload::{Running, runs};
///
/// assert_eq!(runs(&Kind::Deployment), Some(Running::Runs));
/// assert_eq!(runs(&Kind::StatefulSet), Some(Running::StoredOnly));
/// assert_eq!(runs(&Kind::Secret), None);
/// ```
#[must_use]
pub fn runs(kind: &Kind) -> Option<Running> {
    WORKLOADS.iter().find(|(known, _)| known == kind).map(|(_, running)| *running)
}
