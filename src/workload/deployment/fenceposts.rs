//! How far a rollout may stray from the wanted number of pods.
//!
//! Source: `pkg/controller/deployment/util/deployment_util.go`.

use crate::api::{Deployment, DeploymentStrategyType};
use crate::int_or_string::{IntOrString, NotScalable};

/// The limits of a rollout, as numbers of pods (DEPLOY-3).
///
/// ```
/// use kubernel::api::{Deployment, DeploymentSpec, DeploymentStrategy, DeploymentStrategyType,
///     RollingUpdateDeployment};
/// use kubernel::workload::deployment::{self, Fenceposts};
///
/// let deployment = Deployment {
///     spec: DeploymentSpec {
///         replicas: Some(10),
///         strategy: DeploymentStrategy {
///             type_: DeploymentStrategyType::RollingUpdate,
///             rolling_update: Some(Box::new(RollingUpdateDeployment {
///                 max_surge: Some("25%".into()),
///                 max_unavailable: Some("25%".into()),
///             })),
///         },
///         ..Default::default()
///     },
///     ..Default::default()
/// };
/// let found = deployment::fenceposts(&deployment)?;
/// assert_eq!(found, Fenceposts { max_surge: 3, max_unavailable: 2, min_available: 8 });
/// # Ok::<(), kubernel::int_or_string::NotScalable>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fenceposts {
    /// How many pods there may be above the wanted number.
    pub max_surge: i32,
    /// How many of the wanted pods may be unavailable.
    pub max_unavailable: i32,
    /// How many pods must be available; 0 unless the update is a rolling one.
    pub min_available: i32,
}

/// The limits of a rollout of `deployment` (DEPLOY-3): the surge is rounded up, the unavailability
/// down, and one of them is at least 1.
///
/// # Errors
/// When one of the two is a text that is no percentage, even if the update is no rolling one.
pub fn fenceposts(deployment: &Deployment) -> Result<Fenceposts, NotScalable> {
    let replicas = replicas(deployment);
    let rolling = deployment.spec.strategy.rolling_update.as_deref();
    let scaled = |value: Option<&IntOrString>, up| {
        value.map_or(Ok(0), |value| value.scaled(replicas, up)).map(narrow)
    };
    let max_surge = scaled(rolling.and_then(|rolling| rolling.max_surge.as_ref()), true)?;
    let unavailable = scaled(rolling.and_then(|rolling| rolling.max_unavailable.as_ref()), false)?;
    if !is_rolling(deployment) {
        return Ok(Fenceposts::default());
    }
    let unavailable = if max_surge == 0 && unavailable == 0 { 1 } else { unavailable };
    let max_unavailable = if replicas == 0 { 0 } else { unavailable.min(replicas) };
    Ok(Fenceposts { max_surge, max_unavailable, min_available: replicas - max_unavailable })
}

/// The limits, or none where they cannot be resolved: what upstream works with past the first
/// check.
pub(super) fn lenient(deployment: &Deployment) -> Fenceposts {
    fenceposts(deployment).unwrap_or_default()
}

/// The surge alone, for a set that is to be made or grown (DEPLOY-10).
pub(super) fn surge(deployment: &Deployment) -> Result<i32, NotScalable> {
    let rolling = deployment.spec.strategy.rolling_update.as_deref();
    let surge = rolling.and_then(|rolling| rolling.max_surge.as_ref());
    surge.map_or(Ok(0), |value| value.scaled(replicas(deployment), true)).map(narrow)
}

/// The wanted number of pods; 1 unless said otherwise (DEPLOY-1).
pub(super) fn replicas(deployment: &Deployment) -> i32 {
    deployment.spec.replicas.unwrap_or(1)
}

/// Whether pods are replaced a few at a time.
pub(super) fn is_rolling(deployment: &Deployment) -> bool {
    deployment.spec.strategy.type_ == DeploymentStrategyType::RollingUpdate
}

fn narrow(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}
