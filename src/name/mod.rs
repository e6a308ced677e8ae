//! The syntax of names, label keys and values, and the other short texts of objects.
//!
//! Each rule is a function from a text to its [`Problem`]s; an empty list means that the text is
//! fine, and costs no allocation. One text can break a rule in several ways, and all are reported.
//! [`validate`] writes them into an [`Errors`].
//!
//! Lengths are counted in bytes. Source: `apimachinery/pkg/util/validation/validation.go` and
//! `apimachinery/pkg/api/validate/content`.
//!
//! ```
//! use kubernel::name::{self, Flaw, Part, Problem};
//!
//! assert_eq!(name::dns1123_label("web-0"), []);
//! assert_eq!(name::dns1123_label("web.0"), [Problem { part: Part::Whole, flaw: Flaw::Dots }]);
//! assert_eq!(name::label_key("/app")[0].to_string(), "prefix part must not be empty");
//! ```

mod generate;
mod problem;
mod scan;

use crate::field::{Errors, Path};
use scan::has_form;

pub use generate::{generate_name, generated};
pub use problem::{Flaw, Form, Part, Problem};

/// Pushes an `Invalid` for every problem that `rule` finds in `value`.
pub fn validate(out: &mut Errors, at: &Path<'_>, value: &str, rule: fn(&str) -> Vec<Problem>) {
    for problem in rule(value) {
        out.invalid(at, value, problem.to_string());
    }
}

/// A DNS label: at most 63 of `[-a-z0-9]`, no hyphen at either end (`NAME-1`).
#[must_use]
pub fn dns1123_label(value: &str) -> Vec<Problem> {
    // NAME-1
    let mut problems = too_long(value, 63);
    if !has_form(value, Form::Dns1123Label) {
        let flaw = if has_form(value, Form::Dns1123Subdomain) {
            Flaw::Dots
        } else {
            Flaw::Form(Form::Dns1123Label)
        };
        problems.push(Problem::whole(flaw));
    }
    problems
}

/// A DNS name: labels joined by dots, at most 253 in all, with no limit for one label (`NAME-2`).
#[must_use]
pub fn dns1123_subdomain(value: &str) -> Vec<Problem> {
    // NAME-2
    limited(value, 253, Form::Dns1123Subdomain)
}

/// As [`dns1123_subdomain`], with underscores anywhere but at the end of a part.
#[must_use]
pub fn dns1123_subdomain_with_underscore(value: &str) -> Vec<Problem> {
    limited(value, 253, Form::Dns1123SubdomainWithUnderscore)
}

/// As [`dns1123_label`], and the first character is a letter (`NAME-3`).
#[must_use]
pub fn dns1035_label(value: &str) -> Vec<Problem> {
    // NAME-3
    limited(value, 63, Form::Dns1035Label)
}

/// `*.` and a subdomain, at most 253 in all (`NAME-11`).
#[must_use]
pub fn wildcard_dns1123_subdomain(value: &str) -> Vec<Problem> {
    // NAME-11
    limited(value, 253, Form::WildcardDns1123Subdomain)
}

/// A label key, finalizer or condition type: `[prefix/]name` (`NAME-4`).
///
/// The prefix is a [`dns1123_subdomain`]; the name has 1 to 63 of `[-A-Za-z0-9_.]` with a letter or
/// digit at both ends. Upstream also calls it a qualified name.
#[must_use]
pub fn label_key(value: &str) -> Vec<Problem> {
    // NAME-4
    let mut problems = Vec::new();
    let mut parts = value.split('/');
    let name = match (parts.next(), parts.next(), parts.next()) {
        (Some(name), None, _) => name,
        (Some(prefix), Some(name), None) => {
            if prefix.is_empty() {
                problems.push(Problem { part: Part::Prefix, flaw: Flaw::Empty });
            } else {
                let found = dns1123_subdomain(prefix).into_iter();
                problems.extend(found.map(|problem| Problem { part: Part::Prefix, ..problem }));
            }
            name
        }
        _ => return vec![Problem::whole(Flaw::Form(Form::QualifiedName))],
    };
    if name.is_empty() {
        problems.push(Problem { part: Part::Name, flaw: Flaw::Empty });
    } else if name.len() > 63 {
        problems.push(Problem { part: Part::Name, flaw: Flaw::TooLong { max: 63 } });
    }
    if !has_form(name, Form::QualifiedName) {
        problems.push(Problem { part: Part::Name, flaw: Flaw::Form(Form::QualifiedName) });
    }
    problems
}

/// A label value: empty, or at most 63 of the form of a label key's name (`NAME-5`).
#[must_use]
pub fn label_value(value: &str) -> Vec<Problem> {
    // NAME-5
    limited(value, 63, Form::LabelValue)
}

/// An annotation key: a [`label_key`] after lower-casing (`NAME-6`).
///
/// Lower-casing knows Unicode, so the Kelvin sign is a `k`.
/// Source: `apimachinery/pkg/api/validation/objectmeta.go`.
#[must_use]
pub fn annotation_key(value: &str) -> Vec<Problem> {
    // NAME-6
    if value.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return label_key(value);
    }
    let lower: String = value.chars().map(lower_case).collect();
    label_key(&lower)
}

/// The one lower case character for `character`; of the one that has two (`İ`) the first.
fn lower_case(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// A name of an environment variable in the strict form (`NAME-8`).
#[must_use]
pub fn env_var_name(value: &str) -> Vec<Problem> {
    // NAME-8
    let mut problems = formed(value, Form::EnvVarName);
    problems.extend(leading_dots(value));
    problems
}

/// A name of an environment variable in the relaxed form, which pods accept: printable ASCII
/// without `=`, not empty (`NAME-8`).
#[must_use]
pub fn relaxed_env_var_name(value: &str) -> Vec<Problem> {
    // NAME-8
    if value.is_empty() {
        return vec![Problem::whole(Flaw::Empty)];
    }
    formed(value, Form::RelaxedEnvVarName)
}

/// A key in the data of a config map or secret (`NAME-9`).
#[must_use]
pub fn config_map_key(value: &str) -> Vec<Problem> {
    // NAME-9
    let mut problems = limited(value, 253, Form::ConfigMapKey);
    problems.extend(leading_dots(value));
    problems
}

/// The name of a port, an IANA service name (`NAME-10`).
#[must_use]
pub fn port_name(value: &str) -> Vec<Problem> {
    // NAME-10
    let mut problems = limited(value, 15, Form::PortName);
    if !value.bytes().any(|b| b.is_ascii_lowercase()) {
        problems.push(Problem::whole(Flaw::NoLetter));
    }
    if value.contains("--") {
        problems.push(Problem::whole(Flaw::DoubleHyphen));
    }
    if value.starts_with('-') || value.ends_with('-') {
        problems.push(Problem::whole(Flaw::OuterHyphen));
    }
    problems
}

/// The number of a port: 1 to 65535 (`NAME-11`).
#[must_use]
pub fn port_number(value: i64) -> Vec<Problem> {
    // NAME-11
    if (1..=65535).contains(&value) {
        return Vec::new();
    }
    vec![Problem::whole(Flaw::OutOfRange { min: 1, max: 65535 })]
}

/// An identifier of the language C, of any length (`NAME-11`).
#[must_use]
pub fn c_identifier(value: &str) -> Vec<Problem> {
    // NAME-11
    formed(value, Form::CIdentifier)
}

/// The name of an HTTP header (`NAME-11`).
#[must_use]
pub fn http_header_name(value: &str) -> Vec<Problem> {
    // NAME-11
    formed(value, Form::HttpHeaderName)
}

/// A percentage: digits and `%`, with no upper bound (`NAME-11`).
#[must_use]
pub fn percent(value: &str) -> Vec<Problem> {
    // NAME-11
    formed(value, Form::Percent)
}

/// What every object name is at least: a segment of a path (`NAME-12`).
///
/// Not `.` or `..`, without `/` and `%`; even the empty text passes.
/// Source: `apimachinery/pkg/api/validate/content/path.go`.
#[must_use]
pub fn path_segment_name(value: &str) -> Vec<Problem> {
    // NAME-12
    match reserved(value) {
        Some(flaw) => vec![Problem::whole(flaw)],
        None => path_segment_prefix(value),
    }
}

/// The beginning of a path segment: without `/` and `%` (`NAME-12`).
#[must_use]
pub fn path_segment_prefix(value: &str) -> Vec<Problem> {
    // NAME-12
    let found = ['/', '%'].into_iter().filter(|&character| value.contains(character));
    found.map(|character| Problem::whole(Flaw::Contains { character })).collect()
}

/// Who manages fields: at most 128 bytes, every character printable (`NAME-19`).
///
/// Upstream reports the length as `TooLong` and each character as `Invalid`.
/// Source: `apimachinery/pkg/apis/meta/v1/validation/validation.go`.
#[must_use]
pub fn field_manager(value: &str) -> Vec<Problem> {
    // NAME-19
    let mut problems = too_long(value, 128);
    let found = value.char_indices().filter(|&(_, character)| !scan::is_printable(character));
    problems
        .extend(found.map(|(at, character)| Problem::whole(Flaw::Unprintable { character, at })));
    problems
}

/// A DNS name of at least three parts. At most one problem is reported; upstream reports
/// [`Flaw::Empty`] as `Required`.
#[must_use]
pub fn fully_qualified_name(value: &str) -> Vec<Problem> {
    qualified_domain(value, 3).into_iter().collect()
}

/// A DNS name of at least two labels, with or without a dot at the end. At most one problem is
/// reported; upstream reports [`Flaw::Empty`] as `Required`.
#[must_use]
pub fn fully_qualified_domain_name(value: &str) -> Vec<Problem> {
    if value.is_empty() {
        return vec![Problem::whole(Flaw::Empty)];
    }
    let value = value.strip_suffix('.').unwrap_or(value);
    let domain = dns1123_subdomain(value).into_iter().next();
    let problem = domain.or_else(|| too_few_segments(value, 2));
    let label = || value.split('.').flat_map(dns1123_label).next();
    problem.or_else(label).into_iter().collect()
}

/// A domain, a slash and a URL path, as `acme.io/foo`. Upstream reports [`Flaw::Empty`] as
/// `Required`.
#[must_use]
pub fn domain_prefixed_path(value: &str) -> Vec<Problem> {
    if value.is_empty() {
        return vec![Problem::whole(Flaw::Empty)];
    }
    let Some((domain, path)) =
        value.split_once('/').filter(|_| has_form(value, Form::DomainPrefixed))
    else {
        return vec![Problem::whole(Flaw::Form(Form::DomainPrefixed))];
    };
    let mut problems: Vec<_> = dns1123_subdomain(domain)
        .into_iter()
        .map(|problem| Problem { part: Part::Prefix, ..problem })
        .collect();
    if !has_form(path, Form::HttpPath) {
        problems.push(Problem { part: Part::Name, flaw: Flaw::Form(Form::HttpPath) });
    }
    problems
}

/// A [`label_key`] that has a prefix. Upstream reports [`Flaw::Empty`] of the whole as `Required`.
#[must_use]
pub fn domain_prefixed_key(value: &str) -> Vec<Problem> {
    if value.is_empty() {
        return vec![Problem::whole(Flaw::Empty)];
    }
    let problems = label_key(value);
    if problems.is_empty() && !value.contains('/') {
        return vec![Problem::whole(Flaw::Form(Form::DomainPrefixed))];
    }
    problems
}

fn qualified_domain(value: &str, segments: usize) -> Option<Problem> {
    if value.is_empty() {
        return Some(Problem::whole(Flaw::Empty));
    }
    dns1123_subdomain(value).into_iter().next().or_else(|| too_few_segments(value, segments))
}

fn too_few_segments(value: &str, min: usize) -> Option<Problem> {
    (value.split('.').count() < min).then_some(Problem::whole(Flaw::TooFewSegments { min }))
}

fn too_long(value: &str, max: usize) -> Vec<Problem> {
    if value.len() > max { vec![Problem::whole(Flaw::TooLong { max })] } else { Vec::new() }
}

fn formed(value: &str, form: Form) -> Vec<Problem> {
    limited(value, usize::MAX, form)
}

fn limited(value: &str, max: usize, form: Form) -> Vec<Problem> {
    let mut problems = too_long(value, max);
    if !has_form(value, form) {
        problems.push(Problem::whole(Flaw::Form(form)));
    }
    problems
}

fn reserved(value: &str) -> Option<Flaw> {
    let word = [".", ".."].into_iter().find(|&word| word == value)?;
    Some(Flaw::Reserved { word })
}

fn leading_dots(value: &str) -> Option<Problem> {
    let flaw = reserved(value).or_else(|| value.starts_with("..").then_some(Flaw::DotsInFront))?;
    Some(Problem::whole(flaw))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> Vec<Problem>, good: &[&str], bad: &[(&str, usize)]) {
        for text in good {
            assert_eq!(rule(text), [], "{text:?}");
        }
        for (text, problems) in bad {
            assert_eq!(rule(text).len(), *problems, "{text:?}: {:?}", rule(text));
        }
    }

    #[test]
    fn name_1_dns1123_label() {
        let (longest, long) = ("a".repeat(63), format!("-{}", "a".repeat(63)));
        check(
            dns1123_label,
            &["a", "0", "a-b", "a--b", &longest],
            &[("", 1), ("a.b", 1), ("A", 1), ("-a", 1), (&long, 2)],
        );
        assert_eq!(dns1123_label("a.b"), [Problem::whole(Flaw::Dots)]);
    }

    #[test]
    fn name_2_dns1123_subdomain() {
        let (longest, long) = ("a".repeat(253), "a".repeat(254));
        check(
            dns1123_subdomain,
            &["a.b", "0.0", &longest],
            &[("", 1), (".a", 1), ("a..b", 1), ("a.", 1), (&long, 1)],
        );
        check(
            dns1123_subdomain_with_underscore,
            &["_a._b", "a_b"],
            &[("__a", 1), ("a_", 1), ("_", 1)],
        );
    }

    #[test]
    fn name_3_dns1035_label() {
        check(dns1035_label, &["a", "a0"], &[("0a", 1), ("a-", 1), ("a.b", 1)]);
    }

    #[test]
    fn name_4_label_key() {
        check(
            label_key,
            &["a", "A_b.c-d", "a.b/C", "0/0"],
            &[("", 2), ("/", 3), ("/a", 1), ("a/", 2), ("A/b", 1), ("a/b/c", 1), ("-", 1)],
        );
    }

    #[test]
    fn name_5_label_value() {
        check(label_value, &["", "a", "A_.-b"], &[("-", 1), ("a/b", 1), (&"a".repeat(64), 1)]);
    }

    #[test]
    fn name_6_annotation_key() {
        check(annotation_key, &["Upper.IO/K", "\u{212a}", "\u{130}"], &[("é", 1), ("/K", 1)]);
    }

    #[test]
    fn name_8_env_var_name() {
        check(
            env_var_name,
            &[".a", "A-b", "_"],
            &[("", 1), (".", 1), ("..", 1), ("..a", 1), ("0", 1), ("a b", 1)],
        );
        check(
            relaxed_env_var_name,
            &["0 a", "..", "~"],
            &[("", 1), ("a=", 1), ("\t", 1), ("é=", 1)],
        );
    }

    #[test]
    fn name_9_config_map_key() {
        check(
            config_map_key,
            &[".a", "a..", "0"],
            &[("", 1), ("..a", 1), ("...", 1), (".", 1), ("../", 2)],
        );
    }

    #[test]
    fn name_10_port_name() {
        check(
            port_name,
            &["a", "0a", "a-b-0"],
            &[("", 2), ("80", 1), ("-", 2), ("a--b", 1), ("A", 2), ("a234567890123456", 1)],
        );
    }

    #[test]
    fn name_11_other_forms() {
        check(
            wildcard_dns1123_subdomain,
            &["*.a"],
            &[("*", 1), ("*.", 1), ("a.b", 1), ("*.*.a", 1)],
        );
        check(c_identifier, &["_", "aA0"], &[("", 1), ("0", 1), ("a-", 1)]);
        check(http_header_name, &["-", "X-0"], &[("", 1), ("a_b", 1)]);
        check(percent, &["0%", "999%"], &[("%", 1), ("+1%", 1), ("1.5%", 1), ("1", 1)]);
        assert_eq!([0, 1, 65535, 65536].map(|port| port_number(port).len()), [1, 0, 0, 1]);
    }

    #[test]
    fn name_12_path_segment() {
        check(path_segment_name, &["", "...", "A b"], &[(".", 1), ("..", 1), ("a/%", 2)]);
        check(path_segment_prefix, &["", "."], &[("/", 1)]);
    }

    #[test]
    fn name_14_generate_name() {
        let check = |prefix, problems| {
            assert_eq!(generate_name(prefix, dns1123_label).len(), problems, "{prefix}")
        };
        check("a-", 0);
        check("a--", 0);
        check("--", 0);
        check("-", 1);
        check("a.", 1);
        check("é-", 1);
    }

    #[test]
    fn name_15_generated() {
        let mut numbers = 0..;
        let mut pick = |below: usize| numbers.next().unwrap() * 6 % below;
        assert_eq!(generated(&"a".repeat(60), &mut pick), format!("{}bjqx7", "a".repeat(58)));
        assert_eq!(generated(&"é".repeat(30), &mut |_| 26).chars().count(), 29 + 5);
    }

    #[test]
    fn name_19_field_manager() {
        let long = "é".repeat(65);
        check(
            field_manager,
            &["", "a b", "é世", "e\u{301}"],
            &[("\n\u{a0}", 2), ("\u{200b}", 1), (&long, 1), ("\u{fffe}", 1)],
        );
    }

    #[test]
    fn domains() {
        check(fully_qualified_name, &["a.b.c"], &[("", 1), ("a.b", 1), ("a.b.c.", 1)]);
        check(
            fully_qualified_domain_name,
            &["a.b", "a.b."],
            &[("", 1), ("a", 1), ("a..", 1), ("a.b..", 1)],
        );
        check(
            domain_prefixed_path,
            &["a.b/c", "a//"],
            &[("", 1), ("a", 1), ("/a", 1), ("a/", 1), ("A/ ", 2)],
        );
        check(domain_prefixed_key, &["a/b"], &[("", 1), ("a", 1), ("a/", 2)]);
    }
}
