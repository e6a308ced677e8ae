//! MODDOC rbac

use crate::api::meta::{LabelSelector, ObjectMeta};
use crate::api::wire::wire;

wire! {
    /// DOC rbac Role
    struct Role = "rbac.authorization.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep rules: Vec<PolicyRule> = "rules";
    }
}

wire! {
    /// DOC rbac PolicyRule
    struct PolicyRule {
        keep verbs: Vec<String> = "verbs";
        omit api_groups: Vec<String> = "apiGroups";
        omit resources: Vec<String> = "resources";
        omit resource_names: Vec<String> = "resourceNames";
        omit non_resource_urls: Vec<String> = "nonResourceURLs";
    }
}

wire! {
    /// DOC rbac ClusterRole
    struct ClusterRole = "rbac.authorization.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep rules: Vec<PolicyRule> = "rules";
        opt aggregation_rule: Option<Box<AggregationRule>> = "aggregationRule";
    }
}

wire! {
    /// DOC rbac AggregationRule
    struct AggregationRule {
        omit cluster_role_selectors: Vec<LabelSelector> = "clusterRoleSelectors";
    }
}

wire! {
    /// DOC rbac RoleBinding
    struct RoleBinding = "rbac.authorization.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        omit subjects: Vec<Subject> = "subjects";
        keep role_ref: RoleRef = "roleRef";
    }
}

wire! {
    /// DOC rbac Subject
    struct Subject {
        keep kind: String = "kind";
        omit api_group: String = "apiGroup";
        keep name: String = "name";
        omit namespace: String = "namespace";
    }
}

wire! {
    /// DOC rbac RoleRef
    struct RoleRef {
        keep api_group: String = "apiGroup";
        keep kind: String = "kind";
        keep name: String = "name";
    }
}

wire! {
    /// DOC rbac ClusterRoleBinding
    struct ClusterRoleBinding = "rbac.authorization.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        omit subjects: Vec<Subject> = "subjects";
        keep role_ref: RoleRef = "roleRef";
    }
}
