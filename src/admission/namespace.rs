//! What namespaces ask of the objects in them, and of themselves.

use std::sync::Arc;

use crate::admission::error::{ApiError, Forbidden};
use crate::api::{Key, Kind, Namespace, NamespacePhase, Object};
use crate::namespace;
use crate::store::Store;

/// The namespaces that exist from the start.
pub const DEFAULT_NAMESPACES: [&str; 4] =
    ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Whether something may be created in the namespace of `key`.
///
/// Source: `apiserver/pkg/admission/plugin/namespace/lifecycle`.
pub(super) fn may_create(store: &Store, key: &Key) -> Result<(), ApiError> {
    if !key.kind.is_namespaced() {
        return Ok(());
    }
    // NS-1
    let Some(namespace) = store.get::<Namespace>("", &key.namespace) else {
        let key = Key::new(Kind::Namespace, "", key.namespace.clone());
        return Err(ApiError::NotFound { key });
    };
    // NS-4
    if namespace.status.phase == NamespacePhase::Terminating
        || namespace.metadata.deletion_timestamp.is_some()
    {
        let reason = Forbidden::NamespaceTerminating { namespace: key.namespace.clone() };
        return Err(ApiError::Forbidden { key: key.clone(), reason });
    }
    Ok(())
}

/// Whether the namespace may be deleted at all (NS-3).
pub(super) fn may_delete(key: &Key) -> Result<(), ApiError> {
    let immortal = ["default", "kube-system", "kube-public"];
    if key.kind == Kind::Namespace && immortal.contains(&&*key.name) {
        return Err(ApiError::Forbidden { key: key.clone(), reason: Forbidden::SystemNamespace });
    }
    Ok(())
}

/// Forces the label with the name (NS-2).
pub(super) fn label(object: &mut Object) {
    if let Object::Namespace(namespace) = object {
        namespace::label(Arc::make_mut(namespace));
    }
}
