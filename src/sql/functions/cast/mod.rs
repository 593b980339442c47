//! Casts: which exist, and how each is computed.
//!
//! Source: Spark SQL reference, "ANSI Compliance", "Cast"; Catalyst's `Cast`.

mod number;
mod parse;
mod to_text;

pub use parse::{
    ZoneText, parse_date, parse_decimal, parse_double, parse_interval, parse_timestamp, zone_of,
};

pub(super) use number::{decimal_to_double, fits as fits_decimal, rescale as rescale_decimal};

use chrono_tz::Tz;
use polars_core::prelude::{
    BooleanChunked, DataType as PolarsType, Int32Chunked, Int64Chunked, IntoSeries, PlSmallStr,
    Series, StructChunked,
};

use super::call::with_logical_type;
use super::error::{FunctionError, Mismatch};
use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::plan::EvalMode;
use crate::types::calendar::{self, DAY_US};
use crate::types::{DataType, ListParts, Value, list_from_parts, physical_type};

/// Checks that an explicit cast exists. `sql` is the whole cast as text.
///
/// # Errors
/// `DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION` and its kin.
pub fn cast_binding(
    sql: &str,
    from: &DataType,
    to: &DataType,
    mode: EvalMode,
) -> Result<(), FunctionError> {
    if coercion::can_cast(from, to, mode) {
        return Ok(());
    }
    let (source, target) = (from.sql(), to.sql());
    let mismatch = if mode == EvalMode::Ansi && coercion::can_cast(from, to, EvalMode::Legacy) {
        let functions = match (from, to) {
            (DataType::Date, t) if t.is_numeric() => Some("`UNIX_DATE`"),
            _ => None,
        };
        match functions {
            Some(functions) => Mismatch::CastWithFuncSuggestion {
                from: source,
                to: target,
                functions: functions.into(),
            },
            None => Mismatch::CastWithConfSuggestion {
                from: source,
                to: target,
            },
        }
    } else {
        Mismatch::CastWithoutSuggestion {
            from: source,
            to: target,
        }
    };
    Err(FunctionError::DatatypeMismatch {
        sql: sql.into(),
        mismatch,
    })
}

/// Casts a column. `zone` is the session's time zone.
///
/// # Errors
/// Under ANSI, `CAST_INVALID_INPUT`, `CAST_OVERFLOW`, `NUMERIC_VALUE_OUT_OF_RANGE` for the first
/// value that has no counterpart.
pub fn cast(
    series: &Series,
    from: &DataType,
    to: &DataType,
    mode: EvalMode,
    zone: Tz,
) -> Result<Series, SqlError> {
    use DataType as T;
    let cast = Cast {
        from,
        to,
        mode,
        zone,
    };
    if from == to {
        return Ok(series.clone());
    }
    if *from == T::Null {
        let nulls = Series::full_null(PlSmallStr::EMPTY, series.len(), &physical_type(to));
        return Ok(nulls);
    }
    let column = match (from, to) {
        (_, T::String) => to_text::cast(series, from, zone)?,
        (T::String, T::Binary) => series.str()?.as_binary().into_series(),
        (T::String, _) => parse::cast(series, &cast)?,
        (T::Timestamp, T::Date) => map_long_to_int(series, |us| {
            calendar::to_local(zone, us).div_euclid(DAY_US) as i32
        })?,
        (T::TimestampNtz, T::Date) => map_long_to_int(series, |us| us.div_euclid(DAY_US) as i32)?,
        (T::Date, T::Timestamp) => map_int_to_long(series, |d| {
            calendar::from_local(zone, i64::from(d) * DAY_US)
        })?,
        (T::Date, T::TimestampNtz) => map_int_to_long(series, |d| i64::from(d) * DAY_US)?,
        (T::Timestamp, T::TimestampNtz) => map_long(series, |us| calendar::to_local(zone, us))?,
        (T::TimestampNtz, T::Timestamp) => map_long(series, |us| calendar::from_local(zone, us))?,
        (T::Array { element: f, .. }, T::Array { element: t, .. }) => {
            let parts = ListParts::new(series)?;
            let child = self::cast(&parts.child, f, t, mode, zone)?;
            return Ok(relist(parts, &child)?);
        }
        (
            T::Map {
                key: fk, value: fv, ..
            },
            T::Map {
                key: tk, value: tv, ..
            },
        ) => {
            let parts = ListParts::new(series)?;
            let fields = parts.child.struct_()?.fields_as_series();
            let (Some(k), Some(v)) = (fields.first(), fields.get(1)) else {
                return Ok(series.clone());
            };
            let fields = [
                self::cast(k, fk, tk, mode, zone)?.with_name("key".into()),
                self::cast(v, fv, tv, mode, zone)?.with_name("value".into()),
            ];
            let child =
                StructChunked::from_series("item".into(), parts.child.len(), fields.iter())?
                    .into_series();
            return Ok(relist(parts, &child)?);
        }
        (T::Struct(f), T::Struct(t)) => {
            let ca = series.struct_()?;
            let mut fields = Vec::with_capacity(t.len());
            for ((column, f), t) in ca.fields_as_series().iter().zip(&f.fields).zip(&t.fields) {
                fields.push(
                    self::cast(column, &f.data_type, &t.data_type, mode, zone)?
                        .with_name(PlSmallStr::from_str(&t.name)),
                );
            }
            if fields.is_empty() {
                return Ok(series.clone());
            }
            let valid: polars_arrow::bitmap::Bitmap = series
                .is_not_null()
                .iter()
                .map(|v| v == Some(true))
                .collect();
            let validity = (valid.unset_bits() > 0).then_some(valid);
            return Ok(
                StructChunked::from_series(PlSmallStr::EMPTY, series.len(), fields.iter())?
                    .with_outer_validity(validity)
                    .into_series(),
            );
        }
        _ => number::cast(series, &cast)?,
    };
    Ok(with_logical_type(column, to)?)
}

/// What one cast needs to know.
pub(super) struct Cast<'a> {
    pub from: &'a DataType,
    pub to: &'a DataType,
    pub mode: EvalMode,
    pub zone: Tz,
}

impl Cast<'_> {
    /// NULL, or `CAST_INVALID_INPUT` under ANSI.
    pub fn malformed<T>(&self, value: &Value) -> Result<Option<T>, FunctionError> {
        match self.mode {
            EvalMode::Ansi => Err(FunctionError::CastInvalidInput {
                value: value.sql(self.from),
                from: self.from.sql(),
                to: self.to.sql(),
            }),
            _ => Ok(None),
        }
    }

    /// `CAST_OVERFLOW` under ANSI, NULL for `try_cast`, `wrapped` otherwise.
    pub fn overflow<T>(&self, value: Value, wrapped: T) -> Result<Option<T>, FunctionError> {
        match self.mode {
            EvalMode::Ansi => Err(FunctionError::CastOverflow {
                value: value.sql(self.from),
                from: self.from.sql(),
                to: self.to.sql(),
            }),
            EvalMode::Try => Ok(None),
            EvalMode::Legacy => Ok(Some(wrapped)),
        }
    }

    /// `NUMERIC_VALUE_OUT_OF_RANGE` under ANSI, else NULL.
    pub fn out_of_range<T>(&self, value: String) -> Result<Option<T>, FunctionError> {
        match (self.mode, self.to) {
            (EvalMode::Ansi, DataType::Decimal { precision, scale }) => {
                Err(FunctionError::NumericValueOutOfRange {
                    value,
                    precision: *precision,
                    scale: *scale,
                })
            }
            _ => Ok(None),
        }
    }
}

fn relist(parts: ListParts, child: &Series) -> Result<Series, crate::types::FrameError> {
    let offsets = parts.offsets.iter().map(|&o| o as i64).collect();
    list_from_parts("", offsets, child, parts.validity)
}

fn map_long_to_int(series: &Series, f: impl Fn(i64) -> i32) -> Result<Series, FunctionError> {
    let physical = series.to_physical_repr();
    let ca: Int32Chunked = physical.i64()?.iter().map(|v| v.map(&f)).collect();
    Ok(ca.into_series())
}

fn map_int_to_long(series: &Series, f: impl Fn(i32) -> i64) -> Result<Series, FunctionError> {
    let physical = series.to_physical_repr();
    let ca: Int64Chunked = physical.i32()?.iter().map(|v| v.map(&f)).collect();
    Ok(ca.into_series())
}

fn map_long(series: &Series, f: impl Fn(i64) -> i64) -> Result<Series, FunctionError> {
    let physical = series.to_physical_repr();
    let ca: Int64Chunked = physical.i64()?.iter().map(|v| v.map(&f)).collect();
    Ok(ca.into_series())
}

/// A boolean column as 0 and 1.
pub(super) fn bool_to_int(ca: &BooleanChunked) -> Result<Series, FunctionError> {
    Ok(ca.clone().into_series().cast(&PolarsType::Int32)?)
}
