//! The quality-of-service class of a pod.
//!
//! Source: `pkg/apis/core/v1/helper/qos/qos.go`.

use crate::api::{Pod, PodQOSClass, ResourceList};

/// The resources that count.
const COUNTED: [&str; 2] = ["cpu", "memory"];

/// The class that `pod` has: the one in its status, else the computed one.
#[must_use]
pub fn effective(pod: &Pod) -> PodQOSClass {
    if pod.status.qos_class.is_unset() { class(pod) } else { pod.status.qos_class.clone() }
}

/// The class that follows from the requests and limits in the spec.
///
/// ```
/// use kubernel::api::{Pod, PodQOSClass};
///
/// let mut pod = Pod::default();
/// assert_eq!(kubernel::pod::qos::class(&pod), PodQOSClass::BestEffort);
/// pod.spec.containers.push(Default::default());
/// pod.spec.containers[0].resources.requests.insert("cpu".into(), "1".parse()?);
/// assert_eq!(kubernel::pod::qos::class(&pod), PodQOSClass::Burstable);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// POD-QOS-1, POD-QOS-2, POD-QOS-3
#[must_use]
pub fn class(pod: &Pod) -> PodQOSClass {
    let mut requests = ResourceList::new();
    let mut limits = ResourceList::new();
    let mut guaranteed = true;
    if let Some(resources) = pod.spec.resources.as_deref() {
        add(&mut requests, &resources.requests);
        add(&mut limits, &resources.limits);
        guaranteed = resources.limits.is_empty() || has_all(&resources.limits);
    } else {
        for container in pod.spec.containers.iter().chain(&pod.spec.init_containers) {
            add(&mut requests, &container.resources.requests);
            add(&mut limits, &container.resources.limits);
            guaranteed &= has_all(&container.resources.limits);
        }
    }
    if requests.is_empty() && limits.is_empty() {
        PodQOSClass::BestEffort
    } else if guaranteed && requests == limits {
        PodQOSClass::Guaranteed
    } else {
        PodQOSClass::Burstable
    }
}

fn add(sum: &mut ResourceList, list: &ResourceList) {
    for name in COUNTED {
        if let Some(amount) = list.get(name).filter(|amount| amount.signum() > 0) {
            *sum.entry(name.to_owned()).or_default() += amount;
        }
    }
}

fn has_all(limits: &ResourceList) -> bool {
    COUNTED.iter().all(|name| limits.get(*name).is_some_and(|amount| amount.signum() > 0))
}
