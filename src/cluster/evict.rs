//! Pods that their node ends.

use crate::api::{Key, Name, Pod};
use crate::cluster::node::NotEvicted;
use crate::cluster::seat::Actor;
use crate::cluster::trace::Event;
use crate::cluster::{Cluster, SeatId};
use crate::control::queue::Work;
use crate::pod::eviction::Eviction;

impl Cluster {
    /// Lets the node of a pod end it, for reasons of the node's own, when it looks at the pod next. No budget is
    /// asked, and the object stays; for an eviction through the API see
    /// [`Request::Evict`](crate::admission::Request::Evict).
    ///
    /// ```
    /// use kubernel::Cluster;
    /// use kubernel::api::{Key, Kind, Pod, Strictness, decode};
    /// use kubernel::cluster::node::Capacity;
    /// use kubernel::pod::eviction::Eviction;
    ///
    /// let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
    ///               "spec": {"containers": [{"name": "web", "image": "web:1"}]}}"#;
    /// let mut cluster = Cluster::builder().builtin().node("n1", Capacity::default()).build();
    /// let key = cluster.create(decode(pod, Strictness::Strict)?.object)?;
    /// cluster.settle()?;
    /// cluster.evict_from_node(&key, &Eviction::NodePressure { resource: "memory".into(), soft: None })?;
    /// cluster.settle()?;
    /// let status = &cluster.get::<Pod>("default", "web").unwrap().status;
    /// assert_eq!((status.phase.as_str(), status.reason.as_str()), ("Failed", "Evicted"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`NotEvicted::NotThere`] if the pod does not exist or its node has not seen it yet,
    /// [`NotEvicted::Ended`] if its containers have all stopped, [`NotEvicted::Exempt`] if it is static, a
    /// mirror or critical and the node does not shut down. Nothing has happened then.
    // POD-EVICT-1, POD-EVICT-2
    pub fn evict_from_node(&mut self, pod: &Key, eviction: &Eviction) -> Result<(), NotEvicted> {
        let store = &self.store;
        let found = store.get::<Pod>(&pod.namespace, &pod.name).ok_or(NotEvicted::NotThere)?;
        let node = Name::from(found.spec.node_name.as_str());
        let mut seats = self.seats.iter_mut().enumerate();
        let (place, fleet) = seats
            .find_map(|(n, seat)| match &mut seat.actor {
                Actor::Nodes(fleet) => Some((SeatId(n), fleet)),
                Actor::Controller(_) => None,
            })
            .ok_or(NotEvicted::NotThere)?;
        fleet.evict(found, eviction)?;
        let why = eviction.to_string().trim_end().into();
        let entry = self.record(0, Event::Evict { node: node.clone(), key: pod.clone(), why });
        if let Some(seat) = self.seats.get_mut(place.0) {
            seat.add(Work { node: Some(node), key: pod.clone() }, entry.0);
        }
        Ok(())
    }
}
