//! Strings and binaries.
//!
//! Source: Spark SQL reference, "String Functions".

mod case;
mod encode;
mod format;
mod matching;
mod measure;
mod number_format;
mod parts;
mod url;

pub(super) use case::CASE;
pub(super) use encode::{ENCODE, decode_bytes};
pub(super) use format::FORMAT;
pub(super) use matching::{MATCHING, regex};
pub(super) use measure::MEASURE;
pub(super) use number_format::NUMBER_FORMAT;
pub(super) use parts::PARTS;
pub(super) use url::URL;

use super::bind::{BindResult, INT, STRING};
use super::{BindContext, Binder};
use crate::sql::plan::Expr;
use crate::types::DataType;

/// One string, and what becomes of it.
fn bind_text(args: Vec<Expr>, context: &BindContext, result: DataType) -> BindResult {
    Binder::new(args, context)
        .count(1)?
        .cast(0, STRING)?
        .returns(result)
}

/// So many strings.
fn bind_texts(args: Vec<Expr>, context: &BindContext, n: usize, result: DataType) -> BindResult {
    Binder::new(args, context)
        .count(n)?
        .cast_from(0, STRING)?
        .returns(result)
}

/// A string and a number.
fn bind_text_int(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(2)?
        .cast(0, STRING)?
        .cast(1, INT)?
        .returns(DataType::String)
}

/// Byte offset of the character at `index`; the text's length beyond its end.
fn char_offset(text: &str, index: usize) -> usize {
    if text.is_ascii() {
        return index.min(text.len());
    }
    text.char_indices()
        .nth(index)
        .map_or(text.len(), |(at, _)| at)
}

/// Length in characters.
fn char_count(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

/// The longest string that a function may make: more is NULL rather than memory.
const MAX_LENGTH: usize = 64 << 20;
