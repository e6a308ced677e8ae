//! Changing an object by a patch.

use serde_json::Value;

use crate::admission::error::ApiError;
use crate::admission::{Admitted, Gate, Subresource, must_be_stored, update};
use crate::api::{Key, Object, Strictness, decode_value};
use crate::patch;

/// A request to change an object by a patch.
///
/// ```
/// use kubernel::Cluster;
/// use kubernel::admission::Patch;
/// use kubernel::api::{ConfigMap, ObjectMeta};
/// use serde_json::json;
///
/// let mut cluster = Cluster::builder().build();
/// let metadata = ObjectMeta { name: "a".into(), ..Default::default() };
/// let key = cluster.create(ConfigMap { metadata, ..Default::default() })?;
///
/// let object = cluster.patch(Patch::merge(key.clone(), json!({"data": {"k": "1"}})))?;
/// assert_eq!(object.peek::<ConfigMap>().unwrap().data["k"], "1");
///
/// let refused = cluster.patch(Patch::merge(key, json!({"data": "1"}))).unwrap_err();
/// assert_eq!(refused.code(), 422);
/// # Ok::<(), kubernel::ApiError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Patch {
    /// The object.
    pub key: Key,
    /// What is to change.
    pub change: Change,
    /// The only part that is to change; `None`: everything but the status.
    pub subresource: Option<Subresource>,
    /// What becomes of fields that the kind does not have.
    pub strictness: Strictness,
}

/// What a patch is to change, in one of the three forms.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A list of operations, see [`patch::json`].
    Json(Value),
    /// The members to change, see [`patch::merge`].
    Merge(Value),
    /// The same, with lists that merge by key, see [`patch::strategic`].
    Strategic(Value),
}

impl Patch {
    /// A JSON patch of an object.
    #[must_use]
    pub fn json(key: Key, operations: Value) -> Self {
        Self::new(key, Change::Json(operations))
    }

    /// A JSON merge patch of an object.
    #[must_use]
    pub fn merge(key: Key, patch: Value) -> Self {
        Self::new(key, Change::Merge(patch))
    }

    /// A strategic merge patch of an object.
    #[must_use]
    pub fn strategic(key: Key, patch: Value) -> Self {
        Self::new(key, Change::Strategic(patch))
    }

    fn new(key: Key, change: Change) -> Self {
        Self { key, change, subresource: None, strictness: Strictness::Warn }
    }

    /// The same for the status.
    #[must_use]
    pub fn of_status(self) -> Self {
        self.of(Subresource::Status)
    }

    /// The same for a part of the object.
    #[must_use]
    pub fn of(self, subresource: Subresource) -> Self {
        Self { subresource: Some(subresource), ..self }
    }

    /// The same, with this opinion about fields that the kind does not have.
    #[must_use]
    pub fn with(self, strictness: Strictness) -> Self {
        Self { strictness, ..self }
    }

    /// The object after the patch, before anything else is done with it (PATCH-15).
    ///
    /// # Errors
    /// - [`ApiError::Patch`]: the patch is none, or does not apply.
    /// - [`ApiError::Unpatched`]: the result is no object of the kind.
    /// - [`ApiError::UnsupportedMediaType`]: a strategic merge patch of a kind that is not in the table.
    /// - [`ApiError::BadRequest`]: the result is called otherwise (META-3).
    ///
    /// Source: `apiserver/pkg/endpoints/handlers/patch.go applyPatch`.
    pub fn apply(&self, old: &Object) -> Result<Object, ApiError> {
        let unpatched = |text: String| ApiError::Unpatched { text: text.into() };
        let value = old.to_value().map_err(|error| unpatched(error.to_string()))?;
        let value = self.change(value)?;
        let decoded = decode_value(value, self.strictness);
        let mut object = decoded.map_err(|error| unpatched(error.to_string()))?.object;
        if !is_same_kind(&object, old) {
            return Err(unpatched("the patch changes `kind` or `apiVersion`".into()));
        }
        let (asked, meta) = (&self.key, object.meta_mut());
        if meta.namespace.is_empty() {
            meta.namespace = asked.namespace.to_string();
        }
        // META-3
        if *meta.namespace != *asked.namespace || *meta.name != *asked.name {
            let text = "the object after the patch is called otherwise than the one in the request";
            return Err(ApiError::BadRequest { text: text.into() });
        }
        Ok(object)
    }

    fn change(&self, value: Value) -> Result<Value, ApiError> {
        let kind = &self.key.kind;
        let name = |value: &mut Value, member: &str, text: &str, always: bool| {
            let Some(members) = value.as_object_mut() else { return };
            let unset = members.get(member).is_none_or(|it| it.is_null() || it == "");
            if always || unset {
                members.insert(member.into(), text.into());
            }
        };
        let (result, always) = match &self.change {
            Change::Json(operations) => {
                self.check_operations(operations)?;
                (patch::json(value, operations), false)
            }
            Change::Merge(patch) => {
                self.check_members(patch)?;
                (patch::merge(value, patch), false)
            }
            Change::Strategic(patch) => {
                self.check_members(patch)?;
                let unsupported = || ApiError::UnsupportedMediaType { kind: kind.clone() };
                let shape = kind.shape().ok_or_else(unsupported)?;
                // What is merged is known to be of the kind, whatever it says.
                (patch::strategic(shape, value, patch), true)
            }
        };
        let mut value = result.map_err(ApiError::Patch)?;
        name(&mut value, "kind", kind.as_str(), always);
        name(&mut value, "apiVersion", kind.api_version(), always);
        Ok(value)
    }

    /// What a server finds when it reads operations to warn of unknown members.
    fn check_operations(&self, operations: &Value) -> Result<(), ApiError> {
        if self.strictness == Strictness::Ignore {
            return Ok(());
        }
        let members = operations.as_array().into_iter().flatten().filter_map(Value::as_object);
        for (member, value) in members.flatten() {
            let known = ["op", "path", "from", "value"].contains(&member.as_str());
            if known && member != "value" && !value.is_string() && !value.is_null() {
                let text = format!("error decoding patch: `{member}` must be text").into();
                return Err(ApiError::BadRequest { text });
            }
            if !known && self.strictness == Strictness::Strict {
                let text = format!("json patch unknown field `{member}`").into();
                return Err(ApiError::Unpatched { text });
            }
        }
        Ok(())
    }

    fn check_members(&self, patch: &Value) -> Result<(), ApiError> {
        let lenient =
            matches!(self.change, Change::Merge(_)) && self.strictness == Strictness::Ignore;
        if lenient || patch.is_object() || patch.is_null() {
            return Ok(());
        }
        let text = "error decoding patch: it is not an object".into();
        Err(ApiError::BadRequest { text })
    }
}

fn is_same_kind(new: &Object, old: &Object) -> bool {
    match (new, old) {
        (Object::Custom(new), Object::Custom(old)) => {
            (&new.api_version, &new.kind) == (&old.api_version, &old.kind)
        }
        (new, old) => new.kind() == old.kind(),
    }
}

impl Gate<'_> {
    /// PATCH-15, PATCH-16: it sees what is stored now, so only a version in the patch can conflict.
    pub(super) fn patch(&mut self, patch: &Patch) -> Result<Admitted, ApiError> {
        let store = self.store;
        let key = &patch.key;
        let old = store.object(key).ok_or_else(|| ApiError::NotFound { key: key.clone() })?;
        must_be_stored(old, "patch")?;
        let Some(part) = patch.subresource else {
            let mut new = patch.apply(old)?;
            update::settle_version(&mut new, old)?;
            return self.revise(new, old);
        };
        update::must_have(old, part)?;
        if part == Subresource::Scale {
            return self.patch_scale(patch, old);
        }
        let mut new = patch.apply(old)?;
        update::settle_version(&mut new, old)?;
        self.revise_part(new, old, part)
    }
}
