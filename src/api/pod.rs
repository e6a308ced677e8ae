//! MODDOC pod

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
    /// DOC core Pod
    struct Pod = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PodSpec = "spec";
        keep status: PodStatus = "status";
    }
}

wire! {
    /// DOC core PodSpec
    struct PodSpec {
        omit volumes: Vec<Volume> = "volumes" [merge retain "name"];
        omit init_containers: Vec<Container> = "initContainers" [merge "name"];
        keep containers: Vec<Container> = "containers" [merge "name"];
        omit ephemeral_containers: Vec<EphemeralContainer> = "ephemeralContainers" [merge "name"];
        omit restart_policy: RestartPolicy = "restartPolicy";
        opt termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds";
        opt active_deadline_seconds: Option<i64> = "activeDeadlineSeconds";
        omit dns_policy: DNSPolicy = "dnsPolicy";
        omit node_selector: BTreeMap<String, String> = "nodeSelector";
        omit service_account_name: String = "serviceAccountName";
        omit deprecated_service_account: String = "serviceAccount";
        opt automount_service_account_token: Option<bool> = "automountServiceAccountToken";
        omit node_name: String = "nodeName";
        omit host_network: bool = "hostNetwork";
        omit host_pid: bool = "hostPID";
        omit host_ipc: bool = "hostIPC";
        opt share_process_namespace: Option<bool> = "shareProcessNamespace";
        opt security_context: Option<Box<PodSecurityContext>> = "securityContext";
        omit image_pull_secrets: Vec<LocalObjectReference> = "imagePullSecrets" [merge "name"];
        omit hostname: String = "hostname";
        omit subdomain: String = "subdomain";
        opt affinity: Option<Box<Affinity>> = "affinity";
        omit scheduler_name: String = "schedulerName";
        omit tolerations: Vec<Toleration> = "tolerations";
        omit host_aliases: Vec<HostAlias> = "hostAliases" [merge "ip"];
        omit priority_class_name: String = "priorityClassName";
        opt priority: Option<i32> = "priority";
        opt dns_config: Option<Box<PodDNSConfig>> = "dnsConfig";
        omit readiness_gates: Vec<PodReadinessGate> = "readinessGates";
        opt runtime_class_name: Option<String> = "runtimeClassName";
        opt enable_service_links: Option<bool> = "enableServiceLinks";
        opt preemption_policy: Option<PreemptionPolicy> = "preemptionPolicy";
        omit overhead: ResourceList = "overhead";
        omit topology_spread_constraints: Vec<TopologySpreadConstraint> = "topologySpreadConstraints" [merge "topologyKey"];
        opt set_hostname_as_fqdn: Option<bool> = "setHostnameAsFQDN";
        opt os: Option<Box<PodOS>> = "os";
        opt host_users: Option<bool> = "hostUsers";
        omit scheduling_gates: Vec<PodSchedulingGate> = "schedulingGates" [merge "name"];
        omit resource_claims: Vec<PodResourceClaim> = "resourceClaims" [merge retain "name"];
        opt resources: Option<Box<ResourceRequirements>> = "resources";
        opt hostname_override: Option<String> = "hostnameOverride";
        opt scheduling_group: Option<Box<PodSchedulingGroup>> = "schedulingGroup";
    }
}

open_enum! {
    /// DOC core RestartPolicy
    RestartPolicy { Always, OnFailure, Never }
}

open_enum! {
    /// DOC core DNSPolicy
    DNSPolicy { ClusterFirstWithHostNet, ClusterFirst, Default, None }
}

wire! {
    /// DOC core HostAlias
    struct HostAlias {
        keep ip: String = "ip";
        omit hostnames: Vec<String> = "hostnames";
    }
}

wire! {
    /// DOC core PodDNSConfig
    struct PodDNSConfig {
        omit nameservers: Vec<String> = "nameservers";
        omit searches: Vec<String> = "searches";
        omit options: Vec<PodDNSConfigOption> = "options";
    }
}

wire! {
    /// DOC core PodDNSConfigOption
    struct PodDNSConfigOption {
        omit name: String = "name";
        opt value: Option<String> = "value";
    }
}

wire! {
    /// DOC core PodReadinessGate
    struct PodReadinessGate {
        keep condition_type: PodConditionType = "conditionType";
    }
}

open_enum! {
    /// DOC core PodConditionType
    PodConditionType { ContainersReady, Initialized, Ready, PodScheduled, DisruptionTarget, PodReadyToStartContainers, PodResizePending, PodResizeInProgress, AllContainersRestarting }
}

open_enum! {
    /// DOC core PreemptionPolicy
    PreemptionPolicy { PreemptLowerPriority, Never }
}

wire! {
    /// DOC core PodOS
    struct PodOS {
        keep name: OSName = "name";
    }
}

open_enum! {
    /// DOC core OSName
    OSName { Linux = "linux", Windows = "windows" }
}

wire! {
    /// DOC core PodSchedulingGate
    struct PodSchedulingGate {
        keep name: String = "name";
    }
}

wire! {
    /// DOC core PodResourceClaim
    struct PodResourceClaim {
        keep name: String = "name";
        opt resource_claim_name: Option<String> = "resourceClaimName";
        opt resource_claim_template_name: Option<String> = "resourceClaimTemplateName";
    }
}

wire! {
    /// DOC core PodSchedulingGroup
    struct PodSchedulingGroup {
        opt pod_group_name: Option<String> = "podGroupName";
    }
}

wire! {
    /// DOC core PodStatus
    struct PodStatus {
        omit observed_generation: i64 = "observedGeneration";
        omit phase: PodPhase = "phase";
        omit conditions: Vec<PodCondition> = "conditions" [merge "type"];
        omit message: String = "message";
        omit reason: String = "reason";
        omit nominated_node_name: String = "nominatedNodeName";
        omit host_ip: String = "hostIP";
        omit host_ips: Vec<HostIP> = "hostIPs" [merge "ip"];
        omit pod_ip: String = "podIP";
        omit pod_ips: Vec<PodIP> = "podIPs" [merge "ip"];
        opt start_time: Option<Time> = "startTime";
        omit init_container_statuses: Vec<ContainerStatus> = "initContainerStatuses";
        omit container_statuses: Vec<ContainerStatus> = "containerStatuses";
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
    /// DOC core PodPhase
    PodPhase { Pending, Running, Succeeded, Failed, Unknown }
}

wire! {
    /// DOC core PodCondition
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
    /// DOC core HostIP
    struct HostIP {
        keep ip: String = "ip";
    }
}

wire! {
    /// DOC core PodIP
    struct PodIP {
        keep ip: String = "ip";
    }
}

open_enum! {
    /// DOC core PodQOSClass
    PodQOSClass { Guaranteed, Burstable, BestEffort }
}

open_enum! {
    /// DOC core PodResizeStatus
    PodResizeStatus { InProgress, Deferred, Infeasible }
}

wire! {
    /// DOC core PodResourceClaimStatus
    struct PodResourceClaimStatus {
        keep name: String = "name";
        opt resource_claim_name: Option<String> = "resourceClaimName";
    }
}

wire! {
    /// DOC core PodExtendedResourceClaimStatus
    struct PodExtendedResourceClaimStatus {
        keep request_mappings: Vec<ContainerExtendedResourceRequest> = "requestMappings";
        keep resource_claim_name: String = "resourceClaimName";
    }
}

wire! {
    /// DOC core ContainerExtendedResourceRequest
    struct ContainerExtendedResourceRequest {
        keep container_name: String = "containerName";
        keep resource_name: String = "resourceName";
        keep request_name: String = "requestName";
    }
}

wire! {
    /// DOC core NodeAllocatableResourceClaimStatus
    struct NodeAllocatableResourceClaimStatus {
        keep resource_claim_name: String = "resourceClaimName";
        omit containers: Vec<String> = "containers";
        keep resources: BTreeMap<String, Quantity> = "resources";
    }
}

wire! {
    /// DOC core PodTemplate
    struct PodTemplate = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep template: PodTemplateSpec = "template";
    }
}

wire! {
    /// DOC core PodTemplateSpec
    struct PodTemplateSpec {
        keep metadata: ObjectMeta = "metadata";
        keep spec: PodSpec = "spec";
    }
}

wire! {
    /// DOC core Binding
    struct Binding = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep target: ObjectReference = "target";
    }
}
