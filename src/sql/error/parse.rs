//! A text that isn't Spark SQL.

use std::fmt;

use super::Position;

/// A text that isn't Spark SQL.
#[derive(Debug, Clone, PartialEq)]
pub struct ParseError {
    pub reason: ParseReason,
    pub position: Position,
    /// The statement.
    pub sql: String,
    /// How many characters from `position` are wrong, where that is known.
    pub fragment: Option<usize>,
}

/// Why a text isn't Spark SQL.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParseReason {
    /// `near` is a token in quotes, or `end of input`; `hint` is empty or starts with a colon.
    #[error("[PARSE_SYNTAX_ERROR] Syntax error at or near {near}{hint}. SQLSTATE: 42601")]
    Syntax { near: String, hint: String },
    #[error(
        "[TRAILING_COMMA_IN_SELECT] Trailing comma detected in SELECT clause. Remove the trailing comma before the FROM clause. SQLSTATE: 42601"
    )]
    TrailingComma,
    #[error("[PARSE_EMPTY_STATEMENT] Syntax error, unexpected empty statement. SQLSTATE: 42617")]
    EmptyStatement,
    #[error(
        "[FAILED_TO_PARSE_TOO_COMPLEX] The statement, including potential SQL functions and referenced views, was too complex to parse.\nTo mitigate this error divide the statement into multiple, less complex chunks. SQLSTATE: 54001"
    )]
    TooComplex,
    #[error(
        "[UNCLOSED_BRACKETED_COMMENT] Found an unclosed bracketed comment. Please, append */ at the end of the comment. SQLSTATE: 42601"
    )]
    UnclosedComment,
    #[error(
        "[INVALID_IDENTIFIER] The unquoted identifier {identifier} is invalid and must be back quoted as: `{identifier}`.\nUnquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), digits ('0' - '9'), and underbar ('_').\nUnquoted identifiers must also not start with a digit.\nDifferent data sources and meta stores may impose additional restrictions on valid identifiers. SQLSTATE: 42602"
    )]
    InvalidIdentifier { identifier: String },
    #[error(
        "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] Decimal precision {precision} exceeds max precision 38. SQLSTATE: 22003"
    )]
    DecimalPrecision { precision: u8 },
    #[error("Decimal scale ({scale}) cannot be greater than precision ({precision}).")]
    DecimalScale { scale: u8, precision: u8 },
    #[error("[UNSUPPORTED_DATATYPE] Unsupported data type \"{name}\". SQLSTATE: 0A000")]
    UnsupportedDataType { name: String },
    #[error(
        "[INVALID_TYPED_LITERAL] The value of the typed literal \"{data_type}\" is invalid: '{value}'. SQLSTATE: 42604"
    )]
    InvalidTypedLiteral { data_type: String, value: String },
    #[error(
        "[INVALID_NUMERIC_LITERAL_RANGE] Numeric literal {literal} is outside the valid range for {data_type} with minimum value of {min} and maximum value of {max}. Please adjust the value accordingly. SQLSTATE: 22003"
    )]
    NumericLiteralRange {
        literal: String,
        data_type: &'static str,
        min: i64,
        max: i64,
    },
    #[error(
        "[INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH] Invalid inline table. Inline table expected {expected} columns but found {actual} columns in row {row}. SQLSTATE: 42000"
    )]
    InlineTableColumns {
        expected: usize,
        actual: usize,
        row: usize,
    },
    #[error("Sampling fraction ({fraction:?}) must be on interval [0, 1].")]
    SamplingFraction { fraction: f64 },
    #[error(
        "[DUPLICATED_CTE_NAMES] CTE definition can't have duplicate names: {names}. SQLSTATE: 42602"
    )]
    DuplicateCteNames { names: String },
    #[error(
        "[INVALID_SQL_SYNTAX.UNSUPPORTED_SQL_STATEMENT] Invalid SQL syntax: Unsupported SQL statement: {statement}. SQLSTATE: 42000"
    )]
    UnsupportedStatement { statement: String },
}

impl ParseError {
    /// An error of the whole statement, whose text its analysis adds.
    pub(in crate::sql) fn whole(reason: ParseReason) -> Self {
        ParseError {
            reason,
            position: Position { line: 1, column: 0 },
            sql: String::new(),
            fragment: Some(1),
        }
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<String> {
        match &self.reason {
            ParseReason::Syntax { near, .. } if near == "end of input" => Some(
                "The statement ends too early: look for a missing clause or closing bracket."
                    .into(),
            ),
            ParseReason::Syntax { near, .. } => Some(format!(
                "Look at the text just before {near}: a comma, a keyword or a closing bracket may be missing."
            )),
            _ => None,
        }
    }
}

impl std::error::Error for ParseError {}

/// Spark's form: the reason, where it is, and the statement with a caret under the place.
impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        if let Some(length) = self.fragment {
            let text = self.sql.lines().nth((line as usize).saturating_sub(1));
            return write!(
                f,
                "\n{}\n== SQL (line {line}, position {}) ==\n{}\n{}{}",
                self.reason,
                column + 1,
                text.unwrap_or_default(),
                " ".repeat(column as usize),
                "^".repeat(length)
            );
        }
        write!(
            f,
            "\n{} (line {line}, pos {column})\n\n== SQL ==\n",
            self.reason
        )?;
        let mut pointed = false;
        for (i, text) in self.sql.lines().enumerate() {
            writeln!(f, "{text}")?;
            if i + 1 == line as usize {
                pointed = true;
                writeln!(f, "{}^^^", "-".repeat(column as usize))?;
            }
        }
        if !pointed {
            writeln!(f, "^^^")?;
        }
        Ok(())
    }
}
