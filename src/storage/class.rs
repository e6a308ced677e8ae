//! Storage classes: which one a claim or a volume has, and which is the default.
//!
//! Source: `component-helpers/storage/volume/helpers.go`, `pkg/volume/util/storageclass.go`.

use std::cmp::Reverse;

use crate::api::{PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeBindingMode};
use crate::storage::SELECTED_NODE;

/// The annotation that named the class before there was a field.
pub const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
/// Marks the default class.
pub const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
/// The older name of [`DEFAULT_CLASS`].
pub const BETA_DEFAULT_CLASS: &str = "storageclass.beta.kubernetes.io/is-default-class";

/// The class that a claim asks for; empty when it asks for none (`CLASS-1`).
///
/// ```
/// use kubernel::api::PersistentVolumeClaim;
/// use kubernel::storage::class;
///
/// let mut claim = PersistentVolumeClaim::default();
/// assert!(!class::is_named(&claim));
/// claim.spec.storage_class_name = Some(String::new());
/// // The empty class is an answer: no class, and no default either.
/// assert!(class::is_named(&claim));
/// assert_eq!(class::of_claim(&claim), "");
/// ```
#[must_use]
pub fn of_claim(claim: &PersistentVolumeClaim) -> &str {
    match claim.metadata.annotations.get(BETA_CLASS) {
        Some(class) => class,
        None => claim.spec.storage_class_name.as_deref().unwrap_or_default(),
    }
}

/// Whether a claim says which class it wants, be it the empty one (`CLASS-1`).
#[must_use]
pub fn is_named(claim: &PersistentVolumeClaim) -> bool {
    claim.metadata.annotations.contains_key(BETA_CLASS) || claim.spec.storage_class_name.is_some()
}

/// The class that a volume belongs to; empty when it has none (`CLASS-1`).
#[must_use]
pub fn of_volume(volume: &PersistentVolume) -> &str {
    match volume.metadata.annotations.get(BETA_CLASS) {
        Some(class) => class,
        None => &volume.spec.storage_class_name,
    }
}

/// The default class: the newest of those marked so, then the one with the smaller name (`CLASS-2`).
#[must_use]
pub fn default_of<'a>(
    classes: impl IntoIterator<Item = &'a StorageClass>,
) -> Option<&'a StorageClass> {
    classes.into_iter().filter(|class| is_default(class)).min_by_key(|class| {
        (Reverse(class.metadata.creation_timestamp), class.metadata.name.as_str())
    })
}

/// Whether a class is marked as the default.
#[must_use]
pub fn is_default(class: &StorageClass) -> bool {
    [DEFAULT_CLASS, BETA_DEFAULT_CLASS]
        .iter()
        .any(|name| class.metadata.annotations.get(*name).is_some_and(|value| value == "true"))
}

/// Whether claims of `class` wait for their first pod before they are bound.
///
/// A class that does not exist does not wait (`CLASS-4`).
#[must_use]
pub fn waits_for_consumer(class: Option<&StorageClass>) -> bool {
    class.is_some_and(|class| {
        class.volume_binding_mode == Some(VolumeBindingMode::WaitForFirstConsumer)
    })
}

/// Whether the scheduler has chosen the node for which the claim's volume is to be made.
#[must_use]
pub fn has_selected_node(claim: &PersistentVolumeClaim) -> bool {
    claim.metadata.annotations.contains_key(SELECTED_NODE)
}
