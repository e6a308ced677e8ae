//! Where pods may run: affinity, tolerations and taints, spreading.

use crate::api::meta::LabelSelector;
use crate::api::wire::{open_enum, wire};
use crate::time::Time;

wire! {
    /// Which nodes a pod may or prefers to run on, by labels of nodes and by the pods already
    /// there.
    struct Affinity {
        opt node_affinity: Option<Box<NodeAffinity>> = "nodeAffinity";
        opt pod_affinity: Option<Box<PodAffinity>> = "podAffinity";
        opt pod_anti_affinity: Option<Box<PodAntiAffinity>> = "podAntiAffinity";
    }
}

wire! {
    /// Wishes about nodes: a required part that filters and a weighted part that scores.
    struct NodeAffinity {
        opt required_during_scheduling_ignored_during_execution: Option<Box<NodeSelector>> = "requiredDuringSchedulingIgnoredDuringExecution";
        omit preferred_during_scheduling_ignored_during_execution: Vec<PreferredSchedulingTerm> = "preferredDuringSchedulingIgnoredDuringExecution";
    }
}

wire! {
    /// Alternatives: a node fits if one of the terms does. A list without terms fits no node.
    struct NodeSelector {
        keep node_selector_terms: Vec<NodeSelectorTerm> = "nodeSelectorTerms";
    }
}

wire! {
    /// Conditions of which all must hold. A term without any condition fits no node.
    struct NodeSelectorTerm {
        omit match_expressions: Vec<NodeSelectorRequirement> = "matchExpressions";
        omit match_fields: Vec<NodeSelectorRequirement> = "matchFields";
    }
}

wire! {
    /// One condition about a node's label or, in `matchFields`, about its `metadata.name`.
    struct NodeSelectorRequirement {
        keep key: String = "key";
        keep operator: NodeSelectorOperator = "operator";
        omit values: Vec<String> = "values";
    }
}

open_enum! {
    /// How the value of a label is compared. `Gt` and `Lt` compare whole numbers with one value.
    NodeSelectorOperator { In, NotIn, Exists, DoesNotExist, Gt, Lt }
}

wire! {
    /// A term that adds its weight (1 to 100) to the score of each node that fits.
    struct PreferredSchedulingTerm {
        keep weight: i32 = "weight";
        keep preference: NodeSelectorTerm = "preference";
    }
}

wire! {
    /// Wishes to run near certain pods, where near means the same value of a node label.
    struct PodAffinity {
        omit required_during_scheduling_ignored_during_execution: Vec<PodAffinityTerm> = "requiredDuringSchedulingIgnoredDuringExecution";
        omit preferred_during_scheduling_ignored_during_execution: Vec<WeightedPodAffinityTerm> = "preferredDuringSchedulingIgnoredDuringExecution";
    }
}

wire! {
    /// Which pods, in which namespaces, and the node label that says what counts as one place.
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
    /// A pod term with the weight (1 to 100) that it adds to a node's score.
    struct WeightedPodAffinityTerm {
        keep weight: i32 = "weight";
        keep pod_affinity_term: PodAffinityTerm = "podAffinityTerm";
    }
}

wire! {
    /// Wishes to run away from certain pods; the required part holds for pods that come later, too.
    struct PodAntiAffinity {
        omit required_during_scheduling_ignored_during_execution: Vec<PodAffinityTerm> = "requiredDuringSchedulingIgnoredDuringExecution";
        omit preferred_during_scheduling_ignored_during_execution: Vec<WeightedPodAffinityTerm> = "preferredDuringSchedulingIgnoredDuringExecution";
    }
}

wire! {
    /// Lets a pod stay on nodes with matching taints. An empty key with `Exists` matches every
    /// taint.
    struct Toleration {
        omit key: String = "key";
        omit operator: TolerationOperator = "operator";
        omit value: String = "value";
        omit effect: TaintEffect = "effect";
        opt toleration_seconds: Option<i64> = "tolerationSeconds";
    }
}

open_enum! {
    /// How a toleration compares its value with that of the taint; unset means `Equal`.
    TolerationOperator { Exists, Equal, Lt, Gt }
}

open_enum! {
    /// What a taint does to pods that do not tolerate it: not scheduled, avoided, or evicted.
    TaintEffect { NoSchedule, PreferNoSchedule, NoExecute }
}

wire! {
    /// A mark on a node that keeps pods away unless they tolerate it.
    struct Taint {
        keep key: String = "key";
        omit value: String = "value";
        keep effect: TaintEffect = "effect";
        opt time_added: Option<Time> = "timeAdded";
    }
}

wire! {
    /// How evenly the matching pods must lie over the values of a node label.
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
    /// Whether a spread that cannot be kept forbids a node or only lowers its score.
    UnsatisfiableConstraintAction { DoNotSchedule, ScheduleAnyway }
}

open_enum! {
    /// Whether nodes that the pod cannot use count when the spread is measured.
    NodeInclusionPolicy { Ignore, Honor }
}

wire! {
    /// Conditions on the place of a new volume, of which all must hold.
    struct TopologySelectorTerm {
        omit match_label_expressions: Vec<TopologySelectorLabelRequirement> = "matchLabelExpressions";
    }
}

wire! {
    /// The values that one topology label of a new volume may have.
    struct TopologySelectorLabelRequirement {
        keep key: String = "key";
        keep values: Vec<String> = "values";
    }
}
