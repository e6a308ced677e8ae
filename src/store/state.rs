//! The objects at one revision, and what is derived from them.

use super::place::{self, Under};
use super::postings::Postings;
use crate::api::{Kind, Name, Object};
use crate::pmap::PMap;

/// Objects by place, how many there are of each kind, and what is posted.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    objects: PMap<Name, Object>,
    kinds: PMap<Name, (Kind, usize)>,
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

    pub(super) fn kinds(&self) -> impl Iterator<Item = &Kind> + use<'_> {
        self.kinds.iter().map(|(_, (kind, _))| kind)
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
                self.count(kind, true);
                self.objects.insert(place, after.clone());
            }
            (Some(_), None) => {
                self.count(kind, false);
                self.objects.remove(&place);
            }
            (None, None) => {}
        }
    }

    fn count(&mut self, kind: &Kind, more: bool) {
        let place: Name = place::kind(kind).into();
        let now = self.kinds.get(&place).map_or(0, |(_, count)| *count);
        match if more { now + 1 } else { now.saturating_sub(1) } {
            0 => self.kinds.remove(&place),
            count => self.kinds.insert(place, (kind.clone(), count)),
        }
    }
}
