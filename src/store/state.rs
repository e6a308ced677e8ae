//! The objects at one revision, and what is derived from them.

use std::ops::Bound;

use super::place::{self, Under};
use super::postings::Postings;
use crate::api::{Kind, Name, Object};
use crate::pmap::{PIndex, PMap, Slot, Slots};

/// Objects by place, how many there are of each kind in each namespace, what is posted, and which kinds
/// were met.
///
/// Places lead to slots and slots to objects: a write that adds or removes nothing leaves the long
/// texts of the places alone, and what is posted is found without looking for its text.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    places: PMap<Name, Slot>,
    /// The same as `places`, to find one place.
    found: PIndex<Name, Slot>,
    objects: Slots<Object>,
    counts: PMap<Name, (Kind, usize)>,
    postings: Postings,
    /// The custom kinds of which there ever was an object.
    met: PMap<Name, ()>,
}

impl State {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn postings(&self) -> &Postings {
        &self.postings
    }

    pub(super) fn object(&self, place: &str) -> Option<&Object> {
        self.at(*self.found.get(place)?)
    }

    pub(super) fn at(&self, slot: Slot) -> Option<&Object> {
        self.objects.get(slot)
    }

    pub(super) fn under(&self, range: Under) -> impl Iterator<Item = &Object> + use<'_> {
        // The places of one namespace are counted, so none of them has to be compared with an end.
        let (range, count) = match self.counts.get(range.prefix()) {
            Some((_, count)) => (range.open(), *count),
            None => (range, usize::MAX),
        };
        let places = self.places.range::<str, _>(range).take(count);
        places.filter_map(|(_, slot)| self.at(*slot))
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
        places.into_iter().flat_map(PMap::iter).filter_map(|(_, slot)| self.at(*slot))
    }

    /// The place that is written `text`, shared if it is taken, and what is there.
    pub(super) fn find(&self, text: &str) -> (Name, Option<Object>) {
        match self.found.entry(text) {
            Some((place, slot)) => (place.clone(), self.at(*slot).cloned()),
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
        let slot = match (self.found.get(&place).copied(), after) {
            (Some(slot), Some(after)) => {
                self.objects.set(slot, after.clone());
                slot
            }
            (None, Some(after)) => {
                self.recount(kind, after, true);
                self.meet(kind);
                let slot = self.objects.add(after.clone());
                self.places.insert(place.clone(), slot);
                self.found.insert(place.clone(), slot);
                slot
            }
            (Some(slot), None) => {
                if let Some(before) = before {
                    self.recount(kind, before, false);
                }
                self.objects.remove(slot);
                self.places.remove(&place);
                self.found.remove(&place);
                slot
            }
            (None, None) => return,
        };
        self.postings.update((&place, slot), before, after);
    }

    /// Whether a kind is of the table, or there ever was an object of it.
    pub(super) fn knows(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Custom(_) => self.met.get(place::kind(kind).as_str()).is_some(),
            _of_the_table => true,
        }
    }

    fn meet(&mut self, kind: &Kind) {
        if !self.knows(kind) {
            self.met.insert(place::kind(kind).into(), ());
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
