//! The names of the steps of a decision.

use std::fmt;

/// A step of upstream's default profile, by whose name refusals and scores are told apart
/// (`SCHED-6`, `SCORE-1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Plugin {
    /// Nodes that take no pods.
    NodeUnschedulable,
    /// The node that a pod names.
    NodeName,
    /// Taints and tolerations.
    TaintToleration,
    /// Node selector and node affinity.
    NodeAffinity,
    /// Host ports.
    NodePorts,
    /// Resources.
    NodeResourcesFit,
    /// Volumes that one pod or one node has for itself.
    VolumeRestrictions,
    /// How many volumes a node can attach.
    NodeVolumeLimits,
    /// Claims and the volumes for them.
    VolumeBinding,
    /// Zones of volumes.
    VolumeZone,
    /// Topology spread.
    PodTopologySpread,
    /// Affinity to other pods.
    InterPodAffinity,
    /// Even use of cpu and memory.
    NodeResourcesBalancedAllocation,
    /// Images that are on a node already.
    ImageLocality,
}

impl Plugin {
    /// Upstream's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NodeUnschedulable => "NodeUnschedulable",
            Self::NodeName => "NodeName",
            Self::TaintToleration => "TaintToleration",
            Self::NodeAffinity => "NodeAffinity",
            Self::NodePorts => "NodePorts",
            Self::NodeResourcesFit => "NodeResourcesFit",
            Self::VolumeRestrictions => "VolumeRestrictions",
            Self::NodeVolumeLimits => "NodeVolumeLimits",
            Self::VolumeBinding => "VolumeBinding",
            Self::VolumeZone => "VolumeZone",
            Self::PodTopologySpread => "PodTopologySpread",
            Self::InterPodAffinity => "InterPodAffinity",
            Self::NodeResourcesBalancedAllocation => "NodeResourcesBalancedAllocation",
            Self::ImageLocality => "ImageLocality",
        }
    }

    /// How much its score counts; 0 if it gives none (`SCORE-1`).
    #[must_use]
    pub const fn weight(self) -> i64 {
        match self {
            Self::TaintToleration => 3,
            Self::NodeAffinity | Self::PodTopologySpread | Self::InterPodAffinity => 2,
            Self::NodeResourcesFit
            | Self::NodeResourcesBalancedAllocation
            | Self::ImageLocality => 1,
            Self::NodeUnschedulable
            | Self::NodeName
            | Self::NodePorts
            | Self::VolumeRestrictions
            | Self::NodeVolumeLimits
            | Self::VolumeBinding
            | Self::VolumeZone => 0,
        }
    }
}

impl fmt::Display for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
