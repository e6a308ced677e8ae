//! The decision itself: which node a pod gets, or why none.
//!
//! Source: `pkg/scheduler/schedule_one.go`.

use std::collections::BTreeMap;
use std::fmt;

use crate::api::{Name, Pod, Taint, TaintEffect};
use crate::schedule::affinity;
use crate::schedule::node::{NodeInfo, collide, host_ports};
use crate::schedule::resources::{self, Amounts, Shortage};
use crate::schedule::score;
use crate::schedule::taint::{self, Comparison};
use crate::schedule::volumes::{self, Binding, ClaimTrouble, Storage, VolumeConflict};

/// Why a node does not suit a pod (`SCHED-6`): the first filter that refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// The node takes no pods.
    NodeUnschedulable,
    /// The pod names another node.
    NodeName,
    /// A taint of the node is not tolerated.
    Taint(Box<Taint>),
    /// The node selector or the required node affinity does not match.
    NodeAffinity,
    /// A host port is taken.
    NodePorts,
    /// Resources are short.
    Resources(Vec<Shortage>),
    /// The claims of the pod cannot be used from the node.
    Volumes(VolumeConflict),
}

impl Unfit {
    /// The reasons as they are counted in the message, one for each short resource (`SCHED-31`).
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        match self {
            Self::NodeUnschedulable => vec!["node(s) were unschedulable".to_owned()],
            Self::NodeName => vec!["node(s) didn't match the requested node name".to_owned()],
            Self::Taint(_) => vec!["node(s) had untolerated taint(s)".to_owned()],
            Self::NodeAffinity => {
                vec!["node(s) didn't match Pod's node affinity/selector".to_owned()]
            }
            Self::NodePorts => {
                vec!["node(s) didn't have free ports for the requested pod ports".to_owned()]
            }
            Self::Resources(short) => short
                .iter()
                .map(|shortage| match shortage.resource.as_str() {
                    "pods" => "Too many pods".to_owned(),
                    name => format!("Insufficient {name}"),
                })
                .collect(),
            Self::Volumes(conflict) => vec![conflict.to_string()],
        }
    }

    /// Whether removing pods from the node could not help.
    #[must_use]
    pub fn is_unresolvable(&self) -> bool {
        match self {
            Self::NodeUnschedulable
            | Self::NodeName
            | Self::Taint(_)
            | Self::NodeAffinity
            | Self::Volumes(_) => true,
            Self::NodePorts => false,
            Self::Resources(short) => short.iter().any(Shortage::is_unresolvable),
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reasons().join(", "))
    }
}

/// Where a pod goes, and what was thought of the other nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement<'a> {
    /// The node.
    pub node: Name,
    /// What has to be done about claims that waited for it.
    pub binding: Binding<'a>,
    /// The total score of each node that fitted; empty if only one did (`SCHED-10`).
    pub scores: Vec<(Name, i64)>,
    /// The nodes that did not fit, and why.
    pub rejected: Vec<(Name, Unfit)>,
}

/// Why a pod goes nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unschedulable {
    /// There are no nodes (`SCHED-4`).
    NoNodes,
    /// The claims of the pod keep it from every node.
    Claims {
        /// How many nodes there are.
        nodes: usize,
        /// Why.
        why: ClaimTrouble,
    },
    /// Every node was refused.
    NoFit {
        /// The nodes, and why.
        rejected: Vec<(Name, Unfit)>,
    },
    /// A preferred term cannot be read.
    Malformed(affinity::Malformed),
}

impl fmt::Display for Unschedulable {
    /// The message of upstream's condition (`SCHED-31`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNodes => f.write_str("no nodes available to schedule pods"),
            Self::Claims { nodes, why } => write!(f, "0/{nodes} nodes are available: {why}."),
            Self::NoFit { rejected } => {
                let mut counts: BTreeMap<String, usize> = BTreeMap::new();
                for reason in rejected.iter().flat_map(|(_, unfit)| unfit.reasons()) {
                    *counts.entry(reason).or_default() += 1;
                }
                let mut lines: Vec<String> =
                    counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
                lines.sort();
                let (all, lines) = (rejected.len(), lines.join(", "));
                write!(f, "0/{all} nodes are available: {lines}.")
            }
            Self::Malformed(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for Unschedulable {}

/// Chooses a node for a pod. Of nodes with the same score `pick` takes one (`SCHED-11`).
///
/// # Errors
/// [`Unschedulable`] with the reason for every node.
pub fn place<'a>(
    pod: &Pod,
    nodes: &[NodeInfo<'_>],
    storage: &'a dyn Storage,
    pick: &mut dyn FnMut(usize) -> usize,
) -> Result<Placement<'a>, Unschedulable> {
    if nodes.is_empty() {
        return Err(Unschedulable::NoNodes);
    }
    let claims = volumes::claims(pod, storage)
        .map_err(|why| Unschedulable::Claims { nodes: nodes.len(), why })?;
    let request = resources::pending(pod);
    let narrowed = affinity::narrowed(pod);
    let (mut fitting, mut rejected) = (Vec::new(), Vec::new());
    for info in nodes {
        let name = info.node.metadata.name.as_str();
        let is_out = narrowed.as_ref().is_some_and(|names| !names.contains(name));
        let verdict = if is_out {
            Err(Unfit::NodeAffinity)
        } else {
            fits(pod, info, &request)
                .and_then(|()| volumes::check(&claims, info.node, storage).map_err(Unfit::Volumes))
        };
        match verdict {
            Ok(binding) => fitting.push((info, binding)),
            Err(unfit) => rejected.push((Name::from(name), unfit)),
        }
    }
    if fitting.is_empty() {
        return Err(Unschedulable::NoFit { rejected });
    }
    let (index, scores) = choose(pod, &fitting, nodes, pick)?;
    let chosen = fitting.into_iter().nth(index);
    let Some((info, binding)) = chosen else { return Err(Unschedulable::NoFit { rejected }) };
    Ok(Placement { node: info.node.metadata.name.as_str().into(), binding, scores, rejected })
}

/// The index of the best of the fitting nodes, and the scores.
fn choose(
    pod: &Pod,
    fitting: &[(&NodeInfo<'_>, Binding<'_>)],
    nodes: &[NodeInfo<'_>],
    pick: &mut dyn FnMut(usize) -> usize,
) -> Result<(usize, Vec<(Name, i64)>), Unschedulable> {
    if fitting.len() == 1 {
        return Ok((0, Vec::new()));
    }
    let infos: Vec<&NodeInfo<'_>> = fitting.iter().map(|(info, _)| *info).collect();
    let totals = score::totals(pod, &infos, nodes).map_err(Unschedulable::Malformed)?;
    let best = totals.iter().copied().max().unwrap_or_default();
    let tied: Vec<usize> =
        totals.iter().enumerate().filter(|(_, total)| **total == best).map(|(n, _)| n).collect();
    let choice = if tied.len() > 1 { pick(tied.len()) } else { 0 };
    let index = tied.get(choice).or(tied.first()).copied().unwrap_or_default();
    let names = infos.iter().map(|info| Name::from(info.node.metadata.name.as_str()));
    Ok((index, names.zip(totals).collect()))
}

/// The filters of one node that do not concern volumes, in upstream's order (`SCHED-6`).
///
/// # Errors
/// The first [`Unfit`].
pub fn fits(pod: &Pod, info: &NodeInfo<'_>, request: &Amounts) -> Result<(), Unfit> {
    let node = info.node;
    if node.spec.unschedulable && !tolerates_unschedulable(pod) {
        return Err(Unfit::NodeUnschedulable); // FIT-2
    }
    if !pod.spec.node_name.is_empty() && pod.spec.node_name != node.metadata.name {
        return Err(Unfit::NodeName); // FIT-1
    }
    let tolerations = &pod.spec.tolerations;
    if let Some(taint) = taint::first_untolerated(&node.spec.taints, tolerations, Comparison::Off) {
        return Err(Unfit::Taint(Box::new(taint.clone())));
    }
    if !affinity::matches(pod, node) {
        return Err(Unfit::NodeAffinity);
    }
    let taken =
        |port| info.pods.iter().any(|other| host_ports(other).any(|held| collide(port, held)));
    if host_ports(pod).any(taken) {
        return Err(Unfit::NodePorts);
    }
    let short = resources::shortages(request, &info.used, &info.room());
    if short.is_empty() { Ok(()) } else { Err(Unfit::Resources(short)) }
}

fn tolerates_unschedulable(pod: &Pod) -> bool {
    let taint = Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        effect: TaintEffect::NoSchedule,
        ..Taint::default()
    };
    pod.spec.tolerations.iter().any(|t| taint::tolerates(t, &taint, Comparison::Off))
}
