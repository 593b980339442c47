//! `format_string` (Java's `Formatter`) and `format_number`.

use super::MAX_LENGTH;
use crate::sql::coercion::Accepts;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, INT, STRING};
use crate::sql::functions::cast::rescale_decimal;
use crate::sql::functions::math::round_unscaled;
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, scalar};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value, decimal_text};
use polars_core::prelude::Series;

/// Functions that format values.
pub(in crate::sql::functions) static FORMAT: &[Function] = &[
    scalar(
        "format_string",
        "format_string(format, a, …)",
        "Values in a printf-like format.",
        "format_string('Hello World %d %s', 100, 'days') → Hello World 100 days",
        bind_format,
        eval_format,
    ),
    scalar(
        "printf",
        "printf(format, a, …)",
        "Values in a printf-like format.",
        "printf('Hello World %d %s', 100, 'days') → Hello World 100 days",
        bind_format,
        eval_format,
    ),
    scalar(
        "format_number",
        "format_number(n, digits)",
        "A number with thousands separators and that many digits after the point.",
        "format_number(12332.123456, 4) → 12,332.1235",
        |args, context| {
            let binder = Binder::new(args, context)
                .count(2)?
                .cast(0, Accepts::Numeric)?;
            let binder = match binder.type_of(1) {
                T::String => binder.cast(1, STRING)?,
                _ => binder.cast(1, INT)?,
            };
            binder.returns_nullable(T::String)
        },
        |call| {
            let zone = call.context.time_zone;
            call.rows_not_null(|v| {
                let (Some(number), Some(digits)) = (v.first(), v.get(1)) else {
                    return Ok(Value::Null);
                };
                let separators = match digits {
                    Value::String(pattern) => pattern.contains(','),
                    _ => true,
                };
                let digits = match digits {
                    Value::String(pattern) => {
                        pattern.split_once('.').map_or(0, |(_, f)| f.len() as i64)
                    }
                    other => other.as_i64().unwrap_or(-1),
                };
                let Ok(digits) = usize::try_from(digits) else {
                    return Ok(Value::Null);
                };
                let plain = match (number, call.type_of(0)) {
                    (Value::Decimal(n), T::Decimal { scale, .. }) => {
                        let to = u8::try_from(digits).unwrap_or(38).min(38);
                        // Java's `DecimalFormat` rounds half to even, and keeps the sign of zero.
                        let rounded = round_unscaled(*n, *scale, i32::from(to), true)
                            .and_then(|n| rescale_decimal(n, *scale, to));
                        match rounded {
                            Some(0) if *n < 0 => format!("-{}", decimal_text(0, to)),
                            Some(n) => decimal_text(n, to),
                            None => return Ok(Value::Null),
                        }
                    }
                    (n, _) if n.as_i64().is_some() => {
                        let text = n.cast_text(call.type_of(0), zone);
                        if digits == 0 {
                            text
                        } else {
                            format!("{text}.{}", "0".repeat(digits.min(64)))
                        }
                    }
                    (n, _) => round_half_even(n.as_f64().unwrap_or(f64::NAN), digits.min(64)),
                };
                Ok(Value::from(if separators {
                    grouped(&plain)
                } else {
                    plain
                }))
            })
        },
    ),
];

/// A double with so many digits, as Java's `DecimalFormat` rounds: half to even.
fn round_half_even(x: f64, digits: usize) -> String {
    format!("{x:.digits$}")
}

/// Thousands separators in the whole part.
fn grouped(plain: &str) -> String {
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |r| ("-", r));
    let (whole, fraction) = match rest.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (rest, None),
    };
    let mut out = String::from(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && c.is_ascii_digit() {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn bind_format(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).at_least(1)?.cast(0, STRING)?;
    let nullable = binder.args.first().is_some_and(|format| format.nullable);
    binder.finish(T::String, nullable)
}

fn eval_format(call: &Call<'_>) -> Result<Series, SqlError> {
    call.rows(|v| {
        let Some(format) = v.first().and_then(|v| v.as_str()) else {
            return Ok(Value::Null);
        };
        let values = v.get(1..).unwrap_or_default();
        let types = call.types.get(1..).unwrap_or_default();
        let text = java_format(format, values, types, call.context.time_zone)?;
        Ok(Value::from(text))
    })
}

/// One `%[index$][flags][width][.precision]conversion`.
#[derive(Default)]
struct Spec {
    flags: String,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Spec {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn pad(&self, text: String) -> String {
        let have = text.chars().count();
        match self.width {
            Some(width) if width > have => {
                let fill = width - have;
                if self.has('-') {
                    text + &" ".repeat(fill)
                } else if self.has('0') {
                    let (sign, digits) = match text.strip_prefix(['-', '+']) {
                        Some(rest) => (text.get(..1).unwrap_or(""), rest),
                        None => ("", text.as_str()),
                    };
                    format!("{sign}{}{digits}", "0".repeat(fill))
                } else {
                    " ".repeat(fill) + &text
                }
            }
            _ => text,
        }
    }

    fn signed(&self, text: String) -> String {
        let text = if self.has(',') { grouped(&text) } else { text };
        if text.starts_with('-') {
            if self.has('(') {
                return format!("({})", text.get(1..).unwrap_or(""));
            }
            text
        } else if self.has('+') {
            format!("+{text}")
        } else if self.has(' ') {
            format!(" {text}")
        } else {
            text
        }
    }
}

fn java_format(
    format: &str,
    values: &[&Value],
    types: &[&T],
    zone: chrono_tz::Tz,
) -> Result<String, FunctionError> {
    let wrong = |message: String| FunctionError::InvalidParameterValue {
        condition: "PATTERN",
        parameter: "strfmt",
        function: "format_string".into(),
        message: format!("{message}."),
    };
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    let mut next_argument = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = Spec::default();
        let mut digits = String::new();
        let mut index = None;
        // Digits are an argument's index if `$` follows, else the width.
        loop {
            match chars.peek() {
                Some(d) if d.is_ascii_digit() && !(digits.is_empty() && *d == '0') => {
                    digits.push(*d);
                }
                Some('$') => {
                    index = std::mem::take(&mut digits).parse::<usize>().ok();
                    if index == Some(0) || index.is_none() {
                        return Err(FunctionError::InvalidParameterValue {
                            condition: "ZERO_INDEX",
                            parameter: "strfmt",
                            function: "format_string".into(),
                            message: "expects %1$, %2$ and so on, but got %0$.".into(),
                        });
                    }
                }
                Some(f) if "-#+ 0,(".contains(*f) && digits.is_empty() => spec.flags.push(*f),
                _ => break,
            }
            chars.next();
        }
        spec.width = digits.parse().ok();
        if chars.next_if_eq(&'.').is_some() {
            let mut precision = String::new();
            while let Some(d) = chars.next_if(char::is_ascii_digit) {
                precision.push(d);
            }
            spec.precision = precision.parse().ok();
        }
        if spec.width.unwrap_or(0).max(spec.precision.unwrap_or(0)) > 65_536 {
            return Err(wrong("the width is too large".into()));
        }
        let Some(conversion) = chars.next() else {
            return Err(wrong("Conversion = '%'".into()));
        };
        match conversion {
            '%' => {
                out.push_str(&spec.pad("%".into()));
                continue;
            }
            'n' => {
                out.push('\n');
                continue;
            }
            _ => {}
        }
        let at = index.map_or(next_argument, |i| i - 1);
        if index.is_none() {
            next_argument += 1;
        }
        let (Some(value), Some(data_type)) = (values.get(at), types.get(at)) else {
            return Err(wrong(format!("Format specifier '%{conversion}'")));
        };
        let text = convert(value, data_type, conversion, &spec, zone)
            .ok_or_else(|| wrong(format!("{conversion} != {}", data_type.sql())))?;
        out.push_str(&spec.pad(if conversion.is_ascii_uppercase() {
            text.to_uppercase()
        } else {
            text
        }));
        if out.len() > MAX_LENGTH {
            return Err(wrong("the result is too long".into()));
        }
    }
    Ok(out)
}

fn convert(
    value: &Value,
    data_type: &T,
    conversion: char,
    spec: &Spec,
    zone: chrono_tz::Tz,
) -> Option<String> {
    if conversion.eq_ignore_ascii_case(&'b') {
        return Some(match value {
            Value::Null => "false".into(),
            Value::Boolean(b) => b.to_string(),
            _ => "true".into(),
        });
    }
    if value.is_null() {
        return Some("null".into());
    }
    match conversion.to_ascii_lowercase() {
        's' => {
            let text = value.cast_text(data_type, zone);
            Some(match spec.precision {
                Some(n) => text.chars().take(n).collect(),
                None => text,
            })
        }
        'c' => match value {
            Value::String(s) => s.chars().next().map(String::from),
            other => other
                .as_i64()
                .and_then(|n| u32::try_from(n).ok())
                .and_then(char::from_u32)
                .map(String::from),
        },
        'd' => match (value, data_type) {
            (Value::Float(_) | Value::Double(_) | Value::Decimal(_), _) => None,
            _ => value.as_i64().map(|n| spec.signed(n.to_string())),
        },
        'x' => whole(value).map(|(n, bits)| format!("{:x}", n as u64 & bits)),
        'o' => whole(value).map(|(n, bits)| format!("{:o}", n as u64 & bits)),
        'f' => {
            let digits = spec.precision.unwrap_or(6);
            Some(spec.signed(match (value, data_type) {
                (Value::Decimal(n), T::Decimal { scale, .. }) => {
                    let to = u8::try_from(digits).ok().filter(|d| *d <= 38)?;
                    decimal_text(
                        crate::sql::functions::cast::rescale_decimal(*n, *scale, to)?,
                        to,
                    )
                }
                (Value::Float(_) | Value::Double(_), _) => {
                    let x = value.as_f64()?;
                    if !x.is_finite() {
                        return Some(value.cast_text(data_type, zone));
                    }
                    // Java rounds the shortest decimal text half up.
                    let shortest = format!("{x:?}");
                    match crate::sql::functions::cast::parse_decimal(
                        &shortest,
                        digits.min(30) as u8,
                    ) {
                        Some(n) if digits <= 30 => decimal_text(n, digits as u8),
                        _ => format!("{x:.digits$}"),
                    }
                }
                _ => return None,
            }))
        }
        'e' => {
            let digits = spec.precision.unwrap_or(6);
            let x = match value {
                Value::Float(_) | Value::Double(_) => value.as_f64()?,
                _ => return None,
            };
            let text = format!("{x:.digits$e}");
            let (mantissa, exponent) = text.split_once('e')?;
            let exponent: i32 = exponent.parse().ok()?;
            let sign = if exponent < 0 { '-' } else { '+' };
            Some(spec.signed(format!("{mantissa}e{sign}{:02}", exponent.abs())))
        }
        'g' => {
            let x = match value {
                Value::Float(_) | Value::Double(_) => value.as_f64()?,
                _ => return None,
            };
            let digits = spec.precision.unwrap_or(6).max(1);
            let exponent = if x == 0.0 {
                0
            } else {
                x.abs().log10().floor() as i32
            };
            if (-4..digits as i32).contains(&exponent) {
                let places = (digits as i32 - 1 - exponent).max(0) as usize;
                return Some(spec.signed(format!("{x:.places$}")));
            }
            let places = digits - 1;
            let text = format!("{x:.places$e}");
            let (mantissa, exponent) = text.split_once('e')?;
            let exponent: i32 = exponent.parse().ok()?;
            let sign = if exponent < 0 { '-' } else { '+' };
            Some(spec.signed(format!("{mantissa}e{sign}{:02}", exponent.abs())))
        }
        _ => None,
    }
}

/// A whole number and its type's bits.
fn whole(value: &Value) -> Option<(i64, u64)> {
    let bits = match value {
        Value::Byte(_) => 0xff,
        Value::Short(_) => 0xffff,
        Value::Integer(_) => 0xffff_ffff,
        Value::Long(_) => u64::MAX,
        _ => return None,
    };
    Some((value.as_i64()?, bits))
}
