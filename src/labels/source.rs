//! Where labels come from.

use std::collections::BTreeMap;

/// A set of labels that can be looked up by key.
///
/// Implemented for the map of an object's metadata and for short lists of pairs; implement it for
/// whatever else carries labels.
pub trait Labels {
    /// The value of the label `key`; `None` when there is no such label.
    fn value(&self, key: &str) -> Option<&str>;
}

impl Labels for BTreeMap<String, String> {
    fn value(&self, key: &str) -> Option<&str> {
        self.get(key).map(String::as_str)
    }
}

impl Labels for [(&str, &str)] {
    fn value(&self, key: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == key).map(|&(_, value)| value)
    }
}

impl<const N: usize> Labels for [(&str, &str); N] {
    fn value(&self, key: &str) -> Option<&str> {
        self.as_slice().value(key)
    }
}

impl<L: Labels + ?Sized> Labels for &L {
    fn value(&self, key: &str) -> Option<&str> {
        (**self).value(key)
    }
}
