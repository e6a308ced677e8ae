//! Text as a Go string literal has it.

use std::fmt::Write as _;

/// `text` in quotes, with everything escaped that Go's `%q` escapes (`DOWN-3`).
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                // Writing to a String cannot fail.
                let _ = match code {
                    0..0x80 => write!(out, "\\x{code:02x}"),
                    0x80..0x1_0000 => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(c: char) -> bool {
    if c == ' ' {
        return true;
    }
    let is_format = matches!(u32::from(c),
        0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x180e
        | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff0..=0xfffb
        | 0x110bd | 0x110cd | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
        | 0xe0000..=0xe007f);
    let is_private = matches!(u32::from(c), 0xe000..=0xf8ff | 0xf_0000..=0x10_ffff);
    let is_nothing = u32::from(c) & 0xfffe == 0xfffe || matches!(u32::from(c), 0xfdd0..=0xfdef);
    !(c.is_control() || c.is_whitespace() || is_format || is_private || is_nothing)
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn down_3() {
        assert_eq!(quote("a\"b\\\n\u{1}é\u{2028}"), r#""a\"b\\\n\x01é\u2028""#);
        assert_eq!(
            quote("\u{1f600}\u{10ffff}\u{a0}\u{7f}"),
            "\"\u{1f600}\\U0010ffff\\u00a0\\x7f\""
        );
    }
}
