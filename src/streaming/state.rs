//! What stateful operators keep, in the checkpoint directory.
//!
//! `state/<operator>/0[/<table>]/<batch + 1>.delta` holds the rows that a batch put and removed,
//! `<batch + 1>.snapshot` all of them: the names and versions of Spark's HDFS-backed state store,
//! as parquet files (Spark's own are binary rows).
//!
//! A batch writes its delta before the sink commits. A batch that runs again starts from the
//! version before it and replaces the file. A snapshot is written once the deltas since the last
//! one are many and hold as much as it would, so that on the whole a batch costs what it changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::StreamError;
use super::checkpoint::Checkpoint;
use crate::formats::parquet::{self, ParquetWriteOptions, ParquetWriter};
use crate::formats::{FileBytes, FileFormat, ReadRequest, read_file};
use crate::sql::SqlError;
use crate::sql::execute::{ExecuteError, OperatorReport, SharedTable, StateStore, StateTable};
use crate::storage::{DbfsPath, FileStatus, FileSystem};
use crate::types::Frame;

/// Deltas between two snapshots (`spark.sql.streaming.stateStore.minDeltasForSnapshot`).
const DELTAS_PER_SNAPSHOT: i64 = 10;

/// The state of a query's operators, at the version that its next batch starts from.
pub(super) struct CheckpointState {
    fs: Arc<dyn FileSystem>,
    checkpoint: Checkpoint,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Batches whose changes are in the tables.
    version: i64,
    /// By operator and name; read when first asked for.
    tables: BTreeMap<(usize, &'static str), Stored>,
    /// What the operators did in the running batch.
    reports: BTreeMap<usize, OperatorReport>,
}

/// A table, and what the files after its last snapshot hold.
struct Stored {
    table: SharedTable,
    deltas: i64,
    delta_rows: usize,
}

/// One operator's state, for progress.
pub(super) struct OperatorRows {
    pub report: OperatorReport,
    pub total: u64,
    pub bytes: u64,
}

impl CheckpointState {
    /// The state after `version` batches, as the checkpoint has it.
    pub fn new(fs: Arc<dyn FileSystem>, checkpoint: Checkpoint, version: i64) -> Self {
        let inner = Inner {
            version,
            ..Inner::default()
        };
        CheckpointState {
            fs,
            checkpoint,
            inner: Mutex::new(inner),
        }
    }

    /// Writes what the running batch changed: its version becomes durable, and can still be
    /// replaced by the same batch run again. Gives what the operators did.
    pub fn write(&self) -> Result<Vec<OperatorRows>, StreamError> {
        let mut inner = self.lock();
        let version = inner.version + 1;
        let mut rows: BTreeMap<usize, OperatorRows> = std::mem::take(&mut inner.reports)
            .into_iter()
            .map(|(operator, report)| {
                let (total, bytes) = (0, 0);
                (
                    operator,
                    OperatorRows {
                        report,
                        total,
                        bytes,
                    },
                )
            })
            .collect();
        for ((operator, name), stored) in &mut inner.tables {
            let dir = self.checkpoint.state_dir(*operator, name)?;
            let mut table = stored.table.lock();
            let changes = table.take_changes()?;
            write(
                self.fs.as_ref(),
                &dir.join(&format!("{version}.delta"))?,
                &changes,
            )?;
            stored.deltas += 1;
            stored.delta_rows += changes.height();
            if stored.deltas >= DELTAS_PER_SNAPSHOT && stored.delta_rows >= table.len() {
                let all = table.snapshot()?;
                write(
                    self.fs.as_ref(),
                    &dir.join(&format!("{version}.snapshot"))?,
                    &all,
                )?;
                (stored.deltas, stored.delta_rows) = (0, 0);
            }
            if let Some(operator) = rows.get_mut(operator) {
                operator.total += table.len() as u64;
                operator.bytes += table.estimated_size() as u64;
            }
        }
        inner.version = version;
        // As the plan is written: an operator before those below it, the left ones first.
        let mut rows: Vec<(usize, OperatorRows)> = rows.into_iter().collect();
        rows.sort_by_key(|(number, rows)| (rows.report.first, std::cmp::Reverse(*number)));
        Ok(rows.into_iter().map(|(_, rows)| rows).collect())
    }

    /// Reads a table's newest snapshot up to `version`, and the deltas after it.
    fn restore(
        &self,
        operator: usize,
        name: &'static str,
        version: i64,
    ) -> Result<Stored, StreamError> {
        let dir = self.checkpoint.state_dir(operator, name)?;
        let files = self.fs.list_from(&dir, "")?;
        let numbered = |suffix: &str| -> BTreeMap<i64, &FileStatus> {
            let number = |file: &FileStatus| file.path.name().strip_suffix(suffix)?.parse().ok();
            let numbers = files.iter().filter_map(|f| Some((number(f)?, f)));
            numbers.filter(|(n, _)| *n <= version).collect()
        };
        let (snapshots, deltas) = (numbered(".snapshot"), numbered(".delta"));
        let mut table = StateTable::default();
        let mut from = 0;
        if let Some((number, file)) = snapshots.last_key_value() {
            table.apply(&read(&self.fs, file)?)?;
            from = *number;
        }
        let mut delta_rows = 0;
        for number in from + 1..=version {
            let Some(file) = deltas.get(&number) else {
                return Err(StreamError::StateFileMissing {
                    path: dir.join(&format!("{number}.delta"))?,
                });
            };
            let changes = read(&self.fs, file)?;
            delta_rows += changes.height();
            table.apply(&changes)?;
        }
        Ok(Stored {
            table: SharedTable::new(table),
            deltas: version - from,
            delta_rows,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for CheckpointState {
    fn table(&self, operator: usize, name: &'static str) -> Result<SharedTable, SqlError> {
        let mut inner = self.lock();
        if let Some(stored) = inner.tables.get(&(operator, name)) {
            return Ok(stored.table.clone());
        }
        let stored = self.restore(operator, name, inner.version);
        let stored = stored.map_err(|error| ExecuteError::StateStore {
            message: error.to_string(),
        })?;
        let table = stored.table.clone();
        inner.tables.insert((operator, name), stored);
        Ok(table)
    }

    fn report(&self, operator: usize, report: OperatorReport) {
        self.lock().reports.insert(operator, report);
    }
}

fn write(fs: &dyn FileSystem, path: &DbfsPath, rows: &Frame) -> Result<(), StreamError> {
    let mut writer = ParquetWriter::new(rows.schema(), &ParquetWriteOptions::default())?;
    writer.write(rows)?;
    // A batch that runs again writes the same version once more.
    Ok(fs.put(path, writer.finish()?)?)
}

fn read(fs: &Arc<dyn FileSystem>, file: &FileStatus) -> Result<Frame, StreamError> {
    let stored = FileBytes::stored(fs, &file.path)?;
    let schema = Arc::new(parquet::infer_schema(stored.clone(), &file.path)?);
    let request = ReadRequest::new(schema.clone());
    let mut frames = vec![Frame::empty(schema.clone())];
    for frame in read_file(FileFormat::Parquet, stored, file, &request)?.frames {
        frames.push(frame?);
    }
    let rows = Frame::concat(&frames).map_err(SqlError::from)?;
    Ok(rows.unwrap_or_else(|| Frame::empty(schema)))
}
