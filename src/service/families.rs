//! Which families a service has, on which cluster.

use crate::api::{IPFamily, IPFamilyPolicy, ServiceSpec, ServiceType};
use crate::field::{Errors, Path};
use crate::service::addresses::{self, shown, shown_policy};
use crate::service::ip::{family_of, parse_ip};
use crate::service::normalize::other_family;
use crate::service::ranges::Ranges;
use crate::service::shape::NONE;

/// Whether an update leaves a `PreferDualStack` service as it is, whatever the cluster became.
pub(crate) fn keeps_preference(new: &ServiceSpec, old: &ServiceSpec) -> bool {
    // ALLOC-FAM-7
    let prefers = |policy: &Option<IPFamilyPolicy>, unset: bool| match policy {
        None => unset,
        Some(policy) => *policy == IPFamilyPolicy::PreferDualStack,
    };
    let has_ip = match new.type_ {
        ServiceType::ClusterIP | ServiceType::NodePort | ServiceType::LoadBalancer => true,
        ServiceType::Unset | ServiceType::ExternalName | ServiceType::Other(_) => false,
    };
    has_ip
        && old.type_ == new.type_
        && prefers(&new.ip_family_policy, false)
        && prefers(&old.ip_family_policy, true)
        && old.cluster_ips == new.cluster_ips
        && old.ip_families == new.ip_families
}

/// Fills policy and families, or says why the cluster cannot serve them.
///
/// Source: `pkg/registry/core/service/storage/alloc.go` `initIPFamilyFields`.
///
/// # Errors
/// The mistakes in the address fields, in the order in which they are found.
pub(crate) fn fill_families(
    spec: &mut ServiceSpec,
    old: Option<&ServiceSpec>,
    ranges: &Ranges,
) -> Result<(), Errors> {
    if spec.type_ == ServiceType::ExternalName || old.is_some_and(|old| keeps_preference(spec, old))
    {
        return Ok(());
    }
    let free_headless = spec.cluster_ip == NONE && spec.selector.is_empty();
    if spec.ip_family_policy.is_none() {
        // ALLOC-FAM-1
        let kept = old.and_then(|old| old.ip_family_policy.clone());
        spec.ip_family_policy = Some(kept.unwrap_or(if free_headless {
            IPFamilyPolicy::RequireDualStack
        } else {
            IPFamilyPolicy::SingleStack
        }));
    }
    let mut out = Errors::new();
    addresses::validate(&mut out, spec, old);
    if !out.is_empty() {
        return Err(out);
    }
    let single = spec.ip_family_policy == Some(IPFamilyPolicy::SingleStack);
    agree(&mut out, spec, old, single);
    infer(&mut out, spec, ranges);
    if !out.is_empty() {
        return Err(out);
    }
    if free_headless {
        // ALLOC-FAM-6
        complete(spec, ranges, !single);
        return Ok(());
    }
    configured(&mut out, spec, ranges);
    if !out.is_empty() {
        return Err(out);
    }
    complete(spec, ranges, !single && ranges.ips.len() == 2); // ALLOC-FAM-2
    Ok(())
}

/// The lists agree with the policy; on an update `SingleStack` cuts unchanged ones.
fn agree(out: &mut Errors, spec: &mut ServiceSpec, old: Option<&ServiceSpec>, single: bool) {
    let root = Path::root("spec");
    let at = root.field("ipFamilyPolicy");
    let value = || shown_policy(spec.ip_family_policy.as_ref());
    if let Some(old) = old {
        let fewer = |new: usize, old: usize| new != 0 && new < old;
        if single {
            // ALLOC-FAM-4
            if old.cluster_ips == spec.cluster_ips {
                spec.cluster_ips.truncate(1);
            }
            if old.ip_families == spec.ip_families {
                spec.ip_families.truncate(1);
            }
        } else {
            // ALLOC-FAM-5
            if fewer(spec.cluster_ips.len(), old.cluster_ips.len()) {
                out.invalid(
                    &at,
                    value(),
                    "must be 'SingleStack' to release the secondary cluster IP",
                );
            }
            if fewer(spec.ip_families.len(), old.ip_families.len()) {
                out.invalid(
                    &at,
                    value(),
                    "must be 'SingleStack' to release the secondary IP family",
                );
            }
        }
    }
    if single {
        // ALLOC-FAM-4
        let value = || shown_policy(Some(&IPFamilyPolicy::SingleStack));
        if spec.cluster_ips.len() == 2 {
            out.invalid(&at, value(), "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
        }
        if spec.ip_families.len() == 2 {
            out.invalid(&at, value(), "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
        }
    }
}

/// Families that are not named follow from the addresses.
fn infer(out: &mut Errors, spec: &mut ServiceSpec, ranges: &Ranges) {
    // ALLOC-FAM-2, ALLOC-FAM-3
    let root = Path::root("spec.clusterIPs");
    for (index, ip) in spec.cluster_ips.iter().enumerate() {
        let Some(ip) = parse_ip(ip) else { break };
        if index < spec.ip_families.len() {
            continue;
        }
        let family = family_of(ip);
        if ranges.of(&family).is_none() {
            let detail = format!("{} is not configured on this cluster", family.as_str());
            out.invalid(&root.index(index), shown(&spec.cluster_ips), detail);
        } else {
            spec.ip_families.push(family);
        }
    }
}

/// The cluster has what is asked for.
fn configured(out: &mut Errors, spec: &ServiceSpec, ranges: &Ranges) {
    // ALLOC-FAM-3
    let root = Path::root("spec");
    if spec.ip_family_policy == Some(IPFamilyPolicy::RequireDualStack) && ranges.ips.len() < 2 {
        let value = shown_policy(spec.ip_family_policy.as_ref());
        let detail = "this cluster is not configured for dual-stack services";
        out.invalid(&root.field("ipFamilyPolicy"), value, detail);
    }
    let at = root.field("ipFamilies");
    for (index, family) in spec.ip_families.iter().enumerate() {
        if ranges.of(family).is_none() {
            out.invalid(&at.index(index), family.as_str(), "not configured on this cluster");
        }
    }
}

/// At least one family, and the other one too if `dual`.
fn complete(spec: &mut ServiceSpec, ranges: &Ranges, dual: bool) {
    if spec.ip_families.is_empty() {
        spec.ip_families.push(ranges.primary());
    }
    if let [only] = spec.ip_families.as_slice()
        && dual
    {
        let other: IPFamily = other_family(only);
        spec.ip_families.push(other);
    }
}
