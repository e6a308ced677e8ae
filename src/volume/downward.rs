//! Fields and resources of a pod as text.
//!
//! Source: `pkg/fieldpath/fieldpath.go`, `pkg/api/v1/resource/helpers.go`,
//! `pkg/volume/downwardapi/downwardapi.go`.

use std::collections::BTreeMap;

use crate::api::{
    Container, DownwardAPIVolumeFile, ObjectMeta, Pod, ResourceFieldSelector, ResourceList,
};
use crate::quantity::Quantity;
use crate::volume::payload::{Payload, PayloadError, PayloadFile};
use crate::volume::quote::quote;

/// Why a field or a resource of a pod cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DownwardError {
    /// The path names no field that may be used here.
    #[error("unsupported fieldPath: {path}")]
    UnsupportedField {
        /// The path.
        path: String,
    },
    /// The key in the brackets is no key (`DOWN-4`).
    #[error("invalid key subscript in {path}")]
    BadSubscript {
        /// The path.
        path: String,
    },
    /// No container has the name.
    #[error("container {name} not found")]
    NoContainer {
        /// The name.
        name: String,
    },
    /// The resource is none that can be told.
    #[error("unsupported container resource : {resource}")]
    UnsupportedResource {
        /// The resource.
        resource: String,
    },
}

/// A field of an object's metadata as text: name, namespace, uid, all labels or annotations, or one
/// of them in brackets (`DOWN-3`, `DOWN-4`).
///
/// ```
/// use kubernel::api::ObjectMeta;
/// use kubernel::volume::downward::field;
///
/// let mut meta = ObjectMeta { name: "web-0".into(), ..ObjectMeta::default() };
/// meta.labels.insert("app".into(), "web".into());
/// assert_eq!(field(&meta, "metadata.name").as_deref(), Ok("web-0"));
/// assert_eq!(field(&meta, "metadata.labels['app']").as_deref(), Ok("web"));
/// assert_eq!(field(&meta, "metadata.labels").as_deref(), Ok("app=\"web\""));
/// assert!(field(&meta, "spec.nodeName").is_err());
/// ```
///
/// # Errors
/// [`DownwardError::UnsupportedField`], or [`DownwardError::BadSubscript`] if the key in the
/// brackets could not be one.
pub fn field(meta: &ObjectMeta, path: &str) -> Result<String, DownwardError> {
    if let Some((base, key)) = subscript(path) {
        let (map, key_form) = match base {
            "metadata.annotations" => (&meta.annotations, key.to_lowercase()),
            "metadata.labels" => (&meta.labels, key.to_owned()),
            _ => return Err(DownwardError::UnsupportedField { path: path.to_owned() }),
        };
        if !crate::name::label_key(&key_form).is_empty() {
            return Err(DownwardError::BadSubscript { path: path.to_owned() });
        }
        return Ok(map.get(key).cloned().unwrap_or_default());
    }
    match path {
        "metadata.annotations" => Ok(lines(&meta.annotations)),
        "metadata.labels" => Ok(lines(&meta.labels)),
        "metadata.name" => Ok(meta.name.clone()),
        "metadata.namespace" => Ok(meta.namespace.clone()),
        "metadata.uid" => Ok(meta.uid.clone()),
        _ => Err(DownwardError::UnsupportedField { path: path.to_owned() }),
    }
}

/// The two parts of `base['key']`.
#[must_use]
pub fn subscript(path: &str) -> Option<(&str, &str)> {
    let (base, key) = path.strip_suffix("']")?.split_once("['")?;
    (!base.is_empty()).then_some((base, key))
}

fn lines(map: &BTreeMap<String, String>) -> String {
    let lines: Vec<String> =
        map.iter().map(|(key, value)| format!("{key}={}", quote(value))).collect();
    lines.join("\n")
}

/// A resource of a container as text: the amount divided by the divisor, rounded up (`DOWN-5`).
///
/// With `allocatable` a container without a limit has the node's (`DOWN-6`).
///
/// # Errors
/// [`DownwardError`] for an unknown container or resource.
pub fn resource(
    pod: &Pod,
    container: &str,
    selector: &ResourceFieldSelector,
    allocatable: Option<&ResourceList>,
) -> Result<String, DownwardError> {
    let found = find(pod, container)
        .ok_or_else(|| DownwardError::NoContainer { name: container.to_owned() })?;
    container_resource(found, selector, allocatable)
}

/// A resource of one container as text; see [`resource`].
///
/// # Errors
/// [`DownwardError::UnsupportedResource`].
pub fn container_resource(
    container: &Container,
    selector: &ResourceFieldSelector,
    allocatable: Option<&ResourceList>,
) -> Result<String, DownwardError> {
    let unsupported = || DownwardError::UnsupportedResource { resource: selector.resource.clone() };
    let (side, name) = selector.resource.split_once('.').ok_or_else(unsupported)?;
    let is_limit = match side {
        "limits" => true,
        "requests" => false,
        _ => return Err(unsupported()),
    };
    let is_node_wide = matches!(name, "cpu" | "memory" | "ephemeral-storage");
    if !is_node_wide && !name.starts_with("hugepages-") {
        return Err(unsupported());
    }
    let list = if is_limit { &container.resources.limits } else { &container.resources.requests };
    let mut amount = list.get(name).cloned().unwrap_or_default();
    if is_limit && is_node_wide && amount.is_zero() {
        amount = allocatable.and_then(|list| list.get(name)).cloned().unwrap_or_default();
    }
    Ok(divided(&amount, &selector.divisor, name == "cpu"))
}

/// The amount divided by the divisor in double precision, as upstream does it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "upstream's arithmetic"
)]
fn divided(amount: &Quantity, divisor: &Quantity, milli: bool) -> String {
    let number = |quantity: &Quantity| {
        if milli { quantity.milli_value() } else { quantity.value() }.unwrap_or(i64::MAX)
    };
    let by = if divisor.is_zero() { if milli { 1000 } else { 1 } } else { number(divisor) };
    ((number(amount) as f64 / by as f64).ceil() as i64).to_string()
}

fn find<'a>(pod: &'a Pod, name: &str) -> Option<&'a Container> {
    pod.spec.containers.iter().chain(&pod.spec.init_containers).find(|c| c.name == name)
}

/// The files of a downward API volume (`DOWN-6`, `DOWN-7`).
///
/// # Errors
/// [`PayloadError`] for a missing default mode or the first item that cannot be told.
pub fn payload(
    pod: &Pod,
    items: &[DownwardAPIVolumeFile],
    mode: Option<i32>,
    allocatable: &ResourceList,
) -> Result<Payload, PayloadError> {
    let mode = mode.ok_or(PayloadError::NoDefaultMode)?;
    let mut files = Payload::new();
    let mut errors = Vec::new();
    for item in items {
        let text = if let Some(reference) = &item.field_ref {
            field(&pod.metadata, &reference.field_path)
        } else if let Some(selector) = &item.resource_field_ref {
            resource(pod, &selector.container_name, selector, Some(allocatable))
        } else {
            Ok(String::new())
        };
        match text {
            Ok(text) => {
                let mode = item.mode.unwrap_or(mode);
                let file = PayloadFile { mode, data: text.into_bytes(), fs_user: None };
                files.insert(lexical(&item.path), file);
            }
            Err(error) => errors.push(PayloadError::from(error)),
        }
    }
    match errors.len() {
        0 => Ok(files),
        1 => errors.pop().map_or(Ok(files), Err),
        _ => Err(PayloadError::Several(errors)),
    }
}

/// A path cleaned as Go's `path.Clean` does it: `..` goes up where it can.
fn lexical(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}
