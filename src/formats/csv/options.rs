//! The options of Spark's CSV source.

use crate::formats::rows::ParseMode;
use crate::formats::temporal::{Temporal, TemporalOptions};
use crate::formats::{FormatError, Options};

/// How CSV is read and written. Names and defaults are those of Spark's CSV source.
#[derive(Debug, Clone)]
pub struct CsvOptions {
    pub mode: ParseMode,
    /// `sep` or `delimiter`: one or more characters.
    pub separator: String,
    pub quote: Option<char>,
    pub escape: Option<char>,
    /// Lines that begin with it are skipped.
    pub comment: Option<char>,
    /// Whether the first record of each file names its columns.
    pub header: bool,
    /// Whether types are inferred; else every column is a STRING.
    pub infer_schema: bool,
    /// Whether a quoted value may go over several lines.
    pub multi_line: bool,
    /// The text that stands for NULL, in quotes or not. A value without any text is NULL anyway.
    pub null_value: String,
    /// What an empty value in quotes is read as; NULL if that is `null_value`.
    pub empty_value: String,
    /// Whether a file's columns go by position, whatever its header says.
    pub enforce_schema: bool,
    pub ignore_leading_white_space: bool,
    pub ignore_trailing_white_space: bool,
    /// Whether a column that holds dates alone is inferred as DATE.
    pub prefer_date: bool,
    pub(in crate::formats) temporal: Temporal,
}

impl CsvOptions {
    /// # Errors
    /// [`FormatError::InvalidOption`].
    pub fn from_options(options: &Options) -> Result<Self, FormatError> {
        let separator = match options.get_any(&["sep", "delimiter"]) {
            None => ",".into(),
            Some("\\t") => "\t".into(),
            Some("") => {
                return Err(FormatError::InvalidOption {
                    name: "sep".into(),
                    value: String::new(),
                    expected: "one character or more",
                });
            }
            Some(separator) => separator.into(),
        };
        Ok(CsvOptions {
            mode: ParseMode::from_options(options),
            separator,
            quote: character(options, "quote", Some('"'))?,
            escape: character(options, "escape", Some('\\'))?,
            comment: character(options, "comment", None)?,
            header: options.get_bool("header", false)?,
            infer_schema: options.get_bool("inferSchema", false)?,
            multi_line: options.get_bool("multiLine", false)?,
            null_value: options.get("nullValue").unwrap_or_default().into(),
            empty_value: options.get("emptyValue").unwrap_or_default().into(),
            enforce_schema: options.get_bool("enforceSchema", true)?,
            ignore_leading_white_space: options.get_bool("ignoreLeadingWhiteSpace", false)?,
            ignore_trailing_white_space: options.get_bool("ignoreTrailingWhiteSpace", false)?,
            prefer_date: options.get_bool("preferDate", true)?,
            temporal: Temporal::new(&TemporalOptions::from_options(options))?,
        })
    }
}

/// An option that is one character; empty turns it off.
fn character(
    options: &Options,
    name: &str,
    default: Option<char>,
) -> Result<Option<char>, FormatError> {
    let Some(value) = options.get(name) else {
        return Ok(default);
    };
    let mut chars = value.chars();
    match (chars.next(), chars.next()) {
        (None, _) | (Some('\0'), None) => Ok(None),
        (Some(c), None) => Ok(Some(c)),
        _ => Err(FormatError::InvalidOption {
            name: name.into(),
            value: value.into(),
            expected: "one character",
        }),
    }
}
