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
    #[error("{name} should be {expected}, but was {value}")]
    ConfOfType {
        name: String,
        expected: &'static str,
        value: String,
    },
    #[error(
        "[CANNOT_MODIFY_CONFIG] Cannot modify the value of the Spark config: \"{name}\".\nSee also 'https://spark.apache.org/docs/latest/sql-migration-guide.html#ddl-statements'. SQLSTATE: 46110"
    )]
    StaticConf { name: String },
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
        "[SCHEMA_NOT_FOUND] The schema `spark_catalog`.{name} cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a catalog, verify the current_schema() output, or qualify the name with the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS. SQLSTATE: 42704"
    )]
    DatabaseNotFound { name: String },
    #[error(
        "[EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE] '{operation}' expects a table but {name} is a view.  SQLSTATE: 42809"
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
    #[error(
        "[INVALID_SAVE_MODE] The specified save mode \"{mode}\" is invalid. Valid save modes include \"append\", \"overwrite\", \"ignore\", \"error\", \"errorifexists\", and \"default\". SQLSTATE: 42000"
    )]
    InvalidSaveMode { mode: String },
    #[error(
        "[CALL_ON_STREAMING_DATASET_UNSUPPORTED] The method `{method}` can not be called on streaming Dataset/DataFrame. SQLSTATE: 42KDE"
    )]
    StreamingNotAllowed { method: &'static str },
    #[error(
        "[PATH_ALREADY_EXISTS] Path {path} already exists. Set mode as \"overwrite\" to overwrite the existing path. SQLSTATE: 42K04"
    )]
    PathExists { path: DbfsPath },
    #[error(
        "[DELTA_PATH_EXISTS] Cannot write to already existent path {path} without setting OVERWRITE = 'true'."
    )]
    DeltaPathExists { path: DbfsPath },
    #[error(
        "[DELTA_INVALID_FORMAT] Incompatible format detected.\n\nA transaction log for Delta was found at `{path}/_delta_log`,\nbut you are trying to {action} `{path}` using format(\"{format}\"). You must use\n'format(\"delta\")' when reading and writing to a delta table."
    )]
    IncompatibleFormat {
        action: &'static str,
        path: DbfsPath,
        format: &'static str,
    },
    #[error("Expected exactly one path to be specified, but got: .")]
    NoPath,
    #[error(
        "There is a 'path' option set and save() is called with a path parameter. Either remove the path option, or call save() without the parameter. To ignore this check, set 'spark.sql.legacy.pathOptionBehavior.enabled' to 'true'."
    )]
    TwoPaths,
    #[error(
        "The format of the existing table {table} is `{existing}`. It doesn't match the specified format `{given}`."
    )]
    FormatOfTable {
        table: String,
        existing: String,
        given: String,
    },
    #[error(
        "The column number of the existing table {table} ({existing}) doesn't match the data schema ({given})."
    )]
    ColumnNumberOfTable {
        table: String,
        existing: String,
        given: String,
    },
    #[error(
        "Specified partitioning does not match that of the existing table {table}.\nSpecified partition columns: [{given}].\nExisting partition columns: [{existing}]."
    )]
    PartitioningOfTable {
        table: String,
        given: String,
        existing: String,
    },
    #[error("Cannot resolve '{column}' given input columns: [{columns}].")]
    UnresolvedTableColumn { column: String, columns: String },
    #[error(
        "insertInto() can't be used together with partitionBy(). Partition columns have already been defined for the table. It is not necessary to use partitionBy()."
    )]
    InsertIntoPartitionBy,
    #[error(
        "[UNSUPPORTED_INSERT.RDD_BASED] Can't insert into the target. An RDD-based table is not allowed. SQLSTATE: 42809"
    )]
    InsertIntoView,
    #[error(
        "[UNSUPPORTED_OVERWRITE.{kind}] Can't overwrite the target that is also being read from. The target {target}. SQLSTATE: 42902"
    )]
    OverwritesItself { kind: &'static str, target: String },
    #[error("Partition column `{column}` not found in schema {schema}.")]
    PartitionColumnNotFound { column: String, schema: String },
    #[error(
        "[ALL_PARTITION_COLUMNS_NOT_ALLOWED] Cannot use all columns for partition columns. SQLSTATE: KD005"
    )]
    AllPartitionColumns,
    #[error(
        "[UNSUPPORTED_FEATURE.TABLE_OPERATION] The feature is not supported: Table {table} does not support {operation}. Please check the current catalog and namespace to make sure the qualified table name is expected, and also check the catalog implementation which is configured by \"spark.sql.catalog\". SQLSTATE: 0A000"
    )]
    TableOperation {
        table: String,
        operation: &'static str,
    },
    #[error(
        "[INVALID_TEMP_OBJ_REFERENCE] Cannot create the persistent object {object} of the type VIEW because it references to the temporary object {temporary} of the type VIEW. Please make the temporary object {temporary} persistent, or make the persistent object {object} temporary. SQLSTATE: 42K0F"
    )]
    TemporaryInPersisted { object: String, temporary: String },
    #[error(
        "[RECURSIVE_VIEW] Recursive view {name} detected (cycle: {name} -> {name}). SQLSTATE: 42K0H"
    )]
    RecursiveView { name: String },
    #[error(
        "[VIEW_EXCEED_MAX_NESTED_DEPTH] The depth of view {name} exceeds the maximum view resolution depth ({depth}).\nAnalysis is aborted to avoid errors. SQLSTATE: 54K00"
    )]
    ViewTooDeep { name: String, depth: usize },
    #[error(
        "[INCOMPATIBLE_VIEW_SCHEMA_CHANGE] The SQL query of view {view} has an incompatible schema change and column {column} cannot be resolved. Make the view anew with CREATE OR REPLACE VIEW. SQLSTATE: 51024"
    )]
    ViewChanged { view: String, column: String },
    #[error(
        "[WRONG_COMMAND_FOR_OBJECT_TYPE] The operation {operation} requires a {wanted}. But {name} is a {found}. Use {other} instead. SQLSTATE: 42809"
    )]
    WrongKind {
        operation: &'static str,
        wanted: &'static str,
        name: String,
        found: &'static str,
        other: &'static str,
    },
    #[error(
        "[VARIABLE_ALREADY_EXISTS] Cannot create the variable {name} because it already exists.\nChoose a different name, or drop or replace the existing variable. SQLSTATE: 42723"
    )]
    VariableExists { name: String },
    #[error(
        "[VARIABLE_NOT_FOUND] The variable {name} cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema and catalog, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VARIABLE IF EXISTS. SQLSTATE: 42883"
    )]
    VariableNotFound { name: String },
    #[error(
        "[ROUTINE_ALREADY_EXISTS] Cannot create the routine {name} because a routine of that name already exists.\nChoose a different name, drop or replace the existing routine, or add the IF NOT EXISTS clause to tolerate a pre-existing routine. SQLSTATE: 42723"
    )]
    RoutineExists { name: String },
    #[error(
        "[FORBIDDEN_OPERATION] The operation DROP FUNCTION is not allowed on the FUNCTION: {name}. SQLSTATE: 42809"
    )]
    BuiltinFunction { name: String },
    #[error(
        "[UNSUPPORTED_FEATURE.DROP_DATABASE] The feature is not supported: Drop the default database `spark_catalog`.`default`. SQLSTATE: 0A000"
    )]
    DropDefaultDatabase,
    #[error(
        "[CATALOG_NOT_FOUND] The catalog {name} not found. Consider to set the SQL config \"spark.sql.catalog.{name}\" to a catalog plugin. SQLSTATE: 42P08"
    )]
    CatalogNotFound { name: String },
    #[error("[CATALOG_ALREADY_EXISTS] The catalog {name} already exists. SQLSTATE: 42710")]
    CatalogExists { name: String },
    #[error(
        "[VOLUME_ALREADY_EXISTS] Cannot create volume {name} because it already exists. Choose a different name, drop or replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects. SQLSTATE: 42000"
    )]
    VolumeExists { name: String },
    #[error(
        "[VOLUME_DOES_NOT_EXIST] Volume {name} does not exist. Please use 'SHOW VOLUMES' to list available volumes. SQLSTATE: 42704"
    )]
    VolumeNotFound { name: String },
    #[error(
        "[UNSUPPORTED_FEATURE.STATEMENT] {statement} has no meaning here: there is one user, who may do everything. SQLSTATE: 0A000"
    )]
    NoPrivileges { statement: String },
    #[error(
        "[FIELD_ALREADY_EXISTS] Cannot add column, because {column} already exists in \"{schema}\". SQLSTATE: 42710"
    )]
    ColumnExists { column: String, schema: String },
    #[error(
        "[COLUMN_NOT_FOUND] The column {column} cannot be found. Verify the spelling and correctness of the column name according to the SQL config \"spark.sql.caseSensitive\". SQLSTATE: 42703"
    )]
    DescribedColumnNotFound { column: String },
    #[error("[DELTA_COLUMN_NOT_FOUND] Unable to find the column {column} given [{columns}]")]
    ColumnNotFound { column: String, columns: String },
    #[error(
        "[DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE] Cannot alter column {column} because this column is referenced by the following check constraint(s) or generated column(s):\n{dependent}"
    )]
    DependentColumn { column: String, dependent: String },
    #[error("There is no pipeline called {name}.")]
    NoSuchPipeline { name: String },
    /// Why a stream whose rows were to be shown ended.
    #[error("{message}")]
    StreamEnded { message: String },
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
            SessionError::Delta(error) => error.exception_class().unwrap_or("AnalysisException"),
            SessionError::Stream(StreamError::Delta(error)) => {
                error.exception_class().unwrap_or("AnalysisException")
            }
            SessionError::Stream(StreamError::Failed { .. }) | SessionError::StreamEnded { .. } => {
                "StreamingQueryException"
            }
            SessionError::Stream(StreamError::Sql(sql)) => sql.exception_class(),
            SessionError::Stream(
                StreamError::DuplicateName { .. }
                | StreamError::SchemaRequired
                | StreamError::NoSinkPath
                | StreamError::InvalidOutputMode { .. }
                | StreamError::InvalidInterval { .. }
                | StreamError::IntervalNumber { .. }
                | StreamError::NotPositive { .. },
            )
            | SessionError::InvalidConf { .. }
            | SessionError::ConfOfType { .. }
            | SessionError::NoSuchQuery { .. } => "IllegalArgumentException",
            SessionError::Stream(StreamError::NotANumber { .. }) => "NumberFormatException",
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
