//! A cluster, and what a careless user does to it.

use std::time::Duration;

use kubernel::Cluster;
use kubernel::admission::{ApiError, Request};
use kubernel::api::{
    Binding, DeleteOptions, Key, Kind, Object, ObjectMeta, ObjectReference, Pod, StatusReason,
};
use kubernel::cluster::node::Capacity;
use kubernel::cluster::{First, Schedule, Seeded, Stopped};
use kubernel::pod::eviction::{Eviction, StorageLimit};
use kubernel::store::Revision;
use serde_json::json;

use crate::tape::{NUMBERS, Tape};

/// What an API server would send (META-13).
pub(crate) fn check<T>(answer: Result<T, ApiError>, what: &str) {
    let Err(error) = answer else { return };
    let status = error.status();
    assert_eq!(status.status, "Failure", "{what}: {error}");
    assert!(!status.message.is_empty() && !error.to_string().is_empty(), "{what}: {error:?}");
    // The mistakes of a user's that upstream answers with code 500.
    pub(crate) const INTERNAL: [&str; 2] =
        ["resourceVersion should not be set on", "resource version `"];
    let is_internal = INTERNAL.iter().any(|text| status.message.starts_with(text));
    assert!(is_internal || (400..500).contains(&status.code), "{what}: {error}");
    assert_eq!(status.reason == StatusReason::Unset, is_internal, "{what}: {error}");
    if let ApiError::Invalid { errors, .. } = &error {
        let causes = status.details.as_ref().unwrap().causes.len();
        assert!(causes > 0 && causes == errors.len(), "{what}: {error}");
    }
    let text = serde_json::to_string(&status).unwrap();
    assert_eq!(serde_json::from_str::<kubernel::api::Status>(&text).unwrap(), status);
}

/// A cluster and what a careless user does to it.
pub(crate) struct Bench {
    cluster: Cluster,
    bases: Vec<Object>,
    /// Whether metadata came in with a status: then it is not checked as a whole, as upstream.
    odd: bool,
}

impl Bench {
    pub(crate) fn new(bases: &[Object]) -> Self {
        let cluster = Cluster::builder()
            .seed(3)
            .builtin()
            .node("n1", Capacity::default())
            .node("n2", Capacity::default())
            .faults(2)
            .step_limit(20_000)
            .build();
        Self { cluster, bases: bases.to_vec(), odd: false }
    }

    pub(crate) fn stored(&self, tape: &mut Tape<'_>) -> Option<Object> {
        let objects: Vec<&Object> = (&self.cluster).into_iter().collect();
        objects.get(tape.below(objects.len())).copied().cloned()
    }

    /// A key, mostly of something that is there.
    pub(crate) fn key(&self, tape: &mut Tape<'_>) -> Key {
        match self.stored(tape) {
            Some(object) if !tape.one_in(10) => object.key(),
            _ => Key::new(
                tape.of(&Kind::ALL.iter().collect::<Vec<_>>()).clone(),
                tape.text(),
                tape.text(),
            ),
        }
    }

    pub(crate) fn changed(&self, tape: &mut Tape<'_>) -> Option<Object> {
        let stored = self.stored(tape)?;
        tape.mutated(&stored)
    }

    pub(crate) fn changed_status(&mut self, tape: &mut Tape<'_>) -> Option<Object> {
        let stored = self.stored(tape)?;
        let mut changed = tape.mutated(&stored)?;
        if tape.one_in(6) {
            self.odd |= changed.meta() != stored.meta();
        } else {
            changed.meta_mut().clone_from(stored.meta());
        }
        Some(changed)
    }

    pub(crate) fn pod(&self, tape: &mut Tape<'_>) -> Key {
        let pods: Vec<Key> =
            self.cluster.list::<Pod>(None).map(|pod| Object::from(pod.clone()).key()).collect();
        match pods.get(tape.below(pods.len())) {
            Some(pod) => pod.clone(),
            None => self.key(tape),
        }
    }

    pub(crate) fn request(&mut self, tape: &mut Tape<'_>) -> Option<Request> {
        Some(match tape.below(16) {
            0..=5 => {
                let base = self.bases[tape.below(self.bases.len())].clone();
                Request::Create(if tape.one_in(3) { base } else { tape.mutated(&base)? })
            }
            6 => Request::Create(tape.invented()?),
            7 | 8 => Request::Update(self.changed(tape)?),
            9 | 10 => Request::UpdateStatus(self.changed_status(tape)?),
            11 => Request::Finalize(self.changed_status(tape)?),
            12 | 13 => Request::Delete(self.key(tape), options(tape)),
            14 => {
                let pod = self.pod(tape);
                let metadata = ObjectMeta {
                    name: pod.name.to_string(),
                    namespace: pod.namespace.to_string(),
                    ..ObjectMeta::default()
                };
                let target = ObjectReference {
                    kind: tape.of(&["Node", "", "Pod"]).into(),
                    name: tape.of(&["n1", "n2", "", "nowhere"]).into(),
                    ..ObjectReference::default()
                };
                Request::Bind(Box::new(Binding { metadata, target }))
            }
            _ => Request::Evict(self.pod(tape), options(tape)),
        })
    }

    pub(crate) fn pass(&mut self, tape: &mut Tape<'_>, schedule: &mut dyn Schedule) {
        let span = Duration::from_secs(tape.of(&[0, 1, 10, 90, 600]));
        let until = self.cluster.now() + span;
        let outcome = self.cluster.run(schedule, until);
        assert_ne!(outcome.stopped, Stopped::Limit, "{}", self.tail());
    }

    pub(crate) fn tail(&self) -> String {
        let mut last: Vec<String> =
            self.cluster.trace().iter().rev().take(30).map(|e| e.to_string()).collect();
        last.reverse();
        // The last two versions of what was written last.
        let newest = self.cluster.store().revision().0;
        let changes = self.cluster.store().since(Revision(newest.saturating_sub(2))).unwrap();
        last.extend(
            changes.filter_map(|change| serde_json::to_string(change.after.as_ref()?).ok()),
        );
        last.join("\n")
    }

    /// What must hold whatever was done.
    pub(crate) fn inspect(&mut self, tape: &mut Tape<'_>) {
        let objects: Vec<Object> = (&self.cluster).into_iter().cloned().collect();
        for object in &objects {
            match object.kind().read(object.to_value().unwrap()) {
                Ok(again) => assert_eq!(&again, object, "{}", object.key()),
                // TIME-1: a grace period can lead beyond the year 9999, which is written and not read.
                Err(error) => assert!(error.to_string().contains("is no RFC 3339 time"), "{error}"),
            }
            assert_eq!(self.cluster.explain(&object.key()).key, object.key());
            // An update can take the last step of a delete, and gives a Job the labels that its
            // template was given after defaulting.
            if object.meta().deletion_timestamp.is_some() || object.kind() == Kind::Job {
                continue;
            }
            // STORE-5: what is stored can be written again, and that changes nothing.
            let revision = self.cluster.store().revision();
            let mut fork = self.cluster.fork();
            match fork.update(object.clone()) {
                Ok(_) => {
                    let now = fork.store().object(&object.key()).map(Object::to_value);
                    let (was, now) = (object.to_value().unwrap(), now.unwrap().unwrap());
                    assert_eq!(fork.store().revision(), revision, "{was}\n{now}");
                }
                Err(ApiError::MethodNotAllowed { .. }) => {}
                Err(_) if self.odd => {}
                Err(error) => panic!("{error}\n{}", serde_json::to_string(object).unwrap()),
            }
        }
        let pod = self.pod(tape);
        let host = format!(
            "{}{}",
            tape.text(),
            tape.of(&["", ".default.svc", ".default.svc.cluster.local", "."])
        );
        let _ = self.cluster.resolve(Some(&pod), &host);
        let port = i32::try_from(tape.of(NUMBERS)).unwrap_or(80);
        let _ = self.cluster.connect(Some(&pod), &host, port, &"TCP".into());
        let _ = self.cluster.read_file(&pod, "c", &tape.text());
        let _ = self.cluster.files(&pod, "c", &tape.text());
    }
}

fn eviction(tape: &mut Tape<'_>) -> Eviction {
    let seconds = tape.number().as_i64().unwrap_or(5);
    match tape.below(4) {
        0 => Eviction::NodePressure {
            resource: tape.text(),
            soft: tape.one_in(2).then_some(seconds),
        },
        1 => Eviction::LocalStorage(StorageLimit::Pod { limit: tape.text() }),
        2 => Eviction::Preemption,
        _ => Eviction::NodeShutdown { seconds },
    }
}

pub(crate) fn options(tape: &mut Tape<'_>) -> DeleteOptions {
    let mut value = json!({});
    if tape.one_in(2) {
        value["gracePeriodSeconds"] = tape.number();
    }
    if tape.one_in(3) {
        value["propagationPolicy"] = json!(tape.text());
    }
    if tape.one_in(6) {
        value["preconditions"] = json!({"uid": tape.text()});
    }
    if tape.one_in(8) {
        value["dryRun"] = json!([tape.of(&["All", "None"])]);
    }
    if tape.one_in(8) {
        value["orphanDependents"] = json!(true);
    }
    serde_json::from_value(value).unwrap_or_default()
}

/// Plays a whole tape.
pub(crate) fn play(tape: &[u8], bases: &[Object], seed: Option<u64>) {
    let mut tape = Tape::new(tape);
    let mut bench = Bench::new(bases);
    let mut first = First;
    let mut seeded = seed.map(Seeded::new);
    let schedule: &mut dyn Schedule = match &mut seeded {
        Some(seeded) => seeded,
        None => &mut first,
    };
    while !tape.is_over() {
        if tape.one_in(5) {
            bench.pass(&mut tape, schedule);
        } else if tape.one_in(20) {
            let (pod, eviction) = (bench.pod(&mut tape), eviction(&mut tape));
            let revision = bench.cluster.store().revision();
            let _ = bench.cluster.evict_from_node(&pod, &eviction);
            assert_eq!(bench.cluster.store().revision(), revision, "only the node writes");
        } else if let Some(request) = bench.request(&mut tape) {
            let what = format!("{} {}", request.verb(), request.key());
            check(bench.cluster.request(request), &what);
        }
    }
    bench.inspect(&mut tape);
    let keys: Vec<Key> = (&bench.cluster).into_iter().map(Object::key).collect();
    for key in keys {
        check(bench.cluster.delete(&key, DeleteOptions::default()), "delete");
    }
    bench.cluster.run(schedule, bench.cluster.now() + Duration::from_secs(120));
    assert!(!bench.cluster.trace().to_string().is_empty());
}
