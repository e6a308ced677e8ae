//! Resources of a pod that runs.

use crate::api::{
    Container, ContainerRestartPolicy, OSName, Pod, PodSpec, ResourceList, ResourceRequirements,
    ResourceResizeRestartPolicy,
};
use crate::field::{Errors, Path};
use crate::pod::qos;
use crate::pod::update::{NOWHERE, is_mirror, keep_metadata, metadata};
use crate::pod::validate::{self, Rules};

/// Takes over into `new` everything but the resources and resize policies, unless containers were
/// added, removed, renamed or moved; that is for [`update_resize`] to refuse.
///
/// Source: `dropNonResizeUpdates`.
pub fn prepare_resize(new: &mut Pod, old: &Pod) {
    let lengths = |pod: &Pod| (pod.spec.containers.len(), pod.spec.init_containers.len());
    if lengths(new) != lengths(old) {
        return;
    }
    let spec = std::mem::replace(&mut new.spec, old.spec.clone());
    new.spec.resources = spec.resources;
    new.spec.containers = resized(spec.containers, &old.spec.containers);
    new.spec.init_containers = resized(spec.init_containers, &old.spec.init_containers);
    new.status.clone_from(&old.status);
    keep_metadata(&mut new.metadata, &old.metadata);
}

/// The old containers with the new resources; the new ones where their names differ.
fn resized(new: Vec<Container>, old: &[Container]) -> Vec<Container> {
    if new.iter().zip(old).any(|(new, old)| new.name != old.name) {
        return new;
    }
    let pairs = new.into_iter().zip(old);
    pairs
        .map(|(new, old)| Container {
            resources: new.resources,
            resize_policy: new.resize_policy,
            ..old.clone()
        })
        .collect()
}

/// Checks that the resources of `new` may replace those of `old` (POD-UPD-10).
///
/// Source: `ValidatePodResize`.
pub fn update_resize(out: &mut Errors, new: &Pod, old: &Pod, rules: &Rules) {
    metadata(out, new, old);
    let os = old.spec.os.as_deref().map(|os| &os.name);
    if is_mirror(old) {
        out.forbidden(&Path::root(NOWHERE), "static pods cannot be resized");
        return;
    }
    if os == Some(&OSName::Windows) {
        out.forbidden(&Path::root(NOWHERE), "windows pods cannot be resized");
        return;
    }
    let before = out.len();
    validate::always(out, &Path::EMPTY, new, rules);
    let at = Path::root("spec");
    if qos::effective(old) != qos::class(new) {
        out.invalid(&at, qos::class(new).as_str(), "the QoS class may not change");
    }
    if !is_supported(old) {
        out.forbidden(&at, "the node of the pod does not support resizing");
    }
    let mut rest = new.spec.clone();
    if of_pod(&old.spec) || of_pod(&new.spec) {
        pod_level(out, &at, &mut rest, &old.spec);
    }
    if !old.status.node_allocatable_resource_claim_statuses.is_empty() {
        out.forbidden(&at, "pods with node allocatable resource claims cannot be resized");
    }
    let lists = [
        ("containers", &new.spec.containers, &old.spec.containers),
        ("initContainers", &new.spec.init_containers, &old.spec.init_containers),
    ];
    let mut ordered = true;
    for (list, new, old) in lists {
        ordered &= same_order(out, &at.field(list), new, old);
    }
    if !ordered {
        return;
    }
    for (list, new, old) in lists {
        let list = at.field(list);
        for (n, (new, old)) in new.iter().zip(old).enumerate() {
            kept(out, &list.index(n).field("resources"), &new.resources, &old.resources);
        }
    }
    containers(out, &at, &mut rest, &old.spec);
    if out.len() == before && rest != old.spec {
        out.forbidden(&at, ONLY);
    }
}

const ONLY: &str = "only cpu and memory resources are mutable";

/// Whether the node reports the resources of running containers.
fn is_supported(pod: &Pod) -> bool {
    let running = pod.status.container_statuses.iter().find(|it| it.state.running.is_some());
    running.is_none_or(|status| status.resources.is_some())
}

fn of_pod(spec: &PodSpec) -> bool {
    let own = spec.resources.as_deref();
    own.is_some_and(|own| !own.requests.is_empty() || !own.limits.is_empty())
}

fn pod_level(out: &mut Errors, at: &Path<'_>, rest: &mut PodSpec, old: &PodSpec) {
    let own = at.field("resources");
    match (rest.resources.as_deref(), old.resources.as_deref()) {
        (None, Some(_)) => {
            out.forbidden(&own, "pod-level resources cannot be removed");
            return;
        }
        (Some(new), Some(old)) => kept(out, &own, new, old),
        (_, None) => {}
    }
    let none = ResourceRequirements::default();
    if let Some(mut new) = rest.resources.take() {
        let before = old.resources.as_deref().unwrap_or(&none);
        restore(&mut new.requests, &before.requests);
        restore(&mut new.limits, &before.limits);
        rest.resources = (old.resources.is_some() || *new != none).then_some(new);
    }
    if rest.resources != old.resources {
        out.forbidden(at, "only cpu and memory resources are mutable at pod-level");
    }
}

/// Puts the old cpu and memory back.
fn restore(new: &mut ResourceList, old: &ResourceList) {
    for name in ["cpu", "memory"] {
        new.remove(name);
        if let Some(amount) = old.get(name) {
            new.insert(name.into(), amount.clone());
        }
    }
}

fn same_order(out: &mut Errors, at: &Path<'_>, new: &[Container], old: &[Container]) -> bool {
    let before = out.len();
    if new.len() != old.len() {
        out.forbidden(at, "containers may not be added or removed on resize");
        return false;
    }
    for (n, (new, old)) in new.iter().zip(old).enumerate() {
        if new.name != old.name {
            let detail = "containers may not be renamed or reordered on resize";
            out.forbidden(&at.index(n).field("name"), detail);
        }
    }
    out.len() == before
}

/// Nothing that was requested or limited may be left out.
fn kept(out: &mut Errors, at: &Path<'_>, new: &ResourceRequirements, old: &ResourceRequirements) {
    let lists = [("requests", &new.requests, &old.requests), ("limits", &new.limits, &old.limits)];
    for (list, new, old) in lists {
        if old.keys().any(|name| !new.contains_key(name)) {
            out.forbidden(&at.field(list), "resources cannot be removed");
        }
    }
}

/// Only cpu and memory of containers may differ. Puts the old ones back.
fn containers(out: &mut Errors, at: &Path<'_>, rest: &mut PodSpec, old: &PodSpec) {
    for (new, old) in rest.containers.iter_mut().zip(&old.containers) {
        restore_container(new, old);
        if new != old {
            out.forbidden(at, ONLY);
        }
    }
    let list = at.field("initContainers");
    for (n, (new, old)) in rest.init_containers.iter_mut().zip(&old.init_containers).enumerate() {
        let modified = new != old;
        restore_container(new, old);
        if new != old {
            let detail = "only cpu and memory resources of init containers are mutable";
            out.forbidden(&list.index(n), detail);
        }
        let sidecar = new.restart_policy == Some(ContainerRestartPolicy::Always);
        let restarts = new
            .resize_policy
            .iter()
            .any(|policy| policy.restart_policy == ResourceResizeRestartPolicy::RestartContainer);
        if modified && !sidecar && restarts {
            let detail = "init containers that are restarted by a resize cannot be resized";
            out.forbidden(&list.index(n), detail);
        }
    }
}

fn restore_container(new: &mut Container, old: &Container) {
    restore(&mut new.resources.requests, &old.resources.requests);
    restore(&mut new.resources.limits, &old.resources.limits);
    new.resources.claims.clear();
}
