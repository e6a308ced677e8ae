//! Taints of nodes and tolerations of pods.
//!
//! Source: `api/core/v1/toleration.go`, `pkg/scheduler/framework/plugins/tainttoleration`.

use crate::api::{Taint, TaintEffect, Toleration, TolerationOperator};

/// Whether the operators `Lt` and `Gt` compare numbers; off by default in 1.36 (`TAINT-4`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Comparison {
    /// They match nothing.
    #[default]
    Off,
    /// They compare whole numbers.
    On,
}

/// Whether a toleration matches a taint (`TAINT-1`, `TAINT-2`, `TAINT-4`).
///
/// ```
/// use kubernel::api::{Taint, TaintEffect, Toleration};
/// use kubernel::schedule::taint::{self, Comparison};
///
/// let taint = Taint { key: "gpu".into(), value: "yes".into(), effect: TaintEffect::NoSchedule, ..Taint::default() };
/// let mut toleration = Toleration { key: "gpu".into(), value: "yes".into(), ..Toleration::default() };
/// assert!(taint::tolerates(&toleration, &taint, Comparison::Off));
/// toleration.value = "no".into();
/// assert!(!taint::tolerates(&toleration, &taint, Comparison::Off));
/// ```
#[must_use]
pub fn tolerates(toleration: &Toleration, taint: &Taint, comparison: Comparison) -> bool {
    if !toleration.effect.is_unset() && toleration.effect != taint.effect {
        return false;
    }
    if !toleration.key.is_empty() && toleration.key != taint.key {
        return false;
    }
    let compare = |holds: fn(i64, i64) -> bool| {
        comparison == Comparison::On
            && canonical(&taint.value)
                .zip(canonical(&toleration.value))
                .is_some_and(|(taint, limit)| holds(taint, limit))
    };
    match toleration.operator {
        TolerationOperator::Unset | TolerationOperator::Equal => toleration.value == taint.value,
        TolerationOperator::Exists => true,
        TolerationOperator::Lt => compare(|taint, limit| taint < limit),
        TolerationOperator::Gt => compare(|taint, limit| taint > limit),
        TolerationOperator::Other(_) => false,
    }
}

/// A decimal number of 64 bits without leading zeros or plus sign.
fn canonical(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The first taint that keeps a pod off a node: of effect `NoSchedule` or `NoExecute` and not
/// tolerated (`TAINT-3`).
#[must_use]
pub fn first_untolerated<'t>(
    taints: &'t [Taint],
    tolerations: &[Toleration],
    comparison: Comparison,
) -> Option<&'t Taint> {
    taints.iter().filter(|taint| keeps_off(&taint.effect)).find(|taint| {
        !tolerations.iter().any(|toleration| tolerates(toleration, taint, comparison))
    })
}

fn keeps_off(effect: &TaintEffect) -> bool {
    matches!(effect, TaintEffect::NoSchedule | TaintEffect::NoExecute)
}

/// How many taints of effect `PreferNoSchedule` are not tolerated (`TAINT-5`).
#[must_use]
pub fn intolerable_prefer(
    taints: &[Taint],
    tolerations: &[Toleration],
    comparison: Comparison,
) -> usize {
    let usable = |toleration: &&Toleration| {
        matches!(toleration.effect, TaintEffect::Unset | TaintEffect::PreferNoSchedule)
    };
    taints
        .iter()
        .filter(|taint| taint.effect == TaintEffect::PreferNoSchedule)
        .filter(|taint| !tolerations.iter().filter(usable).any(|t| tolerates(t, taint, comparison)))
        .count()
}
