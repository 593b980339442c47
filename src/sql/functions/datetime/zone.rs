//! Times moved between zones.

use polars_core::prelude::Series;

use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, STRING, TIMESTAMP};
use crate::sql::functions::cast::{ZoneText, zone_of};
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, scalar};
use crate::sql::plan::Expr;
use crate::types::DataType as T;
use crate::types::calendar::{self, SECOND_US};

/// Functions over time zones.
pub(in crate::sql::functions) static ZONE: &[Function] = &[
    scalar(
        "from_utc_timestamp",
        "from_utc_timestamp(ts, zone)",
        "What a clock in the zone shows when it is that time in UTC.",
        "from_utc_timestamp('2016-08-31', 'Asia/Seoul') → 2016-08-31 09:00:00",
        bind,
        |call| {
            shift(call, |us, zone| match zone {
                ZoneText::Offset(s) => us + i64::from(s) * SECOND_US,
                ZoneText::Named(z) => calendar::to_local(z, us),
            })
        },
    ),
    scalar(
        "to_utc_timestamp",
        "to_utc_timestamp(ts, zone)",
        "What time it is in UTC when a clock in the zone shows that time.",
        "to_utc_timestamp('2016-08-31', 'Asia/Seoul') → 2016-08-30 15:00:00",
        bind,
        |call| {
            shift(call, |us, zone| match zone {
                ZoneText::Offset(s) => us - i64::from(s) * SECOND_US,
                ZoneText::Named(z) => calendar::from_local(z, us),
            })
        },
    ),
    scalar(
        "convert_timezone",
        "convert_timezone([source, ]target, ts)",
        "The timestamp without a zone moved from one zone to another.",
        "convert_timezone('Europe/Brussels', 'America/Los_Angeles', timestamp_ntz'2021-12-06 00:00:00') → 2021-12-05 15:00:00",
        |args, context| {
            let binder = Binder::new(args, context).counts(2..=3)?;
            let last = binder.args.len() - 1;
            let mut binder = binder.cast(0, STRING)?;
            if last == 2 {
                binder = binder.cast(1, STRING)?;
            }
            binder
                .cast(last, crate::sql::coercion::Accepts::Type(T::TimestampNtz))?
                .returns(T::TimestampNtz)
        },
        |call| {
            let last = call.args.len() - 1;
            let times = call.longs(last)?;
            let target = call.strings(last - 1)?;
            let source = match last {
                2 => Some(call.strings(0)?),
                _ => None,
            };
            call.try_out(|i| {
                let (Some(us), Some(target)) = (times.get(i), target.get(i)) else {
                    return Ok(None);
                };
                let instant = match &source {
                    None => calendar::from_local(call.context.time_zone, us),
                    Some(source) => match source.get(i) {
                        None => return Ok(None),
                        Some(name) => match known(name)? {
                            ZoneText::Offset(s) => us - i64::from(s) * SECOND_US,
                            ZoneText::Named(z) => calendar::from_local(z, us),
                        },
                    },
                };
                Ok(Some(match known(target)? {
                    ZoneText::Offset(s) => instant + i64::from(s) * SECOND_US,
                    ZoneText::Named(z) => calendar::to_local(z, instant),
                }))
            })
        },
    ),
];

fn bind(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(2)?
        .cast(0, TIMESTAMP)?
        .cast(1, STRING)?
        .returns(T::Timestamp)
}

fn known(name: &str) -> Result<ZoneText, FunctionError> {
    zone_of(name).ok_or_else(|| FunctionError::InvalidTimezone {
        time_zone: name.into(),
    })
}

fn shift(call: &Call<'_>, f: impl Fn(i64, ZoneText) -> i64) -> Result<Series, SqlError> {
    let (times, zones) = (call.longs(0)?, call.strings(1)?);
    call.try_out(|i| {
        let (Some(us), Some(name)) = (times.get(i), zones.get(i)) else {
            return Ok(None);
        };
        Ok(Some(f(us, known(name)?)))
    })
}
