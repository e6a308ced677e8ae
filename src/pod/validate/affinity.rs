//! Wishes about nodes and about neighbours.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{
    Affinity, LabelSelector, NodeAffinity, NodeSelectorOperator, NodeSelectorRequirement,
    NodeSelectorTerm, PodAffinityTerm, WeightedPodAffinityTerm,
};
use crate::field::{Errors, Path};
use crate::pod::validate::spec::STRICT;
use crate::{labels, name};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn validate(out: &mut Errors, at: &Path<'_>, affinity: &Affinity) {
    if let Some(nodes) = affinity.node_affinity.as_deref() {
        node(out, &at.field("nodeAffinity"), nodes);
    }
    if let Some(pods) = affinity.pod_affinity.as_deref() {
        let required = &pods.required_during_scheduling_ignored_during_execution;
        let preferred = &pods.preferred_during_scheduling_ignored_during_execution;
        pod(out, &at.field("podAffinity"), required, preferred);
    }
    if let Some(pods) = affinity.pod_anti_affinity.as_deref() {
        let required = &pods.required_during_scheduling_ignored_during_execution;
        let preferred = &pods.preferred_during_scheduling_ignored_during_execution;
        pod(out, &at.field("podAntiAffinity"), required, preferred);
    }
}

fn weight(out: &mut Errors, at: &Path<'_>, weight: i32) {
    if !(1..=100).contains(&weight) {
        out.invalid(&at.field("weight"), weight, "must be in the range 1-100");
    }
}

fn node(out: &mut Errors, at: &Path<'_>, affinity: &NodeAffinity) {
    if let Some(selector) = affinity.required_during_scheduling_ignored_during_execution.as_deref()
    {
        let own = at.field(REQUIRED);
        let list = own.field("nodeSelectorTerms");
        if selector.node_selector_terms.is_empty() {
            out.required(&list, "must have at least one node selector term");
        }
        for (n, one) in selector.node_selector_terms.iter().enumerate() {
            term(out, &list.index(n), one, true);
        }
    }
    let list = at.field(PREFERRED);
    let preferred = &affinity.preferred_during_scheduling_ignored_during_execution;
    for (n, one) in preferred.iter().enumerate() {
        let own = list.index(n);
        weight(out, &own, one.weight);
        term(out, &own.field("preference"), &one.preference, false);
    }
}

fn term(out: &mut Errors, at: &Path<'_>, term: &NodeSelectorTerm, values: bool) {
    let expressions = at.field("matchExpressions");
    for (n, one) in term.match_expressions.iter().enumerate() {
        expression(out, &expressions.index(n), one, values);
    }
    let fields = at.field("matchFields");
    for (n, one) in term.match_fields.iter().enumerate() {
        field(out, &fields.index(n), one);
    }
}

fn expression(out: &mut Errors, at: &Path<'_>, one: &NodeSelectorRequirement, values: bool) {
    let values_at = at.field("values");
    match one.operator {
        NodeSelectorOperator::In | NodeSelectorOperator::NotIn => {
            if one.values.is_empty() {
                out.required(&values_at, "must be specified when `operator` is `In` or `NotIn`");
            }
        }
        NodeSelectorOperator::Exists | NodeSelectorOperator::DoesNotExist => {
            if !one.values.is_empty() {
                let detail = "may not be specified when `operator` is `Exists` or `DoesNotExist`";
                out.forbidden(&values_at, detail);
            }
        }
        NodeSelectorOperator::Gt | NodeSelectorOperator::Lt => {
            if one.values.len() != 1 {
                let detail = "must be specified single value when `operator` is `Lt` or `Gt`";
                out.required(&values_at, detail);
            }
        }
        NodeSelectorOperator::Unset | NodeSelectorOperator::Other(_) => {
            let own = at.field("operator");
            out.invalid(&own, one.operator.as_str(), "not a valid selector operator");
        }
    }
    name::validate(out, &at.field("key"), &one.key, name::label_key);
    for (n, value) in one.values.iter().enumerate().filter(|_| values) {
        name::validate(out, &values_at.index(n), value, name::label_value);
    }
}

fn field(out: &mut Errors, at: &Path<'_>, one: &NodeSelectorRequirement) {
    let values_at = at.field("values");
    match one.operator {
        NodeSelectorOperator::In | NodeSelectorOperator::NotIn => {
            if one.values.len() != 1 {
                let detail = "must be only one value when `operator` is `In` or `NotIn`";
                out.required(&values_at, detail);
            }
        }
        NodeSelectorOperator::Exists
        | NodeSelectorOperator::DoesNotExist
        | NodeSelectorOperator::Gt
        | NodeSelectorOperator::Lt
        | NodeSelectorOperator::Unset
        | NodeSelectorOperator::Other(_) => {
            let own = at.field("operator");
            out.invalid(&own, one.operator.as_str(), "not a valid selector operator");
        }
    }
    if one.key != "metadata.name" {
        out.invalid(&at.field("key"), &one.key, "not a valid field selector key");
        return;
    }
    for (n, value) in one.values.iter().enumerate() {
        name::validate(out, &values_at.index(n), value, name::dns1123_subdomain);
    }
}

fn pod(
    out: &mut Errors,
    at: &Path<'_>,
    required: &[PodAffinityTerm],
    preferred: &[WeightedPodAffinityTerm],
) {
    let list = at.field(REQUIRED);
    for (n, one) in required.iter().enumerate() {
        neighbour(out, &list.index(n), one);
    }
    let list = at.field(PREFERRED);
    for (n, one) in preferred.iter().enumerate() {
        let own = list.index(n);
        weight(out, &own, one.weight);
        neighbour(out, &own.field("podAffinityTerm"), &one.pod_affinity_term);
    }
}

fn neighbour(out: &mut Errors, at: &Path<'_>, term: &PodAffinityTerm) {
    let selector = term.label_selector.as_deref();
    for (field, selector) in
        [("labelSelector", selector), ("namespaceSelector", term.namespace_selector.as_deref())]
    {
        if let Some(selector) = selector {
            labels::validate(out, &at.field(field), selector, &STRICT);
        }
    }
    for namespace in &term.namespaces {
        name::validate(out, &at.field("namespace"), namespace, name::dns1123_label);
    }
    let keys = (term.match_label_keys.as_slice(), term.mismatch_label_keys.as_slice());
    label_keys(out, at, keys, selector);
    let own = at.field("topologyKey");
    if term.topology_key.is_empty() {
        out.required(&own, "can not be empty");
    }
    name::validate(out, &own, &term.topology_key, name::label_key);
}

/// Checks the label keys that are added to a selector.
pub(super) fn label_keys(
    out: &mut Errors,
    at: &Path<'_>,
    (matching, mismatching): (&[String], &[String]),
    selector: Option<&LabelSelector>,
) {
    for (field, keys) in [("matchLabelKeys", matching), ("mismatchLabelKeys", mismatching)] {
        let list = at.field(field);
        if !keys.is_empty() && selector.is_none() {
            out.forbidden(&list, "must not be specified when labelSelector is not set");
        }
        for (n, key) in keys.iter().enumerate() {
            name::validate(out, &list.index(n), key, name::label_key);
        }
    }
    if let Some(selector) = selector {
        let places: BTreeMap<&String, usize> =
            matching.iter().enumerate().map(|(n, key)| (key, n)).collect();
        let mut seen: BTreeSet<&String> = selector.match_labels.keys().collect();
        for expression in &selector.match_expressions {
            let key = &expression.key;
            if let Some(n) = places.get(key).filter(|_| seen.contains(key)) {
                out.invalid(&at.index(*n), key, "exists in both matchLabelKeys and labelSelector");
            }
            seen.insert(key);
        }
    }
    let list = at.field("matchLabelKeys");
    for (n, key) in matching.iter().enumerate().filter(|(_, key)| mismatching.contains(key)) {
        out.invalid(&list.index(n), key, "exists in both matchLabelKeys and mismatchLabelKeys");
    }
}
