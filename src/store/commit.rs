//! The only way in.

use super::{Change, Expect, Rejected, Revision, Store, place};
use crate::api::{Key, Kind, Object};

impl Store {
    /// Stores `after` as `key`, or deletes `key` if it is `None`; answers the new revision.
    ///
    /// Every commit takes the next revision, a deletion too, and stamps it as `metadata.resourceVersion`
    /// in decimal. Nothing else of the object is looked at: a commit that changes nothing is a
    /// commit (see [`holds`](Self::holds)). // STORE-1
    ///
    /// # Errors
    /// - [`Rejected::AlreadyExists`]: `expect` is [`Expect::Absent`], but there is an object.
    /// - [`Rejected::NotFound`]: `expect` names a revision or a uid, or `after` is `None`, but there is no object.
    /// - [`Rejected::Changed`]: the object is at another revision than expected.
    /// - [`Rejected::Replaced`]: the object has another uid than expected.
    /// - [`Rejected::Misnamed`]: `after` is of another kind, namespace or name than `key` says.
    ///
    /// ```
    /// use kubernel::api::{Node, Object, ObjectMeta};
    /// use kubernel::store::{Expect, Rejected, Revision, Store};
    ///
    /// let node = Object::from(Node { metadata: ObjectMeta { name: "n1".into(), ..Default::default() }, ..Default::default() });
    /// let key = node.key();
    /// let mut store = Store::new();
    /// assert_eq!(store.commit(key.clone(), Expect::Absent, Some(node.clone()))?, Revision(1));
    /// assert_eq!(store.commit(key.clone(), Expect::Revision(Revision(1)), Some(node.clone()))?, Revision(2));
    ///
    /// let refused = store.commit(key.clone(), Expect::Revision(Revision(1)), Some(node));
    /// assert_eq!(refused, Err(Rejected::Changed { key, have: Revision(2), expected: Revision(1) }));
    /// # Ok::<(), Rejected>(())
    /// ```
    pub fn commit(
        &mut self,
        key: Key,
        expect: Expect,
        after: Option<Object>,
    ) -> Result<Revision, Rejected> {
        let (place, before) = self.state.find(&place::at(&key));
        check(&key, &expect, before.as_ref(), after.as_ref())?;
        let revision = self.revision.next();
        let after = after.map(|object| stamped(object, revision));
        self.state.replace(place, &key.kind, before.as_ref(), after.as_ref());
        self.revision = revision;
        self.history.push(Change { revision, key, before, after }, &self.state);
        Ok(revision)
    }

    /// Whether `key` is stored with just this content, its `metadata.resourceVersion` apart: writing it
    /// would change nothing. // STORE-5
    ///
    /// ```
    /// use kubernel::api::{Node, Object, ObjectMeta};
    /// use kubernel::store::{Expect, Store};
    ///
    /// let mut node = Object::from(Node { metadata: ObjectMeta { name: "n1".into(), ..Default::default() }, ..Default::default() });
    /// let mut store = Store::new();
    /// store.commit(node.key(), Expect::Absent, Some(node.clone()))?;
    /// assert!(store.holds(&node.key(), &node));
    /// node.meta_mut().generation = 2;
    /// assert!(!store.holds(&node.key(), &node));
    /// # Ok::<(), kubernel::store::Rejected>(())
    /// ```
    #[must_use]
    pub fn holds(&self, key: &Key, object: &Object) -> bool {
        let Some(stored) = self.object(key) else { return false };
        let version = &stored.meta().resource_version;
        if object.meta().resource_version == *version {
            return stored == object;
        }
        let mut object = object.clone();
        object.meta_mut().resource_version.clone_from(version);
        *stored == object
    }
}

fn stamped(mut object: Object, revision: Revision) -> Object {
    object.meta_mut().resource_version = revision.to_string();
    object
}

fn check(
    key: &Key,
    expect: &Expect,
    before: Option<&Object>,
    after: Option<&Object>,
) -> Result<(), Rejected> {
    if let Some(after) = after.filter(|after| !is_called(after, key)) {
        return Err(Rejected::Misnamed { key: key.clone(), found: after.key() });
    }
    match (expect, before) {
        // STORE-2
        (Expect::Absent, Some(_)) => Err(Rejected::AlreadyExists { key: key.clone() }),
        (Expect::Revision(_) | Expect::Uid(_), None) => {
            Err(Rejected::NotFound { key: key.clone() })
        }
        (Expect::Any | Expect::Absent, None) if after.is_none() => {
            Err(Rejected::NotFound { key: key.clone() })
        }
        (Expect::Any | Expect::Absent, None) | (Expect::Any, Some(_)) => Ok(()),
        (Expect::Revision(expected), Some(before)) => is_at(key, before, *expected),
        (Expect::Uid(expected), Some(before)) if before.meta().uid == **expected => Ok(()),
        (Expect::Uid(expected), Some(before)) => Err(Rejected::Replaced {
            key: key.clone(),
            have: before.meta().uid.as_str().into(),
            expected: expected.clone(),
        }),
    }
}

// STORE-3, STORE-9
fn is_at(key: &Key, before: &Object, expected: Revision) -> Result<(), Rejected> {
    let have = Revision::of(before);
    if have == expected {
        return Ok(());
    }
    Err(Rejected::Changed { key: key.clone(), have, expected })
}

fn is_called(object: &Object, key: &Key) -> bool {
    let meta = object.meta();
    let kind = match (object, &key.kind) {
        // The object does not know its plural and its scope.
        (Object::Custom(object), Kind::Custom(kind)) => {
            object.api_version == kind.api_version() && object.kind == kind.kind()
        }
        (object, kind) => object.kind() == *kind,
    };
    kind && *meta.namespace == *key.namespace && *meta.name == *key.name
}
