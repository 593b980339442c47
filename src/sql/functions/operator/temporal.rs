//! Arithmetic with dates, timestamps and intervals.

use polars_core::prelude::Series;

use super::arithmetic::Op;
use crate::sql::coercion::is_interval;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{Binder, constant};
use crate::sql::functions::cast::cast;
use crate::sql::functions::datetime::add_months;
use crate::sql::functions::{Call, FunctionError};
use crate::sql::plan::EvalMode;
use crate::types::calendar::{self, DAY_US};
use crate::types::{DataType as T, Value};

/// Binds where a side is a date, timestamp or interval: the result's type, and whether NULL can
/// come from values that aren't. `None` leaves it to numbers.
pub(super) fn bind(op: Op, binder: &mut Binder<'_>) -> Option<Result<(T, bool), SqlError>> {
    let (left, right) = (binder.type_of(0), binder.type_of(1));
    let whole_days = |binder: &Binder<'_>, i: usize| {
        matches!(
            binder.args.get(i).and_then(constant),
            Some(Value::DayTimeInterval(us)) if us % DAY_US == 0
        )
    };
    let swap = |binder: &mut Binder<'_>| binder.args.swap(0, 1);
    let result = match (op, &left, &right) {
        (Op::Add, T::Date, r) if r.is_integral() && *r != T::Long => {
            binder.cast_to(1, &T::Integer);
            T::Date
        }
        (Op::Add, l, T::Date) if l.is_integral() && *l != T::Long => {
            swap(binder);
            binder.cast_to(1, &T::Integer);
            T::Date
        }
        (Op::Subtract, T::Date, r) if r.is_integral() && *r != T::Long => {
            binder.cast_to(1, &T::Integer);
            T::Date
        }
        (Op::Add, l, r) if is_interval(l) && (r.is_datetime() || *r == T::String) => {
            swap(binder);
            return bind(op, binder);
        }
        (Op::Add | Op::Subtract, T::Date, T::YearMonthInterval) => T::Date,
        (Op::Add | Op::Subtract, T::Date, T::DayTimeInterval) => {
            if whole_days(binder, 1) {
                T::Date
            } else {
                binder.cast_to(0, &T::Timestamp);
                T::Timestamp
            }
        }
        (Op::Add | Op::Subtract, T::Timestamp | T::TimestampNtz, r) if is_interval(r) => left,
        (Op::Add | Op::Subtract, T::String, r) if is_interval(r) => {
            // What began as a string ends as one.
            binder.cast_to(0, &T::Timestamp);
            T::String
        }
        (Op::Subtract, T::Date, T::Date) => T::DayTimeInterval,
        (Op::Subtract, T::Date, T::String) | (Op::Subtract, T::String, T::Date) => {
            binder.cast_to(0, &T::Date);
            binder.cast_to(1, &T::Date);
            T::DayTimeInterval
        }
        (Op::Subtract, l, r)
            if (l.is_datetime() || *l == T::String)
                && (r.is_datetime() || *r == T::String)
                && (l.is_datetime() || r.is_datetime()) =>
        {
            let ntz = *l == T::TimestampNtz && *r == T::TimestampNtz;
            let to = if ntz { T::TimestampNtz } else { T::Timestamp };
            binder.cast_to(0, &to);
            binder.cast_to(1, &to);
            T::DayTimeInterval
        }
        (Op::Add | Op::Subtract, l, r) if is_interval(l) && l == r => left,
        (Op::Multiply, l, r) if is_interval(l) && r.is_numeric() => {
            binder.cast_to(1, &T::Double);
            left
        }
        (Op::Multiply, l, r) if l.is_numeric() && is_interval(r) => {
            swap(binder);
            binder.cast_to(1, &T::Double);
            right
        }
        (Op::Divide, l, r) if is_interval(l) && r.is_numeric() => {
            binder.cast_to(1, &T::Double);
            return Some(Ok((left, true)));
        }
        _ => return None,
    };
    Some(Ok((result, false)))
}

/// Computes what [`bind`] bound.
pub(super) fn eval(op: Op, call: &Call<'_>, mode: EvalMode) -> Result<Series, SqlError> {
    let sign: i64 = if op == Op::Subtract { -1 } else { 1 };
    let zone = call.context.time_zone;
    if *call.result == T::String {
        let sum = Call {
            args: call.args,
            types: call.types,
            result: &T::Timestamp,
            mode,
            context: call.context,
        };
        let times = eval(op, &sum, mode)?;
        return cast(&times, &T::Timestamp, &T::String, mode, zone);
    }
    let overflow = |operation: &str| FunctionError::DatetimeOverflow {
        operation: operation.into(),
    };
    match (call.type_of(0), call.type_of(1)) {
        (T::Date, T::Integer) => {
            let (a, b) = (call.ints(0)?, call.ints(1)?);
            call.out(|i| Some((i64::from(a.get(i)?) + sign * i64::from(b.get(i)?)) as i32))
        }
        (T::Date, T::YearMonthInterval) => {
            let (a, b) = (call.ints(0)?, call.ints(1)?);
            call.out(|i| Some(add_months(a.get(i)?, sign * i64::from(b.get(i)?))))
        }
        (T::Date, T::DayTimeInterval) => {
            let (a, b) = (call.ints(0)?, call.longs(1)?);
            call.out(|i| Some((i64::from(a.get(i)?) + sign * (b.get(i)? / DAY_US)) as i32))
        }
        (T::Date, T::Date) => {
            let (a, b) = (call.ints(0)?, call.ints(1)?);
            call.out(|i| Some((i64::from(a.get(i)?) - i64::from(b.get(i)?)) * DAY_US))
        }
        (T::Timestamp | T::TimestampNtz, T::YearMonthInterval) => {
            let local = *call.type_of(0) == T::Timestamp;
            let (a, b) = (call.longs(0)?, call.ints(1)?);
            call.out(|i| {
                let us = a.get(i)?;
                let us = if local {
                    calendar::to_local(zone, us)
                } else {
                    us
                };
                let days = add_months(us.div_euclid(DAY_US) as i32, sign * i64::from(b.get(i)?));
                let us = i64::from(days) * DAY_US + us.rem_euclid(DAY_US);
                Some(if local {
                    calendar::from_local(zone, us)
                } else {
                    us
                })
            })
        }
        (T::Timestamp | T::TimestampNtz, T::Timestamp | T::TimestampNtz) => {
            let (a, b) = (call.longs(0)?, call.longs(1)?);
            call.out(|i| Some(a.get(i)?.saturating_sub(b.get(i)?)))
        }
        (T::Timestamp | T::TimestampNtz | T::DayTimeInterval, T::DayTimeInterval) => {
            let interval = *call.type_of(0) == T::DayTimeInterval;
            let (a, b) = (call.longs(0)?, call.longs(1)?);
            call.try_out(|i| {
                let (Some(a), Some(b)) = (a.get(i), b.get(i)) else {
                    return Ok(None);
                };
                match b.checked_mul(sign).and_then(|b| a.checked_add(b)) {
                    Some(us) => Ok(Some(us)),
                    None if mode == EvalMode::Try => Ok(None),
                    None if interval => Err(FunctionError::IntervalOverflow),
                    None => Err(overflow("add an interval to a timestamp")),
                }
            })
        }
        (T::YearMonthInterval, T::YearMonthInterval) => {
            let (a, b) = (call.ints(0)?, call.ints(1)?);
            call.try_out(|i| {
                let (Some(a), Some(b)) = (a.get(i), b.get(i)) else {
                    return Ok(None);
                };
                match i32::try_from(i64::from(a) + sign * i64::from(b)) {
                    Ok(n) => Ok(Some(n)),
                    Err(_) if mode == EvalMode::Try => Ok(None),
                    Err(_) => Err(FunctionError::IntervalOverflow),
                }
            })
        }
        (interval, T::Double) => {
            let months = *interval == T::YearMonthInterval;
            let b = call.doubles(1)?;
            let scaled = |n: f64, b: f64| -> Result<Option<i64>, FunctionError> {
                if op == Op::Divide && b == 0.0 {
                    return match mode {
                        EvalMode::Try => Ok(None),
                        _ => Err(FunctionError::IntervalDividedByZero),
                    };
                }
                let n = if op == Op::Divide { n / b } else { n * b };
                let limit = if months {
                    f64::from(i32::MAX)
                } else {
                    i64::MAX as f64
                };
                match n.round() {
                    n if n.abs() <= limit => Ok(Some(n as i64)),
                    _ if mode == EvalMode::Try => Ok(None),
                    _ => Err(FunctionError::IntervalOverflow),
                }
            };
            if months {
                let a = call.ints(0)?;
                call.try_out(|i| match (a.get(i), b.get(i)) {
                    (Some(a), Some(b)) => Ok(scaled(f64::from(a), b)?.map(|n| n as i32)),
                    _ => Ok(None),
                })
            } else {
                let a = call.longs(0)?;
                call.try_out(|i| match (a.get(i), b.get(i)) {
                    (Some(a), Some(b)) => scaled(a as f64, b),
                    _ => Ok(None),
                })
            }
        }
        (a, b) => Err(FunctionError::UnexpectedColumn {
            function: "arithmetic",
            found: format!("{}, {}", a.sql(), b.sql()),
        }
        .into()),
    }
}
