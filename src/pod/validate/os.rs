//! What a pod for one operating system may not say.

use crate::api::{PodSpec, SecurityContext};
use crate::field::{Errors, Path};

pub(super) fn linux(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    let set = |own: bool| [("windowsOptions", own)];
    let detail = "windows options cannot be set for a linux pod";
    let context = spec.security_context.as_deref();
    let own = set(context.is_some_and(|context| context.windows_options.is_some()));
    forbid(out, &at.field("securityContext"), &own, detail);
    each_context(at, spec, &mut |at, context| {
        forbid(out, at, &set(context.windows_options.is_some()), detail);
    });
}

pub(super) fn windows(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    let detail = "cannot be set for a windows pod";
    let host = [
        ("hostUsers", spec.host_users.is_some()),
        ("hostPID", spec.host_pid),
        ("hostIPC", spec.host_ipc),
        ("shareProcessNamespace", spec.share_process_namespace.is_some()),
    ];
    forbid(out, at, &host, detail);
    if let Some(context) = spec.security_context.as_deref() {
        let own = [
            ("appArmorProfile", context.app_armor_profile.is_some()),
            ("seLinuxOptions", context.se_linux_options.is_some()),
            ("seccompProfile", context.seccomp_profile.is_some()),
            ("fsGroup", context.fs_group.is_some()),
            ("fsGroupChangePolicy", context.fs_group_change_policy.is_some()),
            ("sysctls", !context.sysctls.is_empty()),
            ("runAsUser", context.run_as_user.is_some()),
            ("runAsGroup", context.run_as_group.is_some()),
            ("supplementalGroups", !context.supplemental_groups.is_empty()),
            ("supplementalGroupsPolicy", context.supplemental_groups_policy.is_some()),
            ("seLinuxChangePolicy", context.se_linux_change_policy.is_some()),
        ];
        forbid(out, &at.field("securityContext"), &own, detail);
    }
    each_context(at, spec, &mut |at, context| {
        let own = [
            ("appArmorProfile", context.app_armor_profile.is_some()),
            ("seLinuxOptions", context.se_linux_options.is_some()),
            ("seccompProfile", context.seccomp_profile.is_some()),
            ("capabilities", context.capabilities.is_some()),
            ("readOnlyRootFilesystem", context.read_only_root_filesystem.is_some()),
            ("privileged", context.privileged.is_some()),
            ("allowPrivilegeEscalation", context.allow_privilege_escalation.is_some()),
            ("procMount", context.proc_mount.is_some()),
            ("runAsUser", context.run_as_user.is_some()),
            ("runAsGroup", context.run_as_group.is_some()),
        ];
        forbid(out, at, &own, detail);
    });
}

fn forbid(out: &mut Errors, at: &Path<'_>, fields: &[(&str, bool)], detail: &'static str) {
    for (field, _) in fields.iter().filter(|(_, set)| *set) {
        out.forbidden(&at.field(field), detail);
    }
}

/// Visits the security contexts of all containers.
fn each_context(at: &Path<'_>, spec: &PodSpec, visit: &mut dyn FnMut(&Path<'_>, &SecurityContext)) {
    let init = spec.init_containers.iter().map(|one| one.security_context.as_deref());
    let regular = spec.containers.iter().map(|one| one.security_context.as_deref());
    let ephemeral = spec.ephemeral_containers.iter().map(|one| one.security_context.as_deref());
    let lists: [(&str, Vec<Option<&SecurityContext>>); 3] = [
        ("initContainers", init.collect()),
        ("containers", regular.collect()),
        ("ephemeralContainers", ephemeral.collect()),
    ];
    for (list, contexts) in lists {
        let list_at = at.field(list);
        for (n, context) in contexts.into_iter().enumerate() {
            if let Some(context) = context {
                visit(&list_at.index(n).field("securityContext"), context);
            }
        }
    }
}
