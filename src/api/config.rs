//! Secrets, config maps and service accounts.

use std::collections::BTreeMap;
use std::fmt;

use crate::api::bytes::ByteString;
use crate::api::meta::ObjectMeta;
use crate::api::reference::{LocalObjectReference, ObjectReference};
use crate::api::wire::{open_enum, wire};

wire! {
    /// Small confidential data: bytes by key, at most 1 MiB in all.
    /// Its `Debug` shows keys and sizes only.
    opaque struct Secret = "v1" {
        keep metadata: ObjectMeta = "metadata";
        opt immutable: Option<bool> = "immutable";
        omit data: BTreeMap<String, ByteString> = "data";
        omit string_data: BTreeMap<String, String> = "stringData";
        omit type_: SecretType = "type";
    }
}

/// The annotation in which `kubectl apply` keeps the whole manifest, values included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Shows keys and sizes, never a value.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = |(key, text): (&String, &String)| (key.clone(), Size(text.len()));
        let string_data: BTreeMap<String, Size> = self.string_data.iter().map(sizes).collect();
        let mut metadata = self.metadata.clone();
        if let Some(manifest) = metadata.annotations.get_mut(LAST_APPLIED) {
            *manifest = format!("{:?}", Size(manifest.len()));
        }
        f.debug_struct("Secret")
            .field("metadata", &metadata)
            .field("immutable", &self.immutable)
            .field("data", &self.data)
            .field("string_data", &string_data)
            .field("type_", &self.type_)
            .finish()
    }
}

struct Size(usize);

impl fmt::Debug for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }
}

open_enum! {
    /// What a secret is for; some types demand certain keys. Unset becomes `Opaque`.
    SecretType { Opaque, ServiceAccountToken = "kubernetes.io/service-account-token", Dockercfg = "kubernetes.io/dockercfg", Dockerconfigjson = "kubernetes.io/dockerconfigjson", BasicAuth = "kubernetes.io/basic-auth", SshAuth = "kubernetes.io/ssh-auth", Tls = "kubernetes.io/tls", Token = "bootstrap.kubernetes.io/token" }
}

wire! {
    /// Small public data: text and bytes by key, at most 1 MiB in all. A key is in one of the two
    /// maps.
    struct ConfigMap = "v1" {
        keep metadata: ObjectMeta = "metadata";
        opt immutable: Option<bool> = "immutable";
        omit data: BTreeMap<String, String> = "data";
        omit binary_data: BTreeMap<String, ByteString> = "binaryData";
    }
}

wire! {
    /// An identity for pods of a namespace.
    struct ServiceAccount = "v1" {
        keep metadata: ObjectMeta = "metadata";
        omit secrets: Vec<ObjectReference> = "secrets" [merge "name"];
        omit image_pull_secrets: Vec<LocalObjectReference> = "imagePullSecrets";
        opt automount_service_account_token: Option<bool> = "automountServiceAccountToken";
    }
}

#[cfg(test)]
mod tests {

    use crate::api::{Decoded, Object, Strictness, decode};

    #[test]
    fn debug_of_a_secret_shows_no_value() {
        let text = r#"{"apiVersion":"v1","kind":"Secret","data":{"password":"aHVudGVyMg=="},
            "stringData":{"token":"hunter2"},"metadata":{"name":"s","annotations":{
            "kubectl.kubernetes.io/last-applied-configuration":"{hunter2 aHVudGVyMg==}","a":"b"}}}"#;
        let decoded = decode(text, Strictness::Strict).unwrap();
        for shown in [format!("{decoded:?}"), format!("{decoded:#?}")] {
            assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVyMg"), "{shown}");
            assert!(!shown.contains("104, 117"), "{shown}");
            for word in ["password", "token", "7 bytes", "22 bytes", "\"a\": \"b\""] {
                assert!(shown.contains(word), "{word} in {shown}");
            }
        }
        let Decoded { object, .. } = decoded;
        let Object::Secret(secret) = &object else { panic!("a secret") };
        assert_eq!(&secret.data["password"][..], b"hunter2");
    }
}
