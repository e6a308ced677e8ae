//! Parts of objects that are read and written by themselves.

use std::fmt;

use crate::api::Kind;

/// A part of an object that can be read, replaced and patched without the rest.
///
/// Source: the `storage.go` of each kind below `pkg/registry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Subresource {
    /// The ephemeral containers of a pod.
    EphemeralContainers,
    /// The resources of a pod's containers.
    Resize,
    /// The number of replicas, in the form of a [`Scale`](crate::api::Scale).
    Scale,
    /// The status.
    Status,
}

impl Subresource {
    /// The subresources of a kind, by name.
    ///
    /// ```
    /// use kubernel::admission::Subresource;
    /// use kubernel::api::Kind;
    ///
    /// assert_eq!(Subresource::of(&Kind::Deployment), [Subresource::Scale, Subresource::Status]);
    /// assert!(Subresource::of(&Kind::ConfigMap).is_empty());
    /// ```
    #[must_use]
    pub const fn of(kind: &Kind) -> &'static [Self] {
        match kind {
            Kind::Pod => &[Self::EphemeralContainers, Self::Resize, Self::Status],
            Kind::ReplicationController
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::StatefulSet => &[Self::Scale, Self::Status],
            Kind::Service
            | Kind::PersistentVolume
            | Kind::PersistentVolumeClaim
            | Kind::Namespace
            | Kind::Node
            | Kind::ResourceQuota
            | Kind::DaemonSet
            | Kind::Job
            | Kind::CronJob
            | Kind::Ingress
            | Kind::ServiceCIDR
            | Kind::VolumeAttachment
            | Kind::PodDisruptionBudget
            | Kind::Custom(_) => &[Self::Status],
            Kind::PodTemplate
            | Kind::Endpoints
            | Kind::Secret
            | Kind::ConfigMap
            | Kind::LimitRange
            | Kind::ServiceAccount
            | Kind::Event
            | Kind::Binding
            | Kind::ControllerRevision
            | Kind::EndpointSlice
            | Kind::NetworkPolicy
            | Kind::IngressClass
            | Kind::IPAddress
            | Kind::StorageClass
            | Kind::CSIDriver
            | Kind::CSINode
            | Kind::CSIStorageCapacity
            | Kind::VolumeAttributesClass
            | Kind::Role
            | Kind::ClusterRole
            | Kind::RoleBinding
            | Kind::ClusterRoleBinding
            | Kind::Eviction
            | Kind::PriorityClass
            | Kind::Lease
            | Kind::Scale => &[],
        }
    }

    /// The name in paths.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EphemeralContainers => "ephemeralcontainers",
            Self::Resize => "resize",
            Self::Scale => "scale",
            Self::Status => "status",
        }
    }
}

impl fmt::Display for Subresource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
