//! What can go wrong with a Delta table.

use crate::formats::FormatError;
use crate::storage::{DbfsPath, StorageError};
use crate::types::{FrameError, SchemaJsonError, StructType};

/// Why an operation on a Delta table failed.
///
/// Each text is Delta's own with its condition in brackets where Delta has one.
/// Source: Delta 4.0, `delta-error-classes.json`.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    #[error("[DELTA_TABLE_NOT_FOUND] Delta table {table} doesn't exist.")]
    TableNotFound { table: DbfsPath },

    #[error(
        "Cannot time travel Delta table to version {version}. Available versions: [{earliest}, {latest}]."
    )]
    VersionNotAvailable {
        version: u64,
        earliest: u64,
        latest: u64,
    },

    #[error(
        "[DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION] The provided timestamp ({provided}) is before the earliest version available to this\ntable ({table}). Please use a timestamp after {earliest}."
    )]
    TimestampTooEarly {
        provided: String,
        table: DbfsPath,
        earliest: String,
    },

    #[error(
        "[DELTA_TIMESTAMP_GREATER_THAN_COMMIT] The provided timestamp ({provided}) is after the latest version available to this\ntable ({table}). Please use a timestamp before or at {latest}."
    )]
    TimestampTooLate {
        provided: String,
        table: DbfsPath,
        latest: String,
    },

    #[error(
        "[DELTA_VERSIONS_NOT_CONTIGUOUS] Versions ({versions}) are not contiguous. A commit file is missing from {log}; restore it, or remove the table and write it anew."
    )]
    VersionsNotContiguous { log: DbfsPath, versions: String },

    #[error(
        "[DELTA_TRUNCATED_TRANSACTION_LOG] {log}: Unable to reconstruct state at version {version} as the transaction log has been truncated due to manual deletion or the log retention policy (delta.logRetentionDuration=interval 30 days) and checkpoint retention policy (delta.checkpointRetentionDuration=2 days)"
    )]
    TruncatedLog { log: DbfsPath, version: u64 },

    #[error(
        "[DELTA_STATE_RECOVER_ERROR] The {missing} of your Delta table could not be recovered while Reconstructing\nversion: {version}. Did you manually delete files in the _delta_log directory?"
    )]
    StateIncomplete { missing: &'static str, version: u64 },

    #[error(
        "[DELTA_INVALID_LOG_ENTRY] Line {line} of {path} is not a valid action: {reason}. The log is damaged or was not written by a Delta writer."
    )]
    InvalidLogEntry {
        path: DbfsPath,
        line: usize,
        reason: String,
    },

    #[error(
        "[DELTA_INVALID_CHECKPOINT] The checkpoint {path} can't be read: {reason}. Remove the file, and the table is read from its commits."
    )]
    InvalidCheckpoint { path: DbfsPath, reason: String },

    #[error("[DELTA_SCHEMA_NOT_PROVIDED] The schema in the log can't be read: {0}")]
    InvalidSchema(#[from] SchemaJsonError),

    #[error(
        "[DELTA_UNSUPPORTED_FEATURES_FOR_READ] Unable to read this table because it requires reader table feature(s) that are unsupported by this version of Delta Lake: {unsupported}."
    )]
    UnsupportedFeaturesForRead { unsupported: String },

    #[error(
        "[DELTA_UNSUPPORTED_FEATURES_FOR_WRITE] Unable to write this table because it requires writer table feature(s) that are unsupported by this version of Delta Lake: {unsupported}."
    )]
    UnsupportedFeaturesForWrite { unsupported: String },

    #[error(
        "[DELTA_INVALID_PROTOCOL_VERSION] Delta protocol version is not supported by this version of Delta Lake: table requires ({reader},{writer}), client supports (3,7). Please upgrade to a newer release."
    )]
    InvalidProtocolVersion { reader: i32, writer: i32 },

    #[error(
        "[DELTA_METADATA_ABSENT] Couldn't find Metadata while committing the first version of the Delta table."
    )]
    MetadataAbsent,

    #[error(
        "[DELTA_CANNOT_MODIFY_APPEND_ONLY] This table is configured to only allow appends. If you would like to permit updates or deletes, use 'ALTER TABLE {table} SET TBLPROPERTIES (delta.appendOnly=false)'."
    )]
    AppendOnly { table: DbfsPath },

    #[error(
        "[DELTA_CONCURRENT_APPEND] ConcurrentAppendException: Files were added to the root of the table by a concurrent update. Please try the operation again.\nConflicting commit: {conflicting_commit}"
    )]
    ConcurrentAppend { conflicting_commit: String },

    #[error(
        "[DELTA_CONCURRENT_DELETE_READ] ConcurrentDeleteReadException: This transaction attempted to read one or more files that were deleted (for example {file}) by a concurrent update. Please try the operation again.\nConflicting commit: {conflicting_commit}"
    )]
    ConcurrentDeleteRead {
        file: String,
        conflicting_commit: String,
    },

    #[error(
        "[DELTA_CONCURRENT_DELETE_DELETE] ConcurrentDeleteDeleteException: This transaction attempted to delete one or more files that were deleted (for example {file}) by a concurrent update. Please try the operation again.\nConflicting commit: {conflicting_commit}"
    )]
    ConcurrentDeleteDelete {
        file: String,
        conflicting_commit: String,
    },

    #[error(
        "[DELTA_METADATA_CHANGED] MetadataChangedException: The metadata of the Delta table has been changed by a concurrent update. Please try the operation again.\nConflicting commit: {conflicting_commit}"
    )]
    MetadataChanged { conflicting_commit: String },

    #[error(
        "[DELTA_PROTOCOL_CHANGED] ProtocolChangedException: The protocol version of the Delta table has been changed by a concurrent update. Please try the operation again.\nConflicting commit: {conflicting_commit}"
    )]
    ProtocolChanged { conflicting_commit: String },

    #[error(
        "[DELTA_CONCURRENT_TRANSACTION] ConcurrentTransactionException: This error occurs when multiple streaming queries are using the same checkpoint to write into this table. Did you run multiple instances of the same streaming query at the same time?\nConflicting commit: {conflicting_commit}"
    )]
    ConcurrentTransaction { conflicting_commit: String },

    #[error(
        "[DELTA_MAX_COMMIT_RETRIES_EXCEEDED] This commit has failed as it has been tried {attempts} times but did not succeed.\nThis can be caused by the Delta table being committed continuously by many concurrent\ncommits.\n\nCommit started at version: {start_version}\nCommit failed at version: {fail_version}"
    )]
    MaxCommitRetriesExceeded {
        attempts: u32,
        start_version: u64,
        fail_version: u64,
    },

    #[error("{}", metadata_mismatch(table_id, table_schema, data_schema, *overwrites))]
    MetadataMismatch {
        table_id: String,
        table_schema: StructType,
        data_schema: StructType,
        /// Whether `overwriteSchema` would help.
        overwrites: bool,
    },

    #[error(
        "[DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED] Providing values for GENERATED ALWAYS AS IDENTITY column {column} is not supported."
    )]
    IdentityExplicitInsert { column: String },
    #[error(
        "[DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE] DataType {data_type} is not supported for IDENTITY columns."
    )]
    IdentityType { data_type: String },
    #[error("[DELTA_IDENTITY_COLUMNS_ILLEGAL_STEP] IDENTITY column step cannot be 0.")]
    IdentityStep,
    #[error(
        "[DELTA_INSERT_COLUMN_ARITY_MISMATCH] Cannot write to '{table}', not enough data columns; target table has {columns} column(s) but the inserted data has {given} column(s)"
    )]
    InsertArity {
        table: String,
        columns: usize,
        given: usize,
    },
    #[error(
        "[DELTA_METADATA_MISMATCH] A metadata mismatch was detected when writing to the Delta table.\n- Partition columns do not match the partition columns of the table.\nGiven: [{}]\nTable: [{}]\n",
        quoted(given),
        quoted(table)
    )]
    PartitioningMismatch {
        given: Vec<String>,
        table: Vec<String>,
    },

    #[error(
        "[DELTA_INVALID_IDEMPOTENT_WRITES_OPTIONS] Invalid options for idempotent Dataframe writes: {reason}"
    )]
    InvalidIdempotentWrites { reason: &'static str },

    #[error(
        "[DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE] 'overwriteSchema' cannot be used in dynamic partition overwrite mode."
    )]
    OverwriteSchemaWithDynamicPartitions,

    #[error(
        "[DELTA_REPLACE_WHERE_WITH_DYNAMIC_PARTITION_OVERWRITE] A 'replaceWhere' expression and 'partitionOverwriteMode'='dynamic' cannot both be set in the DataFrameWriter options."
    )]
    ReplaceWhereWithDynamicPartitions,

    #[error(
        "[DELTA_FAILED_TO_MERGE_FIELDS] Failed to merge fields '{table_field}' and '{data_field}'. Failed to merge incompatible data types {table_type} and {data_type}"
    )]
    FailedToMergeFields {
        table_field: String,
        data_field: String,
        table_type: String,
        data_type: String,
    },

    #[error("[DELTA_DUPLICATE_COLUMNS_FOUND] Found duplicate column(s) {in_what}: {columns}")]
    DuplicateColumns {
        in_what: &'static str,
        columns: String,
    },

    #[error(
        "[DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES] Found invalid character(s) among ' ,;{{}}()\\n\\t=' in the column names of your schema.\nInvalid column names: {columns}.\nPlease use other characters and try again.\nAlternatively, enable Column Mapping to keep using these characters."
    )]
    InvalidCharactersInColumnNames { columns: String },

    #[error("[DELTA_EMPTY_DATA] Data used in creating the Delta table doesn't have any columns.")]
    NoColumns,

    #[error(
        "[DELTA_MISSING_PARTITION_COLUMN] Partition column `{column}` not found in schema {schema}"
    )]
    MissingPartitionColumn { column: String, schema: String },

    #[error(
        "[DELTA_INVALID_PARTITION_COLUMN_TYPE] Using column {column} of type {data_type} as a partition column is not supported."
    )]
    InvalidPartitionColumnType { column: String, data_type: String },

    #[error(
        "[DELTA_NON_PARTITION_COLUMN_ABSENT] Data written into Delta needs to contain at least one non-partitioned column."
    )]
    OnlyPartitionColumns,

    #[error(
        "[DELTA_FAILED_CAST_PARTITION_VALUE] Failed to cast partition value `{value}` to {data_type}"
    )]
    InvalidPartitionValue { value: String, data_type: String },

    #[error(
        "[DELTA_UNSUPPORTED_DATA_TYPES] Found columns using unsupported data types: [{columns}]. Cast them to a type that Delta can store."
    )]
    UnsupportedDataTypes { columns: String },

    #[error(
        "[DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE] The column mapping mode '{mode}' is not supported for reading or writing data. Supported modes: none, name."
    )]
    UnsupportedColumnMappingMode { mode: String },

    #[error(
        "[DELTA_INVALID_FILE_PATH] The log names the data file '{path}', which is not a path under dbfs:/: {reason}"
    )]
    InvalidFilePath { path: String, reason: String },

    #[error(
        "[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] NOT NULL constraint violated for column: {column}.\n"
    )]
    NotNullViolated { column: String },

    #[error(
        "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint {name} {expression} violated by row with values:\n{values}"
    )]
    ConstraintViolated {
        name: String,
        expression: String,
        /// ` - column : value`, a line each.
        values: String,
    },

    #[error(
        "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] Cannot perform Merge as multiple source rows matched and attempted to modify the same\ntarget row in the Delta table in possibly conflicting ways. By SQL semantics of Merge,\nwhen multiple source rows match on the same target row, the result may be ambiguous\nas it is unclear which source row should be used to update or delete the matching\ntarget row. You can preprocess the source table to eliminate the possibility of\nmultiple matches. Please refer to\nhttps://docs.delta.io/latest/delta-update.html#upsert-into-a-table-using-merge"
    )]
    MultipleSourceRows,

    #[error(
        "[DELTA_TABLE_ONLY_OPERATION] {table} is not a Delta table. {operation} is only supported for Delta tables."
    )]
    OnlyDelta {
        table: String,
        operation: &'static str,
    },

    #[error(
        "[DELTA_CANNOT_RESTORE_TABLE_VERSION] Cannot restore table to version {version}. Available versions: [{earliest}, {latest}]."
    )]
    CannotRestoreVersion {
        version: u64,
        earliest: u64,
        latest: u64,
    },

    #[error(
        "[DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER] Cannot restore table to timestamp ({requested}) as it is after the latest version available. Please use a timestamp before ({latest})"
    )]
    CannotRestoreTimestamp { requested: String, latest: String },

    #[error(
        "Not all files from version {version} are available in file system. Missed files (top 100 files): {files}. Please use more recent version or timestamp for restoring. To disable check update option spark.sql.files.ignoreMissingFiles"
    )]
    RestoreMissesFiles { version: u64, files: String },

    #[error(
        "[DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT] The specified VACUUM retention period is too low and may corrupt this Delta table if any writes are in progress.\n\nIf you are certain that there are no operations being performed on this table, such as\ninsert/upsert/delete/optimize, then you may turn off this check by setting:\nspark.databricks.delta.retentionDurationCheck.enabled = false\n\nIf you are not sure, please use a value not less than \"{hours} hours\"."
    )]
    RetentionTooShort { hours: i64 },

    #[error("Retention for Vacuum can't be less than 0.")]
    NegativeRetention,

    #[error(
        "[DELTA_ZORDERING_ON_PARTITION_COLUMN] {column} is a partition column. Z-Ordering can only be performed on data columns"
    )]
    ZOrderOnPartitionColumn { column: String },

    #[error(
        "[DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST] Z-Ordering column {column} does not exist in data schema."
    )]
    ZOrderColumnNotFound { column: String },

    #[error(
        "[DELTA_NON_PARTITION_COLUMN_REFERENCE] Predicate references non-partition column '{column}'. Only the partition columns may be referenced: [{partitions}]"
    )]
    NonPartitionColumn { column: String, partitions: String },

    #[error(
        "[DELTA_UNSUPPORTED_TIME_TRAVEL_VIEWS] Cannot time travel views, subqueries, streams or change data feed queries."
    )]
    TimeTravelOfView,

    #[error(
        "[DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE] Changing column mapping mode from '{old}' to '{new}' is not supported."
    )]
    ColumnMappingModeChange { old: String, new: String },

    #[error(
        "[DELTA_UNSUPPORTED_RENAME_COLUMN] Column rename is not supported for your Delta table. \nPlease enable Column Mapping on your Delta table with mapping mode 'name'.\nYou can use one of the following commands.\n\nIf your table is already on the required protocol version:\nALTER TABLE table_name SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')\n\nIf your table is not on the required protocol version and requires a protocol upgrade:\nALTER TABLE table_name SET TBLPROPERTIES (\n   'delta.columnMapping.mode' = 'name',\n   'delta.minReaderVersion' = '2',\n   'delta.minWriterVersion' = '5')\n"
    )]
    RenameNeedsMapping,

    #[error(
        "[DELTA_UNSUPPORTED_DROP_COLUMN] DROP COLUMN is not supported for your Delta table. \nPlease enable Column Mapping on your Delta table with mapping mode 'name'.\nYou can use one of the following commands.\n\nIf your table is already on the required protocol version:\nALTER TABLE table_name SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')\n\nIf your table is not on the required protocol version and requires a protocol upgrade:\nALTER TABLE table_name SET TBLPROPERTIES (\n   'delta.columnMapping.mode' = 'name',\n   'delta.minReaderVersion' = '2',\n   'delta.minWriterVersion' = '5')\n"
    )]
    DropNeedsMapping,

    #[error(
        "[DELTA_CONVERT_NON_PARQUET_TABLE] CONVERT TO DELTA only supports parquet tables, but you are trying to convert a {format} source: {source_name}"
    )]
    ConvertNonParquet { format: String, source_name: String },

    #[error(
        "[DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME] Expecting {expected} partition column(s): [{columns}], but found {found} partition column(s): [{directories}] from parsing the file name"
    )]
    UnexpectedPartitions {
        expected: usize,
        columns: String,
        found: usize,
        directories: String,
    },

    #[error(
        "[DELTA_UNSUPPORTED_GENERATE_MODE] Specified mode '{mode}' is not supported. Supported modes are: symlink_format_manifest"
    )]
    UnsupportedGenerateMode { mode: String },

    #[error("[DELTA_COLUMN_NOT_FOUND_IN_SCHEMA] Couldn't find column {column} in:\n{columns}")]
    ClusteringColumnNotFound { column: String, columns: String },

    #[error(
        "[DELTA_CLUSTER_BY_WITH_PARTITIONED_BY] Clustering and partitioning cannot both be specified. Please remove PARTITIONED BY / partitionBy / partitionedBy if you want to create a Delta table with clustering."
    )]
    ClusterByWithPartitionedBy,

    #[error(
        "[DELTA_ALTER_TABLE_CLUSTER_BY_ON_PARTITIONED_TABLE_NOT_ALLOWED] ALTER TABLE CLUSTER BY cannot be applied to a partitioned table."
    )]
    ClusterPartitionedTable,

    #[error(
        "[DELTA_CLUSTERING_WITH_ZORDER_BY] OPTIMIZE command for Delta table with Liquid clustering cannot specify ZORDER BY. Please remove ZORDER BY ({columns})."
    )]
    ZOrderOfClusteredTable { columns: String },

    #[error(
        "[DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN] Dropping partition columns ({columns}) is not allowed."
    )]
    DropPartitionColumn { columns: String },

    #[error(
        "[DELTA_ALTER_TABLE_CHANGE_COL_NOT_SUPPORTED] ALTER TABLE CHANGE COLUMN is not supported for changing column {column} from {from} to {to}"
    )]
    ChangeOfType {
        column: String,
        from: String,
        to: String,
    },

    #[error(
        "[DELTA_UNSET_NON_EXISTENT_PROPERTY] Attempted to unset non-existent property '{property}' in table {table}"
    )]
    NoSuchProperty { property: String, table: String },

    #[error(
        "[DELTA_CONSTRAINT_ALREADY_EXISTS] Constraint '{name}' already exists. Please delete the old constraint first.\nOld constraint:\n{old}"
    )]
    ConstraintExists { name: String, old: String },

    #[error(
        "[DELTA_CONSTRAINT_DOES_NOT_EXIST] Cannot drop nonexistent constraint {name} from table {table}. To avoid throwing an error, provide the parameter IF EXISTS or set the SQL session configuration spark.databricks.delta.constraints.assumesDropIfExists.enabled to true."
    )]
    NoSuchConstraint { name: String, table: String },

    #[error(
        "[DELTA_NEW_CHECK_CONSTRAINT_VIOLATION] {rows} rows in {table} violate the new CHECK constraint ({check})"
    )]
    NewCheckViolated {
        rows: u64,
        table: String,
        check: String,
    },

    #[error(
        "[DELTA_NEW_NOT_NULL_VIOLATION] {rows} rows in {table} violate the new NOT NULL constraint on {column}"
    )]
    NewNotNullViolated {
        rows: u64,
        table: String,
        column: String,
    },

    #[error(
        "[DELTA_ADD_CONSTRAINTS] Please use ALTER TABLE ADD CONSTRAINT to add CHECK constraints."
    )]
    ConstraintsAsProperties,

    #[error(
        "[DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH] The expression type of the generated column {column} is {expression}, but the column type is {data_type}"
    )]
    GeneratedType {
        column: String,
        expression: String,
        data_type: String,
    },

    #[error(
        "[WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED] Failed to execute {command} command because it assigned a column DEFAULT value,\nbut the corresponding table feature was not enabled. Please retry the command again\nafter executing ALTER TABLE tableName SET\nTBLPROPERTIES('delta.feature.allowColumnDefaults' = 'supported')."
    )]
    DefaultsNotEnabled { command: &'static str },

    #[error(
        "[DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION] Cannot create table ('{table}'). The associated location ('{location}') is not empty and also not a Delta table."
    )]
    NonEmptyLocation { table: String, location: DbfsPath },

    #[error(
        "[DELTA_CANNOT_REPLACE_MISSING_TABLE] Table {table} cannot be replaced as it does not exist. Use CREATE OR REPLACE TABLE to create the table."
    )]
    ReplacesNothing { table: String },

    #[error(
        "[DELTA_REPLACE_WHERE_MISMATCH] Written data does not conform to partial table overwrite condition or constraint '{predicate}'.\n{violation}"
    )]
    ReplaceWhereMismatch {
        predicate: String,
        violation: String,
    },

    #[error(
        "[DELTA_MISSING_CHANGE_DATA] Error getting change data for range [{from} , {to}] as change data was not\nrecorded for version [{version}]. If you've enabled change data feed on this table,\nuse `DESCRIBE HISTORY` to see when it was first enabled.\nOtherwise, to start recording change data, use `ALTER TABLE table_name SET TBLPROPERTIES\n(delta.enableChangeDataFeed=true)`."
    )]
    MissingChangeData { from: u64, to: u64, version: u64 },

    #[error(
        "[DELTA_INVALID_CDC_RANGE] CDC range from start {from} to end {to} was invalid. End cannot be before start."
    )]
    InvalidChangeRange { from: u64, to: u64 },

    #[error(
        "[DELTA_NO_START_FOR_CDC_READ] No startingVersion or startingTimestamp provided for CDC read."
    )]
    NoChangeStart,

    #[error(
        "[DELTA_SHOW_PARTITION_IN_NON_PARTITIONED_TABLE] SHOW PARTITIONS is not allowed on a table that is not partitioned: {table}"
    )]
    NotPartitioned { table: String },

    #[error(
        "[DELTA_NON_BOOLEAN_CHECK_CONSTRAINT] CHECK constraint '{name}' ({expression}) should be a boolean expression."
    )]
    NonBooleanConstraint { name: String, expression: String },

    /// What a generated column's or a constraint's expression says.
    #[error(transparent)]
    Rule(Box<dyn std::error::Error + Send + Sync>),

    #[error(
        "The data file {path} has rows that are marked as deleted by a deletion vector, which Multihop can't read yet. Rewrite the table without them where it was written: REORG TABLE … APPLY (PURGE)."
    )]
    DeletionVector { path: String },

    #[error("The log entry can't be written: {reason}")]
    NotSerializable { reason: String },

    #[error(transparent)]
    Storage(#[from] StorageError),

    #[error(transparent)]
    Frame(#[from] FrameError),

    #[error(transparent)]
    Format(#[from] FormatError),
}

impl DeltaError {
    /// The class that PySpark raises; `None` for what others said. Most are an `AnalysisException`,
    /// whatever was analysed. Source: Delta's `DeltaErrors.scala`.
    pub fn exception_class(&self) -> Option<&'static str> {
        Some(match self {
            // PySpark has no class for it, and shows Java's.
            DeltaError::NotNullViolated { .. } | DeltaError::ConstraintViolated { .. } => {
                "org.apache.spark.sql.delta.schema.DeltaInvariantViolationException"
            }
            DeltaError::MultipleSourceRows | DeltaError::AppendOnly { .. } => {
                "UnsupportedOperationException"
            }
            DeltaError::RetentionTooShort { .. }
            | DeltaError::NegativeRetention
            | DeltaError::InvalidChangeRange { .. } => "IllegalArgumentException",
            DeltaError::ConcurrentAppend { .. } => "ConcurrentAppendException",
            DeltaError::ConcurrentDeleteRead { .. } => "ConcurrentDeleteReadException",
            DeltaError::ConcurrentDeleteDelete { .. } => "ConcurrentDeleteDeleteException",
            DeltaError::MetadataChanged { .. } => "MetadataChangedException",
            DeltaError::ProtocolChanged { .. } => "ProtocolChangedException",
            DeltaError::ConcurrentTransaction { .. } => "ConcurrentTransactionException",
            DeltaError::Rule(_)
            | DeltaError::Storage(_)
            | DeltaError::Frame(_)
            | DeltaError::Format(_) => return None,
            _ => "AnalysisException",
        })
    }

    /// The same, told to one who overwrites.
    #[must_use]
    pub fn of_overwrite(mut self, is_overwrite: bool) -> DeltaError {
        if let DeltaError::MetadataMismatch { overwrites, .. } = &mut self {
            *overwrites = is_overwrite;
        }
        self
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|n| crate::types::quote(n)).collect();
    names.join(", ")
}

fn metadata_mismatch(id: &str, table: &StructType, data: &StructType, overwrites: bool) -> String {
    let overwrite = if overwrites {
        "\n- To overwrite your schema or change partitioning, please set:\n\
         '.option(\"overwriteSchema\", \"true\")'.\n\
         Note that the schema can't be overwritten when using 'replaceWhere'.\n"
    } else {
        ""
    };
    format!(
        "[DELTA_METADATA_MISMATCH] A metadata mismatch was detected when writing to the Delta table.\n\
         - A schema mismatch detected when writing to the Delta table (Table ID: {id}).\n\
         To enable schema migration using DataFrameWriter or DataStreamWriter, please set: '.option(\"mergeSchema\", \"true\")'.\n\
         For other operations, set the session configuration spark.databricks.delta.schema.autoMerge.enabled to \"true\". \
         See the documentation specific to the operation for details.\n\n\
         Table schema:\n{}\n\nData schema:\n{}\n{overwrite}",
        table.tree_string(),
        data.tree_string()
    )
}
