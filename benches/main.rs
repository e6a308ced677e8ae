//! All benchmarks; one file per area.

#![expect(clippy::expect_used, reason = "a benchmark may panic")]

mod store;

criterion::criterion_group!(benches, store::define);
criterion::criterion_main!(benches);
