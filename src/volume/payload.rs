//! The files that a Secret or a ConfigMap becomes, and how they replace older ones.
//!
//! Source: `pkg/volume/secret/secret.go`, `pkg/volume/configmap/configmap.go`,
//! `pkg/volume/util/atomic_writer.go`.

use std::collections::BTreeMap;

use crate::api::{ConfigMap, KeyToPath, Secret};
use crate::volume::{Entry, Tree, TreeError};

/// Files by path.
pub type Payload = BTreeMap<String, PayloadFile>;

/// One file of a payload.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PayloadFile {
    /// The permission bits.
    pub mode: i32,
    /// The content.
    pub data: Vec<u8>,
    /// The owner, if it is not the default one.
    pub fs_user: Option<i64>,
}

impl std::fmt::Debug for PayloadFile {
    /// Shows the size only: the content may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PayloadFile({:o}, {} bytes)", self.mode, self.data.len())
    }
}

/// Why the files of a volume cannot be made; the pod waits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The volume has no default mode, not even by default (`PAYLOAD-6`).
    #[error("no defaultMode used, not even the default value for it")]
    NoDefaultMode,
    /// The object does not exist (`PAYLOAD-3`).
    #[error("{kind} \"{name}\" not found")]
    NoObject {
        /// `secret` or `configmap`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// The object lacks a key that is listed (`PAYLOAD-3`).
    #[error("references non-existent {kind} key: {key}")]
    NoKey {
        /// `secret` or `config`.
        kind: &'static str,
        /// The key.
        key: String,
    },
    /// A field or a resource of the pod cannot be told (`DOWN-7`).
    #[error(transparent)]
    Downward(#[from] crate::volume::downward::DownwardError),
    /// A path may not be written (`ATOMIC-2`).
    #[error("invalid path `{path}`: {why}")]
    BadPath {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: BadPath,
    },
    /// A service account token could not be had.
    #[error("no token for service account `{account}`")]
    NoToken {
        /// The service account.
        account: String,
    },
    /// The sort of source is not served.
    #[error("source `{source_kind}` is not supported")]
    Unsupported {
        /// The field of the source.
        source_kind: &'static str,
    },
    /// Several sources failed (`PROJ-1`).
    #[error("{}", several(.0))]
    Several(Vec<PayloadError>),
}

fn several(errors: &[PayloadError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What is wrong with a path of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadPath {
    /// It is empty.
    #[error("must not be empty")]
    Empty,
    /// It begins with a slash.
    #[error("must be relative")]
    Absolute,
    /// It has more than 4096 bytes.
    #[error("must be at most 4096 bytes")]
    TooLong,
    /// An element has more than 255 bytes.
    #[error("an element must be at most 255 bytes")]
    ElementTooLong,
    /// An element is `..`.
    #[error("must not contain `..`")]
    Backstep,
    /// It begins with `..`.
    #[error("must not start with `..`")]
    Dots,
    /// It runs through another file, or ends at a directory.
    #[error("a file or directory is in the way")]
    Conflict,
}

/// The files of a Secret volume (`PAYLOAD-2` … `PAYLOAD-6`). No secret: it does not exist.
///
/// # Errors
/// [`PayloadError`] for a missing default mode, object or listed key; the latter two not if the
/// volume is optional.
pub fn secret(
    name: &str,
    secret: Option<&Secret>,
    items: &[KeyToPath],
    mode: Option<i32>,
    optional: bool,
) -> Result<Payload, PayloadError> {
    let mode = mode.ok_or(PayloadError::NoDefaultMode)?;
    let data: BTreeMap<&str, &[u8]> = match secret {
        Some(secret) => secret.data.iter().map(|(key, bytes)| (key.as_str(), &**bytes)).collect(),
        None if optional => BTreeMap::new(),
        None => return Err(PayloadError::NoObject { kind: "secret", name: name.to_owned() }),
    };
    if items.is_empty() {
        return Ok(all(&data, mode));
    }
    let look = |key: &str| data.get(key).copied();
    listed(items, Rules { kind: "secret", mode, optional }, look)
}

/// The files of a ConfigMap volume (`PAYLOAD-2` … `PAYLOAD-6`). No map: it does not exist.
///
/// # Errors
/// As for [`secret`].
pub fn config_map(
    name: &str,
    map: Option<&ConfigMap>,
    items: &[KeyToPath],
    mode: Option<i32>,
    optional: bool,
) -> Result<Payload, PayloadError> {
    let mode = mode.ok_or(PayloadError::NoDefaultMode)?;
    let empty = ConfigMap::default();
    let map = match map {
        Some(map) => map,
        None if optional => &empty,
        None => return Err(PayloadError::NoObject { kind: "configmap", name: name.to_owned() }),
    };
    if items.is_empty() {
        // PAYLOAD-5: the binary value wins here …
        let text = map.data.iter().map(|(key, text)| (key.as_str(), text.as_bytes()));
        let binary = map.binary_data.iter().map(|(key, bytes)| (key.as_str(), &**bytes));
        return Ok(all(&text.chain(binary).collect(), mode));
    }
    // … and the text there.
    let look = |key: &str| {
        map.data
            .get(key)
            .map(String::as_bytes)
            .or_else(|| map.binary_data.get(key).map(|bytes| &**bytes))
    };
    listed(items, Rules { kind: "config", mode, optional }, look)
}

fn all(data: &BTreeMap<&str, &[u8]>, mode: i32) -> Payload {
    data.iter()
        .map(|(key, bytes)| {
            ((*key).to_owned(), PayloadFile { mode, data: bytes.to_vec(), fs_user: None })
        })
        .collect()
}

struct Rules {
    kind: &'static str,
    mode: i32,
    optional: bool,
}

fn listed<'a>(
    items: &[KeyToPath],
    rules: Rules,
    look: impl Fn(&str) -> Option<&'a [u8]>,
) -> Result<Payload, PayloadError> {
    let mut files = Payload::new();
    for item in items {
        match look(&item.key) {
            Some(bytes) => {
                let mode = item.mode.unwrap_or(rules.mode);
                let file = PayloadFile { mode, data: bytes.to_vec(), fs_user: None };
                files.insert(item.path.clone(), file); // PAYLOAD-4
            }
            None if rules.optional => {}
            None => {
                return Err(PayloadError::NoKey { kind: rules.kind, key: item.key.clone() });
            }
        }
    }
    Ok(files)
}

/// The files of a volume after an update by `payload`, all at once; `None` if the old ones stay.
///
/// The old ones stay if every file is there with equal bytes and none is left over; so a change of
/// mode alone is not carried out (`ATOMIC-1` … `ATOMIC-4`). Without old ones there is always
/// something to write, if only an empty directory.
///
/// # Errors
/// [`PayloadError::BadPath`]; the old files stay.
pub fn update(old: Option<&Tree>, payload: &Payload) -> Result<Option<Tree>, PayloadError> {
    let mut cleaned: BTreeMap<String, &PayloadFile> = BTreeMap::new();
    for (path, file) in payload {
        let bad = |why| PayloadError::BadPath { path: path.clone(), why };
        check_path(path).map_err(bad)?;
        cleaned.insert(super::tree::clean(path).map_err(|_| bad(BadPath::Backstep))?, file);
    }
    if let Some(old) = old
        && holds(old, &cleaned)?
    {
        return Ok(None);
    }
    let mut next = Tree::default();
    for (path, file) in cleaned {
        let mode = u32::try_from(file.mode).unwrap_or_default();
        let entry = Entry::File { mode, data: file.data.as_slice().into() };
        next.put(&path, entry, 0o755)
            .map_err(|_| PayloadError::BadPath { path, why: BadPath::Conflict })?;
    }
    Ok(Some(next))
}

/// Whether a tree has exactly these files (`ATOMIC-3`).
///
/// # Errors
/// When a directory stands where the first file that tells a difference should be, or a file where a
/// directory of it should be (`ATOMIC-5`).
fn holds(tree: &Tree, files: &BTreeMap<String, &PayloadFile>) -> Result<bool, PayloadError> {
    for (path, file) in files {
        match tree.read(path) {
            Ok(data) if *data == *file.data => {}
            Ok(_) | Err(TreeError::NotFound) => return Ok(false),
            Err(_) => {
                let (path, why) = (path.clone(), BadPath::Conflict);
                return Err(PayloadError::BadPath { path, why });
            }
        }
    }
    let count = tree.iter().filter(|(_, entry)| matches!(entry, Entry::File { .. })).count();
    Ok(count == files.len())
}

/// Whether a payload may have this path (`ATOMIC-2`).
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_path(path: &str) -> Result<(), BadPath> {
    if path.is_empty() {
        return Err(BadPath::Empty);
    }
    if path.starts_with('/') {
        return Err(BadPath::Absolute);
    }
    if path.len() > 4096 {
        return Err(BadPath::TooLong);
    }
    for element in path.split('/') {
        if element == ".." {
            return Err(BadPath::Backstep);
        }
        if element.len() > 255 {
            return Err(BadPath::ElementTooLong);
        }
    }
    let first = path.split('/').next().unwrap_or_default();
    if first.starts_with("..") { Err(BadPath::Dots) } else { Ok(()) }
}
