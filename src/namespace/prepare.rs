//! What a server sets in a namespace before it checks it, whatever the client says.
//!
//! Source: `pkg/registry/core/namespace/strategy.go`.

use crate::api::{Namespace, NamespacePhase, NamespaceStatus};
use crate::namespace::CONTENT_FINALIZER;

/// The label with the name, which no client can change (NS-2).
pub const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Fills in what a namespace leaves open: the phase, and the label with its name (NS-2).
pub fn default(namespace: &mut Namespace) {
    if namespace.status.phase.is_unset() {
        namespace.status.phase = NamespacePhase::Active;
    }
    if !namespace.metadata.name.is_empty() {
        label(namespace);
    }
}

/// Prepares a new namespace: it is active, and its content keeps it (NS-3).
///
/// ```
/// use kubernel::api::{Namespace, NamespacePhase};
/// use kubernel::namespace;
///
/// let mut prod = Namespace::default();
/// namespace::prepare(&mut prod);
/// assert_eq!(prod.status.phase, NamespacePhase::Active);
/// assert_eq!(prod.spec.finalizers, ["kubernetes"]);
/// ```
pub fn prepare(new: &mut Namespace) {
    new.status = NamespaceStatus { phase: NamespacePhase::Active, ..NamespaceStatus::default() };
    let finalizers = &mut new.spec.finalizers;
    if !finalizers.iter().any(|finalizer| finalizer == CONTENT_FINALIZER) {
        finalizers.push(CONTENT_FINALIZER.to_owned());
    }
}

/// Prepares a plain update: finalizers and status stay (NS-4).
pub fn prepare_update(new: &mut Namespace, old: &Namespace) {
    new.spec.finalizers.clone_from(&old.spec.finalizers);
    new.status.clone_from(&old.status);
}

/// Prepares an update of the status: the spec stays (NS-4).
pub fn prepare_status(new: &mut Namespace, old: &Namespace) {
    new.spec.clone_from(&old.spec);
}

/// Prepares an update of the finalizers: the status stays (NS-5).
pub fn prepare_finalize(new: &mut Namespace, old: &Namespace) {
    new.status.clone_from(&old.status);
}

/// Forces the label with the name, at every write (NS-2).
pub fn label(namespace: &mut Namespace) {
    let meta = &mut namespace.metadata;
    if meta.labels.get(NAME_LABEL) != Some(&meta.name) {
        meta.labels.insert(NAME_LABEL.to_owned(), meta.name.clone());
    }
}
