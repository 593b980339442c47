//! Lengths, positions, distances, and tests of strings.

use super::{bind_text, bind_texts, char_count, char_offset};
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, INT, STRING, STRING_OR_BINARY};
use crate::sql::functions::{BindContext, Binder, Call, Function, scalar};
use crate::sql::plan::Expr;
use crate::types::DataType as T;
use polars_core::prelude::Series;

macro_rules! length {
    ($name:literal, $usage:literal) => {
        scalar(
            $name,
            $usage,
            "The number of characters, or of a binary's bytes.",
            concat!($name, "('Spark SQL ') → 10"),
            |args, context| bind_bytes(args, context),
            |call| {
                if *call.type_of(0) == T::Binary {
                    let bytes = call.binaries(0)?;
                    return call.out(|i| bytes.get(i).map(|b| b.len() as i32));
                }
                let texts = call.strings(0)?;
                call.out(|i| texts.get(i).map(|t| char_count(t) as i32))
            },
        )
    };
}

macro_rules! test {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $f:expr) => {
        scalar($name, $usage, $what, $example, bind_test, |call| {
            let (a, b) = (call.raw(0)?, call.raw(1)?);
            call.out(|i| Some($f(a.get(i)?, b.get(i)?)))
        })
    };
}

macro_rules! locate {
    ($name:literal) => {
        scalar(
            $name,
            concat!($name, "(substring, s[, start])"),
            "The position of the first occurrence from `start` on, from 1; 0 if there is none.",
            concat!($name, "('bar', 'foobarbar') → 4"),
            |args, context| {
                Binder::new(args, context)
                    .counts(2..=3)?
                    .cast(0, STRING)?
                    .cast(1, STRING)?
                    .cast(2, INT)?
                    .returns(T::Integer)
            },
            eval_locate,
        )
    };
}

/// Functions that measure strings.
pub(in crate::sql::functions) static MEASURE: &[Function] = &[
    length!("length", "length(s)"),
    length!("len", "len(s)"),
    length!("char_length", "char_length(s)"),
    length!("character_length", "character_length(s)"),
    scalar(
        "octet_length",
        "octet_length(s)",
        "The number of bytes.",
        "octet_length('ä') → 2",
        bind_bytes,
        |call| {
            let bytes = call.raw(0)?;
            call.out(|i| bytes.get(i).map(|b| b.len() as i32))
        },
    ),
    scalar(
        "bit_length",
        "bit_length(s)",
        "The number of bits.",
        "bit_length('ab') → 16",
        bind_bytes,
        |call| {
            let bytes = call.raw(0)?;
            call.out(|i| bytes.get(i).map(|b| b.len() as i32 * 8))
        },
    ),
    test!(
        "startswith",
        "startswith(s, prefix)",
        "Whether the string begins so.",
        "startswith('Spark SQL', 'Spark') → true",
        |a: &[u8], b| a.starts_with(b)
    ),
    test!(
        "endswith",
        "endswith(s, suffix)",
        "Whether the string ends so.",
        "endswith('Spark SQL', 'SQL') → true",
        |a: &[u8], b| a.ends_with(b)
    ),
    test!(
        "contains",
        "contains(s, part)",
        "Whether the string contains the part.",
        "contains('Spark SQL', 'ark') → true",
        contains
    ),
    scalar(
        "instr",
        "instr(s, substring)",
        "The position of the first occurrence, from 1; 0 if there is none.",
        "instr('SparkSQL', 'SQL') → 6",
        |args, context| bind_texts(args, context, 2, T::Integer),
        |call| {
            let (texts, parts) = (call.strings(0)?, call.strings(1)?);
            call.out(|i| Some(position(texts.get(i)?, parts.get(i)?, 1)))
        },
    ),
    locate!("locate"),
    locate!("position"),
    locate!("charindex"),
    scalar(
        "ascii",
        "ascii(s)",
        "The first character's number.",
        "ascii('222') → 50",
        |args, context| bind_text(args, context, T::Integer),
        |call| {
            let texts = call.strings(0)?;
            call.out(|i| {
                texts
                    .get(i)
                    .map(|t| t.chars().next().map_or(0, |c| c as i32))
            })
        },
    ),
    scalar(
        "levenshtein",
        "levenshtein(a, b[, threshold])",
        "The edit distance of two strings; -1 beyond the threshold.",
        "levenshtein('kitten', 'sitting') → 3",
        |args, context| {
            Binder::new(args, context)
                .counts(2..=3)?
                .cast(0, STRING)?
                .cast(1, STRING)?
                .cast(2, INT)?
                .returns(T::Integer)
        },
        |call| {
            let (a, b) = (call.strings(0)?, call.strings(1)?);
            let threshold = match call.args.get(2) {
                Some(_) => Some(call.ints(2)?),
                None => None,
            };
            call.out(|i| {
                let distance = levenshtein(a.get(i)?, b.get(i)?);
                match &threshold {
                    Some(t) if distance > t.get(i)? => Some(-1),
                    _ => Some(distance),
                }
            })
        },
    ),
    scalar(
        "find_in_set",
        "find_in_set(s, list)",
        "The position of the string in a list with commas, from 1; 0 if it isn't there.",
        "find_in_set('ab', 'abc,b,ab,c,def') → 3",
        |args, context| bind_texts(args, context, 2, T::Integer),
        |call| {
            let (texts, lists) = (call.strings(0)?, call.strings(1)?);
            call.out(|i| {
                let (text, list) = (texts.get(i)?, lists.get(i)?);
                if text.contains(',') {
                    return Some(0);
                }
                Some(
                    list.split(',')
                        .position(|t| t == text)
                        .map_or(0, |p| p as i32 + 1),
                )
            })
        },
    ),
    scalar(
        "luhn_check",
        "luhn_check(s)",
        "Whether the digits pass the Luhn algorithm.",
        "luhn_check('8112189876') → true",
        |args, context| bind_text(args, context, T::Boolean),
        |call| {
            let texts = call.strings(0)?;
            call.out(|i| texts.get(i).map(luhn))
        },
    ),
];

fn bind_bytes(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(1)?
        .cast(0, STRING_OR_BINARY)?
        .returns(T::Integer)
}

fn bind_test(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(2)?;
    if binder.type_of(0) == T::Binary && binder.type_of(1) == T::Binary {
        return binder.returns(T::Boolean);
    }
    binder.cast(0, STRING)?.cast(1, STRING)?.returns(T::Boolean)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|w| w == part)
}

/// The position of a part from character `start` (from 1) on.
fn position(text: &str, part: &str, start: i32) -> i32 {
    let Ok(start) = usize::try_from(start) else {
        return 0;
    };
    if start == 0 {
        return 0;
    }
    if start > char_count(text) + 1 {
        return 0;
    }
    let from = char_offset(text, start - 1);
    match text.get(from..).and_then(|rest| rest.find(part)) {
        Some(at) => text
            .get(..from + at)
            .map_or(0, |before| char_count(before) as i32 + 1),
        None => 0,
    }
}

fn eval_locate(call: &Call<'_>) -> Result<Series, SqlError> {
    let (parts, texts) = (call.strings(0)?, call.strings(1)?);
    let starts = match call.args.get(2) {
        Some(_) => Some(call.ints(2)?),
        None => None,
    };
    call.out(|i| {
        let start = match &starts {
            // Spark: a NULL start gives 0.
            Some(s) => match s.get(i) {
                Some(start) => start,
                None => return Some(0),
            },
            None => 1,
        };
        Some(position(texts.get(i)?, parts.get(i)?, start))
    })
}

fn levenshtein(a: &str, b: &str) -> i32 {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<i32> = (0..=b.len() as i32).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i as i32;
        let mut left = diagonal + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            let value = (diagonal + i32::from(x != *y)).min(above + 1).min(left + 1);
            *cell = value;
            left = value;
            diagonal = above;
        }
    }
    row.last().copied().unwrap_or(0)
}

fn luhn(text: &str) -> bool {
    let mut sum = 0;
    for (i, c) in text.chars().rev().enumerate() {
        let Some(mut digit) = c.to_digit(10) else {
            return false;
        };
        if i % 2 == 1 {
            digit *= 2;
            if digit > 9 {
                digit -= 9;
            }
        }
        sum += digit;
    }
    !text.is_empty() && sum % 10 == 0
}
