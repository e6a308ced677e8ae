//! Deleting a pod with the leave of its disruption budget.

use std::sync::Arc;

use crate::admission::error::{ApiError, Disruption, Forbidden};
use crate::admission::request::{Admitted, Write};
use crate::admission::{Gate, delete};
use crate::api::{
    ConditionStatus, DeleteOptions, Key, Object, Pod, PodCondition, PodConditionType,
    PodDisruptionBudget, PodPhase, UnhealthyPodEvictionPolicyType,
};
use crate::labels::Selector;
use crate::pod::conditions;
use crate::store::{Expect, Revision};

/// How many pods a budget may list as disrupted (PDB-12).
const DISRUPTED_MAX: usize = 2_000;

impl Gate<'_> {
    /// PDB-7 to PDB-12, POD-EVICT-3
    ///
    /// Source: `pkg/registry/core/pod/storage/eviction.go`.
    pub(super) fn evict(
        &mut self,
        key: &Key,
        options: DeleteOptions,
    ) -> Result<Admitted, ApiError> {
        let stored = self.stored(key)?;
        let Object::Pod(pod) = stored else {
            return Err(ApiError::NotFound { key: key.clone() });
        };
        delete::check_preconditions(stored, &options)?;
        let mut writes = Vec::new();
        if !ignores_budgets(pod)
            && let Some(budget) = self.budget(pod)?
            && !is_free(pod, budget)
        {
            writes.push(self.charge(key, budget)?);
        }
        let mut evicted = Arc::clone(pod);
        let target = PodCondition {
            type_: PodConditionType::DisruptionTarget,
            status: ConditionStatus::True,
            reason: "EvictionByEvictionAPI".into(),
            message: "Eviction API: evicting".into(),
            ..PodCondition::default()
        };
        let conditions = &mut Arc::make_mut(&mut evicted).status.conditions;
        conditions::put(conditions, target, self.now); // PDB-11
        let evicted = Object::Pod(evicted);
        let end =
            delete::end(&evicted, DeleteOptions { preconditions: None, ..options }, self.now)?;
        writes.push(Write {
            key: key.clone(),
            expect: Expect::Revision(Revision::of(stored)),
            after: Some(evicted.clone()),
        });
        Ok(end.admitted_after(writes, key, &evicted))
    }

    /// The one budget that selects the pod (PDB-6, PDB-8).
    fn budget(&self, pod: &Pod) -> Result<Option<&PodDisruptionBudget>, ApiError> {
        let mut found = None;
        for budget in self.store.list::<PodDisruptionBudget>(Some(&pod.metadata.namespace)) {
            if !selects(budget, pod) {
                continue;
            }
            if found.is_some() {
                let text = "This pod has more than one PodDisruptionBudget, which the eviction \
                            subresource does not support."
                    .into();
                return Err(ApiError::Internal { text });
            }
            found = Some(budget);
        }
        Ok(found)
    }

    /// Takes one disruption from the budget (PDB-10).
    fn charge(&self, pod: &Key, budget: &PodDisruptionBudget) -> Result<Write, ApiError> {
        let (name, status) = (budget.metadata.name.as_str().into(), &budget.status);
        let refused = |reason| Err(ApiError::TooManyRequests { key: pod.clone(), reason });
        if status.observed_generation < budget.metadata.generation {
            return refused(Disruption::Stale { budget: name });
        }
        let forbidden = |text: &str| {
            let key = Object::from(budget.clone()).key();
            Err(ApiError::Forbidden { key, reason: Forbidden::Policy(text.into()) })
        };
        if status.disruptions_allowed < 0 {
            return forbidden("pdb disruptions allowed is negative");
        }
        if status.disrupted_pods.len() > DISRUPTED_MAX {
            return forbidden(
                "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
            );
        }
        if status.disruptions_allowed == 0 {
            let (needed, healthy) = (status.desired_healthy, status.current_healthy);
            return refused(Disruption::Exhausted { budget: name, needed, healthy });
        }
        let mut charged = budget.clone();
        charged.status.disruptions_allowed -= 1;
        charged.status.disrupted_pods.insert(pod.name.to_string(), Some(self.now));
        if charged.status.disruptions_allowed == 0 {
            forbid(&mut charged, self.now);
        }
        let object = Object::from(charged);
        let expect = Expect::Revision(Revision::of(&object));
        Ok(Write { key: object.key(), expect, after: Some(object) })
    }
}

/// PDB-5
fn forbid(budget: &mut PodDisruptionBudget, now: crate::time::Time) {
    let known = budget.status.conditions.iter_mut().find(|it| it.type_ == "DisruptionAllowed");
    if let Some(known) = known {
        if known.status != ConditionStatus::False {
            known.last_transition_time = Some(now);
        }
        known.status = ConditionStatus::False;
        known.reason = "InsufficientPods".into();
        known.observed_generation = budget.status.observed_generation;
    }
}

/// PDB-7
fn ignores_budgets(pod: &Pod) -> bool {
    let phases = [PodPhase::Pending, PodPhase::Succeeded, PodPhase::Failed];
    phases.contains(&pod.status.phase) || pod.metadata.deletion_timestamp.is_some()
}

/// PDB-6: a missing or wrong selector selects nothing.
fn selects(budget: &PodDisruptionBudget, pod: &Pod) -> bool {
    let selector = Selector::compile(budget.spec.selector.as_deref());
    selector.is_ok_and(|selector| selector.matches(&pod.metadata.labels))
}

/// Whether an unhealthy pod may go without being counted (PDB-9).
fn is_free(pod: &Pod, budget: &PodDisruptionBudget) -> bool {
    let ready = pod
        .status
        .conditions
        .iter()
        .any(|it| it.type_ == PodConditionType::Ready && it.status == ConditionStatus::True);
    let status = &budget.status;
    let always = Some(UnhealthyPodEvictionPolicyType::AlwaysAllow);
    !ready
        && (budget.spec.unhealthy_pod_eviction_policy == always
            || (status.current_healthy >= status.desired_healthy && status.desired_healthy > 0))
}
