//! A single value of a Spark type.

use std::sync::Arc;

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
