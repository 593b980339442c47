//! Days and months added and counted.

use crate::sql::coercion::Accepts;
use crate::sql::functions::bind::{BOOLEAN, DATE, INT, STRING, TIMESTAMP};
use crate::sql::functions::{Binder, Function, FunctionError, scalar};
use crate::sql::plan::EvalMode;
use crate::types::DataType as T;
use crate::types::calendar::{self, DAY_US, SECOND_US};

/// A date so many months later; the day is cut at the month's last.
pub(in crate::sql::functions) fn add_months(days: i32, months: i64) -> i32 {
    let (year, month, day) = calendar::civil_from_days(i64::from(days));
    let n = year * 12 + i64::from(month) - 1 + months;
    let (year, month) = (n.div_euclid(12), n.rem_euclid(12) as u32 + 1);
    let day = day.min(calendar::days_in_month(year, month));
    calendar::days_from_civil(year, month, day) as i32
}

macro_rules! add_days {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $step:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                Binder::new(args, context)
                    .count(2)?
                    .cast(0, DATE)?
                    .cast(1, INT)?
                    .returns(T::Date)
            },
            |call| {
                let (dates, n) = (call.ints(0)?, call.ints(1)?);
                call.out(|i| {
                    let step: fn(i64, i64) -> i64 = $step;
                    let sum = step(i64::from(dates.get(i)?), i64::from(n.get(i)?));
                    Some(sum as i32)
                })
            },
        )
    };
}

macro_rules! date_difference {
    ($name:literal, $usage:literal) => {
        scalar(
            $name,
            $usage,
            "Days from start to end.",
            concat!($name, "('2009-07-31', '2009-07-30') → 1"),
            |args, context| {
                Binder::new(args, context)
                    .count(2)?
                    .cast(0, DATE)?
                    .cast(1, DATE)?
                    .returns(T::Integer)
            },
            |call| {
                let (end, start) = (call.ints(0)?, call.ints(1)?);
                call.out(|i| Some(end.get(i)?.wrapping_sub(start.get(i)?)))
            },
        )
    };
}

/// Functions that add and subtract dates.
pub(in crate::sql::functions) static ARITHMETIC: &[Function] = &[
    add_days!(
        "date_add",
        "date_add(date, days)",
        "The date so many days later.",
        "date_add('2016-07-30', 1) → 2016-07-31",
        |a, b| a + b
    ),
    add_days!(
        "dateadd",
        "dateadd(date, days)",
        "The date so many days later.",
        "dateadd('2016-07-30', 1) → 2016-07-31",
        |a, b| a + b
    ),
    add_days!(
        "date_sub",
        "date_sub(date, days)",
        "The date so many days earlier.",
        "date_sub('2016-07-30', 1) → 2016-07-29",
        |a, b| a - b
    ),
    date_difference!("datediff", "datediff(end, start)"),
    date_difference!("date_diff", "date_diff(end, start)"),
    scalar(
        "add_months",
        "add_months(date, months)",
        "The date so many months later, cut at the month's last day.",
        "add_months('2016-08-31', 1) → 2016-09-30",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast(0, DATE)?
                .cast(1, INT)?
                .returns(T::Date)
        },
        |call| {
            let (dates, n) = (call.ints(0)?, call.ints(1)?);
            call.out(|i| Some(add_months(dates.get(i)?, i64::from(n.get(i)?))))
        },
    ),
    scalar(
        "months_between",
        "months_between(end, start[, round_off])",
        "Months between two times, with 31 days a month for the rest, rounded to 8 digits.",
        "months_between('1997-02-28 10:30:00', '1996-10-30') → 3.94959677",
        |args, context| {
            Binder::new(args, context)
                .counts(2..=3)?
                .cast(0, TIMESTAMP)?
                .cast(1, TIMESTAMP)?
                .cast(2, BOOLEAN)?
                .returns(T::Double)
        },
        |call| {
            let (end, start) = (call.longs(0)?, call.longs(1)?);
            let round = match call.args.get(2) {
                Some(_) => Some(call.bools(2)?),
                None => None,
            };
            let zone = call.context.time_zone;
            call.out(|i| {
                let round = match &round {
                    Some(r) => r.get(i)?,
                    None => true,
                };
                let (a, b) = (
                    calendar::to_local(zone, end.get(i)?),
                    calendar::to_local(zone, start.get(i)?),
                );
                Some(months_between(a, b, round))
            })
        },
    ),
    scalar(
        "last_day",
        "last_day(date)",
        "The last day of the date's month.",
        "last_day('2009-01-12') → 2009-01-31",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, DATE)?
                .returns(T::Date)
        },
        |call| {
            let dates = call.ints(0)?;
            call.out(|i| {
                let (year, month, _) = calendar::civil_from_days(i64::from(dates.get(i)?));
                let last = calendar::days_in_month(year, month);
                Some(calendar::days_from_civil(year, month, last) as i32)
            })
        },
    ),
    scalar(
        "next_day",
        "next_day(date, day_of_week)",
        "The first date later than the given one that falls on the day of the week.",
        "next_day('2015-01-14', 'TU') → 2015-01-20",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast(0, DATE)?
                .cast(1, STRING)?
                .returns_nullable(T::Date)
        },
        |call| {
            let (dates, names) = (call.ints(0)?, call.strings(1)?);
            call.try_out(|i| {
                let (Some(date), Some(name)) = (dates.get(i), names.get(i)) else {
                    return Ok(None);
                };
                let Some(weekday) = weekday_of(name) else {
                    return match call.mode {
                        EvalMode::Ansi => {
                            Err(FunctionError::IllegalDayOfWeek { value: name.into() })
                        }
                        _ => Ok(None),
                    };
                };
                let today = calendar::weekday(i64::from(date));
                let ahead = (weekday + 6 - today) % 7 + 1;
                Ok(Some(date.wrapping_add(ahead as i32)))
            })
        },
    ),
    scalar(
        "timestampadd",
        "timestampadd(unit, n, ts)",
        "The timestamp so many units later.",
        "timestampadd('HOUR', 8, timestamp'2022-02-11 20:30:00') → 2022-02-12 04:30:00",
        |args, context| {
            Binder::new(args, context)
                .count(3)?
                .cast(0, STRING)?
                .cast(1, Accepts::Type(T::Long))?
                .cast(2, TIMESTAMP)?
                .returns(T::Timestamp)
        },
        |call| {
            let (units, n, times) = (call.strings(0)?, call.longs(1)?, call.longs(2)?);
            let zone = call.context.time_zone;
            call.try_out(|i| {
                let (Some(unit), Some(n), Some(us)) = (units.get(i), n.get(i), times.get(i)) else {
                    return Ok(None);
                };
                let local = calendar::to_local(zone, us);
                let months = |m: i64| {
                    let days = add_months(local.div_euclid(DAY_US) as i32, n.saturating_mul(m));
                    calendar::from_local(zone, i64::from(days) * DAY_US + local.rem_euclid(DAY_US))
                };
                let days = |d: i64| {
                    calendar::from_local(
                        zone,
                        local.saturating_add(n.saturating_mul(d).saturating_mul(DAY_US)),
                    )
                };
                let step = |s: i64| us.saturating_add(n.saturating_mul(s));
                Ok(Some(match unit.to_ascii_uppercase().as_str() {
                    "YEAR" => months(12),
                    "QUARTER" => months(3),
                    "MONTH" => months(1),
                    "WEEK" => days(7),
                    "DAY" | "DAYOFYEAR" => days(1),
                    "HOUR" => step(calendar::HOUR_US),
                    "MINUTE" => step(calendar::MINUTE_US),
                    "SECOND" => step(SECOND_US),
                    "MILLISECOND" => step(1000),
                    "MICROSECOND" => step(1),
                    _ => return Err(bad_unit("timestampadd", unit)),
                }))
            })
        },
    ),
    scalar(
        "timestampdiff",
        "timestampdiff(unit, start, end)",
        "Whole units between two timestamps.",
        "timestampdiff('HOUR', timestamp'2022-02-11 20:30:00', timestamp'2022-02-12 04:30:00') → 8",
        |args, context| {
            Binder::new(args, context)
                .count(3)?
                .cast(0, STRING)?
                .cast(1, TIMESTAMP)?
                .cast(2, TIMESTAMP)?
                .returns(T::Long)
        },
        |call| {
            let (units, start, end) = (call.strings(0)?, call.longs(1)?, call.longs(2)?);
            let zone = call.context.time_zone;
            call.try_out(|i| {
                let (Some(unit), Some(a), Some(b)) = (units.get(i), start.get(i), end.get(i))
                else {
                    return Ok(None);
                };
                let (la, lb) = (calendar::to_local(zone, a), calendar::to_local(zone, b));
                let months = || whole_months(la, lb);
                let us = b.saturating_sub(a);
                let local = lb.saturating_sub(la);
                Ok(Some(match unit.to_ascii_uppercase().as_str() {
                    "YEAR" => months() / 12,
                    "QUARTER" => months() / 3,
                    "MONTH" => months(),
                    "WEEK" => local / (7 * DAY_US),
                    "DAY" => local / DAY_US,
                    "HOUR" => us / calendar::HOUR_US,
                    "MINUTE" => us / calendar::MINUTE_US,
                    "SECOND" => us / SECOND_US,
                    "MILLISECOND" => us / 1000,
                    "MICROSECOND" => us,
                    _ => return Err(bad_unit("timestampdiff", unit)),
                }))
            })
        },
    ),
];

fn bad_unit(function: &str, unit: &str) -> FunctionError {
    FunctionError::InvalidParameterValue {
        condition: "DATETIME_UNIT",
        parameter: "unit",
        function: function.into(),
        message: format!(
            "expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the string literal '{unit}'."
        ),
    }
}

/// Whole months from one local time to another.
fn whole_months(from: i64, to: i64) -> i64 {
    if from > to {
        return -whole_months(to, from);
    }
    let month_of = |us: i64| {
        let (y, m, d) = calendar::civil_from_days(us.div_euclid(DAY_US));
        (
            y * 12 + i64::from(m),
            i64::from(d) * DAY_US + us.rem_euclid(DAY_US),
        )
    };
    let ((a, within_a), (b, within_b)) = (month_of(from), month_of(to));
    b - a - i64::from(within_b < within_a)
}

fn weekday_of(name: &str) -> Option<u32> {
    Some(match name.to_ascii_uppercase().as_str() {
        "MO" | "MON" | "MONDAY" => 0,
        "TU" | "TUE" | "TUESDAY" => 1,
        "WE" | "WED" | "WEDNESDAY" => 2,
        "TH" | "THU" | "THURSDAY" => 3,
        "FR" | "FRI" | "FRIDAY" => 4,
        "SA" | "SAT" | "SATURDAY" => 5,
        "SU" | "SUN" | "SUNDAY" => 6,
        _ => return None,
    })
}

fn months_between(a: i64, b: i64, round: bool) -> f64 {
    let fields = |us: i64| {
        let days = us.div_euclid(DAY_US);
        let (y, m, d) = calendar::civil_from_days(days);
        let last = d == calendar::days_in_month(y, m);
        (
            y * 12 + i64::from(m),
            i64::from(d),
            last,
            us.rem_euclid(DAY_US) / SECOND_US,
        )
    };
    let ((m1, d1, last1, s1), (m2, d2, last2, s2)) = (fields(a), fields(b));
    let months = (m1 - m2) as f64;
    if d1 == d2 || last1 && last2 {
        return months;
    }
    let seconds = (d1 - d2) * 86_400 + s1 - s2;
    let exact = months + seconds as f64 / (31.0 * 86_400.0);
    if round {
        (exact * 1e8).round() / 1e8
    } else {
        exact
    }
}
