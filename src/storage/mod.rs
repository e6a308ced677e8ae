//! Claims and volumes: which volume fits a claim, how the two are bound, what becomes of a volume
//! whose claim is gone.
//!
//! | question | answer |
//! |---|---|
//! | which class does a claim ask for | [`class::of_claim`], [`class::default_of`] |
//! | does this volume fit this claim, and if not why | [`fit::Wish`], [`fit::satisfies`] |
//! | what is the next step for a claim or a volume | [`binder::sync_claim`], [`binder::sync_volume`] |
//! | may a node use the claim of a pod now | [`gate::ready`] |
//! | which volume does a provisioner make for a claim | [`provision::volume`] |
//! | which claims do the ephemeral volumes of a pod need | [`ephemeral::missing`] |
//! | what is wrong with a claim, a volume, a class | [`validate`] |
//! | may a claim or a volume that is being deleted go | [`protect`] |
//!
//! Source: `pkg/controller/volume/persistentvolume`, `component-helpers/storage/volume`.

pub mod access;
pub mod binder;
pub mod class;
pub mod defaults;
pub mod ephemeral;
pub mod fit;
pub mod gate;
pub mod protect;
pub mod provision;
pub mod validate;

/// On a claim: the binding is complete (`BIND-1`).
pub const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// On a claim or a volume: the controller chose the other side, not a user.
pub const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
/// On a volume: the provisioner that made it.
pub const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// On a claim: the node for which a volume is to be made.
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// On a claim: who is to make its volume.
pub const STORAGE_PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
/// The older name of [`STORAGE_PROVISIONER`]; both are written.
pub const BETA_STORAGE_PROVISIONER: &str = "volume.beta.kubernetes.io/storage-provisioner";
/// On a volume: it is served by a CSI driver now.
pub const MIGRATED_TO: &str = "pv.kubernetes.io/migrated-to";
/// Keeps a volume until the storage behind it is deleted.
pub const IN_TREE_FINALIZER: &str = "kubernetes.io/pv-controller";

/// The resource name under which sizes are given.
pub(crate) const STORAGE: &str = "storage";
