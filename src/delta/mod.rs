//! The Delta transaction log: the protocol itself, so that other engines read what it writes, and
//! it reads what they wrote.
//!
//! [`DeltaLog`] follows a table; a [`Snapshot`] is the table at one version; a [`Transaction`]
//! makes the next one.
//!
//! Source of every rule: PROTOCOL.md of delta-io/delta, by the section that each file names.

mod actions;
mod checkpoint;
mod clustering;
mod column_mapping;
mod conflicts;
mod conform;
mod error;
mod features;
mod identity;
mod intervals;
mod log;
mod log_file;
mod logs;
mod partition;
mod paths;
mod properties;
mod scan;
mod schema;
mod snapshot;
mod stats;
#[cfg(test)]
mod tests;
mod transaction;
mod write;

pub use actions::{
    Action, AddCdcFile, AddFile, CommitInfo, DeletionVector, DomainMetadata, Format, Metadata,
    PartitionValues, Properties, Protocol, RemoveFile, SetTransaction,
};
pub use clustering::PROVIDER as CLUSTERING_PROVIDER;
pub use column_mapping::{ColumnMappingMode, physical_name, physical_schema};
pub use error::DeltaError;
pub use features::{
    CONSTRAINT_PREFIX, DEFAULT, ENABLE_CHANGE_DATA_FEED, GENERATION_EXPRESSION, constraints_of,
    generation_expression, has_change_data_feed,
};
pub use identity::Identity;
pub use intervals::interval_ms;
pub use log::{DeltaLog, HistoryEntry};
pub use log_file::LOG_DIR;
pub use logs::DeltaLogs;
pub use partition::{parse_partition_value, serialize_partition_value};
pub use paths::encode_path;
pub use properties::{
    DELETED_FILE_RETENTION, MIN_READER_VERSION, MIN_WRITER_VERSION, TABLE_PROPERTIES,
};
pub use scan::{ColumnBound, TableScan};
pub use schema::{merge_structs, nullable};
pub use snapshot::Snapshot;
pub use stats::StatsCollector;
pub use transaction::{CommitOutcome, Transaction};
pub use write::{FileWriter, RowRules};
