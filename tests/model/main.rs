//! What is stored and what is answered, against the most naive models of them.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod requests;
mod server;
mod store;

use proptest::prelude::ProptestConfig;

/// So many cases, unless the environment variable `PROPTEST_CASES` asks for another number.
fn cases(cases: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases, ..config },
    }
}
