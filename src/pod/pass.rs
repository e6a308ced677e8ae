//! One pass over a living pod: kills, the sandbox, starts one after another.
//!
//! A pass may take time: killed containers have to end, and a postStart hook holds back the next start.
//! Meanwhile no other pass begins.
//!
//! Source: `pkg/kubelet/kuberuntime/kuberuntime_manager.go` (`SyncPod`),
//! `pkg/kubelet/kuberuntime/kuberuntime_container.go` (`startContainer`).

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use crate::api::{Container, Pod};
use crate::pod::actions::{Actions, Kill, actions};
use crate::pod::container::of_ephemeral;
use crate::pod::hook;
use crate::pod::restart::is_sidecar;
use crate::pod::restart_all::restarts_all;
use crate::pod::starting::RETRY;
use crate::pod::stopping::spec_of;
use crate::pod::termination::{KillReason, MINIMUM_GRACE, kill_grace};
use crate::pod::worker::{Waiting, Worker, World};
use crate::time::Instant;

/// A pass under way.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    /// When the newest instance of each container had ended, as the pass saw it.
    ended: BTreeMap<String, Instant>,
    at: At,
}

/// How far a pass has come.
#[derive(Debug, Clone)]
enum At {
    /// Containers are being killed.
    Kills(Box<Actions>),
    /// The next of these can be started.
    Starts(VecDeque<Start>),
    /// A container was started, and its postStart hook runs.
    Hook(Hooked, VecDeque<Start>),
    /// The postStart hook of a container has failed, and the container is being killed.
    Failed(Start, VecDeque<Start>),
}

/// A container to start, by its place in its list.
#[derive(Debug, Clone, Copy)]
enum Start {
    Ephemeral(usize),
    Init(usize),
    Regular(usize),
}

/// A postStart hook that runs.
#[derive(Debug, Clone)]
struct Hooked {
    start: Start,
    /// The instance.
    id: String,
    until: Instant,
    run: hook::Run,
}

impl Start {
    fn container(self, pod: &Pod) -> Option<Cow<'_, Container>> {
        let spec = &pod.spec;
        match self {
            Self::Ephemeral(n) => {
                spec.ephemeral_containers.get(n).map(|one| Cow::Owned(of_ephemeral(one)))
            }
            Self::Init(n) => spec.init_containers.get(n).map(Cow::Borrowed),
            Self::Regular(n) => spec.containers.get(n).map(Cow::Borrowed),
        }
    }

    /// Whether nothing more is started when this one cannot be.
    // POD-ACT-15
    fn holds_back_all(self, container: &Container) -> bool {
        match self {
            Self::Init(_) => !is_sidecar(container),
            Self::Ephemeral(_) | Self::Regular(_) => false,
        }
    }
}

impl Pass {
    /// When it goes on by itself, except for the ends of instances.
    pub(crate) const fn wake_at(&self) -> Option<Instant> {
        match &self.at {
            At::Hook(hooked, _) => Some(hooked.until),
            At::Kills(_) | At::Starts(_) | At::Failed(..) => None,
        }
    }
}

impl Worker {
    /// Decides what is next and begins to do it.
    pub(crate) fn act(&mut self, pod: &Pod, world: &mut dyn World) {
        let all = restarts_all(pod, Some(&self.runtime), self.status());
        let actions = actions(pod, &self.runtime, &self.verdicts, all);
        let ended = self
            .runtime
            .containers
            .iter()
            .rev()
            .filter_map(|instance| Some((instance.name.clone(), instance.exit()?.at?)));
        let ended = ended.collect();
        self.begin_kills(pod, &actions, world.now());
        self.pass = Some(Pass { ended, at: At::Kills(Box::new(actions)) });
        self.settle(world.now());
        self.go_on(pod, world);
    }

    fn begin_kills(&mut self, pod: &Pod, actions: &Actions, now: Instant) {
        if actions.kill_pod {
            self.stop_all(pod, grace_of_pod(pod), now);
        }
        for kill in &actions.kill {
            self.kill_one(pod, kill, now);
        }
        for reset in actions.reset.iter().filter(|reset| reset.kill) {
            self.stop_one(pod, &reset.id, 0, now);
        }
    }

    fn kill_one(&mut self, pod: &Pod, kill: &Kill, now: Instant) {
        let container = spec_of(pod, &kill.name);
        let grace = container.map_or(MINIMUM_GRACE, |one| kill_grace(pod, one, kill.reason));
        self.stop_one(pod, &kill.id, grace, now);
    }

    /// Lets the pass under way go as far as it can.
    // POD-ACT-15
    pub(crate) fn go_on(&mut self, pod: &Pod, world: &mut dyn World) {
        while let Some(Pass { ended, at }) = self.pass.take() {
            let waits = match &at {
                At::Kills(_) | At::Failed(..) => !self.stops.is_empty(),
                At::Hook(hooked, _) => {
                    world.now() < hooked.until && !(hooked.run.in_container && self.lost(hooked))
                }
                At::Starts(_) => false,
            };
            if waits {
                self.pass = Some(Pass { ended, at });
                return;
            }
            let next = match at {
                At::Kills(actions) => self.after_kills(pod, &actions, world).map(At::Starts),
                At::Starts(left) => self.start_next(pod, left, &ended, world),
                At::Hook(hooked, left) => self.after_hook(pod, &hooked, left, world.now()),
                At::Failed(start, left) => self.after_failure(pod, start, left, world.now()),
            };
            self.pass = next.map(|at| Pass { ended, at });
        }
    }

    /// After all kills: removals, the sandbox. Answers what is to be started; `None` when the pass is over.
    fn after_kills(
        &mut self,
        pod: &Pod,
        actions: &Actions,
        world: &mut dyn World,
    ) -> Option<VecDeque<Start>> {
        if !actions.reset.is_empty() {
            let gone = |id: &str| actions.reset.iter().any(|reset| reset.id == id);
            self.runtime.containers.retain(|instance| !gone(&instance.id));
            self.dirty = true;
            return None;
        }
        if actions.kill_pod {
            self.stop_sandboxes();
        }
        if actions.create_sandbox && !self.create_sandbox(pod, actions.attempt, world) {
            return None;
        }
        self.tries.forget_retries();
        let ephemeral = actions.start_ephemeral.iter().map(|n| Start::Ephemeral(*n));
        let init = actions.start_init.iter().map(|n| Start::Init(*n));
        let regular = actions.start.iter().map(|n| Start::Regular(*n));
        Some(ephemeral.chain(init).chain(regular).collect())
    }

    /// Starts the next container, and its postStart hook if it has one.
    // POD-HOOK-1
    fn start_next(
        &mut self,
        pod: &Pod,
        mut left: VecDeque<Start>,
        ended: &BTreeMap<String, Instant>,
        world: &mut dyn World,
    ) -> Option<At> {
        let start = left.pop_front()?;
        let Some(container) = start.container(pod) else { return Some(At::Starts(left)) };
        let ended = ended.get(&container.name).copied();
        let Some(id) = self.try_start(pod, &container, ended, world) else {
            return (!start.holds_back_all(&container)).then_some(At::Starts(left));
        };
        let handler = container.lifecycle.as_deref().and_then(|all| all.post_start.as_deref());
        let Some(handler) = handler else {
            self.failures.remove(&container.name);
            return Some(At::Starts(left));
        };
        let behaviour = self.lives.get(&id).map(|life| life.post_start).unwrap_or_default();
        let run = hook::run(handler, behaviour);
        let until = world.now() + run.takes;
        Some(At::Hook(Hooked { start, id, until, run }, left))
    }

    /// Whether the container whose hook runs has ended.
    fn lost(&self, hooked: &Hooked) -> bool {
        !self.runtime.containers.iter().any(|one| one.id == hooked.id && one.is_running())
    }

    // POD-HOOK-1, POD-HOOK-3
    fn after_hook(
        &mut self,
        pod: &Pod,
        hooked: &Hooked,
        left: VecDeque<Start>,
        now: Instant,
    ) -> Option<At> {
        self.dirty = true;
        let Some(container) = hooked.start.container(pod) else { return Some(At::Starts(left)) };
        if !hooked.run.fails && now >= hooked.until {
            self.failures.remove(&container.name);
            return Some(At::Starts(left));
        }
        let (id, name) = (hooked.id.clone(), container.name.clone());
        self.kill_one(pod, &Kill { id, name, reason: KillReason::FailedPostStartHook }, now);
        self.settle(now);
        Some(At::Failed(hooked.start, left))
    }

    /// The container whose hook failed has ended.
    fn after_failure(
        &mut self,
        pod: &Pod,
        start: Start,
        left: VecDeque<Start>,
        now: Instant,
    ) -> Option<At> {
        self.dirty = true;
        let Some(container) = start.container(pod) else { return Some(At::Starts(left)) };
        let why = Waiting {
            reason: "PostStartHookError".to_owned(),
            message: format!("the postStart hook of container {} failed", container.name),
        };
        self.note_failure(&container.name, why, now + RETRY);
        (!start.holds_back_all(&container)).then_some(At::Starts(left))
    }
}

/// The grace period in seconds of a kill of the whole pod without a special reason.
pub(crate) fn grace_of_pod(pod: &Pod) -> i64 {
    kill_grace(pod, &Container::default(), KillReason::Unknown)
}
