//! YAML documents as trees of JSON values.
//!
//! The stream is split by lines, as upstream does, so one broken document leaves the others whole.
//! Plain words are typed as upstream's YAML 1.1 does: `yes`, `on` and `y` are true, `0644` is octal.

use serde::de::DeserializeSeed as _;

use super::error::{DecodeCause, DecodeError};
use super::tree::{Node, Repeat, Tree};

/// Levels of nesting. The parser needs much stack for one; no known kind has half as many.
const DEPTH: usize = 48;
/// Events of the parser in one document; a file of 5 MB has less than two million.
const EVENTS: usize = 8_000_000;
/// Events that all aliases of a document may expand to.
const EXPANDED: usize = 250_000;

/// Reads all documents; those without content are left out.
pub(super) fn read_stream(text: &[u8]) -> Vec<Result<Tree, DecodeError>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match std::str::from_utf8(text) {
        Ok(text) => split(text).filter_map(|part| read(&part)).collect(),
        Err(error) => {
            let at = error.valid_up_to();
            vec![Err(DecodeError::new(DecodeCause::NotText { at }))]
        }
    }
}

/// A document: its text, and the number of lines before it.
struct Part {
    text: String,
    line: usize,
}

/// Splits at lines that are `---` or `...`, alone or before white space. What follows on a `---` line
/// belongs to the new document.
fn split(text: &str) -> impl Iterator<Item = Part> + '_ {
    let mut lines = text.split_inclusive('\n').enumerate().peekable();
    let mut carry: Option<Part> = None;
    std::iter::from_fn(move || {
        let mut part = match carry.take() {
            Some(part) => part,
            None => Part { text: String::new(), line: lines.peek()?.0 },
        };
        while let Some((number, line)) = lines.next() {
            match marker(line) {
                None => part.text.push_str(line),
                Some("...") => return Some(part),
                Some(_) => {
                    let rest = line.strip_prefix("---").unwrap_or_default();
                    if lines.peek().is_some() || !rest.trim().is_empty() {
                        carry = Some(Part { text: format!("   {rest}"), line: number });
                    }
                    return Some(part);
                }
            }
        }
        Some(part)
    })
}

fn marker(line: &str) -> Option<&str> {
    let (head, rest) = line.split_at_checked(3)?;
    let alone = rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']);
    (alone && (head == "---" || head == "...")).then_some(head)
}

fn read(part: &Part) -> Option<Result<Tree, DecodeError>> {
    let blank = |line: &str| {
        let line = line.trim();
        line.is_empty() || line.starts_with(['#', '%'])
    };
    if part.text.lines().all(blank) {
        return None;
    }
    let mut tree = Tree::default();
    // Upstream makes JSON of YAML first, and there the later of two keys stands alone.
    let node = Node { repeat: Repeat::Replace, duplicate: &mut tree.duplicate };
    let read =
        serde_saphyr::with_deserializer_from_str_with_options(&part.text, options(), |from| {
            node.deserialize(from)
        });
    match read {
        Ok(serde_json::Value::Null) => None,
        Ok(value) => {
            tree.value = value;
            Some(Ok(tree))
        }
        Err(error) => Some(Err(syntax(&error, part.line))),
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH,
            flow_nesting_limit: DEPTH,
            max_events: EVENTS,
            max_nodes: EVENTS,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: EXPANDED },
        legacy_octal_numbers: true,
        with_snippet: false,
        emit_comments: false,
    }
}

fn syntax(error: &serde_saphyr::Error, before: usize) -> DecodeError {
    let (line, column) = error.location().map_or((0, 0), |place| {
        let narrow = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        (narrow(place.line()).saturating_add(before), narrow(place.column()))
    });
    let shown = error.render_with_options(serde_saphyr::render_options! {
        snippets: serde_saphyr::SnippetMode::Off,
        line_offset: before as u64,
    });
    let place = format!(" at line {line}, column {column}");
    let message = shown.strip_suffix(&place).unwrap_or(&shown).into();
    DecodeError::new(DecodeCause::Syntax { line, column, message })
}
