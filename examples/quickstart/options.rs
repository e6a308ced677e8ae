//! The command line.

use std::path::PathBuf;
use std::time::Duration;

pub(crate) const USAGE: &str = "\
usage: quickstart [FILE]... [--for TIME] [--nodes N] [--seed N] [--explain KIND/[NAMESPACE/]NAME]

  FILE      manifests in YAML or JSON; a small shop without any
  --for     how long the cluster runs in logical time, as 90s, 10m, 1h30m; 10m by default
  --nodes   how many nodes it has, 1 to 200; 3 by default
  --seed    another order of events and other names for each number; 0 by default, which is
            the order of a quiet cluster
  --explain the object whose history is explained";

pub(crate) struct Options {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) time: Duration,
    pub(crate) nodes: u16,
    pub(crate) seed: u64,
    pub(crate) explain: Option<(String, String)>,
}

pub(crate) enum Parsed {
    Run(Options),
    Help,
}

pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Parsed, String> {
    let mut options = Options {
        files: Vec::new(),
        time: Duration::from_secs(600),
        nodes: 3,
        seed: 0,
        explain: None,
    };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                (name.to_owned(), Some(value.to_owned()))
            }
            _ => (argument, None),
        };
        let mut value =
            || inline.clone().or_else(|| arguments.next()).ok_or(format!("{name} needs a value"));
        match name.as_str() {
            "--help" | "-h" => return Ok(Parsed::Help),
            "--for" => options.time = time(&value()?)?,
            "--nodes" => options.nodes = number(&value()?, 1..=200)?,
            "--seed" => options.seed = number(&value()?, 0..=u64::MAX)?,
            "--explain" => {
                let text = value()?;
                let (kind, name) =
                    text.split_once('/').ok_or(format!("`{text}` is not KIND/NAME"))?;
                options.explain = Some((kind.to_owned(), name.to_owned()));
            }
            flag if flag.starts_with('-') => return Err(format!("unknown option `{flag}`")),
            file => options.files.push(file.into()),
        }
    }
    Ok(Parsed::Run(options))
}

fn number<T>(text: &str, range: std::ops::RangeInclusive<T>) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        format!("`{text}` is not a number from {} to {}", range.start(), range.end())
    })
}

/// `1h30m`, `10m`, `90s`, `500ms`; a number without a unit is seconds.
fn time(text: &str) -> Result<Duration, String> {
    let bad = || format!("`{text}` is not a time such as 90s, 10m or 1h30m");
    let mut rest = text;
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(bad());
    }
    while !rest.is_empty() {
        let (digits, after) = split(rest, |c| !c.is_ascii_digit());
        let (unit, after) = split(after, |c| c.is_ascii_digit());
        rest = after;
        let number: u64 = digits.parse().map_err(|_| bad())?;
        let millis: u64 = match unit {
            "ms" => 1,
            "s" | "" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(bad()),
        };
        let part = number.checked_mul(millis).map(Duration::from_millis).ok_or_else(bad)?;
        total = total.checked_add(part).ok_or_else(bad)?;
    }
    let year = Duration::from_secs(366 * 86_400);
    if total > year { Err(format!("`{text}` is more than a year")) } else { Ok(total) }
}

/// A text before and from the first character that is `end`.
fn split(text: &str, end: fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}
