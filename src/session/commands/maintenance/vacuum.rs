//! `VACUUM`: files that no version within the retention needs are deleted.
//!
//! Source: Delta documentation, "Remove files no longer referenced by a Delta table".

use std::collections::BTreeSet;

use super::super::strings;
use crate::delta::{
    CommitInfo, DELETED_FILE_RETENTION, DeltaError, DeltaLog, LOG_DIR, TableScan, interval_ms,
};
use crate::session::conf::RETENTION_CHECK;
use crate::session::{SessionError, SessionState};
use crate::sql::command::Name;
use crate::storage::{DbfsPath, FileStatus};
use crate::types::Frame;

/// What a `VACUUM` says.
pub(in super::super) struct Vacuum<'a> {
    pub table: &'a Name,
    pub retain_hours: Option<f64>,
    pub dry_run: bool,
}

const HOUR_MS: f64 = 3_600_000.0;

/// Deletes what nothing needs any more, and tells the table's path; a dry run tells the files'.
pub(in super::super) fn vacuum(
    state: &SessionState,
    vacuum: &Vacuum<'_>,
) -> Result<Frame, SessionError> {
    let log = state.delta_log(vacuum.table, "VACUUM")?;
    let snapshot = log.snapshot()?;
    let configured = snapshot
        .configuration()
        .get(DELETED_FILE_RETENTION.name)
        .and_then(|text| interval_ms(text))
        .or_else(|| interval_ms(DELETED_FILE_RETENTION.default))
        .unwrap_or(i64::MAX);
    let checks = state.conf.is_true(RETENTION_CHECK.name);
    let specified = match vacuum.retain_hours {
        Some(hours) if hours < 0.0 => return Err(DeltaError::NegativeRetention.into()),
        Some(hours) => Some((hours * HOUR_MS) as i64),
        None => None,
    };
    if checks && specified.is_some_and(|ms| ms < configured) {
        return Err(DeltaError::RetentionTooShort {
            hours: configured / 3_600_000,
        }
        .into());
    }
    let now = state.env.clock.now_ms();
    let before = now.saturating_sub(specified.unwrap_or(configured));
    let unneeded = unneeded(state, &log, before)?;
    if vacuum.dry_run {
        let paths = unneeded.iter().map(|f| f.path.to_string()).collect();
        return strings("path", paths);
    }
    let size: u64 = unneeded.iter().map(|f| f.size).sum();
    let mut start = CommitInfo::new("VACUUM START")
        .with_parameter("retentionCheckEnabled", checks.to_string())
        .with_parameter("defaultRetentionMillis", configured.to_string())
        .with_metric("numFilesToDelete", unneeded.len())
        .with_metric("sizeOfDataToDelete", size);
    if let Some(specified) = specified {
        start = start.with_parameter("specifiedRetentionMillis", specified.to_string());
    }
    log.transaction()?.commit(start, &state.env)?;
    for file in &unneeded {
        state.fs.delete(&file.path)?;
    }
    let mut directories: BTreeSet<DbfsPath> = BTreeSet::new();
    for file in &unneeded {
        directories.extend(file.path.parent());
    }
    directories.insert(log.table_path().clone());
    let end = CommitInfo::new("VACUUM END")
        .with_parameter("status", "COMPLETED")
        .with_metric("numDeletedFiles", unneeded.len())
        .with_metric("numVacuumedDirectories", directories.len());
    log.transaction()?.commit(end, &state.env)?;
    strings("path", vec![log.table_path().to_string()])
}

/// Files of the table's directory, last written before `before`, that neither the newest version
/// has nor one that a file was removed from since.
fn unneeded(
    state: &SessionState,
    log: &DeltaLog,
    before: i64,
) -> Result<Vec<FileStatus>, SessionError> {
    let snapshot = log.snapshot()?;
    let scan = TableScan::new(state.fs.clone(), &snapshot, Some(&[]))?;
    let mut needed: BTreeSet<DbfsPath> = BTreeSet::new();
    for file in snapshot.files() {
        needed.insert(scan.path_of(file)?);
    }
    for file in snapshot.tombstones() {
        if file.deletion_timestamp.unwrap_or(0) >= before {
            needed.insert(scan.resolve(&file.path)?);
        }
    }
    let table = log.table_path();
    let mut found = state.fs.list_recursive(table)?;
    found.retain(|file| {
        let relative = file.path.relative_to(table).unwrap_or_default();
        !file.is_dir
            && !is_kept(relative)
            && file.modification_time < before
            && !needed.contains(&file.path)
    });
    Ok(found)
}

/// Whether `VACUUM` never looks at a path: the log, and what is hidden. Change data and partition
/// directories aren't.
fn is_kept(relative: &str) -> bool {
    relative.split('/').any(|part| {
        part == LOG_DIR
            || part.starts_with('.')
            || (part.starts_with('_') && part != "_change_data" && !part.contains('='))
    })
}
