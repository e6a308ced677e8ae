//! Persistent volumes.

use crate::api::{
    CSIPersistentVolumeSource, Kind, PersistentVolume, PersistentVolumeMode,
    PersistentVolumeReclaimPolicy, PersistentVolumeSpec, SecretReference,
};
use crate::field::{Errors, Path};
use crate::storage::STORAGE;
use crate::storage::validate::{affinity, fixed};
use crate::volume::validate::{
    Iscsi, Sources, access_modes, aws, azure_disk, csi_driver, fc, flex_options, flocker, gce,
    host_path, nfs, no_backsteps, quobyte, required, storage_os,
};
use crate::{meta, name};

/// Mount options before there was a field.
const MOUNT_OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";

/// Checks a persistent volume (`PV-1` … `PV-10`).
pub fn volume(out: &mut Errors, volume: &PersistentVolume) {
    let rules = meta::Rules::of(&Kind::PersistentVolume);
    meta::validate_builtin(out, &Path::root("metadata"), &volume.metadata, &rules);
    let at = Path::root("spec");
    let spec = &volume.spec;
    access_modes(out, &at.field("accessModes"), &spec.access_modes);
    capacity(out, &at, spec);
    policy(out, &at, spec);
    if let Some(affinity) = &spec.node_affinity {
        affinity::validate(out, &at.field("nodeAffinity"), affinity);
    }
    source(out, &at, spec, &volume.metadata.name);
    if !spec.storage_class_name.is_empty() {
        let at = at.field("storageClassName");
        name::validate(out, &at, &spec.storage_class_name, name::dns1123_subdomain);
    }
    if let Some(mode) = &spec.volume_mode
        && !PersistentVolumeMode::WORDS.contains(&mode.as_str())
    {
        out.not_supported(&at.field("volumeMode"), mode.as_str(), PersistentVolumeMode::WORDS);
    }
    attributes_class(out, &at, spec);
    mount_options(out, volume);
}

/// Checks the spec of a volume that stands in an attachment (`ATTACH-5`).
pub(super) fn inline_spec(out: &mut Errors, at: &Path<'_>, spec: &PersistentVolumeSpec) {
    let policy = &spec.persistent_volume_reclaim_policy;
    let retains = policy.is_unset() || *policy == PersistentVolumeReclaimPolicy::Retain;
    let mounts =
        spec.volume_mode.as_ref().is_none_or(|mode| *mode == PersistentVolumeMode::Filesystem);
    for (field, is_set) in [
        ("claimRef", spec.claim_ref.is_some()),
        ("capacity", !spec.capacity.is_empty()),
        ("nodeAffinity", spec.node_affinity.is_some()),
        ("storageClassName", !spec.storage_class_name.is_empty()),
        ("persistentVolumeReclaimPolicy", !retains),
        ("volumeMode", !mounts),
    ] {
        if is_set {
            out.forbidden(
                &at.field(field),
                "may not be specified in the context of inline volumes",
            );
        }
    }
    if spec.csi.is_none() {
        let detail = "has to be specified in the context of inline volumes";
        out.required(&at.field("csi"), detail);
    }
    access_modes(out, &at.field("accessModes"), &spec.access_modes);
    source(out, at, spec, "");
}

/// PV-3
fn capacity(out: &mut Errors, at: &Path<'_>, spec: &PersistentVolumeSpec) {
    let at = at.field("capacity");
    if spec.capacity.is_empty() {
        out.required(&at, "");
    }
    if spec.capacity.len() != 1 || !spec.capacity.contains_key(STORAGE) {
        out.not_supported(&at, "", &[STORAGE]);
    }
    for (key, size) in spec.capacity.iter().filter(|(_, size)| size.signum() <= 0) {
        out.invalid(&at.key(key), size.to_string(), "must be greater than zero");
    }
}

/// PV-4
fn policy(out: &mut Errors, at: &Path<'_>, spec: &PersistentVolumeSpec) {
    let at = at.field("persistentVolumeReclaimPolicy");
    let policy = &spec.persistent_volume_reclaim_policy;
    if let PersistentVolumeReclaimPolicy::Other(word) = policy {
        out.not_supported(&at, &**word, PersistentVolumeReclaimPolicy::WORDS);
    }
    let is_root = |path: &str| path.starts_with('/') && stays_at_root(path);
    if *policy == PersistentVolumeReclaimPolicy::Recycle
        && spec.host_path.as_ref().is_some_and(|source| is_root(&source.path))
    {
        out.forbidden(&at, "may not be 'recycle' for a hostPath mount of '/'");
    }
}

/// Whether an absolute path leads back to the root.
fn stays_at_root(path: &str) -> bool {
    let depth = path.split('/').fold(0_usize, |depth, part| match part {
        "" | "." => depth,
        ".." => depth.saturating_sub(1),
        _ => depth + 1,
    });
    depth == 0
}

/// PV-5, PV-6
fn source(out: &mut Errors, at: &Path<'_>, spec: &PersistentVolumeSpec, volume: &str) {
    let mut sources = Sources::new(at);
    if let Some(source) = sources.first(out, "hostPath", &spec.host_path) {
        host_path(out, &at.field("hostPath"), source);
    }
    if let Some(source) = sources.first(out, "gcePersistentDisk", &spec.gce_persistent_disk) {
        gce(out, &at.field("persistentDisk"), source);
    }
    if let Some(source) = sources.first(out, "awsElasticBlockStore", &spec.aws_elastic_block_store)
    {
        aws(out, &at.field("awsElasticBlockStore"), source);
    }
    if let Some(source) = sources.first(out, "glusterfs", &spec.glusterfs) {
        let at = at.field("glusterfs");
        required(out, &at.field("endpoints"), &source.endpoints_name);
        required(out, &at.field("path"), &source.path);
        if let Some(namespace) = &source.endpoints_namespace {
            name::validate(out, &at.field("endpointsNamespace"), namespace, name::dns1123_label);
        }
    }
    if let Some(source) = sources.first(out, "flocker", &spec.flocker) {
        flocker(out, &at.field("flocker"), source);
    }
    if let Some(source) = sources.first(out, "nfs", &spec.nfs) {
        nfs(out, &at.field("nfs"), source);
    }
    networked(out, &mut sources, at, spec);
    if let Some(source) = sources.first(out, "iscsi", &spec.iscsi) {
        let at = at.field("iscsi");
        let disk = Iscsi {
            portal: &source.target_portal,
            iqn: &source.iqn,
            lun: source.lun,
            authenticates: source.discovery_chap_auth || source.session_chap_auth,
            secret: source.secret_ref.as_ref().map(|secret| secret.name.as_str()),
            initiator: source.initiator_name.as_deref(),
        };
        disk.validate(out, &at);
        if disk.is_too_long(volume) {
            out.invalid(&at.field("targetportal"), disk.portal, "is too long with the volume name");
        }
        if disk.secret == Some("") {
            out.required(&at.field("secretRef").field("name"), "");
        }
    }
    drivers(out, &mut sources, at, spec);
    clouds(out, &mut sources, at, spec);
    if !sources.found {
        out.required(at, "must specify a volume type");
    }
}

fn networked(
    out: &mut Errors,
    sources: &mut Sources<'_>,
    at: &Path<'_>,
    spec: &PersistentVolumeSpec,
) {
    if let Some(source) = sources.first(out, "rbd", &spec.rbd) {
        let at = at.field("rbd");
        if source.ceph_monitors.is_empty() {
            out.required(&at.field("monitors"), "");
        }
        required(out, &at.field("image"), &source.rbd_image);
    }
    if let Some(source) = sources.first(out, "quobyte", &spec.quobyte) {
        quobyte(out, &at.field("quobyte"), source);
    }
    if let Some(source) = sources.first(out, "cephFS", &spec.cephfs)
        && source.monitors.is_empty()
    {
        out.required(&at.field("cephfs").field("monitors"), "");
    }
}

fn drivers(
    out: &mut Errors,
    sources: &mut Sources<'_>,
    at: &Path<'_>,
    spec: &PersistentVolumeSpec,
) {
    if let Some(source) = sources.first(out, "cinder", &spec.cinder) {
        let at = at.field("cinder");
        required(out, &at.field("volumeID"), &source.volume_id);
        if let Some(secret) = &source.secret_ref {
            let at = at.field("secretRef");
            required(out, &at.field("name"), &secret.name);
            required(out, &at.field("namespace"), &secret.namespace);
        }
    }
    if let Some(source) = sources.first(out, "fc", &spec.fc) {
        fc(out, &at.field("fc"), source);
    }
    if let Some(source) = &spec.flex_volume {
        sources.found = true; // PV-6: never one too many.
        let at = at.field("flexVolume");
        required(out, &at.field("driver"), &source.driver);
        flex_options(out, &at, &source.options);
    }
    if let Some(source) = sources.first(out, "azureFile", &spec.azure_file) {
        let at = at.field("azureFile");
        required(out, &at.field("secretName"), &source.secret_name);
        required(out, &at.field("shareName"), &source.share_name);
        if let Some(namespace) = &source.secret_namespace {
            required(out, &at.field("secretNamespace"), namespace);
        }
    }
    if let Some(source) = sources.first(out, "vsphereVolume", &spec.vsphere_volume) {
        required(out, &at.field("vsphereVolume").field("volumePath"), &source.volume_path);
    }
    if let Some(source) = sources.first(out, "photonPersistentDisk", &spec.photon_persistent_disk) {
        required(out, &at.field("photonPersistentDisk").field("pdID"), &source.pd_id);
    }
    if let Some(source) = sources.first(out, "portworxVolume", &spec.portworx_volume) {
        required(out, &at.field("portworxVolume").field("volumeID"), &source.volume_id);
    }
}

fn clouds(out: &mut Errors, sources: &mut Sources<'_>, at: &Path<'_>, spec: &PersistentVolumeSpec) {
    if let Some(source) = sources.first(out, "azureDisk", &spec.azure_disk) {
        azure_disk(out, &at.field("azureDisk"), source);
    }
    if let Some(source) = sources.first(out, "scaleIO", &spec.scale_io) {
        let at = at.field("scaleIO");
        required(out, &at.field("gateway"), &source.gateway);
        required(out, &at.field("system"), &source.system);
        required(out, &at.field("volumeName"), &source.volume_name);
    }
    if let Some(source) = sources.first(out, "local", &spec.local) {
        let path = at.field("local");
        let path = path.field("path");
        required(out, &path, &source.path);
        no_backsteps(out, &path, &source.path);
        if spec.node_affinity.is_none() {
            out.required(&at.field("nodeAffinity"), "Local volume requires node affinity"); // PV-7
        }
    }
    if let Some(source) = sources.first(out, "storageos", &spec.storageos) {
        let at = at.field("storageos");
        storage_os(out, &at, &source.volume_name, &source.volume_namespace);
        if let Some(secret) = &source.secret_ref {
            let at = at.field("secretRef");
            required(out, &at.field("name"), &secret.name);
            required(out, &at.field("namespace"), &secret.namespace);
        }
    }
    if let Some(source) = sources.first(out, "csi", &spec.csi) {
        csi(out, &at.field("csi"), source);
    }
}

/// PV-8
fn csi(out: &mut Errors, at: &Path<'_>, source: &CSIPersistentVolumeSource) {
    csi_driver(out, &at.field("driver"), &source.driver);
    required(out, &at.field("volumeHandle"), &source.volume_handle);
    for (field, secret) in [
        ("controllerPublishSecretRef", &source.controller_publish_secret_ref),
        ("controllerExpandSecretRef", &source.controller_expand_secret_ref),
        ("nodePublishSecretRef", &source.node_publish_secret_ref),
        ("nodeExpandSecretRef", &source.node_expand_secret_ref),
    ] {
        let Some(SecretReference { name, namespace }) = secret.as_deref() else { continue };
        let at = at.field(field);
        if name.is_empty() {
            out.required(&at.field("name"), "");
        } else {
            name::validate(out, &at.field("name"), name, name::dns1123_subdomain);
        }
        if namespace.is_empty() {
            out.required(&at.field("namespace"), "");
        } else {
            name::validate(out, &at.field("namespace"), namespace, name::dns1123_label);
        }
    }
}

/// PV-10
fn attributes_class(out: &mut Errors, at: &Path<'_>, spec: &PersistentVolumeSpec) {
    let Some(class) = &spec.volume_attributes_class_name else { return };
    let path = at.field("volumeAttributesClassName");
    if class.is_empty() {
        out.required(&path, "an empty string is disallowed");
    } else {
        name::validate(out, &path, class, name::dns1123_subdomain);
    }
    if spec.csi.is_none() {
        let detail = "has to be specified when using volumeAttributesClassName";
        out.required(&at.field("csi"), detail);
    }
}

/// PV-9
fn mount_options(out: &mut Errors, volume: &PersistentVolume) {
    let spec = &volume.spec;
    let takes_options = spec.gce_persistent_disk.is_some()
        || spec.aws_elastic_block_store.is_some()
        || spec.glusterfs.is_some()
        || spec.nfs.is_some()
        || spec.rbd.is_some()
        || spec.quobyte.is_some()
        || spec.iscsi.is_some()
        || spec.cinder.is_some()
        || spec.cephfs.is_some()
        || spec.azure_file.is_some()
        || spec.vsphere_volume.is_some()
        || spec.azure_disk.is_some()
        || spec.photon_persistent_disk.is_some();
    if !takes_options && volume.metadata.annotations.contains_key(MOUNT_OPTIONS) {
        let at = Path::root("metadata.annotations");
        let detail = "may not specify mount options for this volume type";
        out.forbidden(&at.field(MOUNT_OPTIONS), detail);
    }
}

/// Checks that `new` may replace `old`; metadata only as for a new one (`PV-11`, `PV-12`).
pub fn update_volume(out: &mut Errors, new: &PersistentVolume, old: &PersistentVolume) {
    volume(out, new);
    let mut source = only_source(&new.spec);
    if let (Some(new), Some(old)) = (&mut source.csi, &old.spec.csi)
        && old.controller_expand_secret_ref.is_none()
    {
        new.controller_expand_secret_ref = None;
    }
    if source != only_source(&old.spec) {
        let at = Path::root("spec.persistentvolumesource");
        out.forbidden(&at, "spec.persistentvolumesource is immutable after creation");
    }
    fixed(out, &Path::root("volumeMode"), &new.spec.volume_mode, &old.spec.volume_mode);
    let affinity = old.spec.node_affinity.as_deref();
    if affinity.is_some() && !affinity::is_same(new.spec.node_affinity.as_deref(), affinity) {
        let detail = "field is immutable, except for updating from beta label to GA";
        out.invalid(&Path::root("nodeAffinity"), "", detail);
    }
    let class = |volume: &PersistentVolume| volume.spec.volume_attributes_class_name.is_some();
    if class(old) && !class(new) {
        let at = Path::root("spec.volumeAttributesClassName");
        out.forbidden(&at, "update from non-nil value to nil is forbidden");
    }
}

/// A spec with nothing but its source.
fn only_source(spec: &PersistentVolumeSpec) -> PersistentVolumeSpec {
    PersistentVolumeSpec {
        capacity: Default::default(),
        access_modes: Vec::new(),
        claim_ref: None,
        persistent_volume_reclaim_policy: PersistentVolumeReclaimPolicy::Unset,
        storage_class_name: String::new(),
        mount_options: Vec::new(),
        volume_mode: None,
        node_affinity: None,
        volume_attributes_class_name: None,
        ..spec.clone()
    }
}

/// Checks that a status may replace the one of `old` (`PV-12`).
pub fn update_volume_status(out: &mut Errors, new: &PersistentVolume, old: &PersistentVolume) {
    meta::update_builtin(out, &Path::root("metadata"), &new.metadata, &old.metadata);
    if new.metadata.resource_version.is_empty() {
        out.required(&Path::root("resourceVersion"), "");
    }
}
