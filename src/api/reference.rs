//! Ways to name another object.

use crate::api::wire::wire;

wire! {
    /// Names an object, or a part of one, anywhere in the cluster.
    struct ObjectReference {
        omit kind: String = "kind";
        omit namespace: String = "namespace";
        omit name: String = "name";
        omit uid: String = "uid";
        omit api_version: String = "apiVersion";
        omit resource_version: String = "resourceVersion";
        omit field_path: String = "fieldPath";
    }
}

wire! {
    /// Names an object of a known kind in the same namespace.
    struct LocalObjectReference {
        omit name: String = "name";
    }
}

wire! {
    /// Names an object of any kind in the same namespace.
    struct TypedLocalObjectReference {
        null api_group: Option<String> = "apiGroup";
        keep kind: String = "kind";
        keep name: String = "name";
    }
}

wire! {
    /// Names an object of any kind, possibly in another namespace.
    struct TypedObjectReference {
        null api_group: Option<String> = "apiGroup";
        keep kind: String = "kind";
        keep name: String = "name";
        opt namespace: Option<String> = "namespace";
    }
}

wire! {
    /// Names a secret in any namespace.
    struct SecretReference {
        omit name: String = "name";
        omit namespace: String = "namespace";
    }
}
