//! The suites of the area `meta`, one line each.

#[path = "meta_names.rs"]
mod names;

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[("names", names::names)];
