//! Gates, spreading and tolerations.

use std::collections::BTreeSet;

use crate::api::{
    NodeInclusionPolicy, PodSpec, TaintEffect, Toleration, TolerationOperator,
    TopologySpreadConstraint, UnsatisfiableConstraintAction,
};
use crate::field::{Errors, Path};
use crate::pod::validate::spec::STRICT;
use crate::pod::validate::{affinity, one_of};
use crate::{labels, name};

pub(super) fn validate(out: &mut Errors, at: &Path<'_>, spec: &PodSpec) {
    let gates = at.field("schedulingGates");
    let mut seen = BTreeSet::new();
    for (n, gate) in spec.scheduling_gates.iter().enumerate() {
        // POD-SPEC-17
        name::validate(out, &gates.index(n), &gate.name, name::label_key);
        if !seen.insert(gate.name.as_str()) {
            out.duplicate(&gates.index(n), &gate.name);
        }
    }
    let list = at.field("topologySpreadConstraints");
    let all = spec.topology_spread_constraints.as_slice();
    for (n, constraint) in all.iter().enumerate() {
        let later = all.iter().skip(n + 1);
        let twice = later.filter(|other| {
            other.topology_key == constraint.topology_key
                && other.when_unsatisfiable == constraint.when_unsatisfiable
        });
        spread(out, &list.index(n), constraint, twice.count() > 0);
    }
}

fn spread(out: &mut Errors, at: &Path<'_>, constraint: &TopologySpreadConstraint, again: bool) {
    let positive = "must be greater than zero";
    if constraint.max_skew <= 0 {
        out.invalid(&at.field("maxSkew"), constraint.max_skew, positive);
    }
    if constraint.topology_key.is_empty() {
        out.required(&at.field("topologyKey"), "can not be empty");
    }
    let action = &constraint.when_unsatisfiable;
    let words = UnsatisfiableConstraintAction::WORDS;
    one_of(out, &at.field("whenUnsatisfiable"), action.as_str(), words);
    if again {
        let shown = format!("{{{}, {action}}}", constraint.topology_key);
        out.duplicate(&at.field("{topologyKey, whenUnsatisfiable}"), shown);
    }
    if let Some(domains) = constraint.min_domains {
        let own = at.field("minDomains");
        if domains <= 0 {
            out.invalid(&own, domains, positive);
        }
        if *action != UnsatisfiableConstraintAction::DoNotSchedule {
            out.invalid(&own, domains, "can only be used if whenUnsatisfiable=DoNotSchedule");
        }
    }
    for (field, policy) in [
        ("nodeAffinityPolicy", &constraint.node_affinity_policy),
        ("nodeTaintsPolicy", &constraint.node_taints_policy),
    ] {
        if let Some(policy) = policy {
            one_of(out, &at.field(field), policy.as_str(), NodeInclusionPolicy::WORDS);
        }
    }
    let selector = constraint.label_selector.as_deref();
    affinity::label_keys(out, at, (&constraint.match_label_keys, &[]), selector);
    if let Some(selector) = selector {
        labels::validate(out, &at.field("labelSelector"), selector, &STRICT);
    }
}

// POD-SPEC-18
pub(super) fn tolerations(out: &mut Errors, at: &Path<'_>, all: &[Toleration]) {
    for (n, toleration) in all.iter().enumerate() {
        let one = at.index(n);
        let (operator_at, effect_at) = (one.field("operator"), one.field("effect"));
        let operator = &toleration.operator;
        if !toleration.key.is_empty() {
            name::validate(out, &one.field("key"), &toleration.key, name::label_key);
        } else if *operator != TolerationOperator::Exists {
            out.invalid(
                &operator_at,
                operator.as_str(),
                "operator must be Exists when `key` is empty",
            );
        }
        if toleration.toleration_seconds.is_some() && toleration.effect != TaintEffect::NoExecute {
            let detail = "effect must be `NoExecute` when `tolerationSeconds` is set";
            out.invalid(&effect_at, toleration.effect.as_str(), detail);
        }
        match operator {
            TolerationOperator::Equal | TolerationOperator::Unset => {
                name::validate(out, &operator_at, &toleration.value, name::label_value);
            }
            TolerationOperator::Exists if !toleration.value.is_empty() => {
                let detail = "value must be empty when `operator` is `Exists`";
                out.invalid(&operator_at, &toleration.value, detail);
            }
            TolerationOperator::Exists => {}
            TolerationOperator::Lt | TolerationOperator::Gt | TolerationOperator::Other(_) => {
                out.not_supported(&operator_at, operator.as_str(), &["Equal", "Exists"]);
            }
        }
        if !toleration.effect.is_unset() {
            one_of(out, &effect_at, toleration.effect.as_str(), TaintEffect::WORDS);
        }
    }
}
