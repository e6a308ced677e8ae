//! Lists of objects on the wire.

use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::api::kinds::Resource;
use crate::api::meta::ListMeta;
use crate::api::wire::{Bare, FieldName, Read};

/// A list of objects of one kind, as `PodList`. An empty list is written as `[]`; the items stand
/// without `kind` and `apiVersion`, as an API server writes them.
///
/// ```
/// use kubernel::api::{List, Pod};
///
/// let mut list = List::<Pod>::default();
/// assert_eq!(serde_json::to_string(&list)?, r#"{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}"#);
/// list.items.push(Pod::default());
/// let text = serde_json::to_string(&list)?;
/// assert!(text.ends_with(r#""items":[{"metadata":{},"spec":{"containers":null},"status":{}}]}"#));
/// assert_eq!(serde_json::from_str::<List<Pod>>(&text)?, list);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct List<R> {
    /// What the list was made at.
    pub metadata: ListMeta,
    /// The objects.
    pub items: Vec<R>,
}

impl<R: Resource> Serialize for List<R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let kind = R::KIND;
        let items: Vec<Bare<'_, R>> = self.items.iter().map(Bare).collect();
        let mut to = to.serialize_struct("List", 4)?;
        to.serialize_field("kind", &format_args!("{kind}List"))?;
        to.serialize_field("apiVersion", kind.api_version())?;
        to.serialize_field("metadata", &self.metadata)?;
        to.serialize_field("items", &items)?;
        to.end()
    }
}

impl<'de, R: Resource> Deserialize<'de> for List<R> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members<R>(PhantomData<R>);
        impl<'de, R: Resource> Visitor<'de> for Members<R> {
            type Value = List<R>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "an object ({}List)", R::KIND)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<R>, A::Error> {
                let mut out = List { metadata: ListMeta::default(), items: Vec::new() };
                while let Some(key) = map.next_key::<FieldName<'de>>()? {
                    match key.as_str() {
                        "metadata" => out.metadata = map.next_value_seed(Read::NEW)?,
                        "items" => out.items = map.next_value_seed(Read::NEW)?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(out)
            }
        }
        from.deserialize_struct("List", &["metadata", "items"], Members(PhantomData))
    }
}
