//! What can go wrong between a SQL text and its rows.
//!
//! Every error's text is Spark's: its condition in brackets, a sentence, its SQLSTATE. The text
//! is the only home of both: [`SqlError::condition`] and [`SqlError::sql_state`] read it.

mod analysis;
mod parse;

pub use analysis::{AnalysisError, AnalysisReason, ordinal};
pub use parse::{ParseError, ParseReason};

use crate::delta::DeltaError;
use crate::formats::FormatError;
use crate::storage::StorageError;
use crate::types::FrameError;

use super::execute::ExecuteError;
use super::functions::{FunctionError, Mismatch};
use super::streaming_rules::StreamingRuleError;

/// The condition that an error's text begins with: `[UNRESOLVED_COLUMN.WITH_SUGGESTION] …`.
pub fn condition(text: &str) -> Option<&str> {
    let (condition, _) = text.trim_start().strip_prefix('[')?.split_once(']')?;
    let is_named = !condition.is_empty()
        && condition
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "_.".contains(c));
    is_named.then_some(condition)
}

/// The five characters behind the last `SQLSTATE: ` of an error's text.
pub fn sql_state(text: &str) -> Option<&str> {
    let (_, after) = text.rsplit_once("SQLSTATE: ")?;
    after.get(..5)
}

/// An error's sentence: its text without the condition before it and the SQLSTATE behind it.
pub fn sentence(text: &str) -> &str {
    let text = text.trim();
    let behind = condition(text).and_then(|found| text.get(found.len() + 2..));
    let sentence = behind.unwrap_or(text).trim_start();
    let end = sentence.find("SQLSTATE: ").unwrap_or(sentence.len());
    sentence.get(..end).unwrap_or(sentence).trim_end()
}

/// A place in a SQL text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// Characters before it in its line, from 0: Spark's `pos`.
    pub column: u32,
}

/// An error with Spark's condition.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    #[error(transparent)]
    Parse(#[from] Box<ParseError>),
    #[error(transparent)]
    Analysis(#[from] Box<AnalysisError>),
    #[error(transparent)]
    Streaming(#[from] Box<StreamingRuleError>),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error(transparent)]
    Delta(#[from] DeltaError),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Function(Box<FunctionError>),
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// What the catalog, whose home is the session, says.
    #[error(transparent)]
    Catalog(Box<dyn std::error::Error + Send + Sync>),
}

impl SqlError {
    /// Spark's error condition (`UNRESOLVED_COLUMN.WITH_SUGGESTION`), where it has one.
    pub fn condition(&self) -> Option<String> {
        condition(&self.to_string()).map(str::to_owned)
    }

    /// The five characters of the SQL standard's error class, where there are some.
    pub fn sql_state(&self) -> Option<String> {
        sql_state(&self.to_string()).map(str::to_owned)
    }

    /// The whole text, as Spark prints it.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// What to do about it, where the text doesn't say so already.
    pub fn hint(&self) -> Option<String> {
        match self {
            SqlError::Parse(e) => e.hint(),
            SqlError::Analysis(e) => e.reason.hint(),
            _ => None,
        }
    }

    /// Where in the statement's text it is.
    pub fn position(&self) -> Option<Position> {
        match self {
            SqlError::Parse(e) => Some(e.position),
            SqlError::Analysis(e) => e.position,
            _ => None,
        }
    }

    /// The exception's class in PySpark.
    pub fn exception_class(&self) -> &'static str {
        if let SqlError::Delta(error) = self
            && let Some(class) = error.exception_class()
        {
            return class;
        }
        match self {
            SqlError::Parse(e) => match e.reason {
                ParseReason::DecimalPrecision { .. } => "ArithmeticException",
                _ => "ParseException",
            },
            SqlError::Analysis(_) | SqlError::Streaming(_) => "AnalysisException",
            SqlError::Execute(ExecuteError::PythonException { .. }) => "PythonException",
            SqlError::Execute(
                ExecuteError::ScalarSubqueryTooManyRows | ExecuteError::RowSubqueryTooManyRows,
            ) => "SparkRuntimeException",
            SqlError::Storage(_)
            | SqlError::Format(_)
            | SqlError::Delta(_)
            | SqlError::Frame(_)
            | SqlError::Execute(_) => match self.sql_state() {
                Some(state) if state.starts_with("42") => "AnalysisException",
                _ => "SparkException",
            },
            SqlError::Catalog(_) => "AnalysisException",
            SqlError::Function(error) => match self.sql_state().as_deref() {
                _ if matches!(
                    **error,
                    FunctionError::UnknownPatternLetter { .. }
                        | FunctionError::NumberFormatMismatch { .. }
                        | FunctionError::IllegalSequence { .. }
                ) =>
                {
                    "IllegalArgumentException"
                }
                _ if matches!(**error, FunctionError::DatetimePatternRecognition { .. }) => {
                    "SparkUpgradeException"
                }
                _ if matches!(
                    **error,
                    FunctionError::InvalidIndexOfZero | FunctionError::InvalidParameterValue { .. }
                ) =>
                {
                    "SparkRuntimeException"
                }
                // A text that is no boolean.
                Some("22018") if casts_to(error, &["BOOLEAN"]) => "SparkRuntimeException",
                _ if matches!(
                    **error,
                    FunctionError::InvalidArrayIndex { .. }
                        | FunctionError::InvalidArrayIndexInElementAt { .. }
                ) =>
                {
                    "ArrayIndexOutOfBoundsException"
                }
                // A text that is no date or time.
                Some("22018") if casts_to(error, &["DATE", "TIMESTAMP"]) => "DateTimeException",
                Some(state) if state.starts_with("42") => "AnalysisException",
                Some("22003" | "22012" | "22015") => "ArithmeticException",
                Some("22018") => "NumberFormatException",
                Some("22007" | "22008" | "22009" | "22023") => "DateTimeException",
                _ => "SparkRuntimeException",
            },
        }
    }

    /// The same error, found at `position` if it doesn't have a place yet.
    pub fn at(self, position: Option<Position>) -> Self {
        match self {
            SqlError::Analysis(mut e) => {
                e.position = e.position.or(position);
                SqlError::Analysis(e)
            }
            other => other,
        }
    }

    /// What a function's `bind` says, as an error of analysis: at `position`, about the
    /// expression `sql` whose arguments are `inputs`, all as the statement has them.
    pub fn of_binding(self, position: Option<Position>, sql: &str, inputs: &[String]) -> Self {
        let SqlError::Function(mut error) = self else {
            return self.at(position);
        };
        if let FunctionError::DatatypeMismatch {
            sql: expression,
            mismatch,
        } = error.as_mut()
        {
            *expression = sql.to_owned();
            if let Mismatch::UnexpectedInputType { ordinal, input, .. } = mismatch {
                let index = (0..inputs.len()).find(|i| analysis::ordinal(i + 1) == *ordinal);
                if let Some(text) = index.and_then(|i| inputs.get(i)) {
                    *input = text.clone();
                }
            }
        }
        SqlError::Analysis(Box::new(AnalysisError {
            reason: AnalysisReason::Function(*error),
            position,
        }))
    }
}

/// A text was to become one of these types.
fn casts_to(error: &FunctionError, types: &[&str]) -> bool {
    matches!(error, FunctionError::CastInvalidInput { to, .. }
        if types.iter().any(|t| to.contains(t)))
}

impl From<ParseError> for SqlError {
    fn from(e: ParseError) -> Self {
        SqlError::Parse(Box::new(e))
    }
}

impl From<FunctionError> for SqlError {
    fn from(e: FunctionError) -> Self {
        SqlError::Function(Box::new(e))
    }
}

impl From<AnalysisReason> for SqlError {
    fn from(reason: AnalysisReason) -> Self {
        SqlError::Analysis(Box::new(AnalysisError {
            reason,
            position: None,
        }))
    }
}

impl From<StreamingRuleError> for SqlError {
    fn from(e: StreamingRuleError) -> Self {
        SqlError::Streaming(Box::new(e))
    }
}
