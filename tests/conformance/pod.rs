//! The suites of the area `pod`, one line each.

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[];
