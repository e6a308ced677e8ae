//! All probers of one pod, and when they have something to do.

use std::collections::BTreeMap;

use crate::api::{Container, Pod, PodStatus};
use crate::pod::behaviour::Behaviour;
use crate::pod::phase::is_terminal;
use crate::pod::probe::{self, Kind, Prober, Subject, Turn, Verdicts};
use crate::pod::restart::is_sidecar;
use crate::pod::runtime::{InstanceState, Runtime};
use crate::time::{Instant, Time};

/// The probers of a pod, by container and kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probing {
    probers: BTreeMap<(String, Kind), Prober>,
    added: bool,
}

/// What the probers look at.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) pod: &'a Pod,
    pub(crate) status: &'a PodStatus,
    pub(crate) lives: &'a BTreeMap<String, Behaviour>,
    pub(crate) runtime: &'a Runtime,
}

fn probed(pod: &Pod) -> impl Iterator<Item = &Container> {
    let sidecars = pod.spec.init_containers.iter().filter(|container| is_sidecar(container));
    pod.spec.containers.iter().chain(sidecars)
}

impl Scene<'_> {
    fn container(&self, name: &str) -> Option<&Container> {
        probed(self.pod).find(|container| container.name == name)
    }

    /// The running instance of a container.
    fn subject(&self, name: &str) -> Option<Subject<'_>> {
        let instance = self.runtime.newest(name)?;
        let InstanceState::Running { since } = instance.state else { return None };
        let behaviour = self.lives.get(&instance.id)?;
        Some(Subject { id: &instance.id, since, behaviour })
    }

    fn started(&self, name: &str) -> bool {
        let all = self.status.container_statuses.iter().chain(&self.status.init_container_statuses);
        all.filter(|status| status.name == name).any(|status| status.started == Some(true))
    }
}

impl Probing {
    pub(crate) const EMPTY: Self = Self { probers: BTreeMap::new(), added: false };

    /// Sets up the probers at the first look.
    pub(crate) fn add(&mut self, pod: &Pod, now: Instant) {
        if self.added {
            return;
        }
        self.added = true;
        for container in probed(pod) {
            for kind in Kind::ALL.into_iter().filter(|kind| kind.of(container).is_some()) {
                self.probers.insert((container.name.clone(), kind), Prober::new(kind, now));
            }
        }
    }

    /// Ends the probers that could kill a regular container.
    pub(crate) fn stop_killers(&mut self, pod: &Pod) {
        let regular =
            |name: &str| pod.spec.containers.iter().any(|container| container.name == name);
        self.probers.retain(|(name, kind), _| *kind == Kind::Readiness || !regular(name));
    }

    pub(crate) fn clear(&mut self) {
        self.probers.clear();
    }

    pub(crate) fn works(&self, name: &str, kind: Kind) -> bool {
        self.probers.contains_key(&(name.to_owned(), kind))
    }

    pub(crate) fn trigger(&mut self, name: &str, now: Instant) {
        if let Some(prober) = self.probers.get_mut(&(name.to_owned(), Kind::Readiness)) {
            prober.trigger(now);
        }
    }

    /// Lets every prober that is due take its turn; whether a verdict changed or a running
    /// container lost its prober.
    pub(crate) fn run(
        &mut self,
        scene: Scene<'_>,
        verdicts: &mut Verdicts,
        now: Instant,
        epoch: Time,
    ) -> bool {
        let mut changed = false;
        self.probers.retain(|(name, kind), prober| {
            let Some(container) = scene.container(name) else { return false };
            let Some(probe) = kind.of(container) else { return false };
            let Some(at) = prober.take_due(probe, now) else { return true };
            let seen = probe::Scene {
                pod: scene.pod,
                container,
                status: scene.status,
                now: at.wire(epoch),
            };
            let subject = scene.subject(name);
            let known = |verdicts: &Verdicts| {
                subject.as_ref().is_some_and(|life| verdicts.of(*kind, life.id).is_some())
            };
            let was_known = known(verdicts);
            let turn = prober.turn(&seen, verdicts, None);
            // The first verdict takes back what a container had kept from its life before.
            let met = known(verdicts) && !was_known;
            changed |= met && *kind == Kind::Startup && scene.started(name);
            match turn {
                Turn::Wait => {}
                Turn::End => {
                    changed |= subject.is_some();
                    return false;
                }
                Turn::Ask => {
                    if let Some(subject) = subject {
                        let age = at.since(subject.since);
                        let answer = subject.behaviour.answers(*kind).at(age);
                        changed |= prober.answer(probe, answer, verdicts);
                    }
                }
            }
            true
        });
        changed
    }

    /// When some prober has something to do that could change a verdict, or ends.
    pub(crate) fn wake_at(&self, scene: Scene<'_>, verdicts: &Verdicts) -> Option<Instant> {
        let over = is_terminal(&scene.status.phase);
        let deleted = scene.pod.metadata.deletion_timestamp.is_some();
        let next = |(name, kind): &(String, Kind), prober: &Prober| {
            let probe = kind.of(scene.container(name)?)?;
            let subject = scene.subject(name)?;
            // POD-PROBE-2, POD-PROBE-4: without a prober a container that runs counts as ready.
            let gives_way = deleted && *kind != Kind::Readiness && !prober.rests(&subject);
            if over || gives_way {
                return Some(prober.wake_at());
            }
            prober.next_look(probe, &subject, scene.started(name), verdicts)
        };
        self.probers.iter().filter_map(|(key, prober)| next(key, prober)).min()
    }
}
