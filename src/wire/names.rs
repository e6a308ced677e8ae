//! By which other names a kind is known, and which groups there are.

use crate::api::Kind;

/// The groups beside the core group, in the order in which clients look for a name in them.
///
/// Source: `api/discovery/apis.json`.
pub(super) const GROUPS: &[&str] = &[
    "apps",
    "batch",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
];

/// Whether there is a path for objects of the kind; the others are only sent to subresources.
pub(super) fn is_resource(kind: &Kind) -> bool {
    !matches!(kind, Kind::Eviction | Kind::Scale)
}

/// Source: `ShortNames` of each kind below `pkg/registry`.
pub(super) fn short_name(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Pod => Some("po"),
        Kind::Service => Some("svc"),
        Kind::Endpoints => Some("ep"),
        Kind::PersistentVolume => Some("pv"),
        Kind::PersistentVolumeClaim => Some("pvc"),
        Kind::ConfigMap => Some("cm"),
        Kind::Namespace => Some("ns"),
        Kind::Node => Some("no"),
        Kind::ReplicationController => Some("rc"),
        Kind::ResourceQuota => Some("quota"),
        Kind::LimitRange => Some("limits"),
        Kind::ServiceAccount => Some("sa"),
        Kind::Event => Some("ev"),
        Kind::Deployment => Some("deploy"),
        Kind::ReplicaSet => Some("rs"),
        Kind::StatefulSet => Some("sts"),
        Kind::DaemonSet => Some("ds"),
        Kind::CronJob => Some("cj"),
        Kind::NetworkPolicy => Some("netpol"),
        Kind::Ingress => Some("ing"),
        Kind::IPAddress => Some("ip"),
        Kind::StorageClass => Some("sc"),
        Kind::VolumeAttributesClass => Some("vac"),
        Kind::PodDisruptionBudget => Some("pdb"),
        Kind::PriorityClass => Some("pc"),
        Kind::PodTemplate
        | Kind::Secret
        | Kind::Binding
        | Kind::ControllerRevision
        | Kind::Job
        | Kind::EndpointSlice
        | Kind::IngressClass
        | Kind::ServiceCIDR
        | Kind::VolumeAttachment
        | Kind::CSIDriver
        | Kind::CSINode
        | Kind::CSIStorageCapacity
        | Kind::Role
        | Kind::ClusterRole
        | Kind::RoleBinding
        | Kind::ClusterRoleBinding
        | Kind::Eviction
        | Kind::Lease
        | Kind::Scale
        | Kind::Custom(_) => None,
    }
}

/// Whether the kind is meant by `all`.
///
/// Source: `Categories` of each kind below `pkg/registry`.
pub(super) fn in_all(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Pod
            | Kind::ReplicationController
            | Kind::Service
            | Kind::DaemonSet
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::StatefulSet
            | Kind::CronJob
            | Kind::Job
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_with_a_path_has_a_place() {
        for kind in Kind::ALL.iter().filter(|kind| is_resource(kind)) {
            let group = kind.group();
            assert!(group.is_empty() || GROUPS.contains(&group), "{kind} {group}");
        }
    }
}
