//! Natural numbers of any length, for the few amounts that 64 bits do not hold.

use std::cmp::Ordering;
use std::fmt;

/// One limb holds nine decimal digits, so that powers of ten are cheap.
const BASE: u32 = 1_000_000_000;
const LIMB_DIGITS: usize = 9;

/// A natural number: limbs of nine digits, the lowest first, without a zero limb at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Natural(Vec<u32>);

impl Natural {
    /// From ASCII digits, the highest first.
    pub(super) fn from_digits(digits: impl DoubleEndedIterator<Item = u8>) -> Self {
        let (mut limbs, mut limb, mut unit) = (Vec::new(), 0, 1);
        for digit in digits.rev() {
            limb += u32::from(digit.saturating_sub(b'0')) * unit;
            unit *= 10;
            if unit == BASE {
                limbs.push(limb);
                (limb, unit) = (0, 1);
            }
        }
        limbs.push(limb);
        Self(limbs).trimmed()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// How many decimal digits it has; none for zero.
    pub(super) fn digits(&self) -> usize {
        match self.0.split_last() {
            Some((high, low)) => {
                low.len() * LIMB_DIGITS + high.checked_ilog10().map_or(0, |log| log as usize + 1)
            }
            None => 0,
        }
    }

    /// How often ten divides it; never for zero.
    pub(super) fn tens(&self) -> usize {
        let Some(zero_limbs) = self.0.iter().position(|&limb| limb != 0) else { return 0 };
        let mut limb = self.0.get(zero_limbs).copied().unwrap_or(1);
        let mut tens = zero_limbs * LIMB_DIGITS;
        while limb % 10 == 0 {
            limb /= 10;
            tens += 1;
        }
        tens
    }

    pub(super) fn to_u128(&self) -> Option<u128> {
        self.0.iter().rev().try_fold(0_u128, |sum, &limb| {
            sum.checked_mul(u128::from(BASE))?.checked_add(u128::from(limb))
        })
    }

    /// Times `factor`.
    #[must_use]
    pub(super) fn times(mut self, factor: u64) -> Self {
        let mut carry = 0_u128;
        for limb in &mut self.0 {
            carry += u128::from(*limb) * u128::from(factor);
            *limb = remainder(carry);
            carry /= u128::from(BASE);
        }
        while carry > 0 {
            self.0.push(remainder(carry));
            carry /= u128::from(BASE);
        }
        self.trimmed()
    }

    /// Times ten to the power of `power`.
    #[must_use]
    pub(super) fn shifted_up(self, power: usize) -> Self {
        if self.is_zero() {
            return self;
        }
        let mut shifted = self.times(unit(power % LIMB_DIGITS));
        shifted.0.splice(0..0, std::iter::repeat_n(0, power / LIMB_DIGITS));
        shifted
    }

    /// Divided by ten to the power of `power`, rounded up, and whether that was exact.
    #[must_use]
    pub(super) fn shifted_down(mut self, power: usize) -> (Self, bool) {
        let limbs = (power / LIMB_DIGITS).min(self.0.len());
        let whole = self.0.drain(..limbs).all(|limb| limb == 0);
        let (quotient, rest) = self.divided(unit(power % LIMB_DIGITS));
        let exact = whole && rest == 0;
        (if exact { quotient } else { quotient.plus(&Self(vec![1])) }, exact)
    }

    /// The quotient and the rest.
    #[must_use]
    pub(super) fn divided(mut self, divisor: u64) -> (Self, u64) {
        let (divisor, mut rest) = (divisor.max(1), 0);
        for limb in self.0.iter_mut().rev() {
            let part = rest * u64::from(BASE) + u64::from(*limb);
            *limb = u32::try_from(part / divisor).unwrap_or(u32::MAX);
            rest = part % divisor;
        }
        (self.trimmed(), rest)
    }

    #[must_use]
    pub(super) fn plus(mut self, other: &Self) -> Self {
        let longest = self.0.len().max(other.0.len());
        self.0.resize(longest, 0);
        let mut carry = 0;
        for (limb, add) in
            self.0.iter_mut().zip(other.0.iter().copied().chain(std::iter::repeat(0)))
        {
            let sum = *limb + add + carry;
            (*limb, carry) = (sum % BASE, sum / BASE);
        }
        self.0.push(carry);
        self.trimmed()
    }

    /// The difference to a number that is not larger.
    #[must_use]
    pub(super) fn minus(mut self, smaller: &Self) -> Self {
        let mut borrow = 0;
        for (limb, take) in
            self.0.iter_mut().zip(smaller.0.iter().copied().chain(std::iter::repeat(0)))
        {
            let taken = take + borrow;
            borrow = u32::from(*limb < taken);
            *limb = *limb + borrow * BASE - taken;
        }
        self.trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }
}

/// Ten to the power of `power`, which is below nine.
fn unit(power: usize) -> u64 {
    (0..power).fold(1, |unit, _| unit * 10)
}

fn remainder(carry: u128) -> u32 {
    u32::try_from(carry % u128::from(BASE)).unwrap_or(0)
}

impl From<u128> for Natural {
    fn from(mut number: u128) -> Self {
        let mut limbs = Vec::new();
        while number > 0 {
            limbs.push(remainder(number));
            number /= u128::from(BASE);
        }
        Self(limbs)
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Natural {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((high, low)) = self.0.split_last() else { return f.write_str("0") };
        write!(f, "{high}")?;
        low.iter().rev().try_for_each(|limb| write!(f, "{limb:09}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Natural {
        Natural::from_digits(text.bytes())
    }

    #[test]
    fn reads_what_it_writes() {
        for text in ["0", "7", "999999999", "1000000000", "100000000000000000000000000000001"] {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(number("000").digits(), 0);
        assert_eq!(number("12345678901").digits(), 11);
        assert_eq!(number("120000000000").tens(), 10);
    }

    #[test]
    fn counts_by_hand() {
        let nines = number("999999999999999999999999");
        assert_eq!(nines.clone().plus(&number("1")).to_string(), "1000000000000000000000000");
        assert_eq!(number("1000000000000000000000000").minus(&number("1")), nines);
        assert_eq!(nines.clone().times(10).to_string(), "9999999999999999999999990");
        assert_eq!(nines.clone().shifted_up(11).shifted_down(11), (nines.clone(), true));
        assert_eq!(nines.shifted_down(23), (number("10"), false));
        assert_eq!(number("1").shifted_down(40), (number("1"), false));
        assert_eq!(number("1025000000000").divided(1024), (number("1000976562"), 512));
        assert_eq!(number("4").times(u64::MAX).to_u128(), Some(4 * u128::from(u64::MAX)));
        assert_eq!(Natural::from(u128::MAX).to_u128(), Some(u128::MAX));
        assert_eq!(Natural::from(u128::MAX).times(2).to_u128(), None);
        assert!(number("20000000000") > number("10000000000"));
    }
}
