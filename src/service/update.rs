//! What may not change about a service, and what its status may say.

use crate::api::{LoadBalancerIPMode, LoadBalancerIngress, Service, ServiceType};
use crate::field::{Errors, Path, Shown};
use crate::service::addresses;
use crate::service::ip::{check_ip, parse_ip};
use crate::service::shape::needs_health_check;
use crate::service::validate::{balancer_class, validate_spec};
use crate::{meta, name};

/// Checks a service that is to replace `old`: the metadata, what may not change, and everything
/// that a new service must fulfil.
///
/// Source: `pkg/apis/core/validation` `ValidateServiceUpdate`.
pub fn update(out: &mut Errors, new: &Service, old: &Service) {
    // SVC-UPD-1
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
    addresses::update(out, &new.spec, &old.spec);
    let balancer = |service: &Service| service.spec.type_ == ServiceType::LoadBalancer;
    if balancer(old)
        && balancer(new)
        && old.spec.load_balancer_class != new.spec.load_balancer_class
    {
        // SVC-UPD-4
        let value = new.spec.load_balancer_class.as_ref().map_or(Shown::Null, Shown::from);
        out.invalid(&Path::root("spec.loadBalancerClass"), value, "may not change once set");
    }
    balancer_class(out, &new.spec);
    if needs_health_check(&old.spec)
        && needs_health_check(&new.spec)
        && old.spec.health_check_node_port != new.spec.health_check_node_port
    {
        out.forbidden(&Path::root("spec.healthCheckNodePort"), "field is immutable"); // SVC-UPD-5
    }
    validate_spec(out, new, Some(old));
}

/// Checks a service whose status is to replace that of `old`.
///
/// Source: `pkg/apis/core/validation` `ValidateServiceStatusUpdate`.
pub fn update_status(out: &mut Errors, new: &Service, old: &Service) {
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
    let root = Path::root("status.loadBalancer");
    let at = root.field("ingress");
    let ingress = &new.status.load_balancer.ingress;
    if new.spec.type_ != ServiceType::LoadBalancer {
        // LB-1
        if !ingress.is_empty() {
            out.forbidden(&at, "may only be used when `spec.type` is 'LoadBalancer'");
        }
        return;
    }
    let before: Vec<String> =
        old.status.load_balancer.ingress.iter().map(|ingress| ingress.ip.clone()).collect();
    for (index, ingress) in ingress.iter().enumerate() {
        validate_ingress(out, &at.index(index), ingress, &before);
    }
}

fn validate_ingress(
    out: &mut Errors,
    at: &Path<'_>,
    ingress: &LoadBalancerIngress,
    before: &[String],
) {
    // LB-2
    let has_ip = !ingress.ip.is_empty();
    if has_ip {
        check_ip(out, &at.field("ip"), &ingress.ip, before);
    }
    let at_mode = at.field("ipMode");
    match (&ingress.ip_mode, has_ip) {
        (None, true) => out.required(&at_mode, "must be specified when `ip` is set"),
        (None, false) => {}
        (Some(_), false) => out.forbidden(&at_mode, "may not be specified when `ip` is not set"),
        (Some(LoadBalancerIPMode::VIP | LoadBalancerIPMode::Proxy), true) => {}
        (Some(mode @ (LoadBalancerIPMode::Unset | LoadBalancerIPMode::Other(_))), true) => {
            out.not_supported(&at_mode, mode.as_str(), &["Proxy", "VIP"]);
        }
    }
    if !ingress.hostname.is_empty() {
        let at = at.field("hostname");
        name::validate(out, &at, &ingress.hostname, name::dns1123_subdomain);
        if parse_ip(&ingress.hostname).is_some() {
            out.invalid(&at, &ingress.hostname, "must be a DNS name, not an IP address");
        }
    }
}
