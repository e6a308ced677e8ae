//! All probers of one pod, and when they have something to do.

use std::collections::BTreeMap;

use crate::api::{Container, ContainerStatus, Pod, PodStatus, Probe};
use crate::pod::behaviour::Behaviour;
use crate::pod::probe::{self, Answer, Kind, Prober, Subject, Turn, Verdict, Verdicts, bare_id};
use crate::pod::restart::is_sidecar;
use crate::pod::runtime::{Instance, InstanceState, Runtime};
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

    fn seen(&self, name: &str) -> Option<&ContainerStatus> {
        let status = self.status;
        let mut all = status.container_statuses.iter().chain(&status.init_container_statuses);
        all.find(|status| status.name == name)
    }

    fn started(&self, name: &str) -> bool {
        self.seen(name).is_some_and(|status| status.started == Some(true))
    }

    /// Whether a prober takes turns about the instance that the status shows, which runs.
    fn is_watched(&self, name: &str, prober: &Prober) -> bool {
        let seen = self.seen(name).filter(|seen| seen.state.running.is_some());
        seen.is_some_and(|seen| !prober.rests(&seen.container_id))
    }

    /// Whether a startup prober has just begun with the instance that the status shows.
    fn is_undecided(&self, name: &str, verdicts: &Verdicts) -> bool {
        let id = self.seen(name).map(|seen| bare_id(&seen.container_id));
        id.and_then(|id| verdicts.of(Kind::Startup, id)) == Some(Verdict::Unknown)
    }

    /// Whether the newest instance of a container had not ended yet at `at`. A look then had nothing new to
    /// find, or it would have happened then.
    fn was_alive(&self, name: &str, at: Instant) -> bool {
        let exit = self.runtime.newest(name).and_then(Instance::exit);
        exit.and_then(|exit| exit.at).is_some_and(|end| end > at)
    }

    /// Whether the next turn of a prober counts against an instance that has ended, which the status does
    /// not say yet: the answers of one instance and of the next one add up.
    fn hears_an_end(
        &self,
        name: &str,
        prober: &Prober,
        probe: &Probe,
        verdicts: &Verdicts,
    ) -> bool {
        let seen = self.seen(name).filter(|_| self.is_watched(name, prober));
        of_the_dead(probe) == Answer::Failure
            && seen.is_some_and(|seen| {
                !prober.is_steady(Verdict::Failure, bare_id(&seen.container_id), verdicts)
            })
    }
}

/// What a prober hears of a container that has ended: a command cannot be run there, a request is refused.
// POD-PROBE-7
fn of_the_dead(probe: &Probe) -> Answer {
    if probe.exec.is_some() { Answer::Error } else { Answer::Failure }
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

    /// Lets every prober that is due take its turn; whether a verdict changed.
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
            let was_undecided = scene.is_undecided(name, verdicts);
            let turn = prober.turn(&seen, verdicts, None);
            // A new instance that counted as started, as the one before had, has to start up.
            let met = !was_undecided && scene.is_undecided(name, verdicts);
            changed |= *kind == Kind::Startup && scene.started(name) && met;
            match turn {
                Turn::Wait => {}
                Turn::End => return false,
                Turn::Ask => {
                    let (answer, shows) = match scene.subject(name) {
                        Some(life) => {
                            (life.behaviour.answers(*kind).at(at.since(life.since)), true)
                        }
                        None if scene.was_alive(name, at) => return true,
                        // Of what has ended and is not told yet, only the readiness shows.
                        None => (of_the_dead(probe), *kind == Kind::Readiness),
                    };
                    changed |= prober.answer(probe, answer, verdicts) && shows;
                }
            }
            true
        });
        changed
    }

    /// When some prober has something to do that could change a verdict.
    pub(crate) fn wake_at(&self, scene: Scene<'_>, verdicts: &Verdicts) -> Option<Instant> {
        let deleted = scene.pod.metadata.deletion_timestamp.is_some();
        let next = |(name, kind): &(String, Kind), prober: &Prober| {
            let probe = kind.of(scene.container(name)?)?;
            // POD-PROBE-4: its next turn in a pod that is being deleted is its last, and a success.
            if deleted && *kind != Kind::Readiness && scene.is_watched(name, prober) {
                return Some(prober.wake_at());
            }
            match scene.subject(name) {
                Some(life) => prober.next_look(probe, &life, scene.started(name), verdicts),
                None => scene.hears_an_end(name, prober, probe, verdicts).then(|| prober.wake_at()),
            }
        };
        self.probers.iter().filter_map(|(key, prober)| next(key, prober)).min()
    }
}
