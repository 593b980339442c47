//! Parts of dates and times: `year`, `extract`, `dayofweek`.

use polars_core::prelude::*;

use super::pattern::{month_name, weekday_name};
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, DATE, TIMESTAMP};
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, scalar, sql_text};
use crate::sql::plan::Expr;
use crate::types::DataType as T;
use crate::types::calendar::{self, DAY_US, HOUR_US, MINUTE_US, SECOND_US};

macro_rules! date_part {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $f:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                Binder::new(args, context)
                    .count(1)?
                    .cast(0, DATE)?
                    .returns(T::Integer)
            },
            |call| {
                let dates = call.ints(0)?;
                call.out(|i| dates.get(i).map(|d| $f(i64::from(d)) as i32))
            },
        )
    };
}

macro_rules! time_part {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $f:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                Binder::new(args, context)
                    .count(1)?
                    .cast(0, TIMESTAMP)?
                    .returns(T::Integer)
            },
            |call| {
                let times = call.longs(0)?;
                let zone = call.context.time_zone;
                call.out(|i| {
                    let of_day = calendar::to_local(zone, times.get(i)?).rem_euclid(DAY_US);
                    Some($f(of_day) as i32)
                })
            },
        )
    };
}

/// Functions that take dates and times apart.
pub(in crate::sql::functions) static FIELDS: &[Function] = &[
    date_part!(
        "year",
        "year(date)",
        "The year.",
        "year('2016-07-30') → 2016",
        |d| calendar::civil_from_days(d).0
    ),
    date_part!(
        "quarter",
        "quarter(date)",
        "The quarter of the year, 1 to 4.",
        "quarter('2016-08-31') → 3",
        |d| (calendar::civil_from_days(d).1 - 1) / 3 + 1
    ),
    date_part!(
        "month",
        "month(date)",
        "The month, 1 to 12.",
        "month('2016-07-30') → 7",
        |d| calendar::civil_from_days(d).1
    ),
    date_part!(
        "day",
        "day(date)",
        "The day of the month.",
        "day('2009-07-30') → 30",
        |d| calendar::civil_from_days(d).2
    ),
    date_part!(
        "dayofmonth",
        "dayofmonth(date)",
        "The day of the month.",
        "dayofmonth('2009-07-30') → 30",
        |d| calendar::civil_from_days(d).2
    ),
    date_part!(
        "dayofyear",
        "dayofyear(date)",
        "The day of the year.",
        "dayofyear('2016-04-09') → 100",
        day_of_year
    ),
    date_part!(
        "dayofweek",
        "dayofweek(date)",
        "The day of the week: 1 is Sunday, 7 is Saturday.",
        "dayofweek('2009-07-30') → 5",
        |d| (calendar::weekday(d) + 1) % 7 + 1
    ),
    date_part!(
        "weekday",
        "weekday(date)",
        "The day of the week: 0 is Monday, 6 is Sunday.",
        "weekday('2009-07-30') → 3",
        calendar::weekday
    ),
    date_part!(
        "weekofyear",
        "weekofyear(date)",
        "The ISO 8601 week of the year.",
        "weekofyear('2008-02-20') → 8",
        |d| iso_week(d).1
    ),
    time_part!(
        "hour",
        "hour(ts)",
        "The hour, 0 to 23.",
        "hour('2009-07-30 12:58:59') → 12",
        |us| us / HOUR_US
    ),
    time_part!(
        "minute",
        "minute(ts)",
        "The minute.",
        "minute('2009-07-30 12:58:59') → 58",
        |us| us % HOUR_US / MINUTE_US
    ),
    time_part!(
        "second",
        "second(ts)",
        "The second.",
        "second('2009-07-30 12:58:59') → 59",
        |us| us % MINUTE_US / SECOND_US
    ),
    scalar(
        "dayname",
        "dayname(date)",
        "The day's name in three letters.",
        "dayname(date'2008-02-20') → Wed",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, DATE)?
                .returns(T::String)
        },
        |call| {
            let dates = call.ints(0)?;
            call.out(|i| weekday_name(calendar::weekday(i64::from(dates.get(i)?))).get(..3))
        },
    ),
    scalar(
        "monthname",
        "monthname(date)",
        "The month's name in three letters.",
        "monthname('2008-02-20') → Feb",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, DATE)?
                .returns(T::String)
        },
        |call| {
            let dates = call.ints(0)?;
            call.out(|i| month_name(calendar::civil_from_days(i64::from(dates.get(i)?)).1).get(..3))
        },
    ),
    scalar(
        "extract",
        "extract(field FROM source)",
        "A part of a date, timestamp or interval.",
        "extract(week FROM timestamp'2019-08-12 01:00:00') → 33",
        bind_extract,
        eval_extract,
    ),
    scalar(
        "date_part",
        "date_part(field, source)",
        "A part of a date, timestamp or interval.",
        "date_part('year', date'2019-08-12') → 2019",
        bind_extract,
        eval_extract,
    ),
    scalar(
        "datepart",
        "datepart(field, source)",
        "A part of a date, timestamp or interval.",
        "datepart('year', date'2019-08-12') → 2019",
        bind_extract,
        eval_extract,
    ),
];

fn day_of_year(days: i64) -> i64 {
    days - calendar::days_from_civil(calendar::civil_from_days(days).0, 1, 1) + 1
}

/// ISO 8601: the year that a day's week belongs to, and the week's number.
fn iso_week(days: i64) -> (i64, i64) {
    // The week belongs to the year that its Thursday lies in.
    let thursday = days - i64::from(calendar::weekday(days)) + 3;
    let year = calendar::civil_from_days(thursday).0;
    let week = (thursday - calendar::days_from_civil(year, 1, 1)) / 7 + 1;
    (year, week)
}

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Year,
    YearOfWeek,
    Quarter,
    Month,
    Week,
    Day,
    DayOfWeek,
    DayOfWeekIso,
    DayOfYear,
    Hour,
    Minute,
    Second,
}

impl Field {
    fn parse(name: &str) -> Option<Field> {
        Some(match name.to_ascii_uppercase().as_str() {
            "YEAR" | "Y" | "YEARS" | "YR" | "YRS" => Field::Year,
            "YEAROFWEEK" => Field::YearOfWeek,
            "QUARTER" | "QTR" => Field::Quarter,
            "MONTH" | "MON" | "MONS" | "MONTHS" => Field::Month,
            "WEEK" | "W" | "WEEKS" => Field::Week,
            "DAY" | "D" | "DAYS" => Field::Day,
            "DAYOFWEEK" | "DOW" => Field::DayOfWeek,
            "DAYOFWEEK_ISO" | "DOW_ISO" => Field::DayOfWeekIso,
            "DOY" => Field::DayOfYear,
            "HOUR" | "H" | "HOURS" | "HR" | "HRS" => Field::Hour,
            "MINUTE" | "M" | "MIN" | "MINS" | "MINUTES" => Field::Minute,
            "SECOND" | "S" | "SEC" | "SECONDS" | "SECS" => Field::Second,
            _ => return None,
        })
    }
}

fn bind_extract(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    let Some(name) = binder.literal_string(0) else {
        return Err(FunctionError::NonFoldableArgument {
            function: binder.name(),
            parameter: "field".into(),
            data_type: "STRING".into(),
        }
        .into());
    };
    let source = binder.type_of(1);
    if matches!(source, T::String | T::Null) {
        binder.cast_to(1, &T::Timestamp);
    }
    let source = binder.type_of(1);
    let field = Field::parse(&name).filter(|f| match source {
        T::YearMonthInterval => matches!(f, Field::Year | Field::Month),
        T::DayTimeInterval => matches!(f, Field::Day | Field::Hour | Field::Minute | Field::Second),
        _ => source.is_datetime(),
    });
    let Some(field) = field else {
        return Err(FunctionError::InvalidExtractField {
            field: name,
            sql: binder.args.get(1).map(sql_text).unwrap_or_default(),
        }
        .into());
    };
    let data_type = match (field, &source) {
        (Field::Second, _) => T::decimal(8, 6),
        (_, T::DayTimeInterval) if field != Field::Day => T::Byte,
        (Field::Month, T::YearMonthInterval) => T::Byte,
        _ => T::Integer,
    };
    binder.returns(data_type)
}

fn eval_extract(call: &Call<'_>) -> Result<Series, SqlError> {
    let names = call.strings(0)?;
    let Some(field) = names.constant().and_then(Field::parse) else {
        return Ok(Series::full_null(
            PlSmallStr::EMPTY,
            call.len(),
            &crate::types::physical_type(call.result),
        ));
    };
    let zone = call.context.time_zone;
    match call.type_of(1) {
        T::YearMonthInterval => {
            let months = call.ints(1)?;
            if field == Field::Month {
                return call.out(|i| months.get(i).map(|m| (m % 12) as i8));
            }
            call.out(|i| months.get(i).map(|m| m / 12))
        }
        T::DayTimeInterval => {
            let times = call.longs(1)?;
            match field {
                Field::Second => call.out(|i| times.get(i).map(|us| i128::from(us % MINUTE_US))),
                Field::Day => call.out(|i| times.get(i).map(|us| (us / DAY_US) as i32)),
                Field::Hour => call.out(|i| times.get(i).map(|us| (us % DAY_US / HOUR_US) as i8)),
                _ => call.out(|i| times.get(i).map(|us| (us % HOUR_US / MINUTE_US) as i8)),
            }
        }
        T::Date => {
            let dates = call.ints(1)?;
            extract(call, field, |i| dates.get(i).map(|d| i64::from(d) * DAY_US))
        }
        T::TimestampNtz => {
            let times = call.longs(1)?;
            extract(call, field, |i| times.get(i))
        }
        _ => {
            let times = call.longs(1)?;
            extract(call, field, |i| {
                times.get(i).map(|us| calendar::to_local(zone, us))
            })
        }
    }
}

fn extract(
    call: &Call<'_>,
    field: Field,
    local: impl Fn(usize) -> Option<i64>,
) -> Result<Series, SqlError> {
    if field == Field::Second {
        return call.out(|i| local(i).map(|us| i128::from(us.rem_euclid(MINUTE_US))));
    }
    call.out(|i| {
        let us = local(i)?;
        let (days, of_day) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US));
        let (year, month, day) = calendar::civil_from_days(days);
        Some(match field {
            Field::Year => year as i32,
            Field::YearOfWeek => iso_week(days).0 as i32,
            Field::Quarter => ((month - 1) / 3 + 1) as i32,
            Field::Month => month as i32,
            Field::Week => iso_week(days).1 as i32,
            Field::Day => day as i32,
            Field::DayOfWeek => ((calendar::weekday(days) + 1) % 7 + 1) as i32,
            Field::DayOfWeekIso => calendar::weekday(days) as i32 + 1,
            Field::DayOfYear => day_of_year(days) as i32,
            Field::Hour => (of_day / HOUR_US) as i32,
            Field::Minute => (of_day % HOUR_US / MINUTE_US) as i32,
            Field::Second => 0,
        })
    })
}
