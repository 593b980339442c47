//! The options of Spark's JSON source.

use crate::formats::rows::{ParseMode, corrupt_column};
use crate::formats::temporal::{Temporal, TemporalOptions};
use crate::formats::{FormatError, Options};

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
            multi_line: options.get_bool("multiLine", false)?,
            detect_array: options.get_bool("detectArray", true)?,
            primitives_as_string: options.get_bool("primitivesAsString", false)?,
            prefers_decimal: options.get_bool("prefersDecimal", false)?,
            infer_timestamp: options.get_bool("inferTimestamp", false)?,
            drop_field_if_all_null: options.get_bool("dropFieldIfAllNull", false)?,
            case_sensitive: options.get_bool("readerCaseSensitive", true)?,
            allow_comments: options.get_bool("allowComments", false)?,
            allow_unquoted_field_names: options.get_bool("allowUnquotedFieldNames", false)?,
            allow_single_quotes: options.get_bool("allowSingleQuotes", true)?,
            allow_numeric_leading_zeros: options.get_bool("allowNumericLeadingZeros", false)?,
            allow_backslash_escaping_any: options
                .get_bool("allowBackslashEscapingAnyCharacter", false)?,
            allow_unescaped_control_chars: options.get_bool("allowUnquotedControlChars", false)?,
            allow_non_numeric_numbers: options.get_bool("allowNonNumericNumbers", true)?,
            temporal: Temporal::new(&TemporalOptions::from_options(options))?,
        })
    }
}
