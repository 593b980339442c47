//! Dates, timestamps and intervals from their parts.

use crate::sql::coercion::Accepts;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, INT, STRING};
use crate::sql::functions::cast::{ZoneText, zone_of};
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, scalar};
use crate::sql::plan::{EvalMode, Expr};
use crate::types::DataType as T;
use crate::types::calendar::{self, DAY_US, HOUR_US, MINUTE_US, SECOND_US};
use polars_core::prelude::Series;

/// `DECIMAL(p, 6)`: seconds with their microseconds.
const SECONDS: Accepts = Accepts::Type(T::Decimal {
    precision: 16,
    scale: 6,
});
const INTERVAL_SECONDS: Accepts = Accepts::Type(T::Decimal {
    precision: 18,
    scale: 6,
});

macro_rules! make_timestamp {
    ($name:literal, $usage:literal, $what:literal, $result:expr, $mode:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            concat!(
                $name,
                "(2014, 12, 28, 6, 30, 45.887) → 2014-12-28 06:30:45.887"
            ),
            |args, context| bind_timestamp(args, context, $result),
            |call| eval_timestamp(call, $mode.unwrap_or(call.mode)),
        )
    };
}

/// Functions that make dates, timestamps and intervals.
pub(in crate::sql::functions) static MAKE: &[Function] = &[
    scalar(
        "make_date",
        "make_date(year, month, day)",
        "The date of those fields.",
        "make_date(2013, 7, 15) → 2013-07-15",
        |args, context| {
            let binder = Binder::new(args, context).count(3)?.cast_from(0, INT)?;
            match context.mode {
                EvalMode::Ansi => binder.returns(T::Date),
                _ => binder.returns_nullable(T::Date),
            }
        },
        |call| {
            let (y, m, d) = (call.ints(0)?, call.ints(1)?, call.ints(2)?);
            call.try_out(|i| {
                let (Some(y), Some(m), Some(d)) = (y.get(i), m.get(i), d.get(i)) else {
                    return Ok(None);
                };
                match date(y, m, d) {
                    Ok(days) => Ok(Some(days as i32)),
                    Err(message) => out_of_bounds(message, call.mode),
                }
            })
        },
    ),
    make_timestamp!(
        "make_timestamp",
        "make_timestamp(year, month, day, hour, min, sec[, timezone])",
        "The timestamp of those fields.",
        T::Timestamp,
        None::<EvalMode>
    ),
    make_timestamp!(
        "make_timestamp_ltz",
        "make_timestamp_ltz(year, month, day, hour, min, sec[, timezone])",
        "The timestamp of those fields.",
        T::Timestamp,
        None::<EvalMode>
    ),
    make_timestamp!(
        "try_make_timestamp",
        "try_make_timestamp(year, month, day, hour, min, sec[, timezone])",
        "The timestamp of those fields, NULL if there is none.",
        T::Timestamp,
        Some(EvalMode::Try)
    ),
    make_timestamp!(
        "make_timestamp_ntz",
        "make_timestamp_ntz(year, month, day, hour, min, sec)",
        "The timestamp without a zone of those fields.",
        T::TimestampNtz,
        None::<EvalMode>
    ),
    make_timestamp!(
        "try_make_timestamp_ltz",
        "try_make_timestamp_ltz(year, month, day, hour, min, sec[, timezone])",
        "The timestamp of those fields, NULL if there is none.",
        T::Timestamp,
        Some(EvalMode::Try)
    ),
    make_timestamp!(
        "try_make_timestamp_ntz",
        "try_make_timestamp_ntz(year, month, day, hour, min, sec)",
        "The timestamp without a zone of those fields, NULL if there is none.",
        T::TimestampNtz,
        Some(EvalMode::Try)
    ),
    scalar(
        "make_dt_interval",
        "make_dt_interval([days[, hours[, mins[, secs]]]])",
        "An interval of days to seconds.",
        "make_dt_interval(1, 12, 30, 1.5) → INTERVAL '1 12:30:01.5' DAY TO SECOND",
        |args, context| {
            Binder::new(args, context)
                .counts(0..=4)?
                .cast(0, INT)?
                .cast(1, INT)?
                .cast(2, INT)?
                .cast(3, INTERVAL_SECONDS)?
                .returns(T::DayTimeInterval)
        },
        |call| {
            let parts = (0..call.args.len().min(3))
                .map(|i| call.ints(i))
                .collect::<Result<Vec<_>, _>>()?;
            let seconds = match call.args.get(3) {
                Some(_) => Some(call.decimals(3)?),
                None => None,
            };
            call.out(|i| {
                let mut us = 0i64;
                for (part, unit) in parts.iter().zip([DAY_US, HOUR_US, MINUTE_US]) {
                    us = us.checked_add(i64::from(part.get(i)?).checked_mul(unit)?)?;
                }
                if let Some(seconds) = &seconds {
                    us = us.checked_add(seconds.get(i)? as i64)?;
                }
                Some(us)
            })
        },
    ),
    scalar(
        "make_ym_interval",
        "make_ym_interval([years[, months]])",
        "An interval of years and months.",
        "make_ym_interval(1, 2) → INTERVAL '1-2' YEAR TO MONTH",
        |args, context| {
            Binder::new(args, context)
                .counts(0..=2)?
                .cast_from(0, INT)?
                .returns(T::YearMonthInterval)
        },
        |call| {
            let parts = (0..call.args.len())
                .map(|i| call.ints(i))
                .collect::<Result<Vec<_>, _>>()?;
            call.try_out(|i| {
                let mut months = 0i64;
                for (part, unit) in parts.iter().zip([12, 1]) {
                    match part.get(i) {
                        Some(n) => months += i64::from(n) * unit,
                        None => return Ok(None),
                    }
                }
                i32::try_from(months)
                    .map(Some)
                    .map_err(|_| FunctionError::IntervalOverflow)
            })
        },
    ),
];

/// Days of a date, or Java's message.
fn date(year: i32, month: i32, day: i32) -> Result<i64, String> {
    if !(1..=12).contains(&month) {
        return Err(format!(
            "Invalid value for MonthOfYear (valid values 1 - 12): {month}"
        ));
    }
    if !(1..=31).contains(&day) {
        return Err(format!(
            "Invalid value for DayOfMonth (valid values 1 - 28/31): {day}"
        ));
    }
    let (y, m, d) = (i64::from(year), month as u32, day as u32);
    if !calendar::is_valid_date(y, m, d) {
        return Err(if month == 2 && day == 29 {
            format!("Invalid date 'February 29' as '{year}' is not a leap year")
        } else {
            format!(
                "Invalid date '{} {day}'",
                super::pattern::month_name(m).to_uppercase()
            )
        });
    }
    Ok(calendar::days_from_civil(y, m, d))
}

fn out_of_bounds<V>(message: String, mode: EvalMode) -> Result<Option<V>, FunctionError> {
    match mode {
        EvalMode::Ansi => Err(FunctionError::DatetimeFieldOutOfBounds { message }),
        _ => Ok(None),
    }
}

fn bind_timestamp(args: Vec<Expr>, context: &BindContext, result: T) -> BindResult {
    let most = if result == T::Timestamp { 7 } else { 6 };
    let mut binder = Binder::new(args, context).counts(6..=most)?;
    for i in 0..5 {
        binder = binder.cast(i, INT)?;
    }
    let binder = binder.cast(5, SECONDS)?.cast(6, STRING)?;
    let is_try = context.written.to_lowercase().starts_with("try_");
    match context.mode {
        EvalMode::Ansi if !is_try => binder.returns(result),
        _ => binder.returns_nullable(result),
    }
}

fn eval_timestamp(call: &Call<'_>, mode: EvalMode) -> Result<Series, SqlError> {
    let parts = (0..5)
        .map(|i| call.ints(i))
        .collect::<Result<Vec<_>, _>>()?;
    let seconds = call.decimals(5)?;
    let zones = match call.args.get(6) {
        Some(_) => Some(call.strings(6)?),
        None => None,
    };
    let local = *call.result == T::TimestampNtz;
    call.try_out(|i| {
        let mut fields = [0i32; 5];
        for (field, part) in fields.iter_mut().zip(&parts) {
            match part.get(i) {
                Some(n) => *field = n,
                None => return Ok(None),
            }
        }
        let [year, month, day, hour, minute] = fields;
        let Some(second) = seconds.get(i) else {
            return Ok(None);
        };
        let second = second as i64;
        let days = match date(year, month, day) {
            Ok(days) => days,
            Err(message) => return out_of_bounds(message, mode),
        };
        if !(0..24).contains(&hour) {
            let message = format!("Invalid value for HourOfDay (valid values 0 - 23): {hour}");
            return out_of_bounds(message, mode);
        }
        if !(0..60).contains(&minute) {
            let message = format!("Invalid value for MinuteOfHour (valid values 0 - 59): {minute}");
            return out_of_bounds(message, mode);
        }
        if second > MINUTE_US || (second == MINUTE_US && second % SECOND_US != 0) {
            return match mode {
                EvalMode::Ansi => Err(FunctionError::InvalidFractionOfSecond {
                    seconds: crate::types::decimal_text(i128::from(second), 6),
                }),
                _ => Ok(None),
            };
        }
        if second < 0 {
            let message = format!(
                "Invalid value for SecondOfMinute (valid values 0 - 59): {}",
                second.div_euclid(SECOND_US)
            );
            return out_of_bounds(message, mode);
        }
        let us = days * DAY_US + i64::from(hour) * HOUR_US + i64::from(minute) * MINUTE_US + second;
        if local {
            return Ok(Some(us));
        }
        let Some(zones) = &zones else {
            return Ok(Some(calendar::from_local(call.context.time_zone, us)));
        };
        let Some(zone) = zones.get(i) else {
            return Ok(None);
        };
        match zone_of(zone) {
            Some(ZoneText::Offset(s)) => Ok(Some(us - i64::from(s) * SECOND_US)),
            Some(ZoneText::Named(z)) => Ok(Some(calendar::from_local(z, us))),
            None => Err(FunctionError::InvalidTimezone {
                time_zone: zone.into(),
            }),
        }
    })
}
