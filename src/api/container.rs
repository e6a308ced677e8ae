//! Containers: specification, environment, resources, status.

use crate::api::ResourceList;
use crate::api::probe::{Lifecycle, Probe, Signal};
use crate::api::security::SecurityContext;
use crate::api::volume::{ObjectFieldSelector, PullPolicy, ResourceFieldSelector};
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// One container of a pod: an image, what it runs, and what it is given.
    struct Container {
        /// A DNS label, unique in the pod.
        keep name: String = "name";
        /// The image. May be empty only in templates that fill it in later.
        omit image: String = "image";
        /// Replaces the image's entry point; empty keeps it. `$(NAME)` is replaced by the variable.
        omit command: Vec<String> = "command";
        /// Replaces the image's arguments. `$(NAME)` is replaced by the variable.
        omit args: Vec<String> = "args";
        /// Defaults to that of the image.
        omit working_dir: String = "workingDir";
        omit ports: Vec<ContainerPort> = "ports" [merge "containerPort"];
        /// Sources of whole sets of variables; later ones win, and `env` wins over all.
        omit env_from: Vec<EnvFromSource> = "envFrom";
        /// Variables in order; a later one may refer to an earlier one.
        omit env: Vec<EnvVar> = "env" [merge "name"];
        /// Requests count for scheduling, limits are enforced.
        keep resources: ResourceRequirements = "resources";
        omit resize_policy: Vec<ContainerResizePolicy> = "resizePolicy";
        /// Overrides the pod's policy. On init containers `Always` makes a sidecar.
        opt restart_policy: Option<ContainerRestartPolicy> = "restartPolicy";
        omit restart_policy_rules: Vec<ContainerRestartRule> = "restartPolicyRules";
        /// Mount paths are unique.
        omit volume_mounts: Vec<VolumeMount> = "volumeMounts" [merge "mountPath"];
        omit volume_devices: Vec<VolumeDevice> = "volumeDevices" [merge "devicePath"];
        /// Failing restarts the container.
        opt liveness_probe: Option<Box<Probe>> = "livenessProbe";
        /// Failing takes the pod out of its services.
        opt readiness_probe: Option<Box<Probe>> = "readinessProbe";
        /// Until it succeeds the other probes wait; failing restarts the container.
        opt startup_probe: Option<Box<Probe>> = "startupProbe";
        opt lifecycle: Option<Box<Lifecycle>> = "lifecycle";
        /// The file whose text becomes the last words; defaults to `/dev/termination-log`.
        omit termination_message_path: String = "terminationMessagePath";
        /// Defaults to `File`.
        omit termination_message_policy: TerminationMessagePolicy = "terminationMessagePolicy";
        /// Defaults to `Always` for the tag `latest`, else to `IfNotPresent`.
        omit image_pull_policy: PullPolicy = "imagePullPolicy";
        opt security_context: Option<Box<SecurityContext>> = "securityContext";
        omit stdin: bool = "stdin";
        omit stdin_once: bool = "stdinOnce";
        omit tty: bool = "tty";
    }
}

wire! {
    /// A port that a container says it listens on. Leaving it out does not close it.
    struct ContainerPort {
        /// Unique in the pod, at most 15 characters; services can refer to it.
        omit name: String = "name";
        /// 1 to 65535; 0 for none. A port of the node that leads here.
        omit host_port: i32 = "hostPort";
        /// 1 to 65535.
        keep container_port: i32 = "containerPort";
        /// Defaults to `TCP`.
        omit protocol: Protocol = "protocol";
        /// The address of the node to which the host port is bound.
        omit host_ip: String = "hostIP";
    }
}

open_enum! {
    /// The transport protocol of a port; unset means `TCP`.
    Protocol { TCP, UDP, SCTP }
}

wire! {
    /// Takes over all entries of a config map or a secret as environment variables.
    struct EnvFromSource {
        omit prefix: String = "prefix";
        opt config_map_ref: Option<Box<ConfigMapEnvSource>> = "configMapRef";
        opt secret_ref: Option<Box<SecretEnvSource>> = "secretRef";
    }
}

wire! {
    /// Names the config map whose entries become variables.
    struct ConfigMapEnvSource {
        omit name: String = "name";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// Names the secret whose entries become variables.
    struct SecretEnvSource {
        omit name: String = "name";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// One environment variable: a value, or where the value comes from.
    struct EnvVar {
        /// Printable ASCII without `=`.
        keep name: String = "name";
        /// The value; `$(NAME)` is replaced by an earlier variable, `$$` stands for `$`.
        omit value: String = "value";
        /// Where the value comes from; not together with `value`.
        opt value_from: Option<Box<EnvVarSource>> = "valueFrom";
    }
}

wire! {
    /// Where the value of a variable comes from; exactly one member may be set.
    struct EnvVarSource {
        opt field_ref: Option<Box<ObjectFieldSelector>> = "fieldRef";
        opt resource_field_ref: Option<Box<ResourceFieldSelector>> = "resourceFieldRef";
        opt config_map_key_ref: Option<Box<ConfigMapKeySelector>> = "configMapKeyRef";
        opt secret_key_ref: Option<Box<SecretKeySelector>> = "secretKeyRef";
        opt file_key_ref: Option<Box<FileKeySelector>> = "fileKeyRef";
    }
}

wire! {
    /// One key of a config map.
    struct ConfigMapKeySelector {
        omit name: String = "name";
        keep key: String = "key";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// One key of a secret.
    struct SecretKeySelector {
        omit name: String = "name";
        keep key: String = "key";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// One key of a file with variables in a volume of the pod.
    struct FileKeySelector {
        keep volume_name: String = "volumeName";
        keep path: String = "path";
        keep key: String = "key";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// The least and the most of each resource. A request that is absent defaults to the limit.
    struct ResourceRequirements {
        omit limits: ResourceList = "limits";
        omit requests: ResourceList = "requests";
        omit claims: Vec<ResourceClaim> = "claims";
    }
}

wire! {
    /// A claim of the pod that a container makes use of.
    struct ResourceClaim {
        keep name: String = "name";
        omit request: String = "request";
    }
}

wire! {
    /// Whether a change of a resource needs a restart of the container.
    struct ContainerResizePolicy {
        keep resource_name: String = "resourceName";
        keep restart_policy: ResourceResizeRestartPolicy = "restartPolicy";
    }
}

open_enum! {
    /// Whether a resize in place restarts the container.
    ResourceResizeRestartPolicy { NotRequired, RestartContainer }
}

open_enum! {
    /// A container's own restart policy, which overrides the pod's. On an init container `Always`
    /// makes it a sidecar.
    ContainerRestartPolicy { Always, Never, OnFailure }
}

wire! {
    /// What happens when a container exits with certain codes; rules are tried in order.
    struct ContainerRestartRule {
        omit action: ContainerRestartRuleAction = "action";
        opt exit_codes: Option<Box<ContainerRestartRuleOnExitCodes>> = "exitCodes";
    }
}

open_enum! {
    /// What a rule does: restarts the container, or all containers of the pod.
    ContainerRestartRuleAction { Restart, RestartAllContainers }
}

wire! {
    /// The exit codes for which a rule holds.
    struct ContainerRestartRuleOnExitCodes {
        omit operator: ContainerRestartRuleOnExitCodesOperator = "operator";
        omit values: Vec<i32> = "values";
    }
}

open_enum! {
    /// Whether the exit code must be one of the values or none of them.
    ContainerRestartRuleOnExitCodesOperator { In, NotIn }
}

wire! {
    /// Where a volume of the pod appears in the file system of a container.
    struct VolumeMount {
        /// The name of a volume of the pod.
        keep name: String = "name";
        /// Defaults to false.
        omit read_only: bool = "readOnly";
        /// Defaults to `Disabled`; needs `read_only`.
        opt recursive_read_only: Option<RecursiveReadOnlyMode> = "recursiveReadOnly";
        /// The path in the container; without `:`.
        keep mount_path: String = "mountPath";
        /// The path inside the volume; empty for its root. Relative, without `..`.
        omit sub_path: String = "subPath";
        opt mount_propagation: Option<MountPropagationMode> = "mountPropagation";
        /// As `sub_path`, with `$(NAME)` replaced by variables; not together with it.
        omit sub_path_expr: String = "subPathExpr";
    }
}

open_enum! {
    /// Whether mounts below a read-only mount are read-only as well.
    RecursiveReadOnlyMode { Disabled, IfPossible, Enabled }
}

open_enum! {
    /// Whether mounts made later are seen across the border of the container; unset means `None`.
    MountPropagationMode { None, HostToContainer, Bidirectional }
}

wire! {
    /// Where a volume in block mode appears as a device in a container.
    struct VolumeDevice {
        keep name: String = "name";
        keep device_path: String = "devicePath";
    }
}

open_enum! {
    /// Where the last words of a container come from: a file, or its log if it failed.
    TerminationMessagePolicy { File, FallbackToLogsOnError }
}

wire! {
    /// A container that is added to a running pod to look at it. It has no ports, probes or
    /// resources and is never restarted.
    struct EphemeralContainer {
        keep name: String = "name";
        omit image: String = "image";
        omit command: Vec<String> = "command";
        omit args: Vec<String> = "args";
        omit working_dir: String = "workingDir";
        omit ports: Vec<ContainerPort> = "ports" [merge "containerPort"];
        omit env_from: Vec<EnvFromSource> = "envFrom";
        omit env: Vec<EnvVar> = "env" [merge "name"];
        keep resources: ResourceRequirements = "resources";
        omit resize_policy: Vec<ContainerResizePolicy> = "resizePolicy";
        opt restart_policy: Option<ContainerRestartPolicy> = "restartPolicy";
        omit restart_policy_rules: Vec<ContainerRestartRule> = "restartPolicyRules";
        omit volume_mounts: Vec<VolumeMount> = "volumeMounts" [merge "mountPath"];
        omit volume_devices: Vec<VolumeDevice> = "volumeDevices" [merge "devicePath"];
        opt liveness_probe: Option<Box<Probe>> = "livenessProbe";
        opt readiness_probe: Option<Box<Probe>> = "readinessProbe";
        opt startup_probe: Option<Box<Probe>> = "startupProbe";
        opt lifecycle: Option<Box<Lifecycle>> = "lifecycle";
        omit termination_message_path: String = "terminationMessagePath";
        omit termination_message_policy: TerminationMessagePolicy = "terminationMessagePolicy";
        omit image_pull_policy: PullPolicy = "imagePullPolicy";
        opt security_context: Option<Box<SecurityContext>> = "securityContext";
        omit stdin: bool = "stdin";
        omit stdin_once: bool = "stdinOnce";
        omit tty: bool = "tty";
        omit target_container_name: String = "targetContainerName";
    }
}

wire! {
    /// How one container has fared.
    struct ContainerStatus {
        /// The name of the container.
        keep name: String = "name";
        /// What it does now.
        keep state: ContainerState = "state";
        /// How its previous run ended.
        keep last_termination_state: ContainerState = "lastState";
        /// Whether it passes its readiness probe, or runs if it has none.
        keep ready: bool = "ready";
        /// How often it was started again.
        keep restart_count: i32 = "restartCount";
        /// The image as the runtime knows it.
        keep image: String = "image";
        /// The digest of the image.
        keep image_id: String = "imageID";
        /// Runtime and id, as `containerd://…`.
        omit container_id: String = "containerID";
        /// Whether its start hook is done and its startup probe has passed.
        opt started: Option<bool> = "started";
        omit allocated_resources: ResourceList = "allocatedResources";
        opt resources: Option<Box<ResourceRequirements>> = "resources";
        omit volume_mounts: Vec<VolumeMountStatus> = "volumeMounts" [merge "mountPath"];
        opt user: Option<Box<ContainerUser>> = "user";
        omit allocated_resources_status: Vec<ResourceStatus> = "allocatedResourcesStatus" [merge "name"];
        opt stop_signal: Option<Signal> = "stopSignal";
    }
}

wire! {
    /// What a container is doing; at most one member is set, and none means waiting.
    struct ContainerState {
        opt waiting: Option<Box<ContainerStateWaiting>> = "waiting";
        opt running: Option<Box<ContainerStateRunning>> = "running";
        opt terminated: Option<Box<ContainerStateTerminated>> = "terminated";
    }
}

wire! {
    /// Why a container does not run yet, as `ContainerCreating` or `CrashLoopBackOff`.
    struct ContainerStateWaiting {
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

wire! {
    /// Since when a container has been running.
    struct ContainerStateRunning {
        null started_at: Option<Time> = "startedAt";
    }
}

wire! {
    /// How and when a container has ended.
    struct ContainerStateTerminated {
        keep exit_code: i32 = "exitCode";
        omit signal: i32 = "signal";
        omit reason: String = "reason";
        omit message: String = "message";
        null started_at: Option<Time> = "startedAt";
        null finished_at: Option<Time> = "finishedAt";
        omit container_id: String = "containerID";
    }
}

wire! {
    /// How a volume is really mounted in a container.
    struct VolumeMountStatus {
        keep name: String = "name";
        keep mount_path: String = "mountPath";
        omit read_only: bool = "readOnly";
        opt recursive_read_only: Option<RecursiveReadOnlyMode> = "recursiveReadOnly";
        opt volume_status: Option<Box<VolumeStatus>> = "volumeStatus";
    }
}

wire! {
    /// What is known of a mounted volume; only images report anything.
    struct VolumeStatus {
        opt image: Option<Box<ImageVolumeStatus>> = "image";
    }
}

wire! {
    /// Which image a mounted image volume has resolved to.
    struct ImageVolumeStatus {
        omit image_ref: String = "imageRef";
    }
}

wire! {
    /// As which user the first process of a container has been started.
    struct ContainerUser {
        opt linux: Option<Box<LinuxContainerUser>> = "linux";
    }
}

wire! {
    /// User and group ids of the first process of a Linux container.
    struct LinuxContainerUser {
        keep uid: i64 = "uid";
        keep gid: i64 = "gid";
        omit supplemental_groups: Vec<i64> = "supplementalGroups";
    }
}

wire! {
    /// The health of the devices that a container was given, by resource name.
    struct ResourceStatus {
        keep name: String = "name";
        omit resources: Vec<ResourceHealth> = "resources";
    }
}

wire! {
    /// The health of one device.
    struct ResourceHealth {
        keep resource_id: String = "resourceID";
        omit health: ResourceHealthStatus = "health";
        opt message: Option<String> = "message";
    }
}

open_enum! {
    /// Whether a device is healthy.
    ResourceHealthStatus { Healthy, Unhealthy, Unknown }
}
