//! Addresses and ranges, read as upstream reads them.

use std::borrow::Cow;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::api::IPFamily;
use crate::field::{Errors, Path};

/// The family of an address.
#[must_use]
pub fn family_of(ip: IpAddr) -> IPFamily {
    match ip {
        IpAddr::V4(_) => IPFamily::IPv4,
        IpAddr::V6(_) => IPFamily::IPv6,
    }
}

/// Reads an address the lenient way: leading zeros in an IPv4 octet are dropped, and an IPv4-mapped
/// IPv6 address is the IPv4 address in it.
///
/// Source: `k8s.io/utils/net` `ParseIPSloppy`.
///
/// ```
/// use kubernel::service::parse_ip;
/// assert_eq!(parse_ip("010.0.0.1").map(|ip| ip.to_string()).as_deref(), Some("10.0.0.1"));
/// assert_eq!(parse_ip("::ffff:1.2.3.4").map(|ip| ip.to_string()).as_deref(), Some("1.2.3.4"));
/// assert_eq!(parse_ip("10.0.0"), None);
/// ```
#[must_use]
pub fn parse_ip(text: &str) -> Option<IpAddr> {
    // The strict form, which has no leading zeros, is the usual one.
    let strict = text.parse().ok();
    let parsed: IpAddr = strict.or_else(|| without_leading_zeros(text)?.parse().ok())?;
    Some(parsed.to_canonical())
}

/// The text with leading zeros cut from each octet of its IPv4 part; `None` if an octet is empty.
fn without_leading_zeros(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('.') {
        return Some(Cow::Borrowed(text));
    }
    let (head, tail) = text.rsplit_once(':').map_or(("", text), |(head, tail)| (head, tail));
    let zeros = |octet: &str| octet.len() > 1 && octet.starts_with('0');
    if !tail.split('.').any(zeros) {
        return Some(Cow::Borrowed(text));
    }
    let octets: Vec<&str> = tail
        .split('.')
        .map(|octet| match octet.trim_start_matches('0') {
            "" if octet.is_empty() => "x",
            "" => "0",
            rest => rest,
        })
        .collect();
    let colon = if text.contains(':') { ":" } else { "" };
    Some(Cow::Owned(format!("{head}{colon}{}", octets.join("."))))
}

/// Whether the text is an IPv6 address (and not an IPv4-mapped one).
pub(crate) fn is_ipv6(text: &str) -> bool {
    matches!(parse_ip(text), Some(IpAddr::V6(_)))
}

/// Pushes one `Invalid` per broken rule unless `text` is an address in today's strict form or was
/// already there in the old object.
///
/// Source: `apimachinery/pkg/util/validation` `IsValidIPForLegacyField`.
pub(crate) fn check_ip(out: &mut Errors, at: &Path<'_>, text: &str, before: &[String]) -> bool {
    // SVC-VAL-18
    if before.iter().any(|old| old == text) {
        return true;
    }
    if parse_ip(text).is_none() {
        out.invalid(at, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        return false;
    }
    match text.parse::<IpAddr>() {
        Err(_) => out.invalid(at, text, "must not have leading 0s"),
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_some() => {
            out.invalid(at, text, "must not be an IPv4-mapped IPv6 address");
        }
        Ok(_) => return true,
    }
    false
}

/// Pushes `Invalid` if the address cannot be that of an endpoint: unspecified, loopback, link-local.
///
/// Source: `pkg/apis/core/validation` `ValidateEndpointIP`.
pub(crate) fn check_special(out: &mut Errors, at: &Path<'_>, text: &str) {
    // SVC-VAL-19
    let Some(ip) = parse_ip(text) else {
        out.invalid(at, text, "must be a valid IP address");
        return;
    };
    let (link_local, multicast) = match ip {
        IpAddr::V4(ip) => (ip.is_link_local(), matches!(ip.octets(), [224, 0, 0, _])),
        IpAddr::V6(ip) => {
            let [first, second, ..] = ip.octets();
            (first == 0xfe && second & 0xc0 == 0x80, first == 0xff && second & 0x0f == 0x02)
        }
    };
    if ip.is_unspecified() {
        out.invalid(at, text, format!("may not be unspecified ({text})"));
    }
    if ip.is_loopback() {
        out.invalid(at, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    if link_local {
        out.invalid(at, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if multicast {
        out.invalid(
            at,
            text,
            "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
        );
    }
}

/// A block of addresses: a network address and the length of its prefix in bits.
///
/// ```
/// use kubernel::service::Cidr;
/// let range = Cidr::parse("10.96.0.0/16").unwrap();
/// assert!(range.contains("10.96.3.4".parse().unwrap()));
/// assert_eq!(range.to_string(), "10.96.0.0/16");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    network: IpAddr,
    prefix: u32,
}

impl Cidr {
    /// Reads `address/length` the lenient way; bits beyond the prefix are cleared.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let address = without_leading_zeros(address)?;
        let prefix: u32 = length.parse().ok()?;
        match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(ip) if prefix <= 32 => Some(Self::of(IpAddr::V4(ip), prefix)),
            IpAddr::V6(ip) if prefix <= 128 => Some(Self::of(IpAddr::V6(ip), prefix)),
            IpAddr::V4(_) | IpAddr::V6(_) => None,
        }
    }

    /// The block of the first `prefix` bits of `ip`; a longer prefix than the family has is cut.
    #[must_use]
    pub fn of(ip: IpAddr, prefix: u32) -> Self {
        let bits = width(ip);
        let prefix = prefix.min(bits);
        let host = bits - prefix;
        let kept = number(ip).checked_shr(host).unwrap_or(0).checked_shl(host).unwrap_or(0);
        Self { network: address(ip, kept), prefix }
    }

    /// The lowest address of the block.
    #[must_use]
    pub fn network(&self) -> IpAddr {
        self.network
    }

    /// The number of fixed bits.
    #[must_use]
    pub fn prefix(&self) -> u32 {
        self.prefix
    }

    /// The number of free bits.
    #[must_use]
    pub fn host_bits(&self) -> u32 {
        width(self.network) - self.prefix
    }

    /// The family of its addresses.
    #[must_use]
    pub fn family(&self) -> IPFamily {
        family_of(self.network)
    }

    /// Whether the address lies in the block; never for another family.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        width(ip) == width(self.network) && Self::of(ip, self.prefix).network == self.network
    }

    /// The address `offset` after the network address, if the block has it.
    #[must_use]
    pub fn nth(&self, offset: u128) -> Option<IpAddr> {
        let ip = address(self.network, number(self.network).checked_add(offset)?);
        self.contains(ip).then_some(ip)
    }

    /// How far after the network address `ip` is, if it lies in the block.
    #[must_use]
    pub fn offset(&self, ip: IpAddr) -> Option<u128> {
        if self.contains(ip) { number(ip).checked_sub(number(self.network)) } else { None }
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

fn width(ip: IpAddr) -> u32 {
    match ip {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// The address of the same family as `like` with these bits; saturates for IPv4.
fn address(like: IpAddr, bits: u128) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits).unwrap_or(u32::MAX))),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
    }
}

/// Pushes one `Invalid` unless `text` is a block in today's strict form or was already there.
///
/// Source: `apimachinery/pkg/util/validation` `IsValidCIDRForLegacyField`.
pub(crate) fn check_cidr(out: &mut Errors, at: &Path<'_>, text: &str, before: &[&str]) {
    // SVC-VAL-18
    if before.contains(&text) {
        return;
    }
    let (Some(block), Some((ip, length))) = (Cidr::parse(text), text.split_once('/')) else {
        out.invalid(at, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        return;
    };
    match ip.parse::<IpAddr>() {
        Err(_) => out.invalid(at, text, "must not have leading 0s in IP or prefix length"),
        Ok(_) if length.len() > 1 && length.starts_with('0') => {
            out.invalid(at, text, "must not have leading 0s in IP or prefix length");
        }
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_some() => {
            out.invalid(at, text, "must not have an IPv4-mapped IPv6 address");
        }
        Ok(ip) if ip != block.network => {
            out.invalid(at, text, "must not have bits set beyond the prefix length");
        }
        Ok(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, strict: bool, canonical: Option<&str>) {
        let mut out = Errors::new();
        assert_eq!(check_ip(&mut out, &Path::root("ip"), text, &[]), strict, "{text}");
        assert_eq!(out.is_empty(), strict, "{text}");
        assert_eq!(parse_ip(text).map(|ip| ip.to_string()).as_deref(), canonical, "{text}");
    }

    #[test]
    fn svc_val_18_addresses() {
        check("10.0.0.1", true, Some("10.0.0.1"));
        check("10.00.0.01", false, Some("10.0.0.1"));
        check("::ffff:10.0.0.1", false, Some("10.0.0.1"));
        check("FD00:0::1", true, Some("fd00::1"));
        check("10..0.1", false, None);
        check("10.0.0.256", false, None);
        check("fe80::1%eth0", false, None);
        check("", false, None);
    }

    #[test]
    fn svc_val_18_blocks() {
        let errors = |text: &str| {
            let mut out = Errors::new();
            check_cidr(&mut out, &Path::root("cidr"), text, &[]);
            out.len()
        };
        assert_eq!(errors("10.0.0.0/8"), 0);
        assert_eq!(errors("0.0.0.0/0"), 0);
        for bad in
            ["10.0.0.1/8", "10.0.0.0/08", "010.0.0.0/8", "::ffff:1.2.3.0/120", "10.0.0.0", ""]
        {
            assert_eq!(errors(bad), 1, "{bad}");
        }
    }

    #[test]
    fn block_arithmetic() {
        let range = Cidr::parse("fd00::/120").unwrap();
        assert_eq!(range.nth(255).unwrap().to_string(), "fd00::ff");
        assert_eq!(range.nth(256), None);
        assert_eq!(range.offset("fd00::10".parse().unwrap()), Some(16));
        assert_eq!(Cidr::parse("0.0.0.0/0").unwrap().host_bits(), 32);
        assert!(Cidr::parse("::/0").unwrap().contains("ffff::1".parse().unwrap()));
    }
}
