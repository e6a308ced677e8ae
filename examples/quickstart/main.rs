//! Manifests in, a running cluster out, explained.
//!
//! ```sh
//! cargo run --example quickstart
//! cargo run --example quickstart -- my.yaml --for 10m --nodes 3 --seed 7 --explain pod/web
//! ```
//!
//! Without files a small shop runs (`examples/manifests/quickstart.yaml`). The exit code is 1 if a
//! manifest could not be read or was refused; everything else runs all the same.

mod manifests;
mod network;
mod options;
mod out;
mod tables;
mod timeline;
mod volumes;

use std::process::ExitCode;

use kubernel::Cluster;
use kubernel::api::{Key, Pod};
use kubernel::cluster::node::Capacity;
use kubernel::cluster::{First, Schedule, Seeded};
use kubernel::time::Instant;

use options::{Options, Parsed};
use out::say;

fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(Parsed::Run(options)) => options,
        Ok(Parsed::Help) => {
            say!("{}", options::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("error: {problem}\n\n{}", options::USAGE);
            return ExitCode::FAILURE;
        }
    };
    let sources = match manifests::read(&options.files) {
        Ok(sources) => sources,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let mut cluster = build(&options);
    let taken = manifests::apply(&mut cluster, &sources);
    if taken.accepted == 0 {
        say!("\nNothing is left to run.");
        return ExitCode::FAILURE;
    }
    run(&mut cluster, &options);
    show(&cluster, &options);
    if taken.is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn build(options: &Options) -> Cluster {
    let mut builder = Cluster::builder().seed(options.seed).builtin();
    for n in 1..=options.nodes {
        builder = builder.node(&format!("node-{n}"), Capacity::default());
    }
    builder.build()
}

fn run(cluster: &mut Cluster, options: &Options) {
    let until = Instant::START + options.time;
    let mut schedule: Box<dyn Schedule> = match options.seed {
        0 => Box::new(First),
        seed => Box::new(Seeded::new(seed)),
    };
    let outcome = cluster.run(&mut *schedule, until);
    say!(
        "\n{} node(s) ran for {} of logical time in {} steps; {} writes.",
        options.nodes,
        tables::span(options.time),
        outcome.steps,
        cluster.store().revision()
    );
}

fn show(cluster: &Cluster, options: &Options) {
    tables::print(cluster);
    network::print(cluster);
    volumes::print(cluster);
    timeline::print(cluster);
    let target = match &options.explain {
        Some((kind, name)) => match tables::find(cluster, kind, name) {
            Some(key) => Some(key),
            None => {
                say!("\nNothing called {kind}/{name} is there to be explained.");
                None
            }
        },
        None => restless(cluster),
    };
    if let Some(key) = target {
        say!("\nWhy is {key} as it is?\n");
        print!("{}", cluster.explain(&key));
    }
}

/// The pod that was restarted most often, else the first one.
fn restless(cluster: &Cluster) -> Option<Key> {
    let restarts = |pod: &Pod| -> i32 {
        pod.status.container_statuses.iter().map(|status| status.restart_count).sum()
    };
    let mut pods: Vec<&Pod> = cluster.list::<Pod>(None).collect();
    pods.sort_by_key(|pod| -restarts(pod));
    pods.first().map(|pod| tables::key_of(*pod))
}
