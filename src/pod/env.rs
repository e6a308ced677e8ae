//! The environment of a container at its start.
//!
//! Source: `pkg/kubelet/kubelet_pods.go` (`makeEnvironmentVariables`).

use std::collections::BTreeMap;

use indexmap::IndexMap;
use thiserror::Error;

use crate::api::{
    ConfigMap, Container, EnvFromSource, EnvVarSource, ObjectFieldSelector, Pod, ResourceList,
    Secret,
};
use crate::pod::status::sort_ips;
use crate::volume::downward::{self, DownwardError};
use crate::volume::mounts::expand;

/// The variables in the order in which they were first set.
pub type Environment = IndexMap<String, String>;

/// Where the objects of the pod's namespace come from.
pub trait Sources {
    /// The config map `name`.
    fn config_map(&self, name: &str) -> Option<&ConfigMap>;
    /// The secret `name`.
    fn secret(&self, name: &str) -> Option<&Secret>;
}

/// What the environment of a container is made from, beside its spec.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The objects that are referred to.
    pub sources: &'a dyn Sources,
    /// The service variables; they give way to all others.
    pub services: &'a BTreeMap<String, String>,
    /// The addresses of the pod.
    pub pod_ips: &'a [String],
    /// The addresses of the node, primary first.
    pub host_ips: &'a [String],
    /// What the node can give to pods.
    pub allocatable: &'a ResourceList,
}

/// The two kinds of objects that variables come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A config map.
    ConfigMap,
    /// A secret.
    Secret,
}

/// Why a container has no environment; it waits with reason `CreateContainerConfigError`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EnvError {
    /// The object is not there.
    #[error("{} \"{name}\" not found", .source_kind.plain())]
    NoObject {
        /// Of which kind.
        source_kind: Source,
        /// Its name.
        name: String,
    },
    /// The object has no such key.
    #[error("couldn't find key {key} in {} {namespace}/{name}", .source_kind.word())]
    NoKey {
        /// Of which kind the object is.
        source_kind: Source,
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
    /// A field or resource of the pod cannot be told.
    #[error(transparent)]
    Downward(#[from] DownwardError),
    /// The node has no address to tell.
    #[error("the node has no address")]
    NoHostAddress,
    /// The pod does not say whether it wants service variables.
    #[error("nil pod.spec.enableServiceLinks encountered, cannot construct envvars")]
    NoServiceLinks,
    /// A key of a file in a volume is asked for, which nothing here can read.
    #[error("fileKeyRef `{path}` cannot be read")]
    File {
        /// The path in the volume.
        path: String,
    },
}

impl Source {
    const fn word(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        }
    }

    /// The word of the API's not-found message.
    const fn plain(self) -> &'static str {
        match self {
            Self::ConfigMap => "configmap",
            Self::Secret => "secret",
        }
    }
}

/// The environment of `container`.
///
/// # Errors
/// The first thing that is missing and not optional, or cannot be told; see [`EnvError`].
// ENV-1
pub fn environment(scene: &Scene<'_>, container: &Container) -> Result<Environment, EnvError> {
    if scene.pod.spec.enable_service_links.is_none() {
        return Err(EnvError::NoServiceLinks); // ENV-16
    }
    let mut env = Environment::new();
    for source in &container.env_from {
        env.extend(all_of(scene, source)?);
    }
    for var in &container.env {
        // ENV-2, ENV-3, ENV-7
        let value = if !var.value.is_empty() {
            let known = |name: &str| env.get(name).or_else(|| scene.services.get(name)).cloned();
            Some(expand(&var.value, &mut |name| known(name)))
        } else if let Some(source) = var.value_from.as_deref() {
            value_of(scene, container, source)?
        } else {
            Some(String::new())
        };
        if let Some(value) = value {
            env.insert(var.name.clone(), value);
        }
    }
    for (name, value) in scene.services {
        env.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Ok(env)
}

// ENV-9, ENV-10
fn all_of(scene: &Scene<'_>, source: &EnvFromSource) -> Result<Vec<(String, String)>, EnvError> {
    let named = |key: &String| format!("{}{key}", source.prefix);
    if let Some(wanted) = source.config_map_ref.as_deref() {
        let missing = missing(Source::ConfigMap, &wanted.name, wanted.optional);
        let Some(map) = scene.sources.config_map(&wanted.name) else { return missing };
        return Ok(map.data.iter().map(|(key, value)| (named(key), value.clone())).collect());
    }
    if let Some(wanted) = source.secret_ref.as_deref() {
        let missing = missing(Source::Secret, &wanted.name, wanted.optional);
        let Some(secret) = scene.sources.secret(&wanted.name) else { return missing };
        return Ok(secret.data.iter().map(|(key, value)| (named(key), text(&value.0))).collect());
    }
    Ok(Vec::new())
}

/// Nothing if the object is optional.
fn missing<T: Default>(kind: Source, name: &str, optional: Option<bool>) -> Result<T, EnvError> {
    if optional == Some(true) {
        return Ok(T::default());
    }
    Err(EnvError::NoObject { source_kind: kind, name: name.to_owned() })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The value that a source gives; `None` if it is optional and not there.
// ENV-8
fn value_of(
    scene: &Scene<'_>,
    container: &Container,
    source: &EnvVarSource,
) -> Result<Option<String>, EnvError> {
    if let Some(selector) = source.field_ref.as_deref() {
        return field(scene, selector).map(Some);
    }
    if let Some(selector) = source.resource_field_ref.as_deref() {
        let limits = scene.pod.spec.resources.as_deref().map(|own| &own.limits);
        let mut most = scene.allocatable.clone();
        most.extend(
            limits.into_iter().flatten().map(|(name, limit)| (name.clone(), limit.clone())),
        );
        // ENV-14
        let value = if selector.container_name.is_empty() {
            downward::container_resource(container, selector, Some(&most))
        } else {
            downward::resource(scene.pod, &selector.container_name, selector, Some(&most))
        };
        return Ok(Some(value?));
    }
    let no_key = |source_kind, name: &str, key: &str, optional| {
        if optional == Some(true) {
            return Ok(None);
        }
        let namespace = scene.pod.metadata.namespace.clone();
        let (name, key) = (name.to_owned(), key.to_owned());
        Err(EnvError::NoKey { source_kind, namespace, name, key })
    };
    if let Some(wanted) = source.config_map_key_ref.as_deref() {
        let Some(map) = scene.sources.config_map(&wanted.name) else {
            return missing(Source::ConfigMap, &wanted.name, wanted.optional);
        };
        return match map.data.get(&wanted.key) {
            Some(value) => Ok(Some(value.clone())),
            None => no_key(Source::ConfigMap, &wanted.name, &wanted.key, wanted.optional),
        };
    }
    if let Some(wanted) = source.secret_key_ref.as_deref() {
        let Some(secret) = scene.sources.secret(&wanted.name) else {
            return missing(Source::Secret, &wanted.name, wanted.optional);
        };
        return match secret.data.get(&wanted.key) {
            Some(value) => Ok(Some(text(&value.0))),
            None => no_key(Source::Secret, &wanted.name, &wanted.key, wanted.optional),
        };
    }
    match source.file_key_ref.as_deref() {
        Some(file) => Err(EnvError::File { path: file.path.clone() }),
        None => Ok(Some(String::new())),
    }
}

// ENV-12, ENV-13
fn field(scene: &Scene<'_>, selector: &ObjectFieldSelector) -> Result<String, EnvError> {
    let v6 = scene.host_ips.first().is_some_and(|first| first.contains(':'));
    let pod_ips = || sort_ips(scene.pod_ips, v6);
    let join = |ips: &[String]| ips.join(",");
    let hosts = || scene.host_ips.first().ok_or(EnvError::NoHostAddress);
    Ok(match selector.field_path.as_str() {
        "spec.nodeName" => scene.pod.spec.node_name.clone(),
        "spec.serviceAccountName" => scene.pod.spec.service_account_name.clone(),
        "status.hostIP" => hosts()?.clone(),
        "status.hostIPs" => hosts().map(|_| join(scene.host_ips))?,
        "status.podIP" => pod_ips().into_iter().next().unwrap_or_default(),
        "status.podIPs" => join(&pod_ips()),
        other => downward::field(&scene.pod.metadata, other)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Only(ConfigMap);

    impl Sources for Only {
        fn config_map(&self, name: &str) -> Option<&ConfigMap> {
            (self.0.metadata.name == name).then_some(&self.0)
        }
        fn secret(&self, _: &str) -> Option<&Secret> {
            None
        }
    }

    fn check(env: serde_json::Value, expected: Result<&[(&str, &str)], &str>) {
        let pod: Pod = serde_json::from_value(json!({
            "metadata": {"name": "p", "namespace": "d"},
            "spec": {"enableServiceLinks": true, "containers": [{"name": "a", "env": env}]}}))
        .unwrap();
        let map = serde_json::from_value(json!({"metadata": {"name": "m"}, "data": {"k": "v"}}));
        let scene = Scene {
            pod: &pod,
            sources: &Only(map.unwrap()),
            services: &BTreeMap::new(),
            pod_ips: &[],
            host_ips: &[],
            allocatable: &ResourceList::new(),
        };
        let got = environment(&scene, &pod.spec.containers[0]).map_err(|error| error.to_string());
        let expected = expected.map_err(str::to_owned).map(|list| {
            list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        });
        assert_eq!(got, expected);
    }

    #[test]
    fn env_2_sees_only_what_stands_above() {
        check(
            json!([{"name": "A", "value": "$(B)"}, {"name": "B", "value": "1"}, {"name": "C", "value": "$(B)$(B)"}]),
            Ok(&[("A", "$(B)"), ("B", "1"), ("C", "11")]),
        );
    }

    #[test]
    fn env_8_names_what_is_missing() {
        let key = |name: &str, key: &str, optional: bool| {
            json!([{"name": "A", "valueFrom": {"configMapKeyRef":
                {"name": name, "key": key, "optional": optional}}}])
        };
        check(key("m", "k", false), Ok(&[("A", "v")]));
        check(key("m", "x", false), Err("couldn't find key x in ConfigMap d/m"));
        check(key("n", "k", false), Err("configmap \"n\" not found"));
        check(key("n", "k", true), Ok(&[]));
    }
}
