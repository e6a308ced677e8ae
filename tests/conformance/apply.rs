//! The suites of the area `apply`, one line each.

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[];
