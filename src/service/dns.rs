//! Names: what the cluster's DNS answers.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::api::{Endpoint, EndpointSlice, Protocol, Service, ServiceType};
use crate::service::ip::parse_ip;
use crate::service::shape::NONE;
use crate::service::slices::SERVICE_NAME;

/// What DNS looks at.
pub trait Directory {
    /// Whether the namespace exists.
    fn has_namespace(&self, name: &str) -> bool;
    /// A service.
    fn service(&self, namespace: &str, name: &str) -> Option<&Service>;
    /// The slices of a service, whoever keeps them.
    fn slices(&self, namespace: &str, name: &str) -> Vec<&EndpointSlice>;
    /// The service with this cluster IP.
    fn service_at(&self, ip: IpAddr) -> Option<&Service>;
    /// Slices that may list this address; others may be among them.
    fn slices_at(&self, ip: IpAddr) -> Vec<&EndpointSlice>;
    /// Whether a running pod of the namespace has this address.
    fn has_pod(&self, namespace: &str, ip: IpAddr) -> bool;
}

/// How names of pods (`10-244-0-2.prod.pod.cluster.local`) are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PodNames {
    /// Not at all.
    Disabled,
    /// Whatever looks like an address in an existing namespace.
    #[default]
    Insecure,
    /// Only for addresses of running pods of the namespace.
    Verified,
}

/// A type of record that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Question {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Ports.
    Srv,
    /// An alias.
    Cname,
    /// The name of an address.
    Ptr,
    /// Text.
    Txt,
    /// The authority over a zone.
    Soa,
    /// Anything else.
    Other,
}

/// One record of an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// Whose record it is, with a dot at the end.
    pub name: String,
    /// What it says.
    pub data: RecordData,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RecordData {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A port of a target; the priority is always 0.
    Srv {
        /// The share of traffic.
        weight: u16,
        /// The port.
        port: u16,
        /// The target, with a dot at the end.
        target: String,
    },
    /// The name that is meant, with a dot at the end.
    Cname(String),
    /// The name of the address, with a dot at the end.
    Ptr(String),
    /// Text.
    Txt(String),
    /// The zone's authority; the name of the zone without a dot.
    Soa(String),
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.data {
            RecordData::A(ip) => write!(f, "{name} A {ip}"),
            RecordData::Aaaa(ip) => write!(f, "{name} AAAA {ip}"),
            RecordData::Srv { weight, port, target } => {
                write!(f, "{name} SRV 0 {weight} {port} {target}")
            }
            RecordData::Cname(target) => write!(f, "{name} CNAME {target}"),
            RecordData::Ptr(target) => write!(f, "{name} PTR {target}"),
            RecordData::Txt(text) => write!(f, "{name} TXT {text:?}"),
            RecordData::Soa(zone) => {
                write!(f, "{name} SOA ns.dns.{zone}. hostmaster.{zone}. 0 7200 1800 86400 5")
            }
        }
    }
}

/// Records, or none: the name exists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DnsAnswer {
    /// The records asked for, without repeats.
    pub records: Vec<Record>,
    /// The addresses of the targets of `SRV` records.
    pub extra: Vec<Record>,
}

impl DnsAnswer {
    /// The addresses in the answer.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.records.iter().filter_map(|record| match &record.data {
            RecordData::A(ip) => Some(IpAddr::V4(*ip)),
            RecordData::Aaaa(ip) => Some(IpAddr::V6(*ip)),
            RecordData::Srv { .. }
            | RecordData::Cname(_)
            | RecordData::Ptr(_)
            | RecordData::Txt(_)
            | RecordData::Soa(_) => None,
        })
    }
}

/// The name does not exist (`NXDOMAIN`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such name")]
pub struct NoSuchName;

/// How many aliases are followed.
const MAX_LINKS: usize = 10;

/// The cluster's DNS.
#[derive(Clone, Copy)]
pub struct Dns<'a> {
    directory: &'a dyn Directory,
    zone: &'a str,
    pods: PodNames,
}

impl fmt::Debug for Dns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dns")
            .field("zone", &self.zone)
            .field("pods", &self.pods)
            .finish_non_exhaustive()
    }
}

/// One match of a name: an address or alias, a port, and the full name of the match.
struct Found {
    host: Host,
    port: i32,
    name: String,
}

enum Host {
    Ip(IpAddr),
    Name(String),
}

impl<'a> Dns<'a> {
    /// The DNS of the zone `zone` (as `cluster.local`).
    #[must_use]
    pub fn new(directory: &'a dyn Directory, zone: &'a str, pods: PodNames) -> Self {
        Self { directory, zone, pods }
    }

    /// Whether this DNS is responsible for the name.
    #[must_use]
    pub fn is_within(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.below(&name).is_some() || name.ends_with(".arpa")
    }

    /// Answers a question for a full name, with or without a dot at its end.
    ///
    /// Source: Kubernetes DNS specification 1.1.0; `CoreDNS` `plugin/kubernetes`.
    ///
    /// # Errors
    /// [`NoSuchName`] if the name does not exist; a name that exists without such records is an
    /// empty answer.
    pub fn answer(&self, name: &str, question: Question) -> Result<DnsAnswer, NoSuchName> {
        let asked = format!("{}.", name.trim_end_matches('.'));
        let lower = asked.trim_end_matches('.').to_ascii_lowercase();
        let mut answer = DnsAnswer::default();
        match question {
            Question::A | Question::Aaaa => answer.records = self.resolve(&asked, question, 0)?,
            Question::Srv => answer = self.srv(&asked, &lower)?,
            Question::Cname => {
                if let Some(Found { host: Host::Name(target), .. }) = self.find(&lower)?.first() {
                    let data = RecordData::Cname(full(target));
                    answer.records.push(Record { name: asked, data });
                }
            }
            Question::Ptr => answer.records = self.reverse(&asked, &lower)?,
            Question::Txt => answer.records = self.text(asked, &lower)?,
            Question::Soa => {
                // DNS-9
                if lower == self.zone {
                    let data = RecordData::Soa(self.zone.to_owned());
                    answer.records.push(Record { name: asked, data });
                }
            }
            Question::Other => {
                self.find(&lower)?;
            }
        }
        distinct(&mut answer.records);
        distinct(&mut answer.extra);
        Ok(answer)
    }

    /// Addresses, following aliases within the zone.
    fn resolve(
        &self,
        asked: &str,
        question: Question,
        links: usize,
    ) -> Result<Vec<Record>, NoSuchName> {
        let lower = asked.trim_end_matches('.').to_ascii_lowercase();
        let mut records = Vec::new();
        for found in self.find(&lower)? {
            match found.host {
                Host::Ip(ip) => records.extend(address(asked, ip, question)),
                Host::Name(target) => {
                    // DNS-6
                    let target = full(&target);
                    if target.eq_ignore_ascii_case(asked) || links >= MAX_LINKS {
                        continue;
                    }
                    let alias =
                        Record { name: asked.to_owned(), data: RecordData::Cname(target.clone()) };
                    if !self.is_within(&target) {
                        records.push(alias);
                        continue;
                    }
                    let next = self.resolve(&target, question, links + 1).unwrap_or_default();
                    if !next.is_empty() {
                        records.push(alias);
                        records.extend(next);
                    }
                }
            }
        }
        Ok(records)
    }

    fn srv(&self, asked: &str, lower: &str) -> Result<DnsAnswer, NoSuchName> {
        // DNS-4
        let mut found = self.find(lower)?;
        found.retain(|found| matches!(found.host, Host::Ip(_)));
        let mut answer = DnsAnswer::default();
        let weight = u16::try_from(100 / found.len().max(1)).unwrap_or(1).max(1);
        for found in found {
            let (Host::Ip(ip), Ok(port)) = (found.host, u16::try_from(found.port)) else {
                continue;
            };
            // The zone in the target is spelled as in the question.
            let spelled = asked.get(asked.len().saturating_sub(self.zone.len() + 1)..);
            let target = match (found.name.strip_suffix(&full(self.zone)), spelled) {
                (Some(head), Some(zone)) => format!("{head}{zone}"),
                _ => found.name,
            };
            let kind = if ip.is_ipv4() { Question::A } else { Question::Aaaa };
            answer.extra.extend(address(&target, ip, kind));
            let data = RecordData::Srv { weight, port, target };
            answer.records.push(Record { name: asked.to_owned(), data });
        }
        Ok(answer)
    }

    fn reverse(&self, asked: &str, lower: &str) -> Result<Vec<Record>, NoSuchName> {
        // DNS-7
        let Some(ip) = reverse_ip(lower) else {
            return self.find(lower).map(|_| Vec::new());
        };
        let record =
            |target: String| Record { name: asked.to_owned(), data: RecordData::Ptr(target) };
        if let Some(service) = self.directory.service_at(ip) {
            let meta = &service.metadata;
            return Ok(vec![record(self.name_of(&meta.name, &meta.namespace))]);
        }
        let mut records = Vec::new();
        for slice in self.directory.slices_at(ip) {
            let Some(service) = slice.metadata.labels.get(SERVICE_NAME) else { continue };
            for endpoint in slice.endpoints.iter().filter(|endpoint| is_listed(endpoint)) {
                for _ in endpoint.addresses.iter().filter(|text| parse_ip(text) == Some(ip)) {
                    let host = host_name(endpoint, ip);
                    let base = self.name_of(service, &slice.metadata.namespace);
                    records.push(record(format!("{host}.{base}")));
                }
            }
        }
        if records.is_empty() { Err(NoSuchName) } else { Ok(records) }
    }

    fn text(&self, asked: String, lower: &str) -> Result<Vec<Record>, NoSuchName> {
        // DNS-9
        if self.below(lower) == Some("dns-version") {
            return Ok(vec![Record { name: asked, data: RecordData::Txt("1.1.0".to_owned()) }]);
        }
        if self.find(lower)?.is_empty() { Err(NoSuchName) } else { Ok(Vec::new()) }
    }

    fn name_of(&self, service: &str, namespace: &str) -> String {
        format!("{service}.{namespace}.svc.{}.", self.zone)
    }

    /// What is left of the zone; empty for the zone itself.
    fn below<'n>(&self, lower: &'n str) -> Option<&'n str> {
        let head = lower.strip_suffix(self.zone)?;
        if head.is_empty() { Some("") } else { head.strip_suffix('.') }
    }

    /// All matches of a lower-case name without a dot at its end.
    fn find(&self, lower: &str) -> Result<Vec<Found>, NoSuchName> {
        let labels: Vec<&str> = self
            .below(lower)
            .ok_or(NoSuchName)?
            .split('.')
            .filter(|label| !label.is_empty())
            .collect();
        let (class, rest) = match labels.split_last() {
            None => return Ok(Vec::new()),
            Some((class, rest)) => (*class, rest),
        };
        match (class, rest) {
            ("pod", _) => self.find_pod(rest),
            ("svc", []) => Ok(Vec::new()),
            ("svc", [namespace]) if self.directory.has_namespace(namespace) => Ok(Vec::new()),
            ("svc", [head @ .., service, namespace]) => {
                let strip = |label: &'_ str| label.strip_prefix('_').unwrap_or(label).to_owned();
                let (host, port, protocol) = match head {
                    [] => (None, String::new(), String::new()),
                    [host] => (Some(*host), String::new(), String::new()),
                    [port, protocol] => (None, strip(port), strip(protocol)),
                    _ => return Err(NoSuchName),
                };
                let service = self.directory.service(namespace, service).ok_or(NoSuchName)?;
                self.find_in(service, host, (&port, &protocol))
            }
            _ => Err(NoSuchName),
        }
    }

    fn find_in(
        &self,
        service: &Service,
        host: Option<&str>,
        (port, protocol): (&str, &str),
    ) -> Result<Vec<Found>, NoSuchName> {
        let (meta, spec) = (&service.metadata, &service.spec);
        let base = self.name_of(&meta.name, &meta.namespace);
        let fits = |name: &str, word: &str| {
            (port.is_empty() || port.eq_ignore_ascii_case(name))
                && (protocol.is_empty() || protocol.eq_ignore_ascii_case(word))
        };
        if spec.type_ == ServiceType::ExternalName {
            // DNS-6
            if host.is_some() || !port.is_empty() || parse_ip(&spec.external_name).is_some() {
                return Err(NoSuchName);
            }
            let host = Host::Name(spec.external_name.clone());
            return Ok(vec![Found { host, port: -1, name: base }]);
        }
        let mut found = Vec::new();
        if spec.cluster_ip == NONE || host.is_some() {
            // DNS-2, DNS-3
            for slice in self.directory.slices(&meta.namespace, &meta.name) {
                self.find_endpoints(&mut found, slice, host, &fits);
            }
        } else {
            // DNS-1, DNS-5
            let bare = [("", "", -1)];
            let own: Vec<(&str, &str, i32)> = spec
                .ports
                .iter()
                .map(|port| (port.name.as_str(), port.protocol.as_str(), port.port))
                .collect();
            let ports = if own.is_empty() { &bare[..] } else { &own };
            for (_, _, number) in ports.iter().filter(|(name, word, _)| fits(name, word)) {
                let ips: Vec<&String> = if spec.cluster_ips.is_empty() {
                    vec![&spec.cluster_ip]
                } else {
                    spec.cluster_ips.iter().collect()
                };
                found.extend(ips.into_iter().filter_map(|ip| parse_ip(ip)).map(|ip| Found {
                    host: Host::Ip(ip),
                    port: *number,
                    name: base.clone(),
                }));
            }
        }
        if found.is_empty() { Err(NoSuchName) } else { Ok(found) }
    }

    fn find_endpoints(
        &self,
        found: &mut Vec<Found>,
        slice: &EndpointSlice,
        host: Option<&str>,
        fits: &dyn Fn(&str, &str) -> bool,
    ) {
        let Some(service) = slice.metadata.labels.get(SERVICE_NAME) else { return };
        let base = self.name_of(service, &slice.metadata.namespace);
        let own: Vec<(&str, &str, i32)> = slice
            .ports
            .iter()
            .map(|port| {
                let word = port.protocol.as_ref().map_or("", Protocol::as_str);
                (port.name.as_deref().unwrap_or_default(), word, port.port.unwrap_or(-1))
            })
            .collect();
        let ports = if own.is_empty() { vec![("", "", -1)] } else { own };
        for endpoint in slice.endpoints.iter().filter(|endpoint| is_listed(endpoint)) {
            for ip in endpoint.addresses.iter().filter_map(|ip| parse_ip(ip)) {
                let own_name = host_name(endpoint, ip);
                if host.is_some_and(|host| !host.eq_ignore_ascii_case(&own_name)) {
                    continue;
                }
                for (_, _, number) in ports.iter().filter(|(name, word, _)| fits(name, word)) {
                    let name = format!("{own_name}.{base}");
                    found.push(Found { host: Host::Ip(ip), port: *number, name });
                }
            }
        }
    }

    fn find_pod(&self, rest: &[&str]) -> Result<Vec<Found>, NoSuchName> {
        // DNS-8
        if self.pods == PodNames::Disabled {
            return Err(NoSuchName);
        }
        let (pod, namespace) = match rest {
            [] => return Ok(Vec::new()),
            [namespace] if self.directory.has_namespace(namespace) => return Ok(Vec::new()),
            [.., pod, namespace] => (*pod, *namespace),
            [_] => return Err(NoSuchName),
        };
        let dotted = pod.matches('-').count() == 3 && !pod.contains("--");
        let ip = parse_ip(&pod.replace('-', if dotted { "." } else { ":" })).ok_or(NoSuchName)?;
        let known = match self.pods {
            PodNames::Disabled => false,
            PodNames::Insecure => self.directory.has_namespace(namespace),
            PodNames::Verified => self.directory.has_pod(namespace, ip),
        };
        let name = format!("{pod}.{namespace}.pod.{}.", self.zone);
        if known { Ok(vec![Found { host: Host::Ip(ip), port: -1, name }]) } else { Err(NoSuchName) }
    }
}

fn is_listed(endpoint: &Endpoint) -> bool {
    endpoint.conditions.ready.unwrap_or(true)
}

/// The first label of an endpoint's name.
fn host_name(endpoint: &Endpoint, ip: IpAddr) -> String {
    // DNS-3
    if let Some(hostname) = endpoint.hostname.as_ref().filter(|hostname| !hostname.is_empty()) {
        return hostname.clone();
    }
    let text = ip.to_string().replace(['.', ':'], "-");
    if text.ends_with('-') { text + "0" } else { text }
}

fn address(name: &str, ip: IpAddr, question: Question) -> Option<Record> {
    let data = match (ip, question) {
        (IpAddr::V4(ip), Question::A) => RecordData::A(ip),
        (IpAddr::V6(ip), Question::Aaaa) => RecordData::Aaaa(ip),
        (IpAddr::V4(_) | IpAddr::V6(_), _) => return None,
    };
    Some(Record { name: name.to_owned(), data })
}

fn full(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

fn distinct(records: &mut Vec<Record>) {
    let mut seen = BTreeSet::new();
    records.retain(|record| seen.insert(record.clone()));
}

/// The address in a name below `in-addr.arpa` or `ip6.arpa`.
fn reverse_ip(lower: &str) -> Option<IpAddr> {
    if let Some(head) = lower.strip_suffix(".in-addr.arpa") {
        let octets: Vec<&str> = head.split('.').rev().collect();
        return octets.join(".").parse().ok();
    }
    let head = lower.strip_suffix(".ip6.arpa")?;
    let digits: Vec<&str> = head.split('.').rev().collect();
    if digits.len() != 32 || digits.iter().any(|digit| digit.len() != 1) {
        return None;
    }
    u128::from_str_radix(&digits.concat(), 16)
        .ok()
        .map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)))
}
