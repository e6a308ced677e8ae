//! The suites of the area `meta`, one line each.

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[];
