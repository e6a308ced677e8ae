//! MODDOC quota

use crate::api::ResourceList;
use crate::api::meta::ObjectMeta;
use crate::api::wire::{open_enum, wire};

wire! {
    /// DOC core ResourceQuota
    struct ResourceQuota = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ResourceQuotaSpec = "spec";
        keep status: ResourceQuotaStatus = "status";
    }
}

wire! {
    /// DOC core ResourceQuotaSpec
    struct ResourceQuotaSpec {
        omit hard: ResourceList = "hard";
        omit scopes: Vec<ResourceQuotaScope> = "scopes";
        opt scope_selector: Option<Box<ScopeSelector>> = "scopeSelector";
    }
}

open_enum! {
    /// DOC core ResourceQuotaScope
    ResourceQuotaScope { Terminating, NotTerminating, BestEffort, NotBestEffort, PriorityClass, CrossNamespacePodAffinity, VolumeAttributesClass }
}

wire! {
    /// DOC core ScopeSelector
    struct ScopeSelector {
        omit match_expressions: Vec<ScopedResourceSelectorRequirement> = "matchExpressions";
    }
}

wire! {
    /// DOC core ScopedResourceSelectorRequirement
    struct ScopedResourceSelectorRequirement {
        keep scope_name: ResourceQuotaScope = "scopeName";
        keep operator: ScopeSelectorOperator = "operator";
        omit values: Vec<String> = "values";
    }
}

open_enum! {
    /// DOC core ScopeSelectorOperator
    ScopeSelectorOperator { In, NotIn, Exists, DoesNotExist }
}

wire! {
    /// DOC core ResourceQuotaStatus
    struct ResourceQuotaStatus {
        omit hard: ResourceList = "hard";
        omit used: ResourceList = "used";
    }
}

wire! {
    /// DOC core LimitRange
    struct LimitRange = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: LimitRangeSpec = "spec";
    }
}

wire! {
    /// DOC core LimitRangeSpec
    struct LimitRangeSpec {
        keep limits: Vec<LimitRangeItem> = "limits";
    }
}

wire! {
    /// DOC core LimitRangeItem
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
    /// DOC core LimitType
    LimitType { Pod, Container, PersistentVolumeClaim }
}
