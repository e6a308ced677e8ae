//! Why a pod does not get a node, or none at all.

use std::collections::BTreeMap;
use std::fmt;

use crate::api::{Name, Taint};
use crate::schedule::affinity;
use crate::schedule::plugin::Plugin;
use crate::schedule::pod_affinity::{self, AffinityConflict};
use crate::schedule::resources::Shortage;
use crate::schedule::spread::{self, SpreadConflict};
use crate::schedule::volumes::{ClaimTrouble, VolumeConflict};

/// Why a node does not suit a pod (`SCHED-6`): the first filter that refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// The pod asks for nodes by name, and not for this one.
    Excluded,
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
    /// The volumes of the pod cannot be used from the node.
    Volumes(VolumeConflict),
    /// The pods would be spread too unevenly.
    Spread(SpreadConflict),
    /// The pods near the node are not those that are wanted there.
    PodAffinity(AffinityConflict),
}

impl Unfit {
    /// The reasons as they are counted in the message, one for each short resource (`SCHED-31`).
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let one = |text: &str| vec![text.to_owned()];
        match self {
            Self::Excluded => one("node(s) didn't satisfy plugin(s) [NodeAffinity]"),
            Self::NodeUnschedulable => one("node(s) were unschedulable"),
            Self::NodeName => one("node(s) didn't match the requested node name"),
            Self::Taint(_) => one("node(s) had untolerated taint(s)"),
            Self::NodeAffinity => one("node(s) didn't match Pod's node affinity/selector"),
            Self::NodePorts => one("node(s) didn't have free ports for the requested pod ports"),
            Self::Resources(short) => short
                .iter()
                .map(|shortage| match shortage.resource.as_str() {
                    "pods" => "Too many pods".to_owned(),
                    name => format!("Insufficient {name}"),
                })
                .collect(),
            Self::Volumes(conflict) => vec![conflict.to_string()],
            Self::Spread(conflict) => vec![conflict.to_string()],
            Self::PodAffinity(conflict) => vec![conflict.to_string()],
        }
    }

    /// The filter that refuses; none if the node was left out before the filters.
    #[must_use]
    pub fn plugin(&self) -> Option<Plugin> {
        Some(match self {
            Self::Excluded => return None,
            Self::NodeUnschedulable => Plugin::NodeUnschedulable,
            Self::NodeName => Plugin::NodeName,
            Self::Taint(_) => Plugin::TaintToleration,
            Self::NodeAffinity => Plugin::NodeAffinity,
            Self::NodePorts => Plugin::NodePorts,
            Self::Resources(_) => Plugin::NodeResourcesFit,
            Self::Volumes(conflict) => conflict.plugin(),
            Self::Spread(_) => Plugin::PodTopologySpread,
            Self::PodAffinity(_) => Plugin::InterPodAffinity,
        })
    }

    /// Whether removing pods from the node could not help (`PREEMPT-1`).
    #[must_use]
    pub fn is_unresolvable(&self) -> bool {
        match self {
            Self::Excluded
            | Self::NodeUnschedulable
            | Self::NodeName
            | Self::Taint(_)
            | Self::NodeAffinity => true,
            Self::NodePorts => false,
            Self::Resources(short) => short.iter().any(Shortage::is_unresolvable),
            Self::Volumes(conflict) => conflict.is_unresolvable(),
            Self::Spread(conflict) => *conflict == SpreadConflict::MissingLabel,
            Self::PodAffinity(conflict) => *conflict == AffinityConflict::Affinity,
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reasons().join(", "))
    }
}

/// Why no node suits a pod, whatever the nodes are like (`SCHED-5`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The names of nodes that the pod asks for exclude each other (`AFF-8`).
    #[error("pod affinity terms conflict")]
    NodeNames,
    /// The claims of the pod keep it from every node.
    #[error(transparent)]
    Claims(ClaimTrouble),
    /// A selector of a pod affinity term cannot be read (`AFF-29`).
    #[error(transparent)]
    PodAffinity(pod_affinity::Malformed),
}

impl Refusal {
    /// The step that refuses.
    #[must_use]
    pub fn plugin(&self) -> Plugin {
        match self {
            Self::NodeNames => Plugin::NodeAffinity,
            Self::Claims(trouble) => trouble.plugin(),
            Self::PodAffinity(_) => Plugin::InterPodAffinity,
        }
    }
}

/// What made the decision fail, other than a refusal (`SCHED-15`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A preferred node affinity term cannot be read (`AFF-10`).
    #[error(transparent)]
    NodeAffinity(#[from] affinity::Malformed),
    /// A selector of a pod affinity term cannot be read.
    #[error(transparent)]
    PodAffinity(#[from] pod_affinity::Malformed),
    /// A selector of a spread constraint cannot be read (`SPREAD-10`).
    #[error(transparent)]
    Spread(#[from] spread::Malformed),
}

impl Failure {
    /// The step that failed.
    #[must_use]
    pub const fn plugin(&self) -> Plugin {
        match self {
            Self::NodeAffinity(_) => Plugin::NodeAffinity,
            Self::PodAffinity(_) => Plugin::InterPodAffinity,
            Self::Spread(_) => Plugin::PodTopologySpread,
        }
    }
}

/// Why a pod goes nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unschedulable {
    /// There are no nodes (`SCHED-4`).
    NoNodes,
    /// The pod is refused as a whole.
    Refused {
        /// How many nodes there are.
        nodes: usize,
        /// Why.
        why: Refusal,
    },
    /// Every node was refused.
    NoFit {
        /// The nodes, and why.
        rejected: Vec<(Name, Unfit)>,
    },
    /// Something about the pod cannot be read.
    Failed(Failure),
}

impl fmt::Display for Unschedulable {
    /// The message of upstream's condition (`SCHED-31`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNodes => f.write_str("no nodes available to schedule pods"),
            Self::Refused { nodes, why } => write!(f, "0/{nodes} nodes are available: {why}."),
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
            Self::Failed(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for Unschedulable {}
