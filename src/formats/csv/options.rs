//! The options of Spark's CSV source.

use crate::formats::rows::ParseMode;
use crate::formats::temporal::{Temporal, TemporalOptions};
use crate::formats::{FormatError, OptionSpec, Options, option_table};

option_table! {
    /// Options of CSV, besides those that it shares with JSON.
    pub OPTIONS {
        SEP = OptionSpec::new("sep", ",", "What separates values: one character or more; `\\t` is a tab.")
            .or(&["delimiter"]);
        HEADER = OptionSpec::new(
            "header",
            "false",
            "Whether the first line names the columns. When writing: whether it is written.",
        );
        pub INFER_SCHEMA = OptionSpec::new(
            "inferSchema",
            "false",
            "Whether types are inferred; else every column is STRING.",
        );
        QUOTE = OptionSpec::new("quote", "\"", "The character around values; empty for none.");
        ESCAPE = OptionSpec::new("escape", "\\", "The character before a quote within quotes.");
        COMMENT = OptionSpec::new("comment", "", "Lines that begin with this character are skipped.");
        MULTI_LINE = OptionSpec::new(
            "multiLine",
            "false",
            "Whether a value in quotes may go over several lines.",
        );
        NULL_VALUE = OptionSpec::new(
            "nullValue",
            "",
            "The text that stands for NULL, besides no text at all.",
        );
        EMPTY_VALUE = OptionSpec::new("emptyValue", "", "What an empty value in quotes is read as.");
        ENFORCE_SCHEMA = OptionSpec::new(
            "enforceSchema",
            "true",
            "Whether columns go by position, whatever a file's header says.",
        );
        IGNORE_LEADING_WHITE_SPACE = OptionSpec::new(
            "ignoreLeadingWhiteSpace",
            "false",
            "When reading: whether blanks before values are left out.",
        );
        IGNORE_TRAILING_WHITE_SPACE = OptionSpec::new(
            "ignoreTrailingWhiteSpace",
            "false",
            "When reading: whether blanks behind values are left out.",
        );
        PREFER_DATE = OptionSpec::new(
            "preferDate",
            "true",
            "Whether a column of dates alone is inferred as DATE.",
        );
        ENCODING = OptionSpec::without_effect("encoding", "Files are UTF-8.");
        LINE_SEP = OptionSpec::without_effect("lineSep", "Lines end in `\\n`, `\\r\\n` or `\\r`; `\\n` is written.");
        QUOTE_ALL = OptionSpec::without_effect("quoteAll", "Values are written in quotes where they need them.");
        MAX_COLUMNS = OptionSpec::without_effect("maxColumns", "There is no limit; so it is with `maxCharsPerColumn`.");
    }
}

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
        let separator = match options.get(SEP) {
            None => ",".into(),
            Some("\\t") => "\t".into(),
            Some("") => {
                return Err(FormatError::InvalidOption {
                    name: SEP.name.into(),
                    value: String::new(),
                    expected: "one character or more",
                });
            }
            Some(separator) => separator.into(),
        };
        Ok(CsvOptions {
            mode: ParseMode::from_options(options),
            separator,
            quote: character(options, QUOTE, Some('"'))?,
            escape: character(options, ESCAPE, Some('\\'))?,
            comment: character(options, COMMENT, None)?,
            header: options.get_bool(HEADER)?,
            infer_schema: options.get_bool(INFER_SCHEMA)?,
            multi_line: options.get_bool(MULTI_LINE)?,
            null_value: options.get(NULL_VALUE).unwrap_or_default().into(),
            empty_value: options.get(EMPTY_VALUE).unwrap_or_default().into(),
            enforce_schema: options.get_bool(ENFORCE_SCHEMA)?,
            ignore_leading_white_space: options.get_bool(IGNORE_LEADING_WHITE_SPACE)?,
            ignore_trailing_white_space: options.get_bool(IGNORE_TRAILING_WHITE_SPACE)?,
            prefer_date: options.get_bool(PREFER_DATE)?,
            temporal: Temporal::new(&TemporalOptions::from_options(options))?,
        })
    }
}

/// An option that is one character; empty turns it off.
fn character(
    options: &Options,
    option: OptionSpec,
    default: Option<char>,
) -> Result<Option<char>, FormatError> {
    let Some(value) = options.get(option) else {
        return Ok(default);
    };
    let mut chars = value.chars();
    match (chars.next(), chars.next()) {
        (None, _) | (Some('\0'), None) => Ok(None),
        (Some(c), None) => Ok(Some(c)),
        _ => Err(FormatError::InvalidOption {
            name: option.name.into(),
            value: value.into(),
            expected: "one character",
        }),
    }
}
