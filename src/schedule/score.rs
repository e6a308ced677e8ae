//! Which of the fitting nodes suits best.
//!
//! Source: `pkg/scheduler/framework/plugins/noderesources`, `imagelocality`, `helper`.

use std::collections::BTreeMap;

use crate::api::Pod;
use crate::schedule::affinity::{self, Malformed};
use crate::schedule::node::NodeInfo;
use crate::schedule::plugin::Plugin;
use crate::schedule::resources::{self, Amounts, Scored};
use crate::schedule::snapshot::Snapshot;
use crate::schedule::taint::{self, Comparison};
use crate::schedule::unfit::Failure;
use crate::schedule::{pod_affinity, spread};

const MIB: i64 = 1024 * 1024;

/// What each plugin that had something to say thinks of the fitting nodes: a score from 0 to 100 for
/// each, in the order of the nodes (`SCORE-1`, `SCORE-9`).
///
/// # Errors
/// [`Failure`] if a preferred term or a soft constraint of the pod cannot be read; the pod is not
/// placed then.
pub fn scores<'a>(
    pod: &'a Pod,
    fitting: &[&NodeInfo<'a>],
    snapshot: &Snapshot<'a>,
) -> Result<BTreeMap<Plugin, Vec<i64>>, Failure> {
    let mut scores = BTreeMap::new();
    scores.insert(Plugin::TaintToleration, reversed(prefer_counts(pod, fitting)));
    if let Some(raw) = preferences(pod, fitting)? {
        scores.insert(Plugin::NodeAffinity, scaled(raw));
    }
    let request = resources::pending_scored(pod);
    let free = fitting.iter().map(|info| least_allocated(info, request)).collect();
    scores.insert(Plugin::NodeResourcesFit, free);
    if let Some(spread) = spread::scores(pod, fitting, &snapshot.nodes, snapshot.around)? {
        scores.insert(Plugin::PodTopologySpread, spread.scaled());
    }
    if let Some(raw) = pod_affinity::scores(pod, fitting, &snapshot.nodes, snapshot.around)? {
        scores.insert(Plugin::InterPodAffinity, pod_affinity::scaled(raw));
    }
    let real = resources::pending(pod);
    if real.milli_cpu != 0 || real.memory != 0 {
        // SCORE-6
        let even = fitting.iter().map(|info| balanced(info, &real)).collect();
        scores.insert(Plugin::NodeResourcesBalancedAllocation, even);
    }
    let images = Images::new(pod, &snapshot.nodes);
    let held = fitting.iter().map(|info| images.score(info)).collect();
    scores.insert(Plugin::ImageLocality, held);
    Ok(scores)
}

/// The sums of the scores of each node, by weight (`SCHED-11`).
#[must_use]
pub fn totals(scores: &BTreeMap<Plugin, Vec<i64>>, nodes: usize) -> Vec<i64> {
    let mut totals = vec![0; nodes];
    for (plugin, scores) in scores {
        for (total, score) in totals.iter_mut().zip(scores) {
            *total += plugin.weight() * score;
        }
    }
    totals
}

fn prefer_counts(pod: &Pod, fitting: &[&NodeInfo<'_>]) -> Vec<i64> {
    let count = |info: &&NodeInfo<'_>| {
        let taints = &info.node.spec.taints;
        let count = taint::intolerable_prefer(taints, &pod.spec.tolerations, Comparison::Off);
        i64::try_from(count).unwrap_or(i64::MAX)
    };
    fitting.iter().map(count).collect()
}

fn preferences(pod: &Pod, fitting: &[&NodeInfo<'_>]) -> Result<Option<Vec<i64>>, Malformed> {
    fitting.iter().map(|info| affinity::preferred(pod, info.node)).collect()
}

/// 0 to 100 by the largest (`AFF-9`).
#[must_use]
pub fn scaled(raw: Vec<i64>) -> Vec<i64> {
    let max = raw.iter().copied().max().unwrap_or_default();
    raw.into_iter().map(|score| if max == 0 { 0 } else { 100 * score / max }).collect()
}

/// 100 to 0 by the largest (`TAINT-5`).
#[must_use]
pub fn reversed(raw: Vec<i64>) -> Vec<i64> {
    let max = raw.iter().copied().max().unwrap_or_default();
    raw.into_iter().map(|count| if max == 0 { 100 } else { 100 - 100 * count / max }).collect()
}

/// How much of cpu and memory would be left (`SCORE-2`, `SCORE-3`).
#[must_use]
pub fn least_allocated(info: &NodeInfo<'_>, request: Scored) -> i64 {
    let (room, all) = (info.allocatable(), info.usage().scored.plus(request));
    let pairs = [(room.milli_cpu, all.milli_cpu), (room.memory, all.memory)];
    let (mut sum, mut weights) = (0, 0);
    for (allocatable, requested) in pairs.into_iter().filter(|(room, _)| *room != 0) {
        weights += 1;
        if requested <= allocatable {
            let left = i128::from(allocatable - requested) * 100 / i128::from(allocatable);
            sum += i64::try_from(left).unwrap_or_default();
        }
    }
    if weights == 0 { 0 } else { sum / weights }
}

/// How much more evenly cpu and memory would be used with the pod than without (`SCORE-5`).
#[must_use]
pub fn balanced(info: &NodeInfo<'_>, request: &Amounts) -> i64 {
    let (room, used) = (info.allocatable(), &info.usage().used);
    let score = |cpu: i64, memory: i64| evenness(&[(room.milli_cpu, cpu), (room.memory, memory)]);
    let without = score(used.milli_cpu, used.memory);
    let with = score(
        used.milli_cpu.saturating_add(request.milli_cpu),
        used.memory.saturating_add(request.memory),
    );
    50 + (50 + with - without) / 2
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "upstream's arithmetic"
)]
fn evenness(pairs: &[(i64, i64)]) -> i64 {
    let fractions: Vec<f64> = pairs
        .iter()
        .filter(|(allocatable, _)| *allocatable != 0)
        .map(|(allocatable, used)| (*used as f64 / *allocatable as f64).min(1.0))
        .collect();
    let deviation = match fractions.as_slice() {
        [a, b] => ((a - b) / 2.0).abs(),
        _ => 0.0,
    };
    ((1.0 - deviation) * 100.0) as i64
}

/// The images of a pod, and how many nodes hold each (`SCORE-7`, `SCORE-8`).
#[derive(Debug)]
pub struct Images {
    /// The images as often as they are wanted, and the share of the nodes that hold each.
    wanted: Vec<(String, f64)>,
    containers: usize,
}

impl Images {
    /// Counts who holds the images of the pod.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "upstream's arithmetic")]
    pub fn new(pod: &Pod, all: &[NodeInfo<'_>]) -> Self {
        let containers = pod.spec.init_containers.iter().chain(&pod.spec.containers);
        let volumes = pod.spec.volumes.iter().filter_map(|volume| volume.image.as_ref());
        let images = containers
            .map(|container| container.image.as_str())
            .chain(volumes.map(|image| image.reference.as_str()));
        let wanted = images.map(normal).map(|image| {
            let holders = all.iter().filter(|info| size_of(info, &image).is_some()).count();
            (image, holders as f64 / all.len() as f64)
        });
        let containers = pod.spec.init_containers.len() + pod.spec.containers.len();
        Self { wanted: wanted.collect(), containers }
    }

    /// How much of the images is on the node already.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "upstream's arithmetic"
    )]
    pub fn score(&self, info: &NodeInfo<'_>) -> i64 {
        let part = |(image, share): &(String, f64)| {
            size_of(info, image).map(|size| (size as f64 * share) as i64)
        };
        let sum: i64 = self.wanted.iter().filter_map(part).sum();
        let count = i64::try_from(self.containers).unwrap_or(i64::MAX / (1000 * MIB));
        let (least, most) = (23 * MIB, 1000 * MIB * count);
        let bounded = sum.clamp(least, most.max(least));
        if most <= least { 0 } else { 100 * (bounded - least) / (most - least) }
    }
}

fn size_of(info: &NodeInfo<'_>, image: &str) -> Option<i64> {
    let images = info.node.status.images.iter().rev();
    let holds = |names: &[String]| names.iter().any(|name| name == image);
    images.filter(|held| holds(&held.names)).map(|held| held.size_bytes).next()
}

/// An image with `:latest` where no tag is given.
fn normal(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or_default();
    if last.contains(':') { image.to_owned() } else { format!("{image}:latest") }
}
