//! A single value of a Spark type, and how values are shown, compared and put into columns.

mod column;
mod order;
mod text;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use column::{ListParts, list_from_parts, series_from_values, take, values_from_series};
pub use text::{base64, decimal_text, double_text, float_text, from_base64};

/// A value. Its type stands beside it, in an expression or a schema.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Byte(i8),
    Short(i16),
    Integer(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    /// The number without its point; precision and scale are the type's.
    Decimal(i128),
    String(Arc<str>),
    Binary(Arc<[u8]>),
    /// Days since the epoch.
    Date(i32),
    /// Microseconds since the epoch, UTC.
    Timestamp(i64),
    /// Microseconds since 1970-01-01 00:00:00, no zone.
    TimestampNtz(i64),
    /// Microseconds.
    DayTimeInterval(i64),
    /// Months.
    YearMonthInterval(i32),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Struct(Vec<Value>),
}

impl Value {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// A whole number, date, timestamp or interval as its number.
    pub fn as_i64(&self) -> Option<i64> {
        Some(match self {
            Value::Byte(n) => i64::from(*n),
            Value::Short(n) => i64::from(*n),
            Value::Integer(n) | Value::Date(n) | Value::YearMonthInterval(n) => i64::from(*n),
            Value::Long(n)
            | Value::Timestamp(n)
            | Value::TimestampNtz(n)
            | Value::DayTimeInterval(n) => *n,
            _ => return None,
        })
    }

    /// A float or double.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Float(x) => Some(f64::from(*x)),
            Value::Double(x) => Some(*x),
            other => other.as_i64().map(|n| n as f64),
        }
    }

    /// A boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Boolean(b) => Some(*b),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(Arc::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(Arc::from(text))
    }
}
