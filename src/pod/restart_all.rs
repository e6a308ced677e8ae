//! The restart of a whole pod in place, asked for by a rule of one container.
//!
//! Source: `pkg/kubelet/container/helpers.go` (`ShouldAllContainersRestart`).

use crate::api::{
    ConditionStatus, Container, ContainerRestartRuleAction, Pod, PodConditionType, PodStatus,
};
use crate::pod::conditions::find;
use crate::pod::restart::matching_rule;
use crate::pod::runtime::Runtime;

/// Whether an exit of `container` with `code` asks for a restart of the whole pod.
#[must_use]
pub fn asks_for_all(container: &Container, code: i32) -> bool {
    matching_rule(container, code)
        .is_some_and(|rule| rule.action == ContainerRestartRuleAction::RestartAllContainers)
}

/// Whether the whole pod is to be restarted, as far as the runtime and a status tell.
// POD-RESTART-4
#[must_use]
pub fn restarts_all(pod: &Pod, runtime: Option<&Runtime>, status: Option<&PodStatus>) -> bool {
    let going_on = status.is_some_and(|status| {
        find(&status.conditions, &PodConditionType::AllContainersRestarting)
            .is_some_and(|condition| condition.status == ConditionStatus::True)
    });
    if going_on {
        return true;
    }
    let mut all = pod.spec.init_containers.iter().chain(&pod.spec.containers);
    // Only who has rules can ask for it.
    all.any(|container| {
        if container.restart_policy_rules.is_empty() {
            return false;
        }
        if let Some(runtime) = runtime {
            let Some(exit) = runtime.newest(&container.name).and_then(|newest| newest.exit())
            else {
                return false;
            };
            if asks_for_all(container, exit.code) {
                return true;
            }
        }
        let Some(status) = status else { return false };
        // The last one of the regular containers counts, else the last one of the init containers.
        let mut all = status.init_container_statuses.iter().chain(&status.container_statuses).rev();
        all.find(|status| status.name == container.name)
            .and_then(|status| status.state.terminated.as_deref())
            .is_some_and(|end| asks_for_all(container, end.exit_code))
    })
}

/// Whether no instance of a regular or init container is left in the runtime.
#[must_use]
pub fn is_cleaned_up(pod: &Pod, runtime: &Runtime) -> bool {
    let mut all = pod.spec.init_containers.iter().chain(&pod.spec.containers);
    !all.any(|container| runtime.newest(&container.name).is_some())
}
