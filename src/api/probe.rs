//! Probes, life-cycle hooks and what they do.

use crate::api::wire::{open_enum, wire};
use crate::int_or_string::IntOrString;

wire! {
    /// A check of a container that is repeated: what it does, how often, and how many answers
    /// count.
    struct Probe {
        opt exec: Option<Box<ExecAction>> = "exec";
        opt http_get: Option<Box<HTTPGetAction>> = "httpGet";
        opt tcp_socket: Option<Box<TCPSocketAction>> = "tcpSocket";
        opt grpc: Option<Box<GRPCAction>> = "grpc";
        /// Seconds after the container's start before the first check; defaults to 0.
        omit initial_delay_seconds: i32 = "initialDelaySeconds";
        /// Seconds until a check has failed; defaults to 1.
        omit timeout_seconds: i32 = "timeoutSeconds";
        /// Seconds from one check to the next; defaults to 10.
        omit period_seconds: i32 = "periodSeconds";
        /// Successes in a row that count as one; defaults to 1, and must be 1 except for readiness.
        omit success_threshold: i32 = "successThreshold";
        /// Failures in a row that count as one; defaults to 3.
        omit failure_threshold: i32 = "failureThreshold";
        /// Overrides the pod's grace period if this probe stops the container; not for readiness.
        opt termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds";
    }
}

wire! {
    /// Runs a command in the container; exit code 0 is success.
    struct ExecAction {
        omit command: Vec<String> = "command";
    }
}

wire! {
    /// Sends a GET request; a status from 200 to 399 is success.
    struct HTTPGetAction {
        omit path: String = "path";
        keep port: IntOrString = "port";
        omit host: String = "host";
        omit scheme: URIScheme = "scheme";
        omit http_headers: Vec<HTTPHeader> = "httpHeaders";
    }
}

open_enum! {
    /// The scheme of a request; unset means `HTTP`.
    URIScheme { HTTP, HTTPS }
}

wire! {
    /// A header of a request; a name may come more than once.
    struct HTTPHeader {
        keep name: String = "name";
        keep value: String = "value";
    }
}

wire! {
    /// Opens a connection; an open port is success.
    struct TCPSocketAction {
        keep port: IntOrString = "port";
        omit host: String = "host";
    }
}

wire! {
    /// Asks the gRPC health service; `SERVING` is success.
    struct GRPCAction {
        keep port: i32 = "port";
        null service: Option<String> = "service";
    }
}

wire! {
    /// What happens right after a container's start and right before its stop.
    struct Lifecycle {
        opt post_start: Option<Box<LifecycleHandler>> = "postStart";
        opt pre_stop: Option<Box<LifecycleHandler>> = "preStop";
        opt stop_signal: Option<Signal> = "stopSignal";
    }
}

wire! {
    /// One action of a container's life; exactly one member may be set.
    struct LifecycleHandler {
        opt exec: Option<Box<ExecAction>> = "exec";
        opt http_get: Option<Box<HTTPGetAction>> = "httpGet";
        opt tcp_socket: Option<Box<TCPSocketAction>> = "tcpSocket";
        opt sleep: Option<Box<SleepAction>> = "sleep";
    }
}

wire! {
    /// Does nothing for some seconds.
    struct SleepAction {
        keep seconds: i64 = "seconds";
    }
}

open_enum! {
    /// The signal that stops a container. Unset leaves it to the image, and then to `SIGTERM`.
    Signal { SIGABRT, SIGALRM, SIGBUS, SIGCHLD, SIGCLD, SIGCONT, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGIO, SIGIOT, SIGKILL, SIGPIPE, SIGPOLL, SIGPROF, SIGPWR, SIGQUIT, SIGSEGV, SIGSTKFLT, SIGSTOP, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ, SIGRTMIN, SIGRTMINPLUS1 = "SIGRTMIN+1", SIGRTMINPLUS2 = "SIGRTMIN+2", SIGRTMINPLUS3 = "SIGRTMIN+3", SIGRTMINPLUS4 = "SIGRTMIN+4", SIGRTMINPLUS5 = "SIGRTMIN+5", SIGRTMINPLUS6 = "SIGRTMIN+6", SIGRTMINPLUS7 = "SIGRTMIN+7", SIGRTMINPLUS8 = "SIGRTMIN+8", SIGRTMINPLUS9 = "SIGRTMIN+9", SIGRTMINPLUS10 = "SIGRTMIN+10", SIGRTMINPLUS11 = "SIGRTMIN+11", SIGRTMINPLUS12 = "SIGRTMIN+12", SIGRTMINPLUS13 = "SIGRTMIN+13", SIGRTMINPLUS14 = "SIGRTMIN+14", SIGRTMINPLUS15 = "SIGRTMIN+15", SIGRTMAXMINUS14 = "SIGRTMAX-14", SIGRTMAXMINUS13 = "SIGRTMAX-13", SIGRTMAXMINUS12 = "SIGRTMAX-12", SIGRTMAXMINUS11 = "SIGRTMAX-11", SIGRTMAXMINUS10 = "SIGRTMAX-10", SIGRTMAXMINUS9 = "SIGRTMAX-9", SIGRTMAXMINUS8 = "SIGRTMAX-8", SIGRTMAXMINUS7 = "SIGRTMAX-7", SIGRTMAXMINUS6 = "SIGRTMAX-6", SIGRTMAXMINUS5 = "SIGRTMAX-5", SIGRTMAXMINUS4 = "SIGRTMAX-4", SIGRTMAXMINUS3 = "SIGRTMAX-3", SIGRTMAXMINUS2 = "SIGRTMAX-2", SIGRTMAXMINUS1 = "SIGRTMAX-1", SIGRTMAX }
}
