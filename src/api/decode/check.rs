//! Compares a tree of JSON values with the form of its kind.

use serde::Deserialize;
use serde_json::{Number, Value};

use super::error::{DecodeCause, DecodeError};
use crate::api::bytes::ByteString;
use crate::api::kinds::Kind;
use crate::api::meta::ObjectMeta;
use crate::api::wire::{Shape, StructShape, Wire};
use crate::field::Path;
use crate::int_or_string::IntOrString;
use crate::quantity::Quantity;
use crate::time::{MicroTime, Time};

/// The paths of the fields that the kind does not have.
///
/// Of a custom kind only the metadata are known.
///
/// # Errors
/// When a value is of another type than its field.
pub(super) fn check(kind: &Kind, value: &Value) -> Result<Vec<Box<str>>, DecodeError> {
    let mut unknown = Vec::new();
    if let Some(shape) = kind.shape() {
        walk(&mut unknown, &Path::EMPTY, shape, value)?;
    } else if let Some(meta) = value.get("metadata") {
        walk(&mut unknown, &Path::root("metadata"), ObjectMeta::SHAPE, meta)?;
    }
    Ok(unknown)
}

/// What a value is, for a message.
pub(super) fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn wrong(at: &Path<'_>, expected: &'static str, value: &Value) -> DecodeError {
    let found = match value {
        Value::Number(number) if !number.is_f64() && expected.starts_with("a whole") => {
            "a number out of range"
        }
        other => found(other),
    };
    DecodeError::at(at, DecodeCause::WrongType { expected, found })
}

/// Reads a scalar whose text has a syntax of its own.
fn read<'de, T: Deserialize<'de>>(at: &Path<'_>, value: &'de Value) -> Result<(), DecodeError> {
    match T::deserialize(value) {
        Ok(_) => Ok(()),
        Err(error) => {
            let message = error.to_string().into();
            Err(DecodeError::at(at, DecodeCause::Invalid { message }))
        }
    }
}

fn fits_i32(number: &Number) -> bool {
    number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

fn walk(
    unknown: &mut Vec<Box<str>>,
    at: &Path<'_>,
    shape: &'static Shape,
    value: &Value,
) -> Result<(), DecodeError> {
    match (shape, value) {
        (_, Value::Null)
        | (Shape::Any, _)
        | (Shape::Bool, Value::Bool(_))
        | (Shape::Text, Value::String(_)) => Ok(()),
        (Shape::Int32, Value::Number(number)) if fits_i32(number) => Ok(()),
        (Shape::Int64, Value::Number(number)) if number.is_i64() => Ok(()),
        (Shape::Bytes, Value::String(_)) => read::<ByteString>(at, value),
        (Shape::Quantity, Value::String(_) | Value::Number(_)) => read::<Quantity>(at, value),
        (Shape::IntOrString, Value::String(_)) => read::<IntOrString>(at, value),
        (Shape::IntOrString, Value::Number(number)) if fits_i32(number) => {
            read::<IntOrString>(at, value)
        }
        (Shape::Time, Value::String(_)) => read::<Time>(at, value),
        (Shape::MicroTime, Value::String(_)) => read::<MicroTime>(at, value),
        (Shape::List(item), Value::Array(items)) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| walk(unknown, &at.index(index), item, value)),
        (Shape::Map(item), Value::Object(entries)) => {
            entries.iter().try_for_each(|(key, value)| walk(unknown, &at.field(key), item, value))
        }
        (Shape::Struct(shape), Value::Object(fields)) => {
            fields.iter().try_for_each(|(key, value)| {
                let at = at.field(key);
                match form_of(shape, key) {
                    Some(form) => walk(unknown, &at, form, value),
                    None => {
                        unknown.push(at.to_string().into());
                        Ok(())
                    }
                }
            })
        }
        (shape, value) => Err(wrong(at, expected(shape), value)),
    }
}

fn form_of(shape: &StructShape, key: &str) -> Option<&'static Shape> {
    match key {
        "kind" | "apiVersion" if shape.version.is_some() => Some(&Shape::Text),
        key => shape.field(key).map(|field| field.shape),
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Bool => "true or false",
        Shape::Int32 => "a whole number of 32 bits",
        Shape::Int64 => "a whole number of 64 bits",
        Shape::Text => "a string",
        Shape::Bytes => "base64 text",
        Shape::Quantity => "a quantity",
        Shape::IntOrString => "a whole number of 32 bits or a string",
        Shape::Time => "a time",
        Shape::MicroTime => "a time with microseconds",
        Shape::Any => "any value",
        Shape::List(_) => "a list",
        Shape::Map(_) => "a map",
        Shape::Struct(_) => "an object",
    }
}
