//! Nodes.

use crate::api::ResourceList;
use crate::api::affinity::Taint;
use crate::api::meta::{ConditionStatus, ObjectMeta};
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// A machine that runs pods.
    struct Node = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: NodeSpec = "spec";
        keep status: NodeStatus = "status";
    }
}

wire! {
    /// What the cluster has decided about a node: its pod addresses, its taints, whether it takes
    /// new pods.
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
    /// Where a node got its configuration from; no longer used upstream.
    struct NodeConfigSource {
        opt config_map: Option<Box<ConfigMapNodeConfigSource>> = "configMap";
    }
}

wire! {
    /// A config map with the configuration of a node; no longer used upstream.
    struct ConfigMapNodeConfigSource {
        keep namespace: String = "namespace";
        keep name: String = "name";
        omit uid: String = "uid";
        omit resource_version: String = "resourceVersion";
        keep kubelet_config_key: String = "kubeletConfigKey";
    }
}

wire! {
    /// What a node says about itself: resources, conditions, addresses, images, volumes.
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
    /// An old summary of a node's life; no longer set.
    NodePhase { Pending, Running, Terminated }
}

wire! {
    /// One thing that holds of a node, with the time of its last sign of life.
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
    /// What the conditions of nodes are called; `Ready` decides whether pods may run there.
    NodeConditionType { Ready, MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable }
}

wire! {
    /// An address at which a node can be reached.
    struct NodeAddress {
        keep type_: NodeAddressType = "type";
        keep address: String = "address";
    }
}

open_enum! {
    /// Whether an address is a name or a number, and from where it can be reached.
    NodeAddressType { Hostname, InternalIP, ExternalIP, InternalDNS, ExternalDNS }
}

wire! {
    /// The ports of the node's own services.
    struct NodeDaemonEndpoints {
        keep kubelet_endpoint: DaemonEndpoint = "kubeletEndpoint";
    }
}

wire! {
    /// The port of one service of the node.
    struct DaemonEndpoint {
        keep port: i32 = "Port";
    }
}

wire! {
    /// Identity and versions of a node's machine and software.
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
    /// How much swap space a node has.
    struct NodeSwapStatus {
        opt capacity: Option<i64> = "capacity";
    }
}

wire! {
    /// An image that a node has, by all its names.
    struct ContainerImage {
        keep names: Vec<String> = "names";
        omit size_bytes: i64 = "sizeBytes";
    }
}

wire! {
    /// A volume that is attached to a node, and its device.
    struct AttachedVolume {
        keep name: String = "name";
        keep device_path: String = "devicePath";
    }
}

wire! {
    /// Which configuration a node runs with; no longer used upstream.
    struct NodeConfigStatus {
        opt assigned: Option<Box<NodeConfigSource>> = "assigned";
        opt active: Option<Box<NodeConfigSource>> = "active";
        opt last_known_good: Option<Box<NodeConfigSource>> = "lastKnownGood";
        omit error: String = "error";
    }
}

wire! {
    /// A way to run containers that a node offers.
    struct NodeRuntimeHandler {
        keep name: String = "name";
        opt features: Option<Box<NodeRuntimeHandlerFeatures>> = "features";
    }
}

wire! {
    /// What a runtime handler can do.
    struct NodeRuntimeHandlerFeatures {
        opt recursive_read_only_mounts: Option<bool> = "recursiveReadOnlyMounts";
        opt user_namespaces: Option<bool> = "userNamespaces";
    }
}

wire! {
    /// What the container runtime of a node can do.
    struct NodeFeatures {
        opt supplemental_groups_policy: Option<bool> = "supplementalGroupsPolicy";
    }
}
