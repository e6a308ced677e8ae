//! What is wrong with a service.

use std::collections::BTreeSet;

use crate::api::{
    ClientIPConfig, IPFamilyPolicy, Kind, Protocol, Service, ServiceAffinity,
    ServiceExternalTrafficPolicy, ServiceInternalTrafficPolicy, ServicePort, ServiceSpec,
    ServiceType, SessionAffinityConfig,
};
use crate::field::{Errors, Path};
use crate::int_or_string::IntOrString;
use crate::service::addresses;
use crate::service::ip::{check_cidr, check_ip, check_special};
use crate::service::shape::{externally_accessible, headless, needs_health_check};
use crate::{meta, name};

pub(crate) const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const TOPOLOGY_MODE: &str = "service.kubernetes.io/topology-mode";
const TOPOLOGY_HINTS: &str = "service.kubernetes.io/topology-aware-hints";
const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
const ONLY_BALANCER: &str = "may only be used when `type` is 'LoadBalancer'";

/// Checks a service that is to be created, defaulted and with its allocated values.
///
/// Source: `pkg/apis/core/validation` `ValidateServiceCreate`.
///
/// ```
/// use kubernel::api::Service;
/// use kubernel::field::Errors;
/// let mut service = Service::default();
/// service.metadata.name = "web".into();
/// service.metadata.namespace = "prod".into();
/// kubernel::service::default(&mut service);
/// let mut out = Errors::new();
/// kubernel::service::validate(&mut out, &service);
/// assert_eq!(out.to_string(), "spec.ports: Required value");
/// ```
pub fn validate(out: &mut Errors, service: &Service) {
    // SVC-VAL-1
    let rules = meta::Rules::of(&Kind::Service);
    meta::validate_builtin(out, &Path::root("metadata"), &service.metadata, &rules);
    validate_spec(out, service, None);
}

/// All checks but those of the metadata; values of `old` that today's rules refuse may stay.
pub(crate) fn validate_spec(out: &mut Errors, service: &Service, old: Option<&Service>) {
    let at = Path::root("spec");
    let spec = &service.spec;
    topology(out, service);
    if spec.ports.is_empty() && !headless(spec) && spec.type_ != ServiceType::ExternalName {
        out.required(&at.field("ports"), ""); // SVC-VAL-2
    }
    of_type(out, &at, spec);
    ports(out, &at, spec);
    meta::validate_labels(out, &at.field("selector"), &spec.selector); // SVC-VAL-13
    affinity(out, &at, spec);
    addresses::validate(out, spec, old.map(|old| &old.spec));
    external_ips(out, &at, spec, old);
    type_word(out, &at, spec);
    distinct_ports(out, &at, spec);
    source_ranges(out, &at, service, old);
    let allocate = spec.allocate_load_balancer_node_ports.is_some();
    match (allocate, spec.type_ == ServiceType::LoadBalancer) {
        // SVC-VAL-21
        (true, false) => out.forbidden(&at.field("allocateLoadBalancerNodePorts"), ONLY_BALANCER),
        (false, true) => out.required(&Path::root("allocateLoadBalancerNodePorts"), ""),
        (true, true) | (false, false) => {}
    }
    balancer_class(out, spec);
    external_policy(out, &at, spec);
    internal_policy(out, &at, spec);
}

fn topology(out: &mut Errors, service: &Service) {
    // SVC-VAL-27
    let annotations = &service.metadata.annotations;
    if let (Some(mode), Some(hints)) =
        (annotations.get(TOPOLOGY_MODE), annotations.get(TOPOLOGY_HINTS))
        && mode != hints
    {
        let root = Path::root("metadata.annotations");
        let detail = format!("must match annotations[{TOPOLOGY_HINTS}] when both are specified");
        out.invalid(&root.key(TOPOLOGY_MODE), mode, detail);
    }
}

fn of_type(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    match &spec.type_ {
        type_ @ (ServiceType::LoadBalancer | ServiceType::NodePort) if headless(spec) => {
            // SVC-VAL-4
            let detail = format!("may not be set to 'None' for {} services", type_.as_str());
            out.invalid(&at.field("clusterIPs").index(0), "None", detail);
        }
        ServiceType::ExternalName => external_name(out, at, spec),
        ServiceType::LoadBalancer
        | ServiceType::NodePort
        | ServiceType::ClusterIP
        | ServiceType::Unset
        | ServiceType::Other(_) => {}
    }
}

fn external_name(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    // SVC-VAL-5
    let detail = "may not be set for ExternalName services";
    if !spec.cluster_ips.is_empty() {
        out.forbidden(&at.field("clusterIPs"), detail);
    }
    if !spec.ip_families.is_empty() {
        out.forbidden(&at.field("ipFamilies"), detail);
    }
    let policy: &Option<IPFamilyPolicy> = &spec.ip_family_policy;
    if policy.is_some() {
        out.forbidden(&at.field("ipFamilyPolicy"), detail);
    }
    let at = at.field("externalName");
    match spec.external_name.strip_suffix('.').unwrap_or(&spec.external_name) {
        "" => out.required(&at, ""),
        target => name::validate(out, &at, target, name::dns1123_subdomain),
    }
}

fn ports(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    let at = at.field("ports");
    let mut names = BTreeSet::new();
    for (index, port) in spec.ports.iter().enumerate() {
        let at = at.index(index);
        let at_name = at.field("name");
        if !port.name.is_empty() {
            // SVC-VAL-6
            name::validate(out, &at_name, &port.name, name::dns1123_label);
            if !names.insert(port.name.as_str()) {
                out.duplicate(&at_name, &port.name);
            }
        } else if spec.ports.len() > 1 {
            out.required(&at_name, "");
        }
        validate_port(out, &at, port);
    }
}

fn validate_port(out: &mut Errors, at: &Path<'_>, port: &ServicePort) {
    // SVC-VAL-7
    check_port_number(out, &at.field("port"), port.port);
    check_protocol(out, &at.field("protocol"), &port.protocol);
    // SVC-VAL-8
    let target = at.field("targetPort");
    match &port.target_port {
        IntOrString::Int(number) => check_port_number(out, &target, *number),
        IntOrString::String(text) => name::validate(out, &target, text, name::port_name),
    }
    if let Some(protocol) = &port.app_protocol {
        name::validate(out, &at.field("appProtocol"), protocol, name::label_key); // SVC-VAL-12
    }
}

pub(crate) fn check_port_number(out: &mut Errors, at: &Path<'_>, number: i32) {
    for problem in name::port_number(number.into()) {
        out.invalid(at, number, problem.to_string());
    }
}

pub(crate) fn check_protocol(out: &mut Errors, at: &Path<'_>, protocol: &Protocol) {
    match protocol {
        Protocol::Unset => out.required(at, ""),
        Protocol::TCP | Protocol::UDP | Protocol::SCTP => {}
        Protocol::Other(word) => out.not_supported(at, &**word, PROTOCOLS),
    }
}

fn affinity(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    // SVC-VAL-14
    let at_config = at.field("sessionAffinityConfig");
    match &spec.session_affinity {
        ServiceAffinity::Unset => out.required(&at.field("sessionAffinity"), ""),
        ServiceAffinity::Other(word) => {
            out.not_supported(&at.field("sessionAffinity"), &**word, &["ClientIP", "None"]);
        }
        ServiceAffinity::ClientIP => {
            client_ip(out, &at_config, spec.session_affinity_config.as_deref());
        }
        ServiceAffinity::None if spec.session_affinity_config.is_some() => {
            out.forbidden(&at_config, "must not be set when session affinity is None");
        }
        ServiceAffinity::None => {}
    }
}

fn client_ip(out: &mut Errors, at: &Path<'_>, config: Option<&SessionAffinityConfig>) {
    let Some(config) = config else {
        return out.required(at, "when session affinity type is ClientIP");
    };
    let at = at.field("clientIP");
    let Some(client) = config.client_ip.as_deref() else {
        return out.required(&at, "when session affinity type is ClientIP");
    };
    let at = at.field("timeoutSeconds");
    match client {
        ClientIPConfig { timeout_seconds: None } => {
            out.required(&at, "when session affinity type is ClientIP");
        }
        ClientIPConfig { timeout_seconds: Some(1..=86_400) } => {}
        ClientIPConfig { timeout_seconds: Some(seconds) } => {
            out.invalid(&at, *seconds, "must be greater than 0 and less than 86400");
        }
    }
}

fn external_ips(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec, old: Option<&Service>) {
    // SVC-VAL-19
    let at = at.field("externalIPs");
    let before = old.map_or(&[][..], |old| old.spec.external_ips.as_slice());
    for (index, ip) in spec.external_ips.iter().enumerate() {
        let at = at.index(index);
        if check_ip(out, &at, ip, before) {
            check_special(out, &at, ip);
        }
    }
}

fn type_word(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    match &spec.type_ {
        // SVC-VAL-3
        ServiceType::Unset => out.required(&at.field("type"), ""),
        ServiceType::Other(word) => {
            let known = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
            out.not_supported(&at.field("type"), &**word, known);
        }
        ServiceType::ClusterIP => {
            // SVC-VAL-10
            let at = at.field("ports");
            for (index, _) in spec.ports.iter().enumerate().filter(|(_, port)| port.node_port != 0)
            {
                let detail = "may not be used when `type` is 'ClusterIP'";
                out.forbidden(&at.index(index).field("nodePort"), detail);
            }
        }
        ServiceType::NodePort | ServiceType::LoadBalancer | ServiceType::ExternalName => {}
    }
}

fn distinct_ports(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    // SVC-VAL-9
    let at = at.field("ports");
    let mut seen = BTreeSet::new();
    for (index, port) in spec.ports.iter().enumerate().filter(|(_, port)| port.node_port != 0) {
        if !seen.insert((port.protocol.as_str(), port.node_port)) {
            out.duplicate(&at.index(index).field("nodePort"), port.node_port);
        }
    }
    let mut seen = BTreeSet::new();
    for (index, port) in spec.ports.iter().enumerate() {
        if !seen.insert((port.protocol.as_str(), port.port)) {
            out.duplicate(&at.index(index), format!("{}/{}", port.port, port.protocol.as_str()));
        }
    }
}

fn source_ranges(out: &mut Errors, at: &Path<'_>, service: &Service, old: Option<&Service>) {
    // SVC-VAL-20
    let spec = &service.spec;
    let balancer = spec.type_ == ServiceType::LoadBalancer;
    if !spec.load_balancer_source_ranges.is_empty() {
        let at = at.field("LoadBalancerSourceRanges");
        if !balancer {
            out.forbidden(&at, ONLY_BALANCER);
        }
        let before: Vec<&str> = old
            .map_or(&[][..], |old| old.spec.load_balancer_source_ranges.as_slice())
            .iter()
            .map(|range| range.trim())
            .collect();
        for (index, range) in spec.load_balancer_source_ranges.iter().enumerate() {
            check_cidr(out, &at.index(index), range.trim(), &before);
        }
        return;
    }
    let Some(ranges) = service.metadata.annotations.get(SOURCE_RANGES) else { return };
    let root = Path::root("metadata.annotations");
    let at = root.key(SOURCE_RANGES);
    if !balancer {
        out.forbidden(&at, ONLY_BALANCER);
    }
    if old.and_then(|old| old.metadata.annotations.get(SOURCE_RANGES)) != Some(ranges)
        && !ranges.trim().is_empty()
    {
        for range in ranges.trim().split(',') {
            check_cidr(out, &at, range.trim(), &[]);
        }
    }
}

pub(crate) fn balancer_class(out: &mut Errors, spec: &ServiceSpec) {
    // SVC-VAL-22, SVC-VAL-12
    let Some(class) = &spec.load_balancer_class else { return };
    let at = Path::root("spec.loadBalancerClass");
    if spec.type_ == ServiceType::LoadBalancer {
        name::validate(out, &at, class, name::label_key);
    } else {
        out.forbidden(&at, ONLY_BALANCER);
    }
}

fn external_policy(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    let at_policy = at.field("externalTrafficPolicy");
    let policy = &spec.external_traffic_policy;
    match (externally_accessible(spec), policy) {
        // SVC-VAL-23
        (false, ServiceExternalTrafficPolicy::Unset) => {}
        (false, policy) => {
            let detail = "may only be set for externally-accessible services";
            out.invalid(&at_policy, policy.as_str(), detail);
        }
        (true, ServiceExternalTrafficPolicy::Unset) => out.required(&at_policy, ""),
        (true, ServiceExternalTrafficPolicy::Other(word)) => {
            out.not_supported(&at_policy, &**word, &["Cluster", "Local"]);
        }
        (true, ServiceExternalTrafficPolicy::Cluster | ServiceExternalTrafficPolicy::Local) => {}
    }
    let at_port = at.field("healthCheckNodePort");
    match (needs_health_check(spec), spec.health_check_node_port) {
        // SVC-VAL-24
        (false, 0) => {}
        (false, port) => out.invalid(
            &at_port,
            port,
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
        ),
        (true, 0) => out.required(&at_port, ""),
        (true, port) => check_port_number(out, &at_port, port),
    }
}

fn internal_policy(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    let at_policy = at.field("internalTrafficPolicy");
    match (&spec.internal_traffic_policy, &spec.type_) {
        // SVC-VAL-25
        (None, ServiceType::ClusterIP | ServiceType::NodePort | ServiceType::LoadBalancer) => {
            out.required(&at_policy, "");
        }
        (None, ServiceType::Unset | ServiceType::ExternalName | ServiceType::Other(_)) => {}
        (Some(ServiceInternalTrafficPolicy::Cluster | ServiceInternalTrafficPolicy::Local), _) => {}
        (
            Some(
                word @ (ServiceInternalTrafficPolicy::Unset
                | ServiceInternalTrafficPolicy::Other(_)),
            ),
            _,
        ) => out.not_supported(&at_policy, word.as_str(), &["Cluster", "Local"]),
    }
    // SVC-VAL-26
    let known = &["PreferClose", "PreferSameZone", "PreferSameNode"];
    if let Some(word) = &spec.traffic_distribution
        && !known.contains(&word.as_str())
    {
        out.not_supported(&at.field("trafficDistribution"), word, known);
    }
}
