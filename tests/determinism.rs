//! The same calls and the same choices give the same history, byte for byte; other choices give another
//! history and the same end.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use kubernel::api::{
    Container, DeleteOptions, Key, Kind, LabelSelector, ObjectMeta, OwnerReference, Pod, PodSpec,
    PodTemplateSpec, ReplicaSet, ReplicaSetSpec, Resource,
};
use kubernel::cluster::{
    Builder, Event, Fault, First, Recorded, Replay, Schedule, Seeded, Step, Stopped,
};
use kubernel::control::Reason;
use kubernel::store::{Change, Term};
use kubernel::time::Instant;
use kubernel::{Cluster, Controller, Intent, Plan, View};

/// Keeps as many pods as a replica set asks for, in the simplest way that can work.
#[derive(Debug)]
struct Keeper;

impl Controller for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn observe(&self, change: &Change, _: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::ReplicaSet {
            queue(change.key.clone());
        }
        let Some(pod) = change.after.as_ref().or(change.before.as_ref()) else { return };
        if pod.kind() != Kind::Pod {
            return;
        }
        for owner in &pod.meta().owner_references {
            queue(Key::new(Kind::ReplicaSet, pod.meta().namespace.as_str(), owner.name.as_str()));
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let Some(set) = view.store.get::<ReplicaSet>(&key.namespace, &key.name) else {
            return Plan::default();
        };
        let mine = Term::OwnedBy(set.metadata.uid.as_str().into());
        let pods: Vec<Key> = view.store.indexed(&mine).map(|pod| pod.key()).collect();
        let wanted = usize::try_from(set.spec.replicas.unwrap_or(1)).unwrap();
        let mut plan = Plan::default();
        if pods.len() != wanted {
            plan = plan.because(Reason::of(&format!("{} of {wanted} pods", pods.len())));
        }
        for _ in pods.len()..wanted {
            plan = plan.then(Intent::Create(pod_of(set).into()));
        }
        for pod in pods.into_iter().skip(wanted) {
            plan = plan.then(Intent::Delete(pod, DeleteOptions::default()));
        }
        plan
    }
}

fn containers() -> Vec<Container> {
    vec![Container { name: "c".into(), image: "i".into(), ..Container::default() }]
}

fn pod_of(set: &ReplicaSet) -> Pod {
    let owner = OwnerReference {
        api_version: "apps/v1".into(),
        kind: "ReplicaSet".into(),
        name: set.metadata.name.clone(),
        uid: set.metadata.uid.clone(),
        ..OwnerReference::default()
    };
    let metadata = ObjectMeta {
        generate_name: format!("{}-", set.metadata.name),
        namespace: set.metadata.namespace.clone(),
        owner_references: vec![owner],
        ..ObjectMeta::default()
    };
    Pod {
        metadata,
        spec: PodSpec { containers: containers(), ..PodSpec::default() },
        ..Pod::default()
    }
}

fn set(name: &str, replicas: i32) -> ReplicaSet {
    let labels = [("app".to_owned(), name.to_owned())];
    let template = PodTemplateSpec {
        metadata: ObjectMeta { labels: labels.clone().into(), ..ObjectMeta::default() },
        spec: PodSpec { containers: containers(), ..PodSpec::default() },
    };
    ReplicaSet {
        metadata: ObjectMeta { name: name.into(), ..ObjectMeta::default() },
        spec: ReplicaSetSpec {
            replicas: Some(replicas),
            selector: Some(Box::new(LabelSelector {
                match_labels: labels.into(),
                ..Default::default()
            })),
            template,
            ..ReplicaSetSpec::default()
        },
        ..ReplicaSet::default()
    }
}

fn builder() -> Builder {
    Cluster::builder().seed(1).controller(Keeper)
}

/// Two sets, one of which is scaled in the middle of the work.
fn scene(mut cluster: Cluster, schedule: &mut dyn Schedule) -> Cluster {
    cluster.create(set("a", 3)).unwrap();
    cluster.create(set("b", 2)).unwrap();
    cluster.settle_by(schedule).unwrap();
    let mut a = cluster.get::<ReplicaSet>("default", "a").unwrap().clone();
    a.spec.replicas = Some(1);
    cluster.update(a).unwrap();
    cluster.settle_by(schedule).unwrap();
    cluster
}

fn pods_of(cluster: &Cluster, set: &str) -> usize {
    cluster.list::<Pod>(None).filter(|pod| pod.meta().generate_name == format!("{set}-")).count()
}

/// FNV-1a, which is the same everywhere.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn same_seed_gives_the_same_trace_arch_1_arch_6() {
    let run = |seed| scene(builder().build(), &mut Seeded::new(seed)).trace().to_string();
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn a_trace_is_the_same_on_every_platform_arch_6() {
    let cluster = scene(builder().build(), &mut Seeded::new(7));
    let text = cluster.trace().to_string();
    assert_eq!(format!("{:016x}", hash(&text)), "66cbdd54646b56fd", "{text}");
}

#[test]
fn recorded_choices_can_be_replayed_arch_6() {
    let mut recorded = Recorded::new(Seeded::new(9));
    let first = scene(builder().build(), &mut recorded);
    let again = scene(builder().build(), &mut Replay::new(recorded.choices()));
    assert_eq!(first.trace().to_string(), again.trace().to_string());
}

#[test]
fn every_order_ends_alike() {
    // CL-1
    for seed in 0..300 {
        let cluster = scene(builder().build(), &mut Seeded::new(seed));
        assert_eq!((pods_of(&cluster, "a"), pods_of(&cluster, "b")), (1, 2), "seed {seed}");
    }
}

#[test]
fn a_seat_waits_for_its_own_write() {
    // Without the rule a seat that has not heard of its own pods makes them again.
    let pods_made = |waits| {
        let mut cluster = builder().reads_own_writes(waits).build();
        let key = cluster.create(set("a", 3)).unwrap();
        let (seat, _) = cluster.actors().next().unwrap();
        let hear = |cluster: &mut Cluster, upto| {
            cluster.step(&Step::Deliver { seat, upto }).unwrap();
        };
        let made = cluster.store().revision();
        hear(&mut cluster, made);
        cluster.step(&Step::Reconcile { seat, key: key.clone() }).unwrap();
        let mut a = cluster.get::<ReplicaSet>("default", "a").unwrap().clone();
        a.metadata.annotations.insert("n".into(), "1".into());
        cluster.update(a).unwrap();
        let touched = cluster.store().revision();
        for intent in 0..3 {
            let key = key.clone();
            cluster.step(&Step::Apply { seat, node: None, key, intent }).unwrap();
        }
        hear(&mut cluster, touched);
        let again = cluster.step(&Step::Reconcile { seat, key });
        assert_eq!(again.is_err(), waits);
        while let Some(step @ Step::Apply { .. }) = cluster.enabled().get(0) {
            cluster.step(&step).unwrap();
        }
        pods_of(&cluster, "a")
    };
    assert_eq!((pods_made(true), pods_made(false)), (3, 6));
}

/// Writes an object of a name that is always taken.
#[derive(Debug)]
struct Stubborn;

impl Controller for Stubborn {
    fn name(&self) -> &'static str {
        "stubborn"
    }

    fn observe(&self, change: &Change, _: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::ReplicaSet {
            queue(change.key.clone());
        }
    }

    fn reconcile(&self, _: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let taken = view.store.get::<ReplicaSet>("default", "a").unwrap();
        let mut copy = taken.clone();
        copy.metadata.resource_version.clear();
        Plan::default().then(Intent::Create(copy.into()))
    }
}

#[test]
fn a_failure_comes_back_after_a_doubling_pause() {
    // CL-11
    let mut cluster = Cluster::builder().controller(Stubborn).build();
    cluster.create(set("a", 1)).unwrap();
    cluster.run(&mut First, Instant::from_micros(200_000));
    let tried: Vec<u64> = cluster
        .trace()
        .iter()
        .filter(|entry| matches!(entry.event, Event::Write { .. }))
        .map(|entry| entry.at.as_micros() / 1000)
        .collect();
    assert_eq!(tried, [0, 5, 15, 35, 75, 155]);
}

/// Writes without end.
#[derive(Debug)]
struct Restless;

impl Controller for Restless {
    fn name(&self) -> &'static str {
        "restless"
    }

    fn observe(&self, change: &Change, _: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::ReplicaSet {
            queue(change.key.clone());
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let mut set = view.store.get::<ReplicaSet>(&key.namespace, &key.name).unwrap().clone();
        set.metadata.annotations.insert("at".into(), view.store.revision().to_string());
        Plan::default().then(Intent::Update(set.into()))
    }
}

#[test]
fn a_loop_is_reported_with_its_objects() {
    let mut cluster = Cluster::builder().controller(Restless).step_limit(500).build();
    let key = cluster.create(set("a", 1)).unwrap();
    let unsettled = cluster.settle().unwrap_err();
    assert_eq!(unsettled.busy.first().unwrap().0, key);
    assert!(unsettled.to_string().contains("keeps writing ReplicaSet default/a"));
}

#[test]
fn a_controller_that_restarts_makes_no_more_pods_than_wanted() {
    for seed in 0..300 {
        let cluster = scene(builder().faults(3).build(), &mut Seeded::new(seed));
        assert_eq!((pods_of(&cluster, "a"), pods_of(&cluster, "b")), (1, 2), "seed {seed}");
    }
    let mut cluster = builder().faults(1).build();
    let (seat, _) = cluster.actors().next().unwrap();
    cluster.step(&Step::Fault(Fault::Restart(seat))).unwrap();
    assert!(cluster.step(&Step::Fault(Fault::Restart(seat))).is_err());
}

#[test]
fn forks_go_their_own_way_arch_7() {
    let mut cluster = builder().build();
    cluster.create(set("a", 3)).unwrap();
    let mut fork = cluster.fork();
    fork.settle().unwrap();
    assert_eq!((pods_of(&cluster, "a"), pods_of(&fork, "a")), (0, 3));
    cluster.settle().unwrap();
    assert_eq!(cluster.trace().to_string(), fork.trace().to_string());
}

#[test]
fn an_explanation_leads_back_to_the_user() {
    let mut cluster = builder().build();
    cluster.create(set("a", 1)).unwrap();
    cluster.settle().unwrap();
    let pod = cluster.list::<Pod>(None).next().unwrap();
    let text =
        cluster.explain(&kubernel::api::Object::Pod(Arc::new(pod.clone())).key()).to_string();
    let name = &pod.metadata.name;
    let expected = format!(
        "Pod default/{name} rev 6 <- keeper planned at 0.000s (0 of 1 pods)\n  \
         <- ReplicaSet default/a rev 5 <- user: create at 0.000s\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn nothing_is_left_when_all_is_done() {
    let mut cluster = builder().build();
    cluster.create(set("a", 2)).unwrap();
    let outcome = cluster.run(&mut First, Instant::from_secs(5));
    assert_eq!((outcome.stopped, cluster.now()), (Stopped::Quiet, Instant::from_secs(5)));
    assert!(cluster.enabled().is_empty());
    assert_eq!(cluster.enabled().get(0), None);
}
