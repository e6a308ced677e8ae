//! Pods, templates, and the fields of a spec that stand alone.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::api::{
    Binding, DNSPolicy, Kind, OSName, Pod, PodDNSConfig, PodSpec, PodTemplateSpec,
    PreemptionPolicy, RestartPolicy,
};
use crate::field::{Errors, Path};
use crate::name;
use crate::pod::validate::{
    affinity, container, os, resources, scheduling, security, volumes, word,
};
use crate::{labels, meta};

/// What a cluster lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Containers may be privileged, as the API server's flag `--allow-privileged` lets them.
    pub privileged: bool,
}

impl Default for Rules {
    /// Privileged containers are allowed, as in every cluster that runs its own network plug-ins.
    fn default() -> Self {
        Self { privileged: true }
    }
}

/// Pushes every mistake of a new pod; defaults have been filled in before.
///
/// ```
/// use kubernel::api::Pod;
/// use kubernel::field::{Errors, Path};
/// use kubernel::pod::{defaults, validate::{Rules, validate}};
///
/// let mut pod = Pod::default();
/// pod.metadata.name = "web".into();
/// pod.metadata.namespace = "prod".into();
/// defaults::default(&mut pod);
/// let mut out = Errors::new();
/// validate(&mut out, &Path::EMPTY, &pod, &Rules::default());
/// assert_eq!(out.to_string(), "spec.containers: Required value");
/// ```
// POD-SPEC-28
pub fn validate(out: &mut Errors, at: &Path<'_>, pod: &Pod, rules: &Rules) {
    let meta_at = at.field("metadata");
    meta::validate_builtin(out, &meta_at, &pod.metadata, &meta::Rules::of(&Kind::Pod));
    always(out, at, pod, rules);
    let spec_at = at.field("spec");
    let spec = &pod.spec;
    if !spec.ephemeral_containers.is_empty() {
        // POD-SPEC-19
        out.forbidden(&spec_at.field("ephemeralContainers"), "cannot be set on create");
    }
    if !spec.node_name.is_empty() && !spec.scheduling_gates.is_empty() {
        let detail = "cannot be set until all schedulingGates have been cleared";
        out.forbidden(&spec_at.field("nodeName"), detail);
    }
}

/// What holds for every pod, new or changed, but for its metadata.
///
/// Source: `validatePodMetadataAndSpec`.
pub(in crate::pod) fn always(out: &mut Errors, at: &Path<'_>, pod: &Pod, rules: &Rules) {
    let meta_at = at.field("metadata");
    annotations(out, &meta_at.field("annotations"), &pod.metadata.annotations, &pod.spec);
    let spec_at = at.field("spec");
    let spec = &pod.spec;
    check_spec(out, &spec_at, spec, &Scope { rules, pod: Some(pod) });
    if spec.service_account_name.is_empty() {
        volumes::forbid_tokens(out, &spec_at.field("volumes"), &spec.volumes);
    }
    container::validate_for_pod(out, &spec_at, spec);
}

/// Pushes every mistake of a binding: it gives a pod a node.
///
/// Source: `ValidatePodBinding`.
// POD-BIND-1
pub fn validate_binding(out: &mut Errors, binding: &Binding) {
    let (at, target) = (Path::root("target"), &binding.target);
    if !target.kind.is_empty() && target.kind != "Node" {
        out.not_supported(&at.field("kind"), target.kind.as_str(), &["Node", "<empty>"]);
    }
    if target.name.is_empty() {
        out.required(&at.field("name"), "");
    }
}

/// Pushes every mistake of a pod template; `at` is the place of the template.
///
/// Source: `ValidatePodTemplateSpec`.
pub fn validate_template(
    out: &mut Errors,
    at: &Path<'_>,
    template: &PodTemplateSpec,
    rules: &Rules,
) {
    let (labels_at, annotations_at) = (at.field("labels"), at.field("annotations"));
    let own = &template.metadata.annotations;
    meta::validate_labels(out, &labels_at, &template.metadata.labels);
    meta::validate_annotations(out, &annotations_at, own);
    annotations(out, &annotations_at, own, &template.spec);
    validate_spec(out, &at.field("spec"), &template.spec, rules);
    if !template.spec.ephemeral_containers.is_empty() {
        let detail = "ephemeral containers not allowed in pod template";
        out.forbidden(&at.field("spec").field("ephemeralContainers"), detail);
    }
}

/// Pushes every mistake of the spec of a template; `at` is its place.
pub fn validate_spec(out: &mut Errors, at: &Path<'_>, spec: &PodSpec, rules: &Rules) {
    check_spec(out, at, spec, &Scope { rules, pod: None });
}

/// Where a spec stands.
pub(super) struct Scope<'a> {
    pub(super) rules: &'a Rules,
    /// The pod; none for a template.
    pub(super) pod: Option<&'a Pod>,
}

// POD-SPEC-1
pub(in crate::pod) fn annotations(
    out: &mut Errors,
    at: &Path<'_>,
    all: &BTreeMap<String, String>,
    spec: &PodSpec,
) {
    let mirror = "kubernetes.io/config.mirror";
    if let Some(value) = all.get(mirror)
        && spec.node_name.is_empty()
    {
        out.invalid(
            &at.key(mirror),
            value,
            "must set spec.nodeName if mirror pod annotation is set",
        );
    }
    let cost = "controller.kubernetes.io/pod-deletion-cost";
    if let Some(value) = all.get(cost) {
        let plain = value == "0" || value.starts_with(|c| matches!(c, '-' | '1'..='9'));
        if !plain || value.parse::<i32>().is_err() {
            out.invalid(&at.key(cost), value, "must be a 32bit integer");
        }
    }
}

fn check_spec(out: &mut Errors, at: &Path<'_>, spec: &PodSpec, scope: &Scope<'_>) {
    if spec.termination_grace_period_seconds.is_none() {
        out.required(&at.field("terminationGracePeriodSeconds"), ""); // POD-SPEC-5
    }
    let pod_name = scope.pod.map(|pod| pod.metadata.name.as_str()).unwrap_or_default();
    let known = volumes::validate(out, &at.field("volumes"), &spec.volumes, pod_name);
    container::validate_all(out, at, spec, &container::Scene { spec, scope, volumes: &known });
    resources::validate_pod(out, at, spec);
    host_network(out, &at.field("containers"), spec, scope.pod.is_some());
    word(out, &at.field("restartPolicy"), spec.restart_policy.as_str(), RestartPolicy::WORDS);
    word(out, &at.field("dnsPolicy"), spec.dns_policy.as_str(), DNSPolicy::WORDS);
    meta::validate_labels(out, &at.field("nodeSelector"), &spec.node_selector);
    security::validate_pod(out, &at.field("securityContext"), spec);
    if let Some(own) = spec.affinity.as_deref() {
        affinity::validate(out, &at.field("affinity"), own);
    }
    dns_config(out, &at.field("dnsConfig"), spec);
    scheduling::validate(out, at, spec);
    host_users(out, at, spec);
    names(out, at, spec);
    if let Some(seconds) = spec.active_deadline_seconds
        && !(1..=i64::from(i32::MAX)).contains(&seconds)
    {
        let detail = "must be between 1 and 2147483647, inclusive";
        out.invalid(&at.field("activeDeadlineSeconds"), seconds, detail);
    }
    scheduling::tolerations(out, &at.field("tolerations"), &spec.tolerations);
    host_aliases(out, &at.field("hostAliases"), spec);
    if let Some(policy) = &spec.preemption_policy {
        word(out, &at.field("preemptionPolicy"), policy.as_str(), PreemptionPolicy::WORDS);
    }
    resources::overhead(out, &at.field("overhead"), &spec.overhead);
    if let Some(own) = spec.os.as_deref() {
        match own.name {
            OSName::Linux => os::linux(out, at, spec),
            OSName::Windows => os::windows(out, at, spec),
            OSName::Unset => out.required(&at.field("os").field("name"), ""),
            OSName::Other(_) => {
                out.not_supported(&at.field("os"), own.name.as_str(), OSName::WORDS);
            }
        }
    }
}

// POD-SPEC-8
fn host_network(out: &mut Errors, at: &Path<'_>, spec: &PodSpec, is_pod: bool) {
    if !spec.host_network {
        return;
    }
    for (n, container) in spec.containers.iter().enumerate() {
        let (one, detail) = (at.index(n), "must match `containerPort` when `hostNetwork` is true");
        let ports_at = one.field("ports");
        for (m, port) in container.ports.iter().enumerate() {
            if (is_pod || port.host_port != 0) && port.host_port != port.container_port {
                out.invalid(&ports_at.index(m).field("hostPort"), port.host_port, detail);
            }
        }
    }
}

// POD-SPEC-21
fn dns_config(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    let Some(config) = spec.dns_config.as_deref() else {
        if spec.dns_policy == DNSPolicy::None {
            out.required(at, "must provide `dnsConfig` when `dnsPolicy` is None");
        }
        return;
    };
    let PodDNSConfig { nameservers, searches, options } = config;
    let (servers_at, searches_at) = (at.field("nameservers"), at.field("searches"));
    if spec.dns_policy == DNSPolicy::None && nameservers.is_empty() {
        out.required(&servers_at, "must provide at least one DNS nameserver");
        return;
    }
    if nameservers.len() > 3 {
        out.invalid(&servers_at, nameservers.join(","), "must not have more than 3 nameservers");
    }
    for (n, server) in nameservers.iter().enumerate() {
        ip(out, &servers_at.index(n), server);
    }
    let list = searches.join(" ");
    if searches.len() > 32 {
        out.invalid(&searches_at, &list, "must not have more than 32 search paths");
    }
    if list.len() > 2048 {
        out.invalid(&searches_at, &list, "must not have more than 2048 characters");
    }
    for (n, search) in searches.iter().enumerate().filter(|(_, search)| *search != ".") {
        let search = search.strip_suffix('.').unwrap_or(search);
        let rule = name::dns1123_subdomain_with_underscore;
        name::validate(out, &searches_at.index(n), search, rule);
    }
    let options_at = at.field("options");
    for (n, option) in options.iter().enumerate() {
        if option.name.is_empty() {
            out.required(&options_at.index(n), "must not be empty");
        }
    }
}

/// An address without leading zeros, and not IPv4 in IPv6 form.
pub(in crate::pod) fn ip(out: &mut Errors, at: &Path<'_>, text: &str) {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_some() => {
            out.invalid(at, text, "must not be an IPv4-mapped IPv6 address");
        }
        Ok(_) => {}
        Err(_) => {
            out.invalid(at, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
        }
    }
}

// POD-SPEC-22
fn host_users(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    if spec.host_users != Some(false) {
        return;
    }
    let detail = "when `hostUsers` is false";
    for (name, set) in
        [("hostNetwork", spec.host_network), ("HostPID", spec.host_pid), ("HostIPC", spec.host_ipc)]
    {
        if set {
            out.forbidden(&at.field(name), detail);
        }
    }
    for (list, containers) in
        [("initContainers", &spec.init_containers), ("containers", &spec.containers)]
    {
        let list_at = at.field(list);
        for (n, _) in
            containers.iter().enumerate().filter(|(_, one)| !one.volume_devices.is_empty())
        {
            out.forbidden(&list_at.index(n).field("volumeDevices"), detail);
        }
    }
}

// POD-SPEC-20, POD-SPEC-22
fn names(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    if let Some(name) = &spec.hostname_override {
        let own = at.field("hostnameOverride");
        if spec.set_hostname_as_fqdn == Some(true) {
            out.forbidden(&own, "may not be specified when setHostnameAsFQDN is true");
        }
        if spec.host_network {
            out.forbidden(&own, "may not be specified when hostNetwork is true");
        }
        if name.len() > 64 {
            out.too_long(&own, 64);
        }
        name::validate(out, &own, name, name::dns1123_subdomain);
    }
    let mut check = |field: &str, value: &str, rule: fn(&str) -> Vec<name::Problem>| {
        if !value.is_empty() {
            name::validate(out, &at.field(field), value, rule);
        }
    };
    check("serviceAccountName", &spec.service_account_name, name::dns1123_subdomain);
    check("nodeName", &spec.node_name, name::dns1123_subdomain);
    check("hostname", &spec.hostname, name::dns1123_label);
    check("subdomain", &spec.subdomain, name::dns1123_label);
    check("priorityClassName", &spec.priority_class_name, name::dns1123_subdomain);
    if let Some(class) = &spec.runtime_class_name {
        name::validate(out, &at.field("runtimeClassName"), class, name::dns1123_subdomain);
    }
    let gates = at.field("readinessGates");
    for (n, gate) in spec.readiness_gates.iter().enumerate() {
        let kind = gate.condition_type.as_str();
        name::validate(out, &gates.index(n).field("conditionType"), kind, name::label_key);
    }
}

fn host_aliases(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    for (n, alias) in spec.host_aliases.iter().enumerate() {
        let one = at.index(n);
        ip(out, &one.field("ip"), &alias.ip);
        let hosts = one.field("hostnames");
        for (m, host) in alias.hostnames.iter().enumerate() {
            name::validate(out, &hosts.index(m), host, name::dns1123_subdomain);
        }
    }
}

/// The strict rules for selectors.
pub(super) const STRICT: labels::Rules =
    labels::Rules { invalid_values: false, unknown_operators: false };
