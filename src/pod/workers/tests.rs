use super::*;
use crate::time::Time;

fn pod(grace: Option<i64>) -> Subject {
    let mut pod = Pod::default();
    pod.metadata.uid = "u".into();
    pod.metadata.deletion_timestamp = grace.map(|_| Time::EPOCH);
    pod.metadata.deletion_grace_period_seconds = grace;
    pod.spec.termination_grace_period_seconds = Some(30);
    Subject::Pod(Arc::new(pod))
}

fn grace(call: Option<Call>) -> Option<i64> {
    match call {
        Some(Call::SyncTerminatingPod { grace, .. }) => grace,
        other => panic!("{other:?}"),
    }
}

// POD-WORK-4: updates that come during a call replace each other.
#[test]
fn only_the_newest_of_the_updates_during_a_call_is_seen() {
    let mut workers = PodWorkers::default();
    let taken =
        |workers: &mut PodWorkers, grace, kind| workers.update(pod(grace), kind, None, false);
    assert_eq!(taken(&mut workers, None, UpdateType::Create), Taken::Queued);
    assert!(matches!(workers.next("u"), Some(Call::SyncPod { .. })));
    assert_eq!(workers.next("u"), None, "one call at a time");
    assert_eq!(workers.ready().count(), 0);
    // The end was asked for, but who starts containers has not heard of it.
    assert_eq!(taken(&mut workers, Some(20), UpdateType::Update), Taken::Urgent);
    assert!(workers.is_termination_requested("u"));
    assert!(!workers.should_containers_be_terminating("u"));
    assert_eq!(taken(&mut workers, Some(9), UpdateType::Update), Taken::Urgent);
    assert_eq!(taken(&mut workers, Some(50), UpdateType::Update), Taken::Queued);
    workers.done("u", Outcome::Failed);
    assert_eq!(workers.ready().collect::<Vec<_>>(), ["u"]);
    assert_eq!(grace(workers.next("u")), Some(9));
    assert!(workers.should_containers_be_terminating("u"));
    // A new pod of the same uid has to wait until housekeeping has forgotten this one.
    assert_eq!(taken(&mut workers, None, UpdateType::Create), Taken::Ignored);
    workers.done("u", Outcome::Done);
    assert!(matches!(workers.next("u"), Some(Call::SyncTerminatedPod { .. })));
    workers.done("u", Outcome::Done);
    assert!(workers.sync_known_pods(&["u"].into()).is_empty(), "POD-WORK-8");
    assert_eq!(taken(&mut workers, None, UpdateType::Create), Taken::Queued);
}

// POD-WORK-10
#[test]
fn static_pods_of_one_name_start_in_turn() {
    let mut workers = PodWorkers::default();
    let update = |workers: &mut PodWorkers, uid: &str, kind| {
        let mut pod = Pod::default();
        pod.metadata.uid = uid.into();
        let source = "kubernetes.io/config.source".to_owned();
        pod.metadata.annotations.insert(source, "file".into());
        workers.update(Subject::Pod(Arc::new(pod)), kind, None, false);
        let call = workers.next(uid).map(|call| call.name());
        workers.done(uid, Outcome::Done);
        call
    };
    let all = ["a", "b", "c", "d"];
    let first = all.map(|uid| update(&mut workers, uid, UpdateType::Create));
    assert_eq!(first, [Some("SyncPod"), None, None, None]);
    assert_eq!(update(&mut workers, "b", UpdateType::Kill), None, "it never starts");
    assert!(workers.should_be_finished("b"));
    assert_eq!(update(&mut workers, "a", UpdateType::Kill), Some("SyncTerminatingPod"));
    assert_eq!(update(&mut workers, "c", UpdateType::Sync), None, "`a` still has to tidy up");
    assert_eq!(update(&mut workers, "a", UpdateType::Sync), Some("SyncTerminatedPod"));
    assert_eq!(update(&mut workers, "d", UpdateType::Sync), None, "`c` came first");
    assert_eq!(update(&mut workers, "c", UpdateType::Sync), Some("SyncPod"));
}
