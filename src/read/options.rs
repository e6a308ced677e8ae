//! What is asked of a list or a watch.

use std::fmt;

use crate::admission::ApiError;
use crate::api::{CustomKind, Key, Kind, Name, Object, Scope};
use crate::field::{Errors, Path};
use crate::labels::{FieldSelector, Selector, fields_of};
use crate::store::{Revision, Store};

/// The options of a list or a watch, in the words of the wire; every empty one is absent.
///
/// ```
/// use kubernel::read::ListOptions;
///
/// let options = ListOptions::from_query([("labelSelector", "app=web"), ("limit", "500")])?;
/// assert_eq!((options.label_selector.as_str(), options.limit), ("app=web", 500));
/// assert_eq!(ListOptions::from_query([("limit", "many")]).unwrap_err().code(), 400);
/// # Ok::<(), kubernel::ApiError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListOptions {
    /// Which labels the objects must have.
    pub label_selector: String,
    /// Which fields the objects must have.
    pub field_selector: String,
    /// How many objects a page has; 0 or less: all.
    pub limit: i64,
    /// The token of the page before.
    pub continue_: String,
    /// The state that is asked for: empty, `0`, or a revision.
    pub resource_version: String,
    /// How `resource_version` is meant: empty, `Exact` or `NotOlderThan`.
    pub resource_version_match: String,
    /// Whether a watch begins with the objects that exist; a list must not say.
    pub send_initial_events: Option<bool>,
    /// Whether a watch may be told up to where it has got.
    pub allow_watch_bookmarks: bool,
}

impl ListOptions {
    /// Reads the parameters of a URL, decoded; of a repeated one the first counts, unknown ones do not.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] if `limit` or `timeoutSeconds` is no number.
    ///
    /// Source: `apimachinery/pkg/runtime/conversion.go`.
    pub fn from_query<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ApiError> {
        let (mut options, mut met) = (Self::default(), Vec::new());
        for (name, value) in pairs {
            if met.contains(&name) {
                continue;
            }
            met.push(name);
            match name {
                "labelSelector" => options.label_selector = value.into(),
                "fieldSelector" => options.field_selector = value.into(),
                "limit" => options.limit = number(name, value)?,
                "continue" => options.continue_ = value.into(),
                "resourceVersion" => options.resource_version = value.into(),
                "resourceVersionMatch" => options.resource_version_match = value.into(),
                "sendInitialEvents" => options.send_initial_events = Some(truth(value)),
                "allowWatchBookmarks" => options.allow_watch_bookmarks = truth(value),
                "timeoutSeconds" => drop(number(name, value)?),
                _ => {}
            }
        }
        Ok(options)
    }

    /// What a list may not ask (LIST-5, WATCH-10).
    pub(super) fn check_list(&self) -> Result<(), ApiError> {
        let (mut errors, at) = (Errors::new(), Path::root("resourceVersionMatch"));
        let asked = self.resource_version_match.as_str();
        if !asked.is_empty() {
            if self.resource_version.is_empty() {
                errors.forbidden(&at, "needs a resourceVersion");
            }
            if !self.continue_.is_empty() {
                errors.forbidden(&at, "may not be set together with continue");
            }
            if ![EXACT, NOT_OLDER_THAN].contains(&asked) {
                errors.not_supported(&at, asked, &[EXACT, NOT_OLDER_THAN, ""]);
            }
            if asked == EXACT && self.resource_version == "0" {
                errors.forbidden(&at, "`0` is not an exact version");
            }
        }
        if self.send_initial_events.is_some() {
            errors.forbidden(&Path::root("sendInitialEvents"), "only for a watch");
        }
        invalid(errors)
    }

    /// What a watch may not ask (WATCH-9, WATCH-10).
    pub(super) fn check_watch(&self) -> Result<(), ApiError> {
        let (mut errors, at) = (Errors::new(), Path::root("resourceVersionMatch"));
        let asked = self.resource_version_match.as_str();
        if self.send_initial_events.is_some() && asked != NOT_OLDER_THAN {
            errors.forbidden(&at, "sendInitialEvents needs `NotOlderThan`");
        }
        if !asked.is_empty() {
            if self.send_initial_events.is_none() {
                errors.forbidden(&at, "needs sendInitialEvents in a watch");
            }
            if asked != NOT_OLDER_THAN {
                errors.not_supported(&at, asked, &[NOT_OLDER_THAN]);
            }
            if !self.continue_.is_empty() {
                errors.forbidden(&at, "may not be set together with continue");
            }
        }
        invalid(errors)
    }
}

pub(super) const EXACT: &str = "Exact";
pub(super) const NOT_OLDER_THAN: &str = "NotOlderThan";

fn number(name: &str, value: &str) -> Result<i64, ApiError> {
    value.parse().map_err(|_| bad(format_args!("`{name}` is no number: `{value}`")))
}

/// A parameter of a URL that is true or false: everything is true that is not the contrary.
///
/// Source: `apimachinery/pkg/runtime/conversion.go`.
pub(crate) fn truth(value: &str) -> bool {
    !(value == "0" || value.eq_ignore_ascii_case("false"))
}

pub(super) fn bad(text: impl fmt::Display) -> ApiError {
    ApiError::BadRequest { text: text.to_string().into() }
}

/// What is wrong are the options, not an object.
fn invalid(errors: Errors) -> Result<(), ApiError> {
    let kind = CustomKind::new("meta.k8s.io/v1", "ListOptions", "listoptions", Scope::Cluster);
    let key = || Key::new(Kind::Custom(kind), "", "");
    errors.into_result(()).map_err(|errors| ApiError::Invalid { key: key(), errors })
}

/// A revision in the words of the wire: empty and `0` are none.
pub(super) fn revision(text: &str) -> Option<Revision> {
    if text.is_empty() { Some(Revision::ZERO) } else { text.parse().ok().map(Revision) }
}

/// Which objects a reader means: a kind, a namespace, and selectors.
///
/// ```
/// use kubernel::api::Kind;
/// use kubernel::read::{Interest, ListOptions};
///
/// let asked = |fields: &str| ListOptions { field_selector: fields.into(), ..Default::default() };
/// assert!(Interest::of(&Kind::Pod, None, &asked("spec.nodeName=n1")).is_ok());
/// let error = Interest::of(&Kind::ConfigMap, None, &asked("spec.nodeName=n1")).unwrap_err();
/// assert_eq!(error.code(), 400);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    /// The kind.
    pub kind: Kind,
    /// The namespace; all of them, if none.
    pub namespace: Option<Name>,
    /// By labels.
    pub labels: Selector,
    /// By fields.
    pub fields: FieldSelector,
}

impl Interest {
    /// Reads the selectors of `options`. The namespace does not count for kinds of the cluster.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] if a selector is ill-formed, or names a field that the kind does not offer
    /// (LIST-7).
    pub fn of(
        kind: &Kind,
        namespace: Option<&str>,
        options: &ListOptions,
    ) -> Result<Self, ApiError> {
        let labels = options.label_selector.parse().map_err(bad)?;
        let fields: FieldSelector = options.field_selector.parse().map_err(bad)?;
        fields.check(kind).map_err(bad)?;
        let namespace = namespace.filter(|name| kind.is_namespaced() && !name.is_empty());
        Ok(Self { kind: kind.clone(), namespace: namespace.map(Name::from), labels, fields })
    }

    /// Whether the object is meant.
    #[must_use]
    pub fn matches(&self, object: &Object) -> bool {
        let meta = object.meta();
        self.namespace.as_deref().is_none_or(|name| *meta.namespace == *name)
            && self.labels.matches(&meta.labels)
            && self.matches_fields(object)
    }

    fn matches_fields(&self, object: &Object) -> bool {
        self.fields.is_everything() || {
            let fields = fields_of(object);
            self.fields.matches(|field| fields.value(field))
        }
    }

    /// The objects that are meant, in the order of lists; by an index if there is one.
    pub(super) fn select<'a>(&self, store: &'a Store) -> impl Iterator<Item = &'a Object> {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        let labelled = store.select_objects(&self.kind, namespace, &self.labels);
        labelled.filter(|object| self.matches_fields(object))
    }

    /// Whether there is no selector.
    pub(super) fn is_plain(&self) -> bool {
        self.labels.is_everything() && self.fields.is_everything()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(options: &ListOptions, list: &[&str], watch: &[&str]) {
        let fields = |result: Result<(), ApiError>| match result {
            Ok(()) => Vec::new(),
            Err(ApiError::Invalid { errors, .. }) => errors
                .iter()
                .map(|error| format!("{} {}", error.field, error.cause.kind()))
                .collect(),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(fields(options.check_list()), list, "list {options:?}");
        assert_eq!(fields(options.check_watch()), watch, "watch {options:?}");
    }

    #[test]
    fn what_may_be_asked_together_list_5_watch_9_watch_10() {
        const FORBIDDEN: &str = "resourceVersionMatch Forbidden";
        const NOT_SUPPORTED: &str = "resourceVersionMatch NotSupported";
        let asked = |version: &str, how: &str, initial| ListOptions {
            resource_version: version.into(),
            resource_version_match: how.into(),
            send_initial_events: initial,
            ..Default::default()
        };
        check(&asked("", "", None), &[], &[]);
        check(&asked("1", "Exact", None), &[], &[FORBIDDEN, NOT_SUPPORTED]);
        check(&asked("0", "Exact", None), &[FORBIDDEN], &[FORBIDDEN, NOT_SUPPORTED]);
        check(&asked("", "x", None), &[FORBIDDEN, NOT_SUPPORTED], &[FORBIDDEN, NOT_SUPPORTED]);
        let initial = ["sendInitialEvents Forbidden"];
        check(&asked("1", "NotOlderThan", Some(true)), &initial, &[]);
        check(&asked("1", "", Some(false)), &initial, &[FORBIDDEN]);
    }
}
