//! Small clusters.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::admission::ApiError;
use crate::api::{Deployment, Object, Pod, Service};
use crate::cluster::node::Capacity;
use crate::cluster::{Builder, Cluster};
use crate::testing::objects::{deployments, pods, services};

/// What a small cluster is made of. It is printed in full when a test fails, and shrinks.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Where uids and generated names are drawn from.
    pub seed: u64,
    /// How many nodes there are: `node-0`, `node-1` and so on.
    pub nodes: usize,
    /// The objects, in the order in which they are created; no two of a kind share a name.
    pub objects: Vec<Object>,
}

impl World {
    /// The cluster with all built-in controllers, to which more may be added.
    pub fn builder(&self) -> Builder {
        let builder = Cluster::builder().seed(self.seed).builtin();
        (0..self.nodes).fold(builder, |builder, number| {
            builder.node(&format!("node-{number}"), Capacity::default())
        })
    }

    /// The cluster with the objects in it. No controller has done anything yet.
    ///
    /// # Errors
    /// If an object is refused; those of [`worlds`] are not.
    pub fn cluster(&self) -> Result<Cluster, ApiError> {
        self.fill(self.builder())
    }

    /// As [`cluster`](Self::cluster), from a builder of your own.
    ///
    /// # Errors
    /// If an object is refused.
    pub fn fill(&self, builder: Builder) -> Result<Cluster, ApiError> {
        let mut cluster = builder.build();
        for object in &self.objects {
            cluster.create(object.clone())?;
        }
        Ok(cluster)
    }
}

/// Worlds of one to three nodes with up to three pods, three services and two deployments.
///
/// ```
/// # use proptest::prelude::*;
/// use kubernel::testing::worlds;
///
/// # proptest!(ProptestConfig::with_cases(4), |(world in worlds())| {
/// let mut cluster = world.cluster()?;
/// cluster.settle()?;
/// # });
/// ```
pub fn worlds() -> impl Strategy<Value = World> {
    let parts = (vec(pods(), 0..=3), vec(services(), 0..=3), vec(deployments(), 0..=2));
    (any::<u64>(), 1..=3_usize, parts).prop_map(|(seed, nodes, (pods, services, deployments))| {
        let mut objects: BTreeMap<_, Object> = BTreeMap::new();
        let pods = pods.into_iter().map(Pod::into);
        let services = services.into_iter().map(Service::into);
        let all: Vec<Object> =
            pods.chain(services).chain(deployments.into_iter().map(Deployment::into)).collect();
        for object in all {
            objects.entry(object.key()).or_insert(object);
        }
        World { seed, nodes, objects: objects.into_values().collect() }
    })
}
