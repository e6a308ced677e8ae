//! Reading a quantity's text.
//!
//! Source: `apimachinery/pkg/api/resource/quantity.go` (`ParseQuantity`), `suffix.go`.

use std::fmt;

use super::amount::{Amount, Large, Source, ten};
use super::natural::Natural;
use super::{Format, Quantity};

/// The power of ten of the smallest step, 1n.
const NANO: i16 = -9;

/// Amounts of 10^1024 and more are refused.
const MAX_DIGITS: i64 = 1_024;

/// How many digits upstream's 64 bits take.
const FAST_DIGITS: usize = 18;

/// A text that is no quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at}")]
pub struct ParseError {
    kind: ParseErrorKind,
    at: usize,
}

impl ParseError {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The byte at which the wrong part begins.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }
}

/// What is wrong with a text that is no quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// It is empty or has a character that cannot stand where it stands.
    Format,
    /// The number has no digit.
    Numeric,
    /// What follows the number is neither a suffix nor an exponent.
    Suffix,
    /// The amount has more than 1024 digits before the point. Upstream takes such amounts, at a cost
    /// in time and memory that grows with the exponent (`QTY-14`).
    Range,
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "misplaced character or empty text",
            Self::Numeric => "number without digits",
            Self::Suffix => "unknown suffix",
            Self::Range => "too large an amount",
        })
    }
}

/// A text taken apart (`QTY-1`).
struct Parts<'a> {
    negative: bool,
    plus: bool,
    zeros: usize,
    whole: &'a [u8],
    point: bool,
    fraction: &'a [u8],
    suffix: &'a [u8],
    suffix_at: usize,
}

/// What a suffix stands for.
struct Unit {
    base: u8,
    exponent: i32,
    format: Format,
    /// Whether printing the exponent gives the suffix again.
    canonical: bool,
}

pub(super) fn parse(text: &str) -> Result<Quantity, ParseError> {
    let parts = split(text.as_bytes())?;
    let suffix_error = ParseError { kind: ParseErrorKind::Suffix, at: parts.suffix_at };
    let unit = unit(parts.suffix).ok_or(suffix_error)?;
    let amount = match fast(&parts, &unit, text) {
        Some(amount) => amount,
        None => return exact(&parts, &unit),
    };
    if let Some((value, exponent)) = amount.small()
        && exponent > 0
    {
        bounded(digits(u128::from(value.unsigned_abs())), exponent)?;
    }
    Ok(Quantity { amount, format: unit.format })
}

/// The digits at the start of `rest`, and what follows them.
#[inline]
fn digits_of(rest: &[u8]) -> (&[u8], &[u8]) {
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, &[]))
}

fn split(text: &[u8]) -> Result<Parts<'_>, ParseError> {
    let misplaced =
        |rest: &[u8]| Err(ParseError { kind: ParseErrorKind::Format, at: text.len() - rest.len() });
    let (negative, plus, rest) = match text {
        [] => return misplaced(text),
        [b'-', rest @ ..] => (true, false, rest),
        [b'+', rest @ ..] => (false, true, rest),
        rest => (false, false, rest),
    };
    let (digits, rest) = digits_of(rest);
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    let (_, whole) = digits.split_at_checked(zeros).unwrap_or((&[], digits));
    let (point, (fraction, suffix)) = match rest {
        [b'.', rest @ ..] => (true, digits_of(rest)),
        rest => (false, (&[][..], rest)),
    };
    let letters = suffix.iter().take_while(|byte| b"eEinumkKMGTP".contains(byte)).count();
    if letters < suffix.len() {
        let rest = suffix.split_at_checked(letters).map_or(suffix, |(_, rest)| rest);
        let (_, rest) = digits_of(match rest {
            [b'+' | b'-', rest @ ..] => rest,
            rest => rest,
        });
        if !rest.is_empty() {
            return misplaced(rest);
        }
    }
    let suffix_at = text.len() - suffix.len();
    Ok(Parts { negative, plus, zeros, whole, point, fraction, suffix, suffix_at })
}

/// QTY-1, QTY-2, QTY-4
fn unit(suffix: &[u8]) -> Option<Unit> {
    let decimal =
        |exponent| Some(Unit { base: 10, exponent, format: Format::DecimalSi, canonical: true });
    let binary =
        |exponent| Some(Unit { base: 2, exponent, format: Format::BinarySi, canonical: true });
    match suffix {
        b"" => decimal(0),
        b"m" => decimal(-3),
        b"Mi" => binary(20),
        b"Gi" => binary(30),
        b"Ki" => binary(10),
        b"k" => decimal(3),
        b"M" => decimal(6),
        b"G" => decimal(9),
        b"T" => decimal(12),
        b"P" => decimal(15),
        b"E" => decimal(18),
        b"u" => decimal(-6),
        b"n" => decimal(-9),
        b"Ti" => binary(40),
        b"Pi" => binary(50),
        b"Ei" => binary(60),
        [letter @ (b'e' | b'E'), exponent @ ..] => power(*letter, exponent),
        _ => None,
    }
}

/// An exponent of 64 bits, of which upstream looks at the lower 32 (`QTY-14`).
fn power(letter: u8, text: &[u8]) -> Option<Unit> {
    let long: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "upstream's rule")]
    let exponent = long as i32;
    let first = text.strip_prefix(b"-").unwrap_or(text).first();
    let canonical = letter == b'e'
        && i64::from(exponent) == long
        && exponent != 0
        && !matches!(first, Some(b'0' | b'+'));
    Some(Unit { base: 10, exponent, format: Format::DecimalExponent, canonical })
}

/// The number when upstream's 64 bits take it, with the text if it has to be repeated (`QTY-9`).
fn fast(parts: &Parts<'_>, unit: &Unit, text: &str) -> Option<Amount> {
    let count = parts.whole.len().max(1) + parts.fraction.len();
    let scale = if unit.base == 10 {
        let places = i32::try_from(parts.fraction.len()).ok()?;
        unit.exponent.checked_sub(places).filter(|&scale| scale >= i32::from(NANO))?
    } else {
        0
    };
    let limit = if unit.base == 10 {
        FAST_DIGITS
    } else {
        // A text of more is left to arbitrary precision: ten bits are about three digits.
        14_usize.checked_sub(usize::try_from(unit.exponent * 3 / 10).ok()?)?
    };
    if count > limit || (unit.base == 2 && !parts.fraction.is_empty()) {
        return None;
    }
    let digits = parts.whole.iter().chain(parts.fraction);
    let number = digits.fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let value = if unit.base == 2 { number.checked_mul(1 << unit.exponent)? } else { number };
    let repeated = if unit.base == 2 {
        number % 8 != 0
    } else {
        scale % 3 == 0 && !parts.whole.is_empty() && number % 1_000 != 0
    };
    // Where printing the number gives the text again there is no need to keep it.
    let canonical = unit.canonical && !parts.plus && parts.zeros == 0 && !parts.point;
    let source = (repeated && !canonical).then(|| Box::new(Source(text.into())));
    let value = if parts.negative { -value } else { value };
    Some(Amount::Fast { value, scale: clamped(scale), source })
}

/// A power of ten as it is stored; what does not fit belongs to zero or is refused.
fn clamped(scale: i32) -> i16 {
    i16::try_from(scale.clamp(-1_100, 1_100)).unwrap_or(0)
}

/// The number in arbitrary precision (`QTY-4` to `QTY-6`).
fn exact(parts: &Parts<'_>, unit: &Unit) -> Result<Quantity, ParseError> {
    if parts.zeros + parts.whole.len() + parts.fraction.len() == 0 {
        let at = usize::from(parts.negative || parts.plus);
        return Err(ParseError { kind: ParseErrorKind::Numeric, at });
    }
    let places = i32::try_from(parts.fraction.len()).unwrap_or(i32::MAX);
    let (power, factor) = if unit.base == 10 {
        (unit.exponent.saturating_sub(places), 1)
    } else {
        (places.saturating_neg(), 1_u64 << unit.exponent)
    };
    let digits = parts.whole.iter().chain(parts.fraction);
    if parts.whole.len() + parts.fraction.len() <= 19 {
        let number = digits.fold(0_u128, |sum, digit| sum * 10 + u128::from(digit - b'0'));
        return short(parts.negative, number * u128::from(factor), power, unit.format);
    }
    let number = Natural::from_digits(digits.copied()).times(factor);
    let below = usize::try_from(i32::from(NANO).saturating_sub(power)).unwrap_or(0);
    let number = number.shifted_down(below).0;
    let power = power.max(power.saturating_add(i32::try_from(below).unwrap_or(i32::MAX)));
    match number.to_u128() {
        Some(number) => short(parts.negative, number, power, unit.format),
        None => long(parts.negative, number, power, unit.format),
    }
}

/// An amount of at most 128 bits.
fn short(
    negative: bool,
    mut number: u128,
    mut power: i32,
    mut format: Format,
) -> Result<Quantity, ParseError> {
    if number == 0 {
        let scale = clamped(power);
        return Ok(Quantity { amount: Amount::Exact { value: 0, exponent: scale, scale }, format });
    }
    // QTY-5
    if power < i32::from(NANO) {
        let below = u32::try_from(i32::from(NANO).saturating_sub(power)).unwrap_or(u32::MAX);
        number = 10_u128.checked_pow(below).map_or(1, |divisor| number.div_ceil(divisor));
        power = i32::from(NANO);
    }
    bounded(digits(number), power)?;
    if format == Format::BinarySi {
        let one = u128::from(ten(-power).unwrap_or(1));
        // QTY-6
        if number / one >= 1 << 63 || number > LARGEST * one {
            return Ok(capped(negative));
        }
        // QTY-4
        if number < one {
            format = Format::DecimalSi;
        }
    }
    Ok(Quantity { amount: Amount::exact(negative, number, clamped(power), NANO), format })
}

/// An amount of more than 128 bits.
fn long(
    negative: bool,
    number: Natural,
    power: i32,
    format: Format,
) -> Result<Quantity, ParseError> {
    bounded(i64::try_from(number.digits()).unwrap_or(i64::MAX), power)?;
    if format == Format::BinarySi {
        return Ok(capped(negative));
    }
    let up = usize::try_from(power - i32::from(NANO)).unwrap_or(0);
    let large = Large { negative, digits: number.shifted_up(up), scale: NANO };
    Ok(Quantity { amount: Amount::settled(large), format })
}

/// The largest amount of binary format (`QTY-6`).
const LARGEST: u128 = (1 << 63) - 1;

fn capped(negative: bool) -> Quantity {
    let value = if negative { -i64::MAX } else { i64::MAX };
    Quantity { amount: Amount::Exact { value, exponent: 0, scale: 0 }, format: Format::BinarySi }
}

/// How many digits `number` has; none for zero.
fn digits(number: u128) -> i64 {
    number.checked_ilog10().map_or(0, |log| i64::from(log) + 1)
}

/// QTY-14
fn bounded(digits: i64, power: i32) -> Result<(), ParseError> {
    if digits > 0 && digits + i64::from(power) > MAX_DIGITS {
        return Err(ParseError { kind: ParseErrorKind::Range, at: 0 });
    }
    Ok(())
}
