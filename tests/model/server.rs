//! The most naive API server: all objects of every revision, as the few fields that the game changes.

use std::collections::BTreeMap;

use kubernel::api::{Kind, Object};
use kubernel::store::Revision;
use serde_json::{Value, json};

pub(crate) type Labels = BTreeMap<String, String>;

/// The kinds of the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// Has neither status nor generation.
    Map,
    /// Has both.
    Deployment,
    /// Has a status and no namespace.
    Node,
}

impl Sort {
    pub(crate) const ALL: [Self; 3] = [Self::Map, Self::Deployment, Self::Node];

    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Map => Kind::ConfigMap,
            Self::Deployment => Kind::Deployment,
            Self::Node => Kind::Node,
        }
    }

    pub(crate) fn is_namespaced(self) -> bool {
        self != Self::Node
    }

    /// The members that say `number` in the spec.
    pub(crate) fn spec(self, number: i32) -> Value {
        match self {
            Self::Map => json!({"data": {"k": number.to_string()}}),
            Self::Deployment => json!({"spec": {"replicas": number}}),
            Self::Node => json!({"spec": {"providerID": number.to_string()}}),
        }
    }

    /// The members that say `number` in the status.
    pub(crate) fn status(self, number: i32) -> Value {
        match self {
            Self::Map => json!({}),
            Self::Deployment => json!({"status": {"replicas": number}}),
            Self::Node => json!({"status": {"nodeInfo": {"kubeletVersion": number.to_string()}}}),
        }
    }
}

/// What an object is called; sorts as lists do.
pub(crate) type Place = (Sort, String);

/// What an object says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thing {
    pub(crate) uid: String,
    pub(crate) version: u64,
    pub(crate) generation: i64,
    pub(crate) dying: bool,
    pub(crate) labels: Labels,
    pub(crate) finalizers: Vec<String>,
    pub(crate) spec: i32,
    pub(crate) status: i32,
}

impl Thing {
    /// Reads what an object says.
    pub(crate) fn of(object: &Object) -> Self {
        let meta = object.meta();
        let number = |text: &str| text.parse().unwrap_or(0);
        let (spec, status) = match object {
            Object::ConfigMap(map) => (number(&map.data["k"]), 0),
            Object::Deployment(it) => (it.spec.replicas.unwrap_or(-1), it.status.replicas),
            Object::Node(node) => {
                (number(&node.spec.provider_id), number(&node.status.node_info.kubelet_version))
            }
            other => panic!("{} is not of the game", other.key()),
        };
        Self {
            uid: meta.uid.clone(),
            version: Revision::of(object).0,
            generation: meta.generation,
            dying: meta.deletion_timestamp.is_some(),
            labels: meta.labels.clone(),
            finalizers: meta.finalizers.clone(),
            spec,
            status,
        }
    }
}

pub(crate) type Things = BTreeMap<Place, Thing>;

/// The code of a refusal.
pub(crate) type Refused = u16;

/// Which version a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    Any,
    Newest,
    Stale,
}

/// What an update is to make of an object; what is not said stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub(crate) labels: Option<Labels>,
    pub(crate) finalizers: Option<Vec<String>>,
    pub(crate) spec: Option<i32>,
    pub(crate) status: Option<i32>,
}

/// All that was, by revision.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    base: u64,
    past: Vec<Things>,
    pub(crate) oldest: u64,
}

impl Server {
    pub(crate) fn new(base: Revision) -> Self {
        Self { base: base.0, past: vec![Things::new()], oldest: 0 }
    }

    pub(crate) fn now(&self) -> &Things {
        self.past.last().unwrap()
    }

    pub(crate) fn revision(&self) -> u64 {
        self.base + self.past.len() as u64 - 1
    }

    /// The revisions that can still be asked for.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = u64> + use<> {
        self.oldest.max(self.base)..=self.revision()
    }

    pub(crate) fn at(&self, revision: u64) -> &Things {
        &self.past[(revision - self.base) as usize]
    }

    pub(crate) fn compact(&mut self, upto: u64) {
        self.oldest = self.oldest.max(upto.min(self.revision()));
    }

    /// Stores a thing, or removes it; STORE-1: at the next revision.
    fn write(&mut self, place: &Place, after: Option<Thing>) {
        let mut things = self.now().clone();
        let version = self.revision() + 1;
        match after {
            Some(thing) => drop(things.insert(place.clone(), Thing { version, ..thing })),
            None => drop(things.remove(place)),
        }
        self.past.push(things);
    }

    /// STORE-2
    pub(crate) fn create(&mut self, place: &Place, uid: &str, new: &Change) -> Result<(), Refused> {
        if self.now().contains_key(place) {
            return Err(409);
        }
        // A node comes with its status, others begin without.
        let status = if place.0 == Sort::Node { new.status.unwrap_or(0) } else { 0 };
        let thing = Thing {
            uid: uid.to_owned(),
            version: 0,
            generation: i64::from(place.0 == Sort::Deployment),
            dying: false,
            labels: new.labels.clone().unwrap_or_default(),
            finalizers: new.finalizers.clone().unwrap_or_default(),
            spec: new.spec.unwrap_or(0),
            status,
        };
        self.write(place, Some(thing));
        Ok(())
    }

    fn find(&self, place: &Place, version: Version, uid: bool) -> Result<Thing, Refused> {
        let thing = self.now().get(place).ok_or(404_u16)?;
        // STORE-3, STORE-7: no write is lost.
        if version == Version::Stale || !uid { Err(409) } else { Ok(thing.clone()) }
    }

    /// What is to change and what not is the caller's to say; `uid`: whether the right one was named, if any.
    pub(crate) fn update(
        &mut self,
        place: &Place,
        version: Version,
        uid: bool,
        change: &Change,
    ) -> Result<(), Refused> {
        let old = self.find(place, version, uid)?;
        let mut new = old.clone();
        new.labels = change.labels.clone().unwrap_or(new.labels);
        new.finalizers = change.finalizers.clone().unwrap_or(new.finalizers);
        new.spec = change.spec.unwrap_or(new.spec);
        new.status = change.status.unwrap_or(new.status);
        if old.dying && new.finalizers.iter().any(|it| !old.finalizers.contains(it)) {
            return Err(422); // META-8
        }
        if new.spec != old.spec && old.generation > 0 {
            new.generation += 1; // META-9
        }
        if new.dying && new.finalizers.is_empty() {
            self.write(place, None); // DEL-4
        } else if new != old {
            self.write(place, Some(new)); // STORE-5
        }
        Ok(())
    }

    /// META-12; a map has no status to write.
    pub(crate) fn update_status(
        &mut self,
        place: &Place,
        version: Version,
        uid: bool,
        status: Option<i32>,
    ) -> Result<(), Refused> {
        if place.0 == Sort::Map {
            return Err(405);
        }
        self.update(place, version, uid, &Change { status, ..Change::default() })
    }

    pub(crate) fn delete(
        &mut self,
        place: &Place,
        version: Version,
        uid: bool,
        foreground: bool,
    ) -> Result<(), Refused> {
        let old = self.find(place, version, uid)?;
        let mut new = old.clone();
        if foreground && !new.finalizers.iter().any(|it| it == "foregroundDeletion") {
            new.finalizers.push("foregroundDeletion".to_owned());
        }
        if new.finalizers.is_empty() {
            self.write(place, None); // DEL-2
            return Ok(());
        }
        if !new.dying {
            new.dying = true; // DEL-3
            new.generation += i64::from(new.generation > 0); // META-11
        }
        if new != old {
            self.write(place, Some(new));
        }
        Ok(())
    }
}
