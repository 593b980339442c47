//! Frames to CSV.

use chrono_tz::Tz;

use super::CsvOptions;
use crate::formats::FormatError;
use crate::types::arrow::ArrowConversionError;
use crate::types::{DataType, Frame, Value, values_from_series};

/// The rows as CSV, as Spark's CSV sink writes them; with `header` and `options.header` the names
/// first. Timestamps are in `zone`.
///
/// # Errors
/// [`FormatError::UnsupportedType`] for arrays, maps, structs and binary.
pub fn write(
    frame: &Frame,
    options: &CsvOptions,
    header: bool,
    zone: Tz,
) -> Result<Vec<u8>, FormatError> {
    let fields = &frame.schema().fields;
    let unsupported = |t: &DataType| !t.is_atomic() || *t == DataType::Binary;
    if let Some(field) = fields.iter().find(|f| unsupported(&f.data_type)) {
        return Err(FormatError::UnsupportedType {
            format: "CSV",
            column: format!("`{}`", field.name),
            data_type: format!("\"{}\"", field.data_type.sql()),
        });
    }
    let mut out = String::new();
    if header && options.header {
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                out.push_str(&options.separator);
            }
            push_text(&mut out, &field.name, options);
        }
        out.push('\n');
    }
    let mut columns = Vec::with_capacity(fields.len());
    for (field, column) in fields.iter().zip(frame.columns()) {
        let values = values_from_series(column, &field.data_type);
        columns.push(values.map_err(ArrowConversionError::Frame)?);
    }
    for row in 0..frame.height() {
        for (i, (field, column)) in fields.iter().zip(&columns).enumerate() {
            if i > 0 {
                out.push_str(&options.separator);
            }
            let value = column.get(row).unwrap_or(&Value::Null);
            push_value(&mut out, value, &field.data_type, options, zone);
        }
        out.push('\n');
    }
    Ok(out.into_bytes())
}

fn push_value(
    out: &mut String,
    value: &Value,
    data_type: &DataType,
    options: &CsvOptions,
    zone: Tz,
) {
    match value {
        Value::Null => out.push_str(&options.null_value),
        // ignoreLeadingWhiteSpace and ignoreTrailingWhiteSpace are true where CSV is written.
        Value::String(text) => push_text(out, text.trim_matches(' '), options),
        // ISO 8601 with milliseconds and offset, as in JSON.
        Value::Timestamp(_) | Value::TimestampNtz(_) => {
            let mut json = String::new();
            value.push_json(data_type, zone, &mut json);
            out.push_str(json.trim_matches('"'));
        }
        other => push_text(out, &other.cast_text(data_type, zone), options),
    }
}

/// A text, in quotes where it would be read as something else.
fn push_text(out: &mut String, text: &str, options: &CsvOptions) {
    let Some(quote) = options.quote else {
        out.push_str(text);
        return;
    };
    let plain = !text.is_empty()
        && text != options.null_value
        && !text.contains(&options.separator)
        && !text.contains([quote, '\n', '\r']);
    if plain {
        out.push_str(text);
        return;
    }
    out.push(quote);
    for c in text.chars() {
        if c == quote || Some(c) == options.escape {
            out.push(options.escape.unwrap_or(quote));
        }
        out.push(c);
    }
    out.push(quote);
}
