//! Amounts of resources: what a pod asks for, what a node has left.
//!
//! Source: `pkg/scheduler/framework/types.go`, `plugins/noderesources/fit.go`.

use std::collections::BTreeMap;

use crate::api::{Pod, ResourceList};
use crate::pod::resources::{Options, requests_with};
use crate::quantity::{Format, Quantity};

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
            let sum = self.scalars.entry(name.clone()).or_default();
            *sum = sum.saturating_add(*amount);
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

/// What a placed pod uses (`FIT-14`).
#[must_use]
pub fn placed(pod: &Pod) -> Amounts {
    let options = Options { use_status: true, use_pod_status: true, ..Options::default() };
    Amounts::of(&requests_with(pod, &options))
}

/// What a placed pod counts as in scores: containers without a request count as the default
/// (`FIT-15`).
#[must_use]
pub fn placed_non_zero(pod: &Pod) -> Amounts {
    let mut non_missing = ResourceList::new();
    let own = pod.spec.resources.as_ref().map(|resources| &resources.requests);
    let is_own = |name: &str| own.is_some_and(|own| own.contains_key(name));
    if !is_own("cpu") {
        non_missing.insert("cpu".to_owned(), milli(DEFAULT_MILLI_CPU));
    }
    if !is_own("memory") {
        non_missing.insert("memory".to_owned(), Quantity::from(DEFAULT_MEMORY));
    }
    let options =
        Options { use_status: true, use_pod_status: true, non_missing, ..Options::default() };
    Amounts::of(&requests_with(pod, &options))
}

/// What a pending pod counts as in the score by free resources; pod-level requests are not looked
/// at (`SCORE-3`, `SCORE-4`).
#[must_use]
pub fn pending_non_zero(pod: &Pod) -> Amounts {
    let non_missing = ResourceList::from([
        ("cpu".to_owned(), milli(DEFAULT_MILLI_CPU)),
        ("memory".to_owned(), Quantity::from(DEFAULT_MEMORY)),
    ]);
    let options = Options { skip_pod_level: true, non_missing, ..Options::default() };
    Amounts::of(&requests_with(pod, &options))
}

fn milli(amount: i64) -> Quantity {
    Quantity::from_milli(amount, Format::DecimalSi)
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
pub fn shortages(request: &Amounts, used: &Amounts, room: &Room) -> Vec<Shortage> {
    let mut short = Vec::new();
    if room.placed + 1 > room.pods {
        short.push(Shortage {
            resource: "pods".to_owned(),
            requested: 1,
            used: room.placed,
            capacity: room.pods,
        });
    }
    for (name, requested) in request.iter().filter(|(_, requested)| *requested > 0) {
        let (used, capacity) = (used.get(name), room.allocatable.get(name));
        if requested > capacity.saturating_sub(used) {
            short.push(Shortage { resource: name.to_owned(), requested, used, capacity });
        }
    }
    short
}

/// What a node has to give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    /// Resources that pods may use.
    pub allocatable: Amounts,
    /// How many pods it takes.
    pub pods: i64,
    /// How many it has.
    pub placed: i64,
}
