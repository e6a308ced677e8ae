//! MODDOC reference

use crate::api::wire::wire;

wire! {
    /// DOC core ObjectReference
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
    /// DOC core LocalObjectReference
    struct LocalObjectReference {
        omit name: String = "name";
    }
}

wire! {
    /// DOC core TypedLocalObjectReference
    struct TypedLocalObjectReference {
        null api_group: Option<String> = "apiGroup";
        keep kind: String = "kind";
        keep name: String = "name";
    }
}

wire! {
    /// DOC core TypedObjectReference
    struct TypedObjectReference {
        null api_group: Option<String> = "apiGroup";
        keep kind: String = "kind";
        keep name: String = "name";
        opt namespace: Option<String> = "namespace";
    }
}

wire! {
    /// DOC core SecretReference
    struct SecretReference {
        omit name: String = "name";
        omit namespace: String = "namespace";
    }
}
