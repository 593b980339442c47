//! The current date and time: the batch's, the same in every row and on replay.

use polars_core::prelude::Series;

use crate::sql::error::SqlError;
use crate::sql::functions::bind::no_args;
use crate::sql::functions::{Call, Function, scalar};
use crate::types::calendar::{self, DAY_US};
use crate::types::{DataType as T, Value};

macro_rules! now {
    ($name:literal, $usage:literal) => {
        scalar(
            $name,
            $usage,
            "The time at which the query, or the micro-batch, started.",
            $usage,
            |args, context| no_args(args, context, T::Timestamp),
            |call| constant(call, Value::Timestamp(call.context.now_us)),
        )
    };
}

macro_rules! today {
    ($name:literal, $usage:literal) => {
        scalar(
            $name,
            $usage,
            "The date at which the query, or the micro-batch, started.",
            $usage,
            |args, context| no_args(args, context, T::Date),
            |call| {
                let local = calendar::to_local(call.context.time_zone, call.context.now_us);
                constant(call, Value::Date(local.div_euclid(DAY_US) as i32))
            },
        )
    };
}

/// Functions of the current time.
pub(in crate::sql::functions) static NOW: &[Function] = &[
    now!("current_timestamp", "current_timestamp()"),
    now!("now", "now()"),
    today!("current_date", "current_date()"),
    today!("curdate", "curdate()"),
    scalar(
        "localtimestamp",
        "localtimestamp()",
        "The time at which the query started, without a zone.",
        "localtimestamp()",
        |args, context| no_args(args, context, T::TimestampNtz),
        |call| {
            let local = calendar::to_local(call.context.time_zone, call.context.now_us);
            constant(call, Value::TimestampNtz(local))
        },
    ),
    scalar(
        "current_timezone",
        "current_timezone()",
        "The session's time zone.",
        "current_timezone() → UTC",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from(call.context.time_zone.name())),
    ),
];

fn constant(call: &Call<'_>, value: Value) -> Result<Series, SqlError> {
    Ok(value.to_series(call.result)?)
}
