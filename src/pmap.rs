//! A persistent sorted map and persistent values by number: a clone shares everything, a write copies
//! one path.
//!
//! The one place that knows which trees are used; see the method lists for all that is asked of them.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash};
use std::ops::RangeBounds;

use rpds::{HashTrieMapSync, ListSync, RedBlackTreeMapSync, VectorSync};

/// A sorted map whose clone costs one count and whose writes cost `O(log n)`.
pub(crate) struct PMap<K: Ord, V>(RedBlackTreeMapSync<K, V>);

impl<K: Ord, V> PMap<K, V> {
    /// The map without entries.
    pub(crate) fn new() -> Self {
        Self(RedBlackTreeMapSync::new_sync())
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.0.size()
    }

    /// The value under `key`.
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// The key as it is stored, and its value.
    pub(crate) fn entry<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.0.get_key_value(key)
    }

    /// Puts `value` under `key`, in the place of an old one.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.0.insert_mut(key, value);
    }

    /// Takes the entry under `key` out.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.0.remove_mut(key);
    }

    /// The entry with the least key.
    pub(crate) fn first(&self) -> Option<(&K, &V)> {
        self.0.first()
    }

    /// All entries, by key.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter()
    }

    /// The entries whose keys lie in `range`, by key. The start must not lie behind the end.
    pub(crate) fn range<Q, R>(&self, range: R) -> impl DoubleEndedIterator<Item = (&K, &V)>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        self.0.range(range)
    }
}

impl<K: Ord + Clone, V: Clone> PMap<K, V> {
    /// The value under `key`, to change it. A path that others share is copied.
    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }
}

impl<K: Ord, V> Clone for PMap<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Ord, V> Default for PMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord + fmt::Debug, V: fmt::Debug> fmt::Debug for PMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The same hash for the same key in every run.
type Hasher = BuildHasherDefault<DefaultHasher>;

/// An unsorted map that finds an entry with one comparison of keys. It cannot be iterated, so that no order of
/// its own gets out.
pub(crate) struct PIndex<K: Eq + Hash, V>(HashTrieMapSync<K, V, Hasher>);

impl<K: Eq + Hash, V> PIndex<K, V> {
    /// The map without entries.
    pub(crate) fn new() -> Self {
        Self(HashTrieMapSync::new_with_hasher_and_ptr_kind(Hasher::default()))
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.0.size()
    }

    /// The value under `key`.
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// The key as it is stored, and its value.
    pub(crate) fn entry<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.0.get_key_value(key)
    }

    /// Puts `value` under `key`, in the place of an old one.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.0.insert_mut(key, value);
    }

    /// Takes the entry under `key` out.
    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.0.remove_mut(key);
    }
}

impl<K: Eq + Hash + Clone, V: Clone> PIndex<K, V> {
    /// The value under `key`, to change it. A path that others share is copied.
    pub(crate) fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }
}

impl<K: Eq + Hash, V> Clone for PIndex<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Eq + Hash, V> Default for PIndex<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Eq + Hash, V> fmt::Debug for PIndex<K, V> {
    /// Only the figure: there is no order to show entries in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PIndex").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The number of a value in [`Slots`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(usize);

/// Persistent values by number: found in a few hops, without comparing keys. The number of a value
/// that was taken out is given again.
pub(crate) struct Slots<V> {
    values: VectorSync<Option<V>>,
    free: ListSync<Slot>,
}

impl<V> Slots<V> {
    /// Narrow nodes: a write copies one node a level, and touches the count of everything in it. With 8 a node
    /// and 100,000 values that is 48 counts; 16 a node are 80, and a tenth more time for a change of a pod.
    const BITS: u8 = 3;

    /// Without values.
    pub(crate) fn new() -> Self {
        let values = VectorSync::new_with_bits(Self::BITS);
        Self { values, free: ListSync::new_sync() }
    }

    /// The value that has this number.
    pub(crate) fn get(&self, slot: Slot) -> Option<&V> {
        self.values.get(slot.0)?.as_ref()
    }

    /// Adds a value; answers its number.
    pub(crate) fn add(&mut self, value: V) -> Slot {
        if let Some(slot) = self.free.first().copied() {
            self.free.drop_first_mut();
            self.put(slot, Some(value));
            return slot;
        }
        self.values.push_back_mut(Some(value));
        Slot(self.values.len().saturating_sub(1))
    }

    /// Puts `value` in the place of the one that has this number.
    pub(crate) fn set(&mut self, slot: Slot, value: V) {
        self.put(slot, Some(value));
    }

    /// Takes out the value that has this number.
    pub(crate) fn remove(&mut self, slot: Slot) {
        if self.get(slot).is_some() {
            self.put(slot, None);
            self.free.push_front_mut(slot);
        }
    }

    fn put(&mut self, slot: Slot, value: Option<V>) {
        self.values.set_mut(slot.0, value);
    }
}

impl<V> Clone for Slots<V> {
    fn clone(&self) -> Self {
        Self { values: self.values.clone(), free: self.free.clone() }
    }
}

impl<V> Default for Slots<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: fmt::Debug> fmt::Debug for Slots<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values.iter().flatten()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ops::Bound;

    use proptest::prelude::*;

    use super::{PIndex, PMap, Slot, Slots};

    #[derive(Debug, Clone)]
    enum Op {
        Insert(u8, u16),
        Change(u8, u16),
        Remove(u8),
        Fork,
        Back,
    }

    fn op() -> impl Strategy<Value = Op> {
        prop_oneof![
            8 => (any::<u8>(), any::<u16>()).prop_map(|(key, value)| Op::Insert(key, value)),
            2 => (any::<u8>(), any::<u16>()).prop_map(|(key, value)| Op::Change(key, value)),
            6 => any::<u8>().prop_map(Op::Remove),
            1 => Just(Op::Fork),
            1 => Just(Op::Back),
        ]
    }

    fn check(map: &PMap<u8, u16>, model: &BTreeMap<u8, u16>) {
        assert_eq!(map.len(), model.len());
        assert_eq!(map.first(), model.first_key_value());
        assert!(map.iter().eq(model.iter()), "{map:?} is not {model:?}");
        assert!(map.iter().rev().eq(model.iter().rev()));
        for key in [0, 7, 128, 255] {
            assert_eq!(map.get(&key), model.get(&key));
            assert_eq!(map.entry(&key), model.get_key_value(&key));
            let range = (Bound::Excluded(key / 2), Bound::Included(key));
            if key > 0 {
                assert!(map.range::<u8, _>(range).eq(model.range(range)));
                assert!(map.range::<u8, _>(range).rev().eq(model.range(range).rev()));
            }
        }
    }

    proptest! {
        #[test]
        fn is_a_btree_map_with_live_forks(ops in prop::collection::vec(op(), 0..400)) {
            let (mut map, mut model) = (PMap::new(), BTreeMap::new());
            let mut forks = vec![];
            for op in ops {
                match op {
                    Op::Insert(key, value) => { map.insert(key, value); model.insert(key, value); }
                    Op::Change(key, value) => {
                        if let Some(old) = map.get_mut(&key) { *old = value; }
                        if let Some(old) = model.get_mut(&key) { *old = value; }
                    }
                    Op::Remove(key) => { map.remove(&key); model.remove(&key); }
                    Op::Fork => forks.push((map.clone(), model.clone())),
                    Op::Back => if let Some((old, was)) = forks.first() { (map, model) = (old.clone(), was.clone()); },
                }
                check(&map, &model);
            }
            for (map, model) in &forks {
                check(map, model);
            }
        }
    }

    proptest! {
        #[test]
        fn an_index_finds_what_a_map_finds(ops in prop::collection::vec(op(), 0..400)) {
            let (mut index, mut model) = (PIndex::new(), BTreeMap::new());
            let mut forks = vec![];
            for op in ops {
                match op {
                    Op::Insert(key, value) => { index.insert(key, value); model.insert(key, value); }
                    Op::Change(key, value) => {
                        if let Some(old) = index.get_mut(&key) { *old = value; }
                        if let Some(old) = model.get_mut(&key) { *old = value; }
                    }
                    Op::Remove(key) => { index.remove(&key); model.remove(&key); }
                    Op::Fork => forks.push((index.clone(), model.clone())),
                    Op::Back => if let Some((old, was)) = forks.first() { (index, model) = (old.clone(), was.clone()); },
                }
            }
            forks.push((index, model));
            for (index, model) in &forks {
                prop_assert_eq!(index.len(), model.len());
                for key in 0..=255 {
                    prop_assert_eq!(index.get(&key), model.get(&key));
                    prop_assert_eq!(index.entry(&key), model.get_key_value(&key));
                }
            }
        }
    }

    fn check_slots(slots: &Slots<u16>, model: &BTreeMap<Slot, u16>) {
        let found = (0..400).map(Slot).filter_map(|slot| Some((slot, *slots.get(slot)?)));
        assert!(found.eq(model.iter().map(|(slot, value)| (*slot, *value))), "{slots:?}");
    }

    proptest! {
        #[test]
        fn slots_are_a_map_that_gives_numbers(ops in prop::collection::vec(op(), 0..400)) {
            let (mut slots, mut model) = (Slots::new(), BTreeMap::new());
            let mut forks = vec![];
            for op in ops {
                match op {
                    Op::Insert(_, value) => {
                        let slot = slots.add(value);
                        prop_assert!(model.insert(slot, value).is_none());
                    }
                    Op::Change(key, value) => if let Some(old) = model.get_mut(&Slot(key.into())) {
                        *old = value;
                        slots.set(Slot(key.into()), value);
                    },
                    Op::Remove(key) => {
                        slots.remove(Slot(key.into()));
                        model.remove(&Slot(key.into()));
                    }
                    Op::Fork => forks.push((slots.clone(), model.clone())),
                    Op::Back => if let Some((old, was)) = forks.first() { (slots, model) = (old.clone(), was.clone()); },
                }
                check_slots(&slots, &model);
            }
            for (slots, model) in &forks {
                check_slots(slots, model);
            }
        }
    }
}
