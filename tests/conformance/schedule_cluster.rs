//! Suites about one pod and a cluster.

use kubernel::api::{
    CSINode, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, Resource, Service,
    StorageClass,
};
use kubernel::labels::Selector;
use kubernel::schedule::pod_affinity::{self, AffinityConflict, Neighbours};
use kubernel::schedule::score::totals;
use kubernel::schedule::spread::{self, Spread, SpreadConflict};
use kubernel::schedule::{Cycle, NodeInfo, Snapshot, Surroundings, Unschedulable};
use kubernel::storage::class;
use serde_json::{Value, json};

use super::{by_node, decode, list};

/// The objects of a case.
#[derive(Debug)]
struct World {
    pod: Pod,
    nodes: Vec<Node>,
    pods: Vec<Pod>,
    namespaces: Vec<Namespace>,
    services: Vec<Service>,
    claims: Vec<PersistentVolumeClaim>,
    volumes: Vec<PersistentVolume>,
    classes: Vec<StorageClass>,
    csi_nodes: Vec<CSINode>,
}

impl World {
    fn read(input: &Value) -> Self {
        Self {
            pod: decode(&input["pod"]),
            nodes: list(input, "nodes"),
            pods: list(input, "pods"),
            namespaces: list(input, "namespaces"),
            services: list(input, "services"),
            claims: list(input, "persistentVolumeClaims"),
            volumes: list(input, "persistentVolumes"),
            classes: list(input, "storageClasses"),
            csi_nodes: list(input, "csiNodes"),
        }
    }

    fn snapshot(&self) -> Snapshot<'_> {
        let info = |node| NodeInfo::new(node, self.pods.iter().filter(|pod| on(pod, node)));
        let nominated = self.pods.iter().filter(|pod| {
            pod.spec.node_name.is_empty() && !pod.status.nominated_node_name.is_empty()
        });
        let nodes = self.nodes.iter().map(info).collect();
        Snapshot { nodes, nominated: nominated.collect(), around: self }
    }
}

fn on(pod: &Pod, node: &Node) -> bool {
    pod.spec.node_name == node.metadata.name
}

fn find<'a, R: Resource>(all: &'a [R], namespace: &str, name: &str) -> Option<&'a R> {
    all.iter()
        .find(|one| (one.meta().namespace.as_str(), one.meta().name.as_str()) == (namespace, name))
}

impl Surroundings for World {
    fn claim(&self, namespace: &str, name: &str) -> Option<&PersistentVolumeClaim> {
        find(&self.claims, namespace, name)
    }

    fn volume(&self, name: &str) -> Option<&PersistentVolume> {
        find(&self.volumes, "", name)
    }

    fn volumes_of(&self, name: &str) -> Vec<&PersistentVolume> {
        self.volumes.iter().filter(|volume| class::of_volume(volume) == name).collect()
    }

    fn class(&self, name: &str) -> Option<&StorageClass> {
        find(&self.classes, "", name)
    }

    fn csi_node(&self, node: &str) -> Option<&CSINode> {
        find(&self.csi_nodes, "", node)
    }

    fn namespace(&self, name: &str) -> Option<&Namespace> {
        find(&self.namespaces, "", name)
    }

    fn namespaces(&self) -> Vec<&Namespace> {
        self.namespaces.iter().collect()
    }

    fn services_of(&self, pod: &Pod) -> Vec<&Service> {
        let selects = |service: &&Service| {
            let selector = &service.spec.selector;
            service.metadata.namespace == pod.metadata.namespace
                && !selector.is_empty()
                && Selector::from_map(selector).matches(&pod.metadata.labels)
        };
        self.services.iter().filter(selects).collect()
    }

    fn owner_selector(&self, _: &Pod) -> Option<Selector> {
        None
    }
}

pub(super) fn filter(input: &Value) -> Value {
    let world = World::read(input);
    let snapshot = world.snapshot();
    let cycle = match Cycle::new(&world.pod, &snapshot) {
        Ok(cycle) => cycle,
        Err(why) => return json!({"preFilter": refused(&why)}),
    };
    let verdict = |info| match cycle.fits(info) {
        Ok(_) => json!({"fits": true}),
        Err(unfit) => json!({
            "fits": false,
            "plugin": unfit.plugin().map_or("", |plugin| plugin.as_str()),
            "unresolvable": unfit.is_unresolvable(),
        }),
    };
    json!({"preFilter": null, "nodes": by_node(&world.nodes, snapshot.nodes.iter().map(verdict))})
}

fn refused(why: &Unschedulable) -> Value {
    match why {
        Unschedulable::Refused { why, .. } => {
            json!({"plugin": why.plugin().as_str(), "unresolvable": true})
        }
        Unschedulable::Failed(why) => json!({"plugin": why.plugin().as_str(), "error": true}),
        other => panic!("{other:?}"),
    }
}

pub(super) fn score(input: &Value) -> Value {
    let world = World::read(input);
    let snapshot = world.snapshot();
    let cycle = Cycle::new(&world.pod, &snapshot).expect("some nodes fit");
    let fitting: Vec<&NodeInfo<'_>> =
        snapshot.nodes.iter().filter(|info| cycle.fits(info).is_ok()).collect();
    let feasible: Vec<&str> = fitting.iter().map(|info| info.node.metadata.name.as_str()).collect();
    let Ok(scores) = cycle.scores(&fitting) else {
        return json!({"feasible": feasible, "error": true});
    };
    let totals = totals(&scores, fitting.len());
    let node = |(n, total): (usize, &i64)| {
        let own =
            scores.iter().map(|(plugin, scores)| (plugin.as_str().to_owned(), scores[n].into()));
        json!({"scores": own.collect::<serde_json::Map<String, Value>>(), "total": total})
    };
    let best =
        feasible.iter().zip(&totals).filter(|(_, total)| Some(*total) == totals.iter().max());
    json!({
        "best": best.map(|(name, _)| *name).collect::<Vec<_>>(),
        "feasible": feasible,
        "nodes": by_node(fitting.iter().map(|info| info.node), totals.iter().enumerate().map(node)),
    })
}

pub(super) fn pod_affinity(input: &Value) -> Value {
    let world = World::read(input);
    let snapshot = world.snapshot();
    let filter = match Neighbours::new(&world.pod, &snapshot.nodes, &world) {
        Err(_) => json!("invalid"),
        Ok(neighbours) if neighbours.is_idle() => json!("skip"),
        Ok(neighbours) => {
            let verdict = |node| match neighbours.check(node) {
                Ok(()) => "ok",
                Err(AffinityConflict::Affinity) => "affinity",
                Err(AffinityConflict::AntiAffinity) => "antiAffinity",
                Err(AffinityConflict::ExistingAntiAffinity) => "existingAntiAffinity",
                Err(other) => panic!("{other:?}"),
            };
            by_node(&world.nodes, world.nodes.iter().map(verdict))
        }
    };
    let all: Vec<&NodeInfo<'_>> = snapshot.nodes.iter().collect();
    let score = match pod_affinity::scores(&world.pod, &all, &snapshot.nodes, &world) {
        Err(_) => json!("error"),
        Ok(None) => json!("skip"),
        Ok(Some(raw)) => json!({
            "raw": by_node(&world.nodes, raw.clone()),
            "normalized": by_node(&world.nodes, pod_affinity::scaled(raw)),
        }),
    };
    json!({"filter": filter, "score": score})
}

pub(super) fn topology_spread(input: &Value) -> Value {
    let world = World::read(input);
    let snapshot = world.snapshot();
    let spread = Spread::new(&world.pod, &snapshot.nodes);
    let filter = match &spread {
        Err(_) => json!("error"),
        Ok(spread) if spread.is_idle() => json!("skip"),
        Ok(spread) => {
            let verdict = |node| match spread.check(node) {
                Ok(()) => "ok",
                Err(SpreadConflict::MissingLabel) => "missingLabel",
                Err(SpreadConflict::Skew) => "skew",
                Err(other) => panic!("{other:?}"),
            };
            by_node(&world.nodes, world.nodes.iter().map(verdict))
        }
    };
    let passes = |info: &&NodeInfo<'_>| spread.as_ref().is_ok_and(|s| s.check(info.node).is_ok());
    let fitting: Vec<&NodeInfo<'_>> =
        snapshot.nodes.iter().filter(|info| spread.is_err() || passes(info)).collect();
    let score = match spread::scores(&world.pod, &fitting, &snapshot.nodes, &world) {
        Err(_) => json!("error"),
        Ok(_) if fitting.is_empty() => json!("none"),
        Ok(None) => json!("skip"),
        Ok(Some(scores)) => {
            let nodes = || fitting.iter().map(|info| info.node);
            let raw = scores.raw.iter().map(|raw| raw.unwrap_or_default());
            json!({
                "raw": by_node(nodes(), raw),
                "normalized": by_node(nodes(), scores.scaled()),
            })
        }
    };
    json!({"filter": filter, "score": score})
}
