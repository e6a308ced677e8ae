//! Secrets and config maps: what they must look like and what of them may change.
//!
//! ```
//! use kubernel::api::{ObjectMeta, Secret};
//! use kubernel::config;
//! use kubernel::field::Errors;
//!
//! let metadata = ObjectMeta { name: "db".into(), namespace: "prod".into(), ..Default::default() };
//! let mut secret = Secret { metadata, ..Secret::default() };
//! secret.string_data.insert("password".into(), "hunter2".into());
//! config::default_secret(&mut secret);
//! assert_eq!(&secret.data["password"][..], b"hunter2");
//!
//! let mut out = Errors::new();
//! config::validate_secret(&mut out, &secret);
//! assert!(out.is_empty());
//! ```
//!
//! Source: `pkg/apis/core/validation/validation.go`, `pkg/apis/core/v1` (`defaults.go`, `conversion.go`).

mod secret;

pub use secret::{default_secret, update_secret, validate_secret};

use crate::api::{ConfigMap, Kind};
use crate::field::{Errors, Path};
use crate::{meta, name};

/// How many bytes the values of a secret, or of a config map, may have together
/// (`SECRET-5`, `CM-2`).
pub const MAX_BYTES: usize = 1024 * 1024;

const FIXED: &str = "field is immutable when `immutable` is set";

/// Checks a config map (`CM-1`, `CM-2`, `CM-4`).
pub fn validate_config_map(out: &mut Errors, map: &ConfigMap) {
    meta::validate_builtin(
        out,
        &Path::root("metadata"),
        &map.metadata,
        &meta::Rules::of(&Kind::ConfigMap),
    );
    let data = Path::root("data");
    let mut bytes = 0;
    for (key, text) in &map.data {
        name::validate(out, &data.key(key), key, name::config_map_key);
        if map.binary_data.contains_key(key) {
            out.invalid(&data.key(key), key, "duplicate of key present in binaryData");
        }
        bytes += text.len();
    }
    let binary = Path::root("binaryData");
    for (key, value) in &map.binary_data {
        name::validate(out, &binary.key(key), key, name::config_map_key);
        bytes += value.len();
    }
    if bytes > MAX_BYTES {
        // Upstream's path for the whole object is an index without a number.
        out.too_long(&Path::root("[]"), MAX_BYTES);
    }
}

/// Checks that `new` may replace `old` (`CM-3`).
pub fn update_config_map(out: &mut Errors, new: &ConfigMap, old: &ConfigMap) {
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
    if old.immutable == Some(true) {
        stays_immutable(out, new.immutable);
        if new.data != old.data {
            out.forbidden(&Path::root("data"), FIXED);
        }
        if new.binary_data != old.binary_data {
            out.forbidden(&Path::root("binaryData"), FIXED);
        }
    }
    validate_config_map(out, new);
}

/// SECRET-12
fn stays_immutable(out: &mut Errors, now: Option<bool>) {
    if now != Some(true) {
        out.forbidden(&Path::root("immutable"), FIXED);
    }
}
