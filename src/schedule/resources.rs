//! Amounts of resources: what a pod asks for, what a node has left.
//!
//! Source: `pkg/scheduler/framework/types.go`, `plugins/noderesources/fit.go`.

use std::collections::BTreeMap;

use crate::api::{Container, ContainerStatus, Pod, ResourceList};
use crate::pod::resources::{Options, is_pod_level, requests_with};
use crate::quantity::{Format, Quantity};
use crate::schedule::node::NodeInfo;

/// What a container without a cpu request counts as in scores, in thousandths of a core (`FIT-15`).
const DEFAULT_MILLI_CPU: i64 = 100;
/// What a container without a memory request counts as in scores, in bytes (`FIT-15`).
const DEFAULT_MEMORY: i64 = 200 * 1024 * 1024;

/// Amounts by resource: cpu in thousandths of a core, all else in units (`FIT-9`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Thousandths of a core.
    pub milli_cpu: i64,
    /// Bytes of memory.
    pub memory: i64,
    /// Bytes of node-local storage.
    pub ephemeral_storage: i64,
    /// Extended resources, huge pages and attachable volumes by name.
    pub scalars: BTreeMap<String, i64>,
}

impl Amounts {
    /// The amounts of a list; names that the scheduler does not know are left out.
    #[must_use]
    pub fn of(list: &ResourceList) -> Self {
        let mut amounts = Self::default();
        for (name, quantity) in list {
            match name.as_str() {
                "cpu" => amounts.milli_cpu = quantity.saturating_milli_value(),
                "memory" => amounts.memory = quantity.saturating_value(),
                "ephemeral-storage" => amounts.ephemeral_storage = quantity.saturating_value(),
                name if is_scalar(name) => {
                    amounts.scalars.insert(name.to_owned(), quantity.saturating_value());
                }
                _ => {}
            }
        }
        amounts
    }

    /// Adds another set of amounts; sums that do not fit stay at the limit.
    pub fn add(&mut self, other: &Self) {
        self.milli_cpu = self.milli_cpu.saturating_add(other.milli_cpu);
        self.memory = self.memory.saturating_add(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.saturating_add(other.ephemeral_storage);
        for (name, amount) in &other.scalars {
            match self.scalars.get_mut(name) {
                Some(sum) => *sum = sum.saturating_add(*amount),
                None => {
                    self.scalars.insert(name.clone(), *amount);
                }
            }
        }
    }

    /// The amount of one resource.
    #[must_use]
    pub fn get(&self, name: &str) -> i64 {
        match name {
            "cpu" => self.milli_cpu,
            "memory" => self.memory,
            "ephemeral-storage" => self.ephemeral_storage,
            name => self.scalars.get(name).copied().unwrap_or_default(),
        }
    }

    /// Every resource and its amount, the three well-known ones first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        let known = [
            ("cpu", self.milli_cpu),
            ("memory", self.memory),
            ("ephemeral-storage", self.ephemeral_storage),
        ];
        known.into_iter().chain(self.scalars.iter().map(|(name, amount)| (name.as_str(), *amount)))
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.iter().all(|(_, amount)| amount == 0)
    }
}

/// Whether a name is that of an extended resource, huge pages, attachable volumes or another name
/// of Kubernetes' own with a prefix.
fn is_scalar(name: &str) -> bool {
    name.starts_with("hugepages-") || name.starts_with("attachable-volumes-") || name.contains('/')
}

/// What a pending pod asks for (`FIT-6`, `FIT-7`).
#[must_use]
pub fn pending(pod: &Pod) -> Amounts {
    Amounts::of(&requests_with(pod, &Options::default()))
}

/// What pods count as in scores (`FIT-15`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scored {
    /// Thousandths of a core.
    pub milli_cpu: i64,
    /// Bytes of memory.
    pub memory: i64,
}

impl Scored {
    fn of(amounts: &Amounts) -> Self {
        Self { milli_cpu: amounts.milli_cpu, memory: amounts.memory }
    }

    /// The two together; sums that do not fit stay at the limit.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            milli_cpu: self.milli_cpu.saturating_add(other.milli_cpu),
            memory: self.memory.saturating_add(other.memory),
        }
    }
}

/// What placed pods use, and what they count as in scores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// What they use (`FIT-14`).
    pub used: Amounts,
    /// What they count as in scores (`FIT-15`).
    pub scored: Scored,
}

impl Usage {
    /// Adds a placed pod.
    pub fn add(&mut self, pod: &Pod) {
        let (used, scored) = plain(pod).unwrap_or_else(|| (placed(pod), placed_scored(pod)));
        self.used.add(&used);
        self.scored = self.scored.plus(scored);
    }
}

/// What a placed pod uses (`FIT-14`).
#[must_use]
pub fn placed(pod: &Pod) -> Amounts {
    let options = Options { use_status: true, use_pod_status: true, ..Options::default() };
    Amounts::of(&requests_with(pod, &options))
}

/// What a placed pod counts as in scores: containers without a request count as the default
/// (`FIT-15`).
#[must_use]
pub fn placed_scored(pod: &Pod) -> Scored {
    let own = pod.spec.resources.as_ref().map(|resources| &resources.requests);
    let has_own = own.is_some_and(|own| own.keys().any(|name| is_pod_level(name)));
    let options = Options { use_status: true, use_pod_status: true, ..Options::default() };
    let known = if has_own { requests_with(pod, &options) } else { ResourceList::new() };
    let mut non_missing = defaults();
    non_missing.retain(|name, _| !known.contains_key(name));
    let options = Options { non_missing, ..options };
    Scored::of(&Amounts::of(&requests_with(pod, &options)))
}

/// What a pending pod counts as in the score by free resources; pod-level requests are not looked
/// at (`SCORE-3`, `SCORE-4`).
#[must_use]
pub fn pending_scored(pod: &Pod) -> Scored {
    let options = Options { skip_pod_level: true, non_missing: defaults(), ..Options::default() };
    Scored::of(&Amounts::of(&requests_with(pod, &options)))
}

/// [`placed`] and [`placed_scored`] of a pod that has nothing but containers whose requests stand as
/// they are, summed up in whole numbers. `None` for other pods and for amounts that would be rounded.
fn plain(pod: &Pod) -> Option<(Amounts, Scored)> {
    if !pod.spec.init_containers.is_empty() || pod.spec.resources.is_some() {
        return None;
    }
    let mut used = Amounts::default();
    let mut defaults = Scored::default();
    for container in &pod.spec.containers {
        let requests = &container.resources.requests;
        if !stands(pod, container) {
            return None;
        }
        add_exactly(&mut used, requests)?;
        if !requests.contains_key("cpu") {
            defaults.milli_cpu += DEFAULT_MILLI_CPU;
        }
        if !requests.contains_key("memory") {
            defaults.memory += DEFAULT_MEMORY;
        }
    }
    add_exactly(&mut used, &pod.spec.overhead)?;
    let scored = Scored::of(&used).plus(defaults);
    Some((used, scored))
}

/// Whether the status of a container tells of no other requests than its spec.
fn stands(pod: &Pod, container: &Container) -> bool {
    let requests = &container.resources.requests;
    let named = |status: &&ContainerStatus| status.name == container.name;
    pod.status.container_statuses.iter().filter(named).all(|status| {
        let allocated = &status.allocated_resources;
        status.resources.as_ref().is_none_or(|actual| actual.requests == *requests)
            && (allocated.is_empty() || allocated == requests)
    })
}

fn add_exactly(sum: &mut Amounts, list: &ResourceList) -> Option<()> {
    for (name, quantity) in list {
        match name.as_str() {
            "cpu" => {
                let milli = quantity.milli_value()?;
                let is_exact = quantity.scaled_value(-9) == milli.checked_mul(1_000_000);
                sum.milli_cpu = sum.milli_cpu.checked_add(milli).filter(|_| is_exact)?;
            }
            "memory" => sum.memory = sum.memory.checked_add(quantity.as_i64()?)?,
            "ephemeral-storage" => {
                sum.ephemeral_storage = sum.ephemeral_storage.checked_add(quantity.as_i64()?)?;
            }
            _ => return None,
        }
    }
    Some(())
}

fn defaults() -> ResourceList {
    let cpu = Quantity::from_milli(DEFAULT_MILLI_CPU, Format::DecimalSi);
    ResourceList::from([
        ("cpu".to_owned(), cpu),
        ("memory".to_owned(), Quantity::from(DEFAULT_MEMORY)),
    ])
}

/// One resource that a node lacks (`FIT-10` … `FIT-12`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The resource; `pods` for the number of pods.
    pub resource: String,
    /// What the pod asks for.
    pub requested: i64,
    /// What is in use on the node.
    pub used: i64,
    /// What the node has in all.
    pub capacity: i64,
}

impl Shortage {
    /// Whether the node could not serve the request even if it were empty.
    #[must_use]
    pub fn is_unresolvable(&self) -> bool {
        self.resource != "pods" && self.requested > self.capacity
    }
}

/// What a node lacks for a pod; empty if it fits (`FIT-10` … `FIT-13`).
#[must_use]
pub fn shortages(request: &Amounts, info: &NodeInfo<'_>) -> Vec<Shortage> {
    let mut short = Vec::new();
    let placed = i64::try_from(info.pods().len()).unwrap_or(i64::MAX);
    let most = info.most_pods();
    if placed >= most {
        let resource = "pods".to_owned();
        short.push(Shortage { resource, requested: 1, used: placed, capacity: most });
    }
    for (name, requested) in request.iter().filter(|(_, requested)| *requested > 0) {
        let (used, capacity) = (info.usage().used.get(name), info.allocatable().get(name));
        if requested > capacity.saturating_sub(used) {
            short.push(Shortage { resource: name.to_owned(), requested, used, capacity });
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(requests: &[&[(&str, &str)]], is_plain: bool) {
        let container = |requests: &&[(&str, &str)]| {
            let list = requests
                .iter()
                .map(|(name, amount)| ((*name).to_owned(), amount.parse::<Quantity>().unwrap()));
            let mut container = Container::default();
            container.resources.requests = list.collect();
            container
        };
        let mut pod = Pod::default();
        pod.spec.containers = requests.iter().map(container).collect();
        let quick = plain(&pod);
        assert_eq!(quick.is_some(), is_plain);
        if let Some(quick) = quick {
            assert_eq!(quick, (placed(&pod), placed_scored(&pod)));
        }
    }

    #[test]
    fn the_short_way_to_sum_up_gives_the_same() {
        check(&[], true);
        check(&[&[("cpu", "100m"), ("memory", "1Gi")], &[("ephemeral-storage", "1G")]], true);
        check(&[&[("cpu", "1"), ("memory", "0")], &[("cpu", "0")]], true);
        // Rounded once for the pod, not for each container.
        check(&[&[("cpu", "100u")], &[("cpu", "100u")]], false);
        check(&[&[("memory", "500m")], &[("memory", "500m")]], false);
        check(&[&[("cpu", "1"), ("example.com/gpu", "1")]], false);
    }
}
