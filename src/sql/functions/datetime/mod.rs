//! Dates, timestamps and intervals.
//!
//! Source: Spark SQL reference, "Date and Timestamp Functions".

mod arithmetic;
mod fields;
mod make;
mod now;
mod pattern;
mod reading;
mod trunc;
mod unix;
mod window;
mod zone;

pub use pattern::Pattern;

pub(super) use arithmetic::{ARITHMETIC, add_months};
pub(super) use fields::FIELDS;
pub(super) use make::MAKE;
pub(super) use now::NOW;
pub(super) use trunc::TRUNC;
pub(super) use unix::UNIX;
pub(super) use window::WINDOW;
pub use window::{OVERLAPPING, WindowSpec, windows};
pub(super) use zone::ZONE;

use super::{Arg, FunctionError};
use polars_core::prelude::StringType;

/// A column of patterns: the last one stays compiled, since it is almost always the same.
pub(super) struct Patterns {
    texts: Option<Arg<StringType>>,
    /// Texts are read by them, not written.
    read: bool,
    last: Option<(String, Pattern)>,
}

impl Patterns {
    /// The patterns of an argument, or one that stands for all rows.
    pub fn new(texts: Option<Arg<StringType>>, default: &str) -> Result<Self, FunctionError> {
        let last = match &texts {
            Some(_) => None,
            None => Some((default.to_string(), Pattern::compile(default)?)),
        };
        Ok(Patterns {
            texts,
            read: false,
            last,
        })
    }

    /// The same, to read texts by.
    pub fn to_read(texts: Option<Arg<StringType>>, default: &str) -> Result<Self, FunctionError> {
        let patterns = Patterns::new(texts, default)?;
        Ok(Patterns {
            read: true,
            ..patterns
        })
    }

    /// The pattern of a row; `None` where it is NULL.
    pub fn get(&mut self, row: usize) -> Result<Option<&Pattern>, FunctionError> {
        if let Some(texts) = &self.texts {
            let Some(text) = texts.get(row) else {
                return Ok(None);
            };
            if self.last.as_ref().is_none_or(|(t, _)| t != text) {
                let pattern = Pattern::compile(text)?;
                if self.read {
                    pattern.check_readable(text)?;
                }
                self.last = Some((text.to_string(), pattern));
            }
        }
        Ok(self.last.as_ref().map(|(_, p)| p))
    }
}
