//! Keeps the slices of each service in line with its pods.

use crate::api::{DeleteOptions, EndpointSlice, Key, Kind, Node, Object, Pod, Resource, Service};
use crate::control::{Controller, Intent, Plan, Reason, View};
use crate::service;
use crate::store::{Change, Term};

/// The controller that makes slices of a service's pods. Its keys are services.
///
/// Source: `pkg/controller/endpointslice`.
#[derive(Debug, Clone, Copy)]
pub struct EndpointSlices;

impl Controller for EndpointSlices {
    fn name(&self) -> &'static str {
        "endpoint-slice"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        let kind = &change.key.kind;
        if *kind == Kind::Service {
            queue(change.key.clone());
        } else if *kind == Kind::EndpointSlice {
            for object in change.before.iter().chain(&change.after) {
                queue_owner(object, queue);
            }
        } else if *kind == Kind::Pod {
            queue_services(change, view, queue);
        } else if *kind == Kind::Node && change.before.is_none() {
            // EP-NODE-2: pods that waited for their node.
            let pods = view.store.indexed(&Term::PodOnNode(change.key.name.clone()));
            for pod in pods.filter_map(Object::peek::<Pod>) {
                view.store.services_of(pod).map(key_of).for_each(&mut *queue);
            }
        }
    }

    // Source: `endpointslice/util/endpointslice_tracker.go ShouldSync`.
    fn observes_own_writes(&self) -> bool {
        false
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let Some(service) = view.store.get::<Service>(&key.namespace, &key.name) else {
            return Plan::default(); // Its slices go with their owner.
        };
        // Every pod that is selected has the first label; the decision looks at the others.
        let label = service.spec.selector.first_key_value().map(|(label, value)| {
            Term::PodLabel(key.namespace.clone(), label.as_str().into(), value.as_str().into())
        });
        let pods: Vec<&Pod> = label
            .iter()
            .flat_map(|label| view.store.indexed(label))
            .filter_map(Object::peek::<Pod>)
            .collect();
        let term = Term::SliceOfService(key.namespace.clone(), key.name.clone());
        let known: Vec<&EndpointSlice> =
            view.store.indexed(&term).filter_map(Object::peek::<EndpointSlice>).collect();
        let node = |name: &str| view.store.get::<Node>("", name);
        let wanted = service::slices(service, &pods, &node, &known, service::MAX_ENDPOINTS);
        plan(key, wanted)
    }
}

fn plan(key: &Key, wanted: service::Slices) -> Plan {
    let mut plan = Plan::default();
    for homeless in &wanted.homeless {
        plan = plan.because(Reason::about(key.clone(), homeless));
    }
    for slice in wanted.create {
        plan = plan.then(Intent::Create(slice.into()));
    }
    for slice in wanted.update {
        plan = plan.then(Intent::Update(slice.into()));
    }
    for name in wanted.delete {
        let slice = Key::new(Kind::EndpointSlice, key.namespace.clone(), name);
        plan = plan.then(Intent::Delete(slice, DeleteOptions::default()));
    }
    plan
}

fn key_of(service: &Service) -> Key {
    Key::new(Kind::Service, service.metadata.namespace.as_str(), service.metadata.name.as_str())
}

fn queue_owner(object: &Object, queue: &mut dyn FnMut(Key)) {
    let labels = &object.meta().labels;
    // SLICE-3
    if labels.get(service::MANAGED_BY).is_some_and(|by| by == service::CONTROLLER)
        && let Some(name) = labels.get(service::SERVICE_NAME)
    {
        queue(Key::new(Kind::Service, object.meta().namespace.as_str(), name.as_str()));
    }
}

fn queue_services(change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
    // EP-EVT-1
    let before = change.before.as_ref().and_then(Pod::peek);
    let after = change.after.as_ref().and_then(Pod::peek);
    let touched = service::touched(before, after);
    if touched == service::Touched::Nothing {
        return;
    }
    let selecting = |pod: Option<&Pod>| -> Vec<Key> {
        pod.into_iter().flat_map(|pod| view.store.services_of(pod)).map(key_of).collect()
    };
    let new = selecting(after.or(before));
    if touched == service::Touched::Selecting {
        return new.into_iter().for_each(queue);
    }
    let old = selecting(before);
    for key in new.iter().filter(|key| touched.concerns(old.contains(key), true)) {
        queue(key.clone());
    }
    for key in old.iter().filter(|key| !new.contains(key) && touched.concerns(true, false)) {
        queue(key.clone());
    }
}
