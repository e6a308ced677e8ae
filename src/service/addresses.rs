//! The fields that say which addresses a service has: `clusterIP`, `clusterIPs`, `ipFamilies`,
//! `ipFamilyPolicy`.

use std::collections::BTreeSet;

use crate::api::{IPFamily, IPFamilyPolicy, ServiceSpec, ServiceType};
use crate::field::{Errors, Path, Shown};
use crate::service::ip::{check_ip, is_ipv6};
use crate::service::shape::{NONE, headless};

/// A list as it is shown in a message.
pub(crate) fn shown(list: &[impl AsRef<str>]) -> Shown {
    let quoted: Vec<String> = list.iter().map(|item| format!("{:?}", item.as_ref())).collect();
    Shown::Json(format!("[{}]", quoted.join(",")).into())
}

fn shown_families(families: &[IPFamily]) -> Shown {
    let words: Vec<&str> = families.iter().map(IPFamily::as_str).collect();
    shown(&words)
}

pub(crate) fn shown_policy(policy: Option<&IPFamilyPolicy>) -> Shown {
    policy.map_or(Shown::Null, |policy| policy.as_str().into())
}

/// Checks the address fields of one service against each other; nothing for `ExternalName`.
///
/// Source: `pkg/apis/core/validation` `ValidateServiceClusterIPsRelatedFields`.
pub(crate) fn validate(out: &mut Errors, spec: &ServiceSpec, old: Option<&ServiceSpec>) {
    if spec.type_ == ServiceType::ExternalName {
        return;
    }
    let at = Path::root("spec");
    let ips = at.field("clusterIPs");
    match (spec.cluster_ip.as_str(), spec.cluster_ips.first()) {
        // SVC-VAL-15
        ("", None) => {}
        ("", Some(_)) => {
            out.invalid(
                &ips,
                shown(&spec.cluster_ips),
                "must be empty when `clusterIP` is not specified",
            );
        }
        (_, None) => out.required(&ips, ""),
        (one, Some(first)) if one != first => {
            out.invalid(&ips, shown(&spec.cluster_ips), "first value must match `clusterIP`");
        }
        (_, Some(_)) => {}
    }
    families(out, &at, spec);
    let before = old.map_or(&[][..], |old| old.cluster_ips.as_slice());
    if each_ip(out, &ips, &spec.cluster_ips, before) {
        together(out, &ips, spec);
    }
}

fn families(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    // SVC-VAL-16
    let at_families = at.field("ipFamilies");
    let mut seen = BTreeSet::new();
    for (index, family) in spec.ip_families.iter().enumerate() {
        let at = at_families.index(index);
        match family {
            IPFamily::IPv4 | IPFamily::IPv6 => {}
            IPFamily::Unset | IPFamily::Other(_) => {
                out.not_supported(&at, family.as_str(), &["IPv4", "IPv6"]);
            }
        }
        if !seen.insert(family.as_str()) {
            out.duplicate(&at, family.as_str());
        }
    }
    match &spec.ip_family_policy {
        None
        | Some(
            IPFamilyPolicy::SingleStack
            | IPFamilyPolicy::PreferDualStack
            | IPFamilyPolicy::RequireDualStack,
        ) => {}
        Some(policy @ (IPFamilyPolicy::Unset | IPFamilyPolicy::Other(_))) => out.not_supported(
            &at.field("ipFamilyPolicy"),
            policy.as_str(),
            &["PreferDualStack", "RequireDualStack", "SingleStack"],
        ),
    }
}

/// Checks each cluster IP; whether all of them are addresses.
fn each_ip(out: &mut Errors, at: &Path<'_>, ips: &[String], before: &[String]) -> bool {
    // SVC-VAL-17
    let mut good = true;
    for (index, ip) in ips.iter().enumerate() {
        if index > 0 || ip != NONE {
            good &= check_ip(out, &at.index(index), ip, before);
        } else if ips.len() > 1 {
            good = false;
            out.invalid(at, shown(ips), "'None' must be the first and only value");
        }
    }
    if ips.len() > 2 {
        out.invalid(at, shown(ips), "may only hold up to 2 values");
    }
    good
}

fn together(out: &mut Errors, at: &Path<'_>, spec: &ServiceSpec) {
    // SVC-VAL-17
    let ips = &spec.cluster_ips;
    if ips.len() > 1 {
        let sixes = ips.iter().filter(|ip| is_ipv6(ip)).count();
        if sixes == 0 || sixes == ips.len() {
            out.invalid(at, shown(ips), "may specify no more than one IP for each IP family");
        }
    }
    if headless(spec) {
        return;
    }
    for (index, (ip, family)) in ips.iter().zip(&spec.ip_families).enumerate() {
        let detail = match family {
            IPFamily::IPv4 if is_ipv6(ip) => "expected an IPv4 value as indicated by `ipFamilies`",
            IPFamily::IPv6 if !is_ipv6(ip) => "expected an IPv6 value as indicated by `ipFamilies`",
            IPFamily::IPv4 | IPFamily::IPv6 | IPFamily::Unset | IPFamily::Other(_) => continue,
        };
        out.invalid(&at.index(index), ip, detail);
    }
}

/// Checks that cluster IPs and families only changed in the ways that are allowed.
///
/// Source: `pkg/apis/core/validation` `validateUpgradeDowngradeClusterIPs`,
/// `validateUpgradeDowngradeIPFamilies`.
pub(crate) fn update(out: &mut Errors, new: &ServiceSpec, old: &ServiceSpec) {
    let external = |spec: &ServiceSpec| spec.type_ == ServiceType::ExternalName;
    if external(new) || external(old) {
        return;
    }
    if !(headless(old) && headless(new)) {
        update_ips(out, new, old); // SVC-UPD-2
    }
    if !headless(old) && !headless(new) {
        update_families(out, new, old); // SVC-UPD-3
    }
}

fn update_ips(out: &mut Errors, new: &ServiceSpec, old: &ServiceSpec) {
    let spec = Path::root("spec");
    let at = spec.field("clusterIPs");
    let (after, before) = (&new.cluster_ips, &old.cluster_ips);
    if after.len() == before.len() {
        for (index, _) in before.iter().zip(after).enumerate().filter(|(_, (a, b))| a != b) {
            out.invalid(&at.index(index), shown(after), "may not change once set");
        }
        return;
    }
    let fewer = after.len() < before.len();
    match (before.first(), after.first()) {
        (Some(_), None) => {
            out.invalid(&at.index(0), shown(after), "primary clusterIP can not be unset")
        }
        (Some(a), Some(b)) if a != b => {
            out.invalid(&at.index(0), shown(after), "may not change once set");
        }
        (Some(_), Some(_)) | (None, _) => {}
    }
    if fewer && after.len() == 1 {
        single_stack(
            out,
            &spec,
            new,
            "must be set to 'SingleStack' when releasing the secondary clusterIP",
        );
    }
}

fn update_families(out: &mut Errors, new: &ServiceSpec, old: &ServiceSpec) {
    let spec = Path::root("spec");
    let list = spec.field("ipFamilies");
    let first = list.index(0);
    let (after, before) = (&new.ip_families, &old.ip_families);
    let changed = "may not change once set";
    if after.len() == before.len() {
        for _ in before.iter().zip(after).filter(|(a, b)| a != b) {
            out.invalid(&first, shown_families(after), changed);
        }
        return;
    }
    let fewer = after.len() < before.len();
    if fewer && new.cluster_ips.is_empty() {
        out.invalid(&first, shown_families(after), "primary ipFamily can not be unset");
    }
    if let (Some(a), Some(b)) = (before.first(), after.first())
        && a != b
    {
        out.invalid(&first, shown(&new.cluster_ips), changed);
    }
    if fewer && after.len() == 1 {
        single_stack(
            out,
            &spec,
            new,
            "must be set to 'SingleStack' when releasing the secondary ipFamily",
        );
    }
}

fn single_stack(out: &mut Errors, at: &Path<'_>, new: &ServiceSpec, detail: &'static str) {
    if new.ip_family_policy != Some(IPFamilyPolicy::SingleStack) {
        let value = shown_policy(new.ip_family_policy.as_ref());
        out.invalid(&at.field("ipFamilyPolicy"), value, detail);
    }
}
