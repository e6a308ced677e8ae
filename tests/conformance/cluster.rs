//! The suites of the area `cluster`, one line each.

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[];
