//! Why a text is not an object.

use std::fmt;

/// Why a text is not an object, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DecodeError {
    /// Which document of the text, counted from 0; skipped empty documents do not count.
    pub document: usize,
    /// The place in the document, as `items[3].spec.priority`; empty for the document itself.
    pub path: Box<str>,
    /// What is wrong there.
    pub cause: DecodeCause,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeCause {
    /// There is nothing in it.
    Empty,
    /// It is not UTF-8.
    NotText {
        /// The number of bytes before the first bad one.
        at: usize,
    },
    /// It breaks the rules of JSON or YAML, or nests deeper than 128 (JSON) or 48 (YAML) levels.
    Syntax {
        /// The line in the whole text, counted from 1; 0 if not known.
        line: usize,
        /// The column, counted from 1; 0 if not known.
        column: usize,
        /// What the parser says.
        message: Box<str>,
    },
    /// It is a list or a scalar and not a map of fields.
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// It is a list of objects where one object was asked for.
    List,
    /// `kind` is absent or empty.
    MissingKind,
    /// `apiVersion` is absent or empty.
    MissingApiVersion,
    /// A value is of another type than its field.
    WrongType {
        /// What the field takes.
        expected: &'static str,
        /// What was there.
        found: &'static str,
    },
    /// A value is of the right type and cannot be read, as a malformed quantity.
    Invalid {
        /// Why not.
        message: Box<str>,
    },
    /// Under [`Strictness::Strict`](crate::api::Strictness::Strict): fields that do not belong there.
    Strict {
        /// Paths of fields that the kind does not have.
        unknown: Vec<Box<str>>,
        /// Paths of fields that stand more than once.
        duplicate: Vec<Box<str>>,
    },
}

impl DecodeError {
    pub(super) fn new(cause: DecodeCause) -> Self {
        Self { document: 0, path: "".into(), cause }
    }

    pub(super) fn at(path: impl fmt::Display, cause: DecodeCause) -> Self {
        Self { document: 0, path: path.to_string().into(), cause }
    }

    /// The same error, seen from the list that holds the object.
    pub(super) fn in_item(mut self, index: usize) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.path = format!("items[{index}]{dot}{}", self.path).into();
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.document > 0 {
            write!(f, "document {}: ", self.document)?;
        }
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        self.cause.fmt(f)
    }
}

impl fmt::Display for DecodeCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no object in the text"),
            Self::NotText { at } => write!(f, "not UTF-8 at byte {at}"),
            Self::Syntax { line: 0, message, .. } => f.write_str(message),
            Self::Syntax { line, column, message } => {
                write!(f, "{message} at line {line} column {column}")
            }
            Self::NotAnObject { found } => write!(f, "expected an object, found {found}"),
            Self::List => f.write_str("expected one object, found a list of objects"),
            Self::MissingKind => f.write_str("`kind` is missing"),
            Self::MissingApiVersion => f.write_str("`apiVersion` is missing"),
            Self::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::Invalid { message } => f.write_str(message),
            Self::Strict { unknown, duplicate } => {
                let unknown = unknown.iter().map(|path| ("unknown", path));
                let duplicate = duplicate.iter().map(|path| ("duplicate", path));
                for (index, (sort, path)) in unknown.chain(duplicate).enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{sort} field `{path}`")?;
                }
                Ok(())
            }
        }
    }
}
