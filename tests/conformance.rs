//! Compares the crate with recorded answers of Kubernetes, suite by suite.
//!
//! The cases are `tests/vectors/<area>/<suite>.jsonl`, or the same layout below the folder that the
//! environment variable `KUBERNEL_VECTORS` names. A case is a line `{"id", "in", "out"}`; a suite
//! is a function from `in` to `out`, listed in `tests/conformance/<area>.rs`.
//!
//! `tests/vectors/expected_failures.txt` lists known failures of the project's own folder. A listed
//! case that passes fails its suite.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a case that panics has failed, and the runner says so"
)]

#[path = "conformance"]
mod suites {
    pub(crate) mod apply;
    pub(crate) mod cluster;
    pub(crate) mod config;
    pub(crate) mod meta;
    pub(crate) mod pod;
    pub(crate) mod readme;
    pub(crate) mod runner;
    pub(crate) mod schedule;
    pub(crate) mod service;
    pub(crate) mod storage;
    pub(crate) mod support;
}

use std::process::ExitCode;

use suites::runner::{self, Served};
use suites::{apply, cluster, config, meta, pod, schedule, service, storage};

const SERVED: Served = Served {
    values: &[
        ("apply", apply::SUITES),
        ("cluster", cluster::SUITES),
        ("config", config::SUITES),
        ("meta", meta::SUITES),
        ("pod", pod::SUITES),
        ("schedule", schedule::SUITES),
        ("service", service::SUITES),
        ("storage", storage::SUITES),
    ],
    texts: &[("meta", meta::TEXT_SUITES)],
};

fn main() -> ExitCode {
    runner::run(SERVED)
}
