//! Which objects are meant: label selectors and field selectors.
//!
//! A label selector has three forms. The text (`app=web,tier in (db,cache)`) is parsed; the struct
//! of workloads and policies ([`LabelSelector`](crate::api::LabelSelector)) is compiled by
//! [`Selector::compile`]; the map of services and replication controllers is taken by
//! [`Selector::from_map`]. All end in a [`Selector`], which matches any source of [`Labels`] and can
//! say why one does not match.
//!
//! A field selector ([`FieldSelector`]) compares a few fields that each kind offers.

mod field;
mod node;
mod object;
mod parse;
mod requirement;
mod selector;
mod source;
mod structured;

pub use field::{
    FieldOperator, FieldParseError, FieldParseErrorKind, FieldRequirement, FieldSelector,
};
pub use node::{node_requirement, node_term_matches};
pub use object::{Fields, UnsupportedField, fields_of, offers};
pub use parse::{ParseError, ParseErrorKind};
pub use requirement::{Operator, Requirement, UnknownOperator};
pub use selector::{Mismatch, Selector};
pub use source::Labels;
pub use structured::{
    NotAMap, NotExpressible, Rules, as_map, format, has_invalid_value, validate,
    validate_requirement,
};
