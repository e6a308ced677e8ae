//! The annotations by which a deployment keeps its history.
//!
//! Source: `pkg/controller/deployment/util/deployment_util.go`.

use std::collections::BTreeMap;

use crate::api::{Deployment, ReplicaSet};

/// The revision of a set, and of the deployment that has rolled it out.
pub const REVISION: &str = "deployment.kubernetes.io/revision";
/// The revisions a set has had before, separated by commas.
pub const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// How many pods the deployment wanted when the set was last resized.
pub const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// How many pods the deployment allowed at most when the set was last resized.
pub const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";
/// Asks for an earlier revision; 0 is the previous one.
pub const ROLLBACK_TO: &str = "deprecated.deployment.rollback.to";

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
const HISTORY_MAX_BYTES: usize = 2000;

/// The revision of a set: 0 if it has none, `None` if it is no number.
pub(super) fn revision_of(set: &ReplicaSet) -> Option<i64> {
    set.metadata.annotations.get(REVISION).map_or(Some(0), |text| text.parse().ok())
}

/// The highest revision among `sets`.
pub(super) fn highest<'a>(sets: impl Iterator<Item = &'a ReplicaSet>) -> i64 {
    sets.filter_map(revision_of).max().unwrap_or_default().max(0)
}

/// The second highest revision among `sets` (DEPLOY-17).
pub(super) fn previous<'a>(sets: impl Iterator<Item = &'a ReplicaSet>) -> i64 {
    let (mut first, mut second) = (0, 0);
    for revision in sets.filter_map(revision_of) {
        if revision >= first {
            (first, second) = (revision, first);
        } else if revision > second {
            second = revision;
        }
    }
    second
}

/// Whether the annotation belongs to one object and is not handed on (DEPLOY-15).
fn is_own(key: &str) -> bool {
    matches!(
        key,
        LAST_APPLIED | REVISION | REVISION_HISTORY | DESIRED_REPLICAS | MAX_REPLICAS | ROLLBACK_TO
    )
}

/// Hands the deployment's annotations on to its new set (DEPLOY-15) and gives the set its revision
/// (DEPLOY-16). Returns whether the set has changed.
pub(super) fn annotate(deployment: &Deployment, set: &mut ReplicaSet, revision: i64) -> bool {
    let annotations = &mut set.metadata.annotations;
    let mut changed = false;
    for (key, value) in &deployment.metadata.annotations {
        if !is_own(key) && annotations.get(key) != Some(value) {
            annotations.insert(key.clone(), value.clone());
            changed = true;
        }
    }
    let former = annotations.get(REVISION).cloned();
    let number = match former.as_deref() {
        None | Some("") => 0,
        Some(text) => match text.parse::<i64>() {
            Ok(number) => number,
            Err(_) => return false,
        },
    };
    if number >= revision {
        return changed;
    }
    annotations.insert(REVISION.to_owned(), revision.to_string());
    if let Some(former) = former {
        remember(annotations, &former);
    }
    true
}

/// Appends a revision to the history; the oldest ones go until it fits.
fn remember(annotations: &mut BTreeMap<String, String>, former: &str) {
    let history = annotations.get(REVISION_HISTORY).map_or("", String::as_str);
    let known: Vec<&str> = history.split(',').collect();
    if known.first().is_none_or(|first| first.is_empty()) {
        annotations.insert(REVISION_HISTORY.to_owned(), former.to_owned());
        return;
    }
    let mut bytes = history.len() + former.len() + 1;
    let mut kept = known.as_slice();
    while bytes > HISTORY_MAX_BYTES
        && let [oldest, rest @ ..] = kept
    {
        bytes -= oldest.len() + 1;
        kept = rest;
    }
    if bytes <= HISTORY_MAX_BYTES {
        let text = kept.iter().copied().chain([former]).collect::<Vec<_>>().join(",");
        annotations.insert(REVISION_HISTORY.to_owned(), text);
    }
}

/// Notes on a set how many pods the deployment wants and allows (DEPLOY-15). Returns whether the
/// set has changed.
pub(super) fn note_size(set: &mut ReplicaSet, desired: i32, max: i32) -> bool {
    let changed = !has_size(set, desired, max);
    if changed {
        let annotations = &mut set.metadata.annotations;
        annotations.insert(DESIRED_REPLICAS.to_owned(), desired.to_string());
        annotations.insert(MAX_REPLICAS.to_owned(), max.to_string());
    }
    changed
}

/// Whether the set says already how many pods the deployment wants and allows.
pub(super) fn has_size(set: &ReplicaSet, desired: i32, max: i32) -> bool {
    let says = |key, number: i32| {
        set.metadata.annotations.get(key).is_some_and(|text| *text == number.to_string())
    };
    says(DESIRED_REPLICAS, desired) && says(MAX_REPLICAS, max)
}

/// A number that the set was given at its last resize; negative and bad ones do not count.
pub(super) fn noted(set: &ReplicaSet, key: &str) -> Option<i32> {
    let text = set.metadata.annotations.get(key)?;
    let number: i32 = text.parse().ok()?;
    (number >= 0 && !text.starts_with(['+', '-'])).then_some(number)
}

/// Gives the deployment the revision of its new set. Returns whether it has changed.
pub(super) fn follow(deployment: &mut Deployment, revision: &str) -> bool {
    let annotations = &mut deployment.metadata.annotations;
    let changed = annotations.get(REVISION).map_or("", String::as_str) != revision;
    if changed {
        annotations.insert(REVISION.to_owned(), revision.to_owned());
    }
    changed
}

/// The revision that the deployment is asked to go back to, if any (DEPLOY-17).
pub(super) fn rollback_to(deployment: &Deployment) -> Option<i64> {
    deployment.metadata.annotations.get(ROLLBACK_TO)?.parse().ok()
}

/// Replaces the deployment's annotations by those of the set it goes back to; its own stay.
pub(super) fn take_over(deployment: &mut Deployment, set: &ReplicaSet) {
    let annotations = &mut deployment.metadata.annotations;
    annotations.retain(|key, _| is_own(key));
    let handed_on = set.metadata.annotations.iter().filter(|(key, _)| !is_own(key));
    annotations.extend(handed_on.map(|(key, value)| (key.clone(), value.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(annotations: &[(&str, &str)]) -> ReplicaSet {
        let mut set = ReplicaSet::default();
        for (key, value) in annotations {
            set.metadata.annotations.insert((*key).into(), (*value).into());
        }
        set
    }

    fn check(before: &[(&str, &str)], revision: i64, after: &[(&str, &str)]) {
        let mut found = set(before);
        let changed = annotate(&Deployment::default(), &mut found, revision);
        assert_eq!(found, set(after));
        assert_eq!(changed, before != after);
    }

    // DEPLOY-16
    #[test]
    fn a_set_that_comes_back_remembers_its_former_revisions() {
        check(&[], 1, &[(REVISION, "1")]);
        check(&[(REVISION, "1")], 3, &[(REVISION, "3"), (REVISION_HISTORY, "1")]);
        check(
            &[(REVISION, "3"), (REVISION_HISTORY, "1")],
            5,
            &[(REVISION, "5"), (REVISION_HISTORY, "1,3")],
        );
        check(&[(REVISION, "5")], 4, &[(REVISION, "5")]);
        check(&[(REVISION, "x")], 4, &[(REVISION, "x")]);
    }

    #[test]
    fn the_oldest_revisions_are_forgotten() {
        let history = vec!["123456789"; 200].join(",");
        let mut found = set(&[(REVISION, "7"), (REVISION_HISTORY, &history)]);
        annotate(&Deployment::default(), &mut found, 8);
        let kept = &found.metadata.annotations[REVISION_HISTORY];
        assert!(kept.len() <= HISTORY_MAX_BYTES && kept.ends_with(",7"));
    }

    // DEPLOY-15
    #[test]
    fn foreign_annotations_are_handed_on() {
        let mut deployment = Deployment::default();
        let annotations = &mut deployment.metadata.annotations;
        annotations.insert("team".into(), "shop".into());
        annotations.insert(LAST_APPLIED.into(), "{}".into());
        let mut found = set(&[]);
        assert!(annotate(&deployment, &mut found, 1));
        assert_eq!(found, set(&[("team", "shop"), (REVISION, "1")]));
    }
}
