//! What is wrong with a pod.
//!
//! Source: `pkg/apis/core/validation/validation.go` (`ValidatePodCreate`, `ValidatePodSpec`).

mod affinity;
mod container;
mod env;
mod os;
mod probe;
mod resources;
mod scheduling;
mod security;
mod spec;
mod volumes;

pub use spec::{Rules, validate, validate_binding, validate_spec, validate_template};
pub(in crate::pod) use spec::{always, annotations, ip};

use crate::field::{Errors, Path};

/// Pushes `Required` for nothing and `NotSupported` for a word that is not known.
fn word(out: &mut Errors, at: &Path<'_>, value: &str, words: &[&'static str]) {
    if value.is_empty() {
        out.required(at, "");
    } else if !words.contains(&value) {
        out.not_supported(at, value, words);
    }
}

/// Pushes `NotSupported` for a word that is not known, also for none at all.
fn one_of(out: &mut Errors, at: &Path<'_>, value: &str, words: &[&'static str]) {
    if !words.contains(&value) {
        out.not_supported(at, value, words);
    }
}

/// A path without `..`.
fn no_backsteps(out: &mut Errors, at: &Path<'_>, path: &str) {
    if path.split('/').any(|part| part == "..") {
        out.invalid(at, path, "must not contain `..`");
    }
}

/// A relative path without `..`.
fn descending(out: &mut Errors, at: &Path<'_>, path: &str) {
    if path.starts_with('/') {
        out.invalid(at, path, "must be a relative path");
    }
    no_backsteps(out, at, path);
}

/// A relative path without `..` that does not begin with two dots.
fn unreserved(out: &mut Errors, at: &Path<'_>, path: &str) {
    descending(out, at, path);
    if path.starts_with("..") && !path.starts_with("../") {
        out.invalid(at, path, "must not start with `..`");
    }
}

fn non_negative(out: &mut Errors, at: &Path<'_>, value: i64) {
    if value < 0 {
        out.invalid(at, value, "must be greater than or equal to 0");
    }
}

/// The permission bits of a file.
fn mode(out: &mut Errors, at: &Path<'_>, value: Option<i32>) {
    if let Some(value) = value.filter(|value| !(0..=0o777).contains(value)) {
        out.invalid(at, value, "must be a number between 0 and 0777 (octal), both inclusive");
    }
}
