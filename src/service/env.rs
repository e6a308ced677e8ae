//! The environment variables through which a container learns of services.

use std::collections::BTreeMap;

use crate::api::{Protocol, Service};
use crate::service::shape::has_cluster_ip;

/// The service variables of a container that starts now in a pod of `namespace`: of the headful
/// services of the namespace if `links` (`enableServiceLinks`), and of `default/kubernetes` always.
///
/// Services with the same variable overwrite each other in name order; a service called
/// `kubernetes` in the pod's own namespace takes the place of the default one.
///
/// Source: `pkg/kubelet/kubelet_pods.go` `getServiceEnvVarMap`.
///
/// ```
/// use kubernel::api::{Service, ServicePort};
/// let mut db = Service::default();
/// db.metadata.name = "my-db".into();
/// db.metadata.namespace = "prod".into();
/// db.spec.cluster_ip = "10.96.0.9".into();
/// db.spec.ports = vec![ServicePort { port: 5432, ..Default::default() }];
/// let env = kubernel::service::service_env([&db], "prod", true);
/// assert_eq!(env["MY_DB_SERVICE_HOST"], "10.96.0.9");
/// assert_eq!(env["MY_DB_PORT"], "tcp://10.96.0.9:5432");
/// assert!(kubernel::service::service_env([&db], "prod", false).is_empty());
/// ```
#[must_use]
pub fn service_env<'a>(
    services: impl IntoIterator<Item = &'a Service>,
    namespace: &str,
    links: bool,
) -> BTreeMap<String, String> {
    // ENV-1
    let mut seen: BTreeMap<&str, &Service> = BTreeMap::new();
    for service in services.into_iter().filter(|service| has_cluster_ip(&service.spec)) {
        let meta = &service.metadata;
        let master = meta.namespace == "default" && meta.name == "kubernetes";
        if meta.namespace == namespace && links {
            seen.insert(&meta.name, service);
        } else if master {
            seen.entry(&meta.name).or_insert(service);
        }
    }
    // ENV-3
    seen.into_values().flat_map(variables).collect()
}

/// The variables of one service in upstream's order; none without a cluster IP or ports.
///
/// Source: `pkg/kubelet/envvars/envvars.go` `FromServices`.
#[must_use]
pub fn variables(service: &Service) -> Vec<(String, String)> {
    // ENV-2, ENV-5
    let spec = &service.spec;
    let Some(first) = spec.ports.first().filter(|_| has_cluster_ip(spec)) else {
        return Vec::new();
    };
    let (prefix, host) = (variable_name(&service.metadata.name), &spec.cluster_ip);
    let mut all = vec![
        (format!("{prefix}_SERVICE_HOST"), host.clone()),
        (format!("{prefix}_SERVICE_PORT"), first.port.to_string()),
    ];
    for port in spec.ports.iter().filter(|port| !port.name.is_empty()) {
        let name = variable_name(&port.name);
        all.push((format!("{prefix}_SERVICE_PORT_{name}"), port.port.to_string()));
    }
    for (index, port) in spec.ports.iter().enumerate() {
        let word = match &port.protocol {
            Protocol::Unset => "TCP",
            known => known.as_str(),
        };
        let (lower, upper, number) = (word.to_lowercase(), word.to_uppercase(), port.port);
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let url = format!("{lower}://{bracketed}:{number}");
        if index == 0 {
            all.push((format!("{prefix}_PORT"), url.clone()));
        }
        let own = format!("{prefix}_PORT_{number}_{upper}");
        all.push((format!("{own}_PROTO"), lower));
        all.push((format!("{own}_PORT"), number.to_string()));
        all.push((format!("{own}_ADDR"), host.clone()));
        all.insert(all.len() - 3, (own, url));
    }
    all
}

fn variable_name(text: &str) -> String {
    text.replace('-', "_").to_uppercase()
}
