//! `RESTORE TABLE`: an earlier version's files and schema, as a new version.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::{count, told_row, with_metrics};
use crate::delta::{AddFile, CommitInfo, DeltaError, TableScan};
use crate::session::state::version_at;
use crate::session::{SessionError, SessionState};
use crate::sql::command::{Name, TimeTravel};
use crate::types::Frame;

/// Restores a table, and tells what came and went.
pub(in super::super) fn restore(
    state: &SessionState,
    table: &Name,
    to: &TimeTravel,
) -> Result<Frame, SessionError> {
    let log = state.delta_log(table, "RESTORE")?;
    let zone = state.conf.time_zone();
    let version = match version_at(&log, Some(to), zone) {
        Ok(version) => version.unwrap_or_default(),
        Err(SessionError::Delta(DeltaError::TimestampTooLate {
            provided, latest, ..
        })) => {
            return Err(DeltaError::CannotRestoreTimestamp {
                requested: provided,
                latest,
            }
            .into());
        }
        Err(other) => return Err(other),
    };
    let mut transaction = log.transaction()?;
    transaction.set_reads_table();
    let current = log.snapshot()?;
    let target = log.snapshot_at(version).map_err(|e| match e {
        DeltaError::VersionNotAvailable {
            version,
            earliest,
            latest,
        } => DeltaError::CannotRestoreVersion {
            version,
            earliest,
            latest,
        },
        other => other,
    })?;
    let key = |file: &Arc<AddFile>| {
        let vector = file.deletion_vector.as_ref().map(|v| v.unique_id());
        (file.path.clone(), vector)
    };
    let (have, want): (BTreeSet<_>, BTreeSet<_>) = (
        current.files().map(key).collect(),
        target.files().map(key).collect(),
    );
    let now = state.env.clock.now_ms();
    let restored: Vec<&Arc<AddFile>> = target.files().filter(|f| !have.contains(&key(f))).collect();
    let removed: Vec<&Arc<AddFile>> = current
        .files()
        .filter(|f| !want.contains(&key(f)))
        .collect();
    let scan = TableScan::new(state.fs.clone(), &target, Some(&[]))?;
    let mut missing = Vec::new();
    for file in &restored {
        if state.fs.status(&scan.path_of(file)?)?.is_none() {
            missing.push(file.path.clone());
        }
    }
    if !missing.is_empty() {
        missing.truncate(100);
        return Err(DeltaError::RestoreMissesFiles {
            version,
            files: missing.join(", "),
        }
        .into());
    }
    let size = |files: &[&Arc<AddFile>]| files.iter().map(|f| f.size).sum::<i64>();
    let told = [
        (
            "table_size_after_restore",
            "tableSizeAfterRestore",
            i64::try_from(target.size_in_bytes()).unwrap_or(i64::MAX),
        ),
        (
            "num_of_files_after_restore",
            "numOfFilesAfterRestore",
            count(target.num_files()),
        ),
        ("num_removed_files", "numRemovedFiles", count(removed.len())),
        (
            "num_restored_files",
            "numRestoredFiles",
            count(restored.len()),
        ),
        ("removed_files_size", "removedFilesSize", size(&removed)),
        ("restored_files_size", "restoredFilesSize", size(&restored)),
    ];
    let mut info = CommitInfo::new("RESTORE");
    let (as_version, as_timestamp) = match to {
        TimeTravel::Version(version) => (
            serde_json::json!(version.to_string()),
            serde_json::Value::Null,
        ),
        TimeTravel::Timestamp(text) => (serde_json::Value::Null, serde_json::json!(text)),
    };
    info.operation_parameters
        .insert("version".into(), as_version);
    info.operation_parameters
        .insert("timestamp".into(), as_timestamp);
    if target.metadata() != current.metadata() {
        transaction.set_metadata(target.metadata().clone());
    }
    for file in restored {
        transaction.add_as_it_was(AddFile {
            data_change: true,
            ..file.as_ref().clone()
        });
    }
    for file in removed {
        transaction.remove(file, now, true);
    }
    transaction.commit(with_metrics(info, &told), &state.env)?;
    told_row(&told)
}
