//! Which area decides about which kind. Every function decides about all kinds, without a wildcard.

use std::sync::Arc;

use crate::api::{Kind, Object, Resource};
use crate::field::{Errors, Path};
use crate::meta::{self, Rules};
use crate::{config, namespace, pod, service, storage, workload};

/// A pattern: kinds for which no area has defaults.
macro_rules! undefaulted {
    () => {
        Object::ResourceQuota(_)
            | Object::LimitRange(_)
            | Object::NetworkPolicy(_)
            | Object::PodDisruptionBudget(_)
            | Object::ServiceCIDR(_)
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
        undefaulted!() | Object::CSIDriver(_)
    };
}

/// Fills in what an object leaves out. Doing it twice changes nothing more.
pub fn default(object: &mut Object) {
    match object {
        Object::Pod(it) => {
            let pod = Arc::make_mut(it);
            pod::defaults::default(pod);
            pod::defaults::settle(pod);
        }
        Object::PodTemplate(it) => {
            pod::defaults::default_spec(&mut Arc::make_mut(it).template.spec);
        }
        Object::Service(it) => service::default(Arc::make_mut(it)),
        Object::Endpoints(it) => service::default_endpoints(Arc::make_mut(it)),
        Object::EndpointSlice(it) => service::default_slice(Arc::make_mut(it)),
        Object::Secret(secret) => config::default_secret(Arc::make_mut(secret)),
        Object::ConfigMap(_) => {} // CM-4
        Object::PersistentVolume(volume) => storage::defaults::volume(Arc::make_mut(volume)),
        Object::PersistentVolumeClaim(claim) => storage::defaults::claim(Arc::make_mut(claim)),
        Object::StorageClass(class) => storage::defaults::storage_class(Arc::make_mut(class)),
        Object::CSIDriver(driver) => storage::defaults::csi_driver(Arc::make_mut(driver)),
        Object::Deployment(it) => workload::defaults::deployment(Arc::make_mut(it)),
        Object::ReplicaSet(it) => workload::defaults::replica_set(Arc::make_mut(it)),
        Object::ReplicationController(it) => {
            workload::defaults::replication_controller(Arc::make_mut(it));
        }
        Object::StatefulSet(it) => {
            let set = Arc::make_mut(it);
            workload::defaults::stateful_set(set);
            set.spec.volume_claim_templates.iter_mut().for_each(storage::defaults::claim);
        }
        Object::DaemonSet(it) => workload::defaults::daemon_set(Arc::make_mut(it)),
        Object::Job(it) => workload::defaults::job(Arc::make_mut(it)),
        Object::CronJob(it) => workload::defaults::cron_job(Arc::make_mut(it)),
        Object::Namespace(it) => namespace::default(Arc::make_mut(it)),
        Object::VolumeAttachment(_) | undefaulted!() => {}
    }
}

/// Checks a new object.
pub fn validate(out: &mut Errors, object: &Object) {
    match object {
        Object::Pod(it) => {
            let rules = pod::validate::Rules::default();
            pod::validate::validate(out, &Path::EMPTY, it, &rules);
        }
        Object::Service(it) => service::validate(out, it),
        Object::Endpoints(it) => service::validate_endpoints(out, it, None),
        Object::EndpointSlice(it) => service::validate_slice(out, it, None),
        Object::Namespace(it) => namespace::validate(out, it),
        Object::Deployment(it) => workload::validate::deployment(out, it),
        Object::ReplicaSet(it) => workload::validate::replica_set(out, it),
        Object::ReplicationController(it) => {
            workload::validate::replication_controller(out, it);
        }
        Object::StatefulSet(it) => workload::validate::stateful_set(out, it),
        Object::DaemonSet(it) => workload::validate::daemon_set(out, it),
        Object::Job(it) => workload::validate::job(out, it),
        Object::CronJob(it) => workload::validate::cron_job(out, it),
        Object::PodTemplate(it) => workload::validate::pod_template(out, it),
        Object::Secret(secret) => config::validate_secret(out, secret),
        Object::ConfigMap(map) => config::validate_config_map(out, map),
        Object::PersistentVolume(volume) => storage::validate::volume(out, volume),
        Object::PersistentVolumeClaim(claim) => storage::validate::claim(out, claim),
        Object::StorageClass(class) => storage::validate::storage_class(out, class),
        Object::VolumeAttachment(it) => storage::validate::attachment(out, it),
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
        Object::Namespace(new) => both(old, |old| namespace::update(out, new, old)),
        Object::Deployment(new) => both(old, |old| workload::update::deployment(out, new, old)),
        Object::ReplicaSet(new) => both(old, |old| workload::update::replica_set(out, new, old)),
        Object::ReplicationController(new) => {
            both(old, |old| workload::update::replication_controller(out, new, old));
        }
        Object::StatefulSet(new) => {
            both(old, |old| workload::update::stateful_set(out, new, old));
        }
        Object::DaemonSet(new) => both(old, |old| workload::update::daemon_set(out, new, old)),
        Object::Job(new) => both(old, |old| workload::update::job(out, new, old)),
        Object::CronJob(new) => both(old, |old| workload::update::cron_job(out, new, old)),
        Object::PodTemplate(new) => {
            both(old, |old| workload::update::pod_template(out, new, old));
        }
        Object::Secret(new) => both(old, |old| config::update_secret(out, new, old)),
        Object::ConfigMap(new) => both(old, |old| config::update_config_map(out, new, old)),
        Object::PersistentVolume(volume) => {
            update_meta(out, new, old); // PV-12
            both(old, |old| storage::validate::update_volume(out, volume, old));
        }
        Object::PersistentVolumeClaim(new) => {
            both(old, |old| storage::validate::update_claim(out, new, old));
        }
        Object::StorageClass(new) => {
            both(old, |old| storage::validate::update_storage_class(out, new, old));
        }
        Object::VolumeAttachment(attachment) => {
            update_meta(out, new, old);
            both(old, |old| storage::validate::update_attachment(out, attachment, old));
        }
        Object::Pod(new) => both(old, |old| {
            pod::update::update(out, new, old, &pod::validate::Rules::default());
        }),
        unchecked!() => update_meta(out, new, old),
    }
}

/// Checks a new status.
pub(super) fn validate_status(out: &mut Errors, new: &Object, old: &Object) {
    if let (Object::Pod(new), Object::Pod(old)) = (new, old) {
        pod::update::update_status(out, new, old);
        return;
    }
    if let (Object::Service(new), Object::Service(old)) = (new, old) {
        service::update_status(out, new, old);
        return;
    }
    if let (Object::Namespace(new), Object::Namespace(old)) = (new, old) {
        namespace::update_status(out, new, old); // NS-6
        return;
    }
    if let (Object::PersistentVolume(new), Object::PersistentVolume(old)) = (new, old) {
        storage::validate::update_volume_status(out, new, old);
        return;
    }
    if let (Object::PersistentVolumeClaim(new), Object::PersistentVolumeClaim(old)) = (new, old) {
        storage::validate::update_claim_status(out, new, old);
        return;
    }
    update_meta(out, new, old);
}

/// Checks new finalizers in the spec of a namespace.
pub(super) fn validate_finalize(out: &mut Errors, new: &Object, old: &Object) {
    if let (Object::Namespace(new), Object::Namespace(old)) = (new, old) {
        namespace::update_finalizers(out, new, old); // NS-5
    }
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
