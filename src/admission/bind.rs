//! Giving a pod its node.

use std::sync::Arc;

use crate::admission::error::{ApiError, Conflict};
use crate::admission::request::{Admitted, Answer, Write};
use crate::admission::{Gate, refuse};
use crate::api::{Binding, ConditionStatus, Key, Kind, Object, PodCondition, PodConditionType};
use crate::field::Errors;
use crate::pod;
use crate::store::{Expect, Revision};

impl Gate<'_> {
    /// DEL-12, POD-BIND-2, POD-BIND-3, POD-BIND-4
    ///
    /// Source: `pkg/registry/core/pod/storage/storage.go BindingREST`.
    pub(super) fn bind(&mut self, binding: &Binding) -> Result<Admitted, ApiError> {
        let asked = &binding.metadata;
        let namespace = if asked.namespace.is_empty() { "default" } else { &asked.namespace };
        let key = Key::new(Kind::Pod, namespace, asked.name.as_str());
        let Object::Pod(pod) = self.stored(&key)? else {
            return Err(ApiError::NotFound { key });
        };
        let mut errors = Errors::new();
        pod::validate::validate_binding(&mut errors, binding);
        refuse(&key, errors)?;
        let refused = |cause| Err(ApiError::Conflict { key: key.clone(), cause });
        if !asked.uid.is_empty() && asked.uid != pod.metadata.uid {
            let (have, got) = (pod.metadata.uid.as_str().into(), asked.uid.as_str().into());
            return refused(Conflict::Replaced { have, got });
        }
        let (have, got) = (&pod.metadata.resource_version, &asked.resource_version);
        if !got.is_empty() && got != have {
            let (have, got) = (have.as_str().into(), got.as_str().into());
            return refused(Conflict::Precondition { field: "ResourceVersion", have, got });
        }
        if pod.metadata.deletion_timestamp.is_some() {
            return refused(Conflict::Deleting);
        }
        if !pod.spec.node_name.is_empty() {
            return refused(Conflict::Bound { node: pod.spec.node_name.as_str().into() });
        }
        if !pod.spec.scheduling_gates.is_empty() {
            return refused(Conflict::Gated);
        }
        let expect = Expect::Revision(Revision::of(&Object::Pod(Arc::clone(pod))));
        let mut pod = Arc::clone(pod);
        let bound = Arc::make_mut(&mut pod);
        bound.spec.node_name.clone_from(&binding.target.name);
        bound.status.nominated_node_name = String::new();
        bound.metadata.annotations.extend(asked.annotations.clone());
        bound.metadata.labels.extend(asked.labels.clone());
        let scheduled = PodCondition {
            type_: PodConditionType::PodScheduled,
            status: ConditionStatus::True,
            ..PodCondition::default()
        };
        pod::conditions::put(&mut bound.status.conditions, scheduled, self.now);
        let after = Some(Object::Pod(pod));
        let write = Write { key: key.clone(), expect, after };
        Ok(Admitted::new(vec![write], Answer::Stored(key)))
    }
}
