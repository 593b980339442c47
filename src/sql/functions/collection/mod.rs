//! Arrays, maps and structs.
//!
//! Source: Spark SQL reference, "Array Functions", "Map Functions", "Struct Functions".

mod access;
mod array;
mod higher_order;
mod lambda;
mod make;
mod map;
mod sequence;
mod set;

pub(super) use access::ACCESS;
pub(super) use array::ARRAY;
pub(super) use higher_order::HIGHER_ORDER;
pub(super) use make::MAKE;
pub(super) use map::MAP;
pub(super) use sequence::SEQUENCE;
pub(super) use set::SET;

use super::Binder;
use crate::sql::error::SqlError;
use crate::types::{DataType, Value};

/// The element type of an array argument, and whether elements may be null.
fn element_of(binder: &Binder<'_>, index: usize) -> Result<(DataType, bool), SqlError> {
    match binder.type_of(index) {
        DataType::Array {
            element,
            contains_null,
        } => Ok((*element, contains_null)),
        DataType::Null => Ok((DataType::Null, true)),
        _ => Err(binder.unexpected_type(index, "\"ARRAY\"".into())),
    }
}

/// The key and value types of a map argument, and whether values may be null.
fn entry_of(binder: &Binder<'_>, index: usize) -> Result<(DataType, DataType, bool), SqlError> {
    match binder.type_of(index) {
        DataType::Map {
            key,
            value,
            value_contains_null,
        } => Ok((*key, *value, value_contains_null)),
        DataType::Null => Ok((DataType::Null, DataType::Null, true)),
        _ => Err(binder.unexpected_type(index, "\"MAP\"".into())),
    }
}

fn array_of(element: DataType, contains_null: bool) -> DataType {
    DataType::Array {
        element: Box::new(element),
        contains_null,
    }
}

/// The elements of an array value.
fn items<'a>(values: &[&'a Value], index: usize) -> &'a [Value] {
    match values.get(index) {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}

/// The entries of a map value.
fn entries<'a>(values: &[&'a Value], index: usize) -> &'a [(Value, Value)] {
    match values.get(index) {
        Some(Value::Map(entries)) => entries,
        _ => &[],
    }
}

/// A whole-number argument.
fn number(values: &[&Value], index: usize) -> i64 {
    values.get(index).and_then(|v| v.as_i64()).unwrap_or(0)
}

/// The most elements that a function makes.
const MAX_ELEMENTS: usize = 16 << 20;
