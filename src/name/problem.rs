//! What can be wrong with a name.

use std::fmt;

/// One violation of a rule about names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// Which part of the text is wrong.
    pub part: Part,
    /// What is wrong with it.
    pub flaw: Flaw,
}

impl Problem {
    pub(super) const fn whole(flaw: Flaw) -> Self {
        Self { part: Part::Whole, flaw }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Whole => {}
            Part::Prefix => f.write_str("prefix part ")?,
            Part::Name => f.write_str("name part ")?,
        }
        self.flaw.fmt(f)
    }
}

/// A part of a text with a slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a text has one slash at most")]
pub enum Part {
    /// All of it.
    Whole,
    /// What stands before the slash.
    Prefix,
    /// What stands after the slash, or all when there is none.
    Name,
}

/// What is wrong with a text or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// It is empty.
    Empty,
    /// It has more than `max` bytes.
    TooLong {
        /// The largest number of bytes.
        max: usize,
    },
    /// It does not have the form.
    Form(Form),
    /// It would be fine as a subdomain, but must not have dots.
    Dots,
    /// It has no letter.
    NoLetter,
    /// It has two hyphens in a row.
    DoubleHyphen,
    /// It begins or ends with a hyphen.
    OuterHyphen,
    /// It is `.` or `..`.
    Reserved {
        /// The word itself.
        word: &'static str,
    },
    /// It begins with `..`.
    DotsInFront,
    /// It has a character that is not allowed anywhere in it.
    Contains {
        /// The character.
        character: char,
    },
    /// It has a character that cannot be printed.
    Unprintable {
        /// The character.
        character: char,
        /// Its place, in bytes from the beginning.
        at: usize,
    },
    /// It has fewer than `min` parts between dots.
    TooFewSegments {
        /// The smallest number of parts.
        min: usize,
    },
    /// The number is not in the range.
    OutOfRange {
        /// The smallest allowed number.
        min: i64,
        /// The largest allowed number.
        max: i64,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong { max } => write!(f, "must have at most {max} bytes"),
            Self::Form(form) => write!(f, "must be {form}"),
            Self::Dots => f.write_str("must not contain dots"),
            Self::NoLetter => f.write_str("must contain a letter (a-z)"),
            Self::DoubleHyphen => f.write_str("must not contain two hyphens in a row"),
            Self::OuterHyphen => f.write_str("must not begin or end with a hyphen"),
            Self::Reserved { word } => write!(f, "must not be `{word}`"),
            Self::DotsInFront => f.write_str("must not begin with `..`"),
            Self::Contains { character } => write!(f, "must not contain `{character}`"),
            Self::Unprintable { character, at } => {
                write!(
                    f,
                    "contains U+{:04X}, which cannot be printed, at byte {at}",
                    u32::from(*character)
                )
            }
            Self::TooFewSegments { min } => {
                write!(f, "must have at least {min} parts between dots")
            }
            Self::OutOfRange { min, max } => {
                write!(f, "must be between {min} and {max}, inclusive")
            }
        }
    }
}

/// A form that a text must have: which characters, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
    Dns1123Label,
    /// Labels joined by dots.
    Dns1123Subdomain,
    /// Labels that may have underscores, joined by dots.
    Dns1123SubdomainWithUnderscore,
    /// `[a-z]([-a-z0-9]*[a-z0-9])?`
    Dns1035Label,
    /// `*.` and a subdomain.
    WildcardDns1123Subdomain,
    /// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`
    QualifiedName,
    /// Empty, or as [`Form::QualifiedName`].
    LabelValue,
    /// `[A-Za-z_][A-Za-z0-9_]*`
    CIdentifier,
    /// `[-._a-zA-Z][-._a-zA-Z0-9]*`
    EnvVarName,
    /// Printable ASCII without `=`.
    RelaxedEnvVarName,
    /// `[-._a-zA-Z0-9]+`
    ConfigMapKey,
    /// `[-a-z0-9]+`
    PortName,
    /// `[0-9]+%`
    Percent,
    /// `[-A-Za-z0-9]+`
    HttpHeaderName,
    /// Characters of a URL path.
    HttpPath,
    /// A domain, a slash and something after it.
    DomainPrefixed,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns1123Label => {
                "lower case letters, digits and `-`, beginning and ending with a letter or digit"
            }
            Self::Dns1123Subdomain => {
                "lower case letters, digits, `-` and `.`, with a letter or digit at both ends of each part"
            }
            Self::Dns1123SubdomainWithUnderscore => {
                "lower case letters, digits, `-`, `_` and `.`, with a letter or digit at the end of each part"
            }
            Self::Dns1035Label => {
                "lower case letters, digits and `-`, beginning with a letter and ending with a letter or digit"
            }
            Self::WildcardDns1123Subdomain => "`*.` followed by a lower case domain",
            Self::QualifiedName => {
                "letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit"
            }
            Self::LabelValue => {
                "empty, or letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit"
            }
            Self::CIdentifier => "letters, digits and `_`, not beginning with a digit",
            Self::EnvVarName => "letters, digits, `_`, `-` and `.`, not beginning with a digit",
            Self::RelaxedEnvVarName => "printable ASCII characters other than `=`",
            Self::ConfigMapKey => "letters, digits, `-`, `_` and `.`",
            Self::PortName => "lower case letters, digits and `-`",
            Self::Percent => "digits followed by `%`",
            Self::HttpHeaderName => "letters, digits and `-`",
            Self::HttpPath => "characters of a URL path",
            Self::DomainPrefixed => "a domain and something else, with a slash between them",
        })
    }
}
