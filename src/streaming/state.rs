//! What stateful operators keep, in the checkpoint directory.
//!
//! `state/<operator>/0/<batch + 1>.delta` holds the keys that a batch touched,
//! `<batch + 1>.snapshot` all of them, every tenth batch: the names and versions of Spark's
//! HDFS-backed state store, as parquet files (Spark's own are binary rows).
//!
//! A batch writes its delta before the sink commits. A batch that runs again starts from the
//! version before it and replaces the file.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::StreamError;
use super::checkpoint::Checkpoint;
use crate::formats::parquet::{self, ParquetWriteOptions, ParquetWriter};
use crate::formats::{FileFormat, ReadRequest, read_file};
use crate::sql::SqlError;
use crate::sql::execute::{StateChange, StateStore};
use crate::storage::{DbfsPath, FileStatus, FileSystem};
use crate::types::{Frame, StructType};

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
    /// Batches whose changes are in `operators`.
    version: i64,
    operators: BTreeMap<usize, Frame>,
    /// What the running batch saved.
    changes: BTreeMap<usize, StateChange>,
}

/// Rows of one operator's state, for progress.
pub(super) struct OperatorRows {
    pub total: u64,
    pub updated: u64,
    pub bytes: u64,
}

impl CheckpointState {
    /// The state after `version` batches, read from the checkpoint.
    pub fn open(
        fs: Arc<dyn FileSystem>,
        checkpoint: Checkpoint,
        version: i64,
    ) -> Result<Self, StreamError> {
        let mut operators = BTreeMap::new();
        for operator in 0.. {
            let dir = checkpoint.state_dir(operator)?;
            let files = fs.list_from(&dir, "")?;
            if files.is_empty() {
                break;
            }
            if let Some(frame) = restore(fs.as_ref(), &files, version)? {
                operators.insert(operator, frame);
            }
        }
        Ok(CheckpointState {
            fs,
            checkpoint,
            inner: Mutex::new(Inner {
                version,
                operators,
                changes: BTreeMap::new(),
            }),
        })
    }

    /// Writes what the running batch changed: its version becomes durable, and can still be
    /// replaced by the same batch run again.
    pub fn write(&self) -> Result<Vec<OperatorRows>, StreamError> {
        let mut inner = self.lock();
        let version = inner.version + 1;
        let changes = std::mem::take(&mut inner.changes);
        let mut rows = Vec::new();
        for (operator, change) in changes {
            let dir = self.checkpoint.state_dir(operator)?;
            write(
                self.fs.as_ref(),
                &dir.join(&format!("{version}.delta"))?,
                &change,
            )?;
            let updated = change.rows.height() as u64;
            let merged = StateChange {
                key_columns: change.key_columns,
                rows: match inner.operators.get(&operator) {
                    Some(before) => change.apply_to(before)?,
                    None => change.rows,
                },
            };
            if version % DELTAS_PER_SNAPSHOT == 0 {
                let snapshot = dir.join(&format!("{version}.snapshot"))?;
                write(self.fs.as_ref(), &snapshot, &merged)?;
            }
            let merged = merged.rows;
            rows.push(OperatorRows {
                total: merged.height() as u64,
                updated,
                bytes: merged.estimated_size() as u64,
            });
            inner.operators.insert(operator, merged);
        }
        inner.version = version;
        Ok(rows)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for CheckpointState {
    fn load(&self, operator: usize) -> Result<Option<Frame>, SqlError> {
        Ok(self.lock().operators.get(&operator).cloned())
    }

    fn save(&self, operator: usize, change: StateChange) -> Result<(), SqlError> {
        self.lock().changes.insert(operator, change);
        Ok(())
    }
}

/// The newest snapshot up to `version`, with the deltas after it.
fn restore(
    fs: &dyn FileSystem,
    files: &[FileStatus],
    version: i64,
) -> Result<Option<Frame>, StreamError> {
    let numbered = |suffix: &str| -> BTreeMap<i64, &FileStatus> {
        files
            .iter()
            .filter_map(|f| {
                let number = f.path.name().strip_suffix(suffix)?.parse().ok()?;
                (number <= version).then_some((number, f))
            })
            .collect()
    };
    let (snapshots, deltas) = (numbered(".snapshot"), numbered(".delta"));
    let mut state: Option<Frame> = None;
    let mut from = 0;
    if let Some((number, file)) = snapshots.last_key_value() {
        state = Some(read(fs, file)?.rows);
        from = *number;
    }
    for (_, file) in deltas.range(from + 1..) {
        let change = read(fs, file)?;
        state = Some(match state {
            Some(before) => change.apply_to(&before)?,
            None => change.rows,
        });
    }
    Ok(state)
}

/// Writes keys as `key0`, `key1`, … and buffers as `value0`, `value1`, …: the query's own names
/// may repeat.
fn write(fs: &dyn FileSystem, path: &DbfsPath, change: &StateChange) -> Result<(), StreamError> {
    let mut schema = StructType::clone(change.rows.schema());
    for (i, field) in schema.fields.iter_mut().enumerate() {
        field.name = match i.checked_sub(change.key_columns) {
            None => format!("key{i}"),
            Some(i) => format!("value{i}"),
        };
    }
    let schema = Arc::new(schema);
    let rows = change.rows.clone().with_schema(schema.clone());
    let rows = rows.map_err(SqlError::from)?;
    let mut writer = ParquetWriter::new(&schema, &ParquetWriteOptions::default())?;
    writer.write(&rows)?;
    // A batch that runs again writes the same version once more.
    Ok(fs.put(path, writer.finish()?)?)
}

fn read(fs: &dyn FileSystem, file: &FileStatus) -> Result<StateChange, StreamError> {
    let bytes = fs.read(&file.path)?;
    let schema = Arc::new(parquet::infer_schema(&bytes, &file.path)?);
    let request = ReadRequest::new(schema.clone());
    let mut frames = vec![Frame::empty(schema.clone())];
    for frame in read_file(FileFormat::Parquet, bytes, file, &request)?.frames {
        frames.push(frame?);
    }
    let rows = Frame::concat(&frames).map_err(SqlError::from)?;
    Ok(StateChange {
        key_columns: schema
            .fields
            .iter()
            .take_while(|f| f.name.starts_with("key"))
            .count(),
        rows: rows.unwrap_or_else(|| Frame::empty(schema)),
    })
}
