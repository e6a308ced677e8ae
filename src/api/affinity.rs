//! MODDOC affinity

use crate::api::meta::LabelSelector;
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// DOC core Affinity
    struct Affinity {
        opt node_affinity: Option<Box<NodeAffinity>> = "nodeAffinity";
        opt pod_affinity: Option<Box<PodAffinity>> = "podAffinity";
        opt pod_anti_affinity: Option<Box<PodAntiAffinity>> = "podAntiAffinity";
    }
}

wire! {
    /// DOC core NodeAffinity
    struct NodeAffinity {
        opt required_during_scheduling_ignored_during_execution: Option<Box<NodeSelector>> = "requiredDuringSchedulingIgnoredDuringExecution";
        omit preferred_during_scheduling_ignored_during_execution: Vec<PreferredSchedulingTerm> = "preferredDuringSchedulingIgnoredDuringExecution";
    }
}

wire! {
    /// DOC core NodeSelector
    struct NodeSelector {
        keep node_selector_terms: Vec<NodeSelectorTerm> = "nodeSelectorTerms";
    }
}

wire! {
    /// DOC core NodeSelectorTerm
    struct NodeSelectorTerm {
        omit match_expressions: Vec<NodeSelectorRequirement> = "matchExpressions";
        omit match_fields: Vec<NodeSelectorRequirement> = "matchFields";
    }
}

wire! {
    /// DOC core NodeSelectorRequirement
    struct NodeSelectorRequirement {
        keep key: String = "key";
        keep operator: NodeSelectorOperator = "operator";
        omit values: Vec<String> = "values";
    }
}

open_enum! {
    /// DOC core NodeSelectorOperator
    NodeSelectorOperator { In, NotIn, Exists, DoesNotExist, Gt, Lt }
}

wire! {
    /// DOC core PreferredSchedulingTerm
    struct PreferredSchedulingTerm {
        keep weight: i32 = "weight";
        keep preference: NodeSelectorTerm = "preference";
    }
}

wire! {
    /// DOC core PodAffinity
    struct PodAffinity {
        omit required_during_scheduling_ignored_during_execution: Vec<PodAffinityTerm> = "requiredDuringSchedulingIgnoredDuringExecution";
        omit preferred_during_scheduling_ignored_during_execution: Vec<WeightedPodAffinityTerm> = "preferredDuringSchedulingIgnoredDuringExecution";
    }
}

wire! {
    /// DOC core PodAffinityTerm
    struct PodAffinityTerm {
        opt label_selector: Option<Box<LabelSelector>> = "labelSelector";
        omit namespaces: Vec<String> = "namespaces";
        keep topology_key: String = "topologyKey";
        opt namespace_selector: Option<Box<LabelSelector>> = "namespaceSelector";
        omit match_label_keys: Vec<String> = "matchLabelKeys";
        omit mismatch_label_keys: Vec<String> = "mismatchLabelKeys";
    }
}

wire! {
    /// DOC core WeightedPodAffinityTerm
    struct WeightedPodAffinityTerm {
        keep weight: i32 = "weight";
        keep pod_affinity_term: PodAffinityTerm = "podAffinityTerm";
    }
}

wire! {
    /// DOC core PodAntiAffinity
    struct PodAntiAffinity {
        omit required_during_scheduling_ignored_during_execution: Vec<PodAffinityTerm> = "requiredDuringSchedulingIgnoredDuringExecution";
        omit preferred_during_scheduling_ignored_during_execution: Vec<WeightedPodAffinityTerm> = "preferredDuringSchedulingIgnoredDuringExecution";
    }
}

wire! {
    /// DOC core Toleration
    struct Toleration {
        omit key: String = "key";
        omit operator: TolerationOperator = "operator";
        omit value: String = "value";
        omit effect: TaintEffect = "effect";
        opt toleration_seconds: Option<i64> = "tolerationSeconds";
    }
}

open_enum! {
    /// DOC core TolerationOperator
    TolerationOperator { Exists, Equal, Lt, Gt }
}

open_enum! {
    /// DOC core TaintEffect
    TaintEffect { NoSchedule, PreferNoSchedule, NoExecute }
}

wire! {
    /// DOC core Taint
    struct Taint {
        keep key: String = "key";
        omit value: String = "value";
        keep effect: TaintEffect = "effect";
        opt time_added: Option<Time> = "timeAdded";
    }
}

wire! {
    /// DOC core TopologySpreadConstraint
    struct TopologySpreadConstraint {
        keep max_skew: i32 = "maxSkew";
        keep topology_key: String = "topologyKey";
        keep when_unsatisfiable: UnsatisfiableConstraintAction = "whenUnsatisfiable";
        opt label_selector: Option<Box<LabelSelector>> = "labelSelector";
        opt min_domains: Option<i32> = "minDomains";
        opt node_affinity_policy: Option<NodeInclusionPolicy> = "nodeAffinityPolicy";
        opt node_taints_policy: Option<NodeInclusionPolicy> = "nodeTaintsPolicy";
        omit match_label_keys: Vec<String> = "matchLabelKeys";
    }
}

open_enum! {
    /// DOC core UnsatisfiableConstraintAction
    UnsatisfiableConstraintAction { DoNotSchedule, ScheduleAnyway }
}

open_enum! {
    /// DOC core NodeInclusionPolicy
    NodeInclusionPolicy { Ignore, Honor }
}

wire! {
    /// DOC core TopologySelectorTerm
    struct TopologySelectorTerm {
        omit match_label_expressions: Vec<TopologySelectorLabelRequirement> = "matchLabelExpressions";
    }
}

wire! {
    /// DOC core TopologySelectorLabelRequirement
    struct TopologySelectorLabelRequirement {
        keep key: String = "key";
        keep values: Vec<String> = "values";
    }
}
