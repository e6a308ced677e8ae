//! Bytes that are base64 text on the wire.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::api::wire::{Optional, Shape, Wire};

/// Padded base64 as upstream reads it: what is left over in the last character does not matter.
const STANDARD: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// Bytes; base64 text on the wire. `Debug` shows their number only, since they may be secret.
///
/// ```
/// use kubernel::api::ByteString;
///
/// let bytes: ByteString = serde_json::from_str(r#""aHVudGVyMg==""#)?;
/// assert_eq!(&bytes[..], b"hunter2");
/// assert_eq!(format!("{bytes:?}"), "ByteString(7 bytes)");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteString(pub Vec<u8>);

impl fmt::Debug for ByteString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ByteString({} bytes)", self.0.len())
    }
}

impl Deref for ByteString {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for ByteString {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<String> for ByteString {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl From<Vec<u8>> for ByteString {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for ByteString {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Serialize for ByteString {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for ByteString {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        // Upstream's decoder skips line breaks anywhere in the text.
        let joined: Cow<'_, str> =
            if text.contains(['\r', '\n']) { text.replace(['\r', '\n'], "").into() } else { text };
        STANDARD.decode(joined.as_bytes()).map(Self).map_err(D::Error::custom)
    }
}

impl Optional for ByteString {}

impl Wire for ByteString {
    const SHAPE: &'static Shape = &Shape::Bytes;
    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::<Self>::deserialize(from)?.unwrap_or_default())
    }
}
