//! The names of container images.
//!
//! Source: `pkg/util/parsers/parsers.go` over `github.com/distribution/reference`.

/// An image name in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Registry and path, as written.
    pub name: &'a str,
    /// The tag; `latest` when there is neither tag nor digest.
    pub tag: Option<&'a str>,
    /// The digest with its algorithm.
    pub digest: Option<&'a str>,
}

/// Reads an image name; `None` if it is not one.
///
/// ```
/// use kubernel::pod::image::parse;
///
/// assert_eq!(parse("registry:5000/app").unwrap().tag, Some("latest"));
/// assert_eq!(parse("app:1.2").unwrap().tag, Some("1.2"));
/// assert_eq!(parse("App"), None);
/// ```
// POD-DEF-3
#[must_use]
pub fn parse(text: &str) -> Option<Reference<'_>> {
    if is_hex(text, 64) {
        return None;
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        Some(_) | None => (rest, None),
    };
    let good = is_name(name) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest);
    let tag = if tag.is_none() && digest.is_none() { Some("latest") } else { tag };
    good.then_some(Reference { name, tag, digest })
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

/// Algorithm parts joined by `+._-`, a colon, and at least 32 hexadecimal digits; the algorithms in
/// use have a length and lower-case digits.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    match algorithm {
        "sha256" => is_hex(hex, 64),
        "sha384" => is_hex(hex, 96),
        "sha512" => is_hex(hex, 128),
        _ => false,
    }
}

/// A path of at most 255 bytes, with a host in front if the first part looks like one.
fn is_name(text: &str) -> bool {
    let (host, path) = match text.split_once('/') {
        Some((first, rest)) if looks_like_host(first) => (Some(first), rest),
        Some(_) | None => (None, text),
    };
    let length = if host.is_none() && !path.contains('/') { "library/".len() } else { 0 };
    path.len() + length <= 255 && host.is_none_or(is_host) && is_path(path)
}

fn looks_like_host(text: &str) -> bool {
    text == "localhost" || text.bytes().any(|byte| matches!(byte, b'.' | b':' | b'A'..=b'Z'))
}

fn is_host(text: &str) -> bool {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        Some(_) | None => (text, None),
    };
    let port_is_good =
        port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let literal = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let name_is_good = match literal {
        Some(v6) => {
            !v6.is_empty() && v6.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
        }
        None => is_domain(name),
    };
    port_is_good && name_is_good
}

/// Alphanumerics and hyphens, joined by dots; a hyphen is never the first or the last of a part.
fn is_domain(text: &str) -> bool {
    let mut before = b'.';
    for byte in text.bytes() {
        let good = match byte {
            b'-' => before != b'.',
            b'.' => before.is_ascii_alphanumeric(),
            _ => byte.is_ascii_alphanumeric(),
        };
        if !good {
            return false;
        }
        before = byte;
    }
    before.is_ascii_alphanumeric()
}

/// Parts joined by slashes. A part is made of lower-case alphanumerics, joined by one `.`, one or two
/// `_`, or any number of `-`.
fn is_path(text: &str) -> bool {
    /// What came last.
    #[derive(Clone, Copy)]
    enum Last {
        Slash,
        Letter,
        Dot,
        Line,
        Lines,
        Hyphen,
    }
    let mut last = Last::Slash;
    for byte in text.bytes() {
        last = match (byte, last) {
            (b'a'..=b'z' | b'0'..=b'9', _) => Last::Letter,
            (b'/', Last::Letter) => Last::Slash,
            (b'.', Last::Letter) => Last::Dot,
            (b'_', Last::Letter) => Last::Line,
            (b'_', Last::Line) => Last::Lines,
            (b'-', Last::Letter | Last::Hyphen) => Last::Hyphen,
            _ => return false,
        };
    }
    matches!(last, Last::Letter)
}
