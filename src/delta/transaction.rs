//! Committing to a table. Delta PROTOCOL.md, "Creation of New Log Entries".

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::actions::{
    Action, AddCdcFile, AddFile, CommitInfo, DomainMetadata, Metadata, Protocol, RemoveFile,
    SetTransaction,
};
use super::column_mapping::ColumnMappingMode;
use super::conflicts::{self, Attempt};
use super::error::DeltaError;
use super::log::{DeltaLog, parse_commit};
use super::properties::{APPEND_ONLY, CHECKPOINT_INTERVAL};
use super::snapshot::Snapshot;
use super::{checkpoint, clustering, features};
use crate::env::Env;
use crate::storage::PutResult;
use crate::types::StructType;

/// How often a blind append tries the next version.
const MAX_ATTEMPTS: u32 = 1000;

/// A set of changes that becomes one version of the table, whole or not at all.
///
/// Optimistic: it works on the snapshot that it began with, and when another writer was first, it
/// checks whether what that one did matters. Delta's isolation level is Serializable.
pub struct Transaction {
    log: DeltaLog,
    read: Option<Arc<Snapshot>>,
    reads_table: bool,
    metadata: Option<Metadata>,
    protocol: Option<Protocol>,
    txns: Vec<SetTransaction>,
    adds: Vec<AddFile>,
    adds_as_they_were: Vec<AddFile>,
    removes: Vec<RemoveFile>,
    changes: Vec<AddCdcFile>,
    /// Columns to cluster by from now on.
    clustering: Option<Vec<String>>,
    domains: Vec<DomainMetadata>,
}

/// What a commit did.
#[derive(Debug)]
pub struct CommitOutcome {
    /// The version that it made.
    pub version: u64,
    /// Why a checkpoint that was due could not be written. The commit stands all the same: a
    /// checkpoint only makes reading faster.
    pub checkpoint_failure: Option<DeltaError>,
}

impl Transaction {
    pub(super) fn new(log: DeltaLog, read: Option<Arc<Snapshot>>) -> Self {
        Transaction {
            log,
            read,
            reads_table: false,
            metadata: None,
            protocol: None,
            txns: Vec::new(),
            adds: Vec::new(),
            adds_as_they_were: Vec::new(),
            removes: Vec::new(),
            changes: Vec::new(),
            clustering: None,
            domains: Vec::new(),
        }
    }

    /// The table as the transaction sees it; `None` for a table to be made.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.read.as_ref()
    }

    /// Sets what the table is: needed for a new one. The protocol follows.
    pub fn set_metadata(&mut self, metadata: Metadata) -> &mut Self {
        self.metadata = Some(metadata);
        self
    }

    /// Sets the protocol, should it be more than the metadata needs.
    pub fn set_protocol(&mut self, protocol: Protocol) -> &mut Self {
        self.protocol = Some(protocol);
        self
    }

    /// Sets the columns that the table is clustered by, with the features that it takes. Without any the
    /// table's rows are no longer ordered.
    pub fn set_clustering(&mut self, columns: Vec<String>) -> &mut Self {
        self.clustering = Some(columns);
        self
    }

    /// Records that the application `app_id` has now written `version` (a streaming query's id and
    /// batch). `last_updated` is in milliseconds since the epoch.
    pub fn set_txn(
        &mut self,
        app_id: impl Into<String>,
        version: i64,
        last_updated: i64,
    ) -> &mut Self {
        self.txns.push(SetTransaction {
            app_id: app_id.into(),
            version,
            last_updated: Some(last_updated),
        });
        self
    }

    /// Adds a data file that was just written. The commit makes its time later than that of every file before it, of this
    /// commit and of earlier ones, whatever the clock says: a stream over the table takes files by their times.
    pub fn add(&mut self, file: AddFile) -> &mut Self {
        self.adds.push(file);
        self
    }

    /// Adds a data file that was there before: restored, cloned, converted. It keeps its time.
    pub fn add_as_it_was(&mut self, file: AddFile) -> &mut Self {
        self.adds_as_they_were.push(file);
        self
    }

    /// Removes a file of the snapshot. `deletion_timestamp` is in milliseconds since the epoch;
    /// `data_change` is false if its rows stay in the table.
    pub fn remove(
        &mut self,
        file: &AddFile,
        deletion_timestamp: i64,
        data_change: bool,
    ) -> &mut Self {
        self.removes
            .push(file.to_remove(deletion_timestamp, data_change));
        self
    }

    /// Adds a file of changed rows.
    pub fn add_change(&mut self, file: AddCdcFile) -> &mut Self {
        self.changes.push(file);
        self
    }

    /// Whether it has nothing to commit yet.
    pub fn is_empty(&self) -> bool {
        self.metadata.is_none()
            && self.protocol.is_none()
            && self.txns.is_empty()
            && self.all_adds().next().is_none()
            && self.removes.is_empty()
    }

    /// Removes all files of the snapshot.
    pub fn remove_all(&mut self, deletion_timestamp: i64) -> &mut Self {
        if let Some(read) = &self.read {
            let removes = read.files().map(|f| f.to_remove(deletion_timestamp, true));
            self.removes.extend(removes);
        }
        self
    }

    /// How many files it removes.
    pub fn num_removes(&self) -> usize {
        self.removes.len()
    }

    /// Says that what is written depends on the table's content (an `INSERT` that selects from
    /// its own table), so that it isn't a blind append.
    pub fn set_reads_table(&mut self) -> &mut Self {
        self.reads_table = true;
        self
    }

    /// Commits, and writes a checkpoint where one is due.
    ///
    /// `info` names the operation; its times, ids and version are filled in here.
    ///
    /// # Errors
    /// A `Concurrent…` or `…Changed` error if another writer's commit is in the way;
    /// [`DeltaError::MetadataAbsent`] for a new table without metadata;
    /// [`DeltaError::UnsupportedFeaturesForWrite`]. Then nothing was committed.
    pub fn commit(mut self, info: CommitInfo, env: &Env) -> Result<CommitOutcome, DeltaError> {
        self.prepare()?;
        let is_blind_append = self.removes.is_empty() && !self.reads_table;
        let data_change =
            self.all_adds().any(|a| a.data_change) || self.removes.iter().any(|r| r.data_change);
        let read_version = self.read.as_ref().map(|s| s.version());
        let isolation_level = if data_change || self.removes.is_empty() {
            "Serializable"
        } else {
            "SnapshotIsolation"
        };
        let info = CommitInfo {
            timestamp: Some(env.clock.now_ms()),
            read_version: read_version.and_then(|v| i64::try_from(v).ok()),
            isolation_level: Some(isolation_level.into()),
            is_blind_append: Some(is_blind_append),
            engine_info: Some(concat!("Multihop/", env!("CARGO_PKG_VERSION")).into()),
            txn_id: Some(env.new_uuid()),
            ..info
        };
        let attempt = Attempt {
            reads_table: !is_blind_append,
            data_change,
            sets_protocol: self.protocol.is_some(),
            removes: &self.removes,
            txns: &self.txns,
        };
        let version = self.write(&attempt, &info)?;
        self.log.committed(version);
        let checkpoint_failure = self.checkpoint_if_due(version, env).err();
        Ok(CommitOutcome {
            version,
            checkpoint_failure,
        })
    }

    /// Checks that the table may be written so, and settles its protocol.
    fn prepare(&mut self) -> Result<(), DeltaError> {
        let read = self.read.as_deref();
        let old_metadata = read.map(Snapshot::metadata);
        let old_protocol = read.map(Snapshot::protocol);
        if let Some(metadata) = &self.metadata {
            let schema = StructType::from_json_str(&metadata.schema_string)?;
            let base = self.protocol.as_ref().or(old_protocol);
            let needed = features::protocol_for(&schema, &metadata.configuration, base);
            let clusters = self.clustering.as_ref().is_some_and(|c| !c.is_empty());
            let needed = match clusters {
                true => features::with_writer_features(needed, &clustering::FEATURES),
                false => needed,
            };
            if Some(&needed) != old_protocol {
                self.protocol = Some(needed);
            }
            let was_clustered = read.is_some_and(|old| old.clustering_columns().is_some());
            if let Some(columns) = self.clustering.take() {
                let mode = ColumnMappingMode::of(&metadata.configuration)?;
                if clusters {
                    let domain = clustering::domain(&columns, &schema, mode)?;
                    self.domains.push(domain);
                } else if was_clustered {
                    self.domains.push(clustering::no_domain());
                }
            }
        }
        let (Some(metadata), Some(protocol)) = (
            self.metadata.as_ref().or(old_metadata),
            self.protocol.as_ref().or(old_protocol),
        ) else {
            return Err(DeltaError::MetadataAbsent);
        };
        let schema = StructType::from_json_str(&metadata.schema_string)?;
        features::check_writable(protocol, &schema)?;
        let append_only = metadata.configuration.get(APPEND_ONLY.name);
        if append_only.is_some_and(|v| v == "true") && self.removes.iter().any(|r| r.data_change) {
            return Err(DeltaError::AppendOnly {
                table: self.log.table_path().clone(),
            });
        }
        Ok(())
    }

    fn all_adds(&self) -> impl Iterator<Item = &AddFile> {
        self.adds_as_they_were.iter().chain(&self.adds)
    }

    /// The commit file: commitInfo, metaData, protocol, txn, adds, removes. New files are newer than `newest_file_ms`.
    fn body(&self, info: &CommitInfo, mut newest_file_ms: i64) -> Result<Bytes, DeltaError> {
        let written = self.adds.iter().cloned().map(|mut file| {
            file.modification_time = file.modification_time.max(newest_file_ms.saturating_add(1));
            newest_file_ms = file.modification_time;
            file
        });
        let adds = self.adds_as_they_were.iter().cloned().chain(written);
        let actions = std::iter::once(Action::CommitInfo(info.clone()))
            .chain(self.metadata.clone().map(Action::Metadata))
            .chain(self.protocol.clone().map(Action::Protocol))
            .chain(self.domains.iter().cloned().map(Action::DomainMetadata))
            .chain(self.txns.iter().cloned().map(Action::Txn))
            .chain(adds.map(Action::Add))
            .chain(self.removes.iter().cloned().map(Action::Remove))
            .chain(self.changes.iter().cloned().map(Action::Cdc));
        let mut body = String::new();
        for action in actions {
            let line = action.to_json().map_err(|e| DeltaError::NotSerializable {
                reason: e.to_string(),
            })?;
            body.push_str(&line);
            body.push('\n');
        }
        Ok(body.into())
    }

    /// Puts the commit file at the first version that is free and that nothing in between forbids.
    fn write(&self, attempt: &Attempt<'_>, info: &CommitInfo) -> Result<u64, DeltaError> {
        let fs = self.log.file_system();
        let mut newest_file_ms = self.read.as_ref().map_or(0, |s| s.newest_file_ms());
        let mut body = self.body(info, newest_file_ms)?;
        let start_version = self.read.as_ref().map_or(0, |s| s.version() + 1);
        let mut version = start_version;
        for _ in 0..MAX_ATTEMPTS {
            let path = self.log.commit_path(version)?;
            match fs.put_if_absent(&path, body.clone())? {
                PutResult::Created => return Ok(version),
                PutResult::Exists => {}
            }
            for (winner, status) in self.log.commits_from(version)? {
                let actions = parse_commit(&status.path, &fs.read(&status.path)?)?;
                conflicts::check(attempt, winner, &actions)?;
                self.check_new_protocol(&actions)?;
                version = winner.saturating_add(1);
                for action in &actions {
                    if let Action::Add(file) = action {
                        newest_file_ms = newest_file_ms.max(file.modification_time);
                    }
                }
            }
            body = self.body(info, newest_file_ms)?;
        }
        Err(DeltaError::MaxCommitRetriesExceeded {
            attempts: MAX_ATTEMPTS,
            start_version,
            fail_version: version,
        })
    }

    /// The table may have been upgraded to a protocol that we can't write.
    fn check_new_protocol(&self, actions: &[Action]) -> Result<(), DeltaError> {
        let read = self.read.as_deref().map(Snapshot::metadata);
        for action in actions {
            if let (Action::Protocol(protocol), Some(metadata)) =
                (action, self.metadata.as_ref().or(read))
            {
                let schema = StructType::from_json_str(&metadata.schema_string)?;
                features::check_writable(protocol, &schema)?;
            }
        }
        Ok(())
    }

    fn checkpoint_if_due(&self, version: u64, env: &Env) -> Result<(), DeltaError> {
        let configuration = self
            .metadata
            .as_ref()
            .map(|m| &m.configuration)
            .or(self.read.as_deref().map(Snapshot::configuration));
        let interval = configuration
            .and_then(|c| c.get(CHECKPOINT_INTERVAL.name))
            .and_then(|text| text.parse::<u64>().ok())
            .filter(|interval| *interval > 0)
            .or(CHECKPOINT_INTERVAL.default_number())
            .unwrap_or(u64::MAX);
        if version == 0 || !version.is_multiple_of(interval) {
            return Ok(());
        }
        let snapshot = self.log.snapshot_at(version)?;
        checkpoint::write(
            self.log.file_system().as_ref(),
            self.log.log_path(),
            &snapshot,
            env.clock.now_ms(),
        )
    }
}

/// `info` as an error message shows the commit that was in the way.
pub(super) fn describe_commit(version: u64, info: Option<&CommitInfo>) -> String {
    let mut text = info
        .and_then(|info| serde_json::to_value(info).ok())
        .unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    if let Value::Object(map) = &mut text {
        map.insert("version".into(), Value::from(version));
    }
    text.to_string()
}
