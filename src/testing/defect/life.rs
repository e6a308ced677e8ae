//! Mistakes in how a container lives: probes, hooks, restarts.

use crate::api::{
    Container, ContainerRestartPolicy, ContainerRestartRule, ContainerRestartRuleAction,
    ContainerRestartRuleOnExitCodes, ContainerRestartRuleOnExitCodesOperator, ExecAction,
    HTTPGetAction, Lifecycle, LifecycleHandler, Pod, Probe, SleepAction,
};
use crate::int_or_string::IntOrString;
use crate::testing::defect::{Mistake, any_one, plain, push, regular};

/// A probe that nothing is wrong with.
fn probe() -> Probe {
    let exec = ExecAction { command: vec!["true".into()] };
    Probe { exec: Some(Box::new(exec)), ..Probe::default() }
}

fn get() -> Option<Box<HTTPGetAction>> {
    Some(Box::new(HTTPGetAction { port: IntOrString::Int(80), ..HTTPGetAction::default() }))
}

fn with_live(pod: &mut Pod, pick: usize, probe: Probe, below: &str) -> String {
    regular(pod, pick, |one| {
        one.liveness_probe = Some(Box::new(probe));
        format!("livenessProbe{below}")
    })
}

fn with_ready(pod: &mut Pod, pick: usize, probe: Probe, below: &str) -> String {
    regular(pod, pick, |one| {
        one.readiness_probe = Some(Box::new(probe));
        format!("readinessProbe{below}")
    })
}

fn before_stop(hook: LifecycleHandler) -> Option<Box<Lifecycle>> {
    Some(Box::new(Lifecycle { pre_stop: Some(Box::new(hook)), ..Lifecycle::default() }))
}

fn with_hook(pod: &mut Pod, pick: usize, hook: LifecycleHandler, below: &str) -> String {
    regular(pod, pick, |one| {
        one.lifecycle = before_stop(hook);
        format!("lifecycle.preStop{below}")
    })
}

/// A sidecar keeps its policy, so that it stays one.
fn keep_policy(one: &mut Container) {
    one.restart_policy.get_or_insert(ContainerRestartPolicy::Never);
}

fn rule() -> ContainerRestartRule {
    let codes = ContainerRestartRuleOnExitCodes {
        operator: ContainerRestartRuleOnExitCodesOperator::In,
        values: vec![42],
    };
    let action = ContainerRestartRuleAction::Restart;
    ContainerRestartRule { action, exit_codes: Some(Box::new(codes)) }
}

fn with_rule(pod: &mut Pod, pick: usize, rule: ContainerRestartRule, below: &str) -> String {
    any_one(pod, pick, |one| {
        keep_policy(one);
        push(&mut one.restart_policy_rules, "restartPolicyRules", rule, below)
    })
}

/// A rule about these codes.
fn about(operator: &str, values: Vec<i32>) -> ContainerRestartRule {
    let codes = ContainerRestartRuleOnExitCodes { operator: operator.into(), values };
    ContainerRestartRule { exit_codes: Some(Box::new(codes)), ..rule() }
}

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake("a probe that does nothing", "Required", |pod, pick| {
        with_live(pod, pick, Probe::default(), "")
    }),
    Mistake("a probe that does two things", "Forbidden", |pod, pick| {
        with_live(pod, pick, Probe { http_get: get(), ..probe() }, ".httpGet")
    }),
    Mistake("a probe that runs no command", "Required", |pod, pick| {
        let exec = Some(Box::default());
        with_ready(pod, pick, Probe { exec, ..Probe::default() }, ".exec.command")
    }),
    Mistake("two successes until a container lives", "Invalid", |pod, pick| {
        with_live(pod, pick, Probe { success_threshold: 2, ..probe() }, ".successThreshold")
    }),
    Mistake("a negative period", "Invalid", |pod, pick| {
        with_ready(pod, pick, Probe { period_seconds: -1, ..probe() }, ".periodSeconds")
    }),
    Mistake("a grace period of a probe that kills nobody", "Invalid", |pod, pick| {
        let probe = Probe { termination_grace_period_seconds: Some(5), ..probe() };
        with_ready(pod, pick, probe, ".terminationGracePeriodSeconds")
    }),
    Mistake("a grace period of 0 seconds of a probe", "Invalid", |pod, pick| {
        let probe = Probe { termination_grace_period_seconds: Some(0), ..probe() };
        with_live(pod, pick, probe, ".terminationGracePeriodSeconds")
    }),
    Mistake("a hook that does nothing", "Required", |pod, pick| {
        with_hook(pod, pick, LifecycleHandler::default(), "")
    }),
    Mistake("a sleep beyond the grace period", "Invalid", |pod, pick| {
        let seconds = pod.spec.termination_grace_period_seconds.unwrap_or(30) + 1;
        let sleep = Some(Box::new(SleepAction { seconds }));
        with_hook(pod, pick, LifecycleHandler { sleep, ..LifecycleHandler::default() }, ".sleep")
    }),
    Mistake("an init container that is asked whether it is ready", "Forbidden", |pod, _| {
        plain(pod, |one| {
            one.readiness_probe = Some(Box::new(probe()));
            "readinessProbe".into()
        })
    }),
    Mistake("an init container with a hook", "Forbidden", |pod, _| {
        plain(pod, |one| {
            let http_get = get();
            one.lifecycle = before_stop(LifecycleHandler { http_get, ..Default::default() });
            "lifecycle".into()
        })
    }),
    Mistake("an unknown restart policy of a container", "NotSupported", |pod, pick| {
        regular(pod, pick, |one| {
            one.restart_policy = Some("Sometimes".into());
            "restartPolicy".into()
        })
    }),
    Mistake("rules without a restart policy", "Required", |pod, pick| {
        regular(pod, pick, |one| {
            one.restart_policy = None;
            one.restart_policy_rules = vec![rule()];
            "restartPolicy".into()
        })
    }),
    Mistake("a rule about no exit codes", "Required", |pod, pick| {
        let rule = ContainerRestartRule { exit_codes: None, ..rule() };
        with_rule(pod, pick, rule, ".exitCodes")
    }),
    Mistake("a rule with an unknown action", "NotSupported", |pod, pick| {
        let rule = ContainerRestartRule { action: "Reboot".into(), ..rule() };
        with_rule(pod, pick, rule, ".action")
    }),
    Mistake("a rule with an unknown operator", "NotSupported", |pod, pick| {
        with_rule(pod, pick, about("Near", vec![1]), ".exitCodes.operator")
    }),
    Mistake("a rule about 256 exit codes", "TooMany", |pod, pick| {
        with_rule(pod, pick, about("In", (0..256).collect()), ".exitCodes.values")
    }),
    Mistake("21 rules", "TooMany", |pod, pick| {
        any_one(pod, pick, |one| {
            keep_policy(one);
            one.restart_policy_rules = vec![rule(); 21];
            "restartPolicyRules".into()
        })
    }),
];
