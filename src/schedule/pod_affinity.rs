//! Affinity between pods: which nodes are near pods that a pod wants to be near, or apart from.
//!
//! Source: `pkg/scheduler/framework/plugins/interpodaffinity`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Affinity, Node, Pod, PodAffinityTerm, WeightedPodAffinityTerm};
use crate::labels::Selector;
use crate::schedule::node::NodeInfo;
use crate::schedule::snapshot::Surroundings;

/// A selector of a term that cannot be read (`AFF-29`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a selector of a pod affinity term is malformed")]
pub struct Malformed;

/// Why the pods near a node keep a pod away from it (`AFF-25`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum AffinityConflict {
    /// A pod that is wanted near is not.
    #[error("node(s) didn't match pod affinity rules")]
    Affinity,
    /// A pod that is not wanted near is.
    #[error("node(s) didn't match pod anti-affinity rules")]
    AntiAffinity,
    /// A pod that is near does not want this one.
    #[error("node(s) didn't satisfy existing pods anti-affinity rules")]
    ExistingAntiAffinity,
}

/// A label of nodes and its value: the nodes that count as one place.
type Domain<'a> = (&'a str, &'a str);

static NO_LABELS: BTreeMap<String, String> = BTreeMap::new();

/// A term of a pod, read.
#[derive(Debug, Clone)]
struct Term<'a> {
    topology: &'a str,
    pods: Selector,
    namespaces: BTreeSet<&'a str>,
    namespaces_by_label: Selector,
}

impl<'a> Term<'a> {
    fn of(owner: &'a Pod, term: &'a PodAffinityTerm) -> Result<Self, Malformed> {
        let read = |selector| Selector::compile(selector).map_err(|_| Malformed);
        // AFF-21
        let is_own = term.namespaces.is_empty() && term.namespace_selector.is_none();
        let own = is_own.then_some(&owner.metadata.namespace);
        Ok(Self {
            topology: &term.topology_key,
            pods: read(term.label_selector.as_deref())?,
            namespaces: term.namespaces.iter().chain(own).map(String::as_str).collect(),
            namespaces_by_label: read(term.namespace_selector.as_deref())?,
        })
    }

    /// Names the namespaces that the term selects by label (`AFF-22`).
    ///
    /// Their selector goes on to be asked about namespaces without labels: version 1.36.2 does so,
    /// and one that holds for no labels therefore selects the pods of all namespaces (`AFF-22b`).
    fn resolve(&mut self, around: &'a dyn Surroundings) {
        let selector = &self.namespaces_by_label;
        if selector.is_everything() || selector.is_nothing() {
            return;
        }
        for namespace in around.namespaces() {
            if selector.matches(&namespace.metadata.labels) {
                self.namespaces.insert(&namespace.metadata.name);
            }
        }
    }

    /// `namespace_labels` are those of the pod's namespace, if they are to be asked.
    fn matches(&self, pod: &Pod, namespace_labels: &BTreeMap<String, String>) -> bool {
        let is_here = self.namespaces.contains(pod.metadata.namespace.as_str())
            || self.namespaces_by_label.matches(namespace_labels);
        is_here && self.pods.matches(&pod.metadata.labels)
    }

    fn domain(&self, node: &'a Node) -> Option<Domain<'a>> {
        node.metadata.labels.get(self.topology).map(|value| (self.topology, value.as_str()))
    }
}

type Terms<'a> = Result<Vec<Term<'a>>, Malformed>;
type Weighted<'a> = Result<Vec<(i64, Term<'a>)>, Malformed>;

fn affinity(pod: &Pod) -> Option<&Affinity> {
    pod.spec.affinity.as_deref()
}

fn required<'a>(pod: &'a Pod, terms: Option<&'a Vec<PodAffinityTerm>>) -> Terms<'a> {
    terms.into_iter().flatten().map(|term| Term::of(pod, term)).collect()
}

fn near(pod: &Pod) -> Terms<'_> {
    let affinity = affinity(pod).and_then(|affinity| affinity.pod_affinity.as_ref());
    required(pod, affinity.map(|a| &a.required_during_scheduling_ignored_during_execution))
}

fn apart(pod: &Pod) -> Terms<'_> {
    let affinity = affinity(pod).and_then(|affinity| affinity.pod_anti_affinity.as_ref());
    required(pod, affinity.map(|a| &a.required_during_scheduling_ignored_during_execution))
}

fn weighted<'a>(
    pod: &'a Pod,
    terms: Option<&'a Vec<WeightedPodAffinityTerm>>,
    sign: i64,
) -> Weighted<'a> {
    let read = |weighted: &'a WeightedPodAffinityTerm| {
        let term = Term::of(pod, &weighted.pod_affinity_term)?;
        Ok((sign * i64::from(weighted.weight), term))
    };
    terms.into_iter().flatten().map(read).collect()
}

fn prefer_near(pod: &Pod) -> Weighted<'_> {
    let affinity = affinity(pod).and_then(|affinity| affinity.pod_affinity.as_ref());
    weighted(pod, affinity.map(|a| &a.preferred_during_scheduling_ignored_during_execution), 1)
}

fn prefer_apart(pod: &Pod) -> Weighted<'_> {
    let affinity = affinity(pod).and_then(|affinity| affinity.pod_anti_affinity.as_ref());
    weighted(pod, affinity.map(|a| &a.preferred_during_scheduling_ignored_during_execution), -1)
}

fn labels_of_namespace<'a>(
    pod: &Pod,
    around: &'a dyn Surroundings,
) -> &'a BTreeMap<String, String> {
    let namespace = around.namespace(&pod.metadata.namespace);
    namespace.map_or(&NO_LABELS, |namespace| &namespace.metadata.labels)
}

/// Which places a pod must be in or must not be in, because of the pods there.
#[derive(Debug, Clone)]
pub struct Neighbours<'a> {
    pod: &'a Pod,
    namespace_labels: &'a BTreeMap<String, String>,
    near: Vec<Term<'a>>,
    apart: Vec<Term<'a>>,
    /// Places with a pod that the terms of `near` want, all of them at once (`AFF-23`).
    wanted: BTreeSet<Domain<'a>>,
    /// Places with a pod that a term of `apart` does not want.
    unwanted: BTreeSet<Domain<'a>>,
    /// Places with a pod that does not want this one (`AFF-27`).
    closed: BTreeSet<Domain<'a>>,
}

impl<'a> Neighbours<'a> {
    /// Looks at the pods of all nodes.
    ///
    /// # Errors
    /// [`Malformed`] if a selector of the pod cannot be read, that of a preferred term included.
    pub fn new(
        pod: &'a Pod,
        nodes: &[NodeInfo<'a>],
        around: &'a dyn Surroundings,
    ) -> Result<Self, Malformed> {
        prefer_near(pod)?;
        prefer_apart(pod)?;
        let (mut near, mut apart) = (near(pod)?, apart(pod)?);
        near.iter_mut().chain(&mut apart).for_each(|term| term.resolve(around));
        let (wanted, unwanted, closed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let namespace_labels = labels_of_namespace(pod, around);
        let mut all = Self { pod, namespace_labels, near, apart, wanted, unwanted, closed };
        for info in nodes {
            info.pods().iter().for_each(|other| all.add(other, info.node));
        }
        Ok(all)
    }

    /// Takes another pod on a node into account.
    pub fn add(&mut self, other: &'a Pod, node: &'a Node) {
        if !self.near.is_empty() && self.near.iter().all(|term| term.matches(other, &NO_LABELS)) {
            self.wanted.extend(self.near.iter().filter_map(|term| term.domain(node)));
        }
        let unwanted = self.apart.iter().filter(|term| term.matches(other, &NO_LABELS));
        self.unwanted.extend(unwanted.filter_map(|term| term.domain(node)));
        if affinity(other).is_some() {
            for term in apart(other).unwrap_or_default() {
                if term.matches(self.pod, self.namespace_labels) {
                    self.closed.extend(term.domain(node));
                }
            }
        }
    }

    /// Whether there is nothing to ask nodes about.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.near.is_empty() && self.apart.is_empty() && self.closed.is_empty()
    }

    /// Whether the pods near the node let the pod go there (`AFF-28`).
    ///
    /// # Errors
    /// The first [`AffinityConflict`].
    pub fn check(&self, node: &Node) -> Result<(), AffinityConflict> {
        if !self.is_near(node) {
            return Err(AffinityConflict::Affinity);
        }
        let labels = &node.metadata.labels;
        let is_in = |places: &BTreeSet<Domain<'_>>, topology: &str| {
            labels.get(topology).is_some_and(|value| places.contains(&(topology, value.as_str())))
        };
        // AFF-26
        if self.apart.iter().any(|term| is_in(&self.unwanted, term.topology)) {
            return Err(AffinityConflict::AntiAffinity);
        }
        if !self.closed.is_empty() && labels.keys().any(|key| is_in(&self.closed, key)) {
            return Err(AffinityConflict::ExistingAntiAffinity);
        }
        Ok(())
    }

    /// AFF-23, AFF-24
    fn is_near(&self, node: &Node) -> bool {
        let mut all = true;
        for term in &self.near {
            let Some(value) = node.metadata.labels.get(term.topology) else { return false };
            all &= self.wanted.contains(&(term.topology, value.as_str()));
        }
        let is_first = || self.near.iter().all(|term| term.matches(self.pod, &NO_LABELS));
        all || self.wanted.is_empty() && is_first()
    }
}

/// What a required affinity term of a placed pod adds to the score (`AFF-31`).
const REQUIRED_WEIGHT: i64 = 1;

/// The scores of the fitting nodes by the pods near them, before they are scaled; `None` if no term
/// of any pod has to do with it (`AFF-31`, `AFF-33`).
///
/// # Errors
/// [`Malformed`] if a selector of the pod cannot be read.
pub fn scores<'a>(
    pod: &'a Pod,
    fitting: &[&NodeInfo<'a>],
    all: &[NodeInfo<'a>],
    around: &'a dyn Surroundings,
) -> Result<Option<Vec<i64>>, Malformed> {
    near(pod)?;
    apart(pod)?;
    let mut wishes = prefer_near(pod)?;
    wishes.extend(prefer_apart(pod)?);
    wishes.iter_mut().for_each(|(_, term)| term.resolve(around));
    let labels = labels_of_namespace(pod, around);
    let mut sums: BTreeMap<Domain<'a>, i64> = BTreeMap::new();
    for info in all {
        for other in info.pods() {
            let mut add = |weight: i64, term: &Term<'a>| {
                if let Some(domain) = term.domain(info.node) {
                    *sums.entry(domain).or_default() += weight;
                }
            };
            let own = wishes.iter().filter(|(_, term)| term.matches(other, &NO_LABELS));
            own.for_each(|(weight, term)| add(*weight, term));
            let theirs = theirs(other);
            let theirs = theirs.iter().filter(|(_, term)| term.matches(pod, labels));
            theirs.for_each(|(weight, term)| add(*weight, term));
        }
    }
    if sums.is_empty() {
        return Ok(None);
    }
    let score = |info: &&NodeInfo<'a>| -> i64 {
        let labels = info.node.metadata.labels.iter();
        labels.filter_map(|(key, value)| sums.get(&(key.as_str(), value.as_str()))).sum()
    };
    Ok(Some(fitting.iter().map(score).collect()))
}

/// What a placed pod wishes of others; lists that cannot be read are left out (`AFF-29`).
fn theirs(pod: &Pod) -> Vec<(i64, Term<'_>)> {
    if affinity(pod).is_none() {
        return Vec::new();
    }
    let required = near(pod).unwrap_or_default().into_iter().map(|term| (REQUIRED_WEIGHT, term));
    let preferred = prefer_near(pod).unwrap_or_default();
    required.chain(preferred).chain(prefer_apart(pod).unwrap_or_default()).collect()
}

/// Scores from 0 to 100, between the least and the most (`AFF-32`).
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "upstream's arithmetic"
)]
pub fn scaled(raw: Vec<i64>) -> Vec<i64> {
    let min = raw.iter().copied().min().unwrap_or_default();
    let max = raw.iter().copied().max().unwrap_or_default();
    let scale = |score: i64| match max - min {
        0 => 0,
        range => (100.0 * ((score - min) as f64 / range as f64)) as i64,
    };
    raw.into_iter().map(scale).collect()
}
