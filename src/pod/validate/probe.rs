//! Probes and life-cycle hooks.

use crate::api::{
    Container, ExecAction, GRPCAction, HTTPGetAction, LifecycleHandler, Probe, SleepAction,
    TCPSocketAction, URIScheme,
};
use crate::field::{Errors, Path};
use crate::int_or_string::IntOrString;
use crate::name;
use crate::pod::validate::{container, non_negative, one_of};

/// Checks lifecycle and probes of a regular container or a sidecar.
// POD-SPEC-12, POD-SPEC-13
pub(super) fn validate(out: &mut Errors, at: &Path<'_>, container: &Container, grace: Option<i64>) {
    if let Some(lifecycle) = container.lifecycle.as_deref() {
        let own = at.field("lifecycle");
        for (field, hook) in
            [("postStart", &lifecycle.post_start), ("preStop", &lifecycle.pre_stop)]
        {
            if let Some(hook) = hook.as_deref() {
                one_handler(out, &own.field(field), &Handlers::of_hook(hook), grace);
            }
        }
    }
    if let Some(probe) = container.liveness_probe.as_deref() {
        let own = at.field("livenessProbe");
        check(out, &own, probe);
        exactly_one_success(out, &own, probe);
    }
    if let Some(probe) = container.readiness_probe.as_deref() {
        let own = at.field("readinessProbe");
        check(out, &own, probe);
        if let Some(seconds) = probe.termination_grace_period_seconds {
            let detail = "must not be set for readinessProbes";
            out.invalid(&own.field("terminationGracePeriodSeconds"), seconds, detail);
        }
    }
    if let Some(probe) = container.startup_probe.as_deref() {
        let own = at.field("startupProbe");
        check(out, &own, probe);
        exactly_one_success(out, &own, probe);
    }
}

fn exactly_one_success(out: &mut Errors, at: &Path<'_>, probe: &Probe) {
    if probe.success_threshold != 1 {
        out.invalid(&at.field("successThreshold"), probe.success_threshold, "must be 1");
    }
}

fn check(out: &mut Errors, at: &Path<'_>, probe: &Probe) {
    one_handler(out, at, &Handlers::of_probe(probe), None);
    for (field, number) in [
        ("initialDelaySeconds", probe.initial_delay_seconds),
        ("timeoutSeconds", probe.timeout_seconds),
        ("periodSeconds", probe.period_seconds),
        ("successThreshold", probe.success_threshold),
        ("failureThreshold", probe.failure_threshold),
    ] {
        non_negative(out, &at.field(field), number.into());
    }
    if let Some(seconds) = probe.termination_grace_period_seconds.filter(|grace| *grace <= 0) {
        let own = at.field("terminationGracePeriodSeconds");
        out.invalid(&own, seconds, "must be greater than 0");
    }
}

#[derive(Default)]
struct Handlers<'a> {
    exec: Option<&'a ExecAction>,
    http_get: Option<&'a HTTPGetAction>,
    tcp_socket: Option<&'a TCPSocketAction>,
    grpc: Option<&'a GRPCAction>,
    sleep: Option<&'a SleepAction>,
}

impl<'a> Handlers<'a> {
    fn of_probe(probe: &'a Probe) -> Self {
        Self {
            exec: probe.exec.as_deref(),
            http_get: probe.http_get.as_deref(),
            tcp_socket: probe.tcp_socket.as_deref(),
            grpc: probe.grpc.as_deref(),
            sleep: None,
        }
    }

    fn of_hook(hook: &'a LifecycleHandler) -> Self {
        Self {
            exec: hook.exec.as_deref(),
            http_get: hook.http_get.as_deref(),
            tcp_socket: hook.tcp_socket.as_deref(),
            grpc: None,
            sleep: hook.sleep.as_deref(),
        }
    }
}

fn one_handler(out: &mut Errors, at: &Path<'_>, all: &Handlers<'_>, grace: Option<i64>) {
    let mut found = false;
    let mut next = |out: &mut Errors, field: &str, set: bool| {
        if set && found {
            out.forbidden(&at.field(field), "may not specify more than 1 handler type");
        }
        let first = set && !found;
        found |= set;
        first
    };
    if next(out, "exec", all.exec.is_some()) && all.exec.is_some_and(|exec| exec.command.is_empty())
    {
        out.required(&at.field("exec").field("command"), "");
    }
    if next(out, "httpGet", all.http_get.is_some())
        && let Some(http) = all.http_get
    {
        check_http(out, &at.field("httpGet"), http);
    }
    if next(out, "tcpSocket", all.tcp_socket.is_some())
        && let Some(tcp) = all.tcp_socket
    {
        port(out, &at.field("tcpSocket").field("port"), &tcp.port);
    }
    if next(out, "grpc", all.grpc.is_some())
        && let Some(grpc) = all.grpc
    {
        container::number(out, &at.field("grpc").field("port"), grpc.port);
    }
    if next(out, "sleep", all.sleep.is_some())
        && let (Some(sleep), Some(grace)) = (all.sleep, grace)
        && !(sleep.seconds >= 0 && sleep.seconds <= grace)
    {
        let detail =
            format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        out.invalid(&at.field("sleep"), sleep.seconds, detail);
    }
    if !found {
        out.required(at, "must specify a handler type");
    }
}

fn check_http(out: &mut Errors, at: &Path<'_>, http: &HTTPGetAction) {
    if http.path.is_empty() {
        out.required(&at.field("path"), "");
    }
    port(out, &at.field("port"), &http.port);
    one_of(out, &at.field("scheme"), http.scheme.as_str(), URIScheme::WORDS);
    for header in &http.http_headers {
        name::validate(out, &at.field("httpHeaders"), &header.name, name::http_header_name);
    }
}

fn port(out: &mut Errors, at: &Path<'_>, port: &IntOrString) {
    match port {
        IntOrString::Int(number) => container::number(out, at, *number),
        IntOrString::String(text) => name::validate(out, at, text, name::port_name),
    }
}
