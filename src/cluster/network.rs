//! Names and connections: what a program in a pod would find.

use std::net::IpAddr;

use crate::api::{
    EndpointSlice, IPFamily, Key, Kind, Name, Namespace, Node, NodeAddressType, Object, Pod,
    Protocol, Service,
};
use crate::cluster::Cluster;
use crate::service::{
    self, Cidr, Directory, Dns, DnsAnswer, Flow, NodeDns, Place, PodNames, Question, Refused,
    Route, Vantage, is_endpoint, parse_ip,
};
use crate::store::{Store, Term};

/// The domain of the cluster's DNS.
pub const CLUSTER_DOMAIN: &str = "cluster.local";
/// Where pods expect the cluster's DNS, as kubeadm sets it up.
const CLUSTER_DNS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 96, 0, 10));

/// Why a name leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unresolved {
    /// The pod that asks does not exist.
    #[error("`{0}` does not exist")]
    NoSuchPod(Key),
    /// The pod's resolver does not ask the cluster's DNS (`dnsPolicy` `Default` or `None`).
    #[error("`{0}` does not use the cluster's dns")]
    NotClusterDns(Key),
    /// None of the names exists.
    #[error("no such name: tried `{}`", tried.join("`, `"))]
    NoSuchName {
        /// The full names that were asked for, in order.
        tried: Vec<String>,
    },
}

/// Why a connection does not come about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotConnected {
    /// The host is a name and leads nowhere.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// The host is a name that exists and has no address.
    #[error("`{host}` has no address")]
    NoAddress {
        /// The host.
        host: String,
    },
    /// A service answers at the address, and sends the connection nowhere.
    #[error("`{service}`: {refused}")]
    Refused {
        /// The service.
        service: Key,
        /// Why.
        refused: Refused,
    },
    /// Nobody has the address, or nobody listens on the port there.
    #[error("nobody listens at {ip} port {port}")]
    NobodyListens {
        /// The address.
        ip: IpAddr,
        /// The port.
        port: i32,
    },
}

/// A connection that comes about.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// The address at which it ends.
    pub ip: IpAddr,
    /// The port at which it ends.
    pub port: i32,
    /// The pod that takes it; `None` for an endpoint that is no pod.
    pub pod: Option<Key>,
    /// The container that declares the port, if one does.
    pub container: Option<Name>,
    /// The service that was called and how it chose; `None` for a direct connection.
    pub service: Option<(Key, Route)>,
}

impl Cluster {
    /// Resolves a name as a program in the pod `from` would: with the pod's search domains, asking
    /// for addresses of both families. Without a pod the name is taken as a full one.
    ///
    /// # Errors
    /// As [`Unresolved`] says.
    pub fn resolve(&self, from: Option<&Key>, name: &str) -> Result<DnsAnswer, Unresolved> {
        let names = match from {
            None => vec![name.to_owned()],
            Some(key) => self.names(key, name)?,
        };
        let look = Look(self.store());
        let dns = Dns::new(&look, CLUSTER_DOMAIN, PodNames::Insecure);
        let mut exists = false;
        for name in &names {
            let four = dns.answer(name, Question::A);
            let six = dns.answer(name, Question::Aaaa);
            exists |= four.is_ok() || six.is_ok();
            let mut answer = four.unwrap_or_default();
            let more = six.unwrap_or_default().records;
            answer.records.extend(
                more.into_iter()
                    .filter(|record| !answer.records.contains(record))
                    .collect::<Vec<_>>(),
            );
            if !answer.records.is_empty() {
                return Ok(answer);
            }
        }
        if exists { Ok(DnsAnswer::default()) } else { Err(Unresolved::NoSuchName { tried: names }) }
    }

    fn names(&self, key: &Key, name: &str) -> Result<Vec<String>, Unresolved> {
        let pod = self.pod(key).ok_or_else(|| Unresolved::NoSuchPod(key.clone()))?;
        let node = NodeDns {
            cluster_dns: vec![CLUSTER_DNS],
            cluster_domain: CLUSTER_DOMAIN.to_owned(),
            ..Default::default()
        };
        let (resolver, _) = service::resolver(pod, &node);
        if !resolver.nameservers.contains(&CLUSTER_DNS.to_string()) {
            return Err(Unresolved::NotClusterDns(key.clone()));
        }
        Ok(resolver.names(name))
    }

    /// Opens a connection from the pod `from` (`None`: from outside the cluster) to a host, which is
    /// a name or an address.
    ///
    /// Reached are: containers of the own pod by a loopback address, cluster IPs, node ports and
    /// host ports on node addresses, external and load balancer addresses, and pods. Of several
    /// endpoints the first gets the connection; the others are in the route. No affinity is
    /// remembered: see [`service::route`] for that.
    ///
    /// # Errors
    /// As [`NotConnected`] says.
    pub fn connect(
        &self,
        from: Option<&Key>,
        host: &str,
        port: i32,
        protocol: &Protocol,
    ) -> Result<Connection, NotConnected> {
        let pod = match from {
            None => None,
            Some(key) => Some(self.pod(key).ok_or_else(|| Unresolved::NoSuchPod(key.clone()))?),
        };
        let localhost = host.eq_ignore_ascii_case("localhost");
        let ip = match parse_ip(host) {
            Some(ip) => ip,
            None if localhost => IpAddr::from([127, 0, 0, 1]),
            None => {
                let none = || NotConnected::NoAddress { host: host.to_owned() };
                self.resolve(from, host)?.addresses().next().ok_or_else(none)?
            }
        };
        let call = Call { store: self.store(), from: pod, ip, port, protocol };
        if ip.is_loopback() {
            return call.own_pod();
        }
        call.anywhere()
    }

    fn pod(&self, key: &Key) -> Option<&Pod> {
        self.store().get::<Pod>(&key.namespace, &key.name)
    }
}

/// What DNS sees of a store, by its indices.
struct Look<'a>(&'a Store);

impl Directory for Look<'_> {
    fn has_namespace(&self, name: &str) -> bool {
        self.0.get::<Namespace>("", name).is_some()
    }

    fn service(&self, namespace: &str, name: &str) -> Option<&Service> {
        self.0.get(namespace, name)
    }

    fn slices(&self, namespace: &str, name: &str) -> Vec<&EndpointSlice> {
        let term = Term::SliceOfService(namespace.into(), name.into());
        self.0.indexed(&term).filter_map(Object::peek).collect()
    }

    fn service_at(&self, ip: IpAddr) -> Option<&Service> {
        self.0.indexed(&Term::ClusterIp(ip.to_string().into())).find_map(Object::peek)
    }

    /// Slices of the services that select the pods with the address.
    fn slices_at(&self, ip: IpAddr) -> Vec<&EndpointSlice> {
        pods_at(self.0, ip)
            .flat_map(|pod| self.0.services_of(pod))
            .flat_map(|service| self.slices(&service.metadata.namespace, &service.metadata.name))
            .collect()
    }

    fn has_pod(&self, namespace: &str, ip: IpAddr) -> bool {
        pods_at(self.0, ip)
            .any(|pod| pod.metadata.namespace == namespace && is_endpoint(pod, false))
    }
}

/// The pods that have an address now; one that is over has none (`NET-8`).
fn pods_at(store: &Store, ip: IpAddr) -> impl Iterator<Item = &Pod> {
    store
        .indexed(&Term::PodIp(ip.to_string().into()))
        .filter_map(Object::peek::<Pod>)
        .filter(|pod| is_endpoint(pod, true))
}

fn key_of(pod: &Pod) -> Key {
    Key::new(Kind::Pod, pod.metadata.namespace.as_str(), pod.metadata.name.as_str())
}

/// The container of a pod that declares a port.
fn listener(pod: &Pod, port: i32, protocol: &Protocol) -> Option<Name> {
    let all = pod.spec.containers.iter().chain(&pod.spec.init_containers);
    all.into_iter()
        .find(|container| {
            let mut ports = container.ports.iter();
            ports.any(|own| own.container_port == port && own.protocol == *protocol)
        })
        .map(|container| container.name.as_str().into())
}

fn internal_ips(node: &Node) -> Vec<IpAddr> {
    let own = node.status.addresses.iter();
    own.filter(|address| address.type_ == NodeAddressType::InternalIP)
        .filter_map(|address| parse_ip(&address.address))
        .collect()
}

/// A connection that is being opened.
struct Call<'a> {
    store: &'a Store,
    from: Option<&'a Pod>,
    ip: IpAddr,
    port: i32,
    protocol: &'a Protocol,
}

impl Call<'_> {
    fn nobody(&self) -> NotConnected {
        NotConnected::NobodyListens { ip: self.ip, port: self.port }
    }

    /// Containers of a pod share one loopback address.
    fn own_pod(&self) -> Result<Connection, NotConnected> {
        // NET-2
        let pod = self.from.ok_or_else(|| self.nobody())?;
        let container = listener(pod, self.port, self.protocol).ok_or_else(|| self.nobody())?;
        Ok(self.to_pod(pod, self.port, Some(container)))
    }

    fn to_pod(&self, pod: &Pod, port: i32, container: Option<Name>) -> Connection {
        Connection { ip: self.ip, port, pod: Some(key_of(pod)), container, service: None }
    }

    fn anywhere(&self) -> Result<Connection, NotConnected> {
        let text: Name = self.ip.to_string().into();
        let by_ip = self.store.indexed(&Term::ClusterIp(text)).filter_map(Object::peek::<Service>);
        let from_node = self.from.and_then(|pod| self.store.get::<Node>("", &pod.spec.node_name));
        for service in by_ip {
            if let Some(outcome) = self.route(service, from_node) {
                return outcome;
            }
        }
        let node = self.store.list::<Node>(None).find(|node| internal_ips(node).contains(&self.ip));
        if let Some(node) = node {
            return self.to_node(node);
        }
        if let Some(pod) = pods_at(self.store, self.ip).next() {
            // PROXY-14
            let container = listener(pod, self.port, self.protocol);
            return Ok(self.to_pod(pod, self.port, container));
        }
        let outside = |service: &&Service| {
            let ingress = service.status.load_balancer.ingress.iter().map(|at| &at.ip);
            service.spec.external_ips.iter().chain(ingress).any(|ip| parse_ip(ip) == Some(self.ip))
        };
        self.store
            .list::<Service>(None)
            .filter(outside)
            .find_map(|service| self.route(service, from_node))
            .unwrap_or_else(|| Err(self.nobody()))
    }

    /// Node ports, host ports, and pods in the node's network.
    fn to_node(&self, node: &Node) -> Result<Connection, NotConnected> {
        let by_port = self.store.indexed(&Term::NodePort(self.port));
        for service in by_port.filter_map(Object::peek::<Service>) {
            if let Some(outcome) = self.route(service, Some(node)) {
                return outcome;
            }
        }
        let on_node = self.store.indexed(&Term::PodOnNode(node.metadata.name.as_str().into()));
        for pod in on_node.filter_map(Object::peek::<Pod>).filter(|pod| is_endpoint(pod, true)) {
            // NET-6
            for container in &pod.spec.containers {
                let here = container.ports.iter().find(|own| {
                    let any = own.host_ip.is_empty() || own.host_ip == "0.0.0.0";
                    own.host_port == self.port
                        && own.protocol == *self.protocol
                        && (any || parse_ip(&own.host_ip) == Some(self.ip))
                });
                if let Some(own) = here {
                    let name = Some(container.name.as_str().into());
                    return Ok(self.to_pod(pod, own.container_port, name));
                }
            }
        }
        Err(self.nobody())
    }

    /// Asks one service; `None` if it does not answer at the address.
    fn route(
        &self,
        service: &Service,
        node: Option<&Node>,
    ) -> Option<Result<Connection, NotConnected>> {
        let (namespace, name) = (&service.metadata.namespace, &service.metadata.name);
        let look = Look(self.store);
        let slices = look.slices(namespace, name);
        let ips = node.map(internal_ips).unwrap_or_default();
        let zone = node.and_then(|node| node.metadata.labels.get("topology.kubernetes.io/zone"));
        let all = [Cidr::of(IpAddr::from([0; 4]), 0), Cidr::of(IpAddr::from([0; 16]), 0)];
        let source = self.source();
        let pods: Vec<Cidr> = source.map(|ip| Cidr::of(ip, 128)).into_iter().collect();
        let here = Vantage {
            place: Place {
                node: node.map_or("", |node| &node.metadata.name),
                zone: zone.map_or("", String::as_str),
            },
            node_ips: &ips,
            node_port_addresses: &all,
            pod_cidrs: &pods,
        };
        let flow = Flow {
            source: source.unwrap_or(IpAddr::from([0; 4])),
            dest: self.ip,
            port: self.port,
            protocol: self.protocol.clone(),
            remembered: None,
        };
        let key = Key::new(Kind::Service, namespace.as_str(), name.as_str());
        Some(match service::route(&flow, service, &slices, here, &mut |_| 0)? {
            Err(refused) => Err(NotConnected::Refused { service: key, refused }),
            Ok(route) => Ok(self.through(key, route)),
        })
    }

    fn through(&self, service: Key, route: Route) -> Connection {
        let target = route.backend.target.as_deref();
        let pod = target.and_then(|name| self.store.get::<Pod>(&service.namespace, name));
        Connection {
            ip: route.backend.ip,
            port: route.backend.port,
            pod: pod.map(key_of),
            container: pod.and_then(|pod| listener(pod, route.backend.port, self.protocol)),
            service: Some((service, route)),
        }
    }

    /// The caller's address of the family of the called one.
    fn source(&self) -> Option<IpAddr> {
        let family: IPFamily = service::family_of(self.ip);
        let ips = self.from?.status.pod_ips.iter().filter_map(|ip| parse_ip(&ip.ip));
        ips.into_iter().find(|ip| service::family_of(*ip) == family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Expect;
    use serde_json::{Value, json};

    fn cluster(objects: &[(Kind, Value)]) -> Cluster {
        let mut cluster = Cluster::builder().build();
        for (kind, value) in objects {
            let object = kind.read(value.clone()).unwrap();
            cluster.store.commit(object.key(), Expect::Any, Some(object)).unwrap();
        }
        cluster
    }

    fn pod(name: &str, ip: &str) -> (Kind, Value) {
        let port = json!({"containerPort": 8080, "hostPort": 9090, "protocol": "TCP"});
        let pod = json!({
            "metadata": {"name": name, "namespace": "prod", "labels": {"app": "web"}},
            "spec": {"nodeName": "n1", "dnsPolicy": "ClusterFirst",
                     "containers": [{"name": "c", "ports": [port]}]},
            "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]},
        });
        (Kind::Pod, pod)
    }

    fn world() -> Cluster {
        let node = json!({"metadata": {"name": "n1"}, "status": {"addresses": [
            {"type": "InternalIP", "address": "192.168.0.10"},
        ]}});
        let service = json!({
            "metadata": {"name": "web", "namespace": "prod"},
            "spec": {"type": "NodePort", "clusterIP": "10.96.0.7", "clusterIPs": ["10.96.0.7"],
                     "selector": {"app": "web"},
                     "ports": [{"port": 80, "nodePort": 30080, "protocol": "TCP"}]},
        });
        let slice = json!({
            "metadata": {"name": "web-x", "namespace": "prod",
                         "labels": {"kubernetes.io/service-name": "web"}},
            "addressType": "IPv4", "ports": [{"name": "", "port": 8080, "protocol": "TCP"}],
            "endpoints": [{"addresses": ["10.244.0.2"], "targetRef": {"kind": "Pod", "name": "a"}}],
        });
        cluster(&[
            (Kind::Namespace, json!({"metadata": {"name": "prod"}})),
            (Kind::Node, node),
            (Kind::Service, service),
            (Kind::EndpointSlice, slice),
            pod("a", "10.244.0.2"),
            pod("b", "10.244.0.3"),
        ])
    }

    fn check(host: &str, port: i32, expected: Result<(&str, i32), &str>) {
        let from = Key::new(Kind::Pod, "prod", "b");
        let got = world().connect(Some(&from), host, port, &Protocol::TCP);
        let got = got.map(|found| (found.pod.unwrap().name.to_string(), found.port));
        let got = got.map_err(|why| why.to_string());
        assert_eq!(
            got.as_ref().map(|(pod, port)| (pod.as_str(), *port)).map_err(String::as_str),
            expected,
            "{host}:{port}"
        );
    }

    #[test]
    fn connections() {
        check("web", 80, Ok(("a", 8080)));
        check("web.prod.svc.cluster.local", 80, Ok(("a", 8080)));
        check("10.96.0.7", 80, Ok(("a", 8080)));
        check("10.96.0.7", 81, Err("`Service prod/web`: the service has no such port"));
        check("192.168.0.10", 30080, Ok(("a", 8080)));
        check("192.168.0.10", 9090, Ok(("a", 8080))); // NET-6
        check("192.168.0.10", 1, Err("nobody listens at 192.168.0.10 port 1"));
        check("10.244.0.2", 9999, Ok(("a", 9999))); // PROXY-14
        check("10.244.0.9", 80, Err("nobody listens at 10.244.0.9 port 80"));
        check("localhost", 8080, Ok(("b", 8080))); // NET-2
        check("127.0.0.1", 80, Err("nobody listens at 127.0.0.1 port 80"));
    }

    #[test]
    fn names() {
        let from = Key::new(Kind::Pod, "prod", "b");
        let answer = world().resolve(Some(&from), "web.prod").unwrap();
        assert_eq!(answer.addresses().collect::<Vec<_>>(), [IpAddr::from([10, 96, 0, 7])]);
        let missing = world().resolve(Some(&from), "nope").unwrap_err().to_string();
        assert!(
            missing.starts_with("no such name: tried `nope.prod.svc.cluster.local.`"),
            "{missing}"
        );
        assert!(world().resolve(None, "web").is_err());
    }
}
