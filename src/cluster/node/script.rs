//! The words in which an annotation says what a container does.

use std::time::Duration;

use thiserror::Error;

use crate::cluster::node::program::span;
use crate::pod::behaviour::{Behaviour, Hook, OnStop};

/// A clause that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{clause}` is not understood")]
pub(super) struct BadClause {
    clause: String,
}

/// The behaviour of the life after `restarts` others.
pub(super) fn read(script: &str, restarts: i32) -> Result<Behaviour, BadClause> {
    let lives: Vec<&str> = script.split('|').collect();
    let last = lives.len().saturating_sub(1);
    let n = usize::try_from(restarts).unwrap_or(0).min(last);
    let mut behaviour = Behaviour::default();
    let life = lives.get(n).copied().unwrap_or_default();
    for clause in life.split(';').map(str::trim).filter(|clause| !clause.is_empty()) {
        apply(&mut behaviour, clause).ok_or_else(|| BadClause { clause: clause.to_owned() })?;
    }
    Ok(behaviour)
}

fn apply(behaviour: &mut Behaviour, clause: &str) -> Option<()> {
    if let Some(rest) = clause.strip_prefix("write ") {
        let (path, text) = rest.split_once(' ').unwrap_or((rest, ""));
        behaviour.writes.push((path.to_owned(), text.as_bytes().to_vec()));
        return Some(());
    }
    let words: Vec<&str> = clause.split_whitespace().collect();
    match words.as_slice() {
        ["run", time] => behaviour.runs = Some(span(time)?),
        ["exit", code] => {
            behaviour.exit_code = code.parse().ok()?;
            behaviour.runs.get_or_insert(Duration::ZERO);
        }
        ["started", "after", time] => behaviour.startup.from = span(time)?,
        ["ready", "after", time] => behaviour.readiness.from = span(time)?,
        ["unready", "after", time] => behaviour.readiness.until = Some(span(time)?),
        ["live", "until", time] => behaviour.liveness.until = Some(span(time)?),
        ["stop", "after", time] => {
            let (_, code) = stop(behaviour);
            behaviour.stop = OnStop::Exit { after: span(time)?, code };
        }
        ["stop", "exit", code] => {
            let (after, _) = stop(behaviour);
            behaviour.stop = OnStop::Exit { after, code: code.parse().ok()? };
        }
        ["ignore", "stop"] => behaviour.stop = OnStop::Ignore,
        [hook, "takes", time] => of_hook(behaviour, hook)?.takes = span(time)?,
        [hook, "fails"] => of_hook(behaviour, hook)?.fails = true,
        _ => return None,
    }
    Some(())
}

fn of_hook<'a>(behaviour: &'a mut Behaviour, name: &str) -> Option<&'a mut Hook> {
    match name {
        "postStart" => Some(&mut behaviour.post_start),
        "preStop" => Some(&mut behaviour.pre_stop),
        _ => None,
    }
}

fn stop(behaviour: &Behaviour) -> (Duration, i32) {
    match behaviour.stop {
        OnStop::Exit { after, code } => (after, code),
        OnStop::Ignore => (Duration::ZERO, 143),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_follow_each_other_and_the_last_repeats() {
        let script = "run 4s; exit 1 | ready after 2s";
        let first = read(script, 0).unwrap();
        assert_eq!((first.runs, first.exit_code), (Some(Duration::from_secs(4)), 1));
        let later = read(script, 7).unwrap();
        assert_eq!((later.runs, later.readiness.from), (None, Duration::from_secs(2)));
        let hooks = read("postStart takes 3s; postStart fails; preStop takes 2s", 0).unwrap();
        assert_eq!(hooks.post_start, Hook { takes: Duration::from_secs(3), fails: true });
        assert_eq!(hooks.pre_stop, Hook { takes: Duration::from_secs(2), fails: false });
        assert_eq!(read("dance", 0).unwrap_err().to_string(), "`dance` is not understood");
    }
}
