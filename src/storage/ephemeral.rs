//! The claims of generic ephemeral volumes.
//!
//! Source: `pkg/controller/volume/ephemeral/controller.go`.

use crate::api::{Kind, ObjectMeta, PersistentVolumeClaim, Pod};
use crate::meta;
use crate::storage::protect::ephemeral_claim;

/// A claim of the name that an ephemeral volume's should have belongs to somebody else (`EPH-2`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("claim `{claim}` exists and was not made for this pod")]
pub struct Conflict {
    /// The name of the claim.
    pub claim: String,
}

/// The claims that are to be made for the ephemeral volumes of a pod, up to the first conflict
/// (`EPH-1`, `EPH-2`). `find` gets a claim of the pod's namespace by name.
#[must_use]
pub fn missing<'c>(
    pod: &Pod,
    find: impl Fn(&str) -> Option<&'c PersistentVolumeClaim>,
) -> (Vec<PersistentVolumeClaim>, Option<Conflict>) {
    let mut made = Vec::new();
    if pod.metadata.deletion_timestamp.is_some() {
        return (made, None);
    }
    for volume in &pod.spec.volumes {
        let Some(source) = &volume.ephemeral else { continue };
        let Some(template) = &source.volume_claim_template else { continue };
        let name = ephemeral_claim(pod, volume);
        match find(&name) {
            Some(claim) if meta::is_controlled_by(&claim.metadata, &pod.metadata.uid) => {}
            Some(_) => return (made, Some(Conflict { claim: name })),
            None => {
                let metadata = ObjectMeta {
                    name,
                    namespace: pod.metadata.namespace.clone(),
                    labels: template.metadata.labels.clone(),
                    annotations: template.metadata.annotations.clone(),
                    owner_references: vec![meta::controller_ref(&Kind::Pod, &pod.metadata)],
                    ..ObjectMeta::default()
                };
                let spec = template.spec.clone();
                made.push(PersistentVolumeClaim { metadata, spec, ..Default::default() });
            }
        }
    }
    (made, None)
}
