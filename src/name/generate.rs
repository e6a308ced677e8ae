//! Names that a server makes up.

use super::problem::Problem;

/// The most bytes of a prefix that a generated name keeps.
const MAX_PREFIX: usize = 58;

/// How many characters are drawn.
const SUFFIX: usize = 5;

/// The characters that are drawn: no vowels, and nothing that is easily confused.
const ALPHABET: [char; 27] = [
    'b', 'c', 'd', 'f', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x',
    'z', '2', '4', '5', '6', '7', '8', '9',
];

/// Checks the prefix of a name that is still to be generated, with the rule of the name itself.
///
/// A hyphen at the end is fine because characters follow it: the last two characters are replaced
/// by `a` before the check, if there are two (`NAME-14`).
/// Source: `apimachinery/pkg/api/validation/generic.go`.
#[must_use]
pub fn generate_name(prefix: &str, rule: fn(&str) -> Vec<Problem>) -> Vec<Problem> {
    // NAME-14
    match prefix.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            // Upstream cuts bytes; half a character breaks every rule, and so does the whole one.
            let last = rest.char_indices().next_back().filter(|(_, last)| last.is_ascii());
            match last.and_then(|(end, _)| rest.get(..end)) {
                Some(kept) => rule(&format!("{kept}a")),
                None => rule(rest),
            }
        }
        _ => rule(prefix),
    }
}

/// Makes a name: the first 58 bytes of `prefix` and five drawn characters (`NAME-15`).
///
/// `pick(n)` draws a number below `n`. A character that does not fit into the 58 bytes as a whole
/// is left out.
/// Source: `apiserver/pkg/storage/names/generate.go`.
///
/// ```
/// use kubernel::name;
///
/// assert_eq!(name::generated("web-", &mut |_| 0), "web-bbbbb");
/// ```
#[must_use]
pub fn generated(prefix: &str, pick: &mut dyn FnMut(usize) -> usize) -> String {
    // NAME-15
    let mut end = MAX_PREFIX.min(prefix.len());
    while !prefix.is_char_boundary(end) {
        end -= 1;
    }
    let mut name = String::with_capacity(end + SUFFIX);
    name.push_str(prefix.get(..end).unwrap_or_default());
    name.extend((0..SUFFIX).filter_map(|_| ALPHABET.get(pick(ALPHABET.len()))));
    name
}
