//! Ephemeral containers, which join a pod that runs.

use crate::api::Pod;
use crate::field::{Errors, Path};
use crate::pod::update::{NOWHERE, fixed_annotations, is_mirror, keep_metadata, metadata};
use crate::pod::validate::{self, Rules};

/// Takes over into `new` everything but the ephemeral containers (POD-UPD-8).
///
/// Source: `dropNonEphemeralContainerUpdates`.
pub fn prepare_ephemeral_containers(new: &mut Pod, old: &Pod) {
    let containers = std::mem::take(&mut new.spec.ephemeral_containers);
    new.spec.clone_from(&old.spec);
    new.spec.ephemeral_containers = containers;
    new.status.clone_from(&old.status);
    keep_metadata(&mut new.metadata, &old.metadata);
}

/// Checks that the ephemeral containers of `new` may replace those of `old` (POD-UPD-8, POD-UPD-9).
///
/// Source: `ValidatePodEphemeralContainersUpdate`.
pub fn update_ephemeral_containers(out: &mut Errors, new: &Pod, old: &Pod, rules: &Rules) {
    metadata(out, new, old);
    if is_mirror(old) {
        out.forbidden(&Path::root(NOWHERE), "static pods do not support ephemeral containers");
        return;
    }
    validate::always(out, &Path::EMPTY, new, rules);
    fixed_annotations(out, new, old);
    let spec = Path::root("spec");
    let at = spec.field("ephemeralContainers");
    for old in &old.spec.ephemeral_containers {
        let own = new.spec.ephemeral_containers.iter().rev().find(|new| new.name == old.name);
        match own {
            None => out.forbidden(&at, format!("`{}` may not be removed", old.name)),
            Some(new) if new != old => {
                out.forbidden(&at, format!("`{}` may not be changed", old.name));
            }
            Some(_) => {}
        }
    }
}
