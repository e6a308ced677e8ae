//! What is wrong with the objects that list endpoints.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::api::{
    AddressType, Endpoint, EndpointAddress, EndpointHints, EndpointPort, EndpointSlice, Endpoints,
    EndpointsPort, Kind,
};
use crate::field::{Cause, Errors, Path};
use crate::meta;
use crate::name::{self, Flaw};
use crate::service::ip::{check_ip, check_special, parse_ip};
use crate::service::validate::{check_port_number, check_protocol};

const MAX_ENDPOINTS: usize = 1_000;
const MAX_ADDRESSES: usize = 100;
const MAX_PORTS: usize = 20_000;
const MAX_HINTS: usize = 8;
const MAX_TOPOLOGY: usize = 16;
const ZONE: &str = "topology.kubernetes.io/zone";

/// Checks an `Endpoints` object; `old` is what it replaces.
///
/// Source: `pkg/apis/core/validation` `ValidateEndpointsCreate`, `ValidateEndpointsUpdate`.
pub fn validate_endpoints(out: &mut Errors, endpoints: &Endpoints, old: Option<&Endpoints>) {
    let metadata = Path::root("metadata");
    if let Some(old) = old {
        meta::update_builtin(out, &metadata, &endpoints.metadata, &old.metadata);
    }
    let rules = meta::Rules::of(&Kind::Endpoints);
    meta::validate_builtin(out, &metadata, &endpoints.metadata, &rules);
    if old.is_some_and(|old| old.subsets == endpoints.subsets) {
        return;
    }
    let at = Path::root("subsets");
    for (index, subset) in endpoints.subsets.iter().enumerate() {
        let at = at.index(index);
        if subset.addresses.is_empty() && subset.not_ready_addresses.is_empty() {
            out.required(&at, "must specify `addresses` or `notReadyAddresses`");
        }
        for (list, addresses) in
            [("addresses", &subset.addresses), ("notReadyAddresses", &subset.not_ready_addresses)]
        {
            let at = at.field(list);
            for (index, address) in addresses.iter().enumerate() {
                validate_address(out, &at.index(index), address);
            }
        }
        let at = at.field("ports");
        for (index, port) in subset.ports.iter().enumerate() {
            validate_endpoints_port(out, &at.index(index), port, subset.ports.len() > 1);
        }
    }
}

fn validate_address(out: &mut Errors, at: &Path<'_>, address: &EndpointAddress) {
    check_ip(out, &at.field("ip"), &address.ip, &[]);
    if !address.hostname.is_empty() {
        name::validate(out, &at.field("hostname"), &address.hostname, name::dns1123_label);
    }
    if let Some(node) = &address.node_name {
        name::validate(out, &at.field("nodeName"), node, name::dns1123_subdomain);
    }
    check_special(out, &at.field("ip"), &address.ip);
}

fn validate_endpoints_port(out: &mut Errors, at: &Path<'_>, port: &EndpointsPort, named: bool) {
    if !port.name.is_empty() {
        name::validate(out, &at.field("name"), &port.name, name::dns1123_label);
    } else if named {
        out.required(&at.field("name"), "");
    }
    check_port_number(out, &at.field("port"), port.port);
    check_protocol(out, &at.field("protocol"), &port.protocol);
    if let Some(protocol) = &port.app_protocol {
        name::validate(out, &at.field("appProtocol"), protocol, name::label_key);
    }
}

/// Checks an `EndpointSlice`, defaulted; `old` is what it replaces.
///
/// Source: `pkg/apis/discovery/validation` `ValidateEndpointSliceCreate`,
/// `ValidateEndpointSliceUpdate`.
pub fn validate_slice(out: &mut Errors, slice: &EndpointSlice, old: Option<&EndpointSlice>) {
    let rules = meta::Rules::of(&Kind::EndpointSlice);
    meta::validate_builtin(out, &Path::root("metadata"), &slice.metadata, &rules);
    let at = Path::root("addressType");
    match &slice.address_type {
        // SLICE-VAL-1
        AddressType::Unset => out.required(&at, ""),
        AddressType::IPv4 | AddressType::IPv6 | AddressType::FQDN => {}
        AddressType::Other(word) => out.not_supported(&at, &**word, &["FQDN", "IPv4", "IPv6"]),
    }
    validate_ports(out, &slice.ports);
    if old.is_none_or(|old| old.endpoints != slice.endpoints) {
        validate_list(out, slice);
    }
    if old.is_some_and(|old| old.address_type != slice.address_type) {
        out.invalid(&at, slice.address_type.as_str(), "field is immutable");
    }
}

fn validate_ports(out: &mut Errors, ports: &[EndpointPort]) {
    // SLICE-VAL-4
    let at = Path::root("ports");
    if ports.len() > MAX_PORTS {
        return out.too_many(&at, ports.len(), MAX_PORTS);
    }
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let at = at.index(index);
        let text = port.name.as_deref().unwrap_or_default();
        if !text.is_empty() {
            name::validate(out, &at.field("name"), text, name::dns1123_label);
        }
        if !names.insert(text) {
            out.duplicate(&at.field("name"), text);
        }
        match &port.protocol {
            None => out.required(&at.field("protocol"), ""),
            Some(crate::api::Protocol::Unset) => {
                let known = crate::service::validate::PROTOCOLS;
                out.not_supported(&at.field("protocol"), "", known);
            }
            Some(protocol) => check_protocol(out, &at.field("protocol"), protocol),
        }
        if let Some(protocol) = &port.app_protocol {
            name::validate(out, &at.field("appProtocol"), protocol, name::label_key);
        }
    }
}

fn validate_list(out: &mut Errors, slice: &EndpointSlice) {
    // SLICE-VAL-2
    let at = Path::root("endpoints");
    if slice.endpoints.len() > MAX_ENDPOINTS {
        return out.too_many(&at, slice.endpoints.len(), MAX_ENDPOINTS);
    }
    for (index, endpoint) in slice.endpoints.iter().enumerate() {
        validate_endpoint(out, &at.index(index), endpoint, &slice.address_type);
    }
}

fn validate_endpoint(out: &mut Errors, at: &Path<'_>, endpoint: &Endpoint, type_: &AddressType) {
    let addresses = at.field("addresses");
    match endpoint.addresses.len() {
        0 => out.required(&addresses, "must contain at least 1 address"),
        count @ 101.. => out.too_many(&addresses, count, MAX_ADDRESSES),
        _ => {}
    }
    for (index, address) in endpoint.addresses.iter().enumerate() {
        match type_ {
            AddressType::IPv4 | AddressType::IPv6 => {
                validate_endpoint_ip(out, &addresses, index, (address, type_));
            }
            AddressType::FQDN => validate_fqdn(out, &addresses.index(index), address),
            AddressType::Unset | AddressType::Other(_) => {}
        }
    }
    if let Some(node) = &endpoint.node_name {
        name::validate(out, &at.field("nodeName"), node, name::dns1123_subdomain);
    }
    let topology = at.field("deprecatedTopology");
    if endpoint.deprecated_topology.len() > MAX_TOPOLOGY {
        out.too_many(&topology, endpoint.deprecated_topology.len(), MAX_TOPOLOGY);
    }
    meta::validate_labels(out, &topology, &endpoint.deprecated_topology);
    if endpoint.deprecated_topology.contains_key(ZONE) {
        out.push(&topology.key(ZONE), Cause::Internal, "reserved key");
    }
    if let Some(hostname) = &endpoint.hostname {
        name::validate(out, &at.field("hostname"), hostname, name::dns1123_label);
    }
    if let Some(hints) = &endpoint.hints {
        validate_hints(out, &at.field("hints"), hints);
    }
}

fn validate_endpoint_ip(
    out: &mut Errors,
    addresses: &Path<'_>,
    index: usize,
    (address, type_): (&String, &AddressType),
) {
    // SLICE-VAL-3
    let at = addresses.index(index);
    if !check_ip(out, &at, address, &[]) {
        return;
    }
    let Some(ip) = parse_ip(address) else { return };
    let six = *type_ == AddressType::IPv6;
    if six && ip.to_string() != *address {
        return out.invalid(&at, address, format!("must be in canonical form (\"{ip}\")"));
    }
    match (ip, six) {
        (IpAddr::V4(_), true) => out.invalid(addresses, address, "must be an IPv6 address"),
        (IpAddr::V6(_), false) => out.invalid(addresses, address, "must be an IPv4 address"),
        (IpAddr::V4(_), false) | (IpAddr::V6(_), true) => {}
    }
    check_special(out, &at, address);
}

fn validate_fqdn(out: &mut Errors, at: &Path<'_>, address: &str) {
    for problem in name::fully_qualified_domain_name(address) {
        if problem.flaw == Flaw::Empty {
            out.required(at, "");
        } else {
            out.invalid(at, address, problem.to_string());
        }
    }
}

fn validate_hints(out: &mut Errors, at: &Path<'_>, hints: &EndpointHints) {
    // SLICE-VAL-5
    let zones: Vec<&str> = hints.for_zones.iter().map(|zone| zone.name.as_str()).collect();
    let nodes: Vec<&str> = hints.for_nodes.iter().map(|node| node.name.as_str()).collect();
    if validate_hint_names(out, &at.field("forZones"), &zones, name::label_value) {
        validate_hint_names(out, &at.field("forNodes"), &nodes, name::dns1123_subdomain);
    }
}

/// Checks one list of hints; false if it is too long.
fn validate_hint_names(
    out: &mut Errors,
    at: &Path<'_>,
    names: &[&str],
    rule: fn(&str) -> Vec<name::Problem>,
) -> bool {
    if names.len() > MAX_HINTS {
        out.too_many(at, names.len(), MAX_HINTS);
        return false;
    }
    let mut seen = BTreeSet::new();
    for (index, text) in names.iter().enumerate() {
        let item = at.index(index);
        let at = item.field("name");
        if !seen.insert(text) {
            out.duplicate(&at, *text);
        }
        name::validate(out, &at, text, rule);
    }
    true
}
