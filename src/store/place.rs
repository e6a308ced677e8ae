//! Where an object lies: one text, compared bytewise.

use std::fmt::Write as _;
use std::ops::{Bound, RangeBounds};

use crate::api::{Key, Kind};

/// All texts that start with one prefix.
#[derive(Debug)]
pub(super) struct Under {
    from: String,
    to: String,
    is_open: bool,
}

impl Under {
    /// The range of `prefix`, whose last character must not be the last there is.
    pub(super) fn new(prefix: String) -> Self {
        let mut to = prefix.clone();
        if let Some(next) = to.pop().and_then(|last| char::from_u32(u32::from(last) + 1)) {
            to.push(next);
        }
        Self { from: prefix, to, is_open: false }
    }

    /// These and all behind them.
    pub(super) fn open(self) -> Self {
        Self { is_open: true, ..self }
    }

    /// What they all start with, itself the least of them.
    pub(super) fn prefix(&self) -> &str {
        &self.from
    }

    /// The text behind all of these.
    pub(super) fn end(&self) -> &str {
        &self.to
    }
}

impl RangeBounds<str> for Under {
    fn start_bound(&self) -> Bound<&str> {
        Bound::Included(&self.from)
    }

    fn end_bound(&self) -> Bound<&str> {
        if self.is_open { Bound::Unbounded } else { Bound::Excluded(&self.to) }
    }
}

/// The text before every object of `kind`: one character for a kind of the table, its names for a custom one.
pub(super) fn kind(kind: &Kind) -> String {
    let mut text = String::with_capacity(64);
    text.push(char::from(kind.line()));
    if let Kind::Custom(custom) = kind {
        // Writing into a string cannot fail.
        let _ = write!(text, "{}\0{}\0", custom.api_version(), custom.kind());
    }
    text
}

/// The text of one object. Texts of one kind sort as `namespace/name` does: `x-1/b` before `x/a`. // LIST-1
pub(super) fn of(kind: &Kind, namespace: &str, name: &str) -> String {
    let mut text = self::kind(kind);
    text.push_str(namespace);
    text.push('/');
    text.push_str(name);
    text
}

/// The text of the object called `key`.
pub(super) fn at(key: &Key) -> String {
    of(&key.kind, &key.namespace, &key.name)
}

/// The text before every object of `kind` in `namespace`.
pub(super) fn within(kind: &Kind, namespace: &str) -> String {
    of(kind, namespace, "")
}

/// All objects of a kind, or those of one namespace.
pub(super) fn all(kind: &Kind, namespace: Option<&str>) -> Under {
    Under::new(match namespace {
        Some(namespace) => within(kind, namespace),
        None => self::kind(kind),
    })
}

#[cfg(test)]
mod tests {
    use super::{all, of};
    use crate::api::Kind;
    use std::ops::RangeBounds;

    #[test]
    fn orders_by_the_text_of_namespace_and_name() {
        // LIST-1
        let pods = [("a", "z"), ("x-1", "b"), ("x", "a"), ("x", "b"), ("x0", "a")];
        let texts: Vec<String> =
            pods.iter().map(|(namespace, name)| of(&Kind::Pod, namespace, name)).collect();
        assert!(texts.is_sorted(), "{texts:?}");
    }

    #[test]
    fn a_kind_and_a_namespace_are_ranges() {
        let pod = of(&Kind::Pod, "x", "a");
        for (kind, namespace, inside) in [
            (Kind::Pod, Some("x"), true),
            (Kind::Pod, None, true),
            (Kind::Pod, Some("x-1"), false),
            (Kind::Pod, Some(""), false),
            (Kind::Service, None, false),
            (Kind::of("acme.io/v1", "Pod"), None, false),
        ] {
            assert_eq!(
                all(&kind, namespace).contains(pod.as_str()),
                inside,
                "{kind} {namespace:?}"
            );
        }
    }
}
