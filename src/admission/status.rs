//! The answer of a refused request on the wire.

use std::fmt;

use crate::admission::error::{ApiError, Conflict, Disruption, Forbidden};
use crate::api::{CauseType, Key, Kind, ListMeta, Status, StatusCause, StatusDetails};
use crate::field;

impl ApiError {
    /// The answer on the wire (META-13).
    #[must_use]
    pub fn status(&self) -> Status {
        let mut metadata = ListMeta::default();
        if let Self::Expired { again: Some(again), .. } = self {
            metadata.continue_ = again.to_string(); // LIST-4
        }
        Status {
            metadata,
            status: "Failure".into(),
            message: self.message(),
            reason: self.reason(),
            details: self.details().map(Box::new),
            code: self.code().into(),
        }
    }

    fn message(&self) -> String {
        match self {
            Self::NotFound { key } => format!("{} not found", resource(key)),
            Self::AlreadyExists { key } => format!("{} already exists", resource(key)),
            Self::Conflict { key, cause } => {
                let (kind, group) = (conflict_kind(key, cause), dotted(key.kind.group()));
                let why = conflict_text(key, cause);
                format!("Operation cannot be fulfilled on {kind}{group} {:?}: {why}", key.name)
            }
            Self::Invalid { key, errors } => {
                let group = dotted(key.kind.group());
                format!("{}{group} {:?} is invalid: {errors}", key.kind, key.name)
            }
            Self::Forbidden { key, reason } => {
                format!("{} is forbidden: {reason}", resource(key))
            }
            Self::BadRequest { text } | Self::Internal { text } => text.to_string(),
            Self::TooManyRequests { .. } => {
                "Cannot evict pod as it would violate the pod's disruption budget.".into()
            }
            Self::MethodNotAllowed { kind, verb } => {
                let group = dotted(kind.group());
                format!("{verb} is not supported on resources of kind \"{}{group}\"", kind.plural())
            }
            Self::Expired { again: Some(_), .. } => INCONSISTENT.into(),
            Self::Expired { asked, oldest, again: None } => {
                format!("too old resource version: {asked} ({oldest})")
            }
            Self::TooLarge { asked, newest } => {
                format!("Timeout: Too large resource version: {asked}, current: {newest}")
            }
            Self::UnsupportedMediaType { .. } => {
                "the body of the request was in an unknown format - accepted media types include: \
                 application/json-patch+json, application/merge-patch+json"
                    .into()
            }
            Self::Patch(_) | Self::Unpatched { .. } => self.to_string(),
        }
    }

    fn details(&self) -> Option<StatusDetails> {
        let (key, kind) = match self {
            Self::NotFound { key } | Self::AlreadyExists { key } | Self::Forbidden { key, .. } => {
                (key, key.kind.plural())
            }
            Self::Conflict { key, cause } => (key, conflict_kind(key, cause)),
            Self::Invalid { key, .. } => (key, key.kind.as_str()),
            Self::TooLarge { .. } | Self::Unpatched { .. } | Self::TooManyRequests { .. } => {
                return Some(StatusDetails {
                    causes: self.causes(),
                    retry_after_seconds: self.retry_after_seconds(),
                    ..StatusDetails::default()
                });
            }
            Self::MethodNotAllowed { kind, .. } => {
                return Some(StatusDetails {
                    group: kind.group().into(),
                    kind: kind.plural().into(),
                    ..StatusDetails::default()
                });
            }
            Self::BadRequest { .. }
            | Self::Expired { .. }
            | Self::Patch(_)
            | Self::UnsupportedMediaType { .. }
            | Self::Internal { .. } => return None,
        };
        Some(StatusDetails {
            name: key.name.to_string(),
            group: key.kind.group().into(),
            kind: kind.into(),
            causes: self.causes(),
            ..StatusDetails::default()
        })
    }

    /// After how many seconds the client may try again; 0: nobody can tell.
    fn retry_after_seconds(&self) -> i32 {
        match self {
            Self::TooManyRequests { reason: Disruption::Stale { .. }, .. } => 10,
            Self::TooLarge { .. } => 1,
            Self::TooManyRequests { reason: Disruption::Exhausted { .. }, .. }
            | Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::Conflict { .. }
            | Self::Invalid { .. }
            | Self::Forbidden { .. }
            | Self::BadRequest { .. }
            | Self::MethodNotAllowed { .. }
            | Self::Expired { .. }
            | Self::Patch(_)
            | Self::Unpatched { .. }
            | Self::UnsupportedMediaType { .. }
            | Self::Internal { .. } => 0,
        }
    }

    fn causes(&self) -> Vec<StatusCause> {
        match self {
            Self::Invalid { errors, .. } => errors.iter().map(cause_of).collect(),
            Self::Unpatched { text } => {
                vec![cause("FieldValueInvalid", text.to_string(), "patch")]
            }
            // NS-4
            Self::Forbidden { reason: Forbidden::NamespaceTerminating { namespace }, .. } => {
                vec![cause(
                    "NamespaceTerminating",
                    format!("namespace {namespace} is being terminated"),
                    "metadata.namespace",
                )]
            }
            // PDB-10
            Self::TooManyRequests { reason, .. } => {
                vec![cause("DisruptionBudget", reason.to_string(), "")]
            }
            Self::TooLarge { .. } => {
                vec![cause("ResourceVersionTooLarge", "Too large resource version".into(), "")]
            }
            Self::Forbidden {
                reason: Forbidden::SystemNamespace | Forbidden::Policy(_), ..
            }
            | Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::Conflict { .. }
            | Self::BadRequest { .. }
            | Self::MethodNotAllowed { .. }
            | Self::Expired { .. }
            | Self::Patch(_)
            | Self::UnsupportedMediaType { .. }
            | Self::Internal { .. } => Vec::new(),
        }
    }
}

/// Why a list that is read page by page cannot go on as it began (LIST-4).
const INCONSISTENT: &str = "The provided continue parameter is too old to display a consistent list \
    result. You can start a new list without the continue parameter, or use the continue token in this \
    response to retrieve the remainder of the results. Continuing with the provided token results in an \
    inconsistent list - objects that were created, modified, or deleted between the time the first chunk \
    was returned and now may show up in the list.";

/// A conflict in the words of the server.
///
/// Source: `apiserver/pkg/registry/generic/registry/store.go`, `rest/delete.go`, `storage/interfaces.go`,
/// `pkg/registry/core/pod/storage/storage.go`.
fn conflict_text(key: &Key, cause: &Conflict) -> String {
    match cause {
        Conflict::Changed { .. } => {
            "the object has been modified; please apply your changes to the \
                                     latest version and try again"
                .into()
        }
        Conflict::Replaced { have, got } => {
            format!("Precondition failed: UID in precondition: {got}, UID in object meta: {have}")
        }
        Conflict::Precondition { field, have, got } => {
            let then = if *field == "UID" { "deleted and then recreated" } else { "modified" };
            format!(
                "the {field} in the precondition ({got}) does not match the {field} in record \
                 ({have}). The object might have been {then}"
            )
        }
        Conflict::Bound { node } => {
            format!("pod {} is already assigned to node \"{node}\"", key.name)
        }
        Conflict::Deleting => {
            format!("pod {} is being deleted, cannot be assigned to a host", key.name)
        }
        Conflict::Gated => format!("pod {} has non-empty .spec.schedulingGates", key.name),
    }
}

/// META-13: a failed delete precondition carries the kind, of a namespace the plural.
fn conflict_kind<'a>(key: &'a Key, cause: &Conflict) -> &'a str {
    match cause {
        Conflict::Precondition { .. } if key.kind != Kind::Namespace => key.kind.as_str(),
        Conflict::Bound { .. } | Conflict::Deleting | Conflict::Gated => "pods/binding",
        Conflict::Precondition { .. } | Conflict::Changed { .. } | Conflict::Replaced { .. } => {
            key.kind.plural()
        }
    }
}

fn cause_of(error: &field::Error) -> StatusCause {
    let text = if error.detail.is_empty() {
        error.cause.to_string()
    } else {
        format!("{}: {}", error.cause, error.detail)
    };
    cause(error.cause.reason(), text, &error.field)
}

fn cause(type_: &str, message: String, field: &str) -> StatusCause {
    StatusCause { type_: CauseType::from(type_), message, field: field.into() }
}

/// As `deployments.apps "web"`.
fn resource(key: &Key) -> impl fmt::Display + '_ {
    let group = dotted(key.kind.group());
    format!("{}{group} {:?}", key.kind.plural(), key.name)
}

fn dotted(group: &str) -> String {
    if group.is_empty() { String::new() } else { format!(".{group}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Errors, Path};
    use crate::store::Revision;

    #[test]
    fn invalid_carries_the_kind_and_all_causes() {
        let mut errors = Errors::new();
        errors.required(&Path::root("metadata.name"), "name or generateName is required");
        errors.forbidden(&Path::root("spec.x"), "");
        let status = ApiError::Invalid { key: Key::new(Kind::Pod, "a", ""), errors }.status();
        let details = status.details.unwrap();
        assert_eq!((status.code, details.kind.as_str()), (422, "Pod"));
        let causes: Vec<_> =
            details.causes.iter().map(|c| (c.field.as_str(), c.type_.as_str())).collect();
        assert_eq!(
            causes,
            [("metadata.name", "FieldValueRequired"), ("spec.x", "FieldValueForbidden")]
        );
    }

    #[test]
    fn a_delete_precondition_carries_the_kind() {
        // META-13
        let cause = Conflict::Precondition { field: "UID", have: "a".into(), got: "b".into() };
        let kind = |kind| {
            let key = Key::new(kind, "", "x");
            let error = ApiError::Conflict { key, cause: cause.clone() };
            error.status().details.unwrap().kind
        };
        assert_eq!(kind(Kind::Pod), "Pod");
        assert_eq!(kind(Kind::Namespace), "namespaces");
    }
    #[test]
    fn refusals_are_in_the_words_of_the_server() {
        let check = |error: ApiError, message: &str| assert_eq!(error.status().message, message);
        let key = Key::new(Kind::Deployment, "a", "web");
        let conflict = |cause| ApiError::Conflict { key: key.clone(), cause };
        check(
            conflict(Conflict::Changed { have: Revision(7), got: Revision(5) }),
            "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; \
             please apply your changes to the latest version and try again",
        );
        check(
            conflict(Conflict::Precondition { field: "UID", have: "x".into(), got: "y".into() }),
            "Operation cannot be fulfilled on Deployment.apps \"web\": the UID in the precondition (y) \
             does not match the UID in record (x). The object might have been deleted and then recreated",
        );
        check(
            ApiError::TooLarge { asked: Revision(9), newest: Revision(5) },
            "Timeout: Too large resource version: 9, current: 5",
        );
        check(
            ApiError::Expired { asked: Revision(1), oldest: Revision(4), again: None },
            "too old resource version: 1 (4)",
        );
    }

    #[test]
    fn a_budget_says_why_it_refuses() {
        // PDB-10
        let refused = |reason| {
            let key = Key::new(Kind::Pod, "a", "web");
            let details = ApiError::TooManyRequests { key, reason }.status().details.unwrap();
            assert_eq!((details.kind.as_str(), details.name.as_str()), ("", ""));
            (details.causes[0].message.clone(), details.retry_after_seconds)
        };
        let exhausted =
            |needed, healthy| Disruption::Exhausted { budget: "b".into(), needed, healthy };
        let needs = "The disruption budget b needs 2 healthy pods and has 1 currently";
        assert_eq!(refused(exhausted(2, 1)), (needs.into(), 0));
        let not_now = "The disruption budget b does not allow evicting pods currently";
        assert_eq!(refused(exhausted(2, 3)), (not_now.into(), 0));
        let stale = "The disruption budget b is still being processed by the server.";
        assert_eq!(refused(Disruption::Stale { budget: "b".into() }), (stale.into(), 10));
    }
}
