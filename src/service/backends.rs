//! What a proxy on a node sees of one port of a service: its addresses and its usable endpoints.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::api::{
    EndpointSlice, IPFamily, LoadBalancerIPMode, Protocol, Service, ServiceExternalTrafficPolicy,
    ServiceInternalTrafficPolicy, ServicePort, ServiceType,
};
use crate::service::endpoints::address_type;
use crate::service::ip::{Cidr, family_of, parse_ip};
use crate::service::shape::{NONE, externally_accessible};
use crate::service::slices::SERVICE_NAME;

/// One place a connection can end: an address and a port of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// The address.
    pub ip: IpAddr,
    /// The port there.
    pub port: i32,
    /// The node, if the endpoint names one.
    pub node: Option<String>,
    /// The name of the pod or other target, if the endpoint names one.
    pub target: Option<String>,
    /// Whether it takes new connections.
    pub ready: bool,
    /// Whether it can take connections, ready or not.
    pub serving: bool,
    /// Whether it is about to go.
    pub terminating: bool,
    /// The zones it is meant for; none means no hint.
    pub zones: Vec<String>,
    /// The nodes it is meant for; none means no hint.
    pub nodes: Vec<String>,
}

impl std::fmt::Display for Backend {
    /// `ip:port`, an IPv6 address in brackets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.ip {
            IpAddr::V4(ip) => write!(f, "{ip}:{}", self.port),
            IpAddr::V6(ip) => write!(f, "[{ip}]:{}", self.port),
        }
    }
}

/// Why an endpoint does not get a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Dropped {
    /// It is not ready, and it is not a terminating one that still serves.
    #[error("not ready")]
    NotReady,
    /// It is terminating, and there are ready ones.
    #[error("terminating")]
    Terminating,
    /// It is on another node, and the traffic policy is `Local`.
    #[error("on another node")]
    OtherNode,
    /// It is meant for other nodes.
    #[error("meant for other nodes")]
    HintedElsewhere,
    /// It is meant for other zones.
    #[error("meant for other zones")]
    OtherZone,
}

/// A node as far as a proxy on it has to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The node's name.
    pub node: &'a str,
    /// The zone in the node's label; empty for none.
    pub zone: &'a str,
}

impl Backend {
    fn is_at(&self, place: Place<'_>) -> bool {
        !place.node.is_empty() && self.node.as_deref() == Some(place.node)
    }

    fn is_last_resort(&self) -> bool {
        self.serving && self.terminating
    }
}

/// The endpoints of one port of a service in one family, sorted by their text.
///
/// Source: `pkg/proxy/endpointslicecache.go`.
pub fn backends(
    service: &Service,
    port: &ServicePort,
    slices: &[&EndpointSlice],
    family: &IPFamily,
) -> Vec<Backend> {
    // PROXY-1, PROXY-2, PROXY-3
    let mut found: BTreeMap<String, Backend> = BTreeMap::new();
    let type_ = address_type(family);
    let own = slices.iter().filter(|slice| {
        slice.metadata.namespace == service.metadata.namespace
            && slice.metadata.labels.get(SERVICE_NAME) == Some(&service.metadata.name)
            && slice.address_type == type_
    });
    for slice in own {
        let numbers = slice.ports.iter().filter(|candidate| {
            let protocol = candidate.protocol.as_ref().unwrap_or(&Protocol::TCP);
            candidate.name.as_deref() == Some(port.name.as_str()) && *protocol == port.protocol
        });
        for number in numbers.filter_map(|port| port.port).filter(|number| *number != 0) {
            for endpoint in &slice.endpoints {
                let Some(backend) = backend(endpoint, number) else { continue };
                let text = backend.to_string();
                if !backend.terminating || !found.contains_key(&text) {
                    found.insert(text, backend);
                }
            }
        }
    }
    found.into_values().collect()
}

fn backend(endpoint: &crate::api::Endpoint, port: i32) -> Option<Backend> {
    let conditions = &endpoint.conditions;
    let hints = endpoint.hints.as_deref();
    Some(Backend {
        ip: parse_ip(endpoint.addresses.first()?)?,
        port,
        node: endpoint.node_name.clone(),
        target: endpoint.target_ref.as_ref().map(|target| target.name.clone()),
        ready: conditions.ready.unwrap_or(true),
        serving: conditions.serving.unwrap_or(true),
        terminating: conditions.terminating.unwrap_or(false),
        zones: hints
            .iter()
            .flat_map(|hints| &hints.for_zones)
            .map(|zone| zone.name.clone())
            .collect(),
        nodes: hints
            .iter()
            .flat_map(|hints| &hints.for_nodes)
            .map(|node| node.name.clone())
            .collect(),
    })
}

/// The addresses of one port of a service in one family, and its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontend {
    /// The cluster IP.
    pub cluster_ip: IpAddr,
    /// External addresses.
    pub external_ips: Vec<IpAddr>,
    /// Load balancer addresses that nodes catch themselves.
    pub balancer_ips: Vec<IpAddr>,
    /// Who may use the load balancer addresses; empty for everybody.
    pub source_ranges: Vec<Cidr>,
    /// The node port, 0 for none.
    pub node_port: i32,
    /// Whether traffic to the cluster IP stays on the node.
    pub internal_local: bool,
    /// Whether traffic from outside stays on the node.
    pub external_local: bool,
}

impl Frontend {
    /// The addresses of `port`; `None` if proxies pass over the service in this family.
    ///
    /// Source: `pkg/proxy/serviceport.go`.
    #[must_use]
    pub fn of(service: &Service, port: &ServicePort, family: &IPFamily) -> Option<Self> {
        // PROXY-1
        let spec = &service.spec;
        let headless = spec.cluster_ip.is_empty() || spec.cluster_ip == NONE;
        if headless || spec.type_ == ServiceType::ExternalName {
            return None;
        }
        let of_family = |ip: &IpAddr| family_of(*ip) == *family;
        let plural = spec.cluster_ips.iter().filter_map(|ip| parse_ip(ip)).find(of_family);
        let singular = parse_ip(&spec.cluster_ip).filter(of_family);
        let ranges: Vec<Cidr> = spec
            .load_balancer_source_ranges
            .iter()
            .filter_map(|range| Cidr::parse(range.trim()))
            .filter(|range| range.family() == *family)
            .collect();
        let ingress = &service.status.load_balancer.ingress;
        Some(Self {
            cluster_ip: plural.or(singular)?,
            external_ips: spec
                .external_ips
                .iter()
                .filter_map(|ip| parse_ip(ip))
                .filter(of_family)
                .collect(),
            // PROXY-12
            balancer_ips: ingress
                .iter()
                .filter(|at| {
                    at.ip_mode.as_ref().is_none_or(|mode| *mode == LoadBalancerIPMode::VIP)
                })
                .filter_map(|at| parse_ip(&at.ip))
                .filter(of_family)
                .collect(),
            // PROXY-11
            source_ranges: if ranges.iter().any(|range| range.prefix() == 0) {
                Vec::new()
            } else {
                ranges
            },
            node_port: port.node_port,
            internal_local: spec.internal_traffic_policy
                == Some(ServiceInternalTrafficPolicy::Local),
            external_local: externally_accessible(spec)
                && spec.external_traffic_policy == ServiceExternalTrafficPolicy::Local,
        })
    }

    fn is_external(&self) -> bool {
        self.node_port != 0 || !self.balancer_ips.is_empty() || !self.external_ips.is_empty()
    }

    /// Whether some traffic may go to any node.
    #[must_use]
    pub fn uses_cluster(&self) -> bool {
        // PROXY-4
        !self.internal_local || self.is_external()
    }

    /// Whether some traffic must stay on its node.
    #[must_use]
    pub fn uses_local(&self) -> bool {
        self.internal_local || (self.external_local && self.is_external())
    }
}

/// The endpoints of a port that traffic may reach from one node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usable {
    /// For traffic that may go to any node.
    pub cluster: Vec<Backend>,
    /// For traffic that must stay on the node.
    pub local: Vec<Backend>,
    /// Whether any node has an endpoint that could be used.
    pub anywhere: bool,
}

/// Sorts endpoints by what they may be used for on a node.
///
/// Source: `pkg/proxy/topology.go` `CategorizeEndpoints`.
#[must_use]
pub fn usable(backends: &[Backend], frontend: &Frontend, place: Place<'_>) -> Usable {
    // PROXY-5
    let mut out = Usable::default();
    let pick = |fits: &dyn Fn(&Backend) -> bool| -> Vec<Backend> {
        backends.iter().filter(|backend| fits(backend)).cloned().collect()
    };
    if frontend.uses_cluster() {
        let scope = Scope::of(backends, place);
        out.cluster = pick(&|backend| backend.ready && scope.admits(backend, place));
        if out.cluster.is_empty() {
            out.cluster = pick(&Backend::is_last_resort);
        }
        out.anywhere = !out.cluster.is_empty();
    }
    if frontend.uses_local() {
        out.anywhere |= backends.iter().any(|backend| backend.ready || backend.is_last_resort());
        out.local = pick(&|backend| backend.ready && backend.is_at(place));
        if out.local.is_empty() {
            out.local = pick(&|backend| backend.is_last_resort() && backend.is_at(place));
        }
    }
    out
}

/// How far traffic goes, by the hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Everywhere,
    Zone,
    Node,
}

impl Scope {
    fn of(backends: &[Backend], place: Place<'_>) -> Self {
        // PROXY-6
        let agreed = |hints: &dyn Fn(&Backend) -> &[String], here: &str| {
            let mut ready = backends.iter().filter(|backend| backend.ready).peekable();
            let mut names_here = false;
            ready.peek().is_some()
                && ready.all(|backend| {
                    names_here |= hints(backend).iter().any(|name| name == here);
                    !hints(backend).is_empty()
                })
                && names_here
        };
        if agreed(&|backend| &backend.nodes, place.node) {
            Self::Node
        } else if agreed(&|backend| &backend.zones, place.zone) {
            Self::Zone
        } else {
            Self::Everywhere
        }
    }

    fn admits(self, backend: &Backend, place: Place<'_>) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Zone => backend.zones.iter().any(|zone| zone == place.zone),
            Self::Node => backend.nodes.iter().any(|node| node == place.node),
        }
    }
}

/// Why each endpoint that is not among `candidates` is not; `local` if the traffic had to stay on
/// the node.
pub(crate) fn dropped(
    backends: &[Backend],
    candidates: &[Backend],
    local: bool,
    place: Place<'_>,
) -> Vec<(Backend, Dropped)> {
    let scope = Scope::of(backends, place);
    let why = |backend: &Backend| {
        if !backend.ready && !backend.is_last_resort() {
            Dropped::NotReady
        } else if local && !backend.is_at(place) {
            Dropped::OtherNode
        } else if !backend.ready {
            Dropped::Terminating
        } else {
            match scope {
                Scope::Zone => Dropped::OtherZone,
                Scope::Node | Scope::Everywhere => Dropped::HintedElsewhere,
            }
        }
    };
    backends
        .iter()
        .filter(|backend| !candidates.contains(backend))
        .map(|backend| (backend.clone(), why(backend)))
        .collect()
}

/// What a load balancer is told on a service's health check port on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The port.
    pub port: i32,
    /// How many ready endpoints the node has, by distinct address.
    pub local_endpoints: usize,
}

impl Health {
    /// The HTTP status code of a healthy proxy: 200 with local endpoints, else 503.
    #[must_use]
    pub fn code(&self) -> u16 {
        if self.local_endpoints > 0 { 200 } else { 503 }
    }
}

/// The health check of a service on a node; `None` if it has no such port.
///
/// Source: `pkg/proxy/healthcheck`, `pkg/proxy/endpointschangetracker.go`.
#[must_use]
pub fn health(
    service: &Service,
    slices: &[&EndpointSlice],
    family: &IPFamily,
    place: Place<'_>,
) -> Option<Health> {
    // PROXY-18
    let port = service.spec.health_check_node_port;
    if !crate::service::shape::needs_health_check(&service.spec) || port == 0 {
        return None;
    }
    let first = service.spec.ports.first()?;
    Frontend::of(service, first, family)?;
    let local: std::collections::BTreeSet<IpAddr> = service
        .spec
        .ports
        .iter()
        .flat_map(|port| backends(service, port, slices, family))
        .filter(|backend| backend.ready && backend.is_at(place))
        .map(|backend| backend.ip)
        .collect();
    Some(Health { port, local_endpoints: local.len() })
}
