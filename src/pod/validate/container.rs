//! Containers of all three lists.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{
    Container, ContainerPort, ContainerResizePolicy, ContainerRestartPolicy,
    ContainerRestartRuleAction, ContainerRestartRuleOnExitCodesOperator, MountPropagationMode,
    PodSpec, Protocol, PullPolicy, RecursiveReadOnlyMode, ResourceResizeRestartPolicy,
    RestartPolicy, TerminationMessagePolicy, Volume, VolumeMount,
};
use crate::field::{Errors, Path};
use crate::name;
use crate::pod::container::of_ephemeral;
use crate::pod::restart::is_sidecar;
use crate::pod::validate::spec::Scope;
use crate::pod::validate::{descending, env, one_of, probe, resources, security, word};

/// What the containers of a spec are checked against.
pub(super) struct Scene<'a> {
    pub(super) spec: &'a PodSpec,
    pub(super) scope: &'a Scope<'a>,
    /// The volumes without mistakes.
    pub(super) volumes: &'a BTreeMap<&'a str, &'a Volume>,
}

pub(super) fn validate_all(out: &mut Errors, at: &Path<'_>, spec: &PodSpec, scene: &Scene<'_>) {
    regular(out, &at.field("containers"), &spec.containers, scene);
    init(out, &at.field("initContainers"), spec, scene);
    ephemeral(out, &at.field("ephemeralContainers"), spec, scene);
}

/// What holds for pods and not for templates: images without blanks around them.
// POD-SPEC-3
pub(super) fn validate_for_pod(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    for (list, containers) in
        [("containers", &spec.containers), ("initContainers", &spec.init_containers)]
    {
        let list_at = at.field(list);
        for (n, container) in containers.iter().enumerate() {
            padded(out, &list_at.index(n).field("image"), &container.image);
        }
    }
}

fn padded(out: &mut Errors, at: &Path<'_>, image: &str) {
    if image.trim() != image {
        out.invalid(at, image, "must not have leading or trailing whitespace");
    }
}

fn regular(out: &mut Errors, at: &Path<'_>, containers: &[Container], scene: &Scene<'_>) {
    if containers.is_empty() {
        out.required(at, ""); // POD-SPEC-2
        return;
    }
    let mut names = BTreeSet::new();
    let mut ports = BTreeSet::new();
    for (n, container) in containers.iter().enumerate() {
        let one = at.index(n);
        common(out, &one, container, scene);
        if !names.insert(container.name.as_str()) {
            out.duplicate(&one.field("name"), &container.name);
        }
        probe::validate(out, &one, container, scene.spec.termination_grace_period_seconds);
        restart_policy(out, &one, container);
        host_ports(out, &one.field("ports"), &container.ports, &mut ports);
    }
}

fn init(out: &mut Errors, at: &Path<'_>, spec: &PodSpec, scene: &Scene<'_>) {
    let mut names: BTreeSet<&str> = spec.containers.iter().map(|one| one.name.as_str()).collect();
    for (n, container) in spec.init_containers.iter().enumerate() {
        let one = at.index(n);
        common(out, &one, container, scene);
        if container.restart_policy.is_some() {
            restart_policy(out, &one, container);
        } else if !container.restart_policy_rules.is_empty() {
            let detail = "must specify restartPolicy when restart rules are used";
            out.required(&one.field("restartPolicy"), detail);
        }
        if names.contains(container.name.as_str()) {
            out.duplicate(&one.field("name"), &container.name);
        } else if !container.name.is_empty() {
            names.insert(&container.name);
        }
        // POD-SPEC-7: each alone, and the path names the first.
        let first = at.index(0);
        host_ports(out, &first.field("ports"), &container.ports, &mut BTreeSet::new());
        if is_sidecar(container) {
            probe::validate(out, &one, container, spec.termination_grace_period_seconds);
            continue;
        }
        // POD-SPEC-14
        for (field, set) in [
            ("lifecycle", container.lifecycle.is_some()),
            ("livenessProbe", container.liveness_probe.is_some()),
            ("readinessProbe", container.readiness_probe.is_some()),
            ("startupProbe", container.startup_probe.is_some()),
        ] {
            if set {
                let detail = "may not be set for init containers without restartPolicy=Always";
                out.forbidden(&one.field(field), detail);
            }
        }
        let policies = one.field("resizePolicy");
        for (m, policy) in container.resize_policy.iter().enumerate() {
            if policy.restart_policy == ResourceResizeRestartPolicy::RestartContainer {
                let own = policies.index(m);
                out.invalid(
                    &own.field("restartPolicy"),
                    "RestartContainer",
                    "must not be set to `RestartContainer` for non-sidecar initContainers",
                );
            }
        }
    }
}

// POD-UPD-9
fn ephemeral(out: &mut Errors, at: &Path<'_>, spec: &PodSpec, scene: &Scene<'_>) {
    let others: BTreeSet<&str> =
        spec.containers.iter().chain(&spec.init_containers).map(|one| one.name.as_str()).collect();
    let mut names = others.clone();
    for (n, container) in spec.ephemeral_containers.iter().enumerate() {
        let one = at.index(n);
        common(out, &one, &of_ephemeral(container), scene);
        padded(out, &one.field("image"), &container.image);
        if !names.insert(&container.name) {
            out.duplicate(&one.field("name"), &container.name);
        }
        let target = container.target_container_name.as_str();
        if !target.is_empty() && !others.contains(target) {
            out.not_found(&one.field("targetContainerName"), target);
        }
        let resources = &container.resources;
        let limited = !resources.limits.is_empty()
            || !resources.requests.is_empty()
            || !resources.claims.is_empty();
        for (field, set) in [
            ("ports", !container.ports.is_empty()),
            ("resources", limited),
            ("lifecycle", container.lifecycle.is_some()),
            ("livenessProbe", container.liveness_probe.is_some()),
            ("readinessProbe", container.readiness_probe.is_some()),
            ("startupProbe", container.startup_probe.is_some()),
            ("resizePolicy", !container.resize_policy.is_empty()),
            ("restartPolicy", container.restart_policy.is_some()),
            ("restartPolicyRules", !container.restart_policy_rules.is_empty()),
        ] {
            if set {
                out.forbidden(&one.field(field), "cannot be set for an Ephemeral Container");
            }
        }
        let mounts = one.field("volumeMounts");
        for (m, mount) in container.volume_mounts.iter().enumerate() {
            for (field, path) in
                [("subPath", &mount.sub_path), ("subPathExpr", &mount.sub_path_expr)]
            {
                if !path.is_empty() {
                    let own = mounts.index(m);
                    out.forbidden(&own.field(field), "cannot be set for an Ephemeral Container");
                }
            }
        }
    }
}

fn common(out: &mut Errors, at: &Path<'_>, container: &Container, scene: &Scene<'_>) {
    let name_at = at.field("name");
    if container.name.is_empty() {
        out.required(&name_at, "");
    } else {
        name::validate(out, &name_at, &container.name, name::dns1123_label);
    }
    if container.image.is_empty() {
        out.required(&at.field("image"), "");
    }
    // POD-SPEC-4
    let policy = container.termination_message_policy.as_str();
    word(out, &at.field("terminationMessagePolicy"), policy, TerminationMessagePolicy::WORDS);
    ports(out, &at.field("ports"), &container.ports);
    env::validate(out, at, container);
    mounts(out, &at.field("volumeMounts"), container, scene.volumes);
    devices(out, &at.field("volumeDevices"), container, scene.volumes);
    let policy = container.image_pull_policy.as_str();
    word(out, &at.field("imagePullPolicy"), policy, PullPolicy::WORDS);
    resources::validate(out, &at.field("resources"), &container.resources);
    let never = scene.spec.restart_policy == RestartPolicy::Never;
    resize(out, &at.field("resizePolicy"), &container.resize_policy, never);
    if let Some(context) = container.security_context.as_deref() {
        let user_space = scene.spec.host_users == Some(false);
        let rules = scene.scope.rules;
        security::validate(out, &at.field("securityContext"), context, (rules, user_space));
    }
}

// POD-SPEC-6
fn ports(out: &mut Errors, at: &Path<'_>, ports: &[ContainerPort]) {
    let mut names = BTreeSet::new();
    for (n, port) in ports.iter().enumerate() {
        let one = at.index(n);
        if !port.name.is_empty() {
            let problems = name::port_name(&port.name);
            if problems.is_empty() && !names.insert(port.name.as_str()) {
                out.duplicate(&one.field("name"), &port.name);
            }
            for problem in problems {
                out.invalid(&one.field("name"), &port.name, problem.to_string());
            }
        }
        if port.container_port == 0 {
            out.required(&one.field("containerPort"), "");
        } else {
            number(out, &one.field("containerPort"), port.container_port);
        }
        if port.host_port != 0 {
            number(out, &one.field("hostPort"), port.host_port);
        }
        word(out, &one.field("protocol"), port.protocol.as_str(), Protocol::WORDS);
    }
}

pub(super) fn number(out: &mut Errors, at: &Path<'_>, port: i32) {
    for problem in name::port_number(port.into()) {
        out.invalid(at, port, problem.to_string());
    }
}

// POD-SPEC-7
fn host_ports<'a>(
    out: &mut Errors,
    at: &Path<'_>,
    ports: &'a [ContainerPort],
    seen: &mut BTreeSet<(&'a Protocol, &'a str, i32)>,
) {
    for (n, port) in ports.iter().enumerate().filter(|(_, port)| port.host_port != 0) {
        if !seen.insert((&port.protocol, port.host_ip.as_str(), port.host_port)) {
            let shown = format!("{}/{}/{}", port.protocol, port.host_ip, port.host_port);
            out.duplicate(&at.index(n).field("hostPort"), shown);
        }
    }
}

// POD-SPEC-11
fn mounts(
    out: &mut Errors,
    at: &Path<'_>,
    container: &Container,
    volumes: &BTreeMap<&str, &Volume>,
) {
    let mut paths = BTreeSet::new();
    // MOUNT-6: of several devices of one volume the last counts.
    let devices = container.volume_devices.iter();
    let devices: BTreeMap<&str, &str> =
        devices.map(|device| (device.name.as_str(), device.device_path.as_str())).collect();
    for (n, mount) in container.volume_mounts.iter().enumerate() {
        let one = at.index(n);
        if mount.name.is_empty() {
            out.required(&one.field("name"), "");
        }
        if !volumes.contains_key(mount.name.as_str()) {
            out.not_found(&one.field("name"), &mount.name);
        }
        if mount.mount_path.is_empty() {
            out.required(&one.field("mountPath"), "");
        }
        if !paths.insert(mount.mount_path.as_str()) {
            out.invalid(&one.field("mountPath"), &mount.mount_path, "must be unique");
        }
        if devices.contains_key(mount.name.as_str()) {
            let detail = "must not already exist in volumeDevices";
            out.invalid(&one.field("name"), &mount.name, detail);
        }
        if devices.values().any(|path| *path == mount.mount_path) {
            let detail = "must not already exist as a path in volumeDevices";
            out.invalid(&one.field("mountPath"), &mount.mount_path, detail);
        }
        if !mount.sub_path.is_empty() {
            descending(out, &at.field("subPath"), &mount.sub_path);
        }
        if !mount.sub_path_expr.is_empty() {
            if !mount.sub_path.is_empty() {
                let detail = "subPathExpr and subPath are mutually exclusive";
                out.invalid(&one.field("subPathExpr"), &mount.sub_path_expr, detail);
            }
            descending(out, &at.field("subPathExpr"), &mount.sub_path_expr);
        }
        spread(out, at, mount, container);
    }
}

fn spread(out: &mut Errors, at: &Path<'_>, mount: &VolumeMount, container: &Container) {
    if let Some(mode) = &mount.mount_propagation {
        let own = at.field("mountPropagation");
        one_of(out, &own, mode.as_str(), MountPropagationMode::WORDS);
        let context = container.security_context.as_deref();
        let privileged = context.and_then(|context| context.privileged) == Some(true);
        if *mode == MountPropagationMode::Bidirectional && !privileged {
            let detail =
                "Bidirectional mount propagation is available only to privileged containers";
            out.forbidden(&own, detail);
        }
    }
    let Some(mode) = &mount.recursive_read_only else { return };
    let own = at.field("recursiveReadOnly");
    match mode {
        RecursiveReadOnlyMode::Disabled => {}
        RecursiveReadOnlyMode::Enabled | RecursiveReadOnlyMode::IfPossible => {
            if !mount.read_only {
                out.forbidden(&own, "may only be specified when readOnly is true");
            }
            if !matches!(mount.mount_propagation, None | Some(MountPropagationMode::None)) {
                out.forbidden(&own, "may only be specified when mountPropagation is None");
            }
        }
        RecursiveReadOnlyMode::Unset | RecursiveReadOnlyMode::Other(_) => {
            out.not_supported(&own, mode.as_str(), RecursiveReadOnlyMode::WORDS);
        }
    }
}

fn devices(
    out: &mut Errors,
    at: &Path<'_>,
    container: &Container,
    volumes: &BTreeMap<&str, &Volume>,
) {
    let (mut names, mut paths) = (BTreeSet::new(), BTreeSet::new());
    // MOUNT-6: of several mounts of one volume the last counts.
    let mounts = container.volume_mounts.iter();
    let mounts: BTreeMap<&str, &str> =
        mounts.map(|mount| (mount.name.as_str(), mount.mount_path.as_str())).collect();
    for (n, device) in container.volume_devices.iter().enumerate() {
        let one = at.index(n);
        let (name_at, path_at) = (one.field("name"), one.field("devicePath"));
        if device.name.is_empty() {
            out.required(&name_at, "");
        }
        if !device.name.is_empty() && !names.insert(device.name.as_str()) {
            out.invalid(&name_at, &device.name, "must be unique");
        }
        match volumes.get(device.name.as_str()) {
            None => out.not_found(&name_at, &device.name),
            Some(volume) => {
                if volume.persistent_volume_claim.is_none() && volume.ephemeral.is_none() {
                    let detail = "can only use volume source type of PersistentVolumeClaim or \
                        Ephemeral for block mode";
                    out.invalid(&name_at, &device.name, detail);
                }
            }
        }
        if device.device_path.is_empty() {
            out.required(&path_at, "");
        } else {
            super::no_backsteps(out, &path_at, &device.device_path);
        }
        if !paths.insert(device.device_path.as_str()) {
            out.invalid(&path_at, &device.device_path, "must be unique");
        }
        if mounts.contains_key(device.name.as_str()) {
            out.invalid(&name_at, &device.name, "must not already exist in volumeMounts");
        }
        if mounts.values().any(|path| *path == device.device_path) {
            let detail = "must not already exist as a path in volumeMounts";
            out.invalid(&path_at, &device.device_path, detail);
        }
    }
}

// POD-SPEC-25
fn resize(out: &mut Errors, at: &Path<'_>, policies: &[ContainerResizePolicy], never: bool) {
    let mut seen = BTreeSet::new();
    for (n, policy) in policies.iter().enumerate() {
        if !seen.insert(policy.resource_name.as_str()) {
            out.duplicate(&at.index(n), &policy.resource_name);
        }
        word(out, at, &policy.resource_name, &["cpu", "memory"]);
        let own = policy.restart_policy.as_str();
        word(out, at, own, ResourceResizeRestartPolicy::WORDS);
        if never && policy.restart_policy != ResourceResizeRestartPolicy::NotRequired {
            out.invalid(at, own, "must be `NotRequired` when pod `restartPolicy` is `Never`");
        }
    }
}

// POD-SPEC-26, POD-SPEC-27
fn restart_policy(out: &mut Errors, at: &Path<'_>, container: &Container) {
    let rules = &container.restart_policy_rules;
    match &container.restart_policy {
        None if rules.is_empty() => return,
        None => {
            let detail = "must specify restartPolicy when restart rules are used";
            out.required(&at.field("restartPolicy"), detail);
        }
        Some(policy) => {
            let own = at.field("restartPolicy");
            one_of(out, &own, policy.as_str(), ContainerRestartPolicy::WORDS);
        }
    }
    let rules_at = at.field("restartPolicyRules");
    if rules.len() > 20 {
        out.too_many(&rules_at, rules.len(), 20);
    }
    for (n, rule) in rules.iter().enumerate() {
        let one = rules_at.index(n);
        let action = rule.action.as_str();
        one_of(out, &one.field("action"), action, ContainerRestartRuleAction::WORDS);
        let codes_at = one.field("exitCodes");
        let Some(codes) = rule.exit_codes.as_deref() else {
            out.required(&codes_at, "must be specified");
            continue;
        };
        let words = ContainerRestartRuleOnExitCodesOperator::WORDS;
        one_of(out, &codes_at.field("operator"), codes.operator.as_str(), words);
        if codes.values.len() > 255 {
            out.too_many(&codes_at.field("values"), codes.values.len(), 255);
        }
    }
}
