//! The node's own view of a pod's status: generated anew, or brought up to date by probes alone.

use std::net::IpAddr;

use crate::api::Pod;
use crate::pod::eviction::StatusOverride;
use crate::pod::report::{self, Last};
use crate::pod::status::{Generated, Known, generate, readiness};
use crate::pod::worker::{Worker, World};

impl Worker {
    /// Generates the status, writes what a killer says over it, and takes it over. `stopped` says that all
    /// containers have been stopped for good.
    pub(crate) fn write(
        &mut self,
        pod: &Pod,
        world: &dyn World,
        stopped: bool,
        instead: Option<&StatusOverride>,
    ) {
        let old = self.status.as_ref().unwrap_or(&pod.status);
        let probing = &self.probing;
        let known = Known {
            runtime: &self.runtime,
            verdicts: &self.verdicts,
            probed: &|name, kind| probing.works(name, kind),
            failures: &self.failures,
            stopped,
            primary_v6: world.host_ips().first().is_some_and(IpAddr::is_ipv6),
            host_ips: world.host_ips(),
            now: world.now(),
            epoch: world.epoch(),
            started_before: None,
        };
        let Generated { mut status, probe_now } = generate(pod, old, &known);
        status.observed_generation = pod.metadata.generation;
        if let Some(instead) = instead {
            instead.apply(pod, &mut status);
        }
        for name in probe_now {
            self.probing.trigger(&name, world.now());
        }
        let last = self.status.as_ref().map_or(Last::Api(&pod.status), Last::Cached);
        let forced = pod.metadata.deletion_timestamp.is_some();
        let now = world.now().wire(world.epoch());
        if let Ok(status) = report::accept(pod, last, status, forced, now) {
            self.status = Some(status);
        }
    }

    /// Lets the probes that are due ask while something takes its time, and writes what they decide; the rest of
    /// the status waits until what is under way is over.
    // POD-PROBE-12
    pub(crate) fn watch(&mut self, pod: &Pod, world: &dyn World) {
        let before = self.verdicts.clone();
        self.probe(pod, world);
        let Some(old) = &self.status else { return };
        let Some(status) = readiness(pod, old, (&before, &self.verdicts)) else { return };
        let now = world.now().wire(world.epoch());
        if let Ok(status) = report::accept(pod, Last::Cached(old), status, false, now) {
            self.status = Some(status);
        }
    }
}
