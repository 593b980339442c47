//! Why a streaming query can't start or go on.

use crate::delta::DeltaError;
use crate::formats::FormatError;
use crate::sql::SqlError;
use crate::storage::{DbfsPath, StorageError};

/// An error of a streaming query, with Spark's, Delta's or Auto Loader's condition.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    #[error(
        "[STREAMING_OUTPUT_MODE.INVALID] Invalid streaming output mode: {mode}. Accepted output modes are 'Append', 'Complete', 'Update'. SQLSTATE: 42KDE"
    )]
    InvalidOutputMode { mode: String },
    #[error(
        "[STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE] Invalid streaming output mode: {mode}. This output mode is not supported in Data Source {sink}. SQLSTATE: 42KDE"
    )]
    OutputModeOfSink { mode: String, sink: String },
    #[error(
        "[DELTA_UNSUPPORTED_OUTPUT_MODE] Data source org.apache.spark.sql.delta.sources.DeltaDataSource does not support {mode} output mode"
    )]
    OutputModeOfDelta { mode: String },
    #[error(
        "[INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER] Error parsing '{text}' to interval. Please ensure that the value provided is in a valid format for defining an interval. You can reference the documentation for the correct format. Unrecognized number {word}. SQLSTATE: 22006"
    )]
    IntervalNumber { text: String, word: String },
    #[error("Error parsing '{text}' to interval; write it like '10 seconds'.")]
    InvalidInterval { text: String },
    #[error(
        "checkpointLocation must be specified either through option(\"checkpointLocation\", ...) or SparkSession.conf.set(\"spark.sql.streaming.checkpointLocation\", ...)."
    )]
    NoCheckpointLocation,
    #[error(
        "Cannot start query with name {name} as a query with that name is already active in this SparkSession"
    )]
    DuplicateName { name: String },
    #[error(
        "[WRITE_STREAM_NOT_ALLOWED] `writeStream` can be called only on streaming Dataset/DataFrame. SQLSTATE: 42601"
    )]
    NotStreaming,
    #[error(
        "[DATA_SOURCE_NOT_FOUND] Failed to find the data source: {format}. Make sure the provider name is correct and the package is properly registered and compatible with your Spark version. SQLSTATE: 42K02"
    )]
    UnknownFormat { format: String },
    /// What a function given to `foreachBatch` raised.
    #[error(
        "[FOREACH_BATCH_USER_FUNCTION_ERROR] An error occurred in the user provided function in foreach batch sink. Reason: {message} SQLSTATE: 39000"
    )]
    ForeachBatch { message: String },
    #[error("'path' is not specified.")]
    NoSinkPath,
    #[error("queryName must be specified for memory sink.")]
    NoQueryName,
    #[error("Data source {format} does not support streamed writing.")]
    UnknownSink { format: String },
    #[error(
        "Schema must be specified when creating a streaming source DataFrame. If some files already exist in the directory, then depending on the file format you may be able to create a static DataFrame on that directory with 'spark.read.load(directory)' and infer schema from it."
    )]
    SchemaRequired,
    #[error("Invalid value '{value}'. The option '{option}' must be positive")]
    NotPositive { option: &'static str, value: String },
    #[error("For input string: \"{text}\"")]
    NotANumber { text: String },
    #[error("Could not find required option: {option}.{hint}")]
    OptionRequired {
        option: &'static str,
        hint: &'static str,
    },
    #[error("Invalid value '{value}' for option '{option}': {expected} expected.")]
    InvalidOption {
        option: String,
        value: String,
        expected: &'static str,
    },
    #[error(
        "[CF_UNKNOWN_OPTION_KEYS_ERROR] Found unknown option keys: {keys}. Check the spelling; an option of the file format itself is written without the prefix cloudFiles."
    )]
    UnknownCloudFilesOptions { keys: String },
    #[error(
        "[CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE] Cannot infer schema when the input path `{path}` is empty. Please try to start the stream when there are files in the input path, or specify the schema. SQLSTATE: 42000"
    )]
    EmptyDirectory { path: DbfsPath },
    #[error(
        "[CF_FAILED_TO_INFER_SCHEMA] Failed to infer schema for format {format} from existing files in input path {path}. {reason} SQLSTATE: 22000"
    )]
    InferenceFailed {
        format: String,
        path: DbfsPath,
        reason: String,
    },
    #[error(
        "[UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE] Encountered unknown fields during parsing: [{fields}], which can be fixed by an automatic retry: {retry}"
    )]
    NewFieldsInFile { fields: String, retry: bool },
    #[error(
        "[UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_RECORD_WITH_FILE_PATH] Encountered unknown fields during parsing: {fields}, which can be fixed by an automatic retry: {retry}"
    )]
    NewFieldsInRecord { fields: String, retry: bool },
    #[error(
        "[DELTA_SOURCE_TABLE_IGNORE_CHANGES] Detected a data update (for example {info}) in the source table at version {version}. This is currently not supported. If this is going to happen regularly and you are okay to skip changes, set the option 'skipChangeCommits' to 'true'. If you would like the data update to be reflected, please restart this query with a fresh checkpoint directory. The source table can be found at path {table}."
    )]
    SourceChanged {
        info: String,
        version: u64,
        table: DbfsPath,
    },
    #[error(
        "[DELTA_SOURCE_IGNORE_DELETE] Detected deleted data (for example {file}) from streaming source at version {version}. This is currently not supported. If you'd like to ignore deletes, set the option 'ignoreDeletes' to 'true'. The source table can be found at path {table}."
    )]
    SourceDeleted {
        file: String,
        version: u64,
        table: DbfsPath,
    },
    #[error(
        "[DELTA_SCHEMA_CHANGED_WITH_VERSION] Detected schema change in version {version}:\nstreaming source schema: {old}\n\ndata file schema: {new}\n\nPlease try restarting the query. If this issue repeats across query restarts without making progress, you have made an incompatible schema change and need to start your query from scratch using a new checkpoint directory."
    )]
    SourceSchemaChanged {
        version: u64,
        old: String,
        new: String,
    },
    #[error(
        "[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE] The streaming query was reading from an unexpected Delta table (id = '{found}'). It used to read from another Delta table (id = '{expected}') according to checkpoint. This may happen when you changed the code to read from a new table or you deleted and re-created a table. Please revert your change or delete your streaming query checkpoint to restart from scratch."
    )]
    DifferentTable { expected: String, found: String },
    #[error(
        "[DELTA_UNSUPPORTED_STARTING_VERSION] Please either provide 'startingVersion' or 'startingTimestamp', not both."
    )]
    TwoStarts,
    #[error(
        "{path} is not a checkpoint file that this version reads: {reason}. Use a fresh checkpoint directory, or restore the file."
    )]
    CorruptCheckpoint { path: DbfsPath, reason: String },
    #[error(
        "[CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS] An error occurred during loading state. Error reading delta file {path}: {path} does not exist. SQLSTATE: 58030"
    )]
    StateFileMissing { path: DbfsPath },
    #[error(
        "There are [{found}] sources in the checkpoint offsets and now there are [{expected}] sources requested by the query. Cannot continue."
    )]
    SourceCount { expected: usize, found: usize },
    #[error(
        "[CONCURRENT_STREAM_LOG_UPDATE] Concurrent update to the log. Multiple streaming jobs detected for {batch_id}. Please make sure only one streaming job runs on a specific checkpoint location at a time. SQLSTATE: 40000"
    )]
    ConcurrentQuery { batch_id: i64 },
    #[error(
        "[STREAM_FAILED] Query [id = {id}, runId = {run_id}] terminated with exception: {cause} SQLSTATE: XXKST"
    )]
    Failed {
        id: String,
        run_id: String,
        cause: Box<StreamError>,
    },
    #[error(transparent)]
    Sql(#[from] SqlError),
    #[error(transparent)]
    Delta(#[from] DeltaError),
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}
