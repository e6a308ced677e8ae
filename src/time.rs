//! Time, three ways: [`Instant`] for the logic, [`Time`] and [`MicroTime`] for the wire.
//!
//! Nothing here reads a clock. An [`Instant`] counts microseconds from a start that the caller chose;
//! the wire types are points in UTC. Going from one to the other takes the start as an argument.
//!
//! Source: `apimachinery/pkg/apis/meta/v1/time.go`, `micro_time.go`.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

const MICROS: i64 = 1_000_000;

/// The seconds of `0001-01-01T00:00:00Z`, upstream's zero time.
const ZERO: i64 = -62_135_596_800;

/// A moment of logical time: microseconds since the start of a run. Arithmetic saturates.
///
/// ```
/// use std::time::Duration;
/// use kubernel::time::{Instant, Time};
///
/// let later = Instant::START + Duration::from_millis(2_700);
/// assert_eq!(later.to_string(), "2.700s");
/// // The wire has whole seconds; the rest is cut off.
/// assert_eq!(later.wire(Time::EPOCH).to_string(), "2026-01-01T00:00:02Z");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The start of a run.
    pub const START: Self = Self(0);
    /// The last moment that can be told.
    pub const MAX: Self = Self(u64::MAX);

    /// The moment `micros` microseconds after the start.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The moment `seconds` seconds after the start.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the start.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The time since `earlier`; zero if that is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// The wire time of this moment in a run that started at `epoch`, cut to whole seconds.
    #[must_use]
    pub fn wire(self, epoch: Time) -> Time {
        let seconds = i64::try_from(self.0 / 1_000_000).unwrap_or(i64::MAX);
        Time(epoch.0.saturating_add(seconds))
    }

    /// The wire time of this moment in a run that started at `epoch`, with microseconds.
    #[must_use]
    pub fn wire_micro(self, epoch: Time) -> MicroTime {
        let micros = i64::try_from(self.0).unwrap_or(i64::MAX);
        MicroTime(epoch.0.saturating_mul(MICROS).saturating_add(micros))
    }

    /// The moment at which a run that started at `epoch` reaches `time`; the start if that is before.
    #[must_use]
    pub fn at_wire(time: Time, epoch: Time) -> Self {
        Self::from_secs(u64::try_from(time.0.saturating_sub(epoch.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    fn add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(by.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, by: Duration) {
        *self = *self + by;
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;
    fn sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(by.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl fmt::Display for Instant {
    /// Seconds with three digits, as `12.500s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}s", self.0 / 1_000_000, self.0 / 1_000 % 1_000)
    }
}

/// A text that is no wire time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {expected} time")]
pub struct ParseTimeError {
    text: Box<str>,
    expected: &'static str,
}

/// A point in time as most of the wire has it: UTC with whole seconds.
///
/// Reading cuts a fraction off and takes any offset; writing is always in UTC (`TIME-1`).
///
/// ```
/// use kubernel::time::Time;
///
/// let time: Time = "2026-03-01T12:30:15.75+02:00".parse()?;
/// assert_eq!(time.to_string(), "2026-03-01T10:30:15Z");
/// assert!("yesterday".parse::<Time>().is_err());
/// # Ok::<(), kubernel::time::ParseTimeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Where logical time starts unless told otherwise: `2026-01-01T00:00:00Z`.
    pub const EPOCH: Self = Self(1_767_225_600);

    /// The time `seconds` after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_unix(self) -> i64 {
        self.0
    }

    /// Whether it is upstream's zero time, which is written as `null`.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == ZERO
    }

    /// The time `by` later, cut to whole seconds.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_secs()).unwrap_or(i64::MAX)))
    }

    /// Seconds from `earlier` to this time; negative if that is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A point in time with microseconds, as leases and events have it. Exactly six digits (`TIME-2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroTime(i64);

impl MicroTime {
    /// The time `micros` microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_unix_micros(self) -> i64 {
        self.0
    }

    /// Whether it is upstream's zero time, which is written as `null`.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == ZERO * MICROS
    }
}

/// Seconds in 400 years, after which the calendar repeats.
const CYCLE: i64 = 146_097 * 86_400;

/// Writes `seconds` since 1970 as date and time, without a zone.
///
/// Years may be negative or have more than four digits: an offset moves a text of year 0 or 9999
/// beyond it. The calendar library ends there, so the moment is looked up in the cycle from 1970 on.
fn write_civil(seconds: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let stamp = Timestamp::from_second(seconds.rem_euclid(CYCLE)).unwrap_or_default();
    let at = jiff::tz::TimeZone::UTC.to_datetime(stamp);
    let year = i64::from(at.year()) + 400 * seconds.div_euclid(CYCLE);
    let sign = if year < 0 { "-" } else { "" };
    write!(f, "{sign}{:04}-{:02}-{:02}", year.abs(), at.month(), at.day())?;
    write!(f, "T{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_civil(self.0, f)?;
        f.write_str("Z")
    }
}

impl fmt::Display for MicroTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_civil(self.0.div_euclid(MICROS), f)?;
        write!(f, ".{:06}Z", self.0.rem_euclid(MICROS))
    }
}

/// The seconds since 1970 of `2026-01-31T23:59:59Z`; `None` for every other form.
fn plain(text: &str) -> Option<i64> {
    let text: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let &[y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T', ref clock @ .., b'Z'] = text else {
        return None;
    };
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = clock else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    let two = |a: u8, b: u8| i8::try_from(digit(a)? * 10 + digit(b)?).ok();
    let year = i16::from(two(y1, y2)?) * 100 + i16::from(two(y3, y4)?);
    let clock = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
    seconds((year, two(o1, o2)?, two(d1, d2)?), clock)
}

fn seconds((year, month, day): (i16, i8, i8), (hour, minute, second): (i8, i8, i8)) -> Option<i64> {
    const START: jiff::civil::DateTime = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let civil = jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some(civil.duration_since(START).as_secs())
}

/// An RFC 3339 text taken apart as Go does it: seconds since 1970, and the digits of the fraction.
fn rfc3339(text: &str) -> Option<(i64, &str)> {
    if let Some(seconds) = plain(text) {
        return Some((seconds, ""));
    }
    let number = |part: &str, width: usize| -> Option<i16> {
        (part.len() == width && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())
            .flatten()
    };
    let (date, rest) = text.split_once('T')?;
    let mut date = date.split('-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    if date.next().is_some() {
        return None;
    }
    let clock_end = rest.find(|c: char| !c.is_ascii_digit() && c != ':')?;
    let (clock, rest) = rest.split_at_checked(clock_end)?;
    let mut clock = clock.split(':');
    let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
    // Go takes an hour of one digit.
    let hour_width = if hour.len() == 1 { 1 } else { 2 };
    if clock.next().is_some() {
        return None;
    }
    let (fraction, zone) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (digits, zone) = rest.split_at_checked(end)?;
            if digits.is_empty() {
                return None;
            }
            (digits, zone)
        }
        None => ("", rest),
    };
    let two = |part: &str, width: usize| i8::try_from(number(part, width)?).ok();
    let date = (number(year, 4)?, two(month, 2)?, two(day, 2)?);
    let seconds = seconds(date, (two(hour, hour_width)?, two(minute, 2)?, two(second, 2)?))?;
    Some((seconds - offset(zone)?, fraction))
}

/// Seconds east of UTC of `Z`, `+02:00`, `-05:30`.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, zone.strip_prefix('-')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |part: &str, max: i64| -> Option<i64> {
        let number: i64 = (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())
            .flatten()?;
        (number <= max).then_some(number)
    };
    Some(sign * (two(hours, 24)? * 3_600 + two(minutes, 60)? * 60))
}

impl FromStr for Time {
    type Err = ParseTimeError;
    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        rfc3339(text)
            .map(|(seconds, _)| Self(seconds))
            .ok_or_else(|| ParseTimeError { text: text.into(), expected: "RFC 3339" })
    }
}

impl FromStr for MicroTime {
    type Err = ParseTimeError;
    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        rfc3339(text)
            .filter(|(_, fraction)| fraction.len() == 6)
            .and_then(|(seconds, fraction)| {
                let micros: i64 = fraction.parse().ok()?;
                seconds.checked_mul(MICROS)?.checked_add(micros).map(Self)
            })
            .ok_or_else(|| ParseTimeError { text: text.into(), expected: "RFC 3339 microsecond" })
    }
}

macro_rules! wire_text {
    ($($ty:ty),*) => { $(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if self.is_zero() { to.serialize_none() } else { to.collect_str(self) }
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $ty;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a time as a string")
                    }
                    fn visit_str<E: Error>(self, text: &str) -> Result<$ty, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                from.deserialize_str(Text)
            }
        }
    )* };
}

wire_text!(Time, MicroTime);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let got = text.parse::<Time>().ok().map(|time| time.to_string());
        assert_eq!(got.as_deref(), expect, "{text}");
    }

    #[test]
    fn time_1() {
        check("2026-01-01T00:00:00Z", Some("2026-01-01T00:00:00Z"));
        check("2026-01-01T01:00:00,5+01:00", Some("2026-01-01T00:00:00Z"));
        check("2026-02-30T00:00:00Z", None);
        check("2026-01-01t00:00:00Z", None);
        check("2026-01-01T00:00:00", None);
        check("", None);
        check("9999-12-31T23:59:59-01:00", Some("10000-01-01T00:59:59Z"));
        check("0000-01-01T00:30:00+01:00", Some("-0001-12-31T23:30:00Z"));
        check("0000-02-29T0:00:00Z", Some("0000-02-29T00:00:00Z"));
        assert_eq!("2026-01-01T00:00:00Z".parse(), Ok(Time::EPOCH));
        assert!("0001-01-01T00:00:00Z".parse::<Time>().unwrap().is_zero());
    }

    #[test]
    fn time_2() {
        assert!("2026-01-01T00:00:00.12345Z".parse::<MicroTime>().is_err());
        let time: MicroTime = "1969-12-31T23:59:59.000001Z".parse().unwrap();
        assert_eq!(time.to_string(), "1969-12-31T23:59:59.000001Z");
    }

    #[test]
    fn instants_saturate() {
        assert_eq!(Instant::MAX + Duration::from_secs(1), Instant::MAX);
        assert_eq!(Instant::START - Duration::from_secs(1), Instant::START);
        assert_eq!(Instant::at_wire(Time::from_unix(0), Time::EPOCH), Instant::START);
    }
}
