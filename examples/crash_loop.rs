//! A crash loop, explained: `cargo run --example crash_loop`.
//!
//! A container that keeps failing is started again at once, then after 10 s, 20 s, 40 s and so on up to
//! 300 s. Once it has run for more than ten minutes, all is forgotten.

use std::error::Error;
use std::time::Duration;

use kubernel::Cluster;
use kubernel::api::{ContainerStatus, Key, Kind, Pod, Strictness, decode_all};
use kubernel::cluster::node::Capacity;
use kubernel::time::{Instant, Time};

/// Eight lives of four seconds, one of eleven minutes, and then short ones again.
const POD: &str = r#"{"apiVersion": "v1", "kind": "Pod",
  "metadata": {"name": "web", "annotations": {"kubernel.dev/program.web":
    "run 4s; exit 1|run 4s; exit 1|run 4s; exit 1|run 4s; exit 1|run 4s; exit 1|run 4s; exit 1|run 4s; exit 1|run 4s; exit 1|run 11m; exit 1|run 4s; exit 1"}},
  "spec": {"containers": [{"name": "web", "image": "web:1"}]}}"#;

/// What `kubectl get pod` shows: ready containers, status, restarts and how long ago the last one was.
struct View {
    ready: bool,
    status: String,
    restarts: i32,
    ended: Option<Time>,
    /// The present back-off, as the status tells it.
    back_off: Option<String>,
}

impl View {
    fn of(pod: &Pod) -> Self {
        let none = ContainerStatus::default();
        let web = pod.status.container_statuses.first().unwrap_or(&none);
        let state = &web.state;
        let last = web.last_termination_state.terminated.as_deref();
        let status = match (&state.waiting, &state.terminated) {
            (Some(waiting), _) => waiting.reason.clone(),
            (None, Some(end)) => end.reason.clone(),
            (None, None) => pod.status.phase.to_string(),
        };
        // The message begins with `back-off 40s restarting failed container=web …`.
        let message = state.waiting.as_ref().map(|waiting| waiting.message.as_str());
        let back_off = message.and_then(|text| text.split(' ').nth(1)).map(str::to_owned);
        let ended = last.and_then(|end| end.finished_at);
        Self { ready: web.ready, status, restarts: web.restart_count, ended, back_off }
    }

    /// Without what changes with time alone.
    fn key(&self) -> (bool, &str, i32) {
        (self.ready, &self.status, self.restarts)
    }

    fn show(&self, now: Time) -> String {
        let ago = self.ended.filter(|_| self.restarts > 0).map(|at| now.seconds_since(at));
        let ago = ago.map(|seconds| format!(" ({} ago)", span(seconds))).unwrap_or_default();
        let ready = if self.ready { "1/1" } else { "0/1" };
        let restarts = format!("{}{ago}", self.restarts);
        format!("web   {ready}     {:<16}   {restarts:<14}", self.status)
    }
}

/// As kubectl shows ages: `90s`, `5m4s`, `11m`.
fn span(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0..2, _) => format!("{seconds}s"),
        (minutes @ 2..10, rest @ 1..) => format!("{minutes}m{rest}s"),
        (minutes, _) => format!("{minutes}m"),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut cluster = Cluster::builder().builtin().node("n1", Capacity::default()).build();
    for manifest in decode_all(POD, Strictness::Strict) {
        cluster.put(manifest?.object)?;
    }
    let key = Key::new(Kind::Pod, "default", "web");

    println!("kubectl get pod web --watch\n");
    println!("      time   NAME  READY   STATUS             RESTARTS");
    let mut before: Option<View> = None;
    let mut explained = None;
    let mut waits = Vec::new();
    while cluster.now() < Instant::from_secs(30 * 60) {
        let Some(pod) = cluster.get::<Pod>("default", "web") else { break };
        let view = View::of(pod);
        if before.as_ref().is_none_or(|before| before.key() != view.key()) {
            let row = view.show(cluster.time());
            let back_off = view.back_off.as_deref();
            let remark = back_off.map(|span| format!("waits for {span}")).unwrap_or_default();
            println!(
                "{:>10}   {}",
                cluster.now().to_string(),
                format!("{row}   {remark}").trim_end()
            );
            waits.extend(view.back_off.clone());
            if waits.len() == 3 && explained.is_none() {
                explained = Some((cluster.now(), cluster.explain(&key)));
            }
            before = Some(view);
        }
        cluster.advance(Duration::from_secs(1));
    }

    println!("\nThe back-offs: {}.", waits.join(", "));
    println!(
        "After eleven minutes without a failure the next restart came at once, and then 10s again."
    );
    if let Some((at, why)) = explained {
        println!("\nWhy is the pod not ready at {at}?\n\n{why}");
    }
    Ok(())
}
