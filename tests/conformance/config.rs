//! The suites of the area `config`, one line each.

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[];
