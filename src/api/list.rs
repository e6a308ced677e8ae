//! Lists of objects on the wire.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::api::kinds::Resource;
use crate::api::meta::ListMeta;

/// A list of objects of one kind, as `PodList`. An empty list is written as `[]`.
///
/// ```
/// use kubernel::api::{List, Pod};
///
/// let list = List::<Pod>::default();
/// assert_eq!(serde_json::to_string(&list)?, r#"{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize)]
#[serde(bound = "R: Resource", default)]
pub struct List<R> {
    /// What the list was made at.
    pub metadata: ListMeta,
    /// The objects.
    pub items: Vec<R>,
}

impl<R: Resource> Serialize for List<R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let kind = R::KIND;
        let mut to = to.serialize_struct("List", 4)?;
        to.serialize_field("kind", &format_args!("{kind}List"))?;
        to.serialize_field("apiVersion", kind.api_version())?;
        to.serialize_field("metadata", &self.metadata)?;
        to.serialize_field("items", &self.items)?;
        to.end()
    }
}
