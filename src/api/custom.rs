//! Objects of kinds that are not in the table.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::kinds::Scope;
use crate::api::meta::ObjectMeta;

/// A kind that is not in the table: its names and its scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomKind(Arc<Names>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Names {
    api_version: Box<str>,
    kind: Box<str>,
    plural: Box<str>,
    cluster: bool,
}

impl CustomKind {
    /// A kind with all its names given.
    #[must_use]
    pub fn new(api_version: &str, kind: &str, plural: &str, scope: Scope) -> Self {
        let cluster = match scope {
            Scope::Cluster => true,
            Scope::Namespaced => false,
        };
        Self(Arc::new(Names {
            api_version: api_version.into(),
            kind: kind.into(),
            plural: plural.into(),
            cluster,
        }))
    }

    /// A namespaced kind whose plural is made by upstream's rule of thumb: lower case, `y` becomes
    /// `ies`, `s` becomes `ses`, else an `s` is added.
    ///
    /// Source: `apimachinery/pkg/api/meta/restmapper.go UnsafeGuessKindToResource`.
    #[must_use]
    pub fn guess(api_version: &str, kind: &str) -> Self {
        let lower = kind.to_lowercase();
        let plural = if lower.ends_with('s') {
            format!("{lower}es")
        } else if let Some(stem) = lower.strip_suffix('y') {
            format!("{stem}ies")
        } else {
            format!("{lower}s")
        };
        Self::new(api_version, kind, &plural, Scope::Namespaced)
    }

    /// Group and version.
    #[must_use]
    pub fn api_version(&self) -> &str {
        &self.0.api_version
    }

    /// The name of the kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The name in paths.
    #[must_use]
    pub fn plural(&self) -> &str {
        &self.0.plural
    }

    /// Whether objects of the kind live in a namespace.
    #[must_use]
    pub fn scope(&self) -> Scope {
        if self.0.cluster { Scope::Cluster } else { Scope::Namespaced }
    }
}

/// An object of a kind that is not in the table. It keeps everything it was given.
///
/// ```
/// use kubernel::api::Custom;
///
/// let text = r#"{"apiVersion":"acme.io/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":3}}"#;
/// let widget: Custom = serde_json::from_str(text)?;
/// assert_eq!(widget.content["spec"]["size"], 3);
/// assert_eq!(serde_json::to_string(&widget)?, text);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Custom {
    /// Group and version.
    #[serde(rename = "apiVersion", default)]
    pub api_version: String,
    /// The name of the kind.
    #[serde(default)]
    pub kind: String,
    /// The metadata.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// Everything else, as it came.
    #[serde(flatten)]
    pub content: Map<String, Value>,
}

impl Custom {
    /// The kind, with a guessed plural.
    #[must_use]
    pub fn custom_kind(&self) -> CustomKind {
        CustomKind::guess(&self.api_version, &self.kind)
    }
}
