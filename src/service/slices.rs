//! The slices of a service: which are to be created, changed and removed so that they list its
//! endpoints.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{
    AddressType, Endpoint, EndpointPort, EndpointSlice, IPFamily, Kind, Node, ObjectMeta, Pod,
    Service, ServiceType,
};
use crate::service::endpoints::{address_type, endpoint, is_endpoint, ports};
use crate::service::hints::{self, Hints};
use crate::service::pack::{Identity, pack};
use crate::service::shape::{families, has_cluster_ip, selects};
use crate::{meta, name};

/// The label of a slice that names its service.
pub const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// The label of a slice that names who keeps it.
pub const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
/// The value of [`MANAGED_BY`] for slices that follow the pods.
pub const CONTROLLER: &str = "endpointslice-controller.k8s.io";
/// The label of slices of a service without a cluster IP.
pub const HEADLESS: &str = "service.kubernetes.io/headless";
/// How many endpoints a slice holds unless told otherwise.
pub const MAX_ENDPOINTS: usize = 100;

/// What a service's slices need.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slices {
    /// New slices, with `generateName` and no name.
    pub create: Vec<EndpointSlice>,
    /// Slices to be replaced.
    pub update: Vec<EndpointSlice>,
    /// Names of slices to be removed.
    pub delete: Vec<String>,
    /// Pods that are left out because their node does not exist: look again later.
    pub homeless: Vec<Homeless>,
}

/// A pod that is no endpoint because its node does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pod `{pod}` is left out: node `{node}` does not exist")]
pub struct Homeless {
    /// The pod's name.
    pub pod: String,
    /// The node's name; empty for a pod without one.
    pub node: String,
}

/// Compares what the slices of a service say with what its pods are.
///
/// `pods` and `slices` are those of the service's namespace; pods that it does not select and slices
/// that are not kept for it are passed over. `max` limits the endpoints of one slice. Nothing is
/// wanted for a service without selector or of type `ExternalName`: what exists stays.
///
/// Source: `pkg/controller/endpointslice` `syncService`, `staging/src/k8s.io/endpointslice`
/// `Reconcile`.
///
/// ```
/// use kubernel::api::{Pod, PodIP, Service, Node};
/// use kubernel::service;
///
/// let mut web = Service::default();
/// web.metadata.name = "web".into();
/// web.spec.selector.insert("app".into(), "web".into());
/// web.spec.cluster_ip = "10.96.0.7".into();
/// let mut pod = Pod::default();
/// pod.metadata.labels = web.spec.selector.clone();
/// pod.status.pod_ips = vec![PodIP { ip: "10.244.0.2".into() }];
/// let node = Node::default();
/// let slices = service::slices(&web, &[&pod], &|_| Some(&node), &[], service::MAX_ENDPOINTS);
/// assert_eq!(slices.create[0].endpoints[0].addresses, ["10.244.0.2"]);
/// assert_eq!(slices.create[0].metadata.generate_name, "web-");
/// ```
#[must_use]
pub fn slices<'a>(
    service: &Service,
    pods: &[&Pod],
    node: &dyn Fn(&str) -> Option<&'a Node>,
    slices: &[&EndpointSlice],
    max: usize,
) -> Slices {
    let mut out = Slices::default();
    if service.spec.selector.is_empty() || service.spec.type_ == ServiceType::ExternalName {
        return out; // EP-SEL-1, ET-4
    }
    let kept: Vec<&EndpointSlice> =
        slices.iter().copied().filter(|slice| is_kept_for(slice, service)).collect();
    let families = families(&service.spec);
    let known = |slice: &EndpointSlice| {
        families.iter().any(|family| address_type(family) == slice.address_type)
    };
    for family in &families {
        let type_ = address_type(family);
        let of_type: Vec<&EndpointSlice> =
            kept.iter().copied().filter(|slice| slice.address_type == type_).collect();
        let groups = Groups::of(service, pods, node, family);
        out.homeless.extend(groups.homeless.iter().cloned());
        reconcile(&mut out, service, &type_, of_type, (groups, max));
    }
    // SLICE-4
    out.delete
        .extend(kept.iter().filter(|slice| !known(slice)).map(|slice| slice.metadata.name.clone()));
    if service.metadata.deletion_timestamp.is_some() {
        out.create.clear(); // SLICE-12
    }
    let mut seen = BTreeSet::new();
    out.homeless.retain(|homeless| seen.insert(homeless.pod.clone()));
    out
}

/// Whether the slice is kept for this service by the controller that follows the pods.
fn is_kept_for(slice: &EndpointSlice, service: &Service) -> bool {
    // SLICE-3
    let meta = &slice.metadata;
    meta.deletion_timestamp.is_none()
        && meta.labels.get(MANAGED_BY).is_some_and(|by| by == CONTROLLER)
        && meta.labels.get(SERVICE_NAME) == Some(&service.metadata.name)
}

/// A set of ports, whatever their order.
type PortSet<'a> = Vec<(Option<&'a str>, Option<i32>, Option<&'a str>, Option<&'a str>)>;

fn port_set(ports: &[EndpointPort]) -> PortSet<'_> {
    let mut set: PortSet<'_> = ports
        .iter()
        .map(|port| {
            let protocol = port.protocol.as_ref().map(|protocol| protocol.as_str());
            (port.name.as_deref(), port.port, protocol, port.app_protocol.as_deref())
        })
        .collect();
    set.sort_unstable();
    set
}

/// The endpoints that are wanted, by the ports that they offer.
struct Groups {
    groups: Vec<(Vec<EndpointPort>, Vec<Endpoint>)>,
    homeless: Vec<Homeless>,
}

impl Groups {
    fn of<'a>(
        service: &Service,
        pods: &[&Pod],
        node: &dyn Fn(&str) -> Option<&'a Node>,
        family: &IPFamily,
    ) -> Self {
        let mut all = Self { groups: Vec::new(), homeless: Vec::new() };
        for pod in pods {
            if pod.metadata.namespace != service.metadata.namespace
                || !selects(service, &pod.metadata.labels)
                || !is_endpoint(pod, true)
            {
                continue;
            }
            let group = all.group(ports(service, pod));
            let home = node(&pod.spec.node_name);
            if home.is_none() && !service.spec.publish_not_ready_addresses {
                // EP-NODE-2
                all.homeless.push(Homeless {
                    pod: pod.metadata.name.clone(),
                    node: pod.spec.node_name.clone(),
                });
                continue;
            }
            let endpoint = endpoint(service, pod, home, family);
            if !endpoint.addresses.is_empty()
                && let Some((_, endpoints)) = all.groups.get_mut(group)
            {
                endpoints.push(endpoint);
            }
        }
        all
    }

    /// The index of the group with these ports.
    fn group(&mut self, ports: Vec<EndpointPort>) -> usize {
        let same = |known: &[EndpointPort]| known == ports || port_set(known) == port_set(&ports);
        if let Some(index) = self.groups.iter().position(|(known, _)| same(known)) {
            return index;
        }
        self.groups.push((ports, Vec::new()));
        self.groups.len() - 1
    }
}

/// One address type of one service.
fn reconcile(
    out: &mut Slices,
    service: &Service,
    type_: &AddressType,
    existing: Vec<&EndpointSlice>,
    (groups, max): (Groups, usize),
) {
    let (mut create, mut update): (Vec<EndpointSlice>, Vec<EndpointSlice>) = (vec![], vec![]);
    let (mut by_ports, mut delete) = sort_by_ports(&existing, service);
    let fresh = |ports: Vec<EndpointPort>| EndpointSlice {
        metadata: new_meta(service),
        address_type: type_.clone(),
        ports,
        endpoints: Vec::new(),
    };
    for (ports, endpoints) in groups.groups {
        let set = port_set(&ports);
        let known = by_ports.iter_mut().find(|(known, _)| *known == set);
        let own = known.map(|(_, slices)| std::mem::take(slices)).unwrap_or_default();
        let packed = pack(&own, endpoints, max, &|slice| labels(&slice.metadata, service));
        update.extend(packed.update);
        delete.extend(packed.delete);
        create.extend(
            packed
                .create
                .into_iter()
                .map(|endpoints| EndpointSlice { endpoints, ..fresh(ports.clone()) }),
        );
    }
    delete.extend(by_ports.into_iter().flat_map(|(_, slices)| slices)); // SLICE-9
    if existing.len() == delete.len() && create.is_empty() {
        // SLICE-10
        let placeholder = fresh(Vec::new());
        match delete.as_slice() {
            [only] if is_same_placeholder(only, &placeholder) => delete.clear(),
            _ => create.push(placeholder),
        }
    }
    let unchanged = unchanged(&existing, &update, &delete);
    hints::apply(&Hints::of(service), &mut create, &mut update, &unchanged);
    reuse(&mut create, &mut update, &mut delete, service);
    out.create.append(&mut create);
    out.update.append(&mut update);
    out.delete.extend(delete.iter().map(|slice| slice.metadata.name.clone()));
}

/// Slices with one set of ports.
type ByPorts<'a> = Vec<(PortSet<'a>, Vec<&'a EndpointSlice>)>;

/// The service's own slices by their ports, and the others.
fn sort_by_ports<'a>(
    existing: &[&'a EndpointSlice],
    service: &Service,
) -> (ByPorts<'a>, Vec<&'a EndpointSlice>) {
    let (mut own, mut others): (ByPorts<'a>, Vec<&'a EndpointSlice>) = (vec![], vec![]);
    for &slice in existing {
        let ports = port_set(&slice.ports);
        match own.iter_mut().find(|(known, _)| *known == ports) {
            _ if !is_owned(slice, service) => others.push(slice), // SLICE-4
            Some((_, slices)) => slices.push(slice),
            None => own.push((ports, vec![slice])),
        }
    }
    (own, others)
}

fn unchanged<'a>(
    existing: &[&'a EndpointSlice],
    update: &[EndpointSlice],
    delete: &[&EndpointSlice],
) -> Vec<&'a EndpointSlice> {
    let written = update.iter().chain(delete.iter().copied());
    let names: BTreeSet<&str> = written.map(|slice| slice.metadata.name.as_str()).collect();
    let is_left = |slice: &&EndpointSlice| !names.contains(slice.metadata.name.as_str());
    existing.iter().copied().filter(is_left).collect()
}

/// Turns creations into updates of slices that would be removed.
fn reuse(
    create: &mut Vec<EndpointSlice>,
    update: &mut Vec<EndpointSlice>,
    delete: &mut Vec<&EndpointSlice>,
    service: &Service,
) {
    // SLICE-11
    delete.retain(|old| {
        if !is_owned(old, service) {
            return true;
        }
        let Some(mut slice) = create.pop() else { return true };
        slice.metadata.name.clone_from(&old.metadata.name);
        slice.metadata.generate_name.clone_from(&old.metadata.generate_name);
        slice.metadata.uid.clone_from(&old.metadata.uid);
        slice.metadata.resource_version.clone_from(&old.metadata.resource_version);
        update.push(slice);
        false
    });
}

fn is_owned(slice: &EndpointSlice, service: &Service) -> bool {
    slice.metadata.owner_references.iter().any(|owner| {
        owner.uid == service.metadata.uid && owner.kind == "Service" && owner.api_version == "v1"
    })
}

fn is_same_placeholder(slice: &EndpointSlice, placeholder: &EndpointSlice) -> bool {
    // SLICE-10: an absent label equals an empty one.
    let within = |a: &ObjectMeta, b: &ObjectMeta| {
        let value = |key| b.labels.get(key).map_or("", String::as_str);
        a.labels.iter().all(|(key, text)| value(key) == text)
    };
    slice.metadata.namespace == placeholder.metadata.namespace
        && slice.address_type == placeholder.address_type
        && slice.endpoints.is_empty()
        && slice.ports.is_empty()
        && within(&slice.metadata, &placeholder.metadata)
        && within(&placeholder.metadata, &slice.metadata)
}

fn new_meta(service: &Service) -> ObjectMeta {
    // SLICE-1
    let own = &service.metadata;
    let dashed = format!("{}-", own.name);
    let valid = name::generate_name(&dashed, name::dns1123_subdomain).is_empty();
    let fresh = ObjectMeta {
        generate_name: if valid { dashed } else { own.name.clone() },
        namespace: own.namespace.clone(),
        owner_references: vec![meta::controller_ref(&Kind::Service, own)],
        ..Default::default()
    };
    let (labels, _) = labels(&fresh, service);
    ObjectMeta { labels, ..fresh }
}

/// The labels a slice should have, and whether the service's own ones differ from what it has.
fn labels(slice: &ObjectMeta, service: &Service) -> (BTreeMap<String, String>, bool) {
    // SLICE-1, SLICE-2
    let own = |key: &&String| ![SERVICE_NAME, MANAGED_BY, HEADLESS].contains(&key.as_str());
    let of = |labels: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        labels
            .iter()
            .filter(|(key, _)| own(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    let mut wanted = of(&service.metadata.labels);
    let changed = of(&slice.labels) != wanted;
    if !has_cluster_ip(&service.spec) {
        wanted.insert(HEADLESS.to_owned(), String::new());
    }
    wanted.insert(SERVICE_NAME.to_owned(), service.metadata.name.clone());
    wanted.insert(MANAGED_BY.to_owned(), CONTROLLER.to_owned());
    (wanted, changed)
}

impl Slices {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.update.is_empty() && self.delete.is_empty()
    }
}

impl Identity<'_> {
    /// What makes an endpoint the same endpoint.
    pub(crate) fn of(endpoint: &Endpoint) -> Identity<'_> {
        // SLICE-6
        let mut addresses: Vec<&str> = endpoint.addresses.iter().map(String::as_str).collect();
        addresses.sort_unstable();
        let (namespace, name) = endpoint
            .target_ref
            .as_deref()
            .map_or(("", ""), |target| (target.namespace.as_str(), target.name.as_str()));
        let hostname = endpoint.hostname.as_deref().unwrap_or_default();
        Identity { name, namespace, hostname, addresses }
    }
}
