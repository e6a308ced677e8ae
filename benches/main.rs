//! All benchmarks: one file an area, ids `area/operation/size`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark may panic"
)]

mod api;
mod cluster;
mod labels;
mod patch;
mod quantity;
mod schedule;
mod store;
mod wire;

use std::sync::LazyLock;

use criterion::Criterion;

static SMOKE: LazyLock<bool> = LazyLock::new(|| std::env::args().any(|arg| arg == "--test"));

/// `full`, or a hundredth of it when benchmarks are only tried (`-- --test`); their ids stay.
fn scaled(full: usize) -> usize {
    if *SMOKE { full / 100 } else { full }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    api::define(&mut criterion);
    labels::define(&mut criterion);
    patch::define(&mut criterion);
    quantity::define(&mut criterion);
    schedule::define(&mut criterion);
    store::define(&mut criterion);
    cluster::define(&mut criterion);
    wire::define(&mut criterion);
    criterion.final_summary();
}
