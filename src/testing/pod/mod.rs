//! Pods with everything that a pod can have.

mod container;
mod volume;

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::api::{
    Container, DNSPolicy, HostAlias, ObjectMeta, Pod, PodReadinessGate, PodSchedulingGate, PodSpec,
    PreemptionPolicy, ResourceRequirements, RestartPolicy, TaintEffect, Toleration,
    TolerationOperator, Volume, VolumeMount,
};
use crate::quantity::{Format, Quantity};
use crate::testing::pod::container::{Role, container, init_container};
use crate::testing::pod::volume::{mounts, volumes};
use crate::testing::text::{label_maps, labels};

pub(super) const POLICIES: [RestartPolicy; 4] =
    [RestartPolicy::Unset, RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never];

/// The parts of a spec that do not hang together with others.
fn loose() -> impl Strategy<Value = PodSpec> {
    let gates = option::weighted(0.1, select(&["example.com/quota", "example.com/licence"][..]));
    let alias = option::weighted(0.1, labels());
    let words = (
        select(&[DNSPolicy::Unset, DNSPolicy::Default, DNSPolicy::ClusterFirst][..]),
        option::weighted(0.2, select(&[PreemptionPolicy::Never][..])),
        option::weighted(0.2, labels()),
        option::weighted(0.2, labels()),
    );
    let numbers = (option::of(0..=60_i64), option::weighted(0.15, 1..=600_i64), any::<bool>());
    let lists = (vec(toleration(), 0..=2), label_maps(), gates.clone(), gates, alias);
    (words, numbers, lists, option::weighted(0.1, Just(whole_pod()))).prop_map(
        |((dns_policy, preemption_policy, hostname, account), numbers, lists, resources)| {
            let (termination_grace_period_seconds, active_deadline_seconds, links) = numbers;
            let (tolerations, node_selector, gate, readiness, alias) = lists;
            let alias = alias
                .map(|host| HostAlias { ip: "10.1.2.3".into(), hostnames: vec![host] })
                .into_iter();
            PodSpec {
                dns_policy,
                preemption_policy,
                hostname: hostname.unwrap_or_default(),
                service_account_name: account.unwrap_or_default(),
                termination_grace_period_seconds,
                active_deadline_seconds,
                enable_service_links: Some(links),
                tolerations,
                node_selector,
                scheduling_gates: gate
                    .map(|name| PodSchedulingGate { name: name.into() })
                    .into_iter()
                    .collect(),
                readiness_gates: readiness
                    .map(|kind| PodReadinessGate { condition_type: kind.into() })
                    .into_iter()
                    .collect(),
                host_aliases: alias.collect(),
                resources: resources.map(Box::new),
                ..PodSpec::default()
            }
        },
    )
}

/// Resources of a pod as a whole: more than its containers ask for together.
fn whole_pod() -> ResourceRequirements {
    let gi = Quantity::new(64 << 30, Format::BinarySi);
    let list = [("cpu".to_owned(), Quantity::from(16)), ("memory".to_owned(), gi)];
    ResourceRequirements { limits: list.into(), ..ResourceRequirements::default() }
}

fn toleration() -> impl Strategy<Value = Toleration> {
    let effects = [TaintEffect::Unset, TaintEffect::NoSchedule, TaintEffect::NoExecute];
    (labels(), select(effects.to_vec()), any::<bool>(), option::of(0..300_i64)).prop_map(
        |(key, effect, exists, seconds)| Toleration {
            key,
            operator: if exists { TolerationOperator::Exists } else { TolerationOperator::Equal },
            value: if exists { String::new() } else { "yes".into() },
            toleration_seconds: seconds.filter(|_| effect == TaintEffect::NoExecute),
            effect,
        },
    )
}

/// Names and mounts for containers that have none yet; the ports of a pod differ from each other.
fn settle(
    containers: Vec<(Container, Vec<(bool, VolumeMount)>)>,
    names: &mut impl Iterator<Item = String>,
    volumes: &[Volume],
    next_port: &mut i32,
) -> Vec<Container> {
    let settled = containers.into_iter().zip(names).map(|((container, mounts), name)| {
        let mounts = mounts.into_iter().zip(volumes).filter(|((mounted, _), _)| *mounted);
        let mounts = mounts.map(|((_, mount), volume)| {
            let mount_path = format!("/mnt/{}", volume.name);
            VolumeMount { name: volume.name.clone(), mount_path, ..mount }
        });
        let mut container = Container { name, volume_mounts: mounts.collect(), ..container };
        for port in &mut container.ports {
            port.container_port = *next_port;
            *next_port += 1;
        }
        container
    });
    settled.collect()
}

/// A sleep before the stop that fits into the grace period.
fn fit_sleep(container: &mut Container, grace: i64) {
    let Some(lifecycle) = container.lifecycle.as_deref_mut() else { return };
    for hook in [&mut lifecycle.post_start, &mut lifecycle.pre_stop].into_iter().flatten() {
        if let Some(sleep) = hook.sleep.as_deref_mut() {
            sleep.seconds = sleep.seconds.min(grace);
        }
    }
}

/// Pods that an API server takes, and that use most of what a pod can have: init containers, sidecars,
/// restart policies and rules of containers, probes, hooks, volumes of many sorts and their mounts,
/// environments, resources of containers and of the pod, deadlines, grace periods, gates and
/// tolerations. They may be scheduled or run alone; nothing that they refer to exists.
///
/// They are valid after [defaults](crate::pod::defaults::default), and much larger than those of
/// [`pods`](super::pods).
///
/// ```
/// # use proptest::prelude::*;
/// use kubernel::field::{Errors, Path};
/// use kubernel::pod::{defaults, validate::{Rules, validate}};
/// use kubernel::testing::full_pods;
///
/// # proptest!(ProptestConfig::with_cases(8), |(mut pod in full_pods())| {
/// defaults::default(&mut pod);
/// let mut errors = Errors::new();
/// validate(&mut errors, &Path::EMPTY, &pod, &Rules::default());
/// assert!(errors.is_empty(), "{errors}");
/// # });
/// ```
pub fn full_pods() -> impl Strategy<Value = Pod> {
    let names = btree_set(labels(), 10);
    let names = names.prop_map(|names| names.into_iter().collect::<Vec<_>>()).prop_shuffle();
    let init = vec((init_container(), mounts()), 0..=3);
    let regular = vec((container(Role::Regular), mounts()), 1..=3);
    let flags = (prop::bool::weighted(0.1), any::<bool>());
    let parts = (names, init, regular, volumes(), loose());
    (label_maps(), select(&POLICIES[..]), flags, parts).prop_map(
        |(labels, restart_policy, (host_network, shared), parts)| {
            let (names, init, regular, volumes, loose) = parts;
            let mut names = names.into_iter();
            let name = names.next().unwrap_or_default();
            let mut port = 8_000;
            let mut spec = PodSpec {
                init_containers: settle(init, &mut names, &volumes, &mut port),
                containers: settle(regular, &mut names, &volumes, &mut port),
                volumes,
                restart_policy,
                host_network,
                share_process_namespace: Some(shared),
                ..loose
            };
            let grace = spec.termination_grace_period_seconds.unwrap_or(30);
            for container in spec.init_containers.iter_mut().chain(&mut spec.containers) {
                fit_sleep(container, grace);
            }
            let namespace = "default".into();
            let metadata = ObjectMeta { name, namespace, labels, ..ObjectMeta::default() };
            Pod { metadata, spec, ..Pod::default() }
        },
    )
}
