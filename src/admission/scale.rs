//! Changing how many replicas there are to be, and nothing else.

use crate::admission::error::{ApiError, Conflict};
use crate::admission::patch::Patch;
use crate::admission::request::{Admitted, Answer, scale_of};
use crate::admission::{Gate, Subresource, refuse, update};
use crate::api::{Key, Kind, Object, Scale};
use crate::field::Errors;
use crate::workload;

impl Gate<'_> {
    /// Source: `pkg/registry/apps/deployment/storage/storage.go ScaleREST`.
    pub(super) fn update_scale(&mut self, key: &Key, scale: &Scale) -> Result<Admitted, ApiError> {
        let store = self.store;
        let old = store.object(key).ok_or_else(|| ApiError::NotFound { key: key.clone() })?;
        update::must_have(old, Subresource::Scale)?;
        self.rescale(scale, old)
    }

    /// A patch is applied to the scale, not to the object.
    pub(super) fn patch_scale(
        &mut self,
        patch: &Patch,
        old: &Object,
    ) -> Result<Admitted, ApiError> {
        let key = Key { kind: Kind::Scale, ..patch.key.clone() };
        let of_scale = Patch { key, ..patch.clone() };
        let scale = scale_of(Some(old), patch.key.clone())?;
        let Object::Scale(new) = of_scale.apply(&scale.into())? else {
            let text = "the patch does not make a Scale".into();
            return Err(ApiError::BadRequest { text });
        };
        self.rescale(&new, old)
    }

    fn rescale(&mut self, scale: &Scale, old: &Object) -> Result<Admitted, ApiError> {
        let key = old.key();
        let mut errors = Errors::new();
        workload::validate_scale(&mut errors, scale);
        refuse(&Key { kind: Kind::Scale, ..key.clone() }, errors)?;
        let (have, got) = (old.meta().uid.as_str(), scale.metadata.uid.as_str());
        if !got.is_empty() && got != have {
            let (have, got) = (have.into(), got.into());
            let cause = Conflict::Precondition { field: "UID", have, got };
            return Err(ApiError::Conflict { key, cause });
        }
        let mut new = old.clone();
        workload::set_scale(&mut new, scale);
        update::settle_version(&mut new, old)?;
        let (writes, _) = self.revise(new, old)?.into_parts();
        Ok(Admitted::new(writes, Answer::Scale(key)))
    }
}
