//! Casts between numbers, booleans and timestamps.

use polars_core::prelude::*;

use super::{Cast, bool_to_int};
use crate::sql::error::SqlError;
use crate::sql::functions::FunctionError;
use crate::sql::functions::call::Output;
use crate::types::calendar::SECOND_US;
use crate::types::{DataType as SparkType, Value, decimal_text, double_text, physical_type};

/// A number on its way from one type to another.
#[derive(Clone, Copy)]
enum Number {
    Whole(i64),
    Double(f64),
    /// Unscaled, with its scale.
    Decimal(i128, u8),
}

/// Casts numbers, booleans and timestamps to one another.
pub(super) fn cast(series: &Series, cast: &Cast<'_>) -> Result<Series, SqlError> {
    use SparkType as T;
    let (from, to) = (cast.from, cast.to);
    // Widening loses nothing: Polars' own cast.
    let rank = |t: &T| match t {
        T::Byte => 1,
        T::Short => 2,
        T::Integer => 3,
        T::Long => 4,
        T::Float => 5,
        T::Double => 6,
        _ => 0,
    };
    if rank(from) > 0 && rank(from) < rank(to) {
        return Ok(series
            .cast(&physical_type(to))
            .map_err(FunctionError::from)?);
    }
    if *from == T::Date {
        // As in Hive: a date isn't a number.
        let nulls = Series::full_null(PlSmallStr::EMPTY, series.len(), &physical_type(to));
        return Ok(nulls.to_physical_repr().into_owned());
    }
    let physical = series.to_physical_repr();
    match from {
        T::Boolean => {
            let numbers = bool_to_int(series.bool()?)?;
            let numbers = numbers
                .i32()?
                .iter()
                .map(|v| v.map(|n| Number::Whole(i64::from(n))));
            from_numbers(numbers, cast)
        }
        T::Byte => from_numbers(
            physical
                .i8()?
                .iter()
                .map(|v| v.map(|n| Number::Whole(i64::from(n)))),
            cast,
        ),
        T::Short => from_numbers(
            physical
                .i16()?
                .iter()
                .map(|v| v.map(|n| Number::Whole(i64::from(n)))),
            cast,
        ),
        T::Integer | T::YearMonthInterval => from_numbers(
            physical
                .i32()?
                .iter()
                .map(|v| v.map(|n| Number::Whole(i64::from(n)))),
            cast,
        ),
        T::Long => from_numbers(physical.i64()?.iter().map(|v| v.map(Number::Whole)), cast),
        T::Float => {
            // Through its text, so that 0.1 stays 0.1 as a decimal.
            let exact = matches!(to, T::Decimal { .. });
            from_numbers(
                physical.f32()?.iter().map(|v| {
                    v.map(|x| {
                        Number::Double(if exact {
                            x.to_string().parse().unwrap_or(f64::from(x))
                        } else {
                            f64::from(x)
                        })
                    })
                }),
                cast,
            )
        }
        T::Double => from_numbers(physical.f64()?.iter().map(|v| v.map(Number::Double)), cast),
        T::Decimal { scale, .. } => from_numbers(
            physical
                .i128()?
                .iter()
                .map(|v| v.map(|n| Number::Decimal(n, *scale))),
            cast,
        ),
        T::Timestamp => {
            let us = physical.i64()?;
            match to {
                T::Float | T::Double => from_numbers(
                    us.iter()
                        .map(|v| v.map(|n| Number::Double(n as f64 / SECOND_US as f64))),
                    cast,
                ),
                T::Decimal { .. } => from_numbers(
                    us.iter()
                        .map(|v| v.map(|n| Number::Decimal(i128::from(n), 6))),
                    cast,
                ),
                T::Boolean => from_numbers(us.iter().map(|v| v.map(Number::Whole)), cast),
                _ => from_numbers(
                    us.iter()
                        .map(|v| v.map(|n| Number::Whole(n.div_euclid(SECOND_US)))),
                    cast,
                ),
            }
        }
        other => Err(FunctionError::UnexpectedColumn {
            function: "cast",
            found: other.sql(),
        }
        .into()),
    }
}

fn from_numbers(
    numbers: impl Iterator<Item = Option<Number>>,
    cast: &Cast<'_>,
) -> Result<Series, SqlError> {
    use SparkType as T;
    Ok(match cast.to {
        T::Boolean => collect(numbers, |n| Ok(Some(is_not_zero(n))))?,
        T::Byte => collect(numbers, |n| {
            to_long(n, cast, -128, 127).map(|v| v.map(|n| n as i8))
        })?,
        T::Short => collect(numbers, |n| {
            to_long(n, cast, -32_768, 32_767).map(|v| v.map(|n| n as i16))
        })?,
        T::Integer => collect(numbers, |n| {
            to_long(n, cast, i64::from(i32::MIN), i64::from(i32::MAX)).map(|v| v.map(|n| n as i32))
        })?,
        T::Long => collect(numbers, |n| to_long(n, cast, i64::MIN, i64::MAX))?,
        T::Float => collect(numbers, |n| Ok(Some(to_double(n) as f32)))?,
        T::Double => collect(numbers, |n| Ok(Some(to_double(n))))?,
        T::Decimal { precision, scale } => {
            collect(numbers, |n| to_decimal(n, *precision, *scale, cast))?
        }
        T::Timestamp => collect(numbers, |n| to_timestamp(n, cast))?,
        other => {
            return Err(FunctionError::UnexpectedColumn {
                function: "cast",
                found: other.sql(),
            }
            .into());
        }
    })
}

fn collect<T: Output>(
    numbers: impl Iterator<Item = Option<Number>>,
    f: impl Fn(Number) -> Result<Option<T>, FunctionError>,
) -> Result<Series, FunctionError> {
    let mut failure = None;
    let column = T::column(numbers.map_while(|n| match n.map_or(Ok(None), &f) {
        Ok(value) => Some(value),
        Err(e) => {
            failure = Some(e);
            None
        }
    }));
    failure.map_or(Ok(column), Err)
}

fn is_not_zero(n: Number) -> bool {
    match n {
        Number::Whole(n) => n != 0,
        Number::Double(x) => x != 0.0,
        Number::Decimal(n, _) => n != 0,
    }
}

fn as_value(n: Number, cast: &Cast<'_>) -> Value {
    match (n, cast.from) {
        (Number::Whole(n), SparkType::Byte) => Value::Byte(n as i8),
        (Number::Whole(n), SparkType::Short) => Value::Short(n as i16),
        (Number::Whole(n), SparkType::Integer) => Value::Integer(n as i32),
        (Number::Whole(n), SparkType::Timestamp) => Value::Timestamp(n.saturating_mul(SECOND_US)),
        (Number::Whole(n), _) => Value::Long(n),
        (Number::Double(x), SparkType::Float) => Value::Float(x as f32),
        (Number::Double(x), _) => Value::Double(x),
        (Number::Decimal(n, _), _) => Value::Decimal(n),
    }
}

fn to_long(n: Number, cast: &Cast<'_>, min: i64, max: i64) -> Result<Option<i64>, FunctionError> {
    let whole = match n {
        Number::Whole(n) => i128::from(n),
        // Truncates; NaN and what is out of bounds saturate beyond every limit.
        Number::Double(x) if x.is_nan() => {
            return cast.overflow(as_value(n, cast), 0);
        }
        Number::Double(x) => x.clamp(-1e30, 1e30) as i128,
        Number::Decimal(n, scale) => n / power_of_ten(scale),
    };
    match i64::try_from(whole) {
        Ok(n) if (min..=max).contains(&n) => Ok(Some(n)),
        result => {
            let wrapped = match n {
                // Java: (int) x saturates, (byte) x goes through int.
                Number::Double(x) if max >= i64::from(i32::MAX) => (x as i64).clamp(min, max),
                Number::Double(x) => i64::from(x as i32),
                _ => result.unwrap_or(whole as i64),
            };
            cast.overflow(as_value(n, cast), wrapped)
        }
    }
}

fn to_double(n: Number) -> f64 {
    match n {
        Number::Whole(n) => n as f64,
        Number::Double(x) => x,
        Number::Decimal(n, scale) => decimal_to_double(n, scale),
    }
}

/// The double nearest to a decimal.
pub(in crate::sql::functions) fn decimal_to_double(unscaled: i128, scale: u8) -> f64 {
    if unscaled.unsigned_abs() < 1 << 53 && scale <= 22 {
        return unscaled as f64 / 10f64.powi(i32::from(scale));
    }
    decimal_text(unscaled, scale).parse().unwrap_or(f64::NAN)
}

/// 10 to the power of `scale`, which is at most 38.
pub(in crate::sql::functions) fn power_of_ten(scale: u8) -> i128 {
    10i128.pow(u32::from(scale.min(38)))
}

/// A decimal at another scale, rounded half up; `None` if it overflows 38 digits.
pub(in crate::sql::functions) fn rescale(unscaled: i128, from: u8, to: u8) -> Option<i128> {
    if to >= from {
        return unscaled.checked_mul(power_of_ten(to - from));
    }
    let divisor = power_of_ten(from - to);
    let (quotient, remainder) = (unscaled / divisor, unscaled % divisor);
    let half = remainder.unsigned_abs() * 2 >= divisor.unsigned_abs();
    Some(quotient + if half { unscaled.signum() } else { 0 })
}

/// Whether a decimal has at most that many digits.
pub(in crate::sql::functions) fn fits(unscaled: i128, precision: u8) -> bool {
    unscaled.unsigned_abs() < power_of_ten(precision).unsigned_abs()
}

fn to_decimal(
    n: Number,
    precision: u8,
    scale: u8,
    cast: &Cast<'_>,
) -> Result<Option<i128>, FunctionError> {
    let (unscaled, text) = match n {
        Number::Whole(n) => (rescale(i128::from(n), 0, scale), n.to_string()),
        Number::Decimal(n, s) => {
            let rescaled = rescale(n, s, scale).filter(|d| fits(*d, precision));
            if let Some(d) = rescaled {
                return Ok(Some(d));
            }
            (None, decimal_text(n, s))
        }
        Number::Double(x) if !x.is_finite() => return Ok(None),
        Number::Double(x) => {
            let text = double_text(x);
            (super::parse_decimal(&text, scale), text)
        }
    };
    match unscaled.filter(|d| fits(*d, precision)) {
        Some(d) => Ok(Some(d)),
        None => cast.out_of_range(text),
    }
}

fn to_timestamp(n: Number, cast: &Cast<'_>) -> Result<Option<i64>, FunctionError> {
    let us = match n {
        Number::Whole(n) if *cast.from == SparkType::Boolean => Some(n),
        Number::Whole(n) => {
            n.checked_mul(SECOND_US)
                .or(Some(if n < 0 { i64::MIN } else { i64::MAX }))
        }
        Number::Double(x) if !x.is_finite() => None,
        Number::Double(x) => Some((x * SECOND_US as f64) as i64),
        Number::Decimal(n, scale) => rescale_down(n, scale),
    };
    match us {
        Some(us) => Ok(Some(us)),
        None => cast.malformed(&as_value(n, cast)),
    }
}

/// A decimal number of seconds as microseconds, truncated.
fn rescale_down(unscaled: i128, scale: u8) -> Option<i64> {
    let us = if scale <= 6 {
        unscaled.checked_mul(power_of_ten(6 - scale))?
    } else {
        unscaled / power_of_ten(scale - 6)
    };
    i64::try_from(us).ok()
}
