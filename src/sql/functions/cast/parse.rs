//! Casts from STRING: numbers, booleans, dates, timestamps, intervals.

use chrono_tz::Tz;
use polars_core::prelude::*;

use super::Cast;
use super::number::{fits, power_of_ten};
use crate::sql::error::SqlError;
use crate::sql::functions::FunctionError;
use crate::sql::functions::call::Output;
use crate::sql::plan::EvalMode;
use crate::types::calendar::{self, DAY_US, HOUR_US, MINUTE_US, SECOND_US};
use crate::types::{DataType as SparkType, Value};

/// Casts a STRING column to anything but BINARY.
pub(super) fn cast(series: &Series, cast: &Cast<'_>) -> Result<Series, SqlError> {
    use SparkType as T;
    let strings = series.str()?;
    let legacy = cast.mode == EvalMode::Legacy;
    Ok(match cast.to {
        T::Boolean => each(strings, cast, parse_boolean)?,
        T::Byte => each(strings, cast, |s| {
            parse_long(s, legacy).and_then(|n| i8::try_from(n).ok())
        })?,
        T::Short => each(strings, cast, |s| {
            parse_long(s, legacy).and_then(|n| i16::try_from(n).ok())
        })?,
        T::Integer => each(strings, cast, |s| {
            parse_long(s, legacy).and_then(|n| i32::try_from(n).ok())
        })?,
        T::Long => each(strings, cast, |s| parse_long(s, legacy))?,
        T::Float => each(strings, cast, |s| parse_double(s).map(|x| x as f32))?,
        T::Double => each(strings, cast, parse_double)?,
        T::Decimal { precision, scale } => {
            let (precision, scale) = (*precision, *scale);
            each_result(strings, |s| {
                let Some(text) = Some(trim(s)).filter(|t| is_decimal(t)) else {
                    return cast.malformed(&Value::from(s));
                };
                match parse_decimal(text, scale).filter(|d| fits(*d, precision)) {
                    Some(d) => Ok(Some(d)),
                    None => cast.out_of_range(text.to_string()),
                }
            })?
        }
        T::Date => each(strings, cast, parse_date)?,
        T::Timestamp => each(strings, cast, |s| parse_timestamp(s, Some(cast.zone)))?,
        T::TimestampNtz => each(strings, cast, |s| parse_timestamp(s, None))?,
        T::DayTimeInterval | T::YearMonthInterval => {
            let day_time = *cast.to == T::DayTimeInterval;
            let parsed = each(strings, cast, |s| {
                parse_interval(s).and_then(|(months, us)| match (day_time, months, us) {
                    (true, 0, us) => Some(us),
                    (false, months, 0) => Some(i64::from(months)),
                    _ => None,
                })
            })?;
            if day_time {
                parsed
            } else {
                parsed.cast(&DataType::Int32).map_err(FunctionError::from)?
            }
        }
        other => {
            return Err(FunctionError::UnexpectedColumn {
                function: "cast",
                found: other.sql(),
            }
            .into());
        }
    })
}

fn each<T: Output>(
    strings: &StringChunked,
    cast: &Cast<'_>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Series, FunctionError> {
    each_result(strings, |s| match parse(s) {
        Some(v) => Ok(Some(v)),
        None => cast.malformed(&Value::from(s)),
    })
}

fn each_result<T: Output>(
    strings: &StringChunked,
    parse: impl Fn(&str) -> Result<Option<T>, FunctionError>,
) -> Result<Series, FunctionError> {
    let mut failure = None;
    let column = T::column(
        strings
            .iter()
            .map_while(|s| match s.map_or(Ok(None), &parse) {
                Ok(value) => Some(value),
                Err(e) => {
                    failure = Some(e);
                    None
                }
            }),
    );
    failure.map_or(Ok(column), Err)
}

/// Without white space and control characters at its ends (`UTF8String.trimAll`).
fn trim(s: &str) -> &str {
    s.trim_matches(|c: char| c <= ' ' || c == '\u{7f}')
}

fn parse_boolean(s: &str) -> Option<bool> {
    let s = trim(s);
    let is = |names: &[&str]| names.iter().any(|n| s.eq_ignore_ascii_case(n));
    if is(&["t", "true", "y", "yes", "1"]) {
        Some(true)
    } else if is(&["f", "false", "n", "no", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// A whole number; with `fraction`, digits after a point are allowed and dropped.
fn parse_long(s: &str, fraction: bool) -> Option<i64> {
    let s = trim(s);
    let digits = s.strip_prefix(['+', '-']).unwrap_or(s);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let has_point = whole.len() != digits.len();
    if has_point && (!fraction || !rest.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    if whole.is_empty() {
        return (has_point && fraction && !rest.is_empty()).then_some(0);
    }
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let sign = if s.starts_with('-') { "-" } else { "" };
    if sign.is_empty() {
        whole.parse().ok()
    } else {
        format!("-{whole}").parse().ok()
    }
}

/// A double as Java reads it: also `1.5d`, `inf`, `NaN`.
pub fn parse_double(s: &str) -> Option<f64> {
    let s = trim(s);
    if let Ok(x) = s.parse::<f64>() {
        return Some(x);
    }
    let digits = s.strip_suffix(['d', 'D', 'f', 'F'])?;
    digits
        .ends_with(|c: char| c.is_ascii_digit() || c == '.')
        .then(|| digits.parse().ok())?
}

fn is_decimal(s: &str) -> bool {
    let (mantissa, exponent) = s.split_once(['e', 'E']).unwrap_or((s, "0"));
    let mantissa = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    !(whole.is_empty() && fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && !exponent.is_empty()
        && exponent.len() < 6
        && digits(exponent)
}

/// A number's text as a decimal of that scale, unscaled and rounded half up. `None` if it isn't
/// a number or has more than 38 digits.
pub fn parse_decimal(s: &str, scale: u8) -> Option<i128> {
    let s = trim(s);
    if !is_decimal(s) {
        return None;
    }
    let (mantissa, exponent) = s.split_once(['e', 'E']).unwrap_or((s, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let negative = mantissa.starts_with('-');
    let mantissa = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole
        .bytes()
        .chain(fraction.bytes())
        .map(|b| b - b'0')
        .skip_while(|d| *d == 0)
        .collect();
    // How many of the digits stand before the wanted last place.
    let keep = digits.len() as i64 - fraction.len() as i64 + exponent + i64::from(scale);
    let mut n: i128 = 0;
    let mut taken = 0;
    for digit in digits.iter().take(usize::try_from(keep.max(0)).ok()?) {
        n = n.checked_mul(10)?.checked_add(i128::from(*digit))?;
        taken += 1;
    }
    if n != 0 && keep > taken {
        n = n.checked_mul(power_of_ten_checked(keep - taken)?)?;
    }
    if keep >= 0 && digits.get(keep as usize).is_some_and(|d| *d >= 5) {
        n = n.checked_add(1)?;
    }
    Some(if negative { -n } else { n })
}

fn power_of_ten_checked(n: i64) -> Option<i128> {
    u8::try_from(n).ok().filter(|n| *n <= 38).map(power_of_ten)
}

/// Days of a date: `yyyy`, `yyyy-[m]m`, `yyyy-[m]m-[d]d`, the last with anything after a space
/// or `T`.
pub fn parse_date(s: &str) -> Option<i32> {
    let s = trim(s);
    if let Some(days) = fast_date(s.as_bytes()).filter(|_| s.len() == 10) {
        return i32::try_from(days).ok();
    }
    let mut reader = Reader::new(s);
    let (year, month, day) = reader.date()?;
    if let Some(rest) = reader.peek()
        && !(reader.parts == 3 && (rest == b' ' || rest == b'T'))
    {
        return None;
    }
    calendar::is_valid_date(year, month, day)
        .then(|| i32::try_from(calendar::days_from_civil(year, month, day)).ok())?
}

/// Two ASCII digits.
fn two(bytes: &[u8], at: usize) -> Option<i64> {
    let (a, b) = (*bytes.get(at)?, *bytes.get(at + 1)?);
    (a.is_ascii_digit() && b.is_ascii_digit())
        .then(|| i64::from(a - b'0') * 10 + i64::from(b - b'0'))
}

/// The days of `yyyy-MM-dd` at the start.
fn fast_date(bytes: &[u8]) -> Option<i64> {
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let year = two(bytes, 0)? * 100 + two(bytes, 2)?;
    let (month, day) = (two(bytes, 5)? as u32, two(bytes, 8)? as u32);
    calendar::is_valid_date(year, month, day).then(|| calendar::days_from_civil(year, month, day))
}

/// Microseconds of exactly `yyyy-MM-dd HH:mm:ss`.
fn fast_timestamp(bytes: &[u8]) -> Option<i64> {
    if bytes.len() != 19
        || !matches!(bytes.get(10), Some(b' ' | b'T'))
        || bytes.get(13) != Some(&b':')
        || bytes.get(16) != Some(&b':')
    {
        return None;
    }
    let days = fast_date(bytes)?;
    let (h, m, s) = (two(bytes, 11)?, two(bytes, 14)?, two(bytes, 17)?);
    (h < 24 && m < 60 && s < 60)
        .then(|| days * DAY_US + h * HOUR_US + m * MINUTE_US + s * SECOND_US)
}

/// Microseconds of a timestamp: a date alone, or with `[h]h:[m]m[:[s]s[.fraction]]` after a
/// space or `T`, and a zone. In `zone` if it names none; `None` reads a TIMESTAMP_NTZ, which
/// ignores the zone.
///
/// Source: Spark's `SparkDateTimeUtils.parseTimestampString`.
pub fn parse_timestamp(s: &str, zone: Option<Tz>) -> Option<i64> {
    let s = trim(s);
    let local = |us: i64| Some(zone.map_or(us, |z| calendar::from_local(z, us)));
    if let Some(us) = fast_timestamp(s.as_bytes()) {
        return local(us);
    }
    let mut reader = Reader::new(s);
    let (year, month, day) = reader.date()?;
    if !calendar::is_valid_date(year, month, day) || year.abs() > 294_247 {
        return None;
    }
    let mut us = calendar::days_from_civil(year, month, day).checked_mul(DAY_US)?;
    if reader.peek().is_none() {
        return local(us);
    }
    if reader.parts != 3 || !matches!(reader.next()?, b' ' | b'T') {
        return None;
    }
    us = us.checked_add(reader.time()?)?;
    let rest = reader.rest().trim();
    if rest.is_empty() {
        return local(us);
    }
    match (zone_of(rest)?, zone) {
        (_, None) => Some(us),
        (ZoneText::Offset(seconds), _) => us.checked_sub(i64::from(seconds) * SECOND_US),
        (ZoneText::Named(named), _) => Some(calendar::from_local(named, us)),
    }
}

/// A zone as written: an offset, or a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ZoneText {
    /// Seconds east of UTC.
    Offset(i32),
    Named(Tz),
}

/// Reads `Z`, `UTC`, `+01:00`, `UTC+1`, `Europe/Paris`.
pub fn zone_of(text: &str) -> Option<ZoneText> {
    let text = text.trim();
    if text == "Z" {
        return Some(ZoneText::Offset(0));
    }
    let bare = ["UTC", "GMT", "UT"]
        .iter()
        .find_map(|p| text.strip_prefix(p))
        .unwrap_or(text);
    if bare.is_empty() {
        return Some(ZoneText::Offset(0));
    }
    if let Some(digits) = bare.strip_prefix(['+', '-']) {
        let parts: Vec<&str> = digits.split(':').collect();
        let number = |i: usize| -> Option<i32> {
            match parts.get(i) {
                Some(p) if (1..=2).contains(&p.len()) => p.parse().ok(),
                Some(_) => None,
                None => Some(0),
            }
        };
        let (h, m, s) = match parts.as_slice() {
            [one] if one.len() == 4 => {
                (one.get(..2)?.parse().ok()?, one.get(2..)?.parse().ok()?, 0)
            }
            _ => (number(0)?, number(1)?, number(2)?),
        };
        if h > 18 || m > 59 || s > 59 || parts.len() > 3 {
            return None;
        }
        let seconds = h * 3600 + m * 60 + s;
        let sign = if bare.starts_with('-') { -1 } else { 1 };
        return (seconds <= 18 * 3600).then_some(ZoneText::Offset(sign * seconds));
    }
    text.parse().ok().map(ZoneText::Named)
}

/// Reads the parts of a date and time.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// How many parts the date had.
    parts: u8,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader {
            text,
            at: 0,
            parts: 0,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let b = self.peek()?;
        self.at += 1;
        Some(b)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// A run of digits and how many they are.
    fn number(&mut self) -> Option<(i64, usize)> {
        let start = self.at;
        let mut n: i64 = 0;
        while let Some(b) = self.peek().filter(u8::is_ascii_digit) {
            n = n.checked_mul(10)?.checked_add(i64::from(b - b'0'))?;
            self.at += 1;
        }
        let digits = self.at - start;
        (digits > 0).then_some((n, digits))
    }

    fn date(&mut self) -> Option<(i64, u32, u32)> {
        let negative = match self.peek()? {
            b'-' => {
                self.at += 1;
                true
            }
            b'+' => {
                self.at += 1;
                false
            }
            _ => false,
        };
        let (year, digits) = self.number()?;
        if !(4..=7).contains(&digits) {
            return None;
        }
        let year = if negative { -year } else { year };
        let mut part = || -> Option<Option<u32>> {
            if self.peek() != Some(b'-') {
                return Some(None);
            }
            self.at += 1;
            let (n, digits) = self.number()?;
            (digits <= 2).then(|| u32::try_from(n).ok())
        };
        let month = part()?;
        let day = match month {
            Some(_) => part()?,
            None => None,
        };
        self.parts = 1 + u8::from(month.is_some()) + u8::from(day.is_some());
        Some((year, month.unwrap_or(1), day.unwrap_or(1)))
    }

    /// Microseconds of `[h]h[:[m]m[:[s]s[.fraction]]]`.
    fn time(&mut self) -> Option<i64> {
        let mut fields = [0i64; 3];
        for (i, (field, limit)) in fields.iter_mut().zip([24, 60, 60]).enumerate() {
            if i > 0 {
                if self.peek() != Some(b':') {
                    break;
                }
                self.at += 1;
            }
            let (n, digits) = self.number()?;
            if digits > 2 || n >= limit {
                return None;
            }
            *field = n;
        }
        let [h, m, s] = fields;
        let mut us = h * HOUR_US + m * MINUTE_US + s * SECOND_US;
        if self.peek() == Some(b'.') {
            self.at += 1;
            let mut scale = SECOND_US / 10;
            while let Some(b) = self.peek().filter(u8::is_ascii_digit) {
                us += i64::from(b - b'0') * scale;
                scale /= 10;
                self.at += 1;
            }
        }
        Some(us)
    }
}

/// Months and microseconds of an interval: `1 day 2 hours`, `INTERVAL '1-2' YEAR TO MONTH`,
/// `1 02:03:04`, `1-2`.
pub fn parse_interval(s: &str) -> Option<(i32, i64)> {
    let s = trim(s);
    let lower = s.to_ascii_lowercase();
    let body = lower
        .strip_prefix("interval")
        .map_or(lower.as_str(), str::trim);
    if let Some(quoted) = body.strip_prefix('\'').or_else(|| {
        body.strip_prefix('-')
            .map(str::trim)
            .and_then(|b| b.strip_prefix('\''))
    }) {
        let negative = body.starts_with('-');
        let (value, unit) = quoted.split_once('\'')?;
        let value = if negative {
            format!("-{value}")
        } else {
            value.into()
        };
        let unit = unit.trim();
        return if unit.is_empty() {
            parse_interval(&value)
        } else {
            parse_unit_interval(&value, unit)
        };
    }
    if let Some(parsed) = parse_year_month(body) {
        return Some((parsed, 0));
    }
    if let Some(us) = parse_day_time(body) {
        return Some((0, us));
    }
    let mut months: i64 = 0;
    let mut us: i64 = 0;
    let mut words = body.split_whitespace();
    let mut any = false;
    while let Some(number) = words.next() {
        let number = match number {
            "+" => words.next()?.to_string(),
            "-" => format!("-{}", words.next()?),
            n => n.to_string(),
        };
        let (m, u) = parse_unit_interval(&number, words.next()?)?;
        months = months.checked_add(i64::from(m))?;
        us = us.checked_add(u)?;
        any = true;
    }
    any.then(|| Some((i32::try_from(months).ok()?, us)))?
}

/// `1-2`: years and months.
fn parse_year_month(s: &str) -> Option<i32> {
    let negative = s.starts_with('-');
    let body = s.strip_prefix(['+', '-']).unwrap_or(s);
    let (years, months) = body.split_once('-')?;
    let (years, months): (i32, i32) = (years.parse().ok()?, months.parse().ok()?);
    if months > 11 || years < 0 {
        return None;
    }
    let n = years.checked_mul(12)?.checked_add(months)?;
    Some(if negative { -n } else { n })
}

/// `1 02:03:04.5`, `02:03:04`.
fn parse_day_time(s: &str) -> Option<i64> {
    let negative = s.starts_with('-');
    let body = s.strip_prefix(['+', '-']).unwrap_or(s);
    let (days, time) = match body.split_once(' ') {
        Some((d, t)) => (d.parse::<i64>().ok()?, t.trim()),
        None => (0, body),
    };
    if !time.contains(':') || time.starts_with(['+', '-']) {
        return None;
    }
    let mut reader = Reader::new(time);
    let of_day = reader.time()?;
    if !reader.rest().is_empty() {
        return None;
    }
    let us = days.checked_mul(DAY_US)?.checked_add(of_day)?;
    Some(if negative { -us } else { us })
}

/// A number and its unit, or a unit range: `2` `hours`, `1-2` `year to month`.
fn parse_unit_interval(value: &str, unit: &str) -> Option<(i32, i64)> {
    let unit = unit.to_ascii_lowercase();
    if let Some((from, to)) = unit.split_once(" to ") {
        let sign_and_rest = |s: &str| -> (i64, String) {
            match s.strip_prefix('-') {
                Some(rest) => (-1, rest.trim().to_string()),
                None => (1, s.trim_start_matches('+').to_string()),
            }
        };
        let (sign, body) = sign_and_rest(value.trim());
        return match (from.trim(), to.trim()) {
            ("year", "month") => parse_year_month(value.trim()).map(|m| (m, 0)),
            ("day", "hour") => {
                let (d, h) = body.split_once(' ')?;
                let us = d.parse::<i64>().ok()?.checked_mul(DAY_US)?
                    + h.trim().parse::<i64>().ok()?.checked_mul(HOUR_US)?;
                Some((0, sign * us))
            }
            ("day", "minute" | "second") => parse_day_time(&body).map(|us| (0, sign * us)),
            ("hour", "minute" | "second") => parse_day_time(&body).map(|us| (0, sign * us)),
            ("minute", "second") => parse_day_time(&format!("0:{body}")).map(|us| (0, sign * us)),
            _ => None,
        };
    }
    let value = value.trim();
    let us_per_unit = match unit.trim_end_matches('s') {
        "year" => return Some((value.parse::<i32>().ok()?.checked_mul(12)?, 0)),
        "quarter" => return Some((value.parse::<i32>().ok()?.checked_mul(3)?, 0)),
        "month" => return Some((value.parse().ok()?, 0)),
        "week" => 7 * DAY_US,
        "day" => DAY_US,
        "hour" => HOUR_US,
        "minute" => MINUTE_US,
        "second" => {
            let unscaled = parse_decimal(value, 6)?;
            return Some((0, i64::try_from(unscaled).ok()?));
        }
        "millisecond" => 1000,
        "microsecond" => 1,
        _ => return None,
    };
    Some((0, value.parse::<i64>().ok()?.checked_mul(us_per_unit)?))
}
