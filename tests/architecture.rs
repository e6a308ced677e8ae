//! The house rules, read off the sources: floors, sizes, forbidden words, no wildcard over our own enums.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules a module of a floor may use. A module may always use itself.
///
/// This table is the source; `docs/architecture.md` repeats it and a test compares the two.
const FLOORS: &[(&str, &[&str])] = &[
    ("0", &["field", "name", "quantity", "time", "int_or_string", "pmap"]),
    ("1", &["api"]),
    ("2a", &["meta", "labels", "patch"]),
    ("2b", &["volume", "config"]),
    ("2c", &["pod"]),
    ("2d", &["storage", "service", "namespace", "policy", "workload"]),
    ("2e", &["schedule"]),
    ("3a", &["store"]),
    ("3b", &["admission", "read"]),
    ("4", &["control"]),
    ("5", &["cluster"]),
    ("6", &["wire", "testing", "interop"]),
];

/// Floors on which neighbours may not use each other; on the others they may.
const STRANGERS: &[&str] = &["0", "2d"];

/// What floor 0 may use of its own floor all the same.
const SHARED: &[&str] = &["field"];

const FORBIDDEN: &[&str] = &[
    "Instant::now",
    "SystemTime",
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::thread",
    "std::env",
    "std::process",
    "std::io",
    "HashMap",
    "HashSet",
    "static mut",
    "thread_local",
    "rand::",
    "println!",
    "eprintln!",
    "todo!",
    "unimplemented!",
    "dbg!",
    "OnceLock",
    "LazyLock",
    "async fn",
];

const FILE_LINES: usize = 800;
const FUNCTION_LINES: usize = 60;
const PARAMETERS: usize = 5;

struct Source {
    path: PathBuf,
    module: String,
    text: String,
}

impl Source {
    /// The part before the unit tests.
    fn code(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
    }

    fn is_noun(&self) -> bool {
        self.module == "api"
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let below = path.strip_prefix(&root).unwrap();
                let first = below.components().next().unwrap().as_os_str().to_string_lossy();
                let module = first.trim_end_matches(".rs").to_owned();
                found.push(Source { text: fs::read_to_string(&path).unwrap(), module, path });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|(_, modules)| modules.contains(&module))
}

fn may_use(from: &str, to: &str) -> bool {
    let (Some(low), Some(high)) = (floor_of(to), floor_of(from)) else { return false };
    if from == to || low < high {
        return true;
    }
    let (name, _) = FLOORS[high];
    low == high && (!STRANGERS.contains(&name) || (name == "0" && SHARED.contains(&to)))
}

fn report(problems: Vec<String>) {
    assert!(problems.is_empty(), "{} problem(s):\n{}", problems.len(), problems.join("\n"));
}

/// Lines that are code: no comment, no doc.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn floors_arch_2_arch_3() {
    let mut problems = Vec::new();
    for source in sources() {
        if matches!(source.module.as_str(), "lib" | "docs") {
            continue;
        }
        if floor_of(&source.module).is_none() {
            problems.push(format!(
                "{}: `{}` stands on no floor",
                source.path.display(),
                source.module
            ));
        }
        for (n, line) in code_lines(source.code()) {
            for rest in line.split("crate::").skip(1) {
                let to: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let is_module = floor_of(&to).is_some();
                if is_module && !may_use(&source.module, &to) {
                    problems.push(format!(
                        "{}:{n}: `{}` may not use `{to}`",
                        source.path.display(),
                        source.module
                    ));
                }
            }
        }
    }
    report(problems);
}

#[test]
fn no_clock_no_io_no_global_arch_1() {
    let mut problems = Vec::new();
    for source in sources() {
        for (n, line) in code_lines(source.code()) {
            for word in FORBIDDEN {
                if line.contains(word) {
                    problems.push(format!("{}:{n}: `{word}`", source.path.display()));
                }
            }
        }
    }
    report(problems);
}

#[test]
fn sizes() {
    let mut problems = Vec::new();
    for source in sources().iter().filter(|source| !source.is_noun()) {
        let lines = source.text.lines().count();
        if lines > FILE_LINES {
            problems.push(format!("{}: {lines} lines", source.path.display()));
        }
        for (name, at, length, parameters) in functions(source.code()) {
            if length > FUNCTION_LINES {
                problems
                    .push(format!("{}:{at}: `{name}` has {length} lines", source.path.display()));
            }
            if parameters > PARAMETERS {
                problems.push(format!(
                    "{}:{at}: `{name}` has {parameters} parameters",
                    source.path.display()
                ));
            }
        }
    }
    report(problems);
}

/// Name, line, number of lines and number of parameters of each function. Relies on rustfmt's layout.
fn functions(text: &str) -> Vec<(String, usize, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some(name) = function_name(line.trim_start()) else { continue };
        let end = (start..lines.len()).find(|&n| {
            let line = lines[n];
            let depth = line.len() - line.trim_start().len();
            depth == indent && line.trim_start().starts_with('}')
                || n == start && (line.ends_with('}') || line.ends_with(';'))
        });
        let Some(end) = end else { continue };
        let head = lines[start..=end].join("\n");
        found.push((name, start + 1, end - start + 1, parameters(&head)));
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let mut rest = line;
    for word in ["pub(crate) ", "pub(super) ", "pub ", "const ", "unsafe "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name: String = rest
        .strip_prefix("fn ")?
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

/// Parameters of the function that `head` begins with, `self` not counted.
fn parameters(head: &str) -> usize {
    let mut angle = 0i32;
    let mut open = None;
    for (n, c) in head.char_indices() {
        match c {
            '<' => angle += 1,
            '>' if !head[..n].ends_with('-') => angle -= 1,
            '(' if angle == 0 => {
                open = Some(n);
                break;
            }
            _ => {}
        }
    }
    let Some(open) = open else { return 0 };
    let (mut depth, mut count, mut word) = (0i32, 0, String::new());
    let mut previous = ' ';
    for c in head[open..].chars() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if previous == '-' || previous == '=' => {}
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            let part = word.trim();
            let is_self = part.split(':').next().unwrap_or_default().trim().ends_with("self");
            if !part.is_empty() && !is_self {
                count += 1;
            }
            word.clear();
            if depth == 0 {
                break;
            }
        } else if !(depth == 1 && c == '(') {
            word.push(c);
        }
        previous = c;
    }
    count
}

#[test]
fn lib_has_no_logic() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let bodies: Vec<_> = code_lines(&text).filter(|(_, line)| line.contains("fn ")).collect();
    assert!(bodies.is_empty(), "{bodies:?}");
}

#[test]
fn every_invariant_is_named_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = sources().into_iter().map(|source| source.text).collect::<String>();
    for entry in fs::read_dir(root.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "rs") {
            text += &fs::read_to_string(path).unwrap();
        }
    }
    let missing: Vec<_> = (1..=10)
        .filter(|n| {
            !text.lines().any(|line| {
                line.trim_start().starts_with("fn ")
                    && line.split(['(', ' ']).any(|w| {
                        w.ends_with(&format!("arch_{n}")) || w.contains(&format!("arch_{n}_"))
                    })
            })
        })
        .collect();
    assert!(missing.is_empty(), "ARCH invariants without a test: {missing:?}");
}

#[test]
fn floor_table_in_the_docs_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let text = fs::read_to_string(path).unwrap();
    for (floor, modules) in FLOORS {
        let row = format!("| {floor} | `{}` |", modules.join("` `"));
        assert!(text.contains(&row), "docs/architecture.md lacks the row {row}");
    }
}

#[test]
fn floors_as_described() {
    let mut table = BTreeMap::new();
    for (from, to) in
        [("api", "labels"), ("service", "storage"), ("quantity", "field"), ("pod", "api")]
    {
        table.insert((from, to), may_use(from, to));
    }
    assert!(!table[&("api", "labels")]);
    assert!(!table[&("service", "storage")]);
    assert!(table[&("quantity", "field")]);
    assert!(table[&("pod", "api")]);
}

/// A feature may add a module or a reader of more text; nothing else asks which features are on.
#[test]
fn features_only_add_arch_10() {
    const ADDITIONS: [&str; 4] =
        ["lib.rs", "api/mod.rs", "api/decode/mod.rs", "api/decode/tests.rs"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut problems = Vec::new();
    for source in sources() {
        let below = source.path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        for (n, line) in code_lines(source.code()) {
            let asks = line.contains("feature = \"") && line.contains("cfg");
            if asks && !ADDITIONS.contains(&below.as_str()) {
                problems.push(format!("{below}:{n}: asks for a feature"));
            }
        }
    }
    report(problems);
}
