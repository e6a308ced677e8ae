//! Which fields a kind offers to field selectors, and what an object has there.

use std::borrow::Cow;

use super::FieldSelector;
use crate::api::{Event, Kind, Object, Pod, Scope};

/// A field that a kind does not offer. A server answers it with `BadRequest`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}` is not offered by kind `{kind}`")]
pub struct UnsupportedField {
    /// The kind.
    pub kind: Kind,
    /// The field.
    pub field: Box<str>,
}

/// The fields of an object that a field selector can compare.
///
/// ```
/// use kubernel::api::{Node, Object};
/// use kubernel::labels::fields_of;
///
/// let node = Object::from(Node::default());
/// assert_eq!(fields_of(&node).value("spec.unschedulable").as_deref(), Some("false"));
/// assert_eq!(fields_of(&node).value("spec.nodeName"), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    object: &'a Object,
}

/// The fields of `object`.
#[must_use]
pub const fn fields_of(object: &Object) -> Fields<'_> {
    Fields { object }
}

/// Whether objects of `kind` can be selected by `field` (`FSEL-4`).
///
/// Source: `pkg/apis/*/v1/conversion.go`.
#[must_use]
pub fn offers(kind: &Kind, field: &str) -> bool {
    // FSEL-4, FSEL-6
    match field {
        "metadata.name" => true,
        "metadata.namespace" => !matches!(kind, Kind::Namespace | Kind::Node),
        other => own_fields(kind).contains(&other),
    }
}

const POD_FIELDS: &[&str] = &[
    "spec.nodeName",
    "spec.host",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
];

const EVENT_FIELDS: &[&str] = &[
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
];

/// What `kind` offers beside the metadata.
fn own_fields(kind: &Kind) -> &'static [&'static str] {
    // FSEL-4
    match kind {
        Kind::Pod => POD_FIELDS,
        Kind::Event => EVENT_FIELDS,
        Kind::Namespace => &["status.phase"],
        Kind::Node => &["spec.unschedulable"],
        Kind::Secret => &["type"],
        Kind::Service => &["spec.clusterIP", "spec.type"],
        Kind::ReplicationController => &["status.replicas"],
        Kind::Job => &["status.successful"],
        Kind::PodTemplate
        | Kind::Endpoints
        | Kind::PersistentVolume
        | Kind::PersistentVolumeClaim
        | Kind::ConfigMap
        | Kind::ResourceQuota
        | Kind::LimitRange
        | Kind::ServiceAccount
        | Kind::Binding
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
        | Kind::StorageClass
        | Kind::VolumeAttachment
        | Kind::CSIDriver
        | Kind::CSINode
        | Kind::CSIStorageCapacity
        | Kind::VolumeAttributesClass
        | Kind::Role
        | Kind::ClusterRole
        | Kind::RoleBinding
        | Kind::ClusterRoleBinding
        | Kind::PodDisruptionBudget
        | Kind::Eviction
        | Kind::PriorityClass
        | Kind::Lease
        | Kind::Scale
        | Kind::Custom(_) => &[],
    }
}

impl<'a> Fields<'a> {
    /// The text of `field`; empty when the object has nothing there, `None` when its kind does not
    /// offer the field (`FSEL-4` to `FSEL-6`).
    ///
    /// Source: the functions `ToSelectableFields` of `pkg/registry`.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<Cow<'a, str>> {
        let kind = self.object.kind();
        if !offers(&kind, field) {
            return None;
        }
        let meta = self.object.meta();
        Some(match (self.object, field) {
            (_, "metadata.name") => Cow::Borrowed(meta.name.as_str()),
            // FSEL-6
            (_, "metadata.namespace") => match kind.scope() {
                Scope::Namespaced => Cow::Borrowed(meta.namespace.as_str()),
                Scope::Cluster => Cow::Borrowed(""),
            },
            (Object::Pod(pod), field) => pod_field(pod, field),
            (Object::Event(event), field) => Cow::Borrowed(event_field(event, field)),
            (Object::Namespace(namespace), "status.phase") => {
                Cow::Borrowed(namespace.status.phase.as_str())
            }
            (Object::Node(node), "spec.unschedulable") => truth(node.spec.unschedulable),
            (Object::Secret(secret), "type") => Cow::Borrowed(secret.type_.as_str()),
            (Object::Service(service), "spec.clusterIP") => {
                Cow::Borrowed(service.spec.cluster_ip.as_str())
            }
            (Object::Service(service), "spec.type") => Cow::Borrowed(service.spec.type_.as_str()),
            (Object::ReplicationController(controller), "status.replicas") => {
                Cow::Owned(controller.status.replicas.to_string())
            }
            (Object::Job(job), "status.successful") => Cow::Owned(job.status.succeeded.to_string()),
            _ => Cow::Borrowed(""),
        })
    }
}

fn pod_field<'a>(pod: &'a Pod, field: &str) -> Cow<'a, str> {
    let (spec, status) = (&pod.spec, &pod.status);
    Cow::Borrowed(match field {
        "spec.nodeName" | "spec.host" => &spec.node_name,
        "spec.restartPolicy" => spec.restart_policy.as_str(),
        "spec.schedulerName" => &spec.scheduler_name,
        // The deprecated name of the field counts when the new one is empty.
        "spec.serviceAccountName" if spec.service_account_name.is_empty() => {
            &spec.deprecated_service_account
        }
        "spec.serviceAccountName" => &spec.service_account_name,
        "spec.hostNetwork" => return truth(spec.host_network),
        "status.phase" => status.phase.as_str(),
        // FSEL-5: the first address of the list, which the single address overrides when it is set.
        "status.podIP" if status.pod_ip.is_empty() => {
            status.pod_ips.first().map_or("", |first| &first.ip)
        }
        "status.podIP" => &status.pod_ip,
        "status.nominatedNodeName" => &status.nominated_node_name,
        // FSEL-5: `status.podIPs` is offered and has no text.
        _ => "",
    })
}

fn event_field<'a>(event: &'a Event, field: &str) -> &'a str {
    let involved = &event.involved_object;
    match field {
        "involvedObject.kind" => &involved.kind,
        "involvedObject.namespace" => &involved.namespace,
        "involvedObject.name" => &involved.name,
        "involvedObject.uid" => &involved.uid,
        "involvedObject.apiVersion" => &involved.api_version,
        "involvedObject.resourceVersion" => &involved.resource_version,
        "involvedObject.fieldPath" => &involved.field_path,
        "reason" => &event.reason,
        "reportingComponent" => &event.reporting_controller,
        // FSEL-5
        "source" if event.source.component.is_empty() => &event.reporting_controller,
        "source" => &event.source.component,
        "type" => &event.type_,
        _ => "",
    }
}

fn truth(value: bool) -> Cow<'static, str> {
    Cow::Borrowed(if value { "true" } else { "false" })
}

impl FieldSelector {
    /// Whether every field of the selector is offered by `kind` (`FSEL-4`).
    ///
    /// # Errors
    /// The first field that is not.
    pub fn check(&self, kind: &Kind) -> Result<(), UnsupportedField> {
        match self.requirements().iter().find(|term| !offers(kind, &term.field)) {
            None => Ok(()),
            Some(term) => Err(UnsupportedField { kind: kind.clone(), field: term.field.clone() }),
        }
    }

    /// Whether the fields of `object` satisfy the selector.
    ///
    /// # Errors
    /// As [`FieldSelector::check`] for the kind of the object.
    pub fn select(&self, object: &Object) -> Result<bool, UnsupportedField> {
        self.check(&object.kind())?;
        let fields = fields_of(object);
        Ok(self.matches(|field| fields.value(field)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{PersistentVolume, PodIP, Service};

    fn check(object: impl Into<Object>, selector: &str, expected: Option<bool>) {
        let selector: FieldSelector = selector.parse().unwrap();
        assert_eq!(selector.select(&object.into()).ok(), expected, "{selector}");
    }

    #[test]
    fn fsel_4_offered_fields() {
        let mut pod = Pod::default();
        pod.metadata.name = "a".to_owned();
        pod.spec.node_name = "n".to_owned();
        check(pod.clone(), "metadata.name=a,spec.host=n,spec.hostNetwork=false", Some(true));
        check(pod.clone(), "spec.nodeName=", Some(false));
        check(pod, "spec.foo=", None);
        check(crate::api::Namespace::default(), "metadata.namespace=", None);
        check(crate::api::ReplicaSet::default(), "status.replicas=0", None);
        check(Service::default(), "spec.type=,spec.clusterIP!=None", Some(true));
    }

    #[test]
    fn fsel_5_addresses() {
        let mut pod = Pod::default();
        pod.status.pod_ips = vec![PodIP { ip: "10.0.0.1".to_owned() }];
        check(pod, "status.podIP=10.0.0.1,status.podIPs=", Some(true));
        let mut event = Event { reporting_controller: "c".to_owned(), ..Event::default() };
        check(event.clone(), "source=c", Some(true));
        event.source.component = "s".to_owned();
        check(event, "source=s", Some(true));
    }

    #[test]
    fn fsel_6_namespace_of_cluster_kinds() {
        check(PersistentVolume::default(), "metadata.namespace=", Some(true));
        check(PersistentVolume::default(), "metadata.namespace=x", Some(false));
    }
}
