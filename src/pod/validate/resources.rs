//! Requests, limits and overhead.

use std::collections::BTreeMap;

use crate::api::{Pod, PodSpec, ResourceList, ResourceRequirements};
use crate::field::{Errors, Path};
use crate::name;
use crate::pod::resources::{self, Options, is_pod_level};
use crate::quantity::Quantity;

const HUGE_PAGES: &str = "hugepages-";

/// Whether a resource is Kubernetes' own.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Whether a resource is one that somebody has added to a node.
fn is_extended(name: &str) -> bool {
    !is_native(name)
        && !name.starts_with("requests.")
        && name::label_key(&format!("requests.{name}")).is_empty()
}

/// Whether more of a resource may be used than was requested.
fn may_overcommit(name: &str) -> bool {
    is_native(name) && !name.starts_with(HUGE_PAGES)
}

// POD-SPEC-16
fn container_name(out: &mut Errors, at: &Path<'_>, name: &str) {
    name::validate(out, at, name, name::label_key);
    if !name.contains('/') {
        let standard = matches!(name, "cpu" | "memory" | "ephemeral-storage");
        if !standard && !name.starts_with(HUGE_PAGES) {
            out.invalid(at, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        out.invalid(at, name, "doesn't follow extended resource name standard");
    }
}

fn pod_name(out: &mut Errors, at: &Path<'_>, name: &str) {
    if !is_pod_level(name) {
        out.not_supported(at, name, &["cpu", "hugepages-", "memory"]);
    }
}

fn amount(out: &mut Errors, at: &Path<'_>, name: &str, amount: &Quantity) {
    if amount.signum() < 0 {
        out.invalid(at, amount.to_string(), "must be greater than or equal to 0");
    }
    if is_extended(name) && amount.saturating_milli_value() % 1000 != 0 {
        out.invalid(at, amount.to_string(), "must be an integer");
    }
    if let Some(page) = name.strip_prefix(HUGE_PAGES) {
        let page = page.parse::<Quantity>().ok().and_then(|page| page.value());
        let whole = amount.saturating_milli_value() % 1000 == 0;
        let fits = page.is_some_and(|page| page != 0 && amount.saturating_value() % page == 0);
        if !whole || !fits {
            let detail = format!("{amount} is not positive integer multiple of {name}");
            out.invalid(at, amount.to_string(), detail);
        }
    }
}

type NameRule = fn(&mut Errors, &Path<'_>, &str);

pub(super) fn validate(out: &mut Errors, at: &Path<'_>, requirements: &ResourceRequirements) {
    check(out, at, requirements, container_name);
}

// POD-SPEC-15
fn check(out: &mut Errors, at: &Path<'_>, wanted: &ResourceRequirements, rule: NameRule) {
    let (limits_at, requests_at) = (at.field("limits"), at.field("requests"));
    for (name, limit) in &wanted.limits {
        rule(out, &limits_at.key(name), name);
        amount(out, &limits_at.key(name), name, limit);
    }
    for (name, request) in &wanted.requests {
        rule(out, &requests_at.key(name), name);
        amount(out, &requests_at.key(name), name, request);
        match wanted.limits.get(name) {
            Some(limit) if request != limit && !may_overcommit(name) => {
                let detail = format!("must be equal to {name} limit of {limit}");
                out.invalid(&requests_at, request.to_string(), detail);
            }
            Some(limit) if request > limit => {
                let detail = format!("must be less than or equal to {name} limit of {limit}");
                out.invalid(&requests_at, request.to_string(), detail);
            }
            None if !may_overcommit(name) => {
                out.required(&limits_at, "Limit must be set for non overcommitable resources");
            }
            Some(_) | None => {}
        }
    }
    let mut names = wanted.limits.keys().chain(wanted.requests.keys());
    let pages = names.clone().any(|name| name.starts_with(HUGE_PAGES));
    if pages && !names.any(|name| matches!(name.as_str(), "cpu" | "memory")) {
        out.forbidden(at, "HugePages require cpu or memory");
    }
}

pub(super) fn overhead(out: &mut Errors, at: &Path<'_>, overhead: &ResourceList) {
    let limits = ResourceRequirements { limits: overhead.clone(), ..Default::default() };
    validate(out, at, &limits);
}

// POD-SPEC-24
pub(super) fn validate_pod(out: &mut Errors, spec_at: &Path<'_>, spec: &PodSpec) {
    let Some(own) = spec.resources.as_deref() else { return };
    let at = spec_at.field("resources");
    if spec.os.as_deref().is_some_and(|os| os.name.as_str() == "windows") {
        out.forbidden(&at, "may not be set for a windows pod");
        return;
    }
    if !own.claims.is_empty() {
        out.forbidden(&at.field("claims"), "claims may not be set for Resources at pod-level");
    }
    check(out, &at, own, pod_name);
    let containers = Pod {
        spec: PodSpec {
            containers: spec.containers.clone(),
            init_containers: spec.init_containers.clone(),
            ..PodSpec::default()
        },
        ..Pod::default()
    };
    let options = Options::default();
    let requests = resources::container_requests(&containers, &options);
    at_least(out, &at.field("requests"), &own.requests, &requests);
    let mut limits = resources::container_limits(&containers, &options);
    limits.retain(|name, _| name.starts_with(HUGE_PAGES));
    at_least(out, &at.field("limits"), &own.limits, &limits);
    let list = at.field("containers");
    for (n, container) in spec.containers.iter().enumerate() {
        for (name, limit) in &container.resources.limits {
            if own.limits.get(name).is_some_and(|most| limit > most) {
                let (one, detail) = (list.index(n), "must be less than or equal to pod limits");
                out.invalid(&one.key(name).field("limits"), limit.to_string(), detail);
            }
        }
    }
}

fn at_least(out: &mut Errors, at: &Path<'_>, own: &ResourceList, sum: &BTreeMap<String, Quantity>) {
    for (name, sum) in sum {
        if let Some(have) = own.get(name).filter(|have| sum > *have) {
            let detail = format!("must be greater than or equal to the containers' {sum}");
            out.invalid(&at.key(name), have.to_string(), detail);
        }
    }
}
