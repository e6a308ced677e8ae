//! The objects at one revision, and what is derived from them.

use std::ops::Bound;

use super::place::{self, Under};
use super::postings::Postings;
use crate::api::{Kind, Name, Object};
use crate::pmap::PMap;

/// Objects by place, how many there are of each kind in each namespace, and what is posted.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    objects: PMap<Name, Object>,
    counts: PMap<Name, (Kind, usize)>,
    postings: Postings,
}

impl State {
    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn postings(&self) -> &Postings {
        &self.postings
    }

    pub(super) fn object(&self, place: &str) -> Option<&Object> {
        self.objects.get(place)
    }

    pub(super) fn under(&self, range: Under) -> impl Iterator<Item = &Object> + use<'_> {
        self.objects.range::<str, _>(range).map(|(_, object)| object)
    }

    /// The kinds there are objects of, each found from the one before without looking at its objects.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &Kind> + use<'_> {
        let first = self.counts.first().map(|(_, (kind, _))| kind);
        std::iter::successors(first, |kind| {
            let behind = place::all(kind, None);
            let rest = (Bound::Included(behind.end()), Bound::Unbounded);
            self.counts.range::<str, _>(rest).next().map(|(_, (kind, _))| kind)
        })
    }

    /// How many objects of a kind a namespace has.
    pub(super) fn count(&self, kind: &Kind, namespace: &str) -> usize {
        self.counts.get(place::within(kind, namespace).as_str()).map_or(0, |(_, count)| *count)
    }

    /// The objects posted under a term, by place.
    pub(super) fn posted(&self, term: &str) -> impl Iterator<Item = &Object> + use<'_> {
        let places = self.postings.places(term);
        places.into_iter().flat_map(PMap::iter).filter_map(|(place, ())| self.objects.get(place))
    }

    /// The place that is written `text`, shared if it is taken, and what is there.
    pub(super) fn find(&self, text: &str) -> (Name, Option<Object>) {
        match self.objects.entry(text) {
            Some((place, object)) => (place.clone(), Some(object.clone())),
            None => (text.into(), None),
        }
    }

    /// Puts `after` at `place`, where `before` is, or empties it.
    pub(super) fn replace(
        &mut self,
        place: Name,
        kind: &Kind,
        before: Option<&Object>,
        after: Option<&Object>,
    ) {
        self.postings.update(&place, before, after);
        match (before, after) {
            (Some(_), Some(after)) => {
                if let Some(slot) = self.objects.get_mut(&place) {
                    slot.clone_from(after);
                }
            }
            (None, Some(after)) => {
                self.recount(kind, after, true);
                self.objects.insert(place, after.clone());
            }
            (Some(before), None) => {
                self.recount(kind, before, false);
                self.objects.remove(&place);
            }
            (None, None) => {}
        }
    }

    fn recount(&mut self, kind: &Kind, object: &Object, more: bool) {
        let place = place::within(kind, &object.meta().namespace);
        match self.counts.get_mut(place.as_str()) {
            Some((_, count)) if more => *count += 1,
            Some((_, count)) if *count > 1 => *count -= 1,
            Some(_) => self.counts.remove(place.as_str()),
            None => self.counts.insert(place.into(), (kind.clone(), 1)),
        }
    }
}
