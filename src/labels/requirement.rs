//! One condition on a label, ready to be matched.

use std::fmt;
use std::str::FromStr;

use super::Labels;
use crate::field::{Errors, Path};
use crate::name;

/// How a requirement compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the grammar of selectors is closed")]
pub enum Operator {
    /// `in`: the label is there and its value is in the set.
    In,
    /// `notin`: the label is not there, or its value is not in the set.
    NotIn,
    /// `=`: the label is there with this value.
    Equals,
    /// `==`: the same as `=`, but printed with two signs.
    DoubleEquals,
    /// `!=`: the label is not there, or has another value.
    NotEquals,
    /// `exists`: the label is there.
    Exists,
    /// `!`: the label is not there.
    DoesNotExist,
    /// `gt`: the label is there, is an integer, and is greater.
    GreaterThan,
    /// `lt`: the label is there, is an integer, and is less.
    LessThan,
}

impl Operator {
    /// Upstream's words, in the order of the variants.
    pub const WORDS: &'static [&'static str] =
        &["in", "notin", "=", "==", "!=", "exists", "!", "gt", "lt"];

    /// Upstream's word: `in notin = == != exists ! gt lt`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::NotIn => "notin",
            Self::Equals => "=",
            Self::DoubleEquals => "==",
            Self::NotEquals => "!=",
            Self::Exists => "exists",
            Self::DoesNotExist => "!",
            Self::GreaterThan => "gt",
            Self::LessThan => "lt",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no [`Operator`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `in`, `notin`, `=`, `==`, `!=`, `exists`, `!`, `gt`, `lt`")]
pub struct UnknownOperator;

impl FromStr for Operator {
    type Err = UnknownOperator;

    fn from_str(word: &str) -> Result<Self, UnknownOperator> {
        Ok(match word {
            "in" => Self::In,
            "notin" => Self::NotIn,
            "=" => Self::Equals,
            "==" => Self::DoubleEquals,
            "!=" => Self::NotEquals,
            "exists" => Self::Exists,
            "!" => Self::DoesNotExist,
            "gt" => Self::GreaterThan,
            "lt" => Self::LessThan,
            _ => return Err(UnknownOperator),
        })
    }
}

/// One condition on a label: a key, an operator, and what it compares with.
///
/// Its text is canonical: `k`, `!k`, `k=v`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, `k>1`,
/// `k<1`, with the values sorted (`SEL-11`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    key: Box<str>,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Test {
    Exists,
    DoesNotExist,
    Equals(Box<str>),
    DoubleEquals(Box<str>),
    NotEquals(Box<str>),
    In(Box<[Box<str>]>),
    NotIn(Box<[Box<str>]>),
    GreaterThan(Number),
    LessThan(Number),
}

/// An integer, and how it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Number {
    value: i64,
    text: Box<str>,
}

impl Number {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(Self { value: text.parse().ok()?, text: text.into() })
    }
}

impl Requirement {
    /// A requirement from its parts.
    ///
    /// `in` and `notin` take one value or more; `=`, `==`, `!=`, `gt` and `lt` exactly one;
    /// `exists` and `!` none. Values of `gt` and `lt` are signed 64-bit integers.
    /// Source: `apimachinery/pkg/labels/selector.go NewRequirement`.
    ///
    /// # Errors
    /// All mistakes, with the paths `key`, `values`, `values[i]` and `values[i][key]` (`SEL-13`):
    /// a key that is no [`name::label_key`], a value that is no [`name::label_value`], a wrong number of
    /// values, a value that is no integer.
    ///
    /// ```
    /// use kubernel::labels::{Operator, Requirement};
    ///
    /// let tier = Requirement::new("tier", Operator::In, &["db", "cache"])?;
    /// assert_eq!(tier.to_string(), "tier in (cache,db)");
    /// assert!(Requirement::new("tier", Operator::Exists, &["db"]).is_err());
    /// # Ok::<(), kubernel::field::Errors>(())
    /// ```
    pub fn new(key: &str, operator: Operator, values: &[&str]) -> Result<Self, Errors> {
        // SEL-13
        let mut out = Errors::new();
        check_key(&mut out, key);
        check_values(&mut out, operator, values);
        check_each(&mut out, key, values);
        match Test::new(operator, values) {
            Some(test) if out.is_empty() => Ok(Self { key: key.into(), test }),
            _ => Err(out),
        }
    }

    /// As [`Requirement::new`], with the operator as one of upstream's words.
    ///
    /// # Errors
    /// As `new`; a word that is no [`Operator`] is `NotSupported` at `operator`.
    pub fn from_words(key: &str, operator: &str, values: &[&str]) -> Result<Self, Errors> {
        match operator.parse() {
            Ok(operator) => Self::new(key, operator, values),
            Err(UnknownOperator) => {
                let mut out = Errors::new();
                check_key(&mut out, key);
                out.not_supported(&Path::root("operator"), operator, Operator::WORDS);
                check_each(&mut out, key, values);
                Err(out)
            }
        }
    }

    /// Without any check: for parts that are checked already, and for the map form.
    pub(super) fn unchecked(key: &str, test: Test) -> Self {
        Self { key: key.into(), test }
    }

    /// The key of the label.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How it compares.
    #[must_use]
    pub fn operator(&self) -> Operator {
        match &self.test {
            Test::Exists => Operator::Exists,
            Test::DoesNotExist => Operator::DoesNotExist,
            Test::Equals(_) => Operator::Equals,
            Test::DoubleEquals(_) => Operator::DoubleEquals,
            Test::NotEquals(_) => Operator::NotEquals,
            Test::In(_) => Operator::In,
            Test::NotIn(_) => Operator::NotIn,
            Test::GreaterThan(_) => Operator::GreaterThan,
            Test::LessThan(_) => Operator::LessThan,
        }
    }

    /// The values that it compares with, sorted, each once.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let all = self.written();
        let before = std::iter::once(None).chain(all.clone().map(Some));
        all.zip(before).filter(|(value, before)| Some(*value) != *before).map(|(value, _)| value)
    }

    /// The values, sorted, as often as they were given.
    fn written(&self) -> impl Iterator<Item = &str> + Clone {
        let (one, many): (Option<&str>, &[Box<str>]) = match &self.test {
            Test::Exists | Test::DoesNotExist => (None, &[]),
            Test::Equals(value) | Test::DoubleEquals(value) | Test::NotEquals(value) => {
                (Some(value), &[])
            }
            Test::In(values) | Test::NotIn(values) => (None, values),
            Test::GreaterThan(number) | Test::LessThan(number) => (Some(&number.text), &[]),
        };
        one.into_iter().chain(many.iter().map(|value| &**value))
    }

    /// The only value that the label may have, if the requirement is `=`, `==`, or `in` with one
    /// value.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        match &self.test {
            Test::Equals(value) | Test::DoubleEquals(value) => Some(value),
            Test::In(values) => match &**values {
                [value] => Some(value),
                _ => None,
            },
            Test::Exists
            | Test::DoesNotExist
            | Test::NotEquals(_)
            | Test::NotIn(_)
            | Test::GreaterThan(_)
            | Test::LessThan(_) => None,
        }
    }

    /// Whether the labels satisfy it (`SEL-20`, `SEL-21`, `SEL-22`).
    #[must_use]
    pub fn matches(&self, labels: &(impl Labels + ?Sized)) -> bool {
        self.holds(labels.value(&self.key))
    }

    /// Whether it holds for this value of the label.
    pub(super) fn holds(&self, found: Option<&str>) -> bool {
        // SEL-20, SEL-22: no value is a match for the negative operators only.
        let Some(found) = found else {
            return matches!(self.test, Test::DoesNotExist | Test::NotEquals(_) | Test::NotIn(_));
        };
        match &self.test {
            Test::Exists => true,
            Test::DoesNotExist => false,
            Test::Equals(value) | Test::DoubleEquals(value) => **value == *found,
            Test::NotEquals(value) => **value != *found,
            Test::In(values) => values.iter().any(|value| **value == *found),
            Test::NotIn(values) => values.iter().all(|value| **value != *found),
            // SEL-21
            Test::GreaterThan(number) => found.parse::<i64>().is_ok_and(|n| n > number.value),
            Test::LessThan(number) => found.parse::<i64>().is_ok_and(|n| n < number.value),
        }
    }
}

impl Test {
    /// `None` when the number of values is wrong or one is no integer.
    pub(super) fn new(operator: Operator, values: &[&str]) -> Option<Self> {
        let one = || match values {
            [value] => Some(Box::from(*value)),
            _ => None,
        };
        let number = || match values {
            [value] => Number::parse(value),
            _ => None,
        };
        Some(match operator {
            Operator::In => Self::In(sorted(values)),
            Operator::NotIn => Self::NotIn(sorted(values)),
            Operator::Equals => Self::Equals(one()?),
            Operator::DoubleEquals => Self::DoubleEquals(one()?),
            Operator::NotEquals => Self::NotEquals(one()?),
            Operator::Exists => Self::Exists,
            Operator::DoesNotExist => Self::DoesNotExist,
            Operator::GreaterThan => Self::GreaterThan(number()?),
            Operator::LessThan => Self::LessThan(number()?),
        })
    }
}

fn sorted(values: &[&str]) -> Box<[Box<str>]> {
    let mut all: Box<[Box<str>]> = values.iter().map(|value| Box::from(*value)).collect();
    all.sort_unstable();
    all
}

fn check_key(out: &mut Errors, key: &str) {
    // One error for a key, however many problems it has.
    if let Some(problem) = name::label_key(key).first() {
        out.invalid(&Path::root("key"), key, problem.to_string());
    }
}

fn check_values(out: &mut Errors, operator: Operator, values: &[&str]) {
    let at = Path::root("values");
    let detail = match operator {
        Operator::In | Operator::NotIn if values.is_empty() => "at least one value is required",
        Operator::Equals
        | Operator::DoubleEquals
        | Operator::NotEquals
        | Operator::GreaterThan
        | Operator::LessThan
            if values.len() != 1 =>
        {
            "exactly one value is required"
        }
        Operator::Exists | Operator::DoesNotExist if !values.is_empty() => "no value is allowed",
        Operator::In
        | Operator::NotIn
        | Operator::Equals
        | Operator::DoubleEquals
        | Operator::NotEquals
        | Operator::GreaterThan
        | Operator::LessThan
        | Operator::Exists
        | Operator::DoesNotExist => "",
    };
    if !detail.is_empty() {
        out.invalid(&at, values.join(","), detail);
    }
    if matches!(operator, Operator::GreaterThan | Operator::LessThan) {
        for (index, value) in values.iter().enumerate() {
            if value.parse::<i64>().is_err() {
                out.invalid(&at.index(index), *value, "must be an integer");
            }
        }
    }
}

fn check_each(out: &mut Errors, key: &str, values: &[&str]) {
    for (index, value) in values.iter().enumerate() {
        if let Some(problem) = name::label_value(value).first() {
            let at = Path::root("values");
            out.invalid(&at.index(index).key(key), *value, problem.to_string());
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SEL-11
        let key = &self.key;
        match &self.test {
            Test::Exists => f.write_str(key),
            Test::DoesNotExist => write!(f, "!{key}"),
            Test::Equals(value) => write!(f, "{key}={value}"),
            Test::DoubleEquals(value) => write!(f, "{key}=={value}"),
            Test::NotEquals(value) => write!(f, "{key}!={value}"),
            Test::In(values) => set(f, key, "in", values),
            Test::NotIn(values) => set(f, key, "notin", values),
            Test::GreaterThan(number) => write!(f, "{key}>{}", number.text),
            Test::LessThan(number) => write!(f, "{key}<{}", number.text),
        }
    }
}

fn set(f: &mut fmt::Formatter<'_>, key: &str, word: &str, values: &[Box<str>]) -> fmt::Result {
    write!(f, "{key} {word} (")?;
    for (n, value) in values.iter().enumerate() {
        if n > 0 {
            f.write_str(",")?;
        }
        f.write_str(value)?;
    }
    f.write_str(")")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, operator: Operator, values: &[&str], fields: &[&str]) {
        let found = match Requirement::new(key, operator, values) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|error| error.field).collect(),
        };
        assert_eq!(found.iter().map(|field| &**field).collect::<Vec<_>>(), fields);
    }

    #[test]
    fn sel_13_errors_of_a_requirement() {
        check("a", Operator::In, &["b", "b"], &[]);
        check("a", Operator::In, &[], &["values"]);
        check("/", Operator::Exists, &["-"], &["key", "values", "values[0][/]"]);
        check("a", Operator::LessThan, &["x", "-1"], &["values", "values[0]", "values[1][a]"]);
        let errors = Requirement::from_words("a", "Gt", &["-"]).unwrap_err();
        let kinds: Vec<_> = errors.iter().map(|e| (&*e.field, e.cause.kind())).collect();
        assert_eq!(kinds, [("operator", "NotSupported"), ("values[0][a]", "Invalid")]);
    }

    #[test]
    fn sel_21_numbers() {
        let more = Requirement::new("a", Operator::GreaterThan, &["7"]).unwrap();
        let holds = |found| more.holds(Some(found));
        assert!(holds("008") && holds("+8") && !holds("7") && !holds("8x"));
        assert!(!holds("9223372036854775808") && !more.holds(None));
    }

    #[test]
    fn sel_7_values_are_a_set() {
        let requirement = Requirement::new("a", Operator::In, &["b", "a", "b"]).unwrap();
        assert_eq!(requirement.values().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(requirement.exact(), None);
        for word in Operator::WORDS {
            assert_eq!(word.parse::<Operator>().unwrap().as_str(), *word);
        }
    }
}
