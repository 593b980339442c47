//! What can go wrong with a file's content.

use crate::storage::{DbfsPath, StorageError};
use crate::types::DataType;
use crate::types::arrow::ArrowConversionError;

/// A file could not be read, its schema not inferred, or rows not written.
///
/// The texts are Spark's; [`FormatError::hint`] says in a sentence what is wrong with this file.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error(
        "[FAILED_READ_FILE.NO_HINT] Encountered error while reading file {path}.  SQLSTATE: KD001"
    )]
    ReadFile { path: DbfsPath, damage: Damage },
    #[error(
        "[FAILED_READ_FILE.FILE_NOT_EXIST] Encountered error while reading file {path}. File does not exist. It is possible the underlying files have been updated.\nYou can explicitly invalidate the cache in Spark by running 'REFRESH TABLE tableName' command in SQL or by recreating the Dataset/DataFrame involved. SQLSTATE: KD001"
    )]
    FileNotExist { path: DbfsPath },
    #[error(
        "[FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER] Encountered error while reading file {path}. Could not read footer. Please ensure that the file is in either ORC or Parquet format. If not, please convert it to a valid format. If the file is in the valid format, please check if the file is corrupt. If it is, you can choose to either ignore it or fix the corruption. SQLSTATE: KD001"
    )]
    Footer { path: DbfsPath, damage: Damage },
    #[error(
        "[FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH] Encountered error while reading file {path}. Data type mismatches when reading Parquet column {column}. Expected Spark type {expected}, actual Parquet type {found}. SQLSTATE: KD001"
    )]
    ColumnType {
        path: DbfsPath,
        /// `[name]`, as Spark shows it.
        column: String,
        expected: DataType,
        /// Parquet's physical type.
        found: String,
    },
    #[error("[PARQUET_TYPE_ILLEGAL] Illegal Parquet type: {found}. SQLSTATE: 42846")]
    ParquetType { path: DbfsPath, found: String },
    #[error(
        "[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION] Malformed records are detected in record parsing: {record}. Parse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'. SQLSTATE: 22023"
    )]
    MalformedRecord { path: DbfsPath, record: String },
    #[error(
        "[UNABLE_TO_INFER_SCHEMA] Unable to infer schema for {format}. It must be specified manually. SQLSTATE: 42KD9"
    )]
    CannotInfer { format: &'static str },
    #[error(
        "[CANNOT_MERGE_SCHEMAS] Failed merging schemas: the column {column} is {left} in one file and {right} in {path}. SQLSTATE: 42KD9"
    )]
    CannotMerge {
        column: String,
        left: DataType,
        right: DataType,
        path: DbfsPath,
    },
    #[error(
        "{path} is no log of a folder that streams write to: {reason}. Restore it, or move the files elsewhere."
    )]
    SinkLog { path: DbfsPath, reason: String },
    #[error(
        "[DATA_SOURCE_NOT_FOUND] Failed to find the data source: {name}. Make sure the provider name is correct and the package is properly registered and compatible with your Spark version. SQLSTATE: 42K02"
    )]
    UnknownFormat { name: String },
    #[error("The option '{name}' has the value '{value}', but must be {expected}.")]
    InvalidOption {
        name: String,
        value: String,
        expected: &'static str,
    },
    #[error(
        "[UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE] The {format} datasource doesn't support the column {column} of the type {data_type}. SQLSTATE: 0A000"
    )]
    UnsupportedType {
        format: &'static str,
        column: String,
        data_type: String,
    },
    #[error(
        "[EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE] The {format} datasource does not support writing empty or nested empty schemas. Please make sure the data schema has at least one or more column(s). SQLSTATE: 0A000"
    )]
    EmptySchema { format: &'static str },
    #[error("Text data source supports only a single column, and you have {columns} columns.")]
    TextColumns { columns: usize },
    #[error("Write is not supported for binary file data source")]
    NotWritable,
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Frame(#[from] crate::types::FrameError),
    #[error("Columns could not be converted: {0}")]
    Convert(#[from] ArrowConversionError),
    #[error("Writing parquet failed: {reason}")]
    WriteParquet { reason: String },
}

impl FormatError {
    /// What it means that a file of a relation is gone.
    pub fn of_missing_file(error: StorageError) -> FormatError {
        match error {
            StorageError::NotFound { path } => FormatError::FileNotExist { path },
            other => other.into(),
        }
    }

    /// What is wrong with the file, in a sentence for a person; `None` where the text says all.
    pub fn hint(&self) -> Option<String> {
        match self {
            FormatError::ReadFile { damage, .. } | FormatError::Footer { damage, .. } => {
                Some(damage.to_string())
            }
            FormatError::ColumnType { expected, .. } => Some(format!(
                "The file holds this column in a type that can't be read as {}. Correct the file, or read it under another schema.",
                expected.sql()
            )),
            FormatError::CannotInfer { .. } => {
                Some("There is no file with rows in it. Add one, or give the schema.".into())
            }
            FormatError::ParquetType { .. } => {
                Some("Spark has no type for this column. Write the file without it.".into())
            }
            _ => None,
        }
    }

    /// The file that could not be read.
    pub fn path(&self) -> Option<&DbfsPath> {
        match self {
            FormatError::ReadFile { path, .. }
            | FormatError::Footer { path, .. }
            | FormatError::ColumnType { path, .. }
            | FormatError::ParquetType { path, .. }
            | FormatError::MalformedRecord { path, .. }
            | FormatError::CannotMerge { path, .. } => Some(path),
            _ => None,
        }
    }
}

/// What is wrong with a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("The file is empty.")]
    Empty,
    #[error("The file has {size} bytes, too few for a parquet file.")]
    TooShort { size: u64 },
    #[error("The file begins like {what}, not like a parquet file.")]
    LooksLike { what: &'static str },
    #[error("The file doesn't begin with PAR1, so it isn't a parquet file.")]
    NotParquet,
    #[error("The file doesn't end as a parquet file does; it was probably cut off.")]
    Truncated,
    #[error("The file is encrypted, and there is no key here.")]
    Encrypted,
    #[error("The file's footer is damaged: {reason}.")]
    Footer { reason: String },
    #[error("The data of the column {column} is damaged: {reason}.")]
    Column { column: String, reason: String },
    #[error("The file's data is damaged: {reason}.")]
    Data { reason: String },
    #[error("The file is damaged, its pages don't fit together: {reason}.")]
    Inconsistent { reason: String },
    #[error("Another file took its place while it was read. Read it again.")]
    Replaced,
    #[error("The file isn't UTF-8 text (byte {offset}).")]
    NotUtf8 { offset: usize },
    #[error("The record at byte {offset} is larger than {limit} bytes.")]
    RecordTooLarge { offset: usize, limit: usize },
    #[error("The file is {size} bytes; more than {limit} can't be held in one row.")]
    TooLarge { size: usize, limit: usize },
}
