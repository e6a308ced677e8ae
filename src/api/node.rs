//! MODDOC node

use crate::api::ResourceList;
use crate::api::affinity::Taint;
use crate::api::meta::{ConditionStatus, ObjectMeta};
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// DOC core Node
    struct Node = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: NodeSpec = "spec";
        keep status: NodeStatus = "status";
    }
}

wire! {
    /// DOC core NodeSpec
    struct NodeSpec {
        omit pod_cidr: String = "podCIDR";
        omit pod_cidrs: Vec<String> = "podCIDRs" [set];
        omit provider_id: String = "providerID";
        omit unschedulable: bool = "unschedulable";
        omit taints: Vec<Taint> = "taints";
        opt config_source: Option<Box<NodeConfigSource>> = "configSource";
        omit do_not_use_external_id: String = "externalID";
    }
}

wire! {
    /// DOC core NodeConfigSource
    struct NodeConfigSource {
        opt config_map: Option<Box<ConfigMapNodeConfigSource>> = "configMap";
    }
}

wire! {
    /// DOC core ConfigMapNodeConfigSource
    struct ConfigMapNodeConfigSource {
        keep namespace: String = "namespace";
        keep name: String = "name";
        omit uid: String = "uid";
        omit resource_version: String = "resourceVersion";
        keep kubelet_config_key: String = "kubeletConfigKey";
    }
}

wire! {
    /// DOC core NodeStatus
    struct NodeStatus {
        omit capacity: ResourceList = "capacity";
        omit allocatable: ResourceList = "allocatable";
        omit phase: NodePhase = "phase";
        omit conditions: Vec<NodeCondition> = "conditions" [merge "type"];
        omit addresses: Vec<NodeAddress> = "addresses" [merge "type"];
        keep daemon_endpoints: NodeDaemonEndpoints = "daemonEndpoints";
        keep node_info: NodeSystemInfo = "nodeInfo";
        omit images: Vec<ContainerImage> = "images";
        omit volumes_in_use: Vec<String> = "volumesInUse";
        omit volumes_attached: Vec<AttachedVolume> = "volumesAttached";
        opt config: Option<Box<NodeConfigStatus>> = "config";
        omit runtime_handlers: Vec<NodeRuntimeHandler> = "runtimeHandlers";
        opt features: Option<Box<NodeFeatures>> = "features";
        omit declared_features: Vec<String> = "declaredFeatures";
    }
}

open_enum! {
    /// DOC core NodePhase
    NodePhase { Pending, Running, Terminated }
}

wire! {
    /// DOC core NodeCondition
    struct NodeCondition {
        keep type_: NodeConditionType = "type";
        keep status: ConditionStatus = "status";
        null last_heartbeat_time: Option<Time> = "lastHeartbeatTime";
        null last_transition_time: Option<Time> = "lastTransitionTime";
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

open_enum! {
    /// DOC core NodeConditionType
    NodeConditionType { Ready, MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable }
}

wire! {
    /// DOC core NodeAddress
    struct NodeAddress {
        keep type_: NodeAddressType = "type";
        keep address: String = "address";
    }
}

open_enum! {
    /// DOC core NodeAddressType
    NodeAddressType { Hostname, InternalIP, ExternalIP, InternalDNS, ExternalDNS }
}

wire! {
    /// DOC core NodeDaemonEndpoints
    struct NodeDaemonEndpoints {
        keep kubelet_endpoint: DaemonEndpoint = "kubeletEndpoint";
    }
}

wire! {
    /// DOC core DaemonEndpoint
    struct DaemonEndpoint {
        keep port: i32 = "Port";
    }
}

wire! {
    /// DOC core NodeSystemInfo
    struct NodeSystemInfo {
        keep machine_id: String = "machineID";
        keep system_uuid: String = "systemUUID";
        keep boot_id: String = "bootID";
        keep kernel_version: String = "kernelVersion";
        keep os_image: String = "osImage";
        keep container_runtime_version: String = "containerRuntimeVersion";
        keep kubelet_version: String = "kubeletVersion";
        keep kube_proxy_version: String = "kubeProxyVersion";
        keep operating_system: String = "operatingSystem";
        keep architecture: String = "architecture";
        opt swap: Option<Box<NodeSwapStatus>> = "swap";
    }
}

wire! {
    /// DOC core NodeSwapStatus
    struct NodeSwapStatus {
        opt capacity: Option<i64> = "capacity";
    }
}

wire! {
    /// DOC core ContainerImage
    struct ContainerImage {
        keep names: Vec<String> = "names";
        omit size_bytes: i64 = "sizeBytes";
    }
}

wire! {
    /// DOC core AttachedVolume
    struct AttachedVolume {
        keep name: String = "name";
        keep device_path: String = "devicePath";
    }
}

wire! {
    /// DOC core NodeConfigStatus
    struct NodeConfigStatus {
        opt assigned: Option<Box<NodeConfigSource>> = "assigned";
        opt active: Option<Box<NodeConfigSource>> = "active";
        opt last_known_good: Option<Box<NodeConfigSource>> = "lastKnownGood";
        omit error: String = "error";
    }
}

wire! {
    /// DOC core NodeRuntimeHandler
    struct NodeRuntimeHandler {
        keep name: String = "name";
        opt features: Option<Box<NodeRuntimeHandlerFeatures>> = "features";
    }
}

wire! {
    /// DOC core NodeRuntimeHandlerFeatures
    struct NodeRuntimeHandlerFeatures {
        opt recursive_read_only_mounts: Option<bool> = "recursiveReadOnlyMounts";
        opt user_namespaces: Option<bool> = "userNamespaces";
    }
}

wire! {
    /// DOC core NodeFeatures
    struct NodeFeatures {
        opt supplemental_groups_policy: Option<bool> = "supplementalGroupsPolicy";
    }
}
