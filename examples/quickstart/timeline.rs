//! What happened, in order.

use kubernel::Cluster;
use kubernel::api::{
    Deployment, EndpointSlice, Kind, Object, PersistentVolume, PersistentVolumeClaim, Pod, Resource,
};
use kubernel::pod::happened::happened;
use kubernel::store::Change;

use crate::out::say;

/// More lines than this are left out in the middle.
const MOST: usize = 120;

/// Prints the changes that a user would tell about.
pub(crate) fn print(cluster: &Cluster) {
    let Ok(changes) = cluster.store().since(cluster.store().oldest()) else { return };
    let mut lines: Vec<String> = Vec::new();
    for change in changes {
        let Some(entry) = cluster.trace().writer(change.revision) else { continue };
        for text in describe(change) {
            lines.push(format!("{:>10}  {text}", entry.at.to_string()));
        }
    }
    say!("\nWhat happened\n");
    let left_out = lines.len().saturating_sub(MOST);
    for (n, line) in lines.iter().enumerate() {
        if left_out > 0 && n == MOST / 2 {
            say!("              … {left_out} more …");
        }
        if n < MOST / 2 || n >= MOST / 2 + left_out {
            say!("{line}");
        }
    }
}

/// What a change means; nothing for those that only keep books.
fn describe(change: &Change) -> Vec<String> {
    let key = &change.key;
    match (&change.before, &change.after) {
        (None, Some(_)) if is_quiet(&key.kind) => Vec::new(),
        (None, Some(_)) => vec![format!("{key} is created")],
        (Some(_), None) if is_quiet(&key.kind) => Vec::new(),
        (Some(_), None) => vec![format!("{key} is gone")],
        (Some(before), Some(after)) => {
            let what = changed(before, after);
            what.into_iter().map(|what| format!("{key} {what}")).collect()
        }
        (None, None) => Vec::new(),
    }
}

fn is_quiet(kind: &Kind) -> bool {
    matches!(kind, Kind::EndpointSlice | Kind::Event | Kind::Lease | Kind::ControllerRevision)
}

fn changed(before: &Object, after: &Object) -> Vec<String> {
    let mut out = Vec::new();
    if before.meta().deletion_timestamp.is_none() && after.meta().deletion_timestamp.is_some() {
        out.push("is being deleted".to_owned());
    }
    if let (Some(before), Some(after)) = (Pod::peek(before), Pod::peek(after)) {
        pod(&mut out, before, after);
    }
    if let (Some(before), Some(after)) = (Deployment::peek(before), Deployment::peek(after)) {
        let (old, new) = (before.status.available_replicas, after.status.available_replicas);
        if old != new {
            out.push(format!("has {new} of {} available", after.spec.replicas.unwrap_or(1)));
        }
    }
    if let (Some(before), Some(after)) =
        (PersistentVolumeClaim::peek(before), PersistentVolumeClaim::peek(after))
        && before.status.phase != after.status.phase
    {
        let volume = &after.spec.volume_name;
        let to = if volume.is_empty() { String::new() } else { format!(" to {volume}") };
        out.push(format!("is {}{to}", after.status.phase));
    }
    if let (Some(before), Some(after)) =
        (PersistentVolume::peek(before), PersistentVolume::peek(after))
        && before.status.phase != after.status.phase
    {
        out.push(format!("is {}", after.status.phase));
    }
    if let (Some(before), Some(after)) = (EndpointSlice::peek(before), EndpointSlice::peek(after)) {
        let ready = |slice: &EndpointSlice| {
            slice.endpoints.iter().filter(|e| e.conditions.ready != Some(false)).count()
        };
        if ready(before) != ready(after) {
            let total = after.endpoints.len();
            out.push(format!("leads to {} ready pod(s) of {total}", ready(after)));
        }
    }
    out
}

fn pod(out: &mut Vec<String>, before: &Pod, after: &Pod) {
    if before.spec.node_name != after.spec.node_name {
        out.push(format!("goes to {}", after.spec.node_name));
    }
    out.extend(happened(&before.status, &after.status).iter().map(ToString::to_string));
}
