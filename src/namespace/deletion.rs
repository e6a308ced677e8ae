//! Emptying a namespace that is being deleted.
//!
//! Source: `pkg/controller/namespace/deletion/namespaced_resources_deleter.go`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::api::{Key, Kind, Namespace, NamespaceStatus, Object, Pod, PodPhase};
use crate::namespace::CONTENT_FINALIZER;
use crate::namespace::conditions::Report;
use crate::time::Time;

/// How many seconds after the request to delete the first pass is made (NP-1).
pub const FIRST_PASS_SECONDS: i64 = 5;

/// How long to wait for finalizers, in seconds (NS-11).
const FINALIZER_SECONDS: i64 = 15;

/// The longest wait after a failure, in seconds (CL-11).
const MAX_BACKOFF_SECONDS: i64 = 1000;

/// What one look at a namespace that is being deleted leads to.
///
/// A pass of upstream's deletes and then looks what remains; here these are two looks, the second
/// one at what the first has left.
#[derive(Debug, Clone, PartialEq)]
pub enum Pass {
    /// The namespace is not being deleted, or its content does not keep it any more.
    Nothing,
    /// Delete these and look again at once: pods, or when no pod is left all the rest (NS-10).
    Delete(Vec<Key>),
    /// Something remains. Look again in so many seconds (NS-11).
    Wait {
        /// In how many seconds to look again.
        again: i64,
        /// The status to write, if it differs.
        status: Option<NamespaceStatus>,
    },
    /// Nothing remains: write this status, and look again at once (NS-12).
    Report(NamespaceStatus),
    /// Nothing remains: these finalizers are left in the spec (NS-14).
    Finalize(Vec<String>),
}

impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("there is nothing to empty"),
            Self::Delete(keys) => write!(f, "deletes {} objects in it", keys.len()),
            Self::Wait { again, .. } => write!(f, "waits for objects in it, {again}s at first"),
            Self::Report(_) => f.write_str("is empty"),
            Self::Finalize(_) => f.write_str("is empty and may go"),
        }
    }
}

/// Decides how to go on with a namespace (NS-10 to NS-14). `content` are the objects in it.
///
/// ```
/// use kubernel::api::{ConfigMap, Namespace, ObjectMeta, Object};
/// use kubernel::namespace::{self, Pass};
/// use kubernel::time::Time;
///
/// let mut prod = Namespace::default();
/// namespace::prepare(&mut prod);
/// prod.metadata.deletion_timestamp = Some(Time::EPOCH);
/// let settings = Object::from(ConfigMap {
///     metadata: ObjectMeta { name: "settings".into(), ..Default::default() },
///     ..Default::default()
/// });
/// let pass = namespace::pass(&prod, &[&settings], Time::EPOCH);
/// assert_eq!(pass, Pass::Delete(vec![settings.key()]));
/// ```
#[must_use]
pub fn pass(namespace: &Namespace, content: &[&Object], now: Time) -> Pass {
    let Some(since) = namespace.metadata.deletion_timestamp else { return Pass::Nothing };
    if namespace.spec.finalizers.is_empty() {
        return Pass::Nothing;
    }
    let elapsed = now.seconds_since(since);
    let (pods, others): (Vec<&Object>, Vec<&Object>) =
        content.iter().partition(|object| object.kind() == Kind::Pod);
    let turn = if pods.is_empty() { &others } else { &pods }; // NP-2
    let unmarked = unmarked(turn);
    if !unmarked.is_empty() {
        return Pass::Delete(unmarked);
    }
    if !turn.is_empty() {
        return wait(namespace, turn, elapsed, now);
    }
    if let Some(status) = Report::default().status(&namespace.status, now) {
        return Pass::Report(status);
    }
    let own = &namespace.spec.finalizers;
    if !own.iter().any(|finalizer| finalizer == CONTENT_FINALIZER) {
        return Pass::Nothing;
    }
    let left: BTreeSet<&String> =
        own.iter().filter(|finalizer| *finalizer != CONTENT_FINALIZER).collect();
    Pass::Finalize(left.into_iter().cloned().collect())
}

/// The objects that nobody has deleted yet.
fn unmarked(objects: &[&Object]) -> Vec<Key> {
    let unmarked = objects.iter().filter(|object| object.meta().deletion_timestamp.is_none());
    unmarked.map(|object| object.key()).collect()
}

/// NS-11, NS-13, NP-3, NP-8
fn wait(namespace: &Namespace, objects: &[&Object], elapsed: i64, now: Time) -> Pass {
    let grace = objects.iter().filter_map(|object| grace(object)).max().unwrap_or_default();
    let grace = if elapsed >= grace { 0 } else { grace };
    let mut report = Report::default();
    let mut estimate = grace;
    for (kind, objects) in by_kind(objects) {
        let held = objects.iter().any(|object| !object.meta().finalizers.is_empty());
        match (kind == Kind::Pod && grace > 0, held) {
            (true, _) => {}
            (false, true) => estimate = estimate.max(FINALIZER_SECONDS),
            (false, false) => report.failures.push(format!(
                "unexpected items still remain in namespace: {} for gvr: {}/{}, Resource={}",
                namespace.metadata.name,
                kind.group(),
                kind.version(),
                kind.plural()
            )),
        }
        if kind == Kind::Pod {
            continue; // NS-13: pods are not reported
        }
        let name = format!("{}.{}", kind.plural(), kind.group());
        report.remaining.insert(name, objects.len());
        for finalizer in objects.iter().flat_map(|object| &object.meta().finalizers) {
            *report.finalizers.entry(finalizer.clone()).or_default() += 1;
        }
    }
    let again = if report.failures.is_empty() {
        estimate / 2 + 1
    } else {
        elapsed.clamp(1, MAX_BACKOFF_SECONDS) // as a wait that doubles each time
    };
    Pass::Wait { again, status: report.status(&namespace.status, now) }
}

/// How long a pod may take to stop, in seconds; nothing for other objects and for stopped pods.
fn grace(object: &Object) -> Option<i64> {
    let pod: &Pod = object.peek()?;
    match pod.status.phase {
        PodPhase::Succeeded | PodPhase::Failed => None,
        PodPhase::Unset
        | PodPhase::Pending
        | PodPhase::Running
        | PodPhase::Unknown
        | PodPhase::Other(_) => pod.spec.termination_grace_period_seconds,
    }
}

fn by_kind<'a>(objects: &[&'a Object]) -> BTreeMap<Kind, Vec<&'a Object>> {
    let mut kinds: BTreeMap<Kind, Vec<&Object>> = BTreeMap::new();
    for object in objects {
        kinds.entry(object.kind()).or_default().push(object);
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ConfigMap, NamespaceConditionType, ObjectMeta};
    use crate::namespace::prepare;
    use std::time::Duration;

    fn deleted() -> Namespace {
        let mut namespace = Namespace::default();
        prepare(&mut namespace);
        namespace.metadata.deletion_timestamp = Some(Time::EPOCH);
        namespace
    }

    fn meta(name: &str, marked: bool, finalizers: &[&str]) -> ObjectMeta {
        ObjectMeta {
            name: name.into(),
            namespace: "prod".into(),
            deletion_timestamp: marked.then_some(Time::EPOCH),
            finalizers: finalizers.iter().map(ToString::to_string).collect(),
            ..ObjectMeta::default()
        }
    }

    fn pod(marked: bool) -> Object {
        let mut pod = Pod { metadata: meta("web", marked, &[]), ..Pod::default() };
        pod.spec.termination_grace_period_seconds = Some(30);
        pod.into()
    }

    fn settings(marked: bool, finalizers: &[&str]) -> Object {
        ConfigMap { metadata: meta("settings", marked, finalizers), ..ConfigMap::default() }.into()
    }

    fn check(content: &[Object], after: u64, expected: &str) {
        let content: Vec<&Object> = content.iter().collect();
        let now = Time::EPOCH.plus(Duration::from_secs(after));
        assert_eq!(pass(&deleted(), &content, now).to_string(), expected);
    }

    // NP-2
    #[test]
    fn pods_go_first() {
        check(&[settings(false, &[]), pod(false)], 5, "deletes 1 objects in it");
        check(&[settings(false, &[]), pod(true)], 5, "waits for objects in it, 16s at first");
        check(&[settings(false, &[])], 5, "deletes 1 objects in it");
    }

    // NP-8
    #[test]
    fn a_pod_that_outlives_its_grace_period_is_a_failure() {
        let pod = pod(true);
        let now = Time::EPOCH.plus(Duration::from_secs(30));
        let Pass::Wait { status: Some(status), .. } = pass(&deleted(), &[&pod], now) else {
            panic!("must wait")
        };
        let failed: Vec<&str> = status
            .conditions
            .iter()
            .filter(|condition| condition.status.as_str() == "True")
            .map(|condition| condition.type_.as_str())
            .collect();
        let failure = NamespaceConditionType::NamespaceDeletionContentFailure;
        assert_eq!(failed, [failure.as_str()]);
    }

    // NP-3, NP-4
    #[test]
    fn finalizers_hold_the_namespace() {
        let held = settings(true, &["example.com/a"]);
        let Pass::Wait { status: Some(status), again } = pass(&deleted(), &[&held], Time::EPOCH)
        else {
            panic!("must wait")
        };
        assert_eq!(again, 8);
        let reasons: Vec<&str> =
            status.conditions.iter().map(|condition| condition.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "ResourcesDiscovered",
                "ParsedGroupVersions",
                "ContentDeleted",
                "SomeResourcesRemain",
                "SomeFinalizersRemain"
            ]
        );
    }

    // NS-14
    #[test]
    fn an_empty_namespace_reports_and_then_lets_go() {
        let mut namespace = deleted();
        namespace.spec.finalizers.insert(0, "example.com/b".into());
        let Pass::Report(status) = pass(&namespace, &[], Time::EPOCH) else {
            panic!("must report")
        };
        namespace.status = status;
        let expected = Pass::Finalize(vec!["example.com/b".into()]);
        assert_eq!(pass(&namespace, &[], Time::EPOCH), expected);
    }
}
