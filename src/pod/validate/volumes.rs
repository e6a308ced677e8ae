//! Volumes of a pod.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{
    ClusterTrustBundleProjection, DownwardAPIVolumeFile, HostPathType, KeyToPath,
    ProjectedVolumeSource, PullPolicy, Volume,
};
use crate::field::{Errors, Path};
use crate::pod::validate::{env, mode, no_backsteps, one_of, unreserved};
use crate::volume::validate::{claim_template, iscsi_name, remote};
use crate::{labels, name};

/// Pushes the mistakes of all volumes; the ones without mistake by name.
// POD-SPEC-23
pub(super) fn validate<'a>(
    out: &mut Errors,
    at: &Path<'_>,
    volumes: &'a [Volume],
    pod_name: &str,
) -> BTreeMap<&'a str, &'a Volume> {
    let mut good = BTreeMap::new();
    for (n, volume) in volumes.iter().enumerate() {
        let one = at.index(n);
        let own = one.field("name");
        let mut found = Errors::new();
        source(&mut found, &one, volume, pod_name);
        if volume.name.is_empty() {
            found.required(&own, "");
        } else {
            name::validate(&mut found, &own, &volume.name, name::dns1123_label);
        }
        if good.contains_key(volume.name.as_str()) {
            found.duplicate(&own, &volume.name);
        }
        if found.is_empty() {
            good.insert(volume.name.as_str(), volume);
        }
        out.append(found);
        if let Some(claim) = volume.persistent_volume_claim.as_deref()
            && volumes.iter().any(|other| {
                other.ephemeral.is_some()
                    && !pod_name.is_empty()
                    && claim.claim_name == format!("{pod_name}-{}", other.name)
            })
        {
            let detail = "must not reference a PVC that gets created for an ephemeral volume";
            let claim_at = one.field("persistentVolumeClaim");
            out.invalid(&claim_at.field("claimName"), &claim.claim_name, detail);
        }
    }
    good
}

/// Tokens need an account.
pub(super) fn forbid_tokens(out: &mut Errors, at: &Path<'_>, volumes: &[Volume]) {
    for (n, volume) in volumes.iter().enumerate() {
        let one = at.index(n);
        let projected = one.field("projected");
        let list = projected.field("sources");
        let sources = volume.projected.iter().flat_map(|projected| &projected.sources);
        for (m, source) in sources.enumerate() {
            if source.service_account_token.is_some() {
                let detail = "must not be specified when serviceAccountName is not set";
                out.forbidden(&list.index(m).field("serviceAccountToken"), detail);
            }
        }
    }
}

/// The sources in upstream's order: field, and whether it is set.
fn sources(volume: &Volume) -> [(&'static str, bool); 30] {
    [
        ("emptyDir", volume.empty_dir.is_some()),
        ("hostPath", volume.host_path.is_some()),
        ("gitRepo", volume.git_repo.is_some()),
        ("gcePersistentDisk", volume.gce_persistent_disk.is_some()),
        ("awsElasticBlockStore", volume.aws_elastic_block_store.is_some()),
        ("secret", volume.secret.is_some()),
        ("nfs", volume.nfs.is_some()),
        ("iscsi", volume.iscsi.is_some()),
        ("glusterfs", volume.glusterfs.is_some()),
        ("flocker", volume.flocker.is_some()),
        ("persistentVolumeClaim", volume.persistent_volume_claim.is_some()),
        ("rbd", volume.rbd.is_some()),
        ("cinder", volume.cinder.is_some()),
        ("cephFS", volume.cephfs.is_some()),
        ("quobyte", volume.quobyte.is_some()),
        ("downwarAPI", volume.downward_api.is_some()),
        ("fc", volume.fc.is_some()),
        ("flexVolume", volume.flex_volume.is_some()),
        ("configMap", volume.config_map.is_some()),
        ("azureFile", volume.azure_file.is_some()),
        ("vsphereVolume", volume.vsphere_volume.is_some()),
        ("photonPersistentDisk", volume.photon_persistent_disk.is_some()),
        ("portworxVolume", volume.portworx_volume.is_some()),
        ("azureDisk", volume.azure_disk.is_some()),
        ("storageos", volume.storageos.is_some()),
        ("projected", volume.projected.is_some()),
        ("scaleIO", volume.scale_io.is_some()),
        ("csi", volume.csi.is_some()),
        ("ephemeral", volume.ephemeral.is_some()),
        ("image", volume.image.is_some()),
    ]
}

fn source(out: &mut Errors, at: &Path<'_>, volume: &Volume, pod_name: &str) {
    let set = sources(volume);
    let mut set = set.iter().filter(|(_, set)| *set).map(|(field, _)| *field);
    let Some(first) = set.next() else {
        out.required(at, "must specify a volume type");
        return;
    };
    for other in set {
        out.forbidden(&at.field(other), "may not specify more than 1 volume type");
    }
    let own = at.field(first);
    iscsi_name(out, at, volume);
    match first {
        "secret" | "configMap" | "downwarAPI" | "projected" => objects(out, at, volume, first),
        "emptyDir" | "hostPath" | "persistentVolumeClaim" | "image" => {
            plain(out, &own, volume);
        }
        "ephemeral" => {
            let template =
                volume.ephemeral.as_deref().and_then(|own| own.volume_claim_template.as_deref());
            let template_at = own.field("volumeClaimTemplate");
            match template {
                None => out.required(&template_at, ""),
                Some(template) => claim_template(out, &template_at, template),
            }
            if !pod_name.is_empty() && !volume.name.is_empty() {
                let claim = format!("{pod_name}-{}", volume.name);
                for problem in name::dns1123_subdomain(&claim) {
                    let detail = format!("PVC name {claim:?}: {problem}");
                    out.invalid(&at.field("name"), &volume.name, detail);
                }
            }
        }
        _ => remote(out, at, volume),
    }
}

fn need(out: &mut Errors, at: &Path<'_>, text: &str) {
    if text.is_empty() {
        out.required(at, "");
    }
}

fn plain(out: &mut Errors, at: &Path<'_>, volume: &Volume) {
    if let Some(size) = volume.empty_dir.as_deref().and_then(|own| own.size_limit.as_ref()) {
        if size.signum() < 0 {
            let detail = "SizeLimit field must be a valid resource quantity";
            out.forbidden(&at.field("sizeLimit"), detail);
        }
    } else if volume.empty_dir.is_some() {
    } else if let Some(host) = volume.host_path.as_deref() {
        need(out, &at.field("path"), &host.path);
        if !host.path.is_empty() {
            no_backsteps(out, &at.field("path"), &host.path);
            if let Some(kind) = host.type_.as_ref().filter(|kind| !kind.is_unset()) {
                one_of(out, &at.field("type"), kind.as_str(), HostPathType::WORDS);
            }
        }
    } else if let Some(claim) = volume.persistent_volume_claim.as_deref() {
        need(out, &at.field("claimName"), &claim.claim_name);
    } else if let Some(image) = volume.image.as_deref() {
        need(out, &at.field("reference"), &image.reference);
        super::word(out, &at.field("pullPolicy"), image.pull_policy.as_str(), PullPolicy::WORDS);
    }
}

/// Volumes that are made of objects.
fn objects(out: &mut Errors, at: &Path<'_>, volume: &Volume, first: &str) {
    match first {
        "secret" => {
            let Some(secret) = volume.secret.as_deref() else { return };
            let own = at.field("secret");
            need(out, &own.field("secretName"), &secret.secret_name);
            mode(out, &own.field("defaultMode"), secret.default_mode);
            items(out, &own.field("items"), &secret.items);
        }
        "configMap" => {
            let Some(map) = volume.config_map.as_deref() else { return };
            let own = at.field("configMap");
            need(out, &own.field("name"), &map.name);
            mode(out, &own.field("defaultMode"), map.default_mode);
            items(out, &own.field("items"), &map.items);
        }
        "projected" => {
            if let Some(projected) = volume.projected.as_deref() {
                self::projected(out, &at.field("projected"), projected);
            }
        }
        _ => {
            let Some(downward) = volume.downward_api.as_deref() else { return };
            let own = at.field("downwardAPI");
            mode(out, &own.field("defaultMode"), downward.default_mode);
            for item in &downward.items {
                file(out, &own, item);
            }
        }
    }
}

fn items(out: &mut Errors, at: &Path<'_>, items: &[KeyToPath]) {
    for (n, item) in items.iter().enumerate() {
        let one = at.index(n);
        need(out, &one.field("key"), &item.key);
        need(out, &one.field("path"), &item.path);
        unreserved(out, &one.field("path"), &item.path);
        mode(out, &one.field("mode"), item.mode);
    }
}

fn file(out: &mut Errors, at: &Path<'_>, file: &DownwardAPIVolumeFile) {
    need(out, &at.field("path"), &file.path);
    unreserved(out, &at.field("path"), &file.path);
    if let Some(selector) = file.field_ref.as_deref() {
        env::field(out, &at.field("fieldRef"), selector, env::FOR_VOLUME);
        if file.resource_field_ref.is_some() {
            let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
            out.invalid(at, "resource", detail);
        }
    } else if let Some(selector) = file.resource_field_ref.as_deref() {
        env::resource(out, &at.field("resourceFieldRef"), selector, true);
    } else {
        out.required(at, "one of fieldRef and resourceFieldRef is required");
    }
    mode(out, &at.field("mode"), file.mode);
}

/// PROJ-5
fn trust_bundle(out: &mut Errors, at: &Path<'_>, bundle: &ClusterTrustBundleProjection) {
    let selector = at.field("labelSelector");
    match (&bundle.name, &bundle.signer_name) {
        (Some(_), Some(signer)) => {
            out.invalid(at, signer, "only one of name and signerName may be used");
        }
        (None, None) => out.required(at, "either name or signerName must be specified"),
        (Some(name), None) => {
            need(out, &at.field("name"), name);
            // A name with a signer in it has it before the last colon.
            let own = name.rsplit_once(':').map_or(name.as_str(), |(_, own)| own);
            if !name.is_empty() {
                name::validate(out, &at.field("name"), own, name::dns1123_subdomain);
            }
            if bundle.label_selector.is_some() {
                out.invalid(&selector, name, "must be unset if name is specified");
            }
        }
        (None, Some(signer)) => {
            need(out, &at.field("signerName"), signer);
            if let Some(found) = &bundle.label_selector {
                labels::validate(out, &selector, found, &labels::Rules::default());
            }
        }
    }
    need(out, &at.field("path"), &bundle.path);
    unreserved(out, &at.field("path"), &bundle.path);
}

fn projected(out: &mut Errors, at: &Path<'_>, volume: &ProjectedVolumeSource) {
    mode(out, &at.field("defaultMode"), volume.default_mode);
    let mut paths = BTreeSet::new();
    let mut once = |out: &mut Errors, path: &str| {
        if !path.is_empty() && !paths.insert(path.to_owned()) {
            out.invalid(at, path, "conflicting duplicate paths");
        }
    };
    let list = at.field("sources");
    for (n, source) in volume.sources.iter().enumerate() {
        let one = list.index(n);
        let mut count = 0;
        let secret = source.secret.as_deref().map(|own| ("secret", &own.name, &own.items));
        let map = source.config_map.as_deref().map(|own| ("configMap", &own.name, &own.items));
        for (field, name, keys) in [secret, map].into_iter().flatten() {
            count += 1;
            let own = one.field(field);
            need(out, &own.field("name"), name);
            items(out, &own.field("items"), keys);
            keys.iter().for_each(|item| once(out, &item.path));
        }
        if let Some(downward) = source.downward_api.as_deref() {
            count += 1;
            for item in &downward.items {
                file(out, &one.field("downwardAPI"), item);
                once(out, &item.path);
            }
        }
        if let Some(token) = source.service_account_token.as_deref() {
            count += 1;
            let own = one.field("serviceAccountToken");
            if let Some(seconds) = token.expiration_seconds
                && !(600..=1 << 32).contains(&seconds)
            {
                let detail = "must be between 10 minutes and 2^32 seconds";
                out.invalid(&own.field("expirationSeconds"), seconds, detail);
            }
            need(out, &at.field("path"), &token.path);
            unreserved(out, &at.field("path"), &token.path);
        }
        if let Some(bundle) = source.cluster_trust_bundle.as_deref() {
            count += 1;
            trust_bundle(out, &one.field("clusterTrustBundle"), bundle);
            once(out, &bundle.path);
        }
        count += usize::from(source.pod_certificate.is_some());
        if count > 1 {
            out.forbidden(&one, "may not specify more than 1 volume type per source");
        }
    }
}
