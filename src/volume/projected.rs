//! The files of a projected volume: several sources in one directory.
//!
//! Source: `pkg/volume/projected/projected.go`.

use std::fmt;

use crate::api::{
    ConfigMap, Pod, ProjectedVolumeSource, ResourceList, Secret, ServiceAccountTokenProjection,
    VolumeProjection,
};
use crate::volume::downward;
use crate::volume::payload::{self, Payload, PayloadError, PayloadFile};

/// Where the sources of a projected volume come from.
pub trait Sources: fmt::Debug {
    /// The Secret called `name` in the pod's namespace.
    fn secret(&self, name: &str) -> Option<&Secret>;
    /// The ConfigMap called `name` in the pod's namespace.
    fn config_map(&self, name: &str) -> Option<&ConfigMap>;
    /// A token for the pod's service account, if tokens can be had.
    fn token(&self, pod: &Pod, request: &ServiceAccountTokenProjection) -> Option<String>;
    /// What the node can give to pods.
    fn allocatable(&self) -> &ResourceList;
}

/// Who owns the files of a volume.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ownership {
    /// The user, if one is set.
    pub fs_user: Option<i64>,
    /// The group, if one is set.
    pub fs_group: Option<i64>,
}

/// The files of a projected volume. Sources are applied in order; a later one overwrites (`PROJ-1`).
///
/// # Errors
/// All sources are tried; [`PayloadError::Several`] if more than one fails.
pub fn payload(
    pod: &Pod,
    volume: &ProjectedVolumeSource,
    sources: &dyn Sources,
    ownership: Ownership,
) -> Result<Payload, PayloadError> {
    let mode = volume.default_mode.ok_or(PayloadError::NoDefaultMode)?;
    let mut files = Payload::new();
    let mut errors = Vec::new();
    for source in &volume.sources {
        match one(pod, source, sources, Defaults { mode, ownership }) {
            Ok(more) => files.extend(more),
            Err(error) => errors.push(error),
        }
    }
    match errors.len() {
        0 => Ok(files),
        1 => errors.pop().map_or(Ok(files), Err),
        _ => Err(PayloadError::Several(errors)),
    }
}

#[derive(Clone, Copy)]
struct Defaults {
    mode: i32,
    ownership: Ownership,
}

fn one(
    pod: &Pod,
    source: &VolumeProjection,
    sources: &dyn Sources,
    defaults: Defaults,
) -> Result<Payload, PayloadError> {
    let mode = Some(defaults.mode);
    if let Some(source) = &source.secret {
        let optional = source.optional.unwrap_or(false);
        let found = sources.secret(&source.name);
        return payload::secret(&source.name, found, &source.items, mode, optional);
    }
    if let Some(source) = &source.config_map {
        let optional = source.optional.unwrap_or(false);
        let found = sources.config_map(&source.name);
        return payload::config_map(&source.name, found, &source.items, mode, optional);
    }
    if let Some(source) = &source.downward_api {
        return downward::payload(pod, &source.items, mode, sources.allocatable());
    }
    if let Some(request) = &source.service_account_token {
        return token(pod, request, sources, defaults);
    }
    if source.cluster_trust_bundle.is_some() {
        return Err(PayloadError::Unsupported { source_kind: "clusterTrustBundle" });
    }
    if source.pod_certificate.is_some() {
        return Err(PayloadError::Unsupported { source_kind: "podCertificate" });
    }
    Ok(Payload::new())
}

fn token(
    pod: &Pod,
    request: &ServiceAccountTokenProjection,
    sources: &dyn Sources,
    Defaults { mode, ownership }: Defaults,
) -> Result<Payload, PayloadError> {
    let text = sources
        .token(pod, request)
        .ok_or_else(|| PayloadError::NoToken { account: pod.spec.service_account_name.clone() })?;
    // PROJ-4: only its owner may read a token.
    let is_owned = ownership.fs_user.is_some() || ownership.fs_group.is_some();
    let mode = if is_owned { 0o600 } else { mode };
    let file = PayloadFile { mode, data: text.into_bytes(), fs_user: ownership.fs_user };
    Ok(Payload::from([(request.path.clone(), file)]))
}
