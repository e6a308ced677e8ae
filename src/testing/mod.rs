//! Strategies for [`proptest`], and a search over seeds.
//!
//! The strategies make objects that pass [defaults and validation](crate::admission), small enough to
//! read when a test fails. Labels come from a small pool, so that selectors meet pods and services find
//! endpoints. A strategy of your own starts from one of these with `prop_map`.
//!
//! ```
//! use kubernel::api::{Pod, RestartPolicy};
//! use kubernel::testing::{pods, worlds};
//! use proptest::prelude::*;
//!
//! /// Pods that run once.
//! fn tasks() -> impl Strategy<Value = Pod> {
//!     pods().prop_map(|mut pod| {
//!         pod.spec.restart_policy = RestartPolicy::Never;
//!         pod
//!     })
//! }
//!
//! proptest!(ProptestConfig::with_cases(4), |(mut pod in tasks(), world in worlds())| {
//!     let mut cluster = world.cluster()?;
//!     pod.metadata.name = "a-name-of-its-own".into();
//!     let key = cluster.create(pod)?;
//!     cluster.settle()?;
//!     prop_assert!(cluster.get::<Pod>("default", &key.name).is_some());
//! });
//! ```

mod behaviour;
mod defect;
mod objects;
mod pod;
mod seeds;
mod solo;
mod text;
mod world;

pub use behaviour::{Script, behaviours, scripted_pods, scripts};
pub use defect::{Defect, broken_pods, defects};
pub use objects::{containers, deployments, pods, services};
pub use pod::full_pods;
pub use seeds::{Failure, seeds};
pub use solo::{Restless, Solo, Started};
pub use text::{
    label_keys, label_maps, label_selectors, label_values, labels, quantities, selector_texts,
    subdomains,
};
pub use world::{World, worlds};
