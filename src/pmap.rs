//! A persistent sorted map: a clone shares everything, a write copies one path.
//!
//! The one place that knows which tree is used; see the method list for all that is asked of it.

use std::borrow::Borrow;
use std::fmt;
use std::ops::RangeBounds;

use rpds::RedBlackTreeMapSync;

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ops::Bound;

    use proptest::prelude::*;

    use super::PMap;

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
}
