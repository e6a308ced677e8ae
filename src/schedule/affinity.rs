//! Node selectors and node affinity.
//!
//! Source: `pkg/scheduler/framework/plugins/nodeaffinity`,
//! `component-helpers/scheduling/corev1/nodeaffinity`.

use std::collections::BTreeSet;

use crate::api::{Node, NodeAffinity, NodeSelectorOperator, NodeSelectorTerm, Pod};
use crate::labels::node_requirement;

/// A preferred term that cannot be read; scoring fails (`AFF-10`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a preferred node affinity term is malformed")]
pub struct Malformed;

fn affinity(pod: &Pod) -> Option<&NodeAffinity> {
    pod.spec.affinity.as_ref()?.node_affinity.as_deref()
}

fn required(pod: &Pod) -> Option<&[NodeSelectorTerm]> {
    let selector = affinity(pod)?.required_during_scheduling_ignored_during_execution.as_deref()?;
    Some(&selector.node_selector_terms)
}

/// Whether a node fulfils the node selector and the required node affinity of a pod
/// (`AFF-1` … `AFF-7`).
#[must_use]
pub fn matches(pod: &Pod, node: &Node) -> bool {
    let labels = &node.metadata.labels;
    let selected = pod.spec.node_selector.iter().all(|(key, value)| labels.get(key) == Some(value));
    selected && required(pod).is_none_or(|terms| terms.iter().any(|term| term_matches(term, node)))
}

/// Whether a node fulfils a term. A malformed term matches nothing (`AFF-3`, `AFF-6`).
fn term_matches(term: &NodeSelectorTerm, node: &Node) -> bool {
    check_term(term, node).unwrap_or(false)
}

/// Whether a node fulfils a term.
///
/// # Errors
/// [`Malformed`] if a part of the term cannot be read, even where another part fails already.
fn check_term(term: &NodeSelectorTerm, node: &Node) -> Result<bool, Malformed> {
    if term.match_expressions.is_empty() && term.match_fields.is_empty() {
        return Ok(false);
    }
    let mut all = true;
    for expression in &term.match_expressions {
        let requirement = node_requirement(expression).map_err(|_| Malformed)?;
        all &= requirement.matches(&node.metadata.labels);
    }
    for field in &term.match_fields {
        // AFF-7
        let [value] = field.values.as_slice() else { return Err(Malformed) };
        let name = if field.key == "metadata.name" { node.metadata.name.as_str() } else { "" };
        all &= match field.operator {
            NodeSelectorOperator::In => name == value,
            NodeSelectorOperator::NotIn => name != value,
            NodeSelectorOperator::Exists
            | NodeSelectorOperator::DoesNotExist
            | NodeSelectorOperator::Gt
            | NodeSelectorOperator::Lt
            | NodeSelectorOperator::Unset
            | NodeSelectorOperator::Other(_) => return Err(Malformed),
        };
    }
    Ok(all)
}

/// The names of nodes that the pod's affinity narrows the choice to, if it does (`AFF-8`).
#[must_use]
pub fn narrowed(pod: &Pod) -> Option<BTreeSet<&str>> {
    let terms = required(pod)?;
    if terms.is_empty() {
        return None;
    }
    let mut union = BTreeSet::new();
    for term in terms {
        let mut names: Option<BTreeSet<&str>> = None;
        for field in &term.match_fields {
            if field.key == "metadata.name" && field.operator == NodeSelectorOperator::In {
                let given: BTreeSet<&str> = field.values.iter().map(String::as_str).collect();
                names = Some(match names {
                    Some(before) => before.intersection(&given).copied().collect(),
                    None => given,
                });
            }
        }
        union.extend(names?);
    }
    Some(union)
}

/// The sum of the weights of the preferred terms that a node fulfils; `None` if the pod prefers
/// nothing (`AFF-9`, `AFF-11`).
///
/// # Errors
/// [`Malformed`] for a term of any weight but 0 that cannot be read (`AFF-10`).
pub fn preferred(pod: &Pod, node: &Node) -> Result<Option<i64>, Malformed> {
    let Some(affinity) = affinity(pod) else { return Ok(None) };
    let terms = &affinity.preferred_during_scheduling_ignored_during_execution;
    if terms.is_empty() {
        return Ok(None);
    }
    let mut sum = 0;
    for term in terms.iter().filter(|term| term.weight != 0) {
        if check_term(&term.preference, node)? {
            sum += i64::from(term.weight);
        }
    }
    Ok(Some(sum))
}
