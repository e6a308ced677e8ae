//! Where a new connection goes.

use std::net::IpAddr;

use crate::api::{EndpointSlice, Protocol, Service, ServiceAffinity, ServicePort};
use crate::service::backends::{
    Backend, Dropped, Frontend, Place, Usable, backends, dropped, usable,
};
use crate::service::ip::{Cidr, family_of};

/// A new connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Who connects.
    pub source: IpAddr,
    /// The address that is called.
    pub dest: IpAddr,
    /// The port that is called.
    pub port: i32,
    /// The protocol.
    pub protocol: Protocol,
    /// The endpoint that the client was last sent to and is to stay with, if one is remembered. Used
    /// only by services with `ClientIP` affinity.
    pub remembered: Option<(IpAddr, i32)>,
}

/// The node on which the connection is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Vantage<'a> {
    /// The node and its zone.
    pub place: Place<'a>,
    /// The node's own addresses, the primary one first.
    pub node_ips: &'a [IpAddr],
    /// The blocks within which the node's addresses answer on node ports.
    pub node_port_addresses: &'a [Cidr],
    /// The blocks of pod addresses.
    pub pod_cidrs: &'a [Cidr],
}

impl Vantage<'_> {
    fn is_pod(&self, ip: IpAddr) -> bool {
        self.pod_cidrs.iter().any(|cidr| cidr.contains(ip))
    }

    fn is_own(&self, ip: IpAddr) -> bool {
        self.node_ips.contains(&ip) || ip.is_loopback()
    }

    /// Whether node ports answer on this address.
    fn answers(&self, ip: IpAddr) -> bool {
        // PROXY-13
        self.node_ips.contains(&ip) && self.node_port_addresses.iter().any(|cidr| cidr.contains(ip))
    }
}

/// By which of a service's addresses it was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Via {
    /// The cluster IP.
    ClusterIp,
    /// An external IP.
    ExternalIp,
    /// A load balancer's address.
    LoadBalancer,
    /// A port of the node.
    NodePort,
}

/// Where a connection goes, and why not elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The chosen endpoint.
    pub backend: Backend,
    /// All endpoints that could have been chosen, the chosen one included.
    pub candidates: Vec<Backend>,
    /// The other endpoints of the port, with the reason.
    pub dropped: Vec<(Backend, Dropped)>,
    /// By which address the service was called.
    pub via: Via,
    /// Whether the endpoint sees the node as the source, whichever is chosen.
    pub masquerade: bool,
}

impl Route {
    /// Whether `backend` would see the node as the source of the flow: always on a masqueraded
    /// route, and where a client would call itself.
    #[must_use]
    pub fn hides_source(&self, flow: &Flow, backend: &Backend) -> bool {
        self.masquerade || backend.ip == flow.source // PROXY-10
    }
}

/// Why a connection goes nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// No endpoint of the port can be used on any node: the connection is refused at once.
    #[error("no endpoint is ready")]
    NoEndpoints {
        /// The endpoints, with the reason.
        dropped: Vec<(Backend, Dropped)>,
    },
    /// Only other nodes have endpoints and the traffic policy is `Local`: packets are lost and the
    /// client runs into its time-out.
    #[error("no endpoint on this node, and the traffic policy is `Local`")]
    NoLocalEndpoints {
        /// The endpoints, with the reason.
        dropped: Vec<(Backend, Dropped)>,
    },
    /// The load balancer's address is not open to this source: packets are lost.
    #[error("the source is not within `loadBalancerSourceRanges`")]
    SourceNotAllowed,
    /// The address is a cluster IP, but the service has no such port: refused at once.
    #[error("the service has no such port")]
    NoSuchPort,
}

impl Refused {
    /// Whether the client is told at once; if not it waits for its time-out.
    #[must_use]
    pub fn is_immediate(&self) -> bool {
        match self {
            Self::NoEndpoints { .. } | Self::NoSuchPort => true,
            Self::NoLocalEndpoints { .. } | Self::SourceNotAllowed => false,
        }
    }
}

/// Decides where a new connection goes that may be for `service`: `None` if the service does not
/// answer at that address.
///
/// `slices` are the service's. Which of several endpoints gets the connection is up to `pick`.
///
/// Source: `pkg/proxy/nftables/proxier.go`.
///
/// # Errors
/// `Some(Err(_))` as [`Refused`] says.
///
/// ```
/// use kubernel::api::{EndpointSlice, Protocol, Service};
/// use kubernel::service::{Flow, Place, Refused, Vantage, route};
///
/// let service: Service = serde_json::from_value(serde_json::json!({
///     "metadata": {"name": "web", "namespace": "prod"},
///     "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.7", "clusterIPs": ["10.96.0.7"],
///              "ports": [{"port": 80, "protocol": "TCP"}]},
/// })).unwrap();
/// let slice: EndpointSlice = serde_json::from_value(serde_json::json!({
///     "metadata": {"namespace": "prod", "labels": {"kubernetes.io/service-name": "web"}},
///     "addressType": "IPv4", "endpoints": [{"addresses": ["10.244.0.2"]}],
///     "ports": [{"name": "", "port": 8080, "protocol": "TCP"}],
/// })).unwrap();
/// let here = Vantage {
///     place: Place { node: "n1", zone: "" },
///     node_ips: &[], node_port_addresses: &[], pod_cidrs: &[],
/// };
/// let flow = Flow {
///     source: "10.244.0.9".parse().unwrap(), dest: "10.96.0.7".parse().unwrap(),
///     port: 80, protocol: Protocol::TCP, remembered: None,
/// };
/// let found = route(&flow, &service, &[&slice], here, &mut |_| 0).unwrap().unwrap();
/// assert_eq!(found.backend.to_string(), "10.244.0.2:8080");
/// let none = route(&flow, &service, &[], here, &mut |_| 0).unwrap();
/// assert_eq!(none, Err(Refused::NoEndpoints { dropped: vec![] }));
/// ```
pub fn route(
    flow: &Flow,
    service: &Service,
    slices: &[&EndpointSlice],
    here: Vantage<'_>,
    pick: &mut dyn FnMut(usize) -> usize,
) -> Option<Result<Route, Refused>> {
    let family = family_of(flow.dest);
    let mut is_cluster_ip = false;
    for port in &service.spec.ports {
        let frontend = Frontend::of(service, port, &family)?;
        is_cluster_ip |= frontend.cluster_ip == flow.dest;
        let Some(via) = called(flow, port, &frontend, here) else { continue };
        let all = backends(service, port, slices, &family);
        let call = Call { flow, frontend: &frontend, here, via };
        let sticky = service.spec.session_affinity == ServiceAffinity::ClientIP;
        return Some(call.route(&all, sticky, pick));
    }
    is_cluster_ip.then_some(Err(Refused::NoSuchPort)) // PROXY-17
}

/// By which address of the port the flow calls, if by any.
fn called(flow: &Flow, port: &ServicePort, frontend: &Frontend, here: Vantage<'_>) -> Option<Via> {
    if flow.protocol != port.protocol {
        return None;
    }
    if flow.port == port.port {
        if frontend.cluster_ip == flow.dest {
            return Some(Via::ClusterIp);
        }
        if frontend.balancer_ips.contains(&flow.dest) {
            return Some(Via::LoadBalancer);
        }
        if frontend.external_ips.contains(&flow.dest) {
            return Some(Via::ExternalIp);
        }
    }
    let by_node =
        frontend.node_port != 0 && flow.port == frontend.node_port && here.answers(flow.dest);
    by_node.then_some(Via::NodePort)
}

/// A flow that is for a port of a service.
struct Call<'a> {
    flow: &'a Flow,
    frontend: &'a Frontend,
    here: Vantage<'a>,
    via: Via,
}

impl Call<'_> {
    fn route(
        &self,
        all: &[Backend],
        sticky: bool,
        pick: &mut dyn FnMut(usize) -> usize,
    ) -> Result<Route, Refused> {
        let place = self.here.place;
        if self.via == Via::LoadBalancer && !self.is_allowed() {
            return Err(Refused::SourceNotAllowed);
        }
        let usable = usable(all, self.frontend, place);
        let (local, masquerade) = self.policy();
        let Usable { cluster, local: local_ones, anywhere } = usable;
        let candidates = if local { local_ones } else { cluster };
        let dropped = dropped(all, &candidates, local, place);
        // PROXY-9
        if !anywhere {
            return Err(Refused::NoEndpoints { dropped });
        }
        let remembered = self.flow.remembered.filter(|_| sticky);
        let known =
            candidates.iter().find(|backend| remembered == Some((backend.ip, backend.port))); // PROXY-16
        let backend = match (known, candidates.len()) {
            (Some(known), _) => Some(known.clone()),
            (None, 0) => None,
            (None, count) => candidates.get(pick(count).min(count - 1)).cloned(), // PROXY-15
        };
        match backend {
            Some(backend) => Ok(Route { backend, candidates, dropped, via: self.via, masquerade }),
            None => Err(Refused::NoLocalEndpoints { dropped }),
        }
    }

    /// Whether the source may use the load balancer's address.
    fn is_allowed(&self) -> bool {
        // PROXY-11
        let ranges = &self.frontend.source_ranges;
        let within = |ip: IpAddr| ranges.iter().any(|range| range.contains(ip));
        let from_node = || {
            self.here.node_ips.first().is_some_and(|ip| within(*ip))
                && self.frontend.balancer_ips.contains(&self.flow.source)
        };
        ranges.is_empty() || within(self.flow.source) || from_node()
    }

    /// Whether the traffic must stay on the node, and whether its source is hidden.
    fn policy(&self) -> (bool, bool) {
        let pod = self.here.is_pod(self.flow.source);
        let own = self.here.is_own(self.flow.source);
        match self.via {
            // PROXY-7, PROXY-10
            Via::ClusterIp => (self.frontend.internal_local, !pod),
            Via::ExternalIp | Via::LoadBalancer | Via::NodePort => {
                if !self.frontend.external_local {
                    (false, true)
                } else if pod {
                    (false, false) // PROXY-8
                } else {
                    (!own, own) // PROXY-8
                }
            }
        }
    }
}
