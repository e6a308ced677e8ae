//! emptyDir: how large it is, and when it is too full.
//!
//! Source: `pkg/volume/emptydir/empty_dir.go`, `pkg/kubelet/eviction/eviction_manager.go`.

use crate::api::{Container, ContainerRestartPolicy, Pod, StorageMedium};
use crate::quantity::Quantity;

/// The beginning of the names of huge page resources and of media of one page size.
const HUGE_PAGES: &str = "hugepages-";
const HUGE_PAGES_MEDIUM: &str = "HugePages-";

/// From this priority on a pod is critical.
const CRITICAL_PRIORITY: i32 = 2_000_000_000;

/// Why a volume of huge pages cannot be set up (`EMPTYDIR-7`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HugePagesError {
    /// The medium is not one of huge pages, or names no size.
    #[error("medium `{medium}` names no page size")]
    BadMedium {
        /// The medium.
        medium: String,
    },
    /// A container asks for a resource whose name has no size.
    #[error("resource `{resource}` names no page size")]
    BadResource {
        /// The resource.
        resource: String,
    },
    /// The containers ask for several page sizes.
    #[error("the pod uses several huge page sizes and the medium names none")]
    Several,
    /// No container asks for pages of the size.
    #[error("no container requests such huge pages")]
    None,
}

/// A volume that holds more than it may; the pod is evicted (`EMPTYDIR-6`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Usage of EmptyDir volume \"{volume}\" exceeds the limit \"{limit}\". ")]
pub struct TooFull {
    /// The volume.
    pub volume: String,
    /// Its size limit.
    pub limit: Quantity,
}

/// The size of a volume in memory: the least of what the node has, what the pod may use, and the
/// volume's own limit, of which the latter two count only if they are above zero (`EMPTYDIR-5`).
///
/// ```
/// use kubernel::api::Pod;
/// use kubernel::volume::empty_dir::memory_size;
///
/// let (node, limit) = ("1Gi".parse().unwrap(), "64Mi".parse().unwrap());
/// assert_eq!(memory_size(&Pod::default(), Some(&limit), &node), limit);
/// ```
#[must_use]
pub fn memory_size(pod: &Pod, size_limit: Option<&Quantity>, allocatable: &Quantity) -> Quantity {
    let pod_limit = memory_limit(pod);
    let mut size = allocatable;
    for limit in [pod_limit.as_ref(), size_limit].into_iter().flatten() {
        if limit.signum() > 0 && limit <= size {
            size = limit;
        }
    }
    size.clone()
}

/// How much memory the containers of a pod may use together; `None` if one of them has no limit.
fn memory_limit(pod: &Pod) -> Option<Quantity> {
    let spec = &pod.spec;
    if let Some(limit) = spec.resources.as_ref().and_then(|all| all.limits.get("memory")) {
        return Some(limit.clone());
    }
    let limit_of = |container: &Container| {
        container.resources.limits.get("memory").filter(|limit| limit.signum() > 0).cloned()
    };
    let mut sum = Quantity::default();
    for container in &spec.containers {
        sum += &limit_of(container)?;
    }
    let (mut beside, mut peak) = (Quantity::default(), Quantity::default());
    for container in &spec.init_containers {
        let limit = limit_of(container)?;
        let with = if container.restart_policy == Some(ContainerRestartPolicy::Always) {
            sum += &limit;
            beside += &limit;
            beside.clone()
        } else {
            let mut with = limit;
            with += &beside;
            with
        };
        peak = peak.max(with);
    }
    let mut total = sum.max(peak);
    if let Some(overhead) = spec.overhead.get("memory")
        && total.signum() > 0
    {
        total += overhead;
    }
    Some(total)
}

/// The page size of a volume of huge pages (`EMPTYDIR-7`).
///
/// # Errors
/// [`HugePagesError`].
pub fn page_size(pod: &Pod, medium: &StorageMedium) -> Result<Quantity, HugePagesError> {
    let wanted: Option<Quantity> = match medium.as_str() {
        "HugePages" => None,
        word => {
            let size = word.strip_prefix(HUGE_PAGES_MEDIUM).and_then(|size| size.parse().ok());
            let bad = || HugePagesError::BadMedium { medium: word.to_owned() };
            Some(size.ok_or_else(bad)?)
        }
    };
    let mut found: Option<Quantity> = None;
    let containers = pod.spec.containers.iter().chain(&pod.spec.init_containers);
    for resource in containers.flat_map(|container| container.resources.requests.keys()) {
        let Some(size) = resource.strip_prefix(HUGE_PAGES) else { continue };
        let size: Quantity =
            size.parse().map_err(|_| HugePagesError::BadResource { resource: resource.clone() })?;
        match &wanted {
            Some(wanted) if *wanted != size => continue,
            None if found.as_ref().is_some_and(|found| *found != size) => {
                return Err(HugePagesError::Several);
            }
            Some(_) | None => found = Some(size),
        }
    }
    found.ok_or(HugePagesError::None)
}

/// The first volume of a pod that holds more than its limit, for which the pod is evicted; `used`
/// answers how many bytes a volume holds, if that is known. A critical pod is not evicted
/// (`EMPTYDIR-6`).
#[must_use]
pub fn too_full(pod: &Pod, used: impl Fn(&str) -> Option<Quantity>) -> Option<TooFull> {
    if is_critical(pod) {
        return None;
    }
    pod.spec.volumes.iter().find_map(|volume| {
        let limit = volume.empty_dir.as_ref()?.size_limit.as_ref()?;
        let used = used(&volume.name)?;
        (limit.signum() > 0 && used > *limit)
            .then(|| TooFull { volume: volume.name.clone(), limit: limit.clone() })
    })
}

/// Whether a pod is static, a mirror of a static one, or of a system priority.
fn is_critical(pod: &Pod) -> bool {
    let annotations = &pod.metadata.annotations;
    let is_static =
        annotations.get("kubernetes.io/config.source").is_some_and(|source| source != "api");
    is_static
        || annotations.contains_key("kubernetes.io/config.mirror")
        || pod.spec.priority.is_some_and(|priority| priority >= CRITICAL_PRIORITY)
}
