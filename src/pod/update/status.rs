//! The status.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::api::{
    Container, ContainerStatus, OSName, Pod, PodCondition, PodConditionType, PodIP,
    PodResourceClaim, PodResourceClaimStatus, PodSpec, PodStatus,
};
use crate::field::{Errors, Path};
use crate::name;
use crate::pod::restart;
use crate::pod::update::{fixed_annotations, metadata};
use crate::pod::validate;

/// Takes over into `new` what a write of the status does not change (POD-UPD-7): spec, owners,
/// deletion time; and, where they were left out, the QoS class and observed generations.
///
/// Source: `podStatusStrategy.PrepareForUpdate`.
pub fn prepare_status(new: &mut Pod, old: &Pod) {
    new.spec.clone_from(&old.spec);
    new.metadata.deletion_timestamp = old.metadata.deletion_timestamp;
    new.metadata.owner_references.clone_from(&old.metadata.owner_references);
    let (status, before) = (&mut new.status, &old.status);
    // POD-QOS-4
    if status.qos_class.is_unset() {
        status.qos_class = before.qos_class.clone();
    }
    if status.observed_generation == 0 {
        status.observed_generation = before.observed_generation;
    }
    settle_addresses(status);
    let mut known: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for condition in before.conditions.iter().rev() {
        known.entry(condition.type_.as_str()).or_default().push(condition.observed_generation);
    }
    for condition in &mut status.conditions {
        let before = known.get_mut(condition.type_.as_str()).and_then(Vec::pop).unwrap_or(0);
        if condition.observed_generation == 0 {
            condition.observed_generation = before;
        }
    }
}

/// The first address stands in two places; the old one wins.
///
/// Source: `pkg/apis/core/v1/conversion.go`.
fn settle_addresses(status: &mut PodStatus) {
    let first = status.pod_ips.first().map(|first| first.ip.clone()).unwrap_or_default();
    if status.pod_ip.is_empty() {
        status.pod_ip = first;
    } else if status.pod_ip != first {
        status.pod_ips = vec![PodIP { ip: status.pod_ip.clone() }];
    }
}

/// Checks that the status of `new` may replace that of `old` (POD-UPD-7, POD-CSTATE-13).
///
/// Source: `ValidatePodStatusUpdate`.
pub fn update_status(out: &mut Errors, new: &Pod, old: &Pod) {
    metadata(out, new, old);
    fixed_annotations(out, new, old);
    let meta_at = Path::root("metadata");
    let annotations = &new.metadata.annotations;
    validate::annotations(out, &meta_at.field("annotations"), annotations, &new.spec);
    let at = Path::root("status");
    let (status, before) = (&new.status, &old.status);
    conditions(out, &at.field("conditions"), &status.conditions);
    nomination(out, &at.field("nominatedNodeName"), new, old);
    if status.observed_generation < 0 {
        let detail = "must be a non-negative integer";
        out.invalid(&at.field("observedGeneration"), status.observed_generation, detail);
    }
    // POD-QOS-4
    if status.qos_class != before.qos_class {
        out.invalid(&at.field("qosClass"), status.qos_class.as_str(), "field is immutable");
    }
    transitions(out, &at, new, old);
    claims(
        out,
        &at.field("resourceClaimStatuses"),
        &status.resource_claim_statuses,
        &new.spec.resource_claims,
    );
    // POD-NET-4
    let ips = |pod: &Pod| pod.status.pod_ips.iter().map(|one| one.ip.clone()).collect::<Vec<_>>();
    addresses(out, &at.field("podIPs"), &ips(new), &ips(old));
    let hosts =
        |pod: &Pod| pod.status.host_ips.iter().map(|one| one.ip.clone()).collect::<Vec<_>>();
    let hosts_at = at.field("hostIPs");
    if let Some(first) = status.host_ips.first().filter(|first| first.ip != status.host_ip) {
        out.invalid(&hosts_at.index(0).field("ip"), &first.ip, "must be equal to `hostIP`");
    }
    addresses(out, &hosts_at, &hosts(new), &hosts(old));
    details(out, &at, new);
}

/// Conditions of others have qualified names.
fn conditions(out: &mut Errors, at: &Path<'_>, conditions: &[PodCondition]) {
    for (n, condition) in conditions.iter().enumerate() {
        let one = at.index(n);
        if condition.observed_generation < 0 {
            let detail = "must be a non-negative integer";
            out.invalid(&one.field("observedGeneration"), condition.observed_generation, detail);
        }
        let own = [
            PodConditionType::PodScheduled,
            PodConditionType::Ready,
            PodConditionType::Initialized,
        ];
        if !own.contains(&condition.type_) {
            let type_ = condition.type_.as_str();
            name::validate(out, &one.field("Type"), type_, name::label_key);
        }
    }
}

fn nomination(out: &mut Errors, at: &Path<'_>, new: &Pod, old: &Pod) {
    let (name, before) = (&new.status.nominated_node_name, &old.status.nominated_node_name);
    if name.is_empty() || name == before {
        return;
    }
    name::validate(out, at, name, name::dns1123_subdomain);
    if !old.spec.node_name.is_empty() {
        out.forbidden(at, "may not be set on pods that are already bound to a node");
    }
}

/// POD-CSTATE-13: what has ended stays so unless it may be started again.
fn transitions(out: &mut Errors, at: &Path<'_>, new: &Pod, old: &Pod) {
    let spec = &old.spec;
    if !restart::all_containers_could_restart(spec) {
        revived(
            out,
            &at.field("containerStatuses"),
            (&new.status.container_statuses, &old.status.container_statuses),
            &|name, code| may_restart(&spec.containers, spec, name, code),
        );
        revived(
            out,
            &at.field("initContainerStatuses"),
            (&new.status.init_container_statuses, &old.status.init_container_statuses),
            &|name, code| may_restart(&spec.init_containers, spec, name, code),
        );
    }
    revived(
        out,
        &at.field("ephemeralContainerStatuses"),
        (&new.status.ephemeral_container_statuses, &old.status.ephemeral_container_statuses),
        &|_, _| false,
    );
}

fn may_restart(containers: &[Container], spec: &PodSpec, name: &str, code: i32) -> bool {
    containers
        .iter()
        .find(|container| container.name == name)
        .is_some_and(|container| restart::restart(container, &spec.restart_policy, code).restarts())
}

/// The new and the old statuses of one list.
type Both<'a> = (&'a [ContainerStatus], &'a [ContainerStatus]);

fn revived(out: &mut Errors, at: &Path<'_>, (new, old): Both<'_>, may: &dyn Fn(&str, i32) -> bool) {
    for (n, old) in old.iter().enumerate() {
        let Some(ended) = old.state.terminated.as_deref() else { continue };
        let lives = new.iter().any(|new| new.name == old.name && new.state.terminated.is_none());
        if lives && !may(&old.name, ended.exit_code) {
            let detail = "may not be transitioned to non-terminated state";
            out.forbidden(&at.index(n).field("state"), detail);
        }
    }
}

fn claims(
    out: &mut Errors,
    at: &Path<'_>,
    statuses: &[PodResourceClaimStatus],
    claims: &[PodResourceClaim],
) {
    let mut seen = BTreeSet::new();
    for (n, status) in statuses.iter().enumerate() {
        let (one, name) = (at.index(n), status.name.as_str());
        if !claims.iter().any(|claim| claim.name == name) {
            let detail = "must match the name of an entry in `spec.resourceClaims`";
            out.invalid(&one.field("name"), name, detail);
        }
        if !seen.insert(name) {
            out.duplicate(&one.field("name"), name);
        }
        if let Some(claim) = &status.resource_claim_name {
            name::validate(out, &one.field("resourceClaimName"), claim, name::dns1123_subdomain);
        }
    }
}

/// Addresses that were there before are not looked at again; at most one of each family.
fn addresses(out: &mut Errors, at: &Path<'_>, new: &[String], old: &[String]) {
    for (n, ip) in new.iter().enumerate().filter(|(_, ip)| !old.contains(ip)) {
        validate::ip(out, &at.index(n), ip);
    }
    let parsed: Vec<IpAddr> = new.iter().filter_map(|ip| ip.parse().ok()).collect();
    let both = parsed.iter().any(IpAddr::is_ipv4) && parsed.iter().any(IpAddr::is_ipv6);
    if new.len() > 2 || (new.len() == 2 && !both) {
        out.invalid(at, new.join(","), "may specify no more than one IP for each IP family");
    }
}

/// Users and devices of containers.
fn details(out: &mut Errors, at: &Path<'_>, new: &Pod) {
    let (spec, status) = (&new.spec, &new.status);
    let lists: [(_, _, Option<&[Container]>); 3] = [
        ("containerStatuses", &status.container_statuses, Some(&spec.containers)),
        ("initContainerStatuses", &status.init_container_statuses, Some(&spec.init_containers)),
        ("ephemeralContainerStatuses", &status.ephemeral_container_statuses, None),
    ];
    let windows = spec.os.as_deref().is_some_and(|os| os.name == OSName::Windows);
    for (list, statuses, containers) in lists {
        let list = at.field(list);
        for (n, status) in statuses.iter().enumerate() {
            let one = list.index(n);
            user(out, &one.field("user"), status, windows);
            let devices = one.field("allocatedResourcesStatus");
            match containers {
                Some(containers) => device_health(out, &devices, status, containers),
                None if !status.allocated_resources_status.is_empty() => {
                    out.forbidden(&devices, "must not be specified in container status");
                }
                None => {}
            }
        }
    }
}

fn user(out: &mut Errors, at: &Path<'_>, status: &ContainerStatus, windows: bool) {
    let Some(user) = status.user.as_deref().and_then(|user| user.linux.as_deref()) else { return };
    let at = at.field("linux");
    if windows {
        out.forbidden(&at, "cannot be set for a windows pod");
        return;
    }
    let mut id = |at: &Path<'_>, id: i64| {
        if !(0..=i64::from(i32::MAX)).contains(&id) {
            out.invalid(at, id, "must be between 0 and 2147483647, inclusive");
        }
    };
    id(&at.field("uid"), user.uid);
    id(&at.field("gid"), user.gid);
    let groups = at.field("supplementalGroups");
    for (n, group) in user.supplemental_groups.iter().enumerate() {
        id(&groups.index(n), *group);
    }
}

/// What is reported about is requested, and the health of a device is a known word.
fn device_health(
    out: &mut Errors,
    at: &Path<'_>,
    status: &ContainerStatus,
    containers: &[Container],
) {
    let own = containers.iter().find(|container| container.name == status.name);
    for (n, reported) in status.allocated_resources_status.iter().enumerate() {
        let one = at.index(n);
        let known = own.is_none_or(|container| match reported.name.strip_prefix("claim:") {
            Some(claim) => container.resources.claims.iter().any(|known| {
                let request = if known.request.is_empty() { "" } else { "/" };
                claim.strip_prefix(&known.name).and_then(|rest| rest.strip_prefix(request))
                    == Some(known.request.as_str())
            }),
            None => container.resources.requests.contains_key(&reported.name),
        });
        if !known {
            let detail = "must match one of the container's resource requests or claims";
            out.invalid(&one.field("name"), &reported.name, detail);
        }
        let devices = one.field("resources");
        let mut seen = BTreeSet::new();
        for (m, device) in reported.resources.iter().enumerate() {
            let device_at = devices.index(m);
            let words = crate::api::ResourceHealthStatus::WORDS;
            if !words.contains(&device.health.as_str()) {
                out.not_supported(&device_at.field("health"), device.health.as_str(), words);
            }
            if !seen.insert(&device.resource_id) {
                out.duplicate(&device_at.field("resourceID"), &device.resource_id);
            }
        }
    }
}
