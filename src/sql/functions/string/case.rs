//! Upper and lower case, trimming, padding, reversing.

use super::{MAX_LENGTH, bind_text, bind_text_int, bind_texts, char_count, char_offset};
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, INT, STRING, STRING_OR_BINARY};
use crate::sql::functions::{BindContext, Binder, Call, Function, scalar};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value};
use polars_core::prelude::Series;

macro_rules! text {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $f:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| bind_text(args, context, T::String),
            |call| {
                let texts = call.strings(0)?;
                call.out(|i| texts.get(i).map($f))
            },
        )
    };
}

macro_rules! trim {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $start:literal, $end:literal) => {
        scalar($name, $usage, $what, $example, bind_trim, |call| {
            trim(call, $start, $end, $name != "btrim")
        })
    };
}

macro_rules! pad {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $left:literal) => {
        scalar($name, $usage, $what, $example, bind_pad, |call| {
            pad(call, $left)
        })
    };
}

/// Functions that change a string as a whole.
pub(in crate::sql::functions) static CASE: &[Function] = &[
    text!(
        "upper",
        "upper(s)",
        "The string in upper case.",
        "upper('ab') → AB",
        str::to_uppercase
    ),
    text!(
        "ucase",
        "ucase(s)",
        "The string in upper case.",
        "ucase('ab') → AB",
        str::to_uppercase
    ),
    text!(
        "lower",
        "lower(s)",
        "The string in lower case.",
        "lower('AB') → ab",
        str::to_lowercase
    ),
    text!(
        "lcase",
        "lcase(s)",
        "The string in lower case.",
        "lcase('AB') → ab",
        str::to_lowercase
    ),
    text!(
        "initcap",
        "initcap(s)",
        "The first letter of each word in upper case, the others in lower case.",
        "initcap('sPark sql') → Spark Sql",
        initcap
    ),
    text!(
        "soundex",
        "soundex(s)",
        "The Soundex code of the string.",
        "soundex('Miller') → M460",
        soundex
    ),
    trim!(
        "trim",
        "trim([characters, ]s)",
        "The string without spaces, or those characters, at its ends.",
        "trim('  a ') → a",
        true,
        true
    ),
    trim!(
        "btrim",
        "btrim(s[, characters])",
        "The string without spaces, or those characters, at its ends.",
        "btrim('  a ') → a",
        true,
        true
    ),
    trim!(
        "ltrim",
        "ltrim([characters, ]s)",
        "The string without spaces at its start.",
        "ltrim('  a') → a",
        true,
        false
    ),
    trim!(
        "rtrim",
        "rtrim([characters, ]s)",
        "The string without spaces at its end.",
        "rtrim('a  ') → a",
        false,
        true
    ),
    pad!(
        "lpad",
        "lpad(s, length[, pad])",
        "The string filled up on the left, or cut, to a length.",
        "lpad('hi', 5, '?') → ???hi",
        true
    ),
    pad!(
        "rpad",
        "rpad(s, length[, pad])",
        "The string filled up on the right, or cut, to a length.",
        "rpad('hi', 5, '?') → hi???",
        false
    ),
    scalar(
        "reverse",
        "reverse(s or array)",
        "The characters, or elements, in the opposite order.",
        "reverse('abc') → cba",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            let binder = match binder.type_of(0) {
                T::Array { .. } => binder,
                _ => binder.cast(0, STRING)?,
            };
            let data_type = binder.type_of(0);
            binder.returns(data_type)
        },
        |call| {
            if *call.type_of(0) == T::String {
                let texts = call.strings(0)?;
                return call.out(|i| Some(texts.get(i)?.chars().rev().collect::<String>()));
            }
            call.rows_not_null(|v| {
                Ok(match v.first() {
                    Some(Value::Array(items)) => {
                        Value::Array(items.iter().rev().cloned().collect())
                    }
                    _ => Value::Null,
                })
            })
        },
    ),
    scalar(
        "repeat",
        "repeat(s, n)",
        "The string n times.",
        "repeat('123', 2) → 123123",
        bind_text_int,
        |call| {
            let (texts, n) = (call.strings(0)?, call.ints(1)?);
            call.out(|i| {
                let (text, n) = (texts.get(i)?, usize::try_from(n.get(i)?).unwrap_or(0));
                (text.len().saturating_mul(n) <= MAX_LENGTH).then(|| text.repeat(n))
            })
        },
    ),
    scalar(
        "space",
        "space(n)",
        "n spaces.",
        "length(space(2)) → 2",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, INT)?
                .returns(T::String)
        },
        |call| {
            let n = call.ints(0)?;
            call.out(|i| {
                let n = usize::try_from(n.get(i)?).unwrap_or(0);
                (n <= MAX_LENGTH).then(|| " ".repeat(n))
            })
        },
    ),
    scalar(
        "translate",
        "translate(s, from, to)",
        "Each character of `from` replaced by that of `to` at its place, or dropped.",
        "translate('AaBbCc', 'abc', '123') → A1B2C3",
        |args, context| bind_texts(args, context, 3, T::String),
        |call| {
            let (texts, from, to) = (call.strings(0)?, call.strings(1)?, call.strings(2)?);
            call.out(|i| {
                let (text, from, to) = (texts.get(i)?, from.get(i)?, to.get(i)?);
                Some(
                    text.chars()
                        .filter_map(|c| match from.chars().position(|f| f == c) {
                            Some(at) => to.chars().nth(at),
                            None => Some(c),
                        })
                        .collect::<String>(),
                )
            })
        },
    ),
    scalar(
        "replace",
        "replace(s, search[, replacement])",
        "Every occurrence replaced, or dropped.",
        "replace('ABCabc', 'abc', 'DEF') → ABCDEF",
        |args, context| {
            Binder::new(args, context)
                .counts(2..=3)?
                .cast_from(0, STRING)?
                .returns(T::String)
        },
        |call| {
            let (texts, search) = (call.strings(0)?, call.strings(1)?);
            let replacement = match call.args.get(2) {
                Some(_) => Some(call.strings(2)?),
                None => None,
            };
            call.out(|i| {
                let (text, search) = (texts.get(i)?, search.get(i)?);
                let replacement = match &replacement {
                    Some(r) => r.get(i)?,
                    None => "",
                };
                if search.is_empty() {
                    return Some(text.to_string());
                }
                Some(text.replace(search, replacement))
            })
        },
    ),
    scalar(
        "mask",
        "mask(s[, upper[, lower[, digit[, other]]]])",
        "Letters and digits replaced: `X`, `x`, `n`.",
        "mask('AbCD123-@$#') → XxXXnnn-@$#",
        |args, context| {
            Binder::new(args, context)
                .counts(1..=5)?
                .cast_from(0, STRING)?
                .returns_nullable(T::String)
        },
        |call| {
            call.rows(|v| {
                let Some(text) = v.first().and_then(|v| v.as_str()) else {
                    return Ok(Value::Null);
                };
                let with = |at: usize, default: Option<char>| match v.get(at) {
                    Some(v) => v.as_str().and_then(|s| s.chars().next()),
                    None => default,
                };
                let masked: String = text
                    .chars()
                    .map(|c| {
                        let replacement = if c.is_uppercase() {
                            with(1, Some('X'))
                        } else if c.is_lowercase() {
                            with(2, Some('x'))
                        } else if c.is_numeric() {
                            with(3, Some('n'))
                        } else {
                            with(4, None)
                        };
                        replacement.unwrap_or(c)
                    })
                    .collect();
                Ok(Value::from(masked))
            })
        },
    ),
];

fn initcap(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut start = true;
    for c in text.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = c == ' ';
    }
    out
}

fn soundex(text: &str) -> String {
    let code = |c: char| match c.to_ascii_uppercase() {
        'B' | 'F' | 'P' | 'V' => '1',
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => '2',
        'D' | 'T' => '3',
        'L' => '4',
        'M' | 'N' => '5',
        'R' => '6',
        'H' | 'W' => '7',
        _ => '0',
    };
    let mut chars = text.chars();
    let Some(first) = chars.next().filter(char::is_ascii_alphabetic) else {
        return text.to_string();
    };
    let mut out = String::from(first.to_ascii_uppercase());
    let mut last = code(first);
    for c in chars {
        if !c.is_ascii_alphabetic() {
            last = '0';
            continue;
        }
        let digit = code(c);
        // H and W don't part two letters of the same code.
        if digit == '7' {
            continue;
        }
        if digit != '0' && digit != last {
            out.push(digit);
            if out.len() == 4 {
                break;
            }
        }
        last = digit;
    }
    while out.len() < 4 {
        out.push('0');
    }
    out
}

fn bind_trim(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .counts(1..=2)?
        .cast_from(0, STRING)?
        .returns(T::String)
}

/// `trim(characters, s)`: the characters come first, if there are any; `btrim` has them last.
fn trim(call: &Call<'_>, start: bool, end: bool, swapped: bool) -> Result<Series, SqlError> {
    let (texts, characters) = match (call.args.len(), swapped) {
        (2, true) => (call.strings(1)?, Some(call.strings(0)?)),
        (2, false) => (call.strings(0)?, Some(call.strings(1)?)),
        _ => (call.strings(0)?, None),
    };
    call.out(|i| {
        let mut text = texts.get(i)?;
        let set = match &characters {
            Some(c) => c.get(i)?,
            None => " ",
        };
        if start {
            text = text.trim_start_matches(|c| set.contains(c));
        }
        if end {
            text = text.trim_end_matches(|c| set.contains(c));
        }
        Some(text)
    })
}

fn bind_pad(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context)
        .counts(2..=3)?
        .cast(0, STRING_OR_BINARY)?
        .cast(1, INT)?;
    let data_type = binder.type_of(0);
    if data_type == T::Binary {
        return binder
            .cast(2, crate::sql::functions::bind::BINARY)?
            .returns(data_type);
    }
    binder.cast(2, STRING)?.returns(data_type)
}

fn pad(call: &Call<'_>, left: bool) -> Result<Series, SqlError> {
    if *call.type_of(0) == T::Binary {
        return pad_bytes(call, left);
    }
    let (texts, lengths) = (call.strings(0)?, call.ints(1)?);
    let pads = match call.args.get(2) {
        Some(_) => Some(call.strings(2)?),
        None => None,
    };
    call.out(|i| {
        let text = texts.get(i)?;
        let pad = match &pads {
            Some(p) => p.get(i)?,
            None => " ",
        };
        let length = usize::try_from(lengths.get(i)?).unwrap_or(0);
        if length > MAX_LENGTH {
            return None;
        }
        let have = char_count(text);
        if have >= length || pad.is_empty() {
            return text.get(..char_offset(text, length)).map(String::from);
        }
        let fill: String = pad.chars().cycle().take(length - have).collect();
        Some(if left {
            fill + text
        } else {
            text.to_string() + &fill
        })
    })
}

fn pad_bytes(call: &Call<'_>, left: bool) -> Result<Series, SqlError> {
    let (bytes, lengths) = (call.binaries(0)?, call.ints(1)?);
    let pads = match call.args.get(2) {
        Some(_) => Some(call.binaries(2)?),
        None => None,
    };
    call.out(|i| {
        let bytes = bytes.get(i)?;
        let pad = match &pads {
            Some(p) => p.get(i)?,
            None => &[0],
        };
        let length = usize::try_from(lengths.get(i)?).unwrap_or(0);
        if length > MAX_LENGTH {
            return None;
        }
        if bytes.len() >= length || pad.is_empty() {
            return bytes.get(..length.min(bytes.len())).map(<[u8]>::to_vec);
        }
        let fill = pad.iter().copied().cycle().take(length - bytes.len());
        Some(if left {
            fill.chain(bytes.iter().copied()).collect()
        } else {
            bytes.iter().copied().chain(fill).collect()
        })
    })
}
