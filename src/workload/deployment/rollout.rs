//! The two ways to replace pods.
//!
//! Source: `pkg/controller/deployment/rolling.go`, `recreate.go`.

use std::borrow::Cow;

use crate::api::{Key, Kind, ReplicaSet};
use crate::meta;
use crate::workload::deployment::fenceposts::{lenient, replicas, surge};
use crate::workload::deployment::{
    Action, Find, Sides, Stop, Sync, is_active, size, status, total,
};
use crate::workload::pods;

impl<'a> Sync<'a> {
    /// One step of a rolling update (DEPLOY-10, DEPLOY-11).
    pub(super) fn roll(&mut self) -> Result<(), Stop> {
        let sides = self.sides(Find::OrMake)?;
        let moved = self.grow_new(&sides)? || self.shrink_old(&sides);
        if !moved && status::is_complete(&self.deployment, &self.deployment.status) {
            self.clean_up(&sides);
        }
        self.report_rollout(&sides);
        Ok(())
    }

    /// DEPLOY-10. Whether the size of the new set changes.
    fn grow_new(&mut self, sides: &Sides<'_>) -> Result<bool, Stop> {
        let Some(new) = sides.new.as_deref() else { return Ok(false) };
        let wanted = replicas(&self.deployment);
        let to = if size(new) >= wanted {
            wanted
        } else {
            self.grown(size(new), total(sides.all(), size))?
        };
        Ok(self.resize(new, to, false).is_some())
    }

    /// How large a new set of `size` pods may become when there are `total` pods in all
    /// (DEPLOY-9, DEPLOY-10).
    pub(super) fn grown(&self, size: i32, total: i32) -> Result<i32, Stop> {
        let wanted = replicas(&self.deployment);
        let surge = surge(&self.deployment).map_err(Stop::Strategy)?;
        let room = wanted.saturating_add(surge).saturating_sub(total);
        if room <= 0 {
            return Ok(size);
        }
        Ok(size.saturating_add(room.min(wanted.saturating_sub(size))))
    }

    /// DEPLOY-11. Whether the size of an old set changes.
    fn shrink_old(&mut self, sides: &Sides<'_>) -> bool {
        let Some(new) = sides.new.as_deref() else { return false };
        let mut old: Vec<Cow<'_, ReplicaSet>> =
            sides.old.iter().filter(|set| is_active(set)).cloned().collect();
        if old.is_empty() {
            return false;
        }
        let needed = self.needed();
        let missing = size(new).saturating_sub(new.status.available_replicas);
        let allowed = total(sides.all(), size).saturating_sub(needed).saturating_sub(missing);
        if allowed <= 0 {
            return false;
        }
        let Some(cleaned) = self.shrink_unhealthy(&mut old, allowed) else { return false };
        let available =
            total(old.iter().map(Cow::as_ref).chain([new]), |set| set.status.available_replicas);
        let shrunk = self.shrink_healthy(&old, available.saturating_sub(needed));
        cleaned + shrunk > 0
    }

    /// How many pods have to be available.
    fn needed(&self) -> i32 {
        replicas(&self.deployment).saturating_sub(lenient(&self.deployment).max_unavailable)
    }

    /// Takes away pods that are not available, oldest set first. `None` if a set has more available
    /// pods than it asks for: then the rest of the old side is left for later (DEPLOY-31).
    fn shrink_unhealthy(&mut self, old: &mut [Cow<'_, ReplicaSet>], allowed: i32) -> Option<i32> {
        let mut done = 0;
        for set in old {
            if done >= allowed {
                break;
            }
            let unhealthy = size(set).saturating_sub(set.status.available_replicas);
            if unhealthy < 0 {
                return None;
            }
            let count = unhealthy.min(allowed - done);
            if let Some(resized) = self.resize(set, size(set) - count, false) {
                *set = Cow::Owned(resized);
            }
            done += count;
        }
        Some(done)
    }

    /// Takes away pods that are more than needed, oldest set first (DEPLOY-12).
    fn shrink_healthy(&mut self, old: &[Cow<'_, ReplicaSet>], allowed: i32) -> i32 {
        let mut done = 0;
        for set in old {
            if done >= allowed {
                break;
            }
            let count = size(set).min(allowed - done);
            self.resize(set, size(set) - count, false);
            done += count;
        }
        done
    }

    /// First no old pod, then all new ones (DEPLOY-19).
    pub(super) fn recreate(&mut self) -> Result<(), Stop> {
        let mut sides = self.sides(Find::Only)?;
        let mut moved = false;
        for set in &sides.old {
            moved |= self.resize(set, 0, false).is_some();
        }
        if moved || self.has_old_pods(&sides) {
            self.report_rollout(&sides);
            return Ok(());
        }
        if sides.new.is_none() {
            sides = self.sides(Find::OrMake)?;
        }
        if let Some(new) = sides.new.as_deref() {
            self.resize(new, replicas(&self.deployment), false);
        }
        if status::is_complete(&self.deployment, &self.deployment.status) {
            self.clean_up(&sides);
        }
        self.report_rollout(&sides);
        Ok(())
    }

    /// Whether a pod of an old set may still be running: also one that is being deleted.
    fn has_old_pods(&self, sides: &Sides<'_>) -> bool {
        let old = sides.old.iter().map(Cow::as_ref);
        if total(old.clone(), |set| set.status.replicas) > 0 {
            return true;
        }
        old.into_iter().any(|set| {
            let own =
                |pod: &&crate::api::Pod| meta::is_controlled_by(&pod.metadata, &set.metadata.uid);
            self.inputs.pods.iter().copied().filter(own).any(|pod| !pods::is_terminal(pod))
        })
    }

    /// Removes old sets beyond the limit of the history (DEPLOY-20).
    pub(super) fn clean_up(&mut self, sides: &Sides<'_>) {
        let limit = self.deployment.spec.revision_history_limit;
        let Some(limit) = limit.filter(|&limit| limit != i32::MAX) else { return };
        let mut sets: Vec<&ReplicaSet> = sides
            .old
            .iter()
            .map(Cow::as_ref)
            .filter(|set| set.metadata.deletion_timestamp.is_none())
            .collect();
        let surplus = sets.len().saturating_sub(usize::try_from(limit).unwrap_or_default());
        sets.sort_by_key(|set| super::revision::revision_of(set).unwrap_or_default());
        for set in sets.into_iter().take(surplus) {
            let (spec, reported) = (size(set), &set.status);
            let seen = set.metadata.generation <= reported.observed_generation;
            if spec == 0 && reported.replicas == 0 && seen {
                let namespace = set.metadata.namespace.as_str();
                let key = Key::new(Kind::ReplicaSet, namespace, set.metadata.name.as_str());
                self.actions.push(Action::Delete(key));
            }
        }
    }
}
