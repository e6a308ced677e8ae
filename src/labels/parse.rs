//! The text form of selectors.

use std::fmt;

use super::Requirement;
use super::requirement::{Number, Test};
use crate::name::{self, Problem};

/// Why a text is no selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at}")]
pub struct ParseError {
    /// Where, in bytes from the beginning of the text.
    pub at: usize,
    /// What is wrong there.
    pub kind: ParseErrorKind,
}

/// What is wrong with the text of a selector.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// A requirement has to begin here, with a key or `!`.
    ExpectedRequirement,
    /// A key has to stand here.
    ExpectedKey,
    /// One of `=`, `==`, `!=`, `<`, `>`, `in`, `notin` has to stand here.
    ExpectedOperator,
    /// A list of values has to begin here with `(`.
    ExpectedList,
    /// A value has to stand here.
    ExpectedValue,
    /// The list of values has to go on with `,` or end with `)`.
    ExpectedListEnd,
    /// The requirement is over: `,` or the end has to follow.
    ExpectedEnd,
    /// The key is no label key.
    Key(Problem),
    /// The value is no label value.
    Value(Problem),
    /// The value to compare with is no signed 64-bit integer.
    NotInteger,
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExpectedRequirement => f.write_str("expected a key or `!`"),
            Self::ExpectedKey => f.write_str("expected a key"),
            Self::ExpectedOperator => f.write_str("expected an operator"),
            Self::ExpectedList => f.write_str("expected `(`"),
            Self::ExpectedValue => f.write_str("expected a value"),
            Self::ExpectedListEnd => f.write_str("expected `,` or `)`"),
            Self::ExpectedEnd => f.write_str("expected `,` or the end"),
            Self::Key(problem) => write!(f, "key {problem}"),
            Self::Value(problem) => write!(f, "value {problem}"),
            Self::NotInteger => f.write_str("value must be an integer"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    End,
    Close,
    Comma,
    Not,
    Equals,
    DoubleEquals,
    NotEquals,
    Greater,
    Less,
    Open,
    Word(&'a str),
}

/// Cuts the text into tokens, one ahead of the parser.
struct Lexer<'a> {
    text: &'a str,
    /// Where the token after the next one begins, blanks not yet skipped.
    rest: usize,
    next: Token<'a>,
    /// Where the next token begins.
    at: usize,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        let mut lexer = Self { text, rest: 0, next: Token::End, at: 0 };
        lexer.advance();
        lexer
    }

    /// Takes the next token and reads the one after it.
    fn take(&mut self) -> (Token<'a>, usize) {
        let taken = (self.next, self.at);
        self.advance();
        taken
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn advance(&mut self) {
        // SEL-2
        while self.byte(self.rest).is_some_and(is_blank) {
            self.rest += 1;
        }
        self.at = self.rest;
        let (token, length) = match (self.byte(self.at), self.byte(self.at + 1)) {
            // SEL-5: a NUL where a token would start ends the input, and goes on doing so.
            (None | Some(0), _) => {
                self.next = Token::End;
                return;
            }
            // SEL-3
            (Some(b'='), Some(b'=')) => (Token::DoubleEquals, 2),
            (Some(b'='), _) => (Token::Equals, 1),
            (Some(b'!'), Some(b'=')) => (Token::NotEquals, 2),
            (Some(b'!'), _) => (Token::Not, 1),
            (Some(b'>'), _) => (Token::Greater, 1),
            (Some(b'<'), _) => (Token::Less, 1),
            (Some(b'('), _) => (Token::Open, 1),
            (Some(b')'), _) => (Token::Close, 1),
            (Some(b','), _) => (Token::Comma, 1),
            (Some(_), _) => self.word(),
        };
        self.next = token;
        self.rest = self.at + length;
        // SEL-5: a NUL ends the token and is swallowed with it.
        if self.byte(self.rest) == Some(0) {
            self.rest += 1;
        }
    }

    fn word(&self) -> (Token<'a>, usize) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().position(ends_word).unwrap_or(rest.len());
        (Token::Word(rest.get(..length).unwrap_or_default()), length)
    }
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

fn ends_word(b: u8) -> bool {
    is_blank(b) || matches!(b, 0 | b'=' | b'!' | b'(' | b')' | b',' | b'>' | b'<')
}

/// Reads the requirements of a selector in the order in which they are written.
pub(super) fn requirements(text: &str) -> Result<Vec<Requirement>, ParseError> {
    // SEL-1
    let mut lexer = Lexer::new(text);
    let mut requirements = Vec::new();
    if lexer.next == Token::End {
        return Ok(requirements);
    }
    loop {
        requirements.push(requirement(&mut lexer)?);
        match lexer.take() {
            (Token::End, _) => return Ok(requirements),
            // SEL-8: the next round refuses an end after a comma.
            (Token::Comma, _) => {}
            (_, at) => return Err(ParseError { at, kind: ParseErrorKind::ExpectedEnd }),
        }
    }
}

fn requirement(lexer: &mut Lexer<'_>) -> Result<Requirement, ParseError> {
    let test = match lexer.take() {
        (Token::Word(key), at) => {
            let key = checked_key(key, at)?;
            return Ok(Requirement::unchecked(key, test(lexer)?));
        }
        // SEL-9
        (Token::Not, _) => Test::DoesNotExist,
        (_, at) => return Err(ParseError { at, kind: ParseErrorKind::ExpectedRequirement }),
    };
    match lexer.take() {
        (Token::Word(key), at) => Ok(Requirement::unchecked(checked_key(key, at)?, test)),
        (_, at) => Err(ParseError { at, kind: ParseErrorKind::ExpectedKey }),
    }
}

/// What follows a key.
fn test(lexer: &mut Lexer<'_>) -> Result<Test, ParseError> {
    if matches!(lexer.next, Token::End | Token::Comma) {
        return Ok(Test::Exists);
    }
    match lexer.take() {
        (Token::Equals, _) => Ok(Test::Equals(exact(lexer)?.0.into())),
        (Token::DoubleEquals, _) => Ok(Test::DoubleEquals(exact(lexer)?.0.into())),
        (Token::NotEquals, _) => Ok(Test::NotEquals(exact(lexer)?.0.into())),
        (Token::Greater, _) => Ok(Test::GreaterThan(number(lexer)?)),
        (Token::Less, _) => Ok(Test::LessThan(number(lexer)?)),
        // SEL-4: keywords here and nowhere else.
        (Token::Word("in"), _) => Ok(Test::In(list(lexer)?)),
        (Token::Word("notin"), _) => Ok(Test::NotIn(list(lexer)?)),
        (_, at) => Err(ParseError { at, kind: ParseErrorKind::ExpectedOperator }),
    }
}

/// A single value and where it stands; nothing is the empty value (`SEL-6`).
fn exact<'a>(lexer: &mut Lexer<'a>) -> Result<(&'a str, usize), ParseError> {
    // SEL-6
    if matches!(lexer.next, Token::End | Token::Comma) {
        return Ok(("", lexer.at));
    }
    match lexer.take() {
        (Token::Word(value), at) => Ok((checked_value(value, at)?, at)),
        (_, at) => Err(ParseError { at, kind: ParseErrorKind::ExpectedValue }),
    }
}

fn number(lexer: &mut Lexer<'_>) -> Result<Number, ParseError> {
    // SEL-10
    let (value, at) = exact(lexer)?;
    Number::parse(value).ok_or(ParseError { at, kind: ParseErrorKind::NotInteger })
}

/// A list of values in brackets, sorted, each once (`SEL-7`).
fn list(lexer: &mut Lexer<'_>) -> Result<Box<[Box<str>]>, ParseError> {
    // SEL-7
    let (open, at) = lexer.take();
    if open != Token::Open {
        return Err(ParseError { at, kind: ParseErrorKind::ExpectedList });
    }
    let mut values: Vec<&str> = Vec::new();
    loop {
        values.push(match lexer.next {
            Token::Word(value) => {
                let (_, at) = lexer.take();
                checked_value(value, at)?
            }
            _ => "",
        });
        match lexer.take() {
            (Token::Comma, _) => {}
            (Token::Close, _) => break,
            (_, at) => return Err(ParseError { at, kind: ParseErrorKind::ExpectedListEnd }),
        }
    }
    values.sort_unstable();
    values.dedup();
    Ok(values.into_iter().map(Box::from).collect())
}

fn checked_key(key: &str, at: usize) -> Result<&str, ParseError> {
    // SEL-10
    match name::label_key(key).first() {
        None => Ok(key),
        Some(&problem) => Err(ParseError { at, kind: ParseErrorKind::Key(problem) }),
    }
}

fn checked_value(value: &str, at: usize) -> Result<&str, ParseError> {
    // SEL-10
    match name::label_value(value).first() {
        None => Ok(value),
        Some(&problem) => Err(ParseError { at, kind: ParseErrorKind::Value(problem) }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Selector;
    use super::*;

    fn good(text: &str, canonical: &str) {
        let selector: Selector = text.parse().unwrap();
        assert_eq!(selector.to_string(), canonical, "{text:?}");
    }

    fn bad(text: &str, at: usize, kind: ParseErrorKind) {
        assert_eq!(text.parse::<Selector>(), Err(ParseError { at, kind }), "{text:?}");
    }

    #[test]
    fn sel_1_and_2_grammar_and_blanks() {
        good(" \t\r\n", "");
        good("a in(b),! c ,d\n=\te", "a in (b),!c,d=e");
        bad("ain(b)", 3, ParseErrorKind::ExpectedOperator);
        assert!("a\u{a0}".parse::<Selector>().is_err());
    }

    #[test]
    fn sel_3_symbols() {
        bad("a===b", 3, ParseErrorKind::ExpectedValue);
        bad("a=>1", 2, ParseErrorKind::ExpectedValue);
        bad("a=!b", 2, ParseErrorKind::ExpectedValue);
        bad("a<>1", 2, ParseErrorKind::ExpectedValue);
    }

    #[test]
    fn sel_4_keywords() {
        good("in in (in,notin)", "in in (in,notin)");
        good("!in,a=notin", "a=notin,!in");
    }

    #[test]
    fn sel_5_nul() {
        good("a=\0b", "a=b");
        good("a \0(((", "a");
        good("a\0=b", "a=b");
        good("\0,", "");
        good("a=\0\0b,", "a=");
    }

    #[test]
    fn sel_6_and_7_empty_values() {
        good("a=,b==,c!=", "a=,b==,c!=");
        bad("a>", 2, ParseErrorKind::NotInteger);
        for text in ["a in ()", "a in (,)", "a in (,,)"] {
            good(text, "a in ()");
        }
        for text in ["a in (a,)", "a in (,a)", "a in (a,,)", "a in (a,,a)"] {
            good(text, "a in (,a)");
        }
        bad("a in (a b)", 8, ParseErrorKind::ExpectedListEnd);
        bad("a in ((a))", 6, ParseErrorKind::ExpectedListEnd);
        bad("a in (a", 7, ParseErrorKind::ExpectedListEnd);
        bad("a in b", 5, ParseErrorKind::ExpectedList);
    }

    #[test]
    fn sel_8_and_9_empty_and_negated() {
        bad("a,", 2, ParseErrorKind::ExpectedRequirement);
        bad(",a", 0, ParseErrorKind::ExpectedRequirement);
        bad("a,,b", 2, ParseErrorKind::ExpectedRequirement);
        bad("!a=b", 2, ParseErrorKind::ExpectedEnd);
        bad("!!a", 1, ParseErrorKind::ExpectedKey);
        bad("!", 1, ParseErrorKind::ExpectedKey);
    }

    #[test]
    fn sel_10_keys_and_values() {
        assert!("a>-1".parse::<Selector>().is_err());
        bad("a>9223372036854775808", 2, ParseErrorKind::NotInteger);
        let error = "ok,/b".parse::<Selector>().unwrap_err();
        assert_eq!(error.to_string(), "key prefix part must not be empty at byte 3");
    }
}
