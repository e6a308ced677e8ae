//! Deployment: replaces the pods of one template by those of another.
//!
//! [`sync`] is one look of the controller at a deployment and its sets. It is pure: what is to be
//! written comes back as [`Action`]s in order, and the deployment with its new status.
//!
//! Source: `pkg/controller/deployment`.

mod fenceposts;
mod hash;
mod revision;
mod rollback;
mod rollout;
mod scale;
mod status;
mod template;

use std::borrow::Cow;
use std::fmt;

use crate::api::{Deployment, DeploymentStrategyType, Key, Kind, LabelSelector, Pod, ReplicaSet};
use crate::int_or_string::NotScalable;
use crate::labels::Selector;
use crate::meta::{self, Claim};
use crate::time::Time;
use crate::workload::deployment::fenceposts::replicas;

pub use fenceposts::{Fenceposts, fenceposts};
pub use hash::template_hash;
pub use revision::{DESIRED_REPLICAS, MAX_REPLICAS, REVISION, REVISION_HISTORY, ROLLBACK_TO};
pub use status::Progress;
pub use template::{POD_TEMPLATE_HASH, same_template};

/// What a sync looks at besides the deployment.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The ReplicaSets of the namespace, in the order of their names. Those of others serve to see
    /// whether a name is taken.
    pub sets: &'a [&'a ReplicaSet],
    /// The pods of the deployment's sets. Others do no harm.
    pub pods: &'a [&'a Pod],
    /// The time.
    pub now: Time,
}

/// One write that a deployment wants.
///
/// A set can be updated more than once in one sync; a later update includes the earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Take a set without controller (DEPLOY-8); the set with the reference.
    Adopt(Box<ReplicaSet>),
    /// Let a set go whose labels no longer match (DEPLOY-8); the set without the reference.
    Release(Box<ReplicaSet>),
    /// Make the new set (DEPLOY-5).
    Create(Box<ReplicaSet>),
    /// Change the size, the annotations or `minReadySeconds` of a set.
    Update(Box<ReplicaSet>),
    /// Remove an old set (DEPLOY-20).
    Delete(Key),
    /// Change the deployment itself: it has gone back to an earlier revision (DEPLOY-17).
    GoBack(Box<Deployment>),
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Adopt(set) => write!(f, "adopts replica set `{}`", set.metadata.name),
            Self::Release(set) => write!(f, "releases replica set `{}`", set.metadata.name),
            Self::Create(set) => {
                write!(f, "makes replica set `{}` with {} pods", set.metadata.name, size(set))
            }
            Self::Update(set) => {
                write!(f, "wants {} pods of replica set `{}`", size(set), set.metadata.name)
            }
            Self::Delete(set) => write!(f, "removes replica set `{}` from the history", set.name),
            Self::GoBack(_) => f.write_str("goes back to an earlier revision"),
        }
    }
}

/// Why a sync came to no end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Stop {
    /// The name of the new set is taken; the next sync uses another hash (DEPLOY-7).
    #[error("the name `{name}` of the new replica set is taken")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The strategy does not tell a number of pods.
    #[error("the strategy cannot be followed: {0}")]
    Strategy(NotScalable),
    /// The strategy is of an unknown type.
    #[error("the strategy type `{word}` is not known")]
    UnknownStrategy {
        /// The type.
        word: String,
    },
    /// The selector cannot be read.
    #[error("the selector is invalid")]
    Selector,
}

/// What a deployment wants to be done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The writes, in order.
    pub actions: Vec<Action>,
    /// The deployment with the status to write, and the revision among its annotations; `None` if
    /// the stored one says the same already (DEPLOY-30).
    pub status: Option<Box<Deployment>>,
    /// Why the sync was left early; it is to be tried again.
    pub stop: Option<Stop>,
    /// In how many seconds to look again, because the deadline for progress ends then.
    pub again: Option<i64>,
}

/// Decides what `deployment` wants done about its sets (DEPLOY-9).
///
/// ```
/// use kubernel::api::{Deployment, DeploymentSpec, DeploymentStrategy, DeploymentStrategyType,
///     LabelSelector, ObjectMeta};
/// use kubernel::time::Time;
/// use kubernel::workload::deployment::{self, Action, Inputs};
///
/// let web = Deployment {
///     metadata: ObjectMeta { name: "web".into(), ..Default::default() },
///     spec: DeploymentSpec {
///         replicas: Some(2),
///         selector: Some(Box::new(LabelSelector {
///             match_labels: [("app".into(), "web".into())].into(),
///             ..Default::default()
///         })),
///         strategy: DeploymentStrategy {
///             type_: DeploymentStrategyType::Recreate,
///             ..Default::default()
///         },
///         ..Default::default()
///     },
///     ..Default::default()
/// };
/// let outcome = deployment::sync(&web, Inputs { sets: &[], pods: &[], now: Time::EPOCH });
/// let Action::Create(set) = &outcome.actions[0] else { panic!() };
/// assert_eq!(set.spec.replicas, Some(2));
/// assert!(set.metadata.name.starts_with("web-"));
/// ```
#[must_use]
pub fn sync(deployment: &Deployment, inputs: Inputs<'_>) -> Outcome {
    let mut sync = Sync {
        inputs,
        deployment: deployment.clone(),
        own: Vec::new(),
        actions: Vec::new(),
        wrote: false,
        again: None,
    };
    let stop = sync.run().err();
    Outcome {
        actions: sync.actions,
        status: sync.wrote.then(|| Box::new(sync.deployment)),
        stop,
        again: sync.again,
    }
}

/// The deployment with the status to write after its new set was refused for another reason than a
/// taken name (DEPLOY-26); `None` without a deadline for progress.
#[must_use]
pub fn create_refused(
    deployment: &Deployment,
    set: &str,
    why: &str,
    now: Time,
) -> Option<Deployment> {
    if !status::has_deadline(deployment) {
        return None;
    }
    let mut deployment = deployment.clone();
    let message = format!("Failed to create new replica set {set:?}: {why}");
    let condition = Progress::CreateFailed.condition(message, now);
    status::set(&mut deployment.status, condition);
    Some(deployment)
}

/// A sync in progress.
struct Sync<'a> {
    inputs: Inputs<'a>,
    /// The deployment as it is to become.
    deployment: Deployment,
    /// The sets of the deployment, oldest first.
    own: Vec<Cow<'a, ReplicaSet>>,
    actions: Vec<Action>,
    /// Whether the status of the deployment is to be written.
    wrote: bool,
    again: Option<i64>,
}

/// The sets of a deployment: those of earlier templates, oldest first, and that of its own.
#[derive(Debug)]
struct Sides<'a> {
    old: Vec<Cow<'a, ReplicaSet>>,
    new: Option<Cow<'a, ReplicaSet>>,
}

impl Sides<'_> {
    /// The old ones, then the new one.
    fn all(&self) -> impl Iterator<Item = &ReplicaSet> {
        self.old.iter().chain(&self.new).map(Cow::as_ref)
    }
}

/// Whether a missing new set is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Find {
    Only,
    OrMake,
}

impl<'a> Sync<'a> {
    /// DEPLOY-9
    fn run(&mut self) -> Result<(), Stop> {
        if self.deployment.spec.selector.as_deref() == Some(&LabelSelector::default()) {
            self.observe_only();
            return Ok(());
        }
        self.claim()?;
        if self.deployment.metadata.deletion_timestamp.is_some() {
            let sides = self.sides(Find::Only)?; // CL-10
            self.report(&sides);
            return Ok(());
        }
        self.note_pause();
        if self.deployment.spec.paused {
            return self.scale_only();
        }
        if let Some(revision) = revision::rollback_to(&self.deployment) {
            return self.go_back(revision);
        }
        if self.is_scaling()? {
            return self.scale_only();
        }
        match &self.deployment.spec.strategy.type_ {
            DeploymentStrategyType::Recreate => self.recreate(),
            DeploymentStrategyType::RollingUpdate => self.roll(),
            other @ (DeploymentStrategyType::Unset | DeploymentStrategyType::Other(_)) => {
                Err(Stop::UnknownStrategy { word: other.as_str().to_owned() })
            }
        }
    }

    /// A deployment that selects everything does nothing (DEPLOY-29).
    fn observe_only(&mut self) {
        let generation = self.deployment.metadata.generation;
        if self.deployment.status.observed_generation < generation {
            self.deployment.status.observed_generation = generation;
            self.wrote = true;
        }
    }

    /// DEPLOY-8
    fn claim(&mut self) -> Result<(), Stop> {
        let selector = self.deployment.spec.selector.as_deref();
        let selector = Selector::compile(selector).map_err(|_| Stop::Selector)?;
        for &set in self.inputs.sets {
            let matches = selector.matches(&set.metadata.labels);
            match meta::claim(&self.deployment.metadata, matches, &set.metadata) {
                Claim::Ours => self.own.push(Cow::Borrowed(set)),
                Claim::Ignore => {}
                Claim::Adopt => {
                    let mut set = set.clone();
                    let reference =
                        meta::controller_ref(&Kind::Deployment, &self.deployment.metadata);
                    meta::adopt(&mut set.metadata, reference);
                    self.actions.push(Action::Adopt(Box::new(set.clone())));
                    self.own.push(Cow::Owned(set));
                }
                Claim::Release => {
                    let mut set = set.clone();
                    meta::release(&mut set.metadata, &self.deployment.metadata.uid);
                    self.actions.push(Action::Release(Box::new(set)));
                }
            }
        }
        self.own.sort_by(|one, other| age(one).cmp(&age(other)));
        Ok(())
    }

    /// The sets by side (DEPLOY-4). Brings the new one up to date, or makes it.
    fn sides(&mut self, find: Find) -> Result<Sides<'a>, Stop> {
        let template = &self.deployment.spec.template;
        let new = self.own.iter().find(|set| same_template(&set.spec.template, template)).cloned();
        let uid = new.as_ref().map(|set| set.metadata.uid.clone());
        let mut old = self.own.clone();
        old.retain(|set| uid.as_ref() != Some(&set.metadata.uid));
        let revision = revision::highest(old.iter().map(Cow::as_ref)).saturating_add(1);
        let new = match (new, find) {
            (Some(new), _) => Some(self.keep_up(new, revision)),
            (None, Find::Only) => None,
            (None, Find::OrMake) => Some(self.make(&old, revision)?),
        };
        Ok(Sides { old, new })
    }

    /// DEPLOY-16
    fn keep_up(&mut self, set: Cow<'a, ReplicaSet>, revision: i64) -> Cow<'a, ReplicaSet> {
        let mut copy = set.as_ref().clone();
        let annotated = revision::annotate(&self.deployment, &mut copy, revision);
        let seconds = self.deployment.spec.min_ready_seconds;
        if annotated || copy.spec.min_ready_seconds != seconds {
            copy.spec.min_ready_seconds = seconds;
            self.actions.push(Action::Update(Box::new(copy.clone())));
            return Cow::Owned(copy);
        }
        let own = copy.metadata.annotations.get(REVISION).map_or("", String::as_str);
        self.wrote |= revision::follow(&mut self.deployment, own);
        let unknown = status::progressing(&self.deployment.status).is_none();
        if unknown && status::has_deadline(&self.deployment) {
            let message = format!("Found new replica set {:?}", copy.metadata.name);
            self.note(Progress::Found, message);
        }
        set
    }

    /// DEPLOY-5, DEPLOY-7
    fn make(
        &mut self,
        old: &[Cow<'a, ReplicaSet>],
        revision: i64,
    ) -> Result<Cow<'a, ReplicaSet>, Stop> {
        let mut set = template::new_set(&self.deployment);
        let wanted = match &self.deployment.spec.strategy.type_ {
            DeploymentStrategyType::RollingUpdate => {
                self.grown(0, total(old.iter().map(Cow::as_ref), size))?
            }
            DeploymentStrategyType::Recreate => replicas(&self.deployment),
            other @ (DeploymentStrategyType::Unset | DeploymentStrategyType::Other(_)) => {
                return Err(Stop::UnknownStrategy { word: other.as_str().to_owned() });
            }
        };
        set.spec.replicas = Some(wanted);
        revision::annotate(&self.deployment, &mut set, revision);
        let max = replicas(&self.deployment)
            .saturating_add(fenceposts::lenient(&self.deployment).max_surge);
        revision::note_size(&mut set, replicas(&self.deployment), max);
        self.actions.push(Action::Create(Box::new(set.clone())));
        let taken = self.inputs.sets.iter().find(|other| other.metadata.name == set.metadata.name);
        let Some(&taken) = taken else {
            self.wrote |= revision::follow(&mut self.deployment, &revision.to_string());
            if status::has_deadline(&self.deployment) {
                let message = format!("Created new replica set {:?}", set.metadata.name);
                self.note(Progress::Created, message);
            }
            return Ok(Cow::Owned(set));
        };
        self.take(taken, revision)
    }

    /// The name of the new set is taken: by a set that will do, or by one that will not.
    fn take(&mut self, taken: &'a ReplicaSet, revision: i64) -> Result<Cow<'a, ReplicaSet>, Stop> {
        let own = meta::is_controlled_by(&taken.metadata, &self.deployment.metadata.uid);
        if own && same_template(&self.deployment.spec.template, &taken.spec.template) {
            self.wrote |= revision::follow(&mut self.deployment, &revision.to_string());
            return Ok(Cow::Borrowed(taken));
        }
        let count = self.deployment.status.collision_count.unwrap_or_default();
        self.deployment.status.collision_count = Some(count.wrapping_add(1));
        self.wrote = true;
        Err(Stop::NameTaken { name: taken.metadata.name.clone() })
    }

    /// DEPLOY-18
    fn note_pause(&mut self) {
        let known = status::progressing(&self.deployment.status);
        let says =
            |progress: Progress| known.is_some_and(|known| known.reason == progress.reason());
        if !status::has_deadline(&self.deployment) || says(Progress::TimedOut) {
            return;
        }
        match (self.deployment.spec.paused, says(Progress::Paused)) {
            (true, false) => self.note(Progress::Paused, "Deployment is paused".to_owned()),
            (false, true) => self.note(Progress::Resumed, "Deployment is resumed".to_owned()),
            (true, true) | (false, false) => {}
        }
    }

    fn note(&mut self, progress: Progress, message: String) {
        let condition = progress.condition(message, self.inputs.now);
        status::set(&mut self.deployment.status, condition);
        self.wrote = true;
    }

    /// Whether the wanted number has changed since the sets were last resized (DEPLOY-9).
    fn is_scaling(&mut self) -> Result<bool, Stop> {
        let sides = self.sides(Find::Only)?;
        let wanted = replicas(&self.deployment);
        let mut active = sides.all().filter(|set| is_active(set));
        Ok(active.any(|set| {
            revision::noted(set, DESIRED_REPLICAS).is_some_and(|desired| desired != wanted)
        }))
    }

    /// DEPLOY-13, DEPLOY-18
    fn scale_only(&mut self) -> Result<(), Stop> {
        let sides = self.sides(Find::Only)?;
        self.scale(&sides);
        if self.deployment.spec.paused && revision::rollback_to(&self.deployment).is_none() {
            self.clean_up(&sides);
        }
        self.report(&sides);
        Ok(())
    }

    /// Writes the status if it differs (DEPLOY-30).
    fn report(&mut self, sides: &Sides<'_>) {
        let status = status::calculate(&self.deployment, sides, self.inputs.now);
        if status != self.deployment.status {
            self.deployment.status = status;
            self.wrote = true;
        }
    }

    /// As [`Sync::report`], and judges the rollout.
    fn report_rollout(&mut self, sides: &Sides<'_>) {
        let status = status::judge(&self.deployment, sides, self.inputs.now);
        if status == self.deployment.status {
            self.again = status::next_look(&self.deployment, &status, self.inputs.now);
        } else {
            self.deployment.status = status;
            self.wrote = true;
        }
    }
}

/// The number of pods a set asks for.
fn size(set: &ReplicaSet) -> i32 {
    set.spec.replicas.unwrap_or(1)
}

/// Whether a set asks for pods.
fn is_active(set: &ReplicaSet) -> bool {
    size(set) > 0
}

/// What orders sets from the oldest to the youngest.
fn age(set: &ReplicaSet) -> (Option<Time>, &str) {
    (set.metadata.creation_timestamp, &set.metadata.name)
}

/// The sum of a number over sets.
fn total<'s>(sets: impl Iterator<Item = &'s ReplicaSet>, of: impl Fn(&ReplicaSet) -> i32) -> i32 {
    sets.fold(0, |sum, set| sum.saturating_add(of(set)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::defaults;

    fn web(replicas: i32) -> Deployment {
        let mut web = Deployment::default();
        web.metadata.name = "web".into();
        web.metadata.uid = "u1".into();
        web.spec.replicas = Some(replicas);
        let selector = LabelSelector {
            match_labels: [("app".into(), "web".into())].into(),
            ..LabelSelector::default()
        };
        web.spec.selector = Some(Box::new(selector));
        web.spec.template.metadata.labels.insert("app".into(), "web".into());
        defaults::deployment(&mut web);
        web
    }

    /// The set of `deployment` with all its pods available.
    fn set(deployment: &Deployment, replicas: i32) -> ReplicaSet {
        let mut set = template::new_set(deployment);
        set.metadata.uid = set.metadata.name.clone();
        set.spec.replicas = Some(replicas);
        set.status.replicas = replicas;
        set.status.available_replicas = replicas;
        let fence = fenceposts(deployment).unwrap();
        let wanted = super::replicas(deployment);
        revision::annotate(deployment, &mut set, 1);
        revision::note_size(&mut set, wanted, wanted + fence.max_surge);
        set
    }

    fn check(deployment: &Deployment, sets: &[ReplicaSet], expected: &[&str]) {
        let sets: Vec<&ReplicaSet> = sets.iter().collect();
        let outcome = sync(deployment, Inputs { sets: &sets, pods: &[], now: Time::EPOCH });
        let found: Vec<String> = outcome.actions.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    fn named(set: &ReplicaSet, text: &str) -> String {
        text.replace('@', &set.metadata.name)
    }

    // DEPLOY-9, DEPLOY-10
    #[test]
    fn a_new_template_starts_with_the_surge() {
        let old = web(4);
        let mut new = web(4);
        new.spec.template.metadata.labels.insert("version".into(), "2".into());
        let expected = named(&set(&new, 0), "makes replica set `@` with 1 pods");
        let shrunk = named(&set(&old, 4), "wants 3 pods of replica set `@`");
        check(&new, &[set(&old, 4)], &[&expected, &shrunk]);
    }

    // DEPLOY-18
    #[test]
    fn a_paused_deployment_makes_no_set() {
        let mut paused = web(2);
        paused.spec.paused = true;
        check(&paused, &[], &[]);
    }

    // DEPLOY-13
    #[test]
    fn a_wish_for_more_pods_goes_to_the_only_set() {
        let set = set(&web(2), 2);
        check(
            &web(5),
            std::slice::from_ref(&set),
            &[&named(&set, "wants 5 pods of replica set `@`")],
        );
    }

    // DEPLOY-7
    #[test]
    fn a_taken_name_leads_to_another_hash() {
        let deployment = web(1);
        let mut taken = set(&deployment, 1);
        taken.metadata.owner_references.clear();
        taken.metadata.labels.clear();
        let inputs = Inputs { sets: &[&taken], pods: &[], now: Time::EPOCH };
        let outcome = sync(&deployment, inputs);
        assert_eq!(outcome.stop, Some(Stop::NameTaken { name: taken.metadata.name.clone() }));
        assert_eq!(outcome.status.unwrap().status.collision_count, Some(1));
    }

    // CL-9
    #[test]
    fn a_refused_set_is_reported_without_an_observed_generation() {
        let told = create_refused(&web(1), "web-x", "exceeded quota", Time::EPOCH).unwrap();
        let condition = status::progressing(&told.status).unwrap();
        assert_eq!(condition.reason, "ReplicaSetCreateError");
        assert_eq!(told.status.observed_generation, 0);
    }
}
