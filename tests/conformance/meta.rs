//! The suites of the area `meta`, one line each.

#[path = "meta_names.rs"]
mod names;
#[path = "meta_object.rs"]
mod object;

use super::runner::Suites;

pub(crate) const SUITES: Suites = &[("names", names::names), ("object_meta", object::object_meta)];
