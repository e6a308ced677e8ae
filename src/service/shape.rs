//! What sort of service this is: the questions that every rule asks.

use std::collections::BTreeMap;

use crate::api::{IPFamily, Service, ServiceExternalTrafficPolicy, ServiceSpec, ServiceType};
use crate::service::ip::is_ipv6;

/// The word in `clusterIP` that means "no address".
pub const NONE: &str = "None";

/// Whether the service is headless: `clusterIPs` is exactly `None`.
///
/// ```
/// use kubernel::api::ServiceSpec;
/// use kubernel::service::headless;
/// let spec = ServiceSpec { cluster_ips: vec!["None".into()], ..Default::default() };
/// assert!(headless(&spec));
/// ```
#[must_use]
pub fn headless(spec: &ServiceSpec) -> bool {
    matches!(spec.cluster_ips.as_slice(), [only] if only == NONE)
}

/// Whether the singular `clusterIP` holds an address.
#[must_use]
pub fn has_cluster_ip(spec: &ServiceSpec) -> bool {
    !spec.cluster_ip.is_empty() && spec.cluster_ip != NONE
}

/// Whether clients outside the cluster are meant to reach it: `NodePort`, `LoadBalancer`, or
/// `ClusterIP` with an external address.
#[must_use]
pub fn externally_accessible(spec: &ServiceSpec) -> bool {
    match spec.type_ {
        ServiceType::NodePort | ServiceType::LoadBalancer => true,
        ServiceType::ClusterIP => !spec.external_ips.is_empty(),
        ServiceType::Unset | ServiceType::ExternalName | ServiceType::Other(_) => false,
    }
}

/// Whether the service has a node port for health checks: `LoadBalancer` with policy `Local`.
#[must_use]
pub fn needs_health_check(spec: &ServiceSpec) -> bool {
    spec.type_ == ServiceType::LoadBalancer
        && spec.external_traffic_policy == ServiceExternalTrafficPolicy::Local
}

/// Whether the type is one that takes node ports at all.
pub(crate) fn takes_node_ports(spec: &ServiceSpec) -> bool {
    match spec.type_ {
        ServiceType::NodePort | ServiceType::LoadBalancer => true,
        ServiceType::Unset
        | ServiceType::ClusterIP
        | ServiceType::ExternalName
        | ServiceType::Other(_) => false,
    }
}

/// Whether a port without a number is given one; `unset` is what a missing
/// `allocateLoadBalancerNodePorts` means.
pub(crate) fn draws_node_ports(spec: &ServiceSpec, unset: bool) -> bool {
    match spec.type_ {
        ServiceType::NodePort => true,
        ServiceType::LoadBalancer => spec.allocate_load_balancer_node_ports.unwrap_or(unset),
        ServiceType::Unset
        | ServiceType::ClusterIP
        | ServiceType::ExternalName
        | ServiceType::Other(_) => false,
    }
}

/// Whether the type has a cluster IP (or `None`) at all.
pub(crate) fn needs_cluster_ip(spec: &ServiceSpec) -> bool {
    spec.type_ != ServiceType::ExternalName
}

/// Whether the selector matches these labels. An empty selector matches nothing.
///
/// ```
/// use std::collections::BTreeMap;
/// use kubernel::api::{Service, ServiceSpec};
/// use kubernel::service::selects;
/// let app = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
/// let spec = ServiceSpec { selector: app.clone(), ..Default::default() };
/// assert!(selects(&Service { spec, ..Default::default() }, &app));
/// assert!(!selects(&Service::default(), &app));
/// ```
#[must_use]
pub fn selects(service: &Service, labels: &BTreeMap<String, String>) -> bool {
    // EP-SEL-1
    let selector = &service.spec.selector;
    !selector.is_empty() && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// The families in which the service has endpoints.
///
/// Source: `staging/src/k8s.io/endpointslice/utils.go` `getAddressTypesForService`.
#[must_use]
pub fn families(spec: &ServiceSpec) -> Vec<IPFamily> {
    // EP-ADDR-1
    let known: Vec<IPFamily> = [IPFamily::IPv4, IPFamily::IPv6]
        .into_iter()
        .filter(|family| spec.ip_families.contains(family))
        .collect();
    if !known.is_empty() {
        return known;
    }
    if has_cluster_ip(spec) {
        let six = is_ipv6(&spec.cluster_ip);
        return vec![if six { IPFamily::IPv6 } else { IPFamily::IPv4 }];
    }
    vec![IPFamily::IPv4, IPFamily::IPv6]
}
