//! Why a request is not served.

use std::fmt;

use crate::admission::ApiError;
use crate::api::{Status, StatusDetails, StatusReason};
use crate::wire::encode;
use crate::wire::message::{Method, Response};

/// Why a request is not served.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Failure {
    /// No server here answers for the path.
    Nowhere,
    /// The group and version are served, the resource is not.
    NoResource,
    /// The path is served, not by this method.
    Method { allowed: Vec<Method> },
    /// The client takes none of the media types there are.
    NotAcceptable,
    /// The body is of a media type that is not understood here.
    Media { accepted: &'static [&'static str] },
    /// The body is too large.
    TooLarge,
    /// What the server itself answers.
    Api(Box<ApiError>),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

/// How large a body may be, in bytes.
///
/// Source: `apiserver/pkg/server/config.go MaxRequestBodyBytes`.
pub(super) const BODY_MAX_BYTES: usize = 3 * 1024 * 1024;

impl Failure {
    pub(super) fn bad(text: impl fmt::Display) -> Self {
        ApiError::BadRequest { text: text.to_string().into() }.into()
    }

    /// Source: `apiserver/pkg/server/handler.go serviceErrorHandler`, `NewGenericServerResponse`,
    /// `endpoints/handlers/negotiation/errors.go`.
    pub(super) fn into_response(self) -> Response {
        let empty = Some(Box::<StatusDetails>::default());
        let failure = |code: i32, reason, message: String, details| Status {
            status: "Failure".into(),
            code,
            reason,
            message,
            details,
            ..Status::default()
        };
        let status = match &self {
            Self::Nowhere => return Response::text(404, "404 page not found\n"),
            Self::NoResource => failure(
                404,
                StatusReason::NotFound,
                "the server could not find the requested resource".into(),
                empty,
            ),
            Self::Method { .. } => failure(
                405,
                StatusReason::MethodNotAllowed,
                "the server does not allow this method on the requested resource".into(),
                empty,
            ),
            Self::NotAcceptable => failure(
                406,
                StatusReason::NotAcceptable,
                "only the following media types are accepted: application/json".into(),
                None,
            ),
            Self::Media { accepted } => {
                let message = "the body of the request was in an unknown format - accepted media \
                               types include: ";
                let message = message.to_owned() + &accepted.join(", ");
                failure(415, StatusReason::UnsupportedMediaType, message, None)
            }
            Self::TooLarge => failure(
                413,
                StatusReason::RequestEntityTooLarge,
                format!("Request entity too large: limit is {BODY_MAX_BYTES}"),
                None,
            ),
            Self::Api(error) => error.status(),
        };
        let mut response = encode::status(&status);
        if let Self::Method { allowed } = self {
            response.allow = allowed;
        }
        response
    }
}
