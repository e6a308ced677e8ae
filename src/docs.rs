//! The documents of the project, so that their links are checked and their examples run.

/// How the crate is built, and why.
#[doc = include_str!("../docs/architecture.md")]
pub mod architecture {}

/// What the crate follows, and where it stops.
#[doc = include_str!("../docs/fidelity.md")]
pub mod fidelity {}

/// The program of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub mod readme {}
