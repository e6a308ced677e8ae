//! MODDOC discovery

use std::collections::BTreeMap;

use crate::api::container::Protocol;
use crate::api::meta::ObjectMeta;
use crate::api::reference::ObjectReference;
use crate::api::wire::{open_enum, wire};

wire! {
    /// DOC discovery EndpointSlice
    struct EndpointSlice = "discovery.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep address_type: AddressType = "addressType";
        keep endpoints: Vec<Endpoint> = "endpoints";
        keep ports: Vec<EndpointPort> = "ports";
    }
}

open_enum! {
    /// DOC discovery AddressType
    AddressType { IPv4, IPv6, FQDN }
}

wire! {
    /// DOC discovery Endpoint
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
    /// DOC discovery EndpointConditions
    struct EndpointConditions {
        opt ready: Option<bool> = "ready";
        opt serving: Option<bool> = "serving";
        opt terminating: Option<bool> = "terminating";
    }
}

wire! {
    /// DOC discovery EndpointHints
    struct EndpointHints {
        omit for_zones: Vec<ForZone> = "forZones";
        omit for_nodes: Vec<ForNode> = "forNodes";
    }
}

wire! {
    /// DOC discovery ForZone
    struct ForZone {
        keep name: String = "name";
    }
}

wire! {
    /// DOC discovery ForNode
    struct ForNode {
        keep name: String = "name";
    }
}

wire! {
    /// DOC discovery EndpointPort
    struct EndpointPort {
        opt name: Option<String> = "name";
        opt protocol: Option<Protocol> = "protocol";
        opt port: Option<i32> = "port";
        opt app_protocol: Option<String> = "appProtocol";
    }
}
