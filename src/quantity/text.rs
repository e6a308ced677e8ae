//! Writing a quantity: the canonical text, and the cached one.

use std::fmt;

use super::amount::Amount;
use super::natural::Natural;
use super::{Format, Quantity};

/// A number as it is printed: digits and a power, of ten or of 1024.
enum Digits {
    Short(u128),
    Long(Natural),
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(number) => match u64::try_from(*number) {
                Ok(number) => number.fmt(f),
                Err(_) => number.fmt(f),
            },
            Self::Long(number) => number.fmt(f),
        }
    }
}

/// Writes the canonical text (`QTY-7`).
pub(super) fn canonical(quantity: &Quantity, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if quantity.is_zero() {
        return f.write_str("0");
    }
    if quantity.amount.signum() < 0 {
        f.write_str("-")?;
    }
    if quantity.format == Format::BinarySi
        && let Some((digits, power)) = binary(&quantity.amount)
    {
        return write!(f, "{digits}{}", binary_suffix(power));
    }
    let (digits, power) = decimal(&quantity.amount);
    match quantity.format {
        Format::DecimalSi | Format::BinarySi => write!(f, "{digits}{}", decimal_suffix(power)),
        // QTY-19
        Format::DecimalExponent | Format::Unset if power == 0 => write!(f, "{digits}"),
        Format::DecimalExponent | Format::Unset => write!(f, "{digits}e{power}"),
    }
}

/// Digits without a factor of 1000, and the power of ten, a multiple of three.
fn decimal(amount: &Amount) -> (Digits, i32) {
    let Some((value, mut power)) = amount.small() else {
        let large = amount.large();
        let tens = large.digits.tens();
        let power = i32::from(large.scale) + i32::try_from(tens).unwrap_or(0);
        let back = power.rem_euclid(3);
        let digits = large.digits.shifted_down(tens).0;
        return (Digits::Long(digits.shifted_up(usize::try_from(back).unwrap_or(0))), power - back);
    };
    let mut digits = value.unsigned_abs();
    while digits % 10 == 0 && digits > 0 {
        digits /= 10;
        power += 1;
    }
    let back = power.rem_euclid(3);
    let up = if back == 2 {
        100
    } else if back == 1 {
        10
    } else {
        1
    };
    (Digits::Short(u128::from(digits) * up), power - back)
}

/// Digits without a factor of 1024, and its power; none for what is printed as decimal (`QTY-8`).
fn binary(amount: &Amount) -> Option<(Digits, u32)> {
    let (whole, exact) = amount.rounded_up(0);
    if !exact {
        return None;
    }
    if let Some(value) = whole.in_units(0) {
        let mut digits = value.unsigned_abs();
        if digits < 1_024 {
            return None;
        }
        // Upstream does not look for factors in the one number whose absolute value it cannot hold.
        if value == i64::MIN && matches!(amount, Amount::Fast { .. }) {
            return Some((Digits::Short(u128::from(digits)), 0));
        }
        let power = digits.trailing_zeros() / 10;
        digits >>= power * 10;
        return Some((Digits::Short(u128::from(digits)), power));
    }
    let large = whole.large();
    let up = usize::try_from(large.scale).unwrap_or(0);
    let (mut digits, mut power) = (large.digits.shifted_up(up), 0);
    loop {
        let (quotient, rest) = digits.clone().divided(1_024);
        if rest != 0 {
            return Some((Digits::Long(digits), power));
        }
        (digits, power) = (quotient, power + 1);
    }
}

/// The suffix of 1024^`power`. There is none beyond exa, and the power is lost (`QTY-13`).
fn binary_suffix(power: u32) -> &'static str {
    match power {
        1 => "Ki",
        2 => "Mi",
        3 => "Gi",
        4 => "Ti",
        5 => "Pi",
        6 => "Ei",
        _ => "",
    }
}

/// The suffix of 10^`power`. There is none beyond nano and exa, and the power is lost (`QTY-13`).
fn decimal_suffix(power: i32) -> &'static str {
    match power {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => "",
    }
}
