//! Where services and names lead.

use kubernel::Cluster;
use kubernel::api::{EndpointSlice, Key, Node, Object, Pod, Protocol, Service};
use kubernel::cluster::Connection;
use kubernel::store::Term;

use crate::out::say;
use crate::tables::key_of;

/// Prints for each service its endpoints, where a connection goes, and what its names say.
pub(crate) fn print(cluster: &Cluster) {
    let services: Vec<&Service> = cluster.list::<Service>(None).collect();
    if services.is_empty() {
        return;
    }
    say!("\nWhere services and names lead");
    for service in services {
        say!("\n  {}", key_of(service));
        endpoints(cluster, service);
        connections(cluster, service);
        names(cluster, service);
    }
}

fn slices<'a>(cluster: &'a Cluster, service: &Service) -> impl Iterator<Item = &'a EndpointSlice> {
    let meta = &service.metadata;
    let term = Term::SliceOfService(meta.namespace.as_str().into(), meta.name.as_str().into());
    cluster
        .store()
        .indexed(&term)
        .filter_map(Object::peek::<EndpointSlice>)
        .collect::<Vec<_>>()
        .into_iter()
}

fn endpoints(cluster: &Cluster, service: &Service) {
    let mut any = false;
    for slice in slices(cluster, service) {
        let ports: Vec<String> = slice
            .ports
            .iter()
            .map(|port| port.port.map_or_else(|| "any".to_owned(), |port| port.to_string()))
            .collect();
        for endpoint in &slice.endpoints {
            any = true;
            let address = endpoint.addresses.first().map_or("", String::as_str);
            let pod = endpoint.target_ref.as_ref().map_or("", |target| target.name.as_str());
            let ready =
                if endpoint.conditions.ready == Some(false) { "not ready" } else { "ready" };
            say!("    endpoint {address}:{} {pod} ({ready})", ports.join(","));
        }
    }
    if !any {
        say!("    no endpoints");
    }
}

fn connections(cluster: &Cluster, service: &Service) {
    let protocol = |protocol: &Protocol| match protocol {
        Protocol::Unset => Protocol::TCP,
        named => named.clone(),
    };
    for port in &service.spec.ports {
        let host = &service.spec.cluster_ip;
        if !host.is_empty() && host != "None" {
            attempt(cluster, host, port.port, &protocol(&port.protocol));
        }
        if port.node_port != 0
            && let Some(node) = cluster.list::<Node>(None).next()
            && let Some(address) = node.status.addresses.first()
        {
            attempt(cluster, &address.address, port.node_port, &protocol(&port.protocol));
        }
    }
}

fn attempt(cluster: &Cluster, host: &str, port: i32, protocol: &Protocol) {
    // From a pod, as the address of a service means nothing outside of the cluster.
    let from = cluster.list::<Pod>(None).next().map(key_of);
    match cluster.connect(from.as_ref(), host, port, protocol) {
        Ok(connection) => say!("    {host}:{port} leads to {}", show(&connection)),
        Err(why) => say!("    {host}:{port} leads nowhere: {why}"),
    }
}

fn show(connection: &Connection) -> String {
    let mut text = format!("{}:{}", connection.ip, connection.port);
    if let Some(pod) = &connection.pod {
        text += &format!(", {pod}");
    }
    if let Some(container) = &connection.container {
        text += &format!(", container {container}");
    }
    text
}

fn names(cluster: &Cluster, service: &Service) {
    let meta = &service.metadata;
    let full = format!("{}.{}.svc.cluster.local", meta.name, meta.namespace);
    // The short name works for pods of the same namespace.
    let neighbour: Option<Key> = cluster.list::<Pod>(Some(&meta.namespace)).next().map(key_of);
    if let Some(pod) = &neighbour {
        answer(cluster, Some(pod), &meta.name);
    }
    answer(cluster, None, &full);
}

fn answer(cluster: &Cluster, from: Option<&Key>, name: &str) {
    match cluster.resolve(from, name) {
        Ok(answer) => {
            let addresses: Vec<String> = answer.addresses().map(|ip| ip.to_string()).collect();
            let shown =
                if addresses.is_empty() { "no address".to_owned() } else { addresses.join(", ") };
            say!("    name {name} is {shown}");
        }
        Err(why) => say!("    name {name}: {why}"),
    }
}
