//! The ends of instances: by themselves, or because they are stopped.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Container, Pod};
use crate::pod::behaviour::Behaviour;
use crate::pod::runtime::{Exit, Instance, InstanceState, Runtime};
use crate::pod::stop::{End, Stop};
use crate::pod::termination::waits_for;
use crate::pod::worker::Worker;
use crate::time::Instant;

/// The stops under way, by instance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stops(BTreeMap<String, Stop>);

/// What there is to stop.
#[derive(Clone, Copy)]
pub(crate) struct Targets<'a> {
    pub(crate) pod: &'a Pod,
    pub(crate) runtime: &'a Runtime,
    pub(crate) lives: &'a BTreeMap<String, Behaviour>,
    pub(crate) now: Instant,
}

impl Targets<'_> {
    fn begin(&self, instance: &Instance, grace: i64, waits: BTreeSet<String>) -> Stop {
        let container = spec_of(self.pod, &instance.name);
        Stop::begin(container, self.lives.get(&instance.id), grace, waits, self.now)
    }
}

impl Stops {
    pub(crate) const EMPTY: Self = Self(BTreeMap::new());

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Begins to stop the instance `id` alone, if it runs.
    pub(crate) fn stop(&mut self, targets: Targets<'_>, id: &str, grace: i64) {
        let running = targets.runtime.containers.iter().find(|one| one.id == id);
        if let Some(instance) = running.filter(|instance| instance.is_running()) {
            let stop = targets.begin(instance, grace, BTreeSet::new());
            self.0.entry(id.to_owned()).or_insert(stop);
        }
    }

    /// Begins to stop every running instance, sidecars last.
    pub(crate) fn stop_all(&mut self, targets: Targets<'_>, grace: i64) {
        let running: Vec<&Instance> =
            targets.runtime.containers.iter().filter(|instance| instance.is_running()).collect();
        let names: BTreeSet<&str> = running.iter().map(|one| one.name.as_str()).collect();
        for instance in running {
            let waits = waits_for(&targets.pod.spec, &instance.name, &names);
            let waits = waits.into_iter().map(str::to_owned).collect();
            let stop = targets.begin(instance, grace, waits);
            self.0
                .entry(instance.id.clone())
                .and_modify(|old| old.hurry(grace, targets.now))
                .or_insert(stop);
        }
    }

    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.0.values().filter_map(Stop::wake_at).min()
    }
}

/// The container `name` of the spec, of whatever list.
pub(crate) fn spec_of<'a>(pod: &'a Pod, name: &str) -> Option<&'a Container> {
    let spec = &pod.spec;
    spec.containers.iter().chain(&spec.init_containers).find(|container| container.name == name)
}

impl Worker {
    /// Begins to stop one instance alone, if it runs.
    pub(crate) fn stop_one(&mut self, pod: &Pod, id: &str, grace: i64, now: Instant) {
        let targets = Targets { pod, runtime: &self.runtime, lives: &self.lives, now };
        self.stops.stop(targets, id, grace);
    }

    /// Begins to stop everything that runs.
    pub(crate) fn stop_all(&mut self, pod: &Pod, grace: i64, now: Instant) {
        let targets = Targets { pod, runtime: &self.runtime, lives: &self.lives, now };
        self.stops.stop_all(targets, grace);
    }

    /// When the next running instance ends, as far as is known.
    pub(crate) fn next_end(&self) -> Option<Instant> {
        let running = self.runtime.containers.iter();
        running.filter_map(|instance| self.end_of(instance)).map(|end| end.at).min()
    }

    fn end_of(&self, instance: &Instance) -> Option<End> {
        let InstanceState::Running { since } = instance.state else { return None };
        let behaviour = self.lives.get(&instance.id)?;
        let own = behaviour.runs.map(|runs| End { at: since + runs, code: behaviour.exit_code });
        let stopped = self.stops.0.get(&instance.id).and_then(|stop| stop.end(behaviour));
        [own, stopped].into_iter().flatten().min_by_key(|end| end.at)
    }

    /// Lets the stops go on and notes the ends that are due at `now`.
    pub(crate) fn settle(&mut self, now: Instant) {
        loop {
            let running = self.running();
            for stop in self.stops.0.values_mut() {
                *stop = stop.clone().handle(now, &running);
            }
            let due: BTreeMap<String, End> = self
                .runtime
                .containers
                .iter()
                .filter_map(|instance| Some((instance.id.clone(), self.end_of(instance)?)))
                .filter(|(_, end)| end.at <= now)
                .collect();
            if due.is_empty() {
                return;
            }
            for instance in &mut self.runtime.containers {
                let Some(end) = due.get(&instance.id) else { continue };
                instance.state = ended(&instance.state, *end);
                self.stops.0.remove(&instance.id);
                self.lives.remove(&instance.id);
                self.dirty = true;
            }
        }
    }
}

fn ended(state: &InstanceState, end: End) -> InstanceState {
    let since = match state {
        InstanceState::Running { since } => Some(*since),
        InstanceState::Created | InstanceState::Exited(_) | InstanceState::Unknown => None,
    };
    let reason = if end.code == 0 { "Completed" } else { "Error" };
    InstanceState::Exited(Exit {
        since,
        at: Some(end.at),
        code: end.code,
        reason: reason.to_owned(),
        message: String::new(),
    })
}
