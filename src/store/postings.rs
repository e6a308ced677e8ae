//! The index itself: places by term, kept in step with the objects.

use std::collections::BTreeMap;

use super::index::Terms;
use super::term::{self, Tag};
use crate::api::{Name, Object, Service};
use crate::pmap::PMap;

/// The places of the objects posted under one term.
pub(super) type Places = PMap<Name, ()>;

/// Places by the text of a term.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    terms: PMap<Name, Places>,
    anchors: PMap<Name, Places>,
}

impl Postings {
    /// The places posted under a term.
    pub(super) fn places(&self, term: &str) -> Option<&Places> {
        self.terms.get(term)
    }

    /// The places of the services that are found by the label `key` with `value`. Each service is found
    /// by exactly one of the labels it asks for.
    pub(super) fn anchored(&self, namespace: &str, key: &str, value: &str) -> Option<&Places> {
        self.anchors.get(term::text(Tag::Anchor, &[namespace, key, value]).as_str())
    }

    /// Follows a change at `place`. Terms that stay are not touched.
    pub(super) fn update(&mut self, place: &Name, before: Option<&Object>, after: Option<&Object>) {
        let (old, new) = (Terms::of(before), Terms::of(after));
        if old != new {
            for term in old.iter().filter(|term| !new.iter().any(|other| other == *term)) {
                unpost(&mut self.terms, term, place);
            }
            for term in new.iter().filter(|term| !old.iter().any(|other| other == *term)) {
                post(&mut self.terms, term, place);
            }
        }
        let (old, new) = (pairs(before), pairs(after));
        if old != new {
            self.lift_anchor(place, &old);
            self.drop_anchor(place, &new);
        }
    }

    fn lift_anchor(&mut self, place: &Name, pairs: &[String]) {
        let posted = |pair: &&String| {
            self.anchors.get(pair.as_str()).is_some_and(|places| places.get(place).is_some())
        };
        if let Some(pair) = pairs.iter().find(posted) {
            unpost(&mut self.anchors, pair, place);
        }
    }

    /// Posts a service under the rarest of its pairs, as things are now.
    fn drop_anchor(&mut self, place: &Name, pairs: &[String]) {
        let count = |pair: &&String| self.anchors.get(pair.as_str()).map_or(0, PMap::len);
        if let Some(pair) = pairs.iter().min_by_key(count) {
            post(&mut self.anchors, pair, place);
        }
    }
}

/// The pairs a service may be anchored at. One without a selector selects nothing.
fn pairs(object: Option<&Object>) -> Vec<String> {
    let Some(service) = object.and_then(Object::peek::<Service>) else { return Vec::new() };
    let selector: &BTreeMap<String, String> = &service.spec.selector;
    let text = |(key, value): (&String, &String)| {
        term::text(Tag::Anchor, &[&service.metadata.namespace, key, value])
    };
    selector.iter().map(text).collect()
}

fn post(terms: &mut PMap<Name, Places>, term: &str, place: &Name) {
    if let Some(places) = terms.get_mut(term) {
        places.insert(place.clone(), ());
        return;
    }
    let mut places = Places::new();
    places.insert(place.clone(), ());
    terms.insert(term.into(), places);
}

fn unpost(terms: &mut PMap<Name, Places>, term: &str, place: &str) {
    let Some(places) = terms.get_mut(term) else { return };
    places.remove(place);
    if places.len() == 0 {
        terms.remove(term);
    }
}
