//! The suites of the area `config`, one line each.

#[path = "config_env.rs"]
mod env;
#[path = "config_workload.rs"]
mod workload;

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[
    ("deployment_fenceposts", workload::deployment_fenceposts),
    ("deployment_proportional_scale", workload::deployment_sync),
    ("deployment_rolling_step", workload::deployment_sync),
    ("deployment_status_conditions", workload::deployment_sync),
    ("deployment_sync", workload::deployment_sync),
    ("env_expand", env::env_expand),
    ("pod_env", env::pod_env),
    ("rs_scale_down_order", workload::rs_scale_down_order),
    ("rs_sync", workload::rs_sync),
];
