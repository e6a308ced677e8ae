//! The table of kinds, and what is generated from it: [`Kind`], [`Object`], [`Resource`].

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::api::custom::{Custom, CustomKind};
use crate::api::key::Key;
use crate::api::wire::{Bare, Fields, Shape, Wire};
use crate::api::{
    Binding, CSIDriver, CSINode, CSIStorageCapacity, ClusterRole, ClusterRoleBinding, ConfigMap,
    ControllerRevision, CronJob, DaemonSet, Deployment, EndpointSlice, Endpoints, Event, Eviction,
    IPAddress, Ingress, IngressClass, Job, Lease, LimitRange, Namespace, NetworkPolicy, Node,
    ObjectMeta, PersistentVolume, PersistentVolumeClaim, Pod, PodDisruptionBudget, PodTemplate,
    PriorityClass, ReplicaSet, ReplicationController, ResourceQuota, Role, RoleBinding, Scale,
    Secret, Service, ServiceAccount, ServiceCIDR, StatefulSet, StorageClass, VolumeAttachment,
    VolumeAttributesClass,
};

/// Whether objects of a kind live in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third scope")]
pub enum Scope {
    /// In a namespace; the name is unique there.
    Namespaced,
    /// In the cluster; the name is unique everywhere.
    Cluster,
}

/// A type of object with identity: it has metadata and a place in the table of kinds.
pub trait Resource:
    Clone + Default + fmt::Debug + PartialEq + Fields + Serialize + for<'de> Deserialize<'de> + 'static
{
    /// Which line of the table it is.
    const KIND: Kind;
    /// The metadata.
    fn meta(&self) -> &ObjectMeta;
    /// The metadata, to change it.
    fn meta_mut(&mut self) -> &mut ObjectMeta;
    /// The object as this type, if it is one.
    fn peek(object: &Object) -> Option<&Self>;
    /// The object as this type, shared, if it is one.
    fn peek_arc(object: &Object) -> Option<&Arc<Self>>;
    /// The object that holds `this`.
    fn wrap(this: Arc<Self>) -> Object;
}

/// An object as it stands in a list of its kind.
#[derive(Debug)]
pub(crate) struct Listed<'a>(&'a Object);

macro_rules! kinds {
    ($( $kind:ident = $version:literal, $plural:literal, $scope:ident; )*) => {
        /// A kind of object: a line of the table, or a custom one.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $( #[doc = concat!("`", $version, "` `", stringify!($kind), "`.")] $kind, )*
            /// Any kind that is not in the table.
            Custom(CustomKind),
        }

        /// The lines of the table, to number them.
        enum Line { $($kind,)* Custom }

        impl Kind {
            /// The number of its line in the table, from 0; custom kinds share the one after the last.
            #[must_use]
            pub(crate) fn line(&self) -> u8 {
                let line = match self { $( Self::$kind => Line::$kind, )* Self::Custom(_) => Line::Custom };
                line as u8
            }

            /// Every kind of the table, in its order.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// The name of the kind, as `PersistentVolumeClaim`.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { $( Self::$kind => stringify!($kind), )* Self::Custom(custom) => custom.kind() }
            }

            /// Group and version, as `apps/v1`; only `v1` for the core group.
            #[must_use]
            pub fn api_version(&self) -> &str {
                match self { $( Self::$kind => $version, )* Self::Custom(custom) => custom.api_version() }
            }

            /// The name in paths, as `persistentvolumeclaims`.
            #[must_use]
            pub fn plural(&self) -> &str {
                match self { $( Self::$kind => $plural, )* Self::Custom(custom) => custom.plural() }
            }

            /// Whether objects of the kind live in a namespace.
            #[must_use]
            pub fn scope(&self) -> Scope {
                match self { $( Self::$kind => Scope::$scope, )* Self::Custom(custom) => custom.scope() }
            }

            /// The line of the table with this `apiVersion` and `kind`.
            #[must_use]
            pub fn known(api_version: &str, kind: &str) -> Option<Self> {
                match (api_version, kind) {
                    $( ($version, stringify!($kind)) => Some(Self::$kind), )*
                    _ => None,
                }
            }

            /// The form of the kind's objects on the wire; `None` for custom kinds.
            #[must_use]
            pub fn shape(&self) -> Option<&'static Shape> {
                match self { $( Self::$kind => Some(<$kind as Wire>::SHAPE), )* Self::Custom(_) => None }
            }

            /// Reads an object of this kind from a JSON value.
            ///
            /// # Errors
            /// When a value is of another type than its field.
            pub fn read(&self, value: Value) -> Result<Object, serde_json::Error> {
                match self {
                    $( Self::$kind => Ok(Object::$kind(Arc::new($kind::deserialize(value)?))), )*
                    Self::Custom(_) => Ok(Object::Custom(Arc::new(Custom::deserialize(value)?))),
                }
            }
        }

        /// An object of any kind, shared: a clone costs one count.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Object {
            $( #[doc = concat!("A [`", stringify!($kind), "`](crate::api::", stringify!($kind), ").")] $kind(Arc<$kind>), )*
            /// An object of a kind that is not in the table.
            Custom(Arc<Custom>),
        }

        impl Object {
            /// Which kind it is of.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $( Self::$kind(_) => Kind::$kind, )* Self::Custom(custom) => Kind::Custom(custom.custom_kind()) }
            }

            /// The metadata.
            #[must_use]
            pub fn meta(&self) -> &ObjectMeta {
                match self { $( Self::$kind(object) => &object.metadata, )* Self::Custom(custom) => &custom.metadata }
            }

            /// The metadata, to change it; a shared object is copied first.
            pub fn meta_mut(&mut self) -> &mut ObjectMeta {
                match self { $( Self::$kind(object) => &mut Arc::make_mut(object).metadata, )* Self::Custom(custom) => &mut Arc::make_mut(custom).metadata }
            }
        }

        impl Serialize for Object {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self { $( Self::$kind(object) => object.serialize(to), )* Self::Custom(custom) => custom.serialize(to) }
            }
        }

        impl Serialize for Listed<'_> {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self.0 { $( Object::$kind(object) => Bare(&**object).serialize(to), )* Object::Custom(custom) => custom.serialize(to) }
            }
        }

        $(
            impl Resource for $kind {
                const KIND: Kind = Kind::$kind;
                fn meta(&self) -> &ObjectMeta { &self.metadata }
                fn meta_mut(&mut self) -> &mut ObjectMeta { &mut self.metadata }
                fn peek(object: &Object) -> Option<&Self> {
                    if let Object::$kind(object) = object { Some(object) } else { None }
                }
                fn peek_arc(object: &Object) -> Option<&Arc<Self>> {
                    if let Object::$kind(object) = object { Some(object) } else { None }
                }
                fn wrap(this: Arc<Self>) -> Object { Object::$kind(this) }
            }

            impl From<$kind> for Object {
                fn from(object: $kind) -> Self { Self::$kind(Arc::new(object)) }
            }
        )*
    };
}

kinds! {
    Pod = "v1", "pods", Namespaced;
    PodTemplate = "v1", "podtemplates", Namespaced;
    Service = "v1", "services", Namespaced;
    Endpoints = "v1", "endpoints", Namespaced;
    PersistentVolume = "v1", "persistentvolumes", Cluster;
    PersistentVolumeClaim = "v1", "persistentvolumeclaims", Namespaced;
    Secret = "v1", "secrets", Namespaced;
    ConfigMap = "v1", "configmaps", Namespaced;
    Namespace = "v1", "namespaces", Cluster;
    Node = "v1", "nodes", Cluster;
    ReplicationController = "v1", "replicationcontrollers", Namespaced;
    ResourceQuota = "v1", "resourcequotas", Namespaced;
    LimitRange = "v1", "limitranges", Namespaced;
    ServiceAccount = "v1", "serviceaccounts", Namespaced;
    Event = "v1", "events", Namespaced;
    Binding = "v1", "bindings", Namespaced;
    Deployment = "apps/v1", "deployments", Namespaced;
    ReplicaSet = "apps/v1", "replicasets", Namespaced;
    StatefulSet = "apps/v1", "statefulsets", Namespaced;
    DaemonSet = "apps/v1", "daemonsets", Namespaced;
    ControllerRevision = "apps/v1", "controllerrevisions", Namespaced;
    Job = "batch/v1", "jobs", Namespaced;
    CronJob = "batch/v1", "cronjobs", Namespaced;
    EndpointSlice = "discovery.k8s.io/v1", "endpointslices", Namespaced;
    NetworkPolicy = "networking.k8s.io/v1", "networkpolicies", Namespaced;
    Ingress = "networking.k8s.io/v1", "ingresses", Namespaced;
    IngressClass = "networking.k8s.io/v1", "ingressclasses", Cluster;
    ServiceCIDR = "networking.k8s.io/v1", "servicecidrs", Cluster;
    IPAddress = "networking.k8s.io/v1", "ipaddresses", Cluster;
    StorageClass = "storage.k8s.io/v1", "storageclasses", Cluster;
    VolumeAttachment = "storage.k8s.io/v1", "volumeattachments", Cluster;
    CSIDriver = "storage.k8s.io/v1", "csidrivers", Cluster;
    CSINode = "storage.k8s.io/v1", "csinodes", Cluster;
    CSIStorageCapacity = "storage.k8s.io/v1", "csistoragecapacities", Namespaced;
    VolumeAttributesClass = "storage.k8s.io/v1", "volumeattributesclasses", Cluster;
    Role = "rbac.authorization.k8s.io/v1", "roles", Namespaced;
    ClusterRole = "rbac.authorization.k8s.io/v1", "clusterroles", Cluster;
    RoleBinding = "rbac.authorization.k8s.io/v1", "rolebindings", Namespaced;
    ClusterRoleBinding = "rbac.authorization.k8s.io/v1", "clusterrolebindings", Cluster;
    PodDisruptionBudget = "policy/v1", "poddisruptionbudgets", Namespaced;
    Eviction = "policy/v1", "evictions", Namespaced;
    PriorityClass = "scheduling.k8s.io/v1", "priorityclasses", Cluster;
    Lease = "coordination.k8s.io/v1", "leases", Namespaced;
    Scale = "autoscaling/v1", "scales", Namespaced;
}

impl Kind {
    /// The kind with this `apiVersion` and `kind`: a line of the table, else a namespaced custom one.
    #[must_use]
    pub fn of(api_version: &str, kind: &str) -> Self {
        Self::known(api_version, kind)
            .unwrap_or_else(|| Self::Custom(CustomKind::guess(api_version, kind)))
    }

    /// The API group, as `apps`; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }

    /// The version, as `v1`.
    #[must_use]
    pub fn version(&self) -> &str {
        self.api_version().rsplit('/').next().unwrap_or_default()
    }

    /// Whether objects of the kind live in a namespace.
    #[must_use]
    pub fn is_namespaced(&self) -> bool {
        match self.scope() {
            Scope::Namespaced => true,
            Scope::Cluster => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Object {
    /// The object as a type of the table, if it is one.
    #[must_use]
    pub fn peek<R: Resource>(&self) -> Option<&R> {
        R::peek(self)
    }

    /// Kind, namespace and name.
    #[must_use]
    pub fn key(&self) -> Key {
        let meta = self.meta();
        Key::new(self.kind(), meta.namespace.as_str(), meta.name.as_str())
    }

    /// The object as it stands in a list of its kind: one of the table without `kind` and `apiVersion`.
    pub(crate) fn listed(&self) -> Listed<'_> {
        Listed(self)
    }

    /// The object as a JSON value.
    ///
    /// # Errors
    /// Never for objects of the table; a custom one fails if a key of its content is not text.
    pub fn to_value(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }
}

impl From<Custom> for Object {
    fn from(custom: Custom) -> Self {
        Self::Custom(Arc::new(custom))
    }
}
