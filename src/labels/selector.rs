//! A conjunction of requirements.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::parse::{self, ParseError};
use super::requirement::Test;
use super::{Labels, Requirement};

/// Which objects are meant, by their labels: all that satisfy every requirement.
///
/// A selector without requirements selects everything. [`Selector::nothing`] selects nothing, and
/// is another thing although both print as the empty text (`SEL-24`).
///
/// The requirements are sorted by key; those with the same key keep their order. The text is
/// canonical: parsing it gives the same selector, and the same text again (`SEL-11`).
/// Source: `apimachinery/pkg/labels/selector.go`.
///
/// ```
/// use kubernel::labels::Selector;
///
/// let selector: Selector = "tier in (db,cache), app = web, !old".parse()?;
/// assert_eq!(selector.to_string(), "app=web,!old,tier in (cache,db)");
/// assert!(selector.matches(&[("app", "web"), ("tier", "db")]));
///
/// let why = selector.explain(&[("app", "web"), ("tier", "edge")]).unwrap_err();
/// assert_eq!(why.to_string(), "`tier in (cache,db)` does not hold: label `tier` is `edge`");
///
/// let error = "app = web)".parse::<Selector>().unwrap_err();
/// assert_eq!(error.to_string(), "expected `,` or the end at byte 9");
/// # Ok::<(), kubernel::labels::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selector(Form);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    Nothing,
    All(Vec<Requirement>),
}

impl Selector {
    /// The selector that every object satisfies.
    #[must_use]
    pub const fn everything() -> Self {
        Self(Form::All(Vec::new()))
    }

    /// The selector that no object satisfies.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(Form::Nothing)
    }

    /// The selector of all objects that have every one of these labels, as replication controllers
    /// and services write it (`SEL-26`). The empty map selects everything. Nothing is checked.
    #[must_use]
    pub fn from_map(labels: &BTreeMap<String, String>) -> Self {
        // SEL-26
        let equals = |(key, value): (&String, &String)| {
            Requirement::unchecked(key, Test::Equals(value.as_str().into()))
        };
        Self(Form::All(labels.iter().map(equals).collect()))
    }

    /// The selector of all objects that satisfy the requirements this one has and `more`.
    #[must_use]
    pub fn and(self, more: impl IntoIterator<Item = Requirement>) -> Self {
        match self.0 {
            Form::Nothing => self,
            Form::All(mut requirements) => {
                requirements.extend(more);
                requirements.into_iter().collect()
            }
        }
    }

    /// The requirements, sorted by key; none for both everything and nothing.
    #[must_use]
    pub fn requirements(&self) -> &[Requirement] {
        match &self.0 {
            Form::Nothing => &[],
            Form::All(requirements) => requirements,
        }
    }

    /// Whether every object satisfies it because it has no requirement.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(&self.0, Form::All(requirements) if requirements.is_empty())
    }

    /// Whether it is [`Selector::nothing`]. Contradictions are not detected (`SEL-12`).
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        matches!(self.0, Form::Nothing)
    }

    /// The only value that the label `key` may have, if the first requirement on it says so.
    #[must_use]
    pub fn exact(&self, key: &str) -> Option<&str> {
        self.requirements().iter().find(|requirement| requirement.key() == key)?.exact()
    }

    /// Whether the labels satisfy it (`SEL-20`).
    #[must_use]
    pub fn matches(&self, labels: &(impl Labels + ?Sized)) -> bool {
        // SEL-20
        match &self.0 {
            Form::Nothing => false,
            Form::All(requirements) => {
                requirements.iter().all(|requirement| requirement.matches(labels))
            }
        }
    }

    /// Whether the labels satisfy it, and if not, which requirement fails first and what they have
    /// instead.
    ///
    /// # Errors
    /// Exactly when [`Selector::matches`] is false.
    pub fn explain(&self, labels: &(impl Labels + ?Sized)) -> Result<(), Mismatch> {
        let Form::All(requirements) = &self.0 else { return Err(Mismatch::Nothing) };
        for requirement in requirements {
            let found = labels.value(requirement.key());
            if !requirement.holds(found) {
                let (requirement, found) = (requirement.clone(), found.map(Box::from));
                return Err(Mismatch::Requirement { requirement, found });
            }
        }
        Ok(())
    }
}

/// Why labels do not satisfy a selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// The selector selects nothing.
    #[error("the selector selects nothing")]
    Nothing,
    /// A requirement does not hold.
    #[error("`{requirement}` does not hold: {}", Found(requirement.key(), found.as_deref()))]
    Requirement {
        /// The first requirement that does not hold.
        requirement: Requirement,
        /// The value that the label has instead; `None` when there is no such label.
        found: Option<Box<str>>,
    },
}

struct Found<'a>(&'a str, Option<&'a str>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(value) => write!(f, "label `{}` is `{value}`", self.0),
            None => write!(f, "there is no label `{}`", self.0),
        }
    }
}

impl FromIterator<Requirement> for Selector {
    /// The selector of all objects that satisfy every one of the requirements.
    fn from_iter<I: IntoIterator<Item = Requirement>>(requirements: I) -> Self {
        let mut requirements: Vec<Requirement> = requirements.into_iter().collect();
        // SEL-12: requirements with the same key keep their order.
        requirements.sort_by(|a, b| a.key().cmp(b.key()));
        Self(Form::All(requirements))
    }
}

impl FromStr for Selector {
    type Err = ParseError;

    /// Reads a selector's text (`SEL-1` to `SEL-10`).
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Ok(parse::requirements(text)?.into_iter().collect())
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SEL-11, SEL-24
        for (n, requirement) in self.requirements().iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(selector: &str, labels: &[(&str, &str)], expected: bool) {
        let selector: Selector = selector.parse().unwrap();
        assert_eq!(selector.matches(labels), expected, "{selector} on {labels:?}");
        assert_eq!(selector.explain(labels).is_ok(), expected, "{selector} on {labels:?}");
    }

    #[test]
    fn sel_20_matching() {
        let web: &[(&str, &str)] = &[("app", "web"), ("empty", "")];
        for good in
            ["", "app", "app=web", "app in (db,web)", "empty", "empty=", "x!=", "x notin (a)", "!x"]
        {
            check(good, web, true);
        }
        for bad in
            ["x", "!app", "app!=web", "app notin (web)", "App", "app=Web", "app in ()", "app,x"]
        {
            check(bad, web, false);
        }
    }

    #[test]
    fn sel_11_canonical_text() {
        let check = |text: &str, canonical: &str| {
            let selector: Selector = text.parse().unwrap();
            assert_eq!(selector.to_string(), canonical);
            assert_eq!(canonical.parse::<Selector>().unwrap(), selector);
        };
        check("b = 1, a == 2 ,c!= 3", "a==2,b=1,c!=3");
        check("a in (c,,b,b), ! a", "a in (,b,c),!a");
        check("a>007,a<+1".trim_end_matches(",a<+1"), "a>007");
    }

    #[test]
    fn sel_24_nothing_is_not_everything() {
        let (nothing, everything) = (Selector::nothing(), Selector::everything());
        assert_eq!((nothing.to_string(), everything.to_string()), (String::new(), String::new()));
        assert!(nothing.is_nothing() && !nothing.is_everything() && !nothing.matches(&[][..]));
        assert!(everything.is_everything() && everything.matches(&[][..]));
        assert_eq!(nothing.explain(&[][..]), Err(Mismatch::Nothing));
        assert_ne!(nothing, everything);
    }

    #[test]
    fn sel_26_map_form() {
        let map = BTreeMap::from([("-".to_owned(), "é".to_owned())]);
        let selector = Selector::from_map(&map);
        assert!(selector.matches(&map) && !selector.matches(&BTreeMap::new()));
        assert!(Selector::from_map(&BTreeMap::new()).is_everything());
        assert_eq!(selector.exact("-"), Some("é"));
    }
}
