//! The part of a request behind the `?`.

use percent_encoding::percent_decode_str;

use crate::api::{DeleteOptions, DeletionPropagation};
use crate::meta::PatchOptions;
use crate::read;
use crate::wire::failure::Failure;

/// The parameters, decoded, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

/// Decodes percent-encoded text; bytes that are no UTF-8 are replaced.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Query {
    /// Source: Go's `net/url ParseQuery`.
    pub(super) fn of(text: &str) -> Self {
        let parts = text.split('&').filter(|part| !part.is_empty());
        Self(
            parts
                .map(|part| {
                    let (name, value) = part.split_once('=').unwrap_or((part, ""));
                    (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
                })
                .collect(),
        )
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn all<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs().filter(move |(name, _)| *name == wanted).map(|(_, value)| value)
    }

    /// Of a repeated parameter the first counts.
    pub(super) fn text<'a>(&'a self, wanted: &'a str) -> Option<&'a str> {
        self.all(wanted).next()
    }

    pub(super) fn truth(&self, wanted: &str) -> Option<bool> {
        self.text(wanted).map(read::truth)
    }

    pub(super) fn number(&self, wanted: &str) -> Result<Option<i64>, Failure> {
        let Some(value) = self.text(wanted) else { return Ok(None) };
        let bad = |_| Failure::bad(format_args!("`{wanted}` is no number: `{value}`"));
        value.parse().map(Some).map_err(bad)
    }

    pub(super) fn write_options(&self) -> PatchOptions {
        PatchOptions {
            dry_run: self.all("dryRun").map(String::from).collect(),
            force: self.truth("force"),
            field_manager: self.text("fieldManager").unwrap_or_default().into(),
            field_validation: self.text("fieldValidation").unwrap_or_default().into(),
        }
    }

    // DEL-11
    pub(super) fn delete_options(&self) -> Result<DeleteOptions, Failure> {
        Ok(DeleteOptions {
            grace_period_seconds: self.number("gracePeriodSeconds")?,
            orphan_dependents: self.truth("orphanDependents"),
            propagation_policy: self.text("propagationPolicy").map(DeletionPropagation::from),
            dry_run: self.all("dryRun").map(String::from).collect(),
            ..DeleteOptions::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_the_first_counts() {
        let query =
            Query::of("labelSelector=a%3Db%2Cc&limit=+5&&x&limit=7&watch=FALSE&dryRun=a&dryRun=b");
        assert_eq!(query.text("labelSelector"), Some("a=b,c"));
        assert_eq!(query.text("limit"), Some(" 5"));
        assert!(query.number("limit").is_err());
        assert_eq!((query.text("x"), query.text("y")), (Some(""), None));
        assert_eq!((query.truth("watch"), query.truth("x")), (Some(false), Some(true)));
        assert_eq!(query.write_options().dry_run, ["a", "b"]);
    }
}
