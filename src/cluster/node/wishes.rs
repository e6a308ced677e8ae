//! The objects that the pods of a node want to hear of.

use std::collections::BTreeSet;

use crate::api::{Key, Kind, Pod};

/// The objects that the pods refer to.
pub(super) fn wishes<'a>(pods: impl Iterator<Item = &'a Pod>) -> BTreeSet<Key> {
    let mut wishes = BTreeSet::new();
    for pod in pods {
        let namespace = pod.metadata.namespace.as_str();
        let mut wish = |kind, name: &str| {
            wishes.insert(Key::new(kind, namespace, name));
        };
        let spec = &pod.spec;
        let plain = spec.containers.iter().chain(&spec.init_containers);
        let plain = plain.map(|container| (&container.env_from, &container.env));
        let ephemeral = &spec.ephemeral_containers;
        let ephemeral = ephemeral.iter().map(|container| (&container.env_from, &container.env));
        for (env_from, env) in plain.chain(ephemeral) {
            for source in env_from {
                if let Some(map) = source.config_map_ref.as_deref() {
                    wish(Kind::ConfigMap, &map.name);
                }
                if let Some(secret) = source.secret_ref.as_deref() {
                    wish(Kind::Secret, &secret.name);
                }
            }
            for source in env.iter().filter_map(|var| var.value_from.as_deref()) {
                if let Some(map) = source.config_map_key_ref.as_deref() {
                    wish(Kind::ConfigMap, &map.name);
                }
                if let Some(secret) = source.secret_key_ref.as_deref() {
                    wish(Kind::Secret, &secret.name);
                }
            }
        }
        for volume in &spec.volumes {
            if let Some(map) = volume.config_map.as_deref() {
                wish(Kind::ConfigMap, &map.name);
            }
            if let Some(secret) = volume.secret.as_deref() {
                wish(Kind::Secret, &secret.secret_name);
            }
            if let Some(claim) = volume.persistent_volume_claim.as_deref() {
                wish(Kind::PersistentVolumeClaim, &claim.claim_name);
            }
            if volume.ephemeral.is_some() {
                let name = crate::storage::protect::ephemeral_claim(pod, volume);
                wish(Kind::PersistentVolumeClaim, &name);
            }
            for source in volume.projected.iter().flat_map(|projected| &projected.sources) {
                if let Some(map) = source.config_map.as_deref() {
                    wish(Kind::ConfigMap, &map.name);
                }
                if let Some(secret) = source.secret.as_deref() {
                    wish(Kind::Secret, &secret.name);
                }
            }
        }
    }
    wishes
}
