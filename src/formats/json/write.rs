//! Frames to JSON lines.

use chrono_tz::Tz;

use crate::types::{DataType, Frame, FrameError, Value, values_from_series};

/// One line a row, as Spark's JSON sink writes: NULL fields are left out, timestamps are in `zone`.
///
/// # Errors
/// If a column isn't of its field's type.
pub fn write(frame: &Frame, zone: Tz) -> Result<Vec<u8>, FrameError> {
    let row_type = DataType::Struct(frame.schema().as_ref().clone());
    let mut columns = Vec::with_capacity(frame.columns().len());
    for (field, column) in frame.schema().fields.iter().zip(frame.columns()) {
        columns.push(values_from_series(column, &field.data_type)?.into_iter());
    }
    let mut out = String::new();
    for _ in 0..frame.height() {
        let row = columns
            .iter_mut()
            .map(|c| c.next().unwrap_or(Value::Null))
            .collect();
        Value::Struct(row).push_json(&row_type, zone, &mut out);
        out.push('\n');
    }
    Ok(out.into_bytes())
}
