//! Amounts: how a quantity's number is held, and its exact arithmetic.

use std::cmp::Ordering;

use super::natural::Natural;

/// The largest power of ten of a number in short form. Scales are far below, so that differences of
/// two of either kind always fit 16 bits.
const MAX_EXPONENT: i16 = 8_192;

/// Powers of ten that 64 bits hold.
const TENS: [u64; 20] = {
    let mut tens = [1; 20];
    let mut power = 1;
    while power < tens.len() {
        #[expect(clippy::indexing_slicing, reason = "the loop stays below the length")]
        {
            tens[power] = tens[power - 1] * 10;
        }
        power += 1;
    }
    tens
};

/// Ten to the power of `power`, if 64 bits hold it.
pub(super) fn ten(power: i32) -> Option<u64> {
    TENS.get(usize::try_from(power).ok()?).copied()
}

/// The text that a quantity was read from, where printing must repeat it (`QTY-9`).
#[derive(Debug, Clone)]
pub(super) struct Source(pub(super) Box<str>);

/// A number: a whole number times a power of ten.
///
/// Upstream holds a number as 64 bits with a scale or, failing that, in arbitrary precision with
/// another. Which of the two it is can be seen from outside (`QTY-17`, `QTY-18`), so it is kept apart
/// here from how the digits are stored.
#[derive(Debug, Clone)]
pub(super) enum Amount {
    /// What upstream holds in 64 bits: `value` · 10^`scale`.
    Fast { value: i64, scale: i16, source: Option<Box<Source>> },
    /// What upstream holds in arbitrary precision at `scale`, and fits: `value` · 10^`exponent`.
    /// `exponent` is never below `scale`.
    Exact { value: i64, exponent: i16, scale: i16 },
    /// What upstream holds in arbitrary precision, and does not fit.
    Large(Box<Large>),
}

/// ±`digits` · 10^`scale`.
#[derive(Debug, Clone)]
pub(super) struct Large {
    pub(super) negative: bool,
    pub(super) digits: Natural,
    pub(super) scale: i16,
}

impl Amount {
    pub(super) const fn fast(value: i64, scale: i16) -> Self {
        Self::Fast { value, scale, source: None }
    }

    /// ±`mantissa` · 10^`exponent` as upstream's arbitrary precision at `scale`.
    pub(super) fn exact(negative: bool, mantissa: u128, exponent: i16, scale: i16) -> Self {
        let (mut short, mut up) = (mantissa, exponent);
        loop {
            if let Some(value) = signed(negative, short) {
                return Self::Exact { value, exponent: up, scale };
            }
            if short % 10 != 0 || up >= MAX_EXPONENT {
                break;
            }
            short /= 10;
            up += 1;
        }
        let digits = Natural::from(mantissa).shifted_up(gap(exponent, scale));
        Self::Large(Box::new(Large { negative, digits, scale }))
    }

    /// The short form if it fits.
    pub(super) fn settled(large: Large) -> Self {
        let tens = large.digits.tens();
        let exponent = i16::try_from(tens).ok().and_then(|tens| large.scale.checked_add(tens));
        let exponent = exponent.filter(|&exponent| exponent <= MAX_EXPONENT);
        if large.digits.digits() - tens <= 19
            && let Some(exponent) = exponent
            && let Some(short) = large.digits.clone().shifted_down(tens).0.to_u128()
            && let Some(value) = signed(large.negative, short)
        {
            return Self::Exact { value, exponent, scale: large.scale };
        }
        Self::Large(Box::new(large))
    }

    /// Value and power of ten, if 64 bits hold the value.
    pub(super) fn small(&self) -> Option<(i64, i32)> {
        match self {
            Self::Fast { value, scale, .. } => Some((*value, i32::from(*scale))),
            Self::Exact { value, exponent, .. } => Some((*value, i32::from(*exponent))),
            Self::Large(_) => None,
        }
    }

    pub(super) fn signum(&self) -> i32 {
        match self {
            Self::Fast { value, .. } | Self::Exact { value, .. } => value.signum() as i32,
            Self::Large(large) if large.digits.is_zero() => 0,
            Self::Large(large) => 1 - 2 * i32::from(large.negative),
        }
    }

    /// All digits at upstream's scale.
    pub(super) fn large(&self) -> Large {
        let (value, exponent, scale) = match self {
            Self::Fast { value, scale, .. } => (*value, *scale, *scale),
            Self::Exact { value, exponent, scale } => (*value, *exponent, *scale),
            Self::Large(large) => return Large::clone(large),
        };
        let digits = Natural::from(u128::from(value.unsigned_abs()));
        Large { negative: value < 0, digits: digits.shifted_up(gap(exponent, scale)), scale }
    }

    /// Upstream's scale.
    fn scale(&self) -> i16 {
        match self {
            Self::Fast { scale, .. } | Self::Exact { scale, .. } => *scale,
            Self::Large(large) => large.scale,
        }
    }

    /// Adds `other`; the text that was read is gone.
    #[inline]
    pub(super) fn add(&mut self, other: &Self) {
        if let Self::Fast { value, scale, source } = self
            && let Self::Fast { value: b, scale: bt, .. } = other
            && let Some(sum) = fast_sum((*value, *scale), (*b, *bt))
        {
            (*value, *scale) = sum;
            if source.is_some() {
                *source = None;
            }
            return;
        }
        *self = self.exact_sum(other);
    }

    fn exact_sum(&self, other: &Self) -> Self {
        let scale = self.scale().min(other.scale());
        if let (Some(a), Some(b)) = (self.small(), other.small())
            && let Some((sum, exponent)) = wide_sum(a, b)
            && let Ok(exponent) = i16::try_from(exponent)
        {
            return Self::exact(sum < 0, sum.unsigned_abs(), exponent, scale);
        }
        Self::settled(large_sum(self.large(), other.large(), scale))
    }

    pub(super) fn negated(&self) -> Self {
        match self {
            Self::Fast { value, scale, .. } => match value.checked_neg() {
                Some(value) => Self::fast(value, *scale),
                None => Self::exact(false, u128::from(value.unsigned_abs()), *scale, *scale),
            },
            Self::Exact { value, exponent, scale } => {
                Self::exact(*value >= 0, u128::from(value.unsigned_abs()), *exponent, *scale)
            }
            Self::Large(large) => {
                Self::settled(Large { negative: !large.negative, ..Large::clone(large) })
            }
        }
    }

    /// The product, and whether its digits at upstream's scale fit 64 bits (`QTY-17`).
    pub(super) fn times(&self, by: i64) -> (Self, bool) {
        match self {
            Self::Fast { value: 0, scale, .. } => (Self::fast(0, *scale), true),
            Self::Fast { .. } if by == 0 => (Self::fast(0, 0), true),
            Self::Fast { value, scale, .. } => match value.checked_mul(by) {
                Some(value) => (Self::fast(value, *scale), true),
                None => {
                    let product = i128::from(*value) * i128::from(by);
                    (Self::exact(product < 0, product.unsigned_abs(), *scale, *scale), false)
                }
            },
            Self::Exact { value, exponent, scale } => {
                let product = i128::from(*value) * i128::from(by);
                let fits = i64::try_from(product)
                    .is_ok_and(|product| raised(product, i32::from(exponent - scale)).is_some());
                (Self::exact(product < 0, product.unsigned_abs(), *exponent, *scale), fits)
            }
            Self::Large(large) => {
                let digits = large.digits.clone().times(by.unsigned_abs());
                let negative = large.negative != (by < 0);
                let fits =
                    digits.to_u128().is_some_and(|digits| signed(negative, digits).is_some());
                (Self::settled(Large { negative, digits, scale: large.scale }), fits)
            }
        }
    }

    /// Rounded away from zero to a multiple of 10^`scale`, and whether that was exact.
    pub(super) fn rounded_up(&self, scale: i16) -> (Self, bool) {
        match self {
            Self::Fast { scale: own, .. } if *own >= scale => (self.clone(), true),
            Self::Fast { value, scale: own, .. } => {
                let (value, exact) = lowered(*value, i32::from(scale) - i32::from(*own));
                (Self::fast(value, scale), exact)
            }
            Self::Exact { value, exponent, .. } if *exponent >= scale => {
                (Self::Exact { value: *value, exponent: *exponent, scale }, true)
            }
            Self::Exact { value, exponent, .. } => {
                let (value, exact) = lowered(*value, i32::from(scale) - i32::from(*exponent));
                (Self::Exact { value, exponent: scale, scale }, exact)
            }
            Self::Large(large) if large.scale >= scale => {
                let digits = large.digits.clone().shifted_up(gap(large.scale, scale));
                (Self::settled(Large { negative: large.negative, digits, scale }), true)
            }
            Self::Large(large) => {
                let (digits, exact) = large.digits.clone().shifted_down(gap(scale, large.scale));
                (Self::settled(Large { negative: large.negative, digits, scale }), exact)
            }
        }
    }

    /// The number of 10^`scale`, rounded away from zero, if 64 bits hold it (`QTY-11`).
    pub(super) fn in_units(&self, scale: i16) -> Option<i64> {
        let (value, exponent) = match self.small() {
            Some(small) => small,
            None => self.rounded_up(scale).0.small()?,
        };
        let by = exponent - i32::from(scale);
        if by < 0 { Some(lowered(value, -by).0) } else { raised(value, by) }
    }
}

/// The sum as upstream's 64 bits take it: exact, at the finer scale, `None` on overflow.
#[inline]
fn fast_sum((a, at): (i64, i16), (b, bt): (i64, i16)) -> Option<(i64, i16)> {
    if b == 0 {
        return Some((a, at));
    }
    if a == 0 {
        return Some((b, bt));
    }
    match at.cmp(&bt) {
        Ordering::Equal => Some((a.checked_add(b)?, at)),
        Ordering::Greater => Some((raised(a, i32::from(at - bt))?.checked_add(b)?, bt)),
        Ordering::Less => Some((raised(b, i32::from(bt - at))?.checked_add(a)?, at)),
    }
}

/// The sum of two numbers whose powers of ten are close, at the finer one.
fn wide_sum((a, at): (i64, i32), (b, bt): (i64, i32)) -> Option<(i128, i32)> {
    let finer = at.min(bt);
    // Two 64 bit numbers times 10^18 and their sum fit 128 bits.
    let wide = |value: i64, by: i32| match ten(by) {
        Some(ten) if by <= 18 => Some(i128::from(value) * i128::from(ten)),
        _ => None,
    };
    Some((wide(a, at - finer)? + wide(b, bt - finer)?, finer))
}

fn large_sum(a: Large, b: Large, scale: i16) -> Large {
    let (x, y) =
        (a.digits.shifted_up(gap(a.scale, scale)), b.digits.shifted_up(gap(b.scale, scale)));
    if a.negative == b.negative {
        return Large { negative: a.negative, digits: x.plus(&y), scale };
    }
    if x >= y {
        Large { negative: a.negative, digits: x.minus(&y), scale }
    } else {
        Large { negative: b.negative, digits: y.minus(&x), scale }
    }
}

/// `value` · 10^`by` for a `by` that is not negative.
#[inline]
fn raised(value: i64, by: i32) -> Option<i64> {
    if by == 0 || value == 0 {
        return Some(value);
    }
    value.checked_mul(i64::try_from(ten(by)?).ok()?)
}

/// `value` / 10^`by` rounded away from zero, and whether that was exact; `by` is positive.
fn lowered(value: i64, by: i32) -> (i64, bool) {
    let Some(divisor) = ten(by).and_then(|ten| i64::try_from(ten).ok()) else {
        return (value.signum(), value == 0);
    };
    let exact = value % divisor == 0;
    (value / divisor + if exact { 0 } else { value.signum() }, exact)
}

/// ±`magnitude` if 64 bits hold it.
fn signed(negative: bool, magnitude: u128) -> Option<i64> {
    let magnitude = u64::try_from(magnitude).ok()?;
    if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// How far `above` is over `below`; none if it is not.
fn gap(above: i16, below: i16) -> usize {
    usize::try_from(i32::from(above) - i32::from(below)).unwrap_or(0)
}

impl Ord for Amount {
    // QTY-15
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Some((a, at)), Some((b, bt))) = (self.small(), other.small()) {
            return cmp_small(a, at, b, bt);
        }
        let by_sign = self.signum().cmp(&other.signum());
        if by_sign.is_ne() {
            return by_sign;
        }
        let by_magnitude = cmp_magnitude(self.large(), other.large());
        if self.signum() < 0 { by_magnitude.reverse() } else { by_magnitude }
    }
}

#[inline]
fn cmp_small(a: i64, at: i32, b: i64, bt: i32) -> Ordering {
    if at == bt {
        return a.cmp(&b);
    }
    if a.signum() != b.signum() {
        return a.cmp(&b);
    }
    let wide = |value: i64, by: i32| ten(by).map(|ten| i128::from(value) * i128::from(ten));
    let beyond = || 0.cmp(&a);
    if at > bt {
        // Beyond 10^19 the finer one cannot keep up, whatever it is.
        wide(a, at - bt).map_or_else(|| beyond().reverse(), |a| a.cmp(&i128::from(b)))
    } else {
        wide(b, bt - at).map_or_else(beyond, |b| i128::from(a).cmp(&b))
    }
}

fn cmp_magnitude(a: Large, b: Large) -> Ordering {
    let top = |large: &Large| i64::try_from(large.digits.digits()).unwrap_or(i64::MAX);
    let by_top = (top(&a) + i64::from(a.scale)).cmp(&(top(&b) + i64::from(b.scale)));
    by_top.then_with(|| {
        let finer = a.scale.min(b.scale);
        let x = a.digits.shifted_up(gap(a.scale, finer));
        x.cmp(&b.digits.shifted_up(gap(b.scale, finer)))
    })
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Amount {}
