//! Services: what they are given, which pods they reach, and how they are found.
//!
//! Everything here is a pure function of wire types.
//!
//! | question | verb |
//! |---|---|
//! | what does a service mean where it says nothing? | [`default`] |
//! | what is wrong with it? | [`validate`], [`update`], [`update_status`] |
//! | which address and ports does it get? | [`claim`], [`allocate`] |

mod addresses;
mod allocate;
mod defaults;
mod families;
mod ip;
mod normalize;
mod ranges;
mod shape;
mod update;
mod validate;
mod validate_endpoints;

pub use allocate::{Claims, Pools, Refusal, allocate, claim, release};
pub use defaults::{AFFINITY_SECONDS, default, default_endpoints, default_slice};
pub use ip::{Cidr, family_of, parse_ip};
pub use normalize::{default_on_read, prepare_create, prepare_update};
pub use ranges::{IpRange, PortRange, Ranges, Taken, Unavailable};
pub use shape::{
    NONE, externally_accessible, families, has_cluster_ip, headless, needs_health_check, selects,
};
pub use update::{update, update_status};
pub use validate::validate;
pub use validate_endpoints::{validate_endpoints, validate_slice};
