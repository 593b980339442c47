//! Partition values and directories. Delta PROTOCOL.md, "Partition Value Serialization".

use std::fmt::Write;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::actions::PartitionValues;
use super::error::DeltaError;
use crate::formats::partitions::partition_directory;
use crate::types::{DataType, Value};

/// A value as the log writes it; `None` is NULL, as which the empty string counts too.
pub fn serialize_partition_value(value: &Value, data_type: &DataType) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Binary(v) => binary_text(v),
        Value::Timestamp(micros) | Value::TimestampNtz(micros) => {
            let time = DateTime::from_timestamp_micros(*micros)?;
            let format = if micros.rem_euclid(1_000_000) == 0 {
                "%Y-%m-%d %H:%M:%S"
            } else {
                "%Y-%m-%d %H:%M:%S%.6f"
            };
            time.format(format).to_string()
        }
        other => other.cast_text(data_type, chrono_tz::Tz::UTC),
    };
    (!text.is_empty()).then_some(text)
}

/// Reads a value of the log.
///
/// # Errors
/// [`DeltaError::InvalidPartitionValue`] if the text isn't one of the type.
pub fn parse_partition_value(
    text: Option<&str>,
    data_type: &DataType,
) -> Result<Value, DeltaError> {
    let Some(text) = text.filter(|t| !t.is_empty()) else {
        return Ok(Value::Null);
    };
    parse(text, data_type).ok_or_else(|| DeltaError::InvalidPartitionValue {
        value: text.into(),
        data_type: data_type.sql(),
    })
}

fn parse(text: &str, data_type: &DataType) -> Option<Value> {
    Some(match data_type {
        DataType::Boolean => Value::Boolean(text.to_ascii_lowercase().parse().ok()?),
        DataType::Byte => Value::Byte(text.parse().ok()?),
        DataType::Short => Value::Short(text.parse().ok()?),
        DataType::Integer => Value::Integer(text.parse().ok()?),
        DataType::Long => Value::Long(text.parse().ok()?),
        DataType::Float => Value::Float(text.parse().ok()?),
        DataType::Double => Value::Double(text.parse().ok()?),
        DataType::Decimal { precision, scale } => {
            Value::Decimal(parse_decimal(text, *precision, *scale)?)
        }
        DataType::String => Value::String(text.into()),
        DataType::Binary => Value::Binary(Arc::from(binary_bytes(text))),
        DataType::Date => {
            let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            Value::Date(
                date.signed_duration_since(NaiveDate::default())
                    .num_days()
                    .try_into()
                    .ok()?,
            )
        }
        DataType::Timestamp => Value::Timestamp(parse_timestamp(text)?),
        DataType::TimestampNtz => Value::TimestampNtz(parse_timestamp(text)?),
        _ => return None,
    })
}

/// With a zone (ISO 8601), or without one, taken as UTC.
fn parse_timestamp(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_micros());
    }
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| {
            let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            date.and_hms_opt(0, 0, 0)
        })
        .map(|time| time.and_utc().timestamp_micros())
}

fn parse_decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let significant = fraction.trim_end_matches('0');
    let scale = usize::from(scale);
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if significant.len() > scale
        || (whole.is_empty() && fraction.is_empty())
        || !all_digits(whole)
        || !all_digits(significant)
    {
        return None;
    }
    let text = format!("{whole}{significant:0<scale$}");
    let value: i128 = if text.is_empty() {
        0
    } else {
        text.parse().ok()?
    };
    let fits = value < 10_i128.checked_pow(u32::from(precision))?;
    fits.then_some(if negative { -value } else { value })
}

/// Bytes as characters: printable ASCII as it is, the rest `\u00ff`.
fn binary_text(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        if (b' '..=b'~').contains(byte) && *byte != b'\\' {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "\\u{byte:04x}");
        }
    }
    out
}

fn binary_bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let escaped = rest
            .strip_prefix("\\u")
            .and_then(|hex| u8::from_str_radix(hex.get(..4)?, 16).ok());
        if let Some(byte) = escaped {
            out.push(byte);
            rest = rest.get(6..).unwrap_or_default();
        } else {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            let mut buffer = [0; 4];
            out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
    }
    out
}

/// `k=v/k=v` for partition values in the table's order of columns, escaped as Hive does.
pub(super) fn directory(columns: &[String], values: &PartitionValues) -> String {
    let parts: Vec<String> = columns
        .iter()
        .map(|column| partition_directory(column, values.get(column).and_then(Option::as_deref)))
        .collect();
    parts.join("/")
}
