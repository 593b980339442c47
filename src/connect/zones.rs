//! `zoneinfo`: the offsets of the IANA database's time zones.

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, TZ_VARIANTS, Tz};
use serde_json::{Value, json};

use super::{ConnectError, Reply, Request};

pub(super) fn answer(what: &str, r: &Request<'_>) -> Reply {
    match what {
        "at" => {
            let seconds = DateTime::from_timestamp(r.integer("seconds")?, 0);
            let (Ok(zone), Some(moment)) = (r.text("zone")?.parse::<Tz>(), seconds) else {
                return Ok(Value::Null);
            };
            let moment = moment.naive_utc();
            let offset = if r.flag("local") {
                local(zone, moment, r.integer("fold")? == 1)
            } else {
                zone.offset_from_utc_datetime(&moment)
            };
            Ok(json!({
                "offset": offset.fix().local_minus_utc(),
                "dst": offset.dst_offset().num_seconds(),
                "name": offset.abbreviation(),
            }))
        }
        "names" => Ok(TZ_VARIANTS.iter().map(|zone| zone.name()).collect()),
        _ => Err(ConnectError::UnknownRequest {
            op: format!("zones.{what}"),
        }),
    }
}

/// The offset of what clocks show. `fold` chooses where they show it twice, or never (PEP 495).
fn local(zone: Tz, shown: NaiveDateTime, fold: bool) -> <Tz as TimeZone>::Offset {
    let day = TimeDelta::days(if fold { 1 } else { -1 });
    match zone.offset_from_local_datetime(&shown) {
        LocalResult::Single(offset) => offset,
        LocalResult::Ambiguous(first, second) => {
            if fold {
                second
            } else {
                first
            }
        }
        LocalResult::None => zone.offset_from_utc_datetime(&(shown + day)),
    }
}
