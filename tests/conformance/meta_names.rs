//! Names and resource versions.

use kubernel::meta::resource_version;
use kubernel::name::{self, Problem};
use serde_json::{Value, json};

use super::super::support::text;

/// `fn` and `value` to the number of problems.
pub(crate) fn names(case: &Value) -> Value {
    let value = text(case, "value");
    let problems = match text(case, "fn") {
        "portNumber" => name::port_number(value.parse().unwrap()),
        "generateNameSubdomain" => name::generate_name(value, name::dns1123_subdomain),
        "generateNameLabel" => name::generate_name(value, name::dns1123_label),
        "generateName1035Label" => name::generate_name(value, name::dns1035_label),
        other => rule(other)(value),
    };
    json!({"valid": problems.is_empty(), "problems": problems.len()})
}

fn rule(name: &str) -> fn(&str) -> Vec<Problem> {
    match name {
        "dns1123Label" => name::dns1123_label,
        "dns1123Subdomain" => name::dns1123_subdomain,
        "dns1123SubdomainWithUnderscore" => name::dns1123_subdomain_with_underscore,
        "dns1035Label" => name::dns1035_label,
        "wildcardDNS1123Subdomain" => name::wildcard_dns1123_subdomain,
        "labelKey" => name::label_key,
        "labelValue" => name::label_value,
        "cIdentifier" => name::c_identifier,
        "envVarName" => name::env_var_name,
        "relaxedEnvVarName" => name::relaxed_env_var_name,
        "configMapKey" => name::config_map_key,
        "portName" => name::port_name,
        "httpHeaderName" => name::http_header_name,
        "percent" => name::percent,
        "pathSegmentName" => name::path_segment_name,
        "pathSegmentPrefix" => name::path_segment_prefix,
        "annotationKey" => name::annotation_key,
        "fieldManager" => name::field_manager,
        "fullyQualifiedName" => name::fully_qualified_name,
        "fullyQualifiedDomainName" => name::fully_qualified_domain_name,
        "domainPrefixedPath" => name::domain_prefixed_path,
        other => panic!("no rule `{other}`"),
    }
}

pub(crate) fn resource_version(case: &Value) -> Value {
    match resource_version::compare(text(case, "a"), text(case, "b")) {
        Ok(order) => json!({"ok": true, "cmp": order as i8}),
        Err(_) => json!({"ok": false}),
    }
}
