//! What the conditions of a node mean for the pods on it: taints, and what is said of a node that is silent.
//!
//! Source: `pkg/controller/nodelifecycle/node_lifecycle_controller.go`.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::{ConditionStatus, Node, NodeCondition, NodeConditionType, Taint, TaintEffect};
use crate::time::Time;

/// How long a node may be silent before nothing is known of it any more (upstream's
/// `--node-monitor-grace-period`).
pub const GRACE: Duration = Duration::from_secs(50);

/// The key of the taint of a node that says that it is not ready.
pub const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// The key of the taint of a node of which nothing is known.
pub const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// The zone with so many nodes is large.
const LARGE: usize = 50;

/// The taints that keep pods away, with the condition that asks for each.
const KEEPS_AWAY: [(&str, NodeConditionType, ConditionStatus); 6] = [
    (NOT_READY, NodeConditionType::Ready, ConditionStatus::False),
    (UNREACHABLE, NodeConditionType::Ready, ConditionStatus::Unknown),
    (
        "node.kubernetes.io/memory-pressure",
        NodeConditionType::MemoryPressure,
        ConditionStatus::True,
    ),
    ("node.kubernetes.io/disk-pressure", NodeConditionType::DiskPressure, ConditionStatus::True),
    (
        "node.kubernetes.io/network-unavailable",
        NodeConditionType::NetworkUnavailable,
        ConditionStatus::True,
    ),
    ("node.kubernetes.io/pid-pressure", NodeConditionType::PIDPressure, ConditionStatus::True),
];

/// The `Ready` condition of a node.
#[must_use]
pub fn ready(node: &Node) -> Option<&NodeCondition> {
    node.status.conditions.iter().find(|it| it.type_ == NodeConditionType::Ready)
}

/// Whether nodes that are not ready lose their pods: whether they get taints of effect `NoExecute`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a decision needs exactly these")]
pub enum Expulsion {
    /// They do.
    On,
    /// More than half of a small zone is not ready: it may be the zone's network. Taints stay as they are.
    Halted,
    /// No node at all is ready: it is more likely that nobody can be heard. Taints are taken away.
    Off,
}

impl Expulsion {
    /// What holds for the nodes of each zone, by the zones' names. Nodes without a `Ready` condition do not count.
    #[must_use]
    pub fn of<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> BTreeMap<String, Self> {
        let mut zones: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for node in nodes {
            let Some(condition) = ready(node) else { continue };
            let (up, down) = zones.entry(zone(node)).or_default();
            *(if condition.status == ConditionStatus::True { up } else { down }) += 1;
        }
        let all_down = zones.values().all(|(up, _)| *up == 0);
        let state = |(up, down): (usize, usize)| match up + down {
            _ if all_down => Self::Off,
            // At least 55 % of them; a zone that is down as a whole is treated as one that is well.
            all if up > 0 && down > 2 && down * 100 >= all * 55 && all <= LARGE => Self::Halted,
            _ => Self::On,
        };
        zones.into_iter().map(|(zone, counts)| (zone, state(counts))).collect()
    }
}

/// The name of a node's zone, of region and zone; empty without either.
///
/// Source: `component-helpers/node/topology/helpers.go GetZoneKey`.
#[must_use]
pub fn zone(node: &Node) -> String {
    let label = |key: &str| node.metadata.labels.get(key).map_or("", String::as_str);
    match (label("topology.kubernetes.io/region"), label("topology.kubernetes.io/zone")) {
        ("", "") => String::new(),
        (region, zone) => format!("{region}:\0:{zone}"),
    }
}

/// The taints that a node should have: those of its conditions, and all that others have put there.
///
/// What has a `Ready` condition that is not true keeps pods away, and after their tolerations' time expels
/// them, unless `expulsion` says otherwise. New taints come last and have the time `now`.
///
/// ```
/// use kubernel::api::{ConditionStatus, Node, NodeCondition, NodeConditionType};
/// use kubernel::schedule::health::{self, Expulsion};
/// use kubernel::time::Time;
///
/// let mut node = Node::default();
/// let silent = ConditionStatus::Unknown;
/// let condition = NodeCondition { type_: NodeConditionType::Ready, status: silent, ..Default::default() };
/// node.status.conditions.push(condition);
/// let taints = health::taints(&node, Expulsion::On, Time::EPOCH);
/// let taints: Vec<_> = taints.iter().map(|taint| (&*taint.key, taint.effect.as_str())).collect();
/// assert_eq!(taints, [(health::UNREACHABLE, "NoSchedule"), (health::UNREACHABLE, "NoExecute")]);
/// ```
#[must_use]
pub fn taints(node: &Node, expulsion: Expulsion, now: Time) -> Vec<Taint> {
    let conditions = &node.status.conditions;
    let holds = |type_: &NodeConditionType, status: &ConditionStatus| {
        conditions.iter().any(|it| it.type_ == *type_ && it.status == *status)
    };
    let asked = KEEPS_AWAY.iter().filter(|(_, type_, status)| holds(type_, status));
    let mut wanted: Vec<(&str, TaintEffect)> =
        asked.map(|(key, ..)| (*key, TaintEffect::NoSchedule)).collect();
    if node.spec.unschedulable {
        wanted.push((UNSCHEDULABLE, TaintEffect::NoSchedule));
    }
    wanted.extend(expelling(node, expulsion).map(|key| (key, TaintEffect::NoExecute)));

    let is_wanted = |taint: &Taint| {
        wanted.iter().any(|(key, effect)| taint.key == *key && taint.effect == *effect)
    };
    let old = node.spec.taints.iter().filter(|taint| !is_own(taint) || is_wanted(taint));
    let mut taints: Vec<Taint> = old.cloned().collect();
    for (key, effect) in wanted {
        if !taints.iter().any(|taint| taint.key == key && taint.effect == effect) {
            let time_added = Some(now);
            taints.push(Taint { key: key.into(), effect, time_added, ..Taint::default() });
        }
    }
    taints
}

/// The key of the taint that expels.
fn expelling(node: &Node, expulsion: Expulsion) -> Option<&'static str> {
    let key = match ready(node)?.status {
        ConditionStatus::False => NOT_READY,
        ConditionStatus::Unknown => UNREACHABLE,
        ConditionStatus::True | ConditionStatus::Unset | ConditionStatus::Other(_) => return None,
    };
    let has_one = || {
        let mut taints = node.spec.taints.iter();
        taints.any(|taint| {
            taint.effect == TaintEffect::NoExecute
                && [NOT_READY, UNREACHABLE].contains(&&*taint.key)
        })
    };
    match expulsion {
        Expulsion::On => Some(key),
        Expulsion::Halted => has_one().then_some(key),
        Expulsion::Off => None,
    }
}

/// Whether a taint is one that conditions decide about.
fn is_own(taint: &Taint) -> bool {
    match taint.effect {
        TaintEffect::NoSchedule => {
            taint.key == UNSCHEDULABLE || KEEPS_AWAY.iter().any(|(key, ..)| taint.key == *key)
        }
        TaintEffect::NoExecute => [NOT_READY, UNREACHABLE].contains(&&*taint.key),
        TaintEffect::PreferNoSchedule | TaintEffect::Unset | TaintEffect::Other(_) => false,
    }
}

/// The conditions of a node that has been silent for longer than [`GRACE`]: nothing is known any more.
#[must_use]
pub fn silent(node: &Node, now: Time) -> Vec<NodeCondition> {
    let mut conditions = node.status.conditions.clone();
    for type_ in [
        NodeConditionType::Ready,
        NodeConditionType::MemoryPressure,
        NodeConditionType::DiskPressure,
        NodeConditionType::PIDPressure,
    ] {
        let known = conditions.iter_mut().find(|known| known.type_ == type_);
        let Some(known) = known else {
            conditions.push(NodeCondition {
                type_,
                status: ConditionStatus::Unknown,
                last_heartbeat_time: node.metadata.creation_timestamp,
                last_transition_time: Some(now),
                reason: "NodeStatusNeverUpdated".into(),
                message: "Kubelet never posted node status.".into(),
            });
            continue;
        };
        if known.status != ConditionStatus::Unknown {
            known.status = ConditionStatus::Unknown;
            known.reason = "NodeStatusUnknown".into();
            known.message = "Kubelet stopped posting node status.".into();
            known.last_transition_time = Some(now);
        }
    }
    conditions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(zone: &str, status: ConditionStatus) -> Node {
        let mut node = Node::default();
        node.metadata.labels.insert("topology.kubernetes.io/zone".into(), zone.into());
        let condition =
            NodeCondition { type_: NodeConditionType::Ready, status, ..NodeCondition::default() };
        node.status.conditions = vec![condition];
        node
    }

    /// Keys without their prefixes, and effects.
    fn words(taints: &[Taint]) -> Vec<(&str, &str)> {
        taints
            .iter()
            .map(|taint| {
                let key = taint.key.split_once('/').map_or(&*taint.key, |(_, name)| name);
                (key, taint.effect.as_str())
            })
            .collect()
    }

    #[test]
    fn conditions_and_taints() {
        use ConditionStatus::{False, True, Unknown};
        let of = |status, expulsion| taints(&node("a", status), expulsion, Time::EPOCH);
        assert_eq!(words(&of(True, Expulsion::On)), []);
        let both = [("not-ready", "NoSchedule"), ("not-ready", "NoExecute")];
        assert_eq!(words(&of(False, Expulsion::On)), both);
        let away = [("unreachable", "NoSchedule")];
        assert_eq!(words(&of(Unknown, Expulsion::Halted)), away);
        assert_eq!(words(&of(Unknown, Expulsion::Off)), away);
    }

    #[test]
    fn one_taint_takes_the_place_of_the_other_and_those_of_others_stay() {
        let mut node = node("a", ConditionStatus::False);
        let mine = Taint { key: "gpu".into(), effect: TaintEffect::NoExecute, ..Taint::default() };
        node.spec.taints = vec![mine];
        node.spec.taints = taints(&node, Expulsion::On, Time::EPOCH);
        node.spec.unschedulable = true;
        for condition in &mut node.status.conditions {
            condition.status = ConditionStatus::Unknown;
        }
        let expected = [
            ("gpu", "NoExecute"),
            ("unreachable", "NoSchedule"),
            ("unschedulable", "NoSchedule"),
            ("unreachable", "NoExecute"),
        ];
        // Where nobody is expelled any more, one who is already is still.
        for expulsion in [Expulsion::On, Expulsion::Halted] {
            assert_eq!(words(&taints(&node, expulsion, Time::EPOCH)), expected);
        }
        assert_eq!(words(&taints(&node, Expulsion::Off, Time::EPOCH)), expected[..3]);
        node.status.conditions.clear();
        node.spec.unschedulable = false;
        assert_eq!(words(&taints(&node, Expulsion::On, Time::EPOCH)), expected[..1]);
    }

    #[test]
    fn zones_that_are_down() {
        use ConditionStatus::{True, Unknown};
        let zone = |name: &str, up: usize, down: usize| -> Vec<Node> {
            let up = std::iter::repeat_n(node(name, True), up);
            up.chain(std::iter::repeat_n(node(name, Unknown), down)).collect()
        };
        let of = |zones: &[Vec<Node>]| -> Vec<Expulsion> {
            Expulsion::of(zones.iter().flatten()).into_values().collect()
        };
        assert_eq!(of(&[zone("a", 1, 2)]), [Expulsion::On], "two are not many");
        assert_eq!(of(&[zone("a", 2, 3)]), [Expulsion::Halted]);
        assert_eq!(of(&[zone("a", 3, 3)]), [Expulsion::On]);
        assert_eq!(of(&[zone("a", 20, 40)]), [Expulsion::On], "a large zone");
        assert_eq!(of(&[zone("a", 0, 1)]), [Expulsion::Off]);
        assert_eq!(of(&[zone("a", 0, 3), zone("b", 1, 0)]), [Expulsion::On; 2]);
        assert_eq!(of(&[zone("a", 0, 3), zone("b", 0, 1)]), [Expulsion::Off; 2]);
        assert_eq!(of(&[vec![Node::default()]]), []);
    }

    #[test]
    fn of_a_silent_node_nothing_is_known() {
        let conditions = silent(&node("a", ConditionStatus::True), Time::EPOCH);
        let words = conditions.iter().map(|it| (it.type_.as_str(), it.reason.as_str()));
        let never = "NodeStatusNeverUpdated";
        assert_eq!(
            words.collect::<Vec<_>>(),
            [
                ("Ready", "NodeStatusUnknown"),
                ("MemoryPressure", never),
                ("DiskPressure", never),
                ("PIDPressure", never)
            ]
        );
        assert!(conditions.iter().all(|it| it.status == ConditionStatus::Unknown));
    }
}
