//! Whether a node takes a pod that was bound to it.
//!
//! Source: `pkg/kubelet/lifecycle/predicate.go`.

use std::collections::BTreeMap;

use crate::api::{Pod, Protocol, ResourceList};
use crate::labels::node_term_matches;
use crate::pod::resources;
use crate::pod::worker::Waiting;
use crate::quantity::Quantity;

/// What a node has, and who is there already.
pub(super) struct Room<'a> {
    pub(super) name: &'a str,
    pub(super) labels: &'a BTreeMap<String, String>,
    pub(super) allocatable: &'a ResourceList,
    pub(super) others: Vec<&'a Pod>,
}

/// Takes the pod, or says in upstream's words why not.
// POD-ADMIT-1
pub(super) fn admit(pod: &Pod, room: &Room<'_>) -> Result<(), Waiting> {
    check_resources(pod, room)?;
    let refuse = |reason: &str| {
        let message = format!("Predicate {reason} failed");
        Err(Waiting { reason: reason.to_owned(), message })
    };
    if !suits(pod, room) {
        return refuse("NodeAffinity");
    }
    let ports = |pod: &Pod| -> Vec<(Protocol, String, i32)> {
        let ports = pod.spec.containers.iter().flat_map(|container| &container.ports);
        let ports = ports.filter(|port| port.host_port > 0);
        ports.map(|port| (port.protocol.clone(), port.host_ip.clone(), port.host_port)).collect()
    };
    let taken: Vec<_> = room.others.iter().flat_map(|other| ports(other)).collect();
    let any = |ip: &str| ip.is_empty() || ip == "0.0.0.0";
    let clash = ports(pod).iter().any(|(protocol, ip, port)| {
        taken.iter().any(|(other, other_ip, other_port)| {
            protocol == other && port == other_port && (ip == other_ip || any(ip) || any(other_ip))
        })
    });
    if clash { refuse("NodePorts") } else { Ok(()) }
}

fn check_resources(pod: &Pod, room: &Room<'_>) -> Result<(), Waiting> {
    let mut used = ResourceList::new();
    for other in &room.others {
        for (name, amount) in asked(other) {
            *used.entry(name).or_default() += &amount;
        }
    }
    let wanted = asked(pod);
    for name in ["pods", "cpu", "memory", "ephemeral-storage"]
        .into_iter()
        .chain(wanted.keys().map(String::as_str))
    {
        let Some(amount) = wanted.get(name).filter(|amount| amount.signum() > 0) else { continue };
        let have = room.allocatable.get(name).cloned().unwrap_or_default();
        let used = used.get(name).cloned().unwrap_or_default();
        if used.clone() + amount > have {
            return Err(Waiting {
                reason: format!("OutOf{name}"),
                message: format!(
                    "Node didn't have enough resource: {name}, requested: {}, used: {}, \
                     capacity: {}",
                    shown(name, amount),
                    shown(name, &used),
                    shown(name, &have),
                ),
            });
        }
    }
    Ok(())
}

fn shown(name: &str, amount: &Quantity) -> i64 {
    if name == "cpu" { amount.saturating_milli_value() } else { amount.saturating_value() }
}

fn asked(pod: &Pod) -> ResourceList {
    let mut wanted = resources::requests(pod);
    wanted.insert("pods".to_owned(), Quantity::from(1));
    wanted
}

fn suits(pod: &Pod, room: &Room<'_>) -> bool {
    let selector = &pod.spec.node_selector;
    if !selector.iter().all(|(key, value)| room.labels.get(key) == Some(value)) {
        return false;
    }
    let required = pod
        .spec
        .affinity
        .as_deref()
        .and_then(|affinity| affinity.node_affinity.as_deref())
        .and_then(|own| own.required_during_scheduling_ignored_during_execution.as_deref());
    let name = BTreeMap::from([("metadata.name".to_owned(), room.name.to_owned())]);
    required.is_none_or(|required| {
        required.node_selector_terms.iter().any(|term| {
            let by_label = crate::api::NodeSelectorTerm {
                match_fields: Vec::new(),
                match_expressions: term.match_expressions.clone(),
            };
            let by_field = crate::api::NodeSelectorTerm {
                match_fields: Vec::new(),
                match_expressions: term.match_fields.clone(),
            };
            let both = [(by_label, room.labels), (by_field, &name)];
            let some = !term.match_expressions.is_empty() || !term.match_fields.is_empty();
            some && both.iter().all(|(term, labels)| {
                term.match_expressions.is_empty() || node_term_matches(term, labels)
            })
        })
    })
}
