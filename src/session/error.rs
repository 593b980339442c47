//! Why a session refuses.

use crate::delta::DeltaError;
use crate::formats::FormatError;
use crate::sql::SqlError;
use crate::storage::{DbfsPath, StorageError};
use crate::streaming::StreamError;

/// An error of a session's statement.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(
        "[INVALID_CONF_VALUE] The value '{value}' in the config \"{name}\" is invalid. SQLSTATE: 22022"
    )]
    InvalidConf { name: String, value: String },
    #[error(
        "[TABLE_OR_VIEW_NOT_FOUND] The table or view {name} cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS. SQLSTATE: 42P01"
    )]
    RelationNotFound { name: String },
    #[error(
        "[TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create table or view {name} because it already exists.\nChoose a different name, drop or replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects. SQLSTATE: 42P07"
    )]
    RelationExists { name: String },
    #[error(
        "[TEMP_TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create the temporary view {name} because it already exists.\nChoose a different name, drop or replace the existing view,  or add the IF NOT EXISTS clause to tolerate pre-existing views. SQLSTATE: 42P07"
    )]
    TemporaryViewExists { name: String },
    #[error(
        "[SCHEMA_ALREADY_EXISTS] Cannot create schema {name} because it already exists.\nChoose a different name, drop the existing schema, or add the IF NOT EXISTS clause to tolerate pre-existing schema. SQLSTATE: 42P06"
    )]
    DatabaseExists { name: String },
    #[error(
        "[SCHEMA_NOT_EMPTY] Cannot drop a schema {name} because it contains objects.\nUse DROP SCHEMA ... CASCADE to drop the schema and all its objects. SQLSTATE: 2BP01"
    )]
    DatabaseNotEmpty { name: String },
    #[error(
        "[SCHEMA_NOT_FOUND] The schema {name} cannot be found. Verify the spelling and correctness of the schema and catalog. SQLSTATE: 42704"
    )]
    DatabaseNotFound { name: String },
    #[error(
        "[EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE] '{operation}' expects a table but {name} is a view. SQLSTATE: 42809"
    )]
    ExpectedTable {
        operation: &'static str,
        name: String,
    },
    #[error(
        "[DELTA_MISSING_DELTA_TABLE] {path} is not a Delta table. A Delta table is a directory with a _delta_log in it."
    )]
    NotDelta { path: DbfsPath },
    #[error("[UNSUPPORTED_FEATURE.STATEMENT] {statement} is not supported yet. SQLSTATE: 0A000")]
    Unsupported { statement: String },
    #[error(
        "[DELTA_INVALID_TIMESTAMP_FORMAT] The provided timestamp {text} does not match the expected syntax yyyy-MM-dd[ HH:mm:ss[.SSS]]."
    )]
    InvalidTimestamp { text: String },
    #[error(
        "[PARSE_SYNTAX_ERROR] Syntax error at or near '{name}': it isn't the name of a table or view. Put odd names in backticks. SQLSTATE: 42601"
    )]
    InvalidName { name: String },
    #[error("There is no pipeline called {name}.")]
    NoSuchPipeline { name: String },
    #[error("No streaming query has the id or name '{name}'.")]
    NoSuchQuery { name: String },
    #[error(transparent)]
    Sql(#[from] SqlError),
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Delta(#[from] DeltaError),
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl SessionError {
    /// The class that PySpark raises.
    pub fn exception_class(&self) -> &'static str {
        match self {
            SessionError::Sql(sql) => sql.exception_class(),
            SessionError::Stream(StreamError::Failed { .. }) => "StreamingQueryException",
            SessionError::Stream(StreamError::Sql(sql)) => sql.exception_class(),
            SessionError::Stream(StreamError::DuplicateName { .. })
            | SessionError::InvalidConf { .. }
            | SessionError::NoSuchQuery { .. } => "IllegalArgumentException",
            SessionError::Storage(StorageError::NotFound { .. }) => "AnalysisException",
            SessionError::Storage(_) => "IOException",
            _ => "AnalysisException",
        }
    }
}

/// What a catalog's refusal is to analysis.
impl From<SessionError> for SqlError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Sql(error) => error,
            SessionError::Delta(error) => error.into(),
            SessionError::Format(error) => error.into(),
            SessionError::Storage(error) => error.into(),
            other => SqlError::Catalog(Box::new(other)),
        }
    }
}
