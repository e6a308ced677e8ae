//! The suites of the area `service`, one line each.

use std::collections::BTreeSet;
use std::net::IpAddr;

use kubernel::api::{EndpointSlice, Endpoints, IPFamily, Node, Pod, Service};
use kubernel::field::Errors;
use kubernel::service::{
    self, Backend, Cidr, Claims, Directory, Dns, Flow, Frontend, IpRange, NodeDns, Place, PodNames,
    Pools, PortRange, Question, Ranges, Refusal, Resolver, ResolverWarning, Taken, Unavailable,
    Vantage,
};
use serde_json::{Value, json};

use super::runner::Suites;
use super::support::{decode, errors, text};

pub(crate) const SUITES: Suites = &[
    ("categorize_endpoints", categorize_endpoints),
    ("clusterip_allocator", clusterip_allocator),
    ("dns", dns),
    ("endpoints", endpoints),
    ("endpoints_capacity", endpoints_capacity),
    ("endpoints_validation", endpoints_validation),
    ("endpointslices", endpointslices),
    ("endpointslice_validation", endpointslice_validation),
    ("nodeport_allocator", nodeport_allocator),
    ("pod_dns_config", pod_dns_config),
    ("pod_event_services", pod_event_services),
    ("service_defaults", service_defaults),
    ("service_env", service_env),
    ("service_env_order", service_env_order),
    ("service_lifecycle", service_lifecycle),
    ("service_routing", service_routing),
    ("service_status_validation", service_status_validation),
    ("service_update_validation", service_update_validation),
    ("service_validation", service_validation),
    ("slice_packing", slice_packing),
    ("traffic_distribution", endpointslices),
];

fn service_defaults(case: &Value) -> Value {
    let mut service: Service = decode(case);
    service::default(&mut service);
    plain(serde_json::to_value(&service).unwrap())
}

/// The value without empty structs that the recorded form leaves out.
fn plain(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.remove("apiVersion");
        object.remove("kind");
        for name in ["metadata", "spec", "status"] {
            if let Some(inner) = object.get_mut(name) {
                prune(inner);
            }
        }
        object.retain(|_, inner| *inner != json!({}));
    }
    value
}

fn prune(value: &mut Value) {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, inner| *inner != json!({}) && !inner.is_null());
    }
}

fn service_validation(case: &Value) -> Value {
    let mut out = Errors::new();
    service::validate(&mut out, &decode(case));
    json!({"errors": errors(&out)})
}

fn service_update_validation(case: &Value) -> Value {
    let mut out = Errors::new();
    service::update(&mut out, &decode(&case["new"]), &decode(&case["old"]));
    json!({"errors": errors(&out)})
}

fn service_status_validation(case: &Value) -> Value {
    let mut out = Errors::new();
    service::update_status(&mut out, &decode(&case["new"]), &decode(&case["old"]));
    json!({"errors": errors(&out)})
}

fn endpoints_validation(case: &Value) -> Value {
    let mut out = Errors::new();
    service::validate_endpoints(&mut out, &decode::<Endpoints>(case), None);
    json!({"errors": errors(&out)})
}

fn endpointslice_validation(case: &Value) -> Value {
    let mut out = Errors::new();
    let mut slice: EndpointSlice = decode(case);
    service::default_slice(&mut slice);
    service::validate_slice(&mut out, &slice, None);
    json!({"errors": errors(&out)})
}

fn word(unavailable: Unavailable) -> Value {
    json!(match unavailable {
        Unavailable::NotInRange => "notInRange",
        Unavailable::Allocated => "allocated",
        Unavailable::Full => "full",
        _ => "other",
    })
}

fn clusterip_allocator(case: &Value) -> Value {
    let range = IpRange::new(Cidr::parse(text(case, "cidr")).unwrap());
    let mut held: BTreeSet<IpAddr> = BTreeSet::new();
    let mut results = Vec::new();
    for op in case["ops"].as_array().into_iter().flatten() {
        results.push(match text(op, "op") {
            "next" => {
                let mut last = json!(null);
                for _ in 0..op["count"].as_u64().unwrap_or(1) {
                    let next = range.next(&|ip| held.contains(&ip), &mut |_| 0);
                    last = next.map_or_else(word, |ip| {
                        held.insert(ip);
                        json!(ip.to_string())
                    });
                }
                last
            }
            "allocate" => {
                let ip = service::parse_ip(text(op, "ip")).unwrap();
                range.check(ip, &|ip| held.contains(&ip)).map_or_else(word, |()| {
                    held.insert(ip);
                    json!("ok")
                })
            }
            _ => {
                held.remove(&service::parse_ip(text(op, "ip")).unwrap());
                json!("ok")
            }
        });
    }
    let mut out = json!({
        "staticBand": u64::try_from(range.static_band()).unwrap(),
        "usable": u64::try_from(range.usable()).unwrap(),
        "results": results,
        "free": u64::try_from(range.usable()).unwrap() - held.len() as u64,
    });
    for (name, ip) in
        [("first", range.first()), ("firstDynamic", range.first_dynamic()), ("last", range.last())]
    {
        if let Some(ip) = ip {
            out[name] = json!(ip.to_string());
        }
    }
    out
}

fn nodeport_allocator(case: &Value) -> Value {
    let range = PortRange::parse(text(case, "range")).unwrap();
    let mut held: BTreeSet<i32> = BTreeSet::new();
    let mut results = Vec::new();
    for op in case["ops"].as_array().into_iter().flatten() {
        if text(op, "op") != "transaction" {
            results.push(port_step(op, range, &mut held, &mut Vec::new(), false));
            continue;
        }
        let dry = op["dryRun"] == true;
        let (before, mut freed) = (held.clone(), Vec::new());
        let mut own = BTreeSet::new();
        let steps: Vec<Value> = op["steps"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|step| {
                if dry {
                    dry_step(step, &held, &mut own)
                } else {
                    port_step(step, range, &mut held, &mut freed, true)
                }
            })
            .collect();
        results.push(json!(steps));
        if dry || op["commit"] != true {
            held = before;
        } else {
            held.retain(|port| !freed.contains(port));
        }
    }
    let free = range.size() - i32::try_from(held.len()).unwrap();
    json!({"staticBand": range.static_band(), "results": results, "held": held, "free": free})
}

fn port_step(
    op: &Value,
    range: PortRange,
    held: &mut BTreeSet<i32>,
    freed: &mut Vec<i32>,
    deferred: bool,
) -> Value {
    let port = op["port"].as_i64().map_or(0, |port| i32::try_from(port).unwrap());
    match text(op, "op") {
        "next" => {
            let mut last = json!(null);
            for _ in 0..op["count"].as_u64().unwrap_or(1) {
                let next = range.next(&|port| held.contains(&port), &mut |_| 0);
                last = next.map_or_else(word, |port| {
                    held.insert(port);
                    json!(port)
                });
            }
            last
        }
        "allocate" => range.check(port, &|port| held.contains(&port)).map_or_else(word, |()| {
            held.insert(port);
            json!("ok")
        }),
        _ => {
            if deferred {
                freed.push(port);
            } else {
                held.remove(&port);
            }
            json!("ok")
        }
    }
}

/// What a transaction that will not be stored answers.
fn dry_step(op: &Value, held: &BTreeSet<i32>, own: &mut BTreeSet<i32>) -> Value {
    match text(op, "op") {
        "next" => {
            let port = own.last().copied().filter(|port| *port > 0).unwrap_or(32_768) + 1;
            own.insert(port);
            json!(port)
        }
        "allocate" => {
            let port = i32::try_from(op["port"].as_i64().unwrap()).unwrap();
            if held.contains(&port) || !own.insert(port) { json!("allocated") } else { json!("ok") }
        }
        _ => json!("ok"),
    }
}

/// The pools of a cluster, as sets.
#[derive(Debug, Default)]
struct Held {
    ips: BTreeSet<IpAddr>,
    ports: BTreeSet<i32>,
}

impl Taken for Held {
    fn ip(&self, ip: IpAddr) -> bool {
        self.ips.contains(&ip)
    }
    fn port(&self, port: i32) -> bool {
        self.ports.contains(&port)
    }
}

impl Held {
    fn apply(&mut self, claims: Claims) {
        self.ips.extend(claims.ips);
        self.ports.extend(claims.ports);
        self.ips.retain(|ip| !claims.freed_ips.contains(ip));
        self.ports.retain(|port| !claims.freed_ports.contains(port));
    }
}

/// One namespace of services and their pools.
#[derive(Debug)]
struct World {
    ranges: Ranges,
    held: Held,
    services: std::collections::BTreeMap<String, Service>,
}

fn service_lifecycle(case: &Value) -> Value {
    let cluster = &case["cluster"];
    let cidrs = cluster["serviceCIDRs"].as_array().unwrap();
    let ips = cidrs.iter().map(|cidr| IpRange::new(Cidr::parse(cidr.as_str().unwrap()).unwrap()));
    let node_ports = PortRange::parse(text(cluster, "nodePortRange")).unwrap();
    let mut world = World {
        ranges: Ranges { ips: ips.collect(), node_ports },
        held: Held::default(),
        services: std::collections::BTreeMap::new(),
    };
    let ops = case["ops"].as_array().unwrap();
    let results: Vec<Value> = ops
        .iter()
        .map(|op| {
            let mut result = match world.operate(op) {
                Ok(Some(service)) => json!({"object": shown(&service)}),
                Ok(None) => json!({}),
                Err(error) => json!({"error": error}),
            };
            result["pools"] = world.pools();
            result
        })
        .collect();
    json!({"results": results})
}

/// Spec and status as a reader sees them.
fn shown(service: &Service) -> Value {
    let mut value = plain(serde_json::to_value(service).unwrap());
    value.as_object_mut().unwrap().remove("metadata");
    value
}

fn refused(reason: &str, found: Option<&Errors>) -> Value {
    let mut error = json!({"reason": reason});
    if let Some(found) = found {
        error["errors"] = errors(found);
    }
    error
}

fn refusal(refusal: &Refusal) -> Value {
    match refusal {
        Refusal::Invalid(found) => refused("Invalid", Some(found)),
        Refusal::DuplicateNodePort { .. } => refused("", None),
        _ => refused("InternalError", None),
    }
}

impl World {
    fn pools(&self) -> Value {
        let mut pools = json!({"nodePorts": self.held.ports});
        for range in &self.ranges.ips {
            let of: Vec<String> = self
                .held
                .ips
                .iter()
                .filter(|ip| service::family_of(**ip) == range.family())
                .map(ToString::to_string)
                .collect();
            pools[range.family().as_str()] = json!(of);
        }
        pools
    }

    fn read(&self, service: &Service) -> Service {
        let mut service = service.clone();
        let primary: IPFamily = self.ranges.primary();
        service::default_on_read(&mut service, &primary);
        service
    }

    fn operate(&mut self, op: &Value) -> Result<Option<Service>, Value> {
        let dry = op["dryRun"] == true;
        let kind = text(op, "op");
        let name = match text(op, "name") {
            "" => text(&op["object"]["metadata"], "name").to_owned(),
            name => name.to_owned(),
        };
        let old = self.services.get(&name).map(|old| self.read(old));
        if kind == "create" {
            let mut new: Service = decode(&op["object"]);
            service::default(&mut new);
            return self.store(new, None, dry).map(Some);
        }
        let Some(old) = old else { return Err(refused("NotFound", None)) };
        if kind == "delete" {
            if !dry {
                self.services.remove(&name);
                self.held.apply(service::release(&old));
            }
            return Ok(None);
        }
        let body = if kind == "patch" {
            let mut body = serde_json::to_value(&old).unwrap();
            merge(&mut body, &op["patch"]);
            body
        } else if kind == "status" {
            let mut body = serde_json::to_value(&old).unwrap();
            body["status"] = op["status"].clone();
            body
        } else {
            op["object"].clone()
        };
        let mut new: Service = decode(&body);
        service::default(&mut new);
        if kind == "status" {
            return self.store_status(new, &old).map(Some);
        }
        self.store(new, Some(&old), dry).map(Some)
    }

    fn store_status(&mut self, mut new: Service, old: &Service) -> Result<Service, Value> {
        new.spec = old.spec.clone();
        let mut found = Errors::new();
        identify(&mut new);
        let mut before = old.clone();
        identify(&mut before);
        service::update_status(&mut found, &new, &before);
        if !found.is_empty() {
            return Err(refused("Invalid", Some(&found)));
        }
        self.services.insert(new.metadata.name.clone(), new.clone());
        Ok(self.read(&new))
    }

    fn store(
        &mut self,
        mut new: Service,
        old: Option<&Service>,
        dry: bool,
    ) -> Result<Service, Value> {
        if old.is_none() {
            service::prepare_create(&mut new);
        }
        let pools = Pools { ranges: &self.ranges, taken: &self.held, dry_run: dry };
        let claims =
            service::claim(&mut new, old, pools, &mut |_| 0).map_err(|why| refusal(&why))?;
        let mut found = Errors::new();
        identify(&mut new);
        if let Some(old) = old {
            let mut before = old.clone();
            identify(&mut before);
            service::prepare_update(&mut new, &before);
            service::update(&mut found, &new, &before);
        } else {
            service::validate(&mut found, &new);
        }
        if !found.is_empty() {
            return Err(refused("Invalid", Some(&found)));
        }
        if old.is_none() && self.services.contains_key(&new.metadata.name) {
            return Err(refused("AlreadyExists", None));
        }
        if !dry {
            self.held.apply(claims);
            self.services.insert(new.metadata.name.clone(), new.clone());
        }
        Ok(self.read(&new))
    }
}

/// What the store would have filled.
fn identify(service: &mut Service) {
    service.metadata.namespace = "ns".into();
    service.metadata.resource_version = "1".into();
}

/// JSON merge patch.
fn merge(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in patch {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(name);
        } else {
            merge(&mut target[name.as_str()], value);
        }
    }
}

fn list<T: serde::de::DeserializeOwned + Default>(value: &Value) -> Vec<T> {
    value.as_array().into_iter().flatten().map(decode).collect()
}

fn refs<T>(items: &[T]) -> Vec<&T> {
    items.iter().collect()
}

/// What a sync of the slices did, and the slices of the namespace after it.
struct Synced {
    slices: Vec<EndpointSlice>,
    ops: Value,
    requeue: bool,
}

fn sync(case: &Value) -> Synced {
    let service: Service = decode(&case["service"]);
    let (pods, nodes): (Vec<Pod>, Vec<Node>) = (list(&case["pods"]), list(&case["nodes"]));
    let mut all: Vec<EndpointSlice> = list(&case["slices"]);
    let max = case["maxEndpointsPerSlice"].as_u64().unwrap_or(100) as usize;
    let node = |name: &str| nodes.iter().find(|node| node.metadata.name == name);
    let wanted = service::slices(&service, &refs(&pods), &node, &refs(&all), max);
    let mut updated: Vec<String> =
        wanted.update.iter().map(|slice| slice.metadata.name.clone()).collect();
    updated.sort();
    let mut deleted = wanted.delete.clone();
    deleted.sort();
    let ops = json!({"created": wanted.create.len(), "updated": updated, "deleted": deleted});
    all.retain(|slice| !wanted.delete.contains(&slice.metadata.name));
    for slice in wanted.update {
        let known = all.iter_mut().find(|old| old.metadata.name == slice.metadata.name).unwrap();
        *known = slice;
    }
    all.extend(wanted.create);
    Synced { slices: all, ops, requeue: !wanted.homeless.is_empty() }
}

fn sorted(values: &mut Value) {
    if let Some(values) = values.as_array_mut() {
        values.sort_by_cached_key(ToString::to_string);
    }
}

fn endpointslices(case: &Value) -> Value {
    let synced = sync(case);
    let mut slices: Vec<Value> = synced
        .slices
        .iter()
        .map(|slice| {
            let name = if slice.metadata.name.is_empty() { "new" } else { &slice.metadata.name };
            let value = serde_json::to_value(slice).unwrap();
            let mut shown = json!({
                "name": name,
                "addressType": value["addressType"],
                "endpoints": value["endpoints"],
                "ports": value["ports"],
            });
            if !slice.metadata.labels.is_empty() {
                shown["labels"] = json!(slice.metadata.labels);
            }
            let mut annotations = slice.metadata.annotations.clone();
            annotations.remove("endpoints.kubernetes.io/last-change-trigger-time");
            if !annotations.is_empty() {
                shown["annotations"] = json!(annotations);
            }
            for list in ["endpoints", "ports"] {
                if shown[list].is_null() {
                    shown[list] = json!([]);
                }
                sorted(&mut shown[list]);
            }
            shown
        })
        .collect();
    slices.sort_by_cached_key(|slice| (text(slice, "name").to_owned(), slice.to_string()));
    let mut out = json!({"ops": synced.ops, "slices": slices});
    if synced.requeue {
        out["requeue"] = json!(true);
    }
    out
}

/// Packing alone: endpoints are bare ids, all with one port.
fn slice_packing(case: &Value) -> Value {
    let pod = |id: &str, ready: bool| {
        json!({
            "metadata": {"name": id, "namespace": "ns", "uid": id, "labels": {"app": "a"}},
            "spec": {"nodeName": "n1"},
            "status": {
                "phase": "Running",
                "podIPs": [{"ip": format!("10.1.{}.{}", number(id) / 250, number(id) % 250 + 1)}],
                "conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}],
            },
        })
    };
    let changed = |id: &Value| case["changed"].as_array().unwrap().contains(id);
    let pods: Vec<Value> = case["desired"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| pod(id.as_str().unwrap(), !changed(id)))
        .collect();
    let world = json!({
        "service": {
            "metadata": {"name": "svc", "namespace": "ns", "uid": "usvc"},
            "spec": {
                "selector": {"app": "a"}, "clusterIP": "10.0.0.1", "ipFamilies": ["IPv4"],
                "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}],
            },
        },
        "nodes": [{"metadata": {"name": "n1"}}],
        "maxEndpointsPerSlice": case["maxEndpointsPerSlice"],
    });
    let slices: Vec<Value> = case["slices"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|slice| {
            let mut one = world.clone();
            let ids = slice["endpoints"].as_array().into_iter().flatten();
            one["pods"] = ids.map(|id| pod(id.as_str().unwrap(), true)).collect();
            one["maxEndpointsPerSlice"] = json!(100_000);
            let mut value = serde_json::to_value(&sync(&one).slices[0]).unwrap();
            value["metadata"]["name"] = slice["name"].clone();
            value["ports"] = json!([{"name": "", "port": 80, "protocol": "TCP"}]);
            value
        })
        .collect();
    let mut world = world;
    world["pods"] = json!(pods);
    world["slices"] = json!(slices);
    let synced = sync(&world);
    let mut slices: Vec<Value> = synced
        .slices
        .iter()
        .map(|slice| {
            let name = if slice.metadata.name.is_empty() { "new" } else { &slice.metadata.name };
            json!({"name": name, "count": slice.endpoints.len()})
        })
        .collect();
    slices.sort_by_cached_key(|slice| (text(slice, "name").to_owned(), slice["count"].as_u64()));
    json!({"ops": synced.ops, "slices": slices})
}

fn number(id: &str) -> usize {
    id.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap()
}

fn pod_event_services(case: &Value) -> Value {
    let pod = |name: &str| case.get(name).map(decode::<Pod>);
    let (old, new) = (pod("old"), pod("new"));
    let touched = service::touched(old.as_ref(), new.as_ref());
    let last = new.as_ref().or(old.as_ref());
    let selects = |service: &Service, pod: Option<&Pod>| {
        pod.is_some_and(|pod| {
            pod.metadata.namespace == service.metadata.namespace
                && service::selects(service, &pod.metadata.labels)
        })
    };
    let mut keys: Vec<String> = list::<Service>(&case["services"])
        .iter()
        .filter(|service| touched.concerns(selects(service, old.as_ref()), selects(service, last)))
        .map(|service| format!("{}/{}", service.metadata.namespace, service.metadata.name))
        .collect();
    keys.sort();
    json!({"services": keys})
}

fn service_env(case: &Value) -> Value {
    let services: Vec<Service> = list(&case["services"]);
    let links = case["enableServiceLinks"] == true;
    json!({"env": service::service_env(&services, text(case, "namespace"), links)})
}

fn service_env_order(case: &Value) -> Value {
    let services: Vec<Service> = list(&case["services"]);
    let env: Vec<Value> = services
        .iter()
        .flat_map(service::variables)
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    json!({"env": env})
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn addresses(value: &Value) -> Vec<IpAddr> {
    texts(value).iter().map(|ip| service::parse_ip(ip).unwrap()).collect()
}

fn pod_dns_config(case: &Value) -> Value {
    let node = &case["node"];
    let host = &node["host"];
    let own = Resolver {
        nameservers: texts(&host["nameservers"]),
        searches: texts(&host["searches"]),
        options: texts(&host["options"]),
    };
    let known = NodeDns {
        cluster_dns: addresses(&node["clusterDNS"]),
        cluster_domain: text(node, "clusterDomain").to_owned(),
        own: (!text(node, "resolverConfig").is_empty()).then_some(own),
        node_ips: addresses(&node["nodeIPs"]),
    };
    let (resolver, warnings) = service::resolver(&decode(&case["pod"]), &known);
    let events: usize = warnings
        .iter()
        .map(|warning| if *warning == ResolverWarning::MissingClusterDns { 2 } else { 1 })
        .sum();
    let mut options = resolver.options;
    options.sort();
    json!({
        "nameservers": resolver.nameservers,
        "searches": resolver.searches,
        "options": options,
        "events": events,
    })
}

fn categorize_endpoints(case: &Value) -> Value {
    let service: Service = decode(&case["service"]);
    let slices: Vec<EndpointSlice> = list(&case["slices"]);
    let (slices, family) = (refs(&slices), IPFamily::IPv4);
    let place = Place { node: text(&case["node"], "name"), zone: text(&case["node"], "zone") };
    let mut ports = json!({});
    for port in &service.spec.ports {
        let Some(frontend) = Frontend::of(&service, port, &family) else { continue };
        let all = service::backends(&service, port, &slices, &family);
        let found = service::usable(&all, &frontend, place);
        let texts = |backends: &[Backend]| -> BTreeSet<String> {
            backends.iter().map(ToString::to_string).collect()
        };
        let (cluster, local) = (texts(&found.cluster), texts(&found.local));
        let reachable: BTreeSet<&String> = cluster.union(&local).collect();
        ports[format!("{}/{}", port.name, port.protocol.as_str())] = json!({
            "cluster": cluster, "local": local, "reachable": reachable,
            "hasAny": found.anywhere,
            "usesCluster": frontend.uses_cluster(), "usesLocal": frontend.uses_local(),
        });
    }
    let mut out = json!({"ports": ports});
    if let Some(health) = service::health(&service, &slices, &family, place) {
        out["healthCheck"] = json!({
            "code": health.code(), "localEndpoints": health.local_endpoints, "port": health.port,
        });
    }
    out
}

fn service_routing(case: &Value) -> Value {
    let services: Vec<Service> = list(&case["services"]);
    let slices: Vec<EndpointSlice> = list(&case["slices"]);
    let (slices, node) = (refs(&slices), &case["node"]);
    let (ips, cidrs) = (addresses(&node["ips"]), |value: &Value| -> Vec<Cidr> {
        texts(value).iter().map(|cidr| Cidr::parse(cidr).unwrap()).collect()
    });
    let answering = cidrs(&node["nodePortAddresses"]);
    let pods = [Cidr::parse(text(case, "podCIDR")).unwrap()];
    let here = Vantage {
        place: Place { node: text(node, "name"), zone: text(node, "zone") },
        node_ips: &ips,
        node_port_addresses: &answering,
        pod_cidrs: &pods,
    };
    let flows = case["flows"].as_array().unwrap().iter().map(|flow| {
        let flow = Flow {
            source: service::parse_ip(text(flow, "source")).unwrap(),
            dest: service::parse_ip(text(flow, "dest")).unwrap(),
            port: i32::try_from(flow["port"].as_i64().unwrap()).unwrap(),
            protocol: text(flow, "protocol").into(),
            remembered: None,
        };
        let found = services
            .iter()
            .find_map(|service| service::route(&flow, service, &slices, here, &mut |_| 0));
        match found {
            None => json!({"verdict": "none"}),
            Some(Err(why)) if why.is_immediate() => json!({"verdict": "reject"}),
            Some(Err(_)) => json!({"verdict": "drop"}),
            Some(Ok(route)) => {
                let texts = |hidden: bool| -> Vec<String> {
                    route
                        .candidates
                        .iter()
                        .filter(|to| !hidden || route.hides_source(&flow, to))
                        .map(ToString::to_string)
                        .collect()
                };
                json!({"verdict": "dnat", "endpoints": texts(false), "masqueraded": texts(true)})
            }
        }
    });
    json!({"flows": flows.collect::<Vec<_>>()})
}

/// What DNS sees of a recorded cluster.
struct Seen {
    namespaces: Vec<String>,
    services: Vec<Service>,
    slices: Vec<EndpointSlice>,
    pods: Vec<Pod>,
}

impl Directory for Seen {
    fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.iter().any(|known| known == name)
    }
    fn service(&self, namespace: &str, name: &str) -> Option<&Service> {
        let named = |service: &&Service| {
            service.metadata.namespace == namespace && service.metadata.name == name
        };
        self.services.iter().find(named)
    }
    fn slices(&self, namespace: &str, name: &str) -> Vec<&EndpointSlice> {
        let of = |slice: &&EndpointSlice| {
            slice.metadata.namespace == namespace
                && slice.metadata.labels.get(service::SERVICE_NAME).is_some_and(|own| own == name)
        };
        self.slices.iter().filter(of).collect()
    }
    fn service_at(&self, ip: IpAddr) -> Option<&Service> {
        self.services.iter().find(|service| {
            service.spec.cluster_ips.iter().any(|own| service::parse_ip(own) == Some(ip))
        })
    }
    fn slices_at(&self, _: IpAddr) -> Vec<&EndpointSlice> {
        self.slices.iter().collect()
    }
    fn has_pod(&self, namespace: &str, ip: IpAddr) -> bool {
        self.pods.iter().any(|pod| {
            pod.metadata.namespace == namespace
                && service::is_endpoint(pod, false)
                && service::parse_ip(&pod.status.pod_ip) == Some(ip)
        })
    }
}

fn dns(case: &Value) -> Value {
    let seen = Seen {
        namespaces: texts(&case["namespaces"]),
        services: list(&case["services"]),
        slices: list(&case["slices"]),
        pods: list(&case["podObjects"]),
    };
    let pods = match text(case, "pods") {
        "disabled" => PodNames::Disabled,
        "insecure" => PodNames::Insecure,
        _ => PodNames::Verified,
    };
    let dns = Dns::new(&seen, "cluster.local", pods);
    let answers = case["queries"].as_array().unwrap().iter().map(|query| {
        let question = match text(query, "type") {
            "A" => Question::A,
            "AAAA" => Question::Aaaa,
            "SRV" => Question::Srv,
            "CNAME" => Question::Cname,
            "PTR" => Question::Ptr,
            "TXT" => Question::Txt,
            "SOA" => Question::Soa,
            _ => Question::Other,
        };
        let shown = |records: &[service::Record]| -> Vec<String> {
            let mut texts: Vec<String> = records.iter().map(ToString::to_string).collect();
            texts.sort();
            texts
        };
        match dns.answer(text(query, "name"), question) {
            Err(_) => json!({"rcode": "NXDOMAIN", "answer": []}),
            Ok(answer) => {
                let mut out = json!({"rcode": "NOERROR", "answer": shown(&answer.records)});
                if !answer.extra.is_empty() {
                    out["extra"] = json!(shown(&answer.extra));
                }
                out
            }
        }
    });
    json!({"answers": answers.collect::<Vec<_>>()})
}

fn endpoints(case: &Value) -> Value {
    let service: Service = decode(&case["service"]);
    let pods: Vec<Pod> = list(&case["pods"]);
    let existing: Vec<Endpoints> = list(&case["endpoints"]);
    let known = existing.iter().find(|known| known.metadata.name == service.metadata.name);
    let written = service::legacy_endpoints(&service, &refs(&pods), known);
    let action = match (&written, known) {
        (None, _) => "none",
        (Some(_), None) => "create",
        (Some(_), Some(_)) => "update",
    };
    let mut out = json!({"action": action});
    if let Some(now) = written.as_ref().or(known) {
        let mut value = serde_json::to_value(now).unwrap();
        let mut shown = json!({"subsets": []});
        for name in ["labels", "annotations"] {
            if let Some(found) = value["metadata"][name].as_object_mut() {
                found.remove("endpoints.kubernetes.io/last-change-trigger-time");
                if !found.is_empty() {
                    shown[name] = json!(found);
                }
            }
        }
        if let Some(subsets) = value["subsets"].as_array_mut() {
            for subset in &mut *subsets {
                if subset.get("ports").is_some() {
                    sorted(&mut subset["ports"]);
                }
            }
            shown["subsets"] = json!(subsets);
            sorted(&mut shown["subsets"]);
        }
        out["endpoints"] = shown;
    }
    out
}

/// Groups of pods, each with its own number behind a named port.
fn endpoints_capacity(case: &Value) -> Value {
    let service = json!({
        "metadata": {"name": "svc", "namespace": "ns"},
        "spec": {
            "selector": {"app": "a"}, "clusterIP": "10.0.0.1", "ipFamilies": ["IPv4"],
            "ports": [{"port": 80, "targetPort": "p", "protocol": "TCP"}],
        },
    });
    let mut pods: Vec<Pod> = Vec::new();
    for group in case["groups"].as_array().into_iter().flatten() {
        for (side, ready) in [("ready", "True"), ("notReady", "False")] {
            for _ in 0..group[side].as_u64().unwrap_or(0) {
                let n = pods.len();
                let port = json!({"name": "p", "containerPort": group["port"], "protocol": "TCP"});
                pods.push(decode(&json!({
                    "metadata": {"name": format!("p{n}"), "namespace": "ns", "uid": format!("u{n}"),
                                 "labels": {"app": "a"}},
                    "spec": {"containers": [{"name": "c", "ports": [port]}]},
                    "status": {
                        "phase": "Running",
                        "podIPs": [{"ip": format!("10.{}.{}.1", 1 + n / 250, n % 250)}],
                        "conditions": [{"type": "Ready", "status": ready}],
                    },
                })));
            }
        }
    }
    let found = service::legacy_endpoints(&decode(&service), &refs(&pods), None).unwrap();
    let ready: usize = found.subsets.iter().map(|subset| subset.addresses.len()).sum();
    let not_ready: usize =
        found.subsets.iter().map(|subset| subset.not_ready_addresses.len()).sum();
    let mark = found.metadata.annotations.get("endpoints.kubernetes.io/over-capacity");
    json!({"ready": ready, "notReady": not_ready, "overCapacity": mark})
}
