//! Quantities: exact numbers with a format, as resources are counted in.
//!
//! Source: `apimachinery/pkg/api/resource`.

mod amount;
mod natural;
mod parse;
mod text;
mod wire;

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use amount::Amount;
pub use parse::{ParseError, ParseErrorKind};

/// An exact number with the format that it is printed in.
///
/// ```
/// use kubernel::quantity::Quantity;
///
/// let mut memory: Quantity = "1.5Gi".parse()?;
/// assert_eq!(memory.to_string(), "1536Mi");
/// memory += &"512Mi".parse()?;
/// assert_eq!(memory.to_string(), "2Gi");
/// assert_eq!(memory.value(), Some(2 << 30));
/// assert!(memory > "2G".parse()?);
/// # Ok::<(), kubernel::quantity::ParseError>(())
/// ```
///
/// # Equality and order
/// By amount: `1Ki` equals `1024`, `5` equals `5000m` (`QTY-15`). Whether two are the same on the wire
/// is a narrower question, and [`Quantity::is_identical`] answers it.
///
/// # Text
/// The [canonical](Quantity::canonical) text has no fraction and the largest suffix that loses nothing
/// (`QTY-7`). Like upstream, a quantity that was read keeps some texts that are not canonical, such as
/// `1.500` or `01`, and prints them again until it is changed (`QTY-9`).
///
/// # Arithmetic
/// Exact, and without bounds: sums and products grow by digits as needed. Nothing wraps; what has to
/// fit 64 bits is answered as an `Option`. Reading refuses amounts of 10^1024 and more, so that no
/// operation costs time or memory beyond the digits written (`QTY-14`).
///
/// # Size
/// 32 bytes without an allocation, unless the amount has more than 64 bits of digits or the text has to
/// be kept.
#[derive(Clone)]
pub struct Quantity {
    amount: Amount,
    format: Format,
}

/// The format that a quantity is printed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "upstream's three and none")]
pub enum Format {
    /// None, as in a quantity that was never set. It prints like `DecimalExponent` (`QTY-19`).
    #[default]
    Unset,
    /// `12e6`.
    DecimalExponent,
    /// `12Mi`: powers of 1024.
    BinarySi,
    /// `12M`: powers of 1000.
    DecimalSi,
}

impl Format {
    /// Upstream's name; empty for none.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "",
            Self::DecimalExponent => "DecimalExponent",
            Self::BinarySi => "BinarySI",
            Self::DecimalSi => "DecimalSI",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Quantity {
    /// Zero, as it is read from `0`.
    pub const ZERO: Self = Self { amount: Amount::fast(0, 0), format: Format::DecimalSi };

    /// `value` in `format`.
    #[must_use]
    pub const fn new(value: i64, format: Format) -> Self {
        Self { amount: Amount::fast(value, 0), format }
    }

    /// `value` thousandths in `format`.
    #[must_use]
    pub const fn from_milli(value: i64, format: Format) -> Self {
        Self { amount: Amount::fast(value, -3), format }
    }

    /// `value` · 10^`scale` in `DecimalSi`.
    #[must_use]
    pub const fn from_scaled(value: i64, scale: i8) -> Self {
        Self { amount: Amount::fast(value, scale as i16), format: Format::DecimalSi }
    }

    /// The format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Whether the amount is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.signum() == 0
    }

    /// 1, 0 or -1: the sign of the amount.
    #[must_use]
    pub fn signum(&self) -> i32 {
        self.amount.signum()
    }

    /// The amount, rounded away from zero, if 64 bits hold it (`QTY-11`).
    ///
    /// Upstream's `Value` adds one to negative amounts of arbitrary precision and wraps on overflow;
    /// this does neither (`QTY-12`).
    #[must_use]
    pub fn value(&self) -> Option<i64> {
        self.scaled_value(0)
    }

    /// The amount in thousandths, rounded away from zero, if 64 bits hold it (`QTY-11`).
    #[must_use]
    pub fn milli_value(&self) -> Option<i64> {
        self.scaled_value(-3)
    }

    /// The amount in units of 10^`scale`, rounded away from zero, if 64 bits hold it.
    #[must_use]
    pub fn scaled_value(&self, scale: i8) -> Option<i64> {
        self.amount.in_units(i16::from(scale))
    }

    /// As [`value`](Self::value), limited to 64 bits.
    #[must_use]
    pub fn saturating_value(&self) -> i64 {
        self.value().unwrap_or_else(|| self.limit())
    }

    /// As [`milli_value`](Self::milli_value), limited to 64 bits.
    #[must_use]
    pub fn saturating_milli_value(&self) -> i64 {
        self.milli_value().unwrap_or_else(|| self.limit())
    }

    fn limit(&self) -> i64 {
        if self.signum() < 0 { i64::MIN } else { i64::MAX }
    }

    /// Upstream's `AsInt64`: the amount if it is held in 64 bits with a scale that is not negative.
    ///
    /// `1.0`, `1000m` and whatever needed arbitrary precision answer none though integral (`QTY-18`).
    /// To learn whether an amount is integral, compare [`value`](Self::value).
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.amount {
            Amount::Fast { scale: 0.., .. } => self.value(),
            Amount::Fast { .. } | Amount::Exact { .. } | Amount::Large(_) => None,
        }
    }

    /// Multiplies by `by`, exactly. Answers upstream's question whether the product's digits, at the
    /// scale upstream would hold them, fit 64 bits (`QTY-17`).
    pub fn multiply(&mut self, by: i64) -> bool {
        let (product, fits) = self.amount.times(by);
        self.amount = product;
        fits
    }

    /// Rounds away from zero to a multiple of 10^`scale`, and tells whether that changed nothing.
    ///
    /// What is held in 64 bits at that scale or above stays as it is, with its text (`QTY-17`).
    pub fn round_up(&mut self, scale: i8) -> bool {
        let (rounded, exact) = self.amount.rounded_up(i16::from(scale));
        self.amount = rounded;
        exact
    }

    /// The text that is written when none was read (`QTY-7`, `QTY-8`).
    ///
    /// An amount of 10^21 or more, or finer than 10^-9, has no suffix in `DecimalSi`: its digits stand
    /// alone and read back as another amount (`QTY-13`).
    #[must_use]
    pub fn canonical(&self) -> String {
        struct Canonical<'a>(&'a Quantity);
        impl fmt::Display for Canonical<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                text::canonical(self.0, f)
            }
        }
        Canonical(self).to_string()
    }

    /// Whether both have the same amount, format and text, so that the wire cannot tell them apart.
    #[must_use]
    pub fn is_identical(&self, other: &Self) -> bool {
        self.format == other.format
            && self == other
            && (self.source().is_none() && other.source().is_none()
                || self.to_string() == other.to_string())
    }

    /// The text that was read, if it has to be repeated.
    fn source(&self) -> Option<&str> {
        match &self.amount {
            Amount::Fast { source, .. } => source.as_deref().map(|source| &*source.0),
            Amount::Exact { .. } | Amount::Large(_) => None,
        }
    }

    /// QTY-16
    #[inline]
    fn take_format(&mut self, other: &Self) {
        if self.is_zero() {
            self.format = other.format;
        }
    }
}

impl Default for Quantity {
    /// Zero without a format: what a field that was never set holds.
    fn default() -> Self {
        Self::new(0, Format::Unset)
    }
}

impl From<i64> for Quantity {
    /// `value` in `DecimalSi`.
    fn from(value: i64) -> Self {
        Self::new(value, Format::DecimalSi)
    }
}

impl FromStr for Quantity {
    type Err = ParseError;

    /// Reads a text by upstream's grammar (`QTY-1` to `QTY-6`).
    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse::parse(text)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source() {
            Some(source) => f.write_str(source),
            None => text::canonical(self, f),
        }
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Quantity({self}, {:?})", self.format)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.amount == other.amount
    }
}

impl Eq for Quantity {}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.amount.cmp(&other.amount)
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl AddAssign<&Self> for Quantity {
    /// Adds. The format stays, but zero takes that of `other` (`QTY-16`).
    #[inline]
    fn add_assign(&mut self, other: &Self) {
        self.take_format(other);
        self.amount.add(&other.amount);
    }
}

impl SubAssign<&Self> for Quantity {
    /// Subtracts. The format stays, but zero takes that of `other` (`QTY-16`).
    fn sub_assign(&mut self, other: &Self) {
        self.take_format(other);
        self.amount.add(&other.amount.negated());
    }
}

impl Add<&Self> for Quantity {
    type Output = Self;
    fn add(mut self, other: &Self) -> Self {
        self += other;
        self
    }
}

impl Sub<&Self> for Quantity {
    type Output = Self;
    fn sub(mut self, other: &Self) -> Self {
        self -= other;
        self
    }
}

impl Neg for Quantity {
    type Output = Self;
    fn neg(mut self) -> Self {
        self.amount = self.amount.negated();
        self
    }
}

impl<'a> Sum<&'a Self> for Quantity {
    /// The sum, in the format of the first that is not zero; zero without a format if there is none.
    fn sum<I: Iterator<Item = &'a Self>>(quantities: I) -> Self {
        let mut sum = Self::default();
        for quantity in quantities {
            sum += quantity;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    /// Reading `text` gives a quantity that prints as the second and has the third as canonical text.
    fn check(cases: &[(&str, &str, &str)]) {
        for (text, printed, canonical) in cases {
            let quantity = read(text);
            assert_eq!(quantity.to_string(), *printed, "{text}");
            assert_eq!(quantity.canonical(), *canonical, "{text}");
        }
    }

    fn check_errors(cases: &[(&str, ParseErrorKind, usize)]) {
        for (text, kind, at) in cases {
            let error = text.parse::<Quantity>().unwrap_err();
            assert_eq!((error.kind(), error.at()), (*kind, *at), "{text}");
        }
    }

    #[test]
    fn size() {
        assert_eq!(size_of::<Quantity>(), 32);
    }

    #[test]
    fn qty_1_2_3() {
        use ParseErrorKind::{Format, Numeric, Range, Suffix};
        check_errors(&[
            ("", Format, 0),
            ("1 ", Format, 1),
            ("1.2.3", Format, 3),
            ("1e1.5", Format, 3),
            ("1K", Suffix, 1),
            ("1ki", Suffix, 1),
            ("1e", Suffix, 1),
            ("1e+", Suffix, 1),
            ("1Mi3", Suffix, 1),
            ("+Ei", Numeric, 1),
            (".Pi", Numeric, 0),
            ("1e1024", Range, 0),
        ]);
        for zero in [".", "-", "+", "m", "Ki", "e3", "-0"] {
            assert!(read(zero).is_zero(), "{zero}");
        }
        assert_eq!(read("1E"), read("1E18"));
    }

    #[test]
    fn qty_5_6() {
        check(&[("0.1n", "1n", "1n"), ("-0.1n", "-1n", "-1n"), ("1.1n", "2n", "2n")]);
        assert_eq!(read("9Ei").value(), Some(i64::MAX));
        assert_eq!(read("-9Ei").value(), Some(-i64::MAX));
        assert_eq!(read("10E").value(), None);
    }

    #[test]
    fn qty_7_8_9() {
        check(&[
            ("0.5", "500m", "500m"),
            ("1.5Gi", "1536Mi", "1536Mi"),
            ("1024Ki", "1Mi", "1Mi"),
            ("1000m", "1", "1"),
            ("100e-1", "10", "10"),
            ("1e19", "10e18", "10e18"),
            ("1E3", "1E3", "1e3"),
            ("0.5Ki", "512", "512"),
            ("0.1Ki", "102400m", "102400m"),
            ("1.500", "1.500", "1500m"),
            ("+1", "+1", "1"),
            ("01", "01", "1"),
            ("00052Gi", "00052Gi", "52Gi"),
            ("1e0", "1e0", "1"),
        ]);
        assert_eq!((read("01") + &read("0")).to_string(), "1");
    }

    // QTY-11, QTY-12: what upstream gets wrong stays right here.
    #[test]
    fn values_round_away_from_zero() {
        assert_eq!(read("1500m").value(), Some(2));
        assert_eq!(read("-100m").value(), Some(-1));
        assert_eq!(read("1u").milli_value(), Some(1));
        assert_eq!(read("-1.0000000001").value(), Some(-2));
        assert_eq!(read("-0.1n").value(), Some(-1));
        assert_eq!(read("-1.1Mi").value(), Some(-1_153_434));
        assert_eq!(read("1e19").value(), None);
        assert_eq!(read("-1e19").saturating_value(), i64::MIN);
        assert_eq!(read("10E").saturating_milli_value(), i64::MAX);
    }

    // QTY-13
    #[test]
    fn suffixes_end() {
        check(&[("1000E", "1", "1")]);
        assert_eq!((read("7Ei") + &read("7Ei")).canonical(), "14Ei");
    }

    #[test]
    fn qty_16_17_18() {
        let mut sum = Quantity::default();
        sum += &read("1Ki");
        assert_eq!((sum.format(), sum.to_string()), (Format::BinarySi, "1Ki".to_owned()));
        assert_eq!((read("1") + &read("1Ki")).to_string(), "1025");
        assert_eq!((read("1E") + &read("1n")).to_string(), "1000000000000000000000000001n");
        let mut quantity = read("1.500");
        assert!(quantity.round_up(-3) && quantity.to_string() == "1.500");
        assert!(!quantity.round_up(0) && quantity.to_string() == "2");
        assert!(!quantity.multiply(i64::MAX));
        assert_eq!(quantity.to_string(), "18446744073709551614");
        assert_eq!((-Quantity::from(i64::MIN)).to_string(), "9223372036854775808");
        assert_eq!((read("2k").as_i64(), read("1.0").as_i64()), (Some(2_000), None));
        assert_eq!((read("1000m").as_i64(), read("1e19").as_i64()), (None, None));
    }

    // QTY-19
    #[test]
    fn no_format() {
        assert_eq!(Quantity::new(1_000, Format::Unset).to_string(), "1e3");
        assert_eq!(Quantity::default().to_string(), "0");
    }
}
