//! Volumes of a pod, and their mounts.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::api::{
    ConfigMapProjection, ConfigMapVolumeSource, DownwardAPIVolumeFile, DownwardAPIVolumeSource,
    EmptyDirVolumeSource, EphemeralVolumeSource, HostPathType, HostPathVolumeSource, KeyToPath,
    ObjectFieldSelector, PersistentVolumeAccessMode, PersistentVolumeClaimTemplate,
    PersistentVolumeClaimVolumeSource, ProjectedVolumeSource, RecursiveReadOnlyMode,
    SecretVolumeSource, Volume, VolumeMount, VolumeProjection,
};
use crate::quantity::{Format, Quantity};
use crate::testing::text::labels;

/// Up to this many volumes.
const MOST: usize = 3;

/// Volumes of several sorts, with different names.
pub(super) fn volumes() -> impl Strategy<Value = Vec<Volume>> {
    btree_map(labels(), select(sources()), 0..=MOST).prop_map(|volumes| {
        volumes.into_iter().map(|(name, volume)| Volume { name, ..volume }).collect()
    })
}

/// For each of the most volumes a mount, and whether it is wanted; name and path come later.
pub(super) fn mounts() -> impl Strategy<Value = Vec<(bool, VolumeMount)>> {
    const MODES: [Option<RecursiveReadOnlyMode>; 3] =
        [None, Some(RecursiveReadOnlyMode::IfPossible), Some(RecursiveReadOnlyMode::Disabled)];
    let parts = (any::<bool>(), any::<bool>(), select(&MODES[..]), select(&["", "logs/a"][..]));
    let mount = parts.prop_map(|(wanted, read_only, mode, sub_path)| {
        let mount = VolumeMount {
            read_only,
            recursive_read_only: mode.filter(|_| read_only),
            sub_path: sub_path.into(),
            ..VolumeMount::default()
        };
        (wanted, mount)
    });
    vec(mount, MOST)
}

/// One of each sort, without a name.
fn sources() -> Vec<Volume> {
    [vec![Volume::default()], of_a_node(), of_objects(), of_claims()].concat()
}

/// Directories of the node.
fn of_a_node() -> Vec<Volume> {
    let size_limit = Some(Quantity::new(1 << 20, Format::BinarySi));
    let empty = EmptyDirVolumeSource { size_limit, ..EmptyDirVolumeSource::default() };
    let host = HostPathVolumeSource {
        path: "/var/data".into(),
        type_: Some(HostPathType::DirectoryOrCreate),
    };
    vec![
        Volume { empty_dir: Some(Box::new(empty)), ..Volume::default() },
        Volume { host_path: Some(Box::new(host)), ..Volume::default() },
    ]
}

/// Files made of other objects, or of the pod itself.
fn of_objects() -> Vec<Volume> {
    let items = vec![KeyToPath { key: "mode".into(), path: "a/mode".into(), mode: Some(0o400) }];
    let labels = DownwardAPIVolumeFile {
        path: "labels".into(),
        field_ref: Some(Box::new(ObjectFieldSelector {
            field_path: "metadata.labels".into(),
            ..ObjectFieldSelector::default()
        })),
        ..DownwardAPIVolumeFile::default()
    };
    let name = || "settings".to_owned();
    let map = ConfigMapVolumeSource { name: name(), items: items.clone(), ..Default::default() };
    let secret = SecretVolumeSource { secret_name: "keys".into(), items, ..Default::default() };
    let downward = DownwardAPIVolumeSource { items: vec![labels], ..Default::default() };
    let part = ConfigMapProjection { name: name(), ..ConfigMapProjection::default() };
    let part = VolumeProjection { config_map: Some(Box::new(part)), ..VolumeProjection::default() };
    let projected = ProjectedVolumeSource { sources: vec![part], ..Default::default() };
    vec![
        Volume { config_map: Some(Box::new(map)), ..Volume::default() },
        Volume { secret: Some(Box::new(secret)), ..Volume::default() },
        Volume { downward_api: Some(Box::new(downward)), ..Volume::default() },
        Volume { projected: Some(Box::new(projected)), ..Volume::default() },
    ]
}

/// Storage that is claimed, by a claim that others may use too or by one of the pod's own.
fn of_claims() -> Vec<Volume> {
    let shared = PersistentVolumeClaimVolumeSource {
        claim_name: "shared.claim".into(),
        ..PersistentVolumeClaimVolumeSource::default()
    };
    let mut own = PersistentVolumeClaimTemplate::default();
    own.spec.access_modes = vec![PersistentVolumeAccessMode::ReadWriteOnce];
    own.spec.resources.requests = [("storage".to_owned(), Quantity::from(1_000))].into();
    let own = EphemeralVolumeSource { volume_claim_template: Some(Box::new(own)) };
    vec![
        Volume { persistent_volume_claim: Some(Box::new(shared)), ..Volume::default() },
        Volume { ephemeral: Some(Box::new(own)), ..Volume::default() },
    ]
}
