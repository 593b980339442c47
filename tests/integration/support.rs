//! What several subjects share: a session over memory, small parquet files, rows as text.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use multihop::env::Env;
use multihop::formats::parquet::{ParquetWriteOptions, ParquetWriter};
use multihop::session::{Ran, Session, SessionError};
use multihop::storage::{DbfsPath, FileSystem, Layer, MemoryFileSystem, StorageError};
use multihop::types::{DataType, Frame, StructType, Value, series_from_values};

/// A time that tests start at: 2026-01-01 00:00:00 UTC.
pub const START_MS: i64 = 1_767_225_600_000;

pub fn path(text: &str) -> DbfsPath {
    DbfsPath::parse(text).unwrap()
}

/// A file system and an environment that give the same on every run.
pub fn world() -> (Arc<MemoryFileSystem>, Env) {
    let env = Env::deterministic(START_MS, 7);
    let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30));
    (fs, env)
}

pub fn session() -> (Arc<MemoryFileSystem>, Session) {
    let (fs, env) = world();
    (fs.clone(), Session::new(fs, env))
}

/// Columns of values as a frame.
pub fn frame(columns: &[(&str, DataType, Vec<Value>)]) -> Frame {
    let schema = StructType::of(columns.iter().map(|(n, t, _)| (*n, t.clone())));
    let height = columns.first().map_or(0, |(_, _, v)| v.len());
    let series = columns
        .iter()
        .map(|(name, data_type, values)| series_from_values(name, values, data_type).unwrap())
        .collect();
    Frame::new(Arc::new(schema), series, height).unwrap()
}

/// A frame as a parquet file.
pub fn parquet(frame: &Frame) -> Bytes {
    let mut writer = ParquetWriter::new(frame.schema(), &ParquetWriteOptions::default()).unwrap();
    writer.write(frame).unwrap();
    writer.finish().unwrap()
}

/// A parquet file with a column `id` of the numbers in `range`.
pub fn ids(range: std::ops::Range<i64>) -> Bytes {
    parquet(&frame(&[(
        "id",
        DataType::Long,
        range.map(Value::Long).collect(),
    )]))
}

/// A table's or view's rows, each as its cells' text, sorted.
pub fn rows(session: &Session, name: &str) -> Vec<Vec<String>> {
    let plan = session.table(name).unwrap();
    let frame = session.collect(&plan, None).unwrap();
    let mut rows = texts(&frame);
    rows.sort();
    rows
}

/// A frame's rows, each as its cells' text.
pub fn texts(frame: &Frame) -> Vec<Vec<String>> {
    (0..frame.height())
        .map(|row| {
            frame
                .schema()
                .fields
                .iter()
                .zip(frame.columns())
                .map(|(field, column)| {
                    Value::from_series(column, row, &field.data_type)
                        .unwrap()
                        .show(&field.data_type, chrono_tz::UTC)
                })
                .collect()
        })
        .collect()
}

/// The rows of the last statement of a SQL text.
pub fn sql(session: &mut Session, text: &str) -> Vec<Vec<String>> {
    match session.sql(text).unwrap().pop() {
        Some(Ran::Rows(plan)) => texts(&session.collect(&plan, None).unwrap()),
        Some(Ran::Frame(frame)) => texts(&frame),
        _ => Vec::new(),
    }
}

/// Puts a file.
pub fn put(fs: &dyn FileSystem, to: &str, bytes: Bytes) {
    fs.put(&path(to), bytes).unwrap();
}

/// A file system that fails every write after the first `writes`.
pub struct Failing {
    inner: Arc<MemoryFileSystem>,
    writes: AtomicU64,
}

impl Failing {
    pub fn after(writes: u64, inner: Arc<MemoryFileSystem>) -> Arc<Failing> {
        let writes = AtomicU64::new(writes);
        Arc::new(Failing { inner, writes })
    }

    /// Whether a write has failed, or the next one will.
    pub fn has_failed(&self) -> bool {
        self.writes.load(Ordering::Relaxed) == 0
    }
}

impl Layer for Failing {
    fn inner(&self) -> &dyn FileSystem {
        self.inner.as_ref()
    }
    fn before_write(&self, path: &DbfsPath) -> Result<(), StorageError> {
        let left = self.writes.load(Ordering::Relaxed);
        if left == 0 {
            return Err(StorageError::Io {
                path: path.clone(),
                reason: "the power is off".into(),
            });
        }
        self.writes.store(left - 1, Ordering::Relaxed);
        Ok(())
    }
}

/// Starts streams with `start` and lets the power fail after 0, 1, 2, … writes; then starts them
/// again and lets them settle. `check` gets the session, and the number of writes.
pub fn after_each_crash(
    prepare: impl Fn(&dyn FileSystem),
    start: impl Fn(&mut Session) -> Result<(), SessionError>,
    check: impl Fn(&mut Session, u64),
) {
    let settled = |fs: Arc<dyn FileSystem>, env: &Env| {
        let mut session = Session::new(fs, env.clone());
        let started = start(&mut session).is_ok();
        session.process_all_available();
        let failed = session.queries().any(|q| q.error().is_some());
        (session, started && !failed)
    };
    for writes in 0.. {
        let (fs, env) = world();
        prepare(fs.as_ref());
        let (_, is_whole) = settled(Failing::after(writes, fs.clone()), &env);
        let (mut session, works) = settled(fs, &env);
        let errors: Vec<String> = session
            .queries()
            .filter_map(|q| Some(q.error()?.to_string()))
            .collect();
        assert!(works, "restart after {writes} writes: {errors:?}");
        check(&mut session, writes);
        if is_whole {
            assert!(writes > 15, "only {writes} places to crash");
            return;
        }
    }
}

/// Asserts that of `checked` answers none is `wrong`, and that none that `list` names as
/// different from Spark's is `right` by now.
pub fn assert_as_recorded(checked: usize, wrong: &[String], right: &[impl AsRef<str>], list: &str) {
    assert!(
        wrong.is_empty(),
        "{} of {checked} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let right: Vec<&str> = right.iter().map(AsRef::as_ref).collect();
    assert!(
        right.is_empty(),
        "these are as in Spark now; take them from {list}:\n{}",
        right.join("\n")
    );
}
