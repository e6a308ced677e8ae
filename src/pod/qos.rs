//! The quality-of-service class of a pod.
//!
//! Source: `pkg/apis/core/v1/helper/qos/qos.go`.

use crate::api::{Pod, PodQOSClass, ResourceList};
use crate::quantity::Quantity;

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
    let mut requests = Sums::default();
    let mut limits = Sums::default();
    let mut guaranteed = true;
    if let Some(resources) = pod.spec.resources.as_deref() {
        requests.add(&resources.requests);
        let both = limits.add(&resources.limits);
        guaranteed = resources.limits.is_empty() || both;
    } else {
        for container in pod.spec.containers.iter().chain(&pod.spec.init_containers) {
            requests.add(&container.resources.requests);
            guaranteed &= limits.add(&container.resources.limits);
        }
    }
    if requests.is_zero() && limits.is_zero() {
        PodQOSClass::BestEffort
    } else if guaranteed && requests == limits {
        PodQOSClass::Guaranteed
    } else {
        PodQOSClass::Burstable
    }
}

/// What is asked for of the resources that count: cpu, memory. Only amounts above zero are added, so
/// that a sum of zero means that nothing was asked for.
#[derive(Default, PartialEq, Eq)]
struct Sums([Quantity; COUNTED.len()]);

impl Sums {
    /// Adds; whether `list` has an amount above zero of each.
    fn add(&mut self, list: &ResourceList) -> bool {
        let mut all = true;
        for (name, sum) in COUNTED.iter().zip(&mut self.0) {
            match list.get(*name).filter(|amount| amount.signum() > 0) {
                Some(amount) => *sum += amount,
                None => all = false,
            }
        }
        all
    }

    fn is_zero(&self) -> bool {
        self.0.iter().all(Quantity::is_zero)
    }
}
