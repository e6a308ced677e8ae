//! Which of the fitting nodes suits best.
//!
//! Source: `pkg/scheduler/framework/plugins/noderesources`, `imagelocality`, `helper`.

use crate::api::Pod;
use crate::schedule::affinity::{self, Malformed};
use crate::schedule::node::NodeInfo;
use crate::schedule::resources::{self, Amounts};
use crate::schedule::taint::{self, Comparison};

const MIB: i64 = 1024 * 1024;

/// The totals of the fitting nodes, in their order (`SCORE-1`, `SCHED-11`).
///
/// # Errors
/// [`Malformed`] if a preferred term of the pod cannot be read; the pod is not placed then.
pub fn totals(
    pod: &Pod,
    fitting: &[&NodeInfo<'_>],
    all: &[NodeInfo<'_>],
) -> Result<Vec<i64>, Malformed> {
    let mut totals = vec![0; fitting.len()];
    let mut add = |weight: i64, scores: Vec<i64>| {
        for (total, score) in totals.iter_mut().zip(scores) {
            *total += weight * score;
        }
    };
    add(3, reversed(prefer_counts(pod, fitting)));
    if let Some(raw) = preferences(pod, fitting)? {
        add(2, scaled(raw));
    }
    let request = resources::pending_non_zero(pod);
    add(1, fitting.iter().map(|info| least_allocated(info, &request)).collect());
    let real = resources::pending(pod);
    if real.milli_cpu != 0 || real.memory != 0 {
        add(1, fitting.iter().map(|info| balanced(info, &real)).collect());
    }
    add(1, fitting.iter().map(|info| image_locality(pod, info, all)).collect());
    Ok(totals)
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
pub fn least_allocated(info: &NodeInfo<'_>, request: &Amounts) -> i64 {
    let room = info.room().allocatable;
    let pairs = [
        (room.milli_cpu, info.non_zero.milli_cpu.saturating_add(request.milli_cpu)),
        (room.memory, info.non_zero.memory.saturating_add(request.memory)),
    ];
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
    let room = info.room().allocatable;
    let score = |cpu: i64, memory: i64| evenness(&[(room.milli_cpu, cpu), (room.memory, memory)]);
    let without = score(info.used.milli_cpu, info.used.memory);
    let with = score(
        info.used.milli_cpu.saturating_add(request.milli_cpu),
        info.used.memory.saturating_add(request.memory),
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

/// How much of the pod's images is on the node already (`SCORE-7`, `SCORE-8`).
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "upstream's arithmetic"
)]
pub fn image_locality(pod: &Pod, info: &NodeInfo<'_>, all: &[NodeInfo<'_>]) -> i64 {
    let containers = pod.spec.init_containers.iter().chain(&pod.spec.containers);
    let volumes = pod.spec.volumes.iter().filter_map(|volume| volume.image.as_ref());
    let images = containers
        .map(|container| container.image.as_str())
        .chain(volumes.map(|image| image.reference.as_str()))
        .map(normal);
    let sum: i64 = images
        .filter_map(|image| {
            let size = size_of(info, &image)?;
            let holders = all.iter().filter(|other| size_of(other, &image).is_some()).count();
            Some((size as f64 * (holders as f64 / all.len() as f64)) as i64)
        })
        .sum();
    let count = pod.spec.init_containers.len() + pod.spec.containers.len();
    let max = 1000 * MIB * i64::try_from(count).unwrap_or(i64::MAX / (1000 * MIB));
    let least = 23 * MIB;
    let bounded = sum.clamp(least, max.max(least));
    if max == least { 0 } else { 100 * (bounded - least) / (max - least) }
}

fn size_of(info: &NodeInfo<'_>, image: &str) -> Option<i64> {
    info.node
        .status
        .images
        .iter()
        .filter(|held| held.names.iter().any(|name| name == image))
        .map(|held| held.size_bytes)
        .next_back()
}

/// An image with `:latest` where no tag is given.
fn normal(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or_default();
    if last.contains(':') { image.to_owned() } else { format!("{image}:latest") }
}
