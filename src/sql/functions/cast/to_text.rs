//! Casts to STRING.

use chrono_tz::Tz;
use polars_core::prelude::*;

use crate::sql::error::SqlError;
use crate::sql::functions::FunctionError;
use crate::types::calendar;
use crate::types::{
    DataType as SparkType, decimal_text, double_text, float_text, values_from_series,
};

/// Casts any column to STRING.
pub(super) fn cast(series: &Series, from: &SparkType, zone: Tz) -> Result<Series, SqlError> {
    let strings = |it: &mut dyn Iterator<Item = Option<String>>, len: usize| {
        let mut builder = StringChunkedBuilder::new(PlSmallStr::EMPTY, len);
        for value in it {
            builder.append_option(value);
        }
        builder.finish().into_series()
    };
    let len = series.len();
    let polars = |s: &Series| s.cast(&DataType::String).map_err(FunctionError::from);
    Ok(match from {
        SparkType::Boolean
        | SparkType::Byte
        | SparkType::Short
        | SparkType::Integer
        | SparkType::Long => polars(series)?,
        SparkType::Float => strings(&mut series.f32()?.iter().map(|v| v.map(float_text)), len),
        SparkType::Double => strings(&mut series.f64()?.iter().map(|v| v.map(double_text)), len),
        SparkType::Decimal { scale, .. } => strings(
            &mut series
                .decimal()?
                .physical()
                .iter()
                .map(|v| v.map(|n| decimal_text(n, *scale))),
            len,
        ),
        SparkType::Binary => strings(
            &mut series
                .binary()?
                .iter()
                .map(|v| v.map(|b| String::from_utf8_lossy(b).into_owned())),
            len,
        ),
        SparkType::Date => {
            let physical = series.to_physical_repr();
            push_each(physical.i32()?.iter(), len, |out, days| {
                calendar::push_date(out, i64::from(days));
            })
        }
        SparkType::Timestamp => {
            let physical = series.to_physical_repr();
            push_each(physical.i64()?.iter(), len, |out, us| {
                calendar::push_timestamp(out, calendar::to_local(zone, us));
            })
        }
        SparkType::TimestampNtz => {
            let physical = series.to_physical_repr();
            push_each(physical.i64()?.iter(), len, calendar::push_timestamp)
        }
        _ => {
            let values = values_from_series(series, from)?;
            strings(
                &mut values
                    .iter()
                    .map(|v| (!v.is_null()).then(|| v.cast_text(from, zone))),
                len,
            )
        }
    })
}

/// Writes each value into one buffer that is reused.
fn push_each<T>(
    values: impl Iterator<Item = Option<T>>,
    len: usize,
    write: impl Fn(&mut String, T),
) -> Series {
    let mut builder = StringChunkedBuilder::new(PlSmallStr::EMPTY, len);
    let mut buffer = String::new();
    for value in values {
        match value {
            Some(v) => {
                buffer.clear();
                write(&mut buffer, v);
                builder.append_value(&buffer);
            }
            None => builder.append_null(),
        }
    }
    builder.finish().into_series()
}
