//! The resident memory of many decoded pods: `cargo bench --bench memory`.
//!
//! Each type set is measured in a process of its own, which reads its size from `/proc/self/statm`;
//! where there is no such file nothing is measured.
#![expect(clippy::expect_used, reason = "a benchmark may panic")]

use std::env::{args, current_exe};
use std::fs::read_to_string;
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;

use kubernel::api::Object;
use serde::de::DeserializeOwned;
use serde_json::Value;

const POD: &str = include_str!("pod.json");
const PODS: usize = 100_000;
const PODS_OF_A_TEST: usize = 100;
const PAGE: usize = 4_096;
const SETS: [&str; 4] = ["kubernel", "kubernel_store", "k8s-openapi", "serde_json_value"];

/// Bytes that this process has in memory.
fn resident() -> Option<usize> {
    let text = read_to_string("/proc/self/statm").ok()?;
    let pages: usize = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * PAGE)
}

/// A pod of its own: no two share a name.
fn text(number: usize) -> String {
    POD.replace("x7k2p", &format!("{number:05}"))
}

fn read<T: DeserializeOwned>(number: usize) -> T {
    serde_json::from_str(&text(number)).expect("a pod")
}

fn grown<T>(pods: usize, make: impl FnOnce() -> T) -> usize {
    let before = resident().expect("seen by the parent");
    let made = black_box(make());
    let grown = resident().expect("seen by the parent").saturating_sub(before);
    drop(made);
    grown / pods
}

fn stored(pods: usize) -> kubernel::store::Store {
    use kubernel::store::{Expect, Store};
    let mut store = Store::new();
    for number in 0..pods {
        let pod = Object::from(read::<kubernel::api::Pod>(number));
        store.commit(pod.key(), Expect::Absent, Some(pod)).expect("the names differ");
    }
    store
}

/// Bytes a pod.
fn measure(set: &str, pods: usize) -> usize {
    match set {
        "kubernel" => grown(pods, || -> Vec<Arc<kubernel::api::Pod>> {
            (0..pods).map(|number| Arc::new(read(number))).collect()
        }),
        "kubernel_store" => grown(pods, || stored(pods)),
        "k8s-openapi" => grown(pods, || -> Vec<Arc<k8s_openapi::api::core::v1::Pod>> {
            (0..pods).map(|number| Arc::new(read(number))).collect()
        }),
        _ => grown(pods, || (0..pods).map(read).collect::<Vec<Value>>()),
    }
}

fn main() {
    let pods = if args().any(|arg| arg == "--test") { PODS_OF_A_TEST } else { PODS };
    if resident().is_none() {
        println!("memory: there is no /proc/self/statm here, nothing is measured");
        return;
    }
    if let Some(set) = args().skip_while(|arg| arg != "--set").nth(1) {
        println!("{}", measure(&set, pods));
        return;
    }
    println!("{pods} pods of {} bytes of JSON", POD.trim_end().len());
    for set in SETS {
        let mut child = Command::new(current_exe().expect("this program"));
        child.args(["--set", set]).args((pods == PODS_OF_A_TEST).then_some("--test"));
        let output = child.output().expect("a child of this program");
        let bytes: usize =
            String::from_utf8_lossy(&output.stdout).trim().parse().expect("bytes of a pod");
        println!("memory/{set}/{pods}: {bytes} B a pod, {:.2} GB", (bytes * pods) as f64 / 1e9);
    }
}
