//! Sources that pods and persistent volumes have in common.

use std::collections::BTreeMap;

use crate::api::{
    AWSElasticBlockStoreVolumeSource, AzureDataDiskCachingMode, AzureDataDiskKind,
    AzureDiskVolumeSource, FCVolumeSource, FlockerVolumeSource, GCEPersistentDiskVolumeSource,
    HostPathType, HostPathVolumeSource, NFSVolumeSource, PersistentVolumeAccessMode,
    QuobyteVolumeSource,
};
use crate::field::{Errors, Path};
use crate::name;

/// Pushes `Required` for an empty text.
pub fn required(out: &mut Errors, at: &Path<'_>, text: &str) {
    if text.is_empty() {
        out.required(at, "");
    }
}

/// Pushes `Invalid` for a path with a `..` element.
pub fn no_backsteps(out: &mut Errors, at: &Path<'_>, path: &str) {
    if path.split('/').any(|part| part == "..") {
        out.invalid(at, path, "must not contain '..'");
    }
}

/// The access modes of a claim or a volume, whose list is at `at` (`PV-2`).
pub fn access_modes(out: &mut Errors, at: &Path<'_>, modes: &[PersistentVolumeAccessMode]) {
    if modes.is_empty() {
        out.required(at, "at least 1 access mode is required");
    }
    let words = PersistentVolumeAccessMode::WORDS;
    let (mut alone, mut others) = (false, false);
    for mode in modes {
        if !words.contains(&mode.as_str()) {
            out.not_supported(at, mode.as_str(), words);
        } else if *mode == PersistentVolumeAccessMode::ReadWriteOncePod {
            alone = true;
        } else {
            others = true;
        }
    }
    if alone && others {
        out.forbidden(at, "may not use ReadWriteOncePod with other access modes");
    }
}

/// hostPath (`HOSTPATH-1`).
pub fn host_path(out: &mut Errors, at: &Path<'_>, source: &HostPathVolumeSource) {
    if source.path.is_empty() {
        out.required(&at.field("path"), "");
        return;
    }
    no_backsteps(out, &at.field("path"), &source.path);
    if let Some(HostPathType::Other(word)) = &source.type_ {
        out.not_supported(&at.field("type"), &**word, HostPathType::WORDS);
    }
}

/// NFS: server and path, the latter absolute (`VOL-10`).
pub fn nfs(out: &mut Errors, at: &Path<'_>, source: &NFSVolumeSource) {
    required(out, &at.field("server"), &source.server);
    required(out, &at.field("path"), &source.path);
    if !source.path.starts_with('/') {
        out.invalid(&at.field("path"), &source.path, "must be an absolute path");
    }
}

/// A GCE disk (`VOL-10`).
pub fn gce(out: &mut Errors, at: &Path<'_>, source: &GCEPersistentDiskVolumeSource) {
    required(out, &at.field("pdName"), &source.pd_name);
    partition(out, at, source.partition);
}

/// An AWS volume (`VOL-10`).
pub fn aws(out: &mut Errors, at: &Path<'_>, source: &AWSElasticBlockStoreVolumeSource) {
    required(out, &at.field("volumeID"), &source.volume_id);
    partition(out, at, source.partition);
}

fn partition(out: &mut Errors, at: &Path<'_>, partition: i32) {
    if !(0..=255).contains(&partition) {
        let detail = "must be between 0 and 255, inclusive";
        out.invalid(&at.field("partition"), partition, detail);
    }
}

/// Flocker: one of name and uuid (`VOL-10`).
pub fn flocker(out: &mut Errors, at: &Path<'_>, source: &FlockerVolumeSource) {
    match (source.dataset_name.is_empty(), source.dataset_uuid.is_empty()) {
        (true, true) => out.required(at, "one of datasetName and datasetUUID is required"),
        (false, false) => {
            out.invalid(at, "resource", "datasetName and datasetUUID exclude each other")
        }
        (true, false) | (false, true) => {}
    }
    if source.dataset_name.contains('/') {
        out.invalid(&at.field("datasetName"), &source.dataset_name, "must not contain '/'");
    }
}

/// Fibre channel: WWNs with a lun, or WWIDs (`VOL-11`).
pub fn fc(out: &mut Errors, at: &Path<'_>, source: &FCVolumeSource) {
    let names = at.field("targetWWNs");
    match (source.target_wwns.is_empty(), source.ww_ids.is_empty()) {
        (true, true) => out.required(&names, "must specify either targetWWNs or wwids"),
        (false, false) => {
            out.invalid(&names, "targetWWNs", "targetWWNs and wwids exclude each other");
        }
        (true, false) | (false, true) => {}
    }
    if !source.target_wwns.is_empty() {
        let at = at.field("lun");
        match source.lun {
            None => out.required(&at, "is needed with targetWWNs"),
            Some(lun) if !(0..=255).contains(&lun) => {
                out.invalid(&at, lun, "must be between 0 and 255, inclusive");
            }
            Some(_) => {}
        }
    }
}

/// Quobyte (`VOL-11`).
pub fn quobyte(out: &mut Errors, at: &Path<'_>, source: &QuobyteVolumeSource) {
    let registry = at.field("registry");
    let detail = "must be a host:port pair or multiple pairs separated by commas";
    if source.registry.is_empty() {
        out.required(&registry, detail);
    } else if source.tenant.len() > 64 {
        out.required(&at.field("tenant"), "may not exceed a length of 64 characters");
    } else {
        for _ in source.registry.split(',').filter(|pair| !is_host_port(pair)) {
            out.invalid(&registry, &source.registry, detail);
        }
    }
    required(out, &at.field("volume"), &source.volume);
}

/// Whether Go's `net.SplitHostPort` accepts the text.
fn is_host_port(pair: &str) -> bool {
    let Some((host, port)) = pair.rsplit_once(':') else { return false };
    let bad_port = port.contains(['[', ']']);
    match host.strip_prefix('[') {
        Some(inner) => {
            let closed = inner.strip_suffix(']');
            closed.is_some_and(|host| !host.contains(['[', ']'])) && !bad_port
        }
        None => !host.contains([':', '[', ']']) && !bad_port,
    }
}

/// An Azure disk (`VOL-11`).
pub fn azure_disk(out: &mut Errors, at: &Path<'_>, source: &AzureDiskVolumeSource) {
    required(out, &at.field("diskName"), &source.disk_name);
    let uri = at.field("diskURI");
    required(out, &uri, &source.data_disk_uri);
    if let Some(mode) = &source.caching_mode {
        one_of(out, &at.field("cachingMode"), mode.as_str(), AzureDataDiskCachingMode::WORDS);
    }
    let Some(kind) = &source.kind else { return };
    one_of(out, &at.field("kind"), kind.as_str(), AzureDataDiskKind::WORDS);
    let start = if *kind == AzureDataDiskKind::Managed { "/subscriptions/" } else { "https://" };
    if !source.data_disk_uri.starts_with(start) {
        out.not_supported(&uri, source.data_disk_uri.as_str(), &[start]);
    }
}

fn one_of(out: &mut Errors, at: &Path<'_>, word: &str, words: &[&'static str]) {
    if !words.contains(&word) {
        out.not_supported(at, word, words);
    }
}

/// The option keys of a flex volume: none in the domains of the project (`VOL-11`).
pub fn flex_options(out: &mut Errors, at: &Path<'_>, options: &BTreeMap<String, String>) {
    let at = at.field("options");
    for key in options.keys() {
        let domain = key.split_once('/').map_or(key.as_str(), |(domain, _)| domain);
        let dotted = format!(".{}", domain.to_lowercase());
        if dotted.ends_with(".kubernetes.io") || dotted.ends_with(".k8s.io") {
            out.invalid(&at.key(key), key, "kubernetes.io and k8s.io namespaces are reserved");
        }
    }
}

/// The name of a CSI driver: at most 63 characters, a DNS name whatever its case (`VOL-12`).
pub fn csi_driver(out: &mut Errors, at: &Path<'_>, driver: &str) {
    if driver.is_empty() {
        out.required(at, "");
        return;
    }
    if driver.len() > 63 {
        out.too_long(at, 63);
    }
    for problem in name::dns1123_subdomain(&driver.to_lowercase()) {
        out.invalid(at, driver, problem.to_string());
    }
}
