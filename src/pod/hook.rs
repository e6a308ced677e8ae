//! Lifecycle hooks: how long one takes, and whether it fails.
//!
//! Source: `pkg/kubelet/lifecycle/handlers.go`.

use std::time::Duration;

use crate::api::LifecycleHandler;
use crate::pod::behaviour::Hook;

/// What a hook comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) takes: Duration,
    pub(crate) fails: bool,
    /// It is the container that answers: the hook fails when the container ends before it.
    pub(crate) in_container: bool,
}

/// What `handler` comes to in a container that carries out commands and requests as `hook` says.
///
/// A pause is the node's own doing; a TCP socket cannot be run, and fails at once.
// POD-HOOK-4
pub(crate) fn run(handler: &LifecycleHandler, hook: Hook) -> Run {
    if handler.exec.is_some() || handler.http_get.is_some() {
        Run { takes: hook.takes, fails: hook.fails, in_container: true }
    } else if let Some(sleep) = handler.sleep.as_deref() {
        let takes = Duration::from_secs(u64::try_from(sleep.seconds).unwrap_or(0));
        Run { takes, fails: false, in_container: false }
    } else {
        Run { takes: Duration::ZERO, fails: true, in_container: false }
    }
}
