//! Which area decides about which kind. Every function decides about all kinds, without a wildcard.

use std::sync::Arc;

use crate::api::{Kind, Namespace, NamespacePhase, Object, Resource};
use crate::field::{Errors, Path};
use crate::meta::{self, Rules};
use crate::{pod, service, storage};

/// A pattern: kinds for which no area has defaults.
macro_rules! undefaulted {
    () => {
        Object::Deployment(_)
            | Object::ReplicaSet(_)
            | Object::ReplicationController(_)
            | Object::StatefulSet(_)
            | Object::DaemonSet(_)
            | Object::Job(_)
            | Object::CronJob(_)
            | Object::Secret(_)
            | Object::ConfigMap(_)
            | Object::Namespace(_)
            | Object::ResourceQuota(_)
            | Object::LimitRange(_)
            | Object::NetworkPolicy(_)
            | Object::PodDisruptionBudget(_)
            | Object::ServiceCIDR(_)
            | Object::VolumeAttachment(_)
            | Object::VolumeAttributesClass(_)
            | Object::Role(_)
            | Object::ClusterRole(_)
            | Object::RoleBinding(_)
            | Object::ClusterRoleBinding(_)
            | Object::Node(_)
            | Object::ServiceAccount(_)
            | Object::Event(_)
            | Object::ControllerRevision(_)
            | Object::Ingress(_)
            | Object::IngressClass(_)
            | Object::IPAddress(_)
            | Object::CSINode(_)
            | Object::CSIStorageCapacity(_)
            | Object::PriorityClass(_)
            | Object::Lease(_)
            | Object::Binding(_)
            | Object::Eviction(_)
            | Object::Scale(_)
            | Object::Custom(_)
    };
}

/// A pattern: kinds of which only the metadata is checked.
macro_rules! unchecked {
    () => {
        undefaulted!()
            | Object::Pod(_)
            | Object::PodTemplate(_)
            | Object::PersistentVolume(_)
            | Object::PersistentVolumeClaim(_)
            | Object::StorageClass(_)
            | Object::CSIDriver(_)
    };
}

/// Fills in what an object leaves out. Doing it twice changes nothing more.
pub fn default(object: &mut Object) {
    match object {
        Object::Pod(it) => pod::defaults::default(Arc::make_mut(it)),
        Object::PodTemplate(it) => {
            pod::defaults::default_spec(&mut Arc::make_mut(it).template.spec);
        }
        Object::Service(it) => service::default(Arc::make_mut(it)),
        Object::Endpoints(it) => service::default_endpoints(Arc::make_mut(it)),
        Object::EndpointSlice(it) => service::default_slice(Arc::make_mut(it)),
        Object::PersistentVolume(volume) => storage::defaults::volume(Arc::make_mut(volume)),
        Object::PersistentVolumeClaim(claim) => storage::defaults::claim(Arc::make_mut(claim)),
        Object::StorageClass(class) => storage::defaults::storage_class(Arc::make_mut(class)),
        Object::CSIDriver(driver) => storage::defaults::csi_driver(Arc::make_mut(driver)),
        undefaulted!() => {}
    }
}

/// Checks a new object.
pub fn validate(out: &mut Errors, object: &Object) {
    match object {
        Object::Service(it) => service::validate(out, it),
        Object::Endpoints(it) => service::validate_endpoints(out, it, None),
        Object::EndpointSlice(it) => service::validate_slice(out, it, None),
        unchecked!() => validate_meta(out, object),
    }
}

/// Checks that `new` may replace `old`, which is of the same kind.
pub fn validate_update(out: &mut Errors, new: &Object, old: &Object) {
    /// Calls the check with both objects; objects of two kinds have nothing to compare.
    fn both<R: Resource>(old: &Object, check: impl FnOnce(&R)) {
        if let Some(old) = R::peek(old) {
            check(old);
        }
    }
    match new {
        Object::Service(new) => both(old, |old| service::update(out, new, old)),
        Object::Endpoints(new) => {
            both(old, |old| service::validate_endpoints(out, new, Some(old)));
        }
        Object::EndpointSlice(slice) => {
            update_meta(out, new, old);
            both(old, |old| service::validate_slice(out, slice, Some(old)));
        }
        unchecked!() => update_meta(out, new, old),
    }
}

/// Checks a new status.
pub(super) fn validate_status(out: &mut Errors, new: &Object, old: &Object) {
    if let (Object::Service(new), Object::Service(old)) = (new, old) {
        service::update_status(out, new, old);
        return;
    }
    update_meta(out, new, old);
    // NS-6
    if let Some(Namespace { metadata, status, .. }) = Namespace::peek(new) {
        let (right, detail) = if metadata.deletion_timestamp.is_none() {
            (NamespacePhase::Active, "may only be `Active` while it is not being deleted")
        } else {
            (NamespacePhase::Terminating, "may only be `Terminating` while it is being deleted")
        };
        if status.phase != right {
            out.invalid(&Path::root("status.Phase"), status.phase.as_str(), detail);
        }
    }
}

/// Checks new finalizers in the spec of a namespace.
pub(super) fn validate_finalize(out: &mut Errors, new: &Object, old: &Object) {
    update_meta(out, new, old);
}

fn validate_meta(out: &mut Errors, object: &Object) {
    let at = Path::root("metadata");
    let kind = object.kind();
    let rules = Rules::of(&kind);
    match kind {
        Kind::Custom(_) => meta::validate(out, &at, object.meta(), &rules),
        _builtin => meta::validate_builtin(out, &at, object.meta(), &rules),
    }
}

fn update_meta(out: &mut Errors, new: &Object, old: &Object) {
    let at = Path::root("metadata");
    match new.kind() {
        Kind::Custom(_) => meta::update(out, &at, new.meta(), old.meta()),
        _builtin => meta::update_builtin(out, &at, new.meta(), old.meta()),
    }
}
