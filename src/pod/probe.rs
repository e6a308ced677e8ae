//! Probes: when a container is asked, and what its answers amount to.
//!
//! Source: `pkg/kubelet/prober/worker.go`, `pkg/kubelet/prober/prober_manager.go`.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::{Container, ContainerStatus, Pod, PodStatus, Probe};
use crate::pod::behaviour::Behaviour;
use crate::pod::phase::is_terminal;
use crate::pod::restart::restart;
use crate::pod::restart_all::restarts_all;
use crate::pod::statuses::Statuses;
use crate::time::{Instant, Time};

/// What a probe is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// Is it up? Gates the two others.
    Startup,
    /// Must it be killed?
    Liveness,
    /// May it serve?
    Readiness,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Startup, Self::Liveness, Self::Readiness];

    /// The probe of this kind of `container`.
    #[must_use]
    pub fn of(self, container: &Container) -> Option<&Probe> {
        match self {
            Self::Startup => container.startup_probe.as_deref(),
            Self::Liveness => container.liveness_probe.as_deref(),
            Self::Readiness => container.readiness_probe.as_deref(),
        }
    }

    // POD-PROBE-1
    const fn initial(self) -> Verdict {
        match self {
            Self::Startup => Verdict::Unknown,
            Self::Liveness => Verdict::Success,
            Self::Readiness => Verdict::Failure,
        }
    }
}

/// What is held to be true of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The probe holds.
    Success,
    /// The probe does not hold.
    Failure,
    /// Nothing is decided yet.
    Unknown,
}

/// The answer to one probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Yes.
    Success,
    /// No.
    Failure,
    /// Yes, with a remark.
    Warning,
    /// Neither yes nor no.
    Unknown,
    /// The probe could not be carried out.
    Error,
}

impl Answer {
    // POD-PROBE-7
    const fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Success | Self::Warning => Some(Verdict::Success),
            Self::Failure | Self::Unknown => Some(Verdict::Failure),
            Self::Error => None,
        }
    }
}

/// The verdicts by kind and instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdicts {
    startup: BTreeMap<String, Verdict>,
    liveness: BTreeMap<String, Verdict>,
    readiness: BTreeMap<String, Verdict>,
}

impl Verdicts {
    /// No verdicts.
    pub const EMPTY: Self =
        Self { startup: BTreeMap::new(), liveness: BTreeMap::new(), readiness: BTreeMap::new() };

    /// The verdict about the instance `id`, if there is one.
    #[must_use]
    pub fn of(&self, kind: Kind, id: &str) -> Option<Verdict> {
        let of_kind = match kind {
            Kind::Startup => &self.startup,
            Kind::Liveness => &self.liveness,
            Kind::Readiness => &self.readiness,
        };
        of_kind.get(id).copied()
    }

    /// Notes a verdict; whether it is new.
    pub fn set(&mut self, kind: Kind, id: &str, verdict: Verdict) -> bool {
        match self.of_kind(kind).get_mut(id) {
            Some(place) => std::mem::replace(place, verdict) != verdict,
            None => self.of_kind(kind).insert(id.to_owned(), verdict).is_none(),
        }
    }

    /// Forgets the verdict about the instance `id`.
    pub fn forget(&mut self, kind: Kind, id: &str) {
        self.of_kind(kind).remove(id);
    }

    fn of_kind(&mut self, kind: Kind) -> &mut BTreeMap<String, Verdict> {
        match kind {
            Kind::Startup => &mut self.startup,
            Kind::Liveness => &mut self.liveness,
            Kind::Readiness => &mut self.readiness,
        }
    }
}

/// The part of a container id behind its scheme.
#[must_use]
pub fn bare_id(id: &str) -> &str {
    let mut behind = id;
    // A search for one character is several times as fast as one for a text.
    while let Some((_, rest)) = behind.split_once(':') {
        match rest.strip_prefix("//") {
            Some(bare) => return bare,
            None => behind = rest,
        }
    }
    id
}

/// One prober: it asks one container one sort of question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prober {
    kind: Kind,
    /// The instance last seen, as the status names it.
    instance: String,
    /// The last answer, and how often it came in a row.
    last: Option<Verdict>,
    run: i32,
    /// It waits for a new instance.
    on_hold: bool,
    /// When it looks next.
    due: Instant,
    /// It was told to look out of turn.
    triggered: bool,
}

/// What a prober is to do at its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turn {
    /// Nothing; look again later.
    Wait,
    /// It has ended and is to be dropped.
    End,
    /// Ask the container, and tell the answer by [`Prober::answer`].
    Ask,
}

/// When the kubelet itself began, as far as it matters to probers: the wire time.
pub type KubeletStart = Option<Time>;

impl Prober {
    /// A prober that looks at once.
    #[must_use]
    pub const fn new(kind: Kind, now: Instant) -> Self {
        Self {
            kind,
            instance: String::new(),
            last: None,
            run: 0,
            on_hold: false,
            due: now,
            triggered: false,
        }
    }

    /// What it asks for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it waits for a new instance.
    #[must_use]
    pub const fn is_on_hold(&self) -> bool {
        self.on_hold
    }

    /// Whether another answer of this sort about the instance `id` would change nothing.
    pub(crate) fn is_steady(&self, verdict: Verdict, id: &str, verdicts: &Verdicts) -> bool {
        self.last == Some(verdict) && verdicts.of(self.kind, id) == Some(verdict)
    }

    /// Whether it waits for another instance than the one that a status calls `container_id`.
    pub(crate) fn rests(&self, container_id: &str) -> bool {
        self.on_hold && self.instance == container_id
    }

    /// When it looks next.
    #[must_use]
    pub const fn wake_at(&self) -> Instant {
        self.due
    }

    /// Looks at `now` without waiting for the end of the period.
    pub fn trigger(&mut self, now: Instant) {
        self.due = now;
        self.triggered = true;
    }

    /// When the look happens that is due at `now`, if one is; the one after it is set up.
    ///
    /// Looks come once a period, counted from the first one or from the last trigger. Of several
    /// that were missed only the last happens.
    pub fn take_due(&mut self, probe: &Probe, now: Instant) -> Option<Instant> {
        if self.due > now {
            return None;
        }
        let period = period(probe);
        let missed = now.since(self.due).as_micros() / period.as_micros();
        let at = self.due + period.saturating_mul(u32::try_from(missed).unwrap_or(u32::MAX));
        self.due = at + period;
        self.triggered = false;
        Some(at)
    }

    /// The first look that could change a verdict about the instance `life`, as far as can be told
    /// from how the instance behaves; `started` is what its status says.
    #[must_use]
    pub fn next_look(
        &self,
        probe: &Probe,
        life: &Subject<'_>,
        started: bool,
        verdicts: &Verdicts,
    ) -> Option<Instant> {
        if self.triggered {
            return Some(self.due);
        }
        let known = bare_id(&self.instance) == life.id;
        // No verdict is not the same as none yet: until the prober has met the new instance, a container
        // that was killed and started again keeps its `started`, and one whose prober is taken away
        // counts as started (POD-CSTATE-9, POD-PROBE-1).
        if !known && self.kind == Kind::Startup {
            return Some(self.due);
        }
        if (known && self.on_hold) || started == (self.kind == Kind::Startup) {
            return None;
        }
        let delay = u64::try_from(probe.initial_delay_seconds).unwrap_or(0);
        let whole = life.since - Duration::from_micros(life.since.as_micros() % 1_000_000);
        let mut earliest = whole + Duration::from_secs(delay);
        let answers = life.behaviour.answers(self.kind);
        let age = self.due.since(life.since);
        let verdict = answers.at(age).verdict();
        let steady =
            known && verdict.is_some_and(|verdict| self.is_steady(verdict, life.id, verdicts));
        if steady {
            earliest = earliest.max(life.since + answers.next_change(age)?);
        }
        let period = period(probe);
        let ahead = earliest.since(self.due).as_micros().div_ceil(period.as_micros());
        Some(self.due + period.saturating_mul(u32::try_from(ahead).unwrap_or(u32::MAX)))
    }

    /// Looks at the status of the pod and decides what to do.
    ///
    /// `started_before` is the wire time before which a container must have begun to have outlived
    /// a start of the kubelet.
    #[must_use]
    pub fn turn(
        &mut self,
        scene: &Scene<'_>,
        verdicts: &mut Verdicts,
        started_before: KubeletStart,
    ) -> Turn {
        let Scene { pod, container, status, now } = *scene;
        if is_terminal(&status.phase) {
            return Turn::End; // POD-PROBE-2
        }
        let Some(seen) = seen(container, status) else { return Turn::Wait };
        if self.instance != seen.container_id {
            self.adopt(scene, seen, verdicts, started_before);
        }
        if self.on_hold {
            return Turn::Wait; // POD-PROBE-10
        }
        let id = bare_id(&seen.container_id);
        let Some(running) = seen.state.running.as_deref() else {
            verdicts.set(self.kind, id, Verdict::Failure);
            return after_end(pod, container, seen, status); // POD-PROBE-3
        };
        // POD-PROBE-4
        if pod.metadata.deletion_timestamp.is_some() && self.kind != Kind::Readiness {
            verdicts.set(self.kind, id, Verdict::Success);
            return Turn::End;
        }
        let delay = self.kind.of(container).map_or(0, |probe| probe.initial_delay_seconds);
        let age = running.started_at.map_or(i64::MAX, |since| now.seconds_since(since));
        // POD-PROBE-5, POD-PROBE-6
        let started = seen.started == Some(true);
        if age < i64::from(delay) || started == (self.kind == Kind::Startup) {
            return Turn::Wait;
        }
        Turn::Ask
    }

    // POD-PROBE-1, POD-PROBE-13
    fn adopt(
        &mut self,
        scene: &Scene<'_>,
        seen: &ContainerStatus,
        verdicts: &mut Verdicts,
        started_before: KubeletStart,
    ) {
        if !self.instance.is_empty() {
            verdicts.forget(self.kind, bare_id(&self.instance));
        }
        self.instance.clone_from(&seen.container_id);
        self.on_hold = false;
        let id = bare_id(&seen.container_id);
        let survivor = seen.state.running.as_deref().and_then(|running| running.started_at);
        let survivor = survivor.zip(started_before).is_some_and(|(since, limit)| since < limit);
        let is_sidecar = scene.pod.spec.init_containers.iter().any(|container| {
            container.name == scene.container.name && crate::pod::restart::is_sidecar(container)
        });
        if is_sidecar && self.kind == Kind::Startup && seen.started == Some(true) {
            verdicts.set(self.kind, id, Verdict::Success);
        }
        if !survivor {
            verdicts.set(self.kind, id, self.kind.initial());
        }
    }

    /// Takes the answer to a question; whether a verdict changed.
    // POD-PROBE-8, POD-PROBE-9, POD-PROBE-11
    pub fn answer(&mut self, probe: &Probe, answer: Answer, verdicts: &mut Verdicts) -> bool {
        let Some(verdict) = answer.verdict() else { return false };
        self.run = if self.last == Some(verdict) { self.run.saturating_add(1) } else { 1 };
        self.last = Some(verdict);
        let threshold = match verdict {
            Verdict::Success => probe.success_threshold,
            Verdict::Failure => probe.failure_threshold,
            Verdict::Unknown => 0,
        };
        if self.run < threshold {
            return false;
        }
        let changed = verdicts.set(self.kind, bare_id(&self.instance), verdict);
        let hold = match self.kind {
            Kind::Startup => true,
            Kind::Liveness => verdict == Verdict::Failure,
            Kind::Readiness => false,
        };
        if hold {
            self.on_hold = true;
            self.run = 0;
        }
        changed
    }
}

fn period(probe: &Probe) -> Duration {
    Duration::from_secs(u64::try_from(probe.period_seconds).unwrap_or(0).max(1))
}

/// A running instance and how it behaves.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its name in the runtime.
    pub id: &'a str,
    /// Since when it runs.
    pub since: Instant,
    /// How it behaves.
    pub behaviour: &'a Behaviour,
}

/// What a prober sees at its turn.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The container it asks.
    pub container: &'a Container,
    /// The status as last computed.
    pub status: &'a PodStatus,
    /// The wire time.
    pub now: Time,
}

fn seen<'a>(container: &Container, status: &'a PodStatus) -> Option<&'a ContainerStatus> {
    let named = |list: &'a [ContainerStatus]| {
        list.iter()
            .find(|status| status.name == container.name)
            .filter(|s| !s.container_id.is_empty())
    };
    named(&status.container_statuses).or_else(|| named(&status.init_container_statuses))
}

// POD-PROBE-3
fn after_end(pod: &Pod, container: &Container, seen: &ContainerStatus, status: &PodStatus) -> Turn {
    let Some(end) = seen.state.terminated.as_deref() else { return Turn::Wait };
    let again = restart(container, &pod.spec.restart_policy, end.exit_code).restarts()
        || restarts_all(pod, None, Some(status));
    if again { Turn::Wait } else { Turn::End }
}

/// Sets `started` and `ready` of all containers of `status` from the verdicts, and returns the
/// names of the containers whose readiness wants to be probed at once.
///
/// `probed` says whether a prober of a kind works for a container; `started_before` is the wire
/// time before which a container must have begun to have outlived a start of the kubelet.
// POD-CSTATE-9, POD-CSTATE-10, POD-CSTATE-11
pub fn apply(
    pod: &Pod,
    status: &mut PodStatus,
    verdicts: &Verdicts,
    probed: &dyn Fn(&str, Kind) -> bool,
    started_before: KubeletStart,
) -> Vec<String> {
    let mut wanted = Vec::new();
    let was_ready = Statuses::pod_is_ready(&pod.status);
    let init = status.init_container_statuses.iter_mut().zip(&pod.spec.init_containers);
    let init = init.map(|(status, container)| (status, Some(container), true));
    let regular = status.container_statuses.iter_mut().map(|status| {
        let spec = pod.spec.containers.iter().find(|container| container.name == status.name);
        (status, spec, false)
    });
    for (seen, container, is_init) in regular.chain(init) {
        let id = bare_id(&seen.container_id);
        let started = is_started(seen, id, verdicts, probed);
        let verdict = verdicts.of(Kind::Readiness, id);
        seen.started = Some(started);
        if is_init && !container.is_some_and(crate::pod::restart::is_sidecar) {
            seen.ready |= seen.state.terminated.as_deref().is_some_and(|end| end.exit_code == 0);
            continue;
        }
        if !started {
            continue;
        }
        seen.ready = true;
        if verdict != Some(Verdict::Success) {
            let has_prober = probed(&seen.name, Kind::Readiness);
            seen.ready = !has_prober;
            if has_prober {
                wanted.push(seen.name.clone());
            }
            let since = seen.state.running.as_deref().and_then(|running| running.started_at);
            if since.zip(started_before).is_some_and(|(since, limit)| since < limit) {
                seen.ready |= verdict.is_none();
                let has_probe = container.is_some_and(|c| c.readiness_probe.is_some());
                seen.ready &= !has_probe || was_ready;
            }
        }
    }
    wanted
}

fn is_started(
    seen: &ContainerStatus,
    id: &str,
    verdicts: &Verdicts,
    probed: &dyn Fn(&str, Kind) -> bool,
) -> bool {
    if seen.state.running.is_none() {
        return false;
    }
    match verdicts.of(Kind::Startup, id) {
        Some(verdict) => verdict == Verdict::Success,
        None => seen.started == Some(true) || !probed(&seen.name, Kind::Startup),
    }
}
