//! The store against the most naive model of it: one whole map per revision.

use std::collections::BTreeMap;

use kubernel::api::{
    EndpointSlice, Key, Kind, Node, Object, ObjectMeta, OwnerReference, PersistentVolumeClaim,
    PersistentVolumeClaimVolumeSource, Pod, Service, Volume,
};
use kubernel::labels::Selector;
use kubernel::store::{Change, Expect, Expired, Rejected, Revision, Store, Term};
use proptest::prelude::*;
use proptest::sample::select;

const RETENTION: u64 = 40;
const NAMESPACES: [&str; 3] = ["x", "x-1", "x.y"];
const NAMES: [&str; 8] = ["a", "a-1", "b", "c", "d", "e", "f", "z"];
const KEYS: [&str; 3] = ["app", "tier", "zone"];
const VALUES: [&str; 2] = ["1", "2"];
const SELECTORS: [&str; 7] = [
    "",
    "app=1",
    "app==1,tier=2",
    "app in (1,2,3)",
    "app in (1,2),!zone",
    "zone notin (1)",
    "app=9",
];

/// What one of the few objects of the game looks like.
#[derive(Debug, Clone)]
struct Draw {
    kind: Kind,
    namespace: &'static str,
    name: &'static str,
    labels: BTreeMap<String, String>,
    other: Option<&'static str>,
}

impl Draw {
    fn metadata(&self) -> ObjectMeta {
        let owner = OwnerReference { uid: "u1".into(), ..Default::default() };
        ObjectMeta {
            namespace: if self.kind == Kind::Node { "" } else { self.namespace }.into(),
            name: self.name.into(),
            uid: self.other.unwrap_or("u0").into(),
            labels: self.labels.clone(),
            owner_references: if self.other.is_some() { vec![owner] } else { vec![] },
            ..Default::default()
        }
    }

    fn object(&self) -> Object {
        let metadata = self.metadata();
        let other = self.other.unwrap_or_default().to_owned();
        match &self.kind {
            Kind::Pod => {
                let mut pod = Pod { metadata, ..Default::default() };
                pod.spec.node_name.clone_from(&other);
                let claim =
                    PersistentVolumeClaimVolumeSource { claim_name: other, ..Default::default() };
                pod.spec.volumes = vec![
                    Volume {
                        persistent_volume_claim: Some(Box::new(claim)),
                        ..Default::default()
                    };
                    2
                ];
                pod.into()
            }
            Kind::Service => {
                let mut service = Service { metadata, ..Default::default() };
                service.spec.selector.clone_from(&self.labels);
                service.spec.cluster_ip = other;
                service.into()
            }
            Kind::EndpointSlice => {
                let mut slice = EndpointSlice { metadata, ..Default::default() };
                slice.metadata.labels.insert("kubernetes.io/service-name".into(), other);
                slice.into()
            }
            Kind::PersistentVolumeClaim => {
                let mut claim = PersistentVolumeClaim { metadata, ..Default::default() };
                claim.spec.volume_name = other;
                claim.into()
            }
            _ => Node { metadata, ..Default::default() }.into(),
        }
    }
}

#[derive(Debug, Clone)]
enum Op {
    Commit { draw: Draw, expect: u8, delete: bool },
    Fork,
    Switch(usize),
    Travel(u64),
    Compact(u64),
}

fn labels() -> impl Strategy<Value = BTreeMap<String, String>> {
    let pair = (select(&KEYS[..]), select(&VALUES[..]));
    prop::collection::btree_map(pair.0.prop_map(String::from), pair.1.prop_map(String::from), 0..3)
}

fn draw() -> impl Strategy<Value = Draw> {
    let kinds = vec![
        Kind::Pod,
        Kind::Pod,
        Kind::Service,
        Kind::Service,
        Kind::EndpointSlice,
        Kind::PersistentVolumeClaim,
        Kind::Node,
    ];
    let other = prop::option::of(select(&NAMES[..2]));
    (select(kinds), select(&NAMESPACES[..]), select(&NAMES[..]), labels(), other).prop_map(
        |(kind, namespace, name, labels, other)| Draw { kind, namespace, name, labels, other },
    )
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        100 => (draw(), prop_oneof![3 => Just(0_u8), 2 => 1..4_u8], prop::bool::weighted(0.2))
            .prop_map(|(draw, expect, delete)| Op::Commit { draw, expect, delete }),
        1 => Just(Op::Fork),
        2 => any::<usize>().prop_map(Op::Switch),
        1 => any::<u64>().prop_map(Op::Travel),
        1 => any::<u64>().prop_map(Op::Compact),
    ]
}

/// Sorts as the store does: by kind, then by the text of namespace and name.
type Place = (Kind, String);
type Objects = BTreeMap<Place, Object>;

#[derive(Debug, Clone)]
struct Model {
    past: Vec<Objects>,
    changes: Vec<Change>,
    oldest: usize,
}

fn place(key: &Key) -> Place {
    (key.kind.clone(), format!("{}/{}", key.namespace, key.name))
}

impl Model {
    fn new() -> Self {
        Self { past: vec![Objects::new()], changes: vec![], oldest: 0 }
    }

    fn now(&self) -> &Objects {
        self.past.last().unwrap()
    }

    fn revision(&self) -> usize {
        self.past.len() - 1
    }

    fn commit(&mut self, key: &Key, after: Option<Object>) {
        let revision = Revision(self.past.len() as u64);
        let after = after.map(|mut object| {
            object.meta_mut().resource_version = revision.to_string();
            object
        });
        let mut objects = self.now().clone();
        let before = match after.clone() {
            Some(after) => objects.insert(place(key), after),
            None => objects.remove(&place(key)),
        };
        self.past.push(objects);
        self.changes.push(Change { revision, key: key.clone(), before, after });
        self.oldest = self.oldest.max(self.revision().saturating_sub(RETENTION as usize));
    }

    fn travel(&mut self, revision: usize) {
        self.past.truncate(revision + 1);
        self.changes.truncate(revision);
    }
}

fn commit(store: &mut Store, model: &mut Model, draw: &Draw, expect: u8, delete: bool) {
    let object = draw.object();
    let key = object.key();
    let stored = model.now().get(&place(&key)).cloned();
    let after = (!delete).then_some(object);
    let version = stored.as_ref().map_or(Revision(7), Revision::of);
    let uid = draw.other.unwrap_or("u0");
    let (expect, allowed) = match expect {
        0 => (Expect::Any, stored.is_some() || !delete),
        1 => (Expect::Absent, stored.is_none() && !delete),
        2 if draw.labels.is_empty() => (Expect::Revision(Revision(version.0 + 1)), false),
        2 => (Expect::Revision(version), stored.is_some()),
        _ => (
            Expect::Uid(uid.into()),
            stored.as_ref().is_some_and(|stored| stored.meta().uid == uid),
        ),
    };
    let before = store.revision();
    match store.commit(key.clone(), expect.clone(), after.clone()) {
        Ok(revision) => {
            assert!(allowed, "{expect:?} of {key} was performed");
            assert_eq!(revision, before.next());
            model.commit(&key, after);
        }
        Err(refused) => {
            assert!(!allowed, "{expect:?} of {key}: {refused}");
            assert_eq!(store.revision(), before);
            let exists = matches!(refused, Rejected::AlreadyExists { .. });
            assert_eq!(exists, expect == Expect::Absent && stored.is_some(), "{refused:?}");
            assert_eq!(matches!(refused, Rejected::NotFound { .. }), stored.is_none());
        }
    }
}

/// Plays `ops`; answers every store that was ever forked off, with its model.
fn play(ops: Vec<Op>) -> Vec<(Store, Model)> {
    let mut worlds = vec![(Store::with_retention(RETENTION), Model::new())];
    let mut at = 0;
    for op in ops {
        let (store, model) = &mut worlds[at];
        match op {
            Op::Commit { draw, expect, delete } => commit(store, model, &draw, expect, delete),
            Op::Fork => {
                let fork = (store.clone(), model.clone());
                worlds.push(fork);
            }
            Op::Switch(to) => at = to % worlds.len(),
            Op::Travel(to) => {
                let span = (model.revision() - model.oldest) as u64 + 1;
                let to = model.oldest + (to % span) as usize;
                let mut past = (store.at(Revision(to as u64)).unwrap(), model.clone());
                past.1.travel(to);
                worlds.push(past);
                at = worlds.len() - 1;
            }
            Op::Compact(upto) => {
                let upto = (upto % (model.revision() as u64 + 3)) as usize;
                store.compact(Revision(upto as u64));
                model.oldest = model.oldest.max(upto.min(model.revision()));
            }
        }
    }
    worlds
}

fn check_objects(store: &Store, objects: &Objects) {
    let kinds: Vec<&Kind> = store.kinds().collect();
    let mut expected: Vec<&Kind> = objects.keys().map(|(kind, _)| kind).collect();
    expected.dedup();
    assert_eq!(kinds, expected);

    // LIST-1
    let all: Vec<&Object> = kinds.iter().flat_map(|kind| store.objects(kind, None)).collect();
    assert_eq!(all, objects.values().collect::<Vec<_>>());
    for namespace in NAMESPACES {
        let pods: Vec<&Pod> = store.list::<Pod>(Some(namespace)).collect();
        let inside = |pod: &&Pod| pod.metadata.namespace == namespace;
        assert_eq!(
            pods,
            objects.values().filter_map(Object::peek::<Pod>).filter(inside).collect::<Vec<_>>()
        );
        for name in NAMES {
            let key = Key::new(Kind::Pod, namespace, name);
            assert_eq!(store.object(&key), objects.get(&place(&key)));
            assert_eq!(
                store.get::<Pod>(namespace, name),
                objects.get(&place(&key)).and_then(Object::peek)
            );
        }
    }
}

fn check_term(store: &Store, objects: &Objects, term: Term, says: impl Fn(&Object) -> bool) {
    let found: Vec<&Object> = store.indexed(&term).collect();
    let scanned: Vec<&Object> = objects.values().filter(|object| says(object)).collect();
    assert_eq!(found, scanned, "{term}");
}

fn check_index(store: &Store, objects: &Objects) {
    check_term(store, objects, Term::OwnedBy("u1".into()), |object| {
        !object.meta().owner_references.is_empty()
    });
    for name in NAMES {
        check_term(store, objects, Term::PodOnNode(name.into()), |object| {
            object.peek::<Pod>().is_some_and(|pod| pod.spec.node_name == name)
        });
        check_term(store, objects, Term::ClusterIp(name.into()), |object| {
            object.peek::<Service>().is_some_and(|service| service.spec.cluster_ip == name)
        });
        check_term(store, objects, Term::ClaimOfVolume(name.into()), |object| {
            object
                .peek::<PersistentVolumeClaim>()
                .is_some_and(|claim| claim.spec.volume_name == name)
        });
        check_term(store, objects, Term::PodUsesClaim("x".into(), name.into()), |object| {
            object.meta().namespace == "x"
                && object.peek::<Pod>().is_some_and(|pod| pod.spec.node_name == name)
        });
        check_term(store, objects, Term::SliceOfService("x".into(), name.into()), |object| {
            object.kind() == Kind::EndpointSlice
                && object.meta().namespace == "x"
                && object.meta().labels["kubernetes.io/service-name"] == name
        });
    }
    check_labels(store, objects);
}

fn check_labels(store: &Store, objects: &Objects) {
    for namespace in NAMESPACES {
        for (key, value) in KEYS.iter().flat_map(|key| VALUES.map(|value| (*key, value))) {
            let has = |map: &BTreeMap<String, String>| map.get(key).is_some_and(|it| it == value);
            let parts = || (namespace.into(), key.into(), value.into());
            let (a, b, c) = parts();
            check_term(store, objects, Term::PodLabel(a, b, c), |object| {
                object.kind() == Kind::Pod
                    && object.meta().namespace == namespace
                    && has(&object.meta().labels)
            });
            let (a, b, c) = parts();
            check_term(store, objects, Term::ServiceSelects(a, b, c), |object| {
                object.meta().namespace == namespace
                    && object.peek::<Service>().is_some_and(|service| has(&service.spec.selector))
            });
        }
    }
    for text in SELECTORS {
        let selector: Selector = text.parse().unwrap();
        for namespace in NAMESPACES.into_iter().chain([""]) {
            let meets = |pod: &&Pod| {
                let meta = &pod.metadata;
                (namespace.is_empty() || meta.namespace == namespace)
                    && selector.matches(&meta.labels)
            };
            let pods = objects.values().filter_map(Object::peek::<Pod>).filter(meets);
            let found = store.select::<Pod>(namespace, &selector);
            assert_eq!(found.collect::<Vec<_>>(), pods.collect::<Vec<_>>(), "{text}");
        }
    }
    for pod in objects.values().filter_map(Object::peek::<Pod>) {
        let selects = |service: &&Service| {
            let selector = &service.spec.selector;
            service.metadata.namespace == pod.metadata.namespace
                && !selector.is_empty()
                && selector.iter().all(|(key, value)| pod.metadata.labels.get(key) == Some(value))
        };
        let scanned: Vec<_> =
            objects.values().filter_map(Object::peek::<Service>).filter(selects).collect();
        assert_eq!(store.services_of(pod).collect::<Vec<_>>(), scanned);
    }
}

/// The list at one revision and the changes since then give the list of today.
fn check_replay(store: &Store, model: &Model, from: usize) {
    let changes: Vec<&Change> = store.since(Revision(from as u64)).unwrap().collect();
    assert_eq!(changes, model.changes[from..].iter().collect::<Vec<_>>());
    let mut objects = model.past[from].clone();
    for change in changes {
        let before = match change.after.clone() {
            Some(after) => objects.insert(place(&change.key), after),
            None => objects.remove(&place(&change.key)),
        };
        assert_eq!(before, change.before);
    }
    assert_eq!(&objects, model.now());
}

fn check(store: &Store, model: &Model) {
    assert_eq!(store.revision(), Revision(model.revision() as u64));
    assert_eq!(store.oldest(), Revision(model.oldest as u64));
    check_objects(store, model.now());
    check_index(store, model.now());
    for revision in 0..=model.revision() {
        let asked = Revision(revision as u64);
        if revision < model.oldest {
            let expired = Expired { asked, oldest: store.oldest() };
            assert_eq!(store.since(asked).err(), Some(expired));
            assert_eq!(store.at(asked).err(), Some(expired));
            continue;
        }
        check_replay(store, model, revision);
        let past = store.at(asked).unwrap();
        assert_eq!(past.revision(), asked);
        check_objects(&past, &model.past[revision]);
        if revision.is_multiple_of(7) {
            check_index(&past, &model.past[revision]);
        }
    }
    assert_eq!(store.since(store.revision().next()).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(crate::cases(48))]

    #[test]
    fn store_is_its_model(ops in prop::collection::vec(op(), 0..400)) {
        for (store, model) in play(ops) {
            check(&store, &model);
        }
    }
}

#[test]
fn everything_is_send_sync_and_clone() {
    fn is<T: Send + Sync + Clone + 'static>() {}
    is::<Store>();
    is::<Change>();
    is::<Revision>();
    is::<Expect>();
    is::<Rejected>();
    is::<Expired>();
    is::<Term>();
}
