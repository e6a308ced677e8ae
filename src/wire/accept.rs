//! In which form a client wants its answer.

use crate::wire::failure::Failure;
use crate::wire::query::Query;

/// In which form objects are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// As they are.
    #[default]
    Whole,
    /// Their metadata only, as `PartialObjectMetadata`.
    Metadata,
}

/// What was agreed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Accept {
    pub(super) form: Form,
    /// Whether the JSON is set out for a human reader.
    pub(super) pretty: bool,
}

impl Accept {
    /// The most wanted form that there is. Of forms that are wanted alike the first one counts.
    ///
    /// Source: `endpoints/handlers/negotiation/negotiate.go NegotiateMediaTypeOptions`.
    pub(super) fn of(header: Option<&str>) -> Result<Self, Failure> {
        let header = header.unwrap_or_default().trim();
        if header.is_empty() {
            return Ok(Self::default());
        }
        let clauses = header.split(',').filter_map(Clause::of);
        let served = clauses.filter_map(|clause| Some((clause.weight, clause.served()?)));
        // The first of the heaviest.
        let best = served.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, accept)| accept).ok_or(Failure::NotAcceptable)
    }

    pub(super) fn pretty(self, query: &Query) -> Self {
        let asked = query
            .text("pretty")
            .is_some_and(|text| ["true", "1", "t", "T", "TRUE", "True"].contains(&text));
        Self { pretty: self.pretty || asked, ..self }
    }
}

/// One of the forms that a client takes.
struct Clause<'a> {
    media: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
    weight: f64,
}

impl<'a> Clause<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next()?;
        let pairs = parts.filter_map(|part| part.split_once('='));
        let parameters: Vec<_> = pairs.map(|(name, value)| (name.trim(), value.trim())).collect();
        let weight = parameters.iter().find(|(name, _)| *name == "q");
        // A weight that cannot be read is none.
        let weight = weight.and_then(|(_, value)| value.parse().ok()).unwrap_or(1.0);
        Some(Self { media, parameters, weight })
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }

    fn served(&self) -> Option<Accept> {
        let json = ["application/json", "application/*", "*/*"].contains(&self.media);
        if !json || self.weight <= 0.0 {
            return None;
        }
        let pretty = self.value("pretty") == Some("1");
        let form = match self.value("as") {
            None => Form::Whole,
            Some("PartialObjectMetadata" | "PartialObjectMetadataList")
                if self.value("g") == Some("meta.k8s.io") && self.value("v") == Some("v1") =>
            {
                Form::Metadata
            }
            Some(_) => return None,
        };
        Some(Accept { form, pretty })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, form: Option<Form>) {
        assert_eq!(Accept::of(Some(header)).ok().map(|it| it.form), form, "{header}");
    }

    #[test]
    fn the_first_form_that_is_served_counts() {
        check("", Some(Form::Whole));
        check("*/*", Some(Form::Whole));
        check("application/yaml", None);
        check("application/vnd.kubernetes.protobuf, application/json", Some(Form::Whole));
        check("application/json;as=Table;g=meta.k8s.io;v=v1,application/json", Some(Form::Whole));
        check("application/json;as=Table;g=meta.k8s.io;v=v1", None);
        let metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        check(metadata, Some(Form::Metadata));
        check(&format!("application/json;q=0.5, {metadata};q=0.9"), Some(Form::Metadata));
        check(&format!("application/json;q=0.9, {metadata};q=0"), Some(Form::Whole));
    }
}
