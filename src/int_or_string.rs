//! A number or a text, as ports and percentages have it.
//!
//! Source: `apimachinery/pkg/util/intstr/intstr.go`.

use std::fmt;
use std::num::IntErrorKind;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// A whole number of 32 bits, or a text; written back as what it came as (`IOS-1`).
///
/// ```
/// use kubernel::int_or_string::IntOrString;
///
/// assert_eq!(IntOrString::from("25%").scaled(10, true), Ok(3));
/// assert_eq!(IntOrString::from("25%").scaled(10, false), Ok(2));
/// assert_eq!(IntOrString::from(7).scaled(10, false), Ok(7));
/// assert!(IntOrString::from("a quarter").scaled(10, false).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the name lists the cases")]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A text.
    String(String),
}

/// A value that is neither a number nor a percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is neither a whole number nor a percentage")]
pub struct NotScalable {
    value: Box<str>,
}

impl Default for IntOrString {
    fn default() -> Self {
        Self::Int(0)
    }
}

impl From<i32> for IntOrString {
    fn from(number: i32) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for IntOrString {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for IntOrString {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl IntOrString {
    /// `text` as a number if it is one of 32 bits, with an optional sign; else as text (`IOS-3`).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::String(text.to_owned()), Self::Int)
    }

    /// The number; of a text its decimal value, 0 if it has none, limited to 64 bits (`IOS-3`).
    #[must_use]
    pub fn int_value(&self) -> i64 {
        match self {
            Self::Int(number) => i64::from(*number),
            Self::String(text) => decimal(text),
        }
    }

    /// The number as it is, or the percentage of `total`, rounded up or down (`IOS-2`).
    ///
    /// The percentage is taken in double precision, as upstream does; a result beyond 64 bits is
    /// `i64::MIN`, which is what upstream's conversion gives on common processors.
    ///
    /// # Errors
    /// [`NotScalable`] if it is a text that is not a decimal whole number followed by `%`.
    pub fn scaled(&self, total: i32, round_up: bool) -> Result<i64, NotScalable> {
        let text = match self {
            Self::Int(number) => return Ok(i64::from(*number)),
            Self::String(text) => text,
        };
        let percent: i64 = text
            .strip_suffix('%')
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| NotScalable { value: text.as_str().into() })?;
        // Double precision on purpose: upstream divides floats, and large products differ.
        #[expect(clippy::cast_precision_loss, reason = "upstream's arithmetic")]
        let exact = percent as f64 * f64::from(total) / 100.0;
        let rounded = if round_up { exact.ceil() } else { exact.floor() };
        Ok(whole(rounded))
    }

    /// Whether it is a text that ends in `%`.
    #[must_use]
    pub fn is_percent(&self) -> bool {
        matches!(self, Self::String(text) if text.ends_with('%'))
    }
}

/// A whole float as a number; `i64::MIN` beyond 64 bits.
fn whole(float: f64) -> i64 {
    /// 2^63, the first float that is too large.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "within the limit it is exact")]
    if float < LIMIT { float as i64 } else { i64::MIN }
}

/// Go's `Atoi` without its error: 0 for what is no number, the limit for what is too large.
///
/// As there, digits are read from the left: what is too large is so whatever follows the digits.
fn decimal(text: &str) -> i64 {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return 0;
    }
    let magnitude = match digits.parse::<u64>() {
        Ok(magnitude) => magnitude,
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => u64::MAX,
        Err(_) => return 0,
    };
    if negative {
        0_i64.saturating_sub_unsigned(magnitude)
    } else {
        0_i64.saturating_add_unsigned(magnitude)
    }
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::String(text) => f.write_str(text),
        }
    }
}

impl Serialize for IntOrString {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Int(number) => to.serialize_i32(*number),
            Self::String(text) => to.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for IntOrString {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = IntOrString;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of 32 bits or a string")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<IntOrString, E> {
                i32::try_from(number).map(IntOrString::Int).map_err(E::custom)
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<IntOrString, E> {
                i32::try_from(number).map(IntOrString::Int).map_err(E::custom)
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<IntOrString, E> {
                // A whole number too, but JSON readers take the sign of zero for a float's.
                if number == 0.0 && number.is_sign_negative() {
                    return Ok(IntOrString::Int(0));
                }
                Err(E::invalid_type(Unexpected::Float(number), &self))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<IntOrString, E> {
                Ok(text.into())
            }
        }
        from.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(text: &str, total: i32) -> Option<i64> {
        IntOrString::from(text).scaled(total, true).ok()
    }

    #[test]
    fn ios_1() {
        for (json, written) in [
            ("7", Some("7")),
            ("-0", Some("0")),
            ("\"7\"", Some("\"7\"")),
            ("1.0", None),
            ("1e2", None),
            ("2147483648", None),
            ("true", None),
        ] {
            let read = serde_json::from_str::<IntOrString>(json).ok();
            let again = read.map(|value| serde_json::to_string(&value).unwrap());
            assert_eq!(again.as_deref(), written, "{json}");
        }
    }

    #[test]
    fn ios_2() {
        assert_eq!(scaled("-10%", 10), Some(-1));
        assert_eq!(scaled("+10%", 10), Some(1));
        assert_eq!(scaled("010%", 10), Some(1));
        assert_eq!(scaled("9223372036854775807%", 100), Some(i64::MIN));
        for bad in ["%", "10", "10 %", "1.5%", "10%%", ""] {
            assert_eq!(scaled(bad, 10), None, "{bad}");
        }
    }

    #[test]
    fn ios_3() {
        assert_eq!(IntOrString::parse("+07"), IntOrString::Int(7));
        assert_eq!(IntOrString::parse("x"), IntOrString::from("x"));
        assert_eq!(IntOrString::from("99999999999999999999").int_value(), i64::MAX);
        for (text, value) in [
            ("1x", 0),
            ("+5", 5),
            ("-5", -5),
            ("--5", 0),
            ("-+5", 0),
            ("", 0),
            ("9223372036854775808", i64::MAX),
            ("9223372036854775808%", 0),
            ("99999999999999999999%", i64::MAX),
            ("-99999999999999999999%", i64::MIN),
        ] {
            assert_eq!(IntOrString::from(text).int_value(), value, "{text}");
        }
    }
}
