//! One pod on one node, without a cluster: the pod machine driven by hand.
//!
//! ```sh
//! cargo run --example kubelet
//! ```
//!
//! [`Node`] stands for everything outside the pod. It says what containers do; the machine says when
//! they are started, probed, stopped, and what is told of them.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use kubernel::api::{Container, Pod, Resource as _, Strictness, decode_all};
use kubernel::pod::behaviour::{Answers, Behaviour, Hook, OnStop};
use kubernel::pod::happened::happened;
use kubernel::pod::pull::Availability;
use kubernel::pod::report;
use kubernel::pod::worker::{Life, State, Waiting, Worker, World};
use kubernel::time::{Instant, Time};

const MANIFEST: &str = "
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: default, uid: 7c9e}
spec:
  terminationGracePeriodSeconds: 20
  initContainers:
  - {name: migrate, image: 'shop:1'}
  - {name: proxy, image: 'proxy:1', restartPolicy: Always}
  containers:
  - name: web
    image: 'shop:1'
    readinessProbe: {httpGet: {port: 80}, periodSeconds: 2, failureThreshold: 1}
    lifecycle: {preStop: {exec: {command: [drain]}}}
";

/// The node: a clock that is set by hand, one address, and programs by the name of the container.
struct Node {
    now: Instant,
    host_ips: [IpAddr; 1],
}

impl World for Node {
    fn now(&self) -> Instant {
        self.now
    }

    fn epoch(&self) -> Time {
        Time::EPOCH
    }

    fn host_ips(&self) -> &[IpAddr] {
        &self.host_ips
    }

    fn addresses(&mut self, _: &Pod) -> Vec<String> {
        vec!["10.244.0.2".to_owned()]
    }

    fn mount(&mut self, _: &Pod) -> Result<(), Waiting> {
        Ok(())
    }

    fn image(&self, _: &Container) -> Availability {
        Availability { present: false, pullable: true }
    }

    fn start(
        &mut self,
        _: &Pod,
        container: &Container,
        life: Life<'_>,
    ) -> Result<Behaviour, Waiting> {
        let seconds = Duration::from_secs;
        let after = |from| Answers { from: seconds(from), until: None };
        let stop = |after, code| OnStop::Exit { after: seconds(after), code };
        let program = Behaviour::default();
        Ok(match (container.name.as_str(), life.restarts) {
            ("migrate", _) => Behaviour { runs: Some(seconds(2)), ..program },
            // It crashes twice, and is fine from then on.
            ("web", 0 | 1) => {
                Behaviour { runs: Some(seconds(4)), exit_code: 1, readiness: after(1), ..program }
            }
            ("web", _) => Behaviour {
                readiness: after(5),
                pre_stop: Hook { takes: seconds(3), fails: false },
                stop: stop(2, 0),
                ..program
            },
            _ => Behaviour { stop: stop(1, 0), ..program },
        })
    }
}

/// The pod as an API server would have it, and its machine.
struct Kubelet {
    node: Node,
    pod: Pod,
    worker: Worker,
    log: String,
}

impl Kubelet {
    /// Lets the machine look, as often as it wants to, until `end`.
    fn run(&mut self, end: Instant) {
        loop {
            self.worker = std::mem::take(&mut self.worker).handle(&self.pod, &mut self.node);
            self.report();
            match self.worker.wake_at() {
                Some(at) if at <= end => self.node.now = at,
                None if *self.worker.state() == State::Finished => return,
                Some(_) | None => {
                    self.node.now = end;
                    return;
                }
            }
        }
    }

    /// Sends the status to the API server, and tells what is new in it.
    fn report(&mut self) {
        let Some(status) = self.worker.status().cloned() else { return };
        let (old, could_run) = (&self.pod.status, self.worker.could_run());
        let now = self.node.now.wire(Time::EPOCH);
        let status = report::merge(&self.pod, old, status, could_run, now);
        for event in happened(old, &status) {
            self.say(&event.to_string());
        }
        self.pod.status = status;
    }

    fn delete(&mut self) {
        let grace = self.pod.spec.termination_grace_period_seconds;
        self.pod.metadata.deletion_timestamp = Some(self.node.now.wire(Time::EPOCH));
        self.pod.metadata.deletion_grace_period_seconds = grace;
        self.say("is deleted");
    }

    fn say(&mut self, text: &str) {
        // A text takes every line.
        let _ = writeln!(self.log, "{:<8}  {text}", self.node.now.to_string());
    }
}

/// Everything that happens to the pod, line by line.
pub(crate) fn timeline() -> Result<String, Box<dyn std::error::Error>> {
    let manifest =
        decode_all(MANIFEST, Strictness::Strict).into_iter().next().ok_or("no pod")??;
    let mut pod = Pod::peek(&manifest.object).cloned().ok_or("not a pod")?;
    kubernel::pod::defaults::default(&mut pod);
    let node = Node { now: Instant::START, host_ips: [Ipv4Addr::new(192, 168, 0, 10).into()] };
    let mut kubelet = Kubelet { node, pod, worker: Worker::new(), log: String::new() };

    kubelet.run(Instant::from_secs(60));
    kubelet.delete();
    kubelet.run(Instant::from_secs(120));
    if *kubelet.worker.state() == State::Finished {
        kubelet.say("the object may go");
    }
    let status = &kubelet.pod.status;
    for one in status.init_container_statuses.iter().chain(&status.container_statuses) {
        let end = one.state.terminated.as_deref().and_then(|end| end.finished_at);
        let end = end.map(|end| Instant::at_wire(end, Time::EPOCH)).unwrap_or_default();
        writeln!(kubelet.log, "{:<8}  ended at {end}", one.name)?;
    }
    Ok(kubelet.log)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    io::stdout().write_all(timeline()?.as_bytes())?;
    Ok(())
}
