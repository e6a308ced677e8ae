//! What the server gives to an object: the addresses and ports of services.

use std::net::IpAddr;
use std::sync::Arc;

use crate::admission::Gate;
use crate::api::{Object, Resource, Service};
use crate::field::Errors;
use crate::service::{self, Pools, Taken};
use crate::store::{Store, Term};

/// Who holds what, by the indices of the store.
struct Held<'a>(&'a Store);

impl Taken for Held<'_> {
    fn ip(&self, ip: IpAddr) -> bool {
        let term = Term::ClusterIp(ip.to_string().into());
        self.0.indexed(&term).next().is_some()
    }

    fn port(&self, port: i32) -> bool {
        self.0.indexed(&Term::NodePort(port)).next().is_some()
    }
}

impl Gate<'_> {
    /// Fills in what a service is given, and says why it cannot be.
    pub(super) fn allocate(&mut self, new: &mut Object, old: Option<&Object>) -> Errors {
        let mut errors = Errors::new();
        let Object::Service(new) = new else { return errors };
        let pools = Pools { ranges: self.ranges, taken: &Held(self.store), dry_run: false };
        let draw = &mut *self.draw;
        let mut pick = |n: usize| {
            let scaled = (u128::from(draw()) * n as u128) >> 64;
            usize::try_from(scaled).unwrap_or(0)
        };
        let new = Arc::make_mut(new);
        let old = old.and_then(Service::peek);
        service::allocate(&mut errors, new, old, pools, &mut pick);
        match old {
            Some(old) if errors.is_empty() => service::prepare_update(new, old),
            Some(_) | None => {}
        }
        errors
    }
}
