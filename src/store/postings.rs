//! The index itself: places by term, kept in step with the objects.

use super::anchors::Anchors;
use super::index::Terms;
use super::term::{self, Tag};
use crate::api::{Name, Object};
use crate::pmap::{PIndex, PMap, Slot};

/// The places of the objects posted under one term, and where the objects are.
pub(super) type Places = PMap<Name, Slot>;

/// Places by the text of a term.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    terms: PIndex<Name, Places>,
    anchors: Anchors,
}

impl Postings {
    /// The places posted under a term.
    pub(super) fn places(&self, term: &str) -> Option<&Places> {
        self.terms.get(term)
    }

    /// The services by their labels.
    pub(super) fn anchors(&self) -> &Anchors {
        &self.anchors
    }

    /// The places of the pods with this label.
    pub(super) fn labelled(&self, namespace: &str, key: &str, value: &str) -> Option<&Places> {
        self.places(&term::text(Tag::PodLabel, &[namespace, key, value]))
    }

    /// Follows a change at `place`. Terms that stay are not touched.
    pub(super) fn update(
        &mut self,
        (place, slot): (&Name, Slot),
        before: Option<&Object>,
        after: Option<&Object>,
    ) {
        let (old, new) = (Terms::of(before), Terms::of(after));
        if old != new {
            for term in old.iter().filter(|term| !new.iter().any(|other| other == *term)) {
                unpost(&mut self.terms, term, place);
            }
            for term in new.iter().filter(|term| !old.iter().any(|other| other == *term)) {
                post(&mut self.terms, term, (place, slot));
            }
        }
        self.anchors.update(before, after);
    }
}

fn post(terms: &mut PIndex<Name, Places>, term: &str, (place, slot): (&Name, Slot)) {
    if let Some(places) = terms.get_mut(term) {
        places.insert(place.clone(), slot);
        return;
    }
    let mut places = Places::new();
    places.insert(place.clone(), slot);
    terms.insert(term.into(), places);
}

fn unpost(terms: &mut PIndex<Name, Places>, term: &str, place: &str) {
    let Some(places) = terms.get_mut(term) else { return };
    places.remove(place);
    if places.len() == 0 {
        terms.remove(term);
    }
}
