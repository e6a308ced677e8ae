//! The files of volumes, in memory: what is in a volume, and what a container sees of it.
//!
//! | question | answer |
//! |---|---|
//! | what is in a directory tree | [`Tree`] |
//! | which files does a Secret, ConfigMap, downward API or projected volume hold | [`payload`], [`projected`] |
//! | what is a field of a pod as text | [`downward`] |
//! | how large may an emptyDir be, and is it too full | [`empty_dir`] |
//! | may a hostPath be used, and what does it create | [`host_path`] |
//! | which part of which volume is at a path in a container | [`mounts`] |
//!
//! Source: `pkg/volume`, `pkg/kubelet/kubelet_pods.go`, `pkg/fieldpath`.

pub mod downward;
pub mod empty_dir;
pub mod host_path;
pub mod mounts;
pub mod payload;
pub mod projected;
mod quote;
mod tree;
pub mod validate;

pub use tree::{Entry, Tree, TreeError};
