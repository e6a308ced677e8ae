//! Privileges of pods and containers.

use crate::api::wire::{open_enum, wire};

wire! {
    /// Privileges of one container. What is set here overrides the pod's setting.
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
    /// Linux capabilities to add to and to drop from what the runtime gives.
    struct Capabilities {
        omit add: Vec<String> = "add";
        omit drop: Vec<String> = "drop";
    }
}

wire! {
    /// The parts of an SELinux label.
    struct SELinuxOptions {
        omit user: String = "user";
        omit role: String = "role";
        omit type_: String = "type";
        omit level: String = "level";
    }
}

wire! {
    /// The identity of a Windows container.
    struct WindowsSecurityContextOptions {
        opt gmsa_credential_spec_name: Option<String> = "gmsaCredentialSpecName";
        opt gmsa_credential_spec: Option<String> = "gmsaCredentialSpec";
        opt run_as_user_name: Option<String> = "runAsUserName";
        opt host_process: Option<bool> = "hostProcess";
    }
}

open_enum! {
    /// How much of `/proc` is hidden; unset means the runtime's default.
    ProcMountType { Default, Unmasked }
}

wire! {
    /// Which seccomp profile filters the system calls.
    struct SeccompProfile {
        keep type_: SeccompProfileType = "type";
        opt localhost_profile: Option<String> = "localhostProfile";
    }
}

open_enum! {
    /// Where a seccomp profile comes from.
    SeccompProfileType { Unconfined, RuntimeDefault, Localhost }
}

wire! {
    /// Which AppArmor profile confines a container.
    struct AppArmorProfile {
        keep type_: AppArmorProfileType = "type";
        opt localhost_profile: Option<String> = "localhostProfile";
    }
}

open_enum! {
    /// Where an AppArmor profile comes from.
    AppArmorProfileType { Unconfined, RuntimeDefault, Localhost }
}

wire! {
    /// Privileges of all containers of a pod, and the ownership of its volumes.
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
    /// Whether the groups that the image gives to its user are added.
    SupplementalGroupsPolicy { Merge, Strict }
}

wire! {
    /// A kernel setting of a pod.
    struct Sysctl {
        keep name: String = "name";
        keep value: String = "value";
    }
}

open_enum! {
    /// When the owner of a volume's files is changed: at each mount, or only if the root differs.
    PodFSGroupChangePolicy { OnRootMismatch, Always }
}

open_enum! {
    /// How the SELinux label gets onto a pod's volumes: file by file or by mount option.
    PodSELinuxChangePolicy { Recursive, MountOption }
}
