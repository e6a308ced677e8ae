//! Selectors over fields.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// Which objects are meant, by a few of their fields: all that satisfy every requirement.
///
/// The text is a list of `field=value`, `field==value` and `field!=value`, separated by commas.
/// In a value `\`, `,` and `=` are written with a backslash before them. Blanks are part of the
/// text. Requirements are sorted by the text in which they were given (`FSEL-1`, `FSEL-2`), so
/// `a==c,a=b` keeps its order although `a=c,a=b` would not.
/// Source: `apimachinery/pkg/fields/selector.go`.
///
/// ```
/// use kubernel::labels::FieldSelector;
///
/// let selector: FieldSelector = "status.phase!=Failed,spec.nodeName==".parse()?;
/// assert_eq!(selector.to_string(), "spec.nodeName=,status.phase!=Failed");
/// assert!(selector.matches(|field| (field == "status.phase").then_some("Pending".into())));
/// # Ok::<(), kubernel::labels::FieldParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FieldSelector {
    requirements: Vec<FieldRequirement>,
}

/// One condition on a field. Its text is canonical.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldRequirement {
    /// The field, as `metadata.name`.
    pub field: Box<str>,
    /// How it compares.
    pub operator: FieldOperator,
    /// What it compares with, without escapes.
    pub value: Box<str>,
}

/// How a requirement on a field compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the grammar of field selectors is closed")]
pub enum FieldOperator {
    /// `=`: the field has this value.
    Equals,
    /// `!=`: the field has another value.
    NotEquals,
}

impl FieldOperator {
    /// `=` or `!=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "=",
            Self::NotEquals => "!=",
        }
    }
}

impl FieldRequirement {
    /// Whether it holds for this value of the field; a missing field is the empty text (`FSEL-3`).
    #[must_use]
    pub fn holds(&self, found: Option<&str>) -> bool {
        // FSEL-3
        let equal = *self.value == *found.unwrap_or_default();
        match self.operator {
            FieldOperator::Equals => equal,
            FieldOperator::NotEquals => !equal,
        }
    }
}

impl FieldSelector {
    /// The selector that every object satisfies.
    #[must_use]
    pub const fn everything() -> Self {
        Self { requirements: Vec::new() }
    }

    /// The requirements in their canonical order.
    #[must_use]
    pub fn requirements(&self) -> &[FieldRequirement] {
        &self.requirements
    }

    /// Whether every object satisfies it because it has no requirement.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The only value that `field` may have, if a requirement says so.
    #[must_use]
    pub fn exact(&self, field: &str) -> Option<&str> {
        let mut equals =
            self.requirements.iter().filter(|term| term.operator == FieldOperator::Equals);
        equals.find(|term| *term.field == *field).map(|term| &*term.value)
    }

    /// Whether the fields satisfy it. `value` answers what a field holds.
    ///
    /// It does not ask whether the kind offers the field: see
    /// [`FieldSelector::select`](FieldSelector::select).
    #[must_use]
    pub fn matches<'a>(&self, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> bool {
        self.requirements.iter().all(|term| term.holds(value(&term.field).as_deref()))
    }
}

impl FromStr for FieldSelector {
    type Err = FieldParseError;

    /// Reads a field selector's text.
    fn from_str(text: &str) -> Result<Self, FieldParseError> {
        // FSEL-1, FSEL-2
        let mut terms = terms(text);
        terms.sort_by_key(|&(term, _)| term);
        let mut requirements = Vec::new();
        for (term, at) in terms {
            let requirement = requirement(term, at)?;
            // A term that says nothing about no field is dropped, as an empty one is.
            if !(requirement.field.is_empty() && requirement.value.is_empty()) {
                requirements.push(requirement);
            }
        }
        Ok(Self { requirements })
    }
}

/// The non-empty terms and where they begin.
fn terms(text: &str) -> Vec<(&str, usize)> {
    let mut escaped = false;
    let ends_term = |character: char| {
        let ends = character == ',' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    };
    let mut at = 0;
    let mut terms = Vec::new();
    for term in text.split(ends_term) {
        if !term.is_empty() {
            terms.push((term, at));
        }
        at += term.len() + 1;
    }
    terms
}

fn requirement(term: &str, at: usize) -> Result<FieldRequirement, FieldParseError> {
    // FSEL-1: the first operator splits; `!` alone is none.
    let missing = FieldParseError { at, kind: FieldParseErrorKind::NoOperator };
    let (left, right) = term.split_once('=').ok_or(missing)?;
    let (field, operator, value) = match (left.strip_suffix('!'), right.strip_prefix('=')) {
        (Some(field), _) => (field, FieldOperator::NotEquals, right),
        (None, Some(value)) => (left, FieldOperator::Equals, value),
        (None, None) => (left, FieldOperator::Equals, right),
    };
    let value = unescape(value, at + term.len() - value.len())?;
    Ok(FieldRequirement { field: field.into(), operator, value: value.into() })
}

/// The value without escapes; it begins at byte `start`.
fn unescape(value: &str, start: usize) -> Result<Cow<'_, str>, FieldParseError> {
    // FSEL-2
    if !value.contains(['\\', ',', '=']) {
        return Ok(Cow::Borrowed(value));
    }
    let error = |at, kind| FieldParseError { at: start + at, kind };
    let mut plain = String::with_capacity(value.len());
    let mut characters = value.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, escaped @ ('\\' | ',' | '='))) => plain.push(escaped),
                _ => return Err(error(at, FieldParseErrorKind::Escape)),
            },
            ',' | '=' => return Err(error(at, FieldParseErrorKind::Unescaped)),
            other => plain.push(other),
        }
    }
    Ok(Cow::Owned(plain))
}

impl fmt::Display for FieldRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field, self.operator.as_str())?;
        for character in self.value.chars() {
            if matches!(character, '\\' | ',' | '=') {
                f.write_char('\\')?;
            }
            f.write_char(character)?;
        }
        Ok(())
    }
}

impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, requirement) in self.requirements.iter().enumerate() {
            if n > 0 {
                f.write_char(',')?;
            }
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

/// Why a text is no field selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at}")]
pub struct FieldParseError {
    /// Where, in bytes from the beginning of the text.
    pub at: usize,
    /// What is wrong there.
    pub kind: FieldParseErrorKind,
}

/// What is wrong with the text of a field selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldParseErrorKind {
    /// The term that begins here has no operator.
    NoOperator,
    /// A backslash is not followed by `\`, `,` or `=`.
    Escape,
    /// A `,` or `=` in a value has no backslash before it.
    Unescaped,
}

impl fmt::Display for FieldParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOperator => "requirement without `=`, `==` or `!=`",
            Self::Escape => r"`\` without `\`, `,` or `=` after it",
            Self::Unescaped => r"`,` or `=` without `\` before it",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str, canonical: &str) {
        let selector: FieldSelector = text.parse().unwrap();
        assert_eq!(selector.to_string(), canonical, "{text:?}");
        assert_eq!(canonical.parse::<FieldSelector>().unwrap(), selector, "{text:?}");
    }

    fn bad(text: &str, at: usize, kind: FieldParseErrorKind) {
        assert_eq!(text.parse::<FieldSelector>(), Err(FieldParseError { at, kind }), "{text:?}");
    }

    #[test]
    fn fsel_1_terms() {
        good("b==1,a!=2", "a!=2,b=1");
        good(" a= b ", " a= b ");
        good("a!b=c", "a!b=c");
        bad("a=b,c", 4, FieldParseErrorKind::NoOperator);
        bad("a===b", 3, FieldParseErrorKind::Unescaped);
    }

    #[test]
    fn fsel_2_escapes_and_empty_terms() {
        good(r"a=\\\,\=", r"a=\\\,\=");
        good(",a=b,", "a=b");
        good("", "");
        good("=,!=", "");
        good("=a", "=a");
        bad(r"a=b\c", 3, FieldParseErrorKind::Escape);
        bad(r"a=b\", 3, FieldParseErrorKind::Escape);
        bad(r"a\,b", 0, FieldParseErrorKind::NoOperator);
    }

    #[test]
    fn fsel_3_missing_fields() {
        let check = |text: &str, expected: bool| {
            let selector: FieldSelector = text.parse().unwrap();
            let value = |field: &str| (field == "a").then_some(Cow::Borrowed("1"));
            assert_eq!(selector.matches(value), expected, "{text}");
        };
        check("x=,a=1", true);
        check("x!=", false);
        check("a!=2", true);
        check("a=2", false);
    }
}
