//! Replacing an object or its status.

use std::sync::Arc;

use crate::admission::error::{ApiError, Conflict};
use crate::admission::request::{Admitted, Answer, Write};
use crate::admission::{
    Gate, Strategy, Subresource, areas, kinds, metadata, must_be_stored, mutate, namespace, place,
    refuse, storage,
};
use crate::api::{Kind, Namespace, Object, ObjectMeta, Pod, Resource};
use crate::field::{Errors, Path};
use crate::meta;
use crate::pod::{self, validate::Rules};
use crate::store::{Expect, Revision};

impl Gate<'_> {
    pub(super) fn update(&mut self, mut new: Object) -> Result<Admitted, ApiError> {
        must_be_stored(&new, "update")?;
        place(&mut new);
        must_be_named(&new)?;
        let store = self.store;
        let Some(old) = store.object(&new.key()) else { return self.create_on_update(new) };
        settle_uid(&new, old)?;
        settle_version(&mut new, old)?;
        self.revise(new, old)
    }

    /// What an update does once it is known which object it replaces.
    pub(super) fn revise(&mut self, mut new: Object, old: &Object) -> Result<Admitted, ApiError> {
        areas::default(&mut new);
        mutate::complete(&mut new, Some(old), self.store)?;
        let mut errors = self.mutate(&mut new, Some(old));
        meta::carry_over(new.meta_mut(), old.meta());
        kinds::keep_status(&mut new, old);
        refuse(&old.key(), self.allocate(&mut new, Some(old)))?;
        storage::update(&mut new, old, self.store)?;
        grow(&mut new, old);
        tidy(&mut new);
        areas::validate_update(&mut errors, &new, old);
        replace(new, old, errors)
    }

    /// Replaces a part of an object.
    pub(super) fn update_part(
        &mut self,
        mut new: Object,
        part: Subresource,
    ) -> Result<Admitted, ApiError> {
        must_have(&new, part)?;
        place(&mut new);
        must_be_named(&new)?;
        let store = self.store;
        let key = new.key();
        let old = store.object(&key).ok_or(ApiError::NotFound { key })?;
        settle_uid(&new, old)?;
        settle_version(&mut new, old)?;
        self.revise_part(new, old, part)
    }

    /// As [`revise`](Self::revise), for a part of an object of which there is one.
    pub(super) fn revise_part(
        &mut self,
        new: Object,
        old: &Object,
        part: Subresource,
    ) -> Result<Admitted, ApiError> {
        match part {
            Subresource::Status => self.revise_status(new, old),
            Subresource::EphemeralContainers => self.revise_pod(
                new,
                old,
                pod::update::prepare_ephemeral_containers,
                pod::update::update_ephemeral_containers,
            ),
            Subresource::Resize => {
                self.revise_pod(new, old, pod::update::prepare_resize, pod::update::update_resize)
            }
            Subresource::Scale => Err(without(&new, part)), // It is no form of the object.
        }
    }

    fn revise_pod(
        &mut self,
        mut new: Object,
        old: &Object,
        prepare: fn(&mut Pod, &Pod),
        check: fn(&mut Errors, &Pod, &Pod, &Rules),
    ) -> Result<Admitted, ApiError> {
        areas::default(&mut new);
        mutate::complete(&mut new, Some(old), self.store)?;
        let mut errors = self.mutate(&mut new, Some(old));
        meta::carry_over(new.meta_mut(), old.meta());
        if let (Object::Pod(new), Object::Pod(old)) = (&mut new, old) {
            prepare(Arc::make_mut(new), old);
        }
        grow(&mut new, old);
        if let (Object::Pod(new), Object::Pod(old)) = (&new, old) {
            check(&mut errors, new, old, &Rules::default());
        }
        replace(new, old, errors)
    }

    fn revise_status(&mut self, mut new: Object, old: &Object) -> Result<Admitted, ApiError> {
        let mut errors = self.mutate(&mut new, Some(old));
        meta::carry_over(new.meta_mut(), old.meta());
        kinds::keep_spec(&mut new, old);
        kinds::keep_status_meta(&mut new, old);
        storage::status(&mut new, old, self.now);
        tidy(&mut new);
        areas::validate_status(&mut errors, &new, old);
        replace(new, old, errors)
    }

    /// NS-5
    pub(super) fn finalize(&mut self, mut new: Object) -> Result<Admitted, ApiError> {
        place(&mut new);
        let key = new.key();
        if key.kind != Kind::Namespace {
            return Err(ApiError::MethodNotAllowed { kind: key.kind, verb: "finalize" });
        }
        let old = self.stored(&key)?;
        settle_uid(&new, old)?;
        settle_version(&mut new, old)?;
        meta::carry_over(new.meta_mut(), old.meta());
        if let (Object::Namespace(new), Object::Namespace(old)) = (&mut new, old) {
            Arc::make_mut(new).status = old.status.clone();
        }
        tidy(&mut new);
        let mut errors = Errors::new();
        areas::validate_finalize(&mut errors, &new, old);
        replace(new, old, errors)
    }

    /// STORE-6
    fn create_on_update(&mut self, mut new: Object) -> Result<Admitted, ApiError> {
        let key = new.key();
        if !Strategy::of(&key.kind).create_on_update {
            return Err(ApiError::NotFound { key });
        }
        if !new.meta().uid.is_empty() {
            let got = new.meta().uid.as_str().into();
            let cause = Conflict::Replaced { have: "".into(), got };
            return Err(ApiError::Conflict { key, cause });
        }
        new.meta_mut().resource_version.clear();
        self.create(new)
    }
}

/// Whether objects of this kind have the part at all.
pub(super) fn must_have(object: &Object, part: Subresource) -> Result<(), ApiError> {
    if Subresource::of(&object.kind()).contains(&part) {
        Ok(())
    } else {
        Err(without(object, part))
    }
}

fn without(object: &Object, part: Subresource) -> ApiError {
    ApiError::MethodNotAllowed { kind: object.kind(), verb: part.as_str() }
}

fn must_be_named(object: &Object) -> Result<(), ApiError> {
    if object.meta().name.is_empty() {
        // META-3
        let text = "the name of the object is missing".into();
        return Err(ApiError::BadRequest { text });
    }
    Ok(())
}

/// STORE-7, STORE-8
fn settle_uid(new: &Object, old: &Object) -> Result<(), ApiError> {
    let (asked, stored) = (new.meta(), old.meta());
    if asked.uid.is_empty() || asked.uid == stored.uid {
        return Ok(());
    }
    let (have, got) = (stored.uid.as_str().into(), asked.uid.as_str().into());
    Err(ApiError::Conflict { key: new.key(), cause: Conflict::Replaced { have, got } })
}

/// Checks the resource version, and fills in the stored one where none was asked for (STORE-3,
/// STORE-4).
pub(super) fn settle_version(new: &mut Object, old: &Object) -> Result<(), ApiError> {
    let asked = new.meta();
    let version = match asked.resource_version.as_str() {
        "" => 0,
        text => text.parse::<u64>().map_err(|_| not_a_version(text))?,
    };
    if version == 0 {
        if !Strategy::of(&new.kind()).unconditional_update {
            let mut errors = Errors::new();
            let at = Path::root("metadata.resourceVersion");
            errors.invalid(&at, 0, "must be specified for an update");
            return Err(ApiError::Invalid { key: new.key(), errors });
        }
        new.meta_mut().resource_version.clone_from(&old.meta().resource_version);
        return Ok(());
    }
    let (have, got) = (Revision::of(old), Revision(version));
    if have != got {
        let cause = Conflict::Changed { have, got };
        return Err(ApiError::Conflict { key: new.key(), cause });
    }
    Ok(())
}

fn not_a_version(text: &str) -> ApiError {
    let text = format!("resource version `{text}` is not a number").into();
    ApiError::Internal { text }
}

/// META-9
fn grow(new: &mut Object, old: &Object) {
    if kinds::wants_generation(new, old) {
        new.meta_mut().generation = old.meta().generation.saturating_add(1);
    }
}

fn tidy(new: &mut Object) {
    if new.meta().owner_references.len() > 1 {
        metadata::distinct_owners(&mut new.meta_mut().owner_references);
    }
    namespace::label(new);
}

fn replace(new: Object, old: &Object, errors: Errors) -> Result<Admitted, ApiError> {
    let key = old.key();
    refuse(&key, errors)?;
    let expect = Expect::Revision(Revision::of(old));
    // DEL-4
    if is_emptied(&new, old) {
        let write = Write { key, expect, after: None };
        return Ok(Admitted::new(vec![write], Answer::Unstored(new)));
    }
    // STORE-5
    if new == *old {
        return Ok(Admitted::new(Vec::new(), Answer::Stored(key)));
    }
    let write = Write { key: key.clone(), expect, after: Some(new) };
    Ok(Admitted::new(vec![write], Answer::Stored(key)))
}

/// Whether nothing holds an object any more that is being deleted (DEL-4, NS-5, POD-DEL-7).
fn is_emptied(new: &Object, old: &Object) -> bool {
    let held = Namespace::peek(new).is_some_and(|new| !new.spec.finalizers.is_empty());
    new.meta().finalizers.is_empty() && !held && is_dying(old.meta())
}

/// Being deleted, with no grace left.
fn is_dying(meta: &ObjectMeta) -> bool {
    meta.deletion_timestamp.is_some() && meta.deletion_grace_period_seconds.unwrap_or(0) == 0
}
