//! MODDOC container

use crate::api::ResourceList;
use crate::api::probe::{Lifecycle, Probe, Signal};
use crate::api::security::SecurityContext;
use crate::api::volume::{ObjectFieldSelector, PullPolicy, ResourceFieldSelector};
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// DOC core Container
    struct Container {
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
    }
}

wire! {
    /// DOC core ContainerPort
    struct ContainerPort {
        omit name: String = "name";
        omit host_port: i32 = "hostPort";
        keep container_port: i32 = "containerPort";
        omit protocol: Protocol = "protocol";
        omit host_ip: String = "hostIP";
    }
}

open_enum! {
    /// DOC core Protocol
    Protocol { TCP, UDP, SCTP }
}

wire! {
    /// DOC core EnvFromSource
    struct EnvFromSource {
        omit prefix: String = "prefix";
        opt config_map_ref: Option<Box<ConfigMapEnvSource>> = "configMapRef";
        opt secret_ref: Option<Box<SecretEnvSource>> = "secretRef";
    }
}

wire! {
    /// DOC core ConfigMapEnvSource
    struct ConfigMapEnvSource {
        omit name: String = "name";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// DOC core SecretEnvSource
    struct SecretEnvSource {
        omit name: String = "name";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// DOC core EnvVar
    struct EnvVar {
        keep name: String = "name";
        omit value: String = "value";
        opt value_from: Option<Box<EnvVarSource>> = "valueFrom";
    }
}

wire! {
    /// DOC core EnvVarSource
    struct EnvVarSource {
        opt field_ref: Option<Box<ObjectFieldSelector>> = "fieldRef";
        opt resource_field_ref: Option<Box<ResourceFieldSelector>> = "resourceFieldRef";
        opt config_map_key_ref: Option<Box<ConfigMapKeySelector>> = "configMapKeyRef";
        opt secret_key_ref: Option<Box<SecretKeySelector>> = "secretKeyRef";
        opt file_key_ref: Option<Box<FileKeySelector>> = "fileKeyRef";
    }
}

wire! {
    /// DOC core ConfigMapKeySelector
    struct ConfigMapKeySelector {
        omit name: String = "name";
        keep key: String = "key";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// DOC core SecretKeySelector
    struct SecretKeySelector {
        omit name: String = "name";
        keep key: String = "key";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// DOC core FileKeySelector
    struct FileKeySelector {
        keep volume_name: String = "volumeName";
        keep path: String = "path";
        keep key: String = "key";
        opt optional: Option<bool> = "optional";
    }
}

wire! {
    /// DOC core ResourceRequirements
    struct ResourceRequirements {
        omit limits: ResourceList = "limits";
        omit requests: ResourceList = "requests";
        omit claims: Vec<ResourceClaim> = "claims";
    }
}

wire! {
    /// DOC core ResourceClaim
    struct ResourceClaim {
        keep name: String = "name";
        omit request: String = "request";
    }
}

wire! {
    /// DOC core ContainerResizePolicy
    struct ContainerResizePolicy {
        keep resource_name: String = "resourceName";
        keep restart_policy: ResourceResizeRestartPolicy = "restartPolicy";
    }
}

open_enum! {
    /// DOC core ResourceResizeRestartPolicy
    ResourceResizeRestartPolicy { NotRequired, RestartContainer }
}

open_enum! {
    /// DOC core ContainerRestartPolicy
    ContainerRestartPolicy { Always, Never, OnFailure }
}

wire! {
    /// DOC core ContainerRestartRule
    struct ContainerRestartRule {
        omit action: ContainerRestartRuleAction = "action";
        opt exit_codes: Option<Box<ContainerRestartRuleOnExitCodes>> = "exitCodes";
    }
}

open_enum! {
    /// DOC core ContainerRestartRuleAction
    ContainerRestartRuleAction { Restart, RestartAllContainers }
}

wire! {
    /// DOC core ContainerRestartRuleOnExitCodes
    struct ContainerRestartRuleOnExitCodes {
        omit operator: ContainerRestartRuleOnExitCodesOperator = "operator";
        omit values: Vec<i32> = "values";
    }
}

open_enum! {
    /// DOC core ContainerRestartRuleOnExitCodesOperator
    ContainerRestartRuleOnExitCodesOperator { In, NotIn }
}

wire! {
    /// DOC core VolumeMount
    struct VolumeMount {
        keep name: String = "name";
        omit read_only: bool = "readOnly";
        opt recursive_read_only: Option<RecursiveReadOnlyMode> = "recursiveReadOnly";
        keep mount_path: String = "mountPath";
        omit sub_path: String = "subPath";
        opt mount_propagation: Option<MountPropagationMode> = "mountPropagation";
        omit sub_path_expr: String = "subPathExpr";
    }
}

open_enum! {
    /// DOC core RecursiveReadOnlyMode
    RecursiveReadOnlyMode { Disabled, IfPossible, Enabled }
}

open_enum! {
    /// DOC core MountPropagationMode
    MountPropagationMode { None, HostToContainer, Bidirectional }
}

wire! {
    /// DOC core VolumeDevice
    struct VolumeDevice {
        keep name: String = "name";
        keep device_path: String = "devicePath";
    }
}

open_enum! {
    /// DOC core TerminationMessagePolicy
    TerminationMessagePolicy { File, FallbackToLogsOnError }
}

wire! {
    /// DOC core EphemeralContainer
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
    /// DOC core ContainerStatus
    struct ContainerStatus {
        keep name: String = "name";
        keep state: ContainerState = "state";
        keep last_termination_state: ContainerState = "lastState";
        keep ready: bool = "ready";
        keep restart_count: i32 = "restartCount";
        keep image: String = "image";
        keep image_id: String = "imageID";
        omit container_id: String = "containerID";
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
    /// DOC core ContainerState
    struct ContainerState {
        opt waiting: Option<Box<ContainerStateWaiting>> = "waiting";
        opt running: Option<Box<ContainerStateRunning>> = "running";
        opt terminated: Option<Box<ContainerStateTerminated>> = "terminated";
    }
}

wire! {
    /// DOC core ContainerStateWaiting
    struct ContainerStateWaiting {
        omit reason: String = "reason";
        omit message: String = "message";
    }
}

wire! {
    /// DOC core ContainerStateRunning
    struct ContainerStateRunning {
        null started_at: Option<Time> = "startedAt";
    }
}

wire! {
    /// DOC core ContainerStateTerminated
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
    /// DOC core VolumeMountStatus
    struct VolumeMountStatus {
        keep name: String = "name";
        keep mount_path: String = "mountPath";
        omit read_only: bool = "readOnly";
        opt recursive_read_only: Option<RecursiveReadOnlyMode> = "recursiveReadOnly";
        opt volume_status: Option<Box<VolumeStatus>> = "volumeStatus";
    }
}

wire! {
    /// DOC core VolumeStatus
    struct VolumeStatus {
        opt image: Option<Box<ImageVolumeStatus>> = "image";
    }
}

wire! {
    /// DOC core ImageVolumeStatus
    struct ImageVolumeStatus {
        omit image_ref: String = "imageRef";
    }
}

wire! {
    /// DOC core ContainerUser
    struct ContainerUser {
        opt linux: Option<Box<LinuxContainerUser>> = "linux";
    }
}

wire! {
    /// DOC core LinuxContainerUser
    struct LinuxContainerUser {
        keep uid: i64 = "uid";
        keep gid: i64 = "gid";
        omit supplemental_groups: Vec<i64> = "supplementalGroups";
    }
}

wire! {
    /// DOC core ResourceStatus
    struct ResourceStatus {
        keep name: String = "name";
        omit resources: Vec<ResourceHealth> = "resources";
    }
}

wire! {
    /// DOC core ResourceHealth
    struct ResourceHealth {
        keep resource_id: String = "resourceID";
        omit health: ResourceHealthStatus = "health";
        opt message: Option<String> = "message";
    }
}

open_enum! {
    /// DOC core ResourceHealthStatus
    ResourceHealthStatus { Healthy, Unhealthy, Unknown }
}
