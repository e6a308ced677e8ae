//! Requests to a cluster, against the most naive API server.

use std::collections::{BTreeMap, BTreeSet};

use kubernel::admission::{ApiError, Patch, Request};
use kubernel::api::{
    DeleteOptions, DeletionPropagation, Key, Kind, Object, Preconditions, Strictness, decode_value,
};
use kubernel::labels::Selector;
use kubernel::read::{Event, ListOptions, Watch};
use kubernel::store::Revision;
use kubernel::{Cluster, read};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::server::{Change, Labels, Place, Server, Sort, Thing, Things, Version};

/// So often as they are to be drawn: few objects have long stories.
const NAMESPACES: [&str; 6] = ["default", "default", "default", "default", "kube-public", "lost"];
const NAMES: [&str; 5] = ["a", "a", "a", "a-1", "b"];
const SELECTORS: [&str; 4] = ["", "app=1", "app!=1,tier", "app in (1,2)"];

#[derive(Debug, Clone)]
enum Op {
    Create { versioned: bool },
    Update(Version, Option<bool>),
    UpdateStatus(Version, Option<bool>),
    Patch { version: Version, status: bool },
    Delete { version: Version, uid: Option<bool>, foreground: bool },
    DeleteAll { selector: &'static str },
    DryRun,
    Watch { selector: &'static str, back: u64 },
    Poll,
    Compact(u64),
    Fork,
    Switch(usize),
}

/// A request about one place.
#[derive(Debug, Clone)]
struct Turn {
    op: Op,
    sort: Sort,
    namespace: &'static str,
    name: &'static str,
    change: Change,
}

fn labels() -> impl Strategy<Value = Labels> {
    let (keys, values) = (select(&["app", "tier"][..]), select(&["1", "2"][..]));
    prop::collection::btree_map(keys.prop_map(String::from), values.prop_map(String::from), 0..3)
}

fn changes() -> impl Strategy<Value = Change> {
    let finalizers = select(&["acme.io/a", "acme.io/b"][..]).prop_map(String::from);
    let finalizers = prop::collection::btree_set(finalizers, 0..2).prop_map(BTreeSet::into_iter);
    (
        prop::option::of(labels()),
        prop::option::of(finalizers.prop_map(Iterator::collect)),
        prop::option::of(0..3_i32),
        prop::option::of(0..3_i32),
    )
        .prop_map(|(labels, finalizers, spec, status)| Change {
            labels,
            finalizers,
            spec,
            status,
        })
}

fn op() -> impl Strategy<Value = Op> {
    let version = || select(&[Version::Any, Version::Newest, Version::Newest, Version::Stale][..]);
    let uid = || prop::option::weighted(0.3, prop::bool::weighted(0.8));
    let selector = || select(&SELECTORS[..]);
    prop_oneof![
        30 => prop::bool::weighted(0.05).prop_map(|versioned| Op::Create { versioned }),
        16 => (version(), uid()).prop_map(|(version, uid)| Op::Update(version, uid)),
        8 => (version(), uid()).prop_map(|(version, uid)| Op::UpdateStatus(version, uid)),
        16 => (version(), any::<bool>()).prop_map(|(version, status)| Op::Patch { version, status }),
        16 => (version(), uid(), prop::bool::weighted(0.2))
            .prop_map(|(version, uid, foreground)| Op::Delete { version, uid, foreground }),
        2 => selector().prop_map(|selector| Op::DeleteAll { selector }),
        4 => Just(Op::DryRun),
        6 => (selector(), 0..9_u64).prop_map(|(selector, back)| Op::Watch { selector, back }),
        6 => Just(Op::Poll),
        1 => any::<u64>().prop_map(Op::Compact),
        2 => Just(Op::Fork),
        4 => any::<usize>().prop_map(Op::Switch),
    ]
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn =
        (op(), select(&Sort::ALL[..]), select(&NAMESPACES[..]), select(&NAMES[..]), changes());
    let turn = turn.prop_map(|(op, sort, namespace, name, change)| Turn {
        op,
        sort,
        namespace,
        name,
        change,
    });
    prop::collection::vec(turn, 0..80)
}

impl Turn {
    fn namespace(&self) -> &'static str {
        if self.sort.is_namespaced() { self.namespace } else { "" }
    }

    fn place(&self) -> Place {
        (self.sort, format!("{}/{}", self.namespace(), self.name))
    }

    fn key(&self) -> Key {
        Key::new(self.sort.kind(), self.namespace(), self.name)
    }

    /// The object that says `thing`.
    fn object(&self, thing: &Thing) -> Object {
        let kind = self.sort.kind();
        let mut value = json!({"apiVersion": kind.api_version(), "kind": kind.as_str()});
        value["metadata"] = json!({
            "name": self.name, "namespace": self.namespace(), "labels": thing.labels,
            "finalizers": thing.finalizers, "uid": thing.uid,
        });
        if self.sort == Sort::Deployment {
            let labels = json!({"app": "web"});
            value["spec"] = json!({"selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "c", "image": "i:1"}]}}});
        }
        for more in [self.sort.spec(thing.spec), self.sort.status(thing.status)] {
            merge(&mut value, &more);
        }
        decode_value(value, Strictness::Strict).unwrap().object
    }
}

fn merge(into: &mut Value, more: &Value) {
    for (name, member) in more.as_object().unwrap() {
        match into.get_mut(name) {
            Some(old) if old.is_object() => merge(old, member),
            _ => into[name] = member.clone(),
        }
    }
}

/// Which objects are asked for.
#[derive(Debug, Clone, Copy)]
struct Interest {
    sort: Sort,
    namespace: Option<&'static str>,
    selector: &'static str,
}

impl Interest {
    /// What a list is to give.
    fn of(self, things: &Things) -> Things {
        let selector: Selector = self.selector.parse().unwrap();
        let meant = things.iter().filter(|((sort, text), thing)| {
            let inside = text.split_once('/').unwrap().0;
            let inside = self.namespace.is_none_or(|name| name == inside);
            *sort == self.sort
                && (inside || !sort.is_namespaced())
                && selector.matches(&thing.labels)
        });
        meant.map(|(place, thing)| (place.clone(), thing.clone())).collect()
    }

    fn options(self, version: &str) -> ListOptions {
        ListOptions {
            label_selector: self.selector.into(),
            resource_version: version.into(),
            ..ListOptions::default()
        }
    }
}

/// A watch, and what one knows who has heard all that it told.
#[derive(Debug, Clone)]
struct Heard {
    watch: Watch,
    known: BTreeMap<String, Object>,
    interest: Interest,
}

/// A cluster with its model and its watches.
#[derive(Debug, Clone)]
struct World {
    cluster: Cluster,
    server: Server,
    heard: Vec<Heard>,
}

type Answer = Result<Object, ApiError>;

impl World {
    fn new() -> Self {
        let cluster = Cluster::builder().build();
        let server = Server::new(cluster.store().revision());
        Self { cluster, server, heard: Vec::new() }
    }

    /// The answer must be the model's.
    fn agree(&self, turn: &Turn, answer: &Answer, expected: Result<(), u16>, before: u64) {
        assert_eq!(answer.as_ref().map(drop).map_err(ApiError::code), expected, "{turn:?}");
        let now = self.cluster.store().revision();
        assert_eq!(now, Revision(self.server.revision()), "{turn:?}");
        assert!(now.0 - before <= 1);
        if let (Ok(answer), Some(thing)) = (answer, self.server.now().get(&turn.place())) {
            assert_eq!(&Thing::of(answer), thing, "{turn:?}");
            assert_eq!(self.cluster.store().object(&turn.key()), Some(answer));
        }
    }

    fn stored(&self, turn: &Turn) -> Option<Thing> {
        self.server.now().get(&turn.place()).cloned()
    }

    /// What a request sends: what is stored, changed, with this version and uid.
    fn sent(&self, turn: &Turn, version: Version, uid: Option<bool>, change: &Change) -> Object {
        let stored = self.stored(turn);
        let newest = stored.as_ref().map_or(7, |thing| thing.version);
        let mut thing = stored.unwrap_or(Thing {
            uid: String::new(),
            version: 0,
            generation: 0,
            dying: false,
            labels: Labels::new(),
            finalizers: Vec::new(),
            spec: 0,
            status: 0,
        });
        thing.labels = change.labels.clone().unwrap_or(thing.labels);
        thing.finalizers = change.finalizers.clone().unwrap_or(thing.finalizers);
        thing.spec = change.spec.unwrap_or(thing.spec);
        thing.status = change.status.unwrap_or(thing.status);
        thing.uid = match uid {
            None => String::new(),
            Some(true) => thing.uid,
            Some(false) => "another".into(),
        };
        let mut object = turn.object(&thing);
        object.meta_mut().resource_version = written(version, newest);
        object
    }

    fn play(&mut self, turn: &Turn) {
        let before = self.server.revision();
        let place = turn.place();
        let change = &turn.change;
        let uid = |uid: Option<bool>| uid.unwrap_or(true);
        let (answer, expected) = match &turn.op {
            Op::Create { versioned } => return self.create(turn, *versioned),
            Op::Update(version, named) => {
                let object = self.sent(turn, *version, *named, change);
                let change = Change { status: None, ..change.clone() };
                let expected = self.server.update(&place, *version, uid(*named), &change);
                (self.cluster.update(object), expected)
            }
            Op::UpdateStatus(version, named) => {
                // What does not belong to the status is sent too, and ignored.
                let (spec, status) = (change.spec, change.status);
                let sent = Change { spec, status, ..Change::default() };
                let object = self.sent(turn, *version, *named, &sent);
                let expected = self.server.update_status(&place, *version, uid(*named), status);
                (self.cluster.update_status(object), expected)
            }
            Op::Patch { version, status } => self.patch(turn, *version, *status),
            Op::Delete { version, uid: named, foreground } => {
                let options = self.delete_options(turn, *version, *named, *foreground);
                let expected = self.server.delete(&place, *version, uid(*named), *foreground);
                (self.cluster.delete(&turn.key(), options), expected)
            }
            Op::DeleteAll { selector } => return self.delete_all(turn, selector),
            Op::DryRun => return self.dry_run(turn),
            Op::Watch { selector, back } => return self.watch(turn, selector, *back),
            Op::Poll => return self.poll(),
            Op::Compact(upto) => {
                let upto = upto % (self.server.revision() + 3);
                self.cluster.compact(Revision(upto));
                return self.server.compact(upto);
            }
            Op::Fork | Op::Switch(_) => return,
        };
        self.agree(turn, &answer, expected, before);
    }

    fn create(&mut self, turn: &Turn, versioned: bool) {
        let before = self.server.revision();
        let empty = Self { server: Server::new(Revision(before)), ..self.clone() };
        let mut object = empty.sent(turn, Version::Any, None, &turn.change);
        let lost = turn.namespace() == "lost";
        if versioned {
            object.meta_mut().resource_version = "7".into();
        }
        let answer = self.cluster.request(Request::Create(object));
        let uid = answer.as_ref().map(|object| object.meta().uid.clone()).unwrap_or_default();
        let taken = |thing: &Thing| answer.is_ok() && thing.uid == uid;
        assert!(!self.server.now().values().any(taken), "the uid is taken");
        let expected = match (versioned, lost) {
            (true, _) => Err(500),
            (false, true) => Err(404),
            (false, false) => self.server.create(&turn.place(), &uid, &turn.change),
        };
        self.agree(turn, &answer, expected, before);
    }

    fn patch(&mut self, turn: &Turn, version: Version, status: bool) -> (Answer, Result<(), u16>) {
        let (sort, change) = (turn.sort, &turn.change);
        let newest = self.stored(turn).map_or(7, |thing| thing.version);
        let mut patch = json!({"metadata": {}});
        if version != Version::Any {
            patch["metadata"]["resourceVersion"] = written(version, newest).into();
        }
        if let Some(spec) = change.spec {
            merge(&mut patch, &sort.spec(spec));
        }
        if let Some(number) = change.status {
            merge(&mut patch, &sort.status(number));
        }
        if status {
            let exists = self.stored(turn).map(drop).ok_or(404);
            let expected = exists.and_then(|()| {
                self.server.update_status(&turn.place(), version, true, change.status)
            });
            return (self.cluster.patch(Patch::merge(turn.key(), patch).of_status()), expected);
        }
        if let Some(labels) = &change.labels {
            let all = ["app", "tier"].into_iter().map(|name| (name.to_owned(), Value::Null));
            let set = labels.iter().map(|(name, value)| (name.clone(), json!(value)));
            patch["metadata"]["labels"] = Value::Object(all.chain(set).collect());
        }
        if let Some(finalizers) = &change.finalizers {
            patch["metadata"]["finalizers"] = json!(finalizers);
        }
        let change = Change { status: None, ..change.clone() };
        let expected = self.server.update(&turn.place(), version, true, &change);
        (self.cluster.patch(Patch::merge(turn.key(), patch)), expected)
    }

    fn delete_options(
        &self,
        turn: &Turn,
        version: Version,
        uid: Option<bool>,
        foreground: bool,
    ) -> DeleteOptions {
        let stored = self.stored(turn);
        let newest = stored.as_ref().map_or(7, |thing| thing.version);
        let uid = uid.map(|right| match &stored {
            Some(thing) if right => thing.uid.clone(),
            _ => "another".into(),
        });
        let resource_version = match written(version, newest) {
            version if version.is_empty() => None,
            version => Some(version),
        };
        DeleteOptions {
            preconditions: Some(Box::new(Preconditions { uid, resource_version })),
            propagation_policy: foreground.then_some(DeletionPropagation::Foreground),
            ..DeleteOptions::default()
        }
    }

    /// DEL-10
    fn delete_all(&mut self, turn: &Turn, selector: &'static str) {
        let (sort, namespace) = (turn.sort, Some(turn.namespace()));
        let interest = Interest { sort, namespace, selector };
        let (list, options) = (interest.options(""), DeleteOptions::default());
        let gone = self.cluster.delete_collection(&sort.kind(), namespace, &list, &options);
        let meant = interest.of(self.server.now());
        assert_eq!(things(&gone.unwrap().items), meant.values().cloned().collect::<Vec<_>>());
        for place in meant.into_keys() {
            self.server.delete(&place, Version::Any, true, false).unwrap();
        }
        assert_eq!(self.cluster.store().revision(), Revision(self.server.revision()));
    }

    /// STORE-11
    fn dry_run(&mut self, turn: &Turn) {
        let object = self.sent(turn, Version::Newest, None, &turn.change);
        let request = Request::Update(object);
        let (before, answer) = (self.cluster.clone(), self.cluster.dry_run(request.clone()));
        assert_eq!(self.cluster.store().revision(), before.store().revision());
        assert_eq!(self.cluster.store().object(&turn.key()), before.store().object(&turn.key()));
        let mut told = answer;
        let mut done = self.cluster.fork().request(request);
        for object in [&mut told, &mut done].into_iter().filter_map(|it| it.as_mut().ok()) {
            object.meta_mut().resource_version.clear();
        }
        assert_eq!(told, done, "what would be done is what is done");
    }

    fn watch(&mut self, turn: &Turn, selector: &'static str, back: u64) {
        let namespace = (turn.name != "b").then_some(turn.namespace());
        let from = self.server.revision().saturating_sub(back);
        let from = from.max(self.server.revisions().next().unwrap());
        self.heard.push(self.listen(Interest { sort: turn.sort, namespace, selector }, from));
    }

    /// Lists at a revision, and watches from there.
    fn listen(&self, interest: Interest, from: u64) -> Heard {
        let then = self.list(interest, Some(from));
        let meant = interest.of(self.server.at(from));
        assert_eq!(things(&then), meant.into_values().collect::<Vec<_>>());
        let (kind, options) = (interest.sort.kind(), interest.options(&from.to_string()));
        let watch = self.cluster.watch(&kind, interest.namespace, &options).unwrap();
        let known = then.into_iter().map(|object| (text(&object), object)).collect();
        Heard { watch, known, interest }
    }

    /// WATCH-1: the list at the start and what was told since is the list of now.
    fn poll(&mut self) {
        for heard in &mut self.heard {
            let oldest = Revision(self.server.oldest);
            let late = heard.watch.is_over() || heard.watch.revision() < Some(oldest);
            let mut last = heard.watch.revision();
            let events = heard.watch.poll(self.cluster.store());
            if late {
                // WATCH-6
                let gone = |event: &Event| matches!(event, Event::Error(why) if why.code == 410);
                assert!(heard.watch.is_over() && events.iter().all(gone));
                continue;
            }
            for event in events {
                let of = event.object().map(Revision::of);
                assert!(of > last, "revisions grow");
                last = of;
                heard.hear(event);
            }
        }
        self.heard.retain(|heard| !heard.watch.is_over());
        self.heard.iter().for_each(|heard| heard.check(&self.list(heard.interest, None)));
    }

    /// The list now, or at a revision.
    fn list(&self, interest: Interest, at: Option<u64>) -> Vec<Object> {
        let Interest { sort, namespace, .. } = interest;
        let version = at.map(|at| at.to_string()).unwrap_or_default();
        let mut options = interest.options(&version);
        options.resource_version_match = if at.is_some() { "Exact" } else { "" }.into();
        let page = self.cluster.page(&sort.kind(), namespace, &options).unwrap();
        let at = at.unwrap_or(self.server.revision());
        assert_eq!(page.metadata.resource_version, at.to_string());
        page.items
    }

    fn check(&mut self) {
        self.poll();
        for sort in Sort::ALL {
            for namespace in [None, Some("default"), Some("kube-public")] {
                for selector in SELECTORS {
                    self.check_lists(Interest { sort, namespace, selector });
                }
            }
            self.check_pages(sort);
        }
        let asked = self.server.oldest.checked_sub(1).filter(|asked| *asked > 0);
        if let Some(asked) = asked {
            let interest = Interest { sort: Sort::Node, namespace: None, selector: "" };
            let mut options = interest.options(&asked.to_string());
            options.resource_version_match = "Exact".into();
            let gone = self.cluster.page(&Kind::Node, None, &options).unwrap_err();
            assert_eq!(gone.code(), 410); // LIST-4
        }
    }

    /// LIST-5: a list at a revision is what was there then; what a watch from there tells leads to now.
    fn check_lists(&self, interest: Interest) {
        let now = self.list(interest, None);
        for revision in self.server.revisions() {
            let mut heard = self.listen(interest, revision);
            let events = heard.watch.poll(self.cluster.store());
            events.into_iter().for_each(|event| heard.hear(event));
            heard.check(&now);
        }
    }

    /// LIST-2: the pages of a list are the list, whatever is written between them.
    fn check_pages(&self, sort: Sort) {
        let whole = self.list(Interest { sort, namespace: None, selector: "" }, None);
        for limit in 1..=3 {
            let (mut fork, mut items) = (self.cluster.fork(), Vec::new());
            let mut options = ListOptions { limit, ..ListOptions::default() };
            loop {
                let page = read::list(fork.store(), &sort.kind(), None, &options).unwrap();
                assert!(page.items.len() as i64 <= limit);
                let left = page.metadata.remaining_item_count.unwrap_or(0) as usize;
                items.extend(page.items);
                assert_eq!(items.len() + left, whole.len());
                if page.metadata.continue_.is_empty() {
                    break;
                }
                options.continue_ = page.metadata.continue_;
                if let Some(key) = whole.last().map(Object::key) {
                    let _ = fork.delete(&key, DeleteOptions::default());
                }
            }
            assert_eq!(items, whole);
        }
    }
}

impl Heard {
    fn check(&self, now: &[Object]) {
        assert_eq!(self.known.values().collect::<Vec<_>>(), now.iter().collect::<Vec<_>>());
    }

    /// Learns from an event, and checks that it was one.
    fn hear(&mut self, event: Event) {
        let object = event.object().unwrap().clone();
        let key = text(&object);
        match event {
            Event::Added(_) => assert_eq!(self.known.insert(key, object), None),
            Event::Modified(_) => assert_ne!(self.known.insert(key, object.clone()), Some(object)),
            Event::Deleted(_) => {
                let mut last = self.known.remove(&key).unwrap();
                // WATCH-4
                last.meta_mut().resource_version.clone_from(&object.meta().resource_version);
                assert_eq!(last, object);
            }
            other => panic!("{other:?} was not asked for"),
        }
    }
}

fn written(version: Version, newest: u64) -> String {
    match version {
        Version::Any => String::new(),
        Version::Newest => newest.to_string(),
        Version::Stale => (newest - 1).to_string(),
    }
}

fn text(object: &Object) -> String {
    format!("{}/{}", object.meta().namespace, object.meta().name)
}

fn things(objects: &[Object]) -> Vec<Thing> {
    objects.iter().map(Thing::of).collect()
}

proptest! {
    #![proptest_config(crate::cases(48))]

    #[test]
    fn a_cluster_answers_as_its_model(turns in turns()) {
        let mut worlds = vec![World::new()];
        let mut at = 0;
        for turn in turns {
            match turn.op {
                Op::Fork => {
                    let fork = worlds[at].clone();
                    worlds.push(fork);
                }
                Op::Switch(to) => at = to % worlds.len(),
                _ => worlds[at].play(&turn),
            }
        }
        // A fork whose requests could be seen in the others would not agree with its model.
        worlds.iter_mut().for_each(World::check);
    }
}
