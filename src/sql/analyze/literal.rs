//! Constants: numbers and their suffixes, typed literals, intervals.

use std::sync::Arc;

use sqlparser::ast;

use super::Analyzer;
use crate::sql::error::{AnalysisReason, ParseError, ParseReason, Position, SqlError};
use crate::sql::functions::{cast, sql_text};
use crate::sql::plan::Expr;
use crate::types::{DataType, Value};

/// A constant and its text in column names.
pub type Literal = (Expr, String);

/// A number as it stands in the text: `10`, `1.5`, `1e3`, with suffixes L S Y D F BD.
pub fn number(text: &str, negative: bool, at: Position) -> Result<Literal, SqlError> {
    let upper = text.to_ascii_uppercase();
    let sign = if negative { "-" } else { "" };
    let out_of_range = |name: &'static str, digits: &str, min: i64, max: i64| -> SqlError {
        ParseError {
            reason: ParseReason::NumericLiteralRange {
                literal: format!("{sign}{digits}"),
                data_type: name,
                min,
                max,
            },
            position: at,
            sql: text.to_owned(),
            fragment: Some(sign.len() + text.len()),
        }
        .into()
    };
    macro_rules! suffixed {
        ($digits:expr, $rust:ty, $value:ident, $name:expr) => {{
            match format!("{sign}{}", $digits).parse::<$rust>() {
                Ok(v) => Ok(named(Expr::literal(Value::$value(v), DataType::$value))),
                Err(_) => Err(out_of_range(
                    $name,
                    $digits,
                    i64::from(<$rust>::MIN),
                    i64::from(<$rust>::MAX),
                )),
            }
        }};
    }
    if let Some(digits) = upper.strip_suffix("BD") {
        return decimal(digits, negative);
    }
    if let Some(digits) = upper.strip_suffix('L') {
        return suffixed!(digits, i64, Long, "bigint");
    }
    if let Some(digits) = upper.strip_suffix('S') {
        return suffixed!(digits, i16, Short, "smallint");
    }
    if let Some(digits) = upper.strip_suffix('Y') {
        return suffixed!(digits, i8, Byte, "tinyint");
    }
    if let Some(digits) = upper.strip_suffix('D') {
        return Ok(double(digits, negative));
    }
    if let Some(digits) = upper.strip_suffix('F') {
        let v: f32 = format!("{sign}{digits}").parse().unwrap_or(f32::NAN);
        return Ok(named(Expr::literal(Value::Float(v), DataType::Float)));
    }
    if upper.contains('E') {
        return Ok(double(&upper, negative));
    }
    if upper.contains('.') {
        return decimal(&upper, negative);
    }
    let signed = format!("{sign}{upper}");
    if let Ok(v) = signed.parse::<i32>() {
        return Ok(named(Expr::literal(Value::Integer(v), DataType::Integer)));
    }
    if let Ok(v) = signed.parse::<i64>() {
        return Ok(named(Expr::literal(Value::Long(v), DataType::Long)));
    }
    decimal(&upper, negative)
}

fn named(expr: Expr) -> Literal {
    let name = sql_text(&expr);
    (expr, name)
}

fn double(digits: &str, negative: bool) -> Literal {
    let v: f64 = digits.parse().unwrap_or(f64::NAN);
    let v = if negative { -v } else { v };
    named(Expr::literal(Value::Double(v), DataType::Double))
}

/// A decimal of as many digits as are written; an exponent moves the point.
fn decimal(text: &str, negative: bool) -> Result<Literal, SqlError> {
    let (mantissa, exponent) = match text.split_once('E') {
        Some((m, e)) => (m, e.parse::<i32>().unwrap_or(i32::MAX)),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    let mut scale = i32::try_from(fraction.len())
        .unwrap_or(i32::MAX)
        .saturating_sub(exponent);
    if (-38..0).contains(&scale) {
        digits.push_str(&"0".repeat(usize::try_from(-scale).unwrap_or(0)));
        scale = 0;
    }
    let significant = digits.trim_start_matches('0');
    let precision = significant
        .len()
        .max(usize::try_from(scale).unwrap_or(usize::MAX))
        .max(1);
    if precision > 38 || scale < 0 {
        return Err(AnalysisReason::DecimalPrecision { precision }.into());
    }
    let magnitude: i128 = significant.parse().unwrap_or(0);
    let value = if negative { -magnitude } else { magnitude };
    let data_type = DataType::decimal(
        u8::try_from(precision).unwrap_or(38),
        u8::try_from(scale).unwrap_or(0),
    );
    Ok(named(Expr::literal(Value::Decimal(value), data_type)))
}

/// A string constant.
pub fn string(text: &str) -> Literal {
    (
        Expr::literal(Value::String(Arc::from(text)), DataType::String),
        text.to_owned(),
    )
}

/// `X'1F'`.
fn hex(text: &str) -> Option<Literal> {
    let padded = if text.len() % 2 == 1 {
        format!("0{text}")
    } else {
        text.to_owned()
    };
    let bytes: Option<Vec<u8>> = padded
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        })
        .collect();
    let expr = Expr::literal(Value::Binary(Arc::from(bytes?)), DataType::Binary);
    Some((expr, format!("X'{}'", padded.to_uppercase())))
}

impl Analyzer<'_> {
    /// A constant of the grammar.
    pub(super) fn value(
        &self,
        value: &ast::Value,
        at: Option<Position>,
    ) -> Result<Literal, SqlError> {
        let place = at.unwrap_or(Position { line: 1, column: 0 });
        Ok(match value {
            ast::Value::Number(text, _) => number(text, false, place)?,
            ast::Value::SingleQuotedString(s)
            | ast::Value::DoubleQuotedString(s)
            | ast::Value::SingleQuotedRawStringLiteral(s)
            | ast::Value::DoubleQuotedRawStringLiteral(s) => string(s),
            ast::Value::Boolean(b) => named(Expr::literal(Value::Boolean(*b), DataType::Boolean)),
            ast::Value::Null => named(Expr::literal(Value::Null, DataType::Null)),
            ast::Value::HexStringLiteral(s) => {
                hex(s).ok_or_else(|| invalid_literal("X", s, place))?
            }
            ast::Value::Placeholder(marker) => self.parameter(marker, place)?,
            other => {
                return Err(super::unsupported(format!("the literal {other}")).at(at));
            }
        })
    }

    /// A parameter marker's value: `:name`, or `?` by its place among all.
    fn parameter(&self, marker: &str, at: Position) -> Result<Literal, SqlError> {
        let found = match (self.parameters, marker.strip_prefix(':')) {
            (super::Parameters::Named(values), Some(name)) => values.get(name),
            (super::Parameters::Positional(values), None) => {
                let earlier = |other: &&Position| (other.line, other.column) < (at.line, at.column);
                values.get(self.markers.iter().filter(earlier).count())
            }
            _ => None,
        };
        let Some((value, data_type)) = found else {
            let error: SqlError = AnalysisReason::UnboundParameter {
                name: marker.trim_start_matches(':').to_owned(),
            }
            .into();
            return Err(error.at(Some(at)));
        };
        let text = value.cast_text(data_type, self.catalog.time_zone());
        let text = if *value == Value::Null {
            "NULL".into()
        } else {
            text
        };
        Ok((Expr::literal(value.clone(), data_type.clone()), text))
    }

    /// `DATE '…'`, `TIMESTAMP '…'`, `TIMESTAMP_NTZ '…'`.
    pub(super) fn typed_string(
        &self,
        typed: &ast::TypedString,
        at: Option<Position>,
    ) -> Result<Literal, SqlError> {
        let name = typed.data_type.to_string().to_uppercase();
        let at = self.before(at, &name);
        let place = at.unwrap_or(Position { line: 1, column: 0 });
        let text = match &typed.value.value {
            ast::Value::SingleQuotedString(s) | ast::Value::DoubleQuotedString(s) => s.clone(),
            other => other.to_string(),
        };
        let zone = self.catalog.time_zone();
        let parsed = match name.as_str() {
            "DATE" => cast::parse_date(&text).map(|d| (Value::Date(d), DataType::Date)),
            "TIMESTAMP" | "TIMESTAMP_LTZ" => cast::parse_timestamp(&text, Some(zone))
                .map(|t| (Value::Timestamp(t), DataType::Timestamp)),
            "TIMESTAMP_NTZ" => cast::parse_timestamp(&text, None)
                .map(|t| (Value::TimestampNtz(t), DataType::TimestampNtz)),
            _ => {
                return Err(super::unsupported(format!("literals of the type {name}")).at(at));
            }
        };
        let (value, data_type) = parsed.ok_or_else(|| invalid_literal(&name, &text, place))?;
        let sql = format!("{name} '{}'", value.cast_text(&data_type, zone));
        Ok((Expr::literal(value, data_type), sql))
    }

    /// `INTERVAL …`: the dialect gives the amounts and units as one text.
    pub(super) fn interval(
        &self,
        interval: &ast::Interval,
        at: Option<Position>,
    ) -> Result<Literal, SqlError> {
        let place = at.unwrap_or(Position { line: 1, column: 0 });
        let text = match interval.value.as_ref() {
            ast::Expr::Value(v) => match &v.value {
                ast::Value::SingleQuotedString(s) => s.clone(),
                other => other.to_string(),
            },
            other => other.to_string(),
        };
        parse_interval(&text).ok_or_else(|| {
            let inside = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
            invalid_literal("INTERVAL", inside.unwrap_or(&text), place)
        })
    }
}

fn invalid_literal(data_type: &str, value: &str, position: Position) -> SqlError {
    let length = data_type.chars().count() + value.chars().count() + 2;
    ParseError {
        reason: ParseReason::InvalidTypedLiteral {
            data_type: data_type.into(),
            value: value.into(),
        },
        position,
        sql: value.into(),
        fragment: Some(length),
    }
    .into()
}

const UNITS: [(&str, u64); 4] = [
    ("DAY", 86_400_000_000),
    ("HOUR", 3_600_000_000),
    ("MINUTE", 60_000_000),
    ("SECOND", 1_000_000),
];

/// `1 DAY 2 HOUR`, `'1-2' YEAR TO MONTH`, `'1 02:03:04' DAY TO SECOND`, `'1 day 2 hours'`.
fn parse_interval(text: &str) -> Option<Literal> {
    let upper = text.to_uppercase();
    // The units that are named say how it is shown.
    let words: Vec<&str> = upper
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|w| !w.is_empty())
        .map(|w| w.strip_suffix('S').unwrap_or(w))
        .collect();
    let ranged = words.contains(&"TO");
    let (months, micros) = if ranged {
        cast::parse_interval(&format!("INTERVAL {text}"))
            .or_else(|| cast::parse_interval(text))
            .or_else(|| cast::parse_interval(text.split('\'').nth(1)?))?
    } else {
        cast::parse_interval(&text.replace('\'', ""))?
    };
    let month_units = words.iter().any(|w| matches!(*w, "YEAR" | "MONTH"));
    let time_units: Vec<usize> = words
        .iter()
        .filter_map(|w| match *w {
            "WEEK" => Some(0),
            "MILLISECOND" | "MICROSECOND" => Some(3),
            unit => UNITS.iter().position(|(name, _)| *name == unit),
        })
        .collect();
    if month_units && time_units.is_empty() && micros == 0 {
        let expr = Expr::literal(
            Value::YearMonthInterval(months),
            DataType::YearMonthInterval,
        );
        let sign = if months < 0 { "-" } else { "" };
        let all = months.unsigned_abs();
        let sql = match (words.contains(&"YEAR"), words.contains(&"MONTH")) {
            (true, false) => format!("INTERVAL '{sign}{}' YEAR", all / 12),
            (false, true) => format!("INTERVAL '{sign}{all}' MONTH"),
            _ => format!("INTERVAL '{sign}{}-{}' YEAR TO MONTH", all / 12, all % 12),
        };
        return Some((expr, sql));
    }
    if months != 0 {
        return None;
    }
    let expr = Expr::literal(Value::DayTimeInterval(micros), DataType::DayTimeInterval);
    let largest = time_units.iter().min().copied().unwrap_or(0);
    let smallest = time_units.iter().max().copied().unwrap_or(3);
    Some((expr, day_time_sql(micros, largest, smallest)))
}

fn day_time_sql(micros: i64, largest: usize, smallest: usize) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let mut rest = micros.unsigned_abs();
    let mut text = String::new();
    for (i, (_, size)) in UNITS.iter().enumerate() {
        if i < largest || i > smallest {
            continue;
        }
        let amount = rest / size;
        rest %= size;
        if i != largest {
            text.push(if i == 1 { ' ' } else { ':' });
        }
        // Only days come without a leading zero.
        if i == 0 {
            text.push_str(&amount.to_string());
        } else {
            text.push_str(&format!("{amount:02}"));
        }
        if i == 3 && rest > 0 {
            let fraction = format!("{rest:06}");
            text.push_str(&format!(".{}", fraction.trim_end_matches('0')));
        }
    }
    let name = |i: usize| UNITS.get(i).map_or("", |(n, _)| *n);
    let units = if largest >= smallest {
        name(largest).to_owned()
    } else {
        format!("{} TO {}", name(largest), name(smallest))
    };
    format!("INTERVAL '{sign}{text}' {units}")
}
