//! The scheduler in a cluster: no room is given away twice, and who comes first.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use kubernel::Cluster;
use kubernel::api::{Container, ObjectMeta, Pod, PriorityClass};
use kubernel::cluster::node::Capacity;
use kubernel::cluster::{Builder, First, Schedule, Seeded};

/// A pod that asks for so many thousandths of a core.
fn pod(name: &str, milli_cpu: u32, priority: i32) -> Pod {
    let mut container = Container { name: "c".into(), image: "i".into(), ..Container::default() };
    let cpu = format!("{milli_cpu}m").parse().unwrap();
    container.resources.requests.insert("cpu".into(), cpu);
    let mut pod = Pod {
        metadata: ObjectMeta { name: name.into(), ..ObjectMeta::default() },
        ..Pod::default()
    };
    pod.spec.containers = vec![container];
    if priority != 0 {
        pod.spec.priority_class_name = format!("class{priority}");
    }
    pod
}

fn builder() -> Builder {
    let capacity = Capacity { cpu: "1".parse().unwrap(), ..Capacity::default() };
    Cluster::builder().builtin().node("n", capacity)
}

/// The pods that have a node, and the message of the first that has none.
fn placed(cluster: &Cluster) -> (Vec<&str>, &str) {
    let (placed, waiting): (Vec<&Pod>, Vec<&Pod>) =
        cluster.list::<Pod>(None).partition(|pod| !pod.spec.node_name.is_empty());
    let mut conditions = waiting.iter().flat_map(|pod| &pod.status.conditions);
    let message = conditions.find(|condition| condition.type_.as_str() == "PodScheduled");
    let names = placed.iter().map(|pod| pod.metadata.name.as_str()).collect();
    (names, message.map_or("", |condition| condition.message.as_str()))
}

fn run(mut cluster: Cluster, pods: &[Pod], schedule: &mut dyn Schedule) -> Cluster {
    for value in [1, 5] {
        let metadata = ObjectMeta { name: format!("class{value}"), ..ObjectMeta::default() };
        cluster.create(PriorityClass { metadata, value, ..PriorityClass::default() }).unwrap();
    }
    for pod in pods {
        cluster.create(pod.clone()).unwrap();
    }
    cluster.settle_by(schedule).unwrap();
    cluster
}

#[test]
fn room_for_one_is_never_given_to_two() {
    // SCHED-2
    for seed in 0..200 {
        let cluster = builder().seed(seed).faults(3).build();
        let pods = [pod("a", 600, 0), pod("b", 600, 0)];
        let cluster = run(cluster, &pods, &mut Seeded::new(seed));
        let (names, message) = placed(&cluster);
        assert_eq!(names.len(), 1, "seed {seed}: {names:?}");
        assert_eq!(message, "0/1 nodes are available: 1 Insufficient cpu.", "seed {seed}");
    }
}

#[test]
fn the_highest_priority_comes_first_then_the_first_to_come() {
    // SCHED-1
    let check = |pods: &[Pod], expected: &[&str]| {
        let cluster = run(builder().build(), pods, &mut First);
        assert_eq!(placed(&cluster).0, expected);
    };
    check(&[pod("low", 600, 0), pod("high", 600, 5), pod("middle", 600, 1)], &["high"]);
    check(&[pod("b", 600, 0), pod("a", 600, 0)], &["b"]);
    check(&[pod("small", 300, 0), pod("low", 600, 1), pod("high", 600, 5)], &["high", "small"]);
}

#[test]
fn room_that_is_given_up_goes_to_who_waits() {
    let mut cluster = run(builder().build(), &[pod("a", 600, 0), pod("b", 600, 0)], &mut First);
    assert_eq!(placed(&cluster).0, ["a"]);
    let first = cluster.list::<Pod>(None).next().unwrap().clone();
    cluster.delete(&kubernel::api::Object::from(first).key(), Default::default()).unwrap();
    cluster.settle().unwrap();
    assert_eq!(placed(&cluster).0, ["b"]);
}
