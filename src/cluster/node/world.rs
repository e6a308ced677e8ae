//! What a worker finds outside its pod: addresses, volumes, images, programs.

use std::net::IpAddr;

use crate::api::{Container, Pod, ResourceList, Service};
use crate::cluster::node::program::{ContainerCtx, Programs};
use crate::cluster::node::volumes::{Disks, Objects, Planning, PodVolumes};
use crate::control::View;
use crate::pod::behaviour::Behaviour;
use crate::pod::env::{self, Environment, environment};
use crate::pod::pull::Availability;
use crate::pod::worker::{Life, Waiting, World};
use crate::service::service_env;
use crate::time::{Instant, Time};
use crate::volume::mounts::{self, Mount};

/// The node as one pod sees it during one look.
pub(super) struct Surroundings<'a, 'd> {
    pub(super) view: View<'a>,
    pub(super) programs: &'a Programs,
    pub(super) allocatable: &'a ResourceList,
    pub(super) host_ips: &'a [IpAddr],
    pub(super) volumes: &'a mut PodVolumes,
    pub(super) disks: &'a mut Disks<'d>,
    pub(super) next_address: &'a mut dyn FnMut() -> Option<String>,
}

impl World for Surroundings<'_, '_> {
    fn now(&self) -> Instant {
        self.view.now
    }

    fn epoch(&self) -> Time {
        self.view.epoch
    }

    fn host_ips(&self) -> &[IpAddr] {
        self.host_ips
    }

    fn addresses(&mut self, _: &Pod) -> Vec<String> {
        (self.next_address)().into_iter().collect()
    }

    fn mount(&mut self, pod: &Pod) -> Result<(), Waiting> {
        let namespace = &pod.metadata.namespace;
        let objects = Objects { view: self.view, namespace, allocatable: self.allocatable };
        self.volumes.mount(pod, objects, self.disks)
    }

    fn image(&self, container: &Container) -> Availability {
        let pullable = self.programs.has(&container.image);
        Availability { present: pullable, pullable }
    }

    fn start(
        &mut self,
        pod: &Pod,
        container: &Container,
        life: Life<'_>,
    ) -> Result<Behaviour, Waiting> {
        let host_ips: Vec<String> = self.host_ips.iter().map(IpAddr::to_string).collect();
        let ips = if pod.spec.host_network { &host_ips } else { life.ips };
        let env = self.environment(pod, container, ips, &host_ips)?;
        let mounts = self.plan(container, &env)?;
        self.volumes.start(&container.name, mounts);
        let files = |path: &str| self.volumes.read(&container.name, path, self.disks);
        let behaviour = self.programs.start(&ContainerCtx {
            pod,
            container,
            env: &env,
            restarts: life.restarts,
            ips,
            now: self.view.now,
            files: &files,
        })?;
        for (path, data) in &behaviour.writes {
            self.volumes.write(&container.name, path, data, self.disks);
        }
        Ok(behaviour)
    }
}

fn config_error(why: &impl ToString) -> Waiting {
    Waiting { reason: "CreateContainerConfigError".to_owned(), message: why.to_string() }
}

impl Surroundings<'_, '_> {
    // ENV-19, ENV-20
    fn environment(
        &self,
        pod: &Pod,
        container: &Container,
        pod_ips: &[String],
        host_ips: &[String],
    ) -> Result<Environment, Waiting> {
        let namespace = &pod.metadata.namespace;
        let store = self.view.store;
        let links = pod.spec.enable_service_links.unwrap_or(true);
        let own = links.then(|| store.list::<Service>(Some(namespace))).into_iter().flatten();
        let services = own.chain(store.get::<Service>("default", "kubernetes"));
        let services = service_env(services, namespace, links);
        let objects = Objects { view: self.view, namespace, allocatable: self.allocatable };
        let scene = env::Scene {
            pod,
            sources: &objects,
            services: &services,
            pod_ips,
            host_ips,
            allocatable: self.allocatable,
        };
        environment(&scene, container).map_err(|why| config_error(&why))
    }

    fn plan(&mut self, container: &Container, env: &Environment) -> Result<Vec<Mount>, Waiting> {
        let mut volumes = Planning { volumes: self.volumes, disks: self.disks };
        let value = |name: &str| env.get(name).map(String::as_str);
        mounts::plan(&container.volume_mounts, &mut volumes, &value, false)
            .map_err(|why| config_error(&why))
    }
}
