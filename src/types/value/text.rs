//! Values as text: as `show()` and casts print them, as SQL literals, as JSON.

use std::fmt::Write;

use chrono_tz::Tz;

use super::Value;
use crate::types::DataType;
use crate::types::calendar::{self, DAY_US, HOUR_US, MINUTE_US, SECOND_US};

impl Value {
    /// What `show()` prints: NULL is `NULL`, binary is `[61 62]`.
    pub fn show(&self, data_type: &DataType, zone: Tz) -> String {
        let mut out = String::new();
        push_text(&mut out, self, data_type, zone, true);
        out
    }

    /// What a cast to STRING gives: inside arrays, maps and structs NULL is `null`.
    pub fn cast_text(&self, data_type: &DataType, zone: Tz) -> String {
        let mut out = String::new();
        push_text(&mut out, self, data_type, zone, false);
        out
    }

    /// A SQL literal, as error messages show values: `'abc'`, `1L`, `1.5BD`.
    pub fn sql(&self, data_type: &DataType) -> String {
        match self {
            Value::Null => "NULL".into(),
            Value::Byte(n) => format!("{n}Y"),
            Value::Short(n) => format!("{n}S"),
            Value::Long(n) => format!("{n}L"),
            Value::Double(x) if x.is_finite() => format!("{}D", double_text(*x)),
            Value::Decimal(n) => format!("{}BD", decimal_text(*n, scale_of(data_type))),
            Value::String(s) => {
                format!("'{}'", s.replace('\\', "\\\\").replace('\'', "\\'"))
            }
            Value::Binary(b) => format!("X'{}'", hex(b)),
            Value::Date(_) => format!("DATE '{}'", self.cast_text(data_type, Tz::UTC)),
            Value::Timestamp(_) => format!("TIMESTAMP '{}'", self.cast_text(data_type, Tz::UTC)),
            Value::TimestampNtz(_) => {
                format!("TIMESTAMP_NTZ '{}'", self.cast_text(data_type, Tz::UTC))
            }
            _ => self.cast_text(data_type, Tz::UTC),
        }
    }

    /// Appends the value's JSON, as `to_json` writes it: null fields of structs are left out,
    /// timestamps are ISO 8601 with milliseconds and the zone's offset.
    pub fn push_json(&self, data_type: &DataType, zone: Tz, out: &mut String) {
        match (self, data_type) {
            (Value::Null, _) => out.push_str("null"),
            (Value::Float(x), _) if !x.is_finite() => push_json_string(out, &float_text(*x)),
            (Value::Double(x), _) if !x.is_finite() => push_json_string(out, &double_text(*x)),
            (Value::String(s), _) => push_json_string(out, s),
            (Value::Binary(b), _) => push_json_string(out, &base64(b)),
            (Value::Timestamp(us), _) => {
                out.push('"');
                let offset = calendar::offset_at(zone, *us);
                push_iso(out, us.saturating_add(offset));
                push_offset(out, offset / SECOND_US);
                out.push('"');
            }
            (Value::TimestampNtz(us), _) => {
                out.push('"');
                push_iso(out, *us);
                out.push('"');
            }
            (Value::Date(_) | Value::DayTimeInterval(_) | Value::YearMonthInterval(_), _) => {
                push_json_string(out, &self.cast_text(data_type, zone));
            }
            (Value::Array(items), DataType::Array { element, .. }) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.push_json(element, zone, out);
                }
                out.push(']');
            }
            (Value::Map(entries), DataType::Map { key, value, .. }) => {
                out.push('{');
                for (i, (k, v)) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    push_json_string(out, &k.cast_text(key, zone));
                    out.push(':');
                    v.push_json(value, zone, out);
                }
                out.push('}');
            }
            (Value::Struct(values), DataType::Struct(s)) => {
                out.push('{');
                let present = values.iter().zip(&s.fields).filter(|(v, _)| !v.is_null());
                for (i, (value, field)) in present.enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    push_json_string(out, &field.name);
                    out.push(':');
                    value.push_json(&field.data_type, zone, out);
                }
                out.push('}');
            }
            _ => push_text(out, self, data_type, zone, false),
        }
    }
}

fn scale_of(data_type: &DataType) -> u8 {
    match data_type {
        DataType::Decimal { scale, .. } => *scale,
        _ => 0,
    }
}

fn push_text(out: &mut String, value: &Value, data_type: &DataType, zone: Tz, show: bool) {
    let null = if show { "NULL" } else { "null" };
    match (value, data_type) {
        (Value::Null, _) => out.push_str(null),
        (Value::Boolean(b), _) => out.push_str(if *b { "true" } else { "false" }),
        (Value::Byte(n), _) => push_display(out, n),
        (Value::Short(n), _) => push_display(out, n),
        (Value::Integer(n), _) => push_display(out, n),
        (Value::Long(n), _) => push_display(out, n),
        (Value::Float(x), _) => out.push_str(&float_text(*x)),
        (Value::Double(x), _) => out.push_str(&double_text(*x)),
        (Value::Decimal(n), t) => out.push_str(&decimal_text(*n, scale_of(t))),
        (Value::String(s), _) => out.push_str(s),
        (Value::Binary(b), _) if show => {
            let bytes: Vec<String> = b.iter().map(|b| format!("{b:02X}")).collect();
            push_display(out, format_args!("[{}]", bytes.join(" ")));
        }
        (Value::Binary(b), _) => out.push_str(&String::from_utf8_lossy(b)),
        (Value::Date(days), _) => calendar::push_date(out, i64::from(*days)),
        (Value::Timestamp(us), _) => calendar::push_timestamp(out, calendar::to_local(zone, *us)),
        (Value::TimestampNtz(us), _) => calendar::push_timestamp(out, *us),
        (Value::DayTimeInterval(us), _) => push_day_time(out, *us),
        (Value::YearMonthInterval(months), _) => {
            let sign = if *months < 0 { "-" } else { "" };
            let n = months.unsigned_abs();
            push_display(
                out,
                format_args!("INTERVAL '{sign}{}-{}' YEAR TO MONTH", n / 12, n % 12),
            );
        }
        (Value::Array(items), t) => {
            let element = match t {
                DataType::Array { element, .. } => &**element,
                other => other,
            };
            push_list(
                out,
                '[',
                ']',
                items.iter().map(|v| (v, element)),
                zone,
                show,
            );
        }
        (Value::Map(entries), t) => {
            let (key, value) = match t {
                DataType::Map { key, value, .. } => (&**key, &**value),
                other => (other, other),
            };
            out.push('{');
            for (i, (k, v)) in entries.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                push_text(out, k, key, zone, show);
                out.push_str(" -> ");
                push_text(out, v, value, zone, show);
            }
            out.push('}');
        }
        (Value::Struct(values), t) => {
            let types = match t {
                DataType::Struct(s) => s.fields.iter().map(|f| &f.data_type).collect(),
                other => vec![other; values.len()],
            };
            push_list(out, '{', '}', values.iter().zip(types), zone, show);
        }
    }
}

fn push_display(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a String can't fail.
    let _ = write!(out, "{value}");
}

fn push_list<'a>(
    out: &mut String,
    open: char,
    close: char,
    items: impl Iterator<Item = (&'a Value, &'a DataType)>,
    zone: Tz,
    show: bool,
) {
    out.push(open);
    for (i, (item, data_type)) in items.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        push_text(out, item, data_type, zone, show);
    }
    out.push(close);
}

fn push_day_time(out: &mut String, us: i64) {
    let sign = if us < 0 { "-" } else { "" };
    let n = us.unsigned_abs();
    let (day, hour, minute, second) = (
        DAY_US as u64,
        HOUR_US as u64,
        MINUTE_US as u64,
        SECOND_US as u64,
    );
    push_display(
        out,
        format_args!(
            "INTERVAL '{sign}{} {:02}:{:02}:{:02}",
            n / day,
            n % day / hour,
            n % hour / minute,
            n % minute / second
        ),
    );
    let fraction = n % second;
    if fraction != 0 {
        out.push_str(format!(".{fraction:06}").trim_end_matches('0'));
    }
    out.push_str("' DAY TO SECOND");
}

/// A double as Java prints it: `1.0`, `1.0E10`, `1.0E-4`, `NaN`, `Infinity`.
pub fn double_text(x: f64) -> String {
    if x.is_finite() {
        java_number(&format!("{x:e}"))
    } else {
        not_finite(x)
    }
}

/// A float as Java prints it.
pub fn float_text(x: f32) -> String {
    if x.is_finite() {
        java_number(&format!("{x:e}"))
    } else {
        not_finite(f64::from(x))
    }
}

fn not_finite(x: f64) -> String {
    if x.is_nan() {
        "NaN".into()
    } else if x > 0.0 {
        "Infinity".into()
    } else {
        "-Infinity".into()
    }
}

/// From Rust's shortest `1.25e-3` to Java's form.
fn java_number(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let zero = whole == "0" && fraction.is_empty();
    if !zero && !(-3..7).contains(&exponent) {
        let fraction = if fraction.is_empty() { "0" } else { fraction };
        return format!("{sign}{whole}.{fraction}E{exponent}");
    }
    let digits = format!("{whole}{fraction}");
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1).unsigned_abs() as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    let point = exponent.unsigned_abs() as usize + 1;
    if digits.len() <= point {
        let zeros = "0".repeat(point - digits.len());
        return format!("{sign}{digits}{zeros}.0");
    }
    let (whole, fraction) = digits.split_at(point);
    format!("{sign}{whole}.{fraction}")
}

/// A decimal in plain notation: `12.50`.
pub fn decimal_text(unscaled: i128, scale: u8) -> String {
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = unscaled.unsigned_abs().to_string();
    let scale = usize::from(scale);
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

fn push_iso(out: &mut String, local_us: i64) {
    calendar::push_date(out, local_us.div_euclid(DAY_US));
    let of_day = local_us.rem_euclid(DAY_US);
    push_display(
        out,
        format_args!(
            "T{:02}:{:02}:{:02}.{:03}",
            of_day / HOUR_US,
            of_day % HOUR_US / MINUTE_US,
            of_day % MINUTE_US / SECOND_US,
            of_day % SECOND_US / 1000
        ),
    );
}

fn push_offset(out: &mut String, seconds: i64) {
    if seconds == 0 {
        out.push('Z');
        return;
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let n = seconds.abs();
    push_display(
        out,
        format_args!("{sign}{:02}:{:02}", n / 3600, n / 60 % 60),
    );
}

/// Appends a JSON string with its quotes, escaped as Jackson does.
pub fn push_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 => push_display(out, format_args!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

/// Base 64 with padding (RFC 4648).
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut n = 0u32;
        for i in 0..3 {
            n = n << 8 | u32::from(chunk.get(i).copied().unwrap_or(0));
        }
        for i in 0..4 {
            let six = (n >> (18 - 6 * i) & 63) as usize;
            match ALPHABET.get(six) {
                Some(&c) if i <= chunk.len() => out.push(char::from(c)),
                _ => out.push('='),
            }
        }
    }
    out
}

/// The bytes that base 64 stands for; line ends are skipped. `None` for what isn't base 64.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut buffer = 0u32;
    let mut bits = 0;
    let mut padded = false;
    for c in text.bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padded = true;
                continue;
            }
            b'\r' | b'\n' => continue,
            _ => return None,
        };
        if padded {
            return None;
        }
        buffer = buffer << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((buffer >> bits) as u8);
        }
    }
    (bits < 6).then_some(out)
}
