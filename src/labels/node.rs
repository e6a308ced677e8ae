//! The requirements of a node selector, as requirements on labels.
//!
//! Source: `component-helpers/scheduling/corev1/nodeaffinity`, `component-helpers/storage/volume`.

use std::collections::BTreeMap;

use crate::api::{NodeSelectorRequirement, NodeSelectorTerm};
use crate::field::Errors;
use crate::labels::Requirement;

/// A requirement of a node selector as one on labels.
///
/// # Errors
/// As for [`Requirement::new`]; an operator that a node selector does not have is `NotSupported`.
pub fn node_requirement(requirement: &NodeSelectorRequirement) -> Result<Requirement, Errors> {
    let word = match requirement.operator.as_str() {
        "In" => "in",
        "NotIn" => "notin",
        "Exists" => "exists",
        "DoesNotExist" => "!",
        "Gt" => "gt",
        "Lt" => "lt",
        other => other,
    };
    let values: Vec<&str> = requirement.values.iter().map(String::as_str).collect();
    Requirement::from_words(&requirement.key, word, &values)
}

/// Whether labels fulfil all expressions of a term. A term without anything matches nothing, one
/// with an invalid expression neither; `matchFields` are not asked.
#[must_use]
pub fn node_term_matches(term: &NodeSelectorTerm, labels: &BTreeMap<String, String>) -> bool {
    if term.match_expressions.is_empty() && term.match_fields.is_empty() {
        return false;
    }
    term.match_expressions.iter().all(|expression| {
        node_requirement(expression).is_ok_and(|requirement| requirement.matches(labels))
    })
}
