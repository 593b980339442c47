//! The actions that a commit consists of. Delta PROTOCOL.md, "Actions".

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One line of a commit.
#[derive(Debug, Clone)]
pub enum Action {
    CommitInfo(CommitInfo),
    Metadata(Metadata),
    Protocol(Protocol),
    Txn(SetTransaction),
    Add(AddFile),
    Remove(RemoveFile),
    DomainMetadata(DomainMetadata),
    Cdc(AddCdcFile),
}

/// Table properties and other string maps, in order.
pub type Properties = IndexMap<String, String>;

/// Partition column (its physical name) to serialised value; `None` is NULL.
pub type PartitionValues = BTreeMap<String, Option<String>>;

/// What the table is: its schema, partitioning and properties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The table's id, a UUID that stays for its life.
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default)]
    pub format: Format,
    /// The schema as Spark's JSON.
    pub schema_string: String,
    /// Logical names.
    #[serde(default)]
    pub partition_columns: Vec<String>,
    #[serde(default, deserialize_with = "string_map")]
    pub configuration: Properties,
    /// Milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<i64>,
}

/// The format of the data files: always parquet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    pub provider: String,
    #[serde(default, deserialize_with = "string_map")]
    pub options: Properties,
}

impl Default for Format {
    fn default() -> Self {
        Format {
            provider: "parquet".into(),
            options: Properties::new(),
        }
    }
}

/// What a client must understand to read and to write the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Protocol {
    pub min_reader_version: i32,
    pub min_writer_version: i32,
    /// Present if and only if `min_reader_version` is 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader_features: Option<Vec<String>>,
    /// Present if and only if `min_writer_version` is 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer_features: Option<Vec<String>>,
}

/// A data file that belongs to the table from this version on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddFile {
    /// Relative to the table, percent-encoded (or an absolute URI).
    pub path: String,
    #[serde(default)]
    pub partition_values: PartitionValues,
    /// Bytes.
    pub size: i64,
    /// Milliseconds since the epoch.
    pub modification_time: i64,
    /// False if the file only rearranges rows that the table already had.
    pub data_change: bool,
    /// Per-file statistics, a JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_vector: Option<DeletionVector>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_row_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_row_commit_version: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clustering_provider: Option<String>,
}

impl AddFile {
    /// The action that takes this file out of the table.
    pub fn to_remove(&self, deletion_timestamp: i64, data_change: bool) -> RemoveFile {
        RemoveFile {
            path: self.path.clone(),
            deletion_timestamp: Some(deletion_timestamp),
            data_change,
            extended_file_metadata: Some(true),
            partition_values: Some(self.partition_values.clone()),
            size: Some(self.size),
            tags: self.tags.clone(),
            deletion_vector: self.deletion_vector.clone(),
            base_row_id: self.base_row_id,
            default_row_commit_version: self.default_row_commit_version,
        }
    }

    /// Rows in the file, from its statistics; those that a deletion vector deletes don't count.
    pub fn num_records(&self) -> Option<u64> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct NumRecords {
            num_records: Option<u64>,
        }
        let stats: NumRecords = serde_json::from_str(self.stats.as_deref()?).ok()?;
        let deleted = self.deletion_vector.as_ref().map_or(0, |v| v.cardinality);
        stats
            .num_records?
            .checked_add_signed(deleted.checked_neg()?)
    }
}

/// A file of the rows that a commit changed, for readers of the change data feed. "Add CDC File".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddCdcFile {
    /// As in [`AddFile::path`]; below `_change_data`.
    pub path: String,
    #[serde(default)]
    pub partition_values: PartitionValues,
    /// Bytes.
    pub size: i64,
    /// Always false: its rows are no rows of the table.
    #[serde(default)]
    pub data_change: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, Option<String>>>,
}

/// A tombstone: the file left the table at this version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveFile {
    pub path: String,
    /// Milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<i64>,
    #[serde(default = "yes")]
    pub data_change: bool,
    /// Whether `partition_values` and `size` are present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_file_metadata: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_values: Option<PartitionValues>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_vector: Option<DeletionVector>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_row_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_row_commit_version: Option<i64>,
}

/// Where the rows that are deleted from a file are listed. "Deletion Vector Descriptor Schema".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletionVector {
    pub storage_type: String,
    pub path_or_inline_dv: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i32>,
    pub size_in_bytes: i32,
    pub cardinality: i64,
}

impl DeletionVector {
    /// What tells two vectors of one file apart.
    pub fn unique_id(&self) -> String {
        let offset = self.offset.map(|o| format!("@{o}")).unwrap_or_default();
        format!("{}{}{offset}", self.storage_type, self.path_or_inline_dv)
    }
}

/// How far an application has written: what makes a streaming sink exactly-once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetTransaction {
    pub app_id: String,
    pub version: i64,
    /// Milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<i64>,
}

/// A named configuration that a feature keeps in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainMetadata {
    pub domain: String,
    pub configuration: String,
    pub removed: bool,
}

/// Who committed what: what `DESCRIBE HISTORY` shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitInfo {
    /// Milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    #[serde(default)]
    pub operation: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub operation_parameters: IndexMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_version: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation_level: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_blind_append: Option<bool>,
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "IndexMap::is_empty"
    )]
    pub operation_metrics: IndexMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_metadata: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_info: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub txn_id: Option<String>,
    /// What other writers add: job, notebook, clusterId, …
    #[serde(flatten)]
    pub other: IndexMap<String, Value>,
}

impl CommitInfo {
    /// A commit by `operation`, in Delta's words: `WRITE`, `STREAMING UPDATE`, `CREATE TABLE`.
    pub fn new(operation: impl Into<String>) -> Self {
        CommitInfo {
            operation: operation.into(),
            ..CommitInfo::default()
        }
    }

    /// The same with a parameter. Delta writes lists and flags as JSON texts (`"[]"`, `"false"`).
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = Value::String(value.into());
        self.operation_parameters.insert(name.into(), value);
        self
    }

    /// The same with a metric. Metric values are texts.
    #[must_use]
    pub fn with_metric(mut self, name: &str, value: impl ToString) -> Self {
        let value = Value::String(value.to_string());
        self.operation_metrics.insert(name.into(), value);
        self
    }
}

/// A line as it is written: one member is present. Unknown actions give none, and are ignored as
/// the protocol demands.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit_info: Option<CommitInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    meta_data: Option<Metadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    txn: Option<SetTransaction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    add: Option<AddFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remove: Option<RemoveFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain_metadata: Option<DomainMetadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cdc: Option<AddCdcFile>,
}

impl Action {
    /// Reads one line of a commit; `None` for an action that we don't know.
    pub fn from_json(line: &[u8]) -> Result<Option<Action>, serde_json::Error> {
        // Serde would also take a list for a struct.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return Err(serde::de::Error::custom("an action is a JSON object"));
        }
        let line: Line = serde_json::from_slice(line)?;
        let action = None
            .or(line.add.map(Action::Add))
            .or(line.remove.map(Action::Remove))
            .or(line.commit_info.map(Action::CommitInfo))
            .or(line.txn.map(Action::Txn))
            .or(line.meta_data.map(Action::Metadata))
            .or(line.protocol.map(Action::Protocol))
            .or(line.domain_metadata.map(Action::DomainMetadata))
            .or(line.cdc.map(Action::Cdc));
        Ok(action)
    }

    /// The line, without its line end.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut line = Line::default();
        match self.clone() {
            Action::CommitInfo(a) => line.commit_info = Some(a),
            Action::Metadata(a) => line.meta_data = Some(a),
            Action::Protocol(a) => line.protocol = Some(a),
            Action::Txn(a) => line.txn = Some(a),
            Action::Add(a) => line.add = Some(a),
            Action::Remove(a) => line.remove = Some(a),
            Action::DomainMetadata(a) => line.domain_metadata = Some(a),
            Action::Cdc(a) => line.cdc = Some(a),
        }
        serde_json::to_string(&line)
    }
}

fn yes() -> bool {
    true
}

/// Properties whose values some writers give as null, numbers or booleans.
fn string_map<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Properties, D::Error> {
    let map = Option::<IndexMap<String, Value>>::deserialize(input)?.unwrap_or_default();
    Ok(map
        .into_iter()
        .filter_map(|(key, value)| match value {
            Value::Null => None,
            Value::String(text) => Some((key, text)),
            other => Some((key, other.to_string())),
        })
        .collect())
}

fn null_as_default<'de, D, T>(input: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(input)?.unwrap_or_default())
}
