//! All benchmarks: one file an area, ids `area/operation/size`.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a benchmark may panic")]

mod api;
mod cluster;
mod quantity;
mod schedule;
mod store;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    api::define(&mut criterion);
    cluster::define(&mut criterion);
    quantity::define(&mut criterion);
    schedule::define(&mut criterion);
    store::define(&mut criterion);
    criterion.final_summary();
}
