//! What an API server repairs before it judges: fields that belong together, and values that a
//! client may leave out because they were given to it before.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{
    IPFamily, IPFamilyPolicy, LoadBalancerStatus, Service, ServiceExternalTrafficPolicy,
    ServiceSpec, ServiceStatus, ServiceType,
};
use crate::service::shape::{
    NONE, draws_node_ports, externally_accessible, needs_cluster_ip, needs_health_check,
    takes_node_ports,
};

/// What a service that is created may not bring: its status is emptied.
pub fn prepare_create(service: &mut Service) {
    service.status = ServiceStatus::default(); // SVC-UPD-6
}

/// What an update of the spec may not bring, and what its type no longer has: the status is kept,
/// and fields that only the old type had are wiped unless the client changed them too.
///
/// Comes after the allocation and before the validation.
///
/// Source: `pkg/registry/core/service/strategy.go` `PrepareForUpdate`, `dropTypeDependentFields`.
pub fn prepare_update(new: &mut Service, old: &Service) {
    new.status = old.status.clone(); // SVC-UPD-6
    wipe(&mut new.spec, &old.spec);
    if new.spec.type_ != ServiceType::LoadBalancer {
        new.status.load_balancer = LoadBalancerStatus::default(); // SVC-UPD-7
    }
}

fn wipe(new: &mut ServiceSpec, old: &ServiceSpec) {
    if needs_cluster_ip(old) && !needs_cluster_ip(new) {
        // SVC-TYPE-1
        if old.cluster_ip == new.cluster_ip && old.cluster_ips == new.cluster_ips {
            new.cluster_ip.clear();
            new.cluster_ips.clear();
        }
        if old.ip_families == new.ip_families {
            new.ip_families.clear();
        }
        if old.ip_family_policy == new.ip_family_policy {
            new.ip_family_policy = None;
        }
    }
    // SVC-TYPE-2
    if takes_node_ports(old)
        && !takes_node_ports(new)
        && node_ports(new).is_subset(&node_ports(old))
    {
        for port in &mut new.ports {
            port.node_port = 0;
        }
    }
    // SVC-TYPE-3
    if needs_health_check(old)
        && !needs_health_check(new)
        && old.health_check_node_port == new.health_check_node_port
    {
        new.health_check_node_port = 0;
    }
    // SVC-TYPE-4
    let balancer = |spec: &ServiceSpec| spec.type_ == ServiceType::LoadBalancer;
    if balancer(old) && !balancer(new) {
        if old.allocate_load_balancer_node_ports == new.allocate_load_balancer_node_ports {
            new.allocate_load_balancer_node_ports = None;
        }
        if old.load_balancer_class == new.load_balancer_class {
            new.load_balancer_class = None;
        }
    }
    if externally_accessible(old)
        && !externally_accessible(new)
        && old.external_traffic_policy == new.external_traffic_policy
    {
        new.external_traffic_policy = ServiceExternalTrafficPolicy::Unset;
    }
}

/// The node port numbers of the ports, without the health check's.
pub(crate) fn node_ports(spec: &ServiceSpec) -> BTreeSet<i32> {
    spec.ports.iter().map(|port| port.node_port).filter(|port| *port != 0).collect()
}

/// Gives a resubmitted manifest what was allocated for it before.
///
/// Source: `pkg/registry/core/service/storage/storage.go` `patchAllocatedValues`.
pub(crate) fn patch_allocated(new: &mut ServiceSpec, old: &ServiceSpec) {
    // SVC-UPD-8
    if needs_cluster_ip(old) && needs_cluster_ip(new) {
        if new.cluster_ip.is_empty() {
            new.cluster_ip.clone_from(&old.cluster_ip);
        }
        if new.cluster_ips.is_empty() {
            new.cluster_ips.clone_from(&old.cluster_ips);
        }
    }
    // SVC-UPD-9, SVC-UPD-10
    if draws_node_ports(old, true) && draws_node_ports(new, true) {
        let used: BTreeSet<i32> = node_ports(old).intersection(&node_ports(new)).copied().collect();
        let by_name: BTreeMap<&str, i32> =
            old.ports.iter().map(|port| (port.name.as_str(), port.node_port)).collect();
        for port in new.ports.iter_mut().filter(|port| port.node_port == 0) {
            if let Some(number) =
                by_name.get(port.name.as_str()).filter(|port| !used.contains(port))
            {
                port.node_port = *number;
            }
        }
    }
    if needs_health_check(old) && needs_health_check(new) && new.health_check_node_port == 0 {
        new.health_check_node_port = old.health_check_node_port;
    }
}

/// Brings `clusterIP` and `clusterIPs` together.
///
/// Source: `pkg/registry/core/service/storage/storage.go` `normalizeClusterIPs`.
pub(crate) fn normalize_ips(new: &mut ServiceSpec, old: Option<&ServiceSpec>) {
    let Some(old) = old else {
        if !new.cluster_ip.is_empty() && new.cluster_ips.is_empty() {
            new.cluster_ips = vec![new.cluster_ip.clone()]; // SVC-NORM-1
        }
        return;
    };
    // SVC-NORM-2
    if new.cluster_ips.is_empty() && old.cluster_ip == new.cluster_ip {
        new.cluster_ips.clone_from(&old.cluster_ips);
    }
    if old.cluster_ip == new.cluster_ip || old.cluster_ips != new.cluster_ips {
        return;
    }
    if new.cluster_ip.is_empty() {
        new.cluster_ips.clear();
    } else {
        new.cluster_ips = vec![new.cluster_ip.clone()];
    }
}

/// What a reader sees of a stored service: the plural of an old singular `clusterIP`, families that
/// were never written, and no internal traffic policy for `ExternalName`.
///
/// `primary` is the cluster's first family.
///
/// Source: `pkg/registry/core/service/storage/storage.go` `defaultOnReadService`.
pub fn default_on_read(service: &mut Service, primary: &IPFamily) {
    let spec = &mut service.spec;
    normalize_ips(spec, None);
    if !needs_cluster_ip(spec) {
        spec.internal_traffic_policy = None; // SVC-DEF-5
        return;
    }
    if !spec.ip_families.is_empty() {
        return;
    }
    if spec.cluster_ip == NONE && spec.selector.is_empty() {
        spec.ip_family_policy = Some(IPFamilyPolicy::RequireDualStack);
        spec.ip_families = vec![primary.clone(), other_family(primary)];
        return;
    }
    let inferred: Vec<IPFamily> = spec
        .cluster_ips
        .iter()
        .filter_map(|ip| crate::service::ip::parse_ip(ip))
        .map(crate::service::ip::family_of)
        .collect();
    if spec.cluster_ip == NONE {
        spec.ip_families = vec![primary.clone()];
        spec.ip_family_policy = Some(IPFamilyPolicy::SingleStack);
        return;
    }
    match inferred.len() {
        1 => spec.ip_family_policy = Some(IPFamilyPolicy::SingleStack),
        2 => spec.ip_family_policy = Some(IPFamilyPolicy::RequireDualStack),
        _ => {}
    }
    spec.ip_families = inferred;
}

/// The other of the two families; IPv4 for an unknown one.
pub(crate) fn other_family(family: &IPFamily) -> IPFamily {
    match family {
        IPFamily::IPv4 => IPFamily::IPv6,
        IPFamily::IPv6 | IPFamily::Unset | IPFamily::Other(_) => IPFamily::IPv4,
    }
}
