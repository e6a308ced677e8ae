//! The older object that lists the endpoints of a service: `Endpoints`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{
    EndpointAddress, EndpointSubset, Endpoints, EndpointsPort, IPFamily, ObjectMeta, Pod, Service,
    ServiceType,
};
use crate::service::endpoints::{
    addresses, hostname, is_endpoint, is_ready, target_port, target_ref,
};
use crate::service::ip::is_ipv6;
use crate::service::shape::{NONE, has_cluster_ip, selects};
use crate::service::slices::HEADLESS;

const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
const CONTROLLER: &str = "endpoint-controller";
const OVER_CAPACITY: &str = "endpoints.kubernetes.io/over-capacity";
/// How many addresses an `Endpoints` object holds at most.
const CAPACITY: usize = 1_000;

/// The `Endpoints` object that a service should have, if `existing` is to be created or replaced;
/// `None` if nothing is to be written.
///
/// `pods` are those of the namespace; nothing is written for a service without selector or of type
/// `ExternalName`.
///
/// Source: `pkg/controller/endpoint/endpoints_controller.go` `syncService`.
#[must_use]
pub fn legacy_endpoints(
    service: &Service,
    pods: &[&Pod],
    existing: Option<&Endpoints>,
) -> Option<Endpoints> {
    if service.spec.selector.is_empty() || service.spec.type_ == ServiceType::ExternalName {
        return None; // EP-SEL-1
    }
    let subsets = repack(&subsets(service, pods), false);
    let known = existing.map(|known| &known.metadata);
    if existing.is_some_and(|known| is_right(known, &subsets, service)) {
        return None; // EPS-6
    }
    let mut new = Endpoints { metadata: known.cloned().unwrap_or_default(), subsets };
    if known.is_none() {
        new.metadata = ObjectMeta {
            name: service.metadata.name.clone(),
            namespace: service.metadata.namespace.clone(),
            ..Default::default()
        };
    }
    // EPS-5
    new.metadata.labels.clone_from(&service.metadata.labels);
    if has_cluster_ip(&service.spec) {
        new.metadata.labels.remove(HEADLESS);
    } else {
        new.metadata.labels.insert(HEADLESS.to_owned(), String::new());
    }
    new.metadata.labels.insert(MANAGED_BY.to_owned(), CONTROLLER.to_owned());
    if truncate(&mut new.subsets) {
        new.metadata.annotations.insert(OVER_CAPACITY.to_owned(), "truncated".to_owned());
    } else {
        new.metadata.annotations.remove(OVER_CAPACITY);
    }
    Some(new)
}

/// One subset for each pod and port, to be repacked.
fn subsets(service: &Service, pods: &[&Pod]) -> Vec<EndpointSubset> {
    let publish = service.spec.publish_not_ready_addresses;
    let mut all = Vec::new();
    for pod in pods {
        if pod.metadata.namespace != service.metadata.namespace
            || !selects(service, &pod.metadata.labels)
            || !is_endpoint(pod, publish)
        {
            continue; // EP-SEL-2, ET-2
        }
        // EPS-1
        let Some(ip) = addresses(pod, &family(service, pod)).into_iter().next() else { continue };
        let address = EndpointAddress {
            ip,
            hostname: hostname(service, pod).unwrap_or_default().to_owned(),
            node_name: Some(pod.spec.node_name.clone()),
            target_ref: Some(target_ref(pod)),
        };
        let mut add = |ports: Vec<EndpointsPort>| {
            // EPS-2, ET-3
            let (ready, not_ready) = if publish || is_ready(pod) {
                (vec![address.clone()], vec![])
            } else {
                (vec![], vec![address.clone()])
            };
            all.push(EndpointSubset { addresses: ready, not_ready_addresses: not_ready, ports });
        };
        if service.spec.ports.is_empty() && service.spec.cluster_ip == NONE {
            add(Vec::new());
        }
        for port in &service.spec.ports {
            if let Some(number) = target_port(pod, port) {
                add(vec![EndpointsPort {
                    name: port.name.clone(),
                    port: number,
                    protocol: port.protocol.clone(),
                    app_protocol: port.app_protocol.clone(),
                }]);
            }
        }
    }
    all
}

fn family(service: &Service, pod: &Pod) -> IPFamily {
    // EPS-1
    let spec = &service.spec;
    if let Some(first) = spec.ip_families.first() {
        return if *first == IPFamily::IPv6 { IPFamily::IPv6 } else { IPFamily::IPv4 };
    }
    let ip = if has_cluster_ip(spec) { &spec.cluster_ip } else { &pod.status.pod_ip };
    if is_ipv6(ip) { IPFamily::IPv6 } else { IPFamily::IPv4 }
}

/// What makes two ports one: upstream compares an `appProtocol` by where it is stored, so ports that
/// were read from an object are told apart by their subset.
type PortKey = (String, i32, String, Option<String>, usize);

/// Subsets in their one form: addresses with the same set of ports together, sorted.
///
/// Source: `pkg/api/v1/endpoints/util.go` `RepackSubsets`.
fn repack(subsets: &[EndpointSubset], stored: bool) -> Vec<EndpointSubset> {
    // EPS-3
    let mut addresses: BTreeMap<(&str, &str), &EndpointAddress> = BTreeMap::new();
    let mut by_port: BTreeMap<PortKey, (Option<&EndpointsPort>, Ready<'_>)> = BTreeMap::new();
    for (index, subset) in subsets.iter().enumerate() {
        let bare = [None];
        let own: Vec<Option<&EndpointsPort>> = subset.ports.iter().map(Some).collect();
        for port in if own.is_empty() { &bare[..] } else { &own } {
            let key = port_key(*port, index, stored);
            let (_, offered) = by_port.entry(key).or_insert((*port, BTreeMap::new()));
            let ready = subset.addresses.iter().map(|address| (address, true));
            let not_ready = subset.not_ready_addresses.iter().map(|address| (address, false));
            for (address, ready) in ready.chain(not_ready) {
                let uid = address.target_ref.as_deref().map_or("", |target| target.uid.as_str());
                let identity = (address.ip.as_str(), uid);
                addresses.entry(identity).or_insert(address);
                *offered.entry(identity).or_insert(true) &= ready;
            }
        }
    }
    let mut by_addresses: BTreeMap<Ready<'_>, Vec<EndpointsPort>> = BTreeMap::new();
    for (port, offered) in by_port.into_values() {
        by_addresses.entry(offered).or_default().extend(port.cloned());
    }
    let side = |offered: &Ready<'_>, ready: bool| -> Vec<EndpointAddress> {
        let on_side = offered.iter().filter(|(_, is_ready)| **is_ready == ready);
        on_side
            .filter_map(|(identity, _)| addresses.get(identity))
            .map(|it| (*it).clone())
            .collect()
    };
    by_addresses
        .into_iter()
        .map(|(offered, ports)| EndpointSubset {
            addresses: side(&offered, true),
            not_ready_addresses: side(&offered, false),
            ports,
        })
        .collect()
}

/// Which addresses (by IP and uid) offer a port, and whether they are ready.
type Ready<'a> = BTreeMap<(&'a str, &'a str), bool>;

fn port_key(port: Option<&EndpointsPort>, index: usize, stored: bool) -> PortKey {
    let Some(port) = port else { return (String::new(), -1, String::new(), None, 0) };
    let place = if stored && port.app_protocol.is_some() { index + 1 } else { 0 };
    let protocol = port.protocol.as_str().to_owned();
    (port.name.clone(), port.port, protocol, port.app_protocol.clone(), place)
}

/// Whether nothing has to be written.
fn is_right(known: &Endpoints, subsets: &[EndpointSubset], service: &Service) -> bool {
    // EPS-6
    let own = |labels: &BTreeMap<String, String>| -> BTreeSet<(String, String)> {
        let kept = labels.iter().filter(|(key, _)| *key != HEADLESS && *key != MANAGED_BY);
        kept.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let labels = &known.metadata.labels;
    let mut current = repack(&known.subsets, true);
    for address in current
        .iter_mut()
        .flat_map(|subset| subset.addresses.iter_mut().chain(&mut subset.not_ready_addresses))
    {
        if let Some(target) = &mut address.target_ref {
            target.resource_version.clear();
        }
    }
    let skipped = labels.len() - own(labels).len();
    current == subsets
        && labels.get(MANAGED_BY).is_some_and(|by| by == CONTROLLER)
        && own(labels).iter().all(|(key, value)| service.metadata.labels.get(key) == Some(value))
        && service.metadata.labels.len() == labels.len() - skipped
        && count(&known.subsets) <= CAPACITY
        && !known.metadata.annotations.contains_key(OVER_CAPACITY)
}

fn count(subsets: &[EndpointSubset]) -> usize {
    subsets.iter().map(|subset| subset.addresses.len() + subset.not_ready_addresses.len()).sum()
}

/// Cuts to the capacity, ready addresses before others, each subset by its share; whether it did.
fn truncate(subsets: &mut [EndpointSubset]) -> bool {
    // EPS-4
    if count(subsets) <= CAPACITY {
        return false;
    }
    let ready: usize = subsets.iter().map(|subset| subset.addresses.len()).sum();
    let cut_ready = ready > CAPACITY;
    let most = if cut_ready { CAPACITY } else { CAPACITY - ready };
    let total = if cut_ready { ready } else { count(subsets) - ready };
    let mut left = most;
    for subset in subsets {
        let list = if cut_ready { &mut subset.addresses } else { &mut subset.not_ready_addresses };
        let share = (list.len() * most).div_ceil(total.max(1)).min(left);
        list.truncate(share);
        left -= list.len();
        if cut_ready {
            subset.not_ready_addresses.clear();
        }
    }
    true
}
