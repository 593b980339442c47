//! The log as a whole; the helpers that all its tests share.

mod conflicts;
mod files;
mod hostile;
mod replay;
mod schema;
mod stats;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::*;
use crate::env::Env;
use crate::storage::{DbfsPath, FileSystem, Layer, MemoryFileSystem, StorageError};
use crate::types::{DataType, Frame, SchemaRef, StructType, Value, series_from_values};

pub(super) const START_MS: i64 = 1_700_000_000_000;

pub(super) fn env() -> Env {
    Env::deterministic(START_MS, 7)
}

pub(super) fn path(text: &str) -> DbfsPath {
    DbfsPath::parse(text).unwrap()
}

pub(super) fn new_log(env: &Env) -> DeltaLog {
    let fs: Arc<dyn FileSystem> = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30));
    DeltaLog::for_table(fs, path("dbfs:/t"))
}

/// Another client of the same table: it has seen nothing yet.
pub(super) fn fresh(log: &DeltaLog) -> DeltaLog {
    DeltaLog::for_table(log.file_system().clone(), log.table_path().clone())
}

pub(super) fn id_schema() -> StructType {
    StructType::of([("id", DataType::Long)])
}

pub(super) fn metadata(env: &Env) -> Metadata {
    Metadata::for_new_table(&id_schema(), &[], Properties::new(), env).unwrap()
}

/// A file of 10 bytes.
pub(super) fn file(path: &str) -> AddFile {
    AddFile {
        path: path.into(),
        size: 10,
        modification_time: START_MS,
        data_change: true,
        ..AddFile::default()
    }
}

pub(super) fn append(log: &DeltaLog, env: &Env, path: &str) -> u64 {
    let mut txn = log.transaction().unwrap();
    if txn.snapshot().is_none() {
        txn.set_metadata(metadata(env));
    }
    txn.add(file(path));
    let outcome = txn.commit(CommitInfo::new("WRITE"), env).unwrap();
    assert!(outcome.checkpoint_failure.is_none(), "{outcome:?}");
    outcome.version
}

pub(super) fn frame(schema: &StructType, rows: &[&[Value]]) -> Frame {
    let schema: SchemaRef = Arc::new(schema.clone());
    let columns = schema
        .fields
        .iter()
        .enumerate()
        .map(|(i, f)| {
            let values: Vec<Value> = rows.iter().map(|r| r[i].clone()).collect();
            series_from_values(&f.name, &values, &f.data_type).unwrap()
        })
        .collect();
    Frame::new(schema, columns, rows.len()).unwrap()
}

pub(super) fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// All rows of a snapshot.
pub(super) fn rows(log: &DeltaLog, snapshot: &Snapshot) -> Vec<Vec<Value>> {
    let scan = TableScan::new(log.file_system().clone(), snapshot, None).unwrap();
    let mut rows = Vec::new();
    for file in snapshot.files() {
        for frame in scan.read(file).unwrap() {
            let frame = frame.unwrap();
            for row in 0..frame.height() {
                let fields = frame.schema().fields.iter().zip(frame.columns());
                rows.push(
                    fields
                        .map(|(f, c)| Value::from_series(c, row, &f.data_type).unwrap())
                        .collect(),
                );
            }
        }
    }
    rows
}

/// Creates or appends: what a writer does with a frame.
pub(super) fn write(
    log: &DeltaLog,
    env: &Env,
    frame: &Frame,
    partition_columns: &[&str],
) -> Result<u64, DeltaError> {
    let mut txn = log.transaction()?;
    let metadata = match txn.snapshot().cloned() {
        Some(snapshot) => {
            let merged = snapshot.merge_schema(frame.schema(), true, env)?;
            if let Some(metadata) = &merged {
                txn.set_metadata(metadata.clone());
            }
            merged.unwrap_or_else(|| snapshot.metadata().clone())
        }
        None => {
            let columns: Vec<String> = partition_columns.iter().map(|c| (*c).into()).collect();
            let new = Metadata::for_new_table(frame.schema(), &columns, Properties::new(), env)?;
            txn.set_metadata(new.clone());
            new
        }
    };
    let fs = log.file_system().clone();
    let mut writer = FileWriter::new(fs, log.table_path().clone(), &metadata, env)?;
    writer.write(frame)?;
    for add in writer.finish()? {
        txn.add(add);
    }
    Ok(txn.commit(CommitInfo::new("WRITE"), env)?.version)
}

#[test]
fn a_new_table_begins_with_version_0_and_its_actions_in_order() {
    let (env, log) = (env(), new_log(&env()));
    assert!(!log.exists().unwrap());
    let error = log.snapshot().unwrap_err();
    assert_eq!(
        error.to_string(),
        "[DELTA_TABLE_NOT_FOUND] Delta table dbfs:/t doesn't exist."
    );
    let mut txn = log.transaction().unwrap();
    txn.set_metadata(metadata(&env))
        .set_txn("query", 0, START_MS)
        .add(file("a.parquet"));
    let info = CommitInfo::new("STREAMING UPDATE")
        .with_parameter("outputMode", "Append")
        .with_metric("numAddedFiles", 1);
    assert_eq!(txn.commit(info, &env).unwrap().version, 0);
    let raw = log.raw_commit(0).unwrap();
    let kinds: Vec<String> = std::str::from_utf8(&raw)
        .unwrap()
        .lines()
        .map(|l| l.split('"').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["commitInfo", "metaData", "protocol", "txn", "add"]);
    let snapshot = log.snapshot().unwrap();
    assert_eq!(snapshot.protocol().min_reader_version, 1);
    assert_eq!(snapshot.protocol().min_writer_version, 2);
    assert_eq!(snapshot.txn_version("query"), Some(0));
    assert_eq!(snapshot.txn_version("other"), None);
    assert_eq!(**snapshot.schema(), id_schema());
    let history = log.history(None).unwrap();
    assert_eq!(history.len(), 1);
    let info = &history[0].commit_info;
    assert_eq!(info.operation, "STREAMING UPDATE");
    assert_eq!(info.is_blind_append, Some(true));
    assert_eq!(info.operation_metrics["numAddedFiles"], "1");
    assert!(
        info.engine_info
            .as_deref()
            .unwrap()
            .starts_with("Multihop/")
    );
}

#[test]
fn a_table_without_metadata_is_not_created() {
    let (env, log) = (env(), new_log(&env()));
    let mut txn = log.transaction().unwrap();
    txn.add(file("a"));
    let error = txn.commit(CommitInfo::new("WRITE"), &env).unwrap_err();
    assert!(matches!(error, DeltaError::MetadataAbsent));
    assert!(!log.exists().unwrap());
}

#[test]
fn a_checkpoint_is_written_every_ten_commits() {
    let (env, log) = (env(), new_log(&env()));
    for i in 0..25 {
        assert_eq!(append(&log, &env, &format!("f{i}.parquet")), i);
    }
    let listing = log.file_system().list(log.log_path()).unwrap();
    let checkpoints: Vec<&str> = listing
        .iter()
        .map(|s| s.path.name())
        .filter(|n| n.contains("checkpoint"))
        .collect();
    assert_eq!(
        checkpoints,
        [
            "00000000000000000010.checkpoint.parquet",
            "00000000000000000020.checkpoint.parquet",
            "_last_checkpoint"
        ]
    );
    let snapshot = fresh(&log).snapshot().unwrap();
    assert_eq!(snapshot.num_files(), 25);
    assert_eq!(snapshot.size_in_bytes(), 250);
}

#[test]
fn the_checkpoint_interval_is_a_table_property() {
    let (env, log) = (env(), new_log(&env()));
    let mut txn = log.transaction().unwrap();
    let mut metadata = metadata(&env);
    metadata
        .configuration
        .insert("delta.checkpointInterval".into(), "3".into());
    txn.set_metadata(metadata);
    txn.commit(CommitInfo::new("CREATE TABLE"), &env).unwrap();
    for i in 0..3 {
        append(&log, &env, &format!("f{i}"));
    }
    let checkpoint = log
        .log_path()
        .join("00000000000000000003.checkpoint.parquet");
    let found = log.file_system().status(&checkpoint.unwrap()).unwrap();
    assert!(found.is_some());
}

#[test]
fn every_version_can_be_read_and_others_say_which_there_are() {
    let (env, log) = (env(), new_log(&env()));
    for i in 0..13 {
        append(&log, &env, &format!("f{i:02}"));
    }
    for log in [log.clone(), fresh(&log)] {
        for version in 0..13 {
            let snapshot = log.snapshot_at(version).unwrap();
            assert_eq!(snapshot.version(), version);
            assert_eq!(snapshot.num_files() as u64, version + 1);
        }
        assert_eq!(
            log.snapshot_at(99).unwrap_err().to_string(),
            "Cannot time travel Delta table to version 99. Available versions: [0, 12]."
        );
    }
}

#[test]
fn a_timestamp_finds_the_version_that_was_newest_then() {
    let (env, log) = (env(), new_log(&env()));
    let mut times = Vec::new();
    for i in 0..3 {
        append(&log, &env, &format!("f{i}"));
        times.push(log.snapshot().unwrap().timestamp_ms());
    }
    assert_eq!(log.version_at_timestamp(times[0]).unwrap(), 0);
    assert_eq!(log.version_at_timestamp(times[1] - 1).unwrap(), 0);
    assert_eq!(log.version_at_timestamp(times[1]).unwrap(), 1);
    assert_eq!(log.version_at_timestamp(times[2]).unwrap(), 2);
    let late = log.version_at_timestamp(times[2] + 1).unwrap_err();
    assert!(
        late.to_string()
            .starts_with("[DELTA_TIMESTAMP_GREATER_THAN_COMMIT]"),
        "{late}"
    );
    assert!(late.to_string().contains("2023-11-14 22:13:20"), "{late}");
    let early = log.version_at_timestamp(times[0] - 1).unwrap_err();
    assert!(matches!(early, DeltaError::TimestampTooEarly { .. }));
}

#[test]
fn a_table_that_was_dropped_and_made_anew_is_not_taken_for_the_old_one() {
    let (env, log) = (env(), new_log(&env()));
    for i in 0..4 {
        append(&log, &env, &format!("old{i}"));
    }
    let old = log.snapshot().unwrap();
    log.file_system().delete(log.table_path()).unwrap();
    assert!(!log.exists().unwrap());
    assert!(matches!(
        log.snapshot(),
        Err(DeltaError::TableNotFound { .. })
    ));
    let other = fresh(&log);
    for i in 0..6 {
        append(&other, &env, &format!("new{i}"));
    }
    let new = log.snapshot().unwrap();
    assert_ne!(new.metadata().id, old.metadata().id);
    assert_eq!(new.num_files(), 6);
}

/// Counts the files that are read.
struct CountingFileSystem {
    inner: MemoryFileSystem,
    reads: AtomicU64,
}

impl Layer for CountingFileSystem {
    fn inner(&self) -> &dyn FileSystem {
        &self.inner
    }
    fn before_read(&self, _: &DbfsPath, _: Option<(u64, u64)>) -> Result<(), StorageError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn following_a_table_reads_only_what_is_new() {
    let env = env();
    let fs = Arc::new(CountingFileSystem {
        inner: MemoryFileSystem::new(env.clock.clone(), 1 << 30),
        reads: AtomicU64::new(0),
    });
    let log = DeltaLog::for_table(fs.clone(), path("dbfs:/t"));
    let reads = |work: &dyn Fn()| {
        let before = fs.reads.load(Ordering::Relaxed);
        work();
        fs.reads.load(Ordering::Relaxed) - before
    };
    for i in 0..105 {
        append(&log, &env, &format!("f{i}"));
    }
    let reader = fresh(&log);
    let first = reads(&|| assert_eq!(reader.snapshot().unwrap().num_files(), 105));
    assert!(
        first <= 8,
        "a checkpoint, its hint and the commits after it, not {first}"
    );
    append(&log, &env, "one more");
    let next = reads(&|| assert_eq!(reader.snapshot().unwrap().num_files(), 106));
    assert_eq!(next, 1);
    let again = reads(&|| assert_eq!(reader.snapshot().unwrap().num_files(), 106));
    assert_eq!(again, 0);
}
