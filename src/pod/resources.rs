//! What a pod asks for and may use as a whole.
//!
//! Source: `staging/src/k8s.io/component-helpers/resource/helpers.go`.

use crate::api::{
    Container, ContainerStatus, Pod, PodConditionType, ResourceList, ResourceRequirements,
};
use crate::pod::conditions::find;
use crate::pod::restart::is_sidecar;
use crate::quantity::Quantity;

/// Nothing at all.
const NONE: &ResourceList = &ResourceList::new();

/// Which parts of a pod count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Leave out `spec.overhead`.
    pub exclude_overhead: bool,
    /// Leave out `spec.resources`.
    pub skip_pod_level: bool,
    /// Requests of containers that name none of these resources.
    pub non_missing: ResourceList,
    /// Look at what the status says is in use.
    pub use_status: bool,
    /// Look at what the status says of `spec.resources`; needs `use_status`.
    pub use_pod_status: bool,
}

/// Whether `spec.resources` may name the resource.
// POD-RES-3
#[must_use]
pub fn is_pod_level(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || name.starts_with("hugepages-")
}

/// The requests of a pod that does not move: containers, pod level and overhead.
///
/// ```
/// use kubernel::api::{Container, Pod};
///
/// let mut one = Container::default();
/// one.resources.requests.insert("cpu".into(), "250m".parse()?);
/// let mut pod = Pod::default();
/// pod.spec.containers = vec![one.clone(), one];
/// assert_eq!(kubernel::pod::resources::requests(&pod)["cpu"], "500m".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn requests(pod: &Pod) -> ResourceList {
    requests_with(pod, &Options::default())
}

/// The requests of a pod.
// POD-RES-1, POD-RES-2, POD-RES-3, POD-RES-4
#[must_use]
pub fn requests_with(pod: &Pod, options: &Options) -> ResourceList {
    let mut out = container_requests(pod, options);
    if let Some(own) = pod_level(pod, options) {
        let moved = options.use_pod_status && options.use_status;
        let state = pod.status.resources.as_deref().filter(|_| moved).map(|actual| {
            let mut state = Sums::default();
            let allocated = &pod.status.allocated_resources;
            in_use(&mut state, pod, [&own.requests, &actual.requests, allocated]);
            state.into_list()
        });
        put_pod_level(&mut out, &own.requests, state.as_ref());
    }
    if !options.exclude_overhead {
        add(&mut out, &pod.spec.overhead);
    }
    out
}

/// The limits of a pod.
// POD-RES-1, POD-RES-2, POD-RES-3, POD-RES-4
#[must_use]
pub fn limits_with(pod: &Pod, options: &Options) -> ResourceList {
    let mut out = container_limits(pod, options);
    if let Some(own) = pod_level(pod, options) {
        let moved = options.use_pod_status && options.use_status;
        let state = pod.status.resources.as_deref().filter(|_| moved).map(|actual| {
            let mut state = Sums::default();
            in_use(&mut state, pod, [&own.limits, &actual.limits, NONE]);
            state.into_list()
        });
        put_pod_level(&mut out, &own.limits, state.as_ref());
    }
    if !options.exclude_overhead {
        for (name, amount) in &pod.spec.overhead {
            if let Some(limit) = out.get_mut(name).filter(|limit| !limit.is_zero()) {
                *limit += amount;
            }
        }
    }
    out
}

/// The requests of all containers together.
// POD-RES-1
#[must_use]
pub fn container_requests(pod: &Pod, options: &Options) -> ResourceList {
    aggregate(pod, |sums, container, counts| {
        let spec = &container.resources.requests;
        let known = (options.use_status && counts).then(|| status(pod, container));
        match known.flatten() {
            Some((seen, actual)) => {
                in_use(sums, pod, [spec, &actual.requests, &seen.allocated_resources]);
            }
            None => sums.add(spec),
        }
        sums.fill(&options.non_missing);
    })
}

/// The limits of all containers together.
#[must_use]
pub fn container_limits(pod: &Pod, options: &Options) -> ResourceList {
    aggregate(pod, |sums, container, counts| {
        let spec = &container.resources.limits;
        let known = (options.use_status && counts).then(|| status(pod, container));
        match known.flatten() {
            Some((_, actual)) => in_use(sums, pod, [spec, &actual.limits, NONE]),
            None => sums.add(spec),
        }
    })
}

/// Sums over the containers; `of` gives the amounts of one, and is told whether it stays running.
fn aggregate<'a>(pod: &'a Pod, of: impl Fn(&mut Sums<'a>, &'a Container, bool)) -> ResourceList {
    let mut total = Sums::default();
    let mut own = Sums::default();
    for container in &pod.spec.containers {
        own.clear();
        of(&mut own, container, true);
        total.add_all(&own);
    }
    let mut sidecars = Sums::default();
    let mut peak = Sums::default();
    for container in &pod.spec.init_containers {
        own.clear();
        of(&mut own, container, is_sidecar(container));
        if is_sidecar(container) {
            total.add_all(&own);
            sidecars.add_all(&own);
            peak.raise_all(&sidecars);
        } else {
            own.add_all(&sidecars);
            peak.raise_all(&own);
        }
    }
    total.raise_all(&peak);
    total.into_list()
}

/// Amounts by name, in order. The names are borrowed: a sum over containers allocates no text before
/// it is complete.
#[derive(Default)]
struct Sums<'a>(Vec<(&'a str, Quantity)>);

impl<'a> Sums<'a> {
    fn clear(&mut self) {
        self.0.clear();
    }

    fn add(&mut self, list: &'a ResourceList) {
        self.merge(list.iter().map(|(name, amount)| (name.as_str(), amount)), add_to);
    }

    fn add_all(&mut self, other: &Self) {
        self.merge(other.0.iter().map(|(name, amount)| (*name, amount)), add_to);
    }

    fn raise(&mut self, list: &'a ResourceList) {
        self.merge(list.iter().map(|(name, amount)| (name.as_str(), amount)), raise_to);
    }

    fn raise_all(&mut self, other: &Self) {
        self.merge(other.0.iter().map(|(name, amount)| (*name, amount)), raise_to);
    }

    /// Takes over what is not there yet.
    fn fill(&mut self, list: &'a ResourceList) {
        self.merge(list.iter().map(|(name, amount)| (name.as_str(), amount)), |_, _| {});
    }

    /// Walks over both in order: what both have is joined by `join`, what is new is taken over.
    fn merge<'b>(
        &mut self,
        other: impl Iterator<Item = (&'a str, &'b Quantity)>,
        join: impl Fn(&mut Quantity, &Quantity),
    ) {
        let mut at = 0;
        for (name, amount) in other {
            while self.0.get(at).is_some_and(|(known, _)| *known < name) {
                at += 1;
            }
            match self.0.get_mut(at) {
                Some((known, sum)) if *known == name => join(sum, amount),
                Some(_) | None => self.0.insert(at, (name, amount.clone())),
            }
            at += 1;
        }
    }

    fn into_list(self) -> ResourceList {
        self.0.into_iter().map(|(name, amount)| (name.to_owned(), amount)).collect()
    }
}

fn add_to(sum: &mut Quantity, amount: &Quantity) {
    *sum += amount;
}

fn raise_to(most: &mut Quantity, amount: &Quantity) {
    if *amount > *most {
        most.clone_from(amount);
    }
}

fn pod_level<'a>(pod: &'a Pod, options: &Options) -> Option<&'a ResourceRequirements> {
    pod.spec.resources.as_deref().filter(|_| !options.skip_pod_level)
}

fn put_pod_level(out: &mut ResourceList, spec: &ResourceList, state: Option<&ResourceList>) {
    for (name, amount) in spec.iter().filter(|(name, _)| is_pod_level(name)) {
        let amount = match state {
            Some(state) => state.get(name).cloned().unwrap_or_default(),
            None => amount.clone(),
        };
        out.insert(name.clone(), amount);
    }
}

/// The status of a container that tells what it uses. The last one of a name wins.
fn status<'a>(
    pod: &'a Pod,
    container: &Container,
) -> Option<(&'a ContainerStatus, &'a ResourceRequirements)> {
    let all = pod.status.container_statuses.iter().chain(&pod.status.init_container_statuses);
    let seen = all.rev().find(|status| status.name == container.name)?;
    Some((seen, seen.resources.as_deref()?))
}

/// What counts of a resize that is under way: the most of what is wanted, in use and allocated.
// POD-RES-4
fn in_use<'a>(sums: &mut Sums<'a>, pod: &Pod, [spec, actual, allocated]: [&'a ResourceList; 3]) {
    if !is_infeasible(pod) {
        sums.add(spec);
    }
    sums.raise(actual);
    sums.raise(allocated);
}

fn is_infeasible(pod: &Pod) -> bool {
    find(&pod.status.conditions, &PodConditionType::PodResizePending)
        .is_some_and(|condition| condition.reason == "Infeasible")
}

// POD-RES-5: the first amount that is not zero gives a sum its format.
fn add(sum: &mut ResourceList, list: &ResourceList) {
    for (name, amount) in list {
        match sum.get_mut(name) {
            Some(sum) => *sum += amount,
            None => {
                sum.insert(name.clone(), amount.clone());
            }
        }
    }
}
