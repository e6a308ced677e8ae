//! Laws that hold for all inputs, one module an area.

mod labels;
mod name;
mod patch;
mod pod;
mod pod_life;
mod quantity;
mod testing;

/// So many cases, or as many as the variable `PROPTEST_CASES` says.
fn config(cases: u32) -> proptest::test_runner::Config {
    let default = proptest::test_runner::Config::default();
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return default;
    }
    proptest::test_runner::Config { cases, ..default }
}
