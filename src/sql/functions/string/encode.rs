//! Hexadecimal, base 64, character sets, characters by number.

use super::bind_text;
use crate::sql::coercion::Accepts;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BINARY, BindResult, LONG, STRING};
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, scalar};
use crate::sql::plan::{EvalMode, Expr};
use crate::types::{DataType as T, base64, from_base64};
use polars_core::prelude::Series;

macro_rules! character {
    ($name:literal) => {
        scalar(
            $name,
            concat!($name, "(n)"),
            "The character with the number n modulo 256.",
            concat!($name, "(65) → A"),
            |args, context| {
                Binder::new(args, context)
                    .count(1)?
                    .cast(0, LONG)?
                    .returns(T::String)
            },
            |call| {
                let n = call.longs(0)?;
                call.out(|i| {
                    Some(match n.get(i)? {
                        n if n < 0 => String::new(),
                        n => char::from((n & 0xff) as u8).to_string(),
                    })
                })
            },
        )
    };
}

/// Functions between text and bytes.
pub(in crate::sql::functions) static ENCODE: &[Function] = &[
    character!("chr"),
    character!("char"),
    scalar(
        "base64",
        "base64(bytes)",
        "The bytes in base 64.",
        "base64('Spark SQL') → U3BhcmsgU1FM",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, BINARY)?
                .returns(T::String)
        },
        |call| {
            let bytes = call.binaries(0)?;
            call.out(|i| bytes.get(i).map(base64))
        },
    ),
    scalar(
        "unbase64",
        "unbase64(s)",
        "The bytes that base 64 text stands for.",
        "unbase64('U3BhcmsgU1FM') → [53 70 61 72 6B 20 53 51 4C]",
        |args, context| bind_text(args, context, T::Binary),
        |call| {
            let texts = call.strings(0)?;
            call.try_out(|i| {
                let Some(text) = texts.get(i) else {
                    return Ok(None);
                };
                match from_base64(text) {
                    Some(bytes) => Ok(Some(bytes)),
                    None if call.mode == EvalMode::Try => Ok(None),
                    None => Err(FunctionError::ConversionInvalidInput {
                        value: text.into(),
                        format: "'BASE64'".into(),
                        to: "\"BINARY\"",
                        suggestion: "try_to_binary",
                    }),
                }
            })
        },
    ),
    scalar(
        "hex",
        "hex(a)",
        "A number, or bytes, in hexadecimal.",
        "hex(17) → 11",
        bind_hex,
        eval_hex,
    ),
    scalar(
        "unhex",
        "unhex(s)",
        "The bytes that hexadecimal text stands for; NULL if it isn't.",
        "unhex('537061726B') → [53 70 61 72 6B]",
        |args, context| {
            let mut bound = bind_text(args, context, T::Binary)?;
            bound.nullable = true;
            Ok(bound)
        },
        |call| {
            let texts = call.strings(0)?;
            call.out(|i| unhex(texts.get(i)?))
        },
    ),
    scalar(
        "bin",
        "bin(n)",
        "A number in binary.",
        "bin(13) → 1101",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, LONG)?
                .returns(T::String)
        },
        |call| {
            let n = call.longs(0)?;
            call.out(|i| n.get(i).map(|n| format!("{n:b}")))
        },
    ),
    scalar(
        "encode",
        "encode(s, charset)",
        "The string's bytes in a character set.",
        "encode('abc', 'utf-8') → [61 62 63]",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast_from(0, STRING)?
                .returns_nullable(T::Binary)
        },
        |call| {
            let (texts, sets) = (call.strings(0)?, call.strings(1)?);
            call.try_out(|i| match (texts.get(i), sets.get(i)) {
                (Some(text), Some(set)) => encode(text, set).map(Some),
                _ => Ok(None),
            })
        },
    ),
    scalar(
        "to_binary",
        "to_binary(s[, format])",
        "The bytes that text stands for: `hex` (the default), `utf-8`, `base64`.",
        "to_binary('abc', 'utf-8') → [61 62 63]",
        bind_to_binary,
        |call| to_binary(call, call.mode),
    ),
    scalar(
        "try_to_binary",
        "try_to_binary(s[, format])",
        "As `to_binary`, NULL where it fails.",
        "try_to_binary('a!', 'base64') → NULL",
        bind_to_binary,
        |call| to_binary(call, EvalMode::Try),
    ),
];

fn bind_hex(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    let binder = match binder.type_of(0) {
        T::Binary | T::String => binder,
        _ => binder.cast(0, Accepts::Type(T::Long))?,
    };
    binder.returns(T::String)
}

fn eval_hex(call: &Call<'_>) -> Result<Series, SqlError> {
    if *call.type_of(0) == T::Long {
        let n = call.longs(0)?;
        return call.out(|i| n.get(i).map(|n| format!("{n:X}")));
    }
    let bytes = call.raw(0)?;
    call.out(|i| {
        bytes
            .get(i)
            .map(|b| b.iter().map(|b| format!("{b:02X}")).collect::<String>())
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).map(|d| d as u8))
        .collect();
    let digits = digits?;
    // An odd number of digits: the first stands alone.
    let (head, rest) = digits.split_at(digits.len() % 2);
    let mut out = head.to_vec();
    out.extend(rest.chunks(2).map(|pair| match pair {
        [a, b] => a << 4 | b,
        _ => 0,
    }));
    Some(out)
}

const CHARSETS: &str =
    "'iso-8859-1', 'us-ascii', 'utf-16', 'utf-16be', 'utf-16le', 'utf-32', 'utf-8'";

fn unknown_charset(function: &str, set: &str) -> FunctionError {
    FunctionError::InvalidParameterValue {
        condition: "CHARSET",
        parameter: "charset",
        function: function.into(),
        message: format!("expects one of the {CHARSETS}, but got {set}."),
    }
}

fn encode(text: &str, set: &str) -> Result<Vec<u8>, FunctionError> {
    let single = |limit: u32| {
        text.chars()
            .map(|c| if (c as u32) < limit { c as u8 } else { b'?' })
            .collect()
    };
    Ok(match set.to_ascii_lowercase().as_str() {
        "utf-8" => text.as_bytes().to_vec(),
        "us-ascii" => single(128),
        "iso-8859-1" => single(256),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16" => [0xfe, 0xff]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect(),
        "utf-32" => text
            .chars()
            .flat_map(|c| (c as u32).to_be_bytes())
            .collect(),
        _ => return Err(unknown_charset("encode", set)),
    })
}

/// The text that bytes stand for in a character set.
pub(in crate::sql::functions) fn decode_bytes(
    bytes: &[u8],
    set: &str,
) -> Result<String, FunctionError> {
    let pairs = |big: bool, bytes: &[u8]| {
        let units: Vec<u16> = bytes
            .chunks(2)
            .map(|pair| match (pair, big) {
                ([a, b], true) => u16::from_be_bytes([*a, *b]),
                ([a, b], false) => u16::from_le_bytes([*a, *b]),
                _ => 0xfffd,
            })
            .collect();
        String::from_utf16_lossy(&units)
    };
    Ok(match set.to_ascii_lowercase().as_str() {
        "utf-8" => String::from_utf8_lossy(bytes).into_owned(),
        "us-ascii" => bytes
            .iter()
            .map(|b| {
                if b.is_ascii() {
                    char::from(*b)
                } else {
                    '\u{fffd}'
                }
            })
            .collect(),
        "iso-8859-1" => bytes.iter().map(|b| char::from(*b)).collect(),
        "utf-16be" => pairs(true, bytes),
        "utf-16le" => pairs(false, bytes),
        "utf-16" => match bytes {
            [0xff, 0xfe, rest @ ..] => pairs(false, rest),
            [0xfe, 0xff, rest @ ..] => pairs(true, rest),
            rest => pairs(true, rest),
        },
        "utf-32" => bytes
            .chunks(4)
            .map(|word| match word {
                [a, b, c, d] => {
                    char::from_u32(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or('\u{fffd}')
                }
                _ => '\u{fffd}',
            })
            .collect(),
        _ => return Err(unknown_charset("decode", set)),
    })
}

fn bind_to_binary(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .counts(1..=2)?
        .cast_from(0, STRING)?
        .returns_nullable(T::Binary)
}

fn to_binary(call: &Call<'_>, mode: EvalMode) -> Result<Series, SqlError> {
    let texts = call.strings(0)?;
    let formats = match call.args.get(1) {
        Some(_) => Some(call.strings(1)?),
        None => None,
    };
    call.try_out(|i| {
        let format = match &formats {
            Some(f) => f.get(i),
            None => Some("hex"),
        };
        let (Some(text), Some(format)) = (texts.get(i), format) else {
            return Ok(None);
        };
        let bytes = match format.to_ascii_lowercase().as_str() {
            "hex" => unhex(text),
            "utf-8" | "utf8" => Some(text.as_bytes().to_vec()),
            "base64" => from_base64(text),
            _ if mode == EvalMode::Try => None,
            _ => {
                return Err(FunctionError::InvalidParameterValue {
                    condition: "BINARY_FORMAT",
                    parameter: "fmt",
                    function: "to_binary".into(),
                    message: format!(
                        "expects one of binary formats 'base64', 'hex', 'utf-8', but got '{format}'."
                    ),
                });
            }
        };
        match bytes {
            Some(bytes) => Ok(Some(bytes)),
            None if mode == EvalMode::Try => Ok(None),
            None => Err(FunctionError::ConversionInvalidInput {
                value: text.into(),
                format: format!("'{}'", format.to_ascii_uppercase()),
                to: "\"BINARY\"",
                suggestion: "try_to_binary",
            }),
        }
    })
}
