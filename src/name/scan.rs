//! The scanners: one pass over the bytes, no tables.

use super::problem::Form;

/// Whether `text` has the form.
pub(super) fn has_form(text: &str, form: Form) -> bool {
    let bytes = text.as_bytes();
    match form {
        Form::Dns1123Label => bounded(bytes, lower_or_digit, lower_or_digit, lower_digit_hyphen),
        Form::Dns1123Subdomain => is_subdomain(bytes),
        Form::Dns1123SubdomainWithUnderscore => bytes.split(|&b| b == b'.').all(is_underscore_part),
        Form::Dns1035Label => {
            bounded(bytes, |b| b.is_ascii_lowercase(), lower_or_digit, lower_digit_hyphen)
        }
        Form::WildcardDns1123Subdomain => bytes.strip_prefix(b"*.").is_some_and(is_subdomain),
        Form::QualifiedName => is_qualified(bytes),
        Form::LabelValue => bytes.is_empty() || is_qualified(bytes),
        Form::CIdentifier => begins(bytes, |b| b.is_ascii_alphabetic() || b == b'_', word),
        Form::EnvVarName => {
            begins(bytes, |b| key_character(b) && !b.is_ascii_digit(), key_character)
        }
        Form::RelaxedEnvVarName => bytes.iter().all(|&b| matches!(b, b' '..=b'~') && b != b'='),
        Form::ConfigMapKey => begins(bytes, key_character, key_character),
        Form::PortName => begins(bytes, lower_digit_hyphen, lower_digit_hyphen),
        Form::Percent => bytes
            .strip_suffix(b"%")
            .is_some_and(|digits| begins(digits, |b| b.is_ascii_digit(), |b| b.is_ascii_digit())),
        Form::HttpHeaderName => begins(bytes, header_character, header_character),
        Form::HttpPath => begins(bytes, path_character, path_character),
        Form::DomainPrefixed => text
            .split_once('/')
            .is_some_and(|(domain, rest)| !domain.is_empty() && !rest.is_empty()),
    }
}

/// Whether `character` is a letter, mark, number, punctuation, symbol or the ASCII space.
pub(super) fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' '..='~');
    }
    // Inside a text, the standard library escapes exactly the characters that are none of those.
    let mut buffer = [b'a'; 5];
    let Some((_, rest)) = buffer.split_first_mut() else { return false };
    let length = character.encode_utf8(rest).len();
    let text = buffer.get(..=length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.is_some_and(|text| !text.escape_debug().any(|c| c == '\\'))
}

/// Non-empty, with a rule for each end and one for what is between.
fn bounded(
    bytes: &[u8],
    first: impl Fn(u8) -> bool,
    last: impl Fn(u8) -> bool,
    inner: impl Fn(u8) -> bool,
) -> bool {
    match bytes {
        [] => false,
        [only] => first(*only),
        [a, between @ .., z] => first(*a) && last(*z) && between.iter().all(|&b| inner(b)),
    }
}

/// Non-empty, with a rule for the first and one for all others.
fn begins(bytes: &[u8], first: impl Fn(u8) -> bool, other: impl Fn(u8) -> bool) -> bool {
    match bytes {
        [] => false,
        [a, rest @ ..] => first(*a) && rest.iter().all(|&b| other(b)),
    }
}

fn is_subdomain(bytes: &[u8]) -> bool {
    bytes
        .split(|&b| b == b'.')
        .all(|part| bounded(part, lower_or_digit, lower_or_digit, lower_digit_hyphen))
}

fn is_underscore_part(part: &[u8]) -> bool {
    let part = part.strip_prefix(b"_").unwrap_or(part);
    bounded(part, lower_or_digit, lower_or_digit, |b| lower_digit_hyphen(b) || b == b'_')
}

fn is_qualified(bytes: &[u8]) -> bool {
    bounded(bytes, |b| b.is_ascii_alphanumeric(), |b| b.is_ascii_alphanumeric(), key_character)
}

fn lower_or_digit(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

fn lower_digit_hyphen(b: u8) -> bool {
    lower_or_digit(b) || b == b'-'
}

fn word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn key_character(b: u8) -> bool {
    word(b) || b == b'-' || b == b'.'
}

fn header_character(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-'
}

fn path_character(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&b)
}
