//! Nodes that are lost, and come back.

use crate::admission::ApiError;
use crate::api::{Key, Kind, Lease, Object, ObjectMeta};
use crate::cluster::node::lease_key;
use crate::cluster::seat::Actor;
use crate::cluster::trace::Event;
use crate::cluster::{Cluster, SeatId};

/// For how long a node asks to be trusted without renewing its lease, in seconds.
const LEASE_SECONDS: i32 = 40;

impl Cluster {
    /// Cuts a node off: its agent hears nothing, does nothing and writes nothing any more, and what it was about
    /// to write is lost. Its containers go on, and nobody learns of it until [`start_node`](Self::start_node).
    ///
    /// A node that is well renews its lease without a trace. One that is cut off leaves the lease with the time
    /// of its last renewal, in the namespace `kube-node-lease`, and nothing else tells of it: all further is
    /// the node lifecycle controller's. Nothing happens if the node is cut off already.
    ///
    /// # Errors
    /// - [`ApiError::NotFound`]: the builder made no node of this name.
    /// - As [`Gate::admit`](crate::admission::Gate::admit) for the lease; the node is cut off all the same.
    ///
    /// ```
    /// use std::time::Duration;
    /// use kubernel::Cluster;
    /// use kubernel::api::Node;
    /// use kubernel::cluster::node::Capacity;
    ///
    /// let builder = Cluster::builder().builtin();
    /// let mut cluster = builder.node("n1", Capacity::default()).node("n2", Capacity::default()).build();
    /// cluster.stop_node("n1")?;
    /// cluster.advance(Duration::from_secs(60));
    /// let taints = |cluster: &Cluster| cluster.get::<Node>("", "n1").unwrap().spec.taints.len();
    /// assert_eq!(taints(&cluster), 2);
    ///
    /// cluster.start_node("n1")?;
    /// cluster.advance(Duration::from_secs(1));
    /// assert_eq!(taints(&cluster), 0);
    /// # Ok::<(), kubernel::ApiError>(())
    /// ```
    pub fn stop_node(&mut self, name: &str) -> Result<(), ApiError> {
        let (id, runs) = self.fleet_of(name)?;
        if !runs {
            return Ok(());
        }
        if let Some(seat) = self.seats.get_mut(id.0) {
            if let Actor::Nodes(fleet) = &mut seat.actor {
                fleet.stop(name);
            }
            seat.drop_plans_of(name);
        }
        self.record(0, Event::Fault { text: format!("node {name} is cut off").into() });
        self.put(self.lease(name)).map(drop)
    }

    /// Lets a node go on that was cut off: its agent reports that it is ready, looks at its pods, and reports
    /// what has become of them. Nothing happens if it was not cut off.
    ///
    /// # Errors
    /// [`ApiError::NotFound`]: the builder made no node of this name.
    pub fn start_node(&mut self, name: &str) -> Result<(), ApiError> {
        let (id, runs) = self.fleet_of(name)?;
        if runs {
            return Ok(());
        }
        let entry = self.record(0, Event::Fault { text: format!("node {name} is back").into() });
        if let Some(seat) = self.seats.get_mut(id.0)
            && let Actor::Nodes(fleet) = &mut seat.actor
        {
            for work in fleet.start(name, &seat.sees) {
                seat.add(work, entry.0);
            }
        }
        Ok(())
    }

    /// The seat of the agent of this name, and whether it runs.
    fn fleet_of(&self, name: &str) -> Result<(SeatId, bool), ApiError> {
        let found = self.seats().find_map(|(id, seat)| match &seat.actor {
            Actor::Nodes(fleet) => fleet.runs(name).map(|runs| (id, runs)),
            Actor::Controller(_) => None,
        });
        found.ok_or_else(|| ApiError::NotFound { key: Key::new(Kind::Node, "", name) })
    }

    fn lease(&self, node: &str) -> Object {
        let Key { namespace, name, .. } = lease_key(node);
        let metadata = ObjectMeta {
            namespace: namespace.to_string(),
            name: name.to_string(),
            ..ObjectMeta::default()
        };
        let mut lease = Lease { metadata, ..Lease::default() };
        lease.spec.holder_identity = Some(node.into());
        lease.spec.lease_duration_seconds = Some(LEASE_SECONDS);
        lease.spec.renew_time = Some(self.now.wire_micro(self.epoch));
        lease.into()
    }
}
