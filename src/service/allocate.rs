//! What a service is given: families, cluster IPs, node ports, a health check port.
//!
//! Everything is decided before anything is held: the decision is a [`Claims`] value, and a refusal
//! leaves nothing behind (`ALLOC-2`).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::api::{Service, ServicePort, ServiceSpec, ServiceType};
use crate::field::{Cause, Errors, Path};
use crate::service::addresses::shown;
use crate::service::families::fill_families;
use crate::service::families::keeps_preference;
use crate::service::ip::parse_ip;
use crate::service::normalize::{normalize_ips, patch_allocated};
use crate::service::ranges::{Ranges, Taken, Unavailable};
use crate::service::shape::{NONE, draws_node_ports, needs_health_check, takes_node_ports};

/// What there is to give, and who holds what.
#[derive(Clone, Copy)]
pub struct Pools<'a> {
    /// The ranges of the cluster.
    pub ranges: &'a Ranges,
    /// Who holds what. On an update the old object's values count as held.
    pub taken: &'a dyn Taken,
    /// Whether nothing will be stored: made-up values are answered and little is checked
    /// (`ALLOC-4`).
    pub dry_run: bool,
}

impl std::fmt::Debug for Pools<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pools")
            .field("ranges", self.ranges)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

/// What changes hands when the service is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// Addresses that the service holds from now on.
    pub ips: Vec<IpAddr>,
    /// Ports that the service holds from now on.
    pub ports: Vec<i32>,
    /// Addresses that are free once the service is stored.
    pub freed_ips: Vec<IpAddr>,
    /// Ports that are free once the service is stored.
    pub freed_ports: Vec<i32>,
}

/// Why a service is given nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The wishes contradict each other, the cluster, or somebody's possession.
    #[error("{0}")]
    Invalid(Errors),
    /// No address of the family is free.
    #[error("failed to allocate a cluster ip of family `{family}`: range is full")]
    NoIp {
        /// The family.
        family: String,
    },
    /// No port is free.
    #[error("failed to allocate a node port: range is full")]
    NoPort,
    /// The health check port cannot be had.
    #[error("failed to allocate health check node port `{port}`: {why}")]
    HealthCheck {
        /// The wish; 0 for any.
        port: i32,
        /// Why not.
        why: Unavailable,
    },
    /// An update ends with one number on two ports of one protocol.
    #[error("duplicate node port `{port}`")]
    DuplicateNodePort {
        /// The number.
        port: i32,
    },
}

impl Refusal {
    /// The refusal as field errors: the list itself, or one `InternalError`.
    #[must_use]
    pub fn into_errors(self) -> Errors {
        let at = match &self {
            Self::Invalid(_) => "",
            Self::NoIp { .. } => "spec.clusterIPs",
            Self::NoPort | Self::DuplicateNodePort { .. } => "spec.ports",
            Self::HealthCheck { .. } => "spec.healthCheckNodePort",
        };
        if let Self::Invalid(errors) = self {
            return errors;
        }
        let mut errors = Errors::new();
        errors.push(&Path::root(at), Cause::Internal, self.to_string());
        errors
    }
}

/// Fills families, cluster IPs and ports of a service that is about to be created or updated, and
/// pushes what speaks against it. On an error nothing may be stored.
///
/// Comes after the defaults, before [`prepare_update`](crate::service::prepare_update) and the
/// validation. See [`claim`] for the reasons as data.
///
/// ```
/// use kubernel::api::{Service, ServicePort, ServiceSpec};
/// use kubernel::field::Errors;
/// use kubernel::service::{self, Pools, Ranges, Taken};
///
/// struct Nobody;
/// impl Taken for Nobody {
///     fn ip(&self, _: std::net::IpAddr) -> bool { false }
///     fn port(&self, _: i32) -> bool { false }
/// }
/// let ports = vec![ServicePort { port: 80, ..Default::default() }];
/// let mut web = Service { spec: ServiceSpec { ports, ..Default::default() }, ..Default::default() };
/// service::default(&mut web);
/// let mut out = Errors::new();
/// let pools = Pools { ranges: &Ranges::default(), taken: &Nobody, dry_run: false };
/// service::allocate(&mut out, &mut web, None, pools, &mut |_| 0);
/// assert!(out.is_empty());
/// assert_eq!(web.spec.cluster_ip, "10.96.1.1");
/// ```
pub fn allocate(
    out: &mut Errors,
    service: &mut Service,
    old: Option<&Service>,
    pools: Pools<'_>,
    pick: &mut dyn FnMut(usize) -> usize,
) {
    if let Err(refusal) = claim(service, old, pools, pick) {
        out.append(refusal.into_errors());
    }
}

/// Fills families, cluster IPs and ports of a service that is about to be created or updated.
///
/// Source: `pkg/registry/core/service/storage` `beginCreate`, `beginUpdate`, `alloc.go`.
///
/// # Errors
/// [`Refusal::Invalid`] for wishes that cannot be granted, [`Refusal::NoIp`] and
/// [`Refusal::NoPort`] when a range is full, [`Refusal::HealthCheck`] and
/// [`Refusal::DuplicateNodePort`] as they say. The service may have been changed.
pub fn claim(
    service: &mut Service,
    old: Option<&Service>,
    pools: Pools<'_>,
    pick: &mut dyn FnMut(usize) -> usize,
) -> Result<Claims, Refusal> {
    let spec = &mut service.spec;
    let old = old.map(|old| &old.spec);
    if let Some(old) = old {
        patch_allocated(spec, old);
    }
    normalize_ips(spec, old);
    fill_families(spec, old, pools.ranges).map_err(Refusal::Invalid)?;
    let mut deal = Deal { pools, pick, claims: Claims::default() };
    match old {
        None => {
            deal.all_ips(spec)?;
            if takes_node_ports(spec) {
                deal.new_ports(spec)?;
            }
            if needs_health_check(spec) {
                deal.health_check(spec)?;
            }
        }
        Some(old) => {
            deal.update_ips(spec, old)?;
            deal.update_ports(spec, old)?;
            match (needs_health_check(old), needs_health_check(spec)) {
                (false, true) => deal.health_check(spec)?,
                (true, false) => deal.claims.freed_ports.push(old.health_check_node_port),
                (true, true) | (false, false) => {}
            }
        }
    }
    Ok(deal.claims)
}

/// What becomes free when the service is removed.
///
/// Source: `pkg/registry/core/service/storage/alloc.go` `releaseAllocatedResources`.
#[must_use]
pub fn release(service: &Service) -> Claims {
    // ALLOC-3
    let spec = &service.spec;
    let mut claims = Claims::default();
    if spec.type_ != ServiceType::ExternalName {
        claims.freed_ips.extend(spec.cluster_ips.iter().filter_map(|ip| parse_ip(ip)));
    }
    claims
        .freed_ports
        .extend(spec.ports.iter().map(|port| port.node_port).filter(|port| *port != 0));
    if needs_health_check(spec) && spec.health_check_node_port > 0 {
        claims.freed_ports.push(spec.health_check_node_port);
    }
    claims
}

/// One transaction: what it may take from, and what it took.
struct Deal<'a> {
    pools: Pools<'a>,
    pick: &'a mut dyn FnMut(usize) -> usize,
    claims: Claims,
}

impl Deal<'_> {
    /// The address for the family at `index`: the wished one, else any.
    fn ip(&mut self, spec: &ServiceSpec, index: usize) -> Result<Option<String>, Refusal> {
        let Some(family) = spec.ip_families.get(index) else { return Ok(None) };
        let Some(range) = self.pools.ranges.of(family) else { return Ok(None) };
        let wish = spec.cluster_ips.get(index).filter(|ip| !ip.is_empty());
        let (taken, dry) = (self.pools.taken, self.pools.dry_run);
        let Some(wish) = wish else {
            // ALLOC-IP-3, ALLOC-4
            let ip = if dry {
                Ok(range.cidr().network())
            } else {
                range.next(&|ip| taken.ip(ip), self.pick)
            };
            let ip = ip.map_err(|_| Refusal::NoIp { family: family.as_str().to_owned() })?;
            self.claims.ips.push(ip);
            return Ok(Some(ip.to_string()));
        };
        // ALLOC-IP-4
        let checked = parse_ip(wish)
            .ok_or(Unavailable::NotInRange)
            .and_then(|ip| range.check(ip, &|ip| !dry && taken.ip(ip)).map(|()| ip));
        match checked {
            Ok(ip) => self.claims.ips.push(ip),
            Err(why) => {
                let detail = format!("failed to allocate IP {wish}: {why}");
                return Err(invalid(
                    &Path::root("spec.clusterIPs"),
                    shown(&spec.cluster_ips),
                    detail,
                ));
            }
        }
        Ok(Some(wish.clone()))
    }

    fn all_ips(&mut self, spec: &mut ServiceSpec) -> Result<(), Refusal> {
        if spec.type_ == ServiceType::ExternalName
            || spec.cluster_ips.first().is_some_and(|ip| ip == NONE)
        {
            return Ok(());
        }
        for index in 0..spec.ip_families.len() {
            let Some(ip) = self.ip(spec, index)? else { continue };
            if index == 0 {
                spec.cluster_ip.clone_from(&ip);
            }
            match spec.cluster_ips.get_mut(index) {
                Some(slot) => *slot = ip,
                None => spec.cluster_ips.push(ip),
            }
        }
        Ok(())
    }

    fn update_ips(&mut self, new: &mut ServiceSpec, old: &ServiceSpec) -> Result<(), Refusal> {
        if keeps_preference(new, old) {
            return Ok(()); // ALLOC-FAM-7
        }
        let external = |spec: &ServiceSpec| spec.type_ == ServiceType::ExternalName;
        if external(old) && !external(new) {
            return self.all_ips(new); // SVC-TYPE-5
        }
        if old.cluster_ips.first().is_some_and(|ip| ip == NONE) {
            return Ok(());
        }
        if external(new) {
            // SVC-TYPE-1
            if !external(old) {
                let held = old.cluster_ips.iter().zip(&old.ip_families);
                self.claims.freed_ips.extend(held.filter_map(|(ip, _)| parse_ip(ip)));
            }
            return Ok(());
        }
        match (old.ip_families.len(), new.ip_families.len()) {
            (1, 2) => {
                // ALLOC-FAM-8
                if let Some(ip) = self.ip(new, 1)? {
                    match new.cluster_ips.get_mut(1) {
                        Some(slot) => *slot = ip,
                        None => new.cluster_ips.push(ip),
                    }
                }
            }
            (2, 1) => {
                let second = old.cluster_ips.get(1).and_then(|ip| parse_ip(ip));
                self.claims.freed_ips.extend(second);
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes the port that is wished for.
    fn port(&mut self, port: i32) -> Result<(), Unavailable> {
        let Self { pools, claims, .. } = self;
        let held = |port| pools.taken.port(port) || claims.ports.contains(&port);
        if pools.dry_run {
            // ALLOC-4
            if held(port) {
                return Err(Unavailable::Allocated);
            }
        } else {
            pools.ranges.node_ports.check(port, &held)?;
        }
        self.claims.ports.push(port);
        Ok(())
    }

    /// Takes the port that is wished for by the port at `index`.
    fn wished_port(&mut self, index: usize, port: i32) -> Result<(), Refusal> {
        self.port(port).map_err(|why| {
            let (spec, detail) = (Path::root("spec.ports"), why.to_string());
            invalid(&spec.index(index).field("nodePort"), port.into(), detail)
        })
    }

    /// Takes any free port.
    fn any_port(&mut self) -> Result<i32, Unavailable> {
        let Self { pools, claims, pick } = self;
        let port = if pools.dry_run {
            claims.ports.iter().copied().max().filter(|port| *port > 0).unwrap_or(32_768) + 1
        } else {
            let held = |port| pools.taken.port(port) || claims.ports.contains(&port);
            pools.ranges.node_ports.next(&held, *pick)?
        };
        claims.ports.push(port);
        Ok(port)
    }

    fn new_ports(&mut self, spec: &mut ServiceSpec) -> Result<(), Refusal> {
        // ALLOC-NP-3, ALLOC-NP-5
        let draws = draws_node_ports(spec, true);
        let mut shared: BTreeMap<i32, i32> = BTreeMap::new();
        for index in 0..spec.ports.len() {
            let Some(port) = spec.ports.get(index) else { continue };
            let (number, wish) = (port.port, port.node_port);
            if wish == 0 && !draws {
                continue;
            }
            let given = match shared.get(&number) {
                Some(given) if wish == 0 || wish == *given => *given,
                Some(_) => {
                    self.wished_port(index, wish)?;
                    wish
                }
                None => {
                    let given = match requested(&spec.ports, number) {
                        Some(wish) => self.wished_port(index, wish).map(|()| wish)?,
                        None => self.any_port().map_err(|_| Refusal::NoPort)?,
                    };
                    shared.insert(number, given);
                    given
                }
            };
            if let Some(port) = spec.ports.get_mut(index) {
                port.node_port = given;
            }
        }
        Ok(())
    }

    fn update_ports(&mut self, new: &mut ServiceSpec, old: &ServiceSpec) -> Result<(), Refusal> {
        let before: Vec<i32> =
            old.ports.iter().map(|port| port.node_port).filter(|port| *port != 0).collect();
        if !takes_node_ports(new) {
            if takes_node_ports(old) {
                self.claims.freed_ports.extend(before); // SVC-TYPE-2
            }
            return Ok(());
        }
        let draws = draws_node_ports(new, true);
        let (mut seen, mut granted) = (BTreeSet::new(), BTreeSet::new());
        for (index, port) in new.ports.iter_mut().enumerate() {
            let wish = port.node_port;
            if wish == 0 {
                if !draws {
                    continue;
                }
                port.node_port = self.any_port().map_err(|_| Refusal::NoPort)?; // ALLOC-NP-4
            } else if !before.contains(&wish) && granted.insert(wish) {
                self.wished_port(index, wish)?;
            }
            if !seen.insert((port.protocol.as_str(), port.node_port)) {
                return Err(Refusal::DuplicateNodePort { port: port.node_port }); // SVC-UPD-11
            }
        }
        let kept = |port: &i32| new.ports.iter().any(|new| new.node_port == *port);
        self.claims.freed_ports.extend(before.into_iter().filter(|port| !kept(port)));
        Ok(())
    }

    fn health_check(&mut self, spec: &mut ServiceSpec) -> Result<(), Refusal> {
        // ALLOC-NP-6
        let wish = spec.health_check_node_port;
        let given = if wish == 0 { self.any_port() } else { self.port(wish).map(|()| wish) };
        spec.health_check_node_port =
            given.map_err(|why| Refusal::HealthCheck { port: wish, why })?;
        Ok(())
    }
}

/// The node port that some port with this number asks for.
fn requested(ports: &[ServicePort], number: i32) -> Option<i32> {
    ports.iter().find(|port| port.port == number && port.node_port != 0).map(|port| port.node_port)
}

fn invalid(at: &Path<'_>, value: crate::field::Shown, detail: String) -> Refusal {
    let mut errors = Errors::new();
    errors.invalid(at, value, detail);
    Refusal::Invalid(errors)
}
