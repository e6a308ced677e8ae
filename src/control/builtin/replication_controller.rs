//! Keeps the pods of ReplicationControllers.

use crate::api::{Key, Kind, ReplicationController};
use crate::control::builtin::children::{controllers, orphan};
use crate::control::builtin::replica_set::plan;
use crate::control::{Controller, Plan, View};
use crate::labels::Selector;
use crate::store::Change;
use crate::workload::replication_controller::{as_set, status_of};

/// Does for ReplicationControllers what [`ReplicaSets`](super::ReplicaSets) does
/// for ReplicaSets (RC-1).
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplicationControllers;

impl Controller for ReplicationControllers {
    fn name(&self) -> &'static str {
        "replication-controller"
    }

    fn observe(&self, change: &Change, view: View<'_>, queue: &mut dyn FnMut(Key)) {
        if change.key.kind == Kind::ReplicationController {
            queue(change.key.clone());
        } else if change.key.kind == Kind::Pod {
            controllers(&Kind::ReplicationController, change).for_each(&mut *queue);
            let Some(pod) = orphan(change) else { return };
            let matches = |one: &&ReplicationController| {
                Selector::from_map(&one.spec.selector).matches(&pod.labels)
            };
            for one in view.store.list(Some(&pod.namespace)).filter(matches) {
                let namespace = one.metadata.namespace.as_str();
                queue(Key::new(Kind::ReplicationController, namespace, one.metadata.name.as_str()));
            }
        }
    }

    fn reconcile(&self, key: &Key, view: View<'_>, _: &mut dyn FnMut(usize) -> usize) -> Plan {
        let found = view.store.get::<ReplicationController>(&key.namespace, &key.name);
        let Some(controller) = found else { return Plan::default() };
        let set = as_set(controller);
        plan(&Kind::ReplicationController, &set, view, |decision| {
            let status = status_of(decision.status(&set, None, view.time())?);
            (status != controller.status)
                .then(|| ReplicationController { status, ..controller.clone() }.into())
        })
    }
}
