//! The values of fields that a pod leaves open.
//!
//! Source: `pkg/apis/core/v1/defaults.go`, `pkg/apis/core/v1/zz_generated.defaults.go`.

use crate::api::{
    ContainerPort, ContainerStatus, DNSPolicy, EnvVar, HTTPGetAction, Lifecycle,
    ObjectFieldSelector, Pod, PodSpec, Probe, Protocol, PullPolicy, ResourceList,
    ResourceRequirements, RestartPolicy, TerminationMessagePolicy, URIScheme,
};
use crate::pod::image;
use crate::pod::resources::{self, Options, is_pod_level};
use crate::pod::volume_defaults;

/// Fills what `pod` leaves open, as an API server does before it validates.
///
/// ```
/// use kubernel::api::{Container, Pod, RestartPolicy};
///
/// let mut pod = Pod::default();
/// pod.spec.containers.push(Container { image: "app".into(), ..Default::default() });
/// kubernel::pod::defaults::default(&mut pod);
/// assert_eq!(pod.spec.restart_policy, RestartPolicy::Always);
/// assert_eq!(pod.spec.containers[0].image_pull_policy.as_str(), "Always");
/// ```
pub fn default(pod: &mut Pod) {
    let spec = &mut pod.spec;
    for container in spec.containers.iter_mut().chain(&mut spec.init_containers) {
        fill_requests(&mut container.resources); // POD-DEF-4
    }
    default_pod_level(pod);
    let spec = &mut pod.spec;
    spec.enable_service_links.get_or_insert(true);
    if spec.host_network {
        // POD-DEF-6
        for port in spec
            .containers
            .iter_mut()
            .chain(&mut spec.init_containers)
            .flat_map(|container| &mut container.ports)
            .filter(|port| port.host_port == 0)
        {
            port.host_port = port.container_port;
        }
    }
    default_spec(spec);
    default_status(pod);
}

/// Brings a pod into the form in which an API server stores it, beyond [`default`]: a negative grace
/// period becomes 1, and both names of the service account are the same.
///
/// Source: `pkg/apis/core/v1/conversion.go`.
// POD-UPD-1
pub fn settle(pod: &mut Pod) {
    let spec = &mut pod.spec;
    if spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) {
        spec.termination_grace_period_seconds = Some(1);
    }
    if spec.service_account_name.is_empty() {
        spec.service_account_name.clone_from(&spec.deprecated_service_account);
    }
    spec.deprecated_service_account.clone_from(&spec.service_account_name);
}

/// Fills what the spec of a pod or of a template leaves open.
// POD-DEF-1
pub fn default_spec(spec: &mut PodSpec) {
    if spec.dns_policy.is_unset() {
        spec.dns_policy = DNSPolicy::ClusterFirst;
    }
    if spec.restart_policy.is_unset() {
        spec.restart_policy = RestartPolicy::Always;
    }
    spec.security_context.get_or_insert_default();
    spec.termination_grace_period_seconds.get_or_insert(30);
    if spec.scheduler_name.is_empty() {
        "default-scheduler".clone_into(&mut spec.scheduler_name);
    }
    for volume in &mut spec.volumes {
        volume_defaults::default(volume);
    }
    default_containers(spec);
    round(&mut spec.overhead);
    if let Some(resources) = spec.resources.as_deref_mut() {
        round_both(resources);
    }
}

/// The parts of a container that have defaults; ephemeral ones have the same.
struct Parts<'a> {
    image: &'a str,
    pull: &'a mut PullPolicy,
    message_path: &'a mut String,
    message_policy: &'a mut TerminationMessagePolicy,
    ports: &'a mut [ContainerPort],
    env: &'a mut [EnvVar],
    resources: &'a mut ResourceRequirements,
    probes: [Option<&'a mut Probe>; 3],
    lifecycle: Option<&'a mut Lifecycle>,
}

macro_rules! parts {
    ($container:expr) => {
        Parts {
            image: &$container.image,
            pull: &mut $container.image_pull_policy,
            message_path: &mut $container.termination_message_path,
            message_policy: &mut $container.termination_message_policy,
            ports: &mut $container.ports,
            env: &mut $container.env,
            resources: &mut $container.resources,
            probes: [
                $container.liveness_probe.as_deref_mut(),
                $container.readiness_probe.as_deref_mut(),
                $container.startup_probe.as_deref_mut(),
            ],
            lifecycle: $container.lifecycle.as_deref_mut(),
        }
    };
}

fn default_containers(spec: &mut PodSpec) {
    for container in spec.init_containers.iter_mut().chain(&mut spec.containers) {
        default_container(parts!(container));
    }
    for container in &mut spec.ephemeral_containers {
        default_container(parts!(container));
    }
}

// POD-DEF-2
fn default_container(parts: Parts<'_>) {
    default_pull(parts.image, parts.pull);
    if parts.message_path.is_empty() {
        "/dev/termination-log".clone_into(parts.message_path);
    }
    if parts.message_policy.is_unset() {
        *parts.message_policy = TerminationMessagePolicy::File;
    }
    for port in parts.ports.iter_mut().filter(|port| port.protocol.is_unset()) {
        port.protocol = Protocol::TCP;
    }
    for source in parts.env.iter_mut().filter_map(|var| var.value_from.as_deref_mut()) {
        if let Some(field) = source.field_ref.as_deref_mut() {
            default_field(field);
        }
        if let Some(file) = source.file_key_ref.as_deref_mut() {
            file.optional.get_or_insert(false);
        }
    }
    round_both(parts.resources);
    parts.probes.into_iter().flatten().for_each(default_probe);
    if let Some(lifecycle) = parts.lifecycle {
        for hook in [&mut lifecycle.post_start, &mut lifecycle.pre_stop] {
            if let Some(http) = hook.as_deref_mut().and_then(|hook| hook.http_get.as_deref_mut()) {
                default_http(http);
            }
        }
    }
}

/// `Always` for the tag `latest`, else `IfNotPresent`.
pub(crate) fn default_pull(name: &str, policy: &mut PullPolicy) {
    if policy.is_unset() {
        let latest = image::parse(name).and_then(|image| image.tag) == Some("latest");
        *policy = if latest { PullPolicy::Always } else { PullPolicy::IfNotPresent };
    }
}

pub(crate) fn default_field(field: &mut ObjectFieldSelector) {
    if field.api_version.is_empty() {
        "v1".clone_into(&mut field.api_version);
    }
}

// POD-DEF-9
fn default_probe(probe: &mut Probe) {
    for (number, default) in [
        (&mut probe.timeout_seconds, 1),
        (&mut probe.period_seconds, 10),
        (&mut probe.success_threshold, 1),
        (&mut probe.failure_threshold, 3),
    ] {
        if *number == 0 {
            *number = default;
        }
    }
    if let Some(http) = probe.http_get.as_deref_mut() {
        default_http(http);
    }
    if let Some(grpc) = probe.grpc.as_deref_mut() {
        grpc.service.get_or_insert_default();
    }
}

// POD-DEF-8
fn default_http(http: &mut HTTPGetAction) {
    if http.path.is_empty() {
        "/".clone_into(&mut http.path);
    }
    if http.scheme.is_unset() {
        http.scheme = URIScheme::HTTP;
    }
}

fn fill_requests(resources: &mut ResourceRequirements) {
    for (name, limit) in &resources.limits {
        if !resources.requests.contains_key(name) {
            resources.requests.insert(name.clone(), limit.clone());
        }
    }
}

// POD-DEF-7
fn default_pod_level(pod: &mut Pod) {
    let Some(own) = pod.spec.resources.as_deref() else { return };
    let mut own = own.clone();
    if !own.limits.is_empty() || !own.requests.is_empty() {
        for (name, limit) in resources::container_limits(pod, &Options::default()) {
            if name.starts_with("hugepages-") && !own.requests.contains_key(&name) {
                own.limits.entry(name).or_insert(limit);
            }
        }
    }
    if !own.limits.is_empty() {
        for (name, request) in resources::container_requests(pod, &Options::default()) {
            if is_pod_level(&name) && !name.starts_with("hugepages-") {
                own.requests.entry(name).or_insert(request);
            }
        }
        for (name, limit) in own.limits.iter().filter(|(name, _)| is_pod_level(name)) {
            own.requests.entry(name.clone()).or_insert_with(|| limit.clone());
        }
    }
    pod.spec.resources = Some(Box::new(own));
}

fn default_status(pod: &mut Pod) {
    let status = &mut pod.status;
    let statuses = status
        .init_container_statuses
        .iter_mut()
        .chain(&mut status.container_statuses)
        .chain(&mut status.ephemeral_container_statuses);
    for ContainerStatus { allocated_resources, resources, .. } in statuses {
        round(allocated_resources);
        if let Some(resources) = resources.as_deref_mut() {
            round_both(resources);
        }
    }
    round(&mut status.allocated_resources);
    if let Some(resources) = status.resources.as_deref_mut() {
        round_both(resources);
    }
}

fn round_both(resources: &mut ResourceRequirements) {
    round(&mut resources.limits);
    round(&mut resources.requests);
}

// POD-DEF-5
pub(crate) fn round(list: &mut ResourceList) {
    for amount in list.values_mut() {
        amount.round_up(-3);
    }
}
