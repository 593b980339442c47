//! Seconds since the epoch, and times as text.

use polars_core::prelude::*;

use super::Patterns;
use crate::sql::coercion::Accepts;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, LONG, STRING, TIMESTAMP};
use crate::sql::functions::cast;
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, scalar};
use crate::sql::plan::{EvalMode, Expr};
use crate::types::DataType as T;
use crate::types::calendar::{self, DAY_US, SECOND_US};

const DEFAULT: &str = "yyyy-MM-dd HH:mm:ss";

macro_rules! seconds {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $accepts:expr, $result:expr, $arg:ident, $f:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                Binder::new(args, context)
                    .count(1)?
                    .cast(0, $accepts)?
                    .returns($result)
            },
            |call| {
                let a = call.$arg(0)?;
                call.out(|i| a.get(i).map($f))
            },
        )
    };
}

/// Conversions between text, seconds and timestamps.
pub(in crate::sql::functions) static UNIX: &[Function] = &[
    scalar(
        "from_unixtime",
        "from_unixtime(seconds[, format])",
        "The time so many seconds after 1970-01-01 00:00:00 UTC as text in the session's time zone.",
        "from_unixtime(0, 'yyyy-MM-dd HH:mm:ss') → 1970-01-01 00:00:00",
        |args, context| {
            Binder::new(args, context)
                .counts(1..=2)?
                .cast(0, LONG)?
                .cast(1, STRING)?
                .returns_nullable(T::String)
        },
        |call| {
            let seconds = call.longs(0)?;
            format_column(call, 1, |i| {
                seconds.get(i).map(|s| s.saturating_mul(SECOND_US))
            })
        },
    ),
    scalar(
        "date_format",
        "date_format(ts, format)",
        "The timestamp as text by a pattern.",
        "date_format('2016-04-08', 'y') → 2016",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast(0, TIMESTAMP)?
                .cast(1, STRING)?
                .returns(T::String)
        },
        |call| {
            let times = call.longs(0)?;
            format_column(call, 1, |i| times.get(i))
        },
    ),
    scalar(
        "to_timestamp",
        "to_timestamp(text[, format])",
        "The timestamp that a text names.",
        "to_timestamp('2016-12-31', 'yyyy-MM-dd') → 2016-12-31 00:00:00",
        |args, context| bind_read(args, context, T::Timestamp),
        |call| read_column(call, call.mode),
    ),
    scalar(
        "try_to_timestamp",
        "try_to_timestamp(text[, format])",
        "The timestamp that a text names, NULL if it names none.",
        "try_to_timestamp('abc') → NULL",
        |args, context| bind_read(args, context, T::Timestamp),
        |call| read_column(call, EvalMode::Try),
    ),
    scalar(
        "to_timestamp_ltz",
        "to_timestamp_ltz(text[, format])",
        "The timestamp that a text names.",
        "to_timestamp_ltz('2016-12-31') → 2016-12-31 00:00:00",
        |args, context| bind_read(args, context, T::Timestamp),
        |call| read_column(call, call.mode),
    ),
    scalar(
        "to_timestamp_ntz",
        "to_timestamp_ntz(text[, format])",
        "The timestamp without a zone that a text names.",
        "to_timestamp_ntz('2016-12-31') → 2016-12-31 00:00:00",
        |args, context| bind_read(args, context, T::TimestampNtz),
        |call| read_column(call, call.mode),
    ),
    scalar(
        "to_date",
        "to_date(text[, format])",
        "The date that a text names.",
        "to_date('2009-07-30 04:17:52') → 2009-07-30",
        |args, context| bind_read(args, context, T::Date),
        |call| read_column(call, call.mode),
    ),
    scalar(
        "try_to_date",
        "try_to_date(text[, format])",
        "The date that a text names, NULL if it names none.",
        "try_to_date('abc') → NULL",
        |args, context| bind_read(args, context, T::Date),
        |call| read_column(call, EvalMode::Try),
    ),
    scalar(
        "unix_timestamp",
        "unix_timestamp([time[, format]])",
        "Seconds since 1970-01-01 00:00:00 UTC of a time, or of the current one.",
        "unix_timestamp('2016-04-08', 'yyyy-MM-dd') → 1460073600",
        |args, context| bind_seconds(args, context, 0),
        eval_seconds,
    ),
    scalar(
        "to_unix_timestamp",
        "to_unix_timestamp(time[, format])",
        "Seconds since 1970-01-01 00:00:00 UTC of a time.",
        "to_unix_timestamp('2016-04-08', 'yyyy-MM-dd') → 1460073600",
        |args, context| bind_seconds(args, context, 1),
        eval_seconds,
    ),
    seconds!(
        "unix_seconds",
        "unix_seconds(ts)",
        "Seconds since the epoch.",
        "unix_seconds(timestamp'1970-01-01 00:00:01Z') → 1",
        TIMESTAMP,
        T::Long,
        longs,
        |us| us.div_euclid(SECOND_US)
    ),
    seconds!(
        "unix_millis",
        "unix_millis(ts)",
        "Milliseconds since the epoch.",
        "unix_millis(timestamp'1970-01-01 00:00:01Z') → 1000",
        TIMESTAMP,
        T::Long,
        longs,
        |us| us.div_euclid(1000)
    ),
    seconds!(
        "unix_micros",
        "unix_micros(ts)",
        "Microseconds since the epoch.",
        "unix_micros(timestamp'1970-01-01 00:00:01Z') → 1000000",
        TIMESTAMP,
        T::Long,
        longs,
        |us| us
    ),
    seconds!(
        "unix_date",
        "unix_date(date)",
        "Days since the epoch.",
        "unix_date(date'1970-01-02') → 1",
        Accepts::Type(T::Date),
        T::Integer,
        ints,
        |d| d
    ),
    seconds!(
        "date_from_unix_date",
        "date_from_unix_date(days)",
        "The date so many days after the epoch.",
        "date_from_unix_date(1) → 1970-01-02",
        Accepts::Type(T::Integer),
        T::Date,
        ints,
        |d| d
    ),
    seconds!(
        "timestamp_millis",
        "timestamp_millis(n)",
        "The timestamp so many milliseconds after the epoch.",
        "timestamp_millis(1000) → 1970-01-01 00:00:01",
        LONG,
        T::Timestamp,
        longs,
        |n: i64| n.saturating_mul(1000)
    ),
    seconds!(
        "timestamp_micros",
        "timestamp_micros(n)",
        "The timestamp so many microseconds after the epoch.",
        "timestamp_micros(1000000) → 1970-01-01 00:00:01",
        LONG,
        T::Timestamp,
        longs,
        |n| n
    ),
    scalar(
        "timestamp_seconds",
        "timestamp_seconds(n)",
        "The timestamp so many seconds after the epoch.",
        "timestamp_seconds(1) → 1970-01-01 00:00:01",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, Accepts::Numeric)?
                .returns(T::Timestamp)
        },
        |call| {
            cast::cast(
                call.arg(0)?,
                call.type_of(0),
                &T::Timestamp,
                call.mode,
                call.context.time_zone,
            )
        },
    ),
];

/// Writes times by the patterns of an argument.
fn format_column(
    call: &Call<'_>,
    pattern: usize,
    time: impl Fn(usize) -> Option<i64>,
) -> Result<Series, SqlError> {
    let texts = match call.args.get(pattern) {
        Some(_) => Some(call.strings(pattern)?),
        None => None,
    };
    let mut patterns = Patterns::new(texts, DEFAULT)?;
    let zone = call.context.time_zone;
    let len = call.len();
    let mut builder = StringChunkedBuilder::new(PlSmallStr::EMPTY, len);
    let mut buffer = String::new();
    for i in 0..len {
        match (time(i), patterns.get(i)?) {
            (Some(us), Some(pattern)) => {
                buffer.clear();
                pattern.push(&mut buffer, us, zone);
                builder.append_value(&buffer);
            }
            _ => builder.append_null(),
        }
    }
    Ok(builder.finish().into_series())
}

fn bind_read(args: Vec<Expr>, context: &BindContext, to: T) -> BindResult {
    let mut binder = Binder::new(args, context).counts(1..=2)?;
    match binder.type_of(0) {
        T::String => {}
        t if t.is_datetime() || t == T::Null => {}
        t if t.is_numeric() && to != T::Date && binder.args.len() == 1 => {}
        _ => {
            return Err(binder.unexpected_type(
                0,
                "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")".into(),
            ));
        }
    }
    if binder.type_of(0) == T::Null {
        binder.cast_to(0, &T::String);
    }
    let tolerant = context.mode != EvalMode::Ansi || context.written.starts_with("try_");
    let binder = binder.cast(1, STRING)?;
    // Without a pattern it is a cast, which Spark takes for one that can be null.
    match tolerant || binder.args.len() == 1 && binder.type_of(0) == T::String {
        true => binder.returns_nullable(to),
        false => binder.returns(to),
    }
}

/// Reads an argument by the patterns of the next, or as a cast does.
fn read_column(call: &Call<'_>, mode: EvalMode) -> Result<Series, SqlError> {
    let zone = call.context.time_zone;
    if call.args.len() == 1 || *call.type_of(0) != T::String {
        return cast::cast(call.arg(0)?, call.type_of(0), call.result, mode, zone);
    }
    let texts = call.strings(0)?;
    let mut patterns = Patterns::to_read(Some(call.strings(1)?), DEFAULT)?;
    let local = (*call.result == T::Timestamp).then_some(zone);
    let mut read = |i: usize| -> Result<Option<i64>, FunctionError> {
        let (Some(text), Some(pattern)) = (texts.get(i), patterns.get(i)?) else {
            return Ok(None);
        };
        match pattern.read(text, local) {
            Ok(us) => Ok(Some(us)),
            Err(message) if mode == EvalMode::Ansi => Err(FunctionError::CannotParseTimestamp {
                message,
                function: "try_to_timestamp",
            }),
            Err(_) => Ok(None),
        }
    };
    if *call.result == T::Date {
        return call.try_out(|i| Ok(read(i)?.map(|us| us.div_euclid(DAY_US) as i32)));
    }
    call.try_out(read)
}

fn bind_seconds(args: Vec<Expr>, context: &BindContext, least: usize) -> BindResult {
    let mut binder = Binder::new(args, context).counts(least..=2)?;
    match binder.type_of(0) {
        T::String | T::Date | T::Timestamp | T::TimestampNtz => {}
        T::Null => binder.cast_to(0, &T::String),
        _ => {
            return Err(binder.unexpected_type(
                0,
                "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")".into(),
            ));
        }
    }
    let binder = binder.cast(1, STRING)?;
    match context.mode {
        EvalMode::Ansi => binder.returns(T::Long),
        _ => binder.returns_nullable(T::Long),
    }
}

fn eval_seconds(call: &Call<'_>) -> Result<Series, SqlError> {
    let zone = call.context.time_zone;
    match call.type_of(0) {
        _ if call.args.is_empty() => {
            let now = call.context.now_us.div_euclid(SECOND_US);
            call.out(|_| Some(now))
        }
        T::Date => {
            let days = call.ints(0)?;
            call.out(|i| {
                let local = i64::from(days.get(i)?) * DAY_US;
                Some(calendar::from_local(zone, local).div_euclid(SECOND_US))
            })
        }
        T::String => {
            let texts = call.strings(0)?;
            let formats = match call.args.get(1) {
                Some(_) => Some(call.strings(1)?),
                None => None,
            };
            let mut patterns = Patterns::to_read(formats, DEFAULT)?;
            call.try_out(|i| {
                let (Some(text), Some(pattern)) = (texts.get(i), patterns.get(i)?) else {
                    return Ok(None);
                };
                match pattern.read(text, Some(zone)) {
                    Ok(us) => Ok(Some(us.div_euclid(SECOND_US))),
                    Err(message) if call.mode == EvalMode::Ansi => {
                        Err(FunctionError::CannotParseTimestamp {
                            message,
                            function: "try_to_timestamp",
                        })
                    }
                    Err(_) => Ok(None),
                }
            })
        }
        local => {
            let ntz = *local == T::TimestampNtz;
            let times = call.longs(0)?;
            call.out(|i| {
                let us = times.get(i)?;
                let us = if ntz {
                    calendar::from_local(zone, us)
                } else {
                    us
                };
                Some(us.div_euclid(SECOND_US))
            })
        }
    }
}
