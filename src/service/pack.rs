//! Packing: which endpoints go into which slice of one set of ports.

use std::collections::BTreeMap;

use crate::api::{Endpoint, EndpointSlice, ObjectReference};

/// What makes two endpoints the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity<'a> {
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) hostname: &'a str,
    pub(crate) addresses: Vec<&'a str>,
}

/// The outcome for one set of ports.
pub(crate) struct Packed<'a> {
    /// The endpoints of each new slice.
    pub(crate) create: Vec<Vec<Endpoint>>,
    pub(crate) update: Vec<EndpointSlice>,
    pub(crate) delete: Vec<&'a EndpointSlice>,
}

/// What becomes of an existing slice, endpoints as indices into the wanted ones.
enum Fate {
    /// Its own endpoints stay as they are.
    Same,
    /// Its own endpoints stay, its labels change.
    Relabel,
    /// These endpoints replace its own.
    Change(Vec<usize>),
    /// It is removed.
    Delete,
}

struct Slot<'a> {
    slice: &'a EndpointSlice,
    labels: BTreeMap<String, String>,
    fate: Fate,
    added: Vec<usize>,
}

impl Slot<'_> {
    fn len(&self) -> usize {
        self.added.len()
            + match &self.fate {
                Fate::Same | Fate::Relabel => self.slice.endpoints.len(),
                Fate::Change(kept) => kept.len(),
                Fate::Delete => 0,
            }
    }

    /// Whether it is to be written whatever is added to it.
    fn is_written(&self) -> bool {
        match self.fate {
            Fate::Relabel | Fate::Change(_) => true,
            Fate::Same | Fate::Delete => false,
        }
    }

    fn is_untouched(&self) -> bool {
        match self.fate {
            Fate::Same => self.added.is_empty(),
            Fate::Relabel | Fate::Change(_) | Fate::Delete => false,
        }
    }
}

/// The labels that a slice should have, and whether that is a change.
pub(crate) type Labels<'a> = dyn Fn(&EndpointSlice) -> (BTreeMap<String, String>, bool) + 'a;

/// Packs the wanted endpoints: the fewest writes, and no rebalancing.
///
/// Source: `staging/src/k8s.io/endpointslice/reconciler.go` `reconcileByPortMapping`.
pub(crate) fn pack<'a>(
    existing: &[&'a EndpointSlice],
    wanted: Vec<Endpoint>,
    max: usize,
    labels: &Labels<'_>,
) -> Packed<'a> {
    // SLICE-7
    let mut by_identity: BTreeMap<Identity<'_>, usize> = wanted
        .iter()
        .enumerate()
        .map(|(index, endpoint)| (Identity::of(endpoint), index))
        .collect();
    let mut slots: Vec<Slot<'a>> = existing
        .iter()
        .map(|slice| {
            let (labels, relabel) = labels(slice);
            let fate = fate(slice, &wanted, &mut by_identity, relabel);
            Slot { slice, labels, fate, added: Vec::new() }
        })
        .collect();
    let left: Vec<usize> = by_identity.into_values().collect();
    let mut rest = left.into_iter();
    fill_written(&mut slots, &mut rest, max);
    let mut create: Vec<Vec<usize>> = Vec::new();
    while rest.len() > 0 {
        let count = rest.len();
        match closest(&mut slots, count, max).filter(|_| count < max) {
            Some(slot) => slot.added.extend(rest.by_ref()),
            None => create.push(rest.by_ref().take(max.max(1)).collect()),
        }
    }
    materialise(slots, create, wanted)
}

/// Step one: keep what is wanted, with its new data.
fn fate<'e>(
    slice: &'e EndpointSlice,
    wanted: &[Endpoint],
    left: &mut BTreeMap<Identity<'e>, usize>,
    relabel: bool,
) -> Fate {
    let mut kept = Vec::with_capacity(slice.endpoints.len());
    let mut changed = false;
    for endpoint in &slice.endpoints {
        if let Some(index) = left.remove(&Identity::of(endpoint)) {
            kept.push(index);
            changed |= !wanted.get(index).is_some_and(|new| is_same(new, endpoint));
        }
    }
    if !changed && kept.len() == slice.endpoints.len() {
        return if relabel { Fate::Relabel } else { Fate::Same }; // SLICE-8
    }
    if kept.is_empty() { Fate::Delete } else { Fate::Change(kept) }
}

/// Whether nothing of an endpoint changed; hints do not count.
fn is_same(a: &Endpoint, b: &Endpoint) -> bool {
    // SLICE-6
    let target = |a: Option<&ObjectReference>, b: Option<&ObjectReference>| match (a, b) {
        (Some(a), Some(b)) => {
            (&a.kind, &a.namespace, &a.name, &a.uid) == (&b.kind, &b.namespace, &b.name, &b.uid)
                && (&a.api_version, &a.field_path) == (&b.api_version, &b.field_path)
        }
        (a, b) => a.is_none() && b.is_none(),
    };
    a.node_name == b.node_name
        && a.zone == b.zone
        && a.conditions == b.conditions
        && target(a.target_ref.as_deref(), b.target_ref.as_deref())
}

/// Step two: new endpoints go where a write happens anyway, the fullest first.
fn fill_written(slots: &mut [Slot<'_>], rest: &mut impl Iterator<Item = usize>, max: usize) {
    let mut written: Vec<&mut Slot<'_>> =
        slots.iter_mut().filter(|slot| slot.is_written()).collect();
    written.sort_by_key(|slot| std::cmp::Reverse(slot.len()));
    for slot in written {
        let room = max.saturating_sub(slot.len());
        slot.added.extend(rest.by_ref().take(room));
    }
}

/// Step three: the untouched slice that is closest to full once it takes all `count`.
fn closest<'s, 'a>(
    slots: &'s mut [Slot<'a>],
    count: usize,
    max: usize,
) -> Option<&'s mut Slot<'a>> {
    // A slice must be nearer to full than an empty one would be without the endpoints.
    slots
        .iter_mut()
        .filter(|slot| slot.is_untouched() && slot.len() + count <= max && slot.len() + count > 0)
        .min_by_key(|slot| max - (slot.len() + count))
}

fn materialise<'a>(
    slots: Vec<Slot<'a>>,
    create: Vec<Vec<usize>>,
    wanted: Vec<Endpoint>,
) -> Packed<'a> {
    let mut wanted: Vec<Option<Endpoint>> = wanted.into_iter().map(Some).collect();
    let mut take = |indices: Vec<usize>| -> Vec<Endpoint> {
        indices
            .into_iter()
            .filter_map(|index| wanted.get_mut(index).and_then(Option::take))
            .collect()
    };
    let mut out = Packed { create: Vec::new(), update: Vec::new(), delete: Vec::new() };
    for slot in slots {
        let mut metadata = slot.slice.metadata.clone();
        let endpoints = match slot.fate {
            Fate::Same if slot.added.is_empty() => continue,
            Fate::Same => slot.slice.endpoints.clone(),
            Fate::Relabel => {
                metadata.labels = slot.labels;
                slot.slice.endpoints.clone()
            }
            Fate::Change(kept) => {
                metadata.labels = slot.labels;
                take(kept)
            }
            Fate::Delete => {
                out.delete.push(slot.slice);
                continue;
            }
        };
        let mut slice = EndpointSlice {
            metadata,
            address_type: slot.slice.address_type.clone(),
            endpoints,
            ports: slot.slice.ports.clone(),
        };
        slice.endpoints.extend(take(slot.added));
        out.update.push(slice);
    }
    out.create = create.into_iter().map(take).collect();
    out
}
