//! What happens to claims and volumes on their way in, beside defaults: classes, finalizers, data
//! sources, times, and whether a claim may grow.

use std::sync::Arc;

use crate::admission::{ApiError, Forbidden};
use crate::api::{Object, PersistentVolume, PersistentVolumeClaim, Resource, StorageClass};
use crate::storage::{class, defaults};
use crate::store::Store;
use crate::time::Time;

/// CLASS-3, DEF-4, DEF-6, DEF-7
pub(super) fn create(object: &mut Object, store: &Store, now: Time) {
    if let Object::PersistentVolume(volume) = object {
        defaults::admit_volume(Arc::make_mut(volume), now);
    } else if let Object::PersistentVolumeClaim(claim) = object {
        let class = class::default_of(store.list::<StorageClass>(None));
        defaults::admit_claim(Arc::make_mut(claim), class);
    }
}

/// DEF-7, RESIZE-1
pub(super) fn update(new: &mut Object, old: &Object, store: &Store) -> Result<(), ApiError> {
    let key = new.key();
    let (Object::PersistentVolumeClaim(new), Some(old)) = (new, PersistentVolumeClaim::peek(old))
    else {
        return Ok(());
    };
    let new = Arc::make_mut(new);
    defaults::data_sources(&mut new.spec, Some(&old.spec));
    defaults::resize(new, old, |class| store.get::<StorageClass>("", class).cloned()).map_err(
        |why| ApiError::Forbidden { key, reason: Forbidden::Policy(why.to_string().into()) },
    )
}

/// DEF-5
pub(super) fn status(new: &mut Object, old: &Object, now: Time) {
    if let (Object::PersistentVolume(new), Some(old)) = (new, PersistentVolume::peek(old)) {
        defaults::stamp_phase(Arc::make_mut(new), old, now);
    }
}
