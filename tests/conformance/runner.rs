//! Runs the suites and says what came of each.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::readme;

/// The suites of one area: the name, and the function from the `in` of a case to its `out`.
pub(crate) type Suites = &'static [(&'static str, fn(&Value) -> Value)];

/// The same as texts, for suites in which numbers count as they are written.
pub(crate) type TextSuites = &'static [(&'static str, fn(&RawValue) -> String)];

/// All suites that are served, by area.
#[derive(Clone, Copy)]
pub(crate) struct Served {
    pub(crate) values: &'static [(&'static str, Suites)],
    pub(crate) texts: &'static [(&'static str, TextSuites)],
}

impl Served {
    /// The names of the suites of an area.
    pub(crate) fn names(self, area: &str) -> Vec<&'static str> {
        let values = self.values.iter().filter(|(name, _)| *name == area);
        let values = values.flat_map(|(_, suites)| suites.iter().map(|(name, _)| *name));
        let texts = self.texts.iter().filter(|(name, _)| *name == area);
        values.chain(texts.flat_map(|(_, suites)| suites.iter().map(|(name, _)| *name))).collect()
    }

    fn answer(self, suite: &str) -> Option<Answer> {
        let (area, suite) = suite.split_once('/')?;
        let values = find(self.values, area).and_then(|suites| find(suites, suite));
        let texts = || find(self.texts, area).and_then(|suites| find(suites, suite));
        values.map(Answer::Value).or_else(|| texts().map(Answer::Text))
    }
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|&(_, found)| found)
}

#[derive(Clone, Copy)]
enum Answer {
    Value(fn(&Value) -> Value),
    Text(fn(&RawValue) -> String),
}

/// A line of a suite.
#[derive(Deserialize)]
struct Case<'a> {
    id: String,
    #[serde(borrow, rename = "in")]
    input: &'a RawValue,
    #[serde(borrow)]
    out: &'a RawValue,
}

/// How many failing cases and how many differences of each are shown.
const SHOWN_CASES: usize = 5;
const SHOWN_DIFFERENCES: usize = 8;

/// Flags by which a recorded answer says whether a member beside it is right. A member whose flag is
/// false is a known mistake of upstream's, and what stands in its place is not compared.
const SOUND: &[(&str, &str)] =
    &[("valueSound", "value"), ("milliSound", "milliValue"), ("sound", "scaled")];

/// What came of one suite.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    passed: usize,
    failed: usize,
    expected: usize,
}

type Tallies = Arc<Mutex<BTreeMap<String, Tally>>>;

/// Runs every suite that is served and has a file, prints the figures, and tells whether all is well.
pub(crate) fn run(served: Served) -> ExitCode {
    let arguments = Arguments::from_args();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let named = env::var_os("KUBERNEL_VECTORS").map(PathBuf::from);
    let expected = if named.is_none() { Expected::read(&own) } else { Expected::default() };
    let folder = named.unwrap_or_else(|| own.clone());
    silence_panics();

    let files = suite_files(&folder);
    let tallies = Tallies::default();
    let names = suite_files(&own).into_keys().collect();
    let mut trials = vec![expected.trial(served), readme::trial(served, names)];
    let mut unserved = Vec::new();
    for (suite, path) in files {
        let Some(answer) = served.answer(&suite) else {
            unserved.push(suite);
            continue;
        };
        let (known, tallies) = (expected.of(&suite), Arc::clone(&tallies));
        trials.push(Trial::test(suite.clone(), move || {
            let (tally, report) = run_suite(&path, answer, &known)?;
            tallies.lock().unwrap_or_else(|poison| poison.into_inner()).insert(suite, tally);
            if report.is_empty() { Ok(()) } else { Err(Failed::from(report)) }
        }));
    }

    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        print_figures(&tallies.lock().unwrap_or_else(|poison| poison.into_inner()), &unserved);
    }
    conclusion.exit_code()
}

fn print_figures(tallies: &BTreeMap<String, Tally>, unserved: &[String]) {
    let mut total = Tally::default();
    for (suite, tally) in tallies {
        println!("suite {suite} {}", figures(tally));
        total.passed += tally.passed;
        total.failed += tally.failed;
        total.expected += tally.expected;
    }
    for suite in unserved {
        println!("suite {suite} not served");
    }
    println!(
        "total {} suites served, {} not served, {}",
        tallies.len(),
        unserved.len(),
        figures(&total)
    );
}

fn figures(tally: &Tally) -> String {
    let mut text = format!("{} passed {} failed", tally.passed, tally.failed);
    if tally.expected > 0 {
        let _ = write!(text, " {} failed as expected", tally.expected);
    }
    text
}

/// The files below `folder`, as `area/suite` and path, sorted.
fn suite_files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    for area in entries(folder).into_iter().filter(|path| path.is_dir()) {
        for path in entries(&area) {
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                let name = format!("{}/{}", stem(&area), stem(&path));
                files.insert(name, path);
            }
        }
    }
    assert!(!files.is_empty(), "no suites below {}", folder.display());
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    read.map(|entry| entry.unwrap().path()).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a path from a folder has a name").to_string_lossy().into_owned()
}

/// Runs the cases of one file; the report is empty when nothing is wrong.
fn run_suite(
    path: &Path,
    answer: Answer,
    known: &BTreeSet<String>,
) -> Result<(Tally, String), Failed> {
    let text = fs::read_to_string(path)?;
    let (mut tally, mut report) = (Tally::default(), String::new());
    let (mut shown, mut seen) = (0, BTreeSet::new());
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let case: Case<'_> = match serde_json::from_str(line) {
            Ok(case) => case,
            Err(error) => {
                tally.failed += 1;
                let _ = writeln!(report, "line {}: {error}", number + 1);
                continue;
            }
        };
        let id = case.id.as_str();
        seen.insert(id.to_owned());
        match (run_case(&case, answer), known.contains(id)) {
            (Ok(()), false) => tally.passed += 1,
            (Err(_), true) => tally.expected += 1,
            (Ok(()), true) => {
                tally.failed += 1;
                let _ = writeln!(report, "{id}: passes, but is listed as an expected failure");
            }
            (Err(why), false) => {
                tally.failed += 1;
                shown += 1;
                if shown <= SHOWN_CASES {
                    let _ = writeln!(report, "{id}: in {}\n{why}", shorten(&case.input));
                }
            }
        }
    }
    for id in known.difference(&seen) {
        let _ = writeln!(report, "{id}: listed as an expected failure, but there is no such case");
    }
    if !report.is_empty() {
        let _ = writeln!(report, "{} of {} cases failed", tally.failed, seen.len());
    }
    Ok((tally, report))
}

fn run_case(case: &Case<'_>, answer: Answer) -> Result<(), String> {
    let answered = panic::catch_unwind(AssertUnwindSafe(|| match answer {
        Answer::Value(answer) => (read(case.out), answer(&read(case.input))),
        Answer::Text(answer) => {
            (as_written(case.out), as_written(&RawValue::from_string(answer(case.input)).unwrap()))
        }
    }));
    let (mut expected, mut got) = answered.map_err(|_| format!("    {}", LAST_PANIC.take()))?;
    drop_unsound(&mut expected, &mut got);
    accept_one_of(&expected, &mut got);
    let mut differences = Vec::new();
    differ(&mut differences, &mut String::new(), &expected, &got);
    if differences.is_empty() {
        return Ok(());
    }
    let more = differences.len().saturating_sub(SHOWN_DIFFERENCES);
    differences.truncate(SHOWN_DIFFERENCES);
    if more > 0 {
        differences.push(format!("    and {more} more differences"));
    }
    Err(differences.join("\n"))
}

/// # Panics
/// For a number that no [`Value`] holds, as `1e400`.
fn read(text: &RawValue) -> Value {
    serde_json::from_str(text.get()).unwrap()
}

/// The same with texts in the place of numbers.
fn as_written(text: &RawValue) -> Value {
    match text.get().as_bytes()[0] {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text.get()).unwrap();
            members.into_iter().map(|(name, member)| (name, as_written(member))).collect()
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text.get()).unwrap();
            items.into_iter().map(as_written).collect()
        }
        b'-' | b'0'..=b'9' => format!("number {}", text.get()).into(),
        _ => read(text),
    }
}

/// Takes the members that the expected answer calls unsound out of both answers.
fn drop_unsound(expected: &mut Value, got: &mut Value) {
    for (flag, member) in SOUND {
        if expected.get(flag) == Some(&Value::Bool(false)) {
            for object in [&mut *expected, &mut *got].into_iter().filter_map(Value::as_object_mut) {
                object.remove(*flag);
                object.remove(*member);
            }
        }
    }
}

/// Where upstream may answer any of a set, `anyOf`, one of them is as good as the whole set.
fn accept_one_of(expected: &Value, got: &mut Value) {
    if let (Some(any), Some([one])) =
        (expected["anyOf"].as_array(), got["anyOf"].as_array().map(Vec::as_slice))
        && any.contains(one)
    {
        *got = expected.clone();
    }
}

/// Pushes a line for every place at which the two differ.
fn differ(out: &mut Vec<String>, at: &mut String, expected: &Value, got: &Value) {
    let length = at.len();
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let names: BTreeSet<&String> = expected.keys().chain(got.keys()).collect();
            for name in names {
                let _ = write!(at, ".{name}");
                differ_member(out, at, expected.get(name), got.get(name));
                at.truncate(length);
            }
        }
        (Value::Array(expected), Value::Array(got)) => {
            for index in 0..expected.len().max(got.len()) {
                let _ = write!(at, "[{index}]");
                differ_member(out, at, expected.get(index), got.get(index));
                at.truncate(length);
            }
        }
        (Value::Number(a), Value::Number(b))
            if a == b || a.as_f64() == b.as_f64() && is_float(a, b) => {}
        (expected, got) if expected == got => {}
        (expected, got) => {
            out.push(format!("    {at}: expected {}, got {}", shorten(expected), shorten(got)));
        }
    }
}

/// Whether one of the two is written with a fraction or exponent, so that `1` may stand for `1.0`.
fn is_float(a: &serde_json::Number, b: &serde_json::Number) -> bool {
    a.is_f64() || b.is_f64()
}

fn differ_member(
    out: &mut Vec<String>,
    at: &mut String,
    expected: Option<&Value>,
    got: Option<&Value>,
) {
    match (expected, got) {
        (Some(expected), Some(got)) => differ(out, at, expected, got),
        (Some(expected), None) => {
            out.push(format!("    {at}: expected {}, got nothing", shorten(expected)));
        }
        (None, Some(got)) => out.push(format!("    {at}: expected nothing, got {}", shorten(got))),
        (None, None) => {}
    }
}

/// A value as one line that fits a terminal.
fn shorten(value: &impl ToString) -> String {
    const MAX: usize = 1000;
    let text = value.to_string();
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{} … ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the text of a panic for the report instead of printing it.
fn silence_panics() {
    panic::set_hook(Box::new(|info| LAST_PANIC.set(info.to_string().replace('\n', " "))));
}

/// The known failures by suite.
#[derive(Debug, Default)]
struct Expected {
    cases: BTreeMap<String, BTreeSet<String>>,
    mistakes: Vec<String>,
}

impl Expected {
    fn read(folder: &Path) -> Self {
        let path = folder.join("expected_failures.txt");
        Self::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    /// A paragraph of lines has one reason above it, or each line its own.
    fn parse(text: &str) -> Self {
        let mut expected = Self::default();
        let mut reason_above = false;
        for (number, line) in text.lines().enumerate() {
            let (entry, comment) = line.split_once('#').unwrap_or((line, ""));
            let has_comment = !comment.trim().is_empty();
            let words: Vec<&str> = entry.split_whitespace().collect();
            match *words.as_slice() {
                [] => reason_above = has_comment || (reason_above && !line.trim().is_empty()),
                [suite, id] => {
                    if !has_comment && !reason_above {
                        expected.mistakes.push(format!("line {}: no reason given", number + 1));
                    }
                    expected.cases.entry(suite.to_owned()).or_default().insert(id.to_owned());
                }
                _ => expected.mistakes.push(format!("line {}: not `area/suite id`", number + 1)),
            }
        }
        expected
    }

    fn of(&self, suite: &str) -> BTreeSet<String> {
        self.cases.get(suite).cloned().unwrap_or_default()
    }

    /// The list itself: every line has a reason and belongs to a suite that is served.
    fn trial(&self, served: Served) -> Trial {
        let mut mistakes = self.mistakes.clone();
        let unknown = self.cases.keys().filter(|suite| served.answer(suite).is_none());
        mistakes.extend(unknown.map(|suite| format!("suite `{suite}` is not served")));
        Trial::test("expected_failures", move || {
            if mistakes.is_empty() { Ok(()) } else { Err(Failed::from(mistakes.join("\n"))) }
        })
    }
}
