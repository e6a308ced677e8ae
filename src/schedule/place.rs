//! The decision itself: which node a pod gets, or why none.
//!
//! Source: `pkg/scheduler/schedule_one.go`, `pkg/scheduler/framework/runtime/framework.go`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Name, Pod, Taint, TaintEffect};
use crate::schedule::affinity;
use crate::schedule::limits::{self, Exclusive};
use crate::schedule::node::{NodeInfo, collide, host_ports};
use crate::schedule::plugin::Plugin;
use crate::schedule::pod_affinity::Neighbours;
use crate::schedule::queue::priority;
use crate::schedule::resources::{self, Amounts};
use crate::schedule::score;
use crate::schedule::snapshot::Snapshot;
use crate::schedule::spread::Spread;
use crate::schedule::taint::{self, Comparison};
use crate::schedule::unfit::{Failure, Refusal, Unfit, Unschedulable};
use crate::schedule::volumes::{self, Binding, Claims};

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

/// Chooses a node for a pod. Of nodes with the same score `pick` takes one (`SCHED-11`).
///
/// All nodes are looked at, however many there are (`SCHED-13`).
///
/// ```
/// use kubernel::api::{Node, Pod};
/// use kubernel::schedule::{NodeInfo, Snapshot, place};
///
/// let mut node = Node::default();
/// node.metadata.name = "n1".into();
/// node.status.allocatable.insert("pods".into(), "110".parse()?);
/// let mut closed = node.clone();
/// closed.metadata.name = "n2".into();
/// closed.spec.unschedulable = true;
///
/// let nodes = [&node, &closed].map(|node| NodeInfo::new(node, [])).into();
/// let snapshot = Snapshot { nodes, nominated: Vec::new(), around: &() };
/// let pod = Pod::default();
/// let placement = place(&pod, &snapshot, &mut |_| 0)?;
/// assert_eq!(&*placement.node, "n1");
/// assert_eq!(placement.rejected[0].1.to_string(), "node(s) were unschedulable");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Unschedulable`] with the reason for every node.
pub fn place<'a>(
    pod: &'a Pod,
    snapshot: &Snapshot<'a>,
    pick: &mut dyn FnMut(usize) -> usize,
) -> Result<Placement<'a>, Unschedulable> {
    let cycle = Cycle::new(pod, snapshot)?;
    if let Some(placement) = cycle.promised() {
        return Ok(placement);
    }
    let (mut fitting, mut rejected) = (Vec::new(), Vec::new());
    for info in &snapshot.nodes {
        match cycle.fits(info) {
            Ok(binding) => fitting.push((info, binding)),
            Err(unfit) => rejected.push((info.name(), unfit)),
        }
    }
    let infos: Vec<&NodeInfo<'a>> = fitting.iter().map(|(info, _)| *info).collect();
    let scores = match infos.as_slice() {
        [_, _, ..] => {
            let scores = score::scores(pod, &infos, snapshot).map_err(Unschedulable::Failed)?;
            score::totals(&scores, infos.len())
        }
        [_] | [] => Vec::new(),
    };
    let index = best(&scores, pick);
    let Some((info, binding)) = fitting.into_iter().nth(index) else {
        return Err(Unschedulable::NoFit { rejected });
    };
    let scores = infos.into_iter().map(NodeInfo::name).zip(scores).collect();
    Ok(Placement { node: info.name(), binding, scores, rejected })
}

/// The index of the highest total, one of several by `pick`.
fn best(totals: &[i64], pick: &mut dyn FnMut(usize) -> usize) -> usize {
    let most = totals.iter().max();
    let is_best = |(index, total)| (Some(total) == most).then_some(index);
    let tied: Vec<usize> = totals.iter().enumerate().filter_map(is_best).collect();
    let choice = if tied.len() > 1 { pick(tied.len()) } else { 0 };
    tied.get(choice).or(tied.first()).copied().unwrap_or_default()
}

/// What is known about a pod before any node is looked at.
///
/// [`place`] runs it over all nodes; by itself it answers whether one node would do.
#[derive(Debug)]
pub struct Cycle<'s, 'a> {
    pod: &'a Pod,
    snapshot: &'s Snapshot<'a>,
    request: Amounts,
    narrowed: Option<BTreeSet<&'a str>>,
    claims: Claims<'a>,
    company: Company<'a>,
}

/// What depends on the other pods of the cluster.
#[derive(Debug, Clone)]
struct Company<'a> {
    exclusive: Exclusive<'a>,
    spread: Spread<'a>,
    neighbours: Neighbours<'a>,
}

impl<'s, 'a> Cycle<'s, 'a> {
    /// Reads the pod and counts the pods around it, in upstream's order (`SCHED-5`).
    ///
    /// # Errors
    /// [`Unschedulable`] if there are no nodes, or if the pod cannot go to any.
    pub fn new(pod: &'a Pod, snapshot: &'s Snapshot<'a>) -> Result<Self, Unschedulable> {
        let (nodes, around) = (&snapshot.nodes, snapshot.around);
        if nodes.is_empty() {
            return Err(Unschedulable::NoNodes);
        }
        let refused = |why| Unschedulable::Refused { nodes: nodes.len(), why };
        let narrowed = affinity::narrowed(pod);
        if narrowed.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(refused(Refusal::NodeNames));
        }
        let troubled = |why| refused(Refusal::Claims(why));
        let exclusive = Exclusive::new(pod, nodes, around).map_err(troubled)?;
        let claims = volumes::claims(pod, around).map_err(troubled)?;
        let spread =
            Spread::new(pod, nodes).map_err(|why| Unschedulable::Failed(Failure::Spread(why)))?;
        let neighbours = Neighbours::new(pod, nodes, around)
            .map_err(|why| refused(Refusal::PodAffinity(why)))?;
        let company = Company { exclusive, spread, neighbours };
        Ok(Self { pod, snapshot, request: resources::pending(pod), narrowed, claims, company })
    }

    /// The node that the pod has been promised, if it still fits (`SCHED-7`).
    fn promised(&self) -> Option<Placement<'a>> {
        let name = self.pod.status.nominated_node_name.as_str();
        let mut nodes = self.snapshot.nodes.iter().filter(|_| !name.is_empty());
        let info = nodes.find(|info| info.node.metadata.name == name)?;
        let binding = self.fits(info).ok()?;
        Some(Placement { node: info.name(), binding, scores: Vec::new(), rejected: Vec::new() })
    }

    /// Whether a node suits the pod, with the pods that have been promised the node and without them
    /// (`SCHED-8`, `SCHED-9`).
    ///
    /// # Errors
    /// The first [`Unfit`], in upstream's order.
    pub fn fits(&self, info: &NodeInfo<'a>) -> Result<Binding<'a>, Unfit> {
        let name = info.node.metadata.name.as_str();
        if self.narrowed.as_ref().is_some_and(|names| !names.contains(name)) {
            return Err(Unfit::Excluded);
        }
        let nominated = self.snapshot.nominated.iter().filter(|other| {
            other.status.nominated_node_name == name
                && priority(other) >= priority(self.pod)
                && (&other.metadata.namespace, &other.metadata.name)
                    != (&self.pod.metadata.namespace, &self.pod.metadata.name)
        });
        let nominated: Vec<&'a Pod> = nominated.copied().collect();
        if !nominated.is_empty() {
            let (mut crowded, mut company) = (info.clone(), self.company.clone());
            for other in nominated {
                crowded.place(other);
                company.add(other, info);
            }
            self.check(&crowded, &company)?;
        }
        self.check(info, &self.company)
    }

    /// The filters in upstream's order (`SCHED-6`).
    fn check(&self, info: &NodeInfo<'a>, company: &Company<'a>) -> Result<Binding<'a>, Unfit> {
        let (pod, node, around) = (self.pod, info.node, self.snapshot.around);
        if node.spec.unschedulable && !tolerates_unschedulable(pod) {
            return Err(Unfit::NodeUnschedulable); // FIT-2
        }
        if !pod.spec.node_name.is_empty() && pod.spec.node_name != node.metadata.name {
            return Err(Unfit::NodeName); // FIT-1
        }
        let (taints, tolerations) = (&node.spec.taints, &pod.spec.tolerations);
        if let Some(taint) = taint::first_untolerated(taints, tolerations, Comparison::Off) {
            return Err(Unfit::Taint(Box::new(taint.clone())));
        }
        if !affinity::matches(pod, node) {
            return Err(Unfit::NodeAffinity);
        }
        let taken = |port| {
            let mut held = info.pods().iter().flat_map(|other| host_ports(other));
            held.any(|held| collide(port, held))
        };
        if host_ports(pod).any(taken) {
            return Err(Unfit::NodePorts);
        }
        let short = resources::shortages(&self.request, info);
        if !short.is_empty() {
            return Err(Unfit::Resources(short));
        }
        company.exclusive.check(info).map_err(Unfit::Volumes)?;
        limits::check_limits(pod, info, around).map_err(Unfit::Volumes)?;
        let binding = volumes::check(&self.claims, node, around).map_err(Unfit::Volumes)?;
        company.spread.check(node).map_err(Unfit::Spread)?;
        company.neighbours.check(node).map_err(Unfit::PodAffinity)?;
        Ok(binding)
    }

    /// What each plugin thinks of nodes that fit; see [`score::scores`].
    ///
    /// # Errors
    /// As [`score::scores`].
    pub fn scores(&self, fitting: &[&NodeInfo<'a>]) -> Result<BTreeMap<Plugin, Vec<i64>>, Failure> {
        score::scores(self.pod, fitting, self.snapshot)
    }
}

impl<'a> Company<'a> {
    /// What had nothing to ask before does not look at nominated pods either, as upstream.
    fn add(&mut self, other: &'a Pod, info: &NodeInfo<'a>) {
        self.exclusive.add(other);
        self.spread.add(other, info.node);
        if !self.neighbours.is_idle() {
            self.neighbours.add(other, info.node);
        }
    }
}

fn tolerates_unschedulable(pod: &Pod) -> bool {
    let taint = Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        effect: TaintEffect::NoSchedule,
        ..Taint::default()
    };
    pod.spec.tolerations.iter().any(|t| taint::tolerates(t, &taint, Comparison::Off))
}
