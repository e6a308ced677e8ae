//! Security contexts of pods and containers.

use std::collections::BTreeSet;

use crate::api::{
    PodFSGroupChangePolicy, PodSELinuxChangePolicy, PodSecurityContext, PodSpec, ProcMountType,
    SeccompProfile, SeccompProfileType, SecurityContext, SupplementalGroupsPolicy,
};
use crate::field::{Errors, Path};
use crate::pod::validate::spec::Rules;
use crate::pod::validate::{descending, one_of};

fn id(out: &mut Errors, at: &Path<'_>, value: Option<i64>) {
    if let Some(value) = value.filter(|value| !(0..=i64::from(i32::MAX)).contains(value)) {
        out.invalid(at, value, "must be between 0 and 2147483647, inclusive");
    }
}

/// Checks the context of a container; `user_space` says that the pod has users of its own.
pub(super) fn validate(
    out: &mut Errors,
    at: &Path<'_>,
    context: &SecurityContext,
    (rules, user_space): (&Rules, bool),
) {
    let privileged = context.privileged == Some(true);
    if privileged && !rules.privileged {
        out.forbidden(&at.field("privileged"), "disallowed by cluster policy");
    }
    id(out, &at.field("runAsUser"), context.run_as_user);
    id(out, &at.field("runAsGroup"), context.run_as_group);
    if let Some(mount) = &context.proc_mount {
        let own = at.field("procMount");
        one_of(out, &own, mount.as_str(), ProcMountType::WORDS);
        if *mount == ProcMountType::Unmasked && !user_space {
            out.invalid(&own, mount.as_str(), "`hostUsers` must be false to use `Unmasked`");
        }
    }
    seccomp(out, &at.field("seccompProfile"), context.seccomp_profile.as_deref());
    if context.allow_privilege_escalation == Some(false) {
        let added = context.capabilities.as_deref().map(|own| own.add.as_slice());
        let admin = added.unwrap_or_default().iter().any(|name| name == "CAP_SYS_ADMIN");
        if privileged || admin {
            let detail = "cannot set `allowPrivilegeEscalation` to false and be privileged";
            out.invalid(at, false, detail);
        }
    }
}

fn seccomp(out: &mut Errors, at: &Path<'_>, profile: Option<&SeccompProfile>) {
    let Some(profile) = profile else { return };
    one_of(out, &at.field("type"), profile.type_.as_str(), SeccompProfileType::WORDS);
    let own = at.field("localhostProfile");
    let localhost = profile.type_ == SeccompProfileType::Localhost;
    match &profile.localhost_profile {
        None if localhost => out.required(&own, "must be set when seccomp type is Localhost"),
        Some(path) if localhost => descending(out, &own, path),
        Some(path) => out.invalid(&own, path, "can only be set when seccomp type is Localhost"),
        None => {}
    }
}

pub(super) fn validate_pod(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    if spec.share_process_namespace == Some(true) && spec.host_pid {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        out.invalid(&at.field("shareProcessNamespace"), true, detail);
    }
    let Some(context) = spec.security_context.as_deref() else { return };
    id(out, &at.field("fsGroup"), context.fs_group);
    id(out, &at.field("runAsUser"), context.run_as_user);
    id(out, &at.field("runAsGroup"), context.run_as_group);
    let groups = at.field("supplementalGroups");
    for (n, group) in context.supplemental_groups.iter().enumerate() {
        id(out, &groups.index(n), Some(*group));
    }
    sysctls(out, &at.field("sysctls"), context, spec);
    if let Some(policy) = &context.fs_group_change_policy {
        let words = PodFSGroupChangePolicy::WORDS;
        one_of(out, &at.field("fsGroupChangePolicy"), policy.as_str(), words);
    }
    seccomp(out, &at.field("seccompProfile"), context.seccomp_profile.as_deref());
    if let Some(policy) = &context.supplemental_groups_policy {
        let words = SupplementalGroupsPolicy::WORDS;
        one_of(out, &at.field("supplementalGroupsPolicy"), policy.as_str(), words);
    }
    if let Some(policy) = &context.se_linux_change_policy {
        let words = PodSELinuxChangePolicy::WORDS;
        one_of(out, &at.field("seLinuxChangePolicy"), policy.as_str(), words);
    }
}

fn sysctls(out: &mut Errors, at: &Path<'_>, context: &PodSecurityContext, spec: &PodSpec) {
    let mut seen = BTreeSet::new();
    for (n, sysctl) in context.sysctls.iter().enumerate() {
        let one = at.index(n);
        let own = one.field("name");
        if sysctl.name.is_empty() {
            out.required(&own, "");
        } else if !is_sysctl(&sysctl.name) {
            out.invalid(&own, &sysctl.name, "is not the name of a sysctl");
        } else if !seen.insert(sysctl.name.as_str()) {
            out.duplicate(&own, &sysctl.name);
        }
        let dotted = sysctl.name.replace('/', ".");
        let ipc = ["kernel.sem", "kernel.shm", "kernel.msg", "fs.mqueue."];
        if spec.host_network && dotted.starts_with("net.") {
            out.invalid(&own, &sysctl.name, "may not be specified when `hostNetwork` is true");
        }
        if spec.host_ipc && ipc.iter().any(|prefix| dotted.starts_with(prefix)) {
            out.invalid(&own, &sysctl.name, "may not be specified when `hostIPC` is true");
        }
    }
}

/// Parts of lower-case alphanumerics with `-` and `_` inside, joined by dots or slashes.
fn is_sysctl(name: &str) -> bool {
    let end = |byte: Option<u8>| {
        byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let inner = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    name.len() <= 253
        && name.split(['.', '/']).all(|part| {
            end(part.bytes().next()) && end(part.bytes().next_back()) && part.bytes().all(inner)
        })
}
