//! What a service means where it says nothing.

use crate::api::{
    ClientIPConfig, EndpointSlice, Endpoints, LoadBalancerIPMode, Protocol, Service,
    ServiceAffinity, ServiceExternalTrafficPolicy, ServiceInternalTrafficPolicy, ServicePort,
    ServiceSpec, ServiceType, SessionAffinityConfig,
};
use crate::int_or_string::IntOrString;
use crate::service::shape::externally_accessible;

/// How long a client stays with its endpoint if the service does not say: three hours.
pub const AFFINITY_SECONDS: i32 = 10_800;

/// Fills what the client left out, as on every decode of a `Service`.
///
/// Source: `pkg/apis/core/v1/defaults.go` `SetDefaults_Service`.
///
/// ```
/// use kubernel::api::{Protocol, Service, ServicePort, ServiceSpec, ServiceType};
/// let ports = vec![ServicePort { port: 80, ..Default::default() }];
/// let mut service = Service { spec: ServiceSpec { ports, ..Default::default() }, ..Default::default() };
/// kubernel::service::default(&mut service);
/// assert_eq!(service.spec.type_, ServiceType::ClusterIP);
/// assert_eq!(service.spec.ports[0].protocol, Protocol::TCP);
/// ```
pub fn default(service: &mut Service) {
    let spec = &mut service.spec;
    if spec.type_ == ServiceType::Unset {
        spec.type_ = ServiceType::ClusterIP; // SVC-DEF-1
    }
    affinity(spec);
    for port in &mut spec.ports {
        default_port(port);
    }
    if externally_accessible(spec)
        && spec.external_traffic_policy == ServiceExternalTrafficPolicy::Unset
    {
        spec.external_traffic_policy = ServiceExternalTrafficPolicy::Cluster; // SVC-DEF-4
    }
    policies(spec);
    if spec.type_ == ServiceType::LoadBalancer {
        // SVC-DEF-6
        for ingress in &mut service.status.load_balancer.ingress {
            if !ingress.ip.is_empty() && ingress.ip_mode.is_none() {
                ingress.ip_mode = Some(LoadBalancerIPMode::VIP);
            }
        }
    }
}

fn affinity(spec: &mut ServiceSpec) {
    // SVC-DEF-3
    if spec.session_affinity == ServiceAffinity::Unset {
        spec.session_affinity = ServiceAffinity::None;
    }
    match spec.session_affinity {
        ServiceAffinity::None => spec.session_affinity_config = None,
        ServiceAffinity::ClientIP => {
            let timeout = spec
                .session_affinity_config
                .as_deref()
                .and_then(|config| config.client_ip.as_deref())
                .and_then(|client| client.timeout_seconds);
            if timeout.is_none() {
                let client = ClientIPConfig { timeout_seconds: Some(AFFINITY_SECONDS) };
                spec.session_affinity_config =
                    Some(Box::new(SessionAffinityConfig { client_ip: Some(Box::new(client)) }));
            }
        }
        ServiceAffinity::Unset | ServiceAffinity::Other(_) => {}
    }
}

fn default_port(port: &mut ServicePort) {
    // SVC-DEF-2
    if port.protocol == Protocol::Unset {
        port.protocol = Protocol::TCP;
    }
    let unset = match &port.target_port {
        IntOrString::Int(number) => *number == 0,
        IntOrString::String(name) => name.is_empty(),
    };
    if unset {
        port.target_port = IntOrString::Int(port.port);
    }
}

fn policies(spec: &mut ServiceSpec) {
    match spec.type_ {
        ServiceType::ClusterIP | ServiceType::NodePort | ServiceType::LoadBalancer => {
            // SVC-DEF-5
            spec.internal_traffic_policy.get_or_insert(ServiceInternalTrafficPolicy::Cluster);
        }
        ServiceType::Unset | ServiceType::ExternalName | ServiceType::Other(_) => {}
    }
    if spec.type_ == ServiceType::LoadBalancer {
        spec.allocate_load_balancer_node_ports.get_or_insert(true); // SVC-DEF-6
    }
}

/// Fills the protocol of each port of an `Endpoints` object with TCP.
///
/// Source: `pkg/apis/core/v1/defaults.go` `SetDefaults_Endpoints`.
pub fn default_endpoints(endpoints: &mut Endpoints) {
    for port in endpoints.subsets.iter_mut().flat_map(|subset| &mut subset.ports) {
        if port.protocol == Protocol::Unset {
            port.protocol = Protocol::TCP;
        }
    }
}

/// Fills name and protocol of each port of an `EndpointSlice`: `""` and TCP.
///
/// Source: `pkg/apis/discovery/v1/defaults.go`.
pub fn default_slice(slice: &mut EndpointSlice) {
    // SLICE-VAL-4
    for port in &mut slice.ports {
        port.name.get_or_insert_default();
        port.protocol.get_or_insert(Protocol::TCP);
    }
}
