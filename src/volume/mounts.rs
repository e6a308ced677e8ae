//! What a container sees: its mounts, and which of them a path belongs to.
//!
//! Source: `pkg/kubelet/kubelet_pods.go makeMounts`, `pkg/kubelet/container/helpers.go`,
//! `third_party/forked/golang/expansion`.

use std::collections::BTreeSet;

use crate::api::{MountPropagationMode, RecursiveReadOnlyMode, VolumeMount};
use crate::volume::TreeError;
use crate::volume::tree::clean;

/// One mount of a container, worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The volume.
    pub volume: String,
    /// Where it is in the container; absolute (`MOUNT-9`).
    pub container_path: String,
    /// Which part of the volume it is; empty for the whole.
    pub sub_path: String,
    /// Whether it may only be read (`MOUNT-8`).
    pub read_only: bool,
    /// Whether that holds for what is mounted below, too (`MOUNT-15`).
    pub recursive_read_only: bool,
    /// How later mounts spread (`MOUNT-14`).
    pub propagation: Propagation,
}

/// How later mounts spread between a container and its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Propagation {
    /// Not at all.
    Private,
    /// From the node into the container.
    HostToContainer,
    /// Both ways.
    Bidirectional,
}

/// Why the mounts of a container cannot be made; the container does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MountError {
    /// The pod has no such volume, or it is not mounted (`MOUNT-7`).
    #[error("cannot find volume \"{volume}\" to mount into container")]
    NoVolume {
        /// The volume.
        volume: String,
    },
    /// Variables of the sub path expression are missing or empty (`MOUNT-10`).
    #[error("missing value for {}", .names.join(", "))]
    MissingVariables {
        /// Their names.
        names: Vec<String>,
    },
    /// The sub path is absolute.
    #[error("error SubPath `{sub_path}` must not be an absolute path")]
    AbsoluteSubPath {
        /// The path.
        sub_path: String,
    },
    /// The sub path has a `..` element.
    #[error("unable to provision SubPath `{sub_path}`: must not contain '..'")]
    Backstep {
        /// The path.
        sub_path: String,
    },
    /// The sub path could not be made in the volume (`MOUNT-12`).
    #[error("failed to create subPath directory for volumeMount \"{volume}\": {why}")]
    SubPath {
        /// The volume.
        volume: String,
        /// Why not.
        why: TreeError,
    },
    /// The propagation word is not one that is known (`MOUNT-14`).
    #[error("invalid MountPropagation mode: \"{mode}\"")]
    UnknownPropagation {
        /// The word.
        mode: MountPropagationMode,
    },
    /// The recursive read-only mode cannot be had (`MOUNT-15`).
    #[error("failed to resolve recursive read-only mode: {why}")]
    RecursiveReadOnly {
        /// Why not.
        why: RecursiveReadOnlyRefused,
    },
}

/// Why a recursive read-only mount is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecursiveReadOnlyRefused {
    /// The mount may be written to.
    #[error("the mount is not read-only")]
    NotReadOnly,
    /// The mount propagates.
    #[error("the mount has a propagation")]
    Propagates,
    /// The node cannot do it.
    #[error("the runtime does not support it")]
    Unsupported,
    /// The word is not one that is known.
    #[error("unknown mode")]
    UnknownMode,
}

/// The volumes of a pod on its node, as far as mounting has to know them.
pub trait Volumes {
    /// Whether the volume is there, and if so whether it may only be read.
    fn is_read_only(&self, volume: &str) -> Option<bool>;
    /// Makes sure that `sub_path` exists in the volume: what is there stays, else a directory is made
    /// with the permission bits of the root (`MOUNT-12`).
    ///
    /// # Errors
    /// When it can be neither found nor made.
    fn ensure(&mut self, volume: &str, sub_path: &str) -> Result<(), TreeError>;
}

/// The mounts of a container, in the order of `mounts` (`MOUNT-7` … `MOUNT-15`).
///
/// `env` gives the value of a variable of the container; `recursive` says whether the node can make
/// read-only mounts recursive.
///
/// # Errors
/// The first [`MountError`]. Sub paths of the mounts before it have been made.
pub fn plan<'e>(
    mounts: &[VolumeMount],
    volumes: &mut dyn Volumes,
    env: &dyn Fn(&str) -> Option<&'e str>,
    recursive: bool,
) -> Result<Vec<Mount>, MountError> {
    mounts.iter().map(|mount| one(mount, volumes, env, recursive)).collect()
}

fn one<'e>(
    mount: &VolumeMount,
    volumes: &mut dyn Volumes,
    env: &dyn Fn(&str) -> Option<&'e str>,
    recursive: bool,
) -> Result<Mount, MountError> {
    let volume = mount.name.clone();
    let Some(volume_read_only) = volumes.is_read_only(&volume) else {
        return Err(MountError::NoVolume { volume });
    };
    // MOUNT-11: the expression wins.
    let sub_path = if mount.sub_path_expr.is_empty() {
        mount.sub_path.clone()
    } else {
        expand_all(&mount.sub_path_expr, env)?
    };
    let sub_path = inner(sub_path)?;
    if !sub_path.is_empty() {
        volumes
            .ensure(&volume, &sub_path)
            .map_err(|why| MountError::SubPath { volume: volume.clone(), why })?;
    }
    let container_path = if mount.mount_path.starts_with('/') {
        mount.mount_path.clone()
    } else {
        format!("/{}", mount.mount_path)
    };
    Ok(Mount {
        volume,
        container_path,
        sub_path,
        read_only: mount.read_only || volume_read_only,
        propagation: propagation(mount)?,
        recursive_read_only: recursive_read_only(mount, recursive)?,
    })
}

/// A sub path, checked and cleaned.
fn inner(sub_path: String) -> Result<String, MountError> {
    if sub_path.starts_with('/') {
        return Err(MountError::AbsoluteSubPath { sub_path });
    }
    clean(&sub_path).map_err(|_| MountError::Backstep { sub_path })
}

fn propagation(mount: &VolumeMount) -> Result<Propagation, MountError> {
    match mount.mount_propagation.as_ref() {
        None | Some(MountPropagationMode::None) => Ok(Propagation::Private),
        Some(MountPropagationMode::HostToContainer) => Ok(Propagation::HostToContainer),
        Some(MountPropagationMode::Bidirectional) => Ok(Propagation::Bidirectional),
        Some(mode @ (MountPropagationMode::Unset | MountPropagationMode::Other(_))) => {
            Err(MountError::UnknownPropagation { mode: mode.clone() })
        }
    }
}

fn recursive_read_only(mount: &VolumeMount, supported: bool) -> Result<bool, MountError> {
    let refuse = |why| Err(MountError::RecursiveReadOnly { why });
    let mode = match mount.recursive_read_only.as_ref() {
        None | Some(RecursiveReadOnlyMode::Disabled) => return Ok(false),
        Some(mode) => mode,
    };
    if !mount.read_only {
        return refuse(RecursiveReadOnlyRefused::NotReadOnly);
    }
    if !matches!(mount.mount_propagation, None | Some(MountPropagationMode::None)) {
        return refuse(RecursiveReadOnlyRefused::Propagates);
    }
    match mode {
        RecursiveReadOnlyMode::IfPossible => Ok(supported),
        RecursiveReadOnlyMode::Enabled if supported => Ok(true),
        RecursiveReadOnlyMode::Enabled => refuse(RecursiveReadOnlyRefused::Unsupported),
        RecursiveReadOnlyMode::Disabled => Ok(false),
        RecursiveReadOnlyMode::Unset | RecursiveReadOnlyMode::Other(_) => {
            refuse(RecursiveReadOnlyRefused::UnknownMode)
        }
    }
}

/// `$(NAME)` replaced by what `value` says; `$$` is a `$`; what is no reference stays (`MOUNT-10`).
///
/// ```
/// use kubernel::volume::mounts::expand;
///
/// let shown = expand("$(A)-$$(A)-$(B)-$A-$(", &mut |name| match name {
///     "A" => Some("1".to_owned()),
///     _ => None,
/// });
/// assert_eq!(shown, "1-$(A)-$(B)-$A-$(");
/// ```
pub fn expand(text: &str, value: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) =
            after.strip_prefix('(').and_then(|inner| inner.split_once(')'))
        {
            match value(name) {
                Some(value) => out.push_str(&value),
                None => {
                    out.push_str("$(");
                    out.push_str(name);
                    out.push(')');
                }
            }
            rest = after;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn expand_all<'e>(text: &str, env: &dyn Fn(&str) -> Option<&'e str>) -> Result<String, MountError> {
    let mut missing = BTreeSet::new();
    let expanded = expand(text, &mut |name| {
        let value = env(name).unwrap_or_default();
        if value.is_empty() {
            missing.insert(name.to_owned());
        }
        Some(value.to_owned())
    });
    if missing.is_empty() {
        Ok(expanded)
    } else {
        Err(MountError::MissingVariables { names: missing.into_iter().collect() })
    }
}

/// The mount that a path in a container belongs to, and the path inside its volume.
///
/// The deepest mount wins, whatever the order of the list (`MOUNT-17`).
///
/// # Errors
/// [`TreeError::Backstep`], or [`TreeError::NotMounted`] if no volume is mounted there.
pub fn locate<'m>(mounts: &'m [Mount], path: &str) -> Result<(&'m Mount, String), TreeError> {
    let path = clean(path)?;
    let mut best: Option<(&Mount, usize, String)> = None;
    for mount in mounts {
        let Ok(at) = clean(&mount.container_path) else { continue };
        let rest = if at.is_empty() {
            Some(path.as_str())
        } else if path == at {
            Some("")
        } else {
            path.strip_prefix(&at).and_then(|rest| rest.strip_prefix('/'))
        };
        if let Some(rest) = rest
            && best.as_ref().is_none_or(|(_, depth, _)| at.len() >= *depth)
        {
            let within = clean(&format!("{}/{rest}", mount.sub_path))?;
            best = Some((mount, at.len(), within));
        }
    }
    best.map(|(mount, _, within)| (mount, within)).ok_or(TreeError::NotMounted)
}
