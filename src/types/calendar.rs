//! The proleptic Gregorian calendar over plain integers, and time zones' offsets.
//!
//! Dates are days and instants are microseconds since 1970-01-01, as Spark stores them.

use chrono::{LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// Microseconds in a second, minute, hour and day.
pub const SECOND_US: i64 = 1_000_000;
pub const MINUTE_US: i64 = 60 * SECOND_US;
pub const HOUR_US: i64 = 60 * MINUTE_US;
pub const DAY_US: i64 = 24 * HOUR_US;

/// Year, month 1..=12 and day 1..=31 of a day number.
pub fn civil_from_days(days: i64) -> (i64, u32, u32) {
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// The day number of a date; `month` and `day` must be in range ([`is_valid_date`]).
pub fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let y = year - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let m = i64::from(month);
    let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// Whether the year has a 29th of February.
pub fn is_leap_year(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// Days of a month, 1..=12.
pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap_year(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether there is such a date.
pub fn is_valid_date(year: i64, month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month)
}

/// Day of the week, Monday is 0.
pub fn weekday(days: i64) -> u32 {
    (days + 3).rem_euclid(7) as u32
}

/// The zone's offset from UTC in microseconds at an instant.
pub fn offset_at(zone: Tz, instant_us: i64) -> i64 {
    if zone == Tz::UTC {
        return 0;
    }
    let seconds = instant_us.div_euclid(SECOND_US);
    match chrono::DateTime::from_timestamp(seconds, 0) {
        Some(utc) => {
            let offset = zone.offset_from_utc_datetime(&utc.naive_utc()).fix();
            i64::from(offset.local_minus_utc()) * SECOND_US
        }
        None => 0,
    }
}

/// What a clock in the zone shows at an instant, as microseconds without a zone.
pub fn to_local(zone: Tz, instant_us: i64) -> i64 {
    instant_us.saturating_add(offset_at(zone, instant_us))
}

/// The instant at which a clock in the zone shows `local_us`. In a gap the clock's reading
/// before it counts on; of two instants it is the earlier, as in Java.
pub fn from_local(zone: Tz, local_us: i64) -> i64 {
    if zone == Tz::UTC {
        return local_us;
    }
    let naive = |us: i64| -> Option<NaiveDateTime> {
        Some(chrono::DateTime::from_timestamp(us.div_euclid(SECOND_US), 0)?.naive_utc())
    };
    let Some(local) = naive(local_us) else {
        return local_us;
    };
    let offset = match zone.offset_from_local_datetime(&local) {
        LocalResult::Single(o) => o.fix().local_minus_utc(),
        LocalResult::Ambiguous(earlier, _) => earlier.fix().local_minus_utc(),
        LocalResult::None => {
            let before = naive(local_us.saturating_sub(DAY_US)).unwrap_or(local);
            match zone.offset_from_local_datetime(&before) {
                LocalResult::Single(o) | LocalResult::Ambiguous(o, _) => o.fix().local_minus_utc(),
                LocalResult::None => 0,
            }
        }
    };
    local_us.saturating_sub(i64::from(offset) * SECOND_US)
}

/// Two digits at once: faster than `format!` where a million rows are written.
fn push_two(out: &mut String, n: u32) {
    out.push(char::from(b'0' + (n / 10 % 10) as u8));
    out.push(char::from(b'0' + (n % 10) as u8));
}

/// Appends `yyyy-MM-dd`; years beyond 9999 have a sign, as in Java.
pub fn push_date(out: &mut String, days: i64) {
    let (year, month, day) = civil_from_days(days);
    if (0..=9999).contains(&year) {
        push_two(out, (year / 100) as u32);
        push_two(out, (year % 100) as u32);
    } else if year < 0 {
        out.push_str(&format!("-{:04}", -year));
    } else {
        out.push_str(&format!("+{year}"));
    }
    out.push('-');
    push_two(out, month);
    out.push('-');
    push_two(out, day);
}

/// Appends `yyyy-MM-dd HH:mm:ss`, and the fraction without trailing zeros if there is one.
pub fn push_timestamp(out: &mut String, local_us: i64) {
    push_date(out, local_us.div_euclid(DAY_US));
    out.push(' ');
    push_time(out, local_us.rem_euclid(DAY_US));
}

/// Appends `HH:mm:ss` and the fraction without trailing zeros.
fn push_time(out: &mut String, of_day_us: i64) {
    let seconds = (of_day_us / SECOND_US) as u32;
    push_two(out, seconds / 3600);
    out.push(':');
    push_two(out, seconds / 60 % 60);
    out.push(':');
    push_two(out, seconds % 60);
    let fraction = of_day_us % SECOND_US;
    if fraction != 0 {
        let digits = format!(".{fraction:06}");
        out.push_str(digits.trim_end_matches('0'));
    }
}
