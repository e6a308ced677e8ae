//! Services and endpoints.

use std::collections::BTreeMap;

use crate::api::container::Protocol;
use crate::api::meta::{Condition, ObjectMeta};
use crate::api::reference::ObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::int_or_string::IntOrString;

wire! {
    /// A stable name and address for a changing set of pods.
    struct Service = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ServiceSpec = "spec";
        keep status: ServiceStatus = "status";
    }
}

wire! {
    /// Which pods stand behind a service, and how it can be reached.
    struct ServiceSpec {
        /// At least one, except for headless services and external names.
        omit ports: Vec<ServicePort> = "ports" [merge "port"];
        /// Labels of the pods behind the service. Empty: somebody else writes the endpoints.
        omit selector: BTreeMap<String, String> = "selector";
        /// The virtual address; `None` for a headless service, empty to have one allocated.
        omit cluster_ip: String = "clusterIP";
        /// All virtual addresses, at most one of each family; the first is `cluster_ip`.
        omit cluster_ips: Vec<String> = "clusterIPs";
        /// Defaults to `ClusterIP`.
        omit type_: ServiceType = "type";
        /// Further addresses at which nodes take traffic for the service.
        omit external_ips: Vec<String> = "externalIPs";
        /// Defaults to `None`.
        omit session_affinity: ServiceAffinity = "sessionAffinity";
        omit load_balancer_ip: String = "loadBalancerIP";
        /// Blocks of client addresses that a load balancer lets through.
        omit load_balancer_source_ranges: Vec<String> = "loadBalancerSourceRanges";
        /// The DNS name that an `ExternalName` service stands for.
        omit external_name: String = "externalName";
        /// Defaults to `Cluster`; only for services that can be reached from outside.
        omit external_traffic_policy: ServiceExternalTrafficPolicy = "externalTrafficPolicy";
        /// Where nodes say whether they have local endpoints; only with policy `Local`.
        omit health_check_node_port: i32 = "healthCheckNodePort";
        /// Whether pods that are not ready count as ready.
        omit publish_not_ready_addresses: bool = "publishNotReadyAddresses";
        opt session_affinity_config: Option<Box<SessionAffinityConfig>> = "sessionAffinityConfig";
        /// Families of the addresses in order; fixed for the first one.
        omit ip_families: Vec<IPFamily> = "ipFamilies";
        /// Defaults to `SingleStack`.
        opt ip_family_policy: Option<IPFamilyPolicy> = "ipFamilyPolicy";
        /// Whether a load balancer service gets node ports; defaults to true.
        opt allocate_load_balancer_node_ports: Option<bool> = "allocateLoadBalancerNodePorts";
        opt load_balancer_class: Option<String> = "loadBalancerClass";
        /// Defaults to `Cluster`.
        opt internal_traffic_policy: Option<ServiceInternalTrafficPolicy> = "internalTrafficPolicy";
        /// A preference for near endpoints, as `PreferSameZone`.
        opt traffic_distribution: Option<String> = "trafficDistribution";
    }
}

wire! {
    /// A port of a service, and the port of the pods behind it.
    struct ServicePort {
        /// A DNS label; needed if there is more than one port.
        omit name: String = "name";
        /// Defaults to `TCP`.
        omit protocol: Protocol = "protocol";
        opt app_protocol: Option<String> = "appProtocol";
        /// 1 to 65535.
        keep port: i32 = "port";
        /// A number or the name of a container port; defaults to `port`.
        keep target_port: IntOrString = "targetPort";
        /// 30000 to 32767 by default; 0 to have one allocated where the type needs it.
        omit node_port: i32 = "nodePort";
    }
}

open_enum! {
    /// From where a service can be reached; each of the first three includes the one before. Unset
    /// means `ClusterIP`.
    ServiceType { ClusterIP, NodePort, LoadBalancer, ExternalName }
}

open_enum! {
    /// Whether a client keeps its backend; unset means `None`.
    ServiceAffinity { ClientIP, None }
}

open_enum! {
    /// Whether traffic from outside may go on to another node. `Local` keeps the client's address.
    ServiceExternalTrafficPolicy { Cluster, Local }
}

wire! {
    /// How long a client keeps its backend.
    struct SessionAffinityConfig {
        opt client_ip: Option<Box<ClientIPConfig>> = "clientIP";
    }
}

wire! {
    /// How long a client address keeps its backend without a new connection.
    struct ClientIPConfig {
        opt timeout_seconds: Option<i32> = "timeoutSeconds";
    }
}

open_enum! {
    /// A family of addresses.
    IPFamily { IPv4, IPv6 }
}

open_enum! {
    /// Whether a service has addresses of one family, of two if it can, or of two by all means.
    IPFamilyPolicy { SingleStack, PreferDualStack, RequireDualStack }
}

open_enum! {
    /// Whether traffic from inside may go to another node; unset means `Cluster`.
    ServiceInternalTrafficPolicy { Cluster, Local }
}

wire! {
    /// What a load balancer has reported about a service.
    struct ServiceStatus {
        keep load_balancer: LoadBalancerStatus = "loadBalancer";
        omit conditions: Vec<Condition> = "conditions" [merge "type"];
    }
}

wire! {
    /// The addresses of a load balancer.
    struct LoadBalancerStatus {
        omit ingress: Vec<LoadBalancerIngress> = "ingress";
    }
}

wire! {
    /// One address of a load balancer, a number or a name.
    struct LoadBalancerIngress {
        omit ip: String = "ip";
        omit hostname: String = "hostname";
        opt ip_mode: Option<LoadBalancerIPMode> = "ipMode";
        omit ports: Vec<PortStatus> = "ports";
    }
}

open_enum! {
    /// Whether packets arrive with the balancer's address as their destination, or with a node's.
    LoadBalancerIPMode { VIP, Proxy }
}

wire! {
    /// A port of a load balancer and, if something is wrong with it, the error.
    struct PortStatus {
        keep port: i32 = "port";
        keep protocol: Protocol = "protocol";
        opt error: Option<String> = "error";
    }
}

wire! {
    /// The old form of a service's endpoints in one object, at most 1000 addresses. Slices have
    /// replaced it.
    struct Endpoints = "v1" {
        keep metadata: ObjectMeta = "metadata";
        omit subsets: Vec<EndpointSubset> = "subsets";
    }
}

wire! {
    /// Addresses that share the same ports; each address has each port.
    struct EndpointSubset {
        omit addresses: Vec<EndpointAddress> = "addresses";
        omit not_ready_addresses: Vec<EndpointAddress> = "notReadyAddresses";
        omit ports: Vec<EndpointsPort> = "ports";
    }
}

wire! {
    /// One address behind a service.
    struct EndpointAddress {
        keep ip: String = "ip";
        omit hostname: String = "hostname";
        opt node_name: Option<String> = "nodeName";
        opt target_ref: Option<Box<ObjectReference>> = "targetRef";
    }
}

wire! {
    /// A port of all addresses of a subset.
    struct EndpointsPort {
        omit name: String = "name";
        keep port: i32 = "port";
        omit protocol: Protocol = "protocol";
        opt app_protocol: Option<String> = "appProtocol";
    }
}
