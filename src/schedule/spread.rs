//! Topology spread: how evenly pods lie over zones, racks or nodes.
//!
//! Source: `pkg/scheduler/framework/plugins/podtopologyspread`, `plugins/helper/spread.go`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{
    Node, NodeInclusionPolicy, Pod, TopologySpreadConstraint, UnsatisfiableConstraintAction,
};
use crate::labels::Selector;
use crate::schedule::affinity;
use crate::schedule::node::NodeInfo;
use crate::schedule::snapshot::Surroundings;
use crate::schedule::taint::{self, Comparison};

/// A selector of a spread constraint that cannot be read (`SPREAD-10`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a selector of a topology spread constraint is malformed")]
pub struct Malformed;

/// Why the spread of pods keeps a pod away from a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum SpreadConflict {
    /// The node lacks the label of a constraint (`SPREAD-6`).
    #[error("node(s) didn't match pod topology spread constraints (missing required label)")]
    MissingLabel,
    /// There would be too many matching pods (`SPREAD-4`).
    #[error("node(s) didn't match pod topology spread constraints")]
    Skew,
}

/// The label of a node with its own name.
const HOSTNAME: &str = "kubernetes.io/hostname";
/// The label of a node with its zone.
const ZONE: &str = "topology.kubernetes.io/zone";

/// A constraint, read.
#[derive(Debug, Clone)]
struct Constraint<'a> {
    topology: &'a str,
    pods: Selector,
    max_skew: i64,
    min_domains: usize,
    honors_affinity: bool,
    honors_taints: bool,
}

impl<'a> Constraint<'a> {
    fn of(pod: &Pod, constraint: &'a TopologySpreadConstraint) -> Result<Self, Malformed> {
        let pods =
            Selector::compile(constraint.label_selector.as_deref()).map_err(|_| Malformed)?;
        let min_domains = constraint.min_domains.unwrap_or(1);
        Ok(Self {
            topology: &constraint.topology_key,
            pods: with_keys(pods, pod, &constraint.match_label_keys),
            max_skew: constraint.max_skew.into(),
            min_domains: usize::try_from(min_domains).unwrap_or_default(),
            // SPREAD-3
            honors_affinity: match &constraint.node_affinity_policy {
                None => true,
                Some(policy) => *policy == NodeInclusionPolicy::Honor,
            },
            honors_taints: constraint.node_taints_policy == Some(NodeInclusionPolicy::Honor),
        })
    }

    /// Whether the policies let the node take part. `suits` says whether the pod's affinity does.
    fn includes(&self, pod: &Pod, node: &Node, suits: bool) -> bool {
        let keeps_off = || {
            let (taints, tolerations) = (&node.spec.taints, &pod.spec.tolerations);
            taint::first_untolerated(taints, tolerations, Comparison::Off).is_some()
        };
        (!self.honors_affinity || suits) && !(self.honors_taints && keeps_off())
    }

    /// How many pods of a node count (`SPREAD-1`, `SPREAD-5`).
    fn count(&self, pod: &Pod, info: &NodeInfo<'_>) -> i64 {
        if self.pods.is_everything() || self.pods.is_nothing() {
            return 0;
        }
        let counts = |other: &&&Pod| {
            other.metadata.deletion_timestamp.is_none()
                && other.metadata.namespace == pod.metadata.namespace
                && self.pods.matches(&other.metadata.labels)
        };
        i64::try_from(info.pods().iter().filter(counts).count()).unwrap_or(i64::MAX)
    }
}

/// The selector and the pod's own values of some labels (`SPREAD-9`).
fn with_keys(selector: Selector, pod: &Pod, keys: &[String]) -> Selector {
    let labels = &pod.metadata.labels;
    let own: BTreeMap<String, String> = keys
        .iter()
        .filter_map(|key| labels.get(key).map(|value| (key.clone(), value.clone())))
        .collect();
    selector.and(Selector::from_map(&own).requirements().iter().cloned())
}

fn constraints(
    pod: &Pod,
    action: UnsatisfiableConstraintAction,
) -> Result<Vec<Constraint<'_>>, Malformed> {
    let all = pod.spec.topology_spread_constraints.iter();
    all.filter(|constraint| constraint.when_unsatisfiable == action)
        .map(|constraint| Constraint::of(pod, constraint))
        .collect()
}

fn has_all(node: &Node, constraints: &[Constraint<'_>]) -> bool {
    constraints.iter().all(|constraint| node.metadata.labels.contains_key(constraint.topology))
}

/// How the pods that a pod must be spread among lie now.
#[derive(Debug, Clone)]
pub struct Spread<'a> {
    pod: &'a Pod,
    /// The constraints, and how many pods each place has.
    counted: Vec<(Constraint<'a>, BTreeMap<&'a str, i64>)>,
}

impl<'a> Spread<'a> {
    /// Counts the pods of all nodes (`SPREAD-1` … `SPREAD-3`).
    ///
    /// # Errors
    /// [`Malformed`] if the selector of a constraint that must hold cannot be read.
    pub fn new(pod: &'a Pod, nodes: &[NodeInfo<'a>]) -> Result<Self, Malformed> {
        let constraints = constraints(pod, UnsatisfiableConstraintAction::DoNotSchedule)?;
        if constraints.is_empty() {
            return Ok(Self { pod, counted: Vec::new() });
        }
        let mut places: Vec<BTreeMap<&str, i64>> = vec![BTreeMap::new(); constraints.len()];
        // SPREAD-2
        for info in nodes.iter().filter(|info| has_all(info.node, &constraints)) {
            let suits = affinity::matches(pod, info.node);
            for (constraint, places) in constraints.iter().zip(&mut places) {
                let value = info.node.metadata.labels.get(constraint.topology);
                if let Some(value) = value
                    && constraint.includes(pod, info.node, suits)
                {
                    *places.entry(value).or_default() += constraint.count(pod, info);
                }
            }
        }
        Ok(Self { pod, counted: constraints.into_iter().zip(places).collect() })
    }

    /// Takes another pod on a node into account, as upstream does with nominated pods: a selector
    /// that is empty counts it.
    pub fn add(&mut self, other: &Pod, node: &'a Node) {
        let all = self.counted.iter().map(|(constraint, _)| constraint.topology);
        let has_all = all.into_iter().all(|key| node.metadata.labels.contains_key(key));
        if other.metadata.namespace != self.pod.metadata.namespace || !has_all {
            return;
        }
        let suits = affinity::matches(self.pod, node);
        for (constraint, places) in &mut self.counted {
            let counts = constraint.pods.matches(&other.metadata.labels)
                && constraint.includes(self.pod, node, suits);
            if let Some(value) = node.metadata.labels.get(constraint.topology).filter(|_| counts) {
                *places.entry(value).or_default() += 1;
            }
        }
    }

    /// Whether there is nothing to ask nodes about.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.counted.is_empty()
    }

    /// Whether the pod may go to the node (`SPREAD-4`, `SPREAD-7`, `SPREAD-8`).
    ///
    /// # Errors
    /// The [`SpreadConflict`] with the first constraint that does not hold.
    pub fn check(&self, node: &Node) -> Result<(), SpreadConflict> {
        for (constraint, places) in &self.counted {
            let value = node.metadata.labels.get(constraint.topology);
            let value = value.ok_or(SpreadConflict::MissingLabel)?;
            let least = match places.values().min() {
                Some(least) if places.len() >= constraint.min_domains => *least,
                Some(_) | None => 0,
            };
            let itself = i64::from(constraint.pods.matches(&self.pod.metadata.labels));
            let here = places.get(value.as_str()).copied().unwrap_or_default();
            if here + itself - least > constraint.max_skew {
                return Err(SpreadConflict::Skew);
            }
        }
        Ok(())
    }
}

/// Scores by spread, before they are scaled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpreadScores {
    /// One for each fitting node; `None` for a node that lacks a label (`SPREAD-14`).
    pub raw: Vec<Option<i64>>,
}

impl SpreadScores {
    /// Scores from 0 to 100: the fewer pods the more (`SPREAD-15`).
    #[must_use]
    pub fn scaled(&self) -> Vec<i64> {
        let known = || self.raw.iter().flatten().copied();
        let (min, max) = (known().min().unwrap_or_default(), known().max().unwrap_or_default());
        let scale = |score: &Option<i64>| match score {
            None => 0,
            Some(_) if max == 0 => 100,
            Some(score) => 100 * (max + min - score) / max,
        };
        self.raw.iter().map(scale).collect()
    }
}

/// The scores of the fitting nodes by the wish to spread; `None` if there is no such wish
/// (`SPREAD-13`, `SPREAD-16`).
///
/// A pod without any constraint is spread over hosts and zones together with the pods of its
/// services and its controller (`SPREAD-12`).
///
/// # Errors
/// [`Malformed`] if the selector of a constraint that should hold cannot be read.
pub fn scores<'a>(
    pod: &'a Pod,
    fitting: &[&NodeInfo<'a>],
    all: &[NodeInfo<'a>],
    around: &dyn Surroundings,
) -> Result<Option<SpreadScores>, Malformed> {
    let is_own = !pod.spec.topology_spread_constraints.is_empty();
    let constraints = if is_own {
        constraints(pod, UnsatisfiableConstraintAction::ScheduleAnyway)?
    } else {
        defaults(pod, around)
    };
    if constraints.is_empty() {
        return Ok(None);
    }
    let counts = |node: &Node| !is_own || has_all(node, &constraints);
    let scored = fitting.iter().filter(|info| counts(info.node));
    let scored: Vec<&NodeInfo<'a>> = scored.copied().collect();
    let taking_part: Vec<&NodeInfo<'a>> = all.iter().filter(|info| counts(info.node)).collect();
    let tallies: Vec<Tally<'_, 'a>> = constraints
        .iter()
        .map(|constraint| Tally::new(constraint, pod, &scored, &taking_part))
        .collect();
    let score = |info: &&NodeInfo<'a>| {
        let parts = tallies.iter().filter_map(|tally| tally.score(pod, info));
        counts(info.node).then(|| rounded(parts.sum()))
    };
    Ok(Some(SpreadScores { raw: fitting.iter().map(score).collect() }))
}

#[expect(clippy::cast_possible_truncation, reason = "upstream's arithmetic")]
fn rounded(score: f64) -> i64 {
    score.round() as i64
}

/// SPREAD-12
fn defaults<'a>(pod: &Pod, around: &dyn Surroundings) -> Vec<Constraint<'a>> {
    let mut labels = BTreeMap::new();
    for service in around.services_of(pod) {
        labels.extend(service.spec.selector.clone());
    }
    let owner = around.owner_selector(pod).filter(|selector| !selector.is_nothing());
    let owner = owner.iter().flat_map(Selector::requirements).cloned();
    let pods = Selector::from_map(&labels).and(owner);
    if pods.is_everything() {
        return Vec::new();
    }
    let constraint = |topology, max_skew| Constraint {
        topology,
        pods: pods.clone(),
        max_skew,
        min_domains: 1,
        honors_affinity: true,
        honors_taints: false,
    };
    vec![constraint(HOSTNAME, 3), constraint(ZONE, 5)]
}

/// What a wish to spread counts.
struct Tally<'c, 'a> {
    constraint: &'c Constraint<'a>,
    /// Pods by place; nothing for hosts, which count their own pods.
    places: BTreeMap<&'a str, i64>,
    weight: f64,
}

impl<'c, 'a> Tally<'c, 'a> {
    #[expect(clippy::cast_precision_loss, reason = "upstream's arithmetic")]
    fn new(
        constraint: &'c Constraint<'a>,
        pod: &Pod,
        scored: &[&NodeInfo<'a>],
        taking_part: &[&NodeInfo<'a>],
    ) -> Self {
        let place = |info: &NodeInfo<'a>| -> &'a str {
            info.node.metadata.labels.get(constraint.topology).map_or("", String::as_str)
        };
        if constraint.topology == HOSTNAME {
            let weight = (scored.len() as f64 + 2.0).ln();
            return Self { constraint, places: BTreeMap::new(), weight };
        }
        let domains: BTreeSet<&str> = scored.iter().map(|info| place(info)).collect();
        let weight = (domains.len() as f64 + 2.0).ln();
        let mut places: BTreeMap<&str, i64> = domains.into_iter().map(|name| (name, 0)).collect();
        for info in taking_part {
            if let Some(sum) = places.get_mut(place(info))
                && constraint.includes(pod, info.node, affinity::matches(pod, info.node))
            {
                *sum += constraint.count(pod, info);
            }
        }
        Self { constraint, places, weight }
    }

    #[expect(clippy::cast_precision_loss, reason = "upstream's arithmetic")]
    fn score(&self, pod: &Pod, info: &NodeInfo<'_>) -> Option<f64> {
        let value = info.node.metadata.labels.get(self.constraint.topology)?;
        let count = if self.constraint.topology == HOSTNAME {
            self.constraint.count(pod, info)
        } else {
            self.places.get(value.as_str()).copied().unwrap_or_default()
        };
        Some(count as f64 * self.weight + (self.constraint.max_skew - 1) as f64)
    }
}
