//! Whose turn it is: the pods of a node, what to do with each next, and what is known of their ends.
//!
//! The machine says which call to make ([`PodWorkers::next`]) and is told what came of it
//! ([`PodWorkers::done`]); what a call does is for who makes it. One pod has at most one call under way.
//! Updates that arrive meanwhile replace each other; only the newest is seen.
//!
//! ```
//! use std::sync::Arc;
//!
//! use kubernel::api::Pod;
//! use kubernel::pod::ending::UpdateType;
//! use kubernel::pod::workers::{Call, Outcome, PodWorkers, Subject};
//!
//! let mut pod = Pod::default();
//! pod.metadata.uid = "u".into();
//! let mut workers = PodWorkers::default();
//! workers.update(Subject::Pod(Arc::new(pod)), UpdateType::Create, None, false);
//! assert_eq!(workers.next("u").unwrap().name(), "SyncPod");
//! workers.done("u", Outcome::Terminal);
//! assert!(matches!(workers.next("u"), Some(Call::SyncTerminatingPod { grace: None, .. })));
//! workers.done("u", Outcome::Done);
//! assert!(!workers.could_have_running_containers("u"));
//! ```
//!
//! Source: `pkg/kubelet/pod_workers.go`.

mod call;
mod questions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use call::{Call, Known, Outcome, RunningPod, Stage, Subject, Taken};

use crate::api::Pod;
use crate::pod::ending::{Ending, KillOptions, State, Turn, UpdateType};
use crate::pod::phase::is_static;
use call::{FullName, stage_of};

/// An update on its way.
#[derive(Debug, Clone)]
struct Job {
    subject: Subject,
    kind: UpdateType,
    /// The grace period of a kill; every update of an ending pod is one.
    grace: Option<i64>,
}

#[derive(Debug, Clone)]
struct Entry {
    full_name: FullName,
    ending: Ending,
    /// The newest update that was not seen yet.
    pending: Option<Job>,
    /// Whether there is something to see.
    is_queued: bool,
    /// The last update that was seen.
    active: Option<Job>,
    /// The call under way.
    calling: Option<Stage>,
    has_started: bool,
    restart_requested: bool,
    /// The runtime was seen to have it.
    observed_runtime: bool,
}

impl Entry {
    fn new(subject: &Subject, runs: bool) -> Self {
        let ending = subject.pod().map_or(Ending::ALIVE, |pod| Ending::of(pod, runs));
        Self {
            full_name: subject.full_name(),
            ending,
            pending: None,
            is_queued: false,
            active: None,
            calling: None,
            has_started: false,
            restart_requested: false,
            observed_runtime: false,
        }
    }

    /// The last pod that an update brought.
    fn pod(&self) -> Option<&Arc<Pod>> {
        let jobs = [self.pending.as_ref(), self.active.as_ref()];
        jobs.into_iter().flatten().find_map(|job| job.subject.pod())
    }

    fn is_running_only(&self) -> bool {
        self.active.as_ref().is_some_and(|job| job.subject.pod().is_none())
    }

    /// Lets the last update be seen once more, unless a newer one waits.
    fn requeue(&mut self) {
        if self.pending.is_none() && self.active.is_some() {
            self.pending.clone_from(&self.active);
            self.is_queued = true;
        }
    }

    fn see(&mut self, job: Job) {
        let grace = job.grace.or_else(|| self.active.as_ref().and_then(|active| active.grace));
        self.active = Some(Job { grace, ..job });
    }
}

/// Whether a pod that was not started yet may start.
enum MayStart {
    Yes,
    NotYet,
    Never,
}

/// The workers of all pods of a node.
#[derive(Debug, Clone, Default)]
pub struct PodWorkers {
    pods: BTreeMap<String, Entry>,
    /// Housekeeping has been here, so that an unknown pod is known not to be there.
    is_synced: bool,
    started: BTreeMap<FullName, String>,
    waiting: BTreeMap<FullName, Vec<String>>,
}

impl PodWorkers {
    /// Takes in an update. `runs` says that the runtime has something of the pod running; it matters only for a
    /// pod that is seen for the first time.
    // POD-WORK-1, POD-WORK-4, POD-WORK-5, POD-WORK-6
    pub fn update(
        &mut self,
        mut subject: Subject,
        kind: UpdateType,
        kill: Option<&KillOptions>,
        runs: bool,
    ) -> Taken {
        let is_runtime_only = subject.pod().is_none();
        if is_runtime_only && kind != UpdateType::Kill {
            return Taken::Ignored;
        }
        let uid = subject.uid().to_owned();
        let is_first = !self.pods.contains_key(&uid);
        let entry = self.pods.entry(uid.clone()).or_insert_with(|| Entry::new(&subject, runs));
        if is_runtime_only {
            entry.observed_runtime = true;
            if let Some(pod) = entry.pod() {
                subject = Subject::Pod(Arc::clone(pod));
            }
        }
        let asked = entry.ending.is_requested();
        if asked && !is_first && kind == UpdateType::Create {
            entry.restart_requested = true;
            return Taken::Ignored;
        }
        if entry.ending.is_finished() || (is_runtime_only && entry.ending.has_stopped()) {
            return Taken::Ignored;
        }
        let turn = match &subject {
            Subject::Pod(pod) if is_runtime_only => entry.ending.orphaned(pod, kill),
            Subject::Running(_) => entry.ending.orphaned(&Pod::default(), kill),
            Subject::Pod(pod) => entry.ending.update(pod, kind, kill),
        };
        if is_first && subject.pod().is_some_and(|pod| is_static(pod)) {
            self.waiting.entry(entry.full_name.clone()).or_default().push(uid);
        }
        let grace = match entry.ending.state() {
            State::Terminating { grace } => *grace,
            State::Alive | State::Terminated | State::Finished => None,
        };
        entry.pending = Some(Job { subject, kind, grace });
        entry.is_queued = true;
        match turn {
            Turn::Same => Taken::Queued,
            Turn::Began | Turn::Hurried => Taken::Urgent,
        }
    }

    /// The pods for which there is a call to make, or a start to decide, by uid.
    pub fn ready(&self) -> impl Iterator<Item = &str> {
        let ready = |entry: &Entry| entry.is_queued && entry.calling.is_none();
        self.pods.iter().filter(move |(_, entry)| ready(entry)).map(|(uid, _)| uid.as_str())
    }

    /// The call to make now for a pod; `None` while one is under way, when there is nothing to see, or when the
    /// pod may not start. It counts as under way until [`done`](Self::done).
    // POD-WORK-2, POD-WORK-3, POD-WORK-10
    pub fn next(&mut self, uid: &str) -> Option<Call> {
        let entry = self.pods.get_mut(uid).filter(|entry| entry.calling.is_none())?;
        entry.is_queued = false;
        let job = entry.pending.take()?;
        let needs_start = !entry.has_started && job.subject.pod().is_some();
        if needs_start {
            match self.may_start(uid, &job) {
                MayStart::Yes => {}
                MayStart::NotYet => {
                    self.pods.get_mut(uid)?.pending = Some(job);
                    return None;
                }
                MayStart::Never => {
                    self.finish(uid);
                    return None;
                }
            }
        }
        let entry = self.pods.get_mut(uid)?;
        entry.has_started |= needs_start;
        entry.see(job.clone());
        let stage = stage_of(entry.ending.state());
        entry.calling = Some(stage);
        Some(match (stage, job.subject) {
            (Stage::Sync, Subject::Pod(pod)) => Call::SyncPod { pod, kind: job.kind },
            (Stage::Terminated, Subject::Pod(pod)) => Call::SyncTerminatedPod { pod },
            (Stage::Terminating, Subject::Pod(pod)) => {
                let status = entry.ending.take_up().cloned();
                Call::SyncTerminatingPod { pod, grace: job.grace, status }
            }
            (Stage::Sync | Stage::Terminating | Stage::Terminated, Subject::Running(running)) => {
                entry.ending.take_up();
                Call::SyncTerminatingRuntimePod(running)
            }
        })
    }

    /// Tells what came of the call that is under way for a pod. Without one nothing happens.
    // POD-WORK-2, POD-WORK-7
    pub fn done(&mut self, uid: &str, outcome: Outcome) {
        let Some(entry) = self.pods.get_mut(uid) else { return };
        let Some(stage) = entry.calling.take() else { return };
        entry.is_queued |= entry.pending.is_some();
        match (stage, outcome) {
            (_, Outcome::Failed) | (Stage::Sync, Outcome::Done) => {}
            (Stage::Sync, Outcome::Terminal) => {
                entry.ending.end_by_itself();
                entry.requeue();
            }
            (Stage::Terminating, Outcome::Done | Outcome::Terminal) => {
                if entry.is_running_only() {
                    self.forget(uid); // POD-TERM-10
                } else {
                    entry.ending.stop();
                    entry.requeue();
                }
            }
            (Stage::Terminated, Outcome::Done | Outcome::Terminal) => self.finish(uid),
        }
    }

    /// Housekeeping: forgets the pods that are finished and not wanted any more, or wanted anew, and begins the
    /// end of others that are not wanted. Answers the pods that stay known, by uid.
    // POD-WORK-8
    pub fn sync_known_pods(&mut self, desired: &BTreeSet<&str>) -> BTreeMap<String, Known> {
        self.is_synced = true;
        let uids: Vec<String> = self.pods.keys().cloned().collect();
        let mut known = BTreeMap::new();
        for uid in uids {
            let orphan = !desired.contains(uid.as_str());
            let Some(entry) = self.pods.get_mut(&uid) else { continue };
            if (orphan || entry.restart_requested) && is_over(entry, orphan) {
                self.forget(&uid);
                continue;
            }
            let job = entry.active.as_ref().or(entry.pending.as_ref());
            let pod = job.and_then(|job| job.subject.pod());
            let seen = Known {
                stage: stage_of(entry.ending.state()),
                orphan,
                has_config: pod.is_some(),
                is_static: pod.is_some_and(|pod| is_static(pod)),
            };
            known.insert(uid, seen);
        }
        known
    }

    // POD-WORK-10
    fn may_start(&mut self, uid: &str, job: &Job) -> MayStart {
        if !job.subject.pod().is_some_and(|pod| is_static(pod)) {
            return MayStart::Yes;
        }
        let Some(entry) = self.pods.get(uid) else { return MayStart::Never };
        if entry.ending.is_requested() {
            return MayStart::Never;
        }
        let name = &entry.full_name;
        if let Some(started) = self.started.get(name) {
            return if started == uid { MayStart::Yes } else { MayStart::NotYet };
        }
        let mut line = self.waiting.remove(name).unwrap_or_default();
        let lives =
            |uid: &String| self.pods.get(uid).is_some_and(|entry| !entry.ending.is_requested());
        let first = line.iter().position(lives);
        if let Some(first) = first {
            let rest = line.split_off(first);
            if rest.first().is_some_and(|first| first != uid) {
                self.waiting.insert(name.clone(), rest);
                return MayStart::NotYet;
            }
            line = rest.into_iter().skip(1).collect();
        }
        if !line.is_empty() {
            self.waiting.insert(name.clone(), line);
        }
        self.started.insert(name.clone(), uid.to_owned());
        MayStart::Yes
    }

    /// Nothing is left to do for a pod.
    fn finish(&mut self, uid: &str) {
        let Some(entry) = self.pods.get_mut(uid) else { return };
        entry.ending.finish();
        entry.is_queued = false;
        entry.pending = None;
        let name = entry.full_name.clone();
        self.release(&name, uid);
    }

    fn forget(&mut self, uid: &str) {
        if let Some(entry) = self.pods.remove(uid) {
            self.release(&entry.full_name, uid);
        }
    }

    /// Lets the next static pod of this name start.
    fn release(&mut self, name: &FullName, uid: &str) {
        if self.started.get(name).is_some_and(|started| started == uid) {
            self.started.remove(name);
        }
    }
}

/// Whether an unwanted pod can be forgotten; if it has not ended yet, it is driven to its end.
fn is_over(entry: &mut Entry, orphan: bool) -> bool {
    if entry.ending.is_finished() {
        return true;
    }
    if !orphan {
        return false;
    }
    if !entry.has_started && !entry.observed_runtime {
        return true;
    }
    let pod = entry.active.as_ref().and_then(|job| job.subject.pod()).cloned();
    entry.ending.abandon(pod.as_deref());
    entry.requeue();
    false
}

#[cfg(test)]
mod tests;
