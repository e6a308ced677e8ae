//! What a pod's resolver is told: name servers, search domains and options.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use crate::api::{DNSPolicy, Pod, PodDNSConfig};

/// The settings of a resolver, as a `resolv.conf` has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolver {
    /// The name servers, first to ask first.
    pub nameservers: Vec<String>,
    /// The search domains in order.
    pub searches: Vec<String>,
    /// The options, as `ndots:5`.
    pub options: Vec<String>,
}

/// What a node knows of DNS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeDns {
    /// The addresses of the cluster's DNS service; may be empty.
    pub cluster_dns: Vec<IpAddr>,
    /// The cluster's domain, as `cluster.local`; may be empty.
    pub cluster_domain: String,
    /// The node's own settings; `None` if the kubelet was told to use none.
    pub own: Option<Resolver>,
    /// The node's addresses.
    pub node_ips: Vec<IpAddr>,
}

/// Why a resolver is not what the pod asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResolverWarning {
    /// The cluster has no DNS service; told to the node and to the pod.
    MissingClusterDns,
    /// More name servers than 3; the rest is cut.
    TooManyNameservers,
    /// More search domains than 32, or 2048 characters in all, or 253 in one.
    SearchTooLong,
}

impl fmt::Display for ResolverWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingClusterDns => "cluster dns is not configured, the node's is used",
            Self::TooManyNameservers => "nameserver limits were exceeded, some are omitted",
            Self::SearchTooLong => "search line limits were exceeded, some paths are omitted",
        })
    }
}

const MAX_NAMESERVERS: usize = 3;
const MAX_SEARCHES: usize = 32;
const MAX_SEARCH_BYTES: usize = 2_048;
const MAX_SEARCH: usize = 253;

/// The resolver of a pod on a node, and what was lost on the way.
///
/// Source: `pkg/kubelet/network/dns/dns.go` `GetPodDNS`.
///
/// ```
/// use kubernel::api::Pod;
/// use kubernel::service::{NodeDns, resolver};
/// let node = NodeDns {
///     cluster_dns: vec!["10.96.0.10".parse().unwrap()],
///     cluster_domain: "cluster.local".into(),
///     ..Default::default()
/// };
/// let mut pod = Pod::default();
/// pod.metadata.namespace = "prod".into();
/// let (settings, warnings) = resolver(&pod, &node);
/// assert_eq!(settings.searches, ["prod.svc.cluster.local", "svc.cluster.local", "cluster.local"]);
/// assert!(warnings.is_empty());
/// ```
#[must_use]
pub fn resolver(pod: &Pod, node: &NodeDns) -> (Resolver, Vec<ResolverWarning>) {
    // DNS-10
    let mut warnings = Vec::new();
    let own = node.own.clone().unwrap_or_default();
    let wants_cluster = match pod.spec.dns_policy {
        DNSPolicy::None => None,
        DNSPolicy::Default => Some(false),
        DNSPolicy::ClusterFirst => Some(!pod.spec.host_network),
        DNSPolicy::ClusterFirstWithHostNet | DNSPolicy::Unset | DNSPolicy::Other(_) => Some(true),
    };
    let mut settings = match wants_cluster {
        None => Resolver::default(),
        Some(true) if !node.cluster_dns.is_empty() => cluster_first(pod, node, own),
        Some(wanted) => {
            if wanted {
                warnings.push(ResolverWarning::MissingClusterDns);
            }
            host(node, own)
        }
    };
    if let Some(config) = &pod.spec.dns_config {
        extend(&mut settings, config);
    }
    limit(&mut settings, &mut warnings);
    (settings, warnings)
}

fn cluster_first(pod: &Pod, node: &NodeDns, own: Resolver) -> Resolver {
    let domain = &node.cluster_domain;
    let mut searches = Vec::new();
    if !domain.is_empty() {
        let namespace = &pod.metadata.namespace;
        searches.extend([
            format!("{namespace}.svc.{domain}"),
            format!("svc.{domain}"),
            domain.clone(),
        ]);
    }
    searches.extend(own.searches);
    Resolver {
        nameservers: node.cluster_dns.iter().map(IpAddr::to_string).collect(),
        searches: if domain.is_empty() { searches } else { distinct(searches) },
        options: vec!["ndots:5".to_owned()],
    }
}

fn host(node: &NodeDns, own: Resolver) -> Resolver {
    if node.own.is_some() {
        return own;
    }
    // DNS-12
    let loopback = |ip: &IpAddr| if ip.is_ipv6() { "::1" } else { "127.0.0.1" }.to_owned();
    let mut nameservers: Vec<String> = node.node_ips.iter().map(loopback).collect();
    if nameservers.is_empty() {
        nameservers.push("127.0.0.1".to_owned());
    }
    Resolver { nameservers, searches: vec![".".to_owned()], options: Vec::new() }
}

/// Adds what the pod brings itself.
fn extend(settings: &mut Resolver, config: &PodDNSConfig) {
    // DNS-11
    settings.nameservers.extend(config.nameservers.iter().cloned());
    settings.nameservers = distinct(std::mem::take(&mut settings.nameservers));
    settings.searches.extend(config.searches.iter().cloned());
    settings.searches = distinct(std::mem::take(&mut settings.searches));
    let mut options: BTreeMap<String, String> = BTreeMap::new();
    for option in &settings.options {
        let (name, value) = option.split_once(':').unwrap_or((option, ""));
        options.insert(name.to_owned(), value.to_owned());
    }
    for option in &config.options {
        options.insert(option.name.clone(), option.value.clone().unwrap_or_default());
    }
    let line = |(name, value): (String, String)| {
        if value.is_empty() { name } else { format!("{name}:{value}") }
    };
    settings.options = options.into_iter().map(line).collect();
}

fn limit(settings: &mut Resolver, warnings: &mut Vec<ResolverWarning>) {
    // DNS-11
    if settings.nameservers.len() > MAX_NAMESERVERS {
        settings.nameservers.truncate(MAX_NAMESERVERS);
        warnings.push(ResolverWarning::TooManyNameservers);
    }
    let searches = &mut settings.searches;
    let before = searches.len();
    searches.truncate(MAX_SEARCHES);
    searches.retain(|search| search.len() <= MAX_SEARCH);
    let joined = |searches: &[String]| {
        searches.iter().map(|search| search.len() + 1).sum::<usize>().saturating_sub(1)
    };
    while joined(searches) > MAX_SEARCH_BYTES {
        searches.pop();
    }
    if searches.len() < before {
        warnings.push(ResolverWarning::SearchTooLong);
    }
}

fn distinct(texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

impl Resolver {
    /// The full names to ask for in order until one exists.
    ///
    /// A name that ends in a dot is asked for as it is; one with at least `ndots` dots (1 unless
    /// an option says more) first as it is and then with each search domain; any other the other
    /// way round.
    ///
    /// ```
    /// use kubernel::service::Resolver;
    /// let resolver = Resolver {
    ///     searches: vec!["prod.svc.cluster.local".into()],
    ///     options: vec!["ndots:5".into()],
    ///     ..Default::default()
    /// };
    /// assert_eq!(resolver.names("web"), ["web.prod.svc.cluster.local.", "web."]);
    /// assert_eq!(resolver.names("web."), ["web."]);
    /// ```
    #[must_use]
    pub fn names(&self, name: &str) -> Vec<String> {
        // DNS-13
        if name.ends_with('.') {
            return vec![name.to_owned()];
        }
        let dots = name.bytes().filter(|byte| *byte == b'.').count();
        let ndots = self.options.iter().rev().find_map(|option| option.strip_prefix("ndots:"));
        let ndots: usize = ndots.and_then(|number| number.parse().ok()).unwrap_or(1);
        let searched = self.searches.iter().map(|search| {
            let search = search.trim_matches('.');
            if search.is_empty() { format!("{name}.") } else { format!("{name}.{search}.") }
        });
        let plain = std::iter::once(format!("{name}."));
        if dots >= ndots {
            plain.chain(searched).collect()
        } else {
            searched.chain(plain).collect()
        }
    }
}
