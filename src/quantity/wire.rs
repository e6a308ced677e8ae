//! A quantity in JSON (`QTY-10`).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{ParseError, Quantity};

impl Quantity {
    /// Reads a JSON text: a string, a number, or `null`, which is zero without a format.
    ///
    /// This is upstream's reading to the letter (`QTY-10`): blanks inside the quotes do not count,
    /// escapes are not decoded (and so refused), and a number is read by its digits. The
    /// [`Deserialize`] implementation sees neither escapes nor the digits of a fraction: it takes an
    /// escaped string as its decoded text, and a number with a fraction or exponent as the shortest
    /// text of its 64-bit value.
    ///
    /// ```
    /// use kubernel::quantity::Quantity;
    ///
    /// assert_eq!(Quantity::from_json("1.5")?.to_string(), "1500m");
    /// assert_eq!(Quantity::from_json("1e3")?.to_string(), "1e3");
    /// assert_eq!(Quantity::from_json(r#"" 64Ki""#)?.to_string(), "64Ki");
    /// # Ok::<(), kubernel::quantity::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// [`ParseError`] if the text without its quotes is no quantity; places are counted there.
    pub fn from_json(json: &str) -> Result<Self, ParseError> {
        if json == "null" {
            return Ok(Self::default());
        }
        let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.unwrap_or(json).trim().parse()
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Quantity;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a quantity as a string or number")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
                text.trim().parse().map_err(|error| E::custom(format_args!("`{text}`: {error}")))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_none<E: Error>(self) -> Result<Quantity, E> {
                Ok(Quantity::default())
            }
            fn visit_unit<E: Error>(self) -> Result<Quantity, E> {
                Ok(Quantity::default())
            }
        }
        from.deserialize_any(Text)
    }
}
