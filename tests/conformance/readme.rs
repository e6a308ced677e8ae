//! The README's table of what is faithful, made from the suites that are served.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use libtest_mimic::{Failed, Trial};

use super::runner::Served;

const BEGIN: &str = "<!-- suites: begin -->\n";
const END: &str = "<!-- suites: end -->";

/// Checks that the table in the README is the one that the suites make; writes it instead when the
/// environment variable `UPDATE_README` is set.
pub(crate) fn trial(served: Served, files: BTreeSet<String>) -> Trial {
    Trial::test("readme_table", move || {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let text = fs::read_to_string(&path)?;
        let (before, rest) = text.split_once(BEGIN).ok_or("README.md has no table of suites")?;
        let (is, after) = rest.split_once(END).ok_or("the table of suites has no end")?;
        let should = table(served, &files);
        if is == should {
            return Ok(());
        }
        if env::var_os("UPDATE_README").is_some() {
            fs::write(&path, format!("{before}{BEGIN}{should}{END}{after}"))?;
            return Ok(());
        }
        Err(Failed::from(format!(
            "the table in README.md is out of date; run with UPDATE_README=1\n{should}"
        )))
    })
}

fn table(served: Served, files: &BTreeSet<String>) -> String {
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    for (area, _) in files.iter().filter_map(|name| name.split_once('/')) {
        *all.entry(area).or_default() += 1;
    }
    let mut out = String::from("| area | suites that agree | of | which |\n|---|---:|---:|---|\n");
    for (area, count) in all {
        let mut names = served.names(area);
        names.retain(|name| files.contains(&format!("{area}/{name}")));
        names.sort_unstable();
        let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let shown = if list.is_empty() { "none yet".to_owned() } else { list.join(" ") };
        let _ = writeln!(out, "| {area} | {} | {count} | {shown} |", names.len());
    }
    out
}
