//! The order of resource versions.

use std::cmp::Ordering;

/// A text that is no resource version of a stored object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a well-formed resource version")]
pub struct Malformed {
    /// The text.
    pub text: Box<str>,
}

/// Which of two resource versions of the same kind is newer: `Less` when `a` is older than `b`.
///
/// A resource version is a positive decimal number of any length without leading zeros; `0` is none
/// because no stored object ever has it.
/// Source: `apimachinery/pkg/util/resourceversion/resourceversion.go`.
///
/// # Errors
/// When one of the two is malformed; the first one that is.
///
/// ```
/// use std::cmp::Ordering;
/// use kubernel::meta::resource_version::compare;
///
/// assert_eq!(compare("9", "10"), Ok(Ordering::Less));
/// assert!(compare("9", "010").is_err());
/// ```
pub fn compare(a: &str, b: &str) -> Result<Ordering, Malformed> {
    for text in [a, b] {
        if !is_well_formed(text) {
            return Err(Malformed { text: text.into() });
        }
    }
    Ok(a.len().cmp(&b.len()).then_with(|| a.cmp(b)))
}

fn is_well_formed(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_resource_versions() {
        let check = |a, b, expected| assert_eq!(compare(a, b).ok(), expected, "{a} {b}");
        check("1", "1", Some(Ordering::Equal));
        check("99", "100", Some(Ordering::Less));
        check("18446744073709551617", "18446744073709551616", Some(Ordering::Greater));
        for malformed in ["", "0", "01", "-1", "1a"] {
            check(malformed, "1", None);
            check("1", malformed, None);
        }
    }
}
