//! Which cluster IPs and node ports may be given, and in which order.
//!
//! Who holds what is the caller's knowledge ([`Taken`]); which of several free values is taken is
//! the caller's choice (`pick`). With `pick` always 0 the lowest free value of the preferred band
//! is taken.

use std::fmt;

use std::net::IpAddr;

use crate::api::IPFamily;
use crate::service::ip::Cidr;

/// Who holds what: the one thing that allocation must ask.
pub trait Taken {
    /// Whether a service of the cluster holds this address as a cluster IP.
    fn ip(&self, ip: IpAddr) -> bool;
    /// Whether a service of the cluster holds this number as a node port or health check port.
    fn port(&self, port: i32) -> bool;
}

/// Why a value cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// It is outside the range, or the network or broadcast address.
    #[error("not in the range")]
    NotInRange,
    /// Somebody holds it.
    #[error("already allocated")]
    Allocated,
    /// Nothing is free.
    #[error("range is full")]
    Full,
}

/// The addresses of one family that services may have.
///
/// Source: `pkg/registry/core/service/ipallocator`.
///
/// ```
/// use kubernel::service::{Cidr, IpRange};
/// let range = IpRange::new(Cidr::parse("10.96.0.0/24").unwrap());
/// assert_eq!((range.usable(), range.static_band()), (254, 16));
/// let first = range.next(&|_| false, &mut |_| 0).unwrap();
/// assert_eq!(first.to_string(), "10.96.0.17");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpRange {
    cidr: Cidr,
}

impl IpRange {
    /// The largest number of addresses that is managed of one range.
    const MOST: u128 = 65_536;

    /// The range of all usable addresses of `cidr`.
    #[must_use]
    pub fn new(cidr: Cidr) -> Self {
        Self { cidr }
    }

    /// The block itself.
    #[must_use]
    pub fn cidr(&self) -> Cidr {
        self.cidr
    }

    /// The family of its addresses.
    #[must_use]
    pub fn family(&self) -> IPFamily {
        self.cidr.family()
    }

    fn size(&self) -> u128 {
        1u128.checked_shl(self.cidr.host_bits()).unwrap_or(u128::MAX)
    }

    /// How many addresses there are to give: not the network address, and for IPv4 not the
    /// broadcast address; at most 65535 of an IPv6 range (`ALLOC-IP-1`).
    #[must_use]
    pub fn usable(&self) -> u128 {
        // ALLOC-IP-1
        match self.cidr.network() {
            IpAddr::V4(_) => self.size().saturating_sub(2),
            IpAddr::V6(_) => self.size().min(Self::MOST).saturating_sub(1),
        }
    }

    /// How many of the first usable addresses are used last (`ALLOC-IP-2`).
    #[must_use]
    pub fn static_band(&self) -> u128 {
        band(self.size(), 16, 256)
    }

    /// The first usable address.
    #[must_use]
    pub fn first(&self) -> Option<IpAddr> {
        if self.usable() == 0 { None } else { self.cidr.nth(1) }
    }

    /// The last usable address; for IPv6 the last of the block.
    #[must_use]
    pub fn last(&self) -> Option<IpAddr> {
        match self.cidr.network() {
            IpAddr::V4(_) => {
                self.cidr.nth(self.size().checked_sub(2)?).filter(|_| self.usable() > 0)
            }
            IpAddr::V6(_) => {
                self.cidr.nth(self.size().checked_sub(1)?).filter(|_| self.usable() > 0)
            }
        }
    }

    /// The first address that automatic allocation prefers.
    #[must_use]
    pub fn first_dynamic(&self) -> Option<IpAddr> {
        if self.usable() == 0 { None } else { self.cidr.nth(self.static_band() + 1) }
    }

    /// Whether an explicit wish for `ip` can be granted.
    ///
    /// # Errors
    /// [`Unavailable::NotInRange`] outside the usable addresses, [`Unavailable::Allocated`] if it is
    /// held.
    pub fn check(&self, ip: IpAddr, taken: &dyn Fn(IpAddr) -> bool) -> Result<(), Unavailable> {
        // ALLOC-IP-4
        match self.cidr.offset(ip) {
            Some(offset) if (1..=self.usable()).contains(&offset) => {}
            Some(_) | None => return Err(Unavailable::NotInRange),
        }
        if taken(ip) { Err(Unavailable::Allocated) } else { Ok(()) }
    }

    /// A free address: of the upper band first, scanning on from where `pick` points.
    ///
    /// # Errors
    /// [`Unavailable::Full`] if every usable address is held.
    pub fn next(
        &self,
        taken: &dyn Fn(IpAddr) -> bool,
        pick: &mut dyn FnMut(usize) -> usize,
    ) -> Result<IpAddr, Unavailable> {
        // ALLOC-IP-3
        let (usable, lower) = (self.usable(), self.static_band());
        let free = |offset: u128| {
            let ip = self.cidr.nth(offset)?;
            (!taken(ip)).then_some(ip)
        };
        scan(lower + 1, usable.saturating_sub(lower), pick, &free)
            .or_else(|| scan(1, lower.min(usable), pick, &free))
            .ok_or(Unavailable::Full)
    }
}

/// The first hit of `free` among `count` values from `first` on, starting where `pick` points and
/// going round once.
fn scan<T>(
    first: u128,
    count: u128,
    pick: &mut dyn FnMut(usize) -> usize,
    free: &dyn Fn(u128) -> Option<T>,
) -> Option<T> {
    let width = usize::try_from(count).ok().filter(|width| *width > 0)?;
    let start = u128::try_from(pick(width).min(width - 1)).ok()?;
    (start..count).chain(0..start).find_map(|offset| free(first + offset))
}

/// The size of the static band of a range: none up to 16, else a share of it within bounds.
fn band(size: u128, share: u128, most: u128) -> u128 {
    // ALLOC-IP-2, ALLOC-NP-1
    if size <= 16 { 0 } else { (size / share).clamp(16, most) }
}

/// The node ports of a cluster, one pool for all protocols and health checks.
///
/// Source: `pkg/registry/core/service/portallocator`.
///
/// ```
/// use kubernel::service::PortRange;
/// let range = PortRange::default();
/// assert_eq!(range.to_string(), "30000-32767");
/// assert_eq!(range.next(&|_| false, &mut |_| 0), Ok(30086));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortRange {
    first: i32,
    size: i32,
}

impl Default for PortRange {
    /// 30000-32767.
    fn default() -> Self {
        Self { first: 30_000, size: 2_768 }
    }
}

impl PortRange {
    /// The range from `first` to `last`, both included; empty if `last` is smaller.
    #[must_use]
    pub fn new(first: i32, last: i32) -> Self {
        Self { first, size: last.saturating_sub(first).saturating_add(1).max(0) }
    }

    /// Reads `first-last`, `first+more` or a single number.
    ///
    /// ```
    /// use kubernel::service::PortRange;
    /// assert_eq!(PortRange::parse("30000+20"), PortRange::parse("30000-30020"));
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = |text: &str| text.trim().parse::<u16>().ok().map(i32::from);
        if let Some((first, last)) = text.split_once('-') {
            return Some(Self::new(number(first)?, number(last)?));
        }
        if let Some((first, more)) = text.split_once('+') {
            let first = number(first)?;
            return Some(Self::new(first, first + number(more)?));
        }
        let only = number(text)?;
        Some(Self::new(only, only))
    }

    /// The number of ports.
    #[must_use]
    pub fn size(&self) -> i32 {
        self.size
    }

    /// How many of the first ports are used last (`ALLOC-NP-1`).
    #[must_use]
    pub fn static_band(&self) -> i32 {
        let size = u128::try_from(self.size).unwrap_or(0);
        i32::try_from(band(size, 32, 128)).unwrap_or(0)
    }

    /// Whether the range has this port.
    #[must_use]
    pub fn contains(&self, port: i32) -> bool {
        port >= self.first && port - self.first < self.size
    }

    /// Whether an explicit wish for `port` can be granted.
    ///
    /// # Errors
    /// [`Unavailable::NotInRange`] or [`Unavailable::Allocated`].
    pub fn check(&self, port: i32, taken: &dyn Fn(i32) -> bool) -> Result<(), Unavailable> {
        // ALLOC-NP-2
        if !self.contains(port) {
            return Err(Unavailable::NotInRange);
        }
        if taken(port) { Err(Unavailable::Allocated) } else { Ok(()) }
    }

    /// A free port: of the upper band first, scanning on from where `pick` points.
    ///
    /// # Errors
    /// [`Unavailable::Full`] if every port is held.
    pub fn next(
        &self,
        taken: &dyn Fn(i32) -> bool,
        pick: &mut dyn FnMut(usize) -> usize,
    ) -> Result<i32, Unavailable> {
        let lower = u128::try_from(self.static_band()).unwrap_or(0);
        let size = u128::try_from(self.size).unwrap_or(0);
        let free = |offset: u128| {
            let port = self.first.checked_add(i32::try_from(offset).ok()?)?;
            (!taken(port)).then_some(port)
        };
        scan(lower, size.saturating_sub(lower), pick, &free)
            .or_else(|| scan(0, lower, pick, &free))
            .ok_or(Unavailable::Full)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.first + self.size - 1)
    }
}

/// What a cluster has to give to services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges {
    /// The addresses: one or two ranges of different families, the primary one first.
    pub ips: Vec<IpRange>,
    /// The node ports.
    pub node_ports: PortRange,
}

impl Default for Ranges {
    /// 10.96.0.0/16 and 30000-32767.
    fn default() -> Self {
        let block = Cidr::of(IpAddr::from([10, 96, 0, 0]), 16);
        Self { ips: vec![IpRange::new(block)], node_ports: PortRange::default() }
    }
}

impl Ranges {
    /// The family of services that do not ask for one.
    #[must_use]
    pub fn primary(&self) -> IPFamily {
        self.ips.first().map_or(IPFamily::IPv4, IpRange::family)
    }

    /// The range of a family.
    #[must_use]
    pub fn of(&self, family: &IPFamily) -> Option<&IpRange> {
        self.ips.iter().find(|range| range.family() == *family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cidr: &str, usable: u128, band: u128, first_dynamic: Option<&str>) {
        let range = IpRange::new(Cidr::parse(cidr).unwrap());
        assert_eq!((range.usable(), range.static_band()), (usable, band), "{cidr}");
        let shown = range.first_dynamic().map(|ip| ip.to_string());
        assert_eq!(shown.as_deref(), first_dynamic, "{cidr}");
    }

    #[test]
    fn alloc_ip_1_and_2() {
        check("10.0.0.0/28", 14, 0, Some("10.0.0.1"));
        check("10.0.0.0/27", 30, 16, Some("10.0.0.17"));
        check("10.0.0.0/23", 510, 32, Some("10.0.0.33"));
        check("10.0.0.0/12", 1_048_574, 256, Some("10.0.1.1"));
        check("10.0.0.0/30", 2, 0, Some("10.0.0.1"));
        check("10.0.0.0/31", 0, 0, None);
        check("10.0.0.0/32", 0, 0, None);
        check("fd00::/64", 65_535, 256, Some("fd00::101"));
        check("fd00::1/128", 0, 0, None);
    }

    #[test]
    fn alloc_np_1_bands_wrap_and_fill() {
        let range = PortRange::new(30_000, 30_019);
        assert_eq!(range.static_band(), 16);
        assert_eq!(range.next(&|_| false, &mut |n| n - 1), Ok(30_019));
        assert_eq!(range.next(&|port| port >= 30_016, &mut |_| 0), Ok(30_000));
        assert_eq!(range.next(&|_| true, &mut |_| 0), Err(Unavailable::Full));
        assert_eq!(PortRange::new(1, 0).next(&|_| false, &mut |_| 0), Err(Unavailable::Full));
    }
}
