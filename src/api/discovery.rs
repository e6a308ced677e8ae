//! Endpoint slices.

use std::collections::BTreeMap;

use crate::api::container::Protocol;
use crate::api::meta::ObjectMeta;
use crate::api::reference::ObjectReference;
use crate::api::wire::{open_enum, wire};

wire! {
    /// A part of the endpoints of a service, at most 1000, all with the same ports and sort of
    /// address.
    struct EndpointSlice = "discovery.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep address_type: AddressType = "addressType";
        keep endpoints: Vec<Endpoint> = "endpoints";
        keep ports: Vec<EndpointPort> = "ports";
    }
}

open_enum! {
    /// The sort of all addresses of a slice.
    AddressType { IPv4, IPv6, FQDN }
}

wire! {
    /// One backend of a service: its addresses, whether it takes traffic, and where it runs.
    struct Endpoint {
        keep addresses: Vec<String> = "addresses";
        keep conditions: EndpointConditions = "conditions";
        opt hostname: Option<String> = "hostname";
        opt target_ref: Option<Box<ObjectReference>> = "targetRef";
        omit deprecated_topology: BTreeMap<String, String> = "deprecatedTopology";
        opt node_name: Option<String> = "nodeName";
        opt zone: Option<String> = "zone";
        opt hints: Option<Box<EndpointHints>> = "hints";
    }
}

wire! {
    /// Whether an endpoint takes new connections. An absent `ready` or `serving` means true, an
    /// absent `terminating` means false.
    struct EndpointConditions {
        opt ready: Option<bool> = "ready";
        opt serving: Option<bool> = "serving";
        opt terminating: Option<bool> = "terminating";
    }
}

wire! {
    /// From where an endpoint should get its traffic.
    struct EndpointHints {
        omit for_zones: Vec<ForZone> = "forZones";
        omit for_nodes: Vec<ForNode> = "forNodes";
    }
}

wire! {
    /// A zone whose traffic should go to the endpoint.
    struct ForZone {
        keep name: String = "name";
    }
}

wire! {
    /// A node whose traffic should go to the endpoint.
    struct ForNode {
        keep name: String = "name";
    }
}

wire! {
    /// A port of all endpoints of a slice. An absent number stands for every port.
    struct EndpointPort {
        opt name: Option<String> = "name";
        opt protocol: Option<Protocol> = "protocol";
        opt port: Option<i32> = "port";
        opt app_protocol: Option<String> = "appProtocol";
    }
}
