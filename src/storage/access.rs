//! Access modes: which sets contain which, and who may attach where.
//!
//! Source: `pkg/apis/core/v1/helper`, `pkg/volume/util/util.go`.

use crate::api::PersistentVolumeAccessMode::{
    self, ReadOnlyMany, ReadWriteMany, ReadWriteOnce, ReadWriteOncePod,
};
use crate::api::{PersistentVolume, Volume};

/// The order in which modes are named in a group key.
const ORDER: [(PersistentVolumeAccessMode, &str); 4] = [
    (ReadWriteOnce, "RWO"),
    (ReadOnlyMany, "ROX"),
    (ReadWriteMany, "RWX"),
    (ReadWriteOncePod, "RWOP"),
];

/// A set of access modes as text: `RWO,ROX`. Unknown modes are dropped, repeats count once (`MATCH-9`).
#[must_use]
pub fn group_key(modes: &[PersistentVolumeAccessMode]) -> String {
    let named: Vec<&str> =
        ORDER.iter().filter(|(mode, _)| modes.contains(mode)).map(|(_, name)| *name).collect();
    named.join(",")
}

/// The number of different known modes in a list.
#[must_use]
pub fn count(modes: &[PersistentVolumeAccessMode]) -> usize {
    ORDER.iter().filter(|(mode, _)| modes.contains(mode)).count()
}

/// Whether every mode of `wanted` is among `offered`, unknown words included.
#[must_use]
pub fn contains(
    offered: &[PersistentVolumeAccessMode],
    wanted: &[PersistentVolumeAccessMode],
) -> bool {
    wanted.iter().all(|mode| offered.contains(mode))
}

/// Whether the known modes of `offered` contain `wanted`; an unknown wanted mode never fits (`MATCH-9`).
#[must_use]
pub fn group_contains(
    offered: &[PersistentVolumeAccessMode],
    wanted: &[PersistentVolumeAccessMode],
) -> bool {
    wanted.iter().all(|mode| ORDER.iter().any(|(known, _)| known == mode) && offered.contains(mode))
}

/// Whether a volume may be attached to several nodes at once (`ATTACH-1`).
#[must_use]
pub fn is_multi_attach(volume: &PersistentVolume) -> bool {
    let modes = &volume.spec.access_modes;
    modes.is_empty() || modes.iter().any(|mode| matches!(mode, ReadWriteMany | ReadOnlyMany))
}

/// Whether a volume written into the pod may be attached to several nodes at once (`ATTACH-1`).
#[must_use]
pub fn is_inline_multi_attach(volume: &Volume) -> bool {
    volume.azure_disk.is_none() && volume.cinder.is_none()
}
