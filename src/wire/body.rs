//! Reading what a client sends.

use std::fmt::Write as _;

use serde_json::Value;

use crate::api::{DecodeCause, DecodeError, DeleteOptions, Kind, Object, Strictness, decode_as};
use crate::meta::PatchOptions;
use crate::wire::Call;
use crate::wire::failure::{BODY_MAX_BYTES, Failure};

/// An object from a body, and what its sender is warned of.
pub(super) struct Sent {
    pub(super) object: Object,
    pub(super) warnings: Vec<String>,
}

impl Call<'_> {
    /// The object in the body, placed where the path says (META-3).
    ///
    /// Source: `endpoints/handlers/create.go`, `update.go`, `rest.go`.
    pub(super) fn sent(&self, options: &PatchOptions) -> Result<Sent, Failure> {
        self.must_be_json()?;
        self.must_be_small()?;
        let strictness = match options.field_validation.as_str() {
            "Ignore" => Strictness::Ignore,
            "Strict" => Strictness::Strict,
            _ => Strictness::Warn,
        };
        let (body, kind) = (&self.request.body, self.target.body_kind());
        let decoded =
            decode_as(body, &kind, strictness).map_err(|why| unread(&why, &kind, body))?;
        let mut object = decoded.object;
        if object.kind() != kind {
            return Err(other_kind(&object.kind(), &kind));
        }
        self.place(&mut object)?;
        let unknown = decoded.unknown.iter().map(|path| format!("unknown field \"{path}\""));
        let twice = decoded.duplicate.iter().map(|path| format!("duplicate field \"{path}\""));
        Ok(Sent { object, warnings: unknown.chain(twice).collect() })
    }

    /// Source: `apiserver/pkg/registry/rest/meta.go EnsureObjectNamespaceMatchesRequestNamespace`.
    fn place(&self, object: &mut Object) -> Result<(), Failure> {
        let wanted = self.target.namespace.as_deref().unwrap_or_default();
        let meta = object.meta_mut();
        if wanted.is_empty() || meta.namespace.is_empty() {
            meta.namespace = wanted.into();
        } else if meta.namespace != wanted {
            let text = "the namespace of the provided object does not match the namespace sent on \
                        the request";
            return Err(Failure::bad(text));
        }
        Ok(())
    }

    /// The name in a body must be that in the path, also when there is none (META-3).
    pub(super) fn must_be_named(&self, object: &Object) -> Result<(), Failure> {
        let (given, wanted) =
            (&object.meta().name, self.target.name.as_deref().unwrap_or_default());
        if given == wanted {
            return Ok(());
        }
        Err(Failure::bad(format_args!(
            "the name of the object ({given}) does not match the name on the URL ({wanted})"
        )))
    }

    /// The options of a delete: those in the body, or if there is none in the query (DEL-11).
    pub(super) fn delete_options(&self) -> Result<DeleteOptions, Failure> {
        self.must_be_small()?;
        let body = &self.request.body;
        let mut options = if body.is_empty() {
            self.query.delete_options()?
        } else {
            self.must_be_json()?;
            let value: Value = serde_json::from_slice(body).map_err(Failure::bad)?;
            let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default();
            if !["", "DeleteOptions"].contains(&kind) {
                let text = "decoded object cannot be converted to DeleteOptions";
                return Err(Failure::bad(text));
            }
            serde_json::from_value(value).map_err(Failure::bad)?
        };
        // It is of a feature that is off.
        options.ignore_store_read_error_with_cluster_breaking_potential = None;
        Ok(options)
    }

    fn must_be_json(&self) -> Result<(), Failure> {
        let media = self.media_type().unwrap_or("application/json");
        if media.eq_ignore_ascii_case("application/json") {
            return Ok(());
        }
        Err(Failure::Media { accepted: &["application/json"] })
    }

    pub(super) fn must_be_small(&self) -> Result<(), Failure> {
        if self.request.body.len() > BODY_MAX_BYTES { Err(Failure::TooLarge) } else { Ok(()) }
    }

    /// The header `Content-Type` without parameters.
    pub(super) fn media_type(&self) -> Option<&str> {
        let header = self.request.content_type.as_deref().filter(|text| !text.is_empty())?;
        Some(header.split(';').next().unwrap_or_default().trim())
    }
}

/// Source: `endpoints/handlers/rest.go transformDecodeError`.
fn unread(why: &DecodeError, kind: &Kind, body: &[u8]) -> Failure {
    match &why.cause {
        DecodeCause::Empty | DecodeCause::NotText { .. } | DecodeCause::Syntax { .. } => {
            Failure::bad(format_args!(
                "the object provided is unrecognized (must be of type {kind}): couldn't get \
                 version/kind; json parse error: {why} ({})",
                summary(body)
            ))
        }
        DecodeCause::Strict { .. } => Failure::bad(format_args!(
            "{kind} in version \"{}\" cannot be handled as a {kind}: strict decoding error: {}",
            kind.version(),
            why.to_string().replace('`', "\"")
        )),
        DecodeCause::NotAnObject { .. }
        | DecodeCause::List
        | DecodeCause::MissingKind
        | DecodeCause::MissingApiVersion
        | DecodeCause::WrongType { .. }
        | DecodeCause::Invalid { .. } => Failure::bad(format_args!(
            "{kind} in version \"{}\" cannot be handled as a {kind}: {why}",
            kind.version()
        )),
    }
}

fn other_kind(sent: &Kind, wanted: &Kind) -> Failure {
    let (version, api_version) = (sent.version(), sent.api_version());
    match sent {
        Kind::Custom(_) => Failure::bad(format_args!(
            "{sent} in version \"{version}\" cannot be handled as a {wanted}: no kind \"{sent}\" is \
             registered for version \"{api_version}\""
        )),
        _of_the_table => Failure::bad(format_args!(
            "{sent} in version \"{version}\" cannot be handled as a {wanted}: unknown conversion"
        )),
    }
}

/// The beginning of a body, as text if it looks like an object, else as hexadecimal digits.
///
/// Source: `endpoints/handlers/rest.go summarizeData`.
fn summary(body: &[u8]) -> String {
    const BYTES: usize = 30;
    let start = body.get(..BYTES).unwrap_or(body);
    let mut text = String::new();
    match start.first() {
        None => return "<empty>".into(),
        Some(b'{') => text.push_str(&String::from_utf8_lossy(start)),
        Some(_) => {
            for byte in start {
                let _ = write!(text, "{byte:02x}");
            }
        }
    }
    if body.len() > BYTES { text + " ..." } else { text }
}
