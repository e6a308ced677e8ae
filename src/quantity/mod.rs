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
    fn add_assign(&mut self, other: &Self) {
        self.take_format(other);
        self.amount = self.amount.plus(&other.amount);
    }
}

impl SubAssign<&Self> for Quantity {
    /// Subtracts. The format stays, but zero takes that of `other` (`QTY-16`).
    fn sub_assign(&mut self, other: &Self) {
        self.take_format(other);
        self.amount = self.amount.plus(&other.amount.negated());
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
        quantities.fold(Self::default(), |sum, quantity| sum + quantity)
    }
}
