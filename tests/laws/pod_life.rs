//! Pods as their node lives them, whatever their containers do and whenever they are deleted.

use std::collections::BTreeMap;
use std::time::Duration;

use kubernel::api::{Pod, PodPhase, PodStatus};
use kubernel::pod::phase::is_terminal;
use kubernel::pod::termination::MINIMUM_GRACE;
use kubernel::testing::{Script, Solo, scripted_pods};
use kubernel::time::Instant;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::config;

/// How long pods are watched: a minute longer than something is asked of them.
const HORIZON: Instant = Instant::from_secs(960);

/// So many looks may follow each other without time passing.
const LOOKS: usize = 200;

/// When something is asked of a pod: in milliseconds.
fn moments() -> impl Strategy<Value = Instant> {
    let millis = prop_oneof![0..10_000_u64, 0..120_000_u64, 0..900_000_u64];
    millis.prop_map(|millis| Instant::from_micros(millis * 1_000))
}

/// Whether and when a pod is deleted, and with how many seconds of grace.
fn deletions() -> impl Strategy<Value = Option<(Instant, Option<i64>)>> {
    option::weighted(0.7, (moments(), option::of(0..=40_i64)))
}

/// Lives until `until` and looks at what is there after each look.
fn watch(
    solo: &mut Solo,
    until: Instant,
    mut check: impl FnMut(&Solo) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let (mut at, mut looks) = (solo.now(), 0);
    while solo.step(until) {
        check(solo)?;
        looks = if solo.now() == at { looks + 1 } else { 0 };
        prop_assert!(looks < LOOKS, "it does not come to rest at {}", solo.now());
        at = solo.now();
        let wake = solo.worker().wake_at();
        prop_assert!(wake.is_none_or(|wake| wake >= at), "it wants to look in the past");
    }
    Ok(())
}

/// Lives to the end, with a deletion on the way.
fn whole_life(
    (pod, script): (Pod, Script),
    deletion: Option<(Instant, Option<i64>)>,
    mut check: impl FnMut(&Solo) -> Result<(), TestCaseError>,
) -> Result<Solo, TestCaseError> {
    let mut solo = Solo::new(pod, script);
    if let Some((at, grace)) = deletion {
        watch(&mut solo, at, &mut check)?;
        solo.delete(grace);
    }
    watch(&mut solo, HORIZON, &mut check)?;
    Ok(solo)
}

fn restarts(status: &PodStatus) -> BTreeMap<String, i32> {
    let all = status.init_container_statuses.iter().chain(&status.container_statuses);
    all.map(|one| (one.name.clone(), one.restart_count)).collect()
}

proptest! {
    #![proptest_config(config(16))]

    /// POD-PHASE-13
    #[test]
    fn a_terminal_phase_is_never_left(case in scripted_pods(), deletion in deletions()) {
        let mut last = PodPhase::Unset;
        whole_life(case, deletion, |solo| {
            let phase = &solo.status().phase;
            prop_assert!(!is_terminal(&last) || *phase == last, "{} after {}", phase, last);
            last = phase.clone();
            Ok(())
        })?;
    }

    /// POD-CSTATE-8
    #[test]
    fn restart_counts_never_fall(case in scripted_pods(), deletion in deletions()) {
        let mut last = BTreeMap::new();
        whole_life(case, deletion, |solo| {
            let now = restarts(solo.status());
            for (name, count) in &last {
                prop_assert!(now.get(name) >= Some(count), "{} fell from {}", name, count);
            }
            last = now;
            Ok(())
        })?;
    }

    /// POD-WORK-3
    #[test]
    fn nothing_starts_in_a_deleted_pod(
        case in scripted_pods(),
        at in moments(),
        grace in option::of(0..=40_i64),
    ) {
        let mut solo = Solo::new(case.0, case.1);
        watch(&mut solo, at, |_| Ok(()))?;
        solo.delete(grace);
        let started = solo.starts().len();
        watch(&mut solo, HORIZON, |_| Ok(()))?;
        prop_assert_eq!(&solo.starts()[started..], &[]);
    }

    /// POD-TERM-3, POD-TERM-5, POD-TERM-6: the preStop hook and the wait for others are taken off the grace
    /// period in whole seconds, so one may be lost; and whatever is left, each stop has two seconds.
    #[test]
    fn termination_ends_within_its_grace(
        case in scripted_pods(),
        at in moments(),
        grace in option::of(0..=40_i64),
        sooner in option::of((0..40_u64, 0..=10_i64)),
    ) {
        let mut solo = Solo::new(case.0, case.1);
        watch(&mut solo, at, |_| Ok(()))?;
        let graces = |solo: &Solo| {
            let meta = &solo.pod().metadata;
            let own = solo.pod().spec.termination_grace_period_seconds;
            meta.deletion_grace_period_seconds.or(own).unwrap_or(0).max(1)
        };
        solo.delete(grace);
        let seconds = |grace: i64| Duration::from_secs((grace + 1 + MINIMUM_GRACE).unsigned_abs());
        let mut end = at + seconds(graces(&solo));
        if let Some((later, shorter)) = sooner
            && at + Duration::from_secs(later) < end
        {
            watch(&mut solo, at + Duration::from_secs(later), |_| Ok(()))?;
            solo.delete(Some(shorter));
            end = end.min(solo.now() + seconds(graces(&solo)));
        }
        watch(&mut solo, end, |_| Ok(()))?;
        prop_assert!(solo.is_over(), "{:?} at {}", solo.worker().state(), end);
        prop_assert!(is_terminal(&solo.status().phase), "{}", solo.status().phase);
    }

    /// A look without need changes nothing: not what is there, and not what comes of it.
    #[test]
    fn looks_without_need_change_nothing(
        case in scripted_pods(),
        deletion in deletions(),
        looks in vec(moments(), 1..=6),
    ) {
        let plain = whole_life(case.clone(), deletion, |_| Ok(()))?;
        let mut solo = Solo::new(case.0, case.1);
        let mut looks: Vec<(Instant, Option<Option<i64>>)> =
            looks.into_iter().map(|at| (at, None)).collect();
        looks.extend(deletion.map(|(at, grace)| (at, Some(grace))));
        looks.sort_by_key(|(at, _)| *at);
        for (at, deletion) in looks {
            watch(&mut solo, at, |_| Ok(()))?;
            let before = solo.clone();
            solo.look();
            prop_assert_eq!(solo.status(), before.status(), "at {}", at);
            prop_assert_eq!(solo.worker().state(), before.worker().state(), "at {}", at);
            prop_assert_eq!(solo.worker().runtime(), before.worker().runtime(), "at {}", at);
            // A turn of a prober that would have changed nothing may be had now instead of later.
            let wakes = [&before, &solo].map(|solo| solo.worker().wake_at().unwrap_or(Instant::MAX));
            prop_assert!(wakes[0] <= wakes[1], "at {}: {:?}", at, wakes);
            if let Some(grace) = deletion {
                solo.delete(grace);
            }
        }
        watch(&mut solo, HORIZON, |_| Ok(()))?;
        prop_assert_eq!(solo.starts(), plain.starts());
        prop_assert_eq!(solo.status(), plain.status());
    }

    #[test]
    fn every_status_survives_the_wire(case in scripted_pods(), deletion in deletions()) {
        let mut last = PodStatus::default();
        whole_life(case, deletion, |solo| {
            let status = solo.status();
            if *status != last {
                let decoded: PodStatus = serde_json::from_slice(&serde_json::to_vec(status)?)?;
                prop_assert_eq!(&decoded, status);
                last = status.clone();
            }
            Ok(())
        })?;
    }

    /// A pod that has ended wants nothing any more.
    #[test]
    fn a_finished_pod_rests(case in scripted_pods(), at in moments(), grace in 0..=40_i64) {
        let solo = whole_life(case, Some((at, Some(grace))), |_| Ok(()))?;
        prop_assert!(solo.is_over());
        prop_assert_eq!(solo.next(), None);
    }
}
