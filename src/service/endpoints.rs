//! Which pods of a service are its endpoints, and what an endpoint says.

use std::collections::BTreeMap;

use crate::api::{
    AddressType, ConditionStatus, ContainerPort, ContainerRestartPolicy, Endpoint,
    EndpointConditions, EndpointPort, IPFamily, Node, ObjectReference, Pod, PodConditionType,
    PodPhase, Service, ServicePort,
};
use crate::int_or_string::IntOrString;
use crate::service::ip::{family_of, parse_ip};
use crate::service::shape::NONE;

/// The label of a node that names its zone.
pub(crate) const ZONE: &str = "topology.kubernetes.io/zone";

/// Whether the pod's condition `Ready` is true; nothing else counts.
#[must_use]
pub fn is_ready(pod: &Pod) -> bool {
    // EP-SEL-3
    pod.status
        .conditions
        .iter()
        .find(|condition| condition.type_ == PodConditionType::Ready)
        .is_some_and(|condition| condition.status == ConditionStatus::True)
}

/// Whether the pod is an endpoint at all: not over, and with an address. `terminating` tells
/// whether a pod that is being deleted still is.
///
/// Source: `staging/src/k8s.io/endpointslice/util` `ShouldPodBeInEndpoints`.
#[must_use]
pub fn is_endpoint(pod: &Pod, terminating: bool) -> bool {
    // EP-SEL-2, ET-1
    let over = match pod.status.phase {
        PodPhase::Succeeded | PodPhase::Failed => true,
        PodPhase::Unset
        | PodPhase::Pending
        | PodPhase::Running
        | PodPhase::Unknown
        | PodPhase::Other(_) => false,
    };
    let addressed = !pod.status.pod_ip.is_empty() || !pod.status.pod_ips.is_empty();
    !over && addressed && (terminating || pod.metadata.deletion_timestamp.is_none())
}

/// The number of the pod's port that a port of a service means: the number itself, or that of the
/// first container port with the name and the service port's protocol.
///
/// Source: `staging/src/k8s.io/endpointslice/utils.go` `FindPort`.
#[must_use]
pub fn target_port(pod: &Pod, port: &ServicePort) -> Option<i32> {
    // EP-PORT-1
    let name = match &port.target_port {
        IntOrString::Int(number) => return Some(*number),
        IntOrString::String(name) => name,
    };
    let sidecars = pod
        .spec
        .init_containers
        .iter()
        .filter(|container| container.restart_policy == Some(ContainerRestartPolicy::Always));
    let fits =
        |candidate: &&ContainerPort| candidate.name == *name && candidate.protocol == port.protocol;
    pod.spec
        .containers
        .iter()
        .chain(sidecars)
        .flat_map(|container| &container.ports)
        .find(fits)
        .map(|found| found.container_port)
}

/// The ports that a pod offers for a service, in the service's order.
pub(crate) fn ports(service: &Service, pod: &Pod) -> Vec<EndpointPort> {
    // EP-PORT-2
    if service.spec.ports.is_empty() && service.spec.cluster_ip == NONE {
        return Vec::new();
    }
    let resolve = |port: &ServicePort| {
        Some(EndpointPort {
            name: Some(port.name.clone()),
            port: Some(target_port(pod, port)?),
            protocol: Some(port.protocol.clone()),
            app_protocol: port.app_protocol.clone(),
        })
    };
    service.spec.ports.iter().filter_map(resolve).collect()
}

/// The pod's hostname if the service is its subdomain.
pub(crate) fn hostname<'a>(service: &Service, pod: &'a Pod) -> Option<&'a str> {
    // EP-HOST-1
    let host = pod.spec.hostname.as_str();
    let named = !host.is_empty()
        && pod.spec.subdomain == service.metadata.name
        && pod.metadata.namespace == service.metadata.namespace;
    named.then_some(host)
}

/// The pod as a target.
pub(crate) fn target_ref(pod: &Pod) -> Box<ObjectReference> {
    // EP-REF-1
    Box::new(ObjectReference {
        kind: "Pod".to_owned(),
        namespace: pod.metadata.namespace.clone(),
        name: pod.metadata.name.clone(),
        uid: pod.metadata.uid.clone(),
        ..Default::default()
    })
}

/// The addresses of the pod of one family, in the pod's order and canonical form.
pub(crate) fn addresses(pod: &Pod, family: &IPFamily) -> Vec<String> {
    // EP-ADDR-1
    let of_family = |ip: &std::net::IpAddr| family_of(*ip) == *family;
    pod.status
        .pod_ips
        .iter()
        .filter_map(|ip| parse_ip(&ip.ip))
        .filter(of_family)
        .map(|ip| ip.to_string())
        .collect()
}

/// The endpoint that a pod is for a service in one family; `node` is the pod's node if it exists.
///
/// Source: `staging/src/k8s.io/endpointslice/utils.go` `podToEndpoint`.
#[must_use]
pub fn endpoint(service: &Service, pod: &Pod, node: Option<&Node>, family: &IPFamily) -> Endpoint {
    // EP-COND-1, ET-2, ET-3
    let serving = is_ready(pod);
    let terminating = pod.metadata.deletion_timestamp.is_some();
    let ready = service.spec.publish_not_ready_addresses || (serving && !terminating);
    // EP-NODE-1
    let zone = node.and_then(|node| node.metadata.labels.get(ZONE)).filter(|zone| !zone.is_empty());
    let node_name = Some(&pod.spec.node_name).filter(|name| !name.is_empty());
    Endpoint {
        addresses: addresses(pod, family),
        conditions: EndpointConditions {
            ready: Some(ready),
            serving: Some(serving),
            terminating: Some(terminating),
        },
        hostname: hostname(service, pod).map(str::to_owned),
        target_ref: Some(target_ref(pod)),
        deprecated_topology: BTreeMap::new(),
        node_name: node_name.cloned(),
        zone: zone.cloned(),
        hints: None,
    }
}

/// The type of the slices that hold addresses of a family.
pub(crate) fn address_type(family: &IPFamily) -> AddressType {
    match family {
        IPFamily::IPv4 => AddressType::IPv4,
        IPFamily::IPv6 => AddressType::IPv6,
        IPFamily::Unset => AddressType::Unset,
        IPFamily::Other(word) => AddressType::Other(word.clone()),
    }
}

/// Which services a pod event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Touched {
    /// None.
    Nothing,
    /// Those that select the pod (its last state if it is gone).
    Selecting,
    /// Those that selected it before or select it now.
    Either,
    /// Those that selected it before or select it now, but not both.
    OnlyOne,
}

/// Which services must look at their endpoints because a pod was added (`old` missing), removed
/// (`new` missing) or changed.
///
/// Source: `staging/src/k8s.io/endpointslice/util` `GetPodUpdateProjectionKey`.
#[must_use]
pub fn touched(old: Option<&Pod>, new: Option<&Pod>) -> Touched {
    // EP-EVT-1
    let (Some(old), Some(new)) = (old, new) else {
        return if old.is_none() && new.is_none() { Touched::Nothing } else { Touched::Selecting };
    };
    if old.metadata.resource_version == new.metadata.resource_version {
        return Touched::Nothing;
    }
    let member = old.metadata.labels != new.metadata.labels
        || old.spec.hostname != new.spec.hostname
        || old.spec.subdomain != new.spec.subdomain;
    // EP-EVT-2: a terminating pod counts as changed, whatever changed.
    let data = old.metadata.deletion_timestamp.is_some()
        || new.metadata.deletion_timestamp.is_some()
        || is_ready(old) != is_ready(new)
        || old.status.pod_ips != new.status.pod_ips;
    match (member, data) {
        (false, false) => Touched::Nothing,
        (false, true) => Touched::Selecting,
        (true, true) => Touched::Either,
        (true, false) => Touched::OnlyOne,
    }
}

impl Touched {
    /// Whether a service is concerned that did or does select the pod.
    #[must_use]
    pub fn concerns(self, before: bool, now: bool) -> bool {
        match self {
            Self::Nothing => false,
            Self::Selecting => now,
            Self::Either => before || now,
            Self::OnlyOne => before != now,
        }
    }
}
