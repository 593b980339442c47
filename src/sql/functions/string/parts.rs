//! Parts of strings, and strings from parts.

use super::{MAX_LENGTH, bind_text_int, char_count, char_offset};
use crate::sql::coercion::{self, Accepts};
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, INT, STRING, STRING_OR_BINARY};
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, Mismatch, scalar};
use crate::sql::plan::{EvalMode, Expr};
use crate::types::{DataType as T, Value};
use polars_core::prelude::*;

macro_rules! substring {
    ($name:literal) => {
        scalar(
            $name,
            concat!($name, "(s, start[, length])"),
            "The part from a position on, from 1, or from the end if negative.",
            concat!($name, "('Spark SQL', 5, 1) → k"),
            bind_substring,
            eval_substring,
        )
    };
}

macro_rules! concatenation {
    ($name:literal, $usage:literal, $example:literal) => {
        scalar(
            $name,
            $usage,
            "Strings, binaries or arrays one after another.",
            $example,
            bind_concat,
            eval_concat,
        )
    };
}

/// Functions that take strings apart and put them together.
pub(in crate::sql::functions) static PARTS: &[Function] = &[
    substring!("substring"),
    substring!("substr"),
    substring!("mid"),
    concatenation!(
        "concat",
        "concat(a, …)",
        "concat('Spark', 'SQL') → SparkSQL"
    ),
    concatenation!("||", "a || b", "'Spark' || 'SQL' → SparkSQL"),
    scalar(
        "left",
        "left(s, n)",
        "The first n characters.",
        "left('Spark SQL', 3) → Spa",
        bind_text_int,
        |call| {
            let (texts, n) = (call.strings(0)?, call.ints(1)?);
            call.out(|i| {
                let text = texts.get(i)?;
                text.get(..char_offset(text, usize::try_from(n.get(i)?).unwrap_or(0)))
            })
        },
    ),
    scalar(
        "right",
        "right(s, n)",
        "The last n characters.",
        "right('Spark SQL', 3) → SQL",
        // An `if` in Spark, whose last branch may be NULL.
        |args, context| {
            let mut bound = bind_text_int(args, context)?;
            bound.nullable = true;
            Ok(bound)
        },
        |call| {
            let (texts, n) = (call.strings(0)?, call.ints(1)?);
            call.out(|i| {
                let text = texts.get(i)?;
                let n = usize::try_from(n.get(i)?).unwrap_or(0);
                text.get(char_offset(text, char_count(text).saturating_sub(n))..)
            })
        },
    ),
    scalar(
        "substring_index",
        "substring_index(s, delimiter, count)",
        "What stands before the delimiter's occurrence number count, from the end if negative.",
        "substring_index('www.apache.org', '.', 2) → www.apache",
        |args, context| {
            Binder::new(args, context)
                .count(3)?
                .cast(0, STRING)?
                .cast(1, STRING)?
                .cast(2, INT)?
                .returns(T::String)
        },
        |call| {
            let (texts, delimiters, counts) = (call.strings(0)?, call.strings(1)?, call.ints(2)?);
            call.out(|i| {
                Some(substring_index(
                    texts.get(i)?,
                    delimiters.get(i)?,
                    counts.get(i)?,
                ))
            })
        },
    ),
    scalar(
        "split_part",
        "split_part(s, delimiter, n)",
        "Part number n, from 1, or from the end if negative.",
        "split_part('11.12.13', '.', 3) → 13",
        |args, context| {
            Binder::new(args, context)
                .count(3)?
                .cast(0, STRING)?
                .cast(1, STRING)?
                .cast(2, INT)?
                .returns_nullable(T::String)
        },
        |call| {
            let (texts, delimiters, n) = (call.strings(0)?, call.strings(1)?, call.ints(2)?);
            call.try_out(|i| {
                let (Some(text), Some(delimiter), Some(n)) =
                    (texts.get(i), delimiters.get(i), n.get(i))
                else {
                    return Ok(None);
                };
                if n == 0 {
                    return Err(FunctionError::InvalidIndexOfZero);
                }
                let parts: Vec<&str> = if delimiter.is_empty() {
                    vec![text]
                } else {
                    text.split(delimiter).collect()
                };
                let at = if n > 0 {
                    n as i64 - 1
                } else {
                    parts.len() as i64 + i64::from(n)
                };
                let part = usize::try_from(at).ok().and_then(|at| parts.get(at));
                Ok(Some(part.copied().unwrap_or("")))
            })
        },
    ),
    scalar(
        "concat_ws",
        "concat_ws(separator, a, …)",
        "Strings and arrays of strings with a separator; NULL is left out.",
        "concat_ws(' ', 'Spark', 'SQL') → Spark SQL",
        |args, context| {
            let mut binder = Binder::new(args, context).at_least(1)?.cast(0, STRING)?;
            for i in 1..binder.args.len() {
                match binder.type_of(i) {
                    T::Array { .. } => binder.cast_to(i, &T::array(T::String)),
                    _ => binder = binder.cast(i, Accepts::OneOf(&[Accepts::Type(T::String)]))?,
                }
            }
            let nullable = binder.args.first().is_some_and(|a| a.nullable);
            binder.finish(T::String, nullable)
        },
        |call| {
            call.rows(|v| {
                let Some(separator) = v.first().and_then(|v| v.as_str()) else {
                    return Ok(Value::Null);
                };
                let mut parts: Vec<&str> = Vec::new();
                for value in v.iter().skip(1) {
                    match value {
                        Value::Array(items) => {
                            parts.extend(items.iter().filter_map(|v| v.as_str()))
                        }
                        other => parts.extend(other.as_str()),
                    }
                }
                Ok(Value::from(parts.join(separator)))
            })
        },
    ),
    scalar(
        "elt",
        "elt(n, a, …)",
        "Argument number n.",
        "elt(1, 'scala', 'java') → scala",
        |args, context| {
            Binder::new(args, context)
                .at_least(2)?
                .cast(0, INT)?
                .cast_from(1, STRING)?
                .returns_nullable(T::String)
        },
        |call| {
            call.rows(|v| {
                let Some(n) = v.first().and_then(|v| v.as_i64()) else {
                    return Ok(Value::Null);
                };
                match usize::try_from(n)
                    .ok()
                    .filter(|n| *n > 0)
                    .and_then(|n| v.get(n))
                {
                    Some(value) => Ok((*value).clone()),
                    None if call.mode == EvalMode::Ansi => Err(FunctionError::InvalidArrayIndex {
                        index: n,
                        size: v.len() - 1,
                    }
                    .into()),
                    None => Ok(Value::Null),
                }
            })
        },
    ),
    scalar(
        "overlay",
        "overlay(s, replacement, position[, length])",
        "A part of the string replaced.",
        "overlay('Spark SQL' PLACING '_' FROM 6) → Spark_SQL",
        |args, context| {
            let binder = Binder::new(args, context).counts(3..=4)?;
            binder
                .cast(0, STRING)?
                .cast(1, STRING)?
                .cast(2, INT)?
                .cast(3, INT)?
                .returns(T::String)
        },
        |call| {
            let (texts, replacements, positions) =
                (call.strings(0)?, call.strings(1)?, call.ints(2)?);
            let lengths = match call.args.get(3) {
                Some(_) => Some(call.ints(3)?),
                None => None,
            };
            call.out(|i| {
                let (text, replacement, at) =
                    (texts.get(i)?, replacements.get(i)?, positions.get(i)?);
                let length = match &lengths {
                    Some(l) => l.get(i)?,
                    None => -1,
                };
                let length = if length >= 0 {
                    length as usize
                } else {
                    char_count(replacement)
                };
                let before = usize::try_from(at).unwrap_or(0).saturating_sub(1);
                let head = text.get(..char_offset(text, before))?;
                let tail = text.get(char_offset(text, before.saturating_add(length))..)?;
                Some(format!("{head}{replacement}{tail}"))
            })
        },
    ),
];

fn bind_substring(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context)
        .counts(2..=3)?
        .cast(0, STRING_OR_BINARY)?
        .cast(1, INT)?
        .cast(2, INT)?;
    let data_type = binder.type_of(0);
    binder.returns(data_type)
}

/// Where a substring begins and ends, as `UTF8String.substringSQL` counts.
fn bounds(length: usize, start: i32, count: i32) -> (usize, usize) {
    let length = length as i64;
    let start = match start {
        0 => 0,
        s if s > 0 => i64::from(s) - 1,
        s => length + i64::from(s),
    };
    let end = start.saturating_add(i64::from(count.max(0)));
    (
        start.clamp(0, length) as usize,
        end.clamp(0, length) as usize,
    )
}

fn eval_substring(call: &Call<'_>) -> Result<Series, SqlError> {
    let starts = call.ints(1)?;
    let lengths = match call.args.get(2) {
        Some(_) => Some(call.ints(2)?),
        None => None,
    };
    let length = |i: usize| match &lengths {
        Some(l) => l.get(i),
        None => Some(i32::MAX),
    };
    if *call.type_of(0) == T::Binary {
        let bytes = call.binaries(0)?;
        return call.out(|i| {
            let bytes = bytes.get(i)?;
            let (from, to) = bounds(bytes.len(), starts.get(i)?, length(i)?);
            Some(bytes.get(from..to).unwrap_or_default().to_vec())
        });
    }
    let texts = call.strings(0)?;
    call.out(|i| {
        let text = texts.get(i)?;
        let (from, to) = bounds(char_count(text), starts.get(i)?, length(i)?);
        let (from, to) = (char_offset(text, from), char_offset(text, to));
        Some(text.get(from..to).unwrap_or(""))
    })
}

fn substring_index<'a>(text: &'a str, delimiter: &str, count: i32) -> &'a str {
    if delimiter.is_empty() || count == 0 {
        return "";
    }
    let n = count.unsigned_abs() as usize;
    if count > 0 {
        match text.match_indices(delimiter).nth(n - 1) {
            Some((at, _)) => text.get(..at).unwrap_or(""),
            None => text,
        }
    } else {
        match text.rmatch_indices(delimiter).nth(n - 1) {
            Some((at, _)) => text.get(at + delimiter.len()..).unwrap_or(""),
            None => text,
        }
    }
}

fn bind_concat(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context);
    if binder.args.is_empty() {
        return binder.returns_not_null(T::String);
    }
    let types: Vec<T> = binder.args.iter().map(|a| a.data_type.clone()).collect();
    let arrays = types.iter().any(|t| matches!(t, T::Array { .. }));
    if arrays {
        let common = coercion::common_type(&types, context.mode);
        return match common {
            Some(common @ T::Array { .. }) => {
                for i in 0..types.len() {
                    binder.cast_to(i, &common);
                }
                binder.returns(common)
            }
            _ => {
                let types: Vec<String> = types.iter().map(|t| format!("\"{}\"", t.sql())).collect();
                Err(binder.mismatch(Mismatch::DataDiffTypes {
                    function: "concat".into(),
                    types: format!("({})", types.join(" or ")),
                }))
            }
        };
    }
    if types.iter().all(|t| *t == T::Binary) {
        return binder.returns(T::Binary);
    }
    for (i, data_type) in types.iter().enumerate() {
        if !data_type.is_atomic() {
            return Err(binder.unexpected_type(i, "(\"STRING\" or \"BINARY\" or \"ARRAY\")".into()));
        }
        binder.cast_to(i, &T::String);
    }
    binder.returns(T::String)
}

fn eval_concat(call: &Call<'_>) -> Result<Series, SqlError> {
    match call.result {
        T::String => {
            let texts = (0..call.args.len())
                .map(|i| call.strings(i))
                .collect::<Result<Vec<_>, _>>()?;
            let len = call.len();
            let mut builder = StringChunkedBuilder::new(PlSmallStr::EMPTY, len);
            let mut buffer = String::new();
            for row in 0..len {
                buffer.clear();
                let complete = texts.iter().all(|t| match t.get(row) {
                    Some(text) if buffer.len() + text.len() <= MAX_LENGTH => {
                        buffer.push_str(text);
                        true
                    }
                    _ => false,
                });
                builder.append_option(complete.then_some(buffer.as_str()));
            }
            Ok(builder.finish().into_series())
        }
        T::Binary => call.rows_not_null(|v| {
            let mut bytes = Vec::new();
            for value in v {
                if let Value::Binary(b) = value {
                    bytes.extend_from_slice(b);
                }
            }
            Ok(Value::Binary(bytes.into()))
        }),
        _ => call.rows_not_null(|v| {
            let mut items = Vec::new();
            for value in v {
                if let Value::Array(a) = value {
                    items.extend(a.iter().cloned());
                }
            }
            Ok(Value::Array(items))
        }),
    }
}
