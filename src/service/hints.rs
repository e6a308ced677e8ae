//! Hints: for which zones and nodes an endpoint is meant.

use crate::api::{Endpoint, EndpointHints, EndpointSlice, ForNode, ForZone, Service};

/// What a service says about where its traffic should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hints {
    /// Nothing: no hints at all.
    Off,
    /// Each ready endpoint serves its own zone.
    Zone,
    /// Each ready endpoint serves its own zone and its own node.
    Node,
}

impl Hints {
    /// What `trafficDistribution` says.
    pub(crate) fn of(service: &Service) -> Self {
        // HINT-3: topology mode wins. Without a model of the zones' shares it gives no hints.
        if topology_mode(service) {
            return Self::Off;
        }
        // HINT-1, HINT-2
        match service.spec.traffic_distribution.as_deref() {
            Some("PreferClose" | "PreferSameZone") => Self::Zone,
            Some("PreferSameNode") => Self::Node,
            Some(_) | None => Self::Off,
        }
    }

    /// The hints that a ready endpoint should have.
    fn wanted(self, endpoint: &Endpoint) -> Option<Box<EndpointHints>> {
        let zone = endpoint.zone.as_ref().filter(|_| self != Self::Off);
        let node = endpoint.node_name.as_ref().filter(|_| self == Self::Node);
        if zone.is_none() && node.is_none() {
            return None;
        }
        Some(Box::new(EndpointHints {
            for_zones: zone.map(|name| ForZone { name: name.clone() }).into_iter().collect(),
            for_nodes: node.map(|name| ForNode { name: name.clone() }).into_iter().collect(),
        }))
    }

    fn is_concerned(self, endpoint: &Endpoint) -> bool {
        self == Self::Off || endpoint.conditions.ready == Some(true)
    }

    fn is_wrong(self, endpoint: &Endpoint) -> bool {
        let empty = |hints: &EndpointHints| {
            self != Self::Off && hints.for_zones.is_empty() && hints.for_nodes.is_empty()
        };
        let has = endpoint.hints.as_ref().filter(|hints| !empty(hints));
        self.is_concerned(endpoint) && has != self.wanted(endpoint).as_ref()
    }

    fn give(self, slice: &mut EndpointSlice) {
        for endpoint in &mut slice.endpoints {
            if self.is_concerned(endpoint) {
                endpoint.hints = self.wanted(endpoint);
            }
        }
    }
}

/// Whether an annotation asks for hints by the zones' share of CPU.
fn topology_mode(service: &Service) -> bool {
    let annotations = &service.metadata.annotations;
    annotations
        .get("service.kubernetes.io/topology-aware-hints")
        .or_else(|| annotations.get("service.kubernetes.io/topology-mode"))
        .is_some_and(|mode| mode == "Auto" || mode == "auto")
}

/// Gives hints to all slices that are written, and writes unchanged ones whose hints are wrong.
///
/// Source: `staging/src/k8s.io/endpointslice/trafficdist` `ReconcileHints`.
pub(crate) fn apply(
    hints: &Hints,
    create: &mut [EndpointSlice],
    update: &mut Vec<EndpointSlice>,
    unchanged: &[&EndpointSlice],
) {
    let wrong = unchanged
        .iter()
        .filter(|slice| slice.endpoints.iter().any(|endpoint| hints.is_wrong(endpoint)));
    update.extend(wrong.map(|slice| EndpointSlice::clone(slice)));
    for slice in create.iter_mut().chain(update) {
        hints.give(slice);
    }
}
