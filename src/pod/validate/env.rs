//! Environment variables of a container, and the fields and resources that they tell.

use crate::api::{
    Container, EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector, ResourceFieldSelector,
};
use crate::field::{Errors, Path};
use crate::name;
use crate::volume::downward::subscript;

/// Fields of a pod that an API server knows by name.
const KNOWN: [&str; 14] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.schedulerName",
    "status.phase",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// Fields for variables.
const FOR_ENV: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// Fields for files.
pub(super) const FOR_VOLUME: &[&str] = &[
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
];

const RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

pub(super) fn validate(out: &mut Errors, at: &Path<'_>, container: &Container) {
    let env = at.field("env");
    for (n, var) in container.env.iter().enumerate() {
        variable(out, &env.index(n), var);
    }
    let from = at.field("envFrom");
    for (n, source) in container.env_from.iter().enumerate() {
        env_from(out, &from, n, source);
    }
}

// POD-SPEC-9
fn variable(out: &mut Errors, at: &Path<'_>, var: &EnvVar) {
    if var.name.is_empty() {
        out.required(&at.field("name"), "");
    } else {
        name::validate(out, &at.field("name"), &var.name, name::relaxed_env_var_name);
    }
    let Some(source) = var.value_from.as_deref() else { return };
    let own = at.field("valueFrom");
    let count = value_from(out, &own, source);
    if count == 0 {
        out.invalid(
            &own,
            "",
            "must specify one of: `fieldRef`, `resourceFieldRef`, \
            `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        );
    } else if !var.value.is_empty() {
        out.invalid(&own, "", "may not be specified when `value` is not empty");
    } else if count > 1 {
        out.invalid(&own, "", "may not have more than one field specified at a time");
    }
}

/// Checks every source; how many there are.
fn value_from(out: &mut Errors, at: &Path<'_>, source: &EnvVarSource) -> usize {
    let mut count = 0;
    if let Some(selector) = source.field_ref.as_deref() {
        count += 1;
        field(out, &at.field("fieldRef"), selector, FOR_ENV);
    }
    if let Some(selector) = source.resource_field_ref.as_deref() {
        count += 1;
        resource(out, &at.field("resourceFieldRef"), selector, false);
    }
    if let Some(selector) = source.config_map_key_ref.as_deref() {
        count += 1;
        key(out, &at.field("configMapKeyRef"), &selector.name, &selector.key);
    }
    if let Some(selector) = source.secret_key_ref.as_deref() {
        count += 1;
        key(out, &at.field("secretKeyRef"), &selector.name, &selector.key);
    }
    if let Some(file) = source.file_key_ref.as_deref() {
        count += 1;
        let own = at.field("fileKeyRef");
        for (field, text) in
            [("key", &file.key), ("volumeName", &file.volume_name), ("path", &file.path)]
        {
            if text.is_empty() {
                out.required(&own.field(field), "");
            }
        }
        super::unreserved(out, &own.field("path"), &file.path);
    }
    count
}

fn key(out: &mut Errors, at: &Path<'_>, object: &str, key: &str) {
    name::validate(out, &at.field("name"), object, name::dns1123_subdomain);
    if key.is_empty() {
        out.required(&at.field("key"), "");
    } else {
        name::validate(out, &at.field("key"), key, name::config_map_key);
    }
}

// POD-SPEC-10
pub(super) fn field(
    out: &mut Errors,
    at: &Path<'_>,
    selector: &ObjectFieldSelector,
    allowed: &[&'static str],
) {
    if selector.api_version.is_empty() {
        out.required(&at.field("apiVersion"), "");
        return;
    }
    let path = selector.field_path.as_str();
    let own = at.field("fieldPath");
    if path.is_empty() {
        out.required(&own, "");
        return;
    }
    if selector.api_version != "v1" {
        out.invalid(&own, path, "unsupported pod version");
        return;
    }
    if let Some((base, key)) = subscript(path) {
        match base {
            "metadata.annotations" => {
                name::validate(out, at, &key.to_lowercase(), name::label_key);
            }
            "metadata.labels" => name::validate(out, at, key, name::label_key),
            _ => out.invalid(&own, path, "error converting fieldPath: field label not supported"),
        }
        return;
    }
    let path = if path == "spec.host" { "spec.nodeName" } else { path };
    if !KNOWN.contains(&path) {
        out.invalid(&own, path, "error converting fieldPath: field label not supported");
    } else if !allowed.contains(&path) {
        out.not_supported(&own, path, allowed);
    }
}

pub(super) fn resource(
    out: &mut Errors,
    at: &Path<'_>,
    selector: &ResourceFieldSelector,
    in_volume: bool,
) {
    let name = selector.resource.as_str();
    let pages = ["limits.hugepages-", "requests.hugepages-"];
    if in_volume && selector.container_name.is_empty() {
        out.required(&at.field("containerName"), "");
    } else if name.is_empty() {
        out.required(&at.field("resource"), "");
    } else if !RESOURCES.contains(&name) && !pages.iter().any(|page| name.starts_with(page)) {
        out.not_supported(&at.field("resource"), name, RESOURCES);
    }
    let divisor = selector.divisor.to_string();
    let good = match name.split_once('.').map(|(_, name)| name) {
        _ if selector.divisor.is_zero() => true,
        Some("cpu") => matches!(divisor.as_str(), "1m" | "1"),
        Some(_) => matches!(
            divisor.as_str(),
            "1" | "1k"
                | "1M"
                | "1G"
                | "1T"
                | "1P"
                | "1E"
                | "1Ki"
                | "1Mi"
                | "1Gi"
                | "1Ti"
                | "1Pi"
                | "1Ei"
        ),
        None => true,
    };
    if !good {
        out.invalid(&at.field("divisor"), name, "is not a supported divisor of this resource");
    }
}

fn env_from(out: &mut Errors, list: &Path<'_>, n: usize, source: &EnvFromSource) {
    let at = list.index(n);
    if !source.prefix.is_empty() {
        name::validate(out, &at.field("prefix"), &source.prefix, name::relaxed_env_var_name);
    }
    let map = source.config_map_ref.as_deref().map(|map| ("configMapRef", &map.name));
    let secret = source.secret_ref.as_deref().map(|secret| ("secretRef", &secret.name));
    for (field, object) in [map, secret].into_iter().flatten() {
        let own = at.field(field);
        if object.is_empty() {
            out.required(&own.field("name"), "");
        } else {
            name::validate(out, &own.field("name"), object, name::dns1123_subdomain);
        }
    }
    match (map.is_some(), secret.is_some()) {
        (false, false) => {
            out.invalid(list, "", "must specify one of: `configMapRef` or `secretRef`");
        }
        (true, true) => {
            out.invalid(list, "", "may not have more than one field specified at a time");
        }
        (true, false) | (false, true) => {}
    }
}
