//! What upstream's admission plug-ins fill in that are on by default.

use std::sync::Arc;

use crate::admission::error::{ApiError, Forbidden};
use crate::api::{
    Object, Pod, PreemptionPolicy, PriorityClass, Resource, TaintEffect, Toleration,
    TolerationOperator,
};
use crate::store::Store;

/// How long a pod stays on a node that is not ready or not reachable, in seconds (ND-3).
const STAYS_SECONDS: i64 = 300;

/// The classes that exist without an object.
const SYSTEM_CLASSES: [(&str, i32); 2] =
    [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

/// Completes an object that is to be created, or to replace `old`.
pub(super) fn complete(
    object: &mut Object,
    old: Option<&Object>,
    store: &Store,
) -> Result<(), ApiError> {
    if let Object::Pod(pod) = object {
        let pod = Arc::make_mut(pod);
        match old.and_then(Pod::peek) {
            Some(old) => keep_priority(pod, old),
            None => prioritise(pod, store)?,
        }
        tolerate(pod);
    }
    Ok(())
}

fn keep_priority(pod: &mut Pod, old: &Pod) {
    pod.spec.priority = pod.spec.priority.or(old.spec.priority);
    if pod.spec.preemption_policy.is_none() {
        pod.spec.preemption_policy.clone_from(&old.spec.preemption_policy);
    }
}

/// Source: `plugin/pkg/admission/priority`.
fn prioritise(pod: &mut Pod, store: &Store) -> Result<(), ApiError> {
    let name = pod.spec.priority_class_name.as_str();
    let system = SYSTEM_CLASSES.iter().find(|(system, _)| *system == name);
    let class = if name.is_empty() {
        // Of several default classes the least important one counts.
        let classes = store.list::<PriorityClass>(None);
        classes.filter(|class| class.global_default).min_by_key(|class| class.value)
    } else {
        store.get::<PriorityClass>("", name)
    };
    let (value, policy) = match (class, system) {
        (Some(class), _) => (class.value, class.preemption_policy.clone()),
        (None, Some((_, value))) => (*value, None),
        (None, None) if name.is_empty() => (0, None),
        (None, None) => {
            let text = format!("no PriorityClass with name {name} was found").into();
            let key = Object::from(pod.clone()).key();
            return Err(ApiError::Forbidden { key, reason: Forbidden::Policy(text) });
        }
    };
    if let Some(class) = class {
        pod.spec.priority_class_name.clone_from(&class.metadata.name);
    }
    refuse_other(pod, value)?;
    pod.spec.priority = Some(value);
    let policy = policy.unwrap_or(PreemptionPolicy::PreemptLowerPriority);
    pod.spec.preemption_policy.get_or_insert(policy);
    Ok(())
}

fn refuse_other(pod: &Pod, value: i32) -> Result<(), ApiError> {
    if pod.spec.priority.is_none_or(|asked| asked == value) {
        return Ok(());
    }
    let text = "the integer value of priority must not be provided in pod spec; \
                priority admission controller computed another from the class"
        .into();
    let key = Object::from(pod.clone()).key();
    Err(ApiError::Forbidden { key, reason: Forbidden::Policy(text) })
}

/// ND-3
///
/// Source: `plugin/pkg/admission/defaulttolerationseconds`.
fn tolerate(pod: &mut Pod) {
    let keys = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
    for key in keys {
        let known = pod.spec.tolerations.iter().any(|it| {
            (it.key == key || it.key.is_empty())
                && (it.effect == TaintEffect::NoExecute || it.effect.is_unset())
        });
        if !known {
            pod.spec.tolerations.push(Toleration {
                key: key.into(),
                operator: TolerationOperator::Exists,
                effect: TaintEffect::NoExecute,
                toleration_seconds: Some(STAYS_SECONDS),
                ..Toleration::default()
            });
        }
    }
}
