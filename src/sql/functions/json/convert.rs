//! `from_json`, `to_json`, `schema_of_json`.
//!
//! Source: Spark SQL reference, "JSON Functions"; Catalyst's `JacksonParser` in PERMISSIVE mode.

use polars_core::prelude::{IntoSeries, PlSmallStr, Series, StringChunkedBuilder};

use super::scan::{Scanner, elements, entries, unescape};
use crate::formats::{OptionSpec, option_table};
use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, STRING, constant};
use crate::sql::functions::cast::{parse_date, parse_decimal, parse_timestamp};
use crate::sql::functions::datetime::Pattern;
use crate::sql::functions::{
    BindContext, Binder, Call, Function, FunctionError, Mismatch, scalar, sql_text,
};
use crate::sql::plan::{EvalMode, Expr, ExprKind};
use crate::types::calendar::{DAY_US, SECOND_US};
use crate::types::{DataType as T, StructField, StructType, Value, series_from_values};

/// Functions between JSON text and values.
pub(in crate::sql::functions) static CONVERT: &[Function] = &[
    scalar(
        "from_json",
        "from_json(json, schema[, options])",
        "The value that JSON text stands for; what doesn't fit the schema is NULL.",
        "from_json('{\"a\":1}', 'a INT') → {1}",
        bind_from_json,
        eval_from_json,
    ),
    scalar(
        "to_json",
        "to_json(struct, array or map[, options])",
        "The value as JSON text; null fields are left out.",
        "to_json(named_struct('a', 1, 'b', 2)) → {\"a\":1,\"b\":2}",
        |args, context| {
            let binder = Binder::new(args, context).counts(1..=2)?;
            match binder.type_of(0) {
                T::Struct(_) | T::Array { .. } | T::Map { .. } => {
                    binder.returns_nullable(T::String)
                }
                other => Err(binder.mismatch(Mismatch::InvalidJsonSchema {
                    schema: other.sql(),
                })),
            }
        },
        |call| {
            let values = call.values(0)?;
            let formats = Formats::new(call, 1)?;
            let mut builder = StringChunkedBuilder::new(PlSmallStr::EMPTY, call.len());
            let mut buffer = String::new();
            for row in 0..call.len() {
                let value = values.get(row);
                if value.is_null() {
                    builder.append_null();
                    continue;
                }
                buffer.clear();
                formats.push(value, call.type_of(0), call.context.time_zone, &mut buffer);
                builder.append_value(&buffer);
            }
            Ok(builder.finish().into_series())
        },
    ),
    scalar(
        "schema_of_json",
        "schema_of_json(json[, options])",
        "The schema of JSON text as DDL.",
        "schema_of_json('[{\"col\":0}]') → ARRAY<STRUCT<col: BIGINT>>",
        |args, context| {
            let binder = Binder::new(args, context).counts(1..=2)?.cast(0, STRING)?;
            if binder.literal_string(0).is_none() {
                return Err(binder.mismatch(Mismatch::NonFoldableInput {
                    input: "json",
                    data_type: "STRING",
                    sql: binder.args.first().map(sql_text).unwrap_or_default(),
                }));
            }
            binder.returns_not_null(T::String)
        },
        |call| {
            let texts = call.strings(0)?;
            call.out(|i| infer_text(texts.get(i)?).map(|t| t.sql()))
        },
    ),
];

option_table! {
    /// What functions over JSON take in the map that is their last argument.
    pub JSON_OPTIONS {
        TIMESTAMP_FORMAT = OptionSpec::new(
            "timestampFormat",
            "",
            "How timestamps are read and written, as a pattern of Spark's letters.",
        );
        DATE_FORMAT = OptionSpec::new("dateFormat", "", "How dates are read and written.");
        MODE = OptionSpec::new(
            "mode",
            "PERMISSIVE",
            "For `from_json`: `FAILFAST` fails where a text doesn't fit, rather than giving NULL.",
        );
        IGNORE_NULL_FIELDS = OptionSpec::new(
            "ignoreNullFields",
            "true",
            "For `to_json`: whether fields that are NULL are left out.",
        );
    }
}

/// What the options argument says.
struct Formats {
    timestamp: Option<Pattern>,
    date: Option<Pattern>,
    fail_fast: bool,
    /// Fields that are NULL are written too (`ignoreNullFields` is false).
    with_nulls: bool,
}

impl Formats {
    fn new(call: &Call<'_>, index: usize) -> Result<Self, SqlError> {
        let mut formats = Formats {
            timestamp: None,
            date: None,
            fail_fast: false,
            with_nulls: false,
        };
        if call.args.len() <= index {
            return Ok(formats);
        }
        if let Value::Map(options) = call.values(index)?.get(0) {
            for (name, value) in options {
                let (Some(name), Some(value)) = (name.as_str(), value.as_str()) else {
                    continue;
                };
                if TIMESTAMP_FORMAT.is_named(name) {
                    formats.timestamp = Some(Pattern::compile(value)?);
                } else if DATE_FORMAT.is_named(name) {
                    formats.date = Some(Pattern::compile(value)?);
                } else if IGNORE_NULL_FIELDS.is_named(name) {
                    formats.with_nulls = value.eq_ignore_ascii_case("false");
                } else if MODE.is_named(name) {
                    formats.fail_fast = value.eq_ignore_ascii_case("FAILFAST");
                }
            }
        }
        Ok(formats)
    }

    fn push(&self, value: &Value, data_type: &T, zone: chrono_tz::Tz, out: &mut String) {
        if self.timestamp.is_none() && self.date.is_none() && !self.with_nulls {
            return value.push_json(data_type, zone, out);
        }
        let separate = |out: &mut String, i: usize| {
            if i > 0 {
                out.push(',');
            }
        };
        let quoted = |out: &mut String, text: &str| {
            Value::from(text).push_json(&T::String, zone, out);
        };
        match (value, data_type) {
            (Value::Timestamp(us), _) => match &self.timestamp {
                Some(pattern) => {
                    let mut text = String::new();
                    pattern.push(&mut text, *us, zone);
                    quoted(out, &text);
                }
                None => value.push_json(data_type, zone, out),
            },
            (Value::Date(days), _) => match &self.date {
                Some(pattern) => {
                    let mut text = String::new();
                    pattern.push_local(&mut text, i64::from(*days) * DAY_US, 0, zone);
                    quoted(out, &text);
                }
                None => value.push_json(data_type, zone, out),
            },
            (Value::Array(items), T::Array { element, .. }) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    separate(out, i);
                    self.push(item, element, zone, out);
                }
                out.push(']');
            }
            (Value::Map(pairs), T::Map { key, value, .. }) => {
                out.push('{');
                for (i, (k, v)) in pairs.iter().enumerate() {
                    separate(out, i);
                    quoted(out, &k.cast_text(key, zone));
                    out.push(':');
                    self.push(v, value, zone, out);
                }
                out.push('}');
            }
            (Value::Struct(values), T::Struct(s)) => {
                out.push('{');
                let present = values
                    .iter()
                    .zip(&s.fields)
                    .filter(|(v, _)| self.with_nulls || !v.is_null());
                for (i, (value, field)) in present.enumerate() {
                    separate(out, i);
                    quoted(out, &field.name);
                    out.push(':');
                    self.push(value, &field.data_type, zone, out);
                }
                out.push('}');
            }
            _ => value.push_json(data_type, zone, out),
        }
    }
}

/// The schema argument: a string of DDL, or `schema_of_json('…')`.
fn schema_argument(binder: &Binder<'_>) -> Result<T, SqlError> {
    let argument = binder.args.get(1);
    let text = match argument.map(|a| (&a.kind, constant(a))) {
        Some((_, Some(Value::String(text)))) => text.to_string(),
        Some((ExprKind::Call { function, args, .. }, _)) if function.name == "schema_of_json" => {
            match args.first().and_then(constant) {
                Some(Value::String(sample)) => {
                    return infer_text(sample).ok_or_else(|| {
                        FunctionError::InvalidSchema {
                            schema: sample.to_string(),
                            reason: "the sample isn't JSON".into(),
                        }
                        .into()
                    });
                }
                _ => String::new(),
            }
        }
        _ => {
            return Err(FunctionError::SchemaNotLiteral {
                sql: argument.map(sql_text).unwrap_or_default(),
            }
            .into());
        }
    };
    // A schema's own JSON works, too.
    if text.trim_start().starts_with('{')
        && let Ok(schema) = StructType::from_json_str(&text)
    {
        return Ok(T::Struct(schema));
    }
    crate::sql::parse::parse_ddl(&text).map_err(|e| {
        FunctionError::InvalidSchema {
            schema: text.clone(),
            reason: e.to_string(),
        }
        .into()
    })
}

fn bind_from_json(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).counts(2..=3)?;
    if !matches!(binder.type_of(0), T::String | T::Null) {
        return Err(binder.unexpected_type(0, "\"STRING\"".into()));
    }
    let binder = binder.cast(0, STRING)?;
    let schema = schema_argument(&binder)?;
    if !matches!(schema, T::Struct(_) | T::Array { .. } | T::Map { .. }) {
        return Err(binder.mismatch(Mismatch::InvalidJsonSchema {
            schema: schema.sql(),
        }));
    }
    binder.returns_nullable(as_nullable(schema))
}

/// Every part of what is read may be missing.
fn as_nullable(data_type: T) -> T {
    match data_type {
        T::Struct(s) => T::Struct(StructType::new(
            s.fields
                .into_iter()
                .map(|f| StructField {
                    data_type: as_nullable(f.data_type),
                    nullable: true,
                    ..StructField::new(f.name, T::Null)
                })
                .collect(),
        )),
        T::Array { element, .. } => T::array(as_nullable(*element)),
        T::Map { key, value, .. } => T::map(*key, as_nullable(*value)),
        other => other,
    }
}

fn eval_from_json(call: &Call<'_>) -> Result<Series, SqlError> {
    let texts = call.strings(0)?;
    let formats = Formats::new(call, 2)?;
    let reader = Reader {
        formats: &formats,
        zone: call.context.time_zone,
    };
    let mut out = Vec::with_capacity(call.len());
    for row in 0..call.len() {
        let Some(text) = texts.get(row).filter(|t| !t.trim().is_empty()) else {
            out.push(Value::Null);
            continue;
        };
        match reader.root(text, call.result) {
            Some(value) => out.push(value),
            None if formats.fail_fast => {
                return Err(FunctionError::MalformedRecord {
                    record: text.to_string(),
                }
                .into());
            }
            None => out.push(match call.result {
                T::Struct(s) => Value::Struct(vec![Value::Null; s.len()]),
                _ => Value::Null,
            }),
        }
    }
    Ok(series_from_values("", &out, call.result)?)
}

struct Reader<'a> {
    formats: &'a Formats,
    zone: chrono_tz::Tz,
}

impl Reader<'_> {
    /// The value of a whole text; `None` where it is malformed, or not of the schema's kind.
    fn root(&self, text: &str, schema: &T) -> Option<Value> {
        let range = Scanner::new(text).value()?;
        let json = text.get(range)?;
        match (schema, json.as_bytes().first()?) {
            // An array where a struct is wanted: its first element.
            (T::Struct(_), b'[') => match elements(json)?.as_slice() {
                [one] => self.root(json.get(one.clone())?, schema),
                _ => None,
            },
            (T::Array { element, .. }, b'{') if matches!(**element, T::Struct(_)) => {
                Some(Value::Array(vec![self.value(json, element)?]))
            }
            (T::Struct(_) | T::Map { .. }, b'{') | (T::Array { .. }, b'[') => {
                self.value(json, schema)
            }
            _ => None,
        }
    }

    /// A value of a type; `None` where it doesn't fit.
    fn value(&self, json: &str, data_type: &T) -> Option<Value> {
        let first = *json.as_bytes().first()?;
        if first == b'n' {
            return Some(Value::Null);
        }
        let text = || -> Option<String> {
            let content = json.get(1..json.len().checked_sub(1)?)?;
            if content.contains('\\') {
                unescape(content)
            } else {
                Some(content.to_string())
            }
        };
        let is_number = first == b'-' || first.is_ascii_digit();
        let whole = || json.parse::<i64>().ok();
        Some(match (data_type, first) {
            (T::Boolean, b't') => Value::Boolean(true),
            (T::Boolean, b'f') => Value::Boolean(false),
            (T::Byte, _) => Value::Byte(i8::try_from(whole()?).ok()?),
            (T::Short, _) => Value::Short(i16::try_from(whole()?).ok()?),
            (T::Integer, _) => Value::Integer(i32::try_from(whole()?).ok()?),
            (T::Long, _) => Value::Long(whole()?),
            (T::Double, b'"') => Value::Double(special(&text()?)?),
            (T::Float, b'"') => Value::Float(special(&text()?)? as f32),
            (T::Double, _) if is_number => Value::Double(json.parse().ok()?),
            (T::Float, _) if is_number => Value::Float(json.parse().ok()?),
            (T::Decimal { precision, scale }, _) => {
                let number = if first == b'"' {
                    text()?
                } else {
                    json.to_string()
                };
                let n = parse_decimal(&number, *scale)?;
                if !crate::sql::functions::cast::fits_decimal(n, *precision) {
                    return None;
                }
                Value::Decimal(n)
            }
            (T::String, b'"') => Value::from(text()?),
            (T::String, _) => Value::from(super::path::compact(json)?),
            (T::Binary, b'"') => Value::Binary(text()?.into_bytes().into()),
            (T::Date, b'"') => {
                let text = text()?;
                Value::Date(match &self.formats.date {
                    Some(pattern) => pattern.read(&text, None).ok()?.div_euclid(DAY_US) as i32,
                    None => parse_date(&text)?,
                })
            }
            (T::Timestamp, b'"') => {
                let text = text()?;
                Value::Timestamp(match &self.formats.timestamp {
                    Some(pattern) => pattern.read(&text, Some(self.zone)).ok()?,
                    None => parse_timestamp(&text, Some(self.zone))?,
                })
            }
            (T::Timestamp, _) if is_number => Value::Timestamp(whole()?.checked_mul(SECOND_US)?),
            (T::TimestampNtz, b'"') => Value::TimestampNtz(parse_timestamp(&text()?, None)?),
            (T::Array { element, .. }, b'[') => Value::Array(
                elements(json)?
                    .into_iter()
                    .map(|range| json.get(range).and_then(|j| self.value(j, element)))
                    .map(|v| v.unwrap_or(Value::Null))
                    .collect(),
            ),
            (T::Map { key, value, .. }, b'{') if **key == T::String => Value::Map(
                entries(json)?
                    .into_iter()
                    .map(|(name, range)| {
                        let found = json.get(range).and_then(|j| self.value(j, value));
                        (Value::from(name), found.unwrap_or(Value::Null))
                    })
                    .collect(),
            ),
            (T::Struct(s), b'{') => {
                let mut fields = vec![Value::Null; s.len()];
                for (name, range) in entries(json)? {
                    let at = s.fields.iter().position(|f| f.name == name);
                    if let Some(at) = at
                        && let (Some(field), Some(slot)) = (s.fields.get(at), fields.get_mut(at))
                    {
                        let found = json
                            .get(range)
                            .and_then(|j| self.value(j, &field.data_type));
                        *slot = found.unwrap_or(Value::Null);
                    }
                }
                Value::Struct(fields)
            }
            _ => return None,
        })
    }
}

/// Doubles that JSON has no numbers for.
fn special(text: &str) -> Option<f64> {
    Some(match text {
        "NaN" => f64::NAN,
        "+INF" | "+Infinity" | "Infinity" | "INF" => f64::INFINITY,
        "-INF" | "-Infinity" => f64::NEG_INFINITY,
        _ => return None,
    })
}

/// The type of JSON text, NULL as STRING.
fn infer_text(text: &str) -> Option<T> {
    let value = serde_json::from_str(text).ok()?;
    Some(without_null(infer(&value)))
}

fn infer(value: &serde_json::Value) -> T {
    use serde_json::Value as J;
    match value {
        J::Null => T::Null,
        J::Bool(_) => T::Boolean,
        J::Number(n) if n.is_i64() => T::Long,
        J::Number(n) if n.is_u64() => {
            let digits = n.to_string().len();
            T::decimal(u8::try_from(digits).unwrap_or(38), 0)
        }
        J::Number(_) => T::Double,
        J::String(_) => T::String,
        J::Array(items) => T::array(items.iter().map(infer).fold(T::Null, merge)),
        J::Object(fields) => {
            let mut fields: Vec<StructField> = fields
                .iter()
                .map(|(name, value)| StructField::new(name.as_str(), infer(value)))
                .collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            T::Struct(StructType::new(fields))
        }
    }
}

/// The type that holds both; STRING where there is no other.
fn merge(a: T, b: T) -> T {
    match (a, b) {
        (T::Null, t) | (t, T::Null) => t,
        (T::Struct(a), T::Struct(b)) => {
            let mut fields = a.fields;
            for field in b.fields {
                match fields.iter_mut().find(|f| f.name == field.name) {
                    Some(known) => {
                        let old = std::mem::replace(&mut known.data_type, T::Null);
                        known.data_type = merge(old, field.data_type);
                    }
                    None => fields.push(field),
                }
            }
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            T::Struct(StructType::new(fields))
        }
        (T::Array { element: a, .. }, T::Array { element: b, .. }) => T::array(merge(*a, *b)),
        (a, b) if a == b => a,
        (a, b) if a.is_numeric() && b.is_numeric() => {
            coercion::wider_type(&a, &b, EvalMode::Legacy).unwrap_or(T::Double)
        }
        _ => T::String,
    }
}

fn without_null(data_type: T) -> T {
    match data_type {
        T::Null => T::String,
        T::Array { element, .. } => T::array(without_null(*element)),
        T::Struct(s) => T::Struct(StructType::new(
            s.fields
                .into_iter()
                .map(|f| StructField {
                    data_type: without_null(f.data_type.clone()),
                    ..f
                })
                .collect(),
        )),
        other => other,
    }
}
