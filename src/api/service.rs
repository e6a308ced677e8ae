//! MODDOC service

use std::collections::BTreeMap;

use crate::api::container::Protocol;
use crate::api::meta::{Condition, ObjectMeta};
use crate::api::reference::ObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::int_or_string::IntOrString;

wire! {
    /// DOC core Service
    struct Service = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ServiceSpec = "spec";
        keep status: ServiceStatus = "status";
    }
}

wire! {
    /// DOC core ServiceSpec
    struct ServiceSpec {
        omit ports: Vec<ServicePort> = "ports" [merge "port"];
        omit selector: BTreeMap<String, String> = "selector";
        omit cluster_ip: String = "clusterIP";
        omit cluster_ips: Vec<String> = "clusterIPs";
        omit type_: ServiceType = "type";
        omit external_ips: Vec<String> = "externalIPs";
        omit session_affinity: ServiceAffinity = "sessionAffinity";
        omit load_balancer_ip: String = "loadBalancerIP";
        omit load_balancer_source_ranges: Vec<String> = "loadBalancerSourceRanges";
        omit external_name: String = "externalName";
        omit external_traffic_policy: ServiceExternalTrafficPolicy = "externalTrafficPolicy";
        omit health_check_node_port: i32 = "healthCheckNodePort";
        omit publish_not_ready_addresses: bool = "publishNotReadyAddresses";
        opt session_affinity_config: Option<Box<SessionAffinityConfig>> = "sessionAffinityConfig";
        omit ip_families: Vec<IPFamily> = "ipFamilies";
        opt ip_family_policy: Option<IPFamilyPolicy> = "ipFamilyPolicy";
        opt allocate_load_balancer_node_ports: Option<bool> = "allocateLoadBalancerNodePorts";
        opt load_balancer_class: Option<String> = "loadBalancerClass";
        opt internal_traffic_policy: Option<ServiceInternalTrafficPolicy> = "internalTrafficPolicy";
        opt traffic_distribution: Option<String> = "trafficDistribution";
    }
}

wire! {
    /// DOC core ServicePort
    struct ServicePort {
        omit name: String = "name";
        omit protocol: Protocol = "protocol";
        opt app_protocol: Option<String> = "appProtocol";
        keep port: i32 = "port";
        keep target_port: IntOrString = "targetPort";
        omit node_port: i32 = "nodePort";
    }
}

open_enum! {
    /// DOC core ServiceType
    ServiceType { ClusterIP, NodePort, LoadBalancer, ExternalName }
}

open_enum! {
    /// DOC core ServiceAffinity
    ServiceAffinity { ClientIP, None }
}

open_enum! {
    /// DOC core ServiceExternalTrafficPolicy
    ServiceExternalTrafficPolicy { Cluster, Local }
}

wire! {
    /// DOC core SessionAffinityConfig
    struct SessionAffinityConfig {
        opt client_ip: Option<Box<ClientIPConfig>> = "clientIP";
    }
}

wire! {
    /// DOC core ClientIPConfig
    struct ClientIPConfig {
        opt timeout_seconds: Option<i32> = "timeoutSeconds";
    }
}

open_enum! {
    /// DOC core IPFamily
    IPFamily { IPv4, IPv6 }
}

open_enum! {
    /// DOC core IPFamilyPolicy
    IPFamilyPolicy { SingleStack, PreferDualStack, RequireDualStack }
}

open_enum! {
    /// DOC core ServiceInternalTrafficPolicy
    ServiceInternalTrafficPolicy { Cluster, Local }
}

wire! {
    /// DOC core ServiceStatus
    struct ServiceStatus {
        keep load_balancer: LoadBalancerStatus = "loadBalancer";
        omit conditions: Vec<Condition> = "conditions" [merge "type"];
    }
}

wire! {
    /// DOC core LoadBalancerStatus
    struct LoadBalancerStatus {
        omit ingress: Vec<LoadBalancerIngress> = "ingress";
    }
}

wire! {
    /// DOC core LoadBalancerIngress
    struct LoadBalancerIngress {
        omit ip: String = "ip";
        omit hostname: String = "hostname";
        opt ip_mode: Option<LoadBalancerIPMode> = "ipMode";
        omit ports: Vec<PortStatus> = "ports";
    }
}

open_enum! {
    /// DOC core LoadBalancerIPMode
    LoadBalancerIPMode { VIP, Proxy }
}

wire! {
    /// DOC core PortStatus
    struct PortStatus {
        keep port: i32 = "port";
        keep protocol: Protocol = "protocol";
        opt error: Option<String> = "error";
    }
}

wire! {
    /// DOC core Endpoints
    struct Endpoints = "v1" {
        keep metadata: ObjectMeta = "metadata";
        omit subsets: Vec<EndpointSubset> = "subsets";
    }
}

wire! {
    /// DOC core EndpointSubset
    struct EndpointSubset {
        omit addresses: Vec<EndpointAddress> = "addresses";
        omit not_ready_addresses: Vec<EndpointAddress> = "notReadyAddresses";
        omit ports: Vec<EndpointsPort> = "ports";
    }
}

wire! {
    /// DOC core EndpointAddress
    struct EndpointAddress {
        keep ip: String = "ip";
        omit hostname: String = "hostname";
        opt node_name: Option<String> = "nodeName";
        opt target_ref: Option<Box<ObjectReference>> = "targetRef";
    }
}

wire! {
    /// DOC core EndpointPort
    struct EndpointsPort {
        omit name: String = "name";
        keep port: i32 = "port";
        omit protocol: Protocol = "protocol";
        opt app_protocol: Option<String> = "appProtocol";
    }
}
