//! What may change in a pod, endpoint by endpoint.
//!
//! | endpoint | taken over from the stored pod | checked |
//! |---|---|---|
//! | the pod itself | the status | [`update`] |
//! | its status | [`prepare_status`] | [`update_status`] |
//! | ephemeral containers | [`prepare_ephemeral_containers`] | [`update_ephemeral_containers`] |
//! | resize | [`prepare_resize`] | [`update_resize`] |
//!
//! Source: `pkg/apis/core/validation/validation.go`, `pkg/registry/core/pod/strategy.go`.

mod ephemeral;
mod resize;
mod spec;
mod status;

use crate::api::{ObjectMeta, Pod};
use crate::field::{Errors, Path};
use crate::meta;

pub use ephemeral::{prepare_ephemeral_containers, update_ephemeral_containers};
pub use resize::{prepare_resize, update_resize};
pub use spec::update;
pub use status::{prepare_status, update_status};

/// The annotation of pods that stand for a static pod of a node.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// The beginning of the old annotations about AppArmor.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// How upstream writes the path of an error about the pod as a whole.
const NOWHERE: &str = "[]";

fn is_mirror(pod: &Pod) -> bool {
    pod.metadata.annotations.contains_key(MIRROR)
}

fn metadata(out: &mut Errors, new: &Pod, old: &Pod) {
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
}

/// Annotations that cannot be added, changed or removed (POD-UPD-5).
fn fixed_annotations(out: &mut Errors, new: &Pod, old: &Pod) {
    let metadata = Path::root("metadata");
    let at = metadata.field("annotations");
    let (new, old) = (&new.metadata.annotations, &old.metadata.annotations);
    let mut fixed = |key: &String, detail: &'static str| {
        if key == MIRROR || key.starts_with(APP_ARMOR) {
            out.forbidden(&at.key(key), detail);
        }
    };
    for (key, _) in old.iter().filter(|(key, value)| new.get(*key) != Some(*value)) {
        fixed(key, "may not be removed or changed");
    }
    for key in new.keys().filter(|key| !old.contains_key(*key)) {
        fixed(key, "may not be added");
    }
}

/// Takes over the metadata that a client of a subresource cannot change.
///
/// Source: `apimachinery/pkg/apis/meta/v1 ResetObjectMetaForStatus`.
fn keep_metadata(new: &mut ObjectMeta, old: &ObjectMeta) {
    new.deletion_timestamp = old.deletion_timestamp;
    new.generation = old.generation;
    new.labels.clone_from(&old.labels);
    new.annotations.clone_from(&old.annotations);
    new.finalizers.clone_from(&old.finalizers);
    new.owner_references.clone_from(&old.owner_references);
}
