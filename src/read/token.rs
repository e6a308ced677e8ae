//! Where the next page of a list begins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::store::Revision;

/// Where the next page of a list begins, as an API server writes it: JSON in base64 for URLs, without
/// padding (LIST-4).
///
/// Clients must not look into it; it is public for those who serve them.
///
/// ```
/// use kubernel::read::Token;
/// use kubernel::store::Revision;
///
/// let token = Token { revision: Some(Revision(7)), start: "default/a\0".into() };
/// let text = token.to_string();
/// assert_eq!(text, "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6Nywic3RhcnQiOiJkZWZhdWx0L2FcdTAwMDAifQ");
/// assert_eq!(text.parse(), Ok(token));
/// ```
///
/// Source: `apiserver/pkg/storage/continue.go`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the form on the wire is fixed")]
pub struct Token {
    /// The revision at which the list is read; none: the newest.
    pub revision: Option<Revision>,
    /// The first key that may be on the page, below what is listed: a name, or namespace, slash and
    /// name.
    pub start: String,
}

/// A text that is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("continue key is not valid")]
#[expect(clippy::exhaustive_structs, reason = "nothing more is told")]
pub struct BadToken;

const VERSION: &str = "meta.k8s.io/v1";

#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(default)]
    v: String,
    #[serde(default)]
    rv: i64,
    #[serde(default)]
    start: String,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rv = self.revision.map_or(-1, |at| i64::try_from(at.0).unwrap_or(i64::MAX));
        let wire = Wire { v: VERSION.into(), rv, start: self.start.clone() };
        let text = serde_json::to_string(&wire).unwrap_or_default();
        // Upstream's writer escapes what could end a script in a page.
        let text = text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        f.write_str(&URL_SAFE_NO_PAD.encode(text))
    }
}

impl std::str::FromStr for Token {
    type Err = BadToken;

    /// # Errors
    /// When the text is damaged, of another version, without revision or key, or when the key would lead
    /// out of what is listed.
    fn from_str(text: &str) -> Result<Self, BadToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadToken)?;
        let wire: Wire = serde_json::from_slice(&bytes).map_err(|_| BadToken)?;
        let start = wire.start.strip_prefix('/').unwrap_or(&wire.start);
        let inside = start.split('/').all(|part| !["", ".", ".."].contains(&part));
        if wire.v != VERSION || wire.rv == 0 || wire.start.is_empty() || !inside {
            return Err(BadToken);
        }
        let revision = u64::try_from(wire.rv).ok().map(Revision);
        Ok(Self { revision, start: start.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Option<(Option<u64>, &str)>) {
        let read = URL_SAFE_NO_PAD.encode(json).parse::<Token>().ok();
        let read = read.as_ref().map(|it| (it.revision.map(|at| at.0), it.start.as_str()));
        assert_eq!(read, expected, "{json}");
    }

    #[test]
    fn tokens_list_4() {
        check(r#"{"v":"meta.k8s.io/v1","rv":7,"start":"/a\u0000"}"#, Some((Some(7), "a\0")));
        check(r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"a/b"}"#, Some((None, "a/b")));
        check(r#"{"v":"meta.k8s.io/v1","rv":0,"start":"a"}"#, None);
        check(r#"{"v":"meta.k8s.io/v1","rv":7,"start":""}"#, None);
        check(r#"{"v":"meta.k8s.io/v1","rv":7,"start":"a/../b"}"#, None);
        check(r#"{"v":"meta.k8s.io/v1","rv":7,"start":"a//b"}"#, None);
        check(r#"{"v":"v2","rv":7,"start":"a"}"#, None);
        assert_eq!("garbage!".parse::<Token>(), Err(BadToken));
    }
}
