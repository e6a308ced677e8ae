//! Secrets.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::api::{Kind, Secret, SecretType};
use crate::config::{FIXED, MAX_BYTES, stays_immutable};
use crate::field::{Errors, Path};
use crate::{meta, name};

/// Names the service account of a token.
const ACCOUNT_NAME: &str = "kubernetes.io/service-account.name";

/// Fills in what a secret leaves out: the type, and `stringData` goes into `data`
/// (`SECRET-2`, `SECRET-3`).
pub fn default_secret(secret: &mut Secret) {
    if secret.type_.is_unset() {
        secret.type_ = SecretType::Opaque;
    }
    for (key, text) in std::mem::take(&mut secret.string_data) {
        secret.data.insert(key, text.into());
    }
}

/// Checks a secret after [`default_secret`] (`SECRET-4` … `SECRET-10`).
pub fn validate_secret(out: &mut Errors, secret: &Secret) {
    let rules = meta::Rules::of(&Kind::Secret);
    meta::validate_builtin(out, &Path::root("metadata"), &secret.metadata, &rules);
    let at = Path::root("data");
    let mut bytes = 0;
    for (key, value) in &secret.data {
        name::validate(out, &at.key(key), key, name::config_map_key);
        bytes += value.len();
    }
    if bytes > MAX_BYTES {
        out.too_long(&at, MAX_BYTES);
    }
    validate_type(out, secret);
}

/// The keys that the type asks for (`SECRET-6` … `SECRET-8`).
fn validate_type(out: &mut Errors, secret: &Secret) {
    match &secret.type_ {
        SecretType::ServiceAccountToken => {
            if secret.metadata.annotations.get(ACCOUNT_NAME).is_none_or(String::is_empty) {
                out.required(&Path::root("metadata").field("annotations").key(ACCOUNT_NAME), "");
            }
        }
        SecretType::Dockercfg => docker_config(out, secret, ".dockercfg"),
        SecretType::Dockerconfigjson => docker_config(out, secret, ".dockerconfigjson"),
        SecretType::BasicAuth => {
            let keys = ["username", "password"];
            if !keys.iter().any(|key| secret.data.contains_key(*key)) {
                require(out, secret, &keys);
            }
        }
        SecretType::SshAuth => {
            let key = "ssh-privatekey";
            if secret.data.get(key).is_none_or(|value| value.is_empty()) {
                out.required(&Path::root("data").key(key), "");
            }
        }
        SecretType::Tls => require(out, secret, &["tls.crt", "tls.key"]),
        SecretType::Unset | SecretType::Opaque | SecretType::Token | SecretType::Other(_) => {}
    }
}

fn require(out: &mut Errors, secret: &Secret, keys: &[&str]) {
    for key in keys {
        if !secret.data.contains_key(*key) {
            out.required(&Path::root("data").key(key), "");
        }
    }
}

/// SECRET-9. The content is not shown (`SECRET-17`).
fn docker_config(out: &mut Errors, secret: &Secret, key: &str) {
    let data = Path::root("data");
    let at = data.key(key);
    match secret.data.get(key) {
        None => out.required(&at, ""),
        Some(text) if is_json_object(text) => {}
        Some(_) => out.invalid(&at, "<secret contents redacted>", "must be a JSON object"),
    }
}

/// Whether the text is a JSON object or `null`; what is inside is only read over.
fn is_json_object(text: &[u8]) -> bool {
    struct AnyObject;
    impl<'de> Visitor<'de> for AnyObject {
        type Value = ();
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while map.next_entry::<AnyKey, IgnoredAny>()?.is_some() {}
            Ok(())
        }
    }
    /// A key, read as bytes, so that half a surrogate pair passes as it does upstream.
    struct AnyKey;
    impl<'de> Deserialize<'de> for AnyKey {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            from.deserialize_bytes(AnyKey)
        }
    }
    impl Visitor<'_> for AnyKey {
        type Value = Self;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a key")
        }
        fn visit_bytes<E>(self, _: &[u8]) -> Result<Self, E> {
            Ok(self)
        }
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    reader.deserialize_any(AnyObject).and_then(|()| reader.end()).is_ok()
}

/// Checks that `new` may replace `old`, both after [`default_secret`] (`SECRET-11` … `SECRET-14`).
///
/// An absent `data` and an empty one are the same here, where upstream tells them apart.
pub fn update_secret(out: &mut Errors, new: &Secret, old: &Secret) {
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
    if new.type_ != old.type_ {
        out.invalid(&Path::root("type"), new.type_.as_str(), "field is immutable");
    }
    if old.immutable == Some(true) {
        stays_immutable(out, new.immutable);
        if new.data != old.data {
            out.forbidden(&Path::root("data"), FIXED);
        }
    }
    validate_secret(out, new);
}

#[cfg(test)]
mod tests {
    use super::is_json_object;

    #[test]
    fn secret_9() {
        let check =
            |text: &str, wanted| assert_eq!(is_json_object(text.as_bytes()), wanted, "{text}");
        for text in ["{}", " {\"a\":{\"a\":1},\"a\":[]}\n", "null"] {
            check(text, true);
        }
        for text in ["", "[]", "1", "\"a\"", "{} {}", "{", "\u{feff}{}", "{a:1}"] {
            check(text, false);
        }
    }
}
