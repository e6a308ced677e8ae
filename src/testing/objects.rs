//! Objects that are valid as they are made. All are in the namespace `default`.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::api::{
    Container, ContainerPort, Deployment, DeploymentSpec, EmptyDirVolumeSource, LabelSelector,
    ObjectMeta, Pod, PodSpec, PodTemplateSpec, ResourceRequirements, RestartPolicy, Service,
    ServicePort, ServiceSpec, Volume, VolumeMount,
};
use crate::int_or_string::IntOrString;
use crate::quantity::{Format, Quantity};
use crate::testing::text::{label_maps, labels};

pub(super) const IMAGES: [&str; 3] = ["web:1", "web:2", "registry.example.com/db:15"];

fn metadata(
    name: impl Strategy<Value = String>,
    labels: impl Strategy<Value = BTreeMap<String, String>>,
) -> impl Strategy<Value = ObjectMeta> {
    (name, labels).prop_map(|(name, labels)| ObjectMeta {
        name,
        namespace: "default".into(),
        labels,
        ..Default::default()
    })
}

/// What a container may ask for: less than a hundredth of a node's, and limits at or above it.
pub(super) fn resources() -> impl Strategy<Value = ResourceRequirements> {
    let amounts = (1..40_i64, 1..80_i64, option::of(1..=3_i64));
    amounts.prop_map(|(cpu, memory, factor)| {
        let list = |times: i64| -> BTreeMap<String, Quantity> {
            let cpu = Quantity::from_milli(cpu * times, Format::DecimalSi);
            let memory = Quantity::new(memory * times * 1_024 * 1_024, Format::BinarySi);
            [("cpu".to_owned(), cpu), ("memory".to_owned(), memory)].into()
        };
        ResourceRequirements {
            requests: list(1),
            limits: factor.map(list).unwrap_or_default(),
            ..Default::default()
        }
    })
}

/// Containers with a name, an image, and some with a port and resources.
pub fn containers() -> impl Strategy<Value = Container> {
    let port = (1..=65_535_i32)
        .prop_map(|container_port| ContainerPort { container_port, ..Default::default() });
    let parts = (labels(), select(&IMAGES[..]), vec(port, 0..=1), option::of(resources()));
    parts.prop_map(|(name, image, ports, resources)| Container {
        name,
        image: image.into(),
        ports,
        resources: resources.unwrap_or_default(),
        ..Default::default()
    })
}

/// One to three containers of different names, some of which mount one volume.
fn specs() -> impl Strategy<Value = PodSpec> {
    let containers = btree_map(labels(), (containers(), any::<bool>()), 1..=3);
    (containers, option::of(labels()), option::of(0..=60_i64)).prop_map(
        |(containers, volume, grace)| {
            let mount = volume.clone().map(|name| VolumeMount {
                name,
                mount_path: "/data".into(),
                ..Default::default()
            });
            let mounted = |(name, (container, mounts)): (String, (Container, bool))| Container {
                name,
                volume_mounts: mount.iter().filter(|_| mounts).cloned().collect(),
                ..container
            };
            let volume = volume.map(|name| Volume {
                name,
                empty_dir: Some(Box::new(EmptyDirVolumeSource::default())),
                ..Default::default()
            });
            PodSpec {
                containers: containers.into_iter().map(mounted).collect(),
                volumes: volume.into_iter().collect(),
                termination_grace_period_seconds: grace,
                ..Default::default()
            }
        },
    )
}

/// Pods that an API server takes, with labels from the pool of [`label_maps`].
///
/// ```
/// # use proptest::prelude::*;
/// use kubernel::admission;
/// use kubernel::field::Errors;
/// use kubernel::testing::pods;
///
/// # proptest!(ProptestConfig::with_cases(8), |(pod in pods())| {
/// let mut object = pod.into();
/// admission::default(&mut object);
/// let mut errors = Errors::new();
/// admission::validate(&mut errors, &object);
/// assert!(errors.is_empty(), "{errors}");
/// # });
/// ```
pub fn pods() -> impl Strategy<Value = Pod> {
    const POLICIES: [RestartPolicy; 4] = [
        RestartPolicy::Unset,
        RestartPolicy::Always,
        RestartPolicy::OnFailure,
        RestartPolicy::Never,
    ];
    (metadata(labels(), label_maps()), specs(), select(&POLICIES[..])).prop_map(
        |(metadata, spec, restart_policy)| Pod {
            metadata,
            spec: PodSpec { restart_policy, ..spec },
            ..Default::default()
        },
    )
}

/// Services with one or two ports and, mostly, a selector over the pool of [`label_maps`]; some are
/// headless.
pub fn services() -> impl Strategy<Value = Service> {
    let port = (1..=65_535_i32, option::of(1..=65_535_i32));
    let ports = btree_map(labels(), port, 1..=2).prop_map(|ports| {
        let mut taken = Vec::new();
        let mut out = Vec::new();
        for (name, (port, target)) in ports {
            if !taken.contains(&port) {
                taken.push(port);
                let target_port = IntOrString::Int(target.unwrap_or(port));
                out.push(ServicePort { name, port, target_port, ..Default::default() });
            }
        }
        out
    });
    let spec =
        (label_maps(), ports, prop::bool::weighted(0.2)).prop_map(|(selector, ports, headless)| {
            ServiceSpec {
                selector,
                ports,
                cluster_ip: if headless { "None".into() } else { String::new() },
                ..Default::default()
            }
        });
    (metadata(labels(), label_maps()), spec).prop_map(|(metadata, spec)| Service {
        metadata,
        spec,
        ..Default::default()
    })
}

/// Deployments of up to three replicas, whose selector meets their own pods. Two with different names
/// do not select each other's pods.
pub fn deployments() -> impl Strategy<Value = Deployment> {
    (metadata(labels(), label_maps()), label_maps(), specs(), option::of(0..=3_i32)).prop_map(
        |(metadata, mut labels, spec, replicas)| {
            labels.insert("deployment".into(), metadata.name.clone());
            let own = [("deployment".to_owned(), metadata.name.clone())].into();
            let selector = LabelSelector { match_labels: own, ..Default::default() };
            let template =
                PodTemplateSpec { metadata: ObjectMeta { labels, ..Default::default() }, spec };
            let spec = DeploymentSpec {
                replicas,
                selector: Some(Box::new(selector)),
                template,
                ..Default::default()
            };
            Deployment { metadata, spec, ..Default::default() }
        },
    )
}
