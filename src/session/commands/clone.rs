//! `CREATE TABLE … CLONE`: a table's files under another table, shared or copied.
//!
//! Source: Delta documentation, "Clone a Delta table".

use super::{count, nothing, told_row, with_metrics};
use crate::delta::{AddFile, CommitInfo, Metadata, TableScan};
use crate::session::state::version_at;
use crate::session::{Session, SessionError};
use crate::sql::command::CloneTable;
use crate::storage::DbfsPath;
use crate::types::Frame;

impl Session {
    pub(super) fn clone_table(&mut self, clone: CloneTable) -> Result<Frame, SessionError> {
        let source = self.state.delta_log(&clone.source, "CLONE")?;
        let zone = self.state.conf.time_zone();
        let snapshot = match version_at(&source, clone.at.as_ref(), zone)? {
            Some(version) => source.snapshot_at(version)?,
            None => source.snapshot()?,
        };
        let name = self.state.table_name(&clone.name)?;
        self.state.require_database(&name.database)?;
        let location = match &clone.location {
            Some(path) => DbfsPath::parse(path)?,
            None => self.state.location(&name)?,
        };
        let log = self.state.deltas.open(&location);
        if self.state.table_exists(&name)? && !clone.replace {
            return match clone.if_not_exists {
                true => Ok(nothing()),
                false => Err(SessionError::RelationExists {
                    name: name.quoted(),
                }),
            };
        }
        let env = &self.state.env;
        let mut transaction = log.transaction()?;
        let now = env.clock.now_ms();
        let (removed, removed_size) = match transaction.snapshot() {
            Some(old) => (
                old.num_files(),
                i64::try_from(old.size_in_bytes()).unwrap_or(i64::MAX),
            ),
            None => (0, 0),
        };
        transaction.remove_all(now);
        let mut configuration = snapshot.configuration().clone();
        for (key, value) in &clone.properties {
            configuration.insert(key.clone(), value.clone());
        }
        let metadata = Metadata {
            id: transaction
                .snapshot()
                .map_or_else(|| env.new_uuid(), |s| s.metadata().id.clone()),
            configuration,
            created_time: Some(now),
            ..snapshot.metadata().clone()
        };
        transaction.set_metadata(metadata);
        transaction.set_clustering(snapshot.clustering_columns().unwrap_or_default());
        transaction.set_protocol(snapshot.protocol().clone());
        let scan = TableScan::new(self.state.fs.clone(), &snapshot, Some(&[]))?;
        let mut copied_size = 0;
        for file in snapshot.files() {
            let from = scan.path_of(file)?;
            let path = match (clone.shallow, from.relative_to(snapshot.table_path())) {
                (false, Some(relative)) => {
                    let bytes = self.state.fs.read(&from)?;
                    self.state.fs.put(&location.join(relative)?, bytes)?;
                    copied_size += file.size;
                    file.path.clone()
                }
                _ => crate::delta::encode_path(&from.to_string()),
            };
            transaction.add_as_it_was(AddFile {
                path,
                data_change: true,
                ..file.as_ref().clone()
            });
        }
        let copied = if clone.shallow {
            0
        } else {
            snapshot.num_files()
        };
        let size = i64::try_from(snapshot.size_in_bytes()).unwrap_or(i64::MAX);
        let told = [
            ("source_table_size", "sourceTableSize", size),
            (
                "source_num_of_files",
                "sourceNumOfFiles",
                count(snapshot.num_files()),
            ),
            ("num_removed_files", "numRemovedFiles", count(removed)),
            ("num_copied_files", "numCopiedFiles", count(copied)),
            ("removed_files_size", "removedFilesSize", removed_size),
            ("copied_files_size", "copiedFilesSize", copied_size),
        ];
        let info = CommitInfo::new("CLONE")
            .with_parameter("source", source.table_path().to_string())
            .with_parameter("sourceVersion", snapshot.version().to_string())
            .with_parameter("isShallow", clone.shallow.to_string());
        transaction.commit(with_metrics(info, &told), env)?;
        if clone.location.is_some() {
            self.state.register(&name, location);
        }
        told_row(&told)
    }
}
