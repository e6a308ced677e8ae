//! From text to an [`Object`], with the place of every mistake.
//!
//! Reading a typed object drops what its type does not know. [`decode`] does the same and can tell:
//! it names unknown and repeated fields, and reports a value of the wrong type with its path.
//! It is more lenient than `serde_json::from_str::<Pod>`, which has no paths, and otherwise agrees
//! with it.
//!
//! Source: `sigs.k8s.io/json`, `apimachinery/pkg/util/yaml`, and `fieldValidation` of the API.

mod check;
mod error;
mod list;
mod tree;
#[cfg(feature = "yaml")]
mod yaml;

use serde_json::Value;

use crate::api::kinds::{Kind, Object};

pub use error::{DecodeCause, DecodeError};
use tree::{Repeat, Tree};

/// What happens to fields that the kind does not have, and to fields that stand twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the API has these three")]
pub enum Strictness {
    /// They are dropped in silence.
    Ignore,
    /// They are dropped, and listed in [`Decoded`].
    #[default]
    Warn,
    /// They are an error, [`DecodeCause::Strict`].
    Strict,
}

/// A decoded object, and what was dropped on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The object.
    pub object: Object,
    /// Paths of fields that the kind does not have, as `spec.containers[0].foo`. Always empty under
    /// [`Strictness::Ignore`].
    pub unknown: Vec<Box<str>>,
    /// Paths of fields that stand more than once; the later one won. Always empty under
    /// [`Strictness::Ignore`].
    pub duplicate: Vec<Box<str>>,
}

/// Decodes one object from JSON text.
///
/// `null` is fine wherever a value is expected and reads as its zero value. Of a repeated field the
/// later one wins, and two structs merge member by member. A kind that is not in the table becomes
/// a [`Custom`](crate::api::Custom) and keeps all its fields.
///
/// ```
/// use kubernel::api::{Pod, Strictness, decode};
///
/// let text = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"nodename":"n1"}}"#;
/// let decoded = decode(text, Strictness::Warn)?;
/// assert_eq!(decoded.object.peek::<Pod>().map(|pod| pod.metadata.name.as_str()), Some("web"));
/// assert_eq!(decoded.unknown, ["spec.nodename".into()]);
///
/// let text = r#"{"apiVersion":"v1","kind":"Pod","spec":{"hostNetwork":"yes"}}"#;
/// let error = decode(text, Strictness::Warn).unwrap_err();
/// assert_eq!(error.to_string(), "`spec.hostNetwork`: expected true or false, found a string");
/// # Ok::<(), kubernel::api::DecodeError>(())
/// ```
///
/// # Errors
/// When the text is not one JSON value, is not an object, lacks `apiVersion` or `kind`, is a list,
/// holds a value of another type than its field, or, under [`Strictness::Strict`], holds unknown or
/// repeated fields.
pub fn decode(text: impl AsRef<[u8]>, strictness: Strictness) -> Result<Decoded, DecodeError> {
    read(text.as_ref(), None, strictness)
}

/// Decodes one object from a JSON value, as [`decode`] does from text.
///
/// ```
/// use kubernel::api::{Strictness, decode_value};
///
/// let value = serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}});
/// let decoded = decode_value(value, Strictness::Strict)?;
/// assert_eq!(decoded.object.meta().name, "web");
/// # Ok::<(), kubernel::api::DecodeError>(())
/// ```
///
/// # Errors
/// As [`decode`], except that a value has no syntax.
pub fn decode_value(value: Value, strictness: Strictness) -> Result<Decoded, DecodeError> {
    let kind = single(&value, None)?;
    finish(Tree { value, duplicate: Vec::new() }, &kind, strictness)
}

/// Decodes one object from JSON text that may lack `apiVersion` or `kind`, which then are those of
/// `assumed`, as in the body of a request to a path that tells them. An object that says that it is of
/// another kind is of that kind.
///
/// ```
/// use kubernel::api::{Kind, Strictness, decode_as};
///
/// let decoded = decode_as(r#"{"metadata": {"name": "web"}}"#, &Kind::Pod, Strictness::Strict)?;
/// assert_eq!(decoded.object.kind(), Kind::Pod);
/// # Ok::<(), kubernel::api::DecodeError>(())
/// ```
///
/// # Errors
/// As [`decode`], except that `apiVersion` and `kind` may be absent.
pub fn decode_as(
    text: impl AsRef<[u8]>,
    assumed: &Kind,
    strictness: Strictness,
) -> Result<Decoded, DecodeError> {
    read(text.as_ref(), Some(assumed), strictness)
}

fn read(
    text: &[u8],
    assumed: Option<&Kind>,
    strictness: Strictness,
) -> Result<Decoded, DecodeError> {
    let (tree, kind) = read_one(text, assumed, Repeat::Merge)?;
    match kind {
        // Upstream reads unknown kinds into plain maps, where the later value stands alone.
        Kind::Custom(_) if !tree.duplicate.is_empty() => {
            let (tree, kind) = read_one(text, assumed, Repeat::Replace)?;
            finish(tree, &kind, strictness)
        }
        kind => finish(tree, &kind, strictness),
    }
}

fn read_one(
    text: &[u8],
    assumed: Option<&Kind>,
    repeat: Repeat,
) -> Result<(Tree, Kind), DecodeError> {
    if text.trim_ascii().is_empty() {
        return Err(DecodeError::new(DecodeCause::Empty));
    }
    let mut tree = tree::read(text, repeat)?;
    let kind = single(&tree.value, assumed)?;
    if let (Value::Object(fields), Some(_)) = (&mut tree.value, assumed) {
        fields.insert("apiVersion".into(), kind.api_version().into());
        fields.insert("kind".into(), kind.as_str().into());
    }
    Ok((tree, kind))
}

/// Decodes every object of a text: one JSON value or several after each other, and with the feature
/// `yaml` a stream of YAML documents.
///
/// A list, as `List` or `PodList`, stands for its items. An item of a typed list may lack
/// `apiVersion` and `kind`. Empty documents and documents of comments only are skipped, so the text
/// without an object gives an empty vector. A mistake in one document or item does not hide the
/// others; only broken JSON ends the text.
///
/// ```
/// use kubernel::api::{Strictness, decode_all};
///
/// let text = r#"{"apiVersion":"v1","kind":"PodList","items":[
///     {"metadata":{"name":"a"}},
///     {"metadata":{"name":"b"},"spec":{"priority":"high"}}
/// ]}"#;
/// let all = decode_all(text, Strictness::Warn);
/// assert_eq!(all.len(), 2);
/// assert_eq!(
///     all[1].as_ref().unwrap_err().to_string(),
///     "`items[1].spec.priority`: expected a whole number of 32 bits, found a string",
/// );
/// ```
///
/// # Errors
/// Each item as [`decode`]; a repeated field of the list itself is charged to its first item.
pub fn decode_all(
    text: impl AsRef<[u8]>,
    strictness: Strictness,
) -> Vec<Result<Decoded, DecodeError>> {
    let mut out = Vec::new();
    for (index, tree) in trees(text.as_ref()).into_iter().enumerate() {
        let from = out.len();
        match tree {
            Ok(tree) => list::decode(tree, strictness, &mut out),
            Err(error) => out.push(Err(error)),
        }
        for error in out.iter_mut().skip(from).filter_map(|one| one.as_mut().err()) {
            error.document = index;
        }
    }
    out
}

#[cfg(not(feature = "yaml"))]
fn trees(text: &[u8]) -> Vec<Result<Tree, DecodeError>> {
    tree::read_stream(text)
}

#[cfg(feature = "yaml")]
fn trees(text: &[u8]) -> Vec<Result<Tree, DecodeError>> {
    if !text.trim_ascii_start().starts_with(b"{") {
        return yaml::read_stream(text);
    }
    let json = tree::read_stream(text);
    if json.iter().all(Result::is_ok) {
        return json;
    }
    // A flow mapping of YAML starts with a brace as well.
    let yaml = yaml::read_stream(text);
    if yaml.iter().all(Result::is_ok) { yaml } else { json }
}

/// The kind of a document that is one object and not a list of objects.
fn single(value: &Value, assumed: Option<&Kind>) -> Result<Kind, DecodeError> {
    if list::is_list(value) {
        return Err(DecodeError::new(DecodeCause::List));
    }
    kind_of(value, assumed.map(|kind| (kind.api_version(), kind.as_str())))
}

/// The kind that an object says it is of; `assumed` is what its list says.
fn kind_of(value: &Value, assumed: Option<(&str, &str)>) -> Result<Kind, DecodeError> {
    let Value::Object(fields) = value else {
        return Err(DecodeError::new(DecodeCause::NotAnObject { found: check::found(value) }));
    };
    let word = |name: &str| match fields.get(name) {
        Some(Value::String(word)) => Ok(Some(word.as_str()).filter(|word| !word.is_empty())),
        None | Some(Value::Null) => Ok(None),
        Some(other) => Err(DecodeError::at(
            name,
            DecodeCause::WrongType { expected: "a string", found: check::found(other) },
        )),
    };
    let kind = word("kind")?.or(assumed.map(|(_, kind)| kind));
    let version = word("apiVersion")?.or(assumed.map(|(version, _)| version));
    let kind = kind.ok_or_else(|| DecodeError::new(DecodeCause::MissingKind))?;
    let version = version.ok_or_else(|| DecodeError::new(DecodeCause::MissingApiVersion))?;
    Ok(Kind::of(version, kind))
}

/// Checks a value against its kind and reads it.
fn finish(tree: Tree, kind: &Kind, strictness: Strictness) -> Result<Decoded, DecodeError> {
    let Tree { value, duplicate } = tree;
    let unknown = check::check(kind, &value)?;
    let (unknown, duplicate) = match strictness {
        Strictness::Ignore => (Vec::new(), Vec::new()),
        Strictness::Warn => (unknown, duplicate),
        Strictness::Strict if unknown.is_empty() && duplicate.is_empty() => (unknown, duplicate),
        Strictness::Strict => {
            return Err(DecodeError::new(DecodeCause::Strict { unknown, duplicate }));
        }
    };
    let object = kind.read(value).map_err(|error| {
        DecodeError::new(DecodeCause::Invalid { message: error.to_string().into() })
    })?;
    Ok(Decoded { object, unknown, duplicate })
}

#[cfg(test)]
mod tests;
