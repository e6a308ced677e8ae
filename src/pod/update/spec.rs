//! The pod itself.

use crate::api::{
    Affinity, Container, NodeAffinity, NodeSelectorTerm, Pod, PodSchedulingGate, PodSpec,
    Toleration,
};
use crate::field::{Errors, Path};
use crate::pod::update::{fixed_annotations, metadata};
use crate::pod::validate::{self, Rules};

/// Checks that `new` may replace `old` (POD-UPD-1 to POD-UPD-5).
///
/// Of the spec only images, the deadline, more tolerations and fewer scheduling gates may differ,
/// and while there are gates also what nodes are looked for. Metadata that the server keeps has
/// been [carried over](crate::meta::carry_over), and defaults have been filled in.
///
/// ```
/// use kubernel::api::Pod;
/// use kubernel::field::Errors;
/// use kubernel::pod::{defaults, update::update, validate::Rules};
///
/// let mut old = Pod::default();
/// old.metadata.resource_version = "1".into();
/// old.spec.containers.push(Default::default());
/// old.spec.containers[0].name = "web".into();
/// old.spec.containers[0].image = "web:1".into();
/// defaults::default(&mut old);
///
/// let mut new = old.clone();
/// new.spec.containers[0].image = "web:2".into();
/// let mut out = Errors::new();
/// update(&mut out, &new, &old, &Rules::default());
/// assert!(out.is_empty());
///
/// new.spec.hostname = "other".into();
/// update(&mut out, &new, &old, &Rules::default());
/// assert!(out.to_string().starts_with("spec: Forbidden"));
/// ```
///
/// Source: `ValidatePodUpdate`.
pub fn update(out: &mut Errors, new: &Pod, old: &Pod, rules: &Rules) {
    metadata(out, new, old);
    validate::always(out, &Path::EMPTY, new, rules);
    fixed_annotations(out, new, old);
    let at = Path::root("spec");
    let (new, old) = (&new.spec, &old.spec);
    // POD-UPD-2
    if !same_length(out, &at.field("containers"), &new.containers, &old.containers)
        || !same_length(
            out,
            &at.field("initContainers"),
            &new.init_containers,
            &old.init_containers,
        )
        || !deadline(out, &at.field("activeDeadlineSeconds"), new, old)
    {
        return;
    }
    tolerations(out, &at.field("tolerations"), &new.tolerations, &old.tolerations);
    let gates = at.field("schedulingGates");
    scheduling_gates(out, &gates, &new.scheduling_gates, &old.scheduling_gates);
    if new == old {
        return;
    }
    let mut rest = new.clone();
    restore_mutable(&mut rest, old);
    if !old.scheduling_gates.is_empty() {
        while_gated(out, &at, &mut rest, old);
    }
    if rest != *old {
        out.forbidden(&at, DETAIL); // POD-UPD-1
    }
}

const DETAIL: &str = "only `spec.containers[*].image`, `spec.initContainers[*].image`, \
    `spec.activeDeadlineSeconds`, `spec.tolerations` (only additions) and \
    `spec.terminationGracePeriodSeconds` (from a negative value to 1) may change";

fn same_length(out: &mut Errors, at: &Path<'_>, new: &[Container], old: &[Container]) -> bool {
    if new.len() != old.len() {
        out.forbidden(at, "containers may not be added or removed");
    }
    new.len() == old.len()
}

/// POD-UPD-3. `false` if nothing more is to be checked.
fn deadline(out: &mut Errors, at: &Path<'_>, new: &PodSpec, old: &PodSpec) -> bool {
    match (new.active_deadline_seconds, old.active_deadline_seconds) {
        (Some(new), _) if !(0..=i64::from(i32::MAX)).contains(&new) => {
            out.invalid(at, new, "must be between 0 and 2147483647, inclusive");
            false
        }
        (Some(new), Some(old)) if new > old => {
            out.invalid(at, new, "must be less than or equal to the previous value");
            false
        }
        (None, Some(_)) => {
            out.invalid(at, "", "may not be removed");
            true
        }
        (Some(_), _) | (None, None) => true,
    }
}

fn tolerations(out: &mut Errors, at: &Path<'_>, new: &[Toleration], old: &[Toleration]) {
    let kept = |old: &Toleration| {
        new.iter().any(|new| {
            let toleration_seconds = new.toleration_seconds;
            *new == Toleration { toleration_seconds, ..old.clone() }
        })
    };
    if !old.iter().all(kept) {
        out.forbidden(at, "existing tolerations may change only in `tolerationSeconds`");
    }
}

fn scheduling_gates(
    out: &mut Errors,
    at: &Path<'_>,
    new: &[PodSchedulingGate],
    old: &[PodSchedulingGate],
) {
    for (n, gate) in new.iter().enumerate().filter(|(_, gate)| !old.contains(gate)) {
        let again = new.iter().skip(n + 1).any(|later| later.name == gate.name);
        if !again {
            let detail = format!("gates may only be removed, but `{}` is new", gate.name);
            out.forbidden(&at.index(n).field("name"), detail);
        }
    }
}

/// Puts back what may change, so that the rest can be compared.
fn restore_mutable(rest: &mut PodSpec, old: &PodSpec) {
    let pairs = rest.containers.iter_mut().zip(&old.containers);
    for (new, old) in pairs.chain(rest.init_containers.iter_mut().zip(&old.init_containers)) {
        new.image.clone_from(&old.image);
    }
    rest.active_deadline_seconds = old.active_deadline_seconds;
    rest.scheduling_gates.clone_from(&old.scheduling_gates);
    rest.tolerations.clone_from(&old.tolerations);
    let negative = old.termination_grace_period_seconds.filter(|seconds| *seconds < 0);
    if negative.is_some() && rest.termination_grace_period_seconds == Some(1) {
        rest.termination_grace_period_seconds = negative;
    }
}

/// POD-UPD-4: what may change while the pod is held by gates.
fn while_gated(out: &mut Errors, at: &Path<'_>, rest: &mut PodSpec, old: &PodSpec) {
    if rest.node_selector != old.node_selector {
        let kept =
            old.node_selector.iter().all(|(key, old)| rest.node_selector.get(key) == Some(old));
        if !kept {
            let detail = "entries may only be added";
            out.invalid(&at.field("nodeSelector"), "", detail);
        }
        rest.node_selector.clone_from(&old.node_selector);
    }
    fn of(spec: &PodSpec) -> Option<&NodeAffinity> {
        spec.affinity.as_deref().and_then(|affinity| affinity.node_affinity.as_deref())
    }
    if of(rest) == of(old) {
        return;
    }
    let affinity = at.field("affinity");
    node_affinity(out, &affinity.field("nodeAffinity"), of(rest), of(old));
    let before = old.affinity.as_deref().and_then(|affinity| affinity.node_affinity.clone());
    let others = rest.affinity.take().map(|own| Affinity { node_affinity: None, ..*own });
    let plain = others.as_ref().is_none_or(|others| *others == Affinity::default());
    rest.affinity = if plain && old.affinity.is_none() {
        None
    } else {
        let others = others.unwrap_or_default();
        Some(Box::new(Affinity { node_affinity: before, ..others }))
    };
}

fn node_affinity(
    out: &mut Errors,
    at: &Path<'_>,
    new: Option<&NodeAffinity>,
    old: Option<&NodeAffinity>,
) {
    fn terms(of: Option<&NodeAffinity>) -> &[NodeSelectorTerm] {
        let required =
            of.and_then(|of| of.required_during_scheduling_ignored_during_execution.as_deref());
        required.map_or(&[], |selector| &selector.node_selector_terms)
    }
    let (new, old) = (terms(new), terms(old));
    let required = at.field("requiredDuringSchedulingIgnoredDuringExecution");
    let at = required.field("nodeSelectorTerms");
    if old.is_empty() {
        return;
    }
    if new.len() != old.len() {
        out.invalid(&at, "", "terms may not be added or removed");
        return;
    }
    for (n, (new, old)) in new.iter().zip(old).enumerate() {
        if !narrows(new, old) {
            out.invalid(&at.index(n), "", "requirements may only be added");
        }
    }
}

/// Whether a term has all requirements of the old one, in the same places. An empty term matches
/// nothing, so nothing may be added to it.
fn narrows(new: &NodeSelectorTerm, old: &NodeSelectorTerm) -> bool {
    if old.match_expressions.is_empty() && old.match_fields.is_empty() {
        return new.match_expressions.is_empty() && new.match_fields.is_empty();
    }
    new.match_expressions.starts_with(&old.match_expressions)
        && new.match_fields.starts_with(&old.match_fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod::defaults;

    fn stored(gates: &[&str]) -> Pod {
        let mut pod = Pod::default();
        pod.metadata.resource_version = "1".into();
        pod.spec.containers =
            vec![Container { name: "web".into(), image: "web:1".into(), ..Container::default() }];
        let gate = |name: &&str| PodSchedulingGate { name: (*name).into() };
        pod.spec.scheduling_gates = gates.iter().map(gate).collect();
        defaults::default(&mut pod);
        pod
    }

    fn check(old: &Pod, change: impl FnOnce(&mut Pod), expected: &[&str]) {
        let mut new = old.clone();
        change(&mut new);
        let mut out = Errors::new();
        update(&mut out, &new, old, &Rules::default());
        let found: Vec<String> =
            out.iter().map(|error| format!("{} {}", error.field, error.cause.kind())).collect();
        assert_eq!(found, expected);
    }

    // POD-UPD-1
    #[test]
    fn images_change_and_little_else() {
        let old = stored(&[]);
        check(&old, |new| new.spec.containers[0].image = "web:2".into(), &[]);
        check(&old, |new| new.spec.tolerations.push(any()), &[]);
        check(&old, |new| new.spec.hostname = "other".into(), &["spec Forbidden"]);
        check(&old, |new| new.spec.node_name = "n1".into(), &["spec Forbidden"]);
    }

    fn any() -> Toleration {
        Toleration { operator: crate::api::TolerationOperator::Exists, ..Toleration::default() }
    }

    // POD-UPD-1
    #[test]
    fn what_was_tolerated_stays_so() {
        let mut old = stored(&[]);
        old.spec.tolerations.push(any());
        check(&old, |new| new.spec.tolerations.clear(), &["spec.tolerations Forbidden"]);
    }

    // POD-UPD-2
    #[test]
    fn containers_stay_the_same() {
        let mut more = stored(&[]).spec.containers.remove(0);
        more.name = "more".into();
        check(&stored(&[]), |new| new.spec.containers.push(more), &["spec.containers Forbidden"]);
    }

    // POD-UPD-3
    #[test]
    fn deadlines_come_nearer() {
        let mut old = stored(&[]);
        check(&old, |new| new.spec.active_deadline_seconds = Some(60), &[]);
        old.spec.active_deadline_seconds = Some(60);
        check(&old, |new| new.spec.active_deadline_seconds = Some(59), &[]);
        let refused = ["spec.activeDeadlineSeconds Invalid"];
        check(&old, |new| new.spec.active_deadline_seconds = Some(61), &refused);
        check(&old, |new| new.spec.active_deadline_seconds = None, &refused);
    }

    // POD-UPD-4
    #[test]
    fn a_gated_pod_may_become_more_choosy() {
        let choosy = |new: &mut Pod| drop(new.spec.node_selector.insert("a".into(), "b".into()));
        check(&stored(&["g"]), choosy, &[]);
        check(&stored(&[]), choosy, &["spec Forbidden"]);
        let more = |new: &mut Pod| {
            new.spec.scheduling_gates.push(PodSchedulingGate { name: "h".into() });
        };
        check(&stored(&["g"]), more, &["spec.schedulingGates[1].name Forbidden"]);
        check(&stored(&["g"]), |new| new.spec.scheduling_gates.clear(), &[]);
    }

    // POD-UPD-5
    #[test]
    fn mirror_pods_stay_mirror_pods() {
        let mirror = |new: &mut Pod| {
            new.spec.node_name = "n1".into();
            new.metadata.annotations.insert("kubernetes.io/config.mirror".into(), "x".into());
        };
        let at = "metadata.annotations[kubernetes.io/config.mirror] Forbidden";
        check(&stored(&[]), mirror, &[at, "spec Forbidden"]);
    }
}
