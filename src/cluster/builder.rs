//! What a cluster is made of.

use std::sync::Arc;
use std::time::Duration;

use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;

use crate::admission::{Admission, DEFAULT_NAMESPACES};
use crate::api::{CustomKind, Name, Namespace, Node, ObjectMeta};
use crate::cluster::fleet::Fleet;
use crate::cluster::node::{Capacity, NodeAgent, Program, Programs};
use crate::cluster::seat::{Actor, Seat};
use crate::cluster::{Cluster, Limits, Trace};
use crate::control::{Controller, builtin};
use crate::service::Ranges;
use crate::store::{RETENTION, Store};
use crate::time::{Instant, Time};

/// Describes a cluster before it runs.
///
/// ```
/// use std::time::Duration;
/// use kubernel::Cluster;
/// use kubernel::api::Namespace;
///
/// let cluster = Cluster::builder().seed(7).builtin().calm(Duration::from_secs(10)).build();
/// assert_eq!(cluster.list::<Namespace>(None).count(), 4);
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder {
    seed: u64,
    epoch: Time,
    retention: u64,
    actors: Vec<(Name, Actor)>,
    nodes: Vec<NodeAgent>,
    programs: Programs,
    rules: Vec<Arc<dyn Admission>>,
    ranges: Ranges,
    customs: Vec<CustomKind>,
    faults: usize,
    reads_own_writes: bool,
    trace: usize,
    limits: Limits,
}

impl Builder {
    pub(super) fn new() -> Self {
        let limits = Limits {
            calm: Duration::from_secs(30),
            patience: Duration::from_secs(3600),
            steps: 1_000_000,
        };
        Self {
            seed: 0,
            epoch: Time::EPOCH,
            retention: RETENTION,
            actors: Vec::new(),
            nodes: Vec::new(),
            programs: Programs::new(),
            rules: Vec::new(),
            ranges: Ranges::default(),
            customs: Vec::new(),
            faults: 0,
            reads_own_writes: true,
            trace: 100_000,
            limits,
        }
    }

    /// Where uids and generated names are drawn from. 0 unless set.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The wire time at which the cluster starts. [`Time::EPOCH`] unless set.
    pub fn epoch(mut self, epoch: Time) -> Self {
        self.epoch = epoch;
        self
    }

    /// Adds all built-in controllers.
    pub fn builtin(mut self) -> Self {
        for controller in builtin::all() {
            self.actors.push((controller.name().into(), Actor::Controller(controller)));
        }
        self
    }

    /// Adds a controller.
    pub fn controller(mut self, controller: impl Controller + 'static) -> Self {
        let name = controller.name().into();
        self.actors.push((name, Actor::Controller(Arc::new(controller))));
        self
    }

    /// Adds a node, registered and ready from the start. The first one has the pod addresses
    /// 10.244.0.0/24 and is itself 192.168.0.10, the next one 10.244.1.0/24 and 192.168.0.11.
    pub fn node(mut self, name: &str, capacity: Capacity) -> Self {
        let index = u16::try_from(self.nodes.len()).unwrap_or(u16::MAX);
        self.nodes.push(NodeAgent::new(name, index, &capacity));
        self
    }

    /// What containers of an image do, on every node.
    pub fn program(mut self, image: &str, program: impl Program + 'static) -> Self {
        self.programs.add(image, program);
        self
    }

    /// Adds a rule to admission; they are asked in order.
    pub fn admission(mut self, rule: impl Admission + 'static) -> Self {
        self.rules.push(Arc::new(rule));
        self
    }

    /// The addresses and ports that services are given. `10.96.0.0/16` and 30000 to 32767 unless set.
    pub fn ranges(mut self, ranges: Ranges) -> Self {
        self.ranges = ranges;
        self
    }

    /// Makes a custom kind known before there is an object of it, as a CustomResourceDefinition does: it then
    /// has paths, and watches of it are not refused. It is namespaced, with a plural by the usual rule.
    pub fn custom_kind(mut self, api_version: &str, kind: &str) -> Self {
        self.customs.push(CustomKind::guess(api_version, kind));
        self
    }

    /// How many faults may happen. None unless set.
    pub fn faults(mut self, budget: usize) -> Self {
        self.faults = budget;
        self
    }

    /// Whether an actor waits with a key until it has seen its own last write for it, as upstream's
    /// expectations make it. `true` unless set; `false` shows what it protects from.
    pub fn reads_own_writes(mut self, waits: bool) -> Self {
        self.reads_own_writes = waits;
        self
    }

    /// How long nothing must have changed, in logical time, for the cluster to be settled. 30 s unless
    /// set.
    pub fn calm(mut self, calm: Duration) -> Self {
        self.limits.calm = calm;
        self
    }

    /// After how much logical time settling is given up. An hour unless set.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.limits.patience = patience;
        self
    }

    /// After how many steps settling or running is given up. A million unless set.
    pub fn step_limit(mut self, steps: u64) -> Self {
        self.limits.steps = steps;
        self
    }

    /// How many entries the trace keeps. 100,000 unless set.
    pub fn trace_limit(mut self, entries: usize) -> Self {
        self.trace = entries;
        self
    }

    /// How many revisions the store keeps. [`RETENTION`] unless set.
    pub fn retention(mut self, revisions: u64) -> Self {
        self.retention = revisions;
        self
    }

    /// The cluster, with the default namespaces in it.
    #[must_use]
    pub fn build(self) -> Cluster {
        let objects: Vec<Node> = self.nodes.iter().map(|node| node.object(self.epoch)).collect();
        let mut actors = self.actors;
        if !self.nodes.is_empty() {
            actors.push(("nodes".into(), Actor::Nodes(Fleet::new(self.nodes, self.programs))));
        }
        let seat = |(name, actor)| Seat::new(name, actor, self.reads_own_writes);
        let mut cluster = Cluster {
            store: Store::with_retention(self.retention),
            now: Instant::START,
            epoch: self.epoch,
            bits: Pcg64Mcg::seed_from_u64(self.seed),
            rules: self.rules.into(),
            ranges: Arc::new(self.ranges),
            customs: self.customs.into(),
            seats: actors.into_iter().map(seat).collect(),
            trace: Trace::new(self.trace),
            faults: self.faults,
            limits: self.limits,
        };
        for name in DEFAULT_NAMESPACES {
            let metadata = ObjectMeta { name: name.into(), ..ObjectMeta::default() };
            let namespace = Namespace { metadata, ..Namespace::default() };
            // Only a rule of the user's own can refuse them, and then they are not wanted.
            let _ = cluster.create(namespace);
        }
        for node in objects {
            let _ = cluster.create(node);
        }
        cluster
    }
}
