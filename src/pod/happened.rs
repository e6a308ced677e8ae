//! What happened to a pod between two of its statuses.

use std::fmt;

use crate::api::{
    ConditionStatus, ContainerState, ContainerStatus, PodConditionType, PodPhase, PodStatus,
};

/// Something that happened to a pod, as its status tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happened {
    /// The phase changed.
    Phase(PodPhase),
    /// A container runs now.
    Started {
        /// The container.
        container: String,
        /// How often it was started before.
        restart: i32,
    },
    /// A container has stopped.
    Ended {
        /// The container.
        container: String,
        /// Its exit code.
        exit_code: i32,
        /// Why, as `Error` or `Completed`.
        reason: String,
    },
    /// A container cannot run yet.
    Waits {
        /// The container.
        container: String,
        /// Why, as `CrashLoopBackOff`.
        reason: String,
        /// The same for humans.
        message: String,
    },
    /// The pod can serve now.
    Ready,
    /// The pod cannot serve any more.
    NotReady,
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phase(phase) => write!(f, "is {phase}"),
            Self::Started { container, restart: 0 } => write!(f, "container {container} started"),
            Self::Started { container, restart } => {
                write!(f, "container {container} started again (restart {restart})")
            }
            Self::Ended { container, exit_code, reason } => {
                write!(f, "container {container} ended with exit code {exit_code}")?;
                if reason.is_empty() { Ok(()) } else { write!(f, " ({reason})") }
            }
            Self::Waits { container, reason, message } => {
                write!(f, "container {container} waits: {reason}")?;
                if message.is_empty() { Ok(()) } else { write!(f, ", {message}") }
            }
            Self::Ready => f.write_str("is ready"),
            Self::NotReady => f.write_str("is not ready any more"),
        }
    }
}

/// What happened between two statuses of a pod: the phase first, then the containers in their order,
/// readiness last. Several lives of a container between the two count as one.
///
/// ```
/// use kubernel::api::{PodPhase, PodStatus};
/// use kubernel::pod::happened::{Happened, happened};
///
/// let before = PodStatus { phase: PodPhase::Pending, ..PodStatus::default() };
/// let after = PodStatus { phase: PodPhase::Running, ..PodStatus::default() };
/// assert_eq!(happened(&before, &after), [Happened::Phase(PodPhase::Running)]);
/// ```
#[must_use]
pub fn happened(before: &PodStatus, after: &PodStatus) -> Vec<Happened> {
    let mut out = Vec::new();
    if before.phase != after.phase {
        out.push(Happened::Phase(after.phase.clone()));
    }
    for new in containers(after) {
        let old = containers(before).find(|old| old.name == new.name);
        container(&mut out, old, new);
    }
    match (is_ready(before), is_ready(after)) {
        (false, true) => out.push(Happened::Ready),
        (true, false) => out.push(Happened::NotReady),
        (true, true) | (false, false) => {}
    }
    out
}

fn containers(status: &PodStatus) -> impl Iterator<Item = &ContainerStatus> {
    status.init_container_statuses.iter().chain(&status.container_statuses)
}

fn is_ready(status: &PodStatus) -> bool {
    let ready = status.conditions.iter().find(|c| c.type_ == PodConditionType::Ready);
    ready.is_some_and(|condition| condition.status == ConditionStatus::True)
}

fn container(out: &mut Vec<Happened>, old: Option<&ContainerStatus>, new: &ContainerStatus) {
    let none = ContainerState::default();
    let before = old.map_or(&none, |old| &old.state);
    let name = || new.name.clone();
    let restarted = old.is_some_and(|old| old.restart_count != new.restart_count);
    let ended = new.state.terminated.as_ref().filter(|_| before.terminated != new.state.terminated);
    // The end of a life that was followed by another one, or by waiting for it, stands in the last state.
    let over = old
        .filter(|old| old.state.running.is_some() && new.state.terminated.is_none())
        .and(new.last_termination_state.terminated.as_ref())
        .filter(|_| restarted || new.state.waiting.is_some());
    if let Some(end) = ended.or(over) {
        let (exit_code, reason) = (end.exit_code, end.reason.clone());
        out.push(Happened::Ended { container: name(), exit_code, reason });
    }
    let was_waiting = before.waiting.as_ref().map(|waiting| &waiting.reason);
    if let Some(waiting) = &new.state.waiting
        && was_waiting != Some(&waiting.reason)
        && !matches!(waiting.reason.as_str(), "ContainerCreating" | "PodInitializing")
    {
        let (reason, message) = (waiting.reason.clone(), waiting.message.clone());
        out.push(Happened::Waits { container: name(), reason, message });
    }
    if new.state.running.is_some() && (before.running != new.state.running || restarted) {
        out.push(Happened::Started { container: name(), restart: new.restart_count });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(before: Value, after: Value, expect: &[&str]) {
        let read = |state: Value| -> PodStatus {
            serde_json::from_value(json!({"containerStatuses": [state]})).unwrap()
        };
        let told: Vec<String> =
            happened(&read(before), &read(after)).iter().map(ToString::to_string).collect();
        assert_eq!(told, expect);
    }

    fn running(at: &str) -> Value {
        json!({"startedAt": at})
    }

    #[test]
    fn a_life_ends_and_another_begins() {
        let end = json!({"exitCode": 1, "reason": "Error"});
        check(
            json!({"name": "a", "state": {"running": running("2026-01-01T00:00:00Z")}}),
            json!({"name": "a", "restartCount": 1, "lastState": {"terminated": end},
                   "state": {"running": running("2026-01-01T00:00:04Z")}}),
            &[
                "container a ended with exit code 1 (Error)",
                "container a started again (restart 1)",
            ],
        );
        check(
            json!({"name": "a", "state": {"running": running("2026-01-01T00:00:00Z")}}),
            json!({"name": "a", "lastState": {"terminated": end},
                   "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}}),
            &[
                "container a ended with exit code 1 (Error)",
                "container a waits: CrashLoopBackOff, back-off 10s",
            ],
        );
    }

    #[test]
    fn nothing_happens_twice() {
        let state = json!({"name": "a", "state": {"waiting": {"reason": "ImagePullBackOff"}}});
        check(state.clone(), state, &[]);
    }
}
