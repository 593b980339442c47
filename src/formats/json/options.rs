//! The options of Spark's JSON source.

use crate::formats::rows::{ParseMode, corrupt_column};
use crate::formats::temporal::{Temporal, TemporalOptions};
use crate::formats::{FormatError, OptionSpec, Options, option_table};

option_table! {
    /// Options of JSON, besides those that it shares with CSV.
    pub OPTIONS {
        MULTI_LINE = OptionSpec::new(
            "multiLine",
            "false",
            "Whether a file holds one value over several lines, rather than one a line.",
        );
        DETECT_ARRAY = OptionSpec::new(
            "detectArray",
            "true",
            "Whether a file that is one array over several lines is read without `multiLine`. Spark doesn't have this option.",
        );
        pub PRIMITIVES_AS_STRING = OptionSpec::new(
            "primitivesAsString",
            "false",
            "Whether numbers and truth values are inferred as STRING.",
        );
        PREFERS_DECIMAL = OptionSpec::new(
            "prefersDecimal",
            "false",
            "Whether numbers with a point are inferred as DECIMAL where they fit.",
        );
        INFER_TIMESTAMP = OptionSpec::new(
            "inferTimestamp",
            "false",
            "Whether texts that are timestamps are inferred as such.",
        );
        DROP_FIELD_IF_ALL_NULL = OptionSpec::new(
            "dropFieldIfAllNull",
            "false",
            "Whether inferring leaves out fields that are NULL or empty in every record.",
        );
        READER_CASE_SENSITIVE = OptionSpec::new(
            "readerCaseSensitive",
            "true",
            "Whether a field must have its column's very name; one that differs in case is rescued.",
        );
        ALLOW_COMMENTS = OptionSpec::new(
            "allowComments",
            "false",
            "Whether there may be comments as in Java and C++.",
        );
        ALLOW_UNQUOTED_FIELD_NAMES = OptionSpec::new(
            "allowUnquotedFieldNames",
            "false",
            "Whether names may stand without quotes.",
        );
        ALLOW_SINGLE_QUOTES = OptionSpec::new(
            "allowSingleQuotes",
            "true",
            "Whether texts may stand in single quotes.",
        );
        ALLOW_NUMERIC_LEADING_ZEROS = OptionSpec::new(
            "allowNumericLeadingZeros",
            "false",
            "Whether numbers may begin with zeros, as in `007`.",
        );
        ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER = OptionSpec::new(
            "allowBackslashEscapingAnyCharacter",
            "false",
            "Whether a backslash may stand before any character.",
        );
        ALLOW_UNQUOTED_CONTROL_CHARS = OptionSpec::new(
            "allowUnquotedControlChars",
            "false",
            "Whether texts may hold tabs, line ends and the like.",
        );
        ALLOW_NON_NUMERIC_NUMBERS = OptionSpec::new(
            "allowNonNumericNumbers",
            "true",
            "Whether `NaN` and `Infinity` are numbers.",
        );
        ENCODING = OptionSpec::without_effect("encoding", "Files are UTF-8.");
        LINE_SEP = OptionSpec::without_effect("lineSep", "Lines end in `\\n`, `\\r\\n` or `\\r`; `\\n` is written.");
        IGNORE_NULL_FIELDS = OptionSpec::without_effect("ignoreNullFields", "Fields that are NULL are never written.");
    }
}

/// How JSON is read. Names and defaults are those of Spark's JSON source.
#[derive(Debug, Clone)]
pub struct JsonOptions {
    pub mode: ParseMode,
    pub column_name_of_corrupt_record: String,
    /// One value fills the file, instead of one a line.
    pub multi_line: bool,
    /// A file that is one array over several lines is read element by element even without
    /// `multiLine`. Ours, not Spark's, and on by default: a file dropped on the page should be
    /// read. The option is `detectArray`.
    pub detect_array: bool,
    pub primitives_as_string: bool,
    pub prefers_decimal: bool,
    pub infer_timestamp: bool,
    pub drop_field_if_all_null: bool,
    /// Auto Loader's `readerCaseSensitive`: whether a field is only matched in its exact case.
    pub case_sensitive: bool,
    pub allow_comments: bool,
    pub allow_unquoted_field_names: bool,
    pub allow_single_quotes: bool,
    pub allow_numeric_leading_zeros: bool,
    pub allow_backslash_escaping_any: bool,
    pub allow_unescaped_control_chars: bool,
    pub allow_non_numeric_numbers: bool,
    pub(in crate::formats) temporal: Temporal,
}

impl JsonOptions {
    /// # Errors
    /// [`FormatError::InvalidOption`].
    pub fn from_options(options: &Options) -> Result<Self, FormatError> {
        Ok(JsonOptions {
            mode: ParseMode::from_options(options),
            column_name_of_corrupt_record: corrupt_column(options),
            multi_line: options.get_bool(MULTI_LINE)?,
            detect_array: options.get_bool(DETECT_ARRAY)?,
            primitives_as_string: options.get_bool(PRIMITIVES_AS_STRING)?,
            prefers_decimal: options.get_bool(PREFERS_DECIMAL)?,
            infer_timestamp: options.get_bool(INFER_TIMESTAMP)?,
            drop_field_if_all_null: options.get_bool(DROP_FIELD_IF_ALL_NULL)?,
            case_sensitive: options.get_bool(READER_CASE_SENSITIVE)?,
            allow_comments: options.get_bool(ALLOW_COMMENTS)?,
            allow_unquoted_field_names: options.get_bool(ALLOW_UNQUOTED_FIELD_NAMES)?,
            allow_single_quotes: options.get_bool(ALLOW_SINGLE_QUOTES)?,
            allow_numeric_leading_zeros: options.get_bool(ALLOW_NUMERIC_LEADING_ZEROS)?,
            allow_backslash_escaping_any: options
                .get_bool(ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)?,
            allow_unescaped_control_chars: options.get_bool(ALLOW_UNQUOTED_CONTROL_CHARS)?,
            allow_non_numeric_numbers: options.get_bool(ALLOW_NON_NUMERIC_NUMBERS)?,
            temporal: Temporal::new(&TemporalOptions::from_options(options))?,
        })
    }
}
