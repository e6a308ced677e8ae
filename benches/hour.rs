//! One logical hour of many pods: `cargo bench --bench hour`, with sizes of your own behind `--`.
//!
//! Every pod has a container with a liveness and a readiness probe each ten seconds; every tenth pod
//! crashes four seconds after each start. They live once as machines alone, looked at in the order of
//! time, and once in a cluster, a hundred to a node, through admission and the store. One core is used.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::env::args;
use std::fs::read_to_string;
use std::time::{Duration, Instant as Clock};

use kubernel::Cluster;
use kubernel::api::Pod;
use kubernel::cluster::Stopped;
use kubernel::cluster::node::{Capacity, Programs};
use kubernel::pod::behaviour::Behaviour;
use kubernel::pod::defaults;
use kubernel::pod::statuses::Statuses;
use kubernel::testing::{Script, Solo};
use kubernel::time::Instant;
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);
const ON_A_NODE: usize = 100;
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn crashes(number: usize) -> bool {
    number.is_multiple_of(10)
}

fn pod(number: usize) -> Pod {
    let probe = |path: &str| json!({"httpGet": {"path": path, "port": 8080}, "periodSeconds": 10});
    let pod = json!({
        "metadata": {"name": format!("web-{number}"), "namespace": "default", "labels": {"app": "web"}},
        "spec": {
            "nodeName": format!("node-{}", number / ON_A_NODE),
            "containers": [{
                "name": "main",
                "image": "registry.example.com/team/app:1.2.3",
                "ports": [{"containerPort": 8080}],
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                "livenessProbe": probe("/live"),
                "readinessProbe": probe("/ready"),
            }],
        },
    });
    let mut pod: Pod = serde_json::from_value(pod).unwrap();
    if crashes(number) {
        let name = format!("{}main", Programs::ANNOTATION);
        pod.metadata.annotations.insert(name, "run 4s; exit 1".into());
    }
    pod
}

/// The seconds that this process has computed, where the system tells.
fn computed() -> Option<f64> {
    let text = read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_ascii_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// Runs, and says how long that took. On a busy machine only the seconds of computing mean something.
fn measure(what: &str, pods: usize, run: impl FnOnce() -> u64) {
    let (start, before) = (Clock::now(), computed());
    let looks = run();
    let clock = start.elapsed().as_secs_f64();
    let seconds = computed().zip(before).map_or(clock, |(after, before)| after - before);
    let each = seconds * 1e6 / pods as f64;
    println!(
        "hour/{what}/{pods}: {seconds:.2} s computed, {clock:.2} s by the clock; \
         {each:.0} µs a pod, {looks} looks or steps"
    );
}

/// The machines alone. Answers the number of looks.
fn machines(pods: usize) -> u64 {
    let crash =
        Behaviour { runs: Some(Duration::from_secs(4)), exit_code: 1, ..Behaviour::default() };
    let one = |number: usize| {
        let mut pod = pod(number);
        defaults::default(&mut pod);
        pod.metadata.uid = number.to_string();
        let lives = crashes(number).then(|| ("main".to_owned(), vec![crash.clone()]));
        Solo::new(pod, Script { lives: lives.into_iter().collect(), ..Script::default() })
    };
    let mut all: Vec<Solo> = (0..pods).map(one).collect();
    let end = Instant::START + HOUR;
    let mut due: BinaryHeap<_> =
        (0..pods).map(|number| Reverse((Instant::START, number))).collect();
    let mut looks = 0;
    while let Some(Reverse((at, number))) = due.pop() {
        let solo = all.get_mut(number).unwrap();
        solo.step(at);
        looks += 1;
        due.extend(solo.next().filter(|next| *next <= end).map(|next| Reverse((next, number))));
    }
    let ready = all.iter().filter(|solo| Statuses::pod_is_ready(solo.status())).count();
    assert_eq!(ready, pods - pods / 10, "all but the crashing ones are ready");
    looks
}

/// A cluster with the pods in it, still at its beginning.
fn cluster(pods: usize) -> Cluster {
    let nodes = pods.div_ceil(ON_A_NODE);
    let builder = Cluster::builder().trace_limit(1_000).step_limit(u64::MAX);
    let named = |builder: kubernel::cluster::Builder, n| {
        builder.node(&format!("node-{n}"), Capacity::default())
    };
    let mut cluster = (0..nodes).fold(builder, named).build();
    for number in 0..pods {
        cluster.create(pod(number)).unwrap();
    }
    cluster
}

/// Answers the number of steps.
fn live(cluster: &mut Cluster) -> u64 {
    let outcome = cluster.advance(HOUR);
    assert_ne!(outcome.stopped, Stopped::Limit);
    let pods = cluster.list::<Pod>(None);
    let unready = pods.filter(|pod| !Statuses::pod_is_ready(&pod.status)).count();
    assert_eq!(unready, cluster.list::<Pod>(None).count() / 10);
    outcome.steps
}

fn main() {
    let asked: Vec<usize> = args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let tried = args().any(|arg| arg == "--test");
    let sizes = if tried {
        vec![100]
    } else if asked.is_empty() {
        SIZES.to_vec()
    } else {
        asked
    };
    for pods in sizes {
        measure("machines", pods, || machines(pods));
        let mut cluster = cluster(pods);
        measure("cluster", pods, || live(&mut cluster));
    }
}
