//! `date_trunc`, `trunc`.

use crate::sql::functions::bind::{DATE, STRING, TIMESTAMP};
use crate::sql::functions::{Binder, Function, scalar};
use crate::types::DataType as T;
use crate::types::calendar::{self, DAY_US, HOUR_US, MINUTE_US, SECOND_US};

/// What a date or time is cut down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
}

impl Unit {
    /// Reads a unit's name in any case.
    pub fn parse(name: &str) -> Option<Unit> {
        Some(match name.to_ascii_uppercase().as_str() {
            "YEAR" | "YYYY" | "YY" => Unit::Year,
            "QUARTER" => Unit::Quarter,
            "MONTH" | "MM" | "MON" => Unit::Month,
            "WEEK" => Unit::Week,
            "DAY" | "DD" => Unit::Day,
            "HOUR" => Unit::Hour,
            "MINUTE" => Unit::Minute,
            "SECOND" => Unit::Second,
            "MILLISECOND" => Unit::Millisecond,
            "MICROSECOND" => Unit::Microsecond,
            _ => return None,
        })
    }

    /// The first day of the period that a day lies in.
    pub fn truncate_days(self, days: i64) -> i64 {
        let (year, month, _) = calendar::civil_from_days(days);
        match self {
            Unit::Year => calendar::days_from_civil(year, 1, 1),
            Unit::Quarter => calendar::days_from_civil(year, (month - 1) / 3 * 3 + 1, 1),
            Unit::Month => calendar::days_from_civil(year, month, 1),
            Unit::Week => days - i64::from(calendar::weekday(days)),
            _ => days,
        }
    }

    /// A local time cut down.
    pub fn truncate(self, local_us: i64) -> i64 {
        let step = match self {
            Unit::Hour => HOUR_US,
            Unit::Minute => MINUTE_US,
            Unit::Second => SECOND_US,
            Unit::Millisecond => 1000,
            Unit::Microsecond => 1,
            Unit::Day => DAY_US,
            _ => return self.truncate_days(local_us.div_euclid(DAY_US)) * DAY_US,
        };
        local_us - local_us.rem_euclid(step)
    }
}

/// Functions that cut times down.
pub(in crate::sql::functions) static TRUNC: &[Function] = &[
    scalar(
        "date_trunc",
        "date_trunc(unit, ts)",
        "The timestamp cut down to a unit: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND. NULL for another unit.",
        "date_trunc('DD', timestamp'2024-05-06 07:08:09') → 2024-05-06 00:00:00",
        |args, context| {
            let binder = Binder::new(args, context).count(2)?.cast(0, STRING)?;
            let binder = match binder.type_of(1) {
                T::TimestampNtz => {
                    let mut binder = binder;
                    binder.cast_to(1, &T::Timestamp);
                    binder
                }
                _ => binder.cast(1, TIMESTAMP)?,
            };
            binder.returns_nullable(T::Timestamp)
        },
        |call| {
            let (units, times) = (call.strings(0)?, call.longs(1)?);
            let zone = call.context.time_zone;
            let cut = |unit: Unit, us: i64| {
                calendar::from_local(zone, unit.truncate(calendar::to_local(zone, us)))
            };
            if let Some(unit) = units.constant() {
                let unit = Unit::parse(unit);
                return call.out(|i| Some(cut(unit?, times.get(i)?)));
            }
            call.out(|i| Some(cut(Unit::parse(units.get(i)?)?, times.get(i)?)))
        },
    ),
    scalar(
        "trunc",
        "trunc(date, unit)",
        "The date cut down to a unit: YEAR, QUARTER, MONTH, WEEK. NULL for another unit.",
        "trunc('2024-05-06', 'MM') → 2024-05-01",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast(0, DATE)?
                .cast(1, STRING)?
                .returns_nullable(T::Date)
        },
        |call| {
            let (dates, units) = (call.ints(0)?, call.strings(1)?);
            call.out(|i| {
                let unit = Unit::parse(units.get(i)?)?;
                if !matches!(unit, Unit::Year | Unit::Quarter | Unit::Month | Unit::Week) {
                    return None;
                }
                Some(unit.truncate_days(i64::from(dates.get(i)?)) as i32)
            })
        },
    ),
];
