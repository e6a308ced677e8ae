//! The node affinity of a volume.

use crate::api::{NodeSelector, NodeSelectorOperator, NodeSelectorRequirement, VolumeNodeAffinity};
use crate::field::{Errors, Path};
use crate::name;

/// Labels that were given their final names; a volume may follow (`PV-11`).
const RENAMED: [(&str, &str); 5] = [
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
];

/// PV-7
pub(super) fn validate(out: &mut Errors, at: &Path<'_>, affinity: &VolumeNodeAffinity) {
    let at = at.field("required");
    match &affinity.required {
        Some(selector) => self::selector(out, &at, selector),
        None => out.required(&at, "must specify required node constraints"),
    }
}

fn selector(out: &mut Errors, at: &Path<'_>, selector: &NodeSelector) {
    let terms = at.field("nodeSelectorTerms");
    if selector.node_selector_terms.is_empty() {
        out.required(&terms, "must have at least one node selector term");
    }
    for (n, term) in selector.node_selector_terms.iter().enumerate() {
        let at = terms.index(n);
        let expressions = at.field("matchExpressions");
        for (n, one) in term.match_expressions.iter().enumerate() {
            expression(out, &expressions.index(n), one);
        }
        let fields = at.field("matchFields");
        for (n, one) in term.match_fields.iter().enumerate() {
            field(out, &fields.index(n), one);
        }
    }
}

fn expression(out: &mut Errors, at: &Path<'_>, one: &NodeSelectorRequirement) {
    let values = at.field("values");
    match &one.operator {
        NodeSelectorOperator::In | NodeSelectorOperator::NotIn => {
            if one.values.is_empty() {
                out.required(&values, "must be specified when `operator` is 'In' or 'NotIn'");
            }
        }
        NodeSelectorOperator::Exists | NodeSelectorOperator::DoesNotExist => {
            if !one.values.is_empty() {
                let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                out.forbidden(&values, detail);
            }
        }
        NodeSelectorOperator::Gt | NodeSelectorOperator::Lt => {
            if one.values.len() != 1 {
                let detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
                out.required(&values, detail);
            }
        }
        word @ (NodeSelectorOperator::Unset | NodeSelectorOperator::Other(_)) => {
            out.invalid(&at.field("operator"), word.as_str(), "not a valid selector operator");
        }
    }
    name::validate(out, &at.field("key"), &one.key, name::label_key);
    for (n, value) in one.values.iter().enumerate() {
        name::validate(out, &values.index(n), value, name::label_value);
    }
}

fn field(out: &mut Errors, at: &Path<'_>, one: &NodeSelectorRequirement) {
    let values = at.field("values");
    if !matches!(one.operator, NodeSelectorOperator::In | NodeSelectorOperator::NotIn) {
        let word = one.operator.as_str();
        out.invalid(&at.field("operator"), word, "not a valid selector operator");
    } else if one.values.len() != 1 {
        out.required(&values, "must be only one value for node field selector");
    }
    if one.key != "metadata.name" {
        out.invalid(&at.field("key"), &one.key, "not a valid field selector key");
        return;
    }
    for (n, value) in one.values.iter().enumerate() {
        name::validate(out, &values.index(n), value, name::dns1123_subdomain);
    }
}

/// Whether nothing has changed but the names of labels (`PV-11`).
pub(super) fn is_same(new: Option<&VolumeNodeAffinity>, old: Option<&VolumeNodeAffinity>) -> bool {
    let required =
        |affinity: Option<&VolumeNodeAffinity>| affinity.map(|affinity| affinity.required.clone());
    let (new, mut old) = (required(new), required(old));
    if let (Some(Some(new)), Some(Some(old))) = (&new, &mut old) {
        for (new, old) in new.node_selector_terms.iter().zip(&mut old.node_selector_terms) {
            follow(&new.match_expressions, &mut old.match_expressions);
            follow(&new.match_fields, &mut old.match_fields);
        }
    }
    new == old
}

fn follow(new: &[NodeSelectorRequirement], old: &mut [NodeSelectorRequirement]) {
    for (new, old) in new.iter().zip(old) {
        if RENAMED.contains(&(old.key.as_str(), new.key.as_str())) {
            old.key.clone_from(&new.key);
        }
    }
}
