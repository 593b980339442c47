//! Values as JSON, by their type.
//!
//! | type | JSON |
//! |---|---|
//! | NULL, BOOLEAN, integers, STRING | as JSON has them |
//! | FLOAT, DOUBLE | a number, or `"NaN"`, `"Infinity"`, `"-Infinity"` |
//! | DECIMAL | `"12.30"` |
//! | DATE | `"2024-01-31"` |
//! | TIMESTAMP, TIMESTAMP_NTZ, intervals of days | microseconds |
//! | BINARY | base64 |
//! | ARRAY, STRUCT | a list |
//! | MAP | a list of pairs |

use serde_json::{Value as Json, json};

use super::ConnectError;
use crate::types::{DataType, StructType, Value, base64, from_base64};

/// A value's JSON.
pub fn value_to_json(value: &Value, data_type: &DataType) -> Json {
    match (value, data_type) {
        (Value::Null, _) => Json::Null,
        (Value::Boolean(b), _) => json!(b),
        (Value::Byte(n), _) => json!(n),
        (Value::Short(n), _) => json!(n),
        (Value::Integer(n) | Value::YearMonthInterval(n), _) => json!(n),
        (
            Value::Long(n)
            | Value::Timestamp(n)
            | Value::TimestampNtz(n)
            | Value::DayTimeInterval(n),
            _,
        ) => json!(n),
        // What Python's float() reads from the shortest text of the float, as Spark shows it.
        (Value::Float(x), _) => double(f64::from(*x)),
        (Value::Double(x), _) => double(*x),
        (Value::Decimal(_) | Value::Date(_), _) => {
            json!(value.cast_text(data_type, chrono_tz::UTC))
        }
        (Value::String(text), _) => json!(text.as_ref()),
        (Value::Binary(bytes), _) => json!(base64(bytes)),
        (Value::Array(items), DataType::Array { element, .. }) => {
            items.iter().map(|v| value_to_json(v, element)).collect()
        }
        (Value::Map(entries), DataType::Map { key, value: of, .. }) => entries
            .iter()
            .map(|(k, v)| json!([value_to_json(k, key), value_to_json(v, of)]))
            .collect(),
        (Value::Struct(values), DataType::Struct(fields)) => row_to_json(values, fields),
        _ => Json::Null,
    }
}

/// A row's values as a list.
pub fn row_to_json(values: &[Value], schema: &StructType) -> Json {
    values
        .iter()
        .zip(&schema.fields)
        .map(|(v, f)| value_to_json(v, &f.data_type))
        .collect()
}

fn double(x: f64) -> Json {
    if x.is_finite() {
        return json!(x);
    }
    json!(if x.is_nan() {
        "NaN"
    } else if x > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    })
}

/// Reads a value of a type.
///
/// # Errors
/// If the JSON isn't of that type.
pub fn value_from_json(json: &Json, data_type: &DataType) -> Result<Value, ConnectError> {
    let wrong = || ConnectError::Other {
        class: "PySparkTypeError",
        message: format!(
            "[CANNOT_ACCEPT_OBJECT_IN_TYPE] `{}` can not accept object `{json}`.",
            data_type.simple_string()
        ),
    };
    let whole = || json.as_i64().ok_or_else(wrong);
    Ok(match data_type {
        _ if json.is_null() => Value::Null,
        DataType::Boolean => Value::Boolean(json.as_bool().ok_or_else(wrong)?),
        DataType::Byte => Value::Byte(whole()?.try_into().map_err(|_| wrong())?),
        DataType::Short => Value::Short(whole()?.try_into().map_err(|_| wrong())?),
        DataType::Integer => Value::Integer(whole()?.try_into().map_err(|_| wrong())?),
        DataType::Long => Value::Long(whole()?),
        DataType::Timestamp => Value::Timestamp(whole()?),
        DataType::TimestampNtz => Value::TimestampNtz(whole()?),
        DataType::Float => Value::Float(float(json).ok_or_else(wrong)? as f32),
        DataType::Double => Value::Double(float(json).ok_or_else(wrong)?),
        DataType::Decimal { scale, .. } => {
            let text = super::plain_text(json);
            Value::Decimal(unscaled(&text, *scale).ok_or_else(wrong)?)
        }
        DataType::Date => {
            let text = json.as_str().ok_or_else(wrong)?;
            Value::Date(date(text).ok_or_else(wrong)?)
        }
        DataType::Binary => {
            let bytes = from_base64(json.as_str().ok_or_else(wrong)?).ok_or_else(wrong)?;
            Value::Binary(bytes.into())
        }
        DataType::Array { element, .. } => Value::Array(
            json.as_array()
                .ok_or_else(wrong)?
                .iter()
                .map(|v| value_from_json(v, element))
                .collect::<Result<_, _>>()?,
        ),
        DataType::Map { key, value, .. } => {
            let mut entries = Vec::new();
            for entry in json.as_array().ok_or_else(wrong)? {
                let Some([k, v]) = entry.as_array().map(Vec::as_slice) else {
                    return Err(wrong());
                };
                entries.push((value_from_json(k, key)?, value_from_json(v, value)?));
            }
            Value::Map(entries)
        }
        DataType::Struct(fields) => {
            let values = json.as_array().ok_or_else(wrong)?;
            if values.len() != fields.len() {
                return Err(wrong());
            }
            let values = values.iter().zip(&fields.fields);
            Value::Struct(
                values
                    .map(|(v, f)| value_from_json(v, &f.data_type))
                    .collect::<Result<_, _>>()?,
            )
        }
        DataType::DayTimeInterval => Value::DayTimeInterval(whole()?),
        DataType::YearMonthInterval => {
            Value::YearMonthInterval(whole()?.try_into().map_err(|_| wrong())?)
        }
        _ => match json {
            Json::String(text) => text.as_str().into(),
            _ => return Err(wrong()),
        },
    })
}

fn float(json: &Json) -> Option<f64> {
    match json {
        Json::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        other => other.as_f64(),
    }
}

/// A decimal's text as a whole number at a scale; more digits than that are refused.
fn unscaled(text: &str, scale: u8) -> Option<i128> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number: i128 = format!("{whole}{fraction}").parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()? - exponent;
    let shift = i32::from(scale) - places;
    let ten = 10i128.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 {
        number.checked_mul(ten)
    } else {
        (number % ten == 0).then_some(number / ten)
    }
}

/// `yyyy-MM-dd` as days since the epoch.
fn date(text: &str) -> Option<i32> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parts = rest.splitn(3, '-');
    let year: i64 = parts.next()?.parse().ok()?;
    let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let year = if negative { -year } else { year };
    crate::types::calendar::is_valid_date(year, month, day)
        .then(|| crate::types::calendar::days_from_civil(year, month, day))
        .and_then(|days| i32::try_from(days).ok())
}
