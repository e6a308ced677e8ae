//! Roles and their bindings.

use crate::api::meta::{LabelSelector, ObjectMeta};
use crate::api::wire::wire;

wire! {
    /// What is allowed in a namespace. Rules only allow, none forbids.
    struct Role = "rbac.authorization.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep rules: Vec<PolicyRule> = "rules";
    }
}

wire! {
    /// Verbs on resources, or on paths that are no resources. `*` stands for all.
    struct PolicyRule {
        keep verbs: Vec<String> = "verbs";
        omit api_groups: Vec<String> = "apiGroups";
        omit resources: Vec<String> = "resources";
        omit resource_names: Vec<String> = "resourceNames";
        omit non_resource_urls: Vec<String> = "nonResourceURLs";
    }
}

wire! {
    /// What is allowed in the cluster, or, through a role binding, in a namespace.
    struct ClusterRole = "rbac.authorization.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep rules: Vec<PolicyRule> = "rules";
        opt aggregation_rule: Option<Box<AggregationRule>> = "aggregationRule";
    }
}

wire! {
    /// The cluster roles whose rules are gathered into this one.
    struct AggregationRule {
        omit cluster_role_selectors: Vec<LabelSelector> = "clusterRoleSelectors";
    }
}

wire! {
    /// Gives subjects a role in a namespace.
    struct RoleBinding = "rbac.authorization.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        omit subjects: Vec<Subject> = "subjects";
        keep role_ref: RoleRef = "roleRef";
    }
}

wire! {
    /// A user, a group or a service account.
    struct Subject {
        keep kind: String = "kind";
        omit api_group: String = "apiGroup";
        keep name: String = "name";
        omit namespace: String = "namespace";
    }
}

wire! {
    /// The role that a binding gives; fixed after creation.
    struct RoleRef {
        keep api_group: String = "apiGroup";
        keep kind: String = "kind";
        keep name: String = "name";
    }
}

wire! {
    /// Gives subjects a cluster role everywhere.
    struct ClusterRoleBinding = "rbac.authorization.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        omit subjects: Vec<Subject> = "subjects";
        keep role_ref: RoleRef = "roleRef";
    }
}
