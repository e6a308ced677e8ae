//! Stories as text: commands, and below each what came of it.
//!
//! `tests/scenarios/*.txt` are read and played; every answer is printed anew and must be the one in the
//! file. With the variable `UPDATE_EXPECT=1` the files are rewritten instead, and `git diff` shows what
//! has changed.
//!
//! A file has comments (`# …`), blank lines, and blocks: a command, a line `----`, the answer, a blank
//! line. The cluster has seed 1, all built-in controllers and the node `n1`. The commands:
//!
//! | command | does | answers |
//! |---|---|---|
//! | `put`, then manifests in YAML without blank lines | creates or replaces objects | what was written |
//! | `delete KIND NAME [GRACE]` | deletes an object, with so many seconds of grace | what was written |
//! | `run SECONDS` | lets time pass, and everything happen | what was written |
//! | `show` | | the pods and their containers |
//! | `explain KIND NAME` | | why the object is as it is |
//!
//! Names are in the namespace `default`; a name that ends with `*` is the first one that begins so. What
//! was written is a table: when, the revision, the step, the module that decided, what was written, why.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use expect_test::expect_file;
use kubernel::Cluster;
use kubernel::api::{
    ContainerState, ContainerStatus, DeleteOptions, Key, Kind, Pod, Strictness, decode_all,
};
use kubernel::cluster::node::Capacity;
use kubernel::cluster::{EntryId, Event};
use kubernel::control::Reason;

#[test]
fn every_scenario_goes_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 3, "{paths:?}");
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        expect_file![&path].assert_eq(&Scenario::new().play(&text));
    }
}

#[test]
fn an_answer_that_has_changed_is_noticed() {
    let played = Scenario::new().play("# nothing\n\nrun 1\n----\nsomething\n\nshow\n");
    assert_eq!(played, "# nothing\n\nrun 1\n----\n\nshow\n----\n");
}

struct Scenario {
    cluster: Cluster,
    /// The last entry of the trace that was told.
    told: Option<EntryId>,
}

impl Scenario {
    fn new() -> Self {
        let builder = Cluster::builder().seed(1).builtin().node("n1", Capacity::default());
        let cluster = builder.build();
        let told = cluster.trace().last().map(|entry| entry.id);
        Self { cluster, told }
    }

    /// The text with every answer as it is now.
    fn play(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.is_empty() || line.starts_with('#') {
                writeln!(out, "{line}").unwrap();
                continue;
            }
            let mut command = vec![line];
            let mut is_answered = false;
            for line in lines.by_ref() {
                if line.is_empty() || line == "----" {
                    is_answered = line == "----";
                    break;
                }
                command.push(line);
            }
            if is_answered {
                lines.by_ref().find(|line| line.is_empty());
            }
            let answer = self.answer(&command);
            writeln!(out, "{}\n----\n{answer}", command.join("\n")).unwrap();
        }
        // The last block has no blank line behind it.
        let end = out.trim_end_matches('\n').len();
        out.truncate(end);
        out + "\n"
    }

    fn answer(&mut self, command: &[&str]) -> String {
        let words: Vec<&str> = command[0].split(' ').collect();
        match words.as_slice() {
            ["put"] => self.put(&command[1..].join("\n")),
            ["delete", kind, name] => self.delete(kind, name, None),
            ["delete", kind, name, grace] => self.delete(kind, name, Some(grace)),
            ["run", seconds] => {
                self.cluster.advance(Duration::from_secs(seconds.parse().unwrap()));
                self.written()
            }
            ["show"] => self.show(),
            ["explain", kind, name] => self.cluster.explain(&self.key(kind, name)).to_string(),
            other => panic!("{other:?} is no command"),
        }
    }

    fn put(&mut self, manifests: &str) -> String {
        for manifest in decode_all(manifests, Strictness::Strict) {
            self.cluster.put(manifest.unwrap().object).unwrap();
        }
        self.written()
    }

    fn delete(&mut self, kind: &str, name: &str, grace: Option<&str>) -> String {
        let grace_period_seconds = grace.map(|grace| grace.parse().unwrap());
        let options = DeleteOptions { grace_period_seconds, ..DeleteOptions::default() };
        self.cluster.delete(&self.key(kind, name), options).unwrap();
        self.written()
    }

    fn key(&self, kind: &str, name: &str) -> Key {
        let kind = Kind::ALL.iter().find(|known| known.as_str() == kind).unwrap();
        let namespace = if kind.is_namespaced() { "default" } else { "" };
        let Some(begin) = name.strip_suffix('*') else {
            return Key::new(kind.clone(), namespace, name);
        };
        let mut all = self.cluster.store().objects(kind, None);
        all.find(|object| object.meta().name.starts_with(begin)).unwrap().key()
    }

    /// What was written since the last answer.
    fn written(&mut self) -> String {
        let trace = self.cluster.trace();
        let mut rows = Vec::new();
        for entry in trace.iter().filter(|entry| Some(entry.id) > self.told) {
            let (step, who, verb) = match &entry.event {
                Event::Call { verb, .. } => ("call".to_owned(), "the user".to_owned(), *verb),
                Event::Write { actor, about, verb, .. } => {
                    let what = if **actor == *"n1" { "sync" } else { "reconcile" };
                    (format!("{what} {}", about.name), module_of(actor), *verb)
                }
                Event::Plan { .. } | Event::Advance { .. } | Event::Lag { .. } => continue,
                other => panic!("{other} is not foreseen"),
            };
            let Some((key, revision)) = entry.event.written() else { continue };
            let why = entry.cause.and_then(|cause| trace.get(cause)).map(|plan| &plan.event);
            let why = match why {
                Some(Event::Plan { why, .. }) => why.iter().map(Reason::to_string).collect(),
                _ => Vec::new(),
            };
            let write = format!("{verb} {key}");
            rows.push([
                entry.at.to_string(),
                revision.to_string(),
                step,
                who,
                write,
                why.join("; "),
            ]);
        }
        self.told = trace.last().map(|entry| entry.id);
        table(&rows)
    }

    fn show(&self) -> String {
        let mut rows = Vec::new();
        for pod in self.cluster.list::<Pod>(None) {
            let status = &pod.status;
            let ready = if kubernel::pod::statuses::Statuses::pod_is_ready(status) {
                "ready"
            } else {
                "not ready"
            };
            let on = if pod.spec.node_name.is_empty() { "no node" } else { &pod.spec.node_name };
            let row = [&pod.metadata.name, on, status.phase.as_str(), ready, &status.reason, ""];
            rows.push(row.map(str::to_owned));
            for one in status.init_container_statuses.iter().chain(&status.container_statuses) {
                let name = format!("  {}", one.name);
                let restarts = format!("{} restarts", one.restart_count);
                let row =
                    [name, String::new(), state(&one.state), restarts, last(one), String::new()];
                rows.push(row);
            }
        }
        table(&rows)
    }
}

/// The module whose decisions an actor carries out.
fn module_of(actor: &str) -> String {
    let module = match actor {
        "n1" => "pod",
        "replica-set" => "workload::replica_set",
        "deployment" => "workload::deployment",
        "endpoint-slice" => "service",
        "scheduler" => "schedule",
        "volume-binder" => "storage::binder",
        "storage-protection" => "storage::protect",
        "garbage-collector" => "meta::gc",
        other => panic!("{other} is not foreseen"),
    };
    module.to_owned()
}

fn state(state: &ContainerState) -> String {
    if let Some(waiting) = &state.waiting {
        return format!("waits: {}", waiting.reason);
    }
    if let Some(end) = &state.terminated {
        return format!("ended with {} ({})", end.exit_code, end.reason);
    }
    if state.running.is_some() { "runs".into() } else { "nothing is known".into() }
}

fn last(status: &ContainerStatus) -> String {
    let end = status.last_termination_state.terminated.as_ref();
    end.map(|end| format!("before: {} ({})", end.exit_code, end.reason)).unwrap_or_default()
}

/// Rows with columns as wide as their widest cell.
fn table(rows: &[[String; 6]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).filter(|(_, width)| *width > 0);
        let cells: Vec<String> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(out, "{}", cells.join("  ").trim_end()).unwrap();
    }
    out
}
