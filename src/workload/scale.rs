//! The number of replicas of a workload, apart from the rest of it.
//!
//! Source: `pkg/registry/apps/deployment/storage/storage.go` and its neighbours.

use std::sync::Arc;

use crate::api::{Object, ObjectMeta, Scale, ScaleSpec, ScaleStatus};
use crate::field::{Errors, Path};
use crate::labels::Selector;
use crate::meta::{self, NameRule, Rules};

/// The scale of a Deployment, ReplicaSet, StatefulSet or ReplicationController; `None` for every other
/// kind.
///
/// ```
/// use kubernel::api::{ConfigMap, Deployment, DeploymentSpec};
/// use kubernel::workload::scale;
///
/// let spec = DeploymentSpec { replicas: Some(3), ..Default::default() };
/// let deployment = Deployment { spec, ..Default::default() };
/// assert_eq!(scale(&deployment.into()).map(|scale| scale.spec.replicas), Some(3));
/// assert!(scale(&ConfigMap::default().into()).is_none());
/// ```
#[must_use]
pub fn scale(object: &Object) -> Option<Scale> {
    let of = |wanted: Option<i32>, replicas, selector: Selector| {
        let meta = object.meta();
        Some(Scale {
            metadata: ObjectMeta {
                name: meta.name.clone(),
                namespace: meta.namespace.clone(),
                uid: meta.uid.clone(),
                resource_version: meta.resource_version.clone(),
                creation_timestamp: meta.creation_timestamp,
                ..ObjectMeta::default()
            },
            spec: ScaleSpec { replicas: wanted.unwrap_or_default() },
            status: ScaleStatus { replicas, selector: selector.to_string() },
        })
    };
    // A selector that does not compile is refused before it is stored.
    let compiled =
        |selector: Option<&_>| Selector::compile(selector).unwrap_or_else(|_| Selector::nothing());
    if let Object::Deployment(it) = object {
        return of(it.spec.replicas, it.status.replicas, compiled(it.spec.selector.as_deref()));
    }
    if let Object::ReplicaSet(it) = object {
        return of(it.spec.replicas, it.status.replicas, compiled(it.spec.selector.as_deref()));
    }
    if let Object::StatefulSet(it) = object {
        return of(it.spec.replicas, it.status.replicas, compiled(it.spec.selector.as_deref()));
    }
    if let Object::ReplicationController(it) = object {
        return of(it.spec.replicas, it.status.replicas, Selector::from_map(&it.spec.selector));
    }
    None
}

/// Takes over into `object` how many replicas `scale` wants, and which version it is about. Objects without
/// a scale stay as they are.
pub fn set_scale(object: &mut Object, scale: &Scale) {
    let Some(replicas) = replicas_mut(object) else { return };
    *replicas = Some(scale.spec.replicas);
    object.meta_mut().resource_version.clone_from(&scale.metadata.resource_version);
}

fn replicas_mut(object: &mut Object) -> Option<&mut Option<i32>> {
    if let Object::Deployment(it) = object {
        Some(&mut Arc::make_mut(it).spec.replicas)
    } else if let Object::ReplicaSet(it) = object {
        Some(&mut Arc::make_mut(it).spec.replicas)
    } else if let Object::StatefulSet(it) = object {
        Some(&mut Arc::make_mut(it).spec.replicas)
    } else if let Object::ReplicationController(it) = object {
        Some(&mut Arc::make_mut(it).spec.replicas)
    } else {
        None
    }
}

/// Checks a scale.
///
/// Source: `pkg/apis/autoscaling/validation ValidateScale`.
pub fn validate_scale(out: &mut Errors, scale: &Scale) {
    let rules = Rules { name: NameRule::Subdomain, namespaced: true };
    meta::validate_builtin(out, &Path::root("metadata"), &scale.metadata, &rules);
    if scale.spec.replicas < 0 {
        let at = Path::root("spec.replicas");
        out.invalid(&at, scale.spec.replicas, "must be greater than or equal to 0");
    }
}
