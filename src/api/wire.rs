//! How a Rust struct and its JSON text belong together: the `wire!` and `open_enum!` macros.
//!
//! One line of a `wire!` block is one field of the wire form. Its first word is the presence rule,
//! that is, what the tag of upstream's Go struct says:
//!
//! | word | written | read |
//! |---|---|---|
//! | `keep` | always; an empty list or map as `null` | absent and `null` are the zero value |
//! | `omit` | unless it is zero: `false`, `0`, empty text, list or map | the same |
//! | `opt` | unless it is `None` | absent and `null` are `None` |
//! | `null` | always; `None` as `null` | the same |
//!
//! An empty list under `keep` is written as `null` and not as `[]` because that is what an API
//! server answers: its storage format does not tell the two apart.
//!
//! A pointer to a struct upstream is an `Option<Box<_>>` here, a pointer to a scalar an `Option<_>`.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::int_or_string::IntOrString;
use crate::quantity::Quantity;
use crate::time::{MicroTime, Time};

/// The form of a wire value: what a generic walk over JSON text has to know of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number of 32 bits with a sign.
    Int32,
    /// A whole number of 64 bits with a sign.
    Int64,
    /// Text.
    Text,
    /// Bytes, as base64 text.
    Bytes,
    /// A [`Quantity`]: text or a number.
    Quantity,
    /// An [`IntOrString`]: a number or text.
    IntOrString,
    /// A point in time with whole seconds.
    Time,
    /// A point in time with microseconds.
    MicroTime,
    /// Any JSON; nothing below it is known.
    Any,
    /// A list of one form of item.
    List(&'static Shape),
    /// A map from text to one form of value.
    Map(&'static Shape),
    /// A struct with known fields.
    Struct(&'static StructShape),
}

/// The fields of a wire struct.
#[derive(Debug, PartialEq, Eq)]
pub struct StructShape {
    /// The name of the type, as upstream has it.
    pub name: &'static str,
    /// The `apiVersion` that is written with the struct, and read and ignored; `kind` is then
    /// `name`. `None` for structs that are never an object of their own.
    pub version: Option<&'static str>,
    /// The fields in the order in which they are written.
    pub fields: &'static [FieldShape],
}

impl StructShape {
    /// The field that is written as `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static FieldShape> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// One field of a wire struct.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldShape {
    /// The name on the wire.
    pub name: &'static str,
    /// The form of the value.
    pub shape: &'static Shape,
    /// How a strategic merge patch treats it.
    pub patch: PatchStrategy,
}

/// How a strategic merge patch treats a field (`PATCH-5`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatchStrategy {
    /// Structs merge, everything else is replaced.
    Plain,
    /// A list of structs that merges by the given key.
    MergeBy(&'static str),
    /// As `MergeBy`, and a patched item keeps only the keys that the patch names.
    MergeByRetainKeys(&'static str),
    /// A list of scalars that merges as a set.
    MergeSet,
    /// A struct that is replaced as a whole.
    Replace,
    /// A struct of which only the keys that the patch names are kept.
    RetainKeys,
}

/// A type that can stand in a wire struct.
pub trait Wire: Sized + Default {
    /// The form on the wire.
    const SHAPE: &'static Shape;

    /// Whether `omitempty` drops the value.
    fn is_zero(&self) -> bool;

    /// Whether a value that is always written is written as `null`.
    fn is_null(&self) -> bool {
        false
    }

    /// Reads a value; `null` is the zero value, at every depth.
    ///
    /// # Errors
    /// When the text is of another type.
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

macro_rules! scalar {
    ($($ty:ty, $shape:ident, $zero:expr;)*) => { $(
        impl Wire for $ty {
            const SHAPE: &'static Shape = &Shape::$shape;
            fn is_zero(&self) -> bool {
                let zero: fn(&$ty) -> bool = $zero;
                zero(self)
            }
            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Ok(Option::<Self>::deserialize(from)?.unwrap_or_default())
            }
        }
    )* };
}

scalar! {
    bool, Bool, |v| !v;
    i32, Int32, |v| *v == 0;
    i64, Int64, |v| *v == 0;
    String, Text, String::is_empty;
    Quantity, Quantity, |_| false;
    IntOrString, IntOrString, |_| false;
}

/// Times are always optional: upstream's zero time and `null` are both `None`.
macro_rules! timed {
    ($($ty:ident),*) => { $(
        impl Wire for Option<$ty> {
            const SHAPE: &'static Shape = &Shape::$ty;
            fn is_zero(&self) -> bool {
                self.is_none()
            }
            fn is_null(&self) -> bool {
                self.is_none()
            }
            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Ok(Option::<$ty>::deserialize(from)?.filter(|time| !time.is_zero()))
            }
        }
    )* };
}

timed!(Time, MicroTime);

/// Types that may be missing: everything but times, which have their own rule.
pub trait Optional: Wire {}
impl Optional for bool {}
impl Optional for i32 {}
impl Optional for i64 {}
impl Optional for String {}
impl Optional for Quantity {}
impl Optional for IntOrString {}
impl<T: Wire> Optional for Box<T> {}

impl<T: Optional> Wire for Option<T> {
    const SHAPE: &'static Shape = T::SHAPE;
    fn is_zero(&self) -> bool {
        self.is_none()
    }
    fn is_null(&self) -> bool {
        self.is_none()
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Maybe<T>(PhantomData<T>);
        impl<'de, T: Wire> Visitor<'de> for Maybe<T> {
            type Value = Option<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }
            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
                T::read(from).map(Some)
            }
        }
        from.deserialize_option(Maybe(PhantomData))
    }
}

impl<T: Wire> Wire for Box<T> {
    const SHAPE: &'static Shape = T::SHAPE;
    fn is_zero(&self) -> bool {
        T::is_zero(self)
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from).map(Box::new)
    }
}

impl<T: Wire> Wire for Vec<T> {
    const SHAPE: &'static Shape = &Shape::List(T::SHAPE);
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
    fn is_null(&self) -> bool {
        self.is_empty()
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);
        impl<'de, T: Wire> Visitor<'de> for Items<T> {
            type Value = Vec<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
                from.deserialize_seq(self)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element_seed(Read::<T>::NEW)? {
                    // Most lists have one or two items, and many stay for long: no room to spare.
                    if items.len() == items.capacity() {
                        items.reserve_exact(items.len().max(1));
                    }
                    items.push(item);
                }
                items.shrink_to_fit();
                Ok(items)
            }
        }
        from.deserialize_option(Items(PhantomData))
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    const SHAPE: &'static Shape = &Shape::Map(T::SHAPE);
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
    fn is_null(&self) -> bool {
        self.is_empty()
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Wire> Visitor<'de> for Entries<T> {
            type Value = BTreeMap<String, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(BTreeMap::new())
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(BTreeMap::new())
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
                from.deserialize_map(self)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    entries.insert(key, map.next_value_seed(Read::<T>::NEW)?);
                }
                Ok(entries)
            }
        }
        from.deserialize_option(Entries(PhantomData))
    }
}

/// Any JSON value, kept as it came. The default is `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawValue(pub serde_json::Value);

impl Optional for RawValue {}

impl Wire for RawValue {
    const SHAPE: &'static Shape = &Shape::Any;
    fn is_zero(&self) -> bool {
        self.0.is_null()
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::deserialize(from)
    }
}

/// A wire struct: it can write its fields into a struct that has begun.
pub trait Fields: Wire {
    /// Writes the fields, without `kind` and `apiVersion`.
    ///
    /// # Errors
    /// What the serializer answers.
    fn write_fields<S: SerializeStruct>(&self, to: &mut S) -> Result<(), S::Error>;
}

/// An object without its `kind` and `apiVersion`, as it stands in a typed list.
#[derive(Debug)]
pub(crate) struct Bare<'a, T>(pub(crate) &'a T);

impl<T: Fields> Serialize for Bare<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = begin(to, "Bare")?;
        self.0.write_fields(&mut to)?;
        to.end()
    }
}

/// A seed that reads by [`Wire::read`].
pub(crate) struct Read<T>(PhantomData<T>);

impl<T> Read<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<'de, T: Wire> DeserializeSeed<'de> for Read<T> {
    type Value = T;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        T::read(from)
    }
}

/// A key of a wire struct: borrowed when the text allows it.
pub(crate) enum FieldName<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl FieldName<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(name) => name,
            Self::Owned(name) => name,
        }
    }
}

impl<'de> Deserialize<'de> for FieldName<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = FieldName<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(FieldName::Borrowed(name))
            }
            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(FieldName::Owned(name.to_owned()))
            }
            fn visit_string<E>(self, name: String) -> Result<Self::Value, E> {
                Ok(FieldName::Owned(name))
            }
        }
        from.deserialize_identifier(Name)
    }
}

/// Writes a field that is always there.
pub(crate) fn write_keep<S: SerializeStruct, T: Wire + Serialize>(
    to: &mut S,
    name: &'static str,
    value: &T,
) -> Result<(), S::Error> {
    if value.is_null() { to.serialize_field(name, &()) } else { to.serialize_field(name, value) }
}

/// Writes a field that is left out when it is zero.
pub(crate) fn write_omit<S: SerializeStruct, T: Wire + Serialize>(
    to: &mut S,
    name: &'static str,
    value: &T,
) -> Result<(), S::Error> {
    if value.is_zero() { Ok(()) } else { to.serialize_field(name, value) }
}

/// Begins a struct; the length is only a hint that it is not empty.
pub(crate) fn begin<S: Serializer>(
    to: S,
    name: &'static str,
) -> Result<S::SerializeStruct, S::Error> {
    to.serialize_struct(name, 1)
}

/// Declares a wire struct; see the module text for the presence words.
macro_rules! wire {
    ($(#[$meta:meta])* opaque struct $name:ident $(= $version:literal)? { $($body:tt)* }) => {
        $crate::api::wire::wire!(@fields [$(#[$meta])* #[derive(Clone, Default, PartialEq, Eq)]] $name [$($version)?] { $($body)* });
    };
    ($(#[$meta:meta])* struct $name:ident $(= $version:literal)? { $($body:tt)* }) => {
        $crate::api::wire::wire!(@fields [$(#[$meta])* #[derive(Debug, Clone, Default, PartialEq, Eq)]] $name [$($version)?] { $($body)* });
    };
    (@fields [$(#[$meta:meta])*] $name:ident [$($version:literal)?] {
        $( $(#[$doc:meta])* $presence:ident $field:ident : $ty:ty = $wire:literal $([$($patch:tt)*])? ; )*
    }) => {
        $(#[$meta])*
        pub struct $name {
            $(
                $(#[$doc])*
                #[doc = $crate::api::wire::wire!(@doc $presence $wire)]
                pub $field: $ty,
            )*
        }

        impl $crate::api::wire::Wire for $name {
            const SHAPE: &'static $crate::api::wire::Shape =
                &$crate::api::wire::Shape::Struct(&$crate::api::wire::StructShape {
                    name: stringify!($name),
                    version: $crate::api::wire::wire!(@version $($version)?),
                    fields: &[$(
                        $crate::api::wire::FieldShape {
                            name: $wire,
                            shape: <$ty as $crate::api::wire::Wire>::SHAPE,
                            patch: $crate::api::wire::wire!(@patch $($($patch)*)?),
                        },
                    )*],
                });
            fn is_zero(&self) -> bool {
                false
            }
            fn read<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Ok(<Option<Self> as serde::Deserialize>::deserialize(from)?.unwrap_or_default())
            }
        }

        impl $crate::api::wire::Fields for $name {
            fn write_fields<S: serde::ser::SerializeStruct>(&self, to: &mut S) -> Result<(), S::Error> {
                $( $crate::api::wire::wire!(@write $presence to, $wire, &self.$field)?; )*
                Ok(())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let mut to = $crate::api::wire::begin(to, stringify!($name))?;
                $(
                    serde::ser::SerializeStruct::serialize_field(&mut to, "kind", stringify!($name))?;
                    serde::ser::SerializeStruct::serialize_field(&mut to, "apiVersion", $version)?;
                )?
                $crate::api::wire::Fields::write_fields(self, &mut to)?;
                serde::ser::SerializeStruct::end(to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("an object (", stringify!($name), ")"))
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut out = $name::default();
                        while let Some(key) = map.next_key::<$crate::api::wire::FieldName<'de>>()? {
                            match key.as_str() {
                                $( $wire => out.$field = map.next_value_seed($crate::api::wire::Read::<$ty>::NEW)?, )*
                                _ => { map.next_value::<serde::de::IgnoredAny>()?; }
                            }
                        }
                        Ok(out)
                    }
                }
                from.deserialize_struct(stringify!($name), &[$($wire),*], Fields)
            }
        }
    };
    (@doc keep $wire:literal) => { concat!("\n\nOn the wire `", $wire, "`, always written.") };
    (@doc omit $wire:literal) => { concat!("\n\nOn the wire `", $wire, "`, left out when zero or empty.") };
    (@doc opt $wire:literal) => { concat!("\n\nOn the wire `", $wire, "`, left out when `None`.") };
    (@doc null $wire:literal) => { concat!("\n\nOn the wire `", $wire, "`, `null` when `None`.") };
    (@write keep $to:ident, $wire:literal, $value:expr) => { $crate::api::wire::write_keep($to, $wire, $value) };
    (@write null $to:ident, $wire:literal, $value:expr) => { $crate::api::wire::write_keep($to, $wire, $value) };
    (@write omit $to:ident, $wire:literal, $value:expr) => { $crate::api::wire::write_omit($to, $wire, $value) };
    (@write opt $to:ident, $wire:literal, $value:expr) => { $crate::api::wire::write_omit($to, $wire, $value) };
    (@version) => { None };
    (@version $version:literal) => { Some($version) };
    (@patch) => { $crate::api::wire::PatchStrategy::Plain };
    (@patch merge $key:literal) => { $crate::api::wire::PatchStrategy::MergeBy($key) };
    (@patch merge retain $key:literal) => { $crate::api::wire::PatchStrategy::MergeByRetainKeys($key) };
    (@patch set) => { $crate::api::wire::PatchStrategy::MergeSet };
    (@patch replace) => { $crate::api::wire::PatchStrategy::Replace };
    (@patch retain) => { $crate::api::wire::PatchStrategy::RetainKeys };
}

/// Declares a set of words that is open on the wire: a word that is not known survives in `Other`.
///
/// `Unset` stands for the absent field and for the empty text.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $(= $word:literal)?),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            /// Absent, or the empty text.
            #[default]
            Unset,
            $(
                $(#[$doc])*
                #[doc = concat!("The word `", $crate::api::wire::open_enum!(@word $variant $($word)?), "`.")]
                $variant,
            )*
            /// A word that is not in the list.
            Other(Box<str>),
        }

        impl $name {
            /// The known words, in upstream's order.
            pub const WORDS: &'static [&'static str] = &[$($crate::api::wire::open_enum!(@word $variant $($word)?)),*];

            /// The word as it stands on the wire; empty when unset.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    Self::Unset => "",
                    $( Self::$variant => $crate::api::wire::open_enum!(@word $variant $($word)?), )*
                    Self::Other(word) => word,
                }
            }

            /// Whether the field is absent or empty.
            #[must_use]
            pub fn is_unset(&self) -> bool {
                matches!(self, Self::Unset)
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    "" => Self::Unset,
                    $( $crate::api::wire::open_enum!(@word $variant $($word)?) => Self::$variant, )*
                    other => Self::Other(other.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Word;
                impl serde::de::Visitor<'_> for Word {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }
                    fn visit_str<E>(self, word: &str) -> Result<$name, E> {
                        Ok($name::from(word))
                    }
                }
                from.deserialize_str(Word)
            }
        }

        impl $crate::api::wire::Optional for $name {}

        impl $crate::api::wire::Wire for $name {
            const SHAPE: &'static $crate::api::wire::Shape = &$crate::api::wire::Shape::Text;
            fn is_zero(&self) -> bool {
                self.is_unset()
            }
            fn read<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Ok(<Option<Self> as serde::Deserialize>::deserialize(from)?.unwrap_or_default())
            }
        }
    };
    (@word $variant:ident $word:literal) => { $word };
    (@word $variant:ident) => { stringify!($variant) };
}

pub(crate) use {open_enum, wire};
