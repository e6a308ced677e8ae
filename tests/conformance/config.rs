//! The suites of the area `config`, one line each.

#[path = "config_env.rs"]
mod env;
#[path = "config_secret.rs"]
mod secret;
#[path = "config_workload.rs"]
mod workload;
#[path = "config_workload_object.rs"]
mod workload_object;

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[
    ("deployment_fenceposts", workload::deployment_fenceposts),
    ("deployment_proportional_scale", workload::deployment_sync),
    ("deployment_rolling_step", workload::deployment_sync),
    ("deployment_status_conditions", workload::deployment_sync),
    ("deployment_sync", workload::deployment_sync),
    ("env_expand", env::env_expand),
    ("pod_env", env::pod_env),
    ("namespace_validation", workload_object::namespace_validation),
    ("rs_scale_down_order", workload::rs_scale_down_order),
    ("rs_sync", workload::rs_sync),
    ("workload_defaults", workload_object::workload_defaults),
    ("workload_validation", workload_object::workload_validation),
    ("secret_validation", secret::secret_validation),
];
