//! Mistakes in metadata, in volumes, and in what a pod is as a whole.

use crate::api::{
    ConfigMapVolumeSource, DNSPolicy, EmptyDirVolumeSource, EphemeralContainer, HostAlias,
    HostPathVolumeSource, Pod, PodReadinessGate, PodSchedulingGate, ResourceRequirements,
    SecretVolumeSource, TaintEffect, Toleration, TolerationOperator, TopologySpreadConstraint,
    UnsatisfiableConstraintAction, Volume,
};
use crate::quantity::Quantity;
use crate::testing::defect::{Mistake, push};

fn with_volume(pod: &mut Pod, volume: Volume, below: &str) -> String {
    push(&mut pod.spec.volumes, "spec.volumes", volume, below)
}

fn named(name: &str) -> Volume {
    Volume { name: name.into(), ..Volume::default() }
}

fn with_toleration(pod: &mut Pod, toleration: Toleration, below: &str) -> String {
    push(&mut pod.spec.tolerations, "spec.tolerations", toleration, below)
}

fn with_gate(pod: &mut Pod, name: &str) -> String {
    let gate = PodSchedulingGate { name: name.into() };
    push(&mut pod.spec.scheduling_gates, "spec.schedulingGates", gate, "")
}

fn spread(max_skew: i32, topology_key: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        max_skew,
        topology_key: topology_key.into(),
        when_unsatisfiable: UnsatisfiableConstraintAction::DoNotSchedule,
        ..TopologySpreadConstraint::default()
    }
}

fn with_spread(pod: &mut Pod, constraint: TopologySpreadConstraint, below: &str) -> String {
    let list = &mut pod.spec.topology_spread_constraints;
    push(list, "spec.topologySpreadConstraints", constraint, below)
}

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake("a pod without a name", "Required", |pod, _| {
        pod.metadata.name.clear();
        "metadata.name".into()
    }),
    Mistake("a name that is no DNS subdomain", "Invalid", |pod, _| {
        // Claims of ephemeral volumes are named after the pod, and would be wrong too.
        for volume in &mut pod.spec.volumes {
            volume.ephemeral = None;
        }
        pod.metadata.name = "web_1".into();
        "metadata.name".into()
    }),
    Mistake("a pod without a namespace", "Required", |pod, _| {
        pod.metadata.namespace.clear();
        "metadata.namespace".into()
    }),
    Mistake("a label whose key is none", "Invalid", |pod, _| {
        pod.metadata.labels.insert("-key".into(), "value".into());
        "metadata.labels".into()
    }),
    Mistake("a cost of deletion that is no number", "Invalid", |pod, _| {
        let key = "controller.kubernetes.io/pod-deletion-cost";
        pod.metadata.annotations.insert(key.into(), "+1".into());
        format!("metadata.annotations[{key}]")
    }),
    Mistake("a pod without containers", "Required", |pod, _| {
        pod.spec.containers.clear();
        "spec.containers".into()
    }),
    Mistake("an ephemeral container from the start", "Forbidden", |pod, _| {
        let (name, image) = ("debugger".into(), "tools:1".into());
        let container = EphemeralContainer { name, image, ..EphemeralContainer::default() };
        pod.spec.ephemeral_containers.push(container);
        "spec.ephemeralContainers".into()
    }),
    Mistake("a volume without a name", "Required", |pod, _| with_volume(pod, named(""), ".name")),
    Mistake("a name of a volume with a dot", "Invalid", |pod, _| {
        with_volume(pod, named("a.b"), ".name")
    }),
    Mistake("two volumes of one name", "Duplicate", |pod, _| {
        with_volume(pod, named("twice-the-same"), "");
        with_volume(pod, named("twice-the-same"), ".name")
    }),
    Mistake("a volume of two sorts", "Forbidden", |pod, _| {
        let volume = Volume {
            empty_dir: Some(Box::new(EmptyDirVolumeSource::default())),
            host_path: Some(Box::new(HostPathVolumeSource {
                path: "/var".into(),
                ..HostPathVolumeSource::default()
            })),
            ..named("two-sorts-at-once")
        };
        with_volume(pod, volume, ".hostPath")
    }),
    Mistake("a volume of no secret", "Required", |pod, _| {
        let secret = Some(Box::new(SecretVolumeSource::default()));
        with_volume(pod, Volume { secret, ..named("no-secret-here") }, ".secret.secretName")
    }),
    Mistake("a mode of files with more than nine bits", "Invalid", |pod, _| {
        let map = ConfigMapVolumeSource {
            name: "settings".into(),
            default_mode: Some(0o1000),
            ..ConfigMapVolumeSource::default()
        };
        let volume = Volume { config_map: Some(Box::new(map)), ..named("ten-bits-of-mode") };
        with_volume(pod, volume, ".configMap.defaultMode")
    }),
    Mistake("a path upwards on the node", "Invalid", |pod, _| {
        let path = "/var/../etc".into();
        let host_path = Some(Box::new(HostPathVolumeSource { path, type_: None }));
        with_volume(pod, Volume { host_path, ..named("up-and-away") }, ".hostPath.path")
    }),
    Mistake("an unknown restart policy", "NotSupported", |pod, _| {
        pod.spec.restart_policy = "Sometimes".into();
        "spec.restartPolicy".into()
    }),
    Mistake("an unknown DNS policy", "NotSupported", |pod, _| {
        pod.spec.dns_policy = "Sometimes".into();
        "spec.dnsPolicy".into()
    }),
    Mistake("a DNS policy of one's own without settings", "Required", |pod, _| {
        pod.spec.dns_policy = DNSPolicy::None;
        "spec.dnsConfig".into()
    }),
    Mistake("an unknown preemption policy", "NotSupported", |pod, _| {
        pod.spec.preemption_policy = Some("Maybe".into());
        "spec.preemptionPolicy".into()
    }),
    Mistake("a deadline of 0 seconds", "Invalid", |pod, _| {
        pod.spec.active_deadline_seconds = Some(0);
        "spec.activeDeadlineSeconds".into()
    }),
    Mistake("a label of nodes that is none", "Invalid", |pod, _| {
        pod.spec.node_selector.insert("disk".into(), "a b".into());
        "spec.nodeSelector".into()
    }),
    Mistake("a host name with a dot", "Invalid", |pod, _| {
        pod.spec.hostname = "a.b".into();
        "spec.hostname".into()
    }),
    Mistake("a name of a service account that is none", "Invalid", |pod, _| {
        pod.spec.service_account_name = "Robot".into();
        "spec.serviceAccountName".into()
    }),
    Mistake("an alias for no address", "Invalid", |pod, _| {
        let alias = HostAlias { ip: "10.0.0.256".into(), ..HostAlias::default() };
        push(&mut pod.spec.host_aliases, "spec.hostAliases", alias, ".ip")
    }),
    Mistake("a node for a pod behind a gate", "Forbidden", |pod, _| {
        with_gate(pod, "example.com/another");
        pod.spec.node_name = "node".into();
        "spec.nodeName".into()
    }),
    Mistake("a gate twice", "Duplicate", |pod, _| {
        with_gate(pod, "example.com/twice");
        with_gate(pod, "example.com/twice")
    }),
    Mistake("a readiness gate whose name is none", "Invalid", |pod, _| {
        let gate = PodReadinessGate { condition_type: "a b".into() };
        push(&mut pod.spec.readiness_gates, "spec.readinessGates", gate, ".conditionType")
    }),
    Mistake("a toleration of everything that compares values", "Invalid", |pod, _| {
        let operator = TolerationOperator::Equal;
        with_toleration(pod, Toleration { operator, ..Toleration::default() }, ".operator")
    }),
    Mistake("a toleration for some seconds of what evicts nobody", "Invalid", |pod, _| {
        let toleration = Toleration {
            key: "key".into(),
            operator: TolerationOperator::Exists,
            effect: TaintEffect::NoSchedule,
            toleration_seconds: Some(5),
            ..Toleration::default()
        };
        with_toleration(pod, toleration, ".effect")
    }),
    Mistake("a spread without any skew", "Invalid", |pod, _| {
        with_spread(pod, spread(0, "zone"), ".maxSkew")
    }),
    Mistake("a spread over nothing", "Required", |pod, _| {
        with_spread(pod, spread(1, ""), ".topologyKey")
    }),
    Mistake("a resource that only containers have", "NotSupported", |pod, _| {
        let name = "ephemeral-storage".to_owned();
        let requests = [(name, Quantity::from(1))].into();
        let own = ResourceRequirements { requests, ..ResourceRequirements::default() };
        pod.spec.resources = Some(Box::new(own));
        "spec.resources.requests[ephemeral-storage]".into()
    }),
];
