//! Quotas and limit ranges.

use crate::api::ResourceList;
use crate::api::meta::ObjectMeta;
use crate::api::wire::{open_enum, wire};

wire! {
    /// Limits what the objects of a namespace may use in all.
    struct ResourceQuota = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ResourceQuotaSpec = "spec";
        keep status: ResourceQuotaStatus = "status";
    }
}

wire! {
    /// The limits by resource name, and which objects count.
    struct ResourceQuotaSpec {
        omit hard: ResourceList = "hard";
        omit scopes: Vec<ResourceQuotaScope> = "scopes";
        opt scope_selector: Option<Box<ScopeSelector>> = "scopeSelector";
    }
}

open_enum! {
    /// A sort of objects, mostly pods, to which a quota can be narrowed.
    ResourceQuotaScope { Terminating, NotTerminating, BestEffort, NotBestEffort, PriorityClass, CrossNamespacePodAffinity, VolumeAttributesClass }
}

wire! {
    /// Scopes that must all hold of an object.
    struct ScopeSelector {
        omit match_expressions: Vec<ScopedResourceSelectorRequirement> = "matchExpressions";
    }
}

wire! {
    /// One condition on a scope of an object.
    struct ScopedResourceSelectorRequirement {
        keep scope_name: ResourceQuotaScope = "scopeName";
        keep operator: ScopeSelectorOperator = "operator";
        omit values: Vec<String> = "values";
    }
}

open_enum! {
    /// How the value of a scope is compared.
    ScopeSelectorOperator { In, NotIn, Exists, DoesNotExist }
}

wire! {
    /// The limits that are in force, and how much is used.
    struct ResourceQuotaStatus {
        omit hard: ResourceList = "hard";
        omit used: ResourceList = "used";
    }
}

wire! {
    /// Bounds and defaults for the resources of single objects in a namespace.
    struct LimitRange = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: LimitRangeSpec = "spec";
    }
}

wire! {
    /// The bounds, one entry for each sort of object.
    struct LimitRangeSpec {
        keep limits: Vec<LimitRangeItem> = "limits";
    }
}

wire! {
    /// Least, most and default amounts for one sort of object, and the largest ratio of limit to
    /// request.
    struct LimitRangeItem {
        keep type_: LimitType = "type";
        omit max: ResourceList = "max";
        omit min: ResourceList = "min";
        omit default: ResourceList = "default";
        omit default_request: ResourceList = "defaultRequest";
        omit max_limit_request_ratio: ResourceList = "maxLimitRequestRatio";
    }
}

open_enum! {
    /// The sort of object that bounds are for.
    LimitType { Pod, Container, PersistentVolumeClaim }
}
