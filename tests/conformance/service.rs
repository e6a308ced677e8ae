//! The suites of the area `service`, one line each.

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[];
