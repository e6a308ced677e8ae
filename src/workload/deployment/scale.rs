//! Resizing a deployment without a rollout, and the resizing of one set.
//!
//! Source: `pkg/controller/deployment/sync.go`.

use std::borrow::Cow;
use std::cmp::Reverse;

use crate::api::ReplicaSet;
use crate::workload::deployment::fenceposts::{is_rolling, lenient, replicas};
use crate::workload::deployment::revision::{
    DESIRED_REPLICAS, MAX_REPLICAS, has_size, note_size, noted,
};
use crate::workload::deployment::{Action, Sides, Sync, age, is_active, size, total};

impl Sync<'_> {
    /// Sets the number of pods of a set, and notes the deployment's numbers on it (DEPLOY-15).
    /// The set as it will be, if its number changes.
    pub(super) fn resize(&mut self, set: &ReplicaSet, to: i32, force: bool) -> Option<ReplicaSet> {
        let grows = size(set) != to;
        let desired = replicas(&self.deployment);
        let max = desired.saturating_add(lenient(&self.deployment).max_surge);
        if !grows && (!force || has_size(set, desired, max)) {
            return None;
        }
        let mut copy = set.clone();
        copy.spec.replicas = Some(to);
        note_size(&mut copy, desired, max);
        self.actions.push(Action::Update(Box::new(copy.clone())));
        grows.then_some(copy)
    }

    /// DEPLOY-13
    pub(super) fn scale(&mut self, sides: &Sides<'_>) {
        let wanted = replicas(&self.deployment);
        let newest_first = || sides.old.iter().rev().map(Cow::as_ref);
        let active: Vec<&ReplicaSet> =
            newest_first().chain(sides.new.as_deref()).filter(|set| is_active(set)).collect();
        match active.as_slice() {
            [] => {
                if let Some(set) = sides.new.as_deref().or_else(|| newest_first().next()) {
                    self.resize(set, wanted, false);
                }
            }
            [set] => {
                self.resize(set, wanted, false);
            }
            _ if sides.new.as_deref().is_some_and(|new| self.is_saturated(new)) => {
                for set in newest_first().filter(|set| is_active(set)) {
                    self.resize(set, 0, false);
                }
            }
            _ if is_rolling(&self.deployment) => self.scale_in_proportion(active),
            _ => {}
        }
    }

    fn is_saturated(&self, set: &ReplicaSet) -> bool {
        let wanted = replicas(&self.deployment);
        let text = set.metadata.annotations.get(DESIRED_REPLICAS);
        size(set) == wanted
            && set.status.available_replicas == wanted
            && text.and_then(|text| text.parse::<i32>().ok()) == Some(wanted)
    }

    /// DEPLOY-14
    fn scale_in_proportion(&mut self, mut sets: Vec<&ReplicaSet>) {
        let wanted = replicas(&self.deployment);
        let surge = lenient(&self.deployment).max_surge;
        let allowed = if wanted > 0 { wanted.saturating_add(surge) } else { 0 };
        let to_add = allowed.saturating_sub(total(sets.iter().copied(), size));
        if to_add > 0 {
            sets.sort_by_key(|set| Reverse((size(set), age(set))));
        } else if to_add < 0 {
            sets.sort_by_key(|set| (Reverse(size(set)), age(set)));
        }
        let mut left = to_add;
        let mut sizes = Vec::with_capacity(sets.len());
        for set in &sets {
            let share = self.share(set, left);
            left -= share;
            sizes.push(size(set) + share);
        }
        if let Some(first) = sizes.first_mut().filter(|_| to_add != 0) {
            *first = first.saturating_add(left).max(0);
        }
        for (set, to) in sets.into_iter().zip(sizes) {
            self.resize(set, to, true);
        }
    }

    /// How much of `left` a set gets by its size, rounded half away from zero.
    fn share(&self, set: &ReplicaSet, left: i32) -> i32 {
        if left == 0 {
            return 0;
        }
        let fraction = self.fraction(set);
        if left > 0 { fraction.min(left) } else { fraction.max(left) }
    }

    fn fraction(&self, set: &ReplicaSet) -> i32 {
        let wanted = replicas(&self.deployment);
        if wanted == 0 {
            return -size(set);
        }
        let max = i64::from(wanted) + i64::from(lenient(&self.deployment).max_surge);
        let before = noted(set, MAX_REPLICAS)
            .filter(|&max| max != 0)
            .unwrap_or(self.deployment.status.replicas);
        if before == 0 {
            return 0;
        }
        let rounded = divide_rounding(i64::from(size(set)) * max, i64::from(before));
        let clamped = rounded.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        i32::try_from(clamped).unwrap_or_default().saturating_sub(size(set))
    }
}

/// The quotient rounded to the nearest whole number, halves away from zero. `by` is not 0.
fn divide_rounding(number: i64, by: i64) -> i64 {
    let whole = number / by;
    if (number % by).abs() * 2 >= by.abs() {
        whole + if (number < 0) == (by < 0) { 1 } else { -1 }
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(divide_rounding(5, 2), 3);
        assert_eq!(divide_rounding(-5, 2), -3);
        assert_eq!(divide_rounding(4, 3), 1);
        assert_eq!(divide_rounding(-4, 3), -1);
    }
}
