//! MODDOC security

use crate::api::wire::{open_enum, wire};

wire! {
    /// DOC core SecurityContext
    struct SecurityContext {
        opt capabilities: Option<Box<Capabilities>> = "capabilities";
        opt privileged: Option<bool> = "privileged";
        opt se_linux_options: Option<Box<SELinuxOptions>> = "seLinuxOptions";
        opt windows_options: Option<Box<WindowsSecurityContextOptions>> = "windowsOptions";
        opt run_as_user: Option<i64> = "runAsUser";
        opt run_as_group: Option<i64> = "runAsGroup";
        opt run_as_non_root: Option<bool> = "runAsNonRoot";
        opt read_only_root_filesystem: Option<bool> = "readOnlyRootFilesystem";
        opt allow_privilege_escalation: Option<bool> = "allowPrivilegeEscalation";
        opt proc_mount: Option<ProcMountType> = "procMount";
        opt seccomp_profile: Option<Box<SeccompProfile>> = "seccompProfile";
        opt app_armor_profile: Option<Box<AppArmorProfile>> = "appArmorProfile";
    }
}

wire! {
    /// DOC core Capabilities
    struct Capabilities {
        omit add: Vec<String> = "add";
        omit drop: Vec<String> = "drop";
    }
}

wire! {
    /// DOC core SELinuxOptions
    struct SELinuxOptions {
        omit user: String = "user";
        omit role: String = "role";
        omit type_: String = "type";
        omit level: String = "level";
    }
}

wire! {
    /// DOC core WindowsSecurityContextOptions
    struct WindowsSecurityContextOptions {
        opt gmsa_credential_spec_name: Option<String> = "gmsaCredentialSpecName";
        opt gmsa_credential_spec: Option<String> = "gmsaCredentialSpec";
        opt run_as_user_name: Option<String> = "runAsUserName";
        opt host_process: Option<bool> = "hostProcess";
    }
}

open_enum! {
    /// DOC core ProcMountType
    ProcMountType { Default, Unmasked }
}

wire! {
    /// DOC core SeccompProfile
    struct SeccompProfile {
        keep type_: SeccompProfileType = "type";
        opt localhost_profile: Option<String> = "localhostProfile";
    }
}

open_enum! {
    /// DOC core SeccompProfileType
    SeccompProfileType { Unconfined, RuntimeDefault, Localhost }
}

wire! {
    /// DOC core AppArmorProfile
    struct AppArmorProfile {
        keep type_: AppArmorProfileType = "type";
        opt localhost_profile: Option<String> = "localhostProfile";
    }
}

open_enum! {
    /// DOC core AppArmorProfileType
    AppArmorProfileType { Unconfined, RuntimeDefault, Localhost }
}

wire! {
    /// DOC core PodSecurityContext
    struct PodSecurityContext {
        opt se_linux_options: Option<Box<SELinuxOptions>> = "seLinuxOptions";
        opt windows_options: Option<Box<WindowsSecurityContextOptions>> = "windowsOptions";
        opt run_as_user: Option<i64> = "runAsUser";
        opt run_as_group: Option<i64> = "runAsGroup";
        opt run_as_non_root: Option<bool> = "runAsNonRoot";
        omit supplemental_groups: Vec<i64> = "supplementalGroups";
        opt supplemental_groups_policy: Option<SupplementalGroupsPolicy> = "supplementalGroupsPolicy";
        opt fs_group: Option<i64> = "fsGroup";
        omit sysctls: Vec<Sysctl> = "sysctls";
        opt fs_group_change_policy: Option<PodFSGroupChangePolicy> = "fsGroupChangePolicy";
        opt seccomp_profile: Option<Box<SeccompProfile>> = "seccompProfile";
        opt app_armor_profile: Option<Box<AppArmorProfile>> = "appArmorProfile";
        opt se_linux_change_policy: Option<PodSELinuxChangePolicy> = "seLinuxChangePolicy";
    }
}

open_enum! {
    /// DOC core SupplementalGroupsPolicy
    SupplementalGroupsPolicy { Merge, Strict }
}

wire! {
    /// DOC core Sysctl
    struct Sysctl {
        keep name: String = "name";
        keep value: String = "value";
    }
}

open_enum! {
    /// DOC core PodFSGroupChangePolicy
    PodFSGroupChangePolicy { OnRootMismatch, Always }
}

open_enum! {
    /// DOC core PodSELinuxChangePolicy
    PodSELinuxChangePolicy { Recursive, MountOption }
}
