//! What functions, operators and casts say when their arguments don't fit.
//!
//! Conditions, texts and SQLSTATEs are those of Spark's `error-conditions.json`.

/// `If necessary set … to bypass this error.`
macro_rules! bypass {
    () => {
        "If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error."
    };
}

/// Why a function can't be bound to its arguments, or has no value for them.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FunctionError {
    // While binding
    #[error(
        "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] The `{function}` requires {expected} parameters but the actual number is {actual}. Please, refer to 'https://spark.apache.org/docs/latest/sql-ref-functions.html' for a fix. SQLSTATE: 42605"
    )]
    WrongNumArgs {
        function: String,
        expected: String,
        actual: usize,
    },
    #[error(
        "[WRONG_NUM_ARGS.WITH_SUGGESTION] The `{function}` requires  >= 1 parameters but the actual number is 0. If you have to call this function with 0 parameters, set the legacy configuration \"spark.sql.legacy.allowParameterlessCount\" to \"true\". SQLSTATE: 42605"
    )]
    ParameterlessCount { function: String },
    #[error(
        "[DATATYPE_MISMATCH.{}] Cannot resolve \"{sql}\" due to data type mismatch: {mismatch} SQLSTATE: 42K09",
        mismatch.condition()
    )]
    DatatypeMismatch { sql: String, mismatch: Mismatch },
    #[error(
        "[NON_FOLDABLE_ARGUMENT] The function `{function}` requires the parameter `{parameter}` to be a foldable expression of the type \"{data_type}\", but the actual argument is a non-foldable. SQLSTATE: 42K08"
    )]
    NonFoldableArgument {
        function: String,
        parameter: String,
        data_type: String,
    },
    #[error("[INVALID_EXTRACT_FIELD] Cannot extract `{field}` from \"{sql}\". SQLSTATE: 42601")]
    InvalidExtractField { field: String, sql: String },
    #[error(
        "[INVALID_SCHEMA.PARSE_ERROR] The input schema \"{schema}\" is not a valid schema string. Cannot parse the schema:\n{reason} SQLSTATE: 42K07"
    )]
    InvalidSchema { schema: String, reason: String },
    #[error(
        "[INVALID_SCHEMA.NON_STRING_LITERAL] The input schema \"{sql}\" is not a valid schema string. The input expression must be string literal and not null. SQLSTATE: 42K07"
    )]
    SchemaNotLiteral { sql: String },
    #[error(
        "[INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH] Invalid lambda function call. A higher order function expects {expected} arguments, but got {actual}. SQLSTATE: 42K0D"
    )]
    LambdaArity { expected: usize, actual: usize },
    #[error(
        "[INVALID_LAMBDA_FUNCTION_CALL.PARAMETER_DOES_NOT_ACCEPT_LAMBDA_FUNCTION] Invalid lambda function call. You passed a lambda function to a parameter that does not accept it. Please check if lambda function argument is in the correct position. SQLSTATE: 42K0D"
    )]
    LambdaNotAccepted,

    // While computing
    #[error(
        "[CAST_INVALID_INPUT] The value {value} of the type \"{from}\" cannot be cast to \"{to}\" because it is malformed. Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead. SQLSTATE: 22018"
    )]
    CastInvalidInput {
        value: String,
        from: String,
        to: String,
    },
    #[error(
        "[CAST_OVERFLOW] The value {value} of the type \"{from}\" cannot be cast to \"{to}\" due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead. SQLSTATE: 22003"
    )]
    CastOverflow {
        value: String,
        from: String,
        to: String,
    },
    #[error(
        "[CAST_OVERFLOW_IN_TABLE_INSERT] Fail to assign a value of \"{from}\" type to the \"{to}\" type column or variable {column} due to an overflow. Use `try_cast` on the input value to tolerate overflow and return NULL instead. SQLSTATE: 22003"
    )]
    CastOverflowInTableInsert {
        from: String,
        to: String,
        column: String,
    },
    #[error(
        "[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION]  {value} cannot be represented as Decimal({precision}, {scale}). If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error, and return NULL instead. SQLSTATE: 22003"
    )]
    NumericValueOutOfRange {
        value: String,
        precision: u8,
        scale: u8,
    },
    #[error("[ARITHMETIC_OVERFLOW] {what} overflow.{} {} SQLSTATE: 22003", alternative(.function), bypass!())]
    ArithmeticOverflow {
        /// `integer`, `long`, …
        what: &'static str,
        /// What gives NULL instead (`try_add`).
        function: Option<&'static str>,
    },
    #[error(
        "[BINARY_ARITHMETIC_OVERFLOW] {left} {symbol} {right} caused overflow. Use `{function}` to ignore overflow problem and return NULL. SQLSTATE: 22003"
    )]
    BinaryArithmeticOverflow {
        left: String,
        symbol: &'static str,
        right: String,
        function: &'static str,
    },
    #[error("[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. {} SQLSTATE: 22012", bypass!())]
    DivideByZero,
    #[error(
        "[INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION] Integer overflow while operating with intervals. Try devising appropriate values for the interval parameters. SQLSTATE: 22015"
    )]
    IntervalOverflow,
    #[error(
        "[INTERVAL_DIVIDED_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. SQLSTATE: 22012"
    )]
    IntervalDividedByZero,
    #[error("[DATETIME_OVERFLOW] Datetime operation overflow: {operation}. SQLSTATE: 22008")]
    DatetimeOverflow { operation: String },
    #[error(
        "[INVALID_ARRAY_INDEX] The index {index} is out of bounds. The array has {size} elements. Use the SQL function `get()` to tolerate accessing element at invalid index and return NULL instead. SQLSTATE: 22003"
    )]
    InvalidArrayIndex { index: i64, size: usize },
    #[error(
        "[INVALID_ARRAY_INDEX_IN_ELEMENT_AT] The index {index} is out of bounds. The array has {size} elements. Use `try_element_at` to tolerate accessing element at invalid index and return NULL instead. SQLSTATE: 22003"
    )]
    InvalidArrayIndexInElementAt { index: i64, size: usize },
    #[error(
        "[INVALID_INDEX_OF_ZERO] The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1). SQLSTATE: 22003"
    )]
    InvalidIndexOfZero,
    #[error(
        "[DUPLICATED_MAP_KEY] Duplicate map key {key} was found, please check the input data.\nIf you want to remove the duplicated keys, you can set \"spark.sql.mapKeyDedupPolicy\" to \"LAST_WIN\" so that the key inserted at last takes precedence. SQLSTATE: 23505"
    )]
    DuplicatedMapKey { key: String },
    #[error("[NULL_MAP_KEY] Cannot use null as map key. SQLSTATE: 2200E")]
    NullMapKey,
    #[error(
        "[COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION] Can't create array with {count} elements which exceeding the array size limit {limit}, unsuccessful try to create arrays in the function `{function}`. SQLSTATE: 54000"
    )]
    CollectionSizeLimit {
        count: i128,
        limit: usize,
        function: &'static str,
    },
    #[error("[DATETIME_FIELD_OUT_OF_BOUNDS] {message}. {} SQLSTATE: 22023", bypass!())]
    DatetimeFieldOutOfBounds { message: String },
    #[error(
        "[CANNOT_PARSE_TIMESTAMP] {message}. Use `{function}` to tolerate invalid input string and return NULL instead. SQLSTATE: 22007"
    )]
    CannotParseTimestamp {
        message: String,
        function: &'static str,
    },
    #[error(
        "[INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION] You may get a different result due to the upgrading to Spark >= 3.0:\nFail to recognize '{pattern}' pattern in the DateTimeFormatter.\n1) You can set \"spark.sql.legacy.timeParserPolicy\" to \"LEGACY\" to restore the behavior before Spark 3.0.\n2) You can form a valid datetime pattern with the guide from 'https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html'. SQLSTATE: 42K0B"
    )]
    DatetimePatternRecognition { pattern: String },
    #[error(
        "[INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN] You may get a different result due to the upgrading to Spark >= 3.0:\nAll week-based patterns are unsupported since Spark 3.0, detected week-based character: {character}.\nPlease use the SQL function EXTRACT instead. SQLSTATE: 42K0B"
    )]
    WeekBasedPattern { character: char },
    #[error(
        "[INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER] Unrecognized datetime pattern: {pattern}. Illegal pattern character found in datetime pattern: {character}. Please provide legal character. SQLSTATE: 22007"
    )]
    IllegalPatternCharacter { pattern: String, character: char },
    #[error(
        "[DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION] Cannot resolve \"{sql}\" due to data type mismatch: The {constraint}. SQLSTATE: 42K09"
    )]
    InvalidWindow { sql: String, constraint: String },
    #[error("Unknown pattern letter: {letter}")]
    UnknownPatternLetter { letter: char },
    #[error("requirement failed: Illegal sequence boundaries: {start} to {stop} by {step}")]
    IllegalSequence {
        start: String,
        stop: String,
        step: String,
    },
    #[error("[ILLEGAL_DAY_OF_WEEK] Illegal input for day of week: {value}. SQLSTATE: 22009")]
    IllegalDayOfWeek { value: String },
    #[error(
        "[INVALID_TIMEZONE] The timezone: {time_zone} is invalid. The timezone must be either a region-based zone ID or a zone offset. Region IDs must have the form 'area/city', such as 'America/Los_Angeles'. Zone offsets must be in the format '(+|-)HH', '(+|-)HH:mm’ or '(+|-)HH:mm:ss', e.g '-08' , '+01:00' or '-13:33:33', and must be in the range from -18:00 to +18:00. 'Z' and 'UTC' are accepted as synonyms for '+00:00'. SQLSTATE: 22009"
    )]
    InvalidTimezone { time_zone: String },
    #[error(
        "[INVALID_PARAMETER_VALUE.{condition}] The value of parameter(s) `{parameter}` in `{function}` is invalid: {message} SQLSTATE: 22023"
    )]
    InvalidParameterValue {
        /// The sub-condition: `PATTERN`, `REGEX_GROUP_INDEX`, …
        condition: &'static str,
        parameter: &'static str,
        function: String,
        message: String,
    },
    #[error(
        "[INVALID_FRACTION_OF_SECOND] Valid range for seconds is [0, 60] (inclusive), but the provided value is {seconds}. To avoid this error, use `try_make_timestamp`, which returns NULL on error.\nIf you do not want to use the session default timestamp version of this function, use `try_make_timestamp_ntz` or `try_make_timestamp_ltz`. SQLSTATE: 22023"
    )]
    InvalidFractionOfSecond { seconds: String },
    #[error(
        "[INVALID_URL] The url is invalid: {url}. Use `try_parse_url` to tolerate invalid URL and return NULL instead. SQLSTATE: 22P02"
    )]
    InvalidUrl { url: String },
    #[error(
        "[CONVERSION_INVALID_INPUT] The value '{value}' ({format}) cannot be converted to {to} because it is malformed. Correct the value as per the syntax, or change its format. Use `{suggestion}` to tolerate malformed input and return NULL instead. SQLSTATE: 22018"
    )]
    ConversionInvalidInput {
        value: String,
        format: String,
        to: &'static str,
        suggestion: &'static str,
    },
    #[error(
        "[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION] Malformed records are detected in record parsing: {record}.\nParse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'. SQLSTATE: 22023"
    )]
    MalformedRecord { record: String },
    #[error("[USER_RAISED_EXCEPTION] {message} SQLSTATE: P0001")]
    UserRaised { message: String },
    #[error(
        "[COMPARATOR_RETURNS_NULL] The comparator has returned a NULL for a comparison between {first} and {second}.\nIt should return a positive integer for \"greater than\", 0 for \"equal\" and a negative integer for \"less than\".\nTo revert to deprecated behavior where NULL is treated as 0 (equal), you must set \"spark.sql.legacy.allowNullComparisonResultInArraySort\" to \"true\". SQLSTATE: 22004"
    )]
    ComparatorReturnsNull { first: String, second: String },
    #[error(
        "[INVALID_FORMAT.{condition}] The format is invalid: {format}. {reason} SQLSTATE: 42601"
    )]
    InvalidNumberFormat {
        condition: &'static str,
        format: String,
        reason: String,
    },
    #[error(
        "[INVALID_FORMAT.MISMATCH_INPUT] The format is invalid: {format}. The input \"STRING\" {input} does not match the format. SQLSTATE: 42601"
    )]
    NumberFormatMismatch { format: String, input: String },
    #[error(
        "[INVALID_FORMAT.ESC_IN_THE_MIDDLE] The format is invalid: {pattern}. The escape character is not allowed to precede '{character}'. SQLSTATE: 42601"
    )]
    EscapeInTheMiddle { pattern: String, character: char },
    #[error(
        "[INVALID_FORMAT.ESC_AT_THE_END] The format is invalid: {pattern}. The escape character is not allowed to end with. SQLSTATE: 42601"
    )]
    EscapeAtTheEnd { pattern: String },

    // Defects of the program
    #[error(
        "[INTERNAL_ERROR] `{function}` was given a column of the type {found}. This is a defect of Multihop; please report it with the statement. SQLSTATE: XX000"
    )]
    UnexpectedColumn {
        function: &'static str,
        found: String,
    },
    #[error(
        "[INTERNAL_ERROR] A column operation failed: {reason}. This is a defect of Multihop; please report it with the statement. SQLSTATE: XX000"
    )]
    Column { reason: String },
}

impl From<polars_core::error::PolarsError> for FunctionError {
    fn from(error: polars_core::error::PolarsError) -> Self {
        FunctionError::Column {
            reason: error.to_string(),
        }
    }
}

impl From<polars_core::error::PolarsError> for crate::sql::SqlError {
    fn from(error: polars_core::error::PolarsError) -> Self {
        FunctionError::from(error).into()
    }
}

/// ` Use 'try_add' to …`, where there is such a function.
fn alternative(function: &Option<&'static str>) -> String {
    function.map_or_else(String::new, |f| {
        format!(" Use '{f}' to tolerate overflow and return NULL instead.")
    })
}

/// How arguments' types don't fit (`DATATYPE_MISMATCH`'s sub-conditions). Types are in SQL.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Mismatch {
    #[error(
        "The {ordinal} parameter requires the {required} type, however \"{input}\" has the type \"{found}\"."
    )]
    UnexpectedInputType {
        /// `first`, `second`, …
        ordinal: &'static str,
        /// Quoted; alternatives as `("A" or "B")`.
        required: String,
        input: String,
        found: String,
    },
    #[error(
        "the left and right operands of the binary operator have incompatible types (\"{left}\" and \"{right}\")."
    )]
    BinaryOpDiffTypes { left: String, right: String },
    #[error("the binary operator requires the input type {required}, not \"{found}\".")]
    BinaryOpWrongType { required: String, found: String },
    #[error("cannot cast \"{from}\" to \"{to}\".")]
    CastWithoutSuggestion { from: String, to: String },
    #[error(
        "cannot cast \"{from}\" to \"{to}\" with ANSI mode on.\nIf you have to cast \"{from}\" to \"{to}\", you can set \"spark.sql.ansi.enabled\" as 'false'."
    )]
    CastWithConfSuggestion { from: String, to: String },
    #[error(
        "cannot cast \"{from}\" to \"{to}\".\nTo convert values from \"{from}\" to \"{to}\", you can use the functions {functions} instead."
    )]
    CastWithFuncSuggestion {
        from: String,
        to: String,
        functions: String,
    },
    #[error("Input to `{function}` should all be the same type, but it's {types}.")]
    DataDiffTypes { function: String, types: String },
    #[error(
        "Input to `{function}` should have been {expected} followed by a value with same element type, but it's [\"{left}\", \"{right}\"]."
    )]
    ArrayFunctionDiffTypes {
        function: String,
        expected: String,
        left: String,
        right: String,
    },
    #[error(
        "Input to function `{function}` should have been two \"ARRAY\" with same element type, but it's [\"{left}\", \"{right}\"]."
    )]
    BinaryArrayDiffTypes {
        function: String,
        left: String,
        right: String,
    },
    #[error("The `{function}` does not support ordering on type \"{data_type}\".")]
    InvalidOrderingType { function: String, data_type: String },
    #[error("Null typed values cannot be used as arguments of `{function}`.")]
    NullType { function: String },
    #[error("The key of map cannot be/contain \"{data_type}\".")]
    InvalidMapKeyType { data_type: String },
    #[error(
        "Only foldable `STRING` expressions are allowed to appear at odd position, but they are [{inputs}]."
    )]
    NamedStructWithoutLiteral { inputs: String },
    #[error(
        "Input to the function `{function}` cannot contain elements of the \"MAP\" type. In Spark, same maps may have different hashcode, thus hash expressions are prohibited on \"MAP\" elements. To restore previous behavior set \"spark.sql.legacy.allowHashOnMapType\" to \"true\"."
    )]
    HashMapType { function: String },
    #[error(
        "the input `{input}` should be a foldable \"{data_type}\" expression; however, got \"{sql}\"."
    )]
    NonFoldableInput {
        input: &'static str,
        data_type: &'static str,
        sql: String,
    },
    #[error("The {parameter} must be between {range} (current value = {value}).")]
    ValueOutOfRange {
        parameter: String,
        range: String,
        value: String,
    },
    #[error("The `{parameter}` must not be null.")]
    UnexpectedNull { parameter: String },
    #[error("Input schema \"{schema}\" must be a struct, an array, a map or a variant.")]
    InvalidJsonSchema { schema: String },
    #[error(
        "`sequence` uses the wrong parameter type. The parameter type must conform to:\n1. The start and stop expressions must resolve to the same type.\n2. If start and stop expressions resolve to the (\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\") type, then the step expression must resolve to the (\"INTERVAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\") type.\n3. Otherwise, if start and stop expressions resolve to the (\"INTEGRAL\") type, then the step expression must resolve to the same type."
    )]
    SequenceWrongInputTypes,
    #[error(
        "The data type of the column ({column}) do not have the same type: \"{left}\" ({left_index}) <> \"{right}\" ({right_index})."
    )]
    StackColumnDiffTypes {
        column: usize,
        left: String,
        left_index: usize,
        right: String,
        right_index: usize,
    },
}

impl Mismatch {
    /// The sub-condition's name.
    pub fn condition(&self) -> &'static str {
        match self {
            Mismatch::UnexpectedInputType { .. } => "UNEXPECTED_INPUT_TYPE",
            Mismatch::BinaryOpDiffTypes { .. } => "BINARY_OP_DIFF_TYPES",
            Mismatch::BinaryOpWrongType { .. } => "BINARY_OP_WRONG_TYPE",
            Mismatch::CastWithoutSuggestion { .. } => "CAST_WITHOUT_SUGGESTION",
            Mismatch::CastWithConfSuggestion { .. } => "CAST_WITH_CONF_SUGGESTION",
            Mismatch::CastWithFuncSuggestion { .. } => "CAST_WITH_FUNC_SUGGESTION",
            Mismatch::DataDiffTypes { .. } => "DATA_DIFF_TYPES",
            Mismatch::ArrayFunctionDiffTypes { .. } => "ARRAY_FUNCTION_DIFF_TYPES",
            Mismatch::BinaryArrayDiffTypes { .. } => "BINARY_ARRAY_DIFF_TYPES",
            Mismatch::InvalidOrderingType { .. } => "INVALID_ORDERING_TYPE",
            Mismatch::NullType { .. } => "NULL_TYPE",
            Mismatch::InvalidMapKeyType { .. } => "INVALID_MAP_KEY_TYPE",
            Mismatch::NamedStructWithoutLiteral { .. } => {
                "CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING"
            }
            Mismatch::HashMapType { .. } => "HASH_MAP_TYPE",
            Mismatch::NonFoldableInput { .. } => "NON_FOLDABLE_INPUT",
            Mismatch::ValueOutOfRange { .. } => "VALUE_OUT_OF_RANGE",
            Mismatch::UnexpectedNull { .. } => "UNEXPECTED_NULL",
            Mismatch::InvalidJsonSchema { .. } => "INVALID_JSON_SCHEMA",
            Mismatch::SequenceWrongInputTypes => "SEQUENCE_WRONG_INPUT_TYPES",
            Mismatch::StackColumnDiffTypes { .. } => "STACK_COLUMN_DIFF_TYPES",
        }
    }
}
