//! The suites of the area `meta`, one line each.

#[path = "meta_gc.rs"]
mod gc;
#[path = "meta_names.rs"]
mod names;
#[path = "meta_normal.rs"]
mod normal;
#[path = "meta_object.rs"]
mod object;
#[path = "meta_patch.rs"]
mod patch;
#[path = "meta_quantity.rs"]
mod quantity;
#[path = "meta_selectors.rs"]
mod selectors;
#[path = "meta_trace.rs"]
mod trace;

use super::runner::{Suites, TextSuites};

pub(crate) const SUITES: Suites = &[
    ("names", names::names),
    ("resource_version", names::resource_version),
    ("selector_parse", selectors::selector_parse),
    ("selector_match", selectors::selector_match),
    ("label_selector", selectors::label_selector),
    ("selector_requirement", selectors::selector_requirement),
    ("field_selector_parse", selectors::field_selector_parse),
    ("field_selector_match", selectors::field_selector_match),
    ("api_trace", trace::api_trace),
    ("gc_trace", gc::gc_trace),
    ("object_meta", object::object_meta),
    ("strategic_merge_patch", patch::strategic_merge_patch),
    ("smp_diff", patch::smp_diff),
    ("quantity_parse", quantity::quantity_parse),
    ("quantity_json", quantity::quantity_json),
    ("quantity_arith", quantity::quantity_arith),
    ("int_or_percent", quantity::int_or_percent),
    ("time_wire", quantity::time_wire),
];

pub(crate) const TEXT_SUITES: TextSuites =
    &[("json_merge_patch", patch::json_merge_patch), ("json_patch", patch::json_patch)];
