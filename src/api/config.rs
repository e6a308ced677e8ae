//! MODDOC config

use std::collections::BTreeMap;

use crate::api::bytes::ByteString;
use crate::api::meta::ObjectMeta;
use crate::api::reference::{LocalObjectReference, ObjectReference};
use crate::api::wire::{open_enum, wire};

wire! {
    /// DOC core Secret
    struct Secret = "v1" {
        keep metadata: ObjectMeta = "metadata";
        opt immutable: Option<bool> = "immutable";
        omit data: BTreeMap<String, ByteString> = "data";
        omit string_data: BTreeMap<String, String> = "stringData";
        omit type_: SecretType = "type";
    }
}

open_enum! {
    /// DOC core SecretType
    SecretType { Opaque, ServiceAccountToken = "kubernetes.io/service-account-token", Dockercfg = "kubernetes.io/dockercfg", Dockerconfigjson = "kubernetes.io/dockerconfigjson", BasicAuth = "kubernetes.io/basic-auth", SshAuth = "kubernetes.io/ssh-auth", Tls = "kubernetes.io/tls", Token = "bootstrap.kubernetes.io/token" }
}

wire! {
    /// DOC core ConfigMap
    struct ConfigMap = "v1" {
        keep metadata: ObjectMeta = "metadata";
        opt immutable: Option<bool> = "immutable";
        omit data: BTreeMap<String, String> = "data";
        omit binary_data: BTreeMap<String, ByteString> = "binaryData";
    }
}

wire! {
    /// DOC core ServiceAccount
    struct ServiceAccount = "v1" {
        keep metadata: ObjectMeta = "metadata";
        omit secrets: Vec<ObjectReference> = "secrets" [merge "name"];
        omit image_pull_secrets: Vec<LocalObjectReference> = "imagePullSecrets";
        opt automount_service_account_token: Option<bool> = "automountServiceAccountToken";
    }
}
