//! The nouns: Kubernetes' wire types, version 1.36.
//!
//! They can hold everything the wire can hold and have no opinion about it: no defaults, no checks.
//! Names are upstream's. A word outside an enum survives in `Other`, an unknown field is dropped
//! (decoding can report it).
//!
//! Construct with `..Default::default()`; new fields of later versions are not a breaking change.

mod affinity;
mod batch;
mod bytes;
mod claim;
mod config;
mod container;
mod custom;
mod decode;
mod discovery;
mod event;
mod key;
mod kinds;
mod list;
mod meta;
mod namespace;
mod network;
mod node;
mod pod;
mod policy;
mod probe;
mod quota;
mod rbac;
mod reference;
mod security;
mod service;
mod storage;
mod view;
mod volume;
mod workload;
#[macro_use]
mod wire;

use std::collections::BTreeMap;

use crate::quantity::Quantity;

pub use affinity::{
    Affinity, NodeAffinity, NodeInclusionPolicy, NodeSelector, NodeSelectorOperator,
    NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm, PodAntiAffinity,
    PreferredSchedulingTerm, Taint, TaintEffect, Toleration, TolerationOperator,
    TopologySelectorLabelRequirement, TopologySelectorTerm, TopologySpreadConstraint,
    UnsatisfiableConstraintAction, WeightedPodAffinityTerm,
};
pub use batch::{
    CompletionMode, ConcurrencyPolicy, CronJob, CronJobSpec, CronJobStatus, Job, JobCondition,
    JobConditionType, JobSpec, JobStatus, JobTemplateSpec, PodFailurePolicy,
    PodFailurePolicyAction, PodFailurePolicyOnExitCodesOperator,
    PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyOnPodConditionsPattern,
    PodFailurePolicyRule, PodReplacementPolicy, SuccessPolicy, SuccessPolicyRule,
    UncountedTerminatedPods,
};
pub use bytes::ByteString;
pub use claim::{
    ClaimResourceStatus, ModifyVolumeStatus, PersistentVolumeAccessMode, PersistentVolumeClaim,
    PersistentVolumeClaimCondition, PersistentVolumeClaimConditionType,
    PersistentVolumeClaimModifyVolumeStatus, PersistentVolumeClaimPhase, PersistentVolumeClaimSpec,
    PersistentVolumeClaimStatus, PersistentVolumeMode, VolumeResourceRequirements,
};
pub use config::{ConfigMap, Secret, SecretType, ServiceAccount};
pub use container::{
    ConfigMapEnvSource, ConfigMapKeySelector, Container, ContainerPort, ContainerResizePolicy,
    ContainerRestartPolicy, ContainerRestartRule, ContainerRestartRuleAction,
    ContainerRestartRuleOnExitCodes, ContainerRestartRuleOnExitCodesOperator, ContainerState,
    ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
    ContainerUser, EnvFromSource, EnvVar, EnvVarSource, EphemeralContainer, FileKeySelector,
    ImageVolumeStatus, LinuxContainerUser, MountPropagationMode, Protocol, RecursiveReadOnlyMode,
    ResourceClaim, ResourceHealth, ResourceHealthStatus, ResourceRequirements,
    ResourceResizeRestartPolicy, ResourceStatus, SecretEnvSource, SecretKeySelector,
    TerminationMessagePolicy, VolumeDevice, VolumeMount, VolumeMountStatus, VolumeStatus,
};
pub use custom::{Custom, CustomKind};
pub use decode::{
    DecodeCause, DecodeError, Decoded, Strictness, decode, decode_all, decode_as, decode_value,
};
pub use discovery::{
    AddressType, Endpoint, EndpointConditions, EndpointHints, EndpointPort, EndpointSlice, ForNode,
    ForZone,
};
pub use event::{CoordinatedLeaseStrategy, Event, EventSeries, EventSource, Lease, LeaseSpec};
pub use key::{Key, Name};
pub use kinds::{Kind, Object, Resource, Scope};
pub use list::List;
pub use meta::{
    CauseType, Condition, ConditionStatus, DeleteOptions, DeletionPropagation, LabelSelector,
    LabelSelectorOperator, LabelSelectorRequirement, ListMeta, ManagedFieldsEntry,
    ManagedFieldsOperationType, ObjectMeta, OwnerReference, Preconditions, ShardInfo, Status,
    StatusCause, StatusDetails, StatusReason,
};
pub use namespace::{
    Namespace, NamespaceCondition, NamespaceConditionType, NamespacePhase, NamespaceSpec,
    NamespaceStatus,
};
pub use network::{
    HTTPIngressPath, HTTPIngressRuleValue, IPAddress, IPAddressSpec, IPBlock, Ingress,
    IngressBackend, IngressClass, IngressClassParametersReference, IngressClassSpec,
    IngressLoadBalancerIngress, IngressLoadBalancerStatus, IngressPortStatus, IngressRule,
    IngressServiceBackend, IngressSpec, IngressStatus, IngressTLS, NetworkPolicy,
    NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec, ParentReference, PathType, PolicyType, ServiceBackendPort, ServiceCIDR,
    ServiceCIDRSpec, ServiceCIDRStatus,
};
pub use node::{
    AttachedVolume, ConfigMapNodeConfigSource, ContainerImage, DaemonEndpoint, Node, NodeAddress,
    NodeAddressType, NodeCondition, NodeConditionType, NodeConfigSource, NodeConfigStatus,
    NodeDaemonEndpoints, NodeFeatures, NodePhase, NodeRuntimeHandler, NodeRuntimeHandlerFeatures,
    NodeSpec, NodeStatus, NodeSwapStatus, NodeSystemInfo,
};
pub use pod::{
    Binding, ContainerExtendedResourceRequest, DNSPolicy, HostAlias, HostIP,
    NodeAllocatableResourceClaimStatus, OSName, Pod, PodCondition, PodConditionType, PodDNSConfig,
    PodDNSConfigOption, PodExtendedResourceClaimStatus, PodIP, PodOS, PodPhase, PodQOSClass,
    PodReadinessGate, PodResizeStatus, PodResourceClaim, PodResourceClaimStatus, PodSchedulingGate,
    PodSchedulingGroup, PodSpec, PodStatus, PodTemplate, PodTemplateSpec, PreemptionPolicy,
    RestartPolicy,
};
pub use policy::{
    Eviction, PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus,
    PriorityClass, UnhealthyPodEvictionPolicyType,
};
pub use probe::{
    ExecAction, GRPCAction, HTTPGetAction, HTTPHeader, Lifecycle, LifecycleHandler, Probe, Signal,
    SleepAction, TCPSocketAction, URIScheme,
};
pub use quota::{
    LimitRange, LimitRangeItem, LimitRangeSpec, LimitType, ResourceQuota, ResourceQuotaScope,
    ResourceQuotaSpec, ResourceQuotaStatus, ScopeSelector, ScopeSelectorOperator,
    ScopedResourceSelectorRequirement,
};
pub use rbac::{
    AggregationRule, ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef,
    Subject,
};
pub use reference::{
    LocalObjectReference, ObjectReference, SecretReference, TypedLocalObjectReference,
    TypedObjectReference,
};
pub use security::{
    AppArmorProfile, AppArmorProfileType, Capabilities, PodFSGroupChangePolicy,
    PodSELinuxChangePolicy, PodSecurityContext, ProcMountType, SELinuxOptions, SeccompProfile,
    SeccompProfileType, SecurityContext, SupplementalGroupsPolicy, Sysctl,
    WindowsSecurityContextOptions,
};
pub use service::{
    ClientIPConfig, EndpointAddress, EndpointSubset, Endpoints, EndpointsPort, IPFamily,
    IPFamilyPolicy, LoadBalancerIPMode, LoadBalancerIngress, LoadBalancerStatus, PortStatus,
    Service, ServiceAffinity, ServiceExternalTrafficPolicy, ServiceInternalTrafficPolicy,
    ServicePort, ServiceSpec, ServiceStatus, ServiceType, SessionAffinityConfig,
};
pub use storage::{
    AzureFilePersistentVolumeSource, CSIDriver, CSIDriverSpec, CSINode, CSINodeDriver, CSINodeSpec,
    CSIPersistentVolumeSource, CSIStorageCapacity, CephFSPersistentVolumeSource,
    CinderPersistentVolumeSource, FSGroupPolicy, FlexPersistentVolumeSource,
    GlusterfsPersistentVolumeSource, ISCSIPersistentVolumeSource, LocalVolumeSource,
    PersistentVolume, PersistentVolumePhase, PersistentVolumeReclaimPolicy, PersistentVolumeSpec,
    PersistentVolumeStatus, RBDPersistentVolumeSource, ScaleIOPersistentVolumeSource, StorageClass,
    StorageOSPersistentVolumeSource, TokenRequest, VolumeAttachment, VolumeAttachmentSource,
    VolumeAttachmentSpec, VolumeAttachmentStatus, VolumeAttributesClass, VolumeBindingMode,
    VolumeError, VolumeLifecycleMode, VolumeNodeAffinity, VolumeNodeResources,
};
pub use view::{
    CurrentState, EnvSetSource, EnvSource, LifecycleAction, NotExactlyOne, PersistentVolumeSource,
    ProbeAction, ProjectionSource, VolumeSource,
};
pub use volume::{
    AWSElasticBlockStoreVolumeSource, AzureDataDiskCachingMode, AzureDataDiskKind,
    AzureDiskVolumeSource, AzureFileVolumeSource, CSIVolumeSource, CephFSVolumeSource,
    CinderVolumeSource, ClusterTrustBundleProjection, ConfigMapProjection, ConfigMapVolumeSource,
    DownwardAPIProjection, DownwardAPIVolumeFile, DownwardAPIVolumeSource, EmptyDirVolumeSource,
    EphemeralVolumeSource, FCVolumeSource, FlexVolumeSource, FlockerVolumeSource,
    GCEPersistentDiskVolumeSource, GitRepoVolumeSource, GlusterfsVolumeSource, HostPathType,
    HostPathVolumeSource, ISCSIVolumeSource, ImageVolumeSource, KeyToPath, NFSVolumeSource,
    ObjectFieldSelector, PersistentVolumeClaimTemplate, PersistentVolumeClaimVolumeSource,
    PhotonPersistentDiskVolumeSource, PodCertificateProjection, PortworxVolumeSource,
    ProjectedVolumeSource, PullPolicy, QuobyteVolumeSource, RBDVolumeSource, ResourceFieldSelector,
    ScaleIOVolumeSource, SecretProjection, SecretVolumeSource, ServiceAccountTokenProjection,
    StorageMedium, StorageOSVolumeSource, Volume, VolumeProjection, VsphereVirtualDiskVolumeSource,
};
pub use wire::{FieldShape, PatchStrategy, RawValue, Shape, StructShape, Wire};
pub use workload::{
    ControllerRevision, DaemonSet, DaemonSetCondition, DaemonSetSpec, DaemonSetStatus,
    DaemonSetUpdateStrategy, DaemonSetUpdateStrategyType, Deployment, DeploymentCondition,
    DeploymentConditionType, DeploymentSpec, DeploymentStatus, DeploymentStrategy,
    DeploymentStrategyType, PersistentVolumeClaimRetentionPolicyType, PodManagementPolicyType,
    ReplicaSet, ReplicaSetCondition, ReplicaSetConditionType, ReplicaSetSpec, ReplicaSetStatus,
    ReplicationController, ReplicationControllerCondition, ReplicationControllerConditionType,
    ReplicationControllerSpec, ReplicationControllerStatus, RollingUpdateDaemonSet,
    RollingUpdateDeployment, RollingUpdateStatefulSetStrategy, Scale, ScaleSpec, ScaleStatus,
    StatefulSet, StatefulSetCondition, StatefulSetOrdinals,
    StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec, StatefulSetStatus,
    StatefulSetUpdateStrategy, StatefulSetUpdateStrategyType,
};

/// Amounts by resource name, as `cpu` or `memory`.
pub type ResourceList = BTreeMap<String, Quantity>;
