//! Suites about environment variables.

use std::collections::BTreeMap;

use kubernel::api::{ConfigMap, Pod, Secret, Service};
use kubernel::pod::defaults;
use kubernel::pod::env::{EnvError, Scene, Sources, environment};
use kubernel::service::service_env;
use kubernel::volume::mounts::expand;
use serde_json::{Value, json};

use super::super::support::{decode, text};

/// The objects of a case in the namespace of its pod.
struct Objects {
    config_maps: Vec<ConfigMap>,
    secrets: Vec<Secret>,
}

impl Sources for Objects {
    fn config_map(&self, name: &str) -> Option<&ConfigMap> {
        self.config_maps.iter().find(|map| map.metadata.name == name)
    }
    fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.iter().find(|secret| secret.metadata.name == name)
    }
}

pub(super) fn env_expand(input: &Value) -> Value {
    let contexts: Vec<BTreeMap<String, String>> = decode(&input["contexts"]);
    let mut value = |name: &str| contexts.iter().find_map(|known| known.get(name)).cloned();
    json!({"output": expand(text(input, "input"), &mut value)})
}

pub(super) fn pod_env(input: &Value) -> Value {
    let mut pod: Pod = decode(&input["pod"]);
    defaults::default(&mut pod);
    let namespace = pod.metadata.namespace.clone();
    let mut objects =
        Objects { config_maps: decode(&input["configMaps"]), secrets: decode(&input["secrets"]) };
    objects.config_maps.retain(|map| map.metadata.namespace == namespace);
    objects.secrets.retain(|secret| secret.metadata.namespace == namespace);
    let services: Vec<Service> = decode(&input["services"]);
    let links = pod.spec.enable_service_links == Some(true);
    let scene = Scene {
        pod: &pod,
        sources: &objects,
        services: &service_env(&services, &namespace, links),
        pod_ips: &decode::<Vec<String>>(&input["podIPs"]),
        host_ips: &decode::<Vec<String>>(&input["hostIPs"]),
        allocatable: &decode(&input["nodeAllocatable"]),
    };
    match environment(&scene, pod.spec.containers.first().expect("a container")) {
        Ok(env) => json!({"env": env.into_iter().collect::<BTreeMap<_, _>>()}),
        Err(EnvError::NoObject { .. }) => json!({"error": "ObjectNotFound"}),
        Err(EnvError::NoKey { .. }) => json!({"error": "KeyNotFound"}),
        Err(_) => json!({"error": "Other"}),
    }
}
