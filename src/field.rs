//! Where and how an object is wrong: paths, causes, and the list of all errors.
//!
//! A validation never stops at the first mistake. It pushes one [`Error`] per mistake into an
//! [`Errors`] and goes on, in upstream's order.
//!
//! Source: `apimachinery/pkg/util/validation/field` (`path.go`, `errors.go`).
//!
//! ```
//! use kubernel::field::{Errors, Path};
//!
//! let spec = Path::root("spec");
//! let containers = spec.field("containers");
//! let mut out = Errors::new();
//! out.required(&containers.index(0).field("name"), "");
//! out.invalid(&spec.field("replicas"), -1, "must be greater than or equal to 0");
//!
//! let shown: Vec<String> = out.iter().map(ToString::to_string).collect();
//! assert_eq!(shown, [
//!     "spec.containers[0].name: Required value",
//!     "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
//! ]);
//! ```

use std::borrow::Cow;
use std::fmt;

/// A place inside an object, as a chain of borrowed parts.
///
/// Building a path costs no allocation; its text is made only when an error is pushed.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    part: Part<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// The path without any part; its children start a text without a leading dot.
    pub const EMPTY: Path<'static> = Path::root("");

    /// A path that starts at the field `name`. Dots in `name` are kept, so `metadata.name` is fine.
    #[must_use]
    pub const fn root(name: &'a str) -> Self {
        Self { parent: None, part: Part::Field(name) }
    }

    /// The field `name` below this place: `.name`.
    #[must_use]
    pub const fn field(&'a self, name: &'a str) -> Path<'a> {
        Path { parent: Some(self), part: Part::Field(name) }
    }

    /// The list item `index` of this place: `[2]`.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), part: Part::Index(index) }
    }

    /// The map entry `key` of this place: `[key]`.
    #[must_use]
    pub const fn key(&'a self, key: &'a str) -> Path<'a> {
        Path { parent: Some(self), part: Part::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = match self.parent {
            Some(parent) => {
                parent.fmt(f)?;
                !matches!(parent, Path { parent: None, part: Part::Field("") })
            }
            None => false,
        };
        match self.part {
            Part::Field(name) if dot => write!(f, ".{name}"),
            Part::Field(name) => f.write_str(name),
            Part::Index(index) => write!(f, "[{index}]"),
            Part::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// A rejected value, as it is shown in a message: text in quotes, everything else plain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shown {
    /// Text; shown in quotes.
    Text(Box<str>),
    /// A whole number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// Something larger, already rendered as JSON.
    Json(Box<str>),
    /// Nothing was there.
    Null,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Json(text) => f.write_str(text),
            Self::Null => f.write_str("null"),
        }
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&String> for Shown {
    fn from(text: &String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i32> for Shown {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<i64> for Shown {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Shown {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A value is missing.
    Required,
    /// A value is there and breaks a rule.
    Invalid {
        /// The value as it was given.
        value: Shown,
    },
    /// A value is not one of a closed set of words.
    NotSupported {
        /// The value as it was given.
        value: Shown,
        /// The words that are allowed.
        supported: Vec<Cow<'static, str>>,
    },
    /// A field may not be set here at all.
    Forbidden,
    /// A value occurs a second time where it must be unique.
    Duplicate {
        /// The value as it was given.
        value: Shown,
    },
    /// A text has more bytes than allowed.
    TooLong {
        /// The largest number of bytes.
        max: usize,
    },
    /// A list has more items than allowed.
    TooMany {
        /// The number of items given.
        actual: usize,
        /// The largest number of items.
        max: usize,
    },
    /// A value refers to something that does not exist.
    NotFound {
        /// The value as it was given.
        value: Shown,
    },
    /// A value is of another type than the field.
    TypeInvalid {
        /// The value as it was given.
        value: Shown,
    },
    /// The check itself could not be done.
    Internal,
}

impl Cause {
    /// The short name of the sort of mistake: `Required`, `Invalid`, `NotSupported`, `Forbidden`,
    /// `Duplicate`, `TooLong`, `TooMany`, `NotFound`, `TypeInvalid`, `InternalError`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Required => "Required",
            Self::Invalid { .. } => "Invalid",
            Self::NotSupported { .. } => "NotSupported",
            Self::Forbidden => "Forbidden",
            Self::Duplicate { .. } => "Duplicate",
            Self::TooLong { .. } => "TooLong",
            Self::TooMany { .. } => "TooMany",
            Self::NotFound { .. } => "NotFound",
            Self::TypeInvalid { .. } => "TypeInvalid",
            Self::Internal => "InternalError",
        }
    }

    /// The `reason` of the cause in the wire `Status`, as `FieldValueRequired`.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Required => "FieldValueRequired",
            Self::Invalid { .. } => "FieldValueInvalid",
            Self::NotSupported { .. } => "FieldValueNotSupported",
            Self::Forbidden => "FieldValueForbidden",
            Self::Duplicate { .. } => "FieldValueDuplicate",
            Self::TooLong { .. } => "FieldValueTooLong",
            Self::TooMany { .. } => "FieldValueTooMany",
            Self::NotFound { .. } => "FieldValueNotFound",
            Self::TypeInvalid { .. } => "FieldValueTypeInvalid",
            Self::Internal => "InternalError",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("Required value"),
            Self::Invalid { value } | Self::TypeInvalid { value } => {
                write!(f, "Invalid value: {value}")
            }
            Self::NotSupported { value, supported } => {
                write!(f, "Unsupported value: {value}")?;
                for (n, word) in supported.iter().enumerate() {
                    f.write_str(if n == 0 { ": supported values: " } else { ", " })?;
                    write!(f, "{word:?}")?;
                }
                Ok(())
            }
            Self::Forbidden => f.write_str("Forbidden"),
            Self::Duplicate { value } => write!(f, "Duplicate value: {value}"),
            Self::TooLong { max } => write!(f, "Too long: may not be more than {max} bytes"),
            Self::TooMany { actual, max } => {
                write!(f, "Too many: {actual}: must have at most {max} items")
            }
            Self::NotFound { value } => write!(f, "Not found: {value}"),
            Self::Internal => f.write_str("Internal error"),
        }
    }
}

/// One mistake: where, what, and a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The path of the field, as `spec.containers[0].name`.
    pub field: Box<str>,
    /// What is wrong.
    pub cause: Cause,
    /// A remark for a human; may be empty.
    pub detail: Cow<'static, str>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        self.cause.fmt(f)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// All mistakes of an object, in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// No mistakes yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of mistakes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The mistakes in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.0.iter()
    }

    /// Adds a mistake of any cause.
    pub fn push(&mut self, at: &Path<'_>, cause: Cause, detail: impl Into<Cow<'static, str>>) {
        self.0.push(Error { field: at.to_string().into(), cause, detail: detail.into() });
    }

    /// Adds [`Cause::Required`].
    pub fn required(&mut self, at: &Path<'_>, detail: impl Into<Cow<'static, str>>) {
        self.push(at, Cause::Required, detail);
    }

    /// Adds [`Cause::Invalid`].
    pub fn invalid(
        &mut self,
        at: &Path<'_>,
        value: impl Into<Shown>,
        detail: impl Into<Cow<'static, str>>,
    ) {
        self.push(at, Cause::Invalid { value: value.into() }, detail);
    }

    /// Adds [`Cause::NotSupported`].
    pub fn not_supported(
        &mut self,
        at: &Path<'_>,
        value: impl Into<Shown>,
        supported: &[&'static str],
    ) {
        let supported = supported.iter().map(|word| Cow::Borrowed(*word)).collect();
        self.push(at, Cause::NotSupported { value: value.into(), supported }, "");
    }

    /// Adds [`Cause::Forbidden`].
    pub fn forbidden(&mut self, at: &Path<'_>, detail: impl Into<Cow<'static, str>>) {
        self.push(at, Cause::Forbidden, detail);
    }

    /// Adds [`Cause::Duplicate`].
    pub fn duplicate(&mut self, at: &Path<'_>, value: impl Into<Shown>) {
        self.push(at, Cause::Duplicate { value: value.into() }, "");
    }

    /// Adds [`Cause::TooLong`].
    pub fn too_long(&mut self, at: &Path<'_>, max: usize) {
        self.push(at, Cause::TooLong { max }, "");
    }

    /// Adds [`Cause::TooMany`].
    pub fn too_many(&mut self, at: &Path<'_>, actual: usize, max: usize) {
        self.push(at, Cause::TooMany { actual, max }, "");
    }

    /// Adds [`Cause::NotFound`].
    pub fn not_found(&mut self, at: &Path<'_>, value: impl Into<Shown>) {
        self.push(at, Cause::NotFound { value: value.into() }, "");
    }

    /// Takes over all mistakes of `other`, after the own ones.
    pub fn append(&mut self, mut other: Errors) {
        self.0.append(&mut other.0);
    }

    /// `Ok` with `value` if nothing is wrong.
    ///
    /// # Errors
    /// The list itself, if it is not empty.
    pub fn into_result<T>(self, value: T) -> Result<T, Errors> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Errors {
    /// As upstream's aggregate: one error plain, more in brackets, separated by `, `.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => one.fmt(f),
            many => {
                f.write_str("[")?;
                for (n, error) in many.iter().enumerate() {
                    if n > 0 {
                        f.write_str(", ")?;
                    }
                    error.fmt(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

impl std::error::Error for Errors {}

impl IntoIterator for Errors {
    type Item = Error;
    type IntoIter = std::vec::IntoIter<Error>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a Error;
    type IntoIter = std::slice::Iter<'a, Error>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Error> for Errors {
    fn from_iter<I: IntoIterator<Item = Error>>(errors: I) -> Self {
        Self(errors.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_text() {
        let spec = Path::root("spec");
        let items = spec.field("items");
        let item = items.index(3);
        assert_eq!(item.key("a.b/c").to_string(), "spec.items[3][a.b/c]");
        assert_eq!(item.field("x").to_string(), "spec.items[3].x");
        assert_eq!(Path::EMPTY.field("key").to_string(), "key");
    }

    #[test]
    fn error_text() {
        let mut out = Errors::new();
        out.not_supported(&Path::root("a"), "x", &["b", "c"]);
        assert_eq!(out.to_string(), r#"a: Unsupported value: "x": supported values: "b", "c""#);
        out.too_many(&Path::root("b"), 4, 3);
        assert!(out.to_string().ends_with("b: Too many: 4: must have at most 3 items]"));
    }
}
