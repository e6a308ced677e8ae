//! Which objects are posted under which terms: the whole list of what is indexed.

use std::collections::BTreeMap;

use super::term::{self, Tag};
use crate::api::{
    EndpointSlice, EnvFromSource, EnvVar, Object, PersistentVolume, PersistentVolumeClaim, Pod,
    Service, Volume,
};

/// The label by which an endpoint slice says whose it is.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// The annotation that named the storage class before there was a field.
const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// The finalizer of an object that waits for its dependents.
const FOREGROUND: &str = "foregroundDeletion";

/// The terms of one object, as one text; it is compared as a whole to see that nothing has changed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Terms {
    text: String,
    ends: Vec<usize>,
}

impl Terms {
    /// All that is posted of `object`.
    pub(super) fn of(object: Option<&Object>) -> Self {
        let mut terms = Self { text: String::with_capacity(512), ends: Vec::with_capacity(16) };
        if let Some(object) = object {
            for function in FUNCTIONS {
                function(object, &mut terms);
            }
        }
        terms
    }

    /// The text of each term. One may come twice.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, end)| self.text.get(start..*end))
    }

    fn push(&mut self, tag: Tag, parts: &[&str]) {
        term::write(&mut self.text, tag, parts);
        self.ends.push(self.text.len());
    }

    /// As [`push`](Self::push), unless the name is empty.
    fn push_name(&mut self, tag: Tag, namespace: &str, name: &str) {
        if !name.is_empty() {
            self.push(tag, &[namespace, name]);
        }
    }

    fn push_pairs(&mut self, tag: Tag, namespace: &str, pairs: &BTreeMap<String, String>) {
        for (key, value) in pairs {
            self.push(tag, &[namespace, key, value]);
        }
    }
}

/// One line for each thing that can be asked.
const FUNCTIONS: &[fn(&Object, &mut Terms)] =
    &[owners, waiting, pod_place, pod_labels, pod_references, service, slice, claim, volume];

fn owners(object: &Object, terms: &mut Terms) {
    for owner in &object.meta().owner_references {
        terms.push(Tag::OwnedBy, &[&owner.uid]);
    }
}

fn waiting(object: &Object, terms: &mut Terms) {
    let meta = object.meta();
    if meta.deletion_timestamp.is_some() && meta.finalizers.iter().any(|one| one == FOREGROUND) {
        terms.push(Tag::WaitsForDependents, &[&meta.uid]);
    }
}

fn pod_place(object: &Object, terms: &mut Terms) {
    let Some(pod) = object.peek::<Pod>() else { return };
    terms.push(Tag::PodOnNode, &[&pod.spec.node_name]);
    let status = &pod.status;
    if !status.pod_ip.is_empty() {
        terms.push(Tag::PodIp, &[&status.pod_ip]);
    }
    for ip in status.pod_ips.iter().filter(|ip| !ip.ip.is_empty() && ip.ip != status.pod_ip) {
        terms.push(Tag::PodIp, &[&ip.ip]);
    }
}

fn pod_labels(object: &Object, terms: &mut Terms) {
    let Some(pod) = object.peek::<Pod>() else { return };
    terms.push_pairs(Tag::PodLabel, &pod.metadata.namespace, &pod.metadata.labels);
}

// Source: `pkg/api/v1/pod/util.go VisitPodSecretNames, VisitPodConfigmapNames`.
fn pod_references(object: &Object, terms: &mut Terms) {
    let Some(pod) = object.peek::<Pod>() else { return };
    let namespace = &pod.metadata.namespace;
    terms.push_name(Tag::PodUsesServiceAccount, namespace, &pod.spec.service_account_name);
    for secret in &pod.spec.image_pull_secrets {
        terms.push_name(Tag::PodUsesSecret, namespace, &secret.name);
    }
    for container in pod.spec.init_containers.iter().chain(&pod.spec.containers) {
        environment(terms, namespace, &container.env_from, &container.env);
    }
    for container in &pod.spec.ephemeral_containers {
        environment(terms, namespace, &container.env_from, &container.env);
    }
    for volume in &pod.spec.volumes {
        volume_claim(terms, pod, volume);
        volume_files(terms, namespace, volume);
        if let Some(secret) = driver_secret(volume) {
            terms.push_name(Tag::PodUsesSecret, namespace, secret);
        }
    }
}

fn environment(terms: &mut Terms, namespace: &str, from: &[EnvFromSource], env: &[EnvVar]) {
    for source in from {
        if let Some(map) = &source.config_map_ref {
            terms.push_name(Tag::PodUsesConfigMap, namespace, &map.name);
        }
        if let Some(secret) = &source.secret_ref {
            terms.push_name(Tag::PodUsesSecret, namespace, &secret.name);
        }
    }
    for source in env.iter().filter_map(|variable| variable.value_from.as_ref()) {
        if let Some(map) = &source.config_map_key_ref {
            terms.push_name(Tag::PodUsesConfigMap, namespace, &map.name);
        }
        if let Some(secret) = &source.secret_key_ref {
            terms.push_name(Tag::PodUsesSecret, namespace, &secret.name);
        }
    }
}

fn volume_claim(terms: &mut Terms, pod: &Pod, volume: &Volume) {
    let namespace = &pod.metadata.namespace;
    if let Some(claim) = &volume.persistent_volume_claim {
        terms.push_name(Tag::PodUsesClaim, namespace, &claim.claim_name);
    }
    if volume.ephemeral.is_some() {
        let claim = format!("{}-{}", pod.metadata.name, volume.name);
        terms.push(Tag::PodUsesClaim, &[namespace, &claim]);
    }
}

fn volume_files(terms: &mut Terms, namespace: &str, volume: &Volume) {
    if let Some(map) = &volume.config_map {
        terms.push_name(Tag::PodUsesConfigMap, namespace, &map.name);
    }
    if let Some(secret) = &volume.secret {
        terms.push_name(Tag::PodUsesSecret, namespace, &secret.secret_name);
    }
    for source in volume.projected.iter().flat_map(|projected| &projected.sources) {
        if let Some(map) = &source.config_map {
            terms.push_name(Tag::PodUsesConfigMap, namespace, &map.name);
        }
        if let Some(secret) = &source.secret {
            terms.push_name(Tag::PodUsesSecret, namespace, &secret.name);
        }
    }
}

/// The secret that a volume driver needs.
fn driver_secret(volume: &Volume) -> Option<&str> {
    let reference = [
        volume.cephfs.as_ref().and_then(|source| source.secret_ref.as_ref()),
        volume.cinder.as_ref().and_then(|source| source.secret_ref.as_ref()),
        volume.flex_volume.as_ref().and_then(|source| source.secret_ref.as_ref()),
        volume.rbd.as_ref().and_then(|source| source.secret_ref.as_ref()),
        volume.scale_io.as_ref().and_then(|source| source.secret_ref.as_ref()),
        volume.iscsi.as_ref().and_then(|source| source.secret_ref.as_ref()),
        volume.storageos.as_ref().and_then(|source| source.secret_ref.as_ref()),
        volume.csi.as_ref().and_then(|source| source.node_publish_secret_ref.as_ref()),
    ];
    let file = volume.azure_file.as_ref().map(|source| source.secret_name.as_str());
    reference.into_iter().flatten().map(|secret| secret.name.as_str()).next().or(file)
}

fn service(object: &Object, terms: &mut Terms) {
    let Some(service) = object.peek::<Service>() else { return };
    let spec = &service.spec;
    terms.push_pairs(Tag::ServiceSelects, &service.metadata.namespace, &spec.selector);
    let more = spec.cluster_ips.iter().filter(|ip| **ip != spec.cluster_ip);
    for ip in std::iter::once(&spec.cluster_ip).chain(more) {
        if !ip.is_empty() && ip != "None" {
            terms.push(Tag::ClusterIp, &[ip]);
        }
    }
    let ports = spec.ports.iter().map(|port| port.node_port);
    for port in ports.chain([spec.health_check_node_port]).filter(|port| *port != 0) {
        terms.push(Tag::NodePort, &[&port.to_string()]);
    }
}

fn slice(object: &Object, terms: &mut Terms) {
    let Some(slice) = object.peek::<EndpointSlice>() else { return };
    if let Some(service) = slice.metadata.labels.get(SERVICE_NAME) {
        terms.push_name(Tag::SliceOfService, &slice.metadata.namespace, service);
    }
}

fn claim(object: &Object, terms: &mut Terms) {
    let Some(claim) = object.peek::<PersistentVolumeClaim>() else { return };
    if !claim.spec.volume_name.is_empty() {
        terms.push(Tag::ClaimOfVolume, &[&claim.spec.volume_name]);
    }
    let class = claim.metadata.annotations.get(BETA_CLASS);
    let class = class.or(claim.spec.storage_class_name.as_ref());
    terms.push(Tag::ClassOfClaim, &[class.map_or("", String::as_str)]);
}

fn volume(object: &Object, terms: &mut Terms) {
    let Some(volume) = object.peek::<PersistentVolume>() else { return };
    if let Some(claim) = &volume.spec.claim_ref {
        terms.push_name(Tag::VolumeOfClaim, &claim.namespace, &claim.name);
    }
    let class = volume.metadata.annotations.get(BETA_CLASS);
    terms.push(Tag::VolumeOfClass, &[class.unwrap_or(&volume.spec.storage_class_name)]);
}
