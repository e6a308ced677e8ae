//! The suites of the area `storage`, one line each.

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[];
