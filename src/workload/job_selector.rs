//! How a Job finds its pods.
//!
//! Source: `pkg/registry/batch/job/strategy.go generateSelector`.

use crate::api::Job;

/// The labels with the uid of the job, the old one first.
pub(crate) const CONTROLLER_UIDS: [&str; 2] =
    ["controller-uid", "batch.kubernetes.io/controller-uid"];

/// The labels with the name of the job, the old one first.
pub(crate) const JOB_NAMES: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];

/// Gives a new Job with name and uid its selector, and its template the labels for it, unless
/// `manualSelector` says that they are the user's own. What is there already stays, for
/// [`validate::job`](crate::workload::validate::job) to judge.
///
/// ```
/// use kubernel::api::Job;
///
/// let mut job = Job::default();
/// job.metadata.uid = "u1".into();
/// kubernel::workload::generate_selector(&mut job);
/// let selector = job.spec.selector.unwrap();
/// assert_eq!(selector.match_labels["batch.kubernetes.io/controller-uid"], "u1");
/// ```
pub fn generate_selector(job: &mut Job) {
    if job.spec.manual_selector == Some(true) {
        return;
    }
    let labels = &mut job.spec.template.metadata.labels;
    for key in JOB_NAMES {
        labels.entry(key.into()).or_insert_with(|| job.metadata.name.clone());
    }
    for key in CONTROLLER_UIDS {
        labels.entry(key.into()).or_insert_with(|| job.metadata.uid.clone());
    }
    let [_, key] = CONTROLLER_UIDS;
    let selector = job.spec.selector.get_or_insert_default();
    selector.match_labels.entry(key.into()).or_insert_with(|| job.metadata.uid.clone());
}
