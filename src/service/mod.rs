//! Services: what they are given, which pods they reach, and how they are found.
//!
//! Everything here is a pure function of wire types.
//!
//! | question | verb |
//! |---|---|
//! | what does a service mean where it says nothing? | [`default`] |
//! | what is wrong with it? | [`validate`], [`update`], [`update_status`] |
//! | which address and ports does it get? | [`claim`], [`allocate`] |
//! | which pods are its endpoints, in which slices? | [`endpoint`], [`slices()`], [`touched`] |
//! | where does a connection go? | [`route()`] |
//! | what does a name mean? | [`Dns`] |
//! | what does a container learn of services? | [`service_env`], [`resolver()`] |

mod addresses;
mod allocate;
mod backends;
mod defaults;
mod dns;
mod endpoints;
mod env;
mod families;
mod hints;
mod ip;
mod legacy;
mod normalize;
mod pack;
mod ranges;
mod resolver;
mod route;
mod shape;
mod slices;
mod update;
mod validate;
mod validate_endpoints;

pub use allocate::{Claims, Pools, Refusal, allocate, claim, release};
pub use backends::{Backend, Dropped, Frontend, Health, Place, Usable, backends, health, usable};
pub use defaults::{AFFINITY_SECONDS, default, default_endpoints, default_slice};
pub use dns::{Directory, Dns, DnsAnswer, NoSuchName, PodNames, Question, Record, RecordData};
pub use endpoints::{Touched, endpoint, is_endpoint, is_ready, target_port, touched};
pub use env::{service_env, variables};
pub use ip::{Cidr, family_of, parse_ip};
pub use legacy::legacy_endpoints;
pub use normalize::{default_on_read, prepare_create, prepare_update};
pub use ranges::{IpRange, PortRange, Ranges, Taken, Unavailable};
pub use resolver::{NodeDns, Resolver, ResolverWarning, resolver};
pub use route::{Flow, Refused, Route, Vantage, Via, route};
pub use shape::{
    NONE, externally_accessible, families, has_cluster_ip, headless, needs_health_check, selects,
};
pub use slices::{
    CONTROLLER, HEADLESS, Homeless, MANAGED_BY, MAX_ENDPOINTS, SERVICE_NAME, Slices, slices,
};
pub use update::{update, update_status};
pub use validate::validate;
pub use validate_endpoints::{validate_endpoints, validate_slice};
