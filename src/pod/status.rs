//! The status of a pod as its node sees it.
//!
//! Source: `pkg/kubelet/kubelet_pods.go` (`generateAPIPodStatus`, `convertStatusToAPIStatus`,
//! `sortPodIPs`), `pkg/kubelet/active_deadline.go`.

use std::net::IpAddr;
use std::time::Duration;

use crate::api::{
    ConditionStatus, Container, HostIP, Pod, PodCondition, PodConditionType, PodIP, PodPhase,
    PodStatus,
};
use crate::pod::conditions::{self, condition};
use crate::pod::container::{self, Facts, List, StartFailures};
use crate::pod::phase::{Progress, is_terminal, phase};
use crate::pod::probe::{self, Kind, KubeletStart, Verdict, Verdicts};
use crate::pod::qos;
use crate::pod::restart::all_containers_could_restart;
use crate::pod::restart_all::{is_cleaned_up, restarts_all};
use crate::pod::runtime::{Runtime, SandboxNeed};
use crate::pod::statuses::Statuses;
use crate::time::{Instant, Time};

/// What a node knows of a pod when it writes its status.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// What the runtime knows.
    pub runtime: &'a Runtime,
    /// The verdicts of the probes.
    pub verdicts: &'a Verdicts,
    /// Whether a prober of a kind works for a container.
    pub probed: &'a dyn Fn(&str, Kind) -> bool,
    /// The failures of the last tries to start.
    pub failures: &'a StartFailures,
    /// Every container has been stopped for good.
    pub stopped: bool,
    /// Whether the node's first address is IPv6.
    pub primary_v6: bool,
    /// The addresses of the node, primary first.
    pub host_ips: &'a [IpAddr],
    /// The logical time.
    pub now: Instant,
    /// The wire time of logical time zero.
    pub epoch: Time,
    /// The wire time before which a container must have begun to have outlived a start of the
    /// kubelet.
    pub started_before: KubeletStart,
}

/// A status, and what came to light on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The status; the transition times of the kubelet's own conditions are not set.
    pub status: PodStatus,
    /// The containers whose readiness wants to be probed at once.
    pub probe_now: Vec<String>,
}

/// The status of `pod`; `old` is the last one the node wrote, else the one of the API.
// POD-STATUS-1
#[must_use]
pub fn generate(pod: &Pod, old: &PodStatus, known: &Known<'_>) -> Generated {
    let mut status = containers(pod, old, known);
    let progress =
        Progress { stopped: known.stopped, initialized: known.runtime.any_regular_active(pod) };
    let fresh = phase(pod, &seen(pod, &status), progress);
    settle_phase(pod, old, known, &mut status, fresh);
    let probe_now =
        probe::apply(pod, &mut status, known.verdicts, known.probed, known.started_before);
    status.conditions = all_conditions(pod, old, known, &status);
    addresses(pod, known, &mut status);
    Generated { status, probe_now }
}

/// `old` with what probes have decided anew: which containers have started and are ready, and the conditions
/// that follow from readiness. `None` if nothing in it changes. The transition times are not set.
///
/// Source: `pkg/kubelet/status/status_manager.go` (`SetContainerReadiness`, `SetContainerStartup`).
// POD-PROBE-12
pub(crate) fn readiness(
    pod: &Pod,
    old: &PodStatus,
    (before, verdicts): (&Verdicts, &Verdicts),
) -> Option<PodStatus> {
    let mut status = old.clone();
    let (mut started, mut ready) = (false, false);
    let anew = |kind, id: &str| {
        let verdict =
            verdicts.of(kind, id).filter(|_| verdicts.of(kind, id) != before.of(kind, id));
        verdict.map(|verdict| verdict == Verdict::Success)
    };
    for one in status.container_statuses.iter_mut().chain(&mut status.init_container_statuses) {
        let id = probe::bare_id(&one.container_id);
        if let Some(new) = anew(Kind::Startup, id) {
            started |= one.started != Some(new);
            one.started = Some(new);
        }
        if let Some(new) = anew(Kind::Readiness, id) {
            ready |= one.ready != new;
            one.ready = new;
        }
    }
    if ready {
        let seen = seen(pod, &status);
        let new = [
            conditions::ready(pod, &old.conditions, &seen, &status.phase),
            conditions::containers_ready(pod, &seen, &status.phase),
        ];
        for new in new {
            match status.conditions.iter_mut().find(|one| one.type_ == new.type_) {
                Some(place) => *place = new,
                None => status.conditions.push(new),
            }
        }
    }
    (started || ready).then_some(status)
}

/// The statuses in a form that knows whether there was an init list.
fn seen<'a>(pod: &Pod, status: &'a PodStatus) -> Statuses<'a> {
    let init = status.init_container_statuses.as_slice();
    Statuses {
        init: (!pod.spec.init_containers.is_empty()).then_some(init),
        regular: &status.container_statuses,
    }
}

fn containers(pod: &Pod, old: &PodStatus, known: &Known<'_>) -> PodStatus {
    let facts = Facts {
        pod,
        runtime: known.runtime,
        failures: known.failures,
        restarting: restarts_all(pod, Some(known.runtime), Some(old)),
        epoch: known.epoch,
    };
    let spec = &pod.spec;
    let regular: Vec<&Container> = spec.containers.iter().collect();
    let init: Vec<&Container> = spec.init_containers.iter().collect();
    let ephemeral: Vec<Container> =
        spec.ephemeral_containers.iter().map(container::of_ephemeral).collect();
    let ephemeral: Vec<&Container> = ephemeral.iter().collect();
    let pod_ips: Vec<PodIP> =
        sort_ips(&known.runtime.ips, known.primary_v6).into_iter().map(|ip| PodIP { ip }).collect();
    PodStatus {
        pod_ip: pod_ips.first().map(|first| first.ip.clone()).unwrap_or_default(),
        pod_ips,
        qos_class: qos::effective(pod),
        container_statuses: container::statuses(
            &facts,
            &regular,
            &old.container_statuses,
            List::Other,
        ),
        init_container_statuses: container::statuses(
            &facts,
            &init,
            &old.init_container_statuses,
            List::Init,
        ),
        ephemeral_container_statuses: container::statuses(
            &facts,
            &ephemeral,
            &old.ephemeral_container_statuses,
            List::Other,
        ),
        ..PodStatus::default()
    }
}

// POD-PHASE-13, POD-DEADLINE-1
fn settle_phase(
    pod: &Pod,
    old: &PodStatus,
    known: &Known<'_>,
    status: &mut PodStatus,
    fresh: PodPhase,
) {
    let api = &pod.status;
    status.phase = if is_terminal(&fresh) {
        fresh
    } else if is_terminal(&old.phase) {
        old.phase.clone()
    } else if is_terminal(&api.phase) {
        api.phase.clone()
    } else {
        fresh
    };
    if status.phase == old.phase {
        let first = |a: &String, b: &String| if a.is_empty() { b.clone() } else { a.clone() };
        status.reason = first(&old.reason, &api.reason);
        status.message = first(&old.message, &api.message);
    }
    if deadline(pod, old, known.epoch).is_some_and(|deadline| known.now >= deadline) {
        status.phase = PodPhase::Failed;
        "DeadlineExceeded".clone_into(&mut status.reason);
        "Pod was active on the node longer than the specified deadline"
            .clone_into(&mut status.message);
    }
    if is_terminal(&api.phase) {
        status.phase = api.phase.clone();
    }
}

/// When the active deadline of `pod` is over; `None` if it has none or has not begun.
// POD-DEADLINE-1
#[must_use]
pub fn deadline(pod: &Pod, status: &PodStatus, epoch: Time) -> Option<Instant> {
    let seconds = u64::try_from(pod.spec.active_deadline_seconds?).ok()?;
    let start = status.start_time.or(pod.status.start_time)?;
    Some(Instant::at_wire(start, epoch) + Duration::from_secs(seconds))
}

// POD-COND-2, POD-COND-3
fn all_conditions(
    pod: &Pod,
    old: &PodStatus,
    known: &Known<'_>,
    status: &PodStatus,
) -> Vec<PodCondition> {
    let foreign = pod.status.conditions.iter();
    let mut out: Vec<PodCondition> =
        foreign.filter(|one| !conditions::is_owned(&one.type_)).cloned().collect();
    let disruption = PodConditionType::DisruptionTarget;
    if let Some(kept) = conditions::find(&old.conditions, &disruption) {
        match out.iter_mut().find(|one| one.type_ == disruption) {
            Some(place) => place.clone_from(kept),
            None => out.push(kept.clone()),
        }
    }
    let usable = match known.runtime.sandbox(pod) {
        SandboxNeed::Usable { .. } => true,
        SandboxNeed::New { .. } => false,
    };
    let own = |kind, status| condition(pod, kind, status, "", String::new());
    out.push(own(PodConditionType::PodReadyToStartContainers, usable));
    let seen = seen(pod, status);
    let phase = &status.phase;
    out.push(conditions::initialized(pod, &old.conditions, &seen, phase));
    out.push(conditions::ready(pod, &out, &seen, phase));
    out.push(conditions::containers_ready(pod, &seen, phase));
    out.push(own(PodConditionType::PodScheduled, true));
    if all_containers_could_restart(&pod.spec) {
        out.push(restarting(pod, old, known, phase));
    }
    out
}

// POD-COND-14
fn restarting(pod: &Pod, old: &PodStatus, known: &Known<'_>, phase: &PodPhase) -> PodCondition {
    let going_on =
        restarts_all(pod, Some(known.runtime), Some(old)) && !is_cleaned_up(pod, known.runtime);
    let (status, reason, message) = match phase {
        PodPhase::Succeeded => (ConditionStatus::False, "PodCompleted", ""),
        PodPhase::Failed => (ConditionStatus::False, "PodFailed", ""),
        PodPhase::Unset
        | PodPhase::Pending
        | PodPhase::Running
        | PodPhase::Unknown
        | PodPhase::Other(_) => {
            if going_on {
                let message = "container exited with restart policy rule";
                (ConditionStatus::True, "RestartAllContainersStarted", message)
            } else {
                (ConditionStatus::False, "", "")
            }
        }
    };
    PodCondition {
        type_: PodConditionType::AllContainersRestarting,
        status,
        reason: reason.to_owned(),
        message: message.to_owned(),
        ..PodCondition::default()
    }
}

// POD-NET-1
pub(crate) fn sort_ips(ips: &[String], primary_v6: bool) -> Vec<String> {
    let parsed: Vec<IpAddr> = ips.iter().filter_map(|ip| parse_ip(ip)).collect();
    let first = |v4: bool| parsed.iter().find(|ip| ip.is_ipv4() == v4);
    let chosen = [first(!primary_v6), first(primary_v6)];
    chosen.into_iter().flatten().map(IpAddr::to_string).collect()
}

/// An address; leading zeros in IPv4 parts are ignored, and IPv4 in IPv6 form is IPv4.
fn parse_ip(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        return text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    }
    let trimmed: Vec<&str> = text
        .split('.')
        .map(|part| {
            let rest = part.trim_start_matches('0');
            if rest.is_empty() && !part.is_empty() { "0" } else { rest }
        })
        .collect();
    trimmed.join(".").parse().ok()
}

// POD-NET-2
fn addresses(pod: &Pod, known: &Known<'_>, status: &mut PodStatus) {
    let Some((first, rest)) = known.host_ips.split_first() else { return };
    status.host_ip = first.to_string();
    status.host_ips = std::iter::once(first)
        .chain(rest.first())
        .map(|ip| HostIP { ip: ip.to_string() })
        .collect();
    if !pod.spec.host_network {
        return;
    }
    if status.pod_ip.is_empty() {
        status.pod_ip = first.to_string();
        status.pod_ips = vec![PodIP { ip: first.to_string() }];
    }
    if let ([second], [one]) = (rest, status.pod_ips.as_slice())
        && parse_ip(&one.ip).is_some_and(|one| one.is_ipv4() != second.is_ipv4())
    {
        status.pod_ips.push(PodIP { ip: second.to_string() });
    }
}
