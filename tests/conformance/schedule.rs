//! The suites of the area `schedule`, one line each.

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[];
