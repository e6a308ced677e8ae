//! Pods: specification, status, templates.

use std::collections::BTreeMap;

use crate::api::ResourceList;
use crate::api::affinity::{Affinity, Toleration, TopologySpreadConstraint};
use crate::api::container::{Container, ContainerStatus, EphemeralContainer, ResourceRequirements};
use crate::api::meta::{ConditionStatus, ObjectMeta};
use crate::api::reference::{LocalObjectReference, ObjectReference};
use crate::api::security::PodSecurityContext;
use crate::api::volume::Volume;
use crate::api::wire::{open_enum, wire};
use crate::quantity::Quantity;
use crate::time::Time;

wire! {
    /// Containers that run together on one node and share its network and volumes.
    struct Pod = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PodSpec = "spec";
        keep status: PodStatus = "status";
    }
}

wire! {
    /// What a pod runs and where. After creation little of it may change.
    struct PodSpec {
        /// What containers can mount; names are unique.
        omit volumes: Vec<Volume> = "volumes" [merge retain "name"];
        /// Run one after the other before the others start. One with restart policy `Always` is a
        /// sidecar and goes on.
        omit init_containers: Vec<Container> = "initContainers" [merge "name"];
        /// At least one; names are unique among all containers of the pod.
        keep containers: Vec<Container> = "containers" [merge "name"];
        /// Added to a running pod through a subresource only.
        omit ephemeral_containers: Vec<EphemeralContainer> = "ephemeralContainers" [merge "name"];
        /// Defaults to `Always`.
        omit restart_policy: RestartPolicy = "restartPolicy";
        /// Seconds from the request to stop until processes are killed; defaults to 30.
        opt termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds";
        /// Seconds after its start when the pod fails and is stopped; at least 1.
        opt active_deadline_seconds: Option<i64> = "activeDeadlineSeconds";
        /// Defaults to `ClusterFirst`.
        omit dns_policy: DNSPolicy = "dnsPolicy";
        /// Labels that the node must have.
        omit node_selector: BTreeMap<String, String> = "nodeSelector";
        /// The identity of the pod; defaults to `default`.
        omit service_account_name: String = "serviceAccountName";
        /// The old name of `service_account_name`; both are kept the same.
        omit deprecated_service_account: String = "serviceAccount";
        /// Whether containers get a token; absent leaves it to the service account, and then to
        /// yes.
        opt automount_service_account_token: Option<bool> = "automountServiceAccountToken";
        /// The node that runs the pod; empty until it is scheduled.
        omit node_name: String = "nodeName";
        /// Whether the pod uses the node's network. Its ports are then ports of the node.
        omit host_network: bool = "hostNetwork";
        omit host_pid: bool = "hostPID";
        omit host_ipc: bool = "hostIPC";
        /// Whether containers see each other's processes; not together with `host_pid`.
        opt share_process_namespace: Option<bool> = "shareProcessNamespace";
        opt security_context: Option<Box<PodSecurityContext>> = "securityContext";
        /// Secrets of the namespace for fetching images.
        omit image_pull_secrets: Vec<LocalObjectReference> = "imagePullSecrets" [merge "name"];
        /// The host name inside the pod; defaults to the pod's name.
        omit hostname: String = "hostname";
        /// With a headless service of this name the pod gets a DNS name below it.
        omit subdomain: String = "subdomain";
        opt affinity: Option<Box<Affinity>> = "affinity";
        /// Which scheduler places the pod; defaults to `default-scheduler`.
        omit scheduler_name: String = "schedulerName";
        omit tolerations: Vec<Toleration> = "tolerations";
        omit host_aliases: Vec<HostAlias> = "hostAliases" [merge "ip"];
        /// The class that `priority` is taken from.
        omit priority_class_name: String = "priorityClassName";
        /// Larger goes first. Filled in from the class; 0 without one.
        opt priority: Option<i32> = "priority";
        opt dns_config: Option<Box<PodDNSConfig>> = "dnsConfig";
        /// Further conditions that must be `True` before the pod is ready.
        omit readiness_gates: Vec<PodReadinessGate> = "readinessGates";
        opt runtime_class_name: Option<String> = "runtimeClassName";
        /// Whether variables about services are put into containers; defaults to true.
        opt enable_service_links: Option<bool> = "enableServiceLinks";
        opt preemption_policy: Option<PreemptionPolicy> = "preemptionPolicy";
        /// What the pod itself needs on top of its containers; filled in from the runtime class.
        omit overhead: ResourceList = "overhead";
        omit topology_spread_constraints: Vec<TopologySpreadConstraint> = "topologySpreadConstraints" [merge "topologyKey"];
        opt set_hostname_as_fqdn: Option<bool> = "setHostnameAsFQDN";
        opt os: Option<Box<PodOS>> = "os";
        opt host_users: Option<bool> = "hostUsers";
        /// While this is not empty the pod is not scheduled. Entries can only be removed.
        omit scheduling_gates: Vec<PodSchedulingGate> = "schedulingGates" [merge "name"];
        omit resource_claims: Vec<PodResourceClaim> = "resourceClaims" [merge retain "name"];
        /// Resources of the pod as a whole; only cpu, memory and huge pages.
        opt resources: Option<Box<ResourceRequirements>> = "resources";
        opt hostname_override: Option<String> = "hostnameOverride";
        opt scheduling_group: Option<Box<PodSchedulingGroup>> = "schedulingGroup";
    }
}

open_enum! {
    /// When a container that has ended is started again; unset means `Always`.
    RestartPolicy { Always, OnFailure, Never }
}

open_enum! {
    /// Where names are looked up from inside a pod; unset means `ClusterFirst`.
    DNSPolicy { ClusterFirstWithHostNet, ClusterFirst, Default, None }
}

wire! {
    /// An entry for the hosts file of a pod.
    struct HostAlias {
        keep ip: String = "ip";
        omit hostnames: Vec<String> = "hostnames";
    }
}

wire! {
    /// Settings for name look-up, added to those that the DNS policy gives.
    struct PodDNSConfig {
        omit nameservers: Vec<String> = "nameservers";
        omit searches: Vec<String> = "searches";
        omit options: Vec<PodDNSConfigOption> = "options";
    }
}

wire! {
    /// An option of the resolver, as `ndots` with `2`.
    struct PodDNSConfigOption {
        omit name: String = "name";
        opt value: Option<String> = "value";
    }
}

wire! {
    /// A pod condition that must be `True` before the pod is ready.
    struct PodReadinessGate {
        keep condition_type: PodConditionType = "conditionType";
    }
}

open_enum! {
    /// What the conditions of pods are called.
    PodConditionType { ContainersReady, Initialized, Ready, PodScheduled, DisruptionTarget, PodReadyToStartContainers, PodResizePending, PodResizeInProgress, AllContainersRestarting }
}

open_enum! {
    /// Whether a pod may push out pods of lower priority; unset means that it may.
    PreemptionPolicy { PreemptLowerPriority, Never }
}

wire! {
    /// The operating system that a pod is written for.
    struct PodOS {
        keep name: OSName = "name";
    }
}

open_enum! {
    /// An operating system.
    OSName { Linux = "linux", Windows = "windows" }
}

wire! {
    /// Keeps a pod from being scheduled until it is removed.
    struct PodSchedulingGate {
        keep name: String = "name";
    }
}

wire! {
    /// A claim for devices that containers of the pod can use by name.
    struct PodResourceClaim {
        keep name: String = "name";
        opt resource_claim_name: Option<String> = "resourceClaimName";
        opt resource_claim_template_name: Option<String> = "resourceClaimTemplateName";
    }
}

wire! {
    /// The group of pods that is scheduled together with this one.
    struct PodSchedulingGroup {
        opt pod_group_name: Option<String> = "podGroupName";
    }
}

wire! {
    /// How a pod is doing, as its node sees it.
    struct PodStatus {
        /// The generation of the pod that this status is about.
        omit observed_generation: i64 = "observedGeneration";
        /// A summary of the containers; `Succeeded` and `Failed` are final.
        omit phase: PodPhase = "phase";
        omit conditions: Vec<PodCondition> = "conditions" [merge "type"];
        /// Details for people.
        omit message: String = "message";
        /// One word, as `Evicted`.
        omit reason: String = "reason";
        /// Where room is being made for the pod.
        omit nominated_node_name: String = "nominatedNodeName";
        /// The address of the node.
        omit host_ip: String = "hostIP";
        omit host_ips: Vec<HostIP> = "hostIPs" [merge "ip"];
        /// The first of `pod_ips`.
        omit pod_ip: String = "podIP";
        /// At most one address of each family.
        omit pod_ips: Vec<PodIP> = "podIPs" [merge "ip"];
        /// When the node accepted the pod, before any image was fetched.
        opt start_time: Option<Time> = "startTime";
        omit init_container_statuses: Vec<ContainerStatus> = "initContainerStatuses";
        /// One entry for each container that the node knows of.
        omit container_statuses: Vec<ContainerStatus> = "containerStatuses";
        /// Follows from requests and limits, fixed at creation.
        omit qos_class: PodQOSClass = "qosClass";
        omit ephemeral_container_statuses: Vec<ContainerStatus> = "ephemeralContainerStatuses";
        omit resize: PodResizeStatus = "resize";
        omit resource_claim_statuses: Vec<PodResourceClaimStatus> = "resourceClaimStatuses" [merge retain "name"];
        opt extended_resource_claim_status: Option<Box<PodExtendedResourceClaimStatus>> = "extendedResourceClaimStatus";
        omit allocated_resources: ResourceList = "allocatedResources";
        opt resources: Option<Box<ResourceRequirements>> = "resources";
        omit node_allocatable_resource_claim_statuses: Vec<NodeAllocatableResourceClaimStatus> = "nodeAllocatableResourceClaimStatuses";
    }
}

open_enum! {
    /// The life of a pod in one word.
    PodPhase { Pending, Running, Succeeded, Failed, Unknown }
}

wire! {
    /// One thing that holds of a pod, and since when.
    struct PodCondition {
        keep type_: PodConditionType = "type";
        omit observed_generation: i64 = "observedGeneration";
        keep status: ConditionStatus = "status";
        null last_probe_time: Option<Time> = "lastProbeTime";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

wire! {
    /// An address of the node that a pod runs on.
    struct HostIP {
        keep ip: String = "ip";
    }
}

wire! {
    /// An address of a pod, one for each address family.
    struct PodIP {
        keep ip: String = "ip";
    }
}

open_enum! {
    /// Which pods go first when a node runs out of resources; follows from requests and limits.
    PodQOSClass { Guaranteed, Burstable, BestEffort }
}

open_enum! {
    /// How far a resize in place has come; conditions have replaced it.
    PodResizeStatus { InProgress, Deferred, Infeasible }
}

wire! {
    /// The resource claim that was made from a template for a pod.
    struct PodResourceClaimStatus {
        keep name: String = "name";
        opt resource_claim_name: Option<String> = "resourceClaimName";
    }
}

wire! {
    /// The resource claim that was made for extended resources of a pod.
    struct PodExtendedResourceClaimStatus {
        keep request_mappings: Vec<ContainerExtendedResourceRequest> = "requestMappings";
        keep resource_claim_name: String = "resourceClaimName";
    }
}

wire! {
    /// Which request of a claim stands for an extended resource of a container.
    struct ContainerExtendedResourceRequest {
        keep container_name: String = "containerName";
        keep resource_name: String = "resourceName";
        keep request_name: String = "requestName";
    }
}

wire! {
    /// What a claim takes of a node's allocatable resources.
    struct NodeAllocatableResourceClaimStatus {
        keep resource_claim_name: String = "resourceClaimName";
        omit containers: Vec<String> = "containers";
        keep resources: BTreeMap<String, Quantity> = "resources";
    }
}

wire! {
    /// A stored pattern for pods.
    struct PodTemplate = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep template: PodTemplateSpec = "template";
    }
}

wire! {
    /// The pods that a controller creates.
    struct PodTemplateSpec {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PodSpec = "spec";
    }
}

wire! {
    /// Puts a pod on a node; it is written to a pod and never stored.
    struct Binding = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep target: ObjectReference = "target";
    }
}
