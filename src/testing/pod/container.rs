//! Containers of a pod, still without a name.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::api::{
    ConfigMapEnvSource, ConfigMapKeySelector, Container, ContainerPort, ContainerResizePolicy,
    ContainerRestartPolicy, ContainerRestartRule, ContainerRestartRuleAction,
    ContainerRestartRuleOnExitCodes, ContainerRestartRuleOnExitCodesOperator, EnvFromSource,
    EnvVar, EnvVarSource, ExecAction, GRPCAction, HTTPGetAction, Lifecycle, LifecycleHandler,
    ObjectFieldSelector, Probe, Protocol, PullPolicy, ResourceFieldSelector,
    ResourceResizeRestartPolicy, SecretKeySelector, SleepAction, TCPSocketAction,
    TerminationMessagePolicy,
};
use crate::int_or_string::IntOrString;
use crate::testing::objects::{IMAGES, resources};

/// What a container is in its pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Regular,
    /// An init container that ends.
    Plain,
    Sidecar,
}

/// Init containers of both sorts.
pub(super) fn init_container() -> impl Strategy<Value = Container> {
    prop_oneof![container(Role::Plain), container(Role::Sidecar)]
}

/// Containers without name, mounts and numbers of ports.
pub(super) fn container(role: Role) -> impl Strategy<Value = Container> {
    let pulls = [PullPolicy::Unset, PullPolicy::Always, PullPolicy::IfNotPresent];
    let messages =
        [TerminationMessagePolicy::Unset, TerminationMessagePolicy::FallbackToLogsOnError];
    let words = (select(&IMAGES[..]), select(pulls.to_vec()), select(messages.to_vec()));
    let env = btree_map(select(&["A", "PATH_2", "x.y"][..]), variable(), 0..=3);
    let parts = (ports(), env, option::weighted(0.2, env_from()), option::of(resources()));
    let life = (restarts(role), probes(role), lifecycle(role));
    (words, parts, life, prop::bool::weighted(0.2)).prop_map(
        |((image, image_pull_policy, message), parts, life, resizes)| {
            let (ports, env, env_from, resources) = parts;
            let ((restart_policy, restart_policy_rules), probes, lifecycle) = life;
            let [startup_probe, liveness_probe, readiness_probe] = probes;
            let resize = ContainerResizePolicy {
                resource_name: "cpu".into(),
                restart_policy: ResourceResizeRestartPolicy::NotRequired,
            };
            let named = |(name, var): (&str, EnvVar)| EnvVar { name: name.into(), ..var };
            Container {
                image: image.into(),
                image_pull_policy,
                termination_message_policy: message,
                ports,
                env: env.into_iter().map(named).collect(),
                env_from: env_from.into_iter().collect(),
                resources: resources.unwrap_or_default(),
                resize_policy: Some(resize).filter(|_| resizes).into_iter().collect(),
                restart_policy,
                restart_policy_rules,
                startup_probe: startup_probe.map(Box::new),
                liveness_probe: liveness_probe.map(Box::new),
                readiness_probe: readiness_probe.map(Box::new),
                lifecycle: lifecycle.map(Box::new),
                ..Container::default()
            }
        },
    )
}

/// Ports with names; their numbers are given later.
fn ports() -> impl Strategy<Value = Vec<ContainerPort>> {
    let protocol = select(&[Protocol::Unset, Protocol::TCP, Protocol::UDP][..]);
    btree_map(select(&["admin", "http"][..]), protocol, 0..=2).prop_map(|ports| {
        let port = |(name, protocol): (&str, Protocol)| ContainerPort {
            name: name.into(),
            protocol,
            ..ContainerPort::default()
        };
        ports.into_iter().map(port).collect()
    })
}

/// Variables without a name: a value, or where it comes from.
fn variable() -> impl Strategy<Value = EnvVar> {
    let field = |path: &str| EnvVarSource {
        field_ref: Some(Box::new(ObjectFieldSelector {
            field_path: path.into(),
            ..ObjectFieldSelector::default()
        })),
        ..EnvVarSource::default()
    };
    let resource = ResourceFieldSelector {
        resource: "limits.memory".into(),
        ..ResourceFieldSelector::default()
    };
    let (name, key) = (String::from("settings"), String::from("mode"));
    let map = ConfigMapKeySelector { name: name.clone(), key: key.clone(), optional: Some(true) };
    let sources = [
        field("metadata.name"),
        field("status.podIP"),
        field("metadata.labels['app']"),
        EnvVarSource { resource_field_ref: Some(Box::new(resource)), ..Default::default() },
        EnvVarSource { config_map_key_ref: Some(Box::new(map)), ..Default::default() },
        EnvVarSource {
            secret_key_ref: Some(Box::new(SecretKeySelector { name, key, optional: None })),
            ..Default::default()
        },
    ];
    let from = |source| EnvVar { value_from: Some(Box::new(source)), ..EnvVar::default() };
    prop_oneof![
        select(&["", "on", "$(A)-x"][..])
            .prop_map(|value| EnvVar { value: value.into(), ..EnvVar::default() }),
        select(sources.to_vec()).prop_map(from),
    ]
}

fn env_from() -> impl Strategy<Value = EnvFromSource> {
    select(&["", "P_"][..]).prop_map(|prefix| EnvFromSource {
        prefix: prefix.into(),
        config_map_ref: Some(Box::new(ConfigMapEnvSource {
            name: "settings".into(),
            optional: Some(true),
        })),
        ..EnvFromSource::default()
    })
}

type Restarts = (Option<ContainerRestartPolicy>, Vec<ContainerRestartRule>);

/// The restart policy of a container, and with one of its own also rules.
fn restarts(role: Role) -> impl Strategy<Value = Restarts> {
    const OWN: [ContainerRestartPolicy; 3] = [
        ContainerRestartPolicy::Always,
        ContainerRestartPolicy::OnFailure,
        ContainerRestartPolicy::Never,
    ];
    let own = match role {
        Role::Regular => option::weighted(0.3, select(OWN.to_vec())).boxed(),
        Role::Plain => option::weighted(0.3, select(OWN[1..].to_vec())).boxed(),
        Role::Sidecar => Just(Some(ContainerRestartPolicy::Always)).boxed(),
    };
    let action = prop_oneof![
        4 => Just(ContainerRestartRuleAction::Restart),
        1 => Just(ContainerRestartRuleAction::RestartAllContainers),
    ];
    let operator = select(
        &[
            ContainerRestartRuleOnExitCodesOperator::In,
            ContainerRestartRuleOnExitCodesOperator::NotIn,
        ][..],
    );
    let codes = (operator, vec(select(&[0, 1, 42][..]), 0..=2)).prop_map(|(operator, values)| {
        Some(Box::new(ContainerRestartRuleOnExitCodes { operator, values }))
    });
    let rule = (action, codes)
        .prop_map(|(action, exit_codes)| ContainerRestartRule { action, exit_codes });
    (own, vec(rule, 0..=2)).prop_map(|(own, rules)| {
        let rules = if own.is_some() { rules } else { Vec::new() };
        (own, rules)
    })
}

/// A startup, a liveness and a readiness probe.
fn probes(role: Role) -> impl Strategy<Value = [Option<Probe>; 3]> {
    if role == Role::Plain {
        return Just([None, None, None]).boxed();
    }
    let one = |chance| option::weighted(chance, probe());
    let own_grace = option::weighted(0.3, 1..=40_i64);
    (one(0.2), one(0.3), one(0.5), own_grace, 1..=2_i32)
        .prop_map(|(startup, liveness, readiness, grace, successes)| {
            let killer = |probe: Probe| Probe { termination_grace_period_seconds: grace, ..probe };
            let readiness = readiness.map(|probe| Probe { success_threshold: successes, ..probe });
            [startup.map(killer), liveness.map(killer), readiness]
        })
        .boxed()
}

fn probe() -> impl Strategy<Value = Probe> {
    let handler = select(&["exec", "httpGet", "tcpSocket", "grpc"][..]);
    (handler, 0..=5_i32, 0..=12_i32, 0..=3_i32).prop_map(|(handler, delay, period, failures)| {
        let probe = Probe {
            initial_delay_seconds: delay,
            period_seconds: period,
            failure_threshold: failures,
            ..Probe::default()
        };
        match handler {
            "exec" => Probe { exec: Some(Box::new(command())), ..probe },
            "httpGet" => Probe { http_get: Some(Box::new(get())), ..probe },
            "grpc" => {
                let grpc = GRPCAction { port: 9_000, service: None };
                Probe { grpc: Some(Box::new(grpc)), ..probe }
            }
            _ => {
                let tcp = TCPSocketAction { port: IntOrString::Int(80), host: String::new() };
                Probe { tcp_socket: Some(Box::new(tcp)), ..probe }
            }
        }
    })
}

fn command() -> ExecAction {
    ExecAction { command: vec!["true".into()] }
}

fn get() -> HTTPGetAction {
    HTTPGetAction { port: IntOrString::Int(80), ..HTTPGetAction::default() }
}

/// Hooks; a sleep is cut to the grace period later.
fn lifecycle(role: Role) -> impl Strategy<Value = Option<Lifecycle>> {
    if role == Role::Plain {
        return Just(None).boxed();
    }
    let handler = || {
        (select(&["exec", "httpGet", "sleep"][..]), 0..=30_i64).prop_map(|(handler, seconds)| {
            let hook = LifecycleHandler::default();
            Box::new(match handler {
                "exec" => LifecycleHandler { exec: Some(Box::new(command())), ..hook },
                "httpGet" => LifecycleHandler { http_get: Some(Box::new(get())), ..hook },
                _ => LifecycleHandler { sleep: Some(Box::new(SleepAction { seconds })), ..hook },
            })
        })
    };
    let hooks = (option::weighted(0.2, handler()), option::weighted(0.6, handler()));
    let hooks = hooks.prop_map(|(post_start, pre_stop)| Lifecycle {
        post_start,
        pre_stop,
        ..Lifecycle::default()
    });
    option::weighted(0.4, hooks).boxed()
}
