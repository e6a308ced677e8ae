//! MODDOC probe

use crate::api::wire::{open_enum, wire};
use crate::int_or_string::IntOrString;

wire! {
    /// DOC core Probe
    struct Probe {
        opt exec: Option<Box<ExecAction>> = "exec";
        opt http_get: Option<Box<HTTPGetAction>> = "httpGet";
        opt tcp_socket: Option<Box<TCPSocketAction>> = "tcpSocket";
        opt grpc: Option<Box<GRPCAction>> = "grpc";
        omit initial_delay_seconds: i32 = "initialDelaySeconds";
        omit timeout_seconds: i32 = "timeoutSeconds";
        omit period_seconds: i32 = "periodSeconds";
        omit success_threshold: i32 = "successThreshold";
        omit failure_threshold: i32 = "failureThreshold";
        opt termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds";
    }
}

wire! {
    /// DOC core ExecAction
    struct ExecAction {
        omit command: Vec<String> = "command";
    }
}

wire! {
    /// DOC core HTTPGetAction
    struct HTTPGetAction {
        omit path: String = "path";
        keep port: IntOrString = "port";
        omit host: String = "host";
        omit scheme: URIScheme = "scheme";
        omit http_headers: Vec<HTTPHeader> = "httpHeaders";
    }
}

open_enum! {
    /// DOC core URIScheme
    URIScheme { HTTP, HTTPS }
}

wire! {
    /// DOC core HTTPHeader
    struct HTTPHeader {
        keep name: String = "name";
        keep value: String = "value";
    }
}

wire! {
    /// DOC core TCPSocketAction
    struct TCPSocketAction {
        keep port: IntOrString = "port";
        omit host: String = "host";
    }
}

wire! {
    /// DOC core GRPCAction
    struct GRPCAction {
        keep port: i32 = "port";
        null service: Option<String> = "service";
    }
}

wire! {
    /// DOC core Lifecycle
    struct Lifecycle {
        opt post_start: Option<Box<LifecycleHandler>> = "postStart";
        opt pre_stop: Option<Box<LifecycleHandler>> = "preStop";
        opt stop_signal: Option<Signal> = "stopSignal";
    }
}

wire! {
    /// DOC core LifecycleHandler
    struct LifecycleHandler {
        opt exec: Option<Box<ExecAction>> = "exec";
        opt http_get: Option<Box<HTTPGetAction>> = "httpGet";
        opt tcp_socket: Option<Box<TCPSocketAction>> = "tcpSocket";
        opt sleep: Option<Box<SleepAction>> = "sleep";
    }
}

wire! {
    /// DOC core SleepAction
    struct SleepAction {
        keep seconds: i64 = "seconds";
    }
}

open_enum! {
    /// DOC core Signal
    Signal { SIGABRT, SIGALRM, SIGBUS, SIGCHLD, SIGCLD, SIGCONT, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGIO, SIGIOT, SIGKILL, SIGPIPE, SIGPOLL, SIGPROF, SIGPWR, SIGQUIT, SIGSEGV, SIGSTKFLT, SIGSTOP, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ, SIGRTMIN, SIGRTMINPLUS1 = "SIGRTMIN+1", SIGRTMINPLUS2 = "SIGRTMIN+2", SIGRTMINPLUS3 = "SIGRTMIN+3", SIGRTMINPLUS4 = "SIGRTMIN+4", SIGRTMINPLUS5 = "SIGRTMIN+5", SIGRTMINPLUS6 = "SIGRTMIN+6", SIGRTMINPLUS7 = "SIGRTMIN+7", SIGRTMINPLUS8 = "SIGRTMIN+8", SIGRTMINPLUS9 = "SIGRTMIN+9", SIGRTMINPLUS10 = "SIGRTMIN+10", SIGRTMINPLUS11 = "SIGRTMIN+11", SIGRTMINPLUS12 = "SIGRTMIN+12", SIGRTMINPLUS13 = "SIGRTMIN+13", SIGRTMINPLUS14 = "SIGRTMIN+14", SIGRTMINPLUS15 = "SIGRTMIN+15", SIGRTMAXMINUS14 = "SIGRTMAX-14", SIGRTMAXMINUS13 = "SIGRTMAX-13", SIGRTMAXMINUS12 = "SIGRTMAX-12", SIGRTMAXMINUS11 = "SIGRTMAX-11", SIGRTMAXMINUS10 = "SIGRTMAX-10", SIGRTMAXMINUS9 = "SIGRTMAX-9", SIGRTMAXMINUS8 = "SIGRTMAX-8", SIGRTMAXMINUS7 = "SIGRTMAX-7", SIGRTMAXMINUS6 = "SIGRTMAX-6", SIGRTMAXMINUS5 = "SIGRTMAX-5", SIGRTMAXMINUS4 = "SIGRTMAX-4", SIGRTMAXMINUS3 = "SIGRTMAX-3", SIGRTMAXMINUS2 = "SIGRTMAX-2", SIGRTMAXMINUS1 = "SIGRTMAX-1", SIGRTMAX }
}
