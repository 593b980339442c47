//! The schema of JSON records, as Spark's `JsonInferSchema` finds it.

use indexmap::IndexMap;

use super::JsonOptions;
use super::tape::{Kind, Node, Tape};
use crate::types::{DataType, StructType};

/// What is known of a value's type so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Null,
    Boolean,
    Long,
    /// Digits before and behind the point.
    Decimal(u8, u8),
    Double,
    Timestamp,
    String,
    Array(Box<Shape>),
    Struct(IndexMap<String, Shape>),
}

/// The shape of one value.
pub(super) fn shape(tape: &Tape, at: usize, text: &str, options: &JsonOptions) -> Shape {
    let Some(node) = tape.node(at) else {
        return Shape::Null;
    };
    match node.kind {
        Kind::Null => Shape::Null,
        Kind::Array => {
            let elements = tape.elements(at).map(|e| shape(tape, e, text, options));
            Shape::Array(Box::new(elements.fold(Shape::Null, merge)))
        }
        Kind::Object => {
            let mut fields = IndexMap::new();
            for (name, value) in tape.entries(at) {
                let name = tape.node(name).map(|n| n.text(text)).unwrap_or_default();
                // The last of several fields of one name decides, as in reading.
                fields.insert(name.into_owned(), shape(tape, value, text, options));
            }
            Shape::Struct(fields)
        }
        // Some writers don't tell an empty string from null.
        Kind::String if node.start == node.end => Shape::Null,
        _ if options.primitives_as_string => Shape::String,
        Kind::String => string(node, text, options),
        Kind::True | Kind::False => Shape::Boolean,
        Kind::Integer => integer(node.raw(text)),
        Kind::Float if options.prefers_decimal => decimal(node.raw(text)).unwrap_or(Shape::Double),
        Kind::Float | Kind::NotFinite => Shape::Double,
    }
}

fn string(node: &Node, text: &str, options: &JsonOptions) -> Shape {
    if options.infer_timestamp && options.temporal.timestamp(&node.text(text)).is_some() {
        return Shape::Timestamp;
    }
    Shape::String
}

fn integer(digits: &str) -> Shape {
    if digits.parse::<i64>().is_ok() {
        return Shape::Long;
    }
    let count = digits.trim_start_matches(['-', '0']).len();
    match u8::try_from(count) {
        Ok(precision) if precision <= 38 => Shape::Decimal(precision, 0),
        _ => Shape::Double,
    }
}

/// A number with a point but without an exponent.
fn decimal(number: &str) -> Option<Shape> {
    let (whole, fraction) = number.trim_start_matches('-').split_once('.')?;
    if fraction.contains(['e', 'E']) {
        return None;
    }
    let whole = whole.trim_start_matches('0').len();
    let scale = u8::try_from(fraction.len()).ok()?;
    let whole = u8::try_from(whole).ok()?;
    (whole.checked_add(scale)? <= 38).then_some(Shape::Decimal(whole, scale))
}

/// The narrowest shape that holds both. Commutative and associative up to the order of fields.
pub(super) fn merge(a: Shape, b: Shape) -> Shape {
    match (a, b) {
        (Shape::Null, other) | (other, Shape::Null) => other,
        (Shape::Struct(mut fields), Shape::Struct(more)) => {
            for (name, shape) in more {
                match fields.get_mut(&name) {
                    Some(known) => {
                        let before = std::mem::replace(known, Shape::Null);
                        *known = merge(before, shape);
                    }
                    None => {
                        fields.insert(name, shape);
                    }
                }
            }
            Shape::Struct(fields)
        }
        (Shape::Array(a), Shape::Array(b)) => Shape::Array(Box::new(merge(*a, *b))),
        (a, b) if a == b => a,
        (Shape::Long | Shape::Decimal(..), Shape::Double)
        | (Shape::Double, Shape::Long | Shape::Decimal(..)) => Shape::Double,
        // A BIGINT has up to 20 digits in Spark's reckoning.
        (Shape::Long, Shape::Decimal(w, s)) | (Shape::Decimal(w, s), Shape::Long) => {
            widest(w.max(20), s)
        }
        (Shape::Decimal(w1, s1), Shape::Decimal(w2, s2)) => widest(w1.max(w2), s1.max(s2)),
        _ => Shape::String,
    }
}

fn widest(whole: u8, scale: u8) -> Shape {
    match whole + scale <= 38 {
        true => Shape::Decimal(whole, scale),
        false => Shape::Double,
    }
}

/// The schema of records of this shape: fields in alphabetical order, structs without fields
/// left out, what was always null a STRING.
pub(super) fn schema(fields: IndexMap<String, Shape>, options: &JsonOptions) -> StructType {
    let mut fields: Vec<(String, DataType)> = fields
        .into_iter()
        .filter_map(|(name, shape)| Some((name, data_type(shape, options)?)))
        .collect();
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    StructType::of(fields)
}

fn data_type(shape: Shape, options: &JsonOptions) -> Option<DataType> {
    Some(match shape {
        Shape::Null if options.drop_field_if_all_null => return None,
        Shape::Null | Shape::String => DataType::String,
        Shape::Boolean => DataType::Boolean,
        Shape::Long => DataType::Long,
        Shape::Decimal(whole, scale) => DataType::decimal(whole + scale, scale),
        Shape::Double => DataType::Double,
        Shape::Timestamp => DataType::Timestamp,
        Shape::Array(element) => DataType::array(data_type(*element, options)?),
        Shape::Struct(fields) => {
            let fields = schema(fields, options);
            if fields.is_empty() {
                return None;
            }
            DataType::Struct(fields)
        }
    })
}
