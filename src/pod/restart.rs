//! Whether a container that exited is started again.
//!
//! Source: `pkg/api/v1/pod/util.go` (`ContainerShouldRestart`, `FindMatchingContainerRestartRule`,
//! `IsContainerRestartable`, `AllContainersCouldRestart`).

use crate::api::{
    Container, ContainerRestartPolicy, ContainerRestartRule, ContainerRestartRuleAction,
    ContainerRestartRuleOnExitCodesOperator, PodSpec, RestartPolicy,
};

/// What is done with a container that exited, and what said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It is started again.
    Restart(Because),
    /// It stays as it is.
    Stay(Because),
}

impl Decision {
    /// Whether the container is started again.
    #[must_use]
    pub const fn restarts(self) -> bool {
        match self {
            Self::Restart(_) => true,
            Self::Stay(_) => false,
        }
    }

    const fn of(restarts: bool, because: Because) -> Self {
        if restarts { Self::Restart(because) } else { Self::Stay(because) }
    }
}

/// What a restart decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// A rule of the container with action `Restart`.
    Rule,
    /// A rule of the container that restarts the whole pod.
    RestartAllContainers,
    /// The restart policy of the container.
    ContainerPolicy,
    /// The restart policy of the pod.
    PodPolicy,
}

/// Whether `container` is a sidecar: an init container with restart policy `Always`.
///
/// Meaningful only for entries of `spec.initContainers`.
#[must_use]
pub fn is_sidecar(container: &Container) -> bool {
    container.restart_policy == Some(ContainerRestartPolicy::Always)
}

/// The first rule of `container` that applies to `exit_code`.
///
/// A rule without exit codes, or with an operator that is not known, never applies.
// POD-RESTART-2
#[must_use]
pub fn matching_rule(container: &Container, exit_code: i32) -> Option<&ContainerRestartRule> {
    container.restart_policy_rules.iter().find(|rule| {
        rule.exit_codes.as_deref().is_some_and(|codes| {
            let listed = codes.values.contains(&exit_code);
            match codes.operator {
                ContainerRestartRuleOnExitCodesOperator::In => listed,
                ContainerRestartRuleOnExitCodesOperator::NotIn => !listed,
                ContainerRestartRuleOnExitCodesOperator::Unset
                | ContainerRestartRuleOnExitCodesOperator::Other(_) => false,
            }
        })
    })
}

/// Decides about a container that exited with `exit_code`, in a pod with `policy`.
///
/// ```
/// use kubernel::api::{Container, RestartPolicy};
/// use kubernel::pod::restart::restart;
///
/// let container = Container::default();
/// assert!(restart(&container, &RestartPolicy::OnFailure, 1).restarts());
/// assert!(!restart(&container, &RestartPolicy::OnFailure, 0).restarts());
/// ```
// POD-RESTART-1
#[must_use]
pub fn restart(container: &Container, policy: &RestartPolicy, exit_code: i32) -> Decision {
    if let Some(own) = &container.restart_policy {
        match matching_rule(container, exit_code).map(|rule| &rule.action) {
            Some(ContainerRestartRuleAction::Restart) => return Decision::Restart(Because::Rule),
            Some(ContainerRestartRuleAction::RestartAllContainers) => {
                return Decision::Restart(Because::RestartAllContainers);
            }
            Some(ContainerRestartRuleAction::Unset | ContainerRestartRuleAction::Other(_))
            | None => {}
        }
        let verdict = match own {
            ContainerRestartPolicy::Always => Some(true),
            ContainerRestartPolicy::OnFailure => Some(exit_code != 0),
            ContainerRestartPolicy::Never => Some(false),
            ContainerRestartPolicy::Unset | ContainerRestartPolicy::Other(_) => None,
        };
        if let Some(restarts) = verdict {
            return Decision::of(restarts, Because::ContainerPolicy);
        }
    }
    let restarts = match policy {
        RestartPolicy::OnFailure => exit_code != 0,
        RestartPolicy::Never => false,
        RestartPolicy::Always | RestartPolicy::Unset | RestartPolicy::Other(_) => true,
    };
    Decision::of(restarts, Because::PodPolicy)
}

/// Whether some exit code leads to a restart of `container`, by its policy or by a `Restart` rule.
#[must_use]
pub fn restartable(container: &Container, policy: &RestartPolicy) -> bool {
    match &container.restart_policy {
        Some(own) => {
            *own != ContainerRestartPolicy::Never
                || container
                    .restart_policy_rules
                    .iter()
                    .any(|rule| rule.action == ContainerRestartRuleAction::Restart)
        }
        None => *policy != RestartPolicy::Never,
    }
}

/// Whether a container killed for a failed probe is started again; rules are not asked.
// POD-RESTART-3
#[must_use]
pub fn restarts_after_kill(container: &Container, policy: &RestartPolicy) -> bool {
    match &container.restart_policy {
        Some(own) => *own != ContainerRestartPolicy::Never,
        None => *policy != RestartPolicy::Never,
    }
}

/// Whether some container of `spec` has a rule that restarts the whole pod.
// POD-COND-14
#[must_use]
pub fn all_containers_could_restart(spec: &PodSpec) -> bool {
    spec.init_containers.iter().chain(&spec.containers).any(|container| {
        container
            .restart_policy_rules
            .iter()
            .any(|rule| rule.action == ContainerRestartRuleAction::RestartAllContainers)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(container: &str, policy: &str, exit_code: i32, expected: Decision) {
        let container: Container = serde_json::from_str(container).unwrap();
        assert_eq!(restart(&container, &policy.into(), exit_code), expected);
    }

    #[test]
    fn pod_restart_1_asks_rules_then_container_then_pod() {
        check("{}", "", 0, Decision::Restart(Because::PodPolicy));
        check("{}", "Never", 1, Decision::Stay(Because::PodPolicy));
        check(
            r#"{"restartPolicy":"Never"}"#,
            "Always",
            1,
            Decision::Stay(Because::ContainerPolicy),
        );
        let rules = r#""restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"In","values":[7]}}]"#;
        let with = format!(r#"{{"restartPolicy":"Never",{rules}}}"#);
        check(&with, "Never", 7, Decision::Restart(Because::Rule));
        check(&with, "Never", 8, Decision::Stay(Because::ContainerPolicy));
        check(&format!("{{{rules}}}"), "Never", 7, Decision::Stay(Because::PodPolicy));
    }
}
