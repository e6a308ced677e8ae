//! What a pod asks for and may use as a whole.
//!
//! Source: `staging/src/k8s.io/component-helpers/resource/helpers.go`.

use crate::api::{
    Container, ContainerStatus, Pod, PodConditionType, ResourceList, ResourceRequirements,
};
use crate::pod::conditions::find;
use crate::pod::restart::is_sidecar;

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
            in_use(pod, &own.requests, &actual.requests, Some(&pod.status.allocated_resources))
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
        let state = pod
            .status
            .resources
            .as_deref()
            .filter(|_| moved)
            .map(|actual| in_use(pod, &own.limits, &actual.limits, None));
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
    aggregate(pod, |container, counts| {
        let spec = &container.resources.requests;
        let mut own = match status(pod, container).filter(|_| options.use_status && counts) {
            Some((seen, actual)) => {
                in_use(pod, spec, &actual.requests, Some(&seen.allocated_resources))
            }
            None => spec.clone(),
        };
        for (name, amount) in &options.non_missing {
            own.entry(name.clone()).or_insert_with(|| amount.clone());
        }
        own
    })
}

/// The limits of all containers together.
#[must_use]
pub fn container_limits(pod: &Pod, options: &Options) -> ResourceList {
    aggregate(pod, |container, counts| {
        let spec = &container.resources.limits;
        match status(pod, container).filter(|_| options.use_status && counts) {
            Some((_, actual)) => in_use(pod, spec, &actual.limits, None),
            None => spec.clone(),
        }
    })
}

/// Sums over the containers; `of` gives the amounts of one, and is told whether it stays running.
fn aggregate(pod: &Pod, of: impl Fn(&Container, bool) -> ResourceList) -> ResourceList {
    let mut total = ResourceList::new();
    for container in &pod.spec.containers {
        add(&mut total, &of(container, true));
    }
    let mut sidecars = ResourceList::new();
    let mut peak = ResourceList::new();
    for container in &pod.spec.init_containers {
        let own = of(container, is_sidecar(container));
        if is_sidecar(container) {
            add(&mut total, &own);
            add(&mut sidecars, &own);
            raise(&mut peak, &sidecars);
        } else {
            let mut both = own;
            add(&mut both, &sidecars);
            raise(&mut peak, &both);
        }
    }
    raise(&mut total, &peak);
    total
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

/// What counts of a resize that is under way.
// POD-RES-4
fn in_use(
    pod: &Pod,
    spec: &ResourceList,
    actual: &ResourceList,
    allocated: Option<&ResourceList>,
) -> ResourceList {
    let mut out = if is_infeasible(pod) { ResourceList::new() } else { spec.clone() };
    raise(&mut out, actual);
    if let Some(allocated) = allocated {
        raise(&mut out, allocated);
    }
    out
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

fn raise(most: &mut ResourceList, list: &ResourceList) {
    for (name, amount) in list {
        if most.get(name).is_none_or(|most| amount > most) {
            most.insert(name.clone(), amount.clone());
        }
    }
}
