//! A table at one version.

use std::sync::Arc;

use imbl::OrdMap;

use super::actions::{
    Action, AddFile, DomainMetadata, Metadata, Properties, Protocol, RemoveFile, SetTransaction,
};
use super::error::DeltaError;
use super::features;
use super::paths::decode_path;
use crate::storage::DbfsPath;
use crate::types::{SchemaRef, StructType};

/// A table at one version: the result of replaying its log.
///
/// Snapshots share what they have in common, so that the next one costs what its commit changed.
/// Source: Delta PROTOCOL.md, "Action Reconciliation".
#[derive(Debug, Clone)]
pub struct Snapshot {
    table_path: DbfsPath,
    version: u64,
    timestamp_ms: i64,
    protocol: Arc<Protocol>,
    metadata: Arc<Metadata>,
    schema: SchemaRef,
    state: State,
}

impl Snapshot {
    /// Completes replayed state.
    ///
    /// # Errors
    /// If the log gave no protocol or metadata, if its schema is unreadable, or if the protocol
    /// demands reader features that we lack.
    pub(super) fn new(
        table_path: DbfsPath,
        version: u64,
        timestamp_ms: i64,
        state: State,
    ) -> Result<Self, DeltaError> {
        let missing = |missing| DeltaError::StateIncomplete { missing, version };
        let protocol = state.protocol.clone().ok_or_else(|| missing("protocol"))?;
        features::check_readable(&protocol)?;
        let metadata = state.metadata.clone().ok_or_else(|| missing("metadata"))?;
        let schema = Arc::new(StructType::from_json_str(&metadata.schema_string)?);
        Ok(Snapshot {
            table_path,
            version,
            timestamp_ms,
            protocol,
            metadata,
            schema,
            state,
        })
    }

    /// The snapshot after one more commit.
    pub(super) fn next(
        &self,
        version: u64,
        timestamp_ms: i64,
        state: State,
    ) -> Result<Self, DeltaError> {
        let unchanged = |snapshot: &Snapshot| {
            let protocol = state.protocol.as_ref()?;
            let metadata = state.metadata.as_ref()?;
            Some(
                Arc::ptr_eq(protocol, &snapshot.protocol)
                    && Arc::ptr_eq(metadata, &snapshot.metadata),
            )
        };
        if unchanged(self) != Some(true) {
            return Snapshot::new(self.table_path.clone(), version, timestamp_ms, state);
        }
        Ok(Snapshot {
            table_path: self.table_path.clone(),
            version,
            timestamp_ms,
            protocol: self.protocol.clone(),
            metadata: self.metadata.clone(),
            schema: self.schema.clone(),
            state,
        })
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The table's directory.
    pub fn table_path(&self) -> &DbfsPath {
        &self.table_path
    }

    /// When the version was committed: milliseconds since the epoch.
    pub fn timestamp_ms(&self) -> i64 {
        self.timestamp_ms
    }

    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The columns under their logical names; column mapping is in the fields' metadata.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Logical names of the partition columns.
    pub fn partition_columns(&self) -> &[String] {
        &self.metadata().partition_columns
    }

    /// The table's properties.
    pub fn configuration(&self) -> &Properties {
        &self.metadata().configuration
    }

    /// The data files in the order in which they were written: by time, then by path. Whatever goes through a table's
    /// files goes in this order, so that no name that was drawn at random decides what a person sees.
    pub fn files(&self) -> impl Iterator<Item = &Arc<AddFile>> {
        let mut files: Vec<&Arc<AddFile>> = self.state.files.values().collect();
        // Files of one time stay as the map has them.
        files.sort_by_key(|file| file.modification_time);
        files.into_iter()
    }

    /// The time of the newest file that the table has or had, as far as the log tells: milliseconds since the epoch.
    pub(super) fn newest_file_ms(&self) -> i64 {
        self.state.newest_file_ms
    }

    pub fn num_files(&self) -> usize {
        self.state.files.len()
    }

    /// Bytes in all data files.
    pub fn size_in_bytes(&self) -> u64 {
        self.state.size_in_bytes
    }

    /// Rows in all data files; `None` if a file's statistics don't say.
    pub fn num_records(&self) -> Option<u64> {
        (self.state.files_without_count == 0).then_some(self.state.num_records)
    }

    /// The last version that the application `app_id` has written (a streaming query's batch).
    pub fn txn_version(&self, app_id: &str) -> Option<i64> {
        self.state.txns.get(app_id).map(|txn| txn.version)
    }

    /// What a domain of the log holds.
    pub(super) fn domain_configuration(&self, domain: &str) -> Option<&str> {
        let domain = self.state.domains.get(domain)?;
        Some(&domain.configuration)
    }

    /// How far each application has written.
    pub fn txns(&self) -> impl Iterator<Item = &Arc<SetTransaction>> {
        self.state.txns.values()
    }

    /// The file with this path as the log writes it.
    pub fn file(&self, path: &str) -> Option<&Arc<AddFile>> {
        let path = decode_path(path);
        let from = FileKey {
            path: path.clone(),
            vector: None,
        };
        let (key, file) = self.state.files.range(from..).next()?;
        (key.path == path).then_some(file)
    }

    /// Removed files that are still remembered.
    pub fn tombstones(&self) -> impl Iterator<Item = &Arc<RemoveFile>> {
        self.state.tombstones.values()
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }
}

/// What tells files apart: the decoded path, and the deletion vector's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileKey {
    pub(super) path: String,
    pub(super) vector: Option<String>,
}

impl FileKey {
    pub(super) fn of_add(add: &AddFile) -> Self {
        FileKey {
            path: decode_path(&add.path),
            vector: add.deletion_vector.as_ref().map(|v| v.unique_id()),
        }
    }

    pub(super) fn of_remove(remove: &RemoveFile) -> Self {
        FileKey {
            path: decode_path(&remove.path),
            vector: remove.deletion_vector.as_ref().map(|v| v.unique_id()),
        }
    }
}

/// What replay accumulates. Cloning is cheap: the maps share their structure.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) protocol: Option<Arc<Protocol>>,
    pub(super) metadata: Option<Arc<Metadata>>,
    pub(super) txns: OrdMap<String, Arc<SetTransaction>>,
    pub(super) domains: OrdMap<String, Arc<DomainMetadata>>,
    pub(super) files: OrdMap<FileKey, Arc<AddFile>>,
    /// Removed files that a checkpoint still has to tell of.
    pub(super) tombstones: OrdMap<FileKey, Arc<RemoveFile>>,
    pub(super) size_in_bytes: u64,
    newest_file_ms: i64,
    num_records: u64,
    /// Files whose statistics don't say how many rows they have.
    files_without_count: u64,
}

impl State {
    /// Applies one action of the next commit, or of a checkpoint. Never fails: a remove of a
    /// file that isn't there is only a tombstone.
    pub(super) fn apply(&mut self, action: Action) {
        match action {
            Action::Metadata(metadata) => self.metadata = Some(Arc::new(metadata)),
            Action::Protocol(protocol) => self.protocol = Some(Arc::new(protocol)),
            Action::Txn(txn) => {
                self.txns.insert(txn.app_id.clone(), Arc::new(txn));
            }
            Action::DomainMetadata(domain) => {
                if domain.removed {
                    self.domains.remove(&domain.domain);
                } else {
                    self.domains.insert(domain.domain.clone(), Arc::new(domain));
                }
            }
            Action::Add(add) => {
                let key = FileKey::of_add(&add);
                self.tombstones.remove(&key);
                self.newest_file_ms = self.newest_file_ms.max(add.modification_time);
                self.size_in_bytes = self.size_in_bytes.saturating_add(size(add.size));
                match add.num_records() {
                    Some(rows) => self.num_records = self.num_records.saturating_add(rows),
                    None => self.files_without_count += 1,
                }
                if let Some(old) = self.files.insert(key, Arc::new(add)) {
                    self.forget(&old);
                }
            }
            Action::Remove(remove) => {
                let key = FileKey::of_remove(&remove);
                if let Some(old) = self.files.remove(&key) {
                    self.forget(&old);
                }
                self.tombstones.insert(key, Arc::new(remove));
            }
            Action::CommitInfo(_) | Action::Cdc(_) => {}
        }
    }

    /// Takes a file out of the sums.
    fn forget(&mut self, file: &AddFile) {
        self.size_in_bytes = self.size_in_bytes.saturating_sub(size(file.size));
        match file.num_records() {
            Some(rows) => self.num_records = self.num_records.saturating_sub(rows),
            None => self.files_without_count = self.files_without_count.saturating_sub(1),
        }
    }
}

fn size(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or(0)
}
