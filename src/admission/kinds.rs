//! What admission must know of every kind. Each function decides about all kinds, without a wildcard.

use std::sync::Arc;

use crate::api::{
    ConditionStatus, Kind, Object, ObjectMeta, PersistentVolumeClaimPhase, PersistentVolumePhase,
    PodCondition, PodConditionType, PodPhase, Resource,
};
use crate::namespace;
use crate::pod::{qos, update};
use crate::time::Time;
use crate::workload;

/// What becomes of the dependents of a deleted object when the request does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dependents {
    /// They are collected after it.
    Collected,
    /// They lose their reference to it (DEL-6).
    Orphaned,
    /// The question does not arise: no finalizer of the collector is ever added.
    Untouched,
}

/// How the requests for a kind differ.
///
/// Source: the `strategy.go` of each kind below `pkg/registry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Strategy {
    /// Whether objects of the kind are kept at all; others are only sent, as a binding.
    pub stored: bool,
    /// Whether an update may leave out the `resourceVersion` (STORE-4).
    pub unconditional_update: bool,
    /// Whether an update of a missing object creates it (STORE-6).
    pub create_on_update: bool,
    /// Whether a delete answers with the object, not with a `Status` (DEL-2).
    pub answers_deleted: bool,
    /// What a delete does with dependents by default (DEL-6).
    pub dependents: Dependents,
}

impl Strategy {
    const PLAIN: Self = Self {
        stored: true,
        unconditional_update: true,
        create_on_update: false,
        answers_deleted: false,
        dependents: Dependents::Collected,
    };
    const ANSWERS: Self = Self { answers_deleted: true, ..Self::PLAIN };
    const CREATES: Self = Self { create_on_update: true, ..Self::PLAIN };
    const VERSIONED: Self = Self { unconditional_update: false, ..Self::PLAIN };
    const SENT: Self = Self { stored: false, ..Self::PLAIN };

    /// The strategy of a kind.
    ///
    /// ```
    /// use kubernel::admission::Strategy;
    /// use kubernel::api::Kind;
    ///
    /// assert!(Strategy::of(&Kind::Pod).unconditional_update);
    /// assert!(!Strategy::of(&Kind::Lease).unconditional_update);
    /// ```
    #[must_use]
    pub const fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Pod
            | Kind::PodTemplate
            | Kind::PersistentVolume
            | Kind::PersistentVolumeClaim
            | Kind::Namespace
            | Kind::ResourceQuota
            | Kind::ServiceAccount
            | Kind::StorageClass
            | Kind::VolumeAttributesClass => Self::ANSWERS,
            Kind::Service => Self { create_on_update: true, ..Self::ANSWERS },
            Kind::Endpoints
            | Kind::LimitRange
            | Kind::Role
            | Kind::ClusterRole
            | Kind::RoleBinding
            | Kind::ClusterRoleBinding => Self::CREATES,
            Kind::Event => Self { dependents: Dependents::Untouched, ..Self::CREATES },
            Kind::Lease => Self { unconditional_update: false, ..Self::CREATES },
            Kind::ReplicationController | Kind::Job => {
                Self { dependents: Dependents::Orphaned, ..Self::PLAIN }
            }
            Kind::VolumeAttachment | Kind::CSIDriver | Kind::CSINode => {
                Self { unconditional_update: false, ..Self::ANSWERS }
            }
            Kind::PodDisruptionBudget | Kind::CSIStorageCapacity | Kind::Custom(_) => {
                Self::VERSIONED
            }
            Kind::Secret
            | Kind::ConfigMap
            | Kind::Node
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::ControllerRevision
            | Kind::CronJob
            | Kind::EndpointSlice
            | Kind::NetworkPolicy
            | Kind::Ingress
            | Kind::IngressClass
            | Kind::ServiceCIDR
            | Kind::IPAddress
            | Kind::PriorityClass => Self::PLAIN,
            Kind::Binding | Kind::Eviction | Kind::Scale => Self::SENT,
        }
    }
}

/// A pattern: kinds without a status endpoint whose generation is not kept.
macro_rules! plain {
    () => {
        Object::Endpoints(_)
            | Object::Secret(_)
            | Object::ConfigMap(_)
            | Object::LimitRange(_)
            | Object::ServiceAccount(_)
            | Object::Event(_)
            | Object::Binding(_)
            | Object::ControllerRevision(_)
            | Object::IPAddress(_)
            | Object::StorageClass(_)
            | Object::CSINode(_)
            | Object::CSIStorageCapacity(_)
            | Object::VolumeAttributesClass(_)
            | Object::Role(_)
            | Object::ClusterRole(_)
            | Object::RoleBinding(_)
            | Object::ClusterRoleBinding(_)
            | Object::Eviction(_)
            | Object::Lease(_)
            | Object::Scale(_)
    };
}

/// A pattern: kinds without a status endpoint whose generation is kept.
macro_rules! counted {
    () => {
        Object::PodTemplate(_)
            | Object::EndpointSlice(_)
            | Object::NetworkPolicy(_)
            | Object::IngressClass(_)
            | Object::PriorityClass(_)
            | Object::Custom(_)
    };
}

/// The condition of a new pod that may not be scheduled yet.
///
/// Source: `pkg/registry/core/pod/strategy.go` (`applySchedulingGatedCondition`).
fn gated(now: Time) -> PodCondition {
    PodCondition {
        type_: PodConditionType::PodScheduled,
        status: ConditionStatus::False,
        last_transition_time: Some(now),
        reason: "SchedulingGated".to_owned(),
        message: "Scheduling is blocked due to non-empty scheduling gates".to_owned(),
        ..PodCondition::default()
    }
}

/// Sets what a client may not set in a new object: its generation and its status.
///
/// Source: `PrepareForCreate` of each kind.
pub(crate) fn prepare_create(object: &mut Object, now: Time) {
    macro_rules! fresh {
        ($object:expr, $generation:expr) => {{
            let object = Arc::make_mut($object);
            object.status = Default::default();
            object.metadata.generation = $generation.unwrap_or(object.metadata.generation);
        }};
    }
    match object {
        Object::Pod(pod) => {
            fresh!(pod, Some(1)); // META-9, POD-PHASE-15
            let pod = Arc::make_mut(pod);
            pod.status.phase = PodPhase::Pending;
            pod.status.qos_class = qos::class(pod);
            // POD-COND-12
            if !pod.spec.scheduling_gates.is_empty() {
                pod.status.conditions.push(gated(now));
            }
        }
        Object::PersistentVolume(volume) => {
            fresh!(volume, None);
            Arc::make_mut(volume).status.phase = PersistentVolumePhase::Pending;
        }
        Object::PersistentVolumeClaim(claim) => {
            fresh!(claim, None);
            Arc::make_mut(claim).status.phase = PersistentVolumeClaimPhase::Pending;
        }
        Object::Namespace(namespace) => {
            fresh!(namespace, None);
            namespace::prepare(Arc::make_mut(namespace)); // NS-2
        }
        Object::Service(object) => fresh!(object, None),
        Object::ResourceQuota(object) => fresh!(object, None),
        Object::ServiceCIDR(object) => fresh!(object, None),
        Object::VolumeAttachment(object) => fresh!(object, None),
        Object::ReplicationController(object) => fresh!(object, Some(1)),
        Object::Deployment(object) => fresh!(object, Some(1)),
        Object::ReplicaSet(object) => fresh!(object, Some(1)),
        Object::StatefulSet(object) => fresh!(object, Some(1)),
        Object::DaemonSet(object) => {
            fresh!(object, Some(1));
            let meta = &mut Arc::make_mut(object).metadata;
            let generation = template_generation(meta).max(1);
            meta.annotations.insert(TEMPLATE_GENERATION.into(), generation.to_string());
        }
        Object::Job(object) => fresh!(object, Some(1)),
        Object::CronJob(object) => fresh!(object, Some(1)),
        Object::Ingress(object) => fresh!(object, Some(1)),
        Object::PodDisruptionBudget(object) => fresh!(object, Some(1)),
        counted!() => object.meta_mut().generation = 1,
        // A node may be created with its status.
        Object::Node(_) | Object::CSIDriver(_) | plain!() => {}
    }
}

/// Runs the body for the pair of objects if both are of a kind that has a status endpoint, and
/// answers whether they were.
macro_rules! split_kinds {
    ($new:expr, $old:expr, |$n:ident, $o:ident| $body:expr) => {
        split_kinds!(@match $new, $old, $n, $o, $body,
            Pod Service PersistentVolume PersistentVolumeClaim Namespace Node ReplicationController
            ResourceQuota Deployment ReplicaSet StatefulSet DaemonSet Job CronJob Ingress
            ServiceCIDR VolumeAttachment PodDisruptionBudget)
    };
    (@match $new:expr, $old:expr, $n:ident, $o:ident, $body:expr, $($kind:ident)*) => {
        match $new {
            $( Object::$kind(new) => {
                if let Some($o) = crate::api::$kind::peek($old) {
                    let $n = Arc::make_mut(new);
                    $body;
                }
                true
            } )*
            Object::CSIDriver(_) | counted!() | plain!() => false,
        }
    };
}

/// Fills in what follows from the name of a new object, generated or not.
pub(crate) fn prepare_named(object: &mut Object) {
    if let Object::Job(job) = object {
        let job = Arc::make_mut(job);
        workload::generate_selector(job); // JOB-1
        // Upstream completes an object once more when it reads it: a Job has its template's labels.
        workload::defaults::job(job);
    }
}

/// Puts back what an update of the main endpoint may not change: the status, and the finalizers in a
/// namespace's spec (META-12, NS-2).
pub(crate) fn keep_status(new: &mut Object, old: &Object) {
    split_kinds!(new, old, |new, old| new.status = old.status.clone());
    if let (Object::Namespace(new), Object::Namespace(old)) = (&mut *new, old) {
        Arc::make_mut(new).spec.finalizers.clone_from(&old.spec.finalizers);
    }
    if let (Object::DaemonSet(new), Object::DaemonSet(old)) = (new, old) {
        let changed = new.spec.template != old.spec.template;
        let generation = template_generation(&old.metadata) + i64::from(changed);
        Arc::make_mut(new)
            .metadata
            .annotations
            .insert(TEMPLATE_GENERATION.into(), generation.to_string());
    }
}

/// The annotation that counts the changes of a daemon set's template.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

fn template_generation(meta: &ObjectMeta) -> i64 {
    meta.annotations.get(TEMPLATE_GENERATION).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Puts back what an update of the status endpoint may not change (META-12). `false` if the kind has
/// no status endpoint.
pub(crate) fn keep_spec(new: &mut Object, old: &Object) -> bool {
    match new {
        Object::Custom(custom) => {
            let status = custom.content.get("status").cloned();
            if let Object::Custom(old) = old {
                let custom = Arc::make_mut(custom);
                custom.content.clone_from(&old.content);
                if let Some(status) = status {
                    custom.content.insert("status".into(), status);
                }
            }
            true
        }
        new => split_kinds!(new, old, |new, old| new.spec = old.spec.clone()),
    }
}

/// What of the metadata a write of the status may change, after [`keep_spec`].
pub(crate) fn keep_status_meta(new: &mut Object, old: &Object) {
    let before = old.meta();
    match new {
        Object::Deployment(new) => {
            Arc::make_mut(new).metadata.labels.clone_from(&before.labels);
        }
        Object::Pod(new) => {
            if let Object::Pod(old) = old {
                update::prepare_status(Arc::make_mut(new), old); // POD-UPD-7
            }
        }
        Object::ServiceCIDR(_) | Object::VolumeAttachment(_) => {
            let meta = new.meta_mut();
            meta.labels.clone_from(&before.labels);
            meta.annotations.clone_from(&before.annotations);
            meta.finalizers.clone_from(&before.finalizers);
            meta.owner_references.clone_from(&before.owner_references);
        }
        Object::Service(_)
        | Object::PersistentVolume(_)
        | Object::PersistentVolumeClaim(_)
        | Object::Namespace(_)
        | Object::Node(_)
        | Object::ReplicationController(_)
        | Object::ResourceQuota(_)
        | Object::ReplicaSet(_)
        | Object::StatefulSet(_)
        | Object::DaemonSet(_)
        | Object::Job(_)
        | Object::CronJob(_)
        | Object::Ingress(_)
        | Object::PodDisruptionBudget(_)
        | Object::CSIDriver(_)
        | counted!()
        | plain!() => {}
    }
}

/// Whether the generation grows by this update (META-9, META-10).
pub(crate) fn wants_generation(new: &Object, old: &Object) -> bool {
    fn differ<R: Resource, T: PartialEq>(new: &R, old: &Object, part: impl Fn(&R) -> &T) -> bool {
        R::peek(old).is_some_and(|old| part(new) != part(old))
    }
    match new {
        // POD-UPD-6
        Object::Pod(new) => differ(&**new, old, |pod| &pod.spec),
        Object::ReplicationController(new) => differ(&**new, old, |rc| &rc.spec),
        // META-10
        Object::Deployment(new) => {
            differ(&**new, old, |deployment| &deployment.spec)
                || differ(&**new, old, |deployment| &deployment.metadata.annotations)
        }
        Object::ReplicaSet(new) => differ(&**new, old, |set| &set.spec),
        Object::StatefulSet(new) => differ(&**new, old, |set| &set.spec),
        Object::DaemonSet(new) => differ(&**new, old, |set| &set.spec),
        Object::Job(new) => differ(&**new, old, |job| &job.spec),
        Object::CronJob(new) => differ(&**new, old, |job| &job.spec),
        Object::Ingress(new) => differ(&**new, old, |ingress| &ingress.spec),
        Object::IngressClass(new) => differ(&**new, old, |class| &class.spec),
        Object::NetworkPolicy(new) => differ(&**new, old, |policy| &policy.spec),
        Object::PodDisruptionBudget(new) => differ(&**new, old, |budget| &budget.spec),
        Object::PodTemplate(new) => differ(&**new, old, |template| &template.template),
        Object::CSIDriver(new) => differ(&**new, old, |driver| &driver.spec),
        Object::Custom(new) => {
            matches!(old, Object::Custom(old) if new.content != old.content)
        }
        Object::EndpointSlice(new) => {
            differ(&**new, old, |slice| &slice.metadata.labels)
                || differ(&**new, old, |slice| &slice.endpoints)
                || differ(&**new, old, |slice| &slice.ports)
                || differ(&**new, old, |slice| &slice.address_type)
        }
        Object::Service(_)
        | Object::PersistentVolume(_)
        | Object::PersistentVolumeClaim(_)
        | Object::Namespace(_)
        | Object::Node(_)
        | Object::ResourceQuota(_)
        | Object::ServiceCIDR(_)
        | Object::VolumeAttachment(_)
        | Object::PriorityClass(_)
        | plain!() => false,
    }
}
